import { execFile } from 'node:child_process';
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { expect, inject, onTestFinished, test } from 'vitest';
import { startApi } from '../../api/main.ts';
import { openLogger } from '../../config/log.ts';
import { createApiKey } from '../../store/access/api-keys.ts';
import { openWorld, until, workflowIdOf } from '../support/world.ts';
import { throwawayParent } from '../support/temp.ts';

interface Line {
  msg: string;
  level: number;
  req?: { id: string };
  res?: { status: number };
  process?: string;
  err?: { name: string; message: string; code?: string; stack: string };
}

const command = fileURLToPath(new URL('../../cli/duecourse.mjs', import.meta.url));

test('a defect is found in the log of API, worker and command line: name, message, code, stack and request, once', async () => {
  const folder = mkdtempSync(join(throwawayParent(), 'duecourse-defects-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const logTo = (name: string) => openLogger('info', openSync(join(folder, name), 'a'));
  const linesOf = (name: string): Line[] =>
    readFileSync(join(folder, name), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Line);

  const world = await openWorld({ from: '2026-02-02', log: logTo('worker') });
  onTestFinished(() => world.close());
  const api = await startApi({ config: world.config, store: world.store, log: logTo('api'), port: 0 });
  onTestFinished(() => api.close());
  const { secret } = await createApiKey(world.store, { name: 'auditor', role: 'auditor' });
  await world.customer('M-1');
  const id = await world.invoice({ id: 'M-1', customer: 'M-1', amount: '100.00', issued: '2026-02-02', due: '2026-03-04' });
  await world.settled();

  // The planted defect: a table the code counts on is called otherwise.
  const owner = new pg.Client({ connectionString: world.url });
  await owner.connect();
  onTestFinished(() => owner.end());
  await owner.query('alter table rung rename to rung_away');
  const planted = { name: 'error', message: 'relation "rung" does not exist', code: '42P01' };

  const res = await fetch(`${api.url}/v1/receivables/${id}`, { headers: { Authorization: `Bearer ${secret}` } });
  expect(res.status).toBe(500);
  const request = res.headers.get('x-request-id');
  await until('the request is logged', () => Promise.resolve(linesOf('api').some((line) => line.req?.id === request)));
  const told = linesOf('api').filter((line) => line.req?.id === request);
  expect(told).toHaveLength(1);
  expect(told[0]).toMatchObject({ msg: 'request failed', level: 50, res: { status: 500 }, err: planted });
  expect(told[0]?.err?.stack).toMatch(/relation "rung" does not exist[^]*store\/dunning\/receivable-read\.ts:\d+/);

  await owner.query('update wake set asked = asked + 1 where subject = $1', [workflowIdOf(id)]);
  const failed = () => linesOf('worker').find((line) => line.process === workflowIdOf(id) && line.err !== undefined);
  await until('the activity failed', () => Promise.resolve(failed() !== undefined));
  expect(failed()).toMatchObject({ err: planted });
  expect(failed()?.err?.stack).toMatch(/store\/\w+\/receivable-\w+\.ts:\d+/);
  await owner.query('alter table rung_away rename to rung');

  await owner.query('alter table credit_account rename to credit_account_away');
  const env = { ...process.env, DATABASE_URL: world.url, TEMPORAL_ADDRESS: inject('temporalAddress'), DUECOURSE_MODE: 'local' };
  const said = await new Promise<string>((resolve) => {
    execFile(process.execPath, [command, 'exposure', 'check'], { env }, (_error, _out, err) => resolve(err));
  });
  expect(said.match(/relation "credit_account" does not exist/g)).toHaveLength(1);
  expect(said).toMatch(/store\/\w+\/[\w-]+\.ts:\d+/);
  expect(said).toContain('[42P01]');
  await owner.query('alter table credit_account_away rename to credit_account');
  await world.settled();
});
