/**
 * Records histories of all workflows on a Postgres and a Temporal of its own: `node --import tsx test/replay/record.ts <release> [story]…`.
 * Files of earlier releases stay: the corpus only grows. Ids are random, people are invented, machine names are taken out.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { SMTPServer } from 'smtp-server';
import { startPostgres } from '../../stack/postgres.ts';
import { freePort } from '../../stack/ports.ts';
import { resolveTemporal, startTemporal } from '../../stack/temporal.ts';
import { migrate } from '../../store/platform/migrate.ts';
import { shanghai } from '../support/shanghai.ts';
import { openWorldOver } from '../support/world-over.ts';
import type { Ground, World, WorldOptions } from '../support/world-over.ts';
import { GOLDEN, historyFiles, observedBundle, replay } from './corpus.ts';
import { ISSUED, written } from './keep.ts';
import { delivered, fast, real, renewed, stepped } from './stories-collection.ts';
import {
  asking,
  credit,
  creditFast,
  creditReal,
  reserved,
  reservedFast,
  twoRegisters,
  watched,
  watchedFast,
} from './stories-credit.ts';
import { held, heldFast, heldReal, ships, shipsFast, shipsReal } from './stories-holds.ts';
import { reconciled, reconciledFast } from './stories-reconciliation.ts';

/** Stories to tell, when not all. */
const only = process.argv.slice(3);

const folder = join(tmpdir(), `duecourse-record-${process.pid}`);
mkdirSync(folder, { recursive: true });
const found = await resolveTemporal({ env: { ...process.env, TEMPORAL_ADDRESS: '' }, progress: console.error });
if (found.kind !== 'binary') throw new Error('a Temporal binary is needed');
const postgres = await startPostgres({ dataDir: folder });
const namespace = 'duecourse';
const [temporal, hasty] = await Promise.all([
  startTemporal({ binary: found.path, namespace }),
  startTemporal({ binary: found.path, namespace, dynamicConfig: { 'limit.historyCount.suggestContinueAsNew': 60 } }),
]);
const mail = new SMTPServer({
  authOptional: true,
  disabledCommands: ['STARTTLS', 'AUTH'],
  onData: (stream, _session, done) => stream.on('end', done).resume(),
});
const mailPort = await freePort();
await new Promise<void>((resolve) => void mail.listen(mailPort, '127.0.0.1', resolve));
const smtp = { SMTP_URL: `smtp://127.0.0.1:${mailPort}`, SMTP_FROM: 'Receivables <ar@seller.example>' };

async function on(name: string, address: string, options: WorldOptions, story: (world: World) => Promise<void>): Promise<void> {
  if (only.length > 0 && !only.includes(name)) return;
  const url = new URL(postgres.url);
  url.pathname = `/${name}`;
  const admin = new pg.Client({ connectionString: postgres.url });
  await admin.connect();
  await admin.query(`create database ${name}`);
  await admin.end();
  await migrate(url.href);
  const ground: Ground = { url: url.href, temporalAddress: address, temporalNamespace: namespace };
  const world = await openWorldOver(ground, options);
  try {
    await story(world);
  } finally {
    await world.close();
  }
  console.error(`${name}: ${written.length} histories so far`);
}

try {
  await on('reserved', temporal.address, { from: ISSUED }, reserved);
  await on('reserved_fast', temporal.address, { from: shanghai('2026-02-27'), speed: 86_400 }, reservedFast);
  await on('stepped', temporal.address, { from: ISSUED }, stepped);
  await on('real', temporal.address, { from: ISSUED }, real);
  await on('delivered', temporal.address, { from: ISSUED, env: smtp }, delivered);
  await on('renewed', hasty.address, { from: ISSUED }, renewed);
  await on('held', temporal.address, { from: '2026-09-01T01:00:00.000Z' }, held);
  await on('held_real', temporal.address, { from: '2026-09-01T01:00:00.000Z', speed: 1 }, heldReal);
  await on('held_fast', temporal.address, { from: '2026-09-01T01:00:00.000Z', speed: 86_400 }, heldFast);
  await on('ships', temporal.address, { from: '2026-09-01T01:00:00.000Z' }, ships);
  await on('ships_real', temporal.address, { from: '2026-09-01T01:00:00.000Z', speed: 1 }, shipsReal);
  await on('ships_fast', temporal.address, { from: '2026-09-01T01:00:00.000Z', speed: 86_400 }, shipsFast);
  await on('credit', temporal.address, { from: '2026-09-01T01:00:00.000Z' }, credit);
  await on('credit_real', temporal.address, { from: '2026-09-01T01:00:00.000Z', speed: 1 }, creditReal);
  await on('credit_fast', temporal.address, { from: '2026-09-01T01:00:00.000Z', speed: 86_400 }, creditFast);
  const registers = await twoRegisters('2026-02-01');
  await on('watched', temporal.address, { from: ISSUED, env: registers.env }, watched);
  await on('watched_fast', temporal.address, { from: shanghai('2026-02-27'), speed: 86_400 }, watchedFast);
  await on('asking', temporal.address, { from: '2026-09-01T01:00:00.000Z', env: registers.env }, asking);
  await registers.close();
  await on('reconciled', temporal.address, { from: ISSUED }, reconciled);
  await on('reconciled_fast', temporal.address, { from: shanghai('2026-02-27'), speed: 86_400 }, reconciledFast);
  await on('fast', temporal.address, { from: shanghai('2026-02-27'), speed: 86_400, env: smtp }, fast);
} finally {
  await Promise.all([temporal.stop(), hasty.stop(), postgres.stop(), new Promise<void>((resolve) => mail.close(resolve))]);
  rmSync(folder, { recursive: true, force: true });
}

const golden: Record<string, string[]> = JSON.parse(readFileSync(GOLDEN, { encoding: 'utf8', flag: 'a+' }) || '{}');
for (const [file, { commands, error }] of await replay(await observedBundle(), written)) {
  if (error) throw new Error(`${file} does not replay: ${error}`);
  golden[file] = commands;
}
const kept = Object.fromEntries(historyFiles().map((file) => [file, golden[file] ?? []]));
writeFileSync(GOLDEN, `${JSON.stringify(kept, null, 2)}\n`);
