import { addDays, daysBetween, weekdayOf } from '../../domain/platform/calendar.ts';
import type { BusinessDate } from '../../domain/platform/calendar.ts';
import { sumMinor } from '../../domain/platform/money.ts';
import type { disputeCategories } from '../../domain/ledger/claims.ts';

/** A party of a ledger. Contacts go with it as the API takes them. */
export interface LedgerCustomer {
  readonly id: string;
  readonly name: string;
  readonly type: 'hospital' | 'dealer' | 'channel' | 'other';
  readonly region: string;
  readonly currency: string;
  readonly termsDays: number;
  readonly ladder: string | null;
  readonly contacts: readonly LedgerContact[];
  /** Further fields of the API's customer, as they are. */
  readonly more?: Readonly<Record<string, unknown>>;
}

/** A person at the customer's, as the API takes it. */
export interface LedgerContact {
  readonly id: string;
  readonly name: string;
  readonly role: 'finance' | 'purchasing' | 'management' | 'legal' | 'other';
  readonly email?: string;
  readonly mobile?: string;
  readonly wecom?: string;
  readonly language: 'zh' | 'en';
}

export interface LedgerInstalment {
  readonly no: number;
  readonly amountMinor: number;
  readonly dueDate: BusinessDate;
  readonly kind?: 'equipment' | 'maintenance' | 'insurance' | 'other';
}

/** Money for an invoice and the instalments it pays; it may be more than they need. */
export interface LedgerPayment {
  readonly id: string;
  readonly on: BusinessDate;
  readonly amountMinor: number;
  readonly shares: readonly { readonly instalment: number; readonly amountMinor: number }[];
}

/** A dispute of one instalment, by the days it was raised and resolved; null: it still stands. Rejected when nothing else is said. */
export interface LedgerDispute {
  readonly openedOn: BusinessDate;
  readonly resolvedOn: BusinessDate | null;
  readonly category: (typeof disputeCategories)[number];
  readonly amountMinor: number;
  readonly instalment: number;
  readonly verdict?: 'upheld' | 'part-upheld' | 'rejected' | 'withdrawn';
  readonly note?: string;
}

/** An invoice with all that became of it. Amounts in minor units of its currency. */
export interface LedgerInvoice {
  readonly id: string;
  readonly number: string;
  readonly customer: string;
  readonly contract?: string;
  readonly issueDate: BusinessDate;
  readonly currency: string;
  readonly instalments: readonly LedgerInstalment[];
  readonly payments: readonly LedgerPayment[];
  readonly disputes: readonly LedgerDispute[];
}

/** A year or two of business, invoices in file order. */
export interface Ledger {
  readonly customers: readonly LedgerCustomer[];
  readonly invoices: readonly LedgerInvoice[];
}

/** What another system sends on a day. `on` of a payment may lie before it: it stood in the books when we went live. */
export type LedgerDocument =
  | { readonly kind: 'invoice'; readonly invoice: LedgerInvoice }
  | { readonly kind: 'dispute'; readonly invoice: LedgerInvoice; readonly dispute: LedgerDispute }
  | { readonly kind: 'resolution'; readonly invoice: LedgerInvoice; readonly dispute: LedgerDispute }
  | { readonly kind: 'payment'; readonly invoice: LedgerInvoice; readonly payment: LedgerPayment };

/** An invoice from before going live; `settledOn`: paid in full before it. */
export interface PastInvoice {
  readonly invoice: LedgerInvoice;
  readonly settledOn: BusinessDate | null;
}

/** A ledger told as a company that goes live on `goLive` and lives up to, not including, `until`. */
export interface Telling {
  readonly past: readonly PastInvoice[];
  /** Business days in order, each with its documents in the order they are sent. */
  readonly days: readonly { readonly day: BusinessDate; readonly documents: readonly LedgerDocument[] }[];
}

const mondayOf = (date: BusinessDate): BusinessDate => addDays(date, 1 - weekdayOf(date));

/** Whole weeks by which the ledger moves so that its last invoice date lies in the week (Monday to Sunday) of `today`. */
export function weeksToShift(ledger: Ledger, today: BusinessDate): number {
  const last = ledger.invoices
    .map((invoice) => invoice.issueDate)
    .sort()
    .at(-1);
  return last === undefined ? 0 : daysBetween(mondayOf(last), mondayOf(today)) / 7;
}

/** The first invoice date; undefined for an empty ledger. */
export function firstIssueDate(ledger: Ledger): BusinessDate | undefined {
  return ledger.invoices.map((invoice) => invoice.issueDate).sort()[0];
}

/** The ledger with every date moved by whole weeks; weekdays stay what they were. */
export function shiftLedger(ledger: Ledger, weeks: number): Ledger {
  const moved = (date: BusinessDate): BusinessDate => addDays(date, weeks * 7);
  const invoices = ledger.invoices.map((invoice) => ({
    ...invoice,
    issueDate: moved(invoice.issueDate),
    instalments: invoice.instalments.map((part) => ({ ...part, dueDate: moved(part.dueDate) })),
    payments: invoice.payments.map((payment) => ({ ...payment, on: moved(payment.on) })),
    disputes: invoice.disputes.map((dispute) => ({
      ...dispute,
      openedOn: moved(dispute.openedOn),
      resolvedOn: dispute.resolvedOn === null ? null : moved(dispute.resolvedOn),
    })),
  }));
  return { ...ledger, invoices };
}

/** The day the last of an invoice's money came, if exactly all of it came before `day`. */
function settledBefore(invoice: LedgerInvoice, day: BusinessDate): BusinessDate | null {
  const before = invoice.payments.filter((payment) => payment.on < day);
  const paid = sumMinor(before.map((one) => one.amountMinor));
  if (paid !== sumMinor(invoice.instalments.map((part) => part.amountMinor))) return null;
  return (
    before
      .map((one) => one.on)
      .sort()
      .at(-1) ?? null
  );
}

/** On one day: invoices, then disputes, then what became of them, then money. */
const ranks = { invoice: 0, dispute: 1, resolution: 2, payment: 3 } as const;

interface Dated {
  day: BusinessDate;
  place: number;
  document: LedgerDocument;
}

const latest = (...dates: BusinessDate[]): BusinessDate => dates.sort().at(-1) ?? '';

/**
 * What an invoice makes arrive from `goLive` on; what stood in the books before arrives on the day of going live, and what is dated
 * before the invoice itself with the invoice.
 */
function arrivals(invoice: LedgerInvoice, goLive: BusinessDate, place: number): Dated[] {
  const dated = (day: BusinessDate, document: LedgerDocument): Dated => ({
    day: latest(day, goLive, invoice.issueDate),
    place,
    document,
  });
  // A dispute raised before going live and over by its first day never stood still for anybody here.
  const disputes = invoice.disputes.filter(
    ({ openedOn, resolvedOn }) => openedOn >= goLive || resolvedOn === null || resolvedOn > goLive,
  );
  return [
    ...(invoice.issueDate >= goLive ? [dated(invoice.issueDate, { kind: 'invoice', invoice })] : []),
    ...disputes.flatMap((dispute) => [
      dated(dispute.openedOn, { kind: 'dispute', invoice, dispute }),
      ...(dispute.resolvedOn === null ? [] : [dated(dispute.resolvedOn, { kind: 'resolution' as const, invoice, dispute })]),
    ]),
    ...invoice.payments.map((payment) => dated(payment.on, { kind: 'payment', invoice, payment })),
  ];
}

/**
 * Splits a ledger at the day of going live: invoices issued before it are history, everything from it on arrives on its day, in file
 * order within a day and kind. What is dated `until` or later is left out.
 */
export function tell(ledger: Ledger, goLive: BusinessDate, until: BusinessDate): Telling {
  const past: PastInvoice[] = [];
  const dated: Dated[] = [];
  for (const [place, invoice] of ledger.invoices.entries()) {
    if (invoice.issueDate >= until) continue;
    const settledOn = invoice.issueDate < goLive ? settledBefore(invoice, goLive) : null;
    if (invoice.issueDate < goLive) past.push({ invoice, settledOn });
    if (settledOn === null) dated.push(...arrivals(invoice, goLive, place).filter((one) => one.day < until));
  }
  dated.sort(
    (a, b) =>
      (a.day < b.day ? -1 : a.day > b.day ? 1 : 0) || ranks[a.document.kind] - ranks[b.document.kind] || a.place - b.place,
  );
  const days: { day: BusinessDate; documents: LedgerDocument[] }[] = [];
  for (const { day, document } of dated) {
    const last = days.at(-1);
    if (last?.day === day) last.documents.push(document);
    else days.push({ day, documents: [document] });
  }
  return { past, days };
}
