import { addMs, addWorkingDays, dateOf, instantAt } from '../domain/kernel/calendar.ts';
import type { Instant } from '../domain/kernel/calendar.ts';
import { realWaitMs } from '../domain/kernel/clock.ts';
import { outreachWorkflowId } from '../domain/kernel/subject.ts';
import type { Channel } from '../domain/collection/governor.ts';
import { planOutreach, sayOutreachWhy } from '../domain/collection/outreach.ts';
import type { OutreachVerdict } from '../domain/collection/outreach.ts';
import type { OutreachPlan, OutreachStep } from '../domain/collection/process.ts';
import type { Tx } from './database.ts';
import { contactNow } from './outreach-contacts.ts';
import type { Done, OutreachDesk } from './outreach-contacts.ts';
import { lockOutreach, outreachTerms, readCustomer } from './outreach-facts.ts';
import type { CustomerFacts, OutreachRow } from './outreach-facts.ts';
import { templatesOf } from './templates.ts';
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
    const desk: OutreachDesk = { store, tx, at, row, templates, terms, live };
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

const WITHDRAWAL_MS = 3_600_000;

/** What comes after a contact. A withdrawal is looked at again, since the facts may call for the contact once more before it is recorded. */
function planAfter(desk: OutreachDesk, { facts, withdrawing }: Done): OutreachVerdict {
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
  desk: OutreachDesk,
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
  { tx, at, row }: Pick<OutreachDesk, 'store' | 'tx' | 'at' | 'row'>,
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
