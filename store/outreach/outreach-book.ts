import { addDays, addMs, addWorkingDays, dateOf, instantAt, nextContactDay } from '../../domain/platform/calendar.ts';
import type { Instant } from '../../domain/platform/calendar.ts';
import { realWaitMs } from '../../domain/platform/clock.ts';
import { outreachWorkflowId } from '../../domain/platform/subject.ts';
import { planOutreach } from '../../domain/outreach/outreach.ts';
import { sayOutreachWhy } from '../../domain/outreach/outreach-words.ts';
import type { GoLivePart } from '../../domain/outreach/going-live.ts';
import type { OutreachVerdict } from '../../domain/outreach/outreach.ts';
import { readDepartures } from '../platform/departures.ts';
import type { Departures, Deployment } from '../platform/departures.ts';
import { askForSettings, judgeFirstContact, readGoLive } from './going-live.ts';
import type { GoLiveSettings } from './going-live.ts';
import { contactNow } from './outreach-contacts.ts';
import type { Done, OutreachDesk } from './outreach-contacts.ts';
import { lockOutreach, outreachTerms, readCustomer } from './outreach-facts.ts';
import type { CustomerFacts, OutreachRow } from './outreach-facts.ts';
import { templatesOf, withSeller } from './templates.ts';
import type { TemplateBook } from './templates.ts';
import { systemActor, write } from '../platform/transaction.ts';
import type { Moment, Store, Unchanged, Written, Work } from '../platform/transaction.ts';
import { openWorkOrder } from '../tasks/work-orders.ts';
import type { OutreachTerms } from '../../domain/outreach/outreach-facts.ts';
import type { Effects } from '../platform/effects.ts';
import { noEffects } from '../platform/effects.ts';
import type { OutreachPlan, OutreachStep } from '../../domain/outreach/process.ts';

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
export function contactCustomer(store: Store, input: OutreachInput, deployment: Deployment): Promise<OutreachPlan> {
  return write(store, actor, async (work) => {
    const { tx, at } = work;
    const row = await lockOutreach(tx, input.id);
    if (!row) return { value: unknownCustomer(input.seq), audit: null };
    const settings = await readGoLive(tx);
    const templates = withSeller(await templatesOf(store.policies.db, at.today), settings.seller);
    const departures = await readDepartures(tx, store, deployment);
    const facts = await readCustomer(tx, store, { ...departures, templates }, input.id, at);
    const hold = await heldBack(work, facts, departures, templates, settings);
    const terms = await outreachTerms(store, facts.customerCode, at, { ...departures, templates }, hold.terms);
    const desk: OutreachDesk = { ...work, row, templates, terms, departures, statementFirst: hold.statementFirst };
    if (input.seq !== null && input.seq > row.seq) return restoredBehind(desk, facts, input.seq);
    if (isHeld(row, at)) return settle(desk, held(row.at), noEffects());
    const verdict = planOutreach(facts, terms, at.now);
    if (verdict.step !== 'compose' || (verdict.at ?? '') > at.now)
      return settle(desk, verdict, await askedFor(desk, verdict, hold.missing));
    const done = await contactNow(desk, facts);
    return settle(desk, planAfter(desk, done), done.effects);
  });
}

interface HeldBack {
  terms: OutreachTerms['heldBack'];
  missing: readonly GoLivePart[];
  statementFirst: boolean;
}

/** Whether going live holds this customer's contacts back: settings without which nothing leaves, or the ramp of first contacts. */
async function heldBack(
  work: Work,
  facts: CustomerFacts,
  { live }: Pick<Departures, 'live'>,
  templates: TemplateBook,
  settings: GoLiveSettings,
): Promise<HeldBack> {
  const { at, store } = work;
  const missing = live === null ? [] : settings.missing;
  if (missing.length > 0) {
    const { calendar, slotMinute } = await outreachTerms(store, facts.customerCode, at, { live, templates });
    const until = instantAt(nextContactDay(calendar, addDays(at.today, 1)), slotMinute, calendar.zone);
    return { terms: { until, why: 'settings-awaited' }, missing, statementFirst: false };
  }
  if (facts.requested.length === 0) return { terms: null, missing, statementFirst: false };
  const { first, admitted, statementFirst } = await judgeFirstContact(work, facts, { live });
  if (!first || admitted) return { terms: null, missing, statementFirst };
  const { calendar, slotMinute } = await outreachTerms(store, facts.customerCode, at, { live, templates });
  const until = instantAt(nextContactDay(calendar, addDays(at.today, 1)), slotMinute, calendar.zone);
  return { terms: { until, why: 'first-contact-waits' }, missing, statementFirst };
}

/** A contact that waits for settings has a person asked for them. */
const askedFor = (desk: OutreachDesk, { why }: OutreachVerdict, missing: readonly GoLivePart[]): Promise<Effects> =>
  why.code === 'settings-awaited' ? askForSettings(desk, missing) : Promise.resolve(noEffects());

/** Stores what the facts call for without contacting anybody: after the outcome of a delivery, with that outcome's effects. */
export async function replanOutreach(
  work: Work,
  row: OutreachRow,
  effects: Effects,
  deployment: Deployment,
): Promise<Written<OutreachPlan> | Unchanged<OutreachPlan>> {
  const { tx, at, store } = work;
  const settings = await readGoLive(tx);
  const templates = withSeller(await templatesOf(store.policies.db, at.today), settings.seller);
  const departures = await readDepartures(tx, store, deployment);
  const facts = await readCustomer(tx, store, { ...departures, templates }, row.customerId, at);
  const hold = await heldBack(work, facts, departures, templates, settings);
  const terms = await outreachTerms(store, facts.customerCode, at, { ...departures, templates }, hold.terms);
  return settle({ store, tx, at, row }, planOutreach(facts, terms, at.now), effects);
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
  const { at, row, terms } = desk;
  const effects = await openWorkOrder(desk, {
    key: `${facts.id}/restored/${heldSeq}`,
    kind: 'sequence-check',
    customerId: facts.id,
    subject: `customer ${facts.customerCode}`,
    reason: { storedPlan: row.seq, workflowPlan: heldSeq },
  });
  const { calendar, slotMinute } = terms;
  const on = addWorkingDays(calendar, dateOf(at.now, calendar.zone), 2);
  return settle({ ...desk, row: { ...row, seq: heldSeq } }, held(instantAt(on, slotMinute, calendar.zone)), effects);
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
  effects: Effects,
): Promise<Written<OutreachPlan> | Unchanged<OutreachPlan>> {
  const answer = { subject: outreachWorkflowId(row.customerId), asked: row.asked, at: verdict.at };
  const same = row.step === verdict.step && row.at === verdict.at && row.messageId === verdict.messageId;
  const [first, ...others] = effects.audit;
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
  const audit = same && first ? ([first, ...others] as const) : ([planned, ...effects.audit] as const);
  const { posts, events } = effects;
  // What was done was read before this plan was made: the process need not be asked about it, and cannot be while it answers.
  const asks = effects.asks.filter((ask) => ask.subject !== answer.subject);
  return { value: processPlan(seq, verdict, at), audit, asks, posts, events, answer };
}

function processPlan(seq: number, verdict: OutreachVerdict, at: Moment): OutreachPlan {
  const waitMs = realWaitMs(at.clock, verdict.at, at.now);
  const { step, at: moment, why, messageId } = verdict;
  return {
    seq,
    step,
    at: moment,
    waitMs,
    why: sayOutreachWhy(why.code, 'en'),
    reason: { code: why.code, params: {} },
    messageId,
  };
}

const unknownCustomer = (seq: number | null): OutreachPlan => ({
  seq: seq ?? 0,
  step: 'close' satisfies OutreachStep,
  at: null,
  waitMs: null,
  why: 'the database does not know this customer',
  messageId: null,
});
