import { sql } from 'kysely';
import type { BusinessDate } from '../../domain/platform/calendar.ts';
import { sameAs } from '../../domain/ledger/duplicates.ts';
import type { DuplicateState } from '../../domain/ledger/duplicates.ts';
import type { InvoiceDocument } from '../../domain/ledger/documents.ts';
import type { Tx } from '../platform/database.ts';
import { closeDoubt, followersOf, openDoubts } from './duplicates.ts';
import { recordset } from '../platform/rows.ts';
import type { Work } from '../platform/transaction.ts';
import type { Effects } from '../platform/effects.ts';
import { addEffects, noEffects } from '../platform/effects.ts';

/** An invoice that came before, by its sender's id. */
export interface Twin {
  externalId: string;
}

type Printed = Pick<InvoiceDocument, 'externalId' | 'number' | 'issueDate' | 'currency' | 'amountMinor'>;
interface Row extends Printed {
  id: string;
  customerId: string;
  state: DuplicateState | null;
  twinId: string | null;
}

const keyOf = (customerId: string, { number, issueDate, currency, amountMinor }: Omit<Printed, 'externalId'>): string | null =>
  sameAs({ customerId, currency, on: issueDate, amountMinor, text: number });

const columns = sql`i.id, i.external_id as "externalId", i.customer_id as "customerId", i.number, i.issue_date as "issueDate", i.currency,
  i.amount_minor as "amountMinor"`;

/** Invoices of the customers of a batch by what they are compared by; the batch's own join as they are judged. */
export class InvoiceTwins {
  readonly #known = new Map<string, (Pick<Row, 'externalId' | 'twinId'> & { id: string | null })[]>();

  /** `postings` with our ids of their customers, who are locked. */
  static async of(tx: Tx, postings: readonly { customerId: string; invoice: InvoiceDocument }[]): Promise<InvoiceTwins> {
    const twins = new InvoiceTwins();
    if (postings.length === 0) return twins;
    const wanted = postings.map(({ customerId, invoice }) => ({
      customer_id: customerId,
      issue_date: invoice.issueDate,
      amount_minor: invoice.amountMinor,
    }));
    const { rows } = await sql<Row>`
      select distinct ${columns}, d.state, d.twin_id as "twinId"
      from ${recordset(wanted, 'customer_id uuid, issue_date date, amount_minor bigint')}
      join invoice i on i.customer_id = x.customer_id and i.issue_date = x.issue_date and i.amount_minor = x.amount_minor
      left join duplicate_doubt d on d.document_id = i.id order by i.id`.execute(tx);
    for (const { state, twinId, ...row } of rows) {
      const held = state === 'suspected' || state === 'both-right' ? twinId : null;
      if (state !== 'duplicate') twins.#put(keyOf(row.customerId, row), { id: row.id, externalId: row.externalId, twinId: held });
    }
    return twins;
  }

  /** The first invoice that this one looks like under another key; `id`: ours of it, when it exists. */
  twinOf(customerId: string, invoice: InvoiceDocument, id: string | null): Twin | null {
    const same = this.#known.get(keyOf(customerId, invoice) ?? '') ?? [];
    return same.find((one) => one.externalId !== invoice.externalId && (id === null || one.twinId !== id)) ?? null;
  }

  add(customerId: string, { externalId, ...invoice }: InvoiceDocument): void {
    this.#put(keyOf(customerId, invoice), { id: null, externalId, twinId: null });
  }

  #put(key: string | null, row: Pick<Row, 'externalId' | 'twinId'> & { id: string | null }): void {
    if (key !== null) this.#known.set(key, [...(this.#known.get(key) ?? []), row]);
  }
}

/** An invoice as just written. */
export interface WrittenTwin {
  id: string;
  customerId: string;
  invoice: InvoiceDocument;
  twin: Twin | null;
  /** What was in doubt of it before; null: nothing, or it is new. */
  before: { state: DuplicateState; twin: string } | null;
  isNew: boolean;
}

/** Flags an invoice that looks like an earlier one, and takes back what a correction settles: of itself, and of those that looked like it. */
export async function settleTwin(work: Work, one: WrittenTwin): Promise<Effects> {
  const { tx } = work;
  const { id, before, twin } = one;
  const effects = noEffects();
  if (!one.isNew) addEffects(effects, await settleFollowers(work, one));
  if (!twin) {
    if (before) addEffects(effects, await closeDoubt(work, { kind: 'invoice', id }, 'corrected'));
    return effects;
  }
  const [row] = await readById(tx, { externalId: twin.externalId });
  if (!row || before?.state === 'duplicate' || before?.twin === row.id) return effects;
  addEffects(effects, await flag(work, { ...one.invoice, id, customerId: one.customerId }, row));
  return effects;
}

/** Of those that looked like it and no longer do, the first is right, and the others look like that one. */
async function settleFollowers(work: Work, one: WrittenTwin): Promise<Effects> {
  const { tx } = work;
  const effects = noEffects();
  const own = keyOf(one.customerId, one.invoice);
  const rows = await readById(tx, { ids: await followersOf(tx, one.id) });
  const [first, ...others] = rows.filter((row) => keyOf(row.customerId, row) !== own);
  if (!first) return effects;
  addEffects(effects, await closeDoubt(work, { kind: 'invoice', id: first.id }, 'corrected'));
  for (const row of others) addEffects(effects, await flag(work, row, first));
  return effects;
}

type Known = Printed & { id: string; customerId: string };

const flag = (work: Work, of: Known, twin: Known): Promise<Effects> =>
  openDoubts(work, [
    {
      ...{ kind: 'invoice', id: of.id, externalId: of.externalId, customerId: of.customerId, currency: of.currency },
      ...{ amountMinor: of.amountMinor, on: of.issueDate, twin: { id: twin.id, externalId: twin.externalId } },
    },
  ]);

async function readById(tx: Tx, by: { ids: readonly string[] } | { externalId: string }): Promise<Known[]> {
  if ('ids' in by && by.ids.length === 0) return [];
  const where = 'ids' in by ? sql`i.id = any(${[...by.ids]}::uuid[])` : sql`i.external_id = ${by.externalId}`;
  const { rows } = await sql<
    Known & { issueDate: BusinessDate }
  >`select ${columns} from invoice i where ${where} order by i.id`.execute(tx);
  return rows;
}
