import { addDays, addMonths, endOfMonth } from '../kernel/calendar.ts';
import type { BusinessDate } from '../kernel/calendar.ts';
import { formatAmount, sumMinor } from '../kernel/money.ts';
import type { RefusalReason } from '../kernel/refusal.ts';

/** The documents other systems send, parsed: amounts in minor units, references by the sender's own ids. */
export const customerTypes = ['hospital', 'dealer', 'channel', 'other'] as const;
export const termsFrom = ['invoiceDate', 'endOfMonth', 'delivery'] as const;
export const debtorClasses = ['public-institution', 'organ', 'large-enterprise', 'other'] as const;
export const contactRoles = ['finance', 'purchasing', 'management', 'legal', 'other'] as const;
export const instalmentKinds = ['equipment', 'maintenance', 'insurance', 'other'] as const;

/** When an invoice without instalments falls due: calendar days from its date, the end of its month, or the delivery. */
export interface Terms {
  days: number;
  from: (typeof termsFrom)[number];
}

export interface ContactDocument {
  id: string;
  name: string;
  role: (typeof contactRoles)[number];
  email: string | null;
  mobile: string | null;
  wecom: string | null;
  language: 'zh' | 'en';
}

export interface CustomerDocument {
  externalId: string;
  name: string;
  type: (typeof customerTypes)[number];
  tier: string | null;
  region: string;
  currency: string;
  terms: Terms;
  taxId: string | null;
  taxRate: string | null;
  group: string | null;
  payer: string | null;
  owner: string | null;
  ladder: string | null;
  debtorClass: (typeof debtorClasses)[number] | null;
  creditorWasSme: boolean | null;
  contacts: readonly ContactDocument[];
  facts: Readonly<Record<string, unknown>>;
}

export interface Instalment {
  no: number;
  amountMinor: number;
  dueDate: BusinessDate;
  kind: (typeof instalmentKinds)[number];
}

export interface InvoiceDocument {
  externalId: string;
  customer: string;
  number: string;
  issueDate: BusinessDate;
  currency: string;
  amountMinor: number;
  taxRate: string | null;
  taxMinor: number | null;
  contract: string | null;
  order: string | null;
  ladder: string | null;
  /** Of an invoice without instalments; null: the customer's. */
  terms: Terms | null;
  deliveredOn: BusinessDate | null;
  /** Null: one, due by terms. */
  instalments: readonly Instalment[] | null;
}

export interface PaymentDocument {
  externalId: string;
  customer: string;
  amountMinor: number;
  currency: string;
  receivedOn: BusinessDate;
  reference: string | null;
  /** Of a commercial bill: the day it clears. It pays at once, and counts as exposure until then. */
  clearsOn?: BusinessDate;
  /** The debtor's choice; null: by reference, then by the law's order. */
  allocations: readonly { invoice: string; instalment: number | null; amountMinor: number }[] | null;
}

export interface CreditNoteDocument {
  externalId: string;
  customer: string;
  invoice: string;
  amountMinor: number;
  currency: string;
  issuedOn: BusinessDate;
  reason: string;
}

/** An invoice from before going live and, when it is settled, the day its money came. */
export interface HistoryDocument {
  invoice: InvoiceDocument;
  /** Null: still open. */
  settledOn: BusinessDate | null;
}

/** An open item of another system's books: what was paid on each instalment so far, and the day of it (null: not told). */
export interface LedgerEntry {
  /** Posted only when the customer is not known yet. */
  customer: CustomerDocument;
  invoice: InvoiceDocument;
  settlements: readonly { no: number; paidMinor: number; on: BusinessDate | null }[];
}

/** The day an invoice without instalments falls due. Without a delivery date, terms from delivery count from the invoice's date. */
export function dueBy(terms: Terms, issueDate: BusinessDate, deliveredOn: BusinessDate | null): BusinessDate {
  switch (terms.from) {
    case 'invoiceDate':
      return addDays(issueDate, terms.days);
    case 'endOfMonth':
      return addDays(endOfMonth(issueDate), terms.days);
    case 'delivery':
      return addDays(deliveredOn ?? issueDate, terms.days);
  }
}

/** An invoice's instalments: its own, or one for the whole amount, due by terms. */
export function instalmentsOf(invoice: InvoiceDocument, terms: Terms): readonly Instalment[] {
  if (invoice.instalments) return invoice.instalments;
  const dueDate = dueBy(terms, invoice.issueDate, invoice.deliveredOn);
  return [{ no: 1, amountMinor: invoice.amountMinor, dueDate, kind: 'other' }];
}

/** What a customer contradicts by itself; an empty list: nothing. */
export function customerFaults(customer: CustomerDocument): RefusalReason[] {
  const seen = new Set<string>();
  return customer.contacts.flatMap(({ id }, index) => {
    const twice = seen.has(id);
    seen.add(id);
    return twice ? [{ code: 'invalid', params: { what: `contact ${id} twice` }, pointer: `/contacts/${index}/id` }] : [];
  });
}

/** What an invoice contradicts by itself; an empty list: nothing. */
export function invoiceFaults(invoice: InvoiceDocument, today: BusinessDate): RefusalReason[] {
  const faults: RefusalReason[] = [];
  const { instalments, issueDate, currency, amountMinor } = invoice;
  if (issueDate > today) faults.push({ code: 'date-in-future', params: { date: issueDate, today }, pointer: '/issueDate' });
  if (!instalments) return faults;
  const sum = sumMinor(instalments.map((part) => part.amountMinor));
  if (sum !== amountMinor) {
    const params = { sum: formatAmount(sum, currency), amount: formatAmount(amountMinor, currency) };
    faults.push({ code: 'instalments-sum', params, pointer: '/instalments' });
  }
  const seen = new Set<number>();
  for (const [index, { no }] of instalments.entries()) {
    if (seen.has(no))
      faults.push({ code: 'invalid', params: { what: `instalment ${no} twice` }, pointer: `/instalments/${index}/no` });
    seen.add(no);
  }
  return faults;
}

/** Whether an invoice of this date still counts as a new customer's, given the date of the customer's first invoice (null: this is it). */
export function isNewCustomer(issueDate: BusinessDate, firstIssueDate: BusinessDate | null, months: number): boolean {
  const first = firstIssueDate === null || issueDate < firstIssueDate ? issueDate : firstIssueDate;
  return issueDate < addMonths(first, months);
}

/** An instalment as it stands, with the money already moved on it (paid, credited and written off together). */
export interface StandingInstalment extends Instalment {
  id: string;
  settledMinor: number;
  /** Taken out of the invoice by an earlier correction. */
  withdrawn: boolean;
}

export interface InstalmentChanges {
  added: readonly Instalment[];
  /** Amount, due date or kind differ, or a withdrawn one comes back. */
  changed: readonly { standing: StandingInstalment; to: Instalment }[];
  withdrawn: readonly StandingInstalment[];
}

/** What a corrected invoice does to its instalments. One with money on it may change its kind only; `hasMoney` names the first that may not. */
export function instalmentChanges(
  standing: readonly StandingInstalment[],
  wanted: readonly Instalment[],
): { ok: true; changes: InstalmentChanges } | { ok: false; hasMoney: number } {
  const byNo = new Map(standing.map((part) => [part.no, part]));
  const kept = new Set(wanted.map((part) => part.no));
  const withdrawn = standing.filter((part) => !part.withdrawn && !kept.has(part.no));
  const pairs = wanted.flatMap((to) => {
    const part = byNo.get(to.no);
    return part ? [{ standing: part, to }] : [];
  });
  const changed = pairs.filter(({ standing: is, to }) => is.withdrawn || isMoved(is, to) || is.kind !== to.kind);
  const frozen = [
    ...withdrawn,
    ...changed.filter(({ standing: is, to }) => !is.withdrawn && isMoved(is, to)).map((c) => c.standing),
  ].find((part) => part.settledMinor > 0);
  if (frozen) return { ok: false, hasMoney: frozen.no };
  return { ok: true, changes: { added: wanted.filter((part) => !byNo.has(part.no)), changed, withdrawn } };
}

const isMoved = (is: Instalment, to: Instalment): boolean => is.amountMinor !== to.amountMinor || is.dueDate !== to.dueDate;
