import { sql } from 'kysely';
import type { Actor } from '../../domain/platform/actor.ts';
import { dateOf } from '../../domain/platform/calendar.ts';
import type { BusinessDate, Instant } from '../../domain/platform/calendar.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import { rankTask } from '../../domain/tasks/worklist.ts';
import type { RankReason, TaskFacts } from '../../domain/tasks/worklist.ts';
import { limitationOrNull } from '../../domain/ledger/limitation.ts';
import { limitationFrom } from './events.ts';
import { isOurId } from '../platform/rows.ts';
import { seesCustomer } from '../access/scope.ts';
import { momentOf } from '../platform/transaction.ts';
import type { Store } from '../platform/transaction.ts';

export type TaskState = 'open' | 'warned' | 'escalated' | 'done' | 'cancelled';

/** A task with its rank and the reasons for it. */
export interface TaskView {
  id: string;
  kind: string;
  title: { en: string; zh: string };
  state: TaskState;
  role: string;
  assignee: string | null;
  level: number;
  openedAt: Instant;
  dueAt: Instant;
  snoozedUntil: Instant | null;
  subject: string;
  why: Record<string, unknown>;
  /** Of its receivable, else of its customer. */
  currency: string;
  customer: string | null;
  customerName: string | null;
  receivableId: string | null;
  legalCaseId: string | null;
  outcome: string | null;
  note: string | null;
  closedAt: Instant | null;
  closedBy: string | null;
  rank: number;
  reasons: RankReason[];
  /** Of a task that is one for its customer: the item due first first. */
  items: TaskItem[];
}

/** A receivable that a customer's task is about. Amount in minor units. */
export interface TaskItem {
  receivableId: string;
  /** 'INV-1/2' */
  about: string;
  dueDate: BusinessDate;
  openMinor: number;
  currency: string;
  step: string;
  joinedAt: Instant;
  /** When it was settled, and how; null: it is still due. */
  leftAt: Instant | null;
  outcome: string | null;
}

export interface TaskFilter {
  role?: string | undefined;
  assignee?: string | undefined;
  /** `active`: open, warned and escalated ones. */
  state?: TaskState | 'active' | undefined;
  kind?: string | undefined;
  customer?: string | undefined;
  /** Tasks put aside are left out unless asked for. */
  snoozed?: boolean | undefined;
  /** Rank, deadline and id of the last row of the page before. */
  after?: readonly [number, Instant, string] | undefined;
}

type Row = Omit<TaskView, 'rank' | 'reasons' | 'title'> &
  Omit<TaskFacts, 'state' | 'limitationOn' | 'harm' | 'dueOn'> & { lastOfDebt: BusinessDate | null };

/** A closed fact counts before its process has seen it. */
const STATE = sql`case when o.closed_at is not null and o.state in ('open', 'warned', 'escalated')
  then case when o.closed_by = 'system' then 'cancelled' else 'done' end else o.state end`;

/** Worklist of the actor, the most urgent first; one more than `limit` when there are more. */
export async function listTasks(store: Store, actor: Actor, filter: TaskFilter, limit: number): Promise<TaskView[]> {
  const { now, today } = await momentOf(store.db, store);
  const { role, assignee, state = 'active', kind, customer, snoozed = false, after } = filter;
  const conditions = [
    seesCustomer(actor),
    state === 'active'
      ? sql<boolean>`o.closed_at is null and o.state in ('open', 'warned', 'escalated')`
      : sql<boolean>`${STATE} = ${state}`,
    ...(role === undefined ? [] : [sql<boolean>`o.role = ${role}`]),
    ...(assignee === undefined ? [] : [sql<boolean>`o.assignee = ${assignee}`]),
    ...(kind === undefined ? [] : [sql<boolean>`o.kind = ${kind}`]),
    ...(customer === undefined ? [] : [sql<boolean>`c.external_id = customer_now(${customer})`]),
    ...(snoozed || state !== 'active'
      ? []
      : [sql<boolean>`(o.snoozed_until is null or least(o.snoozed_until, o.due_at) <= ${now}::timestamptz)`]),
  ];
  const tasks = await read(store, sql.join(conditions, sql` and `), today);
  const ordered = tasks.sort(byUrgency);
  const start =
    after === undefined ? 0 : ordered.findIndex((task) => byUrgency(task, { rank: after[0], dueAt: after[1], id: after[2] }) > 0);
  return start === -1 ? [] : ordered.slice(start, start + limit + 1);
}

type Place = Pick<TaskView, 'rank' | 'dueAt' | 'id'>;
const byUrgency = (a: Place, b: Place): number =>
  b.rank - a.rank || (a.dueAt < b.dueAt ? -1 : a.dueAt > b.dueAt ? 1 : a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

/** One task, whatever its state. Throws Refusal `not-found`. */
export async function readTask(store: Store, actor: Actor, id: string): Promise<TaskView> {
  const { today } = await momentOf(store.db, store);
  const where = sql<boolean>`o.id = ${isOurId(id) ? id : null}::uuid and ${seesCustomer(actor)}`;
  const [task] = await read(store, where, today);
  if (!task) throw new Refusal('not-found', { id });
  return task;
}

async function read(store: Store, where: ReturnType<typeof sql<boolean>>, today: BusinessDate): Promise<TaskView[]> {
  const { rows } = await sql<Row>`
    select o.id, o.kind, ${STATE} as state, o.role, o.assignee, o.level, o.opened_at as "openedAt", o.due_at as "dueAt",
      o.snoozed_until as "snoozedUntil", o.subject, o.reason as why, coalesce((select r.currency from receivable r where r.id = o.receivable_id), c.currency, 'CNY') as currency, c.external_id as customer, c.name as "customerName",
      o.receivable_id as "receivableId", o.legal_case_id as "legalCaseId", o.outcome, o.note, o.closed_at as "closedAt", o.closed_by as "closedBy",
      coalesce((select jsonb_agg(jsonb_build_object('receivableId', r.id, 'about', i.external_id || '/' || r.instalment, 'dueDate', r.due_date,
          'openMinor', r.amount_minor - r.paid_minor - r.credited_minor - r.written_off_minor, 'currency', r.currency, 'step', t.rung,
          'joinedAt', t.joined_at, 'leftAt', t.left_at, 'outcome', t.outcome) order by r.due_date, i.external_id, r.instalment)
        from work_order_item t join receivable r on r.id = t.receivable_id join invoice i on i.id = r.invoice_id
        where t.work_order_id = o.id), '[]') as items,
      m.overdue, m.oldest as "oldestDueDate", m.last as "lastOfDebt",
      (select count(*)::int from promise p where p.customer_id = o.customer_id and p.state in ('broken', 'part-kept')) as "brokenPromises",
      (greatest((select max(l.at) from contact_log l where l.customer_id = o.customer_id),
        (select max(s.sent_at) from message s where s.customer_id = o.customer_id and s.state in ('sent', 'delivered') and not s.outbox)) at time zone ${store.zone})::date as "lastContactOn"
    from work_order o left join customer c on c.id = o.customer_id
    left join lateral (
      select coalesce(jsonb_agg(jsonb_build_object('currency', t.currency, 'minor', t.open) order by t.currency), '[]') as overdue,
        min(t.oldest) as oldest, min(t.last) as last
      from (
        select r.currency, sum(r.amount_minor - r.paid_minor - r.credited_minor - r.written_off_minor) as open, min(r.due_date) as oldest,
          min(${limitationFrom.filled}) as last
        from receivable r
        where r.customer_id = o.customer_id and (o.receivable_id is null or r.id = o.receivable_id)
          and (not exists (select from work_order_item t where t.work_order_id = o.id)
            or exists (select from work_order_item t where t.work_order_id = o.id and t.receivable_id = r.id and t.left_at is null)) and r.due_date < ${today}::date
          and r.paid_minor + r.credited_minor + r.written_off_minor < r.amount_minor
        group by r.currency) t) m on true
    where ${where}`.execute(store.db);
  const { current } = await store.policies.current();
  const { kinds } = current['work-orders'].content;
  return rows.map(({ overdue, oldestDueDate, brokenPromises, lastContactOn, lastOfDebt: last, ...row }): TaskView => {
    const limitationOn = last === null ? null : limitationOrNull(last);
    const harm = kinds[row.kind]?.harm ?? 'books';
    const dueOn = dateOf(row.dueAt, store.zone);
    const debt = { overdue, oldestDueDate, brokenPromises, lastContactOn, limitationOn };
    const facts: TaskFacts = { ...debt, harm, dueOn, state: row.state };
    return { ...row, title: kinds[row.kind]?.title ?? { en: row.kind, zh: row.kind }, ...rankTask(facts, today) };
  });
}
