import { sql } from 'kysely';
import type { Actor } from '../../domain/platform/actor.ts';
import { formatAmount, parseAmount, totalMinor } from '../../domain/platform/money.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import { outcomeOf } from '../../domain/dunning/plan.ts';
import { disputedMinor, openMinor } from '../../domain/dunning/receivable.ts';
import type { Database, Tx } from '../platform/database.ts';
import { readReceivables } from './receivable-facts.ts';
import type { ReceivableCase } from './receivable-facts.ts';
import { isOurId } from '../platform/rows.ts';
import { seesCustomer } from '../access/scope.ts';

/**
 * The receivable `{id}` means, among those the actor may see: our id, `INV-1:2` (invoice and instalment), or `INV-1` when the invoice
 * has one instalment; the invoice by the sender's id, else by a printed number that only one of them bears. Null when there is none. Throws
 * Refusal `receivable-ambiguous` where both readings are one: an invoice `INV-1:2` beside the second instalment of `INV-1`; `pointer` is its place where the path does not name it.
 */
export async function findReceivable(
  db: Database | Tx,
  actor: Actor,
  id: string,
  pointer?: string,
): Promise<{ id: string; customerId: string } | null> {
  const cut = id.lastIndexOf(':');
  const [invoice, no] =
    cut > 0 && /^\d{1,3}$/.test(id.slice(cut + 1)) ? [id.slice(0, cut), Number(id.slice(cut + 1))] : [id, null];
  const { rows } = await sql<{ id: string; customerId: string }>`
    select r.id, r.customer_id as "customerId" from receivable r join invoice i on i.id = r.invoice_id join customer c on c.id = r.customer_id
    where ${seesCustomer(actor)} and r.id in (
      select ${isOurId(id) ? id : null}::uuid
      union all select r2.id from receivable r2 join invoice i2 on i2.id = r2.invoice_id where i2.external_id = ${invoice} and r2.instalment = ${no}::int
      union all select min(r3.id::text)::uuid from receivable r3 join invoice i3 on i3.id = r3.invoice_id
        where i3.external_id = ${id} and not r3.withdrawn having count(*) = 1)`.execute(db);
  if (rows.length > 1) throw ambiguous({ id, invoice, instalment: no ?? 1 }, pointer);
  return rows[0] ?? (await receivableNumbered(db, actor, invoice, no));
}

const ambiguous = (figures: { id: string; invoice: string; instalment: number }, pointer?: string): Refusal =>
  new Refusal('receivable-ambiguous', figures, pointer === undefined ? {} : { pointer });

async function receivableNumbered(
  db: Database | Tx,
  actor: Actor,
  number: string,
  no: number | null,
): Promise<{ id: string; customerId: string } | null> {
  const { rows } = await sql<{ id: string; customerId: string }>`
    select r.id, r.customer_id as "customerId" from receivable r join invoice i on i.id = r.invoice_id join customer c on c.id = r.customer_id
    where i.number = ${number} and not r.withdrawn and (${no}::int is null or r.instalment = ${no}::int) and ${seesCustomer(actor)} limit 2`.execute(
    db,
  );
  return rows.length === 1 ? (rows[0] ?? null) : null;
}

/** The same, or Refusal `not-found`. */
export async function receivableIdOf(db: Database | Tx, actor: Actor, id: string): Promise<{ id: string; customerId: string }> {
  const row = await findReceivable(db, actor, id);
  if (!row) throw new Refusal('not-found', { id });
  return row;
}

/**
 * Locks the receivable `{id}` means and reads its facts; with `money`, its customer first, as all that moves balances does.
 * Throws Refusal `not-found`, or `receivable-closed` when nothing is owed.
 */
export async function openCase(tx: Tx, actor: Actor, id: string, money = false): Promise<ReceivableCase> {
  const row = await receivableIdOf(tx, actor, id);
  if (money) await sql`select from customer where id = ${row.customerId}::uuid for no key update`.execute(tx);
  const [found] = await readReceivables(tx, [row.id]);
  if (!found) throw new Refusal('not-found', { id });
  const outcome = outcomeOf(found.facts);
  if (outcome) throw new Refusal('receivable-closed', { outcome });
  return found;
}

/** Minor units of an amount in the receivable's currency, at most `most`. Throws Refusal at `/amount`. */
export function amountOf(found: ReceivableCase, text: string, most: number): number {
  const { currency } = found;
  const parsed = parseAmount(text, currency);
  if (!parsed.ok) throw new Refusal(parsed.code, { value: text, currency }, { pointer: '/amount' });
  if (parsed.minor <= 0) throw new Refusal('amount-not-positive', { value: text, currency }, { pointer: '/amount' });
  if (parsed.minor > most) {
    throw new Refusal(
      'amount-exceeds-open',
      { value: text, open: formatAmount(most, currency), currency },
      { pointer: '/amount' },
    );
  }
  return parsed.minor;
}

/** What is open of a receivable less what is in dispute, in minor units. */
export const undisputedOf = ({ facts }: ReceivableCase): number => totalMinor([openMinor(facts), -disputedMinor(facts)]);
