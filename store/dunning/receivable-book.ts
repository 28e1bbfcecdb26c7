import { isDeepStrictEqual } from 'node:util';
import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import { realWaitMs } from '../../domain/platform/clock.ts';
import type { AuditFact } from '../../domain/platform/audit.ts';
import { outreachWorkflowId, receivableWorkflowId } from '../../domain/platform/subject.ts';
import { higherStage, isContact } from '../../domain/dunning/ladder.ts';
import { lastOfEach, planReceivable } from '../../domain/dunning/plan.ts';
import type { ReceivablePlan } from '../../domain/dunning/process.ts';
import type { CollectionTerms, Plan, PlanStep, RungChange, Verdict, Why } from '../../domain/dunning/receivable.ts';
import { sayWhy } from '../../domain/dunning/words.ts';
import { restoreNoticed } from './events.ts';
import { promiseEffects } from '../ledger/promise-judgements.ts';
import type { Tx } from '../platform/database.ts';
import { openReceivable } from '../ledger/receivable-facts.ts';
import type { ReceivableCase } from '../ledger/receivable-facts.ts';
import { rungRows } from './rungs.ts';
import { systemActor, writeSeeing } from '../platform/transaction.ts';
import type { Moment, Store, Unchanged, Written, Work } from '../platform/transaction.ts';
import { moveTasks, openTask } from './receivable-tasks.ts';
import { openWorkOrder } from '../tasks/work-orders.ts';
import type { Effects } from '../platform/effects.ts';
import { addEffects, joinEffects, noEffects } from '../platform/effects.ts';

export interface StepInput {
  id: string;
  /** The plan the workflow holds; null: none yet. */
  seq: number | null;
}

/** Reads the facts anew and stores what they call for. Acts on nothing but what the facts themselves have ended. */
export function reassessReceivable(store: Store, input: StepInput): Promise<ReceivablePlan> {
  return advance(store, null, input);
}

/**
 * Takes the step that is asked for, only if the stored plan is the one the workflow holds and the facts still call for that very step. When
 * another one is due by now, it is what the answer plans: the workflow asks for it by its own name.
 */
export function takeReceivableStep(store: Store, step: PlanStep, input: StepInput): Promise<ReceivablePlan> {
  return advance(store, step, input);
}

async function advance(store: Store, step: PlanStep | null, input: StepInput): Promise<ReceivablePlan> {
  const look = (tx: Tx) => openReceivable(tx, store, input.id);
  return writeSeeing(store, systemActor('receivable'), look, async (work, { found }) => {
    const { at } = work;
    if (!found) return { value: unknownSubject(input.seq), audit: null };
    if (step !== null && input.seq !== null && input.seq < found.seq) return { value: storedPlan(found, at), audit: null };
    const terms = await store.policies.terms(found);
    const verdict = planReceivable(found.facts, terms, at.now);
    const ahead = input.seq !== null && input.seq > found.seq;
    if (ahead) return restoredBehind(work, found, verdict, input.seq ?? 0);
    if (verdict.due && verdict.plan.step === step) return takeRung(work, found, terms, verdict);
    return settle(work, found, terms, untaken(verdict), await askForCredits(work, found, verdict));
  });
}

/** The due rung: a contact is asked of the customer's outreach, the others are done here and now. */
async function takeRung(
  work: Work,
  found: ReceivableCase,
  terms: CollectionTerms,
  verdict: Verdict,
): Promise<Written<ReceivablePlan> | Unchanged<ReceivablePlan>> {
  const { at } = work;
  const rung = terms.ladder.rungs.find((candidate) => candidate.id === verdict.plan.rung);
  if (!rung) throw new Error(`dunning procedure ${terms.ladder.id} has no step ${verdict.plan.rung}`);
  const step = isContact(rung.action) ? askOutreach(found) : await openTask(work, found, rung);
  const effects = joinEffects(step, await askForCredits(work, found, verdict));
  const taken: RungChange = { id: rung.id, state: isContact(rung.action) ? 'requested' : 'taken', reason: null };
  const stage = taken.state === 'taken' ? higherStage(verdict.stage, rung.stage) : verdict.stage;
  const changes = [...verdict.changes, taken];
  const after = withChanges(found, changes, at);
  const next = planReceivable({ ...after, stage, pauses: verdict.pauses }, terms, at.now);
  effects.audit.unshift({
    ...about(found),
    action: taken.state === 'taken' ? 'rung.taken' : 'rung.requested',
    policyVersion: `ladders/${found.policyVersion}`,
    after: { rung: rung.id, on: verdict.plan.why.params['on'], action: rung.action },
  });
  return settle(
    work,
    found,
    terms,
    { ...next, stage, changes: lastOfEach([...changes, ...next.changes]), promises: verdict.promises, lapsed: verdict.lapsed },
    effects,
  );
}

/** What a look alone may record: a rung is missed in favour of the one that is taken, so only the taking says so. */
const untaken = (verdict: Verdict): Verdict =>
  verdict.due ? { ...verdict, changes: verdict.changes.filter((change) => change.state !== 'missed') } : verdict;

/** A work order for each credit note that was conceded and has not come in time. */
async function askForCredits(work: Work, found: ReceivableCase, { lapsed }: Verdict): Promise<Effects> {
  const opened: Effects[] = [];
  for (const { id } of lapsed) {
    const order = { kind: 'credit-note', customerId: found.customerId, receivableId: found.id, reason: { dispute: id } };
    const subject = `invoice ${found.invoiceCode}/${found.instalment}`;
    opened.push(await openWorkOrder(work, { ...order, key: `${found.id}/credit-note/${id}`, subject }));
  }
  return joinEffects(...opened);
}

function askOutreach(found: ReceivableCase): Effects {
  return { ...noEffects(), asks: [{ subject: outreachWorkflowId(found.customerId), kind: 'outreach' }] };
}

/** Writes the verdict: rungs, promises, stage, outcome and the next plan, each change with its audit entry. Counting goes on from `held`. */
async function settle(
  work: Work,
  found: ReceivableCase,
  terms: CollectionTerms,
  verdict: Verdict,
  effects: Effects,
  held = found.seq,
): Promise<Written<ReceivablePlan> | Unchanged<ReceivablePlan>> {
  const { tx, at } = work;
  const changed =
    !samePlan(found, verdict.plan) || verdict.stage !== found.facts.stage || verdict.outcome !== found.facts.outcome;
  const noted =
    verdict.changes.length > 0 ||
    verdict.promises.length > 0 ||
    verdict.lapsed.length > 0 ||
    verdict.pauses !== found.facts.pauses;
  const touched = changed || noted || held > found.seq;
  const seq = touched ? held + 1 : found.seq;
  const value = processPlan(seq, verdict.plan, verdict.stage, at);
  const answer = { subject: receivableWorkflowId(found.id), asked: found.asked, at: verdict.plan.at };
  if (!touched) return { value, audit: null, answer };
  for (const promise of verdict.promises) {
    await tx.updateTable('promise').set({ state: promise.state, judged_at: promise.at }).where('id', '=', promise.id).execute();
  }
  for (const { id, at: lapsedAt } of verdict.lapsed) {
    await tx.updateTable('dispute').set({ lapsed_at: lapsedAt }).where('id', '=', id).execute();
  }
  const ended = await moveTasks(work, found, verdict.outcome);
  const judged = await promiseEffects(work, found, verdict);
  return {
    value,
    audit: [decided(found, verdict), ...effects.audit, ...ended.audit, ...judged.audit],
    asks: [...effects.asks, ...ended.asks, ...judged.asks],
    posts: [...effects.posts, ...ended.posts, ...judged.posts],
    answer,
    events: [...stageEvents(found, verdict), ...effects.events, ...ended.events, ...judged.events],
    rows: [
      planRow(found.id, seq, verdict),
      ...(verdict.changes.length > 0 ? [rungRows(found.id, terms.ladder, verdict.changes, at.now)] : []),
    ],
  };
}

const planRow = (id: string, seq: number, { stage, outcome, pauses, plan }: Verdict): RawBuilder<unknown> => sql`
  update receivable set stage = ${stage}, outcome = ${outcome}, pauses = ${JSON.stringify(pauses)}::jsonb, seq = ${seq}::int,
    plan_step = ${plan.step}, plan_rung = ${plan.rung}, plan_at = ${plan.at}::timestamptz, plan_why = ${JSON.stringify(plan.why)}::jsonb
  where id = ${id}::uuid`;

/** Postgres was restored from a backup older than the workflow: no contact is made until a person has found out what went out. */
async function restoredBehind(
  work: Work,
  found: ReceivableCase,
  verdict: Verdict,
  held: number,
): Promise<Written<ReceivablePlan> | Unchanged<ReceivablePlan>> {
  const { store } = work;
  const credits = await askForCredits(work, found, verdict);
  const effects = await openWorkOrder(work, {
    key: `${found.id}/restored/${held}`,
    kind: 'sequence-check',
    customerId: found.customerId,
    receivableId: found.id,
    subject: `invoice ${found.invoiceCode}/${found.instalment}`,
    reason: { storedPlan: found.seq, workflowPlan: held },
  });
  addEffects(effects, await restoreNoticed.tell(work, found));
  const terms = await store.policies.terms(found);
  return settle(work, found, terms, { ...untaken(verdict), due: false }, joinEffects(effects, credits), held);
}

function decided(found: ReceivableCase, verdict: Verdict): AuditFact {
  return {
    ...about(found),
    action:
      verdict.outcome && !found.facts.outcome
        ? 'receivable.closed'
        : found.facts.outcome && !verdict.outcome
          ? 'receivable.reopened'
          : 'receivable.planned',
    reason: verdict.plan.why.code,
    policyVersion: `ladders/${found.policyVersion}`,
    before: { stage: found.facts.stage, step: found.plan.step, at: found.plan.at },
    after: {
      stage: verdict.stage,
      outcome: verdict.outcome,
      step: verdict.plan.step,
      rung: verdict.plan.rung,
      at: verdict.plan.at,
      why: verdict.plan.why,
      rungs: verdict.changes,
      promises: verdict.promises,
      ...(verdict.lapsed.length > 0 && { lapsed: verdict.lapsed }),
    },
  };
}

function stageEvents(
  found: ReceivableCase,
  verdict: Verdict,
): { kind: string; subjectKind: string; subjectId: string; customerId: string; data: Record<string, unknown> }[] {
  if (verdict.stage === found.facts.stage) return [];
  return [
    { ...about(found), kind: 'receivable.stage', data: { from: found.facts.stage, to: verdict.stage, outcome: verdict.outcome } },
  ];
}

const about = (found: ReceivableCase): { subjectKind: string; subjectId: string; customerId: string } => ({
  subjectKind: 'receivable',
  subjectId: found.id,
  customerId: found.customerId,
});

function withChanges(found: ReceivableCase, changes: readonly RungChange[], at: Moment): ReceivableCase['facts'] {
  const kept = found.facts.rungs.filter((rung) => !changes.some((change) => change.id === rung.id));
  return { ...found.facts, rungs: [...kept, ...changes.map((change) => ({ ...change, at: at.now }))] };
}

/** Of a step its day tells the reason; what waits may wait on for another one, with no day at all. */
const samePlan = (found: ReceivableCase, plan: Plan): boolean =>
  found.plan.step === plan.step &&
  found.plan.rung === plan.rung &&
  found.plan.at === plan.at &&
  (plan.rung !== null || isDeepStrictEqual(found.plan.why, plan.why));

function processPlan(seq: number, plan: Plan, stage: Verdict['stage'], at: Moment): ReceivablePlan {
  return {
    seq,
    step: plan.step,
    at: plan.at,
    waitMs: realWaitMs(at.clock, plan.at, at.now),
    why: sayWhy(plan.why, 'en'),
    reason: plan.why,
    stage,
  };
}

function storedPlan(found: ReceivableCase, at: Moment): ReceivablePlan {
  const plan: Plan = {
    step: found.plan.step as Plan['step'],
    rung: found.plan.rung,
    at: found.plan.at,
    why: found.plan.why as Why,
  };
  return processPlan(found.seq, plan, found.facts.stage, at);
}

const unknownSubject = (seq: number | null): ReceivablePlan => ({
  seq: seq ?? 0,
  step: 'close',
  at: null,
  waitMs: null,
  why: 'the database does not know this receivable',
  stage: 'closed',
});
