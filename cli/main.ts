import { writeFileSync } from 'node:fs';
import { Command, InvalidArgumentError, Option } from 'commander';
import { ConfigError, readConfig } from '../config/env.ts';
import { roles } from '../domain/kernel/actor.ts';
import { isBusinessDate, parseInstant } from '../domain/kernel/calendar.ts';
import { Refusal, refusalText } from '../domain/kernel/refusal.ts';
import { StackError } from '../stack/error.ts';
import type { CallOptions } from './call.ts';
import type { FitOptions } from './scorecard-fit.ts';
import type { KeyOptions } from './store-commands.ts';

const print = (line: string): void => void process.stdout.write(`${line}\n`);

function anInstant(text: string): string {
  const instant = parseInstant(text);
  if (instant === undefined) throw new InvalidArgumentError('It must be a time with its offset, such as 2027-12-31T00:00:00Z.');
  return instant;
}

function aDate(text: string): string {
  if (!isBusinessDate(text)) throw new InvalidArgumentError('It must be a day that exists, such as 2026-09-01.');
  return text;
}

function aCount(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError('It must be a whole number from 1 to 9999.');
  return Number(text);
}

/** What a document that calls nothing needs of the settings. */
const nowhere = { DATABASE_URL: 'postgres://localhost/duecourse', TEMPORAL_ADDRESS: 'localhost:7233' };

async function printOpenApi({ out }: { out?: string }): Promise<void> {
  const { productOpenApi } = await import('../api/openapi-document.ts');
  const text = JSON.stringify(productOpenApi(readConfig({ ...nowhere, ...process.env })), null, 2);
  if (out === undefined) print(text);
  else writeFileSync(out, `${text}\n`);
}

async function runDoctor({ json }: { json: boolean }): Promise<void> {
  const { doctor } = await import('./doctor.ts');
  process.exitCode = await doctor(process.env, print, json);
}

const collect = (value: string, all: string[] | undefined): string[] => [...(all ?? []), value];

// Each command loads only what it needs: the engine's client and the web server take seconds to read.
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
    .action(async (options: KeyOptions) => (await import('./store-commands.ts')).createKey(options));
  key
    .command('revoke')
    .description('revoke a key, effective at its next request')
    .argument('<id>')
    .option('--reason <text>')
    .action(async (id: string, options: { reason?: string }) => (await import('./store-commands.ts')).revokeKey(id, options));
  return key;
}

function exposureCommand(): Command {
  const exposure = new Command('exposure').description('what customers could owe us');
  exposure
    .command('check')
    .description('recompute every credit account from its documents; exit code 1 when any differs')
    .option('--repair', 'set what differs to what the documents say', false)
    .option('--reason <text>', 'why, for the record; needed by --repair')
    .action(async (options: { repair: boolean; reason?: string }) => {
      process.exitCode = await (await import('./store-commands.ts')).runExposureCheck(options);
    });
  return exposure;
}

function scorecardCommand(): Command {
  const scorecard = new Command('scorecard').description('scorecards fitted on our own history');
  scorecard
    .command('fit')
    .description('propose a scorecard version fitted on who paid and who did not; it is a draft until somebody else approves it')
    .requiredOption('--from <date>', 'first day of the history', aDate)
    .option('--until <date>', 'last day of the history; today without it', aDate)
    .option('--bad-days <days>', 'who pays so many days late, or not at all, went bad', aCount, 90)
    .option('--months <months>', 'months after a day in which that is looked for', aCount, 6)
    .option('--dry-run', 'print the report and write nothing', false)
    .action(async (options: FitOptions) => (await import('./scorecard-fit.ts')).fitFromHistory(options));
  return scorecard;
}

function callCommand(): Command {
  return new Command('call')
    .description('send one request in JSON to the API and print its answer; exit code 1 when it is refused')
    .argument('<method>', 'get, put or post')
    .argument('<path>', 'such as /v1/orders/SO-1; see "duecourse routes"')
    .option('--body <json>', 'what to send: JSON, @file, or - for standard input')
    .option('--url <address>', 'where the API is', process.env['DUECOURSE_URL'] ?? 'http://localhost:3000')
    .addOption(new Option('--as <role>', 'with the key of the local stack for this role').choices(roles))
    .option('--data <dir>', 'data folder of the local stack', '.duecourse')
    .option('--idempotency-key <key>', 'so that a repeat is the same request')
    .action(async (method: string, path: string, options: CallOptions) => {
      process.exitCode = await (await import('./call.ts')).callApi(method, path, options);
    });
}

async function printRoutes(word = ''): Promise<void> {
  const { productOpenApi } = await import('../api/openapi-document.ts');
  const { routesNamed } = await import('./call.ts');
  for (const line of routesNamed(productOpenApi(readConfig({ ...nowhere, ...process.env })), word)) print(line);
}

function program(): Command {
  const main = new Command('duecourse').description('Credit control and receivables collection').showHelpAfterError();
  main
    .command('start')
    .description('run everything on this machine, with its own PostgreSQL and Temporal')
    .argument('[options...]')
    .helpOption(false)
    .allowUnknownOption()
    .action(async (_options, command: Command) => (await import('./serve.ts')).runStack(command.args));
  main
    .command('api')
    .description('serve the API')
    .action(async () => (await import('./serve.ts')).runApi());
  main
    .command('worker')
    .description('run workflows, activities and the relay')
    .action(async () => (await import('./serve.ts')).runWorker());
  main
    .command('migrate')
    .description('bring the database to this version, with default policies and calendars')
    .action(async () => (await import('./store-commands.ts')).runMigrate());
  main
    .command('doctor')
    .description('say what is wrong with this deployment and how to mend it')
    .option('--json', 'findings as JSON', false)
    .action(runDoctor);
  main.addCommand(keyCommand());
  main.addCommand(exposureCommand());
  main.addCommand(scorecardCommand());
  main.addCommand(callCommand());
  main
    .command('routes')
    .description('list the routes of the API')
    .argument('[word]', 'only those that hold it')
    .action(printRoutes);
  main
    .command('openapi')
    .description('print the OpenAPI document')
    .option('--out <file>', 'write it to a file instead')
    .action(printOpenApi);
  return main;
}

/** What the user can mend is one sentence; the rest keeps its stack. */
function mendable(error: unknown): unknown {
  if (error instanceof ConfigError) return new StackError(error.message, error.message);
  if (error instanceof Refusal) {
    const say = (language: 'en' | 'zh'): string => refusalText(error.code, error.params, language).detail;
    return new StackError(say('en'), say('zh'));
  }
  const { code } = error as { code?: string };
  if (code === 'EADDRINUSE')
    return new StackError(
      'The port is taken: set DUECOURSE_PORT to a free one, or stop what listens there.',
      '端口已被占用:请把 DUECOURSE_PORT 设为空闲端口,或停止占用它的程序。',
    );
  if (code === 'ECONNREFUSED' || code === 'ENOTFOUND')
    return new StackError(
      'The database or Temporal cannot be reached: run "duecourse doctor" to see which, and why.',
      '无法连接数据库或 Temporal:请运行 "duecourse doctor" 查看是哪一个及原因。',
    );
  if (code === '42501')
    return new StackError(
      "The database login may not do this: migrations run as the owner (DATABASE_OWNER_URL), everything else as the app's login.",
      '该数据库账号无此权限:迁移须以所有者身份运行(DATABASE_OWNER_URL),其余以应用账号运行。',
    );
  return error;
}

try {
  await program().parseAsync();
} catch (error) {
  throw mendable(error);
}
