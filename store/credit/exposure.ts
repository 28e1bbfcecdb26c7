import { sql } from 'kysely';
import type { BusinessDate } from '../../domain/platform/calendar.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import { positionOf } from '../../domain/credit/exposure.ts';
import type { AccountFacts, Bucket, DatedAmount, LimitFact, Position, SecurityFact } from '../../domain/credit/exposure.ts';
import type { Actor } from '../../domain/platform/actor.ts';
import { dayOf } from '../ledger/as-of.ts';
import type { Database, Tx } from '../platform/database.ts';
import { isOurId } from '../platform/rows.ts';
import { seesCustomer } from '../access/scope.ts';
import { momentOf } from '../platform/transaction.ts';
import type { Moment, Store } from '../platform/transaction.ts';
import { owedOn, readAccountsOn } from './exposure-on.ts';
import type { PastDay } from './exposure-on.ts';
import { ratesOf } from '../../domain/ledger/rates.ts';
import type { DatedRate, RateOf } from '../../domain/ledger/rates.ts';
import { readRates } from '../ledger/rates-on-file.ts';
import type { BucketDocument } from './bucket-documents.ts';
import { documentsOf } from './bucket-documents.ts';

interface Row extends Omit<AccountFacts, 'balances' | 'dated' | 'limits' | 'securities'> {
  balances: Record<Bucket, number>;
  dated: DatedAmount[];
  limits: LimitFact[];
  securities: SecurityFact[];
}

/** Accounts as they stand, those opened first first; of payers or groups by their codes, in all their currencies. */
export async function readAccounts(
  db: Database | Tx,
  kind: 'payer' | 'group',
  codes: readonly string[],
): Promise<AccountFacts[]> {
  const { rows } = await sql<Row>`
    select a.id, a.kind, a.code, a.currency, a.version,
      jsonb_build_object('reserved', a.reserved_minor, 'ordered', a.ordered_minor, 'delivered', a.delivered_minor, 'open', a.open_minor,
        'bills', a.bills_minor, 'deposits', a.deposits_minor) as balances,
      (select coalesce(jsonb_agg(jsonb_build_object('bucket', d.bucket, 'onDate', d.on_date, 'amountMinor', d.amount_minor)
        order by d.bucket, d.on_date), '[]') from exposure_by_date d where d.account_id = a.id and d.amount_minor <> 0) as dated,
      (select coalesce(jsonb_agg(jsonb_build_object('kind', l.kind, 'amountMinor', l.amount_minor, 'validFrom', l.valid_from,
        'validUntil', l.valid_until) order by l.set_at, l.id), '[]') from credit_limit l where l.account_id = a.id and l.revoked_at is null) as limits,
      (select coalesce(jsonb_agg(jsonb_build_object('effect', s.effect, 'valueMinor', s.value_minor, 'share', s.share::text,
        'validFrom', s.valid_from, 'validUntil', s.valid_until) order by s.external_id), '[]')
        from security s where s.account_id = a.id and s.released_at is null) as securities
    from credit_account a where a.kind = ${kind} and a.code = any(${[...codes]}::text[]) order by a.opened_at, a.id`.execute(db);
  return rows;
}

/** What a payer's customers owe by their documents while no account bears them: as accounts without limit or security, none of them on file. */
async function owedWithoutAccount(db: Database | Tx, code: string): Promise<AccountFacts[]> {
  const { rows } = await sql<Row>`
    with owed as (
      select d.currency, d.bucket, d.on_date, sum(d.amount_minor)::bigint as minor
      from credit_documents(array(select b.customer_id from credit_bearer b where b.code = ${code})) d group by 1, 2, 3)
    select 'unopened/' || currency as id, 'payer' as kind, ${code}::text as code, currency, 0 as version,
      jsonb_build_object('reserved', 0, 'ordered', 0, 'delivered', coalesce(sum(minor) filter (where bucket = 'delivered'), 0),
        'open', coalesce(sum(minor) filter (where bucket = 'open'), 0), 'bills', coalesce(sum(minor) filter (where bucket = 'bills'), 0),
        'deposits', coalesce(sum(minor) filter (where bucket = 'deposits'), 0)) as balances,
      coalesce(jsonb_agg(jsonb_build_object('bucket', bucket, 'onDate', on_date, 'amountMinor', minor) order by bucket, on_date)
        filter (where on_date is not null and minor <> 0), '[]') as dated, '[]'::jsonb as limits, '[]'::jsonb as securities
    from owed group by currency having bool_or(minor <> 0) order by currency`.execute(db);
  return rows;
}

/** The same as it was on file at the end of a past day, whatever was told or corrected since. */
async function readRatesOn(db: Database | Tx, { asOf, zone }: PastDay): Promise<RateOf> {
  const { rows } = await sql<DatedRate>`
    select distinct on (base, quote) base, quote, on_date as "on", rate::text from (
      select base, quote, on_date, rate, recorded_at, null as replaced_at from exchange_rate
      union all select base, quote, on_date, rate, recorded_at, replaced_at from exchange_rate_before) r
    where on_date <= ${asOf}::date and ${dayOf('recorded_at', zone)} <= ${asOf}::date
      and coalesce(${dayOf('replaced_at', zone)} > ${asOf}::date, true)
    order by base, quote, on_date desc, recorded_at desc`.execute(db);
  return ratesOf(rows);
}

/** What a customer's payer and its group could owe us now, against their limits. */
export interface Exposure {
  customerId: string;
  /** Accounts of the payer, then of the group. */
  accounts: AccountFacts[];
  payer: Position | null;
  group: Position | null;
  horizonDays: number;
}

/**
 * The exposure of a customer's payer in the eyes of an order in `currency` (the customer's own without one), or of the account given.
 * Before an account is opened (nothing was granted, ordered or given as security) it is what its customers owe, without a limit; null
 * when they owe nothing either. What has no rate on file is told apart. `past`: as it stood at the end of that day; `at` is then that day too.
 */
export async function readExposure(
  db: Database | Tx,
  store: Store,
  at: Pick<Moment, 'today'>,
  of: { accountId: string } | { customerId: string; currency?: string },
  past: PastDay | null = null,
): Promise<Exposure | null> {
  const found = await whose(db, of);
  if (!found) return null;
  const { current } = await store.policies.current();
  const { horizonDays } = current['credit-rules'].content;
  const read = (kind: 'payer' | 'group', code: string): Promise<AccountFacts[]> =>
    past ? readAccountsOn(db, kind, code, past) : readAccounts(db, kind, [code]);
  const opened = await read('payer', found.code);
  const owed = (): Promise<AccountFacts[]> => (past ? owedOn(db, found.code, past) : owedWithoutAccount(db, found.code));
  const payers = opened.length > 0 ? opened : await owed();
  const groups = found.groupCode === null ? [] : await read('group', found.groupCode);
  if (payers.length === 0) return null;
  const day = { today: at.today, horizonDays, rateOf: await (past ? readRatesOn(db, past) : readRates(db, at.today)) };
  const payer = positionOf(payers, found.currency, day) ?? positionOf(payers, payers[0]?.currency ?? found.currency, day);
  const group = positionOf(groups, found.currency, day);
  return { customerId: found.customerId, accounts: [...payers, ...groups], payer, group, horizonDays };
}

interface Whose {
  customerId: string;
  currency: string;
  code: string;
  groupCode: string | null;
}

async function whose(
  db: Database | Tx,
  of: { accountId: string } | { customerId: string; currency?: string },
): Promise<Whose | undefined> {
  if ('accountId' in of) {
    const { rows } = await sql<Whose>`
      select m.customer_id as "customerId", a.currency, a.code, g.code as "groupCode"
      from credit_account a join credit_member m on m.account_id = a.id left join credit_account g on g.id = a.group_account
      where a.id = ${of.accountId}::uuid order by (m.customer_id = a.customer_id) desc nulls last, m.customer_id limit 1`.execute(
      db,
    );
    return rows[0];
  }
  const { rows } = await sql<Whose>`
    select c.id as "customerId", coalesce(${of.currency ?? null}, c.currency) as currency, b.code, b.group_code as "groupCode"
    from customer c join credit_bearer b on b.customer_id = c.id where c.id = ${of.customerId}::uuid`.execute(db);
  return rows[0];
}

/** An exposure as it is shown, with the documents its payer's buckets are made of. */
export interface ExposureView {
  customer: string;
  today: BusinessDate;
  horizonDays: number;
  exposure: Exposure | null;
  documents: BucketDocument[];
}

/**
 * The exposure of the customer `{id}` means, among those the actor may see; as it stood at the end of `asOf`, without the documents, which are
 * told as they stand now. Throws Refusal `not-found` or `date-in-future`.
 */
export async function viewExposure(
  store: Store,
  actor: Actor,
  id: string,
  { currency, asOf }: { currency?: string | undefined; asOf?: BusinessDate | undefined } = {},
): Promise<ExposureView> {
  const { rows } = await sql<{ id: string; code: string }>`
    select c.id, c.external_id as code from customer c where ${seesCustomer(actor)}
      and (c.external_id = ${id} or c.id = ${isOurId(id) ? id : null}::uuid) order by c.external_id = ${id} desc limit 1`.execute(
    store.db,
  );
  const found = rows[0];
  if (!found) throw new Refusal('not-found', { id });
  const { today } = await momentOf(store.db, store);
  if (asOf !== undefined && asOf > today) throw new Refusal('date-in-future', { date: asOf, today }, { pointer: '?asOf' });
  const past = asOf === undefined || asOf === today ? null : { asOf, zone: store.zone };
  const { current } = await store.policies.current();
  const of = { customerId: found.id, ...(currency !== undefined && { currency }) };
  const exposure = await readExposure(store.db, store, { today: asOf ?? today }, of, past);
  return {
    customer: found.code,
    today: asOf ?? today,
    horizonDays: current['credit-rules'].content.horizonDays,
    exposure,
    documents: exposure && !past ? await documentsOf(store.db, actor, found.id) : [],
  };
}
