import { sql } from 'kysely';
import type { Actor } from '../../domain/platform/actor.ts';
import type { BusinessDate, Instant } from '../../domain/platform/calendar.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import type { ReturnCredit, ReturnState } from '../../domain/orders/returns.ts';
import type { Database } from '../platform/database.ts';
import { isOurId } from '../platform/rows.ts';
import { seesCustomer } from '../access/scope.ts';

/** A return as it is shown. */
export interface ReturnView {
  id: string;
  externalId: string;
  order: string;
  customer: string;
  currency: string;
  returnedOn: BusinessDate;
  reason: string;
  state: ReturnState;
  credit: ReturnCredit;
  pendingAct: string | null;
  lines: readonly {
    line: number;
    quantity: string;
    worthMinor: number;
    deliveredMinor: number;
    invoices: readonly { invoice: string; amountMinor: number }[];
  }[];
  postedBy: string;
  postedAt: Instant;
  withdrawnAt: Instant | null;
}

const view = sql`g.id, g.external_id as "externalId", o.external_id as "order", c.external_id as customer, o.currency, g.returned_on as "returnedOn",
  g.reason, g.state, g.credit, (select p.id from pending_act p where p.kind = 'goods-return' and p.subject_id = g.id::text and p.state = 'pending') as "pendingAct",
  (select jsonb_agg(jsonb_build_object('line', l.line, 'quantity', trim_scale(l.quantity)::text, 'worthMinor', l.worth_minor, 'deliveredMinor', l.delivered_minor,
    'invoices', coalesce((select jsonb_agg(jsonb_build_object('invoice', v.external_id, 'amountMinor', n.amount_minor) order by v.external_id)
      from goods_return_invoice n join invoice v on v.id = n.invoice_id where n.return_id = l.return_id and n.line = l.line), '[]'))
    order by l.line) from goods_return_line l where l.return_id = g.id) as lines,
  g.posted_by as "postedBy", g.posted_at as "postedAt", g.withdrawn_at as "withdrawnAt"`;
const tables = sql`goods_return g join sales_order o on o.id = g.order_id join customer c on c.id = g.customer_id`;

export interface ReturnFilter {
  customer?: string | undefined;
  order?: string | undefined;
  state?: ReturnState | undefined;
  /** Our id of the last row of the page before. */
  after?: string | undefined;
}

/** Returns the actor may see, the newest first; one more than `limit` when there are more. */
export async function listReturns(
  db: Database,
  actor: Actor,
  { customer, order, state, after }: ReturnFilter,
  limit: number,
): Promise<ReturnView[]> {
  const conditions = [
    seesCustomer(actor),
    ...(customer === undefined ? [] : [sql<boolean>`c.external_id = customer_now(${customer})`]),
    ...(order === undefined ? [] : [sql<boolean>`o.external_id = ${order}`]),
    ...(state === undefined ? [] : [sql<boolean>`g.state = ${state}`]),
    ...(after === undefined ? [] : [sql<boolean>`g.id < ${after}::uuid`]),
  ];
  const { rows } = await sql<ReturnView>`
    select ${view} from ${tables} where ${sql.join(conditions, sql` and `)} order by g.id desc limit ${limit + 1}`.execute(db);
  return rows;
}

/** The return `{id}` means, ours or the caller's. Throws Refusal `not-found`. */
export async function readReturn(db: Database, actor: Actor, id: string): Promise<ReturnView> {
  const { rows } = await sql<ReturnView>`
    select ${view} from ${tables} where ${seesCustomer(actor)} and (g.external_id = ${id} or g.id = ${isOurId(id) ? id : null}::uuid)
    order by g.external_id = ${id} desc limit 1`.execute(db);
  const [row] = rows;
  if (!row) throw new Refusal('not-found', { id });
  return row;
}
