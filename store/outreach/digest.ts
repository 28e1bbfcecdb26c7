import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { daysBetween } from '../../domain/platform/calendar.ts';
import { groupedAmount, sumMinor, unitsOf } from '../../domain/platform/money.ts';
import { higherStage } from '../../domain/dunning/ladder.ts';
import type { Recipient } from '../../domain/outreach/recipient.ts';
import { planReceivable } from '../../domain/dunning/plan.ts';
import { isAnnouncement } from '../../domain/dunning/schedule.ts';
import { askedMinor } from '../../domain/dunning/receivable.ts';
import type { CollectionTerms, Verdict, WhyCode } from '../../domain/dunning/receivable.ts';
import type { StayReason } from '../../domain/platform/departure.ts';
import { addressHash } from './opt-outs.ts';
import type { ContactRung, CustomerFacts } from './outreach-facts.ts';
import { readReceivables } from '../ledger/receivable-facts.ts';
import type { ReceivableCase } from '../ledger/receivable-facts.ts';
import { letterOf } from './letters/letter.ts';
import type { FailedTemplate } from './letters/letter.ts';
import { oneLine } from './letters/words.ts';
import { neutralTemplate } from './templates.ts';
import type { MessageTemplate, TemplateBook, TemplateContext, TemplateLine } from './templates.ts';
import type { Moment, Work } from '../platform/transaction.ts';

/** A receivable whose contact may go, as read under its lock. `askedMinor`: open, neither in dispute nor covered by unapplied money. */
export interface Line {
  found: ReceivableCase;
  terms: CollectionTerms;
  rung: ContactRung;
  verdict: Verdict;
  askedMinor: number;
}

export interface Lines {
  /** In the order of the letter: due date, invoice, instalment. */
  standing: Line[];
  /** Receivables whose contact is no longer called for: they are asked, and record it themselves. */
  fallen: string[];
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Locks the receivables of the rungs and keeps those that `stands` lets go, judged by the balances of this transaction. */
export async function readLines(
  { tx, at, store }: Work,
  rungs: readonly ContactRung[],
  stands: (line: Line) => boolean,
): Promise<Lines> {
  const cases = new Map(
    (await readReceivables(tx, [...new Set(rungs.map((r) => r.receivableId))])).map((found) => [found.id, found]),
  );
  const standing: Line[] = [];
  const fallen = new Set<string>();
  for (const rung of rungs) {
    const found = cases.get(rung.receivableId);
    if (!found) continue;
    const terms = await store.policies.terms(found);
    const verdict = planReceivable(found.facts, terms, at.now);
    const line: Line = { found, terms, rung, verdict, askedMinor: askedMinor(found.facts) };
    if (verdict.outcome === null && line.askedMinor > 0 && !announcesThePast(line, at) && stands(line)) standing.push(line);
    else fallen.add(found.id);
  }
  standing.sort(
    (a, b) =>
      compareText(a.found.facts.dueDate, b.found.facts.dueDate) ||
      compareText(a.found.invoiceCode, b.found.invoiceCode) ||
      a.found.instalment - b.found.instalment,
  );
  return { standing, fallen: [...fallen] };
}

/** A notice whose due date has passed is not sent, on no channel. */
function announcesThePast({ found, terms, rung }: Line, at: Moment): boolean {
  const own = terms.ladder.rungs[rung.position];
  return own !== undefined && at.today > found.facts.dueDate && isAnnouncement(own, found.facts, terms.ladder.rungs);
}

/** A first contact stands while its rung is still requested and the facts do not withdraw it. */
export function requestStands({ found, rung, verdict }: Line): boolean {
  const record = found.facts.rungs.find((candidate) => candidate.id === rung.rung);
  return record?.state === 'requested' && !verdict.changes.some((change) => change.id === rung.rung);
}

/** Why nothing is asked for now, whatever was asked before. */
const standingStill: ReadonlySet<WhyCode> = new Set<WhyCode>([
  ...(['disputed', 'covered', 'credit-expected', 'promise-pending', 'below-minimum'] as const),
  ...(['in-question', 'second-person', 'faulty'] as const),
]);

/** A fallback stands while the debt is still collected and no later rung has been taken. */
export function fallbackStands({ found, terms, rung, verdict }: Line): boolean {
  const held = standingStill.has(verdict.plan.why.code);
  const later = found.facts.rungs.some(
    (record) => record.state === 'taken' && terms.ladder.rungs.findIndex((r) => r.id === record.id) > rung.position,
  );
  return !held && !later;
}

/** The text of one message to one person, and where it goes. */
export interface Draft {
  template: MessageTemplate;
  subject: string | null;
  body: string;
  address: string;
  addressHash: string;
  contentHash: string;
  /** Newer versions of the template that could not be put into words. */
  failed: FailedTemplate[];
}

type Sent = Extract<Recipient, { verdict: 'send' }>;

/** Writes the letter: the leading rung's template, or the neutral one where a channel carries nothing else. */
export async function draftMessage(
  templates: TemplateBook,
  customer: CustomerFacts,
  leadingTemplate: string,
  { person, channel }: Sent,
  lines: readonly Line[],
  at: Moment,
): Promise<Draft> {
  const template = templates.find(channel === 'sms' ? neutralTemplate : leadingTemplate, person.language, channel);
  const letter = await letterOf(templates, template, contextOf(templates, customer, person, lines, at));
  const address = person.addresses[channel] ?? '';
  const hash = createHash('sha256')
    .update(JSON.stringify([channel, address, letter.subject, letter.body]))
    .digest('hex');
  return { ...letter, address, addressHash: addressHash(channel, address), contentHash: hash };
}

function contextOf(
  templates: TemplateBook,
  customer: CustomerFacts,
  person: Sent['person'],
  lines: readonly Line[],
  at: Moment,
): TemplateContext {
  const all = lines.map((line) => lineOf(line, at));
  const currencies = [...new Set(lines.map((line) => line.found.currency))].sort();
  return {
    today: at.today,
    tone: customer.type === 'hospital' ? 'hospital' : ['dealer', 'channel'].includes(customer.type) ? 'dealer' : 'neutral',
    seller: templates.seller(person.language),
    customer: { name: oneLine(customer.name) },
    contact: { name: oneLine(person.name, 60) },
    count: all.length,
    overdue: all.filter((line) => line.daysOverdue > 0),
    upcoming: all.filter((line) => line.daysOverdue <= 0),
    totals: currencies.map((currency) => {
      const minor = sumMinor(lines.filter((line) => line.found.currency === currency).map((line) => line.askedMinor));
      return { currency, amount: groupedAmount(minor, currency), value: unitsOf(minor, currency) };
    }),
  };
}

function lineOf({ found, rung, askedMinor }: Line, at: Moment): TemplateLine {
  return {
    invoice: oneLine(rung.invoice, 60),
    branch: oneLine(rung.branch),
    instalment: found.instalment,
    instalments: rung.instalments,
    dueDate: found.facts.dueDate,
    daysOverdue: daysBetween(found.facts.dueDate, at.today),
    currency: found.currency,
    amount: groupedAmount(askedMinor, found.currency),
    value: unitsOf(askedMinor, found.currency),
  };
}

/** The key of a contact, made of business facts: the same rungs of the same instalments can never become two messages. */
export function contactKey(lines: readonly Line[]): string {
  const facts = lines.map(({ found, rung }) => `${found.invoiceCode}/${found.instalment}/rung/${rung.rung}`).sort();
  return `contact/${createHash('sha256').update(facts.join('\n')).digest('hex').slice(0, 32)}`;
}

export interface NewMessage {
  key: string;
  customer: CustomerFacts;
  recipient: Sent;
  draft: Draft;
  lines: readonly Line[];
  /** Why it is kept here; null: it goes to its provider. */
  kept: StayReason | null;
  fallbackOf: string | null;
  attempt: number;
}

/** Inserts the intent with its rungs. What is kept here counts as sent; else it is `sending`, and only then may a provider be called. */
export async function insertMessage({ tx, at }: Work, message: NewMessage): Promise<string> {
  const { customer, recipient, draft, kept } = message;
  const outbox = kept !== null;
  const { id } = await tx
    .insertInto('message')
    .values({
      key: message.key,
      customer_id: customer.id,
      contact_id: recipient.person.id,
      channel: recipient.channel,
      template: draft.template.id,
      template_version: draft.template.version,
      class: draft.template.class,
      language: draft.template.language,
      state: outbox ? 'sent' : 'sending',
      outbox,
      reason: kept,
      address: draft.address,
      address_hash: draft.addressHash,
      subject: draft.subject,
      body: draft.body,
      content_hash: draft.contentHash,
      fallback_of: message.fallbackOf,
      fallback: recipient.fallback,
      at: at.now,
      sending_at: at.now,
      sent_at: outbox ? at.now : null,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  if (message.lines.length === 0) return id;
  await tx
    .insertInto('message_rung')
    .values(
      message.lines.map((line) => ({
        message_id: id,
        receivable_id: line.found.id,
        rung: line.rung.rung,
        asked_minor: line.askedMinor,
        to_payer: line.found.customerId !== customer.id,
        attempt: message.attempt,
      })),
    )
    .execute();
  return id;
}

/** What taking (or skipping) its rung now makes of a receivable. */
export interface AfterRung {
  line: Line;
  stage: Verdict['stage'];
  /** Its plan or stage is another now, so its process must look. */
  differs: boolean;
}

/** Sets the rungs of the lines in one statement, with the stage that a taken one brings, and tells whose plan changes by it. */
export async function settleRungs(
  { tx, at }: Work,
  lines: readonly Line[],
  state: 'taken' | 'skipped',
  reason: string | null,
): Promise<AfterRung[]> {
  const after = lines.map((line) => afterRung(line, at, state, reason));
  const rows = after.map(({ line, stage }) => ({
    receivable_id: line.found.id,
    rung: line.rung.rung,
    position: line.rung.position,
    stage,
  }));
  await sql`
    with x as (select * from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as x(receivable_id uuid, rung text, position int, stage text)),
    staged as (update receivable r set stage = x.stage from x where r.id = x.receivable_id and r.stage <> x.stage)
    insert into rung (receivable_id, rung, position, state, at, reason)
    select x.receivable_id, x.rung, x.position, ${state}, ${at.now}::timestamptz, ${reason} from x
    on conflict (receivable_id, rung) do update set state = excluded.state, at = excluded.at, reason = excluded.reason`.execute(
    tx,
  );
  return after;
}

function afterRung(line: Line, at: Moment, state: 'taken' | 'skipped', reason: string | null): AfterRung {
  const { found, terms, rung, verdict } = line;
  const stage = state === 'taken' ? higherStage(verdict.stage, rung.stage) : verdict.stage;
  const kept = found.facts.rungs.filter((record) => record.id !== rung.rung);
  const rungs = [...kept, { id: rung.rung, state, at: at.now, reason }];
  const { plan, changes } = planReceivable({ ...found.facts, rungs, stage, pauses: verdict.pauses }, terms, at.now);
  const samePlan = plan.step === found.plan.step && plan.rung === found.plan.rung && plan.at === found.plan.at;
  return { line, stage, differs: !samePlan || stage !== found.facts.stage || changes.length > 0 };
}
