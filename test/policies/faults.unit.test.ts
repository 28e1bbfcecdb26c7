import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import manifest from '../../policies/templates/manifest.json' with { type: 'json' };
import { policyContents } from '../../contracts/policy-contents.ts';
import { refusalText } from '../../domain/records/refusal-text.ts';
import type { PolicyContext } from '../../domain/platform/policy-fault.ts';
import { policyKinds } from '../../domain/policy.ts';
import type { PolicyContents, PolicyKind } from '../../domain/policy.ts';
import { policyFaults, policyFaultsFrom } from '../../domain/policy-faults.ts';

const read = <K extends PolicyKind>(kind: K): PolicyContents[K] =>
  JSON.parse(readFileSync(new URL(`../../policies/${kind}.json`, import.meta.url), 'utf8')) as PolicyContents[K];
const written = manifest.templates.flatMap(({ id, class: of, channels }) =>
  channels.flatMap((channel) => ['zh', 'en'].map((language) => ({ id, class: of, language, channel }))),
);
/** Statements are written for e-mail and WeCom only. */
const there = written.filter(({ class: of, channel }) => of !== 'statement' || channel !== 'letter');
const steps = read('ladders').ladders.flatMap(({ rungs }) => rungs.flatMap(({ template }) => template ?? []));
const context: PolicyContext = {
  kinds: Object.keys(read('work-orders').kinds),
  templates: [...manifest.templates.map(({ id }) => id), 'half-written'],
  letters: {
    letters: [...there, { id: 'half-written', class: 'notice', language: 'zh', channel: 'email' }],
    channels: read('contact-rules').channels,
    ofSteps: steps,
    ofNotices: ['shipment-held'],
  },
  ownLadders: ['general-30'],
  ladders: read('ladders').ladders.map(({ id }) => id),
  grades: read('grades').grades.map(({ grade }) => grade),
  gradesNamed: [
    { by: 'credit-rules', names: ['E'] },
    { by: 'approval-matrix, row no-credit', names: ['A', 'E'] },
  ],
  laddersNamed: [{ by: 'grades, row first-hospital', names: ['new-customer'] }],
  kindsNamed: [{ by: 'reconciliation', names: ['collector-call'] }],
  from: '2026-03-04',
};

/** A default policy with other values at these places; undefined takes one out. */
function changed(kind: PolicyKind, values: Readonly<Record<string, unknown>>): PolicyContents[PolicyKind] {
  const content = read(kind);
  for (const [place, value] of Object.entries(values)) {
    const steps = place.split('/').slice(1);
    const last = steps.pop() ?? '';
    const owner = steps.reduce<Record<string, unknown>>((of, step) => of[step] as Record<string, unknown>, content as never);
    if (value === undefined) delete owner[last];
    else owner[last] = value;
  }
  return content;
}

const cells = (table: string, row: number, cell: string): string => `/${table}/nodes/1/content/rules/${row}/${cell}`;
const day = (rung: number): string => `/ladders/0/rungs/${rung}/days`;
const bin = (characteristic: number, no: number, field: string): string =>
  `/characteristics/${characteristic}/bins/${no}/${field}`;
const numbers = Object.fromEntries(read('scorecard').characteristics.map(({ id }, at) => [id, at])) as Record<string, number>;
const of = (id: string): number => numbers[id] ?? NaN;
const kind = { ...read('work-orders').kinds['collector-call'] };

/** What is changed, and where the fault is said to be: the one place that is changed when none is named. */
const cases: Readonly<Record<PolicyKind, readonly (readonly [title: string, values: object, at?: string | string[]])[]>> = {
  scorecard: [
    ['a code in two bins', { [bin(of('registration'), 1, 'is')]: ['abnormal', 'active'] }, bin(of('registration'), 1, 'is/1')],
    ['a code twice in one bin', { [bin(of('registration'), 0, 'is')]: ['active', 'active'] }, bin(of('registration'), 0, 'is/1')],
    ['a code its fact does not know', { [bin(of('registration'), 0, 'is')]: ['actve'] }, bin(of('registration'), 0, 'is/0')],
    ['a text for a boolean', { [bin(of('tax-id'), 0, 'is')]: ['true'] }, bin(of('tax-id'), 0, 'is/0')],
    ['a boolean for a code', { [bin(of('licence-state'), 0, 'is')]: [true] }, bin(of('licence-state'), 0, 'is/0')],
    ['a boolean for a text', { [bin(of('hospital-tier'), 0, 'is')]: [true] }, bin(of('hospital-tier'), 0, 'is/0')],
    ['a share above its whole', { [bin(of('share-of-wallet'), 1, 'below')]: 50 }],
    ['a difference of shares above one', { [bin(of('on-time-share'), 2, 'below')]: 1.5 }],
    ['a first bin below every share', { [bin(of('returns'), 0, 'below')]: 0 }],
    ['a first bin below every count', { [bin(of('court-entries'), 0, 'below')]: -1 }],
    [
      'a bin of counts without a whole number',
      { [bin(of('court-entries'), 1, 'below')]: 1.5, [bin(of('court-entries'), 0, 'below')]: 1.2 },
      bin(of('court-entries'), 1, 'below'),
    ],
    ['odds of nothing to nineteen', { '/scale/odds': '0/19' }],
    ['odds to nothing', { '/scale/odds': '1/0' }],
    ['a characteristic for nobody', { [`/characteristics/0/for`]: { regions: [] } }, '/characteristics/0/for/regions'],
    ['a factor for nobody', { '/factors/0/for/productLines': [] }],
    ['a line twice in a factor', { '/factors/0/for/productLines': ['a', 'a'] }, '/factors/0/for/productLines/1'],
    ['a group for everybody that is not the last', { '/peerGroups/0/for': {} }, '/peerGroups/1'],
    [
      'a group within one above it',
      { '/peerGroups/1/for': { types: ['hospital'], tiers: ['3A'] } },
      ['/peerGroups/1', '/peerGroups'],
    ],
    ['a group id twice', { '/peerGroups/1/id': 'public-hospital' }],
    [
      'a reference later than its ceiling',
      { '/peerGroups/0/ceiling': { daysBeyondTerms: 30 } },
      '/peerGroups/0/ceiling/daysBeyondTerms',
    ],
    ['a share below its ceiling', { '/peerGroups/0/ceiling': { onTimeShare: 0.5 } }, '/peerGroups/0/ceiling/onTimeShare'],
  ],
  grades: [
    ['a number with leading zeros', { [cells('limitTable', 1, 'out-capUnits')]: '0040' }],
    ['a number below nothing', { [cells('termsTable', 0, 'out-termsDays')]: '-0' }],
    ['a name of a row twice', { [cells('limitTable', 2, 'out-row')]: '"first-hospital-3a"' }],
    ['a name of terms twice', { [cells('termsTable', 2, 'out-row')]: '"first-hospital"' }],
    ['a start above its cap', { [cells('limitTable', 1, 'out-startUnits')]: '30' }],
    ['more than all net assets', { [cells('limitTable', 1, 'out-netAssetsShare')]: '10' }],
    ['a worse grade that loses less', { '/grades/1/lossRate': '0.001' }],
    ['a review after what it reviews', { '/grades/4/reviewMonths': 12 }],
    ['steps for nobody', { '/stepUp/for/types': [] }],
    ['a rounding without a unit', { '/rounding/to/CHF': '100.00' }],
    ['a rounding to nothing', { '/rounding/to/JPY': '0' }],
    [
      'a grade twice, and one gone that credit rules and a row of the matrix name',
      { '/grades/4/grade': 'A' },
      ['/grades/4/grade', '/grades', '/grades', ...['limitTable', 'termsTable'].map((one) => cells(one, 0, 'in-grade'))],
    ],
  ],
  'approval-matrix': [
    ['a kind twice', { '/rows/1/when/kinds': ['new', 'raise', 'new'] }, '/rows/1/when/kinds/2'],
    ['a grade twice', { '/rows/0/when/grades': ['A', 'A'] }, '/rows/0/when/grades/1'],
    ['an unknown grade among others', { '/rows/0/when/grades': ['A', 'Z'] }, '/rows/0/when/grades/1'],
    ['acts within a proposal, of which they have none', { '/rows/13/when/withinProposal': true }, '/rows/13'],
    [
      'an application and an act within a standing, of which the act has none',
      { '/rows/4/when/kinds': ['raise', 'write-off'] },
      '/rows/4/when/kinds/1',
    ],
    [
      'an act among applications in a row without people',
      { '/rows/0/when': { kinds: ['review', 'write-off'] } },
      '/rows/0/when/kinds/1',
    ],
    ['acts on incomplete facts, which are never asked for', { '/rows/14/when/factsComplete': false }, '/rows/14'],
    [
      'a seat for a role that may not decide',
      { '/rows/1/tiers/0/roles': ['credit_manager', 'sales'] },
      '/rows/1/tiers/0/roles/1',
    ],
  ],
  'credit-rules': [
    ['a grade that there is not', { '/checks/grade/held': ['E', 'F'] }, '/checks/grade/held/1'],
    ['a grade twice', { '/checks/grade/held': ['E', 'E'] }, '/checks/grade/held/1'],
    ['a check of grades that names none', { '/checks/grade/held': [] }],
    ['a check of amounts that names none', { '/checks/documentValue/amount': {} }],
    ['a factor of nothing', { '/checks/abnormalOrder/factor': '0' }],
    ['a spike below the usual', { '/warnings/order-spike/factor': '0.3' }],
    ['a stage that stops nothing', { '/checks/stage/from': 'closed' }],
    ['a small amount above what holds', { '/smallAmount/CNY': '10000.01' }],
    ['a clause twice', { '/shipments/clauses/1/id': 'credit-limit' }],
    ['a reason under two clauses', { '/shipments/clauses/3/reasons': ['overdue-days'] }, '/shipments/clauses/3/reasons/0'],
    ['an effect twice', { '/warnings/listed/effects': ['review', 'review'] }, '/warnings/listed/effects/1'],
    ['strict statements older than normal ones', { '/reconciliation/strict/unconfirmedDays': 91 }],
    ['a strict tolerance above the normal one', { '/reconciliation/strict/tolerance/CNY': '1000.01' }],
    ['a strict tolerance without bound', { '/reconciliation/strict/tolerance/CNY': undefined }],
    ['facts waited for until the application lapses', { '/applications/waitForFactsDays': 30 }],
  ],
  ladders: [
    ['a grade that there is not', { '/strategy/1/when/grades': ['A', 'AA'] }, '/strategy/1/when/grades/1'],
    ['a region twice', { '/strategy/1/when/regions': ['SH', 'SH'] }, '/strategy/1/when/regions/1'],
    ['a reminder before due', { [day(1)]: -1 }],
    ['a task of escalation before due', { [day(1)]: -1, '/ladders/0/rungs/1/stage': 'escalation' }, ['/ladders/0', day(1)]],
    ['a request to pay before due', { '/ladders/0/rungs/0/action': 'remind' }, day(0)],
    ['a notice after due', { [day(0)]: 1, [day(1)]: 9, [day(2)]: 14 }, day(0)],
    ['a reminder before the end of a month due at its end', { '/ladders/0/rungs/1/anchor': 'endOfMonth', [day(1)]: -2 }, day(1)],
    ['a step before the one above it', { [day(2)]: 1 }],
    ['a step sooner than its own gap', { '/ladders/0/rungs/2/minGapDays': 8 }, day(2)],
    ['a step on the day of the one it counts from', { '/ladders/0/rungs/3/anchor': 'previousRung', [day(3)]: 0 }, day(3)],
    ['a task of a letter', { '/ladders/0/rungs/1/workOrder': 'collector-call' }],
    ['a letter that some customer could not read', { '/ladders/0/rungs/0/template': 'half-written' }],
    ['a letter that goes by SMS alone', { '/ladders/0/rungs/0/template': 'please-contact-us' }],
    ['a notice in the place of a letter', { '/ladders/0/rungs/1/template': 'shipment-held' }],
    ['a procedure gone that a row of terms grants', { '/ladders/3/id': 'first', '/strategy/0/ladder': 'first' }, '/ladders'],
    ['a procedure gone that customers name', { '/ladders/0/id': 'general', '/strategy/3/ladder': 'general' }, '/ladders'],
    ['a letter of a task', { '/ladders/0/rungs/3/template': 'overdue-first' }],
  ],
  'contact-rules': [
    ['more a day than a week', { '/perDay': 4 }],
    ['more fallbacks than contacts', { '/fallback/perWeek': 4 }],
    ['quiet hours of nothing', { '/quietFrom': '08:00' }, '/quietTo'],
    ['quiet hours of midnight alone', { '/quietFrom': '24:00', '/quietTo': '00:00' }, '/quietTo'],
    ['quiet hours of the whole day', { '/quietFrom': '00:00', '/quietTo': '24:00' }, '/quietTo'],
    [
      'contacts stopped until the day before it is in force',
      { '/enforcementOff': { reason: 'flood', until: '2026-03-03' } },
      '/enforcementOff/until',
    ],
    ['a window of nothing', { '/windowTo': '09:00' }],
    ['a window that is quiet', { '/windowFrom': '22:30', '/windowTo': '23:30', '/minutesPerSlot': 30 }, '/windowFrom'],
    ['slots longer than the window', { '/minutesPerSlot': 600 }],
    [
      'a channel for which a letter of a step is not written',
      { '/channels/statement': ['email', 'letter'] },
      '/channels/statement/1',
    ],
    ['a channel twice', { '/channels/notice': ['email', 'sms', 'email'] }, '/channels/notice/2'],
  ],
  'work-orders': [
    ['a role that works on no task', { '/kinds/collector-call/role': 'erp' }],
    ['a role that only reads', { '/kinds/collector-call/role': 'admin' }],
    [
      'a second role that works on none',
      { '/kinds/collector-call/escalateTo': ['credit_manager', 'auditor'] },
      '/kinds/collector-call/escalateTo/1',
    ],
    ['the same role again', { '/kinds/collector-call/escalateTo': ['collector'] }, '/kinds/collector-call/escalateTo/0'],
    ['a decision on a hold by who may not', { '/kinds/manager-letter/role': 'collector' }],
    ['an approval of another role', { '/kinds/approval-credit-manager/role': 'credit_officer' }],
    ['an effect twice', { '/kinds/new-call': { ...kind, effects: ['hold', 'hold'] } }, '/kinds/new-call/effects/1'],
  ],
  collection: [['a stage twice', { '/promiseBringsForward': ['due', 'due'] }, '/promiseBringsForward/1']],
  reconciliation: [
    [
      'a threshold that nothing reaches',
      { '/confidence/number': 79, '/confidence/similarNumber': 70, '/confidence/amountDate': 60, '/confidence/sum': 50 },
      '/confidence/threshold',
    ],
    [
      'a sum surer than a number',
      { '/confidence/number': 82, '/confidence/similarNumber': 81, '/confidence/amountDate': 81 },
      '/confidence/sum',
    ],
    ['a rounding below nothing', { '/match/rounding/CNY': '-1.00' }],
  ],
};

describe('a policy that can never mean what it says', () => {
  const all = policyKinds.flatMap((of) => cases[of].map(([title, values, at]) => ({ of, title, values, at })));

  it.each(all)('is refused at its place, in both languages: $of with $title', ({ of: name, values, at }) => {
    const content = changed(name, values as Record<string, unknown>);
    expect(policyContents[name].safeParse(content).error?.issues ?? []).toEqual([]);
    const found = policyFaults(name, content, context);
    expect(found.map((one) => one.at)).toEqual([at ?? Object.keys(values)].flat());
    for (const { what, code } of found) {
      if (code !== undefined) continue;
      expect(refusalText('policy-invalid', { what }, 'zh').detail).not.toContain(what);
    }
  });

  it('says from when, if only a later day brings it, and says it once', () => {
    const matrix = changed('approval-matrix', { '/rows/0/when/grades': ['A', 'Z'] }) as PolicyContents['approval-matrix'];
    const withZ = { ...context, grades: [...context.grades, 'Z'] };
    const days = (...all: PolicyContext[]) => all.map((one, no) => ({ day: `2027-0${no + 1}-01`, context: one }));
    const said = (...all: PolicyContext[]) => policyFaultsFrom('approval-matrix', matrix, days(...all)).map(({ what }) => what);
    expect(said(withZ, withZ)).toEqual([]);
    expect(said(context, withZ, context)).toEqual(['unknown grade Z']);
    expect(said(withZ, context, context)).toEqual(['unknown grade Z, from 2027-02-01']);
    expect(refusalText('policy-invalid', { what: 'unknown grade Z, from 2027-02-01' }, 'zh').detail).toContain(
      '没有信用等级“Z”（自2027年2月1日起）',
    );
  });

  it('leaves the policies that come with the product as they are', () => {
    for (const name of policyKinds) expect(policyFaults(name, read(name), context)).toEqual([]);
  });
});
