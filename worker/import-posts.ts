import { sql } from 'kysely';
import type { ImportDocument } from '../contracts/imports/import-rows.ts';
import type { Actor } from '../domain/platform/actor.ts';
import { Refusal } from '../domain/platform/refusal.ts';
import { postInvoices } from '../store/ledger/invoices.ts';
import { postPayments } from '../store/ledger/payments.ts';
import { upsertCustomers } from '../store/customers/customers.ts';
import type { RowResult } from '../store/platform/rows.ts';
import { checkAllWithin, putRequest } from '../store/orders/check.ts';
import { bookCreditNote } from '../store/ledger/acts/credit-notes.ts';
import { importLimit } from '../store/credit/acts/limits.ts';
import { askForSecurity } from '../store/credit/acts/securities.ts';
import type { Tx } from '../store/platform/database.ts';
import { postLedger, postOpeningCredit } from '../store/ledger/ledger-entries.ts';
import type { Store } from '../store/platform/transaction.ts';

interface Post {
  /** The store inside `tx`. */
  store: Store;
  tx: Tx;
  actor: Actor;
  reason: string | null;
}
type Kind = ImportDocument['kind'];
type DocumentOf<K extends Kind> = Extract<ImportDocument, { kind: K }>['document'];
type Result = RowResult<unknown>;

/** The kinds of one file in the order they are posted: what a credit note corrects comes before it. */
const order: readonly Kind[] = ['customers', 'invoices', 'payments', 'ledger', 'credit-notes', 'limits', 'securities', 'orders'];

/** Gives documents to the verb of their kind; results stand in their order. */
export async function postAll(of: Post, documents: readonly ImportDocument[]): Promise<Result[]> {
  const results: Result[] = [];
  for (const kind of order) {
    const places = documents.flatMap((one, index) => (one.kind === kind ? [index] : []));
    if (places.length === 0) continue;
    const posted = await postKind(of, kind, documents);
    for (const [at, place] of places.entries())
      results[place] = posted[at] ?? { outcome: 'failed', refusal: new Refusal('invalid') };
  }
  return results;
}

function postKind(of: Post, kind: Kind, documents: readonly ImportDocument[]): Promise<Result[]> {
  const { store, tx, actor, reason } = of;
  const all = <K extends Kind>(wanted: K): DocumentOf<K>[] =>
    documents.flatMap((one) => (one.kind === wanted ? [one.document as DocumentOf<K>] : []));
  switch (kind) {
    case 'customers':
      return upsertCustomers(store, actor, all(kind), reason);
    case 'invoices':
      return postInvoices(store, actor, all(kind), reason);
    case 'payments':
      return postPayments(store, actor, all(kind), reason);
    case 'ledger':
      return postBooks(of, all(kind));
    case 'credit-notes':
      return oneByOne(tx, all(kind), (note) => bookCreditNote(store, actor, note));
    case 'limits':
      return oneByOne(tx, all(kind), (limit) => importLimit(store, actor, limit));
    case 'securities':
      return oneByOne(tx, all(kind), async (security) => {
        const done = await askForSecurity(store, actor, security, reason);
        return { created: 'act' in done && done.asked };
      });
    case 'orders':
      return postOrders(of, all(kind));
    default:
      return kind satisfies never;
  }
}

/** Open items of another system's books: first what is owed, then what is credited. */
async function postBooks({ store, tx, actor, reason }: Post, items: readonly DocumentOf<'ledger'>[]): Promise<Result[]> {
  const entries = items.flatMap((one) => ('note' in one ? [] : [one]));
  const credits = items.flatMap((one) => ('note' in one ? [one] : []));
  const desk = { store, tx, actor, reason };
  const owed = entries.length === 0 ? [] : await postLedger(desk, entries);
  const given = await oneByOne(tx, credits, (credit) => postOpeningCredit(desk, credit));
  const [fromOwed, fromGiven] = [owed.values(), given.values()];
  return items.map(
    (one) => ('note' in one ? fromGiven : fromOwed).next().value ?? { outcome: 'failed', refusal: new Refusal('invalid') },
  );
}

/** Orders are judged as they come in the file, by one statement that takes the locks of all their accounts in one order. */
async function postOrders({ store, tx, actor, reason }: Post, orders: readonly DocumentOf<'orders'>[]): Promise<Result[]> {
  const requests = orders.map((order) => putRequest(actor, order, reason));
  return (await checkAllWithin(tx, store, requests)).map((answer): Result => {
    if (answer instanceof Refusal) return { outcome: 'failed', refusal: answer };
    return { outcome: outcomeOf(answer), value: answer };
  });
}

const outcomeOf = ({ created, changed = created }: { created: boolean; changed?: boolean }) =>
  created ? 'created' : changed ? 'changed' : 'unchanged';

/** One after another, each as if it were alone: what a refused one has written is undone, and the transaction goes on with the others. */
async function oneByOne<T>(
  tx: Tx,
  documents: readonly T[],
  post: (document: T) => Promise<{ created: boolean; changed?: boolean }>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (const document of documents) {
    await sql`savepoint one_document`.execute(tx);
    try {
      const value = await post(document);
      results.push({ outcome: outcomeOf(value), value });
      await sql`release savepoint one_document`.execute(tx);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      await sql`rollback to savepoint one_document`.execute(tx);
      results.push({ outcome: 'failed', refusal: error });
    }
  }
  return results;
}
