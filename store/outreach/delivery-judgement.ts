import { dateOf } from '../../domain/platform/calendar.ts';
import type { Instant } from '../../domain/platform/calendar.ts';
import { judgeContact } from '../../domain/outreach/governor.ts';
import type { DeferReason } from '../../domain/outreach/governor.ts';
import { leadingRung } from '../../domain/outreach/outreach.ts';
import { inSlot, passesOptOut } from '../../domain/outreach/recipient.ts';
import type { Recipient } from '../../domain/outreach/recipient.ts';
import type { Tx } from '../platform/database.ts';
import type { Departures } from '../platform/departures.ts';
import { draftMessage, fallbackStands, readLines } from './digest.ts';
import type { Draft, Line } from './digest.ts';
import { readGoLive } from './going-live.ts';
import { correctTemplates } from './letters/letter.ts';
import { draftNotice } from './notices.ts';
import { addressHash } from './opt-outs.ts';
import { noticeIn, outreachTerms, readCustomer, rungsIn } from './outreach-facts.ts';
import type { CustomerFacts, NoticeRow } from './outreach-facts.ts';
import { firstLetter, templatesOf, withSeller } from './templates.ts';
import type { TemplateBook } from './templates.ts';
import type { Work } from '../platform/transaction.ts';
import type { MessageRow } from './message-rows.ts';
import { aboutMessage } from './message-rows.ts';
import type { OutreachTerms, Person } from '../../domain/outreach/outreach-facts.ts';
import type { Effects } from '../platform/effects.ts';
import { addEffects, noEffects } from '../platform/effects.ts';

export type DeferredBy = DeferReason;
export type DroppedBy = 'opted-out' | 'no-address' | 'nothing-owed';

/** What the rules and facts say now of a message that no provider has; one that goes was rewritten where they had changed. */
export type Judgement =
  | { verdict: 'go'; effects: Effects }
  | { verdict: 'wait'; until: Instant; why: DeferredBy }
  | { verdict: 'drop'; why: DroppedBy };

/** Judges a message again before its provider is called: hours, rest days and caps, opt-outs, and what is still owed. */
export async function judgeAgain(work: Work, row: MessageRow, { live }: Pick<Departures, 'live'>): Promise<Judgement> {
  const { tx, at, store } = work;
  const { seller } = await readGoLive(tx);
  const templates = withSeller(await templatesOf(store.policies.db, at.today), seller);
  const customer = await readCustomer(tx, store, { live, templates }, row.customer_id, at);
  const terms = await outreachTerms(store, customer.customerCode, at, { live, templates });
  const notice = await noticeIn(tx, templates, row.customer_id, row.id);
  const person = customer.people.find(({ id }) => id === row.contact_id);
  if (!person) return { verdict: 'drop', why: 'no-address' };
  const asked = await readAsked(work, templates, row);
  if (asked.some && asked.standing.length === 0) return { verdict: 'drop', why: 'nothing-owed' };
  const contact = judgePerson(row, person, notice, terms, at.now);
  if (contact.verdict === 'drop') return contact;
  if (contact.verdict === 'defer') return { verdict: 'wait', until: inSlot(contact.until, terms), why: contact.why };
  const recipient: Sent = { verdict: 'send', person, channel: row.channel, fallback: false };
  const sameAddress = addressHash(row.channel, person.addresses[row.channel] ?? '') === row.address_hash;
  const sameDay = dateOf(row.sending_at, store.zone) === at.today;
  if (!asked.differs && sameAddress && sameDay) return { verdict: 'go', effects: noEffects() };
  const desk: Rewriting = { ...work, templates, row };
  return { verdict: 'go', effects: await rewrite(desk, customer, recipient, notice, asked.standing) };
}

type Sent = Extract<Recipient, { verdict: 'send' }>;

function judgePerson(row: MessageRow, person: Person, notice: NoticeRow | null, terms: OutreachTerms, now: Instant) {
  const { rules, calendar } = terms;
  const optedOut = notice && passesOptOut(notice, terms) ? [] : person.optedOut;
  // A message being sent stands in the history itself, with what came after it; one that waits does not.
  const history = person.history.filter((contact) => row.state === 'deferred' || contact < row.sending_at);
  return judgeContact({ ...person, rules, calendar, now, channels: [row.channel], triedChannels: [], optedOut, history });
}

interface Asked {
  /** The message asks for money; a notice does not. */
  some: boolean;
  standing: readonly Line[];
  differs: boolean;
}

/** What the message asks for, by the balances of this transaction. */
async function readAsked(work: Work, templates: TemplateBook, row: MessageRow): Promise<Asked> {
  const { tx, store } = work;
  const rungs = await rungsIn(tx, store, templates, row.id);
  if (rungs.length === 0) return { some: false, standing: [], differs: false };
  const { standing } = await readLines(work, rungs, fallbackStands);
  const before = new Map(rungs.map(({ receivableId, rung, askedMinor }) => [`${receivableId}/${rung}`, askedMinor]));
  const changed = standing.some(({ found, rung, askedMinor }) => before.get(`${found.id}/${rung.rung}`) !== askedMinor);
  return { some: true, standing, differs: changed || standing.length !== rungs.length };
}

interface Rewriting extends Work {
  templates: TemplateBook;
  row: MessageRow;
}

/** Puts the letter into words anew, for what is owed on the day it goes. */
async function rewrite(
  desk: Rewriting,
  customer: CustomerFacts,
  recipient: Sent,
  notice: NoticeRow | null,
  lines: readonly Line[],
): Promise<Effects> {
  const { tx, at, templates, row } = desk;
  const leading = leadingRung(lines.map(({ rung }) => rung));
  if (!notice && !leading) return noEffects();
  const draft = notice
    ? await draftNotice(templates, customer, notice, recipient, at)
    : await draftMessage(templates, customer, letterFor(row, leading?.template), recipient, lines, at);
  await storeDraft(tx, row, draft, lines);
  const asked = lines.map(({ found, rung, askedMinor }) => ({ receivable: found.id, rung: rung.rung, askedMinor }));
  const effects = noEffects();
  addEffects(effects, { audit: [{ ...aboutMessage(row), action: 'message.rewritten', after: { lines: asked } }] });
  addEffects(effects, await correctTemplates(desk, draft.failed));
  return effects;
}

/** The first letter to a customer that was taken over stays one. */
const letterFor = ({ template }: MessageRow, leading: string | undefined): string =>
  template === firstLetter ? firstLetter : (leading ?? template);

async function storeDraft(tx: Tx, row: MessageRow, draft: Draft, lines: readonly Line[]): Promise<void> {
  await tx
    .updateTable('message')
    .set({
      template: draft.template.id,
      template_version: draft.template.version,
      class: draft.template.class,
      language: draft.template.language,
      subject: draft.subject,
      body: draft.body,
      address: draft.address,
      address_hash: draft.addressHash,
      content_hash: draft.contentHash,
    })
    .where('id', '=', row.id)
    .execute();
  if (lines.length === 0) return;
  await tx
    .deleteFrom('message_rung')
    .where('message_id', '=', row.id)
    .where(
      'receivable_id',
      'not in',
      lines.map(({ found }) => found.id),
    )
    .execute();
  for (const { found, rung, askedMinor } of lines)
    await tx
      .updateTable('message_rung')
      .set({ asked_minor: askedMinor })
      .where('message_id', '=', row.id)
      .where('receivable_id', '=', found.id)
      .where('rung', '=', rung.rung)
      .execute();
}
