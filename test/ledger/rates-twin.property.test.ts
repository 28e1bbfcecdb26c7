import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { convertedMinor, halfUp, RateMissing, ratesOf } from '../../domain/ledger/rates.ts';
import { readRates } from '../../store/ledger/rates-on-file.ts';
import { openBooks } from '../support/books.ts';
import { fc } from '../support/property.ts';
import { runsOf } from '../support/thorough.ts';
import { putOnFile, someCurrency, toldAround } from '../support/told-rates.ts';

let books: Awaited<ReturnType<typeof openBooks>>;
beforeAll(async () => {
  books = await openBooks({ max: 2 });
});
afterAll(() => books.close());

const TODAY = '2026-10-10';
const codes = ['CNY', 'USD', 'JPY', 'KWD'];

test('SQL converts by the rate the pure rule takes, told either way, to the same minor unit', async () => {
  const { db } = books.store;
  await fc.assert(
    fc.asyncProperty(
      toldAround(TODAY),
      fc.integer({ min: -2_000_000, max: 2_000_000 }),
      someCurrency,
      async (told, minor, to) => {
        await putOnFile(db, told);
        const { rows } = await sql<{ from: string; minor: string | null }>`
        select c as "from", half_up(${minor}::bigint * f.times, f.over)::text as minor
        from unnest(${codes}::text[]) c, rate_fraction(c, ${to}, ${TODAY}::date) f`.execute(db);
        const pure = ratesOf(told.filter(({ on }) => on <= TODAY));
        const read = await readRates(db, TODAY);
        const ours = (currency: string, rateOf: typeof pure): string | null => {
          try {
            return String(convertedMinor([{ currency, minor }], to, rateOf));
          } catch (error) {
            if (error instanceof RateMissing) return null;
            throw error;
          }
        };
        for (const row of rows) {
          // Of nothing no rate is asked.
          const expected = ours(row.from, pure);
          if (minor !== 0) expect(row.minor).toBe(expected);
          expect(ours(row.from, read)).toBe(expected);
        }
      },
    ),
    { numRuns: runsOf(150, 600) },
  );
}, 120_000);

test('SQL rounds a fraction half up to the same whole number, ties and numbers below zero too', async () => {
  const fraction = fc
    .record({
      denominator: fc.oneof(fc.bigInt(1n, 20n), fc.bigInt(1n, 10n ** 40n)),
      whole: fc.bigInt(-(10n ** 9n), 10n ** 9n),
      rest: fc.oneof(fc.constant(null), fc.bigInt(-10n, 10n)),
    })
    .map(({ denominator, whole, rest }) => ({
      denominator,
      numerator: whole * denominator + (rest === null ? denominator / 2n : rest),
    }));
  await fc.assert(
    fc.asyncProperty(fc.array(fraction, { minLength: 50, maxLength: 50 }), async (cases) => {
      const texts = cases.map(({ numerator, denominator }) => [String(numerator), String(denominator)]);
      const { rows } = await sql<{ whole: string }>`
        select half_up((c ->> 0)::numeric, (c ->> 1)::numeric)::text as whole
        from jsonb_array_elements(${JSON.stringify(texts)}::jsonb) with ordinality x (c, n) order by n`.execute(books.store.db);
      expect(rows.map((row) => row.whole)).toEqual(cases.map((one) => String(halfUp(one.numerator, one.denominator))));
    }),
    { numRuns: runsOf(40, 80) },
  );
}, 120_000);
