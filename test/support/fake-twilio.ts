import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export const accountSid = `AC${'0123456789abcdef'.repeat(2)}`;
export const authToken = 'a-token-of-the-test-4711';
export const fromNumber = '+15551230000';

/**
 * How the next calls to create a message end. `accept-then-drop`: the message is taken, then the connection breaks. `drop`: it breaks before.
 * A number is an HTTP status, with Twilio's error code.
 */
export type Behaviour = 'accept' | 'accept-then-drop' | 'drop' | 'accept-then-500' | { status: number; code: number };

export interface FakeMessage {
  sid: string;
  to: string;
  from: string;
  body: string;
  status: string;
  dateCreated: Date;
  statusCallback: string | null;
}

/** An HTTP server that answers like Twilio's API for messages: create and list, with a plan of failures. */
export interface FakeTwilio {
  url: string;
  /** Calls to create a message, whatever became of them. */
  calls: number;
  lists: number;
  messages: FakeMessage[];
  /** Outcomes of the next calls, first to last; after them all are accepted. */
  plan: Behaviour[];
  close(): Promise<void>;
}

export async function startFakeTwilio(): Promise<FakeTwilio> {
  const fake: FakeTwilio = { url: '', calls: 0, lists: 0, messages: [], plan: [], close: () => Promise.resolve() };
  const server = createServer((req, res) => {
    handle(fake, req, res).catch(() => res.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  fake.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  fake.close = () =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return fake;
}

async function handle(fake: FakeTwilio, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk as Buffer);
  const expected = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`;
  if (req.headers.authorization !== expected) return json(res, 401, { status: 401, code: 20003, message: 'Authenticate' });
  const url = new URL(req.url ?? '/', fake.url);
  if (url.pathname !== `/2010-04-01/Accounts/${accountSid}/Messages.json`) return json(res, 404, { status: 404, code: 20404 });
  if (req.method === 'GET') return list(fake, url, res);
  return create(fake, new URLSearchParams(Buffer.concat(chunks).toString('utf8')), res);
}

function create(fake: FakeTwilio, form: URLSearchParams, res: ServerResponse): void {
  fake.calls += 1;
  const behaviour = fake.plan.shift() ?? 'accept';
  if (behaviour === 'drop') return void res.destroy();
  if (typeof behaviour === 'object') return json(res, behaviour.status, { ...behaviour, message: 'refused' });
  const message: FakeMessage = {
    sid: `SM${randomUUID().replaceAll('-', '')}`,
    to: form.get('To') ?? '',
    from: form.get('From') ?? '',
    body: form.get('Body') ?? '',
    status: 'queued',
    dateCreated: new Date(),
    statusCallback: form.get('StatusCallback'),
  };
  fake.messages.push(message);
  if (behaviour === 'accept-then-drop') return void res.destroy();
  if (behaviour === 'accept-then-500') return json(res, 500, { status: 500, code: 20500, message: 'oops' });
  return json(res, 201, shown(message));
}

function list(fake: FakeTwilio, url: URL, res: ServerResponse): void {
  fake.lists += 1;
  const { searchParams: q } = url;
  const found = fake.messages.filter(
    (m) => (!q.get('To') || m.to === q.get('To')) && (!q.get('From') || m.from === q.get('From')),
  );
  json(res, 200, { messages: found.toReversed().map(shown), next_page_uri: null, page: 0, page_size: 50, uri: url.pathname });
}

const shown = (m: FakeMessage) => ({
  sid: m.sid,
  account_sid: accountSid,
  to: m.to,
  from: m.from,
  body: m.body,
  status: m.status,
  date_created: m.dateCreated.toUTCString(),
  date_updated: m.dateCreated.toUTCString(),
  date_sent: null,
});

function json(res: ServerResponse, status: number, body: object): void {
  res.writeHead(status, { 'content-type': 'application/json' });
  res.end(JSON.stringify(body));
}
