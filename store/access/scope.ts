import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { Actor } from '../../domain/platform/actor.ts';

/**
 * The rule of `inScope` as a condition on the customer row `alias` (which may be absent in an outer join: then only an actor without
 * bounds sees the row).
 */
export function seesCustomer(actor: Actor, alias = 'c'): RawBuilder<boolean> {
  if (actor.role === 'system') return sql<boolean>`true`;
  const { regions, owner } = actor.scope;
  const own = actor.role === 'sales' ? sql<boolean>`${sql.ref(`${alias}.owner`)} = ${owner ?? null}` : sql<boolean>`true`;
  const near = regions === undefined ? sql<boolean>`true` : sql<boolean>`${sql.ref(`${alias}.region`)} = any(${regions})`;
  return sql<boolean>`coalesce(${own} and ${near}, false)`;
}

/** The account `account` is borne by a payer the actor may see, or by one that is no customer here: what is written on it is theirs to write. */
export const seesBearer = (actor: Actor, account = 'a'): RawBuilder<boolean> => sql<boolean>`not exists (
  select from customer bearer where ${sql.ref(`${account}.kind`)} = 'payer' and bearer.external_id = ${sql.ref(`${account}.code`)}
    and not ${seesCustomer(actor, 'bearer')})`;
