import { sql } from 'kysely';
import { ledgerFacts } from '../../domain/credit/ledger-facts.ts';
import type { ScorecardPolicy } from '../../domain/credit/policy.ts';
import { numberOf } from '../../domain/credit/profile.ts';
import type { Facts } from '../../domain/credit/profile.ts';
import { holds } from '../../domain/credit/scorecard.ts';
import type { PeerFigures } from '../../domain/credit/scorecard.ts';
import type { Database, Tx } from '../platform/database.ts';
import type { Moment, Store } from '../platform/transaction.ts';
import { ledgerSums } from './ledger-sums.ts';

/** More peers than this say nothing new and cost time; the first by their ids are taken, so that the same day has the same figures. */
const MOST = 200;

/**
 * What our books show of a customer's peers today: others of the same type and tier who owed us something in the year, each counting once.
 * Null where the scorecard's peer group does not ask for it, or nobody is there.
 */
export async function peerFigures(
  db: Database | Tx,
  store: Store,
  at: Moment,
  { customerId, facts, productLines }: { customerId: string; facts: Facts; productLines: readonly string[] },
  { peerGroups }: ScorecardPolicy,
): Promise<PeerFigures | null> {
  const group = peerGroups.find((one) => holds(one.for, { facts, productLines }));
  if (group?.minMembers === undefined) return null;
  const { zone } = store;
  const { rows } = await sql<{ id: string }>`
    select c.id from customer c join customer me on me.id = ${customerId}::uuid
    where c.type = me.type and c.tier is not distinct from me.tier and c.id <> me.id
      and exists (select from receivable r where r.customer_id = c.id)
    order by c.external_id limit ${MOST}`.execute(db);
  const sums = await ledgerSums(db, rows.map((row) => row.id), at.today, zone); // prettier-ignore
  const known = [...sums.values()].map((books) => ledgerFacts(books, at.today)).filter((one) => one.daysBeyondTerms);
  if (known.length === 0) return null;
  const mean = (name: 'daysBeyondTerms' | 'onTimeShare' | 'oldestOverdueDays'): number =>
    Math.round((known.reduce((sum, one) => sum + (numberOf(one, name) ?? 0), 0) / known.length) * 1000) / 1000;
  return {
    members: known.length,
    daysBeyondTerms: mean('daysBeyondTerms'),
    onTimeShare: mean('onTimeShare'),
    oldestOverdueDays: mean('oldestOverdueDays'),
  };
}
