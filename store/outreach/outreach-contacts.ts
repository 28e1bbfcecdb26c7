import { receivableWorkflowId } from '../../domain/platform/subject.ts';
import { leadingRung } from '../../domain/outreach/outreach.ts';
import { askingFor, chooseRecipient, recipientOfNotice } from '../../domain/outreach/recipient.ts';
import type { DropReason, Recipient } from '../../domain/outreach/recipient.ts';
import type { Departures } from '../platform/departures.ts';
import { contactKey, draftMessage, fallbackStands, insertMessage, readLines, requestStands, settleRungs } from './digest.ts';
import type { Line } from './digest.ts';
import { draftNotice, retryNotice, settleNotice } from './notices.ts';
import { readCustomer } from './outreach-facts.ts';
import { requestCopies, settleCopies } from './payer-copies.ts';
import type { CustomerFacts, NoticeRow, OutreachRow } from './outreach-facts.ts';
import { messageEffects, rungEffects, stageEffects } from './outreach-effects.ts';
import { firstLetter } from './templates.ts';
import type { TemplateBook } from './templates.ts';
import type { Moment, Work } from '../platform/transaction.ts';
import { correctTemplates } from './letters/letter.ts';
import { openWorkOrder } from '../tasks/work-orders.ts';
import type { OutreachTerms } from '../../domain/outreach/outreach-facts.ts';
import type { Effects } from '../platform/effects.ts';
import { addEffects, noEffects } from '../platform/effects.ts';

/** All that one look at a customer's contacts works with. */
export interface OutreachDesk extends Work {
  row: OutreachRow;
  templates: TemplateBook;
  terms: OutreachTerms;
  /** What may leave now, as this transaction sees it. */
  departures: Departures;
  /** The message is the first to a customer that was taken over, and is a statement. */
  statementFirst: boolean;
}

/** What a contact leaves: its effects, and the facts as they stand after it. */
export interface Done {
  effects: Effects;
  facts: CustomerFacts;
  /** Requests that are no longer called for and wait for their receivable to record it. */
  withdrawing: boolean;
}

/** Other channels for what did not arrive come first, then the digest of what is asked. */
export async function contactNow(desk: OutreachDesk, facts: CustomerFacts): Promise<Done> {
  const { terms, at } = desk;
  for (const followUp of facts.followUps.filter((f) => f.dueAt <= at.now)) {
    if (followUp.noticeId !== null) return retryNow(desk, facts, followUp, followUp.noticeId);
    const recipient = chooseRecipient(facts, followUp, terms, at.now);
    if (recipient.verdict !== 'defer') return followUpNow(desk, facts, followUp, recipient);
  }
  for (const notice of facts.notices) {
    const recipient = recipientOfNotice(facts, notice, terms, at.now);
    if (recipient.verdict !== 'defer') return noticeNow(desk, facts, notice, recipient);
  }
  if (facts.requested.length > 0) return digestNow(desk, facts);
  return facts.copies.length > 0 ? copiesNow(desk, facts) : { effects: noEffects(), facts, withdrawing: false };
}

/** A notice goes as a letter of its own; when nobody can be reached, its process has a person give it another way. */
async function noticeNow(
  desk: OutreachDesk,
  facts: CustomerFacts,
  notice: NoticeRow,
  recipient: Exclude<Recipient, { verdict: 'defer' }>,
): Promise<Done> {
  const { at, templates, departures } = desk;
  const rest: CustomerFacts = { ...facts, notices: facts.notices.filter(({ id }) => id !== notice.id) };
  if (recipient.verdict === 'drop') {
    const effects = await settleNotice(desk, notice, { why: recipient.why });
    if (recipient.why === 'no-address') addEffects(effects, await mendAddress(desk, facts, recipient.why));
    return { effects, facts: rest, withdrawing: false };
  }
  const draft = await draftNotice(templates, facts, notice, recipient, at);
  const kept = departures.reasons(recipient.channel)[0] ?? null;
  const attempt = notice.tried.length;
  const key = `notice/${notice.key}/${attempt}`;
  const message = { key, customer: facts, recipient, draft, lines: [], kept, fallbackOf: null, attempt };
  const messageId = await insertMessage(desk, message);
  const effects = await settleNotice(desk, notice, { messageId });
  addEffects(effects, messageEffects(facts, messageId, recipient, draft.template, [], kept));
  addEffects(effects, await correctTemplates(desk, draft.failed));
  return { effects, facts: contacted(rest, at, kept === null ? messageId : null), withdrawing: false };
}

/** A notice that failed, or got no receipt, is asked for again without the channels that failed. */
async function retryNow(desk: OutreachDesk, facts: CustomerFacts, followUp: FollowUpFacts, noticeId: string): Promise<Done> {
  const { tx, at, store } = desk;
  await tx.updateTable('message').set({ followed_at: at.now }).where('id', '=', followUp.messageId).execute();
  for (const channel of followUp.tried) await retryNotice(tx, noticeId, channel);
  const audit = [
    {
      ...{ subjectKind: 'message', subjectId: followUp.messageId, customerId: facts.id },
      ...{ action: 'message.followed-up', reason: 'next-channel' },
    },
  ];
  const again = await readCustomer(tx, store, { ...desk.departures, templates: desk.templates }, facts.id, at);
  return { effects: { ...noEffects(), audit }, facts: again, withdrawing: false };
}

/** Tells whoever pays for others of their friendly steps, in one letter; what is paid meanwhile is left out. */
async function copiesNow(desk: OutreachDesk, facts: CustomerFacts): Promise<Done> {
  const { tx, at, terms, templates, departures } = desk;
  const { standing } = await readLines(desk, facts.copies, fallbackStands);
  const rest: CustomerFacts = { ...facts, copies: [] };
  const leading = leadingRung(standing.map((line) => line.rung));
  const recipient = leading && chooseRecipient(facts, askingFor(leading), terms, at.now);
  if (recipient?.verdict === 'defer') return { effects: noEffects(), facts, withdrawing: false };
  if (!recipient || recipient.verdict === 'drop') {
    await settleCopies(tx, facts.id, [], null);
    const wrong = recipient?.why === 'no-address';
    return { effects: wrong ? await mendAddress(desk, facts, recipient.why) : noEffects(), facts: rest, withdrawing: false };
  }
  const draft = await draftMessage(templates, facts, leading.template, recipient, standing, at);
  const kept = departures.reasons(recipient.channel)[0] ?? null;
  const key = `payer/${contactKey(standing)}`;
  const message = { key, customer: facts, recipient, draft, lines: standing, kept, fallbackOf: null, attempt: 0 };
  const messageId = await insertMessage(desk, message);
  await settleCopies(tx, facts.id, standing, messageId);
  const effects = noEffects();
  addEffects(effects, messageEffects(facts, messageId, recipient, draft.template, standing, kept));
  addEffects(effects, await correctTemplates(desk, draft.failed));
  return { effects, facts: contacted(rest, at, kept === null ? messageId : null), withdrawing: false };
}

async function digestNow(desk: OutreachDesk, facts: CustomerFacts): Promise<Done> {
  const { at, terms, templates, departures } = desk;
  const { standing, fallen } = await readLines(desk, facts.requested, requestStands);
  const effects = noEffects();
  for (const id of fallen) {
    effects.asks.push({ subject: receivableWorkflowId(id), kind: 'receivable' });
    effects.audit.push({ action: 'contact.withdrawn', subjectKind: 'receivable', subjectId: id, customerId: facts.id });
  }
  const asked: CustomerFacts = { ...facts, requested: standing.map((line) => line.rung) };
  const leading = leadingLetter(desk, asked);
  if (!leading) return { effects, facts: asked, withdrawing: true };
  const nothingAsked: CustomerFacts = { ...asked, requested: [] };
  if (facts.neverDunned) {
    addEffects(effects, await skip(desk, facts, standing, 'insurance-fund'));
    return { effects, facts: nothingAsked, withdrawing: fallen.length > 0 };
  }
  const recipient = chooseRecipient(facts, askingFor(leading), terms, at.now);
  if (recipient.verdict === 'defer') return { effects, facts: asked, withdrawing: fallen.length > 0 };
  addEffects(effects, await requestCopies(desk, facts.id, standing));
  if (recipient.verdict === 'drop') {
    const { why } = recipient;
    addEffects(effects, await (why === 'no-channel' ? byHand(desk, facts, standing) : skip(desk, facts, standing, why)));
    return { effects, facts: nothingAsked, withdrawing: fallen.length > 0 };
  }
  const draft = await draftMessage(templates, facts, leading.template, recipient, standing, at);
  const kept = departures.reasons(recipient.channel)[0] ?? null;
  const messageId = await insertMessage(desk, {
    key: contactKey(standing),
    customer: facts,
    recipient,
    draft,
    lines: standing,
    kept,
    fallbackOf: null,
    attempt: 0,
  });
  addEffects(effects, messageEffects(facts, messageId, recipient, draft.template, standing, kept));
  addEffects(effects, await correctTemplates(desk, draft.failed));
  addEffects(effects, await takeLines(desk, standing, messageId));
  return { effects, facts: contacted(nothingAsked, at, kept === null ? messageId : null), withdrawing: fallen.length > 0 };
}

/** The rungs are taken: a provider or a person (no message) has them now. */
async function takeLines(desk: OutreachDesk, lines: readonly Line[], messageId: string | null): Promise<Effects> {
  const effects = noEffects();
  const reason = messageId === null ? 'by-hand' : null;
  for (const { line, stage, differs } of await settleRungs(desk, lines, 'taken', reason)) {
    addEffects(effects, rungEffects(line, 'rung.taken', reason, messageId));
    if (stage !== line.found.facts.stage) addEffects(effects, stageEffects(line, stage));
    if (differs) effects.asks.push({ subject: receivableWorkflowId(line.found.id), kind: 'receivable' });
  }
  return effects;
}

/** The customer is reached only by channels that are not live here: a person makes the contact instead. */
async function byHand(desk: OutreachDesk, facts: CustomerFacts, lines: readonly Line[]): Promise<Effects> {
  const effects = await takeLines(desk, lines, null);
  const task = await openWorkOrder(desk, {
    key: `by-hand/${contactKey(lines)}`,
    kind: 'contact-by-hand',
    customerId: facts.id,
    subject: `customer ${facts.customerCode}`,
    reason: { why: 'no-channel', invoices: lines.map((line) => line.rung.invoice) },
  });
  addEffects(effects, task);
  return effects;
}

/** The letter of the leading rung; a customer that was taken over gets a statement first, whatever its rungs would say. */
function leadingLetter({ statementFirst, templates }: OutreachDesk, facts: CustomerFacts) {
  const leading = leadingRung(facts.requested);
  return leading && statementFirst ? { ...leading, template: firstLetter, class: templates.classOf(firstLetter) } : leading;
}

/** Nobody can be reached: the rungs are skipped with that reason, and a wrong address becomes a task, never a silent queue. */
async function skip(
  desk: OutreachDesk,
  facts: CustomerFacts,
  lines: readonly Line[],
  why: Exclude<DropReason, 'no-channel'> | 'insurance-fund',
): Promise<Effects> {
  const effects = noEffects();
  await settleRungs(desk, lines, 'skipped', why);
  for (const line of lines) {
    addEffects(effects, rungEffects(line, 'rung.skipped', why, null));
    effects.asks.push({ subject: receivableWorkflowId(line.found.id), kind: 'receivable' });
  }
  if (why === 'no-address') addEffects(effects, await mendAddress(desk, facts, why));
  return effects;
}

type FollowUpFacts = CustomerFacts['followUps'][number];

/** A message that failed or got no receipt: what is still owed is asked for again, by the next channel. */
async function followUpNow(
  desk: OutreachDesk,
  facts: CustomerFacts,
  followUp: FollowUpFacts,
  recipient: Exclude<Recipient, { verdict: 'defer' }>,
): Promise<Done> {
  const { tx, at, templates, departures } = desk;
  const { standing } = await readLines(desk, followUp.rungs, fallbackStands);
  await tx.updateTable('message').set({ followed_at: at.now }).where('id', '=', followUp.messageId).execute();
  const rest: CustomerFacts = { ...facts, followUps: facts.followUps.filter((f) => f.messageId !== followUp.messageId) };
  const about = { subjectKind: 'message', subjectId: followUp.messageId, customerId: facts.id };
  const outcome = standing.length === 0 ? 'nothing-owed' : recipient.verdict === 'drop' ? recipient.why : 'next-channel';
  const effects: Effects = { ...noEffects(), audit: [{ ...about, action: 'message.followed-up', reason: outcome }] };
  if (standing.length === 0) return { effects, facts: rest, withdrawing: false };
  if (recipient.verdict === 'drop') {
    const untold = followUp.failed || recipient.why !== 'fallback-not-due';
    if (untold) addEffects(effects, await mendAddress(desk, facts, followUp.failed ? 'failed' : 'no-receipt'));
    return { effects, facts: rest, withdrawing: false };
  }
  const draft = await draftMessage(templates, facts, followUp.template, recipient, standing, at);
  const kept = departures.reasons(recipient.channel)[0] ?? null;
  const messageId = await insertMessage(desk, {
    key: `${followUp.key.split('/fallback/')[0]}/fallback/${recipient.channel}`,
    customer: facts,
    recipient,
    draft,
    lines: standing,
    kept,
    fallbackOf: followUp.messageId,
    attempt: followUp.attempts + 1,
  });
  addEffects(effects, messageEffects(facts, messageId, recipient, draft.template, standing, kept));
  addEffects(effects, await correctTemplates(desk, draft.failed));
  return { effects, facts: contacted(rest, at, kept === null ? messageId : null), withdrawing: false };
}

/** One open task a customer is enough: whoever mends the address sees all that waits for it. */
async function mendAddress(desk: OutreachDesk, facts: CustomerFacts, why: string): Promise<Effects> {
  const open = await desk.tx
    .selectFrom('work_order')
    .select('id')
    .where('customer_id', '=', facts.id)
    .where('kind', '=', 'mend-address')
    .where('closed_at', 'is', null)
    .executeTakeFirst();
  if (open) return noEffects();
  return openWorkOrder(desk, {
    key: `mend-address/${facts.customerCode}/${desk.at.now}`,
    kind: 'mend-address',
    customerId: facts.id,
    subject: `customer ${facts.customerCode}`,
    reason: { why },
  });
}

const contacted = (facts: CustomerFacts, at: Moment, sending: string | null): CustomerFacts => ({
  ...facts,
  sending,
  people: facts.people.map((person) => ({ ...person, history: [...person.history, at.now] })),
});
