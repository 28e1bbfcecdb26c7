import { sql } from 'kysely';
import { factNames, factTable } from '../../domain/credit/facts.ts';
import type { Facts } from '../../domain/credit/profile.ts';
import type { Tx } from '../platform/database.ts';
import type { Work } from '../platform/transaction.ts';
import { collectDossiers } from './dossier.ts';
import { recordFacts } from './facts.ts';
import type { ToldFact } from './facts.ts';
import { noticeKnown } from './profile-row.ts';
import { settleQuality } from './quality.ts';
import type { Effects } from '../platform/effects.ts';
import { addEffects } from '../platform/effects.ts';

/** The facts our own books tell. */
const ledgerNames = factNames.filter((name) => factTable[name].sources.includes('ledger'));

export interface Refreshed {
  effects: Effects;
  warnings: number;
  findings: number;
}

/**
 * Calculates what the books say of some customers today, keeps what changed as history, and settles warnings, profile rows and data
 * quality: the work of one night for one batch. Locks the customers.
 */
export async function refreshProfiles(work: Work, customerIds: readonly string[]): Promise<Refreshed> {
  const { tx, at, store } = work;
  await sql`select from customer where id = any(${[...customerIds]}::uuid[]) order by id for no key update`.execute(tx);
  const dossiers = await collectDossiers(tx, store, at, customerIds);
  await recordFacts(work, 'ledger', await changedFacts(tx, dossiers));
  const { raised, ...effects } = await noticeKnown(work, dossiers);
  const quality = await settleQuality(work, customerIds);
  addEffects(effects, quality.effects);
  return { effects, warnings: raised, findings: quality.found };
}

/** Facts of the books whose value is another than the one kept last; most nights most stand as they were. */
async function changedFacts(tx: Tx, dossiers: ReadonlyMap<string, Facts>): Promise<ToldFact[]> {
  const { rows } = await sql<{ customerId: string; kept: Readonly<Record<string, string>> }>`
    select customer_id as "customerId", jsonb_object_agg(name, value::text) as kept from profile_fact
    where customer_id = any(${[...dossiers.keys()]}::uuid[]) and superseded_at is null and source = 'ledger' group by 1`.execute(
    tx,
  );
  const kept = new Map(rows.map((row) => [row.customerId, row.kept]));
  const changed: ToldFact[] = [];
  for (const [customerId, facts] of dossiers)
    for (const name of ledgerNames) {
      const fact = facts[name];
      if (fact && !sameJson(kept.get(customerId)?.[name], fact.value)) changed.push({ ...fact, customerId, name });
    }
  return changed;
}

const sorted = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;

const sameJson = (kept: string | undefined, value: unknown): boolean =>
  kept !== undefined && JSON.stringify(sorted(JSON.parse(kept))) === JSON.stringify(sorted(value));
