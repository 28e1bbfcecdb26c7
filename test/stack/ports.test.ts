import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { StackError } from '../../stack/error.ts';
import { freePort } from '../../stack/ports.ts';
import type { ChoosePort } from '../../stack/ports.ts';
import { startPostgres } from '../../stack/postgres.ts';
import { resolveTemporal, startTemporal } from '../../stack/temporal.ts';
import { tempFolder } from '../support/temp.ts';

/** A port that looked free when it was chosen, and is somebody else's when it is bound. */
async function takenPort(): Promise<number> {
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise((resolve) => server.close(() => resolve(undefined))));
  return (server.address() as AddressInfo).port;
}

/** Chooses the taken port so many times, then as the system does. */
function unlucky(port: number, times: number): ChoosePort {
  let left = times;
  return (prefer) => (left-- > 0 ? Promise.resolve(port) : freePort(prefer));
}

test('a port of PostgreSQL taken between choosing and binding: another is chosen; after a few, one sentence', async () => {
  const dataDir = tempFolder();
  const taken = await takenPort();
  const postgres = await startPostgres({ dataDir, choosePort: unlucky(taken, 2) });
  expect(postgres.port).not.toBe(taken);
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  await client.end();
  await postgres.stop();
  const never = startPostgres({ dataDir, choosePort: unlucky(taken, Infinity) });
  await expect(never).rejects.toThrow(StackError);
  await expect(never).rejects.toThrow(/^PostgreSQL found no port: [^\n]+$/);
});

test('the same holds for the ports of Temporal', async () => {
  const found = await resolveTemporal({ env: { ...process.env, TEMPORAL_ADDRESS: '' }, progress: () => undefined });
  if (found.kind !== 'binary') throw new Error('a binary was expected');
  const taken = await takenPort();
  const start = (times: number) =>
    startTemporal({ binary: found.path, namespace: 'duecourse', choosePort: unlucky(taken, times) });
  const temporal = await start(1);
  expect(temporal.address).not.toContain(String(taken));
  await temporal.stop();
  await expect(start(Infinity)).rejects.toThrow(/^Temporal found no port: [^\n]+$/);
});
