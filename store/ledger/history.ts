import type { Actor } from '../../domain/platform/actor.ts';
import type { HistoryDocument, InvoiceDocument } from '../../domain/ledger/documents.ts';
import { postWithin } from './invoices.ts';
import { lockCustomers } from './invoice-rows.ts';
import { writePayments } from './payment-rows.ts';
import type { PaymentWrite } from './payment-rows.ts';
import type { RowResult } from '../platform/rows.ts';
import { write } from '../platform/transaction.ts';
import type { Store } from '../platform/transaction.ts';
import type { PutInvoice } from './invoice-rows.ts';
import { contentHash } from '../platform/content-hash.ts';

/**
 * Takes over invoices from before going live, up to about a thousand in one transaction. A settled one is posted closed, with the payment
 * that settled it, and wakes nobody; an open one is posted like any other. Results stand in the order of the documents.
 */
export async function postHistory(
  store: Store,
  actor: Actor,
  documents: readonly HistoryDocument[],
): Promise<RowResult<PutInvoice>[]> {
  return write(store, actor, async (work) => {
    const { tx, at } = work;
    const postings = documents.map((document) => ({ ...document, takenOver: true as const }));
    const done = await postWithin({ store, tx, at, actor, reason: 'history' }, postings);
    const settled = documents.flatMap(({ invoice, settledOn }, index) => {
      const result = done.value[index];
      return settledOn !== null && invoice.amountMinor > 0 && result?.outcome === 'created'
        ? [{ invoice, settledOn, value: result.value }]
        : [];
    });
    const customers = await lockCustomers(
      tx,
      settled.map(({ invoice }) => invoice.customer),
    );
    const payments = settled.map(({ invoice, settledOn, value }) =>
      settlement(invoice, settledOn, value, customers.get(invoice.customer)?.id ?? ''),
    );
    await writePayments(work, payments, true);
    return done;
  });
}

/** The payment that settled an invoice before going live: one, over all its instalments. */
function settlement(invoice: InvoiceDocument, settledOn: string, value: PutInvoice, customerId: string): PaymentWrite {
  const parts = new Map(invoice.instalments?.map((part) => [part.no, part.amountMinor]));
  const document = {
    externalId: `${invoice.externalId}:settled`,
    amountMinor: invoice.amountMinor,
    currency: invoice.currency,
    receivedOn: settledOn,
    reference: invoice.externalId,
  };
  const allocations = value.receivables
    .map(({ id, instalment }) => ({ receivableId: id, amountMinor: parts.get(instalment) ?? invoice.amountMinor }))
    .filter((share) => share.amountMinor > 0);
  return { document, customerId, contentHash: contentHash(document), unappliedMinor: 0, allocations };
}
