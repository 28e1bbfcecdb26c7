import type { Request } from 'express';
import { may } from '../domain/platform/actor.ts';
import type { Actor } from '../domain/platform/actor.ts';
import { Refusal } from '../domain/platform/refusal.ts';
import { actorOfSecret, rememberedActor } from '../store/access/api-keys.ts';
import type { Store } from '../store/platform/transaction.ts';
import type { Access } from './route.ts';

export { createApiKey } from '../store/access/api-keys.ts';

const bearer = /^Bearer +(\S+) *$/i;
const basic = /^Basic +([\w+/]+=*) *$/i;

/**
 * The key of a request: as Bearer, or as the user name of Basic, which makes links. The latter for reads only: a browser also sends
 * it along with what a foreign page makes it ask.
 */
function secretOf({ headers: { authorization = '' }, method }: Pick<Request, 'headers' | 'method'>): string | undefined {
  const reads = method === 'GET' || method === 'HEAD';
  const linked = reads ? basic.exec(authorization)?.[1] : undefined;
  if (linked === undefined) return bearer.exec(authorization)?.[1];
  return Buffer.from(linked, 'base64').toString('utf8').split(':')[0];
}

/** Who sends the request, by its key; null without a valid one. Asked of Postgres each time, so a revoked key ends at once. */
export async function actorOf(store: Store, req: Pick<Request, 'headers' | 'method'>): Promise<Actor | null> {
  const secret = secretOf(req);
  return secret === undefined ? null : actorOfSecret(store.db, secret);
}

/** The same as it was at most a minute ago, for verbs that judge the credential in their own statement. */
export async function rememberedOf(store: Store, req: Pick<Request, 'headers' | 'method'>): Promise<Actor | null> {
  const secret = secretOf(req);
  return secret === undefined ? null : rememberedActor(store.db, secret);
}

/** Whoever calls a route nobody is asked on. */
export const anonymous: Actor = { kind: 'system', id: 'anonymous', role: 'auditor', scope: { regions: [] } };

/** The actor, when the route lets them. Throws Refusal `unauthenticated` or `forbidden`. */
export function admit(actor: Actor | null, access: Access): Actor {
  if (access === 'open') return actor ?? anonymous;
  if (actor === null) throw new Refusal('unauthenticated');
  if (access !== 'signed-in' && !may(actor, access)) throw new Refusal('forbidden', { verb: access });
  return actor;
}
