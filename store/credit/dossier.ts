import { sql } from 'kysely';
import type { BusinessDate } from '../../domain/platform/calendar.ts';
import { fitsFact } from '../../domain/credit/fact-values.ts';
import type { FactName, FactSource } from '../../domain/credit/facts.ts';
import { ledgerFacts } from '../../domain/credit/ledger-facts.ts';
import { withDerived } from '../../domain/credit/profile.ts';
import type { Evidence, Fact, Facts, FactValue } from '../../domain/credit/profile.ts';
import { taxIdFault } from '../../domain/customers/tax-id.ts';
import type { Database, Tx } from '../platform/database.ts';
import type { Moment, Store } from '../platform/transaction.ts';
import { ledgerSums } from './ledger-sums.ts';

/** All that is known of a customer now: the record's and the books' facts as they stand, the told ones by their newest entry. */
export async function collectDossier(db: Database | Tx, store: Store, at: Moment, customerId: string): Promise<Facts> {
  const facts = (await collectDossiers(db, store, at, [customerId])).get(customerId);
  if (!facts) throw new Error(`no customer ${customerId}`);
  return facts;
}

/** The dossiers of many customers, by three statements however many there are. Ids that are no customer's are left out. */
export async function collectDossiers(
  db: Database | Tx,
  store: Store,
  at: Moment,
  customerIds: readonly string[],
): Promise<Map<string, Facts>> {
  const { zone } = store;
  const masters = await masterRows(db, customerIds, zone);
  const told = await toldFacts(db, customerIds);
  const sums = await ledgerSums(db, customerIds, at.today, zone);
  return new Map(
    masters.map((row) => {
      const books = sums.get(row.id);
      const facts = { ...told.get(row.id), ...masterFacts(row), ...(books && ledgerFacts(books, at.today)) };
      return [row.id, withDerived(facts, at.today)];
    }),
  );
}

interface MasterRow {
  id: string;
  type: string;
  tier: string | null;
  region: string | null;
  debtorClass: string | null;
  creditorWasSme: boolean | null;
  taxId: string | null;
  updatedOn: BusinessDate;
}

async function masterRows(db: Database | Tx, customerIds: readonly string[], zone: string): Promise<MasterRow[]> {
  const { rows } = await sql<MasterRow>`
    select id, type, tier, region, debtor_class as "debtorClass", creditor_was_sme as "creditorWasSme", tax_id as "taxId", (updated_at at time zone ${zone})::date as "updatedOn"
    from customer where id = any(${[...customerIds]}::uuid[])`.execute(db);
  return rows;
}

function masterFacts(row: MasterRow): Facts {
  const known: Partial<Record<FactName, FactValue | null>> = {
    customerType: row.type,
    tier: row.tier,
    region: row.region,
    debtorClass: row.debtorClass,
    creditorWasSme: row.creditorWasSme,
    taxIdValid: row.taxId === null ? null : taxIdFault(row.taxId) === null,
  };
  const facts: Partial<Record<FactName, Fact>> = {};
  for (const [name, value] of Object.entries(known) as [FactName, FactValue | null][])
    if (value !== null) facts[name] = { value, asOf: row.updatedOn, source: 'master', evidence: null };
  return facts;
}

interface ToldRow {
  customerId: string;
  name: FactName;
  value: unknown;
  asOf: BusinessDate;
  source: FactSource;
  evidence: Evidence | null;
}

/** The newest entry of each fact that somebody told: connectors, the ERP, people, statements. What the books said is asked of them anew. */
async function toldFacts(db: Database | Tx, customerIds: readonly string[]): Promise<Map<string, Facts>> {
  const { rows } = await sql<ToldRow>`
    select customer_id as "customerId", name, value, as_of as "asOf", source, evidence from profile_fact
    where customer_id = any(${[...customerIds]}::uuid[]) and superseded_at is null and source <> 'ledger'`.execute(db);
  const told = new Map<string, Partial<Record<FactName, Fact>>>();
  for (const { customerId, name, value, asOf, source, evidence } of rows) {
    // A definition may have become stricter since the entry was made: what it no longer takes is not known.
    if (!fitsFact(name, value)) continue;
    const facts = told.get(customerId) ?? {};
    facts[name] = { value, asOf, source, evidence };
    told.set(customerId, facts);
  }
  return told;
}
