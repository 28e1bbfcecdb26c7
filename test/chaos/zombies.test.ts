import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { describe, inject, it } from 'vitest';
import { openStore } from '../../store/open.ts';
import type { OpenStore } from '../../store/open.ts';
import { setUp } from '../../store/setup.ts';
import { stepTo } from '../../store/platform/stepping.ts';
import { freshDatabase } from '../support/database.ts';
import { system } from '../support/actors.ts';
import { factsOf } from '../support/facts.ts';
import { shanghai } from '../support/shanghai.ts';
import { startFakeSmtp } from '../support/fake-smtp.ts';
import type { FakeSmtp } from '../support/fake-smtp.ts';
import { fleetOver } from '../support/fleet.ts';
import type { Fleet } from '../support/fleet.ts';
import { expectIntact } from '../support/invariants.ts';
import { looksOf, until } from '../support/world-over.ts';
import { INSTALLATION, letOut } from '../support/let-out.ts';

/** Due on 2026-03-04: the notice goes on 03-02, the call falls due on 03-20. */
const DUE = '2026-03-04';

interface Scene {
  url: string;
  store: OpenStore;
  smtp: FakeSmtp;
  fleet: Fleet;
  receivable: string;
}

/** One debt, nobody working on it yet. */
async function scene(onTestFinished: (end: () => Promise<void>) => void): Promise<Scene> {
  const { url, drop } = await freshDatabase();
  await setUp(url, { business: shanghai('2026-02-02'), speed: 0, pinned: false });
  const store = openStore({ url, max: 4 });
  await letOut(store);
  const smtp = await startFakeSmtp();
  const ground = { url, temporalAddress: inject('temporalAddress'), temporalNamespace: inject('temporalNamespace') };
  const env = { SMTP_URL: smtp.url, SMTP_FROM: 'Accounts <ar@seller.example>', DUECOURSE_INSTALLATION: INSTALLATION };
  const fleet = fleetOver(ground, `zombie-${randomUUID()}`, env);
  onTestFinished(async () => {
    await fleet.close();
    await store.close();
    await smtp.close();
    await drop();
  });
  const facts = factsOf(store);
  await facts.customer('Z-1');
  const receivable = await facts.invoice({ id: 'INV-Z', customer: 'Z-1', amount: '1000.00', issued: '2026-02-02', due: DUE });
  return { url, store, smtp, fleet, receivable };
}

/** Whether a session sits in the middle of a transaction for longer than any verb would; only an administrator sees those of others. */
async function holdsOpen(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rowCount } = await client.query(`select from pg_stat_activity where datname = current_database()
    and state = 'idle in transaction' and clock_timestamp() - state_change > interval '2 seconds'`);
  await client.end();
  return rowCount !== 0;
}

describe.concurrent('a worker that stood still and does not know that it was replaced', () => {
  it(
    'with its transaction open: the step is taken by another while it stands, and not again when it goes on',
    { timeout: 240_000 },
    async ({ expect, onTestFinished }) => {
      const { url, store, fleet, receivable } = await scene(onTestFinished);
      const zombie = fleet.start({ freezeBefore: 'work-order.opened' });
      await zombie.ready;
      const stepping = stepTo(store, system, shanghai('2026-03-20', '20:00'));
      stepping.catch(() => undefined);
      await until('it stands with its transaction open', () => holdsOpen(url), 120_000);
      await fleet.start().ready;
      await stepping;
      const { rungs } = looksOf(store);
      const before = await rungs(receivable);
      expect(before.at(-1)).toMatchObject({ rung: 'call', state: 'taken' });
      zombie.thaw();
      await zombie.stop();
      expect(await rungs(receivable)).toEqual(before);
      await expectIntact(store.db);
    },
  );

  it(
    'between the record of a provider call and the call: the mail is not sent late, and a person finds out',
    { timeout: 240_000 },
    async ({ expect, onTestFinished }) => {
      const { store, smtp, fleet } = await scene(onTestFinished);
      const zombie = fleet.start({ freezeAfter: 'message.called' });
      await zombie.ready;
      // The hour is not quiet within its minute on a busy machine: what counts is what becomes of the message.
      const stepping = stepTo(store, system, shanghai('2026-03-02', '20:00')).catch(() => undefined);
      const states = async () => await store.db.selectFrom('message').select(['state', 'calls']).execute();
      const called = () => store.db.selectFrom('audit').select('seq').where('action', '=', 'message.called').execute();
      await until('the call is on record', async () => (await called()).length > 0, 120_000);
      await fleet.start().ready;
      await until('its outcome counts as unknown', async () => (await states())[0]?.state === 'unknown', 120_000);
      await stepping;
      zombie.thaw();
      await zombie.stop();
      expect(smtp.mails).toEqual([]);
      expect(await states()).toEqual([{ state: 'unknown', calls: 1 }]);
      const tasks = await store.db.selectFrom('work_order').select('kind').execute();
      expect(tasks).toEqual([{ kind: 'unknown-outcome' }]);
      await expectIntact(store.db);
    },
  );
});
