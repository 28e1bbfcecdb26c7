import type { AddressInfo } from 'node:net';
import PostalMime from 'postal-mime';
import type { Email } from 'postal-mime';
import { SMTPServer } from 'smtp-server';

/**
 * How the next mails end. `unknown-mailbox`: 550 at RCPT. `later`: 451 at RCPT. `refuse-data`: 554 after the text. `accept-then-drop`: the
 * text is taken and the connection breaks before the reply.
 */
export type MailBehaviour = 'accept' | 'unknown-mailbox' | 'later' | 'refuse-data' | 'accept-then-drop';

export interface FakeSmtp {
  url: string;
  /** Mails whose whole text arrived, whatever was replied. */
  mails: { envelopeTo: string[]; raw: string; parsed: Email }[];
  connections: number;
  plan: MailBehaviour[];
  close(): Promise<void>;
}

const reply = (code: number, text: string): Error => Object.assign(new Error(text), { responseCode: code });

/** A real SMTP server that keeps what it gets, with a plan of failures. */
export async function startFakeSmtp(): Promise<FakeSmtp> {
  const fake: FakeSmtp = { url: '', mails: [], connections: 0, plan: [], close: () => Promise.resolve() };
  let behaviour: MailBehaviour = 'accept';
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    logger: false,
    onConnect(_session, callback) {
      fake.connections += 1;
      behaviour = fake.plan.shift() ?? 'accept';
      callback();
    },
    onRcptTo(_address, _session, callback) {
      if (behaviour === 'unknown-mailbox') return callback(reply(550, '5.1.1 no such user'));
      if (behaviour === 'later') return callback(reply(451, '4.7.1 try again later'));
      callback();
    },
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const raw = Buffer.concat(chunks);
        const envelopeTo = session.envelope.rcptTo.map((to) => to.address);
        void PostalMime.parse(raw).then((parsed) => {
          fake.mails.push({ envelopeTo, raw: raw.toString('utf8'), parsed });
          if (behaviour === 'accept-then-drop') return cut(server);
          callback(behaviour === 'refuse-data' ? reply(554, '5.7.1 refused') : null);
        });
      });
    },
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  fake.url = `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`;
  fake.close = () => new Promise((resolve) => server.close(() => resolve()));
  return fake;
}

/** Breaks every open connection, as a crash would. */
function cut(server: SMTPServer): void {
  for (const connection of server.connections) (connection as { _socket?: { destroy(): void } })._socket?.destroy();
}
