import { writeFileSync } from 'node:fs';
import { Command, Option } from 'commander';
import { ConfigError, readConfig } from '../config/env.ts';
import { roles } from '../domain/platform/actor.ts';
import { isBusinessDate, parseInstant } from '../domain/platform/calendar.ts';
import { Refusal } from '../domain/platform/refusal.ts';
import { StackError } from '../stack/error.ts';
import { say, speaking, unusable } from '../stack/help.ts';
import type { CallOptions } from './call.ts';
import { creditFileCommand } from './credit-file.ts';
import type { FitOptions } from './scorecard-fit.ts';
import type { KeyOptions } from './store-commands.ts';
import { refusalText } from '../domain/records/refusal-text.ts';
import { SchemaError } from '../store/platform/schema-error.ts';

const print = (line: string): void => void process.stdout.write(`${line}\n`);

function anInstant(text: string): string {
  const instant = parseInstant(text);
  if (instant === undefined)
    throw unusable(
      'It must be a time with its offset, such as 2027-12-31T00:00:00Z.',
      '须为带时区的 RFC 3339 时间，例如 2027-12-31T00:00:00Z',
    );
  return instant;
}

function aDate(text: string): string {
  if (!isBusinessDate(text))
    throw unusable('It must be a day that exists, such as 2026-09-01.', '须为真实存在的日期，例如 2026-09-01');
  return text;
}

function aCount(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw unusable('It must be a whole number from 1 to 9999.', '须为 1 至 9999 的整数');
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

async function runDoctor({ json, data }: { json: boolean; data: string }): Promise<void> {
  const { doctor } = await import('./doctor.ts');
  const { settingsOf } = await import('../stack/running.ts');
  process.exitCode = await doctor(settingsOf(process.env, data), print, json);
}

const collect = (value: string, all: string[] | undefined): string[] => [...(all ?? []), value];

// Each command loads only what it needs: the engine's client and the web server take seconds to read.
function keyCommand(): Command {
  const key = speaking(new Command('key')).description(say('API keys of systems', '系统使用的 API 密钥'));
  key
    .command('create')
    .description(say('make a key; the secret is printed once', '新建密钥；密钥只打印一次'))
    .requiredOption('--name <name>', say('what the key is for', '密钥用途'))
    .addOption(new Option('--role <role>', say('what it may do', '角色（权限）')).choices(roles).makeOptionMandatory())
    .option(
      '--region <region>',
      say('see only customers of this region (may be repeated)', '只能查看该地区的客户（可重复）'),
      collect,
    )
    .option('--owner <login>', say('account owner whose customers it sees (sales)', '只能查看该负责人的客户（销售）'))
    .option('--expires <instant>', say('when it ends', '失效时间'), anInstant)
    .action(async (options: KeyOptions) => (await import('./store-commands.ts')).createKey(options));
  key
    .command('revoke')
    .description(say('revoke a key, effective at its next request', '作废密钥，下一次请求即生效'))
    .argument('<id>', say('id of the key', '密钥编号'))
    .option('--reason <text>', say('why, for the record', '原因，留痕'))
    .action(async (id: string, options: { reason?: string }) => (await import('./store-commands.ts')).revokeKey(id, options));
  return key;
}

function exposureCommand(): Command {
  const exposure = speaking(new Command('exposure')).description(say('what customers could owe us', '客户的信用占用'));
  exposure
    .command('check')
    .description(
      say(
        'recompute every credit account from its documents; exit code 1 when any differs',
        '按单据重算每个信用账户；有差异时退出码为 1',
      ),
    )
    .option('--repair', say('set what differs to what the documents say', '把有差异的账户改为单据结果'), false)
    .option('--reason <text>', say('why, for the record; needed by --repair', '原因，留痕；--repair 必填'))
    .action(async (options: { repair: boolean; reason?: string }) => {
      process.exitCode = await (await import('./store-commands.ts')).runExposureCheck(options);
    });
  return exposure;
}

function scorecardCommand(): Command {
  const scorecard = speaking(new Command('scorecard')).description(
    say('scorecards fitted on our own history', '用自己的历史数据拟合评分卡'),
  );
  scorecard
    .command('fit')
    .description(
      say(
        'propose a scorecard version fitted on who paid and who did not; it is a draft until somebody else approves it',
        '用付款历史拟合并提出新版评分卡；他人批准前为草稿',
      ),
    )
    .requiredOption('--from <date>', say('first day of the history', '历史的第一天'), aDate)
    .option('--until <date>', say('last day of the history; today without it', '历史的最后一天；缺省为今天'), aDate)
    .option(
      '--bad-days <days>',
      say('who pays so many days late, or not at all, went bad', '逾期达到该天数或从未付款即视为坏客户'),
      aCount,
      90,
    )
    .option('--months <months>', say('months after a day in which that is looked for', '观察期（月）'), aCount, 6)
    .option('--dry-run', say('print the report and write nothing', '只打印报告，不写入'), false)
    .action(async (options: FitOptions) => (await import('./scorecard-fit.ts')).fitFromHistory(options));
  return scorecard;
}

function installationCommand(): Command {
  const installation = speaking(new Command('installation')).description(
    say('which database is the real one', '哪个数据库是正式库'),
  );
  installation
    .command('claim')
    .description(
      say(
        'say that this database, where it stands now, is the real one: its messages may leave; a copy stays silent until then',
        '确认当前位置的数据库是正式库：消息可以外发；复制出来的库在确认之前保持静默',
      ),
    )
    .requiredOption('--reason <text>', say('why, for the record', '原因，留痕'))
    .action(async (options: { reason: string }) => (await import('./outlets.ts')).claim(options));
  return installation;
}

function outletsCommand(): Command {
  const all = speaking(new Command('outlets'))
    .description(
      say(
        'channels and data providers: which of them reach anybody now, and if not, why',
        '渠道与数据来源：现在哪些真正对外，其余为何不对外',
      ),
    )
    .action(async () => (await import('./outlets.ts')).listOutlets());
  all
    .command('open')
    .description(
      say('let one speak although business time is not real time; on record', '业务时间不是真实时间时仍允许某一渠道对外；留痕'),
    )
    .argument('<outlet>', say('its name, as "duecourse outlets" lists it', '渠道名称，见 "duecourse outlets"'))
    .requiredOption('--reason <text>', say('why, for the record', '原因，留痕'))
    .option('--until <date>', say('last business day; until it is closed without it', '最后一个业务日；缺省为直到关闭'), aDate)
    .action(async (outlet: string, options: { reason: string; until?: string }) =>
      (await import('./outlets.ts')).turnOutlet(outlet, true, options),
    );
  all
    .command('close')
    .description(say('take that back', '取消上述允许'))
    .argument('<outlet>', say('its name, as "duecourse outlets" lists it', '渠道名称，见 "duecourse outlets"'))
    .requiredOption('--reason <text>', say('why, for the record', '原因，留痕'))
    .action(async (outlet: string, options: { reason: string }) =>
      (await import('./outlets.ts')).turnOutlet(outlet, false, options),
    );
  return all;
}

function settingsCommand(): Command {
  const settings = speaking(new Command('settings'))
    .description(say('settings of going live, and what is missing before anything leaves', '上线设置，以及对外联系之前还缺什么'))
    .action(async () => (await import('./settings.ts')).showSettings());
  settings
    .command('set')
    .description(
      say(
        'set "seller" or "go-live", as PUT /v1/settings/… takes it, with its reason',
        '设置 "seller" 或 "go-live"，内容与 PUT /v1/settings/… 相同，并注明原因',
      ),
    )
    .argument('<name>', say('seller or go-live', 'seller 或 go-live'))
    .argument('<json>', say('JSON or @file', 'JSON 或 @文件名'))
    .action(async (name: string, json: string) => (await import('./settings.ts')).setSettings(name, json));
  return settings;
}

function callCommand(): Command {
  return speaking(new Command('call'))
    .description(
      say(
        'send one request in JSON to the API and print its answer; exit code 1 when it is refused',
        '向 API 发送一个 JSON 请求并打印答复；被拒绝时退出码为 1',
      ),
    )
    .argument('<method>', say('get, put or post', 'get、put 或 post'))
    .argument('<path>', say('such as /v1/orders/SO-1; see "duecourse routes"', '例如 /v1/orders/SO-1；见 "duecourse routes"'))
    .option(
      '--body <json>',
      say('what to send: JSON, @file, or - for standard input', '请求内容：JSON、@文件，或用 - 表示标准输入'),
    )
    .option('--url <address>', say('where the API is', 'API 地址'), process.env['DUECOURSE_URL'] ?? 'http://localhost:3000')
    .addOption(
      new Option('--as <role>', say('with the key of the local stack for this role', '使用本地环境中该角色的密钥')).choices(
        roles,
      ),
    )
    .option('--data <dir>', say('data folder of the local stack', '本地环境的数据目录'), '.duecourse')
    .option('--idempotency-key <key>', say('so that a repeat is the same request', '重复发送时视为同一请求'))
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
  const main = speaking(new Command('duecourse'))
    .description(say('Credit control and receivables collection', '信用管理与应收账款催收'))
    .showHelpAfterError();
  main
    .command('start')
    .description(
      say(
        'run everything on this machine, with its own PostgreSQL and Temporal',
        '在本机运行全部组件，自带 PostgreSQL 和 Temporal',
      ),
    )
    .argument('[options...]', say('as of "npm start --"; see its --help', '与 "npm start --" 相同，见其 --help'))
    .helpOption(false)
    .allowUnknownOption()
    .action(async (_options, _flags, command: Command) => (await import('./serve.ts')).runStack(command.args));
  main
    .command('api')
    .description(say('serve the API', '提供 API 服务'))
    .action(async () => (await import('./serve.ts')).runApi());
  main
    .command('worker')
    .description(say('run workflows, activities and the relay', '运行工作流、活动和唤醒转发'))
    .action(async () => (await import('./serve.ts')).runWorker());
  main
    .command('migrate')
    .description(
      say(
        'bring the database to this version, with default policies and calendars',
        '把数据库升级到本版本，并装入默认信用政策和日历',
      ),
    )
    .action(async () => (await import('./store-commands.ts')).runMigrate());
  main
    .command('doctor')
    .description(say('say what is wrong with this deployment and how to put it right', '检查本部署的问题及处理办法'))
    .option('--json', say('findings as JSON', '以 JSON 输出检查结果'), false)
    .option(
      '--data <dir>',
      say('data folder of the local stack, when no DATABASE_URL is set', '本地环境的数据目录（未设置 DATABASE_URL 时使用）'),
      '.duecourse',
    )
    .action(runDoctor);
  main.addCommand(keyCommand());
  main.addCommand(installationCommand());
  main.addCommand(outletsCommand());
  main.addCommand(settingsCommand());
  main.addCommand(exposureCommand());
  main.addCommand(creditFileCommand());
  main.addCommand(scorecardCommand());
  main.addCommand(callCommand());
  main
    .command('routes')
    .description(say('list the routes of the API', '列出 API 的全部路径'))
    .argument('[word]', say('only those that hold it', '只列出包含该词的路径'))
    .action(printRoutes);
  main
    .command('openapi')
    .description(say('print the OpenAPI document', '打印 OpenAPI 文档'))
    .option('--out <file>', say('write it to a file instead', '写入文件'))
    .action(printOpenApi);
  return main;
}

/** What the user can mend is one sentence; the rest keeps its stack. */
function mendable(error: unknown): unknown {
  if (error instanceof ConfigError || error instanceof SchemaError) return new StackError(error.message, error.zh);
  if (error instanceof Refusal) {
    const say = (language: 'en' | 'zh'): string => refusalText(error.code, error.params, language).detail;
    return new StackError(say('en'), say('zh'));
  }
  const { code } = error as { code?: string };
  if (code === 'EADDRINUSE')
    return new StackError(
      'The port is taken: set DUECOURSE_PORT to a free one, or stop what listens there.',
      '端口已被占用：请把 DUECOURSE_PORT 设为空闲端口，或停止占用它的程序。',
    );
  if (code === 'ECONNREFUSED' || code === 'ENOTFOUND')
    return new StackError(
      'The database or Temporal cannot be reached: run "duecourse doctor" to see which, and why.',
      '无法连接数据库或 Temporal：请运行 "duecourse doctor" 查看是哪一个及原因。',
    );
  if (code === '53100' || code === '58030' || code === 'ENOSPC' || code === 'EDQUOT')
    return new StackError(
      'The disk is full: nothing was written; make room and run the command again.',
      '磁盘已满，未写入任何内容：请清理磁盘空间后重新执行。',
    );
  if (code === '42501')
    return new StackError(
      "The database login may not do this: migrations run as the owner (DATABASE_OWNER_URL), everything else as the app's login.",
      '该数据库账号无此权限：迁移须以所有者身份运行（DATABASE_OWNER_URL），其余以应用账号运行。',
    );
  return error;
}

try {
  await program().parseAsync();
} catch (error) {
  throw mendable(error);
}
