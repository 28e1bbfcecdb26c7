import { spawnSync } from 'node:child_process';
import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { StackError } from '../../stack/error.ts';
import { parseStackOptions } from '../../stack/options.ts';
import { freePort, isPortFree, requirePort } from '../../stack/ports.ts';

test('without arguments the stack runs in .duecourse on port 3000 with the recent ledger', () => {
  expect(parseStackOptions([], '/work')).toEqual({
    empty: false,
    stepped: false,
    from: undefined,
    port: 3000,
    data: '/work/.duecourse',
    json: false,
    reset: false,
    replay: 'recent',
    import: undefined,
    mapping: undefined,
  });
});

test('every option arrives, relative paths made absolute', () => {
  const args =
    '--stepped --from 2026-01-05 --port 4000 --data d --json --reset --replay full --import a.csv --mapping m.json'.split(' ');
  expect(parseStackOptions(args, '/work')).toEqual({
    empty: false,
    stepped: true,
    from: '2026-01-05',
    port: 4000,
    data: '/work/d',
    json: true,
    reset: true,
    replay: 'full',
    import: '/work/a.csv',
    mapping: '/work/m.json',
  });
});

test.each([
  [['--port', '65536'], 'from 0 to 65535'],
  [['--port', '3e3'], 'from 0 to 65535'],
  [['--from', '2026-02-30', '--stepped'], 'calendar date'],
  [['--from', '2026-02-03'], 'needs --stepped'],
  [['--replay', 'half'], 'Allowed choices are full, recent'],
  [['--import', 'a.csv'], 'give both'],
  [['--mapping', 'a.json'], 'give both'],
  [['--empty', '--import', 'a', '--mapping', 'b'], 'exclude each other'],
  [['--colour'], "Unknown option '--colour'"],
  [['--prot', '1'], 'Did you mean --port?'],
  [['now'], 'Too many arguments'],
])('%j is refused in one sentence', (args, part) => {
  const parse = () => parseStackOptions(args, '/work');
  expect(parse).toThrow(StackError);
  expect(parse).toThrow(part);
  expect(parse).not.toThrow('\n');
});

test('a taken port is one sentence, a free one passes, and a preferred one is kept only when free', async () => {
  const server = createServer();
  onTestFinished(() => void server.close());
  const port = await freePort();
  await requirePort(port);
  expect(await freePort(port)).toBe(port);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  await expect(requirePort(port)).rejects.toThrow(`Port ${port} is already in use`);
  expect(await isPortFree(port)).toBe(false);
  expect(await freePort(port)).not.toBe(port);
});

test.each([
  ['C.UTF-8', 'Duecourse needs Node 20.19 or newer, and this is Node 18.20.4: install a current one from https://nodejs.org.\n'],
  ['zh_CN.UTF-8', 'Duecourse 需要 Node 20.19 或更新版本，当前为 Node 18.20.4：请从 https://nodejs.org 安装。\n'],
])('the launcher refuses an old Node with one sentence (%s) and exit code 1', (locale, sentence) => {
  const pretend = "Object.defineProperty(process.versions,'node',{value:'18.20.4'})";
  const answer = spawnSync(process.execPath, ['--import', `data:text/javascript,${pretend}`, 'stack/launch.mjs'], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, LC_ALL: locale },
  });
  expect(answer.stderr).toBe(sentence);
  expect(answer.status).toBe(1);
});
