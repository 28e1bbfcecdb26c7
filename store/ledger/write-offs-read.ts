import { sql } from 'kysely';
import type { Actor } from '../../domain/platform/actor.ts';
import type { BusinessDate, Instant } from '../../domain/platform/calendar.ts';
import { takenOffOn } from './as-of.ts';
import { seesCustomer } from '../access/scope.ts';
import type { Store } from '../platform/transaction.ts';

/** A write-off in a list, amounts in minor units. */
export interface WriteOffView {
  id: string;
  receivableId: string;
  invoice: string;
  instalment: number;
  customer: string;
  currency: string;
  amountMinor: number;
  writtenOffOn: BusinessDate;
  reason: string;
  by: string;
  reversedOn: BusinessDate | null;
  reversalReason: string | null;
  postedAt: Instant;
}

export interface WriteOffFilter {
  customer?: string | undefined;
  from?: BusinessDate | undefined;
  to?: BusinessDate | undefined;
  /** The last row of the page before: its day and id. */
  after?: readonly [BusinessDate, string] | undefined;
}

/** Write-offs the actor may see, newest first; one more than `limit` when there are more. */
export async function listWriteOffs(store: Store, actor: Actor, filter: WriteOffFilter, limit: number): Promise<WriteOffView[]> {
  const { customer = null, from = null, to = null, after } = filter;
  const [day, id] = after ?? [null, null];
  const { rows } = await sql<WriteOffView>`
    select w.id, w.receivable_id as "receivableId", i.external_id as invoice, r.instalment, c.external_id as customer, w.currency,
      w.amount_minor as "amountMinor", w.written_off_on as "writtenOffOn", w.reason, w.posted_by as by, w.reversed_on as "reversedOn",
      w.reversal_reason as "reversalReason", w.posted_at as "postedAt"
    from write_off w join receivable r on r.id = w.receivable_id join invoice i on i.id = r.invoice_id join customer c on c.id = w.customer_id
    where ${seesCustomer(actor)} and (${customer}::text is null or c.external_id = customer_now(${customer}))
      and (${from}::date is null or w.written_off_on >= ${from}::date) and (${to}::date is null or w.written_off_on <= ${to}::date)
      and (${day}::date is null or (w.written_off_on, w.id) < (${day}::date, ${id}::uuid))
    order by w.written_off_on desc, w.id desc limit ${limit + 1}`.execute(store.db);
  return rows;
}

/** Bad debt of a time in one currency, in minor units. */
export interface WriteOffFigures {
  currency: string;
  /** Written off in the time. */
  writtenOffMinor: number;
  /** Taken back in the time. */
  takenBackMinor: number;
  /** What came in the time for what stands written off, less what went back in it, or whose write-off was taken back in it. */
  recoveredMinor: number;
}

/** Bad debt written off, taken back and recovered between two days (both included), by currency. */
export async function writeOffFigures(
  store: Store,
  actor: Actor,
  { customer = null, from, to }: { customer?: string | null; from: BusinessDate; to: BusinessDate },
): Promise<WriteOffFigures[]> {
  const within = (column: string) => sql`${sql.ref(column)} between ${from}::date and ${to}::date`;
  // Money on a debt is a recovery as far as a write-off of it stands: once that is taken back, it is a payment like any other.
  const recoveredBy = (day: BusinessDate, upTo: '<=' | '<') => sql`least(
    (select coalesce(sum(w.amount_minor), 0) from write_off w where w.receivable_id = r.id and w.written_off_on ${sql.raw(upTo)} ${day}::date
      and (w.reversed_on is null or not w.reversed_on ${sql.raw(upTo)} ${day}::date)),
    (select coalesce(sum(a.recovered_minor), 0) from allocation a left join payment p on p.id = a.payment_id
      left join credit_note n on n.id = a.credit_note_id where a.receivable_id = r.id and a.recovered_minor > 0
      and a.value_date ${sql.raw(upTo)} ${day}::date and coalesce(not ${takenOffOn(store.zone)} ${sql.raw(upTo)} ${day}::date, true)))`;
  const { rows } = await sql<WriteOffFigures>`
    select x.currency, to_jsonb(sum(off)) as "writtenOffMinor", to_jsonb(sum(back)) as "takenBackMinor", to_jsonb(sum(recovered)) as "recoveredMinor"
    from (
      select w.customer_id, w.currency, case when ${within('w.written_off_on')} then w.amount_minor else 0 end as off,
        case when ${within('w.reversed_on')} then w.amount_minor else 0 end as back, 0 as recovered from write_off w
      union all
      select r.customer_id, r.currency, 0, 0, ${recoveredBy(to, '<=')} - ${recoveredBy(from, '<')} from receivable r
      where exists (select from write_off w where w.receivable_id = r.id)) x
    join customer c on c.id = x.customer_id
    where ${seesCustomer(actor)} and (${customer}::text is null or c.external_id = customer_now(${customer}))
      and (off <> 0 or back <> 0 or recovered <> 0)
    group by x.currency order by x.currency`.execute(store.db);
  return rows;
}
