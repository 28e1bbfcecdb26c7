import { parseAmount } from '../../domain/platform/money.ts';
import type { CustomerDocument, InvoiceDocument } from '../../domain/ledger/documents.ts';
import { postCreditNote } from '../../store/ledger/credit-notes.ts';
import { upsertCustomer } from '../../store/customers/customers.ts';
import { openDispute, resolveDispute } from '../../store/ledger/disputes.ts';
import { postInvoice } from '../../store/ledger/invoices.ts';
import { reversePayment } from '../../store/ledger/payment-changes.ts';
import { postPayment } from '../../store/ledger/payments.ts';
import { recordPromise } from '../../store/ledger/promises.ts';
import type { Store } from '../../store/platform/transaction.ts';
import { writeOff } from '../../store/ledger/write-offs.ts';
import { erp } from './actors.ts';
import { customerOf, invoiceOf, paymentOf } from './documents.ts';
import type { DisputeState } from '../../domain/ledger/claims.ts';

export function minorOf(amount: string, currency = 'CNY'): number {
  const parsed = parseAmount(amount, currency);
  if (!parsed.ok) throw new Error(parsed.code);
  return parsed.minor;
}

export interface InvoiceOf {
  id: string;
  customer: string;
  amount: string;
  issued: string;
  due: string;
  ladder?: string | null;
}

/** The verbs of facts, said shortly: amounts as decimal text in CNY, ids as the sender's own. */
export interface Facts {
  customer(externalId: string, more?: Partial<CustomerDocument>): Promise<string>;
  /** Posts an invoice of one instalment, or corrects it; answers the receivable's id. */
  invoice(of: InvoiceOf): Promise<string>;
  pay(of: { id: string; customer: string; amount: string; on: string; invoice: string }): Promise<string>;
  reverse(payment: string): Promise<void>;
  credit(of: { id: string; customer: string; invoice: string; amount: string; on: string }): Promise<void>;
  dispute(receivable: string, amount: string): Promise<string>;
  resolve(dispute: string, state: Exclude<DisputeState, 'open'>): Promise<void>;
  promise(receivable: string, amount: string, on: string): Promise<void>;
  writeOff(receivable: string): Promise<void>;
}

export function factsOf(store: Store): Facts {
  return {
    customer: async (externalId, more = {}) =>
      (await upsertCustomer(store, erp, customerOf(externalId, { ladder: 'general-30', ...more }))).id,
    invoice: async (of) => (await postInvoice(store, erp, singleOf(of))).receivables[0]?.id ?? '',
    async pay({ id, customer, amount, on, invoice }) {
      const over = { amountMinor: minorOf(amount), receivedOn: on, reference: invoice };
      return (await postPayment(store, erp, paymentOf(id, customer, over))).id;
    },
    async reverse(payment) {
      await reversePayment(store, erp, payment, { reversedOn: null, reason: 'returned by the bank' });
    },
    async credit({ id, customer, invoice, amount, on }) {
      const note = { externalId: id, customer, invoice, amountMinor: minorOf(amount), currency: 'CNY', issuedOn: on };
      await postCreditNote(store, erp, { ...note, reason: 'goods returned' });
    },
    dispute: async (receivable, amount) =>
      (await openDispute(store, erp, receivable, { amount, category: 'quality', note: '' }, null)).id,
    async resolve(dispute, state) {
      await resolveDispute(store, erp, dispute, { state, note: 'looked into', reason: null, agreed: false });
    },
    async promise(receivable, amount, on) {
      await recordPromise(store, erp, receivable, { amount, on, by: 'c1', note: '' }, null);
    },
    async writeOff(receivable) {
      await writeOff(store, erp, receivable, { amount: null, reason: 'bankrupt' });
    },
  };
}

function singleOf({ id, customer, amount, issued, due, ladder = null }: InvoiceOf): InvoiceDocument {
  const amountMinor = minorOf(amount);
  const instalments = [{ no: 1, amountMinor, dueDate: due, kind: 'other' as const }];
  return invoiceOf(id, customer, { issueDate: issued, amountMinor, ladder, instalments });
}
