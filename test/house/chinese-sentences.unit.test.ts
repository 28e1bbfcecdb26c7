import { describe, expect, test } from 'vitest';
import { sayCause } from '../../api/history-reasons.ts';
import { sayRank } from '../../domain/tasks/worklist.ts';
import { boundCodes } from '../../domain/credit/proposal.ts';
import { reasonCodes } from '../../domain/orders/check.ts';
import { findingKinds } from '../../domain/credit/quality.ts';
import { warningKinds } from '../../domain/credit/policy.ts';
import { sayFinding, sayWarning } from '../../domain/credit/watch-words.ts';
import { sayReason } from '../../domain/orders/words-orders.ts';
import { sayVerdictReason } from '../../domain/credit/words.ts';
import { faultyFields, sayFaulty } from '../../domain/platform/faulty.ts';
import { refusalsZh } from '../../domain/records/refusals-zh.ts';
import { invalidFaults } from '../../domain/platform/refusals-invalid.ts';
import { sayPlanReason } from '../../domain/records/plan-words.ts';
import type { SpokenKind } from '../../domain/records/plan-words.ts';
import { issueFaults } from '../../domain/shipments/breach.ts';
import { sayShipmentReason } from '../../domain/shipments/words.ts';
import { refusalCodes } from '../../domain/platform/refusal-codes.ts';
import { shipmentReasonCodes } from '../../domain/credit/hold-clause.ts';
import { refusalText } from '../../domain/records/refusal-text.ts';

const MINOR = 152_814_257;
const DAY = '2026-03-05';
const NOON = '2026-03-05T04:00:00.000Z';

/** What no Chinese sentence of ours may hold: days and times of machines, minor units, marks of half width, gaps, nothing at all. */
const wrong = /\d{4}-\d\d-\d\d|152814257|[一-鿿”）][,:;?!(]|[,:;?!)][一-鿿]|[一-鿿] [一-鿿]|undefined|null|NaN/;
/** Codes and English words; document numbers are written in capitals. */
const code = /\b[a-z]{2,}\b|[a-z][-_][a-z]/;

const minors = ['amount', 'after', 'limit', 'over', 'maximum', 'overdue', 'threshold', 'median', 'deposits', 'received'];
const figures = {
  ...Object.fromEntries([...minors, 'missing', 'out', 'difference', 'tolerance'].map((name) => [`${name}Minor`, MINOR])),
  ...{ expiredOn: DAY, since: DAY, asOf: DAY, until: DAY, days: 12, maximumDays: 30, termsDays: 60, factor: 3, line: 1 },
  ...{ stage: 'reminder', from: 'escalation', state: 'held', lists: ['dishonest', 'sanctions'], shipments: ['S-1'], grade: 'E' },
  ...{ quantity: '2', allowed: '1', left: '1', request: 'R-1' },
};

describe('every Chinese sentence says amounts, days and codes as people do', () => {
  test.each(reasonCodes)('reason of an order: %s', (reason) => {
    // Of a rate, what it leads from and to are currencies, not stages.
    const own = reason === 'rate-missing' ? { ...figures, from: 'USD', to: 'CNY', date: DAY } : figures;
    const said = sayReason({ code: reason, figures: own }, 'CNY', 'zh');
    expect(said).not.toMatch(wrong);
    expect(said).not.toMatch(code);
  });

  test.each([...shipmentReasonCodes, ...issueFaults])('reason of a shipment: %s', (reason) => {
    const said = sayShipmentReason({ code: reason, figures }, 'CNY', 'zh');
    expect(said).not.toMatch(wrong);
    expect(said).not.toMatch(code);
  });

  test.each(boundCodes)('bound of a limit: %s', (bound) =>
    expect(sayVerdictReason({ code: bound, amount: '1528142.57', currency: 'CNY' }, 'zh')).toContain('人民币 1,528,142.57 元'),
  );

  test.each(warningKinds)('early warning: %s', (kind) => {
    const detail = { invoice: 'INV-1', instalment: 1, dueDate: DAY, recent: 9, before: 3, limitUntil: DAY, until: DAY };
    const said = sayWarning(kind, { ...detail, customer: 'C-1', openedOn: DAY, list: 'dishonest' }, 'zh');
    expect(said).not.toMatch(wrong);
    expect(said).not.toMatch(code);
  });

  test.each(findingKinds.flatMap((kind) => ['due-before-issue', 'licence-far-off'].map((what) => [kind, what] as const)))(
    'finding: %s (%s)',
    (kind, what) => {
      const detail = { of: 'C-2', fault: 'check-digit', invoices: 3, days: 30, agreed: 60, what, date: DAY, invoice: 'INV-1' };
      const said = sayFinding(kind, detail, 'zh');
      expect(said).not.toMatch(wrong);
      expect(said).not.toMatch(code);
    },
  );

  test.each(['harm', 'overdue-amount', 'overdue-age', 'broken-promises', 'deadline', 'limitation', 'no-contact'] as const)(
    'reason of a rank: %s',
    (reason) => {
      const more = { harm: 'money', amount: '1528142.57', currency: 'CNY', days: '12', count: '2', state: 'escalated' };
      const said = sayRank({ code: reason, points: 1, figures: { ...more, on: DAY, late: 'true', last: DAY } }, 'zh');
      expect(said).not.toMatch(wrong);
      expect(said).not.toMatch(code);
    },
  );

  test.each([
    ...['rung-planned', 'rung-due', 'promise-pending', 'promise-judged', 'credit-expected', 'in-question', 'written-off'].map(
      (why) => ['receivable', why, 'open'] as const,
    ),
    ...['facts-asked', 'facts-wanted', 'awaits-tier', 'expiring', 'ended'].map(
      (why) => ['credit-application', why, 'approved'] as const,
    ),
    ...['review-due', 'review-settles', 'ended'].map((why) => ['credit-review', why, 'raised'] as const),
    ...['awaits-tier', 'expiring', 'ended'].map((why) => ['order-hold', why, 'released'] as const),
    ...['answer-awaited', 'decision-awaited', 'ended'].map((why) => ['shipment-hold', why, 'shipped'] as const),
    ...['contact-due', 'holiday'].map((why) => ['outreach', why, 'open'] as const),
  ])('plan of a %s: %s', (kind, why, state) => {
    for (const on of [DAY, NOON]) {
      const params = { on, until: on, rung: 'reminder-2', tier: '1', roles: 'credit_officer, finance_director', state };
      const more = { connectors: 'bureau', facts: 'netAssets, licenceUntil', question: 'duplicate' };
      const said = sayPlanReason(kind as SpokenKind, { code: why, params: { ...params, ...more } }, 'zh', 'Asia/Shanghai');
      expect(said).not.toMatch(wrong);
      expect(said).not.toMatch(code);
      expect(said).not.toMatch(/由其他版本/);
    }
  });

  test.each([
    'news has come: the facts are read anew',
    'no plan yet: the facts are read first',
    'a decision has come: release',
    'a decision has come: counter',
    'a person acts on it: rescind',
    'the applicant withdraws',
    'the applicant has answered',
    'what was told is read',
    'bureau is asked',
    'court-list could not be asked',
    'to ask: bureau, licences',
    'nothing is left to ask',
    'not delivered within its time',
    'the database does not know this task',
    'with the last role; waits for a person',
    'waits for a decision until it lapses',
    'deadline near',
    'deadline',
    'documents are awaited',
    'something is on its way until then',
    'nothing of it is open any more',
    'judged again when its ship date comes near',
    'reserved until its end',
    'nothing is reserved any more',
    'an answer is awaited until the deadline',
    'superseded',
    'cause-gone',
    'all 40 customers were looked at',
    'the night of 2026-03-05 begins',
    '20 customers were looked at; the next follow',
  ])('cause in the story of a process: %s', (cause) => {
    expect(sayCause(cause, 'zh')).toMatch(/[一-鿿]/);
    expect(sayCause(cause, 'zh')).not.toMatch(wrong);
    expect(sayCause(cause, 'zh')).not.toMatch(code);
    expect(sayCause(cause, 'en')).toBe(cause);
  });

  test.each(faultyFields)('faulty row: %s', (field) => {
    expect(sayFaulty([field], 'zh')).toMatch(/来源单据/);
    expect(sayFaulty([field], 'zh', 'promise')).toMatch(/撤销该付款承诺/);
    expect(sayFaulty([field], 'en', 'promise')).not.toMatch(/document/);
  });
});

const named = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);

describe.each([
  ...refusalCodes.map((one) => [one, {}, refusalsZh[one].detail] as const),
  ...Object.entries(invalidFaults).map(([fault, { zh }]) => ['invalid', { fault }, zh] as const),
])('a refusal in Chinese: %s %o', (one, more, template) => {
  test('holds no day of a machine, whatever its figures are', () => {
    const ids = /^(id|customer|into|invoice|order|document|payment|receivable|note|refund|contact|request|key|cell|name)$/;
    const days = Object.fromEntries(named(template).map((name) => [name, ids.test(name) ? 'X-1' : DAY]));
    expect(refusalText(one, { ...days, ...more }, 'zh').detail).not.toMatch(/\d{4}-\d\d-\d\d|[一-鿿] [一-鿿]|[一-鿿][,:;?!(]/);
  });

  test('says roles, and what something is, in words', () => {
    const state = { 'promise-closed': 'broken', 'order-closed': 'closed', 'not-approved': 'held', 'dispute-closed': 'rejected' };
    const codes = {
      ...{ role: 'credit_officer', outcome: 'written-off', kind: 'keep-ours' },
      state: (state as Record<string, string>)[one] ?? 'lapsed',
    };
    const { detail } = refusalText(one, { ...codes, ...more }, 'zh');
    expect(detail).not.toMatch(/credit_officer|written-off|keep-ours|[（为](broken|closed|held|rejected|lapsed)/);
  });
});
