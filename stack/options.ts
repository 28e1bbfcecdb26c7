import { resolve } from 'node:path';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { StackError } from './error.ts';

/** What `npm start` was asked for. */
export interface StackOptions {
  /** No example data. */
  readonly empty: boolean;
  /** The clock stands still and is moved by hand. */
  readonly stepped: boolean;
  /** Business date to begin at, 'YYYY-MM-DD'; undefined: today. */
  readonly from: string | undefined;
  readonly port: number;
  /** Absolute path of the data folder. */
  readonly data: string;
  /** One JSON line when ready instead of the box. */
  readonly json: boolean;
  /** Begin anew: the data folder is emptied first. */
  readonly reset: boolean;
  readonly replay: 'full' | 'recent';
  /** Absolute paths of the user's own ledger and of its column mapping; both or neither. */
  readonly import: string | undefined;
  readonly mapping: string | undefined;
}

function aPort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port >= 1 && port <= 65535)) throw new InvalidArgumentError('It must be a number from 1 to 65535.');
  return port;
}

function aDate(text: string): string {
  const date = /^\d{4}-\d{2}-\d{2}$/.test(text) ? new Date(`${text}T00:00:00Z`) : new Date(Number.NaN);
  if (Number.isNaN(date.getTime()) || date.toISOString().slice(0, 10) !== text) {
    throw new InvalidArgumentError('It must be a calendar date such as 2026-03-31.');
  }
  return text;
}

function command(): Command {
  return new Command('npm start --')
    .description('Runs Duecourse with its own PostgreSQL and Temporal; everything is kept in the data folder.')
    .option('--empty', 'start without example data', false)
    .option('--stepped', 'the clock stands still and is moved through /v1/clock', false)
    .option('--from <date>', 'business date to begin at (needs --stepped)', aDate)
    .option('--port <n>', 'port of the API', aPort, 3000)
    .option('--data <dir>', 'data folder', '.duecourse')
    .option('--json', 'print one line of JSON when ready', false)
    .option('--reset', 'empty the data folder first', false)
    .addOption(
      new Option('--replay <span>', 'how much of the ledger to live through').choices(['full', 'recent']).default('recent'),
    )
    .option('--import <file>', 'your own ledger, CSV or XLSX (needs --mapping)')
    .option('--mapping <file>', 'which column of your ledger means what')
    .allowExcessArguments(false)
    .exitOverride();
}

function checked(o: StackOptions): StackOptions {
  if ((o.import === undefined) !== (o.mapping === undefined))
    throw new StackError(
      '--import FILE and --mapping FILE go together: give both.',
      '--import FILE 与 --mapping FILE 必须同时给出。',
    );
  if (o.import !== undefined && o.empty)
    throw new StackError('--empty and --import exclude each other: leave one out.', '--empty 与 --import 不能同时使用。');
  if (o.from !== undefined && !o.stepped)
    throw new StackError(
      '--from DATE needs --stepped: at real speed the clock shows today.',
      '--from DATE 须与 --stepped 同用:以真实速度运行时,时钟显示今天。',
    );
  return o;
}

/**
 * Reads the arguments after `npm start --`. `'help'` when the help was printed instead; throws StackError, one sentence, when
 * they cannot be understood. Relative paths are taken from `cwd`.
 */
export function parseStackOptions(args: readonly string[], cwd: string): StackOptions | 'help' {
  const program = command().configureOutput({ writeErr: () => undefined });
  try {
    program.parse(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === 'commander.helpDisplayed') return 'help';
    const said = error.message
      .replace(/^error: /, '')
      .replaceAll(/\s+/g, ' ')
      .replace(/\.$/, '');
    throw new StackError(
      `${said.charAt(0).toUpperCase()}${said.slice(1)}: see npm start -- --help.`,
      `参数有误(${said}):用法见 npm start -- --help。`,
    );
  }
  const found = program.opts<StackOptions>();
  const path = (file: string | undefined) => (file === undefined ? undefined : resolve(cwd, file));
  const { empty, stepped, from, port, json, reset, replay } = found;
  const data = resolve(cwd, found.data);
  return checked({
    empty,
    stepped,
    from,
    port,
    data,
    json,
    reset,
    replay,
    import: path(found.import),
    mapping: path(found.mapping),
  });
}
