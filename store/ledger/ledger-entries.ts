import { sql } from 'kysely';
import type { Actor } from '../../domain/platform/actor.ts';
import type { BusinessDate } from '../../domain/platform/calendar.ts';
import { formatAmount } from '../../domain/platform/money.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import type { HistoryDocument, LedgerEntry, OpeningCredit, PaymentDocument } from '../../domain/ledger/documents.ts';
import { bookCreditNote } from './acts/credit-notes.ts';
import { windowToday } from './acts/go-live.ts';
import { postCreditNote } from './credit-notes.ts';
import { upsertCustomers } from '../customers/customers.ts';
import type { Tx } from '../platform/database.ts';
import { postHistory } from './history.ts';
import { postInvoices } from './invoices.ts';
import { postPayments } from './payments.ts';
import { failed } from '../platform/rows.ts';
import type { RowResult } from '../platform/rows.ts';
import { momentOf } from '../platform/transaction.ts';
import type { Store } from '../platform/transaction.ts';
import type { PutInvoice } from './invoice-rows.ts';

type Result = RowResult<unknown>;

/** Where entries are written, by whom and why; `store` is `within` the transaction. */
export interface LedgerDesk {
  store: Store;
  tx: Tx;
  actor: Actor;
  reason: string | null;
}

/**
 * Brings open items to the state another system's books tell, inside a transaction: customers that are not
 * known, invoices, and as much money as was paid on them so far and is not posted yet. The same entries again change nothing. An entry
 * any part of which is refused leaves no trace. Results stand in the order of the entries, whose invoices differ.
 */
export async function postLedger(desk: LedgerDesk, entries: readonly LedgerEntry[]): Promise<Result[]> {
  const { store, tx } = desk;
  const { today } = await momentOf(tx, store);
  const refused = new Map<LedgerEntry, Result>();
  for (const entry of entries) {
    const refusal = futureDay(entry, today);
    if (refusal) refused.set(entry, failed(refusal));
  }
  for (;;) {
    await sql`savepoint ledger`.execute(tx);
    const accepted = entries.filter((entry) => !refused.has(entry));
    const results = await attempt(desk, accepted, today);
    const bad = accepted.filter((entry) => results.get(entry)?.outcome === 'failed');
    if (bad.length === 0) {
      await sql`release savepoint ledger`.execute(tx);
      return entries.map((entry) => refused.get(entry) ?? results.get(entry) ?? failed(new Refusal('invalid')));
    }
    await sql`rollback to savepoint ledger`.execute(tx);
    for (const entry of bad) refused.set(entry, results.get(entry) ?? failed(new Refusal('invalid')));
  }
}

function futureDay({ settlements }: LedgerEntry, today: BusinessDate): Refusal | null {
  const index = settlements.findIndex(({ on, paidMinor }) => paidMinor > 0 && on !== null && on > today);
  const date = settlements[index]?.on;
  if (date === undefined || date === null) return null;
  return new Refusal('date-in-future', { date, today }, { pointer: `/settlements/${index}/settledOn` });
}

/** The day on which an entry was settled in one go; null when it is open or was paid on several days. */
function settledDay({ invoice, settlements }: LedgerEntry): BusinessDate | null {
  const day = settlements[0]?.on ?? null;
  const amounts = invoice.instalments?.map((part) => part.amountMinor) ?? [invoice.amountMinor];
  return settlements.every((one, index) => one.on === day && one.paidMinor === amounts[index]) ? day : null;
}

async function attempt(
  { store, tx, actor, reason }: LedgerDesk,
  entries: readonly LedgerEntry[],
  today: BusinessDate,
): Promise<Map<LedgerEntry, Result>> {
  const results = new Map<LedgerEntry, Result>();
  const strangers = await newCustomers(tx, entries);
  const made = await upsertCustomers(store, actor, [...strangers.values()], reason);
  const lost = new Map([...strangers.keys()].map((code, index) => [code, made[index]]));
  const posting = entries.filter((entry) => {
    const result = lost.get(entry.invoice.customer);
    if (result?.outcome !== 'failed') return true;
    results.set(entry, failed(result.refusal));
    return false;
  });
  const known = await knownInvoices(tx, posting);
  const past = posting.filter((entry) => !known.has(entry.invoice.externalId) && settledDay(entry) !== null);
  const present = posting.filter((entry) => !past.includes(entry));
  const history = past.map((entry): HistoryDocument => ({ invoice: entry.invoice, settledOn: settledDay(entry) }));
  const closed = await postHistory(store, actor, history);
  const posted = await postInvoices(
    store,
    actor,
    present.map((entry) => entry.invoice),
    reason,
    { takenOver: true },
  );
  for (const [index, entry] of past.entries()) results.set(entry, atInvoice(closed[index]));
  for (const [index, entry] of present.entries()) results.set(entry, atInvoice(posted[index]));
  await payEntries({ store, tx, actor, reason }, { entries: present, posted, results, today });
  return results;
}

/**
 * Posts a credit of another system's books on account, with its customer when that is not known: inside the go-live window at once, else as
 * any credit note, which above policy waits for a second person. The same again changes nothing.
 */
export async function postOpeningCredit(
  { store, tx, actor, reason }: LedgerDesk,
  { customer, note }: OpeningCredit,
): Promise<{ created: boolean }> {
  const strangers = await newCustomers(tx, [{ customer }]);
  const [made] = await upsertCustomers(store, actor, [...strangers.values()], reason);
  if (made?.outcome === 'failed') throw made.refusal;
  const window = await windowToday({ tx, at: await momentOf(tx, store), store, actor });
  return window === null ? bookCreditNote(store, actor, note) : postCreditNote(store, actor, note, { agreed: true });
}

async function newCustomers(
  tx: Tx,
  entries: readonly Pick<LedgerEntry, 'customer'>[],
): Promise<Map<string, LedgerEntry['customer']>> {
  const wanted = new Map(entries.map((entry) => [entry.customer.externalId, entry.customer]));
  const { rows } = await sql<{ code: string }>`
    select external_id as code from customer where external_id = any(${[...wanted.keys()]}::text[])`.execute(tx);
  for (const { code } of rows) wanted.delete(code);
  return wanted;
}

async function knownInvoices(tx: Tx, entries: readonly LedgerEntry[]): Promise<Set<string>> {
  const ids = entries.map((entry) => entry.invoice.externalId);
  const { rows } = await sql<{
    id: string;
  }>`select external_id as id from invoice where external_id = any(${ids}::text[])`.execute(tx);
  return new Set(rows.map((row) => row.id));
}

/** A refusal points into the invoice; here that is a part of the entry. */
function atInvoice(result: RowResult<PutInvoice> | undefined): Result {
  if (!result) return failed(new Refusal('invalid'));
  if (result.outcome !== 'failed') return result;
  const { code, params, pointer, reasons } = result.refusal;
  const at = (inner: string | undefined) => (inner === undefined ? {} : { pointer: `/invoice${inner}` });
  const within = reasons?.map((reason) => ({ ...reason, ...at(reason.pointer) }));
  return failed(new Refusal(code, params, { ...at(pointer), ...(within && { reasons: within }) }));
}

/** Posts the money that entries tell of and their receivables do not show yet. */
async function payEntries(
  { store, actor, reason }: LedgerDesk,
  of: {
    entries: readonly LedgerEntry[];
    posted: readonly RowResult<PutInvoice>[];
    results: Map<LedgerEntry, Result>;
    today: BusinessDate;
  },
): Promise<void> {
  const { entries, posted, results, today } = of;
  const due = entries.flatMap((entry, index) => {
    const result = posted[index];
    return result && result.outcome !== 'failed' ? paymentsOf(entry, result.value, today) : [];
  });
  const paid = await postPayments(
    store,
    actor,
    due.map((one) => one.payment),
    reason,
  );
  for (const [index, { entry, place }] of due.entries()) {
    const result = paid[index];
    if (result?.outcome === 'failed') {
      const { code, params } = result.refusal;
      results.set(entry, failed(new Refusal(code, params, { pointer: `/settlements/${place}/paid` })));
    } else if (results.get(entry)?.outcome === 'unchanged' && result?.outcome !== 'unchanged') {
      results.set(entry, { outcome: 'changed', value: null });
    }
  }
}

function paymentsOf(entry: LedgerEntry, { receivables }: PutInvoice, today: BusinessDate) {
  const { externalId, customer, currency } = entry.invoice;
  return entry.settlements.flatMap(
    ({ no, paidMinor, on }, place): { entry: LedgerEntry; place: number; payment: PaymentDocument }[] => {
      const part = receivables.find((one) => one.instalment === no);
      const whole = entry.invoice.instalments?.find((one) => one.no === no)?.amountMinor ?? entry.invoice.amountMinor;
      const amountMinor = paidMinor - (whole - (part?.openMinor ?? whole));
      if (amountMinor <= 0) return [];
      const payment = {
        externalId: `${externalId}:paid:${no}:${formatAmount(paidMinor, currency)}`,
        customer,
        amountMinor,
        currency,
        receivedOn: on ?? today,
        reference: externalId,
        allocations: [{ invoice: externalId, instalment: no, amountMinor }],
      };
      return [{ entry, place, payment }];
    },
  );
}
