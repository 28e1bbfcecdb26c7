import { sql } from 'kysely';
import type { Actor } from '../../domain/platform/actor.ts';
import type { AuditFact } from '../../domain/platform/audit.ts';
import type { Instant } from '../../domain/platform/calendar.ts';
import { Refusal, invalidAt } from '../../domain/platform/refusal.ts';
import { sayInstant } from '../../domain/platform/said-time.ts';
import { workOrderWorkflowId } from '../../domain/platform/subject.ts';
import { deciderOf } from '../access/hats.ts';
import type { Tx } from '../platform/database.ts';
import { taskEffectsOf } from './task-effects.ts';
import { holdDecided } from './events.ts';
import { isOurId } from '../platform/rows.ts';
import { seesCustomer } from '../access/scope.ts';
import { write, eventOf } from '../platform/transaction.ts';
import type { Store, Work } from '../platform/transaction.ts';
import type { Effects } from '../platform/effects.ts';
import { addEffects, noEffects } from '../platform/effects.ts';

interface OpenTask {
  id: string;
  key: string;
  role: string;
  kind: string;
  receivableId: string | null;
  process: string | null;
  customerId: string | null;
  assignee: string | null;
  snoozedUntil: Instant | null;
  dueAt: Instant;
  /** Of its customer. */
  region: string | null;
  owner: string | null;
}

/**
 * Records that a task is done, with what came of it; its process closes it. By its role or by delegation. Throws Refusal `task-closed`,
 * `task-role`, or `decide-there` for one that ends with a decision, `invalid` for a hold that this task does not decide on.
 */
export async function completeTask(
  store: Store,
  actor: Actor,
  id: string,
  { outcome, note, reason, hold }: { outcome: string; note: string; reason: string | null; hold?: boolean | undefined },
): Promise<void> {
  await change(store, actor, id, async ({ tx, at }, task) => {
    const act = /^pending-act-(.*)$/.exec(task.process ?? '')?.[1];
    if (act !== undefined) throw new Refusal('decide-there', { where: `/v1/pending-acts/${act}/decision` });
    const dispute = /^settle-dispute\/(.*)$/.exec(task.key)?.[1];
    if (dispute !== undefined) throw new Refusal('decide-there', { where: `/v1/disputes/${dispute}/resolution` });
    await tx
      .updateTable('work_order')
      .set({ closed_at: at.now, closed_by: actor.id, outcome, note })
      .where('id', '=', task.id)
      .execute();
    const held = hold === true ? await decideHold({ store, tx, at, actor }, task) : noEffects();
    return { action: 'task.completed', reason, after: { outcome, note, ...(hold !== undefined && { hold }) }, more: held };
  });
}

/** Whoever decides on a hold that dunning proposes has it begin by completing the task. */
async function decideHold(work: Work, task: OpenTask): Promise<Effects> {
  const { tx, store } = work;
  const { customerId } = task;
  const about = await itemsOf(tx, task);
  if (about.length === 0 || customerId === null || !(await taskEffectsOf(store, task.kind)).includes('decide-hold'))
    throw invalidAt('/hold', 'hold-not-asked');
  const held = noEffects();
  for (const id of about) addEffects(held, await holdDecided.tell(work, { id, customerId }, { task: task.id }));
  return held;
}

/** The items that a task is about now: its own, or those of its customer that are due for it. */
async function itemsOf(tx: Tx, { id, receivableId }: OpenTask): Promise<readonly string[]> {
  if (receivableId !== null) return [receivableId];
  const { rows } = await sql<{ id: string }>`
    select receivable_id as id from work_order_item where work_order_id = ${id}::uuid and left_at is null order by 1`.execute(tx);
  return rows.map((row) => row.id);
}

/** Gives a task to a person (login), or back to its role (null): by its role, by delegation, or by whoever leads. */
export async function assignTask(
  store: Store,
  actor: Actor,
  id: string,
  { assignee, reason }: { assignee: string | null; reason: string | null },
): Promise<void> {
  await change(
    store,
    actor,
    id,
    async ({ tx }, task) => {
      await tx.updateTable('work_order').set({ assignee }).where('id', '=', task.id).execute();
      return { action: 'task.assigned', reason, before: { assignee: task.assignee }, after: { assignee } };
    },
    leads,
  );
}

/** Puts a task aside until an instant, its deadline at the latest. Throws Refusal `invalid`. */
export async function snoozeTask(
  store: Store,
  actor: Actor,
  id: string,
  { until, reason }: { until: Instant; reason: string | null },
): Promise<void> {
  await change(store, actor, id, async ({ tx, at }, task) => {
    if (until <= at.now) throw invalidAt('/until', 'time-past');
    if (until > task.dueAt) throw invalidAt('/until', 'after-deadline', { latest: sayInstant(task.dueAt, 'en', store.zone) });
    await tx.updateTable('work_order').set({ snoozed_until: until }).where('id', '=', task.id).execute();
    return { action: 'task.snoozed', reason, before: { snoozedUntil: task.snoozedUntil }, after: { snoozedUntil: until } };
  });
}

type Change = Pick<AuditFact, 'action' | 'reason' | 'before' | 'after'> & { more?: Effects };

/** One fact about an open task, with its audit entry and the bell of its process. */
async function change(
  store: Store,
  actor: Actor,
  id: string,
  change: (work: Work, task: OpenTask) => Promise<Change>,
  also: readonly string[] = [],
): Promise<void> {
  await write(store, actor, async (work) => {
    const { tx } = work;
    const task = await lockOpen(tx, actor, id);
    await mayWork(work, task, also);
    const { more = noEffects(), ...fact } = await change(work, task);
    const audit = { ...fact, subjectKind: 'work-order', subjectId: task.id, customerId: task.customerId };
    const ask = { subject: workOrderWorkflowId(task.id), kind: 'work-order' as const };
    return { value: undefined, audit: [audit, ...more.audit], asks: [ask], events: [eventOf(audit), ...more.events] };
  });
}

/** Roles that hand tasks out beside the task's own. */
const leads = ['credit_manager', 'finance_director'] as const;

/** A task is its role's, or that of whoever stands in for somebody of that role. Throws Refusal `task-role`. */
async function mayWork({ tx, at, actor }: Work, task: OpenTask, also: readonly string[]): Promise<void> {
  if (actor.role === 'system' || actor.role === task.role || also.includes(actor.role)) return;
  const { hats } = await deciderOf(tx, actor, at.today, task.customerId === null ? null : task);
  if (!hats.some(({ role }) => role === task.role)) throw new Refusal('task-role', { role: task.role });
}

/** Its items before the task, as whoever ends an item's tasks locks them. */
async function lockOpen(tx: Tx, actor: Actor, id: string): Promise<OpenTask> {
  const ours = isOurId(id) ? id : null;
  await sql`
    select from receivable where id in (select receivable_id from work_order where id = ${ours}::uuid
      union all select receivable_id from work_order_item where work_order_id = ${ours}::uuid and left_at is null)
    order by id for update`.execute(tx);
  const { rows } = await sql<OpenTask & { closed: boolean }>`
    select o.id, o.key, o.role, o.kind, o.receivable_id as "receivableId", o.process, o.customer_id as "customerId", o.assignee, o.snoozed_until as "snoozedUntil",
      o.due_at as "dueAt", c.region, c.owner, o.closed_at is not null or o.state in ('done', 'cancelled') as closed
    from work_order o left join customer c on c.id = o.customer_id
    where o.id = ${ours}::uuid and ${seesCustomer(actor)} for update of o`.execute(tx);
  const row = rows[0];
  if (!row) throw new Refusal('not-found', { id });
  if (row.closed) throw new Refusal('task-closed');
  return row;
}
