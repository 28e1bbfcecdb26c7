import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addMs } from '../../domain/platform/calendar.ts';
import type { Instant } from '../../domain/platform/calendar.ts';
import { standAt } from '../../store/platform/clock.ts';
import { nudgeLate } from '../../store/platform/wakes.ts';
import { system } from '../support/actors.ts';
import { activitiesOf, historyOf, timersOf } from '../support/histories.ts';
import { openWorld, until, workflowIdOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

const DUE = '2026-03-04';
const rungsTaken = async (world: World, id: string): Promise<string[]> =>
  (await world.rungs(id)).filter(({ state }) => state === 'taken').map(({ rung }) => rung);

/** The clock stands (the test alone moves it), and is then let run from there at speed 1. */
async function letRun(world: World, from: Instant, speed = 1): Promise<void> {
  await standAt(world.store, system, from);
  await sql`update clock set real_anchor = clock_timestamp(), speed = ${speed}`.execute(world.store.db);
}

describe('at real speed', () => {
  let world: World;
  let id: string;
  let subject: string;
  let at: Instant;
  beforeAll(async () => {
    world = await openWorld({ from: '2026-02-02' });
    await world.customer('T-1');
    id = await world.invoice({ id: 'INV-T-1', customer: 'T-1', amount: '1000.00', issued: '2026-02-02', due: DUE });
    subject = workflowIdOf(id);
    ({ at } = (await world.wake(subject)) as { at: Instant });
  });
  afterAll(() => world.close());

  const answered = () => until('the bell is answered', async () => ((w) => w.asked === w.answered)(await world.wake(subject)));

  it('news sets one timer to the planned rung; a due date moved later, earlier or back leaves one pending timer', async () => {
    await letRun(world, addMs(at, -3_600_000));
    await world.dispute(id, '1.00');
    await answered();
    for (const due of ['2026-03-11', '2026-03-05', DUE]) {
      await world.invoice({ id: 'INV-T-1', customer: 'T-1', amount: '1000.00', issued: '2026-02-02', due });
      await answered();
    }
    await until('four timers were set', async () => timersOf(await historyOf(world.client, subject)).length === 4);
    const timers = timersOf(await historyOf(world.client, subject));
    expect(timers.map(({ ended }) => ended)).toEqual(['cancelled', 'cancelled', 'cancelled', null]);
    expect(timers.map(({ why }) => why)).toEqual([
      'notice is planned for 2026-03-02',
      'notice is planned for 2026-03-09',
      'notice is planned for 2026-03-02',
      'notice is planned for 2026-03-02',
    ]);
    const [day = 0, , , last = 0] = timers.map(({ seconds }) => seconds);
    expect(last).toBeGreaterThan(3_000);
    expect(day).toBeGreaterThanOrEqual(last);
    expect(day).toBeLessThanOrEqual(3_600);
  });

  it('the timer fires at the planned instant, by itself, and the customer is contacted', async () => {
    await letRun(world, addMs(at, -4_000));
    await world.dispute(id, '1.00');
    const asked = async () => activitiesOf(await historyOf(world.client, subject)).find((a) => a.activity === 'requestNotice');
    await until('the notice was asked for', async () => (await asked()) !== undefined);
    expect(await asked()).toEqual({ activity: 'requestNotice', why: 'notice is planned for 2026-03-02' });
    const fired = timersOf(await historyOf(world.client, subject)).filter(({ ended }) => ended === 'fired');
    expect(fired).toHaveLength(1);
    const { rows } = await sql<{ late: number }>`
      select extract(epoch from min(at) - ${at}::timestamptz)::float8 as late from rung where receivable_id = ${id}::uuid`.execute(
      world.store.db,
    );
    expect(rows[0]?.late).toBeGreaterThanOrEqual(0);
    expect(rows[0]?.late).toBeLessThan(20);
    expect(world.worker.relay.counts.nudged).toBe(0);
    await sql`update clock set business_anchor = business_anchor + interval '2 minutes'`.execute(world.store.db);
    await nudgeLate(world.store, 1);
    await until('the digest went out', async () => (await rungsTaken(world, id)).length === 1);
  });

  it('a timer that never fires is found by the watchdog within a minute and a half', { timeout: 120_000 }, async () => {
    await world.settled();
    const { at: next } = (await world.wake(subject)) as { at: Instant };
    await standAt(world.store, system, addMs(next, 50_000));
    await sql`update clock set real_anchor = clock_timestamp(), speed = 1`.execute(world.store.db);
    await until(
      'the next rung was taken though its timer runs for days',
      async () => (await world.rungs(id)).length === 2,
      60_000,
    );
    const pending = timersOf(await historyOf(world.client, subject)).filter(({ seconds }) => seconds > 86_400);
    expect(pending.length).toBeGreaterThan(0);
    expect(world.worker.relay.counts.nudged).toBeGreaterThan(0);
  });
});

describe('at a day a second', () => {
  it(
    'a receivable goes to legal by its timers alone: each rung once, in order, none before its day',
    { timeout: 120_000 },
    async () => {
      const world = await openWorld({ from: '2026-02-25', speed: 86_400 });
      try {
        await world.customer('D-1');
        const id = await world.invoice({ id: 'INV-D-1', customer: 'D-1', amount: '1000.00', issued: '2026-02-02', due: DUE });
        await until('legal', async () => (await world.receivable(id)).stage === 'legal', 100_000);
        const rungs = await world.rungs(id);
        const days = ['2026-03-02', '2026-03-05', '2026-03-12', '2026-03-20', '2026-04-03', '2026-04-13'];
        expect(rungs.map(({ rung }) => rung)).toEqual(['notice', 'reminder-1', 'reminder-2', 'call', 'escalation', 'legal']);
        for (const [place, { rung, on, state, reason }] of rungs.entries()) {
          expect(on >= (days[place] ?? '')).toBe(true);
          // A contact window is a third of a second here: what misses it until the next rung or the due date is too late.
          if (place < 3 && state === 'missed') expect(reason).toMatch(/superseded|too-late|past-due-date/);
          else expect(state, rung).toBe('taken');
        }
        const timers = timersOf(await historyOf(world.client, workflowIdOf(id)));
        expect(timers.every(({ why }) => why !== null)).toBe(true);
      } finally {
        await world.close();
      }
    },
  );
});

describe('without a cache of workflows', () => {
  it('every task is a replay, and the outcome is the same', { timeout: 120_000 }, async () => {
    const world = await openWorld({ from: '2026-02-02', tuning: { maxCachedWorkflows: 0 } });
    try {
      await world.customer('R-1');
      const id = await world.invoice({ id: 'INV-R-1', customer: 'R-1', amount: '1000.00', issued: '2026-02-02', due: DUE });
      await world.step('2026-03-21');
      expect(await rungsTaken(world, id)).toEqual(['notice', 'reminder-1', 'reminder-2', 'call']);
      await world.pay({ id: 'P-R', customer: 'R-1', amount: '1000.00', on: '2026-03-21', invoice: 'INV-R-1' });
      await world.client.workflow.getHandle(workflowIdOf(id)).result();
      expect((await world.receivable(id)).outcome).toBe('paid');
      expect([...world.worker.failures.byActivity]).toEqual([]);
    } finally {
      await world.close();
    }
  });
});
