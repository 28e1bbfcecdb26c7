import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { doctor, examine } from '../../cli/doctor.ts';
import { findingText, findings } from '../../cli/doctor-words.ts';
import type { FindingCode } from '../../cli/doctor-words.ts';
import { APP_LOGIN } from '../../store/platform/logins.ts';
import { setUp } from '../../store/setup.ts';
import { freshDatabase } from '../support/database.ts';
import { tempFolder } from '../support/temp.ts';

const command = fileURLToPath(new URL('../../cli/duecourse.mjs', import.meta.url));

let database: { url: string; drop(): Promise<void> };
let env: Record<string, string>;
beforeAll(async () => {
  database = await freshDatabase();
  await setUp(database.url);
  env = {
    DATABASE_URL: database.url,
    TEMPORAL_ADDRESS: inject('temporalAddress'),
    TEMPORAL_NAMESPACE: inject('temporalNamespace'),
    DUECOURSE_MODE: 'local',
    PATH: process.env['PATH'] ?? '',
    LANG: 'C',
  };
});
afterAll(() => database.drop());

function run(args: readonly string[], more: Record<string, string> = {}): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [command, ...args],
      { env: { ...process.env, ...env, ...more }, maxBuffer: 2 ** 24 },
      (error, out, err) => {
        resolve({ code: error ? Number(error.code ?? 1) : 0, out, err });
      },
    );
  });
}

const codes = async (more: Record<string, string> = {}): Promise<FindingCode[]> =>
  (await examine({ ...env, ...more })).map((finding) => finding.code);

async function query(text: string): Promise<void> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query(text);
  await client.end();
}

test('a whole deployment gets a clean bill and exit code 0', async () => {
  const lines: string[] = [];
  expect(await doctor(env, (line) => lines.push(line))).toBe(0);
  expect(lines.join('\n')).toMatch(/PostgreSQL 18/);
  expect(lines.filter((line) => line.startsWith('✘'))).toEqual([]);
});

test('what is wrong is named with how to mend it, and the exit code is 1', async () => {
  const away = { TEMPORAL_ADDRESS: '127.0.0.1:1', DATABASE_URL: 'postgres://x@127.0.0.1:1/none' };
  const lines: string[] = [];
  expect(await doctor({ ...env, ...away }, (line) => lines.push(line))).toBe(1);
  expect(await codes(away)).toEqual(expect.arrayContaining(['postgres-down', 'temporal-down']));
  expect(await codes({ TEMPORAL_NAMESPACE: 'nobody-made-this' })).toContain('namespace-missing');
  expect(await codes({ DUECOURSE_PORT: 'x' })).toEqual(['node-ok', 'settings-bad']);
  expect(await codes({ SMTP_URL: 'smtp://127.0.0.1:1', SMTP_FROM: 'a@b.c' })).toContain('email-unreachable');
});

test('each fault of a database is found, and gone when mended', async () => {
  const faults: [broken: string, mended: string, code: FindingCode][] = [
    ['update calendar_year set published = false', 'update calendar_year set published = true', 'calendar-missing'],
    ['grant update on audit to duecourse_app', 'revoke update on audit from duecourse_app', 'audit-open'],
    [
      "insert into wake (subject, kind, asked, rang, rang_at, started_at) values ('x', 'receivable', 2, 2, now() - interval '5 minutes', now())",
      "delete from wake where subject = 'x'",
      'relay-late',
    ],
    [
      "update _prisma_migrations set migration_name = 'x' where migration_name = '20261201000000_base'",
      "update _prisma_migrations set migration_name = '20261201000000_base' where migration_name = 'x'",
      'migrations-pending',
    ],
    [
      "update function_source set checksum = 'x' || checksum where name = 'our_id'",
      "update function_source set checksum = substr(checksum, 2) where name = 'our_id'",
      'migrations-pending',
    ],
  ];
  // Late in the year the notice of the next one is wanted too.
  await query(
    'insert into calendar_year (year, published, source) select extract(year from now()) + n, true, null from generate_series(0, 1) n on conflict (year) do update set published = true',
  );
  for (const [broken, mended, code] of faults) {
    expect(await codes(), code).not.toContain(code);
    await query(broken);
    expect(await codes()).toContain(code);
    await query(mended);
    expect(await codes()).not.toContain(code);
  }
});

test('a process that logs in as the owner is told so; as the app it is not', async () => {
  const asApp = Object.assign(new URL(database.url), { username: APP_LOGIN, password: randomUUID() }).href;
  expect((await run(['migrate'], { DATABASE_URL: asApp, DATABASE_OWNER_URL: database.url })).code).toBe(0);
  expect(await codes({ DATABASE_URL: asApp })).toContain('roles-ok');
  expect(await codes()).toContain('login-owns');
  const production = { ...env, DUECOURSE_MODE: 'production' };
  expect((await examine(production)).find((finding) => finding.code === 'login-owns')).toMatchObject({ state: 'bad' });
  const refused = await run(['migrate'], { DATABASE_URL: asApp });
  expect(refused).toMatchObject({ code: 1 });
  expect(refused.err).toContain('DATABASE_OWNER_URL');
});

test('production refuses a clock that was moved', async () => {
  const production = { DUECOURSE_MODE: 'production', DATABASE_URL: database.url };
  const url = new URL(database.url);
  url.password = url.password === '' ? 'Zk39fjQ2pLw' : url.password;
  expect(await codes({ ...production, DATABASE_URL: url.href })).not.toContain('clock-loose');
  await query("update clock set pinned = false, speed = 0, business_anchor = '2026-01-01'");
  expect(await codes({ ...production, DATABASE_URL: url.href })).toContain('clock-loose');
  await query('update clock set pinned = true, speed = 1, business_anchor = real_anchor');
});

test('a connected channel that keeps its messages says why and how to mend it; the operator names the database, and a switch is listed', async () => {
  const smtp = { SMTP_URL: 'smtp://127.0.0.1:1', SMTP_FROM: 'a@b.c' };
  expect(await codes(smtp)).toContain('kept-installation-unnamed');
  expect((await run(['installation', 'claim'])).code).toBe(1);
  const claimed = await run(['installation', 'claim', '--reason', 'first deployment']);
  const installation = /^DUECOURSE_INSTALLATION=(.+)$/m.exec(claimed.out)?.[1] ?? '';
  const named = { ...smtp, DUECOURSE_INSTALLATION: installation };
  expect(await codes(named)).toContain('outlets-ok');
  expect(await codes({ ...named, DUECOURSE_INSTALLATION: 'another-house' })).toContain('kept-other-installation');
  await query('update clock set pinned = false');
  expect(await codes(named)).toContain('kept-clock-movable');
  expect((await run(['outlets', 'open', 'pigeon', '--reason', 'x'])).code).toBe(1);
  const opened = await run(['outlets', 'open', 'email', '--reason', 'our own mailboxes'], named);
  expect(opened.out).toMatch(/email {2}E-mail {2}live \(opened by cli: our own mailboxes\)/);
  expect((await run(['outlets', 'close', 'email', '--reason', 'done'], named)).out).toMatch(
    /email {2}E-mail {2}kept: the clock can be moved/,
  );
  await query('update clock set pinned = true');
});

test('every finding has its words in both languages, and what is wrong says how to mend it', () => {
  for (const code of Object.keys(findings) as FindingCode[]) {
    const [zh, en] = (['zh', 'en'] as const).map((language) => findingText({ state: 'bad', code }, language));
    expect(zh?.said).toMatch(/[\u4e00-\u9fff]|\{|Temporal|Node|PostgreSQL/);
    expect(en?.said).not.toMatch(/[\u4e00-\u9fff]/);
    expect(zh?.mend === null, code).toBe(en?.mend === null);
    if (!code.endsWith('-ok')) expect(en?.mend, code).toBeTruthy();
  }
});

test('the command makes a key that works once shown, and takes it back', async () => {
  const made = await run(['key', 'create', '--name', 'ERP', '--role', 'erp']);
  expect(made.out).toMatch(/^dck_[\w-]{43}\n$/);
  expect(made.err).not.toContain(made.out.trim());
  const id = /Key ([0-9a-f-]{36})/.exec(made.err)?.[1] ?? '';
  expect((await run(['key', 'revoke', id, '--reason', 'test'])).out).toContain('revoked');
  const unknown = await run(['key', 'revoke', '01980a3e-7c1e-7000-8000-000000000001']);
  expect(unknown).toMatchObject({ code: 1 });
  expect(unknown.err).not.toContain('at ');
});

test('what the user can mend is a sentence without a stack, and the exit code is 1', async () => {
  for (const [args, more] of [
    [['api'], { DATABASE_URL: '' }],
    [['migrate'], { DATABASE_URL: 'postgres://x@127.0.0.1:1/none' }],
    [['key', 'create', '--name', 'S', '--role', 'sales'], {}],
  ] as const) {
    const { code, err } = await run(args, more);
    expect(code).toBe(1);
    expect(err).not.toMatch(/\n\s+at /);
    expect(err.length).toBeGreaterThan(20);
  }
  expect((await run(['nonsense'])).code).toBe(1);
});

test('what is wrong with settings and arguments is said in the language of the terminal, by name', async () => {
  const zh = async (args: string[], more: Record<string, string> = {}): Promise<string> =>
    (await run(args, { LANG: 'zh_CN.UTF-8', ...more })).err;
  expect(await zh(['api'], { DATABASE_URL: '', DUECOURSE_PORT: 'x' })).toMatch(
    /^环境变量不可用：\n {2}DATABASE_URL 未设置：[^\n]+。\n {2}DUECOURSE_PORT 须为 0 至 65535 的整数。\n/,
  );
  expect(await zh(['scorecard', 'fit', '--from', '2026-13-01'])).toMatch(
    /^选项“--from <date>”不能取“2026-13-01”：须为真实存在的日期/,
  );
  expect(await zh(['key', 'create', '--name', 'x', '--role', 'king'])).toMatch(/不能取“king”，可选：erp、sales、/);
  expect(await zh(['nonsense'])).toMatch(/^没有命令“nonsense”。/);
  expect(await zh(['credit-file', 'verify'])).toMatch(/^缺少参数 <file>。/);
  expect((await run(['migrate'], { LANG: 'zh_CN.UTF-8' })).out).toBe('数据库结构已为最新。\n');
}, 60_000);

test('migrate again changes nothing and says so; the document is JSON; help names every command', async () => {
  expect((await run(['migrate'])).out).toBe('The schema is up to date.\n');
  expect(JSON.parse((await run(['openapi'])).out)).toMatchObject({ openapi: '3.1.0' });
  const help = (await run(['--help'])).out;
  for (const name of ['start', 'api', 'worker', 'migrate', 'doctor', 'key', 'scorecard', 'openapi'])
    expect(help).toMatch(new RegExp(`^ +${name}\\b`, 'm'));
});

test('help speaks the language of the terminal, and whoever has read enough of a list is not shown a stack', async () => {
  const { out, err } = await run(['--help'], { LANG: 'zh_CN.UTF-8' });
  expect(out).toMatch(/用法：[^]*命令：[^]*检查本部署的问题/);
  expect(err).toBe('');
  const start = fileURLToPath(new URL('../../stack/launch.mjs', import.meta.url));
  const shell = (text: string) =>
    new Promise<string>((resolve) =>
      execFile('sh', ['-c', text], { env: { ...process.env, ...env } }, (_, o, e) => resolve(o + e)),
    );
  expect(await shell(`'${process.execPath}' '${start}' --help`)).toMatch(/^Usage: npm start --/);
  expect(await run(['start', '--help'])).toMatchObject({ code: 0, out: expect.stringMatching(/^Usage: npm start --/) as string });
  expect(await shell(`'${process.execPath}' '${command}' routes | head -1`)).toMatch(/^\w+ +\/healthz[^\n]*\n$/);
});

test('a check that asks another namespace than the processes use says so', async () => {
  await query(`insert into setting (key, value) values ('temporalNamespace', '"elsewhere"')`);
  expect(await codes()).toContain('namespace-other');
  await query(`delete from setting where key = 'temporalNamespace'`);
  expect(await codes()).not.toContain('namespace-other');
});

test('the doctor speaks the language of the terminal', async () => {
  expect((await run(['doctor'], { LANG: 'zh_CN.UTF-8' })).out).toMatch(/数据库结构为最新/);
  const json = await run(['doctor', '--json']);
  expect(JSON.parse(json.out)).toEqual(expect.arrayContaining([expect.objectContaining({ state: 'ok', code: 'migrations-ok' })]));
});

test('exposure check says that every account equals its documents, or which does not, in both languages, and mends it with a reason', async () => {
  expect(await run(['exposure', 'check'])).toMatchObject({ code: 0 });
  await query(
    `insert into credit_account (kind, code, currency, opened_at, reserved_minor) values ('payer', 'C-drift', 'CNY', now(), 700)`,
  );
  const found = await run(['exposure', 'check']);
  expect(found.code).toBe(1);
  expect(found.out).toMatch(/payer C-drift: reserved by orders \(balance\) is CNY 7\.00, the documents say CNY 0\.00/);
  const zh = await run(['exposure', 'check'], { LANG: 'zh_CN.UTF-8' });
  expect(zh.out).toMatch(/付款方 C-drift：订单占用（余额）为人民币 7\.00 元，单据为人民币 0\.00 元/);
  expect((await run(['exposure', 'check', '--repair'])).err).toMatch(/needs --reason/);
  expect(await run(['exposure', 'check', '--repair', '--reason', 'found by the check'])).toMatchObject({ code: 0 });
  expect(await run(['exposure', 'check'])).toMatchObject({ code: 0 });
}, 120_000);

test('credit-file verify recomputes the hash of a credit file offline, and says when it was changed', async () => {
  const content = { trades: [{ open: '300.00', currency: 'CNY' }], customer: { name: '客户', currency: 'CNY' }, profile: null };
  const canonical = '{"customer":{"currency":"CNY","name":"客户"},"profile":null,"trades":[{"currency":"CNY","open":"300.00"}]}';
  const hash = createHash('sha256').update(canonical).digest('hex');
  const folder = tempFolder();
  const file = (name: string, of: object): string => {
    writeFileSync(join(folder, name), JSON.stringify(of));
    return join(folder, name);
  };
  const verify = (args: string[], more = {}) =>
    run(['credit-file', 'verify', ...args], { DATABASE_URL: '', TEMPORAL_ADDRESS: '', ...more });
  expect(await verify([file('good', { hash, content })])).toMatchObject({
    code: 0,
    out: expect.stringContaining(hash) as string,
  });
  expect(await verify([file('bare', content), '--hash', hash])).toMatchObject({ code: 0 });
  const changed = file('bad', { hash, content: { ...content, trades: [{ open: '301.00', currency: 'CNY' }] } });
  expect(await verify([changed])).toMatchObject({ code: 1, out: expect.stringMatching(/was changed/) as string });
  expect((await verify([changed], { LANG: 'zh_CN.UTF-8' })).out).toMatch(/授信档案已被改动：/);
  expect((await verify([file('none', content)])).err).toMatch(/--hash/);
  const deep = join(folder, 'deep');
  writeFileSync(deep, `{"hash":"x","content":{"a":${'['.repeat(200_000)}${']'.repeat(200_000)}}}`);
  writeFileSync(join(folder, 'broken'), '{"hash":');
  for (const unread of [deep, join(folder, 'broken'), join(folder, 'nowhere'), folder, file('list', [])])
    for (const [LANG, sentence] of [
      ['en_GB.UTF-8', /^\S+ is no credit file[^\n]*\.\n$|^The file \S+ cannot be read \(\w+\)\.\n$/],
      ['zh_CN.UTF-8', /^\S+ 不是授信档案文件[^\n]*。\n$|^无法读取文件 \S+（\w+）。\n$/],
    ] as const) {
      const { code, err } = await verify([unread], { LANG });
      expect({ code, err }).toEqual({ code: 1, err: expect.stringMatching(sentence) as string });
    }
}, 60_000);
