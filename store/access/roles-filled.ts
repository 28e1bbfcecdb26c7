import { sql } from 'kysely';
import { may, roles } from '../../domain/platform/actor.ts';
import type { Role } from '../../domain/platform/actor.ts';
import type { Database, Tx } from '../platform/database.ts';
import type { Moment } from '../platform/transaction.ts';

/** The deciding roles somebody fills who is not `except`: by a credential in force, or for somebody absent by delegation. */
export async function rolesFilled(
  db: Database | Tx,
  at: Pick<Moment, 'today'>,
  except: string | null,
): Promise<ReadonlySet<Role>> {
  const inForce = sql`k.revoked_at is null and (k.expires_at is null or k.expires_at > clock_timestamp())`;
  const { rows } = await sql<{ role: string }>`
    select distinct k.role from api_key k where ${inForce} and k.id::text is distinct from ${except}
    union
    select d.role from delegation d join api_key k on k.id::text = d.to_actor and ${inForce}
    where d.revoked_at is null and ${at.today}::date between d.valid_from and d.valid_until
      and d.from_actor is distinct from ${except} and d.to_actor is distinct from ${except}`.execute(db);
  const known = new Set(rows.map(({ role }) => role));
  return new Set(roles.filter((role) => known.has(role) && may({ kind: 'key', id: '', role, scope: {} }, 'credit.decide')));
}
