import { describe, expect, it } from 'vitest';
import { outcomeOf, planReceivable } from '../../domain/dunning/plan.ts';
import { askedMinor, disputedMinor, openMinor } from '../../domain/dunning/receivable.ts';
import type { Pause, ReceivableFacts, RungRecord } from '../../domain/dunning/receivable.ts';
import { scheduleRungs } from '../../domain/dunning/schedule.ts';
import { sayWhy } from '../../domain/dunning/words.ts';
import { at, disputeOf, factsOf, promiseOf, rung, taken, termsOf } from './receivable-world.ts';
import type { DisputeFact, PromiseFact } from '../../domain/ledger/claims.ts';
import { unaskedOf } from '../../domain/ledger/claims.ts';

const terms = termsOf();
const plan = (facts: ReceivableFacts, now: string, more = terms) => planReceivable(facts, more, now);
const requested = (id: string, on: string, time = '10:30'): RungRecord => ({
  id,
  state: 'requested',
  at: at(on, time),
  reason: null,
});
const noticed = [taken('notice', '2026-03-02')];
const reminded = [...noticed, taken('reminder-1', '2026-03-05')];
const pausing = (why: Pause['why'], from: string, to: string | null = null): Pause => ({ why, from, to });

describe('the ladder goes on', () => {
  it('waits for the first rung, with its reason', () => {
    const verdict = plan(factsOf(), at('2026-02-10'));
    expect(verdict).toEqual({
      outcome: null,
      promises: [],
      lapsed: [],
      pauses: [],
      stage: 'scheduled',
      due: false,
      changes: [],
      plan: {
        step: 'notice',
        rung: 'notice',
        at: at('2026-03-02'),
        why: { code: 'rung-planned', params: { rung: 'notice', on: '2026-03-02' } },
      },
    });
    expect(sayWhy(verdict.plan.why, 'en')).toBe('notice is planned for 2026-03-02');
    expect(sayWhy(verdict.plan.why, 'zh')).toBe('计划于 2026年3月2日执行 notice');
  });

  it('takes a rung in its slot, not a minute before', () => {
    expect(plan(factsOf(), at('2026-03-02', '10:29')).due).toBe(false);
    const verdict = plan(factsOf(), at('2026-03-02'));
    expect(verdict).toMatchObject({
      due: true,
      changes: [],
      plan: { step: 'notice', rung: 'notice', why: { code: 'rung-due' } },
    });
    expect(sayWhy(verdict.plan.why, 'en')).toBe('notice has been due since 2026-03-02');
  });

  it.each([
    ['scheduled', []],
    ['due', noticed],
    ['reminder', reminded],
    ['escalation', [...reminded, taken('reminder-2', '2026-03-12'), taken('call', '2026-03-20')]],
    ['legal', [...reminded, taken('legal', '2026-04-13')]],
  ] as const)('its stage is %s by the highest rung taken', (stage, rungs) => {
    expect(plan(factsOf({ rungs }), at('2026-03-01')).stage).toBe(stage);
  });

  it('a stage once reached never falls, though no rung of the ladder tells it', () => {
    expect(plan(factsOf({ stage: 'escalation' }), at('2026-03-01')).stage).toBe('escalation');
  });

  it('after legal nothing is left but news', () => {
    const ids = ['notice', 'reminder-1', 'reminder-2', 'call', 'escalation', 'legal'];
    const verdict = plan(factsOf({ rungs: ids.map((id) => taken(id, '2026-04-13')), stage: 'legal' }), at('2026-05-01'));
    expect(verdict.plan).toEqual({ step: 'wait', rung: null, at: null, why: { code: 'ladder-exhausted', params: {} } });
  });
});

describe('after an outage', () => {
  const missed = (id: string, reason = 'superseded') => ({ id, state: 'missed', reason });

  it('the highest rung due is taken, those below are missed', () => {
    const verdict = plan(factsOf(), at('2026-03-21', '03:00'));
    expect(verdict).toMatchObject({ due: true, plan: { step: 'work-order', rung: 'call', at: at('2026-03-20') } });
    expect(verdict.changes).toEqual([missed('notice', 'past-due-date'), missed('reminder-1'), missed('reminder-2')]);
  });

  it.each([
    ['2026-03-03', '23:59', true],
    ['2026-03-04', '00:00', false],
  ])('a rung to be dropped is taken for a day, then it is too late: %s %s', (on, time, due) => {
    const verdict = plan(factsOf(), at(on, time));
    expect(verdict.due).toBe(due);
    expect(verdict.changes).toEqual(due ? [] : [missed('notice', 'too-late')]);
    expect(verdict.plan.rung).toBe(due ? 'notice' : 'reminder-1');
  });

  it('what is dropped no longer keeps the next at its gap', () => {
    // Not looked at in time: the notice of 7 March (moved to the 9th) has no use any more, and the reminder of the 11th does not wait for its gap.
    const verdict = plan(factsOf({ dueDate: '2026-03-10' }), at('2026-03-11', '12:00'));
    expect(verdict).toMatchObject({ due: true, plan: { rung: 'reminder-1', why: { params: { on: '2026-03-11' } } } });
    expect(verdict.changes).toEqual([missed('notice', 'past-due-date')]);
  });

  it('what a lower rung gave way to is still taken, though it lies further back without that one', () => {
    const own = termsOf({ ladder: { id: 'own', rungs: [rung('a', 1), rung('b', 1, { minGapDays: 4, ifMissed: 'drop' })] } });
    const first = plan(factsOf(), at('2026-03-10'), own);
    expect(first).toMatchObject({ due: true, plan: { rung: 'b' }, changes: [missed('a')] });
    const rungs = [{ id: 'a', state: 'missed' as const, at: at('2026-03-10'), reason: 'superseded' }];
    expect(plan(factsOf({ rungs }), at('2026-03-10'), own)).toMatchObject({ due: true, plan: { rung: 'b' }, changes: [] });
    expect(plan(factsOf({ rungs }), at('2026-03-12'), own).changes).toEqual([missed('b', 'too-late')]);
  });

  it('a rung too late to be of use does not take a lower one with it', () => {
    const own = termsOf({
      ladder: { id: 'own', rungs: [rung('a', 1), rung('b', 5, { ifMissed: 'drop' }), rung('c', 20)] },
    });
    const verdict = plan(factsOf(), at('2026-03-16'), own);
    expect(verdict).toMatchObject({ due: true, plan: { rung: 'a' } });
    expect(verdict.changes).toEqual([missed('b', 'too-late')]);
    const asked = plan(factsOf({ rungs: [requested('a', '2026-03-05')] }), at('2026-03-16'), own);
    expect(asked.changes).toEqual([missed('b', 'too-late')]);
    expect(asked.plan.rung).toBe('c');
  });
});

describe('a contact asked of outreach', () => {
  it('leaves the next rung planned, and is superseded when that falls due first', () => {
    const facts = factsOf({ rungs: [...noticed, requested('reminder-1', '2026-03-05')] });
    expect(plan(facts, at('2026-03-11'))).toMatchObject({
      due: false,
      changes: [],
      plan: { rung: 'reminder-2', at: at('2026-03-12') },
    });
    expect(plan(facts, at('2026-03-12'))).toMatchObject({
      due: true,
      changes: [{ id: 'reminder-1', state: 'missed', reason: 'superseded' }],
      plan: { rung: 'reminder-2' },
    });
  });

  it.each<[string, Partial<ReceivableFacts>, Partial<typeof terms>, string, string]>([
    ['paid', { paidMinor: 100_000 }, {}, 'skipped', 'paid'],
    ['credited', { creditedMinor: 100_000 }, {}, 'skipped', 'credited'],
    ['written off', { writtenOffMinor: 100_000 }, {}, 'skipped', 'written-off'],
    ['replaced', { outcome: 'replaced-by-plan' }, {}, 'skipped', 'replaced-by-plan'],
    ['disputed', { disputes: [disputeOf()] }, {}, 'planned', 'disputed'],
    ['promised', { promises: [promiseOf()] }, {}, 'planned', 'promise-pending'],
    ['too small', { paidMinor: 96_000 }, { minBalanceMinor: 5_000 }, 'planned', 'below-minimum'],
    ['re-dated', { dueDate: '2026-04-20' }, {}, 'planned', 're-dated'],
    ['from before going live', { collectFrom: '2026-03-06' }, {}, 'before-go-live', 'before-go-live'],
  ])('is withdrawn, with its reason, when the debt is %s', (_, more, others, state, reason) => {
    const facts = factsOf({ rungs: [...noticed, requested('reminder-1', '2026-03-05')], ...more });
    const { changes, due } = plan(facts, at('2026-03-06', '16:00'), termsOf(others));
    expect(due).toBe(false);
    expect(changes.filter((c) => c.id === 'reminder-1')).toEqual([{ id: 'reminder-1', state, reason }]);
  });

  it('is never too late: once asked for, it stands until the next rung', () => {
    const own = termsOf({ ladder: { id: 'own', rungs: [rung('a', 1, { ifMissed: 'drop' }), rung('b', 9)] } });
    const facts = factsOf({ rungs: [requested('a', '2026-03-05')] });
    expect(plan(facts, at('2026-03-11', '10:00'), own)).toMatchObject({ due: false, changes: [], plan: { rung: 'b' } });
  });

  it('stays asked for when its due date moves within the past', () => {
    const facts = factsOf({ rungs: [...noticed, requested('reminder-1', '2026-03-06')], dueDate: '2026-03-05' });
    expect(plan(facts, at('2026-03-06', '16:00')).changes).toEqual([]);
  });
});

describe('what is owed', () => {
  it('closes by how the debt ended', () => {
    const outcome = (more: Partial<ReceivableFacts>) => outcomeOf(factsOf(more));
    expect(outcome({})).toBe(null);
    expect(outcome({ paidMinor: 99_999 })).toBe(null);
    expect(outcome({ paidMinor: 100_000 })).toBe('paid');
    expect(outcome({ paidMinor: 40_000, creditedMinor: 60_000 })).toBe('paid');
    expect(outcome({ creditedMinor: 100_000 })).toBe('credited');
    expect(outcome({ paidMinor: 99_000, writtenOffMinor: 1_000 })).toBe('written-off');
    expect(outcome({ outcome: 'replaced-by-plan' })).toBe('replaced-by-plan');
    expect(outcome({ outcome: 'paid', paidMinor: 50_000 })).toBe(null);
    const facts = factsOf({ paidMinor: 100_000, moneyAt: at('2026-03-06'), rungs: reminded, stage: 'reminder' });
    expect(plan(facts, at('2026-03-06'))).toMatchObject({
      stage: 'closed',
      outcome: 'paid',
      pauses: [pausing('closed', at('2026-03-06'))],
      plan: { step: 'close', rung: null, at: null, why: { code: 'paid' } },
    });
  });

  it('a part payment keeps rung and date', () => {
    const facts = factsOf({ paidMinor: 40_000, rungs: reminded, stage: 'reminder', moneyAt: at('2026-03-06') });
    expect(plan(facts, at('2026-03-07'))).toMatchObject({
      stage: 'reminder',
      pauses: [],
      plan: { rung: 'reminder-2', at: at('2026-03-12') },
    });
  });

  it.each([
    [100_000, 5_000, false],
    [95_001, 5_000, true],
    [95_000, 5_000, false],
  ])('below the minimum nothing is asked for (%i paid or none, minimum %i)', (paid, minBalanceMinor, below) => {
    const paidMinor = paid === 100_000 ? 0 : paid;
    const verdict = plan(factsOf({ paidMinor, rungs: reminded }), at('2026-03-12'), termsOf({ minBalanceMinor }));
    expect(verdict.due).toBe(!below);
    expect(verdict.changes).toEqual([]);
    if (below)
      expect(verdict.plan).toEqual({
        step: 'wait',
        rung: null,
        at: at('2026-03-20'),
        why: { code: 'below-minimum', params: {} },
      });
  });

  it('below the minimum it looks again at each later date, and at last waits for news', () => {
    const small = termsOf({ minBalanceMinor: 5_000 });
    const facts = factsOf({ paidMinor: 96_000, rungs: reminded });
    const dates = ['2026-03-20', '2026-04-03', '2026-04-13'].map((on) => plan(facts, at(on), small).plan.at);
    expect(dates).toEqual([at('2026-04-03'), at('2026-04-13'), null]);
    expect(plan(facts, at('2026-05-20'), small).changes).toEqual([]);
    expect(
      plan({ ...facts, promises: [promiseOf({ amountMinor: 1_000, on: '2026-03-16' })] }, at('2026-03-12'), small).plan.at,
    ).toBe(at('2026-03-18', '00:00'));
  });

  it('the disputed part is left out of the minimum too', () => {
    const facts = factsOf({ rungs: reminded, disputes: [disputeOf({ amountMinor: 96_000 })] });
    expect(plan(facts, at('2026-03-12'), termsOf({ minBalanceMinor: 5_000 })).plan.why.code).toBe('below-minimum');
  });
});

describe('disputes', () => {
  it.each([
    ['1', 0, 100, null],
    ['0.5', 0, 100, 100],
    ['0.5', 450, 100, 50],
    ['0.5', 600, 100, 0],
    ['0.333333', 0, 900, 333],
    ['0', 0, 100, 0],
  ])('may be left out up to a share of %s, with %i left out already: of %i %s', (share, leftOutMinor, amount, unasked) => {
    expect(unaskedOf(amount, { share, openMinor: 1000, leftOutMinor })).toBe(unasked);
  });

  it('beyond their share are asked for, and do not stop the ladder', () => {
    const facts = factsOf({ disputes: [disputeOf({ amountMinor: 100_000, unaskedMinor: 30_000 })] });
    expect([askedMinor(facts), disputedMinor(facts)]).toEqual([70_000, 100_000]);
  });

  it('of a part leave the rest to be collected', () => {
    const facts = factsOf({ rungs: reminded, disputes: [disputeOf({ amountMinor: 99_999 })] });
    expect(plan(facts, at('2026-03-12'))).toMatchObject({ due: true, pauses: [] });
    expect(disputedMinor(facts)).toBe(99_999);
  });

  it('never hold more than is open, so a part payment can leave only what is disputed', () => {
    const facts = factsOf({
      rungs: reminded,
      disputes: [disputeOf({ amountMinor: 60_000 })],
      paidMinor: 40_000,
      moneyAt: at('2026-03-10'),
    });
    expect(openMinor(facts)).toBe(60_000);
    expect(plan(facts, at('2026-03-10', '11:00'))).toMatchObject({
      due: false,
      pauses: [pausing('dispute', at('2026-03-10'))],
      plan: { step: 'wait', at: null, why: { code: 'disputed' } },
    });
    expect(disputedMinor({ ...facts, paidMinor: 70_000 })).toBe(30_000);
  });

  it('of the whole stop all rungs, which then shift by the days', () => {
    const open = factsOf({ rungs: reminded, disputes: [disputeOf()] });
    const stopped = plan(open, at('2026-03-06', '15:01'));
    expect(stopped).toMatchObject({ due: false, stage: 'reminder', pauses: [pausing('dispute', at('2026-03-06', '15:00'))] });
    expect(plan({ ...open, pauses: stopped.pauses }, at('2026-06-01'))).toMatchObject({
      due: false,
      changes: [],
      pauses: stopped.pauses,
    });
    const closed = disputeOf({ state: 'rejected', closedAt: at('2026-03-20', '09:00') });
    const after = plan({ ...open, disputes: [closed], pauses: stopped.pauses }, at('2026-03-20', '09:01'));
    expect(after).toMatchObject({ changes: [], plan: { rung: 'reminder-2', at: at('2026-03-26') } });
    expect(after.pauses).toEqual([pausing('dispute', at('2026-03-06', '15:00'), at('2026-03-20', '09:00'))]);
  });

  it('pauses lose no day when the process looks late', () => {
    const open = factsOf({ rungs: reminded, disputes: [disputeOf()] });
    const { pauses } = plan(open, at('2026-03-09'));
    expect(pauses).toEqual([pausing('dispute', at('2026-03-06', '15:00'))]);
    const closed = disputeOf({ state: 'rejected', closedAt: at('2026-03-08') });
    expect(plan({ ...open, disputes: [closed], pauses }, at('2026-03-10')).pauses[0]?.to).toBe(at('2026-03-08'));
  });
});

describe('a dispute that was upheld', () => {
  const closedAt = at('2026-03-09', '09:00');
  const upheld = (more: Partial<DisputeFact> = {}) => disputeOf({ state: 'upheld', closedAt, ...more });
  const lapse = at('2026-04-08', '00:00');

  it.each<[string, DisputeFact[], Partial<ReceivableFacts>, number]>([
    ['all of it until the credit note comes', [upheld({ amountMinor: 30_000 })], {}, 30_000],
    [
      'the rest of it when a part was credited',
      [upheld({ amountMinor: 30_000, creditedMinor: 10_000 })],
      { creditedMinor: 10_000 },
      20_000,
    ],
    ['nothing once it was credited', [upheld({ amountMinor: 30_000, creditedMinor: 30_000 })], { creditedMinor: 30_000 }, 0],
    ['nothing after the wait', [upheld({ amountMinor: 30_000, lapsedAt: lapse })], {}, 0],
    ['never more than is open', [upheld({ amountMinor: 60_000 })], { paidMinor: 70_000 }, 30_000],
    ['in part: its amount until any credit note', [upheld({ state: 'part-upheld', amountMinor: 30_000 })], {}, 30_000],
    [
      'in part and credited: nothing',
      [upheld({ state: 'part-upheld', amountMinor: 30_000, creditedMinor: 5_000 })],
      { creditedMinor: 5_000 },
      0,
    ],
    [
      'one credit note for two disputes counts once',
      [
        upheld({ amountMinor: 30_000, creditedMinor: 30_000 }),
        upheld({ id: 'd2', amountMinor: 20_000, creditedMinor: 30_000, openedAt: at('2026-03-07') }),
      ],
      { creditedMinor: 30_000 },
      20_000,
    ],
    [
      'beside one that is still open',
      [upheld({ amountMinor: 30_000 }), disputeOf({ id: 'd2', amountMinor: 20_000 })],
      {},
      50_000,
    ],
  ])('keeps back %s', (_, disputes, more, minor) => {
    expect(disputedMinor(factsOf({ disputes, ...more }))).toBe(minor);
  });

  it('of the whole lets the ladder stand until its credit note, or until the wait for it ends', () => {
    const pauses = [pausing('dispute', at('2026-03-06', '15:00'))];
    const facts = factsOf({ rungs: reminded, disputes: [upheld()], pauses });
    const waits = plan(facts, at('2026-03-20'));
    expect(waits).toMatchObject({
      due: false,
      lapsed: [],
      plan: { step: 'wait', at: lapse, why: { code: 'credit-expected', params: { on: '2026-04-08' } } },
    });
    expect(waits.pauses).toBe(pauses);
    const ended = plan(facts, lapse);
    expect(ended).toMatchObject({
      lapsed: [{ id: 'd1', at: lapse }],
      pauses: [pausing('dispute', at('2026-03-06', '15:00'), lapse)],
      plan: { rung: 'reminder-2' },
    });
    expect(plan({ ...facts, creditedMinor: 100_000, moneyAt: at('2026-03-20') }, at('2026-03-20')).outcome).toBe('credited');
  });

  it('of a part lets the rest be asked for, and looks again when the wait ends', () => {
    const facts = factsOf({
      rungs: [...reminded, taken('reminder-2', '2026-03-12')],
      disputes: [upheld({ amountMinor: 30_000 })],
    });
    expect(plan(facts, at('2026-03-20'))).toMatchObject({ due: true, plan: { rung: 'call' } });
    const called = { ...facts, rungs: [...facts.rungs, taken('call', '2026-03-20'), taken('escalation', '2026-04-03')] };
    expect(plan(called, at('2026-04-03')).plan).toMatchObject({ at: lapse, why: { code: 'credit-expected' } });
    expect(plan(called, lapse)).toMatchObject({
      lapsed: [{ id: 'd1', at: lapse }],
      plan: { rung: 'legal', at: at('2026-04-13') },
    });
  });
});

describe('a notice of a due date', () => {
  const lost = [{ id: 'notice', state: 'missed', reason: 'past-due-date' }];

  it.each([
    ['is sent before it', '2026-09-30', '2026-09-28'],
    ['is sent before the holidays, when it falls due on the first day after them', '2026-10-08', '2026-09-30'],
    ['is sent on the first contact day after its own that is still before it', '2026-10-09', '2026-10-08'],
    ['is sent on the last contact day before it, when the holidays lead past it', '2026-10-06', '2026-09-30'],
  ])('%s (due %s, on %s)', (_, dueDate, on) => {
    const verdict = plan(factsOf({ dueDate, postedAt: at('2026-09-01') }), at('2026-09-20'));
    expect(verdict.plan).toMatchObject({ rung: 'notice', at: at(on) });
    expect(verdict.changes).toEqual([]);
  });

  it('is sent on it, when nobody could be contacted any more before it', () => {
    const verdict = plan(factsOf({ dueDate: '2026-10-08', postedAt: at('2026-10-02') }), at('2026-10-02'));
    expect(verdict).toMatchObject({ plan: { rung: 'notice', at: at('2026-10-08') }, changes: [] });
  });

  it('is dropped when nobody could be contacted any more before it', () => {
    const verdict = plan(factsOf({ dueDate: '2026-10-06', postedAt: at('2026-10-02') }), at('2026-10-02'));
    expect(verdict.plan).toMatchObject({ rung: 'reminder-1', at: at('2026-10-08') });
    expect(verdict.changes).toEqual(lost);
  });

  it('is withdrawn when it was asked for and could not go in time', () => {
    const facts = factsOf({ rungs: [requested('notice', '2026-03-02')] });
    expect(plan(facts, at('2026-03-04', '23:59')).changes).toEqual([]);
    expect(plan(facts, at('2026-03-05', '00:00'))).toMatchObject({ due: false, changes: lost, plan: { rung: 'reminder-1' } });
  });

  it('is dropped when a dispute has held it past that day', () => {
    const pauses = [pausing('dispute', at('2026-03-02', '09:00'), at('2026-03-10', '09:00'))];
    expect(plan(factsOf({ pauses }), at('2026-03-10', '09:00')).changes).toEqual(lost);
  });

  it('dropped, it neither delays what is anchored to it nor ends what a broken promise brings forward', () => {
    const own = {
      id: 'own',
      rungs: [rung('notice', -3, { action: 'notice', stage: 'due' }), rung('b', 5, { anchor: 'previousRung' })],
    };
    const facts = factsOf({ dueDate: '2026-10-06', postedAt: at('2026-10-02') });
    expect(plan(facts, at('2026-10-02'), termsOf({ ladder: own })).plan).toMatchObject({ rung: 'b', at: at('2026-10-08') });
  });
});

describe('an invoice that came late', () => {
  it.each([
    [
      'on the day of its first demand: nothing is moved',
      '2026-03-05',
      ['2026-03-05', '2026-03-12', '2026-03-20', '2026-04-03', '2026-04-13'],
    ],
    [
      'begins with its first demand, and keeps the distances',
      '2026-04-20',
      ['2026-04-20', '2026-04-27', '2026-05-05', '2026-05-19', '2026-05-29'],
    ],
    ['begins on the next contact day', '2026-05-01', ['2026-05-06', '2026-05-11', '2026-05-16', '2026-05-30', '2026-06-09']],
  ])('%s (posted %s)', (_, posted, days) => {
    const facts = factsOf({ postedAt: at(posted, '09:00') });
    const first = plan(facts, at(posted, '09:00'));
    expect(first).toMatchObject({
      due: false,
      changes: [{ id: 'notice', reason: 'past-due-date' }],
      plan: { rung: 'reminder-1' },
    });
    const rungs = [{ id: 'notice', state: 'missed' as const, at: at(posted, '09:00'), reason: 'past-due-date' }];
    expect(scheduleRungs({ ...facts, rungs }, terms, at(posted, '09:00')).map((r) => r.on)).toEqual(days);
  });

  it('after going live begins with what is dated after that day', () => {
    const facts = factsOf({ collectFrom: '2026-03-18', postedAt: at('2026-04-10', '09:00') });
    expect(plan(facts, at('2026-04-10', '09:00'))).toMatchObject({ due: false, plan: { rung: 'call', at: at('2026-04-10') } });
  });

  it('is asked for at once, once, however late: an outage after that is an outage', () => {
    const facts = factsOf({ postedAt: at('2027-03-01', '09:00') });
    expect(plan(facts, at('2027-03-01'))).toMatchObject({ due: true, plan: { rung: 'reminder-1' } });
    expect(plan(facts, at('2027-03-20'))).toMatchObject({ due: true, plan: { rung: 'call' } });
  });
});

describe('promises', () => {
  const due = (more: Partial<PromiseFact>, facts: Partial<ReceivableFacts> = {}, grace = 1) =>
    factsOfPromise(promiseOf(more), facts, grace);
  const factsOfPromise = (promise: PromiseFact, facts: Partial<ReceivableFacts>, promiseGraceDays: number) => ({
    facts: factsOf({ rungs: reminded, promises: [promise], ...facts }),
    terms: termsOf({ promiseGraceDays }),
  });

  it.each([
    [100_000, 0, 0, true],
    [99_999, 0, 0, false],
    [60_000, 0, 40_000, true],
    [60_000, 40_000, 0, true],
    [60_000, 39_999, 0, false],
  ])(
    '%i pauses the rungs when it covers what is undisputed (paid %i, disputed %i): %s',
    (amountMinor, paidMinor, disputed, covers) => {
      const disputes = disputed ? [disputeOf({ amountMinor: disputed })] : [];
      const { facts } = due({ amountMinor }, { paidMinor, disputes });
      const verdict = plan(facts, at('2026-03-12'));
      expect(verdict.due).toBe(!covers);
      if (!covers) return;
      expect(verdict.plan).toEqual({
        step: 'wait',
        rung: null,
        at: at('2026-03-18', '00:00'),
        why: { code: 'promise-pending', params: { on: '2026-03-16' } },
      });
    },
  );

  it('money paid on a partial promise does not make it cover the rest', () => {
    const { facts } = due({ amountMinor: 60_000, receivedMinor: 40_000 }, { paidMinor: 40_000, moneyAt: at('2026-03-09') });
    expect(plan(facts, at('2026-03-12'))).toMatchObject({ due: true, pauses: [] });
    const whole = due({ amountMinor: 100_000, receivedMinor: 40_000 }, { paidMinor: 40_000, moneyAt: at('2026-03-09') });
    expect(plan(whole.facts, at('2026-03-12'))).toMatchObject({ due: false, plan: { why: { code: 'promise-pending' } } });
  });

  it.each([
    [0, '2026-03-17'],
    [1, '2026-03-18'],
    [3, '2026-03-20'],
  ])('are judged when their day and %i days of grace are over', (grace, day) => {
    const { facts, terms: own } = due({}, {}, grace);
    expect(plan(facts, at('2026-03-12'), own).plan.at).toBe(at(day, '00:00'));
    const before = new Date(Date.parse(at(day, '00:00')) - 1).toISOString();
    expect(plan(facts, before, own).promises).toEqual([]);
    expect(plan(facts, at(day, '00:00'), own).promises).toEqual([{ id: 'p1', state: 'broken', at: at(day, '00:00') }]);
    expect(plan(facts, at('2026-04-01'), own).promises).toEqual([{ id: 'p1', state: 'broken', at: at(day, '00:00') }]);
  });

  it.each([
    [100_000, 'kept'],
    [99_999, 'part-kept'],
    [1, 'part-kept'],
    [0, 'broken'],
  ] as const)('with %i of it in by its day: %s', (receivedMinor, state) => {
    const { facts } = due({ receivedMinor }, { amountMinor: 200_000, paidMinor: receivedMinor });
    expect(plan(facts, at('2026-03-18', '00:00')).promises[0]?.state).toBe(state);
  });

  it('a broken one is followed by the next rung on the next contact day, in its slot', () => {
    const paused = due({}, { pauses: [pausing('promise', at('2026-03-06', '15:00'))] });
    const verdict = plan(paused.facts, at('2026-03-18', '00:00'));
    expect(verdict).toMatchObject({
      due: false,
      promises: [{ state: 'broken' }],
      changes: [],
      pauses: [pausing('promise', at('2026-03-06', '15:00'), at('2026-03-18', '00:00'))],
      plan: { rung: 'reminder-2', at: at('2026-03-18') },
    });
  });

  it.each([
    ['reminder-2', reminded, '2026-03-18'],
    ['call', [...reminded, taken('reminder-2', '2026-03-12')], '2026-03-18'],
    ['escalation', [...reminded, taken('reminder-2', '2026-03-12'), taken('call', '2026-03-13')], '2026-03-18'],
    // 13 April and the days from 6 to 18 March that the promise held the ladder.
    ['legal', [...reminded, taken('escalation', '2026-03-13')], '2026-04-25'],
  ] as const)('a broken one brings %s forward, but never the law', (id, rungs, on) => {
    const ids = terms.ladder.rungs.map((r) => r.id);
    const missed = ids.slice(0, ids.indexOf(id)).filter((one) => !rungs.some((r) => r.id === one));
    const all = [
      ...rungs,
      ...missed.map((one) => ({ id: one, state: 'missed' as const, at: at('2026-03-13'), reason: 'superseded' })),
    ];
    const pauses = [pausing('promise', at('2026-03-06', '15:00'), at('2026-03-18', '00:00'))];
    const promises = [promiseOf({ state: 'broken', judgedAt: at('2026-03-18', '00:00') })];
    const facts = factsOf({ rungs: all, promises, pauses });
    expect(plan(facts, at('2026-03-18', '00:00')).plan).toMatchObject({ rung: id, at: at(on) });
    const strict = termsOf({ broughtForward: ['due', 'reminder', 'escalation', 'legal'] });
    expect(plan(facts, at('2026-03-18', '00:00'), strict).plan.at).toBe(at('2026-03-18'));
  });

  it('a rung due before the judgement comes first, one due after it waits for the judgement', () => {
    const { facts } = due({ amountMinor: 1_000 });
    expect(plan(facts, at('2026-03-09')).plan).toMatchObject({ rung: 'reminder-2', at: at('2026-03-12') });
    const later = { ...facts, rungs: [...reminded, taken('reminder-2', '2026-03-12')] };
    const judged = plan(later, at('2026-03-13')).plan;
    expect(judged).toMatchObject({
      step: 'wait',
      at: at('2026-03-18', '00:00'),
      why: { code: 'promise-judged', params: { on: '2026-03-18' } },
    });
    expect(plan({ ...later, rungs: [...later.rungs, requested('call', '2026-03-12')] }, at('2026-03-13')).plan.step).toBe('wait');
  });

  it('the reason names the day of the promise that covers, the wait ends at the first judgement', () => {
    const promises = [
      promiseOf(),
      promiseOf({ id: 'p2', amountMinor: 1_000, on: '2026-03-25' }),
      promiseOf({ id: 'p3', on: '2026-03-20' }),
    ];
    expect(plan(factsOf({ rungs: reminded, promises }), at('2026-03-12')).plan).toMatchObject({
      at: at('2026-03-18', '00:00'),
      why: { params: { on: '2026-03-20' } },
    });
  });

  describe('when the debt ends before its day', () => {
    const ended = (more: Partial<PromiseFact>, facts: Partial<ReceivableFacts>, now = at('2026-03-10')) =>
      plan(due(more, { moneyAt: at('2026-03-10'), ...facts }).facts, now).promises.map((p) => [p.state, p.at]);
    it.each<[string, Partial<PromiseFact>, Partial<ReceivableFacts>, string]>([
      ['by its money: kept', { receivedMinor: 100_000 }, { paidMinor: 100_000 }, 'kept'],
      ['by all that a credit note left: kept', { receivedMinor: 40_000 }, { paidMinor: 40_000, creditedMinor: 60_000 }, 'kept'],
      ['by credit note alone: cancelled', {}, { creditedMinor: 100_000 }, 'cancelled'],
      ['by a credit note after older money: cancelled', {}, { paidMinor: 30_000, creditedMinor: 70_000 }, 'cancelled'],
      ['by write-off: cancelled', {}, { writtenOffMinor: 100_000 }, 'cancelled'],
      ['by a payment plan: cancelled', {}, { outcome: 'replaced-by-plan' }, 'cancelled'],
    ])('%s', (_, more, facts, state) => {
      expect(ended(more, facts)).toEqual([[state, at('2026-03-10')]]);
    });

    it('but money after its day, within the grace, does not keep it', () => {
      const late = { moneyAt: at('2026-03-17'), paidMinor: 100_000 };
      expect(ended({ lateMinor: 100_000 }, late, at('2026-03-17'))).toEqual([['broken', at('2026-03-17')]]);
      expect(ended({ receivedMinor: 30_000, lateMinor: 70_000 }, late, at('2026-03-17'))).toEqual([
        ['part-kept', at('2026-03-17')],
      ]);
    });

    it('judged late, it is judged as of its time', () => {
      expect(ended({ receivedMinor: 100_000 }, { paidMinor: 100_000 }, at('2026-05-01'))).toEqual([
        ['kept', at('2026-03-18', '00:00')],
      ]);
    });
  });

  it('one judged by a payment that is reversed stands again, and holds the rungs until its day', () => {
    const closed = [pausing('promise', at('2026-03-06', '15:00'), at('2026-03-09')), pausing('closed', at('2026-03-09'))];
    const back = (state: PromiseFact['state'], now: string, judgedAt = at('2026-03-09')) =>
      plan(due({ state, judgedAt }, { pauses: closed, moneyAt: at('2026-03-11'), outcome: 'paid', stage: 'closed' }).facts, now);
    for (const state of ['kept', 'cancelled', 'part-kept', 'broken'] as const) {
      expect(back(state, at('2026-03-11'))).toMatchObject({
        stage: 'reminder',
        outcome: null,
        promises: [{ id: 'p1', state: 'pending', at: null }],
        pauses: [
          ...closed.slice(0, 1),
          pausing('closed', at('2026-03-09'), at('2026-03-11')),
          pausing('promise', at('2026-03-11')),
        ],
        plan: { why: { code: 'promise-pending' } },
      });
    }
    expect(back('kept', at('2026-04-01')).promises).toEqual([{ id: 'p1', state: 'broken', at: at('2026-03-18', '00:00') }]);
    expect(back('cancelled', at('2026-03-11'), at('2026-03-08')).promises).toEqual([]);
  });
});

describe('a promise is judged again by value dates', () => {
  const over = at('2026-03-18', '00:00');
  const again = (state: PromiseFact['state'], more: Partial<PromiseFact>, facts: Partial<ReceivableFacts> = {}) =>
    plan(factsOf({ promises: [promiseOf({ state, judgedAt: over, ...more })], ...facts }), at('2026-03-19')).promises;
  it.each<[string, PromiseFact['state'], Partial<PromiseFact>, Partial<ReceivableFacts>, PromiseFact['state'] | null]>([
    ['money in time, posted later: kept', 'broken', { receivedMinor: 100_000 }, { paidMinor: 100_000 }, 'kept'],
    ['part of it in time, posted later: part-kept', 'broken', { receivedMinor: 30_000 }, { paidMinor: 30_000 }, 'part-kept'],
    [
      'the rest in time, posted later: kept',
      'part-kept',
      { receivedMinor: 100_000 },
      { amountMinor: 200_000, paidMinor: 100_000 },
      'kept',
    ],
    [
      'all that was left came in time: kept',
      'broken',
      { receivedMinor: 60_000 },
      { paidMinor: 60_000, creditedMinor: 40_000 },
      'kept',
    ],
    ['money after its day changes nothing', 'broken', { lateMinor: 100_000 }, { paidMinor: 100_000 }, null],
    [
      'a credit after its day changes nothing',
      'part-kept',
      { receivedMinor: 60_000, lateMinor: 40_000 },
      { paidMinor: 60_000, creditedMinor: 40_000 },
      null,
    ],
    ['a debt written off changes nothing', 'broken', {}, { writtenOffMinor: 100_000 }, null],
    ['its money went back: broken', 'kept', {}, {}, 'broken'],
    ['part of its money went back: part-kept', 'kept', { receivedMinor: 30_000 }, { paidMinor: 30_000 }, 'part-kept'],
    ['cancelled stays cancelled', 'cancelled', { receivedMinor: 100_000 }, { paidMinor: 100_000 }, null],
  ])('%s', (_, state, more, facts, expected) => {
    expect(again(state, more, facts)).toEqual(expected === null ? [] : [{ id: 'p1', state: expected, at: at('2026-03-19') }]);
  });

  it('and the rung that the breach brought forward goes back to its own day', () => {
    const broken = factsOf({ amountMinor: 200_000, rungs: reminded, promises: [promiseOf({ state: 'broken', judgedAt: over })] });
    const rungs = [...reminded, taken('reminder-2', '2026-03-12')];
    const now = at('2026-03-18', '01:00');
    const forward = plan({ ...broken, rungs }, now).plan.at;
    const kept = plan(
      {
        ...broken,
        rungs,
        paidMinor: 100_000,
        promises: [promiseOf({ state: 'broken', judgedAt: over, receivedMinor: 100_000 })],
      },
      now,
    );
    expect(kept.promises).toMatchObject([{ state: 'kept' }]);
    expect((kept.plan.at ?? '') > (forward ?? '')).toBe(true);
  });
});

describe('reversals', () => {
  const closed = factsOf({
    paidMinor: 0,
    moneyAt: at('2026-03-21', '09:00'),
    rungs: [...reminded, { id: 'reminder-2', state: 'skipped', at: at('2026-03-12', '12:00'), reason: 'paid' }],
    pauses: [pausing('closed', at('2026-03-12', '12:00'))],
    stage: 'closed',
    outcome: 'paid',
  });

  it('plan again what was skipped as paid, restore the stage, and count the closed days as a pause', () => {
    const verdict = plan(closed, at('2026-03-21', '09:05'));
    expect(verdict).toMatchObject({ stage: 'reminder', outcome: null, due: false });
    expect(verdict.changes).toEqual([{ id: 'reminder-2', state: 'planned', reason: 'reopened' }]);
    expect(verdict.pauses).toEqual([pausing('closed', at('2026-03-12', '12:00'), at('2026-03-21', '09:00'))]);
    // 12 March + 9 days = Saturday 21 March, moved to Monday; the call of 20 March comes on the 29th.
    expect(verdict.plan).toMatchObject({ rung: 'reminder-2', at: at('2026-03-23') });
  });

  it('name a rung once, even when it is due at once or superseded at once', () => {
    expect(plan(closed, at('2026-03-23'))).toMatchObject({ due: true, changes: [], plan: { rung: 'reminder-2' } });
    const late = plan(closed, at('2026-04-10'));
    expect(late).toMatchObject({ due: true, plan: { rung: 'call' } });
    expect(late.changes).toEqual([{ id: 'reminder-2', state: 'missed', reason: 'superseded' }]);
  });

  it('leave alone what was given up for another reason', () => {
    const rungs = [...reminded, { ...taken('reminder-2', '2026-03-12'), state: 'skipped' as const, reason: 'no-address' }];
    expect(plan({ ...closed, rungs }, at('2026-03-21', '09:05'))).toMatchObject({ changes: [], plan: { rung: 'call' } });
  });

  it('a standing dispute or promise goes on where the closing ends', () => {
    const disputes = [disputeOf()];
    expect(plan({ ...closed, disputes }, at('2026-03-21', '09:05')).pauses).toEqual([
      pausing('closed', at('2026-03-12', '12:00'), at('2026-03-21', '09:00')),
      pausing('dispute', at('2026-03-21', '09:00')),
    ]);
  });
});

describe('pauses', () => {
  it('a write-off closes now: older money did not', () => {
    const facts = factsOf({ writtenOffMinor: 60_000, paidMinor: 40_000, moneyAt: at('2026-03-06'), rungs: reminded });
    expect(plan(facts, at('2026-03-11')).pauses).toEqual([pausing('closed', at('2026-03-11'))]);
  });

  it('an instalment taken out of its invoice and put back counts the days between', () => {
    const disputes = [disputeOf({ state: 'rejected', closedAt: at('2026-03-06', '16:00') })];
    const out = plan(factsOf({ creditedMinor: 100_000, rungs: reminded, disputes }), at('2026-03-09'));
    expect(out.pauses).toEqual([pausing('closed', at('2026-03-09'))]);
    const back = plan(
      factsOf({ rungs: reminded, disputes, outcome: 'credited', stage: 'closed', pauses: out.pauses }),
      at('2026-03-19'),
    );
    expect(back.pauses).toEqual([pausing('closed', at('2026-03-09'), at('2026-03-19'))]);
    expect(back.plan).toMatchObject({ rung: 'reminder-2', at: at('2026-03-23') });
  });

  it('never overlap, whatever older news there is', () => {
    const past = [pausing('dispute', at('2026-03-06'), at('2026-03-10'))];
    const facts = factsOf({ rungs: reminded, pauses: past, promises: [promiseOf({ madeAt: at('2026-03-08') })] });
    expect(plan(facts, at('2026-03-11')).pauses).toEqual([...past, pausing('promise', at('2026-03-11'))]);
  });

  it('end with the money, not with other news of the closed days', () => {
    const disputes = [disputeOf({ state: 'withdrawn', closedAt: at('2026-03-16') })];
    const pauses = [pausing('closed', at('2026-03-09'))];
    const facts = factsOf({ rungs: reminded, disputes, pauses, moneyAt: at('2026-03-12'), outcome: 'paid', stage: 'closed' });
    expect(plan(facts, at('2026-03-18')).pauses).toEqual([pausing('closed', at('2026-03-09'), at('2026-03-12'))]);
  });

  it('begin now at the latest, though a fact was written while the lock was awaited', () => {
    const facts = factsOf({ rungs: reminded, disputes: [disputeOf({ openedAt: at('2026-03-06', '15:01') })] });
    expect(plan(facts, at('2026-03-06', '15:00')).pauses).toEqual([pausing('dispute', at('2026-03-06', '15:00'))]);
  });

  it('one that stands is left as it is', () => {
    const pauses = [pausing('promise', at('2026-03-06', '15:00'))];
    const facts = factsOf({ rungs: reminded, pauses, promises: [promiseOf()] });
    expect(plan(facts, at('2026-03-12')).pauses).toBe(pauses);
  });
});

describe('going live', () => {
  it('records once what is dated before the day, and takes the rest', () => {
    const facts = factsOf({ collectFrom: '2026-03-18' });
    const verdict = plan(facts, at('2026-03-18', '09:00'));
    const recorded = ['notice', 'reminder-1', 'reminder-2'].map((id) => ({
      id,
      state: 'before-go-live' as const,
      reason: 'before-go-live',
    }));
    expect(verdict).toMatchObject({
      due: false,
      stage: 'scheduled',
      changes: recorded,
      plan: { rung: 'call', at: at('2026-03-20') },
    });
    const rungs = recorded.map((change) => ({ ...change, at: at('2026-03-18', '09:00') }));
    expect(plan({ ...facts, rungs }, at('2026-03-19'))).toMatchObject({ changes: [], plan: verdict.plan });
  });

  it('takes nothing of a ladder that lies wholly before it', () => {
    const verdict = plan(factsOf({ collectFrom: '2026-05-01' }), at('2026-05-01'));
    expect(verdict.changes).toHaveLength(6);
    expect(verdict).toMatchObject({ due: false, plan: { step: 'wait', at: null, why: { code: 'ladder-exhausted' } } });
  });
});

it('every reason has its words in both languages', () => {
  const params = { rung: 'notice', on: '2026-03-02' };
  const codes = [
    [
      'rung-planned',
      'rung-due',
      'promise-pending',
      'promise-judged',
      'disputed',
      'credit-expected',
      'below-minimum',
      'ladder-exhausted',
    ],
    ['paid', 'credited', 'replaced-by-plan', 'written-off'],
  ].flat() as Parameters<typeof sayWhy>[0]['code'][];
  for (const code of codes) {
    expect(sayWhy({ code, params }, 'en')).toMatch(/^[\x20-\x7e]{4,}$/);
    expect(sayWhy({ code, params }, 'zh')).toMatch(/[一-鿿]/);
    if (code.startsWith('promise')) expect(sayWhy({ code, params }, 'zh')).toContain('2026年3月2日');
  }
});

describe('what is out of bounds', () => {
  const late = promiseOf({ on: '9999-12-31', madeAt: at('2026-03-06') });
  const faulty = (more: Partial<ReceivableFacts> = {}) =>
    factsOf({ dueDate: '0001-01-01', promises: [late], faulty: true, ...more });

  it('is left alone: no day is reckoned from it, and what was asked for is taken back', () => {
    const verdict = plan(faulty({ rungs: [requested('reminder-1', '2026-03-05')], stage: 'due' }), at('2026-03-09'));
    expect(verdict).toMatchObject({ due: false, outcome: null, stage: 'due', promises: [] });
    expect(verdict.plan).toEqual({ step: 'wait', rung: null, at: null, why: { code: 'faulty', params: {} } });
    expect(verdict.changes).toEqual([{ id: 'reminder-1', state: 'planned', reason: 'faulty' }]);
    const vast = faulty({ amountMinor: 9_000_000_000_000_000_123n as unknown as number });
    expect(plan(vast, at('2026-03-09'))).toMatchObject({ outcome: null, plan: { why: { code: 'faulty' } } });
  });

  it('holds nothing up once it is a promise that was judged or cancelled', () => {
    for (const state of ['broken', 'kept', 'cancelled'] as const) {
      const promises = [
        promiseOf({ on: '9999-12-31', madeAt: at('2026-03-06'), state, judgedAt: at('2026-03-07'), faulty: true }),
      ];
      const verdict = plan(factsOf({ promises }), at('2026-03-09'));
      expect(verdict).toMatchObject({ promises: [], plan: { step: 'remind', rung: 'reminder-1' } });
    }
  });

  it('closes with its money, and goes on with its ladder when it is put right', () => {
    expect(plan(faulty({ paidMinor: 100_000 }), at('2026-03-09'))).toMatchObject({ outcome: 'paid', plan: { step: 'close' } });
    const { pauses } = plan(faulty(), at('2026-03-09'));
    expect(plan(factsOf({ pauses }), at('2026-03-09')).plan).toMatchObject({ step: 'remind', rung: 'reminder-1' });
  });
});
