import { execFile } from 'node:child_process';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:http';
import { promisify } from 'node:util';
import { openTestApi } from '../support/api.ts';

/** Runs a program to its end; what it wrote. Throws with its error text. */
export const run = promisify(execFile);

/** What every generated client tells of the README's story. */
export const told = {
  receivables: 2,
  paid: ['6000.00'],
  same: true,
  open: ['0.00', '6000.00'],
  refused: ['/amount'],
};

/** The API on a port of its own, with the document that it publishes there. */
export async function servedApi(): Promise<{ env: { API: string; KEY: string }; document: string; close(): Promise<void> }> {
  const api = await openTestApi();
  const server = createServer(api.app).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    env: { API: url, KEY: api.keys.erp },
    document: await (await fetch(`${url}/openapi.json`)).text(),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await api.close();
    },
  };
}
