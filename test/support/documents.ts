import type { ContactDocument, CustomerDocument, InvoiceDocument, PaymentDocument } from '../../domain/ledger/documents.ts';

/** A contact without an address. */
export const contactOf = (over: Partial<ContactDocument> = {}): ContactDocument => ({
  id: 'c1',
  name: 'Wang Fang',
  role: 'finance',
  email: null,
  mobile: null,
  wecom: null,
  language: 'en',
  ...over,
});

/** A customer with all that is optional left out, and one contact who has an e-mail address. */
export const customerOf = (externalId: string, over: Partial<CustomerDocument> = {}): CustomerDocument => ({
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
  ladder: null,
  debtorClass: null,
  creditorWasSme: null,
  contacts: [contactOf({ email: emailOf(externalId) })],
  facts: {},
  ...over,
});

export const emailOf = (customer: string): string => `${customer.toLowerCase()}@customer.example`;

/** An invoice of 1,000.00, due by the customer's terms. */
export const invoiceOf = (externalId: string, customer: string, over: Partial<InvoiceDocument> = {}): InvoiceDocument => ({
  externalId,
  customer,
  number: externalId,
  issueDate: '2026-09-01',
  currency: 'CNY',
  amountMinor: 100_000,
  taxRate: null,
  taxMinor: null,
  contract: null,
  order: null,
  ladder: null,
  terms: null,
  deliveredOn: null,
  instalments: null,
  ...over,
});

/** A payment of 1,000.00 that names no invoice. */
export const paymentOf = (externalId: string, customer: string, over: Partial<PaymentDocument> = {}): PaymentDocument => ({
  externalId,
  customer,
  amountMinor: 100_000,
  currency: 'CNY',
  receivedOn: '2026-10-05',
  reference: null,
  allocations: null,
  ...over,
});
