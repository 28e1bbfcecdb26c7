import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { policyContents } from '../../contracts/policy-contents.ts';
import { expectedLossMinor } from '../../domain/credit/loss.ts';
import type { CreditRules, GradesPolicy, ScorecardPolicy } from '../../domain/credit/policy.ts';
import type { LaddersPolicy } from '../../domain/dunning/policy.ts';
import { policyFaults } from '../../domain/policy-faults.ts';
import { zenTables } from '../../rules/zen.ts';
import type { PolicyContext, PolicyFault } from '../../domain/platform/policy-fault.ts';
import type { RefusalCode, RefusalParams } from '../../domain/platform/refusal-codes.ts';
import { refusalText } from '../../domain/records/refusal-text.ts';
import type { ContactPolicy } from '../../domain/outreach/policy.ts';
import type { ApprovalMatrix } from '../../domain/approvals/policy.ts';

const read = <T>(kind: string): T =>
  JSON.parse(readFileSync(new URL(`../../policies/${kind}.json`, import.meta.url), 'utf8')) as T;
const scorecard = read<ScorecardPolicy>('scorecard');
const grades = read<GradesPolicy>('grades');
const matrix = read<ApprovalMatrix>('approval-matrix');
const rules = read<CreditRules>('credit-rules');
const context: PolicyContext = { kinds: [], templates: [], ladders: ['new-customer'], grades: ['A', 'B', 'C', 'D', 'E'] };

const changed = <T>(content: T, change: (draft: never) => void): T => {
  const draft = structuredClone(content);
  change(draft as never);
  return draft;
};
type Draft<T> = T extends readonly (infer U)[] ? Draft<U>[] : T extends object ? { -readonly [K in keyof T]: Draft<T[K]> } : T;

describe('the default policies of credit', () => {
  it.each([
    ['scorecard', scorecard],
    ['grades', grades],
    ['approval-matrix', matrix],
    ['credit-rules', rules],
  ] as const)('%s fits its shape and contradicts nothing', (kind, content) => {
    expect(policyContents[kind].parse(content)).toEqual(content);
    expect(policyFaults(kind, content, context)).toEqual([]);
  });
});

describe('contact rules', () => {
  const contact = read<ContactPolicy>('contact-rules');
  it.each([
    ['Asia/Urumqi', []],
    ['Mars/Base', ['/zone']],
  ])('whose times are those of %s', (zone, places) => {
    expect(policyFaults('contact-rules', { ...contact, zone }, context).map(({ at }) => at)).toEqual(places);
  });
});

describe('a scorecard', () => {
  it.each<[string, (draft: Draft<ScorecardPolicy>) => void, string]>([
    ['with a gap before its last bin', (d) => delete d.characteristics[0]?.bins[1]?.below, 'business-age 1-3-years has no bound'],
    ['whose last bin ends', (d) => (d.characteristics[0]!.bins[3]!.below = 5), 'the last bin of business-age must take the rest'],
    [
      'whose bins cross',
      (d) => (d.characteristics[0]!.bins[1]!.below = 6),
      'business-age 1-3-years lies below the bin before it',
    ],
    [
      'that is not as monotone as it says',
      (d) => (d.characteristics[0]!.bins[1]!.points = -50),
      'business-age is not rising at 1-3-years',
    ],
    ['that bins words by size', (d) => (d.characteristics[1]!.bins[0]!.below = 5), 'hospital-tier is binned by is'],
    ['that names a characteristic twice', (d) => (d.characteristics[1]!.id = 'business-age'), 'business-age appears twice'],
    [
      'that holds a fact against peers who have none',
      (d) => (d.characteristics[0]!.againstPeers = true),
      "businessAgeMonths has no peers' figure",
    ],
    [
      'with a factor that ends before it begins',
      (d) => (d.factors[0]!.until = '2020-01-01'),
      'tender-price-cuts ends before it begins',
    ],
    ['without a group for the rest', (d) => void d.peerGroups.pop(), 'the last group must hold for everybody'],
  ])('%s is refused', (_, change, what) => {
    expect(policyFaults('scorecard', changed(scorecard, change), context).map(said)).toContain(what);
  });
});

/** What is wrong, in English; it has words in Chinese too. */
function said({ what, code, params = {} }: PolicyFault): string {
  if (code === undefined) {
    const zh = refusalText('policy-invalid', { what }, 'zh').detail;
    expect(zh).not.toContain(what);
    expect(zh).toMatch(/^信用政策自相矛盾：.*[一-鿿].*。请更正/);
  }
  return code === undefined ? what : refusalText(code, params, 'en').detail;
}

describe('a grade table', () => {
  const sentence = (code: RefusalCode, params: RefusalParams): string => refusalText(code, params, 'en').detail;
  const shapeless = sentence('table-shape', {});
  const cellOf = (row: number, column: string, cell: string, takes: RefusalParams): string =>
    sentence('table-cell', { row, column, cell, ...takes });
  type Table = { content: { rules: Record<string, string>[]; hitPolicy: string } };
  const tableOf = (d: Draft<GradesPolicy>, name: 'limitTable' | 'termsTable'): Table['content'] =>
    (d[name].nodes[1] as unknown as Table).content;

  it.each<[string, (draft: Draft<GradesPolicy>) => void, string]>([
    ['whose thresholds do not fall', (d) => (d.grades[1]!.from = 700), 'B is not below the grade before it'],
    ['whose last grade has a threshold', (d) => (d.grades[4]!.from = 1), 'E must take the rest'],
    ['with a unit of no money', (d) => (d.units['CNY'] = '0.00'), 'must be above zero'],
    ['with an amount its currency cannot be', (d) => (d.rounding.to['JPY'] = '10.50'), '10.50 is no amount of JPY'],
    ['with a unit it cannot round', (d) => delete d.rounding.to['GBP'], 'no rounding for GBP'],
    ['with steps that fall', (d) => (d.stepUp.stepsUnits[1] = 1), 'steps must rise'],
    ['with code in its table', (d) => (d.limitTable.nodes[1]!.type = 'functionNode'), shapeless],
    ['with a loose end', (d) => void d.limitTable.edges.pop(), shapeless],
    ['that collects rows', (d) => (tableOf(d, 'limitTable').hitPolicy = 'collect'), shapeless],
    [
      'with a cell the engine cannot read',
      (d) => (tableOf(d, 'limitTable').rules[0]!['in-grade'] = '"A" >>> 3'),
      cellOf(1, 'grade', '"A" >>> 3', { oneOf: '"A", "B", "C", "D", "E"' }),
    ],
    [
      'with a formula for an amount',
      (d) => (tableOf(d, 'limitTable').rules[0]!['out-capUnits'] = 'secret * 2'),
      cellOf(1, 'capUnits', 'secret * 2', { from: 0, to: '10000000', digits: 15 }),
    ],
    ['that leaves somebody out', (d) => void tableOf(d, 'termsTable').rules.pop(), sentence('table-row', { last: 11 })],
    [
      'that names no ladder in force',
      (d) => (tableOf(d, 'termsTable').rules[1]!['out-ladder'] = '"gone"'),
      cellOf(2, 'ladder', '"gone"', { oneOf: '"new-customer", null' }),
    ],
    [
      'with an unknown way to reconcile',
      (d) => (tableOf(d, 'termsTable').rules[1]!['out-reconciliation'] = '"lax"'),
      cellOf(2, 'reconciliation', '"lax"', { oneOf: '"normal", "strict"' }),
    ],
  ])('%s is refused', (_, change, what) => {
    expect(policyFaults('grades', changed(grades, change), context).map(said)).toContain(what);
  });

  it('answers for every customer, with the row that hit', async () => {
    const tables = zenTables();
    for (const grade of context.grades)
      for (const customerType of ['hospital', 'dealer', 'channel', 'other'])
        for (const firstTime of [true, false]) {
          const input = { grade, customerType, tier: null, firstTime, smeRegime: false };
          const limit = await tables.evaluate(grades.limitTable, input);
          expect(limit.output['row']).toBe(limit.trace.row);
          expect(typeof limit.output['capUnits']).toBe('number');
          const terms = await tables.evaluate(grades.termsTable, input);
          expect(typeof terms.output['termsDays']).toBe('number');
        }
  });
});

describe('an approval matrix', () => {
  it.each<[string, (draft: Draft<ApprovalMatrix>) => void, string]>([
    [
      'with a seat for somebody who may not decide',
      (d) => (d.rows[1]!.tiers[0]!.roles = ['sales']),
      'sales may not decide on credit',
    ],
    [
      'with a role twice at a tier',
      (d) => (d.rows[1]!.tiers[0]!.roles = ['credit_officer', 'credit_officer']),
      'credit_officer appears twice',
    ],
    ['that names an unknown grade', (d) => (d.rows[0]!.when.grades = ['Z']), 'unknown grade Z'],
    ['that leaves somebody out', (d) => void d.rows.pop(), 'the last row must hold for everybody and name tiers'],
    [
      'that approves the rest by itself',
      (d) => (d.rows.at(-1)!.tiers = []),
      'the last row must hold for everybody and name tiers',
    ],
  ])('%s is refused', (_, change, what) => {
    expect(policyFaults('approval-matrix', changed(matrix, change), context).map(said)).toContain(what);
  });
});

describe('credit rules', () => {
  it.each<[string, (draft: Draft<CreditRules>) => void, string]>([
    ['with an amount its currency cannot be', (d) => (d.smallAmount['JPY'] = '1.5'), '1.5 is no amount of JPY'],
    ['with such an amount not to be invoiced', (d) => (d.shipments.notInvoiced = { JPY: '1.5' }), '1.5 is no amount of JPY'],
    ['with such an amount beyond an order', (d) => (d.shipments.invoicedBeyond = { JPY: '2.5' }), '2.5 is no amount of JPY'],
    ['that warn before a hold is opened', (d) => (d.holds.warnDays = 20), 'warns before the hold is opened'],
    ['that warn before an application is made', (d) => (d.applications.warnDays = 40), 'warns before the application is made'],
  ])('%s are refused', (_, change, what) => {
    expect(policyFaults('credit-rules', changed(rules, change), context).map(said)).toContain(what);
  });
});

describe('expected credit loss', () => {
  it('is each bucket times its rate: 460.50', () => {
    const buckets = [
      { amountMinor: 1_500_000, lossRate: '0.005' },
      { amountMinor: 750_000, lossRate: '0.022' },
      { amountMinor: 400_000, lossRate: '0.027' },
      { amountMinor: 250_000, lossRate: '0.045' },
    ];
    expect(expectedLossMinor(buckets)).toBe(46_050);
  });

  it('is rounded once, half up', () => {
    const half = { amountMinor: 1, lossRate: '0.25' };
    expect(expectedLossMinor([half, half])).toBe(1);
    expect(expectedLossMinor([half])).toBe(0);
  });
});

describe('a row that nobody reaches', () => {
  type Row = ApprovalMatrix['rows'][number];
  const rowOf = (id: string): Row => matrix.rows.find((row) => row.id === id)!;
  const unreached = (rows: readonly Row[]) =>
    policyFaults('approval-matrix', { ...matrix, rows }, context).flatMap(({ at, code }) => (code === 'table-row' ? [at] : []));
  const { rows } = matrix;
  const all: Row = { ...rows.at(-1)!, id: 'all' };

  it.each<[string, readonly Row[], string[]]>([
    ['behind one that takes everything', [all, ...rows], rows.slice(0, -1).map((_, no) => `/rows/${no + 1}`)],
    [
      'behind the same with a wider bound',
      rows.flatMap((row) =>
        row.id === 'write-off-large' ? [row, { ...row, id: 'again', when: { ...row.when, maxUnits: 5 } }] : [row],
      ),
      [`/rows/${rows.indexOf(rowOf('write-off-large')) + 1}`],
    ],
    [
      'for what people always decide on, without tiers',
      [{ ...all, id: 'none', when: { kinds: ['refund'] }, tiers: [] }, ...rows],
      ['/rows/0'],
    ],
    ['for no kind at all', [{ ...all, id: 'empty', when: { kinds: [] } }, ...rows], ['/rows/0']],
  ])('of the approval matrix is a fault at its place: %s', (_, changedRows, places) => {
    expect(unreached(changedRows)).toEqual(places);
  });

  it('of the strategy is a fault at its place', () => {
    const ladders = read<LaddersPolicy>('ladders');
    const { kinds, templates } = {
      kinds: ladders.ladders.flatMap(({ rungs }) => rungs.flatMap(({ workOrder }) => workOrder ?? [])),
      templates: ladders.ladders.flatMap(({ rungs }) => rungs.flatMap(({ template }) => template ?? [])),
    };
    const faultsOf = (strategy: LaddersPolicy['strategy']) =>
      policyFaults('ladders', { ...ladders, strategy }, { ...context, kinds, templates }).map(({ at }) => at);
    expect(faultsOf(ladders.strategy)).toEqual([]);
    const ladder = ladders.ladders[0]?.id ?? '';
    const wide = { when: { types: ['hospital'] }, ladder };
    const narrow = { when: { types: ['hospital'], minTermsDays: 60, regions: ['SH'] }, ladder };
    expect(faultsOf([narrow, wide, { when: {}, ladder }])).toEqual([]);
    expect(faultsOf([wide, narrow, { when: {}, ladder }])).toEqual(['/strategy/1']);
    expect(
      faultsOf([
        { when: { grades: [] }, ladder },
        { when: {}, ladder },
      ]),
    ).toEqual(['/strategy/0']);
  });

  it('is looked for within bounds, however many rows there are', () => {
    const many = Array.from({ length: 300 }, (_, no): Row => ({
      ...all,
      id: `row-${no}`,
      when: { maxUnits: no % 7, maxTermsDays: no },
    }));
    const started = performance.now();
    unreached([...many, ...rows]);
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it('is looked for within bounds in a strategy too, however many regions and tiers its rows name', () => {
    const ladders = read<LaddersPolicy>('ladders');
    const names = (of: string) => Array.from({ length: 60 }, (_, no) => `${of}${no}`);
    const ladder = ladders.ladders[0]?.id ?? '';
    const strategy = [
      ...names('R').map((region) => ({ when: { regions: [region] }, ladder })),
      { when: { regions: names('R') }, ladder },
      ...names('T').map((tier) => ({ when: { tiers: [tier], regions: names('R') }, ladder })),
      { when: {}, ladder },
    ];
    const started = performance.now();
    const found = policyFaults('ladders', { ...ladders, strategy }, context).filter(({ code }) => code === 'table-row');
    expect(performance.now() - started).toBeLessThan(10_000);
    expect(found.map(({ at }) => at)).toEqual(
      names('')
        .map((_, no) => `/strategy/${60 + no}`)
        .concat('/strategy/120'),
    );
  });
});
