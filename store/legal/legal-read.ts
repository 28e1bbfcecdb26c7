import { sql } from 'kysely';
import type { Actor } from '../../domain/platform/actor.ts';
import type { BusinessDate, Instant } from '../../domain/platform/calendar.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import { instantOf, isOurId } from '../platform/rows.ts';
import { seesCustomer } from '../access/scope.ts';
import type { Store } from '../platform/transaction.ts';

export type LegalState = 'demand' | 'path' | 'waiting' | 'closed';

/** A legal case with the receivables it is about, amounts in minor units of its currency. */
export interface LegalCaseView {
  id: string;
  customer: string;
  customerName: string;
  currency: string;
  state: LegalState;
  openMinor: number;
  openedAt: Instant;
  closedAt: Instant | null;
  receivables: { id: string; invoice: string; instalment: number; dueDate: BusinessDate; openMinor: number; joinedAt: Instant }[];
  tasks: { id: string; kind: string; state: string; role: string; dueAt: Instant }[];
}

export interface LegalFilter {
  state?: LegalState | undefined;
  customer?: string | undefined;
  /** The last row of the page before: its instant and id. */
  after?: readonly [Instant, string] | undefined;
}

const view = sql`l.id, c.external_id as customer, c.name as "customerName", l.currency, l.state, l.opened_at as "openedAt", l.closed_at as "closedAt",
  (select coalesce(jsonb_agg(jsonb_build_object('id', r.id, 'invoice', i.external_id, 'instalment', r.instalment, 'dueDate', r.due_date,
    'openMinor', r.amount_minor - r.paid_minor - r.credited_minor - r.written_off_minor, 'joinedAt', j.joined_at)
    order by r.due_date, i.external_id, r.instalment), '[]')
    from legal_case_receivable j join receivable r on r.id = j.receivable_id join invoice i on i.id = r.invoice_id where j.legal_case_id = l.id) as receivables,
  (select coalesce(jsonb_agg(jsonb_build_object('id', o.id, 'kind', o.kind, 'state', o.state, 'role', o.role, 'dueAt', o.due_at)
    order by o.opened_at, o.id), '[]') from work_order o where o.legal_case_id = l.id) as tasks`;

const tidy = (row: Omit<LegalCaseView, 'openMinor'>): LegalCaseView => ({
  ...row,
  openMinor: row.receivables.reduce((sum, part) => sum + part.openMinor, 0),
  receivables: row.receivables.map((part) => ({ ...part, joinedAt: instantOf(part.joinedAt) })),
  tasks: row.tasks.map((task) => ({ ...task, dueAt: instantOf(task.dueAt) })),
});

/** Legal cases the actor may see, newest first; one more than `limit` when there are more. */
export async function listLegalCases(store: Store, actor: Actor, filter: LegalFilter, limit: number): Promise<LegalCaseView[]> {
  const { state, customer, after } = filter;
  const conditions = [
    seesCustomer(actor),
    ...(state === undefined ? [] : [sql<boolean>`l.state = ${state}`]),
    ...(customer === undefined
      ? []
      : [sql<boolean>`(c.external_id = customer_now(${customer}) or c.id = ${isOurId(customer) ? customer : null}::uuid)`]),
    ...(after === undefined ? [] : [sql<boolean>`(l.opened_at, l.id) < (${after[0]}::timestamptz, ${after[1]}::uuid)`]),
  ];
  const { rows } = await sql<Omit<LegalCaseView, 'openMinor'>>`
    select ${view} from legal_case l join customer c on c.id = l.customer_id where ${sql.join(conditions, sql` and `)}
    order by l.opened_at desc, l.id desc limit ${limit + 1}`.execute(store.db);
  return rows.map(tidy);
}

/** One legal case. Throws Refusal `not-found`. */
export async function readLegalCase(store: Store, actor: Actor, id: string): Promise<LegalCaseView> {
  const { rows } = await sql<Omit<LegalCaseView, 'openMinor'>>`
    select ${view} from legal_case l join customer c on c.id = l.customer_id
    where l.id = ${isOurId(id) ? id : null}::uuid and ${seesCustomer(actor)}`.execute(store.db);
  const found = rows[0];
  if (!found) throw new Refusal('not-found', { id });
  return tidy(found);
}
