import { addDays, addMonths, dayOfMonth, daysBetween, endOfMonth, rollOffRestDay } from '../platform/calendar.ts';
import type { BusinessDate, Calendar } from '../platform/calendar.ts';
import { exactSum, formatAmount } from '../platform/money.ts';
import type { RefusalReason } from '../platform/refusal-codes.ts';
import type { customerTypes } from '../customers/customer.ts';
export const termsFrom = ['invoiceDate', 'endOfMonth', 'delivery'] as const;
export const debtorClasses = ['public-institution', 'organ', 'large-enterprise', 'insurance-fund', 'other'] as const;
export const contactRoles = ['finance', 'purchasing', 'management', 'legal', 'other'] as const;
export const instalmentKinds = ['equipment', 'maintenance', 'insurance', 'other'] as const;

/**
 * When an invoice without instalments falls due, counted from its date, the end of its month, or the delivery: after so many whole
 * months, then so many calendar days, then on the day of the month. "End of next month" is 1 month and day 31.
 */
export interface Terms {
  days: number;
  from: (typeof termsFrom)[number];
  /** Whole months, the month's end clipped [Civil Code 202]: 30 days are no month. */
  months?: number | undefined;
  /** A fixed day of the month, clipped to its end: of the month reached by `months`, else the next such day. */
  day?: number | undefined;
  /** What is let off when the money comes within the days, e.g. '2' per cent in 10 days, counted from where the terms count. */
  discountPercent?: string | undefined;
  discountDays?: number | undefined;
}

const mostTermsDays = 720;
const daysOfMonth = 30;

/** Terms in days, to compare and to hold against a grade's longest: a month counts 30 days, and a fixed day as much as it may add. */
export const termsLength = ({ days, months = 0, day }: Terms): number =>
  Math.min(mostTermsDays, days + months * daysOfMonth + (day === undefined ? 0 : daysOfMonth));

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

/** What of a customer's master data says whose limits judge it, and whether it is dunned. */
export type CreditFields = Pick<CustomerDocument, 'group' | 'payer' | 'debtorClass'>;

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
  /** The order it was paid for: it goes to that order's invoices alone, and waits for them. */
  order?: string;
  /** What the bank credited for it in another currency: it settles that. */
  converted?: { currency: string; amountMinor: number };
  /** It stays with the customer: on no item, until a person applies it. */
  onAccount?: true;
  /** The debtor's choice; null: by reference, then by the law's order. */
  allocations: readonly LedgerLine[] | null;
}

/** A line of the debtor's choice. */
export interface LedgerLine {
  invoice: string;
  instalment: number | null;
  amountMinor: number;
}

export interface CreditNoteDocument {
  externalId: string;
  customer: string;
  /** Null: on no invoice, wholly on account. */
  invoice: string | null;
  /** What is beyond the invoice is meant to stay with the customer. */
  onAccount?: true;
  amountMinor: number;
  currency: string;
  issuedOn: BusinessDate;
  reason: string;
}

/** Money paid out to a customer: of a payment or credit note, or (both null) of what is unapplied. */
export interface RefundDocument {
  externalId: string;
  customer: string;
  amountMinor: number;
  currency: string;
  paidOn: BusinessDate;
  payment: string | null;
  creditNote: string | null;
  reason: string;
}

/** An invoice from before going live and, when it is settled, the day its money came. */
export interface HistoryDocument {
  invoice: InvoiceDocument;
  /** Null: still open. */
  settledOn: BusinessDate | null;
}

/** A credit that another system's books show as open with a customer. */
export interface OpeningCredit {
  /** Posted only when the customer is not known yet. */
  customer: CustomerDocument;
  note: CreditNoteDocument;
}

/** An open item of another system's books: what was paid on each instalment so far, and the day of it (null: not told). */
export interface LedgerEntry {
  /** Posted only when the customer is not known yet. */
  customer: CustomerDocument;
  invoice: InvoiceDocument;
  settlements: readonly { no: number; paidMinor: number; on: BusinessDate | null }[];
}

/**
 * The last day of terms as they are counted, before rest days. Without a delivery date, terms from delivery count from the invoice's date.
 * A day of the month is never the day they begin on, which is not counted [Civil Code 201].
 */
export function termsEnd(
  { days, from, months = 0, day }: Terms,
  issueDate: BusinessDate,
  deliveredOn: BusinessDate | null,
): BusinessDate {
  const start = from === 'delivery' ? (deliveredOn ?? issueDate) : issueDate;
  const month = addMonths(start, months);
  const end = addDays(from === 'endOfMonth' ? endOfMonth(month) : month, days);
  if (day === undefined) return end;
  const on = dayOfMonth(end, day);
  return (on >= end && on > start) || (months > 0 && days === 0) ? on : dayOfMonth(addMonths(dayOfMonth(end, 1), 1), day);
}

/** The day an invoice without instalments falls due: the end of its terms, past rest days, since the term comes from us [Civil Code 203]. */
export const dueBy = (
  terms: Terms,
  issueDate: BusinessDate,
  deliveredOn: BusinessDate | null,
  calendar: Calendar,
): BusinessDate => rollOffRestDay(calendar, termsEnd(terms, issueDate, deliveredOn));

/**
 * Whether a due date needs a person's look before anybody acts on it: it lies before the invoice itself, which can be true (terms from
 * delivery, a late tax invoice), but also so far from the end of the terms that it may as well be a typing error.
 */
export const dueDateDoubted = (
  dueDate: BusinessDate,
  of: Pick<InvoiceDocument, 'issueDate' | 'deliveredOn'>,
  terms: Terms,
  toleranceDays: number,
): boolean => dueDate < of.issueDate && daysBetween(dueDate, termsEnd(terms, of.issueDate, of.deliveredOn)) > toleranceDays;

/** An invoice's instalments: its own, whose days the contract names and which stay, or one for the whole amount, due by terms. */
export function instalmentsOf(
  invoice: Pick<InvoiceDocument, 'instalments' | 'issueDate' | 'deliveredOn' | 'amountMinor'>,
  terms: Terms,
  calendar: Calendar,
): readonly Instalment[] {
  if (invoice.instalments) return invoice.instalments;
  const dueDate = dueBy(terms, invoice.issueDate, invoice.deliveredOn, calendar);
  return [{ no: 1, amountMinor: invoice.amountMinor, dueDate, kind: 'other' }];
}

/** What a customer contradicts by itself; an empty list: nothing. */
export function customerFaults(customer: CustomerDocument): RefusalReason[] {
  const seen = new Set<string>();
  return customer.contacts.flatMap(({ id }, index) => {
    const twice = seen.has(id);
    seen.add(id);
    return twice ? [{ code: 'invalid', params: { fault: 'contact-twice', contact: id }, pointer: `/contacts/${index}/id` }] : [];
  });
}

/** What an invoice contradicts by itself; an empty list: nothing. */
export function invoiceFaults(invoice: InvoiceDocument, today: BusinessDate): RefusalReason[] {
  const faults: RefusalReason[] = [];
  const { instalments, issueDate, currency, amountMinor, taxMinor } = invoice;
  if (issueDate > today) faults.push({ code: 'date-in-future', params: { date: issueDate, today }, pointer: '/issueDate' });
  if (taxMinor !== null && taxMinor > amountMinor) {
    const figures = { tax: formatAmount(taxMinor, currency), amount: formatAmount(amountMinor, currency), currency };
    faults.push({ code: 'invalid', params: { fault: 'tax-above-amount', ...figures }, pointer: '/tax/amount' });
  }
  if (!instalments) return faults;
  if (invoice.terms?.discountPercent !== undefined)
    faults.push({ code: 'discount-instalments', params: {}, pointer: '/terms/discountPercent' });
  const sum = exactSum(instalments.map((part) => part.amountMinor));
  if (sum !== BigInt(amountMinor)) {
    const params = { sum: formatAmount(sum, currency), amount: formatAmount(amountMinor, currency), currency };
    faults.push({ code: 'instalments-sum', params, pointer: '/instalments' });
  }
  const seen = new Set<number>();
  for (const [index, { no }] of instalments.entries()) {
    if (seen.has(no))
      faults.push({
        code: 'invalid',
        params: { fault: 'instalment-twice', instalment: no },
        pointer: `/instalments/${index}/no`,
      });
    seen.add(no);
  }
  return faults;
}

/**
 * Whether an invoice of this date still counts as a new customer's, given the date of the customer's first invoice (null: this is it).
 * `takenOver`: the day before which items were taken over without the history behind them: whoever has one of those is not new.
 */
export function isNewCustomer(
  issueDate: BusinessDate,
  firstIssueDate: BusinessDate | null,
  months: number,
  takenOver: BusinessDate | null = null,
): boolean {
  const first = firstIssueDate === null || issueDate < firstIssueDate ? issueDate : firstIssueDate;
  if (takenOver !== null && first < takenOver) return false;
  return issueDate < addMonths(first, months);
}

/** An instalment as it stands, with the money already moved on it (paid, credited and written off together). */
export interface StandingInstalment extends Instalment {
  id: string;
  settledMinor: number;
  /** What of that is a discount for money in time: it goes and comes with the amount. Absent: nothing. */
  grantedMinor?: number;
  /** Taken out of the invoice by an earlier correction. */
  withdrawn: boolean;
  /** The day it was agreed to be due: when it was posted, or with a second person since. */
  agreedDueDate?: BusinessDate;
  /** Its due date waits for a person's look: nobody has agreed to it. */
  doubted?: boolean | null;
  /** The day it was due before the extension of time that is in force; null: there is none. */
  extendedFrom?: BusinessDate | null;
}

export interface InstalmentChanges {
  added: readonly Instalment[];
  /** Amount, due date or kind differ, or a withdrawn one comes back. */
  changed: readonly { standing: StandingInstalment; to: Instalment }[];
  withdrawn: readonly StandingInstalment[];
}

/**
 * What a corrected invoice does to its instalments. One with money on it may move to another day, but is neither withdrawn nor made
 * smaller than what was moved on it, a discount aside; `hasMoney` names the first for which that is asked.
 */
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
    ...changed.filter(({ standing: is, to }) => !is.withdrawn && to.amountMinor < keptMinor(is)).map((c) => c.standing),
  ].find((part) => part.settledMinor > 0);
  if (frozen) return { ok: false, hasMoney: frozen.no };
  return { ok: true, changes: { added: wanted.filter((part) => !byNo.has(part.no)), changed, withdrawn } };
}

/** What was moved on an instalment and stays on it, whatever its amount becomes. */
const keptMinor = ({ settledMinor, grantedMinor = 0 }: StandingInstalment): number => settledMinor - grantedMinor;

/** A sender that knows of no extension sends the day from before it: that is no other day. */
export const extended = (standing: readonly StandingInstalment[], wanted: readonly Instalment[]): Instalment[] =>
  wanted.map((to) => {
    const is = standing.find((part) => part.no === to.no && !part.withdrawn);
    return is && is.extendedFrom === to.dueDate ? { ...to, dueDate: is.dueDate } : to;
  });

const isMoved = (is: Instalment, to: Instalment): boolean => is.amountMinor !== to.amountMinor || is.dueDate !== to.dueDate;
