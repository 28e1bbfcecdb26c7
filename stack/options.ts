import { resolve } from 'node:path';
import { Command, CommanderError, Option } from 'commander';
import { StackError } from './error.ts';
import { faultInChinese, say, speaking, unusable } from './help.ts';

/** What `npm start` was asked for. */
export interface StackOptions {
  /** No example data. */
  readonly empty: boolean;
  /** The clock stands still and is moved by hand. */
  readonly stepped: boolean;
  /** Business date to begin at, 'YYYY-MM-DD'; undefined: today. */
  readonly from: string | undefined;
  /** 0: any free one. */
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
  if (!(port >= 0 && port <= 65535)) throw unusable('It must be a number from 0 to 65535.', '须为 0 至 65535 的数字');
  return port;
}

function aDate(text: string): string {
  const date = /^\d{4}-\d{2}-\d{2}$/.test(text) ? new Date(`${text}T00:00:00Z`) : new Date(Number.NaN);
  if (Number.isNaN(date.getTime()) || date.toISOString().slice(0, 10) !== text) {
    throw unusable('It must be a calendar date such as 2026-03-31.', '须为真实存在的日期，例如 2026-03-31');
  }
  return text;
}

function command(): Command {
  return speaking(new Command('npm start --'))
    .description(
      say(
        'Runs Duecourse with its own PostgreSQL and Temporal; everything is kept in the data folder.',
        '用自带的 PostgreSQL 和 Temporal 运行 Duecourse；全部数据保存在数据目录。',
      ),
    )
    .option('--empty', say('start without example data', '不装入示例数据'), false)
    .option('--stepped', say('manual clock, moved through /v1/clock', '手动推进的业务时钟，通过 /v1/clock 推进'), false)
    .option('--from <date>', say('business date to begin at (needs --stepped)', '起始业务日期（须与 --stepped 同用）'), aDate)
    .option(
      '--port <n>',
      say('port of the API; 0: one the system chooses, which is printed', 'API 端口；0 表示由系统选择并显示'),
      aPort,
      3000,
    )
    .option('--data <dir>', say('data folder', '数据目录'), '.duecourse')
    .option('--json', say('print one line of JSON when ready', '就绪后只输出一行 JSON'), false)
    .option('--reset', say('empty the data folder first', '先清空数据目录'), false)
    .addOption(
      new Option('--replay <span>', say('how much of the ledger to replay', '回放台账的范围：full 全部，recent 最近六个月'))
        .choices(['full', 'recent'])
        .default('recent'),
    )
    .option(
      '--import <file>',
      say('your own ledger, CSV or XLSX (needs --mapping)', '自己的台账文件，CSV 或 XLSX（须与 --mapping 同用）'),
    )
    .option('--mapping <file>', say('which column of your ledger means what', '说明台账各列含义的映射文件'))
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
      '--from DATE 须与 --stepped 同用：以真实速度运行时，时钟显示今天。',
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
      `${faultInChinese(said)}：用法见 npm start -- --help。`,
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
