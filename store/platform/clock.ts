import { sql } from 'kysely';
import type { Actor } from '../../domain/platform/actor.ts';
import { addDays, dateOf, instantAt, isInstant, minuteOfDay } from '../../domain/platform/calendar.ts';
import type { Instant } from '../../domain/platform/calendar.ts';
import { Refusal, invalidAt } from '../../domain/platform/refusal.ts';
import type { Tx } from './database.ts';
import { clockColumns, momentFrom, momentOf, writeSeeing } from './transaction.ts';
import type { ClockRow, Moment, Store } from './transaction.ts';
import { askEverybody } from './wakes.ts';

export interface ClockReading {
  businessNow: Instant;
  speed: number;
}

/** What the clock shows now. */
export async function readClock(store: Store): Promise<ClockReading> {
  const { now, clock } = await momentOf(store.db, store);
  return { businessNow: now, speed: clock.speed };
}

/** Business time runs on from where it stands at another speed (0 stands still). Refused where the clock is pinned; asks every open process. */
export async function setSpeed(store: Store, actor: Actor, speed: number): Promise<ClockReading> {
  if (!Number.isFinite(speed) || speed < 0) throw invalidAt('/speed', 'speed');
  await moveClock(store, actor, 'clock.speed', (at) => ({ business: at.now, speed }));
  await askEverybody(store);
  return readClock(store);
}

/** The furthest the clock leaps at once. */
const MOST_DAYS = 3660;

/** Business time leaps ahead, like an outage of so many days, and every open process is asked. */
export async function jumpDays(store: Store, actor: Actor, days: number): Promise<ClockReading> {
  if (!Number.isInteger(days) || days < 1 || days > MOST_DAYS) throw invalidAt('/jumpDays', 'days-of-jump', { most: MOST_DAYS });
  const zone = store.zone;
  await moveClock(store, actor, 'clock.jump', (at) => ({
    business: instantAt(addDays(dateOf(at.now, zone), days), minuteOfDay(at.now, zone), zone),
    speed: at.clock.speed,
  }));
  await askEverybody(store);
  return readClock(store);
}

/** Sets a standing clock to `business`; the step of stepped time, which never goes back. */
export async function standAt(store: Store, actor: Actor, business: Instant): Promise<void> {
  if (!isInstant(business)) throw invalidAt('/stepTo', 'instant');
  await moveClock(store, actor, 'clock.step', (at) => ({ business: business > at.now ? business : at.now, speed: 0 }));
}

async function moveClock(
  store: Store,
  actor: Actor,
  action: string,
  to: (at: Moment) => { business: Instant; speed: number },
): Promise<void> {
  const look = (tx: Tx) => lockClock(tx, store);
  await writeSeeing(store, actor, look, async ({ tx, at }) => {
    const next = to(at);
    await sql`update clock set real_anchor = clock_timestamp(), business_anchor = ${next.business}::timestamptz, speed = ${next.speed}`.execute(
      tx,
    );
    return {
      value: undefined,
      audit: [
        {
          action,
          subjectKind: 'clock',
          subjectId: 'clock',
          before: { businessNow: at.now, speed: at.clock.speed },
          after: { businessNow: next.business, speed: next.speed },
        },
      ],
    };
  });
}

/** The moment under the clock's lock. Throws Refusal `clock-fixed` where the clock is pinned. */
async function lockClock(tx: Tx, store: Store): Promise<{ at: Moment }> {
  const { rows } = await sql<ClockRow & { pinned: boolean }>`select ${clockColumns}, c.pinned from clock c for update`.execute(
    tx,
  );
  const [row] = rows;
  if (row?.pinned !== false) throw new Refusal('clock-fixed');
  return { at: momentFrom(row, store) };
}
