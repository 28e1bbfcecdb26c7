import { writeFileSync } from 'node:fs';
import { Command, InvalidArgumentError, Option } from 'commander';
import { pino } from 'pino';
import type { Logger } from 'pino';
import { createApiKey } from '../api/auth.ts';
import { startApi } from '../api/main.ts';
import { productOpenApi } from '../api/openapi-document.ts';
import { ConfigError, readConfig } from '../config/env.ts';
import type { Config } from '../config/env.ts';
import { roles } from '../domain/kernel/actor.ts';
import type { Role } from '../domain/kernel/actor.ts';
import { parseInstant } from '../domain/kernel/calendar.ts';
import { Refusal, refusalText } from '../domain/kernel/refusal.ts';
import { StackError } from '../stack/error.ts';
import { revokeApiKey } from '../store/api-keys.ts';
import { migrate } from '../store/migrate.ts';
import { openStore } from '../store/open.ts';
import { setUp } from '../store/setup.ts';
import { systemActor } from '../store/transaction.ts';
import type { Store } from '../store/transaction.ts';
import { doctor, languageOfEnv } from './doctor.ts';

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const logOf = (config: Config): Logger =>
  pino({ level: config.logLevel, redact: ['*.headers', '*.authorization', '*.cookie', '*.body'] });

/** Resolves at the first SIGINT or SIGTERM; a second one ends the process at once. */
function stopAsked(): Promise<void> {
  return new Promise((resolve) => {
    let asked = false;
    const stop = (): void => {
      if (asked) process.exit(130);
      asked = true;
      resolve();
    };
    process.on('SIGINT', stop).on('SIGTERM', stop);
  });
}

async function runApi(): Promise<void> {
  const config = readConfig();
  const store = openStore({
    url: config.databaseUrl,
    max: config.databasePool,
    zone: config.zone,
    applicationName: 'duecourse-api',
  });
  const api = await startApi({ config, store, log: logOf(config) });
  await stopAsked();
  await api.close();
  await store.close();
}

async function runWorker(): Promise<void> {
  const config = readConfig();
  const { startWorker } = await import('../worker/main.ts');
  const worker = await startWorker({ config, log: logOf(config) });
  await Promise.race([stopAsked(), worker.run]);
  await worker.shutdown();
}

async function runMigrate(): Promise<void> {
  const { databaseUrl } = readConfig();
  const names = await migrate(databaseUrl);
  await setUp(databaseUrl);
  print(names.length === 0 ? 'The schema is up to date.' : `Applied: ${names.join(', ')}`);
}

/** Runs the embedded stack with the arguments after `start`. */
async function runStack(args: readonly string[]): Promise<void> {
  process.argv.splice(2, process.argv.length, ...args);
  await import(new URL('../stack/main.ts', import.meta.url).href);
}

async function withStore<T>(work: (store: Store) => Promise<T>): Promise<T> {
  const { databaseUrl, zone } = readConfig();
  const store = openStore({ url: databaseUrl, max: 1, zone, applicationName: 'duecourse-cli' });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

function anInstant(text: string): string {
  const instant = parseInstant(text);
  if (instant === undefined) throw new InvalidArgumentError('It must be a time with its offset, such as 2027-12-31T00:00:00Z.');
  return instant;
}

/** What a document that calls nothing needs of the settings. */
const nowhere = { DATABASE_URL: 'postgres://localhost/duecourse', TEMPORAL_ADDRESS: 'localhost:7233' };

const collect = (value: string, all: string[] | undefined): string[] => [...(all ?? []), value];

interface KeyOptions {
  name: string;
  role: Role;
  region?: string[];
  owner?: string;
  expires?: string;
}

async function createKey(options: KeyOptions): Promise<void> {
  const { name, role, region, owner, expires } = options;
  if (role === 'sales' && owner === undefined)
    throw new StackError('A key of the role sales needs --owner: sales see their own customers only.');
  const scope = { ...(region && { regions: region }), ...(owner !== undefined && { owner }) };
  const { key, secret } = await withStore((store) => createApiKey(store, { name, role, scope, expiresAt: expires ?? null }));
  process.stderr.write(`Key ${key.id} of role ${role}; its secret is shown this once:\n`);
  print(secret);
}

async function revokeKey(id: string, { reason }: { reason?: string }): Promise<void> {
  const key = await withStore((store) => revokeApiKey(store, id, systemActor('cli'), reason ?? null));
  print(`Key ${key.id} (${key.name}) is revoked since ${key.revokedAt}.`);
}

function keyCommand(): Command {
  const key = new Command('key').description('API keys of systems');
  key
    .command('create')
    .description('make a key; the secret is printed once')
    .requiredOption('--name <name>', 'what the key is for')
    .addOption(new Option('--role <role>', 'what it may do').choices(roles).makeOptionMandatory())
    .option('--region <region>', 'see only customers of this region (may be repeated)', collect)
    .option('--owner <login>', 'account owner whose customers it sees (sales)')
    .option('--expires <instant>', 'when it ends', anInstant)
    .action(createKey);
  key
    .command('revoke')
    .description('revoke a key, effective at its next request')
    .argument('<id>')
    .option('--reason <text>')
    .action(revokeKey);
  return key;
}

function program(): Command {
  const main = new Command('duecourse').description('Credit control and receivables collection').showHelpAfterError();
  main
    .command('start')
    .description('run everything on this machine, with its own PostgreSQL and Temporal')
    .argument('[options...]')
    .helpOption(false)
    .allowUnknownOption()
    .action((_options, command: Command) => runStack(command.args));
  main.command('api').description('serve the API').action(runApi);
  main.command('worker').description('run workflows, activities and the relay').action(runWorker);
  main
    .command('migrate')
    .description('bring the database to this version, with default policies and calendars')
    .action(runMigrate);
  main
    .command('doctor')
    .description('say what is wrong with this deployment and how to mend it')
    .option('--json', 'findings as JSON', false)
    .action(async ({ json }: { json: boolean }) => {
      process.exitCode = await doctor(process.env, print, json);
    });
  main.addCommand(keyCommand());
  main
    .command('openapi')
    .description('print the OpenAPI document')
    .option('--out <file>', 'write it to a file instead')
    .action(({ out }: { out?: string }) => {
      const text = JSON.stringify(productOpenApi(readConfig({ ...nowhere, ...process.env })), null, 2);
      if (out === undefined) print(text);
      else writeFileSync(out, `${text}\n`);
    });
  return main;
}

/** What the user can mend is one sentence; the rest keeps its stack. */
function mendable(error: unknown): unknown {
  if (error instanceof ConfigError) return new StackError(error.message);
  if (error instanceof Refusal) return new StackError(refusalText(error.code, error.params, languageOfEnv(process.env)).detail);
  const { code } = error as { code?: string };
  if (code === 'EADDRINUSE')
    return new StackError('The port is taken: set DUECOURSE_PORT to a free one, or stop what listens there.');
  if (code === 'ECONNREFUSED' || code === 'ENOTFOUND')
    return new StackError('The database or Temporal cannot be reached: run "duecourse doctor" to see which, and why.');
  return error;
}

try {
  await program().parseAsync();
} catch (error) {
  throw mendable(error);
}
