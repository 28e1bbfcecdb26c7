import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { sql } from 'kysely';
import type { Actor, Role } from '../../domain/platform/actor.ts';
import { needsSecondAdmin, roles, scopeFault } from '../../domain/platform/actor.ts';
import type { Instant } from '../../domain/platform/calendar.ts';
import { Refusal, invalidAt } from '../../domain/platform/refusal.ts';
import type { Database } from '../platform/database.ts';
import { gathererOf } from '../platform/gather.ts';
import { isOurId } from '../platform/rows.ts';
import { systemActor, write } from '../platform/transaction.ts';
import type { Store } from '../platform/transaction.ts';

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
  proposedBy: string | null;
  confirmedBy: string | null;
  /** Null: proposed, and worth nothing yet. */
  confirmedAt: Instant | null;
}

export interface NewApiKey {
  name: string;
  role: Role;
  scope?: Actor['scope'];
  expiresAt?: Instant | null;
}

type Row = ApiKeyRow;
const columns = sql`k.id, k.name, k.role, k.scope, k.prefix, k.created_at as "createdAt", k.expires_at as "expiresAt",
  k.revoked_at as "revokedAt", k.proposed_by as "proposedBy"`;
const IN_FORCE = sql`${columns}, k.confirmed_by as "confirmedBy", k.confirmed_at as "confirmedAt"`;
const PROPOSED = sql`${columns}, null::text as "confirmedBy", null::timestamptz as "confirmedAt"`;

/** Whether a key's scope lies within the regions of an administrator, as in `scopeFault`: theirs alone are to be seen, confirmed and revoked. */
const isWithin = (by: Actor) =>
  by.scope.regions === undefined ? sql`true` : sql`scope -> 'regions' <@ ${JSON.stringify(by.scope.regions)}::jsonb`;

const one = ([row]: readonly Row[]): Row => {
  if (!row) throw new Error('a key was not written');
  return row;
};

const SECRET_BYTES = 32;
const SHOWN = 12;
const shape = /^dck_[\w-]{43}$/;

/** 256 random bits need no salt and no slow hash: nothing can be guessed. */
const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');

const same = (a: string, b: string): boolean => a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));

/**
 * Makes a key and answers its secret, which is shown this once. One whose role decides, or makes keys, is only proposed until another
 * administrator confirms it; the owner's command line makes any key at once, the first two administrators among them. Throws Refusal
 * `scope-unheeded`, `scope-too-wide`, `invalid` for one that would be over before it begins.
 */
export async function createApiKey(
  store: Store,
  key: NewApiKey,
  by: Actor = systemActor('cli'),
): Promise<{ key: ApiKeyRow; secret: string }> {
  lookAtScope(by, key);
  // Keys live by real time, whatever the business clock shows.
  if (key.expiresAt && key.expiresAt <= new Date().toISOString()) throw invalidAt('/expiresAt', 'time-past');
  const secret = `dck_${randomBytes(SECRET_BYTES).toString('base64url')}`;
  const proposedBy = by.kind === 'system' ? null : by.id;
  const proposed = proposedBy !== null && needsSecondAdmin(key.role);
  const made = await write(store, by, async ({ tx }) => {
    const values = [
      ...[key.name, key.role, JSON.stringify(key.scope ?? {}), hashOf(secret), secret.slice(0, SHOWN)],
      ...[key.expiresAt ?? null, proposedBy],
    ];
    const { rows } = await sql<Row>`
      insert into ${sql.table(proposed ? 'proposed_key' : 'api_key')} as k (name, role, scope, secret_hash, prefix, expires_at, proposed_by)
      values (${sql.join(values)}) returning ${proposed ? PROPOSED : IN_FORCE}`.execute(tx);
    const row = one(rows);
    const after = { name: row.name, role: row.role, scope: row.scope, prefix: row.prefix, expiresAt: row.expiresAt };
    const action = proposed ? 'api-key.proposed' : 'api-key.created';
    return { value: row, audit: [{ action, subjectKind: 'api-key', subjectId: row.id, after }] };
  });
  return { key: made, secret };
}

/** An administrator gives no wider scope than their own, neither by proposing nor by confirming. */
function lookAtScope(by: Actor, key: Pick<NewApiKey, 'role' | 'scope'>): void {
  const fault = scopeFault(by, key);
  if (!fault) return;
  const params = { role: key.role, regions: (by.scope.regions ?? []).join(', ') };
  throw new Refusal(fault.code, params, { pointer: fault.at });
}

/**
 * Puts a proposed key in force, by another administrator than the one who proposed it; confirming again changes nothing. Throws Refusal
 * `not-found`, for a key outside the actor's regions too, `own-key`, `scope-unheeded`.
 */
export async function confirmApiKey(store: Store, id: string, by: Actor): Promise<ApiKeyRow> {
  if (!isOurId(id)) throw new Refusal('not-found', { id });
  return write<ApiKeyRow>(store, by, async ({ tx }) => {
    const { rows } = await sql<Row>`
      select ${PROPOSED} from proposed_key k where k.id = ${id}::uuid and k.revoked_at is null and ${isWithin(by)} for update`.execute(
      tx,
    );
    const [proposed] = rows;
    if (!proposed) {
      const { rows: known } =
        await sql<Row>`select ${IN_FORCE} from api_key k where k.id = ${id}::uuid and ${isWithin(by)}`.execute(tx);
      if (!known[0]) throw new Refusal('not-found', { id });
      return { value: known[0], audit: null };
    }
    if (proposed.proposedBy === by.id) throw new Refusal('own-key');
    lookAtScope(by, proposed);
    const { rows: made } = await sql<Row>`
      with gone as (delete from proposed_key where id = ${id}::uuid returning *)
      insert into api_key as k (id, name, role, scope, secret_hash, prefix, created_at, expires_at, proposed_by, confirmed_by)
      select id, name, role, scope, secret_hash, prefix, created_at, expires_at, proposed_by, ${by.id} from gone
      returning ${IN_FORCE}`.execute(tx);
    const row = one(made);
    const after = { role: row.role, scope: row.scope, proposedBy: row.proposedBy };
    return { value: row, audit: [{ action: 'api-key.confirmed', subjectKind: 'api-key', subjectId: id, after }] };
  });
}

/**
 * Revokes a key, effective at its next request, or takes a proposed one back; again it changes nothing. Throws Refusal `not-found`, for a
 * key outside the actor's regions too.
 */
export async function revokeApiKey(store: Store, id: string, by: Actor, reason: string | null): Promise<ApiKeyRow> {
  if (!isOurId(id)) throw new Refusal('not-found', { id });
  return write<ApiKeyRow>(store, by, async ({ tx }) => {
    const revoke = async (table: string, shown: typeof PROPOSED) => {
      const { rows } = await sql<Row & { was: Instant | null }>`
        with found as (select id, revoked_at as was from ${sql.table(table)} where id = ${id}::uuid and ${isWithin(by)} for update)
        update ${sql.table(table)} k set revoked_at = coalesce(k.revoked_at, clock_timestamp()) from found
        where k.id = found.id returning ${shown}, found.was`.execute(tx);
      return rows[0] ?? null;
    };
    const found = (await revoke('api_key', IN_FORCE)) ?? (await revoke('proposed_key', PROPOSED));
    if (!found) throw new Refusal('not-found', { id });
    const { was, ...value } = found;
    if (was !== null) return { value, audit: null };
    const after = { revokedAt: value.revokedAt };
    return {
      value,
      audit: [{ action: 'api-key.revoked', subjectKind: 'api-key', subjectId: id, reason, before: { revokedAt: null }, after }],
    };
  });
}

/** Keys within the actor's regions, proposed ones among them, newest first, before the id `before`. */
export async function listApiKeys(db: Database, by: Actor, limit: number, before: string | null): Promise<ApiKeyRow[]> {
  const { rows } = await sql<Row>`
    select * from (select ${IN_FORCE} from api_key k union all select ${PROPOSED} from proposed_key k) k
    where (${before}::uuid is null or id < ${before}::uuid) and ${isWithin(by)} order by id desc limit ${limit}`.execute(db);
  return rows;
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
