import { sql } from 'kysely';
import { realWaitMs } from '../../domain/platform/clock.ts';
import type { Instant } from '../../domain/platform/calendar.ts';
import { subjectOf, workOrderWorkflowId } from '../../domain/platform/subject.ts';
import { nextDeadline, planWorkOrder } from '../../domain/tasks/work-order.ts';
import type { WorkOrderFacts, WorkOrderVerdict } from '../../domain/tasks/work-order.ts';
import type { Tx } from '../platform/database.ts';
import { taskReached } from './events.ts';
import { systemActor, write } from '../platform/transaction.ts';
import type { Ask, Moment, Store, Unchanged, Written, Work } from '../platform/transaction.ts';
import type { Effects } from '../platform/effects.ts';
import type { WorkOrderPlan, WorkOrderStep } from '../../domain/tasks/process.ts';

interface Row {
  id: string;
  kind: string;
  role: string;
  customer_id: string | null;
  outcome: string | null;
  closed_by: string | null;
  process: string | null;
  seq: number;
  plan_step: string;
  plan_at: Instant | null;
  asked: number;
  facts: WorkOrderFacts;
}

type Input = { id: string; seq: number | null };

/** Reads the work order anew and stores what its deadline calls for. */
export const reassessWorkOrder = (store: Store, input: Input): Promise<WorkOrderPlan> => advance(store, null, input);

/** Warns or hands over, only if the stored plan is the one the workflow holds, its moment has come, and it is that very step. */
export const takeWorkOrderStep = (store: Store, step: WorkOrderStep, input: Input): Promise<WorkOrderPlan> =>
  advance(store, step, input);

async function advance(store: Store, step: WorkOrderStep | null, input: Input): Promise<WorkOrderPlan> {
  return write(store, systemActor('work-order'), async (work) => {
    const { tx, at } = work;
    const lapsed = await taskReached.tell(work, input.id);
    const row = await readWorkOrder(tx, input.id);
    if (!row) return { value: unknownWorkOrder(input.seq), audit: null };
    const { current, calendar } = await store.policies.current();
    const kind = current['work-orders'].content.kinds[row.kind];
    if (!kind) throw new Error(`work-order policy has no kind ${row.kind}`);
    const stale = input.seq !== null && input.seq < row.seq;
    const verdict = planWorkOrder(row.facts, kind, at.now);
    if (stale || !verdict.due || verdict.step !== step) return joined(await settle(work, row, {}, verdict, null), lapsed);
    if (verdict.step === 'warn') {
      const next = planWorkOrder({ ...row.facts, state: 'warned' }, kind, at.now);
      return settle(work, row, { state: 'warned' }, next, 'work-order.warned');
    }
    const role = kind.escalateTo[row.facts.level] ?? row.role;
    const change = {
      state: 'escalated' as const,
      level: row.facts.level + 1,
      role,
      due_at: nextDeadline(kind, calendar, at.now),
      assignee: null,
      // Whom it goes to has put nothing aside.
      snoozed_until: null,
    };
    const next = planWorkOrder(
      { ...row.facts, state: 'escalated', level: change.level, dueAt: change.due_at, snoozedUntil: null },
      kind,
      at.now,
    );
    return settle(work, row, change, next, 'work-order.escalated');
  });
}

/** What ended beside the task belongs to the same entry of the record. */
function joined(
  settled: Written<WorkOrderPlan> | Unchanged<WorkOrderPlan>,
  { audit, asks, posts, events }: Effects,
): Written<WorkOrderPlan> | Unchanged<WorkOrderPlan> {
  if (settled.audit === null || audit.length === 0) return settled;
  const [first, ...more] = settled.audit;
  return {
    ...settled,
    audit: [first, ...more, ...audit],
    asks: [...(settled.asks ?? []), ...asks],
    posts: [...(settled.posts ?? []), ...posts],
    events: [...(settled.events ?? []), ...events],
  };
}

async function readWorkOrder(tx: Tx, id: string): Promise<Row | undefined> {
  const { rows } = await sql<Omit<Row, 'facts'> & Record<string, unknown>>`
    select o.*, coalesce(w.asked, 0) as asked, (select p.expires_at from pending_act p
      where p.id = case when o.process like 'pending-act-%' then substr(o.process, 13)::uuid end and p.state = 'pending') as lapses_at
    from work_order o left join wake w on w.subject = 'work-order-' || o.id
    where o.id = ${id}::uuid for update of o`.execute(tx);
  const row = rows[0];
  if (!row) return undefined;
  const facts = {
    closedAt: row['closed_at'],
    state: row['state'],
    level: row['level'],
    warnAt: row['warn_at'],
    dueAt: row['due_at'],
    snoozedUntil: row['snoozed_until'],
    lapsesAt: row['lapses_at'],
  } as WorkOrderFacts;
  return { ...row, facts };
}

interface Change {
  state?: 'warned' | 'escalated' | 'done' | 'cancelled';
  level?: number;
  role?: string;
  due_at?: Instant;
  assignee?: null;
  snoozed_until?: null;
}

async function settle(
  { tx, at }: Work,
  row: Row,
  change: Change,
  verdict: WorkOrderVerdict,
  action: string | null,
): Promise<Written<WorkOrderPlan> | Unchanged<WorkOrderPlan>> {
  const ended = verdict.step === 'close' && row.facts.state !== 'done' && row.facts.state !== 'cancelled';
  const state = ended ? (row.closed_by === 'system' ? 'cancelled' : 'done') : undefined;
  const moved = action !== null || ended || row.plan_step !== verdict.step || row.plan_at !== verdict.at;
  const seq = moved ? row.seq + 1 : row.seq;
  const value = processPlan(seq, verdict, row, at);
  const answer = { subject: workOrderWorkflowId(row.id), asked: row.asked, at: verdict.at };
  if (!moved) return { value, audit: null, answer };
  await tx
    .updateTable('work_order')
    .set({ ...change, ...(state ? { state } : {}), seq, plan_step: verdict.step, plan_at: verdict.at })
    .where('id', '=', row.id)
    .execute();
  const about = { subjectKind: 'work-order', subjectId: row.id, customerId: row.customer_id };
  const what = action ?? (ended ? `work-order.${state}` : 'work-order.planned');
  return {
    value,
    audit: [
      {
        ...about,
        action: what,
        reason: row.outcome,
        before: { state: row.facts.state, role: row.role },
        after: { ...change, state, step: verdict.step, at: verdict.at },
      },
    ],
    answer,
    asks: what === 'work-order.planned' || what === 'work-order.warned' ? [] : waiting(row),
    events: [{ ...about, kind: what, data: { role: change.role ?? row.role } }],
  };
}

/** The process that waits for this work order: it looks again. */
function waiting({ process, customer_id }: Row): Ask[] {
  const subject = process === null ? null : subjectOf(process);
  return process && subject ? [{ subject: process, kind: subject.kind, customerId: customer_id }] : [];
}

function processPlan(seq: number, verdict: WorkOrderVerdict, row: Row, at: Moment): WorkOrderPlan {
  const why = {
    wait: verdict.at === null ? 'with the last role; waits for a person' : 'waits for a decision until it lapses',
    warn: 'deadline near',
    escalate: 'deadline',
    close: row.outcome ?? 'closed',
  }[verdict.step];
  return { seq, step: verdict.step, at: verdict.at, waitMs: realWaitMs(at.clock, verdict.at, at.now), why };
}

const unknownWorkOrder = (seq: number | null): WorkOrderPlan => ({
  seq: seq ?? 0,
  step: 'close',
  at: null,
  waitMs: null,
  why: 'the database does not know this task',
});
