import { addDays, dateOf } from '../domain/platform/calendar.ts';
import { Refusal, invalidAt } from '../domain/platform/refusal.ts';
import { sayInstant } from '../domain/platform/said-time.ts';
import { jumpDays, readClock, setSpeed } from '../store/platform/clock.ts';
import { stepTo } from '../store/platform/stepping.ts';
import type { Store } from '../store/platform/transaction.ts';
import { awaitAnswers } from '../store/platform/quiet.ts';
import type { ClockControl } from './services.ts';

const furthestDays = 3660;

/** The clock of the local stack over the store; one move at a time, a second is refused meanwhile. */
export function clockControlOf(store: Store): ClockControl {
  let moving = false;

  async function alone<T>(move: () => Promise<T>): Promise<T> {
    if (moving) throw new Refusal('conflict', { what: 'clock' });
    moving = true;
    try {
      return await move();
    } finally {
      moving = false;
    }
  }

  async function pinned(): Promise<boolean> {
    const row = await store.db.selectFrom('clock').select('pinned').executeTakeFirst();
    return row?.pinned ?? true;
  }

  return {
    async read() {
      return { ...(await readClock(store)), pinned: await pinned() };
    },
    setSpeed: (actor, speed) => alone(async () => ({ ...(await setSpeed(store, actor, speed)), pinned: false })),
    jumpDays: (actor, days) =>
      alone(async () => {
        const { businessNow, speed } = await jumpDays(store, actor, days);
        if (speed === 0) return stepTo(store, actor, businessNow);
        await awaitAnswers(store);
        return { businessNow: (await readClock(store)).businessNow, bells: 0, visits: 1 };
      }),
    stepTo: (actor, instant, progress) =>
      alone(async () => {
        if (await pinned()) throw new Refusal('clock-fixed');
        const { businessNow } = await readClock(store);
        const { zone } = store;
        const furthest = addDays(dateOf(businessNow, zone), furthestDays);
        if (dateOf(instant, zone) > furthest || instant < businessNow)
          throw invalidAt('/stepTo', 'step-to', { earliest: sayInstant(businessNow, 'en', zone), latest: furthest });
        return stepTo(store, actor, instant, progress ? { progress } : {});
      }),
  };
}
