import { sql } from 'kysely';
import type { RawBuilder, SqlBool } from 'kysely';
import { workOrderWorkflowId } from '../../domain/platform/subject.ts';
import { workOrderDates } from '../../domain/tasks/work-order.ts';
import type { Tx } from '../platform/database.ts';
import type { Work } from '../platform/transaction.ts';
import type { Effects } from '../platform/effects.ts';
import { noEffects, addEffects } from '../platform/effects.ts';
import { outcomes } from '../../domain/ledger/outcome.ts';

export interface NewWorkOrder {
  /** Made of business facts: the same task is never opened twice. */
  key: string;
  kind: string;
  customerId: string | null;
  receivableId?: string | null;
  legalCaseId?: string | null;
  /** Workflow id of the process that waits for it, rung when it is escalated, done or cancelled. */
  process?: string | null;
  /** What it is about, without names: e.g. `invoice INV-1/1`. */
  subject: string;
  reason: Record<string, unknown>;
  /** Login of whoever it is given to; null: its role's. */
  assignee?: string | null;
  /** Working days until its deadline, where whoever opens it knows better than its kind. */
  deadlineWorkingDays?: number;
}

/** Opens a work order for the role its kind names, with its deadline by the calendar. A key that exists already opens nothing. */
export async function openWorkOrder({ tx, at, store }: Work, order: NewWorkOrder): Promise<Effects> {
  const { current, calendar } = await store.policies.current();
  const policy = current['work-orders'];
  const kind = policy.content.kinds[order.kind];
  if (!kind) throw new Error(`work-order policy version ${policy.version} has no kind ${order.kind}`);
  const { deadlineWorkingDays = kind.deadlineWorkingDays } = order;
  const dates = workOrderDates({ ...kind, deadlineWorkingDays }, calendar, at.now);
  const row = await tx
    .insertInto('work_order')
    .values({
      key: order.key,
      kind: order.kind,
      role: kind.role,
      assignee: order.assignee ?? null,
      // What is asked about a customer that was merged is asked of the one that took it over.
      customer_id: sql<string | null>`(select coalesce(merged_into, id) from customer where id = ${order.customerId}::uuid)`,
      receivable_id: order.receivableId ?? null,
      legal_case_id: order.legalCaseId ?? null,
      process: order.process ?? null,
      subject: order.subject,
      reason: JSON.stringify(order.reason),
      opened_at: at.now,
      warn_at: dates.warnAt,
      due_at: dates.dueAt,
      plan_step: 'warn',
      plan_at: dates.warnAt,
      plan_why: JSON.stringify({ code: 'deadline', params: { due: dates.dueAt } }),
    })
    .onConflict((conflict) => conflict.column('key').doNothing())
    .returning(['id', 'customer_id as customerId'])
    .executeTakeFirst();
  if (!row) return noEffects();
  const about = { subjectKind: 'work-order', subjectId: row.id, customerId: row.customerId };
  return {
    audit: [
      {
        ...about,
        action: 'work-order.opened',
        policyVersion: `work-orders/${policy.version}`,
        after: { kind: order.kind, role: kind.role, subject: order.subject, dueAt: dates.dueAt, reason: order.reason },
      },
    ],
    asks: [],
    posts: [{ subject: workOrderWorkflowId(row.id), kind: 'work-order', at: dates.warnAt }],
    events: [{ ...about, kind: 'work-order.opened', data: { kind: order.kind, role: kind.role } }],
  };
}

/** The task whose key begins with this and is open, else the key of the next: what comes again is asked about again. */
export async function placeOf(tx: Tx, prefix: string): Promise<{ key: string; open: boolean }> {
  for (let time = 1; ; time += 1) {
    const key = `${prefix}/${time}`;
    const row = await tx.selectFrom('work_order').select('closed_at').where('key', '=', key).executeTakeFirst();
    if (!row || row.closed_at === null) return { key, open: row !== undefined };
  }
}

/** Whose open work orders end: those of a receivable, case or process, or those with these keys. */
export type WorkOrdersOf = { receivableId: string } | { legalCaseId: string } | { process: string } | { keys: readonly string[] };

/** Asks for the end of open work orders whose reason is gone; their workflows close them. */
export async function cancelWorkOrders({ tx, at }: Work, of: WorkOrdersOf, outcome: string): Promise<Effects> {
  const rows = await tx
    .updateTable('work_order')
    .set({ closed_at: at.now, closed_by: 'system', outcome })
    .where(ownedBy(of))
    .where('closed_at', 'is', null)
    .returning(['id', 'customer_id', 'kind'])
    .execute();
  rows.sort((a, b) => (a.id < b.id ? -1 : 1));
  const about = (row: (typeof rows)[number]) => ({ subjectKind: 'work-order', subjectId: row.id, customerId: row.customer_id });
  return {
    audit: rows.map((row) => ({ ...about(row), action: 'work-order.cancelled', reason: outcome, after: { kind: row.kind } })),
    asks: rows.map((row) => ({ subject: workOrderWorkflowId(row.id), kind: 'work-order' })),
    posts: [],
    events: rows.map((row) => ({ ...about(row), kind: 'work-order.cancelled' })),
  };
}

/** Opens anew what the end of a receivable cancelled before anybody had done it, each once for each end. */
export async function reopenWorkOrders(work: Work, receivableId: string): Promise<Effects> {
  const { tx } = work;
  const { rows } = await sql<Pick<NewWorkOrder, 'kind' | 'customerId' | 'subject' | 'reason'> & { first: string }>`
    select * from (
      select distinct on (1) split_part(o.key, ${AGAIN}, 1) as first, o.kind, o.customer_id as "customerId", o.subject, o.reason, o.outcome, o.closed_by
      from work_order o where o.receivable_id = ${receivableId}::uuid order by 1, o.opened_at desc, o.id desc) x
    where x.closed_by = 'system' and x.outcome = any(${[...outcomes]}::text[]) order by x.first`.execute(tx);
  const effects = noEffects();
  for (const { first, ...order } of rows) {
    const { key } = await placeOf(tx, first + AGAIN);
    addEffects(effects, await openWorkOrder(work, { ...order, key, receivableId }));
  }
  return effects;
}
const AGAIN = '/again';

function ownedBy(of: WorkOrdersOf): RawBuilder<SqlBool> {
  if ('receivableId' in of) return sql`receivable_id = ${of.receivableId}::uuid`;
  if ('legalCaseId' in of) return sql`legal_case_id = ${of.legalCaseId}::uuid`;
  return 'process' in of ? sql`process = ${of.process}` : sql`key = any(${[...of.keys]}::text[])`;
}
