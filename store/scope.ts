import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { Actor } from '../domain/kernel/actor.ts';

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
