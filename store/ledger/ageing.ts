import { sql } from 'kysely';
import type { Actor } from '../../domain/platform/actor.ts';
import type { BusinessDate } from '../../domain/platform/calendar.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import { booksOn } from './as-of.ts';
import { seesCustomer } from '../access/scope.ts';
import { momentOf } from '../platform/transaction.ts';
import type { Store } from '../platform/transaction.ts';

/** What a customer owed in one currency at the end of a day, by days past due. Amounts in minor units. */
export interface AgeingRow {
  customer: string;
  currency: string;
  openMinor: number;
  notDueMinor: number;
  days30Minor: number;
  days60Minor: number;
  days90Minor: number;
  over90Minor: number;
  disputedMinor: number;
  /** Payments and credits that lay on no invoice. */
  unappliedMinor: number;
  /** Written off until then and not taken back, and what of it had come in. */
  writtenOffMinor: number;
  recoveredMinor: number;
}

export interface AgeingFilter {
  customer?: string | undefined;
  asOf?: BusinessDate | undefined;
  /** Customer and currency of the last row of the page before. */
  after?: readonly [string, string] | undefined;
}

/** Ageing by customer and currency, as it was at the end of the day asked for (today without one); one row more than `limit` when there are more. */
export async function readAgeing(
  store: Store,
  actor: Actor,
  filter: AgeingFilter,
  limit: number,
): Promise<{ asOf: BusinessDate; rows: AgeingRow[] }> {
  const { today } = await momentOf(store.db, store);
  const { customer = null, asOf = today, after } = filter;
  if (asOf > today) throw new Refusal('date-in-future', { date: asOf, today }, { pointer: '?asOf' });
  const [code, currency] = after ?? [null, null];
  const { zone } = store;
  const day = { asOf, zone, customerId: customer === null ? null : await whoseOn(store, customer, asOf) };
  const { rows } = await sql<AgeingRow>`
    with ${booksOn(day)},
    owed as (
      select customer_id, currency, open_minor, ${asOf}::date - due_date as late, disputed_minor, 0 as unapplied, written_off_minor, recovered_minor
      from item where issue_date <= ${asOf}::date
      union all
      select customer_id, currency, 0, 0, 0, unapplied_minor, 0, 0 from credit)
    select c.external_id as customer, o.currency, to_jsonb(sum(open_minor)) as "openMinor",
      to_jsonb(coalesce(sum(open_minor) filter (where late <= 0), 0)) as "notDueMinor",
      to_jsonb(coalesce(sum(open_minor) filter (where late between 1 and 30), 0)) as "days30Minor",
      to_jsonb(coalesce(sum(open_minor) filter (where late between 31 and 60), 0)) as "days60Minor",
      to_jsonb(coalesce(sum(open_minor) filter (where late between 61 and 90), 0)) as "days90Minor",
      to_jsonb(coalesce(sum(open_minor) filter (where late > 90), 0)) as "over90Minor",
      to_jsonb(sum(disputed_minor)) as "disputedMinor", to_jsonb(sum(unapplied)) as "unappliedMinor",
      to_jsonb(sum(written_off_minor)) as "writtenOffMinor", to_jsonb(sum(recovered_minor)) as "recoveredMinor"
    from owed o join customer c on c.id = o.customer_id
    where ${seesCustomer(actor)} and (${customer}::text is null or c.id = ${day.customerId}::uuid)
      and (${code}::text is null or (c.external_id, o.currency) > (${code}, ${currency}))
    group by c.external_id, o.currency
    having sum(open_minor) <> 0 or sum(unapplied) <> 0 or sum(written_off_minor) <> 0
    order by c.external_id, o.currency limit ${limit + 1}`.execute(store.db);
  return { asOf, rows };
}

/**
 * Whose documents a code meant at the end of the day: its own, or those of whoever had taken it over. A customer that does not exist owes
 * nothing: no id is everybody's, so it gets one that is nobody's.
 */
async function whoseOn(store: Store, code: string, asOf: BusinessDate): Promise<string> {
  const { rows } = await sql<{ id: string }>`
    select owner_on(id, coalesce(merged_into, id), ${asOf}::date, ${store.zone}) as id from customer where external_id = ${code}`.execute(
    store.db,
  );
  return rows[0]?.id ?? '00000000-0000-0000-0000-000000000000';
}
