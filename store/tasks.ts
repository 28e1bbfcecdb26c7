import { sql } from 'kysely';
import type { Actor } from '../domain/kernel/actor.ts';
import type { AuditFact } from '../domain/kernel/audit.ts';
import type { Instant } from '../domain/kernel/calendar.ts';
import { Refusal } from '../domain/kernel/refusal.ts';
import { workOrderWorkflowId } from '../domain/kernel/subject.ts';
import type { Tx } from './database.ts';
import { eventOf } from './payments.ts';
import { isOurId } from './rows.ts';
import { seesCustomer } from './scope.ts';
import { write } from './transaction.ts';
import type { Moment, Store } from './transaction.ts';

interface OpenTask {
  id: string;
  customerId: string | null;
  assignee: string | null;
  snoozedUntil: Instant | null;
}

/** Records that a task is done, with what came of it; its process closes it. Throws Refusal `task-closed`. */
export async function completeTask(
  store: Store,
  actor: Actor,
  id: string,
  { outcome, note, reason }: { outcome: string; note: string; reason: string | null },
): Promise<void> {
  await change(store, actor, id, async (tx, at, task) => {
    await tx
      .updateTable('work_order')
      .set({ closed_at: at.now, closed_by: actor.id, outcome, note })
      .where('id', '=', task.id)
      .execute();
    return { action: 'task.completed', reason, after: { outcome, note } };
  });
}

/** Gives a task to a person (login), or back to its role (null). */
export async function assignTask(
  store: Store,
  actor: Actor,
  id: string,
  { assignee, reason }: { assignee: string | null; reason: string | null },
): Promise<void> {
  await change(store, actor, id, async (tx, _at, task) => {
    await tx.updateTable('work_order').set({ assignee }).where('id', '=', task.id).execute();
    return { action: 'task.assigned', reason, before: { assignee: task.assignee }, after: { assignee } };
  });
}

/** Puts a task aside until an instant; its deadline stays. */
export async function snoozeTask(
  store: Store,
  actor: Actor,
  id: string,
  { until, reason }: { until: Instant; reason: string | null },
): Promise<void> {
  await change(store, actor, id, async (tx, at, task) => {
    if (until <= at.now) throw new Refusal('invalid', { what: 'until' }, { pointer: '/until' });
    await tx.updateTable('work_order').set({ snoozed_until: until }).where('id', '=', task.id).execute();
    return { action: 'task.snoozed', reason, before: { snoozedUntil: task.snoozedUntil }, after: { snoozedUntil: until } };
  });
}

type Change = Pick<AuditFact, 'action' | 'reason' | 'before' | 'after'>;

/** One fact about an open task, with its audit entry and the bell of its process. */
async function change(
  store: Store,
  actor: Actor,
  id: string,
  work: (tx: Tx, at: Moment, task: OpenTask) => Promise<Change>,
): Promise<void> {
  await write(store, actor, async (tx, at) => {
    const task = await lockOpen(tx, actor, id);
    const fact = await work(tx, at, task);
    const audit = { ...fact, subjectKind: 'work-order', subjectId: task.id, customerId: task.customerId };
    const ask = { subject: workOrderWorkflowId(task.id), kind: 'work-order' as const };
    return { value: undefined, audit: [audit], asks: [ask], events: [eventOf(audit)] };
  });
}

async function lockOpen(tx: Tx, actor: Actor, id: string): Promise<OpenTask> {
  const { rows } = await sql<OpenTask & { closed: boolean }>`
    select o.id, o.customer_id as "customerId", o.assignee, o.snoozed_until as "snoozedUntil",
      o.closed_at is not null or o.state in ('done', 'cancelled') as closed
    from work_order o left join customer c on c.id = o.customer_id
    where o.id = ${isOurId(id) ? id : null}::uuid and ${seesCustomer(actor)} for update of o`.execute(tx);
  const row = rows[0];
  if (!row) throw new Refusal('not-found', { id });
  if (row.closed) throw new Refusal('task-closed');
  return row;
}
