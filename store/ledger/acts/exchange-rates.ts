import { sql } from 'kysely';
import { isUnusualRate, RATE_DAYS } from '../../../domain/credit/rates.ts';
import type { Actor } from '../../../domain/platform/actor.ts';
import { dayOf } from '../as-of.ts';
import { recordRate } from '../rates.ts';
import type { RateDocument, RecordedRate } from '../rates.ts';
import type { Tx } from '../../platform/database.ts';
import { within, write } from '../../platform/transaction.ts';
import type { Moment, Store } from '../../platform/transaction.ts';
import { answerOfAsking, overtakeAct, proposeAct } from '../../approvals/pending.ts';
import type { ActAnswer, ActKind } from '../../approvals/pending.ts';

/** A rate far from those on file: whoever set it alone could make an exposure vanish, or a payment settle what it is not worth. */
export const exchangeRateAct: ActKind<RateDocument> = {
  kind: 'exchange-rate',
  async carryOut({ store, actor, act }, document) {
    await recordRate(store, actor, document, act.reason);
    return { ...document };
  },
};

/** Records a rate; one that differs too much from those around its day waits for a second person. Throws Refusal as `recordRate` does. */
export async function askRate(
  store: Store,
  actor: Actor,
  document: RateDocument,
  reason: string | null,
): Promise<RecordedRate | ActAnswer> {
  return write<RecordedRate | ActAnswer>(store, actor, async (tx, at) => {
    const { base, quote, on, rate } = document;
    const subject = { kind: 'exchange-rate', id: `${base}/${quote}/${on}` };
    const around = await ratesAround(tx, store, at, document);
    if (on > at.today || !isUnusualRate(rate, around)) {
      const value = await recordRate(within(store, tx), actor, document, reason);
      const ended = await overtakeAct(tx, at, actor, { kind: 'exchange-rate', subject, reason: 'sent-again' });
      const [first, ...more] = ended.audit;
      return first ? { value, ...ended, audit: [first, ...more] } : { value, audit: null };
    }
    return answerOfAsking(
      await proposeAct(tx, store, at, actor, exchangeRateAct, {
        customerId: null,
        subject,
        about: `exchange rate ${base}/${quote} of ${on}`,
        given: null,
        what: { ...document, onFile: around },
        payload: document,
        reason: reason ?? 'booked-by-sender',
        booked: true,
      }),
    );
  });
}

/** Rates of the pair around a day, those replaced today among them, so that steps count together; else the newest before it. */
async function ratesAround(tx: Tx, store: Store, at: Moment, { base, quote, on, rate }: RateDocument): Promise<string[]> {
  const { zone } = store.policies;
  const { rows } = await sql<{ rate: string; near: boolean }>`
    with known as (
      select on_date, rate from exchange_rate where base = ${base} and quote = ${quote}
        and not (on_date = ${on}::date and rate = ${rate}::numeric)
      union all select on_date, rate from exchange_rate_before
        where base = ${base} and quote = ${quote} and ${dayOf('replaced_at', zone)} = ${at.today}::date)
    select trim_scale(rate)::text as rate, near from (
      select rate, on_date, abs(on_date - ${on}::date) <= ${RATE_DAYS} as near from known where on_date <= ${on}::date + ${RATE_DAYS}::int) k
    order by near desc, on_date desc`.execute(tx);
  const near = rows.filter((row) => row.near);
  return (near.length > 0 ? near : rows.slice(0, 1)).map((row) => row.rate);
}
