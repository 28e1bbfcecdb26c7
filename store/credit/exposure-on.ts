import { sql } from 'kysely';
import type { AccountFacts } from '../../domain/credit/exposure.ts';
import type { BusinessDate } from '../../domain/platform/calendar.ts';
import { sumMinor } from '../../domain/platform/money.ts';
import { booksOn, dayOf } from '../ledger/as-of.ts';
import type { Database, Tx } from '../platform/database.ts';

/** The end of a day of the past, in the seller's zone. */
export interface PastDay {
  asOf: BusinessDate;
  zone: string;
}

/**
 * Accounts as they stood at the end of a day, by the entries made until then: what was posted later stands on no account of that day, whatever
 * its value date. Limits by when they were set and ended; securities as they were on record by then. `version` is 0.
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
      (select coalesce(jsonb_agg(jsonb_build_object('effect', g.given -> 'effect', 'valueMinor', g.given -> 'valueMinor', 'share', (g.given ->> 'share')::numeric(5,4)::text,
        'validFrom', g.given -> 'validFrom', 'validUntil', g.given -> 'validUntil') order by s.external_id), '[]') from security s
        cross join lateral (
          select u.after as given from audit u where u.subject_kind = 'security' and u.subject_id = s.id::text
            and u.action in ('security.given', 'security.changed') and ${before('u.business_at')} order by u.seq desc limit 1) g
        where s.account_id = a.id and not coalesce(${before('s.released_at')}, false)) as securities
    from account a order by a.opened_at, a.id`.execute(db);
  return rows;
}

/** What documents said on that day: what was open by its due date, unapplied money, and bills by the day they clear on. */
interface Owed {
  currency: string;
  bucket: 'open' | 'bills' | 'deposits';
  onDate: BusinessDate | null;
  amountMinor: number;
}

/** What a payer's customers (as they are borne now) owed on a day before its account was opened, by their documents as statements tell them. */
export async function owedOn(db: Database | Tx, code: string, day: PastDay): Promise<AccountFacts[]> {
  const { rows: members } = await sql<{ id: string }>`
    select customer_id as id from credit_bearer where code = ${code} order by 1`.execute(db);
  const owed: Owed[] = [];
  for (const { id } of members) owed.push(...(await owedByCustomer(db, id, day)));
  const currencies = [...new Set(owed.map((one) => one.currency))].toSorted((a, b) => (a < b ? -1 : 1));
  return currencies.map((currency) =>
    accountOf(
      code,
      currency,
      owed.filter((one) => one.currency === currency),
    ),
  );
}

async function owedByCustomer(db: Database | Tx, customerId: string, day: PastDay): Promise<Owed[]> {
  const { rows } = await sql<Owed>`
    with ${booksOn({ ...day, customerId })}
    select currency, 'open' as bucket, due_date as "onDate", sum(open_minor)::bigint as "amountMinor" from item
      where customer_id = ${customerId}::uuid and issue_date <= ${day.asOf}::date and open_minor <> 0 group by 1, 3
    union all select currency, 'deposits', null, sum(unapplied_minor)::bigint from credit where unapplied_minor <> 0 group by 1
    union all
    select c.currency, 'bills', c.clears_on, sum(c.amount_minor - coalesce((select sum(b.amount_minor) from payment_return b
      where b.payment_id = c.id and b.returned_on <= ${day.asOf}::date), 0))::bigint from credit c where c.clears_on is not null group by 1, 3
    order by 1, 2, 3`.execute(db);
  return rows;
}

function accountOf(code: string, currency: string, owed: readonly Owed[]): AccountFacts {
  const of = (bucket: Owed['bucket']): number =>
    sumMinor(owed.filter((one) => one.bucket === bucket).map((one) => one.amountMinor));
  const dated = (['bills', 'open'] as const).flatMap((bucket) => {
    const days = new Map<BusinessDate, number>();
    for (const one of owed)
      if (one.bucket === bucket && one.onDate !== null) days.set(one.onDate, (days.get(one.onDate) ?? 0) + one.amountMinor);
    return [...days].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([onDate, amountMinor]) => ({ bucket, onDate, amountMinor }));
  });
  return {
    ...{ id: `unopened/${currency}`, kind: 'payer', code, currency, version: 0, limits: [], securities: [] },
    balances: { reserved: 0, ordered: 0, delivered: 0, open: of('open'), bills: of('bills'), deposits: of('deposits') },
    dated,
  };
}
