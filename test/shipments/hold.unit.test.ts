import { describe, expect, it } from 'vitest';
import type { CreditRules } from '../../domain/credit/policy.ts';
import {
  causeWords,
  clauseFor,
  groundWords,
  lawWords,
  missingOf,
  missingParts,
  statutoryCauses,
} from '../../domain/shipments/ground.ts';
import type { HoldGround } from '../../domain/shipments/ground.ts';
import { holdActs, judgeHoldAct } from '../../domain/shipments/hold.ts';
import type { HoldAct, ShipmentHoldPlan } from '../../domain/shipments/hold.ts';
import { endOfShipmentHold, planShipmentHold } from '../../domain/shipments/hold-plan.ts';
import type { ShipmentHoldFacts } from '../../domain/shipments/hold-plan.ts';
import { missingWords, sayHoldWhy } from '../../domain/shipments/hold-words.ts';
import json from '../../policies/credit-rules.json' with { type: 'json' };

const { clauses } = (json as unknown as CreditRules).shipments;
const clause: HoldGround = { kind: 'contract', clause: { en: 'clause 8', zh: '第八条' } };
const law: HoldGround = { kind: 'statutory', cause: 'business-worsened' };

describe('the ground of a hold', () => {
  it('is the clause of the house when it covers every reason, and a person’s to name otherwise', () => {
    const of = (...codes: Parameters<typeof clauseFor>[0][number]['code'][]) =>
      clauseFor(
        codes.map((code) => ({ code })),
        clauses,
      );
    expect(of('limit-exceeded')?.en).toMatch(/credit limit/);
    expect(of('limit-exceeded', 'group-limit-exceeded', 'overdue-days')?.zh.split('；')).toHaveLength(2);
    expect(of('limit-exceeded', 'listed')).toBeNull();
    expect(of('licence-expired')).toBeNull();
    expect(of()).toBeNull();
  });

  it.each<[HoldGround | null, number, 'none' | 'requested' | 'by-hand' | 'given', string[]]>([
    [null, 3, 'given', ['ground']],
    [clause, 0, 'given', []],
    [clause, 0, 'requested', ['notice']],
    [law, 0, 'none', ['evidence', 'notice']],
    [law, 1, 'by-hand', ['notice']],
    [law, 0, 'given', ['evidence']],
    [law, 1, 'given', []],
  ])('%j with %i proofs and notice %s lacks %j', (ground, proofs, notice, expected) => {
    expect(missingOf(ground, proofs, notice)).toEqual(expected);
  });

  it('names its article in both languages; the customer is told of security by law only', () => {
    for (const cause of statutoryCauses) {
      expect(causeWords[cause].article.zh).toContain('第五百二十七条');
      expect(groundWords({ kind: 'statutory', cause }).en).toContain('Civil Code art. 527');
    }
    expect(lawWords(law).zh).toContain('第五百二十八条');
    expect(lawWords(clause)).toEqual({ en: '', zh: '' });
    for (const part of missingParts) expect(missingWords[part].zh).not.toBe('');
  });
});

const officer = {
  actor: { kind: 'key', id: 'o', role: 'credit_officer', scope: {} },
  hats: [{ role: 'credit_officer', onBehalfOf: null }],
} as const;
const plan: Pick<ShipmentHoldPlan, 'state' | 'requestedBy' | 'seats' | 'answered' | 'missing' | 'statutory' | 'groundBy'> = {
  state: 'open',
  requestedBy: 'erp',
  seats: [{ tier: 1, role: 'credit_officer', state: 'open', roles: ['credit_officer'], by: null }],
  answered: ['u-0'],
  missing: [],
  statutory: true,
  groundBy: 'other',
};
const judged = (over: Partial<typeof plan>, act: HoldAct, updateId = 'u-1') =>
  judgeHoldAct({ ...plan, ...over }, { by: officer, act }, updateId)?.code ?? null;

describe('an act on a hold', () => {
  it.each<[Partial<typeof plan>, Partial<Record<HoldAct, string>>]>([
    [{}, {}],
    [{ missing: ['ground'] }, { reduce: 'ground-missing', rescind: 'ground-missing', keep: 'ground-missing' }],
    [{ missing: ['evidence', 'notice'] }, { reduce: 'ground-missing', rescind: 'ground-missing', keep: 'ground-missing' }],
    [{ missing: ['notice'], statutory: false }, { rescind: 'ground-missing' }],
    [
      { missing: ['ground'], statutory: false },
      { reduce: 'ground-missing', rescind: 'ground-missing', keep: 'ground-missing' },
    ],
    [{ groundBy: 'o' }, { rescind: 'same-eyes' }],
    [{ requestedBy: 'o' }, { ship: 'own-request', reduce: 'own-request', rescind: 'own-request', keep: 'own-request' }],
    [{ seats: [] }, { ship: 'already-decided', reduce: 'already-decided', rescind: 'already-decided', keep: 'already-decided' }],
    [{ state: 'shipped' }, Object.fromEntries(holdActs.map((act) => [act, 'already-decided']))],
  ])('by the plan %j is refused so: %j', (over, refusals) => {
    for (const act of holdActs) expect([act, judged(over, act)]).toEqual([act, refusals[act] ?? null]);
  });

  it('that was carried out is let through to its first answer', () => {
    expect(judged({ state: 'shipped', missing: ['ground'] }, 'rescind', 'u-0')).toBeNull();
  });
});

const facts: ShipmentHoldFacts = {
  state: 'open',
  openedAt: '2026-09-01T00:00:00.000Z',
  told: true,
  ground: law,
  evidence: 1,
  notice: { state: 'given', givenAt: '2026-09-02T00:00:00.000Z', arrivedAt: null },
  respondBy: '2026-09-09T00:00:00.000Z',
  responded: false,
  responseDays: 7,
};
const now = '2026-09-03T00:00:00.000Z';

describe('the plan of a hold', () => {
  it.each<[string, Partial<ShipmentHoldFacts>, string, string, string | null]>([
    ['tells the departments first', { told: false }, 'tell', 'departments-told', now],
    ['waits for its ground', { ground: null }, 'judge', 'ground-wanted', '2026-09-08T00:00:00.000Z'],
    [
      'waits for its evidence before the notice goes',
      { evidence: 0, notice: { state: 'none', givenAt: null, arrivedAt: null } },
      'judge',
      'ground-wanted',
      '2026-09-08T00:00:00.000Z',
    ],
    ['gives notice', { notice: { state: 'none', givenAt: null, arrivedAt: null } }, 'notice', 'notice-due', now],
    [
      'waits for the notice',
      { notice: { state: 'requested', givenAt: null, arrivedAt: null } },
      'judge',
      'notice-pending',
      '2026-09-08T00:00:00.000Z',
    ],
    [
      'has a person give it',
      { notice: { state: 'by-hand', givenAt: null, arrivedAt: null } },
      'judge',
      'notice-by-hand',
      '2026-09-08T00:00:00.000Z',
    ],
    ['waits for an answer', {}, 'answer', 'answer-awaited', '2026-09-09T00:00:00.000Z'],
    ['notes that none came', { respondBy: now }, 'answer', 'answer-overdue', now],
    ['then waits for a decision, and looks again', { responded: true }, 'judge', 'decision-awaited', '2026-09-08T00:00:00.000Z'],
    ['closes', { state: 'shipped' }, 'close', 'ended', null],
  ])('%s', (_what, over, step, code, at) => {
    const verdict = planShipmentHold({ ...facts, ...over }, now);
    expect([verdict.step, verdict.why.code, verdict.at]).toEqual([step, code, at]);
    for (const language of ['zh', 'en'] as const) expect(sayHoldWhy(verdict.why, language)).not.toMatch(/\{|undefined/);
  });

  it('an open hold always has a moment at which it looks again', () => {
    for (const day of ['2026-09-01', '2026-09-08', '2027-01-01'])
      expect(planShipmentHold({ ...facts, responded: true }, `${day}T00:00:00.000Z`).at ?? '').toMatch(/^202/);
  });
});

describe('a hold of which nothing waits', () => {
  const line = (allowed: string, dropped: string, waiting = '0') => ({ allowed, dropped, waiting });
  it.each([
    [[line('2', '0'), line('0.5', '0', '0.5')], { rescinded: false, orderOpen: true }, null],
    [[line('2', '0')], { rescinded: false, orderOpen: true }, 'shipped'],
    [[line('1', '1')], { rescinded: false, orderOpen: true }, 'reduced'],
    [[line('1', '1')], { rescinded: true, orderOpen: true }, 'rescinded'],
    [[line('1', '1')], { rescinded: false, orderOpen: false }, 'reduced'],
    [[line('0', '2')], { rescinded: false, orderOpen: false }, 'rescinded'],
  ] as const)('%j %j has ended as %s', (lines, of, end) => {
    expect(endOfShipmentHold(lines, of)).toBe(end);
  });
});
