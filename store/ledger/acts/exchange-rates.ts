import { sql } from 'kysely';
import type { Actor } from '../../../domain/platform/actor.ts';
import type { Conversion } from '../../../domain/ledger/rates.ts';
import { isUnusualRate, RATE_DAYS } from '../../../domain/ledger/unusual-rates.ts';
import { dayOf } from '../as-of.ts';
import { recordRate } from '../rates.ts';
import type { RateDocument, RecordedRate } from '../rates.ts';
import { within, write } from '../../platform/transaction.ts';
import type { Store, Work } from '../../platform/transaction.ts';
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
  return write<RecordedRate | ActAnswer>(store, actor, async (work) => {
    const { tx, at } = work;
    const { base, quote, on, rate } = document;
    const subject = { kind: 'exchange-rate', id: `${base}/${quote}/${on}` };
    const around = await ratesAround(work, document);
    if (on > at.today || !isUnusualRate(rate, around)) {
      const value = await recordRate(within(store, tx), actor, document, reason);
      const ended = await overtakeAct(work, { kind: 'exchange-rate', subject, reason: 'sent-again' });
      const [first, ...more] = ended.audit;
      return first ? { value, ...ended, audit: [first, ...more] } : { value, audit: null };
    }
    return answerOfAsking(
      await proposeAct(work, exchangeRateAct, {
        customerId: null,
        subject,
        about: `exchange rate ${base}/${quote} of ${on}`,
        given: null,
        what: { ...document, onFile: told(around, false), inverseOnFile: told(around, true) },
        payload: document,
        reason: reason ?? 'booked-by-sender',
        booked: true,
      }),
    );
  });
}

/**
 * Rates of the pair around a day, told either way, those replaced today among them, so that steps count together; else the newest before it and
 * the first after it, until which it would count. The same again is none of them.
 */
async function ratesAround({ tx, at, store }: Work, { base, quote, on, rate }: RateDocument): Promise<Conversion[]> {
  const { zone } = store;
  const { rows } = await sql<Conversion & { near: boolean; before: boolean }>`
    with known as (
      select base, quote, on_date, rate from exchange_rate where not (base = ${base} and on_date = ${on}::date and rate = ${rate}::numeric)
      union all select base, quote, on_date, rate from exchange_rate_before where ${dayOf('replaced_at', zone)} = ${at.today}::date)
    select trim_scale(rate)::text as rate, base = ${quote} as inverse, abs(on_date - ${on}::date) <= ${RATE_DAYS} as near, on_date < ${on}::date as before from known
    where (base, quote) in ((${base}, ${quote}), (${quote}, ${base}))
    order by near desc, on_date desc, inverse`.execute(tx);
  const near = rows.filter((row) => row.near);
  if (near.length > 0) return near;
  const [before] = rows.filter((row) => row.before);
  const after = rows.findLast((row) => !row.before);
  return [...(before ? [before] : []), ...(after ? [after] : [])];
}

const told = (rates: readonly Conversion[], inverse: boolean): string[] =>
  rates.flatMap((one) => (one.inverse === inverse ? [one.rate] : []));
