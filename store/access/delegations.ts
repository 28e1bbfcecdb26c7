import { sql } from 'kysely';
import type { Actor, Role } from '../../domain/platform/actor.ts';
import { may, roles } from '../../domain/platform/actor.ts';
import type { BusinessDate, Instant } from '../../domain/platform/calendar.ts';
import { Refusal, invalidAt } from '../../domain/platform/refusal.ts';
import type { Database, Tx } from '../platform/database.ts';
import { isOurId } from '../platform/rows.ts';
import { write, eventOf } from '../platform/transaction.ts';
import type { Store } from '../platform/transaction.ts';

/** For the days of an absence somebody else decides in a role. */
export interface Delegation {
  id: string;
  from: string;
  to: string;
  role: Role;
  validFrom: BusinessDate;
  validUntil: BusinessDate;
  reason: string;
  createdBy: string;
  createdAt: Instant;
  revokedAt: Instant | null;
}

export interface NewDelegation {
  /** Who is absent, and who decides for them, by our ids. */
  from: string;
  to: string;
  validFrom: BusinessDate;
  validUntil: BusinessDate;
  reason: string;
}

/** Who stands above whom when power is handed on: the higher may arrange it for the lower, everybody for themselves. */
const rank: Partial<Record<Role, number>> = { credit_officer: 1, credit_manager: 2, finance_director: 3 };
const rankOf = (role: Role | 'system'): number => (role === 'system' ? 0 : (rank[role] ?? 0));

/**
 * Names who decides for somebody absent, in that one's role. Nobody hands another's power to themselves, nor that of a role above their
 * own. Throws Refusal `not-found`, `forbidden`, `own-request` or `invalid`.
 */
export async function delegate(store: Store, actor: Actor, asked: NewDelegation): Promise<Delegation> {
  return write(store, actor, async ({ tx, at }) => {
    const { from, to, validFrom, validUntil, reason } = asked;
    const giver = await roleOf(tx, from, '/from');
    const taker = await roleOf(tx, to, '/to');
    if (from === to) throw invalidAt('/to', 'delegate-self');
    const earliest = validFrom < at.today ? at.today : validFrom;
    if (validUntil < earliest) throw invalidAt('/validUntil', 'too-early', { date: validUntil, earliest });
    if (rankOf(giver) === 0) throw invalidAt('/from', 'delegate-powerless');
    if (!may({ kind: 'key', id: to, role: taker, scope: {} }, 'credit.decide')) throw invalidAt('/to', 'delegate-unable');
    if (to === actor.id) throw new Refusal('own-request', {}, { pointer: '/to' });
    if (from !== actor.id && rankOf(actor.role) <= rankOf(giver))
      throw new Refusal('forbidden', { verb: 'delegation.manage above' }, { pointer: '/from' });
    const { rows } = await sql<Delegation>`
      insert into delegation (from_actor, to_actor, role, valid_from, valid_until, reason, created_by, created_at)
      values (${from}, ${to}, ${giver}, ${validFrom}::date, ${validUntil}::date, ${reason}, ${actor.id}, ${at.now}::timestamptz)
      returning ${COLUMNS}`.execute(tx);
    const made = rows[0];
    if (!made) throw new Error('a delegation was not written');
    const after = { from, to, role: giver, validFrom, validUntil };
    const audit = { action: 'delegation.made', subjectKind: 'delegation', subjectId: made.id, reason, after };
    return { value: made, audit: [audit], events: [eventOf(audit)] };
  });
}

/** Ends a delegation at once; again changes nothing. Throws Refusal `not-found` or `forbidden`. */
export async function revokeDelegation(store: Store, actor: Actor, id: string, reason: string): Promise<Delegation> {
  return write<Delegation>(store, actor, async ({ tx, at }) => {
    const { rows } = await sql<Delegation>`
      select ${COLUMNS} from delegation where id = ${isOurId(id) ? id : null}::uuid for update`.execute(tx);
    const found = rows[0];
    if (!found) throw new Refusal('not-found', { id });
    if (found.from !== actor.id && rankOf(actor.role) <= rankOf(found.role))
      throw new Refusal('forbidden', { verb: 'delegation.manage above' });
    if (found.revokedAt !== null) return { value: found, audit: null };
    await sql`update delegation set revoked_at = ${at.now}::timestamptz where id = ${found.id}::uuid`.execute(tx);
    const audit = {
      action: 'delegation.revoked',
      subjectKind: 'delegation',
      subjectId: found.id,
      reason,
      before: { revokedAt: null },
      after: { revokedAt: at.now },
    };
    return { value: { ...found, revokedAt: at.now }, audit: [audit], events: [eventOf(audit)] };
  });
}

const COLUMNS = sql`id, from_actor as "from", to_actor as "to", role, valid_from as "validFrom", valid_until as "validUntil", reason,
  created_by as "createdBy", created_at as "createdAt", revoked_at as "revokedAt"`;

async function roleOf(tx: Tx, id: string, pointer: string): Promise<Role> {
  const { rows } = await sql<{ role: string }>`
    select role from api_key where id = ${isOurId(id) ? id : null}::uuid and revoked_at is null
      and (expires_at is null or expires_at > clock_timestamp())`.execute(tx);
  const role = roles.find((known) => known === rows[0]?.role);
  if (!role) throw invalidAt(pointer, 'credential-unknown');
  return role;
}

/** Delegations, the newest first, before the id `before`; one more than `limit` when there are more. */
export async function listDelegations(db: Database, limit: number, before: string | null): Promise<Delegation[]> {
  const { rows } = await sql<Delegation>`
    select ${COLUMNS} from delegation where ${before}::uuid is null or id < ${before}::uuid order by id desc limit ${limit + 1}`.execute(
    db,
  );
  return rows;
}
