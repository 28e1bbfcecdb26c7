import { describe, expect, it } from 'vitest';
import { addMs, msBetween } from '../../domain/platform/calendar.ts';
import { businessNow, longestWaitMs, realWaitMs } from '../../domain/platform/clock.ts';
import type { Clock } from '../../domain/platform/clock.ts';
import { fc } from '../support/property.ts';

const real = '2026-11-22T00:00:00.000Z';
const business = '2026-01-01T00:00:00.000Z';
const clock = (speed: number): Clock => ({ realAnchor: real, businessAnchor: business, speed });
const hour = 3_600_000;

describe('the clock as a fact', () => {
  it.each([
    [1, hour, hour],
    [0, hour, 0],
    [86_400, 1000, 24 * hour],
    [0.5, 3, 1],
    [2, -1000, -2000],
  ])('at speed %d, %i real ms are %i business ms', (speed, realMs, businessMs) => {
    expect(msBetween(business, businessNow(clock(speed), addMs(real, realMs)))).toBe(businessMs);
  });

  it.each([
    ['nothing is planned', 1, null, null],
    ['nothing is planned and time stands', 0, null, null],
    ['it is due', 1, 0, 0],
    ['it is overdue', 86_400, -hour, 0],
    ['it is due and time stands', 0, 0, 0],
    ['it is overdue and time stands', 0, -1, 0],
    ['it is later and time stands', 0, 1, null],
    ['an hour at real speed', 1, hour, hour],
    ['one ms is a whole second', 1, 1, 1000],
    ['1001 ms are two seconds', 1, 1001, 2000],
    ['a day at a day a second', 86_400, 24 * hour, 1000],
    ['a day and a bit at a day a second', 86_400, 24 * hour + 1, 2000],
    ['half speed doubles', 0.5, hour, 2 * hour],
    ['a century', 1, 100 * 365 * 24 * hour, longestWaitMs],
    ['almost standing', 1e-300, hour, longestWaitMs],
  ])('the real wait when %s', (_, speed, inMs, wait) => {
    expect(realWaitMs(clock(speed), inMs === null ? null : addMs(business, inMs), business)).toBe(wait);
  });

  it('a timer never fires before business time has come, and at most a second of real time after', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 400 * 24 * hour }),
        fc.constantFrom(1, 2, 60, 3600, 86_400, 604_800),
        (inMs, speed) => {
          const planned = addMs(business, inMs);
          const wait = realWaitMs(clock(speed), planned, business) ?? NaN;
          expect(wait % 1000).toBe(0);
          expect(businessNow(clock(speed), addMs(real, wait)) >= planned).toBe(true);
          expect(businessNow(clock(speed), addMs(real, wait - 1000)) < planned).toBe(true);
        },
      ),
    );
  });

  it.each([-1, NaN, Infinity])('%d is no speed', (speed) => {
    expect(() => businessNow(clock(speed), real)).toThrow(RangeError);
    expect(() => realWaitMs(clock(speed), business, business)).toThrow(RangeError);
  });
});
