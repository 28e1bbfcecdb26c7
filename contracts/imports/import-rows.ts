import { z } from 'zod';
import type {
  CreditNoteDocument,
  CustomerDocument,
  InvoiceDocument,
  LedgerEntry,
  OpeningCredit,
  PaymentDocument,
} from '../../domain/ledger/documents.ts';
import type { BusinessDate } from '../../domain/platform/calendar.ts';
import { parseAmount } from '../../domain/platform/money.ts';
import type { ImportKind } from '../../domain/imports/fields.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import type { OrderDocument } from '../../domain/orders/order.ts';
import { documentDate, externalId, line, money, refused, toMinor } from '../platform/common.ts';
import { limitDocument, postLimit, putSecurity, securityDocument } from '../credit/credit-accounts.ts';
import { readOn } from '../platform/dates.ts';
import { creditNoteDocument, postCreditNote } from '../ledger/credit-notes.ts';
import { customerDocument, putCustomer } from '../customers/customers.ts';
import { contractFaults } from './import-words.ts';
import type { ImportFault, StoredFault } from './import-words.ts';
import { invoiceDocument, putInvoice } from '../ledger/invoices.ts';
import { orderDocument, putOrder } from '../orders/orders.ts';
import { paymentDocument, postPayment } from '../ledger/payments.ts';
import { customerTypes } from '../../domain/customers/customer.ts';

/** A document of a file is held against the contract of the API's body; the id that stands in the path there comes with it here. */
const customerRow = putCustomer.extend({ externalId });
const invoiceRow = putInvoice.safeExtend({ externalId });
const securityRow = putSecurity.safeExtend({ externalId });
const orderRow = putOrder.extend({ externalId }).superRefine((order, context) => {
  try {
    orderDocument(order.externalId, order);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    context.addIssue({ code: 'custom', path: pathOf(error.pointer), ...refused(error.code, error.params) });
  }
});

const pathOf = (pointer = ''): (string | number)[] =>
  pointer
    .split('/')
    .slice(1)
    .map((step) => (/^\d+$/.test(step) ? Number(step) : step));

const notNegative = money.refine((text) => !text.startsWith('-'), refused('amount-not-positive'));
const settlement = z.strictObject({
  no: z.int().min(1).max(999),
  settledOn: documentDate.optional(),
  paid: notNegative.optional(),
  open: notNegative.optional(),
  paidOn: documentDate.optional(),
});
type Settlement = z.output<typeof settlement>;

/** A customer that an open item brings with it, posted only when it is not known yet. */
const newCustomer = z.strictObject({
  name: line(200).optional(),
  type: z.enum(customerTypes).default('other'),
  tier: line(20).optional(),
  region: line(40).default('-'),
  termsDays: z.int().min(0).max(720).default(30),
});

const ledgerRow = z
  .strictObject({ invoice: invoiceRow, customer: newCustomer, settlements: z.array(settlement).min(1).max(120) })
  .superRefine((entry, context) => {
    for (const [index, one] of entry.settlements.entries()) {
      const amount = entry.invoice.instalments?.[index]?.amount ?? entry.invoice.amount;
      const found = settlementFault(one, amount, entry.invoice.currency);
      if (!found) continue;
      const { field, params } = found;
      context.addIssue({ code: 'custom', path: ['settlements', index, field], params });
    }
  });

/** A negative open item: a credit on account, and the customer it may bring with it. */
const creditRow = z.strictObject({ credit: postCreditNote, customer: newCustomer });
const isCredit = (body: unknown): boolean => typeof body === 'object' && body !== null && 'credit' in body;

const own = (name: ImportFault) => ({ fault: name });

function settlementFault(one: Settlement, amount: string, currency: string): { field: string; params: object } | undefined {
  const read = (field: 'paid' | 'open') => {
    const parsed = one[field] === undefined ? undefined : parseAmount(one[field], currency);
    return parsed && !parsed.ok
      ? { field, params: refused(parsed.code, { value: one[field] ?? '', currency }).params }
      : undefined;
  };
  const unread = read('paid') ?? read('open');
  if (unread) return unread;
  const due = toMinor(amount, currency);
  const paid = one.paid === undefined ? undefined : toMinor(one.paid, currency);
  const open = one.open === undefined ? undefined : toMinor(one.open, currency);
  if (paid !== undefined && paid > due) return { field: 'paid', params: own('paid-above-amount') };
  if (open !== undefined && open > due) return { field: 'open', params: own('open-above-amount') };
  if (paid !== undefined && open !== undefined && paid + open !== due) return { field: 'open', params: own('paid-and-open') };
  const left = open ?? (paid === undefined ? 0 : due - paid);
  return one.settledOn !== undefined && left > 0 ? { field: 'settledOn', params: own('settled-but-open') } : undefined;
}

function partyOf(id: string, currency: string, { termsDays, ...known }: z.output<typeof newCustomer>): CustomerDocument {
  const terms = { days: termsDays, from: 'invoiceDate' } as const;
  return customerDocument(id, { ...known, name: known.name ?? id, currency, terms, contacts: [], facts: {} });
}

const openingCredit = ({ credit, customer }: z.output<typeof creditRow>): OpeningCredit => ({
  customer: partyOf(credit.customer, credit.currency, customer),
  note: creditNoteDocument(credit),
});

function ledgerEntry({ invoice, customer, settlements }: z.output<typeof ledgerRow>): LedgerEntry {
  const { currency } = invoice;
  return {
    customer: partyOf(invoice.customer, currency, customer),
    invoice: invoiceDocument(invoice.externalId, invoice),
    settlements: settlements.map((one, index) => {
      const due = toMinor(invoice.instalments?.[index]?.amount ?? invoice.amount, currency);
      const open = one.open === undefined ? undefined : toMinor(one.open, currency);
      const paid = one.paid === undefined ? undefined : toMinor(one.paid, currency);
      const paidMinor = one.settledOn === undefined ? (paid ?? (open === undefined ? 0 : due - open)) : due;
      return { no: one.no, paidMinor, on: one.settledOn ?? one.paidOn ?? null };
    }),
  };
}

/** A document that fits its contract, ready for its store verb. */
export type ImportDocument =
  | { kind: 'customers'; document: CustomerDocument }
  | { kind: 'invoices'; document: InvoiceDocument }
  | { kind: 'payments'; document: PaymentDocument }
  | { kind: 'credit-notes'; document: CreditNoteDocument }
  | { kind: 'ledger'; document: LedgerEntry | OpeningCredit }
  | { kind: 'orders'; document: OrderDocument }
  | { kind: 'limits'; document: ReturnType<typeof limitDocument> }
  | { kind: 'securities'; document: ReturnType<typeof securityDocument> };

/** Holds an assembled body against the contract of its kind, its dates as seen from the business day. */
export function judgeBody(
  kind: ImportKind,
  body: unknown,
  today: BusinessDate | null,
): { ok: true; accepted: ImportDocument } | { ok: false; faults: { path: PropertyKey[]; fault: StoredFault }[] } {
  return readOn(today, () => {
    const accepted = accept(kind, body);
    return accepted
      ? { ok: true, accepted }
      : { ok: false, faults: contractFaults(kind === 'ledger' && isCredit(body) ? creditRow : schemas[kind], body) };
  });
}

const schemas = {
  customers: customerRow,
  invoices: invoiceRow,
  payments: postPayment,
  'credit-notes': postCreditNote,
  ledger: ledgerRow,
  orders: orderRow,
  limits: postLimit,
  securities: securityRow,
} as const;

function accept(kind: ImportKind, body: unknown): ImportDocument | null {
  switch (kind) {
    case 'customers': {
      const read = customerRow.safeParse(body);
      return read.success ? { kind, document: customerDocument(read.data.externalId, read.data) } : null;
    }
    case 'invoices': {
      const read = invoiceRow.safeParse(body);
      return read.success ? { kind, document: invoiceDocument(read.data.externalId, read.data) } : null;
    }
    case 'payments': {
      const read = postPayment.safeParse(body);
      return read.success ? { kind, document: paymentDocument(read.data) } : null;
    }
    case 'credit-notes': {
      const read = postCreditNote.safeParse(body);
      return read.success ? { kind, document: creditNoteDocument(read.data) } : null;
    }
    case 'ledger': {
      if (isCredit(body)) {
        const credit = creditRow.safeParse(body);
        return credit.success ? { kind, document: openingCredit(credit.data) } : null;
      }
      const read = ledgerRow.safeParse(body);
      return read.success ? { kind, document: ledgerEntry(read.data) } : null;
    }
    case 'orders': {
      const read = orderRow.safeParse(body);
      return read.success ? { kind, document: orderDocument(read.data.externalId, read.data) } : null;
    }
    case 'limits': {
      const read = postLimit.safeParse(body);
      return read.success ? { kind, document: limitDocument(read.data) } : null;
    }
    case 'securities': {
      const read = securityRow.safeParse(body);
      return read.success ? { kind, document: securityDocument(read.data.externalId, read.data) } : null;
    }
  }
}
