import { sql } from 'kysely';
import { realWaitMs } from '../../domain/platform/clock.ts';
import { workflowId } from '../../domain/platform/subject.ts';
import { planStatement, stateOfStatement } from '../../domain/reconciliation/statement.ts';
import type { StatementFacts, StatementPlan, StatementState } from '../../domain/reconciliation/statement.ts';
import type { Tx } from '../platform/database.ts';
import { systemActor, write } from '../platform/transaction.ts';
import type { Store, Unchanged, Written, Work } from '../platform/transaction.ts';
import { openWorkOrder } from '../tasks/work-orders.ts';
import { silentKey } from './statements.ts';
import type { Effects } from '../platform/effects.ts';

type Input = { id: string; seq: number | null };
type Outcome = Written<StatementPlan> | Unchanged<StatementPlan>;
const actor = systemActor('statement');

/** Reads a statement anew and writes how it stands. */
export const reassessStatement = (store: Store, { id, seq }: Input): Promise<StatementPlan> =>
  write<StatementPlan>(store, actor, async (work) => {
    const { tx } = work;
    const found = await lock(tx, id);
    return found ? settle(work, found, null) : { value: unknown(seq), audit: null };
  });

/** Nobody has answered: a person is told, only if the stored plan is the one asked for and its moment has come. */
export const handOverStatement = (store: Store, { id, seq }: Input): Promise<StatementPlan> =>
  write<StatementPlan>(store, actor, async (work) => {
    const { tx, at } = work;
    const found = await lock(tx, id);
    if (!found) return { value: unknown(seq), audit: null };
    const verdict = planStatement(found.facts, at.now);
    if (verdict.step !== 'hand-over' || !verdict.due || (seq !== null && seq < found.seq)) return settle(work, found, null);
    await sql`update statement set handed_over_at = ${at.now}::timestamptz where id = ${id}::uuid`.execute(tx);
    const effects = await openWorkOrder(work, {
      key: silentKey(id),
      kind: 'statement-silent',
      customerId: found.customerId,
      subject: `statement of ${found.asOf} in ${found.currency}`,
      reason: { statement: id, asOf: found.asOf, currency: found.currency },
    });
    return settle(work, { ...found, facts: { ...found.facts, handedOver: true } }, effects);
  });

interface Found {
  id: string;
  customerId: string;
  currency: string;
  asOf: string;
  state: StatementState;
  seq: number;
  asked: number;
  facts: StatementFacts;
}

async function lock(tx: Tx, id: string): Promise<Found | null> {
  const { rows } = await sql<Omit<Found, 'facts'> & StatementFacts>`
    select s.id, s.customer_id as "customerId", s.currency, s.as_of as "asOf", s.state, s.seq, coalesce(w.asked, 0) as asked,
      (select a.verdict from statement_answer a where a.statement_id = s.id) as answer, s.withdrawn_at is not null as withdrawn,
      s.superseded_by is not null as superseded, s.handed_over_at is not null as "handedOver", s.respond_by as "respondBy"
    from statement s left join wake w on w.subject = 'statement-' || s.id where s.id = ${id}::uuid for update of s`.execute(tx);
  const row = rows[0];
  if (!row) return null;
  const { answer, withdrawn, superseded, handedOver, respondBy, ...found } = row;
  return { ...found, facts: { answer, withdrawn, superseded, handedOver, respondBy } };
}

/** Writes a state that has changed, with what else the step left behind, and answers the plan. */
async function settle({ tx, at }: Work, found: Found, effects: Effects | null): Promise<Outcome> {
  const state = stateOfStatement(found.facts);
  const verdict = planStatement(found.facts, at.now);
  const moved = state !== found.state;
  const seq = moved ? found.seq + 1 : found.seq;
  const value: StatementPlan = {
    seq,
    step: verdict.step,
    at: verdict.at,
    waitMs: realWaitMs(at.clock, verdict.at, at.now),
    why: state === 'open' ? 'an answer is awaited until the deadline' : state,
  };
  const answer = { subject: workflowId('statement', found.id), asked: found.asked, at: verdict.at };
  if (!moved) return { value, audit: null, answer };
  await sql`
    update statement set state = ${state}, seq = ${seq}::bigint, plan_step = ${verdict.step}, plan_at = ${verdict.at}::timestamptz
    where id = ${found.id}::uuid`.execute(tx);
  const about = { subjectKind: 'statement', subjectId: found.id, customerId: found.customerId };
  const after = { state, asOf: found.asOf, currency: found.currency };
  return {
    value,
    answer,
    audit: [{ ...about, action: `statement.${state}`, before: { state: found.state }, after }, ...(effects?.audit ?? [])],
    asks: effects?.asks ?? [],
    posts: effects?.posts ?? [],
    events: [{ ...about, kind: `statement.${state}`, data: after }, ...(effects?.events ?? [])],
  };
}

const unknown = (seq: number | null): StatementPlan => ({
  seq: seq ?? 0,
  step: 'close',
  at: null,
  waitMs: null,
  why: 'the database does not know this statement',
});
