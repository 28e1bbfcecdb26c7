import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import pg from 'pg';
import { pino } from 'pino';
import { expect, inject, onTestFinished, test } from 'vitest';
import { startApi } from '../../api/main.ts';
import { createApiKey } from '../../api/auth.ts';
import { startPostgres } from '../../stack/postgres.ts';
import type { Postgres } from '../../stack/postgres.ts';
import { migrate } from '../../store/platform/migrate.ts';
import { insistOnAll } from '../support/caller.ts';
import type { Sending, Told } from '../support/caller.ts';
import { expectIntact, expectNoFailures } from '../support/invariants.ts';
import { seededFrom } from '../support/seeded.ts';
import { tempFolder } from '../support/temp.ts';
import { openWorldOver } from '../support/world-over.ts';
import type { World } from '../support/world.ts';

const RECEIVABLES = 300;
const ROUNDS = 3;

/** A PostgreSQL of this test alone, to be killed and started again on the same port and data. */
async function ownPostgres(): Promise<{ url: string; terminate(): Promise<void>; killAndRestart(): Promise<void> }> {
  const dataDir = join(tempFolder(), 'data');
  let server: Postgres = await startPostgres({ dataDir });
  onTestFinished(() => server.stop());
  const { url } = server;
  return {
    url,
    async terminate() {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      await client.query(
        'select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and datname = current_database()',
      );
      await client.end();
    },
    async killAndRestart() {
      process.kill(server.pid, 'SIGKILL');
      await server.lost;
      server = await startPostgres({ dataDir });
    },
  };
}

/** What an integrator sends about each receivable: a dispute, known by its key alone, and when all of them stand the whole money. */
async function requests(world: World): Promise<{ disputes: Sending[]; payments: Sending[] }> {
  const disputes: Sending[] = [];
  const payments: Sending[] = [];
  for (let n = 1; n <= RECEIVABLES; n += 1) {
    const customer = `PG-${n % 12}`;
    if (n <= 12) await world.customer(customer);
    const id = await world.invoice({ id: `PI-${n}`, customer, amount: '100.00', issued: '2026-02-02', due: '2026-03-04' });
    disputes.push({
      path: `/v1/receivables/${id}/disputes`,
      body: { amount: '10.00', category: 'quality', note: `D-${n}` },
      key: `D-${n}`,
    });
    const money = { externalId: `P-${n}`, customer, amount: '100.00', currency: 'CNY', receivedOn: '2026-02-02' };
    payments.push({
      path: '/v1/payments',
      body: { ...money, allocations: [{ invoice: `PI-${n}`, amount: '100.00' }] },
      key: `P-${n}`,
    });
  }
  return { disputes, payments };
}

/** Carried out; `answer-lost` is all that can be said of a commit whose reply Postgres did not live to give. */
const isFinal = ({ answers }: Told): boolean => {
  const last = answers.at(-1);
  return last?.status === 200 || last?.status === 201 || (last?.text ?? '').includes('"code":"answer-lost"');
};

test(
  'Postgres loses its connections and is killed under load: 503 or a commit, and every process ends well',
  { timeout: 240_000 },
  async () => {
    const { below } = seededFrom();
    const postgres = await ownPostgres();
    await migrate(postgres.url);
    const ground = {
      url: postgres.url,
      temporalAddress: inject('temporalAddress'),
      temporalNamespace: inject('temporalNamespace'),
    };
    const env = { DUECOURSE_RATE_LIMIT: '10000000', DUECOURSE_HOST: '127.0.0.1' };
    const world = await openWorldOver(ground, { from: '2026-02-02', env });
    onTestFinished(() => world.close());
    const api = await startApi({ config: world.config, store: world.store, log: pino({ level: 'silent' }), port: 0 });
    onTestFinished(() => api.close());
    const { secret } = await createApiKey(world.store, { name: 'erp', role: 'erp' });
    const all = await requests(world);
    const address = api.url.replace('localhost', '127.0.0.1');

    let living = true;
    const calling = (async () => [
      ...(await insistOnAll(address, secret, all.disputes, 8)),
      ...(await insistOnAll(address, secret, all.payments, 8)),
    ])().finally(() => (living = false));
    let rounds = 0;
    while (living && rounds < ROUNDS) {
      await delay(100 + below(300));
      await postgres.terminate();
      await delay(100 + below(300));
      if (!living) break;
      await postgres.killAndRestart();
      rounds += 1;
    }
    // A claim whose commit Postgres could not confirm counts as dead after two minutes: here after ten seconds.
    while (living) {
      await delay(1_000);
      await sql`update idempotency set at = at - interval '2 minutes'
        where state = 'running' and at < clock_timestamp() - interval '10 seconds'`.execute(world.store.db);
    }
    const told = await calling;

    expect(rounds).toBe(ROUNDS);
    const others = told.flatMap(({ answers }) => answers).filter(({ status }) => ![200, 201, 409].includes(status));
    expect(others.length).toBeGreaterThan(0);
    for (const { status, type, text } of others)
      expect({ status, type, code: (JSON.parse(text) as { code: string }).code }).toEqual({
        status: 503,
        type: 'application/problem+json',
        code: 'database-down',
      });
    expect(told.filter((one) => !isFinal(one))).toEqual([]);
    const { rows } = await sql<{ disputes: number; keys: number; payments: number; paid: number }>`
    select (select count(*) from dispute)::int as disputes, (select count(distinct note) from dispute)::int as keys,
      (select count(*) from payment)::int as payments, (select sum(paid_minor) from receivable)::int as paid`.execute(
      world.store.db,
    );
    expect(rows[0]).toEqual({ disputes: RECEIVABLES, keys: RECEIVABLES, payments: RECEIVABLES, paid: RECEIVABLES * 10_000 });
    await world.settled();
    const closed = await sql<{ n: number }>`select count(*)::int as n from receivable where outcome = 'paid'`.execute(
      world.store.db,
    );
    expect(closed.rows[0]?.n).toBe(RECEIVABLES);
    await expectIntact(world.store.db);
    await expectNoFailures(world.client, world.taskQueue);
  },
);
