import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { freePort } from '../../stack/ports.ts';
import { startFakeSmtp } from '../support/fake-smtp.ts';
import { killStack, startStack } from '../support/stack-process.ts';
import { throwawayParent } from '../support/temp.ts';

const command = fileURLToPath(new URL('../../cli/duecourse.mjs', import.meta.url));
const run = promisify(execFile);
interface Said {
  url: string;
  temporalUi: string;
  apiKeys: { auditor: string };
}
interface Finding {
  state: string;
  code: string;
}

test(
  'a running stack shows where to go on, logs requests, keeps histories to its owner, and the doctor finds it whole',
  { timeout: 120_000 },
  async () => {
    const folder = mkdtempSync(join(throwawayParent(), 'duecourse-running-'));
    chmodSync(folder, 0o755);
    const stack = startStack(folder, ['--empty', '--port', String(await freePort(undefined))]);
    onTestFinished(async () => {
      if (stack.process.exitCode === null) {
        stack.process.kill('SIGTERM');
        await once(stack.process, 'exit');
      }
      rmSync(folder, { recursive: true, force: true });
    });
    const said = JSON.parse(await stack.ready) as Said;
    expect(said.temporalUi).toMatch(/\/namespaces\/duecourse\/workflows$/);

    const door = await fetch(said.url, { headers: { 'Accept-Language': 'zh' } });
    expect(door.status).toBe(200);
    expect(await door.text()).toMatch(/href="\/docs".*接口/s);
    await fetch(`${said.url}/v1/clock`, {
      headers: { Authorization: `Bearer ${said.apiKeys.auditor}`, 'X-Request-Id': 'asked-by-the-test' },
    });
    const logged = (): string =>
      readFileSync(join(folder, 'logs/duecourse.log'), 'utf8')
        .split('\n')
        .find((line) => line.includes('asked-by-the-test')) ?? '';
    await expect.poll(logged, { timeout: 10_000 }).toMatch(/\/v1\/clock/);

    const store = readdirSync(folder).filter((name) => name.startsWith('temporal.db'));
    expect(store.length).toBeGreaterThan(0);
    for (const name of store) expect((statSync(join(folder, name)).mode & 0o077).toString(8), name).toBe('0');

    const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], LANG: 'C' };
    const { stdout } = await run(process.execPath, [command, 'doctor', '--json', '--data', folder], { env });
    const findings = JSON.parse(stdout) as Finding[];
    expect(findings.filter(({ state }) => state === 'bad')).toEqual([]);
    expect(findings.map(({ code }) => code)).toContain('temporal-ok');
    expect(findings.map(({ code }) => code)).not.toContain('engine-other');
  },
);

test(
  'an import without what a letter must name sends nothing, and says what is missing and how it is given',
  { timeout: 180_000 },
  async () => {
    const folder = mkdtempSync(join(throwawayParent(), 'duecourse-imported-'));
    const [file, mapping] = [join(folder, 'ledger.csv'), join(folder, 'mapping.json')];
    writeFileSync(file, 'externalId,customer,issueDate,dueDate,amount\nI-1,C-1,2026-08-03,2026-09-02,100.00\n');
    const columns = ['externalId', 'customer', 'issueDate', 'dueDate', 'amount'].map((column) => [column, { column }]);
    const fixed = { currency: { value: 'CNY' }, ladder: { value: 'general-30' }, contactLanguage: { value: 'en' } };
    const fields = { ...Object.fromEntries(columns), ...fixed } as object;
    writeFileSync(mapping, JSON.stringify({ dates: 'YYYY-MM-DD', shift: false, inventedDomain: 'example', fields }));
    const smtp = await startFakeSmtp();
    // All that a way out needs, but the settings.
    const env = { SMTP_URL: smtp.url, SMTP_FROM: 'Accounts <ar@seller.example>', DUECOURSE_INSTALLATION: 'an-import' };
    const args = ['--stepped', '--from', '2026-10-12', '--port', '0', '--import', file, '--mapping', mapping];
    const stack = startStack(join(folder, 'data'), args, env);
    onTestFinished(async () => {
      await killStack(stack, true).catch(() => undefined);
      await smtp.close();
      rmSync(folder, { recursive: true, force: true });
    });
    const { url, apiKeys } = JSON.parse(await stack.ready) as Said;
    expect([smtp.connections, smtp.mails.length]).toEqual([0, 0]);
    const read = async (path: string) =>
      (await (await fetch(url + path, { headers: { Authorization: `Bearer ${apiKeys.auditor}` } })).json()) as {
        missing: { part: string; message: string }[];
        data: { outbox: boolean; sentAt: string | null; stateText: string }[];
      };
    const { missing } = await read('/v1/settings');
    expect(missing.map(({ part }) => part)).toEqual(
      expect.arrayContaining(['seller-phone', 'seller-account', 'seller-signature']),
    );
    const said = stack.said();
    for (const { message } of missing) expect(said).toContain(message);
    expect(said).toContain('duecourse settings set seller @seller.json, duecourse settings set go-live @go-live.json');
    const { data } = await read('/v1/messages');
    expect(data.length).toBeGreaterThan(0);
    expect(data.filter(({ outbox }) => !outbox)).toEqual([]);
    expect(data.filter(({ sentAt }) => sentAt !== null)).toEqual([]);
    expect(new Set(data.map(({ stateText }) => stateText))).toEqual(new Set(['written, kept in the outbox, not sent']));
  },
);
