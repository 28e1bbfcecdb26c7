import { sql } from 'kysely';
import type { Work } from '../platform/transaction.ts';
import { dropComparisons } from './customer-statements.ts';
import { closeDifferences } from './differences.ts';
import { dropWaiting } from './statements.ts';
import type { Effects } from '../platform/effects.ts';
import { addEffects } from '../platform/effects.ts';

/** Ends what is being compared of a customer whose books become part of another's: what was said of a part says nothing of the whole. */
export async function endStatementsOf(work: Work, customerId: string): Promise<Effects> {
  const { tx, actor } = work;
  const effects = await dropWaiting(work, customerId);
  addEffects(effects, await dropComparisons(work, customerId));
  const { rows } = await sql<{ id: string }>`
    select id from reconciliation_difference where customer_id = ${customerId}::uuid and state = 'open' order by id`.execute(tx);
  const open = rows.map(({ id }) => id);
  addEffects(effects, await closeDifferences(work, open, { state: 'withdrawn', by: actor.id, reason: 'merged' }));
  return effects;
}
