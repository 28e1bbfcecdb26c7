import { execFileSync } from 'node:child_process';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { killStack, startStack } from '../support/stack-process.ts';
import { tempFolder } from '../support/temp.ts';
import { until } from '../support/world-over.ts';

const UP_MS = 120_000;

/** A disk of its own, of so many MiB, for as long as the test runs: who may not mount one hears so, and nothing is skipped. */
function smallDisk(megabytes: number): string {
  const folder = tempFolder();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder], { stdio: 'pipe' });
  } catch (error) {
    throw new Error('a disk that can be filled is needed: run this as root, where mounting is allowed', { cause: error });
  }
  onTestFinished(() => void execFileSync('umount', ['--lazy', folder]));
  return folder;
}

/** Takes all the room that is left, to the last byte. */
function fill(folder: string): () => void {
  const file = join(folder, 'filler');
  const fd = openSync(file, 'w');
  for (let size = 1 << 20; size > 0;)
    try {
      writeSync(fd, Buffer.alloc(size));
    } catch {
      size >>= 1;
    }
  closeSync(fd);
  return () => rmSync(file, { force: true });
}

const customer = { name: 'C', type: 'other', region: 'SH', currency: 'CNY', terms: { days: 30 }, contacts: [] };

test(
  'a full disk under the database, the engine and the log: facts are refused with one sentence, and taken again when there is room',
  { timeout: 900_000 },
  async () => {
    const disk = smallDisk(600);
    const dataDir = join(disk, 'data');
    const stack = startStack(dataDir, ['--empty', '--stepped', '--port', '0']);
    onTestFinished(() => killStack(stack, true).catch(() => undefined));
    const { url, apiKeys, databaseUrl } = JSON.parse(await stack.ready) as {
      url: string;
      apiKeys: Record<string, string>;
      databaseUrl: string;
    };
    const put = async (id: string): Promise<{ status: number; code: string; detail: string }> => {
      const headers = { Authorization: `Bearer ${apiKeys['erp']}`, 'Content-Type': 'application/json' };
      // Long enough that tables and the log of what is written must grow.
      const body = JSON.stringify({ ...customer, name: `${id} ${'x'.repeat(150)}` });
      const res = await fetch(`${url}/v1/customers/${id}`, { method: 'PUT', headers, body });
      const { code = '', detail = '' } = (await res.json()) as { code?: string; detail?: string };
      return { status: res.status, code, detail };
    };
    const kept: string[] = [];
    const answers = new Map<string, number>();
    const keep = async (id: string): Promise<number> => {
      const { status, code, detail } = await put(id).catch((error: unknown) => ({ status: 0, code: String(error), detail: '' }));
      answers.set(`${status} ${code}`, (answers.get(`${status} ${code}`) ?? 0) + 1);
      if (status === 201) kept.push(id);
      if (code === 'storage-full') expect(detail).toContain('nothing was stored');
      return status;
    };
    expect(await keep('C-0')).toBe(201);

    let empty = fill(disk);
    const began = performance.now();
    for (let n = 1; performance.now() - began < 30_000; n += 1) if ((await keep(`F-${n}`)) !== 201) await delay(200);
    console.log('while full:', Object.fromEntries(answers));
    expect(stack.process.exitCode).toBeNull();
    expect([...answers.keys()].filter((answer) => !/^(201 |503 storage-full)$/.test(answer))).toEqual([]);
    expect(answers.get('503 storage-full')).toBeGreaterThan(0);

    empty();
    answers.clear();
    let n = 0;
    const freed = performance.now();
    await until('facts are taken again', async () => (await keep(`A-${(n += 1)}`)) === 201, UP_MS);
    console.log(`taken again after ${Math.round(performance.now() - freed)} ms:`, Object.fromEntries(answers));
    const headers = { Authorization: `Bearer ${apiKeys['erp']}` };
    for (const id of kept) expect((await fetch(`${url}/v1/customers/${id}`, { headers })).status, id).toBe(200);
    const ready = async () => (await fetch(`${url}/readyz`)).status === 200;
    await until('all is well', ready, UP_MS);

    // The worst of it: not even the log of what is written can grow, at which PostgreSQL ends itself.
    const owner = new pg.Client({ connectionString: databaseUrl });
    owner.on('error', () => undefined);
    await owner.connect();
    answers.clear();
    empty = fill(disk);
    for (let turn = 0; turn < 50; turn += 1) {
      await owner.query('select pg_switch_wal()').catch(() => undefined);
      await keep(`W-${(n += 1)}`);
    }
    for (let turn = 0; turn < 20; turn += 1) {
      await keep(`W-${(n += 1)}`);
      await delay(500);
    }
    console.log('without room for its log:', Object.fromEntries(answers), 'stderr:', stack.said());
    expect(stack.said().match(/^The disk of .* is full: PostgreSQL waits for room.*$/gm)).toHaveLength(1);
    const health = await fetch(`${url}/healthz`);
    expect(health.status).toBe(200);
    expect(stack.process.exitCode).toBeNull();
    expect([...answers.keys()].filter((answer) => !/^(201|503) /.test(answer))).toEqual([]);
    empty();
    answers.clear();
    const again = performance.now();
    await until('facts are taken again', async () => (await keep(`B-${(n += 1)}`)) === 201, UP_MS);
    console.log(`taken again after ${Math.round(performance.now() - again)} ms:`, Object.fromEntries(answers));
    await until('all is well', ready, UP_MS);
    for (const id of kept) expect((await fetch(`${url}/v1/customers/${id}`, { headers })).status, id).toBe(200);
    await owner.end().catch(() => undefined);
  },
);
