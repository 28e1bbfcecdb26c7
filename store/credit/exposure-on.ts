import { sql } from 'kysely';
import type { AccountFacts } from '../../domain/credit/exposure.ts';
import type { BusinessDate } from '../../domain/kernel/calendar.ts';
import { booksOn, dayOf } from '../as-of.ts';
import type { Database, Tx } from '../database.ts';

/** The end of a day of the past, in the seller's zone. */
export interface PastDay {
  asOf: BusinessDate;
  zone: string;
}

/**
 * Accounts as they stood at the end of a day, by the entries made until then: what was posted later stands on no account of that day, whatever
 * its value date. Limits by when they were set and ended; securities by their validity and release, at the value on file now. `version` is 0.
 */
export async function readAccountsOn(
  db: Database | Tx,
  kind: 'payer' | 'group',
  code: string,
  { asOf, zone }: PastDay,
): Promise<AccountFacts[]> {
  const before = (column: string) => sql`${dayOf(column, zone)} <= ${asOf}::date`;
  const { rows } = await sql<AccountFacts>`
    with account as (select * from credit_account a where a.kind = ${kind} and a.code = ${code} and ${before('a.opened_at')}),
    part as (
      select e.account_id, e.bucket, e.on_date, sum(e.delta_minor)::bigint as minor from exposure_entry e
      where e.account_id in (select id from account) and ${before('e.business_at')} group by 1, 2, 3)
    select a.id, a.kind, a.code, a.currency, 0 as version,
      (select jsonb_object_agg(b.bucket, coalesce((select sum(p.minor) from part p where p.account_id = a.id and p.bucket = b.bucket), 0))
        from unnest(array['reserved', 'ordered', 'delivered', 'open', 'bills', 'deposits']) b (bucket)) as balances,
      (select coalesce(jsonb_agg(jsonb_build_object('bucket', p.bucket, 'onDate', p.on_date, 'amountMinor', p.minor) order by p.bucket, p.on_date), '[]')
        from part p where p.account_id = a.id and p.on_date is not null and p.minor <> 0) as dated,
      (select coalesce(jsonb_agg(jsonb_build_object('kind', l.kind, 'amountMinor', l.amount_minor, 'validFrom', l.valid_from,
        'validUntil', l.valid_until) order by l.set_at, l.id), '[]') from credit_limit l
        where l.account_id = a.id and ${before('l.set_at')} and not coalesce(${before('l.revoked_at')}, false)) as limits,
      (select coalesce(jsonb_agg(jsonb_build_object('effect', s.effect, 'valueMinor', s.value_minor, 'share', s.share::text,
        'validFrom', s.valid_from, 'validUntil', s.valid_until) order by s.external_id), '[]') from security s
        where s.account_id = a.id and not coalesce(${before('s.released_at')}, false)) as securities
    from account a order by a.opened_at, a.id`.execute(db);
  return rows;
}

/** What a payer's customers (as they are borne now) owed on a day before its account was opened, by their documents as statements tell them. */
export async function owedOn(db: Database | Tx, code: string, day: PastDay): Promise<AccountFacts[]> {
  const { rows: members } = await sql<{ id: string }>`
    select customer_id as id from credit_bearer where code = ${code} order by 1`.execute(db);
  const sums = new Map<string, { open: number; deposits: number; due: Map<BusinessDate, number> }>();
  for (const { id } of members) {
    const { rows } = await sql<{ currency: string; due: BusinessDate | null; minor: number }>`
      with ${booksOn({ ...day, customerId: id })}
      select currency, due_date as due, sum(open_minor)::bigint as minor from item
        where customer_id = ${id}::uuid and issue_date <= ${day.asOf}::date and open_minor <> 0 group by 1, 2
      union all select currency, null, sum(unapplied_minor)::bigint from credit where unapplied_minor <> 0 group by 1 order by 1, 2`.execute(
      db,
    );
    for (const { currency, due, minor } of rows) {
      const sum = sums.get(currency) ?? { open: 0, deposits: 0, due: new Map() };
      sums.set(currency, sum);
      if (due === null) sum.deposits += minor;
      else {
        sum.open += minor;
        sum.due.set(due, (sum.due.get(due) ?? 0) + minor);
      }
    }
  }
  return [...sums]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([currency, { open, deposits, due }]) => ({
      ...{ id: `unopened/${currency}`, kind: 'payer' as const, code, currency, version: 0, limits: [], securities: [] },
      balances: { reserved: 0, ordered: 0, delivered: 0, open, bills: 0, deposits },
      dated: [...due]
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([onDate, amountMinor]) => ({ bucket: 'open' as const, onDate, amountMinor })),
    }));
}
