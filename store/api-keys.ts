import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { sql } from 'kysely';
import type { Actor, Role } from '../domain/kernel/actor.ts';
import { roles } from '../domain/kernel/actor.ts';
import type { Instant } from '../domain/kernel/calendar.ts';
import { Refusal } from '../domain/kernel/refusal.ts';
import type { Database } from './database.ts';
import { gathererOf } from './gather.ts';
import { isOurId } from './rows.ts';
import { systemActor, write } from './transaction.ts';
import type { Store } from './transaction.ts';

/** A key as it may be shown: its secret is kept nowhere. */
export interface ApiKeyRow {
  id: string;
  name: string;
  role: Role;
  scope: Actor['scope'];
  prefix: string;
  createdAt: Instant;
  expiresAt: Instant | null;
  revokedAt: Instant | null;
}

export interface NewApiKey {
  name: string;
  role: Role;
  scope?: Actor['scope'];
  expiresAt?: Instant | null;
}

const SECRET_BYTES = 32;
const SHOWN = 12;
const shape = /^dck_[\w-]{43}$/;

/** 256 random bits need no salt and no slow hash: nothing can be guessed. */
const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');

const same = (a: string, b: string): boolean => a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));

/** Makes a key and answers its secret, which is shown this once. */
export async function createApiKey(
  store: Store,
  key: NewApiKey,
  by: Actor = systemActor('cli'),
): Promise<{ key: ApiKeyRow; secret: string }> {
  const secret = `dck_${randomBytes(SECRET_BYTES).toString('base64url')}`;
  const made = await write(store, by, async (tx) => {
    const row = await tx
      .insertInto('api_key')
      .values({
        name: key.name,
        role: key.role,
        scope: JSON.stringify(key.scope ?? {}),
        secret_hash: hashOf(secret),
        prefix: secret.slice(0, SHOWN),
        expires_at: key.expiresAt ?? null,
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    const after = { name: row.name, role: row.role, scope: row.scope, prefix: row.prefix, expiresAt: row.expires_at };
    return { value: row, audit: [{ action: 'api-key.created', subjectKind: 'api-key', subjectId: row.id, after }] };
  });
  return { key: shown(made), secret };
}

/** Revokes a key, effective at its next request; revoking again changes nothing. Throws Refusal `not-found`. */
export async function revokeApiKey(store: Store, id: string, by: Actor, reason: string | null): Promise<ApiKeyRow> {
  if (!isOurId(id)) throw new Refusal('not-found', { id });
  return write<ApiKeyRow>(store, by, async (tx) => {
    const found = await tx.selectFrom('api_key').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
    if (!found) throw new Refusal('not-found', { id });
    if (found.revoked_at !== null) return { value: shown(found), audit: null };
    const row = await tx
      .updateTable('api_key')
      .set({ revoked_at: sql<string>`clock_timestamp()` })
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirstOrThrow();
    const after = { revokedAt: row.revoked_at };
    return {
      value: shown(row),
      audit: [{ action: 'api-key.revoked', subjectKind: 'api-key', subjectId: id, reason, before: { revokedAt: null }, after }],
    };
  });
}

/** Keys, newest first, before the id `before`. */
export async function listApiKeys(db: Database, limit: number, before: string | null): Promise<ApiKeyRow[]> {
  let query = db.selectFrom('api_key').selectAll().orderBy('id', 'desc').limit(limit);
  if (before !== null) query = query.where('id', '<', before);
  return (await query.execute()).map(shown);
}

interface Known {
  id: string;
  role: string;
  scope: unknown;
  secret_hash: string;
}

/** Looks up the hashes of secrets that are valid at this moment; those asked for at once share one look. */
const desk = gathererOf((db: Database) => ({
  async work(hashes: readonly string[]): Promise<(Known | null)[]> {
    const rows = await db
      .selectFrom('api_key')
      .select(['id', 'role', 'scope', 'secret_hash'])
      .where('secret_hash', '=', sql<string>`any(${[...new Set(hashes)]}::text[])`)
      .where('revoked_at', 'is', null)
      .where((where) => where.or([where('expires_at', 'is', null), where('expires_at', '>', sql<string>`clock_timestamp()`)]))
      .execute();
    return hashes.map((hash) => rows.find((row) => same(row.secret_hash, hash)) ?? null);
  },
}));

/** The actor of a secret; null when there is none, or it has expired or been revoked, by Postgres' time, as of this moment. */
export async function actorOfSecret(db: Database, secret: string): Promise<Actor | null> {
  if (!shape.test(secret)) return null;
  const row = await desk(db).put(hashOf(secret));
  const role = roles.find((known) => known === row?.role);
  return row && role ? { kind: 'key', id: row.id, role, scope: row.scope as Actor['scope'] } : null;
}

const REMEMBERED = 1_000;
const REMEMBERED_MS = 60_000;
const remembered = new WeakMap<Database, Map<string, { actor: Actor; until: number }>>();

/**
 * The actor of a secret as this process last saw it, at most a minute ago. Only for verbs that judge by `Actor.id` in their own statement
 * whether the key still holds (as credit_check does): what is remembered lets nobody do anything.
 */
export async function rememberedActor(db: Database, secret: string): Promise<Actor | null> {
  let known = remembered.get(db);
  if (!known) remembered.set(db, (known = new Map()));
  const hash = hashOf(secret);
  const found = known.get(hash);
  if (found && found.until > Date.now()) return found.actor;
  known.delete(hash);
  const actor = await actorOfSecret(db, secret);
  if (!actor) return null;
  if (known.size >= REMEMBERED) known.clear();
  known.set(hash, { actor, until: Date.now() + REMEMBERED_MS });
  return actor;
}

interface Row {
  id: string;
  name: string;
  role: string;
  scope: unknown;
  prefix: string;
  created_at: string;
  expires_at: string | null;
  revoked_at: string | null;
}

function shown(row: Row): ApiKeyRow {
  return {
    id: row.id,
    name: row.name,
    role: row.role as Role,
    scope: row.scope as Actor['scope'],
    prefix: row.prefix,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
  };
}
