import { setTimeout as delay } from 'node:timers/promises';

/** A request of an integrator, with its own Idempotency-Key. */
export interface Sending {
  readonly path: string;
  readonly body: object;
  readonly key: string;
}

/** One answer to it, as it came over the wire; null: the connection broke before there was one. */
export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
  readonly replayed: boolean;
}

export interface Told {
  readonly sending: Sending;
  /** Every answer it got, first to last; the last one is final. */
  readonly answers: readonly Answer[];
  readonly broken: number;
}

const MOST_TRIES = 600;

/** Whether the sender may or must send the same again: the service is away, or its first try still runs. */
const isPassing = ({ status, text }: Answer): boolean =>
  status === 503 || (status === 409 && (JSON.parse(text) as { code?: string }).code === 'idempotency-running');

/** Sends once; null when the connection broke. */
export async function send(url: string, apiKey: string, { path, body, key }: Sending): Promise<Answer | null> {
  const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json', 'idempotency-key': key };
  try {
    const res = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) });
    const text = await res.text();
    const type = res.headers.get('content-type')?.split(';')[0] ?? '';
    return { status: res.status, type, text, replayed: res.headers.get('idempotency-replayed') === 'true' };
  } catch {
    return null;
  }
}

/** Sends the same with the same key until there is a final answer, as an integrator does. */
export async function insist(url: string, apiKey: string, sending: Sending): Promise<Told> {
  const answers: Answer[] = [];
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const answer = await send(url, apiKey, sending);
    if (answer) answers.push(answer);
    if (answer && !isPassing(answer)) return { sending, answers, broken: tries + 1 - answers.length };
    await delay(100);
  }
  throw new Error(`no final answer to ${sending.path}: ${JSON.stringify(answers.at(-1))}`);
}

/** Sends all, `callers` at a time. */
export async function insistOnAll(url: string, apiKey: string, all: readonly Sending[], callers: number): Promise<Told[]> {
  const queue = [...all];
  const told: Told[] = [];
  const caller = async (): Promise<void> => {
    for (let next = queue.shift(); next; next = queue.shift()) told.push(await insist(url, apiKey, next));
  };
  await Promise.all(Array.from({ length: callers }, caller));
  return told;
}
