import { createHash, randomUUID } from 'node:crypto';
import type { Request, Response } from 'express';
import type { Actor } from '../domain/platform/actor.ts';
import { Refusal, invalidAt } from '../domain/platform/refusal.ts';
import { beginRequest, dropRequest, endRequest, withRequests } from '../store/platform/idempotency.ts';
import type { RequestKey } from '../store/platform/idempotency.ts';
import type { Store } from '../store/platform/transaction.ts';
import { AnswerLost, SecretShown } from './problem.ts';
import type { JsonAnswer, RouteSpec } from './route.ts';

const keyShape = /^[\x21-\x7e]{1,200}$/;

/** The key of the request, null when it sent none. Throws Refusal `invalid` on a malformed one. */
function keyOf(spec: RouteSpec, actor: Actor, req: Request): RequestKey | null {
  const key = spec.method === 'post' ? req.get('Idempotency-Key') : undefined;
  if (key === undefined || spec.verb === 'open') return null;
  if (!keyShape.test(key)) throw invalidAt('Idempotency-Key', 'idempotency-key');
  return { caller: `${actor.kind}:${actor.id}`, route: `${spec.method} ${spec.path}`, key };
}

/**
 * What a Postgres that was away has not heard: the end of requests, by key. It is said first when the key comes again, so that its sender
 * need not wait until the first request counts as dead.
 */
const unheard = new Map<string, () => Promise<void>>();
const MOST_UNHEARD = 10_000;
const nameOf = ({ caller, route, key }: RequestKey): string => JSON.stringify([caller, route, key]);

async function conclude(of: RequestKey, end: () => Promise<void>): Promise<void> {
  try {
    await end();
  } catch (error) {
    if (unheard.size < MOST_UNHEARD) unheard.set(nameOf(of), end);
    throw error;
  }
}

async function concludeUnheard(of: RequestKey): Promise<void> {
  await unheard.get(nameOf(of))?.();
  unheard.delete(nameOf(of));
}

/**
 * The id under which a decision is carried out: of the caller, the path and the Idempotency-Key, so that a repeat is the same decision
 * even where its first answer was lost. Without a key every request is its own.
 */
export function updateIdOf(actor: Actor, req: Request): string {
  const key = req.get('Idempotency-Key');
  if (key === undefined) return randomUUID();
  return createHash('sha256').update(`${actor.kind}:${actor.id}\n${req.path}\n${key}`).digest('hex');
}

/** Path and query belong to the content: the same key on another receivable is another request. */
function hashOf(req: Request, bytes: Buffer): string {
  return createHash('sha256').update(req.originalUrl).update('\n').update(bytes).digest('hex');
}

/** Sends the first answer again, to the byte. An answer that held a secret is not kept. */
function replay(res: Response, first: { status: number; body: string | null; location: string | null }): void {
  if (first.body === null) throw new SecretShown();
  if (first.location !== null) res.location(first.location);
  res.status(first.status).set('Idempotency-Replayed', 'true').type('application/json').send(first.body);
}

/**
 * Runs `work` once per Idempotency-Key: a repeat gets the first answer, another body is refused, and so is a repeat while the first still
 * runs. A request that wrote nothing frees its key; one that
 * wrote, whose answer was lost, is never carried out again. Answers what to send, or null when a replay was sent.
 */
export async function once(
  store: Store,
  of: { spec: RouteSpec; actor: Actor; req: Request; res: Response; bytes: Buffer },
  work: () => Promise<JsonAnswer>,
): Promise<JsonAnswer | null> {
  const { spec, actor, req, res, bytes } = of;
  const key = keyOf(spec, actor, req);
  if (!key) return work();
  const repeatable = spec.idempotent === 'external-id';
  await concludeUnheard(key);
  const begun = await beginRequest(store.db, key, hashOf(req, bytes), repeatable);
  switch (begun.state) {
    case 'other':
      throw new Refusal('idempotency-body', {}, { pointer: 'Idempotency-Key' });
    case 'running':
      throw new Refusal('idempotency-running', {}, { pointer: 'Idempotency-Key' });
    case 'lost':
      throw new AnswerLost();
    case 'done':
      replay(res, begun);
      return null;
    case 'begun':
      break;
  }
  let answer: JsonAnswer;
  try {
    answer = await withRequests([key], work);
  } catch (error) {
    await conclude(key, () => dropRequest(store.db, key, begun.at, repeatable));
    throw error;
  }
  if (answer.pending) {
    await conclude(key, () => dropRequest(store.db, key, begun.at, repeatable));
    return answer;
  }
  const body = spec.secretAnswer ? null : JSON.stringify(answer.body);
  const kept = { status: answer.status, body, location: answer.headers?.['Location'] ?? null };
  await conclude(key, () => endRequest(store.db, key, begun.at, kept));
  return answer;
}
