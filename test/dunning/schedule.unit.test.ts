import { describe, expect, it } from 'vitest';
import type { BusinessDate } from '../../domain/platform/calendar.ts';
import type { Ladder } from '../../domain/dunning/ladder.ts';
import type { CollectionTerms, ReceivableFacts } from '../../domain/dunning/receivable.ts';
import { beforeGoLive, scheduleRungs } from '../../domain/dunning/schedule.ts';
import { at, chinaIn, factsOf, ladderOf, promiseOf, rung, taken, termsOf } from './receivable-world.ts';

const days = (facts: ReceivableFacts, terms: CollectionTerms, now = at('2026-01-01')): [string, BusinessDate][] =>
  scheduleRungs(facts, terms, now).map((r) => [r.rung.id, r.on]);
const ladder = (...rungs: Ladder['rungs']): CollectionTerms => termsOf({ ladder: { id: 'own', rungs } });

describe('the days of the default ladders', () => {
  it.each<[string, string, [string, string][]]>([
    [
      'general-30',
      '2026-03-04',
      [
        ['notice', '2026-03-02'],
        ['reminder-1', '2026-03-05'],
        ['reminder-2', '2026-03-12'],
        ['call', '2026-03-20'],
        ['escalation', '2026-04-03'],
        ['legal', '2026-04-13'],
      ],
    ],
    [
      'dealer',
      '2026-03-12',
      [
        ['notice', '2026-03-09'],
        ['reminder-1', '2026-03-13'],
        ['reminder-2', '2026-03-19'],
        ['call', '2026-03-27'],
        ['escalation', '2026-04-11'],
        ['legal', '2026-04-26'],
      ],
    ],
    [
      'public-hospital',
      '2026-06-03',
      [
        ['statement', '2026-05-27'],
        ['reminder-1', '2026-06-08'],
        ['reminder-2', '2026-06-23'],
        ['visit', '2026-07-03'],
        ['escalation', '2026-08-02'],
        ['legal', '2026-10-01'],
      ],
    ],
    [
      'new-customer',
      '2026-06-10',
      [
        ['notice-1', '2026-06-05'],
        ['notice-2', '2026-06-09'],
        ['reminder-1', '2026-06-11'],
        ['reminder-2', '2026-06-15'],
        ['call', '2026-06-18'],
        ['escalation', '2026-06-25'],
        ['legal', '2026-07-10'],
      ],
    ],
  ])('%s, due %s', (id, dueDate, expected) => {
    expect(days(factsOf({ dueDate }), termsOf({ ladder: ladderOf(id) }))).toEqual(expected);
  });

  it('contacts wait for the end of a public holiday and keep their gaps; tasks do not wait', () => {
    // Spring Festival 2026: 15 to 23 February off, Saturdays 14 and 28 made up. National Day: 1 to 7 October off, 10 October made up.
    expect(days(factsOf({ dueDate: '2026-02-14' }), termsOf({ ladder: ladderOf('dealer') }))).toEqual([
      ['notice', '2026-02-11'],
      ['reminder-1', '2026-02-24'],
      ['reminder-2', '2026-02-27'],
      ['call', '2026-03-01'],
      ['escalation', '2026-03-16'],
      ['legal', '2026-03-31'],
    ]);
    expect(days(factsOf({ dueDate: '2026-09-30' }), termsOf())).toEqual([
      ['notice', '2026-09-28'],
      ['reminder-1', '2026-10-08'],
      ['reminder-2', '2026-10-12'],
      ['call', '2026-10-16'],
      ['escalation', '2026-10-30'],
      ['legal', '2026-11-09'],
    ]);
  });

  it('no two rungs fall on one day, even when a holiday pushes them together: none would be missed without an outage', () => {
    expect(days(factsOf({ dueDate: '2026-02-14' }), termsOf({ ladder: ladderOf('new-customer') }))).toEqual([
      ['notice-1', '2026-02-09'],
      ['notice-2', '2026-02-13'],
      ['reminder-1', '2026-02-24'],
      ['reminder-2', '2026-02-27'],
      ['call', '2026-02-28'],
      ['escalation', '2026-03-01'],
      ['legal', '2026-03-16'],
    ]);
    const same = ladder(rung('a', 5), rung('b', 5), rung('c', 4));
    expect(days(factsOf(), same)).toEqual([
      ['a', '2026-03-09'],
      ['b', '2026-03-10'],
      ['c', '2026-03-11'],
    ]);
  });
});

describe('anchors', () => {
  it('count from the end of the month of the due date, and from the rung before as it is planned or was taken', () => {
    const terms = ladder(
      rung('month', 5, { anchor: 'endOfMonth' }),
      rung('then', 10, { anchor: 'previousRung', action: 'work-order' }),
      rung('last', 3, { anchor: 'previousRung', action: 'legal' }),
    );
    const facts = factsOf({ dueDate: '2024-02-10', postedAt: at('2024-02-01') });
    // 29 February 2024 + 5 = Tuesday 5 March.
    expect(days(facts, terms)).toEqual([
      ['month', '2024-03-05'],
      ['then', '2024-03-15'],
      ['last', '2024-03-18'],
    ]);
    expect(days({ ...facts, rungs: [taken('month', '2024-03-07')] }, terms)).toEqual([
      ['then', '2024-03-17'],
      ['last', '2024-03-20'],
    ]);
  });

  it('a missed rung anchors the next by the day it should have come, a skipped one by the day it was given up', () => {
    const terms = ladder(rung('a', 1), rung('b', 10, { anchor: 'previousRung', action: 'work-order' }));
    const done = (state: 'missed' | 'skipped') =>
      factsOf({ rungs: [{ id: 'a', state, at: at('2026-03-25'), reason: 'superseded' }] });
    expect(days(done('missed'), terms)).toEqual([['b', '2026-03-15']]);
    expect(days(done('skipped'), terms)).toEqual([['b', '2026-04-04']]);
    // Hurried by a broken promise it had come, and was missed, before its own day.
    const hurried = factsOf({
      dueDate: '2026-03-30',
      rungs: [{ id: 'a', state: 'missed', at: at('2026-03-25'), reason: 'superseded' }],
    });
    expect(days(hurried, terms)).toEqual([['b', '2026-04-04']]);
  });

  it('a due date moved later or earlier re-dates only what has not been taken', () => {
    const rungs = [taken('notice', '2026-03-02')];
    expect(days(factsOf({ rungs, dueDate: '2026-03-24' }), termsOf())[0]).toEqual(['reminder-1', '2026-03-25']);
    expect(days(factsOf({ rungs, dueDate: '2026-03-02' }), termsOf())[0]).toEqual(['reminder-1', '2026-03-05']);
    expect(days(factsOf({ rungs, dueDate: '2026-02-27' }), termsOf())[1]).toEqual(['reminder-2', '2026-03-09']);
  });
});

describe('gaps and slots', () => {
  it('the gap counts from the day the rung before was really sent', () => {
    const facts = factsOf({ rungs: [taken('notice', '2026-03-02'), taken('reminder-1', '2026-03-11', '16:00')] });
    expect(days(facts, termsOf())[0]).toEqual(['reminder-2', '2026-03-16']);
  });

  it('a task never comes on the day of a contact', () => {
    const rungs = [taken('notice', '2026-03-02'), taken('reminder-1', '2026-03-05'), taken('reminder-2', '2026-03-20', '09:00')];
    expect(days(factsOf({ rungs }), termsOf())[0]).toEqual(['call', '2026-03-21']);
  });

  it('nothing else comes on the day on which a rung was given up', () => {
    const rungs = [
      taken('notice', '2026-03-02'),
      { id: 'reminder-1', state: 'skipped' as const, at: at('2026-03-20', '11:00'), reason: 'no-address' },
    ];
    expect(days(factsOf({ rungs }), termsOf())[0]).toEqual(['reminder-2', '2026-03-23']);
  });

  it('a requested contact holds the next at its gap, from the day it was asked for', () => {
    const facts = factsOf({
      rungs: [
        taken('notice', '2026-03-02'),
        { id: 'reminder-1', state: 'requested', at: at('2026-03-10', '11:00'), reason: null },
      ],
    });
    const [first, second] = scheduleRungs(facts, termsOf(), at('2026-03-10', '12:00'));
    expect(first).toMatchObject({ requested: true, on: '2026-03-10', at: at('2026-03-10', '11:00') });
    expect(second).toMatchObject({ requested: false, on: '2026-03-13', at: at('2026-03-13') });
  });

  it.each([
    ['Asia/Shanghai', '2026-03-29', '2026-03-30T02:30:00.000Z'],
    ['Europe/Berlin', '2026-03-29', '2026-03-30T08:30:00.000Z'],
    ['America/New_York', '2026-03-09', '2026-03-10T14:30:00.000Z'],
    ['America/New_York', '2026-11-02', '2026-11-03T15:30:00.000Z'],
  ])('the slot is a time of the wall clock in %s, whatever the season (due %s)', (zone, dueDate, instant) => {
    const facts = factsOf({ dueDate, rungs: [taken('notice', '2026-01-01')] });
    expect(scheduleRungs(facts, termsOf({ calendar: chinaIn(zone) }), at('2026-01-02'))[0]?.at).toBe(instant);
  });

  it.each([
    ['Asia/Shanghai', 'Asia/Tokyo', 1050, '2026-03-05T08:30:00.000Z'],
    ['Asia/Shanghai', 'America/New_York', 1050, '2026-03-05T09:30:00.000Z'],
    ['Europe/Berlin', 'Asia/Tokyo', 510, '2026-03-04T23:30:00.000Z'],
    ['Europe/Berlin', 'Asia/Tokyo', 450, '2026-03-04T23:00:00.000Z'],
  ])('in %s a rung falls due in time for the contact hours of %s on its day', (zone, slotZone, slotMinute, instant) => {
    const facts = factsOf({ rungs: [taken('notice', '2026-01-01')] });
    const terms = termsOf({ calendar: chinaIn(zone), slotZone, slotMinute });
    expect(scheduleRungs(facts, terms, at('2026-01-02'))[0]).toMatchObject({ on: '2026-03-05', at: instant });
  });
});

describe('pauses', () => {
  const pause = (from: string, to: string | null) => ({ why: 'dispute' as const, from: at(from), to: to && at(to) });
  it.each<[string, ReturnType<typeof pause>[], string]>([
    ['none', [], '2026-03-12'],
    ['five days', [pause('2026-03-06', '2026-03-11')], '2026-03-17'],
    ['within one day', [pause('2026-03-06', '2026-03-06')], '2026-03-12'],
    ['two', [pause('2026-03-06', '2026-03-08'), pause('2026-03-10', '2026-03-11')], '2026-03-16'],
    ['before the ladder began', [pause('2026-02-01', '2026-02-20')], '2026-03-12'],
    ['begun before the ladder: its days since then', [pause('2026-02-01', '2026-03-03')], '2026-03-16'],
    ['still standing: up to now', [pause('2026-03-06', null)], '2026-03-16'],
  ])('shift the next rung by their days: %s', (_, pauses, expected) => {
    const facts = factsOf({ pauses, rungs: [taken('notice', '2026-03-02'), taken('reminder-1', '2026-03-05')] });
    expect(days(facts, termsOf(), at('2026-03-10'))[0]).toEqual(['reminder-2', expected]);
  });

  it('no rung falls into a pause, though a holiday had swallowed its days', () => {
    // Notice planned for 1 October, moved by the holiday to the 8th; paused on the 8th and 9th.
    const facts = factsOf({ dueDate: '2026-10-04', pauses: [pause('2026-10-08', '2026-10-10')] });
    expect(days(facts, termsOf(), at('2026-10-10'))[0]).toEqual(['notice', '2026-10-12']);
  });

  it('after the rung before, only the days since then shift a rung anchored to it', () => {
    const terms = ladder(rung('a', 1), rung('b', 10, { anchor: 'previousRung', action: 'work-order' }));
    const facts = factsOf({
      rungs: [taken('a', '2026-03-10')],
      pauses: [pause('2026-03-06', '2026-03-09'), pause('2026-03-12', '2026-03-14')],
    });
    expect(days(facts, terms, at('2026-03-14'))).toEqual([['b', '2026-03-22']]);
  });
});

describe('after a broken promise', () => {
  const broken = (judgedOn: string) => promiseOf({ state: 'broken', judgedAt: at(judgedOn, '00:00') });
  const pauses = [{ why: 'promise' as const, from: at('2026-03-06'), to: at('2026-03-18', '00:00') }];
  const sent = [taken('notice', '2026-03-02'), taken('reminder-1', '2026-03-05')];

  it.each([
    ['2026-03-18', '2026-03-18', 'the pause does not put it off'],
    ['2026-03-21', '2026-03-23', 'a Saturday: Monday'],
    ['2026-03-10', '2026-03-10', 'even before its own day'],
    ['2026-03-06', '2026-03-09', 'but not before its gap'],
  ])('judged on %s, the next rung comes on %s: %s', (judgedOn, on) => {
    const facts = factsOf({ promises: [broken(judgedOn)], rungs: sent });
    expect(days(facts, termsOf(), at(judgedOn))[0]).toEqual(['reminder-2', on]);
  });

  it('only the next rung: those after it keep the paused days, and none is left out', () => {
    const facts = factsOf({ promises: [broken('2026-03-18')], rungs: sent, pauses });
    expect(days(facts, termsOf(), at('2026-03-18'))).toEqual([
      ['reminder-2', '2026-03-18'],
      ['call', '2026-04-01'],
      ['escalation', '2026-04-15'],
      ['legal', '2026-04-25'],
    ]);
  });

  it.each(['taken', 'missed', 'skipped'] as const)('it hurries one rung: when that is %s the next keeps its day', (state) => {
    const done = { id: 'reminder-2', state, at: at('2026-03-18'), reason: null };
    const facts = factsOf({ promises: [broken('2026-03-18')], rungs: [...sent, done], pauses });
    expect(days(facts, termsOf(), at('2026-03-19'))[0]).toEqual(['call', '2026-04-01']);
    const atOnce = { ...facts, rungs: [...sent, { ...done, at: at('2026-03-18', '00:00') }] };
    expect(days(atOnce, termsOf(), at('2026-03-19'))[0]).toEqual(['call', '2026-04-01']);
  });

  it('a debt not yet overdue is not asked for sooner than planned', () => {
    const facts = factsOf({ promises: [broken('2026-02-20')] });
    expect(days(facts, termsOf())[0]).toEqual(['notice', '2026-03-02']);
    expect(days({ ...facts, rungs: [taken('notice', '2026-02-19')] }, termsOf())[0]).toEqual(['reminder-1', '2026-03-05']);
  });

  it('nor a debt of which the ladder waits some days, sooner than the day after it is due', () => {
    const facts = factsOf({ promises: [broken('2026-02-25')], rungs: [taken('statement', '2026-02-25', '00:00')] });
    expect(days(facts, termsOf({ ladder: ladderOf('public-hospital') }))[0]).toEqual(['reminder-1', '2026-03-09']);
    const hurried = { ...facts, promises: [broken('2026-02-26')] };
    expect(days(hurried, termsOf({ ladder: ladderOf('public-hospital') }))[0]).toEqual(['reminder-1', '2026-03-05']);
  });

  it('of several the last one counts; one kept in part hurries nothing', () => {
    const promises = [broken('2026-03-09'), { ...broken('2026-03-16'), id: 'p2' }];
    expect(days(factsOf({ promises, rungs: sent }), termsOf())[0]).toEqual(['reminder-2', '2026-03-16']);
    const part = [promiseOf({ state: 'part-kept', judgedAt: at('2026-03-09') })];
    expect(days(factsOf({ promises: part, rungs: sent }), termsOf())[0]).toEqual(['reminder-2', '2026-03-12']);
  });

  it('a later pause still holds the hurried rung, by its days', () => {
    const later = [...pauses, { why: 'dispute' as const, from: at('2026-03-18', '09:00'), to: at('2026-03-20') }];
    const facts = factsOf({ promises: [broken('2026-03-18')], rungs: sent, pauses: later });
    expect(days(facts, termsOf(), at('2026-03-20'))[0]).toEqual(['reminder-2', '2026-03-20']);
  });

  it('a contact asked for already stays asked for', () => {
    const asked = { id: 'reminder-2', state: 'requested' as const, at: at('2026-03-13', '19:00'), reason: null };
    const facts = factsOf({ promises: [broken('2026-03-14')], rungs: [...sent, asked] });
    expect(scheduleRungs(facts, termsOf(), at('2026-03-14', '00:00'))[0]).toMatchObject({ requested: true, at: asked.at });
  });
});

describe('going live', () => {
  it('rungs dated before the day are told by their anchor alone', () => {
    const { rungs } = ladderOf('general-30');
    expect([...beforeGoLive(factsOf({ collectFrom: '2026-03-12' }), rungs)]).toEqual(['notice', 'reminder-1']);
    expect([...beforeGoLive(factsOf({ collectFrom: '2026-03-13' }), rungs)]).toEqual(['notice', 'reminder-1', 'reminder-2']);
    expect(beforeGoLive(factsOf(), rungs).size).toBe(0);
  });

  it('they are left out, and a rung anchored to one counts from its day', () => {
    const terms = ladder(rung('a', 1), rung('b', 11), rung('c', 30, { anchor: 'previousRung', action: 'work-order' }));
    const facts = factsOf({ collectFrom: '2026-03-20' });
    expect(days(facts, terms)).toEqual([['c', '2026-04-14']]);
    const rungs = ['a', 'b'].map((id) => ({ id, state: 'before-go-live' as const, at: at('2026-03-25'), reason: null }));
    expect(days({ ...facts, rungs }, terms)).toEqual([['c', '2026-04-14']]);
    expect(days({ ...facts, rungs, collectFrom: null }, terms)).toEqual([['c', '2026-04-14']]);
  });
});

describe('a notice that cannot go before its due date', () => {
  const notice = rung('notice', -3, { action: 'notice', stage: 'due' });

  it('goes on the last contact day before it', () => {
    const facts = factsOf({ dueDate: '2026-02-17' });
    expect(days(facts, ladder(notice), at('2026-02-01'))).toEqual([['notice', '2026-02-13']]);
    expect(days(factsOf({ dueDate: '2026-02-23' }), ladder(notice), at('2026-02-01'))).toEqual([['notice', '2026-02-13']]);
  });

  it('and does not wait for the due date itself while a contact day before it is left', () => {
    expect(days(factsOf({ dueDate: '2026-02-24' }), ladder(notice), at('2026-02-01'))).toEqual([['notice', '2026-02-13']]);
    const onIt = ladder(rung('notice', 0, { action: 'notice', stage: 'due' }));
    expect(days(factsOf({ dueDate: '2026-02-24' }), onIt, at('2026-02-01'))).toEqual([['notice', '2026-02-24']]);
  });

  it('and is given up once that day has passed', () => {
    const [only] = scheduleRungs(factsOf({ dueDate: '2026-02-17' }), ladder(notice), at('2026-02-15'));
    expect(only).toMatchObject({ pastDue: true });
  });
});
