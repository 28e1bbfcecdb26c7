import { describe, expect, it } from 'vitest';
import { nextDeadline, planWorkOrder, workOrderDates } from '../../domain/tasks/work-order.ts';
import type { WorkOrderFacts } from '../../domain/tasks/work-order.ts';
import { at, china } from '../dunning/receivable-world.ts';
import type { WorkOrderKind } from '../../domain/tasks/policy.ts';

const kind: WorkOrderKind = {
  role: 'collector',
  deadlineWorkingDays: 3,
  warnWorkingDays: 1,
  escalateTo: ['credit_manager', 'finance_director'],
  escalateWorkingDays: 2,
  title: { en: 'Call', zh: '致电' },
};
const warnAt = at('2026-03-12', '18:00');
const dueAt = at('2026-03-13', '18:00');
const factsOf = (more: Partial<WorkOrderFacts> = {}): WorkOrderFacts => ({
  closedAt: null,
  state: 'open',
  level: 0,
  warnAt,
  dueAt,
  snoozedUntil: null,
  lapsesAt: null,
  ...more,
});

describe('deadlines', () => {
  it.each([
    ['2026-03-10', '2026-03-12', '2026-03-13', 'within a week'],
    ['2026-03-12', '2026-03-16', '2026-03-17', 'over a weekend'],
    ['2026-03-14', '2026-03-17', '2026-03-18', 'opened on a Saturday'],
    ['2026-02-13', '2026-02-24', '2026-02-25', 'Spring Festival, the made-up Saturday before it counts'],
    ['2026-09-30', '2026-10-09', '2026-10-10', 'National Day, the made-up Saturday after it counts'],
  ])('opened %s: warned %s, due %s at the end of the working day (%s)', (opened, warn, due) => {
    expect(workOrderDates(kind, china, at(opened, '10:30'))).toEqual({ warnAt: at(warn, '18:00'), dueAt: at(due, '18:00') });
  });

  it('a warning time longer than the deadline warns on the first day', () => {
    const short = { ...kind, deadlineWorkingDays: 1, warnWorkingDays: 3 };
    expect(workOrderDates(short, china, at('2026-03-10')).warnAt).toBe(at('2026-03-10', '18:00'));
  });

  it('the next role has its own working days', () => {
    expect(nextDeadline(kind, china, at('2026-03-13', '18:00'))).toBe(at('2026-03-17', '18:00'));
  });
});

describe('the plan', () => {
  it.each<[string, Partial<WorkOrderFacts>, string, ReturnType<typeof planWorkOrder>]>([
    ['waits for its warning', {}, at('2026-03-12', '17:59'), { step: 'warn', due: false, at: warnAt }],
    ['warns', {}, warnAt, { step: 'warn', due: true, at: warnAt }],
    ['warned, waits for the deadline', { state: 'warned' }, warnAt, { step: 'escalate', due: false, at: dueAt }],
    ['goes to the next role at the deadline', { state: 'warned' }, dueAt, { step: 'escalate', due: true, at: dueAt }],
    ['after an outage it escalates without a warning', {}, dueAt, { step: 'escalate', due: true, at: dueAt }],
    [
      'escalated, waits for the new deadline',
      { state: 'escalated', level: 1, dueAt: at('2026-03-17', '18:00') },
      dueAt,
      { step: 'escalate', due: false, at: at('2026-03-17', '18:00') },
    ],
    [
      'with the last role it waits for a person',
      { state: 'escalated', level: 2 },
      at('2026-04-01'),
      { step: 'wait', due: false, at: null },
    ],
    ['closed it ends', { closedAt: warnAt, state: 'open' }, dueAt, { step: 'close', due: false, at: null }],
    [
      'without time for a warning it waits for the deadline',
      { warnAt: dueAt },
      warnAt,
      { step: 'escalate', due: false, at: dueAt },
    ],
  ])('%s', (_, more, now, expected) => {
    expect(planWorkOrder(factsOf(more), kind, now)).toEqual(expected);
  });

  it('a kind without a next role warns and then waits', () => {
    const last = { ...kind, escalateTo: [] };
    expect(planWorkOrder(factsOf(), last, warnAt)).toMatchObject({ step: 'warn', due: true });
    expect(planWorkOrder(factsOf({ state: 'warned' }), last, dueAt)).toEqual({ step: 'wait', due: false, at: null });
  });

  it('snoozing puts off the warning, never the deadline', () => {
    const until = at('2026-03-13', '12:00');
    expect(planWorkOrder(factsOf({ snoozedUntil: until }), kind, warnAt)).toEqual({ step: 'warn', due: false, at: until });
    expect(planWorkOrder(factsOf({ snoozedUntil: until }), kind, until)).toMatchObject({ step: 'warn', due: true });
    expect(planWorkOrder(factsOf({ snoozedUntil: at('2026-03-11') }), kind, warnAt)).toMatchObject({ due: true, at: warnAt });
    expect(planWorkOrder(factsOf({ snoozedUntil: at('2026-03-20') }), kind, warnAt)).toEqual({
      step: 'escalate',
      due: false,
      at: dueAt,
    });
    expect(planWorkOrder(factsOf({ snoozedUntil: at('2026-03-20'), state: 'warned' }), kind, dueAt)).toMatchObject({ due: true });
  });
});
