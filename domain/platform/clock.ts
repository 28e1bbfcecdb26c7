import { addMs, msBetween } from './calendar.ts';
import type { Instant } from './calendar.ts';

/** The clock as a fact: at `realAnchor` it showed `businessAnchor`, and it runs at `speed` (1 real, 0 stepped, 86400 a day a second). */
export interface Clock {
  realAnchor: Instant;
  businessAnchor: Instant;
  speed: number;
}

/** The longest wait ever asked of a timer: ten years of 365 days, in milliseconds. */
export const longestWaitMs = 10 * 365 * 86_400_000;

function assertSpeed(speed: number): void {
  if (!Number.isFinite(speed) || speed < 0) throw new RangeError(`not a clock speed: ${speed}`);
}

/** Business time at a real moment, in whole milliseconds, rounded down. */
export function businessNow(clock: Clock, realNow: Instant): Instant {
  assertSpeed(clock.speed);
  return addMs(clock.businessAnchor, Math.floor(msBetween(clock.realAnchor, realNow) * clock.speed));
}

/**
 * Real milliseconds to wait, from business moment `now`, until business moment `at`: rounded up to a whole second, 0 when due,
 * at most ten years. Null: wait for the bell alone (nothing planned, or a standing clock that has not come there).
 */
export function realWaitMs(clock: Clock, at: Instant | null, now: Instant): number | null {
  assertSpeed(clock.speed);
  if (at === null) return null;
  const businessMs = msBetween(now, at);
  if (businessMs <= 0) return 0;
  if (clock.speed === 0) return null;
  return Math.min(Math.ceil(businessMs / clock.speed / 1000) * 1000, longestWaitMs);
}
