import { describe, expect, it } from 'vitest';
import {
  addMs,
  dateOf,
  instantAt,
  isInstant,
  isZone,
  minuteOfDay,
  msBetween,
  parseInstant,
} from '../../domain/platform/calendar.ts';
import { fc } from '../support/property.ts';

const at = (hhmm: string): number => Number(hhmm.slice(0, 2)) * 60 + Number(hhmm.slice(3));
const ms = (instant: string): number => msBetween('1970-01-01T00:00:00.000Z', instant);

describe('instants', () => {
  it.each([
    ['Asia/Shanghai', '2026-01-31', '10:00', '2026-01-31T02:00:00.000Z'],
    ['Asia/Shanghai', '2026-01-01', '00:00', '2025-12-31T16:00:00.000Z'],
    ['Asia/Shanghai', '2024-02-29', '23:59', '2024-02-29T15:59:00.000Z'],
    ['Asia/Shanghai', '1990-07-01', '10:00', '1990-07-01T01:00:00.000Z'], // China's summer time of 1986–1991
    ['Asia/Shanghai', '1992-07-01', '10:00', '1992-07-01T02:00:00.000Z'],
    ['Asia/Shanghai', '1992-01-01', '00:00', '1991-12-31T16:00:00.000Z'],
    ['UTC', '2026-06-30', '24:00', '2026-07-01T00:00:00.000Z'],
    ['America/New_York', '2026-01-15', '09:00', '2026-01-15T14:00:00.000Z'],
    ['America/New_York', '2026-07-15', '09:00', '2026-07-15T13:00:00.000Z'],
    ['America/New_York', '2026-03-08', '01:59', '2026-03-08T06:59:00.000Z'],
    ['America/New_York', '2026-03-08', '03:00', '2026-03-08T07:00:00.000Z'],
    ['America/New_York', '2026-11-01', '00:59', '2026-11-01T04:59:00.000Z'],
    ['America/New_York', '2026-11-01', '02:00', '2026-11-01T07:00:00.000Z'],
    ['Europe/London', '2026-03-29', '12:00', '2026-03-29T11:00:00.000Z'],
    ['Australia/Lord_Howe', '2026-04-05', '12:00', '2026-04-05T01:30:00.000Z'],
    ['Asia/Kathmandu', '2026-05-01', '00:00', '2026-04-30T18:15:00.000Z'],
  ])('in %s the clock shows %s %s at %s', (zone, date, time, instant) => {
    expect(instantAt(date, at(time), zone)).toBe(instant);
    expect(dateOf(instant, zone)).toBe(time === '24:00' ? '2026-07-01' : date);
    expect(minuteOfDay(instant, zone)).toBe(at(time) % 1440);
  });

  it('a minute skipped in spring is moved on by the gap, one shown twice in autumn is its first showing', () => {
    expect(instantAt('2026-03-08', at('02:30'), 'America/New_York')).toBe('2026-03-08T07:30:00.000Z');
    expect(minuteOfDay('2026-03-08T07:30:00.000Z', 'America/New_York')).toBe(at('03:30'));
    expect(instantAt('2026-11-01', at('01:30'), 'America/New_York')).toBe('2026-11-01T05:30:00.000Z');
    expect(minuteOfDay('2026-11-01T06:30:00.000Z', 'America/New_York')).toBe(at('01:30'));
    expect(instantAt('2011-12-30', at('12:00'), 'Pacific/Apia')).toBe('2011-12-30T22:00:00.000Z');
  });

  it('wherever the clock shows a minute, instantAt finds it or its earlier showing', () => {
    const zones = [
      'Asia/Shanghai',
      'America/New_York',
      'Europe/London',
      'Australia/Lord_Howe',
      'America/St_Johns',
      'Africa/Cairo',
      'Pacific/Apia',
    ];
    const moment = fc.integer({ min: ms('1985-01-01T00:00:00.000Z') / 60_000, max: ms('2040-01-01T00:00:00.000Z') / 60_000 });
    fc.assert(
      fc.property(moment, fc.constantFrom(...zones), (minutes, zone) => {
        const instant = addMs('1970-01-01T00:00:00.000Z', minutes * 60_000);
        const [date, minute] = [dateOf(instant, zone), minuteOfDay(instant, zone)];
        const found = instantAt(date, minute, zone);
        expect([dateOf(found, zone), minuteOfDay(found, zone)]).toEqual([date, minute]);
        expect(found <= instant && msBetween(found, instant) <= 2 * 3_600_000).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });

  it("Shanghai's fast path agrees with the platform's time zone data", () => {
    const platform = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai', dateStyle: 'short', timeStyle: 'short' });
    fc.assert(
      fc.property(fc.integer({ min: ms('1985-01-01T00:00:00.000Z'), max: ms('2090-01-01T00:00:00.000Z') }), (n) => {
        const instant = addMs('1970-01-01T00:00:00.000Z', n);
        const minute = minuteOfDay(instant, 'Asia/Shanghai');
        const clock = `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
        expect(`${dateOf(instant, 'Asia/Shanghai')} ${clock}`).toBe(platform.format(n));
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    ['2026-12-31T18:00:00+08:00', '2026-12-31T10:00:00.000Z'],
    ['2026-01-01T00:00:00Z', '2026-01-01T00:00:00.000Z'],
    ['2026-01-01T00:00:00.1239Z', '2026-01-01T00:00:00.123Z'],
    ['2026-01-01T00:00:00.5-00:30', '2026-01-01T00:30:00.500Z'],
    ['2024-02-29T23:30:00-05:00', '2024-03-01T04:30:00.000Z'],
  ])('%s is read as %s', (text, instant) => {
    expect(parseInstant(text)).toBe(instant);
    expect(isInstant(instant)).toBe(true);
  });

  it.each([
    '2026-02-30T00:00:00Z',
    '2026-01-01T24:00:00Z',
    '2026-01-01T00:60:00Z',
    '2026-01-01T00:00:60Z',
    '2026-01-01T00:00:00',
    '2026-01-01',
    '2026-01-01 00:00:00Z',
    '2026-01-01T00:00:00+24:00',
    '0000-01-01T00:00:00Z',
    '9999-12-31T23:59:59-01:00',
    '',
  ])('%j is no instant', (text) => {
    expect(parseInstant(text)).toBeUndefined();
    expect(isInstant(text)).toBe(false);
  });

  it('only the canonical form is reckoned with, so that text order stays time order', () => {
    for (const text of ['2026-01-01T00:00:00Z', '2026-01-01T08:00:00.000+08:00', 'now'])
      expect(() => addMs(text, 0)).toThrow(RangeError);
    expect(() => addMs('9999-12-31T23:59:59.999Z', 1)).toThrow(RangeError);
    expect(addMs('2024-02-28T23:59:59.999Z', 1)).toBe('2024-02-29T00:00:00.000Z');
    expect(msBetween('2026-01-01T00:00:00.000Z', '2025-12-31T23:59:59.000Z')).toBe(-1000);
  });

  it('an unknown zone or an impossible minute is an error', () => {
    expect([isZone('Asia/Shanghai'), isZone('Europe/Berlin'), isZone('Mars/Olympus'), isZone('')]).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(() => dateOf('2026-01-01T00:00:00.000Z', 'Mars/Olympus')).toThrow(RangeError);
    for (const minute of [-1, 1441, 0.5, NaN]) expect(() => instantAt('2026-01-01', minute, 'UTC')).toThrow(RangeError);
  });
});
