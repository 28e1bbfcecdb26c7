import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { claimInstallation } from '../../store/platform/departures.ts';
import { startWitness } from '../../worker/witness.ts';
import { system } from '../support/actors.ts';
import { openTestApi } from '../support/api.ts';
import type { TestApi } from '../support/api.ts';
import { auditOf } from '../support/books.ts';
import { INSTALLATION, letOut } from '../support/let-out.ts';
import { throwawayParent } from '../support/temp.ts';

let api: TestApi;
let folder: string;
let file: string;
beforeAll(async () => {
  folder = mkdtempSync(join(throwawayParent(), 'duecourse-witness-'));
  file = join(folder, 'deep', 'witness.json');
  const env = { SMTP_URL: 'smtp://127.0.0.1:1', SMTP_FROM: 'ar@seller.example', DUECOURSE_INSTALLATION: INSTALLATION };
  api = await openTestApi({ env });
  await letOut(api.store);
});
afterAll(async () => {
  await api.close();
  rmSync(folder, { recursive: true, force: true });
});

const told: string[] = [];
const log = { warn: (_: object, message: string) => void told.push(message) };
/** A worker's first look, which it makes before anything may leave. */
const look = async (of = file) => (await startWitness({ store: api.store, file: of, log })).stop();
const noted = (of = file) => JSON.parse(readFileSync(of, 'utf8')) as { id: string; count: number; home: string };

const reasons = async (): Promise<string[]> => {
  const { data } = (await api.as('finance_director').get('/v1/outlets').expect(200)).body as {
    data: { outlet: string; reasons: { code: string }[] }[];
  };
  return (data.find(({ outlet }) => outlet === 'email')?.reasons ?? []).map(({ code }) => code);
};
const claim = () => claimInstallation(api.store, system, INSTALLATION, 'looked up what went out');

/** What the database held, to be put back in its place: same server, same database, as a volume of yesterday is. */
async function backup(): Promise<() => Promise<void>> {
  const { rows } = await sql<{ key: string; value: unknown }>`select key, value from setting`.execute(api.store.db);
  return async () => {
    await sql`delete from setting`.execute(api.store.db);
    for (const { key, value } of rows)
      await sql`insert into setting (key, value) values (${key}, ${JSON.stringify(value)}::jsonb)`.execute(api.store.db);
  };
}

test('a backup put back in the place of its own database keeps everything in until it is claimed, and each later one again', async () => {
  const before = await backup();
  await look();
  await look();
  expect(await reasons()).toEqual([]);
  const between = await backup();
  await look();
  for (const putBack of [between, before]) {
    await putBack();
    await look();
    expect(await reasons()).toEqual(['restored-database']);
    const ready = (await api.as(null).get('/readyz').expect(200)).body as { outlets: object[] };
    expect(ready.outlets).toContainEqual({ outlet: 'email', leaves: false, reasons: ['restored-database'] });
    await look();
    expect(await reasons()).toEqual(['restored-database']);
    expect((await auditOf(api.store, 'installation')).at(-1)).toMatchObject({ action: 'installation.restored' });
    await claim();
    await look();
    expect(await reasons()).toEqual([]);
    expect((await auditOf(api.store, 'installation')).at(-1)).toMatchObject({
      ...{ action: 'installation.claimed', reason: 'looked up what went out' },
      before: { restored: { forgotten: expect.any(Number) as number } },
    });
  }
  expect(told).toHaveLength(2);
});

test('a running worker finds out what was put back under it', async () => {
  const before = await backup();
  const running = await startWitness({ store: api.store, file, log }, 20);
  await before();
  await expect.poll(reasons).toEqual(['restored-database']);
  await running.stop();
  await claim();
});

test('crashes between the two notes, several workers and another database are no restore', async () => {
  const own = noted();
  await look();
  writeFileSync(file, JSON.stringify(own));
  await look();
  expect(noted().count).toBeGreaterThan(own.count + 1);
  await Promise.all([1, 2, 3, 4].map(() => look()));
  await look(join(folder, 'other.json'));
  await look();
  writeFileSync(file, JSON.stringify({ ...noted(), home: 'another server/1', count: 900 }));
  await look();
  expect(noted()).toMatchObject({ count: 1 });
  writeFileSync(file, 'damaged');
  await look();
  expect(await reasons()).toEqual([]);
});
