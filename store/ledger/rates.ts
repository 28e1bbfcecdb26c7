import { sql } from 'kysely';
import type { Actor } from '../../domain/platform/actor.ts';
import type { BusinessDate, Instant } from '../../domain/platform/calendar.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import { workflowId } from '../../domain/platform/subject.ts';
import { rateUnits } from '../../domain/ledger/rates.ts';
import type { DatedRate } from '../../domain/ledger/rates.ts';
import type { Database, Tx } from '../platform/database.ts';
import { lockPair } from './missing-rates.ts';
import { settleWaiting } from './waiting-payments.ts';
import { write } from '../platform/transaction.ts';
import type { Ask, Store, Work } from '../platform/transaction.ts';

/** One unit of `base` in `quote` from a day on, until a newer one is on file; above zero. */
export interface RateDocument extends DatedRate {
  source: string;
}
/** What recording a rate changed. */
export interface RecordedRate {
  changed: boolean;
  created: boolean;
}
export type RateView = RateDocument & { recordedBy: string; recordedAt: Instant };

/**
 * Records a dated rate. The same again changes nothing; another figure for the day replaces it, with both on record. It serves both ways: what
 * is held in either currency looks again, and payments that waited for either way settle.
 */
export async function recordRate(
  store: Store,
  actor: Actor,
  document: RateDocument,
  reason: string | null,
): Promise<RecordedRate> {
  return write<RecordedRate>(store, actor, async (work) => {
    const { tx, at } = work;
    const { base, quote, on, rate, source } = document;
    if (on > at.today) throw new Refusal('date-in-future', { date: on, today: at.today }, { pointer: '/on' });
    const key = { base, quote, on_date: on };
    await lockPair(tx, base, quote, 'alone');
    const standing = await tx
      .selectFrom('exchange_rate')
      .select(['rate', 'source'])
      .where('base', '=', base)
      .where('quote', '=', quote)
      .where('on_date', '=', on)
      .forUpdate()
      .executeTakeFirst();
    if (standing && rateUnits(standing.rate) === rateUnits(rate) && standing.source === source)
      return { value: { changed: false, created: false }, audit: null };
    if (standing) await keepBefore(work, key);
    const row = { rate, source, recorded_by: actor.id, recorded_at: at.now };
    await tx
      .insertInto('exchange_rate')
      .values({ ...key, ...row })
      .onConflict((conflict) => conflict.columns(['base', 'quote', 'on_date']).doUpdateSet(row))
      .execute();
    const about = { subjectKind: 'exchange-rate', subjectId: `${base}/${quote}/${on}` };
    const action = standing ? 'exchange-rate.corrected' : 'exchange-rate.recorded';
    const came = await settleWaiting(work, base, quote);
    return {
      value: { changed: true, created: !standing },
      audit: [{ ...about, action, reason, ...(standing && { before: standing }), after: document }, ...came.audit],
      asks: [...(await heldByPair(tx, base, quote)), ...came.asks],
      posts: came.posts,
      events: [{ ...about, kind: action }, ...came.events],
    };
  });
}

/** Keeps a rate as it was on file until now. */
async function keepBefore({ tx, at }: Work, key: { base: string; quote: string; on_date: BusinessDate }): Promise<void> {
  await sql`
    insert into exchange_rate_before (base, quote, on_date, rate, recorded_at, replaced_at)
    select base, quote, on_date, rate, recorded_at, ${at.now}::timestamptz from exchange_rate
    where base = ${key.base} and quote = ${key.quote} and on_date = ${key.on_date}::date`.execute(tx);
}

/** What is held of customers who have accounts in both currencies: a new rate between them may have made room. */
async function heldByPair(tx: Tx, base: string, quote: string): Promise<Ask[]> {
  const { rows } = await sql<{ id: string; kind: 'order-hold' | 'shipment-hold'; customerId: string }>`
    with held as (
      select id, 'order-hold' as kind, customer_id from order_hold where state = 'open' and not forced
      union all select id, 'shipment-hold', customer_id from shipment_hold where state = 'open')
    select h.id, h.kind, h.customer_id as "customerId" from held h
    where 2 = (
      select count(distinct a.currency) from credit_member m join credit_account p on p.id = m.account_id left join credit_account g on g.id = p.group_account
        join credit_account a on a.kind = 'payer' and a.code = p.code or a.kind = 'group' and a.code = g.code
      where m.customer_id = h.customer_id and a.currency in (${base}, ${quote}))
    order by h.kind, h.id`.execute(tx);
  return rows.map(({ id, kind, customerId }) => ({ subject: workflowId(kind, id), kind, customerId }));
}

/** Rates on file, the newest day first, from after the row named. */
export async function listRates(
  db: Database,
  filter: { base?: string | undefined; quote?: string | undefined; after?: readonly [BusinessDate, string, string] | undefined },
  limit: number,
): Promise<RateView[]> {
  let query = db
    .selectFrom('exchange_rate')
    .select(['base', 'quote', 'on_date as on', 'rate', 'source', 'recorded_by as recordedBy', 'recorded_at as recordedAt'])
    .orderBy('on_date', 'desc')
    .orderBy('base')
    .orderBy('quote')
    .limit(limit + 1);
  const { base, quote, after } = filter;
  if (base !== undefined) query = query.where('base', '=', base);
  if (quote !== undefined) query = query.where('quote', '=', quote);
  if (after) {
    const [day, lastBase, lastQuote] = after;
    query = query.where((where) =>
      where.or([
        where('on_date', '<', day),
        where.and([where('on_date', '=', day), where('base', '>', lastBase)]),
        where.and([where('on_date', '=', day), where('base', '=', lastBase), where('quote', '>', lastQuote)]),
      ]),
    );
  }
  return query.execute();
}
