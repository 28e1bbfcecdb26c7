import type { WorkflowStartOptions } from '@temporalio/client';
import { realWaitMs } from '../domain/platform/clock.ts';
import { openStore } from '../store/open.ts';
import { momentOf } from '../store/platform/transaction.ts';
import { startChild } from './child.ts';
import type { Child } from './child.ts';
import type { Contender, Reminder } from './contender.ts';
import type { Planned } from './portfolio.ts';
import type { Arena } from './world.ts';

const TABLE = `create table l0_record (
  id text primary key,
  early boolean not null,
  at timestamptz not null default clock_timestamp(),
  times int not null default 1
)`;

/** The bare workflow on the arena's engine and database, started at the same instants as ours. */
export async function l0Contender(arena: Arena, profile: string | null): Promise<Contender> {
  await arena.sql.rows(TABLE);
  const store = openStore({ url: arena.url, max: 1, applicationName: 'bench' });
  const { clock } = await momentOf(store.db, store);
  await store.close();
  const input = {
    url: arena.url,
    address: arena.temporal.address,
    namespace: arena.namespace,
    tuning: arena.settings.tuning ?? {},
  };
  let worker: Child = await startChild('l0-worker.ts', input, { profile });
  const { workflow } = arena.client;
  const options = ({ externalId }: Planned): WorkflowStartOptions => ({
    workflowId: `l0-${externalId}`,
    taskQueue: 'l0',
    args: [{ id: externalId }],
  });
  const rings = new Set<string>();

  const settleEarly = async (one: Planned): Promise<void> => {
    await workflow.signalWithStart('l0', { ...options(one), signal: 'settled', signalArgs: [] });
  };
  return {
    name: 'L0',
    workflowType: 'l0',
    way: 'Temporal client',
    get worker() {
      return worker;
    },
    processes: () => ({ worker: worker.pid }),
    async warmUp(one) {
      await settleEarly(one);
    },
    async create(one) {
      const now = businessNow(clock);
      await workflow.start('l0', { ...options(one), startDelay: realWaitMs(clock, one.at, now) ?? 0 });
    },
    allStarted: () => Promise.resolve(true),
    async settle(one) {
      rings.add(one.externalId);
      if (one.fate === 'early') await settleEarly(one);
      else await workflow.getHandle(`l0-${one.externalId}`).signal('settled');
    },
    reminded: () => arena.sql.one('select count(*) from l0_record where not early'),
    async reminders() {
      const rows = await arena.sql.rows<{ id: string; at: Date }>('select id, at from l0_record where not early');
      return rows.map((row): Reminder => ({ externalId: row.id, at: row.at.getTime() }));
    },
    async check(portfolio) {
      const twice = await arena.sql.one('select count(*) from l0_record where times > 1');
      const rows = await arena.sql.one("select count(*) from l0_record where id like 'R-%'");
      return [
        ...(twice > 0 ? [`${twice} records were made twice`] : []),
        ...(rows === portfolio.length ? [] : [`${rows} of ${portfolio.length} have a record`]),
      ];
    },
    async killWorker() {
      await worker.kill();
      worker = await startChild('l0-worker.ts', input);
    },
    close: () => worker.stop(),
  };
}

function businessNow(clock: { realAnchor: string; businessAnchor: string; speed: number }): string {
  const passed = Date.now() - Date.parse(clock.realAnchor);
  return new Date(Date.parse(clock.businessAnchor) + passed * clock.speed).toISOString();
}
