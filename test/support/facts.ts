import type { Actor } from '../../domain/kernel/actor.ts';
import { parseAmount } from '../../domain/kernel/money.ts';
import type { Instant } from '../../domain/kernel/calendar.ts';
import type { CustomerDocument, InvoiceDocument } from '../../domain/collection/documents.ts';
import type { DisputeState } from '../../domain/collection/receivable.ts';
import { postCreditNote } from '../../store/credit-notes.ts';
import { upsertCustomer } from '../../store/customers.ts';
import { openDispute, resolveDispute } from '../../store/disputes.ts';
import { postInvoice } from '../../store/invoices.ts';
import { reversePayment } from '../../store/payment-changes.ts';
import { postPayment } from '../../store/payments.ts';
import { recordPromise } from '../../store/promises.ts';
import type { Store } from '../../store/transaction.ts';
import { writeOff } from '../../store/write-offs.ts';

export const erp: Actor = { kind: 'key', id: 'erp-test', role: 'erp', scope: {} };
export const system: Actor = { kind: 'system', id: 'test', role: 'system', scope: {} };

export const shanghai = (day: string, hour = 0, minute = 0): Instant =>
  new Date(`${day}T${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}:00+08:00`).toISOString();

/** A business instant's day in Shanghai. */
export const dayOf = (at: Instant): string => new Date(Date.parse(at) + 8 * 3_600_000).toISOString().slice(0, 10);

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
  ladder?: string;
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
    customer: async (externalId, more = {}) => (await upsertCustomer(store, erp, customerOf(externalId, more))).id,
    invoice: async (of) => (await postInvoice(store, erp, invoiceOf(of))).receivables[0]?.id ?? '',
    async pay({ id, customer, amount, on, invoice }) {
      const payment = { externalId: id, customer, amountMinor: minorOf(amount), currency: 'CNY', receivedOn: on };
      return (await postPayment(store, erp, { ...payment, reference: invoice, allocations: null })).id;
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
      await resolveDispute(store, erp, dispute, { state, note: 'looked into' }, null);
    },
    async promise(receivable, amount, on) {
      await recordPromise(store, erp, receivable, { amount, on, by: 'c1', note: '' }, null);
    },
    async writeOff(receivable) {
      await writeOff(store, erp, receivable, { amount: null, reason: 'bankrupt' });
    },
  };
}

export function invoiceOf({ id, customer, amount, issued, due, ladder }: InvoiceOf): InvoiceDocument {
  return {
    externalId: id,
    customer,
    number: id,
    issueDate: issued,
    currency: 'CNY',
    amountMinor: minorOf(amount),
    taxRate: null,
    taxMinor: null,
    terms: null,
    deliveredOn: null,
    contract: null,
    order: null,
    ladder: ladder ?? null,
    instalments: [{ no: 1, amountMinor: minorOf(amount), dueDate: due, kind: 'other' }],
  };
}

export function customerOf(externalId: string, more: Partial<CustomerDocument> = {}): CustomerDocument {
  return {
    externalId,
    name: `Customer ${externalId}`,
    type: 'other',
    tier: null,
    region: 'SH',
    currency: 'CNY',
    terms: { days: 30, from: 'invoiceDate' },
    taxId: null,
    taxRate: null,
    group: null,
    payer: null,
    owner: null,
    ladder: 'general-30',
    debtorClass: null,
    creditorWasSme: null,
    contacts: [
      {
        id: 'c1',
        name: 'Test Person',
        role: 'finance',
        email: `${externalId.toLowerCase()}@customer.example`,
        mobile: null,
        wecom: null,
        language: 'en',
      },
    ],
    facts: {},
    ...more,
  };
}
