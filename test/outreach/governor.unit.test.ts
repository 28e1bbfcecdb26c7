import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  addMs,
  calendarFromFiles,
  dateOf,
  instantAt,
  isContactDay,
  minuteOfDay,
  msBetween,
} from '../../domain/platform/calendar.ts';
import type { HolidayFile, Instant } from '../../domain/platform/calendar.ts';
import { channels, contactSlot, isOptOutWord, judgeContact } from '../../domain/outreach/governor.ts';
import type { Channel, ContactQuestion, ContactRules } from '../../domain/outreach/governor.ts';
import { fc } from '../support/property.ts';

const files = [2025, 2026, 2027].map(
  (year) => JSON.parse(readFileSync(new URL(`../../policies/calendar/cn-${year}.json`, import.meta.url), 'utf8')) as HolidayFile,
);
const minuteMs = 60_000;
const dayMs = 1440 * minuteMs;

const rules: ContactRules = {
  zone: 'Asia/Shanghai',
  quietFrom: '22:00',
  quietTo: '08:00',
  windowFrom: '09:00',
  windowTo: '18:00',
  perDay: 1,
  perWeek: 3,
  minutesPerSlot: 5,
  gatherSeconds: 60,
};
const at = (date: string, time: string, zone = rules.zone): Instant =>
  instantAt(date, Number(time.slice(0, 2)) * 60 + Number(time.slice(3)), zone);
const question = (more: Partial<ContactQuestion> = {}): ContactQuestion => ({
  rules,
  calendar: calendarFromFiles(more.rules?.zone ?? rules.zone, files),
  now: at('2026-03-11', '10:00'),
  channels: ['wecom', 'sms', 'email'],
  addresses: { email: 'a@example.com', sms: '+8613800000000', wecom: 'wx' },
  optedOut: [],
  history: [],
  triedChannels: [],
  ...more,
});

describe('when a person may be contacted', () => {
  it.each<[string, string, string]>([
    ['2026-03-11', '09:00', 'the first minute of the window'],
    ['2026-03-11', '17:59', 'the last minute of the window'],
    ['2026-02-13', '10:00', 'the day before Spring Festival'],
  ])('%s %s is allowed: %s', (date, time) => {
    expect(judgeContact(question({ now: at(date, time) }))).toEqual({ verdict: 'send', channel: 'wecom' });
  });

  it.each<[string, string, string, string, string]>([
    ['2026-03-11', '22:00', 'quiet-hours', '2026-03-12', '09:00'],
    ['2026-03-11', '07:59', 'quiet-hours', '2026-03-11', '09:00'],
    ['2026-03-11', '08:00', 'outside-window', '2026-03-11', '09:00'],
    ['2026-03-11', '18:00', 'outside-window', '2026-03-12', '09:00'],
    ['2026-03-13', '18:00', 'outside-window', '2026-03-16', '09:00'],
    ['2026-03-14', '10:00', 'holiday', '2026-03-16', '09:00'],
    ['2026-02-14', '10:00', 'holiday', '2026-02-24', '09:00'], // a make-up Saturday
    ['2026-02-17', '10:00', 'holiday', '2026-02-24', '09:00'],
    ['2026-02-13', '23:30', 'quiet-hours', '2026-02-24', '09:00'],
    ['2026-09-30', '18:30', 'outside-window', '2026-10-08', '09:00'],
  ])('at %s %s it waits (%s) until %s %s', (date, time, why, untilDate, untilTime) => {
    expect(judgeContact(question({ now: at(date, time) }))).toEqual({ verdict: 'defer', until: at(untilDate, untilTime), why });
  });

  it('a second contact waits for the next day, over all receivables, in the order of no list', () => {
    const history = [at('2026-03-11', '09:30'), at('2026-03-01', '09:30')];
    const waits = { verdict: 'defer', until: at('2026-03-12', '09:00'), why: 'daily-cap' };
    expect(judgeContact(question({ history }))).toEqual(waits);
    expect(judgeContact(question({ history: history.toReversed() }))).toEqual(waits);
  });

  it('a day is a day in the zone, not in UTC', () => {
    expect(judgeContact(question({ history: [at('2026-03-10', '23:59')] })).verdict).toBe('send');
    expect(judgeContact(question({ history: [at('2026-03-11', '00:01')] }))).toMatchObject({
      verdict: 'defer',
      why: 'daily-cap',
    });
  });

  it('a fourth contact waits until the first of three is seven times 24 hours old, to the millisecond', () => {
    const history = [at('2026-03-09', '09:00'), at('2026-03-05', '11:00'), at('2026-03-06', '09:00')];
    const until = at('2026-03-12', '11:00');
    expect(judgeContact(question({ history }))).toEqual({ verdict: 'defer', until, why: 'weekly-cap' });
    expect(judgeContact(question({ history, now: addMs(until, -1) }))).toEqual({ verdict: 'defer', until, why: 'weekly-cap' });
    expect(judgeContact(question({ history, now: until }))).toEqual({ verdict: 'send', channel: 'wecom' });
  });

  it('a weekly cap that frees outside the window waits on for the window', () => {
    const history = [at('2026-03-06', '20:30'), at('2026-03-09', '09:00'), at('2026-03-10', '09:00')];
    expect(judgeContact(question({ history }))).toMatchObject({ until: at('2026-03-16', '09:00'), why: 'weekly-cap' });
  });

  it("a hospital's quiet hours may be tighter than its window", () => {
    const tight = { ...rules, quietFrom: '11:30', quietTo: '14:00' };
    const now = at('2026-03-11', '12:00');
    expect(judgeContact(question({ rules: tight, now }))).toEqual({
      verdict: 'defer',
      until: at('2026-03-11', '14:00'),
      why: 'quiet-hours',
    });
  });

  it('while enforcement is off nothing goes, up to and including its last day', () => {
    const off = { ...rules, enforcementOff: { reason: 'flood relief', until: '2026-03-12' } };
    const waits = { verdict: 'defer', until: at('2026-03-13', '09:00'), why: 'enforcement-off' };
    expect(judgeContact(question({ rules: off }))).toEqual(waits);
    expect(judgeContact(question({ rules: off, now: at('2026-03-12', '23:59') }))).toEqual(waits);
    expect(judgeContact(question({ rules: off, now: at('2026-03-13', '09:00') })).verdict).toBe('send');
  });

  it.each([
    ['2026-03-08', '2026-03-09T13:00:00.000Z'], // summer time begins on this Sunday
    ['2026-11-01', '2026-11-02T14:00:00.000Z'], // and ends on this one
  ])('in New York the window follows the wall clock over %s', (sunday, until) => {
    const zone = 'America/New_York';
    const calendar = { zone, days: {}, publishedYears: [2026] };
    const verdict = judgeContact(question({ rules: { ...rules, zone }, calendar, now: at(sunday, '12:00', zone) }));
    expect(verdict).toEqual({ verdict: 'defer', until, why: 'holiday' });
  });

  it.each<[string, Partial<ContactRules>]>([
    ['a daily cap of none', { perDay: 0 }],
    ['a weekly cap of none', { perWeek: 0 }],
    ['an empty window', { windowFrom: '09:00', windowTo: '09:00' }],
    ['a window wholly in quiet hours', { windowFrom: '23:00', windowTo: '24:00' }],
    ['no time of day', { windowFrom: '9:00' }],
  ])('%s is an error of the policy, not an endless wait', (_, bad) => {
    expect(() => judgeContact(question({ rules: { ...rules, ...bad } }))).toThrow(RangeError);
  });
});

describe('by which channel', () => {
  it.each<[string, Partial<ContactQuestion>, object]>([
    ['the preferred one', {}, { verdict: 'send', channel: 'wecom' }],
    [
      'the next when the preferred has no address',
      { addresses: { wecom: ' ', sms: '+86' } },
      { verdict: 'send', channel: 'sms' },
    ],
    ['never one opted out of', { optedOut: ['wecom', 'sms'] }, { verdict: 'send', channel: 'email' }],
    ['the fallback when one failed', { triedChannels: ['wecom'] }, { verdict: 'send', channel: 'sms' }],
    ['none: every address is opted out', { addresses: { sms: '+86' }, optedOut: ['sms'] }, { verdict: 'drop', why: 'opted-out' }],
    ['none: no address', { addresses: {} }, { verdict: 'drop', why: 'no-address' }],
    ['none: no channel', { channels: [] }, { verdict: 'drop', why: 'no-address' }],
    ['none: all tried', { triedChannels: ['wecom', 'sms', 'email'] }, { verdict: 'drop', why: 'no-address' }],
    [
      'none, opted out of what was not tried',
      { triedChannels: ['wecom'], optedOut: ['sms', 'email'] },
      { verdict: 'drop', why: 'no-address' },
    ],
    ['not one outside the preference', { channels: ['letter'] }, { verdict: 'drop', why: 'no-address' }],
  ])('%s', (_, more, verdict) => {
    expect(judgeContact(question(more))).toEqual(verdict);
  });

  it('a drop is said at once, also in quiet hours', () => {
    expect(judgeContact(question({ now: at('2026-03-11', '23:00'), addresses: {} }))).toEqual({
      verdict: 'drop',
      why: 'no-address',
    });
  });
});

/** An independent judge: each rule restated on its own, over the whole history. */
function allowed(q: ContactQuestion, instant: Instant): boolean {
  const { zone } = q.rules;
  const clock = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
  const minute = minuteOfDay(instant, zone);
  if (minute >= clock(q.rules.quietFrom) || minute < clock(q.rules.quietTo)) return false;
  if (minute < clock(q.rules.windowFrom) || minute >= clock(q.rules.windowTo)) return false;
  const date = dateOf(instant, zone);
  if (!isContactDay(q.calendar, date)) return false;
  if (q.history.filter((h) => msBetween(h, instant) < 7 * dayMs).length >= q.rules.perWeek) return false;
  return q.history.filter((h) => dateOf(h, zone) === date).length < q.rules.perDay;
}

describe('in every case', () => {
  const from = '2025-12-20T00:00:00.000Z';
  const moment = fc.integer({ min: 0, max: 400 * dayMs }).map((ms) => addMs(from, ms));
  const anyQuestion = fc
    .record({
      now: moment,
      ages: fc.array(fc.integer({ min: 0, max: 15 * dayMs }), { maxLength: 12 }),
      perDay: fc.integer({ min: 1, max: 3 }),
      perWeek: fc.integer({ min: 1, max: 5 }),
      window: fc.constantFrom(['09:00', '18:00'], ['10:30', '11:00'], ['07:00', '23:00'], ['00:00', '24:00']),
      zone: fc.constantFrom('Asia/Shanghai', 'America/New_York', 'Europe/London'),
    })
    .map(({ now, ages, perDay, perWeek, window: [windowFrom = '', windowTo = ''], zone }) =>
      question({
        now,
        history: ages.map((age) => addMs(now, -age)),
        rules: { ...rules, zone, perDay, perWeek, windowFrom, windowTo },
      }),
    );

  it('what is sent is allowed now, what is deferred is not, and its new time is allowed', () => {
    fc.assert(
      fc.property(anyQuestion, (q) => {
        const verdict = judgeContact(q);
        expect(verdict.verdict === 'send').toBe(allowed(q, q.now));
        if (verdict.verdict !== 'defer') return;
        expect(verdict.until > q.now).toBe(true);
        expect(allowed(q, verdict.until)).toBe(true);
        expect(judgeContact({ ...q, now: verdict.until }).verdict).toBe('send');
      }),
      { numRuns: 500 },
    );
  });

  it('no earlier minute was allowed (every seventh where zone data is slow)', () => {
    fc.assert(
      fc.property(anyQuestion, (q) => {
        const verdict = judgeContact(q);
        if (verdict.verdict !== 'defer') return;
        const step = (q.rules.zone === 'Asia/Shanghai' ? 1 : 7) * minuteMs;
        for (let t = addMs(q.now, step); t < verdict.until; t = addMs(t, step)) {
          if (allowed(q, t)) expect.fail(`${t} was allowed before ${verdict.until}`);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('never uses a channel that is opted out of, tried, or without an address', () => {
    const some = fc.subarray([...channels]);
    fc.assert(
      fc.property(some, some, some, some, (preference, reachable, optedOut, triedChannels) => {
        const addresses = Object.fromEntries(reachable.map((channel) => [channel, 'x'])) as Partial<Record<Channel, string>>;
        const verdict = judgeContact(question({ channels: preference, addresses, optedOut, triedChannels }));
        const usable = preference.filter((c) => reachable.includes(c) && !optedOut.includes(c) && !triedChannels.includes(c));
        expect(verdict.verdict === 'send' ? verdict.channel : undefined).toBe(usable[0]);
      }),
    );
  });
});

describe('the contact slot', () => {
  it.each([
    ['C-1001', 830],
    ['C-1002', 565],
    ['0379-NEVHP', 595],
    ['上海市第一医院', 905],
    ['', 1015],
  ])('of %j never changes', (externalId, minute) => {
    expect(contactSlot(externalId, rules)).toBe(minute);
  });

  it('lies in the window, outside quiet hours, on a whole slot', () => {
    const odd = { ...rules, windowFrom: '07:05', windowTo: '23:00', minutesPerSlot: 15 };
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (externalId) => {
        const slot = contactSlot(externalId, odd);
        expect(slot % 15).toBe(0);
        expect(slot >= 8 * 60 && slot < 22 * 60).toBe(true);
      }),
    );
  });

  it('spreads numbered customers evenly: no slot has thrice its share, none is empty', () => {
    const counts = new Map<number, number>();
    for (let n = 0; n < 10_800; n++) {
      const slot = contactSlot(`C-${n}`, rules);
      counts.set(slot, (counts.get(slot) ?? 0) + 1);
    }
    expect(counts.size).toBe(108);
    expect(Math.max(...counts.values())).toBeLessThan(200);
    expect(Math.min(...counts.values())).toBeGreaterThan(40);
  });

  it('is the first allowed minute when no whole slot fits, and an error when none is allowed', () => {
    expect(contactSlot('x', { ...rules, windowFrom: '09:01', windowTo: '09:20', minutesPerSlot: 60 })).toBe(541);
    expect(() => contactSlot('x', { ...rules, windowFrom: '23:00', windowTo: '23:30' })).toThrow(RangeError);
    expect(() => contactSlot('x', { ...rules, minutesPerSlot: 0 })).toThrow(RangeError);
  });
});

describe('a reply', () => {
  it.each([
    'STOP',
    'stop',
    ' Stop. ',
    '\uff33\uff34\uff2f\uff30',
    'TD',
    'td',
    'T',
    '\uff34',
    '退订',
    '退订\uff01',
    '“退订”',
    '退訂',
    'Unsubscribe',
    'STOP  ALL',
    'opt-out',
    '拒收',
  ])('%j asks to stop', (text) => {
    expect(isOptOutWord(text)).toBe(true);
  });

  it.each(['', ' ', '.', 'please do not stop', 'stop by tomorrow', 'TT', 'yes', '好的', '不退订', 'constructor', '已付款'])(
    '%j does not',
    (text) => {
      expect(isOptOutWord(text)).toBe(false);
    },
  );
});
