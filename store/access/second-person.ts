import { sql } from 'kysely';
import { may, roles } from '../../domain/platform/actor.ts';
import type { Actor, Permission, Role } from '../../domain/platform/actor.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import type { Database, Tx } from '../platform/database.ts';

/**
 * Nobody approves what they wrote themselves. Throws Refusal `own-request`, or `approver-missing` when nobody else has a role that may:
 * then waiting for another person helps nothing. `not`: roles that may otherwise, and not here.
 */
export async function refuseOwn(
  db: Database | Tx,
  actor: Actor,
  author: string,
  verb: Permission,
  not: readonly Role[] = [],
): Promise<void> {
  if (actor.id !== author) return;
  const able = roles.filter((role) => !not.includes(role) && may({ kind: 'key', id: '', role, scope: {} }, verb));
  const { rows } = await sql`
    select from api_key where role = any(${able}::text[]) and id::text <> ${author} and revoked_at is null
      and (expires_at is null or expires_at > clock_timestamp()) limit 1`.execute(db);
  throw rows.length > 0 ? new Refusal('own-request') : new Refusal('approver-missing', { role: able[0] ?? '' });
}
