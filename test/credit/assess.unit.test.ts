import { test } from '@fast-check/vitest';
import { beforeAll, describe, expect, it } from 'vitest';
import { assess, gradeOf } from '../../domain/credit/assess.ts';
import type { Assessment, AssessmentInput } from '../../domain/credit/assess.ts';
import { factTable } from '../../domain/credit/facts.ts';
import type { FactName } from '../../domain/credit/facts.ts';
import type { FactValue } from '../../domain/credit/profile.ts';
import type { Characteristic } from '../../domain/credit/policy.ts';
import { scoreOf } from '../../domain/credit/scorecard.ts';
import { sayAssessment, sayVerdictReason } from '../../domain/credit/words.ts';
import { zenTables } from '../../rules/zen.ts';
import { dealer, defaults, factsOf, firstHospital, inputOf } from '../support/credit-policies.ts';
import { fc } from '../support/property.ts';

const tables = zenTables();
const judge = (input: AssessmentInput): Promise<Assessment> => assess(input, defaults, tables);
const { content: scorecard } = defaults.scorecard;
const { content: grades } = defaults.grades;

type Values = Partial<Record<FactName, FactValue>>;
const without = (values: Values, ...names: FactName[]): Values =>
  Object.fromEntries(Object.entries(values).filter(([name]) => !names.includes(name as FactName)));
const pointsOf = (verdict: Pick<Assessment, 'lines'>, id: string) => verdict.lines.find((line) => line.id === id)?.points;

describe('a score', () => {
  it('is the base and the points of every characteristic, bin by bin', async () => {
    const verdict = await judge(inputOf({ ...dealer, brokenPromises: 2, salesGrowth: 3 }));
    expect(verdict.score).toBe(550 + verdict.lines.reduce((sum, line) => sum + line.points, 0));
    expect(verdict.lines.find((line) => line.id === 'broken-promises')).toMatchObject({
      bin: 'two-or-three',
      points: -35,
      value: 2,
    });
    expect(verdict.lines.find((line) => line.id === 'sales-growth')).toMatchObject({ bin: 'spike', points: -10 });
    expect(verdict.lines.some((line) => line.id === 'hospital-tier')).toBe(false);
  });

  it.each<[FactName, FactValue, string, number]>([
    ['daysBeyondTerms', 0.99, 'days-beyond-terms', 30],
    ['daysBeyondTerms', 1, 'days-beyond-terms', 10],
    ['daysBeyondTerms', 61, 'days-beyond-terms', -70],
    ['onTimeShare', 0.5, 'on-time-share', -15],
    ['onTimeShare', 0.49, 'on-time-share', -40],
    ['licenceDaysLeft', -1, 'licence', -100],
    ['licenceDaysLeft', 0, 'licence', -20],
    ['registrationState', 'revoked', 'registration', -150],
    ['listedEntries', 1, 'listed', -200],
    ['ownership', 'mixed', 'ownership', 5],
    ['taxIdValid', false, 'tax-id', -20],
  ])('counts %s of %s as %s %i', (name, value, id, points) => {
    const of = inputOf({ ...dealer, [name]: value });
    expect(pointsOf(scoreOf(of, scorecard), id)).toBe(points);
  });

  it('in the first month counts what has happened, and not that nothing has', () => {
    const first = (values: Values) => {
      const input = inputOf({ ...dealer, tradeMonths: 0, ...values });
      const facts = Object.entries(input.facts).map(([name, fact]) => [name, { ...fact, source: 'ledger' }]);
      return scoreOf({ ...input, facts: Object.fromEntries(facts) as typeof input.facts }, scorecard);
    };
    const clean = first({ oldestOverdueDays: 0, brokenPromises: 0, disputesUpheld: 0 });
    const bins = (of: typeof clean, ...ids: string[]) => ids.map((id) => of.lines.find((line) => line.fact === id)?.bin ?? null);
    const facts = ['oldestOverdueDays', 'brokenPromises', 'disputesUpheld'];
    expect(bins(clean, ...facts)).toEqual([null, null, null]);
    const bad = first({ oldestOverdueDays: 11, brokenPromises: 1, disputesUpheld: 1, daysBeyondTerms: 11, onTimeShare: 0 });
    expect(bins(bad, ...facts, 'daysBeyondTerms', 'onTimeShare')).not.toContain(null);
    expect(bad.score).toBeLessThan(clean.score);
    const later = scoreOf(inputOf({ ...dealer, tradeMonths: 1, oldestOverdueDays: 0, brokenPromises: 0 }), scorecard);
    expect(bins(later, 'oldestOverdueDays', 'brokenPromises')).not.toContain(null);
  });

  it('puts a missing fact into its own bin and names it', async () => {
    const verdict = await judge(inputOf(without(dealer, 'courtCases', 'returnsShare')));
    expect(verdict.missing).toEqual(['returnsShare', 'courtCases']);
    expect(pointsOf(verdict, 'court-entries')).toBe(-10);
    expect(sayAssessment(verdict, 'en').notes[0]).toBe(
      'not known: Credit notes against sales, Enforcement cases against the customer',
    );
    expect(sayAssessment(verdict, 'zh').notes[0]).toBe('缺失的资料：退货及折让占比、被执行案件数');
  });

  it('names a stale fact', async () => {
    const of = { ...inputOf(dealer), facts: { ...factsOf(dealer), ...factsOf({ courtCases: 0 }, '2026-10-20') } };
    const verdict = await judge(of);
    expect(verdict.stale.map((one) => one.name)).toContain('courtCases');
    expect(sayAssessment(verdict, 'en').notes.join()).toContain('out of date, to be told anew before deciding');
  });
});

describe('a hospital', () => {
  const late = { daysBeyondTerms: 70, onTimeShare: 0.35, oldestOverdueDays: 95 };
  const known = { ...firstHospital, ...dealer, customerType: 'hospital', ownership: 'public' };

  it('that pays as late as hospitals do is not bad; a dealer who does is', async () => {
    const hospital = await judge(inputOf({ ...known, ...late }));
    const trader = await judge(inputOf({ ...dealer, ...late }));
    expect(pointsOf(hospital, 'days-beyond-terms')).toBe(10);
    expect(pointsOf(trader, 'days-beyond-terms')).toBe(-70);
    expect(hospital.grade < trader.grade).toBe(true);
  });

  it('is held against our own ledger once it knows enough of its peers, and never excused beyond the ceiling', () => {
    const of = (members: number, daysBeyondTerms: number) =>
      scoreOf(
        inputOf({ ...known, ...late }, { peers: { members, daysBeyondTerms, onTimeShare: 0.3, oldestOverdueDays: 100 } }),
        scorecard,
      );
    expect(of(7, 20).peerGroup).toMatchObject({ from: 'policy', reference: { daysBeyondTerms: 60 } });
    expect(pointsOf(of(8, 20), 'days-beyond-terms')).toBe(-35);
    expect(of(8, 20).peerGroup).toMatchObject({ from: 'ledger', members: 8, reference: { daysBeyondTerms: 20 } });
    expect(of(8, 300).peerGroup.reference.daysBeyondTerms).toBe(120);
  });

  it('that comes first gets the low limit, strict reconciliation and the ladder of new customers', async () => {
    const verdict = await judge(inputOf(firstHospital));
    expect(verdict).toMatchObject({
      firstTime: true,
      proposal: {
        limitMinor: 10_000_000,
        decisive: 'start',
        termsDays: 60,
        reconciliation: 'strict',
        ladder: 'new-customer',
        reviewMonths: 3,
      },
      trace: { limit: { row: 'first-hospital-3a' }, terms: { row: 'first-hospital' } },
    });
  });
});

describe('a grade', () => {
  it.each([
    [680, 0, 'A', 680],
    [679, 0, 'B', 680 - 60],
    [620, 0, 'B', 620],
    [619, 0, 'C', 560],
    [560, 0, 'C', 560],
    [559, 0, 'D', 500],
    [500, 0, 'D', 500],
    [499, 0, 'E', null],
    [680, 10, 'B', 630],
    [675, -10, 'A', 670],
  ])('of %i points, with the thresholds %i higher, is %s', (score, shift, grade, threshold) => {
    expect(gradeOf(score, shift, grades)).toEqual({ grade, threshold });
  });

  it('moves with the dated factors that hold for the customer, on their days only', async () => {
    const of = (today: string, productLines: string[]) => judge(inputOf(dealer, { today, productLines }));
    expect((await of('2026-12-31', ['coronary-stents'])).shift).toBe(10);
    expect((await of('2027-01-01', ['coronary-stents'])).shift).toBe(0);
    expect((await of('2026-12-31', ['gloves'])).shift).toBe(0);
    const words = sayAssessment(await of('2026-12-31', ['coronary-stents']), 'zh').notes.join();
    expect(words).toContain('集中带量采购降价执行期：各等级门槛上调 10 分');
  });
});

describe('a limit', () => {
  it.each<[string, Values, Partial<AssessmentInput>, number | null, string | null]>([
    ['is factor × monthly sales × months of terms', {}, {}, 60_000_000, 'sales'],
    ['is rounded as set', { averageMonthlySales: { CNY: 20_010_001 } }, {}, 60_100_000, 'sales'],
    ['ends at the cap of the grade', { averageMonthlySales: { CNY: 900_000_000 } }, {}, 300_000_000, 'cap'],
    ['ends at the share of net assets', { netAssets: { CNY: 123_450_000 } }, {}, 12_300_000, 'net-assets'],
    ['is nothing over negative net assets', { netAssets: { CNY: -5 } }, {}, 0, 'net-assets'],
    ['knows no sales in another currency: it starts', {}, { currency: 'EUR' }, 650_000, 'start'],
    ['is not proposed in a currency the policy has no unit for', {}, { currency: 'CHF' }, null, null],
  ])('%s', async (_, values, more, limitMinor, decisive) => {
    const { proposal, grade } = await judge(inputOf({ ...dealer, ...values }, more));
    expect({ grade, limitMinor: proposal.limitMinor, decisive: proposal.decisive }).toEqual({ grade: 'A', limitMinor, decisive });
  });

  it('is nothing for a grade that gets no credit', async () => {
    const { proposal, grade } = await judge(inputOf({ ...dealer, listedEntries: 1, registrationState: 'revoked' }));
    expect({ grade, limit: proposal.limitMinor, terms: proposal.termsDays }).toEqual({ grade: 'E', limit: 0, terms: 0 });
  });

  describe('of a channel partner', () => {
    const partner = { ...dealer, customerType: 'channel', averageMonthlySales: { CNY: 200_000_000 } };
    it.each<[string, Values, number | null, number, string]>([
      ['rises one step at most', {}, 20_000_000, 35_000_000, 'step'],
      ['rises to the next step from between two', {}, 21_000_000, 35_000_000, 'step'],
      ['stays when it pays too late', { onTimeShare: 0.89 }, 20_000_000, 20_000_000, 'step-kept'],
      ['stays when its books differ', { reconciliationDifferenceShare: 0.006 }, 20_000_000, 20_000_000, 'step-kept'],
      [
        'stays when its books are not known',
        { reconciliationDifferenceShare: undefined as never },
        20_000_000,
        20_000_000,
        'step-kept',
      ],
      ['falls when sales fall, step or not', { averageMonthlySales: { CNY: 1_000_000 } }, 20_000_000, 5_400_000, 'sales'],
      ['is held to no step without a limit before', {}, null, 500_000_000, 'cap'],
    ])('%s', async (_, values, standing, limitMinor, decisive) => {
      const known = Object.fromEntries(Object.entries({ ...partner, ...values }).filter(([, value]) => value !== undefined));
      const { proposal } = await judge(inputOf(known, { standing: { limitMinor: standing, termsDays: 60 } }));
      expect(proposal).toMatchObject({ limitMinor, decisive });
    });
  });
});

describe('terms', () => {
  it.each<[Values, Partial<AssessmentInput>, number, string]>([
    [{}, {}, 60, 'good'],
    [{ customerType: 'hospital', tier: '3A', ownership: 'public' }, {}, 90, 'hospital-good'],
    [{ customerType: 'hospital', debtorClass: 'public-institution' }, { creditorWasSme: true }, 60, 'public-payer'],
    [{ customerType: 'hospital', debtorClass: 'public-institution' }, { creditorWasSme: false }, 90, 'hospital-good'],
    [{ tradeMonths: 2 }, {}, 30, 'first-other'],
  ])('of %o %o are %i days', async (values, more, days, row) => {
    const verdict = await judge(inputOf({ ...dealer, ...values }, more));
    expect([verdict.proposal.termsDays, verdict.trace.terms.row]).toEqual([days, row]);
  });
});

describe('the words of a verdict', () => {
  let verdict: Assessment;
  beforeAll(async () => {
    verdict = await judge(inputOf({ ...dealer, courtCases: 4, daysBeyondTerms: 42, brokenPromises: 1, onTimeShare: 0.6 }));
  });

  it('name the planted reasons against, the strongest first, with bin and points', () => {
    expect(sayAssessment(verdict, 'en').against).toEqual([
      'enforcement cases: 4 (3 or more), -60 points',
      'days beyond terms: 42 days against 0 days of its peers, a difference of 42 days (31 days to under 61 days), -35 points',
      'share paid on time: 60 % against 80 % of its peers, a difference of -20 % (-30 % to under -10 %), -15 points',
      'broken promises to pay: 1 (1 to under 2), -15 points',
    ]);
    expect(sayAssessment(verdict, 'zh').against[0]).toBe('被执行案件：4 次（3 次及以上），-60 分');
  });

  it('name the reasons for, and say score, grade and terms', () => {
    expect(verdict.reasonsFor.map((reason) => (reason.code === 'points' ? reason.line.id : reason.code))).toEqual([
      'months-trading',
      'business-age',
      'oldest-overdue',
      'registration',
    ]);
    expect(sayAssessment(verdict, 'en').summary).toBe(`score ${verdict.score}, grade D (from 500), terms of 30 days proposed`);
  });

  it('hold against a customer only what costs points', async () => {
    const { reasonsAgainst } = await judge(inputOf(dealer));
    expect(sayAssessment({ ...verdict, reasonsAgainst }, 'en').against).toEqual(['ownership: private, -5 points']);
  });

  it('are there in both languages for every reason', async () => {
    const all = await Promise.all([
      judge(inputOf(firstHospital, { creditorWasSme: true, productLines: ['coronary-stents'] })),
      judge(inputOf(dealer, { currency: 'CHF' })),
      judge(inputOf({ ...dealer, netAssets: { CNY: 1000 } })),
    ]);
    for (const one of [verdict, ...all])
      for (const reason of [...one.reasonsFor, ...one.reasonsAgainst, ...one.notes])
        for (const language of ['zh', 'en'] as const) {
          const text = sayVerdictReason(reason, language);
          expect(text).not.toMatch(/undefined|NaN|null/);
          expect(/\p{Script=Han}/u.test(text)).toBe(language === 'zh');
        }
  });
});

// ---- Properties ----

const numberFor: Record<string, fc.Arbitrary<number>> = {
  share: fc.double({ min: -1, max: 5, noNaN: true }),
  number: fc.integer({ min: -200, max: 600 }),
};
const anyFacts: fc.Arbitrary<Values> = fc.record(
  Object.fromEntries(
    scorecard.characteristics.map(({ fact, bins }: Characteristic) => {
      const words = bins.flatMap((bin) => bin.is ?? []);
      const arbitrary = numberFor[factTable[fact].type] ?? fc.constantFrom(...words, 'something-else');
      return [fact, arbitrary as fc.Arbitrary<FactValue>];
    }),
  ),
  { requiredKeys: [] },
);
const anyType = fc.constantFrom('hospital', 'dealer', 'channel', 'other');

describe('whatever the facts', () => {
  test.prop([anyFacts, anyType])(
    'a total is the sum of its points, and the grade follows from the thresholds',
    async (values, customerType) => {
      const verdict = await judge(inputOf({ ...values, customerType }));
      expect(verdict.score).toBe(verdict.lines.reduce((sum, line) => sum + line.points, scorecard.base));
      const better = grades.grades.filter((row) => row.from !== undefined && verdict.score >= row.from + verdict.shift);
      expect(verdict.grade).toBe(better[0]?.grade ?? 'E');
      const points = (reasons: Assessment['reasonsFor']) => reasons.map((one) => (one.code === 'points' ? one.line.points : NaN));
      for (const one of points(verdict.reasonsFor)) expect(one).toBeGreaterThan(0);
      for (const one of points(verdict.reasonsAgainst)) expect(one).toBeLessThan(0);
      for (const { bin, value, points, id } of verdict.lines) {
        const rule = scorecard.characteristics.find((one) => one.id === id);
        expect(points).toBe(bin === null ? rule?.missing : rule?.bins.find((one) => one.id === bin)?.points);
        expect(bin === null).toBe(value === null);
      }
    },
  );

  const monotone = scorecard.characteristics.filter((one) => one.monotone);
  test.prop([
    anyFacts,
    anyType,
    fc.constantFrom(...monotone),
    fc.tuple(fc.double({ min: -200, max: 600, noNaN: true }), fc.double({ min: -200, max: 600, noNaN: true })),
  ])('a better value of a monotone characteristic never lowers the score', (values, customerType, rule, [one, other]) => {
    const [low, high] = one < other ? [one, other] : [other, one];
    const of = (value: number) => scoreOf(inputOf({ ...values, customerType, [rule.fact]: value }), scorecard).score;
    const [worse, better] = rule.monotone === 'rising' ? [low, high] : [high, low];
    expect(of(better)).toBeGreaterThanOrEqual(of(worse));
  });

  test.prop([
    anyFacts,
    anyType,
    fc.integer({ min: -1_000_000_000, max: 100_000_000_000 }),
    fc.option(fc.integer({ min: -1_000_000_000, max: 100_000_000_000 }), { nil: null }),
    fc.option(fc.integer({ min: 1, max: 10_000_000_000 }), { nil: null }),
  ])(
    'a limit is never above any bound, the cap first of all, nor below zero',
    async (values, customerType, sales, assets, standing) => {
      const more = { averageMonthlySales: { CNY: sales }, ...(assets !== null && { netAssets: { CNY: assets } }) };
      const verdict = await judge(
        inputOf({ ...values, customerType, ...more }, { standing: { limitMinor: standing, termsDays: null } }),
      );
      const { limitMinor, bounds } = verdict.proposal;
      const row = await tables.evaluate(grades.limitTable, {
        grade: verdict.grade,
        customerType,
        tier: typeof values.tier === 'string' ? values.tier : null,
        firstTime: verdict.firstTime,
      });
      expect(limitMinor).toBeGreaterThanOrEqual(0);
      expect(limitMinor).toBeLessThanOrEqual(Number(row.output['capUnits']) * 1_000_000);
      expect(limitMinor).toBe(Math.min(...bounds.map((bound) => bound.amountMinor)));
    },
  );

  test.prop([anyFacts, anyType])(
    'the same facts and policies give the same verdict, also after a way through JSON',
    async (values, customerType) => {
      const input = inputOf({ ...values, customerType });
      const stored = JSON.parse(JSON.stringify({ input, policies: defaults })) as {
        input: AssessmentInput;
        policies: typeof defaults;
      };
      expect(await assess(stored.input, stored.policies, zenTables())).toEqual(JSON.parse(JSON.stringify(await judge(input))));
    },
  );
});
