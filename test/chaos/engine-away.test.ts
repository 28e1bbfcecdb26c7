import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { receivableWorkflowId } from '../../domain/platform/subject.ts';
import { resolveTemporal, startTemporal } from '../../stack/temporal.ts';
import type { Temporal } from '../../stack/temporal.ts';
import { freshDatabase } from '../support/database.ts';
import { expectIntact, expectNoFailures } from '../support/invariants.ts';
import { tempFolder } from '../support/temp.ts';
import { openWorldOver, settled, until } from '../support/world-over.ts';
import type { World } from '../support/world.ts';

const NAMESPACE = 'duecourse';
const DUE = '2026-03-04';
/** A worker that has lost its engine looks for it again at growing intervals. */
const BACK_MS = 90_000;

describe('an engine of its own, killed with -9', () => {
  let engine: Temporal;
  let dataDir: string;
  let world: World;
  let drop: () => Promise<void>;
  let workerEnded: boolean;

  async function startEngine(): Promise<Temporal> {
    const found = await resolveTemporal({ env: { ...process.env, TEMPORAL_ADDRESS: '' }, progress: () => undefined });
    if (found.kind !== 'binary') throw new Error('a binary was expected');
    return startTemporal({ binary: found.path, dataDir, namespace: NAMESPACE });
  }
  async function killEngine(): Promise<void> {
    process.kill(engine.pid, 'SIGKILL');
    await engine.lost;
  }

  beforeEach(async () => {
    dataDir = join(tempFolder(), 'data');
    engine = await startEngine();
    const database = await freshDatabase();
    drop = database.drop;
    const ground = { url: database.url, temporalAddress: engine.address, temporalNamespace: NAMESPACE };
    world = await openWorldOver(ground, { from: '2026-02-02' });
    workerEnded = false;
    const ended = () => void (workerEnded = true);
    world.worker.run.then(ended, ended);
  });
  afterEach(async () => {
    await world.close();
    await engine.stop();
    await drop();
  });

  async function owing(prefix: string, count: number): Promise<string[]> {
    const ids: string[] = [];
    for (let n = 0; n < count; n += 1) {
      const customer = `${prefix}-${n % 6}`;
      if (n < 6) await world.customer(customer);
      ids.push(await world.invoice({ id: `${prefix}-${n}`, customer, amount: '100.00', issued: '2026-02-02', due: DUE }));
    }
    return ids;
  }
  const pay = (prefix: string, n: number) =>
    world.pay({
      id: `P-${prefix}-${n}`,
      customer: `${prefix}-${n % 6}`,
      amount: '100.00',
      on: '2026-02-02',
      invoice: `${prefix}-${n}`,
    });
  const statuses = (ids: readonly string[]): Promise<string[]> =>
    Promise.all(ids.map(async (id) => (await world.client.workflow.getHandle(receivableWorkflowId(id)).describe()).status.name));
  const counted = (names: readonly string[]): Record<string, number> =>
    Object.fromEntries([...new Set(names)].sort().map((name) => [name, names.filter((one) => one === name).length]));
  /** What the engine itself says of the processes; a run ends a moment after its last answer is on record. */
  const engineSays = (ids: readonly string[], expected: Record<string, number>): Promise<void> =>
    until(
      `the engine says ${JSON.stringify(expected)}`,
      async () => {
        const found = await statuses(ids).catch(() => []);
        return JSON.stringify(counted(found)) === JSON.stringify(expected);
      },
      BACK_MS,
    );
  async function waiting(): Promise<number> {
    const { rows } = await sql<{ n: number }>`
      select count(*)::int as n from wake where started_at is null or asked > answered`.execute(world.store.db);
    return rows[0]?.n ?? 0;
  }
  /** Rungs that went out in messages, and how often. */
  async function contacted(): Promise<Record<string, number>> {
    const { rows } = await sql<{ rung: string }>`select rung from message_rung where attempt = 0`.execute(world.store.db);
    return counted(rows.map((row) => row.rung));
  }

  it(
    'facts are accepted while it is away; back again, the board empties and no start is lost',
    { timeout: 240_000 },
    async () => {
      const before = await owing('B', 30);
      await world.settled();
      await killEngine();
      const during = await owing('D', 30);
      for (let n = 0; n < 10; n += 1) await Promise.all([pay('B', n), pay('D', n)]);
      expect(await waiting()).toBe(30 + 10);
      engine = await startEngine();
      await settled(world.store, BACK_MS);
      expect(workerEnded).toBe(false);
      await engineSays(before, { COMPLETED: 10, RUNNING: 20 });
      await engineSays(during, { COMPLETED: 10, RUNNING: 20 });
      await world.step('2026-03-05', 20);
      expect(await contacted()).toEqual({ notice: 40, 'reminder-1': 40 });
      await expectIntact(world.store.db);
      await expectNoFailures(world.client, world.taskQueue);
    },
  );

  it(
    'its store is lost: every open process starts anew from the facts, and nothing goes out twice',
    { timeout: 240_000 },
    async () => {
      const ids = await owing('L', 30);
      await world.settled();
      for (let n = 0; n < 6; n += 1) await pay('L', n);
      await world.step('2026-03-02', 20);
      expect(await contacted()).toEqual({ notice: 24 });
      await killEngine();
      for (const name of ['temporal.db', 'temporal.db-wal', 'temporal.db-shm']) rmSync(join(dataDir, name), { force: true });
      for (let n = 6; n < 12; n += 1) await pay('L', n);
      engine = await startEngine();
      await engineSays(ids.slice(12), { RUNNING: 18 });
      await settled(world.store, BACK_MS);
      expect(workerEnded).toBe(false);
      expect(await contacted()).toEqual({ notice: 24 });
      await world.step('2026-03-05', 20);
      expect(await contacted()).toEqual({ notice: 24, 'reminder-1': 18 });
      await expectIntact(world.store.db);
      await expectNoFailures(world.client, world.taskQueue);
    },
  );
});
