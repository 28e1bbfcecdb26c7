import { describe, expect, it } from 'vitest';
import { chooseLadder, higherStage, isContact, ladderFaults, rungActions } from '../../domain/dunning/ladder.ts';
import type { Rung, StrategyRow, StrategySubject } from '../../domain/dunning/ladder.ts';
import { policy, rung } from './receivable-world.ts';
import { stages } from '../../domain/ledger/outcome.ts';

describe('the default policy', () => {
  it.each(policy.ladders.map((ladder) => [ladder.id, ladder] as const))('%s has no fault', (_, ladder) => {
    expect(ladderFaults(ladder)).toEqual([]);
  });

  it('has the ladders and days of the credit manual', () => {
    const days = Object.fromEntries(policy.ladders.map((l) => [l.id, l.rungs.map((r) => [r.days, r.stage, r.action].join(' '))]));
    expect(days).toEqual({
      'general-30': [
        '-3 due notice',
        '1 reminder remind',
        '8 reminder remind',
        '16 escalation work-order',
        '30 escalation escalate',
        '40 legal legal',
      ],
      dealer: [
        '-3 due notice',
        '1 reminder remind',
        '7 reminder remind',
        '15 escalation work-order',
        '30 escalation escalate',
        '45 legal legal',
      ],
      'public-hospital': [
        '-7 due notice',
        '5 reminder remind',
        '20 reminder remind',
        '30 escalation work-order',
        '60 escalation escalate',
        '120 legal legal',
      ],
      'new-customer': [
        '-5 due notice',
        '-1 due notice',
        '1 reminder remind',
        '5 reminder remind',
        '8 escalation work-order',
        '15 escalation escalate',
        '30 legal legal',
      ],
    });
    expect(policy.ladders.flatMap((l) => l.rungs).every((r) => r.anchor === 'dueDate')).toBe(true);
  });

  it.each<[Partial<StrategySubject>, string]>([
    [{ type: 'hospital', newCustomer: true }, 'public-hospital'],
    [{ type: 'hospital', newCustomer: false }, 'public-hospital'],
    [{ type: 'dealer', newCustomer: true }, 'new-customer'],
    [{ type: 'dealer', newCustomer: false }, 'dealer'],
    [{ type: 'channel', newCustomer: false }, 'dealer'],
    [{ type: 'other', newCustomer: true }, 'new-customer'],
    [{ type: 'other', newCustomer: false }, 'general-30'],
  ])('%o goes by %s', (more, id) => {
    const subject = { type: 'other', region: null, tier: null, termsDays: 30, newCustomer: false, grade: null, ...more };
    expect(chooseLadder(policy.strategy, subject, {})).toBe(id);
  });
});

describe('choosing a ladder', () => {
  const subject: StrategySubject = { type: 'dealer', region: 'east', tier: null, termsDays: 60, newCustomer: false, grade: null };
  const matrix: StrategyRow[] = [
    { when: { grades: ['D', 'E'] }, ladder: 'weak' },
    { when: { regions: ['west'] }, ladder: 'west' },
    { when: { tiers: ['3A'] }, ladder: 'top' },
    { when: { minTermsDays: 61 }, ladder: 'long' },
    { when: { types: ['dealer'], regions: ['east', 'north'], minTermsDays: 60, newCustomer: false }, ladder: 'own' },
    { when: {}, ladder: 'rest' },
  ];

  it('the first row whose conditions all hold', () => {
    expect(chooseLadder(matrix, subject, {})).toBe('own');
    expect(chooseLadder(matrix, { ...subject, grade: 'E' }, {})).toBe('weak');
    expect(chooseLadder(matrix, { ...subject, grade: 'C' }, {})).toBe('own');
    expect(chooseLadder(matrix, { ...subject, termsDays: 61 }, {})).toBe('long');
    expect(chooseLadder(matrix, { ...subject, tier: '3A' }, {})).toBe('top');
    expect(chooseLadder(matrix, { ...subject, region: null }, {})).toBe('rest');
    expect(chooseLadder(matrix, { ...subject, newCustomer: true }, {})).toBe('rest');
    expect(chooseLadder(matrix.slice(0, 5), { ...subject, type: 'hospital' }, {})).toBe(undefined);
  });

  it("the invoice's own beats the customer's, then the one granted with the grade, then the company's", () => {
    expect(chooseLadder(matrix, subject, { invoice: null, customer: 'b', granted: 'c' })).toBe('b');
    expect(chooseLadder(matrix, subject, { invoice: null, customer: null, granted: 'c' })).toBe('c');
    expect(chooseLadder(matrix, subject, { invoice: 'a', customer: 'b' })).toBe('a');
    expect(chooseLadder(matrix, subject, { invoice: null, customer: 'b' })).toBe('b');
    expect(chooseLadder(matrix, subject, { invoice: null, customer: null })).toBe('own');
  });
});

describe('a faulty ladder', () => {
  const faults = (...rungs: Rung[]) => ladderFaults({ id: 'own', rungs });
  it('names each rung and its fault', () => {
    expect(faults()).toEqual([{ rung: '', fault: 'empty' }]);
    expect(faults(rung('a', 1, { anchor: 'previousRung' }))).toEqual([{ rung: 'a', fault: 'first-anchored-to-previous' }]);
    expect(faults(rung('a', 1), rung('b', 2, { anchor: 'previousRung' }))).toEqual([]);
    expect(faults(rung('a', 1), rung('a', 2))).toEqual([{ rung: 'a', fault: 'duplicate-id' }]);
    expect(faults(rung('a', 1, { stage: 'escalation' }), rung('b', 2))).toEqual([{ rung: 'b', fault: 'stage-order' }]);
    const { id, stage, anchor, days, action, minGapDays, ifMissed } = rung('a', 1);
    const bare: Rung = { id, stage, anchor, days, action, minGapDays, ifMissed };
    expect(faults(bare)).toEqual([{ rung: 'a', fault: 'contact-without-template' }]);
    for (const task of ['work-order', 'escalate', 'legal'] as const) {
      expect(faults({ ...bare, action: task })).toEqual([{ rung: 'a', fault: 'task-without-kind' }]);
      expect(faults({ ...bare, action: task, workOrder: 'call' })).toEqual([]);
    }
  });
});

it('of two stages the later one, and only notices and reminders are contacts', () => {
  for (const [low, a] of stages.entries())
    for (const b of stages.slice(low)) expect([higherStage(a, b), higherStage(b, a)]).toEqual([b, b]);
  expect(rungActions.filter(isContact)).toEqual(['notice', 'remind']);
});
