import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestApi } from '../support/api.ts';
import type { TestApi } from '../support/api.ts';
import { tempFolder } from '../support/temp.ts';

const command = fileURLToPath(new URL('../../cli/duecourse.mjs', import.meta.url));

let api: TestApi;
let url: string;
const server = createServer((req, res) => void api.app(req, res));
beforeAll(async () => {
  api = await openTestApi();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.close();
  await api.close();
});

interface Ran {
  code: number;
  out: string;
  err: string;
}
function run(args: readonly string[], env: Record<string, string> = {}, input = ''): Promise<Ran> {
  return new Promise((resolve) => {
    const whole = { ...process.env, LANG: 'C', LC_ALL: 'C', DUECOURSE_API_KEY: '', DUECOURSE_URL: url, ...env };
    const child = execFile(process.execPath, [command, ...args], { env: whole }, (error, out, err) => {
      resolve({ code: error ? Number(error.code ?? 1) : 0, out, err });
    });
    child.stdin?.end(input);
  });
}

const customer = { name: 'Called', type: 'hospital', region: 'SH', currency: 'CNY', terms: { days: 30 } };

test('a route is called with a body, from a file or standard input, under a key or a role of the local stack', async () => {
  const key = { DUECOURSE_API_KEY: api.keys.erp };
  const put = await run(['call', 'put', '/v1/customers/CALL', '--body', JSON.stringify(customer)], key);
  expect([put.code, JSON.parse(put.out)]).toMatchObject([0, { externalId: 'CALL', changed: true }]);
  const folder = tempFolder();
  const order = {
    customer: 'CALL',
    currency: 'CNY',
    requestedShipDate: '2026-10-01',
    lines: [{ line: 1, item: 'A', quantity: '1', unitPrice: '10.00' }],
  };
  writeFileSync(join(folder, 'order.json'), JSON.stringify(order));
  writeFileSync(join(folder, 'api-keys.json'), JSON.stringify(api.keys));
  const as = ['--as', 'erp', '--data', folder];
  const held = await run(['call', 'put', 'v1/orders/CALL-1', '--body', `@${join(folder, 'order.json')}`, ...as]);
  expect([held.code, JSON.parse(held.out)]).toMatchObject([0, { decision: 'held', reasons: [{ code: 'no-limit' }] }]);
  const cancelled = await run(['call', 'post', '/v1/orders/CALL-1/cancel', '--body', '-', ...as], {}, '{}');
  expect([cancelled.code, JSON.parse(cancelled.out)]).toMatchObject([0, { state: 'cancelled' }]);
}, 60_000);

test('a refusal goes to the error stream in the language of the terminal, and the exit code is 1', async () => {
  const bad = ['call', 'put', '/v1/customers/BAD', '--body', JSON.stringify({ ...customer, currency: 'yuan' })];
  const { code, out, err } = await run(bad, { DUECOURSE_API_KEY: api.keys.erp, LC_ALL: 'zh_CN.UTF-8' });
  expect([code, out]).toEqual([1, '']);
  const problem = JSON.parse(err) as { detail: string; errors: { pointer: string }[] };
  expect(new Set(problem.errors.map(({ pointer }) => pointer))).toEqual(new Set(['/currency']));
  expect(problem.detail).toMatch(/[\u4e00-\u9fff]/);
}, 60_000);

test('what is missing is one sentence that says how to mend it', async () => {
  const nobody = await run(['call', 'get', '/v1/me']);
  expect([nobody.code, nobody.err.trim()]).toEqual([
    1,
    'Whose call is it? Set DUECOURSE_API_KEY, or name a role of the local stack with --as.',
  ]);
  const empty = tempFolder();
  expect((await run(['call', 'get', '/v1/me', '--as', 'erp', '--data', empty])).err).toContain('holds no key of erp');
  const away = await run(['call', 'get', '/v1/me'], { DUECOURSE_API_KEY: 'x', DUECOURSE_URL: 'http://127.0.0.1:1' });
  expect(away.err).toContain('The API cannot be reached at http://127.0.0.1:1 (');
  const file = await run(['call', 'put', '/v1/customers/X', '--body', '@nowhere.json'], { DUECOURSE_API_KEY: 'x' });
  expect(file.err.trim()).toBe('The file nowhere.json cannot be read.');
}, 60_000);

test('the routes are listed, all of them or those that hold a word', async () => {
  const { out } = await run(['routes', 'order-holds']);
  expect(
    out
      .split('\n')
      .filter(Boolean)
      .map((line) => line.split(/\s+/).slice(0, 2).join(' ')),
  ).toEqual(['GET /v1/order-holds', 'GET /v1/order-holds/{id}', 'POST /v1/order-holds/{id}/decision']);
}, 60_000);
