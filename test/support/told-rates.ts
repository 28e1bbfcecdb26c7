import { sql } from 'kysely';
import { addDays } from '../../domain/platform/dates.ts';
import type { DatedRate } from '../../domain/ledger/rates.ts';
import type { Database } from '../../store/platform/database.ts';
import { fc } from './property.ts';

/** Currencies with no, two and three decimals. */
export const someCurrency = fc.constantFrom('CNY', 'USD', 'JPY', 'KWD');

/** Rates told either way, of days before, on and after one, from 0.0001 to 10,000; for many pairs none. */
export const toldAround = (today: string): fc.Arbitrary<DatedRate[]> =>
  fc
    .uniqueArray(
      fc.record({
        base: someCurrency,
        quote: someCurrency,
        on: fc.integer({ min: -3, max: 1 }).map((days) => addDays(today, days)),
        rate: fc
          .oneof(fc.bigInt(1n, 100_000n), fc.bigInt(10n ** 6n, 10n ** 14n), fc.constantFrom(5n * 10n ** 9n, 8n * 10n ** 10n))
          .map((units) => (units < 10n ** 6n ? units * 10n ** 9n : units))
          .map((units) => `${units / 10n ** 10n}.${String(units % 10n ** 10n).padStart(10, '0')}`),
      }),
      { maxLength: 12, selector: ({ base, quote, on }) => `${base}/${quote}/${on}` },
    )
    .map((rates) => rates.filter(({ base, quote }) => base !== quote));

/** Puts these rates on file, and no other. */
export async function putOnFile(db: Database, rates: readonly DatedRate[]): Promise<void> {
  await sql`delete from exchange_rate`.execute(db);
  await sql`
    insert into exchange_rate select x.base, x.quote, x."on", x.rate, 't', 't', now()
    from jsonb_to_recordset(${JSON.stringify(rates)}::jsonb) as x (base text, quote text, "on" date, rate numeric)`.execute(db);
}
