import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a stub register says to a request. */
export interface Reply {
  status?: number;
  headers?: Record<string, string>;
  /** Sent as JSON, or as it is when it is a text. */
  body?: unknown;
  /** Never answers. */
  silent?: true;
}

/** A stub of a register on a port of its own: answers what the test tells it to, and remembers what it was asked. */
export interface FakeRegister {
  url: string;
  /** Bodies and headers of the requests, in order. */
  asked: { path: string; body: unknown; headers: IncomingMessage['headers'] }[];
  answer(reply: Reply | ((taxId: string) => Reply)): void;
  close(): Promise<void>;
}

export async function openRegister(first: Reply | ((taxId: string) => Reply)): Promise<FakeRegister> {
  let reply = first;
  const asked: FakeRegister['asked'] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { taxId: string };
      asked.push({ path: request.url ?? '', body, headers: request.headers });
      const said = typeof reply === 'function' ? reply(body.taxId) : reply;
      if (said.silent) return;
      response.writeHead(said.status ?? 200, { 'content-type': 'application/json', ...said.headers });
      response.end(typeof said.body === 'string' ? said.body : JSON.stringify(said.body ?? {}));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    answer(next) {
      reply = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
