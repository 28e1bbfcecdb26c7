import { formatAmount, sumMinor } from '../../domain/platform/money.ts';
import type { InvoiceDocument } from '../../domain/ledger/documents.ts';
import type { ApiClient } from './client.ts';
import type { LedgerCustomer, LedgerDispute, LedgerDocument, LedgerInvoice } from './ledger.ts';

const path = encodeURIComponent;

/** The receivable an instalment is, by the caller's own ids. */
export const receivableRef = (invoice: string, instalment: number): string => `${invoice}:${instalment}`;

const totalOf = (invoice: LedgerInvoice): number => sumMinor(invoice.instalments.map((part) => part.amountMinor));

/** Sends a customer; the same again changes nothing. */
export async function sendCustomer(api: ApiClient, customer: LedgerCustomer): Promise<void> {
  const { id, name, type, region, currency, termsDays, ladder, contacts, more } = customer;
  const body = { ...more, name, type, region, currency, terms: { days: termsDays }, contacts, ...(ladder && { ladder }) };
  await api.call('erp', 'PUT', `/v1/customers/${path(id)}`, body);
}

/** The document of an invoice from before going live, as the store takes it. */
export function invoiceDocument(invoice: LedgerInvoice): InvoiceDocument {
  const { id, number, customer, contract, issueDate, currency, instalments } = invoice;
  return {
    ...{ externalId: id, number, customer, issueDate, currency, amountMinor: totalOf(invoice), contract: contract ?? null },
    ...{ taxRate: null, taxMinor: null, order: null, ladder: null, terms: null, deliveredOn: null },
    instalments: instalments.map(({ no, amountMinor, dueDate, kind }) => ({ no, amountMinor, dueDate, kind: kind ?? 'other' })),
  };
}

/** Sends one document as the ERP, or the credit desk, would. Each may be sent again: nothing is doubled. */
export async function sendDocument(api: ApiClient, document: LedgerDocument): Promise<void> {
  switch (document.kind) {
    case 'invoice':
      return sendInvoice(api, document.invoice);
    case 'payment': {
      const { id, on, amountMinor, shares } = document.payment;
      const { id: invoice, customer, currency } = document.invoice;
      const amount = (minor: number): string => formatAmount(minor, currency);
      const allocations = shares.map((one) => ({ invoice, instalment: one.instalment, amount: amount(one.amountMinor) }));
      const body = {
        externalId: id,
        customer,
        amount: amount(amountMinor),
        currency,
        receivedOn: on,
        reference: document.invoice.number,
      };
      await api.call('erp', 'POST', '/v1/payments', { ...body, ...(allocations.length > 0 && { allocations }) });
      return;
    }
    case 'dispute':
      return sendDispute(api, document.invoice, document.dispute);
    case 'resolution':
      return resolveDispute(api, document.invoice, document.dispute);
  }
}

async function sendInvoice(api: ApiClient, invoice: LedgerInvoice): Promise<void> {
  const { id, number, customer, contract, issueDate, currency } = invoice;
  const amount = (minor: number): string => formatAmount(minor, currency);
  const instalments = invoice.instalments.map(({ no, amountMinor, dueDate, kind }) => ({
    ...{ no, dueDate, amount: amount(amountMinor) },
    ...(kind && { kind }),
  }));
  const body = { customer, number, issueDate, currency, amount: amount(totalOf(invoice)), instalments };
  await api.call('erp', 'PUT', `/v1/invoices/${path(id)}`, { ...body, ...(contract && { contract }) });
}

/** What a dispute is known by: its words, since the API gives it an id of its own. */
function noteOf(invoice: LedgerInvoice, dispute: LedgerDispute): string {
  return dispute.note ?? `Disputed in the ledger: ${invoice.number}`;
}

interface Told {
  id: string;
  note: string;
  state: string;
}

/** Disputes or promises of a receivable as the API knows them. */
export async function toldOf(api: ApiClient, receivable: string, list: 'disputes' | 'promises'): Promise<Told[]> {
  const answer = await api.call('collector', 'GET', `/v1/receivables/${path(receivable)}`);
  return answer[list] as Told[];
}

/** Ids of the disputes this process has raised, so that their end needs no look. */
const raised = new WeakMap<LedgerDispute, string>();

async function sendDispute(api: ApiClient, invoice: LedgerInvoice, dispute: LedgerDispute): Promise<void> {
  const receivable = receivableRef(invoice.id, dispute.instalment);
  const note = noteOf(invoice, dispute);
  const known = await toldOf(api, receivable, 'disputes');
  if (known.some((one) => one.note === note)) return;
  const body = { amount: formatAmount(dispute.amountMinor, invoice.currency), category: dispute.category, note };
  const { id } = await api.call('erp', 'POST', `/v1/receivables/${path(receivable)}/disputes`, body);
  raised.set(dispute, String(id));
}

async function openDispute(api: ApiClient, invoice: LedgerInvoice, dispute: LedgerDispute): Promise<string | undefined> {
  const note = noteOf(invoice, dispute);
  const known = await toldOf(api, receivableRef(invoice.id, dispute.instalment), 'disputes');
  return known.find((one) => one.note === note && one.state === 'open')?.id;
}

async function resolveDispute(api: ApiClient, invoice: LedgerInvoice, dispute: LedgerDispute): Promise<void> {
  const id = raised.get(dispute) ?? (await openDispute(api, invoice, dispute));
  if (id === undefined) return;
  const body = { state: dispute.verdict ?? 'rejected', note: 'As the ledger has it' };
  await api.call('credit_officer', 'POST', `/v1/disputes/${id}/resolution`, body);
}
