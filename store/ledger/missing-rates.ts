import { sql } from 'kysely';
import type { BusinessDate } from '../../domain/platform/calendar.ts';
import type { Tx } from '../platform/database.ts';
import { LostRace, recordset } from '../platform/rows.ts';
import type { Work } from '../platform/transaction.ts';
import { cancelWorkOrders, openWorkOrder, placeOf } from '../tasks/work-orders.ts';
import type { Effects } from '../platform/effects.ts';
import { addEffects, noEffects } from '../platform/effects.ts';

const placeOfTask = (base: string, quote: string): string => `rate-missing/${base}/${quote}`;

/**
 * Asks for the rates without which documents of customers count against no limit, one task a pair: in another currency than the limit of
 * their payer or its group. Until then each such document waits for itself alone.
 */
export async function askForRates(work: Work, documents: readonly { customerId: string; currency: string }[]): Promise<Effects> {
  const { tx, at } = work;
  const effects = noEffects();
  if (documents.length === 0) return effects;
  const pairs = new Map(
    documents.map(({ customerId, currency }) => [`${customerId} ${currency}`, { customer_id: customerId, currency }]),
  );
  const wanted = [...pairs.values()];
  const { rows } = await sql<{ base: string; quote: string }>`
    select distinct x.currency as base, a.currency as quote
    from ${recordset(wanted, 'customer_id uuid, currency text')} join credit_bearer b on b.customer_id = x.customer_id
      join credit_account a on a.kind = 'payer' and a.code = b.code or a.kind = 'group' and a.code = b.group_code
    where a.currency <> x.currency and exists (select from credit_limit l where l.account_id = a.id and l.revoked_at is null)
      and (select f.times from rate_fraction(x.currency, a.currency, ${at.today}::date) f) is null
      and not exists (
        select from credit_account o join credit_limit l on l.account_id = o.id and l.revoked_at is null
        where o.kind = a.kind and o.code = a.code and o.currency = x.currency) order by 1, 2`.execute(tx);
  for (const { base, quote } of rows) addEffects(effects, await askForRate(work, { base, quote, on: at.today }));
  return effects;
}

/** The lock of a pair of currencies, whichever way round: whoever records a rate holds it alone, whoever found none shares it. */
export async function lockPair(tx: Tx, base: string, quote: string, mode: 'alone' | 'shared'): Promise<void> {
  const pair = `rate ${[base, quote].sort().join('/')}`;
  const lock = sql.raw(mode === 'alone' ? 'pg_advisory_xact_lock' : 'pg_advisory_xact_lock_shared');
  await sql`select ${lock}(hashtextextended(${pair}, 0))`.execute(tx);
}

/**
 * Asks for one rate of a day, once: that of the other way round serves as well, and while it is asked for nobody is asked twice. Throws
 * LostRace when the rate was recorded since it was looked for: what waits for it now would be seen by nobody.
 */
export async function askForRate(
  work: Work,
  { base, quote, on }: { base: string; quote: string; on: BusinessDate },
): Promise<Effects> {
  const { tx } = work;
  await lockPair(tx, base, quote, 'shared');
  const { rows } = await sql<{ there: boolean }>`
    select f.times is not null as there from rate_fraction(${base}, ${quote}, ${on}::date) f`.execute(tx);
  if (rows[0]?.there) throw new LostRace('a rate was recorded meanwhile');
  const place = await placeOf(tx, placeOfTask(base, quote));
  const turned = await placeOf(tx, placeOfTask(quote, base));
  if (place.open || turned.open) return noEffects();
  return openWorkOrder(work, {
    ...{ key: place.key, kind: 'rate-missing', customerId: null },
    ...{ subject: `rate ${base}/${quote}`, reason: { base, quote, on } },
  });
}

/** Ends the task that asks for a rate, whichever way round, which is on file now. */
export async function rateCame(work: Work, base: string, quote: string): Promise<Effects> {
  const { tx } = work;
  const places = [await placeOf(tx, placeOfTask(base, quote)), await placeOf(tx, placeOfTask(quote, base))];
  const keys = places.flatMap(({ key, open }) => (open ? [key] : []));
  return keys.length > 0 ? cancelWorkOrders(work, { keys }, 'recorded') : noEffects();
}
