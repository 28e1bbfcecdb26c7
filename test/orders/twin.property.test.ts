import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { lateStages, judgeOrder } from '../../domain/orders/check.ts';
import type { CheckRules, OrderFacts, StandingFacts } from '../../domain/orders/check.ts';
import { positionOf } from '../../domain/credit/exposure.ts';
import type { AccountFacts, Position } from '../../domain/credit/exposure.ts';
import { addDays } from '../../domain/platform/dates.ts';
import { exponentOf, isCurrency } from '../../domain/platform/money.ts';
import { openBooks } from '../support/books.ts';
import { fc } from '../support/property.ts';
import { runsOf } from '../support/thorough.ts';
import { RateMissing, ratesOf } from '../../domain/ledger/rates.ts';
import { putOnFile, someCurrency, toldAround } from '../support/told-rates.ts';

let books: Awaited<ReturnType<typeof openBooks>>;
beforeAll(async () => {
  books = await openBooks({ max: 2 });
});
afterAll(() => books.close());

const TODAY = '2026-10-10';
const minor = fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 2_000_000 }));
const day = fc.integer({ min: -100, max: 120 }).map((n) => addDays(TODAY, n));
const maybe = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: null });
const byCurrency = fc.dictionary(someCurrency, minor);

const standing: fc.Arbitrary<StandingFacts> = fc
  .record({
    currency: someCurrency,
    known: fc.boolean(),
    valid: fc.boolean(),
    limit: minor,
    expiredOn: maybe(day),
    beforeMinor: minor,
    more: minor,
  })
  .map(({ limit, more, valid, known, expiredOn, ...rest }) => ({
    ...rest,
    known,
    valid: known && valid,
    limitMinor: known ? (valid ? limit : 0) : null,
    expiredOn: known && valid ? null : expiredOn,
    afterMinor: rest.beforeMinor + more,
  }));
const factsOf: fc.Arbitrary<OrderFacts> = fc
  .record({
    currency: someCurrency,
    shipDate: day,
    prepaid: fc.boolean(),
    boundMinor: minor,
    grade: maybe(fc.constantFrom('A', 'D', 'E')),
    breaches: fc.subarray(['DN-1', 'DN-2']),
    settled: minor,
    restMinor: minor,
    earlier: maybe(fc.record({ approvedMinor: minor, approvedOn: day })),
    payer: fc.tuple(standing, maybe(day)).map(([payer, dunnedSince]) => ({ ...payer, dunnedSince })),
    group: maybe(standing),
    unrated: maybe(fc.constant({ from: 'USD', to: 'CNY' })),
    overdue: fc.array(fc.record({ currency: someCurrency, amountMinor: minor, since: day }), { maxLength: 2 }),
    depositsMinor: minor,
    stage: maybe(fc.constantFrom(...lateStages)),
    termsDays: fc.nat(120),
    maxTermsDays: maybe(fc.nat(120)),
    profileAsOf: maybe(day),
    licenceUntil: maybe(day),
    listed: fc.subarray(['court', 'sanctions']),
    medianMinor: maybe(minor),
  })
  .map(({ settled, ...facts }) => ({ ...facts, today: TODAY, amountMinor: settled + facts.restMinor }));
const rulesOf: fc.Arbitrary<CheckRules> = fc.record({
  version: fc.constant('credit-rules/1'),
  horizonDays: fc.nat(120),
  reservationDays: fc.nat(20),
  holdDays: fc.nat(20),
  tolerance: fc.constantFrom('0', '0.1', '0.0333', '1'),
  toleranceDays: fc.nat(60),
  limit: fc.boolean(),
  smallMinor: byCurrency,
  documentMinor: maybe(byCurrency),
  overdueMinor: maybe(byCurrency),
  oldestOverdueDays: maybe(fc.nat(90)),
  stageFrom: maybe(fc.constantFrom(...lateStages)),
  profileDays: maybe(fc.nat(120)),
  licenceGraceDays: maybe(fc.nat(30)),
  listed: fc.constantFrom('held', 'rejected', null),
  terms: fc.boolean(),
  heldGrades: fc.subarray(['D', 'E']),
  disputeShare: fc.constant('1'),
  abnormal: maybe(
    fc.record({ factor: fc.constantFrom('3', '1.5', '0.25'), verdict: fc.constantFrom('held', 'rejected', 'downgraded') }),
  ),
});

test('the rule in SQL and the rule in TypeScript give one verdict, with one list of reasons and figures', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(factsOf, rulesOf), { minLength: 50, maxLength: 50 }), async (cases) => {
      const { rows } = await sql<{ verdict: unknown }>`
        select credit_verdict(c -> 0, c -> 1) as verdict from jsonb_array_elements(${JSON.stringify(cases)}::jsonb) with ordinality as x (c, n) order by n`.execute(
        books.store.db,
      );
      expect(rows.map((row) => row.verdict)).toEqual(cases.map(([facts, rules]) => judgeOrder(facts, rules)));
    }),
    { numRuns: runsOf(40, 80) },
  );
}, 120_000);

test('currencies have the same decimals in SQL', async () => {
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
  const codes = letters.flatMap((a) => letters.flatMap((b) => letters.map((c) => a + b + c))).filter(isCurrency);
  const { rows } = await sql<{ exponent: number }>`
    select currency_exponent(c) as exponent from unnest(${codes}::text[]) with ordinality as x (c, n) order by n`.execute(
    books.store.db,
  );
  expect(rows.map((row) => row.exponent)).toEqual(codes.map(exponentOf));
});

const span = fc
  .tuple(day, maybe(day))
  .map(([from, until]) => ({ validFrom: from, validUntil: until !== null && until < from ? from : until }));
const account = fc.record({
  reserved: fc.array(fc.tuple(day, minor), { maxLength: 2 }),
  open: fc.array(fc.tuple(day, minor), { maxLength: 2 }),
  bills: fc.array(fc.tuple(day, minor), { maxLength: 2 }),
  delivered: minor,
  deposits: minor,
  limits: fc.array(fc.tuple(fc.constantFrom('standing' as const, 'temporary' as const), minor, span), { maxLength: 3 }),
  securities: fc.array(
    fc.tuple(
      fc.constantFrom('raises-limit' as const, 'lowers-exposure' as const),
      fc.integer({ min: 1, max: 90_000 }),
      fc.constantFrom('0.5', '0.3333', '1'),
      span,
    ),
    { maxLength: 2 },
  ),
});
let run = 0;

test('what SQL counts of accounts, limits, security, bills, horizon and rates equals the pure rule', async () => {
  const { store } = books;
  const places = fc.uniqueArray(fc.tuple(someCurrency, account), {
    minLength: 1,
    maxLength: 3,
    selector: ([code]) => code,
  });
  await fc.assert(
    fc.asyncProperty(
      places,
      toldAround(TODAY),
      someCurrency,
      minor,
      fc.nat(60),
      async (made, told, orderCurrency, more, horizonDays) => {
        run += 1;
        await putOnFile(store.db, told);
        const rateOf = ratesOf(told.filter(({ on }) => on <= TODAY));
        const accounts: AccountFacts[] = [];
        for (const [index, [code, of]] of made.entries()) {
          const dated = merged(of);
          const sum = (bucket: string): number =>
            dated.filter((part) => part.bucket === bucket).reduce((total, part) => total + part.amountMinor, 0);
          const balances = {
            reserved: sum('reserved'),
            ordered: 0,
            delivered: of.delivered,
            open: sum('open'),
            bills: sum('bills'),
            deposits: of.deposits,
          };
          const { rows } = await sql<{ id: string }>`
          insert into credit_account (kind, code, currency, opened_at, reserved_minor, delivered_minor, open_minor, bills_minor, deposits_minor)
          values ('payer', ${`Q-${run}`}, ${code}, timestamptz '2026-01-01' + make_interval(days => ${index}), ${balances.reserved}, ${balances.delivered}, ${balances.open},
            ${balances.bills}, ${balances.deposits}) returning id`.execute(store.db);
          const id = rows[0]?.id ?? '';
          for (const part of dated)
            await sql`insert into exposure_by_date values (${id}::uuid, ${part.bucket}, ${part.onDate}::date, ${part.amountMinor}::bigint)`.execute(
              store.db,
            );
          for (const [kind, amount, { validFrom, validUntil }] of of.limits)
            await sql`insert into credit_limit (account_id, kind, amount_minor, valid_from, valid_until, set_by, reason, set_at)
            values (${id}::uuid, ${kind}, ${amount}::bigint, ${validFrom}::date, ${validUntil}::date, 't', 't', now())`.execute(
              store.db,
            );
          for (const [place, [effect, value, share, { validFrom, validUntil }]] of of.securities.entries())
            await sql`insert into security (external_id, account_id, kind, effect, value_minor, share, valid_from, valid_until, content_hash)
            values (${`${id}-${place}`}, ${id}::uuid, 'other', ${effect}, ${value}::bigint, ${share}::numeric, ${validFrom}::date, ${validUntil}::date, '')`.execute(
              store.db,
            );
          accounts.push({
            id,
            kind: 'payer',
            code: `Q-${run}`,
            currency: code,
            version: 1,
            balances,
            dated,
            limits: of.limits.map(([kind, amountMinor, dates]) => ({ kind, amountMinor, ...dates })),
            securities: of.securities.map(([effect, valueMinor, share, dates]) => ({ effect, valueMinor, share, ...dates })),
          });
        }
        const { rows } = await sql<{ standing: Record<string, unknown> | null }>`
        select credit_standing('payer', ${`Q-${run}`}, ${orderCurrency}, ${TODAY}::date, ${addDays(TODAY, horizonDays)}::date, 0, ${more}::bigint) as standing`.execute(
          store.db,
        );
        const ours = (extra: number): Position | null | 'missing' => {
          try {
            return positionOf(accounts, orderCurrency, { today: TODAY, horizonDays, rateOf }, extra);
          } catch (error) {
            if (error instanceof RateMissing) return 'missing';
            throw error;
          }
        };
        const before = ours(0);
        const after = ours(more);
        const found = rows[0]?.standing ?? null;
        if (after === 'missing' || before === 'missing') expect(found).toHaveProperty('missing');
        else if (after === null || before === null) expect(found).toBeNull();
        else
          expect(found).toMatchObject({
            accountId: after.accountId,
            currency: after.currency,
            known: after.known,
            valid: after.limitKind !== null,
            limitMinor: after.limitMinor,
            expiredOn: after.expiredOn,
            beforeMinor: before.exposureMinor,
            afterMinor: after.exposureMinor,
          });
      },
    ),
    { numRuns: runsOf(80, 250) },
  );
}, 120_000);

function merged(of: { reserved: [string, number][]; open: [string, number][]; bills: [string, number][] }) {
  return (['reserved', 'open', 'bills'] as const).flatMap((bucket) => {
    const byDay = new Map<string, number>();
    for (const [onDate, amount] of of[bucket]) byDay.set(onDate, (byDay.get(onDate) ?? 0) + amount);
    return [...byDay]
      .filter(([, amountMinor]) => amountMinor > 0)
      .map(([onDate, amountMinor]) => ({ bucket, onDate, amountMinor }));
  });
}
