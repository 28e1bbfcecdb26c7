import { addMs, addWorkingDays, dateOf, instantAt } from '../domain/kernel/calendar.ts';
import type { Instant } from '../domain/kernel/calendar.ts';
import { realWaitMs } from '../domain/kernel/clock.ts';
import { outreachWorkflowId, receivableWorkflowId } from '../domain/kernel/subject.ts';
import type { Channel } from '../domain/collection/governor.ts';
import { chooseRecipient, leadingRung, planOutreach, recipientOfNotice, sayOutreachWhy } from '../domain/collection/outreach.ts';
import type { OutreachTerms, OutreachVerdict, Recipient } from '../domain/collection/outreach.ts';
import type { OutreachPlan, OutreachStep } from '../domain/collection/process.ts';
import type { Tx } from './database.ts';
import { contactKey, draftMessage, fallbackStands, insertMessage, readLines, requestStands, settleRungs } from './digest.ts';
import type { Line } from './digest.ts';
import { lockOutreach, outreachTerms, readCustomer } from './outreach-facts.ts';
import { draftNotice, retryNotice, settleNotice } from './notices.ts';
import type { CustomerFacts, NoticeRow, OutreachRow } from './outreach-facts.ts';
import { append, messageTraces, rungTraces, stageTraces } from './outreach-traces.ts';
import { templatesOf } from './templates.ts';
import type { TemplateBook } from './templates.ts';
import { systemActor, write } from './transaction.ts';
import type { Moment, Store, Unchanged, Written } from './transaction.ts';
import { noTraces, openWorkOrder } from './work-orders.ts';
import type { WorkOrderTraces } from './work-orders.ts';

export interface OutreachInput {
  /** The customer. */
  id: string;
  /** The plan the workflow holds; null: none yet. */
  seq: number | null;
}

/** All that one look at a customer's contacts works with. */
interface Desk {
  store: Store;
  tx: Tx;
  at: Moment;
  row: OutreachRow;
  templates: TemplateBook;
  terms: OutreachTerms;
  /** Channels with a provider; the others are in outbox mode. */
  live: ReadonlySet<Channel>;
}

/** What a contact leaves: its traces, and the facts as they stand after it. */
interface Done {
  traces: WorkOrderTraces;
  facts: CustomerFacts;
  /** Requests that are no longer called for and wait for their receivable to record it. */
  withdrawing: boolean;
}

const actor = systemActor('outreach');

/**
 * Reads what is asked of this customer and contacts them now, if now is lawful and polite; else says when. Sending happens once, by the state
 * of the rungs under lock, however often this is called; a stale plan is answered with the stored one.
 */
export function contactCustomer(store: Store, input: OutreachInput, live: ReadonlySet<Channel>): Promise<OutreachPlan> {
  return write(store, actor, async (tx, at) => {
    const row = await lockOutreach(tx, input.id);
    if (!row) return { value: unknownCustomer(input.seq), audit: null };
    const templates = await templatesOf(store.policies.db);
    const facts = await readCustomer(tx, store, templates, input.id, at);
    const terms = await outreachTerms(store, facts.customerCode, at);
    const desk: Desk = { store, tx, at, row, templates, terms, live };
    if (input.seq !== null && input.seq > row.seq) return restoredBehind(desk, facts, input.seq);
    if (isHeld(row, at)) return settle(desk, held(row.at), noTraces());
    const verdict = planOutreach(facts, terms, at.now);
    if (verdict.step !== 'compose' || (verdict.at ?? '') > at.now) return settle(desk, verdict, noTraces());
    const done = await contactNow(desk, facts);
    return settle(desk, planAfter(desk, done), done.traces);
  });
}

/** Stores what the facts call for without contacting anybody: after the outcome of a delivery, with that outcome's traces. */
export async function replanOutreach(
  store: Store,
  tx: Tx,
  at: Moment,
  row: OutreachRow,
  traces: WorkOrderTraces,
): Promise<Written<OutreachPlan> | Unchanged<OutreachPlan>> {
  const templates = await templatesOf(store.policies.db);
  const facts = await readCustomer(tx, store, templates, row.customerId, at);
  const terms = await outreachTerms(store, facts.customerCode, at);
  return settle({ store, tx, at, row }, planOutreach(facts, terms, at.now), traces);
}

/** Other channels for what did not arrive come first, then the digest of what is asked. */
async function contactNow(desk: Desk, facts: CustomerFacts): Promise<Done> {
  const { terms, at } = desk;
  for (const followUp of facts.followUps.filter((f) => f.dueAt <= at.now)) {
    const recipient = chooseRecipient(facts.people, followUp.class, followUp.tried, terms, at.now);
    if (followUp.noticeId !== null) return retryNow(desk, facts, followUp, followUp.noticeId);
    if (recipient.verdict !== 'defer') return followUpNow(desk, facts, followUp, recipient);
  }
  for (const notice of facts.notices) {
    const recipient = recipientOfNotice(facts.people, notice, terms, at.now);
    if (recipient.verdict !== 'defer') return noticeNow(desk, facts, notice, recipient);
  }
  return facts.requested.length > 0 ? digestNow(desk, facts) : { traces: noTraces(), facts, withdrawing: false };
}

/** A notice goes as a letter of its own; when nobody can be reached, its process has a person give it another way. */
async function noticeNow(
  desk: Desk,
  facts: CustomerFacts,
  notice: NoticeRow,
  recipient: Exclude<Recipient, { verdict: 'defer' }>,
): Promise<Done> {
  const { tx, at, templates, live } = desk;
  const rest: CustomerFacts = { ...facts, notices: facts.notices.filter(({ id }) => id !== notice.id) };
  if (recipient.verdict === 'drop') {
    const traces = await settleNotice(tx, at, notice, { why: recipient.why });
    if (recipient.why === 'no-address') append(traces, await mendAddress(desk, facts, recipient.why));
    return { traces, facts: rest, withdrawing: false };
  }
  const draft = draftNotice(templates, facts, notice, recipient, at);
  const outbox = !live.has(recipient.channel);
  const attempt = notice.tried.length;
  const key = `notice/${notice.key}/${attempt}`;
  const message = { key, customer: facts, recipient, draft, lines: [], outbox, fallbackOf: null, attempt };
  const messageId = await insertMessage(tx, at, message);
  const traces = await settleNotice(tx, at, notice, { messageId });
  append(traces, messageTraces(facts, messageId, recipient, draft.template, [], outbox));
  return { traces, facts: contacted(rest, at, outbox ? null : messageId), withdrawing: false };
}

/** A notice that failed, or got no receipt, is asked for again without the channels that failed. */
async function retryNow(desk: Desk, facts: CustomerFacts, followUp: FollowUpFacts, noticeId: string): Promise<Done> {
  const { tx, at, store, templates } = desk;
  await tx.updateTable('message').set({ followed_at: at.now }).where('id', '=', followUp.messageId).execute();
  for (const channel of followUp.tried) await retryNotice(tx, noticeId, channel);
  const audit = [
    {
      ...{ subjectKind: 'message', subjectId: followUp.messageId, customerId: facts.id },
      ...{ action: 'message.followed-up', reason: 'next-channel' },
    },
  ];
  const again = await readCustomer(tx, store, templates, facts.id, at);
  return { traces: { ...noTraces(), audit }, facts: again, withdrawing: false };
}

async function digestNow(desk: Desk, facts: CustomerFacts): Promise<Done> {
  const { store, tx, at, terms, templates, live } = desk;
  const { standing, fallen } = await readLines(tx, store, at, facts.requested, requestStands);
  const traces = noTraces();
  for (const id of fallen) {
    traces.asks.push({ subject: receivableWorkflowId(id), kind: 'receivable' });
    traces.audit.push({ action: 'contact.withdrawn', subjectKind: 'receivable', subjectId: id, customerId: facts.id });
  }
  const kept: CustomerFacts = { ...facts, requested: standing.map((line) => line.rung) };
  const leading = leadingRung(kept.requested);
  if (!leading) return { traces, facts: kept, withdrawing: true };
  const recipient = chooseRecipient(facts.people, leading.class, [], terms, at.now);
  if (recipient.verdict === 'defer') return { traces, facts: kept, withdrawing: fallen.length > 0 };
  const nothingAsked: CustomerFacts = { ...kept, requested: [] };
  if (recipient.verdict === 'drop') {
    append(traces, await skip(desk, facts, standing, recipient.why));
    return { traces, facts: nothingAsked, withdrawing: fallen.length > 0 };
  }
  const draft = draftMessage(templates, facts, leading.template, recipient, standing, at);
  const outbox = !live.has(recipient.channel);
  const messageId = await insertMessage(tx, at, {
    key: contactKey(standing),
    customer: facts,
    recipient,
    draft,
    lines: standing,
    outbox,
    fallbackOf: null,
    attempt: 0,
  });
  append(traces, messageTraces(facts, messageId, recipient, draft.template, standing, outbox));
  for (const { line, stage, differs } of await settleRungs(tx, at, standing, 'taken', null)) {
    append(traces, rungTraces(line, 'rung.taken', null, messageId));
    if (stage !== line.found.facts.stage) append(traces, stageTraces(line, stage));
    if (differs) traces.asks.push({ subject: receivableWorkflowId(line.found.id), kind: 'receivable' });
  }
  return { traces, facts: contacted(nothingAsked, at, outbox ? null : messageId), withdrawing: fallen.length > 0 };
}

/** Nobody can be reached: the rungs are skipped with that reason, and a wrong address becomes a task, never a silent queue. */
async function skip(
  desk: Desk,
  facts: CustomerFacts,
  lines: readonly Line[],
  why: 'opted-out' | 'no-address',
): Promise<WorkOrderTraces> {
  const traces = noTraces();
  await settleRungs(desk.tx, desk.at, lines, 'skipped', why);
  for (const line of lines) {
    append(traces, rungTraces(line, 'rung.skipped', why, null));
    traces.asks.push({ subject: receivableWorkflowId(line.found.id), kind: 'receivable' });
  }
  if (why === 'no-address') append(traces, await mendAddress(desk, facts, why));
  return traces;
}

type FollowUpFacts = CustomerFacts['followUps'][number];

/** A message that failed or got no receipt: what is still owed is asked for again, by the next channel. */
async function followUpNow(
  desk: Desk,
  facts: CustomerFacts,
  followUp: FollowUpFacts,
  recipient: Exclude<Recipient, { verdict: 'defer' }>,
): Promise<Done> {
  const { store, tx, at, templates, live } = desk;
  const { standing } = await readLines(tx, store, at, followUp.rungs, fallbackStands);
  await tx.updateTable('message').set({ followed_at: at.now }).where('id', '=', followUp.messageId).execute();
  const rest: CustomerFacts = { ...facts, followUps: facts.followUps.filter((f) => f.messageId !== followUp.messageId) };
  const about = { subjectKind: 'message', subjectId: followUp.messageId, customerId: facts.id };
  const outcome = standing.length === 0 ? 'nothing-owed' : recipient.verdict === 'drop' ? recipient.why : 'next-channel';
  const traces: WorkOrderTraces = { ...noTraces(), audit: [{ ...about, action: 'message.followed-up', reason: outcome }] };
  if (standing.length === 0) return { traces, facts: rest, withdrawing: false };
  if (recipient.verdict === 'drop') {
    append(traces, await mendAddress(desk, facts, followUp.failed ? 'failed' : 'no-receipt'));
    return { traces, facts: rest, withdrawing: false };
  }
  const draft = draftMessage(templates, facts, followUp.template, recipient, standing, at);
  const outbox = !live.has(recipient.channel);
  const messageId = await insertMessage(tx, at, {
    key: `${followUp.key.split('/fallback/')[0]}/fallback/${recipient.channel}`,
    customer: facts,
    recipient,
    draft,
    lines: standing,
    outbox,
    fallbackOf: followUp.messageId,
    attempt: followUp.attempts + 1,
  });
  append(traces, messageTraces(facts, messageId, recipient, draft.template, standing, outbox));
  return { traces, facts: contacted(rest, at, outbox ? null : messageId), withdrawing: false };
}

/** One open task a customer is enough: whoever mends the address sees all that waits for it. */
async function mendAddress(desk: Desk, facts: CustomerFacts, why: string): Promise<WorkOrderTraces> {
  const open = await desk.tx
    .selectFrom('work_order')
    .select('id')
    .where('customer_id', '=', facts.id)
    .where('kind', '=', 'mend-address')
    .where('closed_at', 'is', null)
    .executeTakeFirst();
  if (open) return noTraces();
  return openWorkOrder(desk.tx, desk.store, desk.at, {
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

const WITHDRAWAL_MS = 3_600_000;

/** What comes after a contact. A withdrawal is looked at again, since the facts may call for the contact once more before it is recorded. */
function planAfter(desk: Desk, { facts, withdrawing }: Done): OutreachVerdict {
  const verdict = planOutreach(facts, desk.terms, desk.at.now);
  if (verdict.step !== 'close' || !withdrawing) return verdict;
  return {
    step: 'compose',
    at: addMs(desk.at.now, WITHDRAWAL_MS),
    messageId: null,
    why: { code: 'withdrawal-awaited', params: {} },
  };
}

/** Postgres was restored from a backup older than the workflow: nobody is contacted until a person had a day to find out what went out. */
async function restoredBehind(
  desk: Desk,
  facts: CustomerFacts,
  heldSeq: number,
): Promise<Written<OutreachPlan> | Unchanged<OutreachPlan>> {
  const { store, tx, at, row, terms } = desk;
  const traces = await openWorkOrder(tx, store, at, {
    key: `${facts.id}/restored/${heldSeq}`,
    kind: 'sequence-check',
    customerId: facts.id,
    subject: `customer ${facts.customerCode}`,
    reason: { storedPlan: row.seq, workflowPlan: heldSeq },
  });
  const { calendar, slotMinute } = terms;
  const on = addWorkingDays(calendar, dateOf(at.now, calendar.zone), 2);
  return settle({ ...desk, row: { ...row, seq: heldSeq } }, held(instantAt(on, slotMinute, calendar.zone)), traces);
}

const held = (until: Instant | null): OutreachVerdict => ({
  step: 'compose',
  at: until,
  messageId: null,
  why: { code: 'restored', params: {} },
});

const isHeld = (row: OutreachRow, at: Moment): boolean =>
  (row.why as OutreachVerdict['why']).code === 'restored' && row.at !== null && row.at > at.now;

/** Writes the next plan with what was done; unchanged plans are only answered. */
async function settle(
  { tx, at, row }: Pick<Desk, 'store' | 'tx' | 'at' | 'row'>,
  verdict: OutreachVerdict,
  traces: WorkOrderTraces,
): Promise<Written<OutreachPlan> | Unchanged<OutreachPlan>> {
  const answer = { subject: outreachWorkflowId(row.customerId), asked: row.asked, at: verdict.at };
  const same = row.step === verdict.step && row.at === verdict.at && row.messageId === verdict.messageId;
  const [first, ...others] = traces.audit;
  if (same && !first) return { value: processPlan(row.seq, verdict, at), audit: null, answer };
  const seq = row.seq + 1;
  await tx
    .updateTable('outreach')
    .set({
      seq,
      plan_step: verdict.step,
      plan_at: verdict.at,
      plan_why: JSON.stringify(verdict.why),
      plan_message: verdict.messageId,
    })
    .where('customer_id', '=', row.customerId)
    .execute();
  const planned = {
    action: 'outreach.planned',
    subjectKind: 'customer',
    subjectId: row.customerId,
    customerId: row.customerId,
    reason: verdict.why.code,
    before: { step: row.step, at: row.at },
    after: { step: verdict.step, at: verdict.at },
  };
  const audit = same && first ? ([first, ...others] as const) : ([planned, ...traces.audit] as const);
  const { posts, events } = traces;
  // What was done was read before this plan was made: the process need not be asked about it, and cannot be while it answers.
  const asks = traces.asks.filter((ask) => ask.subject !== answer.subject);
  return { value: processPlan(seq, verdict, at), audit, asks, posts, events, answer };
}

function processPlan(seq: number, verdict: OutreachVerdict, at: Moment): OutreachPlan {
  const waitMs = realWaitMs(at.clock, verdict.at, at.now);
  return { seq, step: verdict.step, at: verdict.at, waitMs, why: sayOutreachWhy(verdict.why.code), messageId: verdict.messageId };
}

const unknownCustomer = (seq: number | null): OutreachPlan => ({
  seq: seq ?? 0,
  step: 'close' satisfies OutreachStep,
  at: null,
  waitMs: null,
  why: 'the database does not know this customer',
  messageId: null,
});
