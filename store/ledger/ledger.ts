import type { BusinessDate } from '../../domain/platform/calendar.ts';
import { exactSum, formatAmount, sumMinor } from '../../domain/platform/money.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import { allocate } from '../../domain/ledger/allocation.ts';
import type { AllocationResult } from '../../domain/ledger/allocation.ts';
import type { PaymentDocument } from '../../domain/ledger/documents.ts';
import { closesFor } from '../../domain/ledger/discount.ts';
import { documentMeant } from '../../domain/ledger/reference.ts';
import type { Tx } from '../platform/database.ts';
import { readItems } from './payment-rows.ts';
import type { LedgerItem, Share } from './payment-rows.ts';

/** What a payment asks to be spread over. */
export type Spread = Pick<PaymentDocument, 'amountMinor' | 'currency' | 'reference' | 'allocations' | 'order'> & {
  /** The day its money came; absent: no money, which earns no discount. */
  receivedOn?: BusinessDate;
};

interface Wanted {
  document: Spread;
  /** Whose items it can reach: those of the customer who paid, and of the customers it pays for. Empty: nobody known. */
  customerIds: readonly string[];
}

/** The open items of a batch's customers, as its payments eat them one after another. */
export class Ledger {
  readonly #items = new Map<string, LedgerItem[]>();

  private constructor(items: readonly LedgerItem[]) {
    for (const item of items) (this.#items.get(item.customerId) ?? this.#begin(item.customerId)).push(item);
  }

  /**
   * Reads what the payments can go to. Where the invoices that the debtor names take up all of it, the customer's other open items
   * are not read: they could not change the outcome.
   */
  static async of(tx: Tx, payments: readonly Wanted[]): Promise<Ledger> {
    const named = payments.flatMap(({ document }) => namedBy(document).map((line) => line.invoice));
    const numbersOf = [
      ...new Set(payments.flatMap(({ document, customerIds }) => (namedBy(document).length > 0 ? customerIds : []))),
    ];
    const items = named.length === 0 ? [] : await readItems(tx, { customers: [], named: [...new Set(named)], numbersOf });
    const whole = wholeCustomers(payments, items);
    if (whole.length === 0) return new Ledger(items);
    const others = await readItems(tx, { customers: whole, named: [], numbersOf: [] });
    const seen = new Set(items.map((item) => item.receivableId));
    return new Ledger([...items, ...others.filter((item) => !seen.has(item.receivableId))]);
  }

  #begin(customerId: string): LedgerItem[] {
    const items: LedgerItem[] = [];
    this.#items.set(customerId, items);
    return items;
  }

  /** All that is read of these customers, in every currency. */
  itemsOf(customerIds: readonly string[]): LedgerItem[] {
    return customerIds.flatMap((id) => this.#items.get(id) ?? []);
  }

  /** Spreads one payment by the debtor's choice and the law's order; what it takes is gone for the next. */
  spread(
    document: Spread,
    customerIds: readonly string[],
    today: BusinessDate,
  ): { ok: true; allocations: readonly Share[]; unappliedMinor: number } | { ok: false; refusal: Refusal } {
    const own = this.itemsOf(customerIds);
    const items = reachable(
      own.filter((item) => item.currency === document.currency && boundTo(item, document.order)),
      document,
    );
    const given = document.allocations ?? [];
    const result = allocate({
      amountMinor: document.amountMinor,
      given: given.map(({ invoice, instalment, amountMinor }) => ({
        invoice,
        amountMinor,
        ...(instalment !== null && { instalment }),
      })),
      items: items.map((item) => withDiscount(item, document.receivedOn)),
      today,
      ...(document.reference !== null && { reference: document.reference }),
    });
    if (!result.ok) return { ok: false, refusal: refusalOf(document, own, result) };
    const closing = new Map(items.map((item) => [item.receivableId, withDiscount(item, document.receivedOn).closesForMinor]));
    const taken = new Map(result.allocations.map((share) => [share.receivableId, share]));
    const paid = items.filter((item) => taken.has(item.receivableId)).sort(byDue);
    const allocations = paid.flatMap((item) => {
      const share = taken.get(item.receivableId);
      if (!share) return [];
      item.openMinor -= share.amountMinor - share.recoveredMinor;
      item.writtenOffMinor -= share.recoveredMinor;
      item.disputedMinor = Math.min(item.disputedMinor, item.openMinor);
      // The discount closes it; the next payment finds nothing open.
      if (share.amountMinor === closing.get(item.receivableId)) item.openMinor = 0;
      return [share];
    });
    return { ok: true, allocations, unappliedMinor: result.unappliedMinor };
  }
}

/** The item with what closes it for money of that day. */
function withDiscount(item: LedgerItem, on: BusinessDate | undefined): LedgerItem {
  const price = on === undefined ? null : closesFor(item.openMinor, item.amountMinor, item.offer, on);
  return price === null ? item : { ...item, closesForMinor: price };
}

/** Money paid for an order reaches the invoices of that order alone. */
const boundTo = (item: LedgerItem, order: string | undefined): boolean => order === undefined || item.order === order;

/** Of the items in the payment's currency those it can reach: the invoice that its reference is, when that takes all of it. */
function reachable(items: LedgerItem[], { allocations, reference, amountMinor }: Spread): LedgerItem[] {
  if (reference === null || (allocations ?? []).length > 0) return items;
  const named = itemsOf(items, reference);
  return sumMinor(named.map((item) => item.openMinor)) >= amountMinor ? named : items;
}

/** The order in which shares are shown, whenever they are read. */
const byDue = (a: LedgerItem, b: LedgerItem): number =>
  compare(a.dueDate, b.dueDate) || compare(a.invoice, b.invoice) || a.instalment - b.instalment;

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The invoices a payment names outright, with how much it may lay on each. */
function namedBy({ allocations, reference, amountMinor }: Spread): { invoice: string; amountMinor: number }[] {
  if (allocations && allocations.length > 0)
    return allocations.map(({ invoice, amountMinor: part }) => ({ invoice, amountMinor: part }));
  return reference === null ? [] : [{ invoice: reference, amountMinor }];
}

const isAssigned = ({ allocations, amountMinor }: Spread): boolean =>
  allocations !== null && exactSum(allocations.map((line) => line.amountMinor)) === BigInt(amountMinor);

/** The open items of the one invoice that a text is the id or number of; none when two bear it. */
function itemsOf(items: readonly LedgerItem[], text: string): LedgerItem[] {
  const found = items.filter((item) => item.openMinor > 0 && (item.invoice === text || item.number === text));
  return new Set(found.map((item) => item.invoice)).size === 1 ? found : [];
}

/** Customers of whom a payment can reach more than the invoices named: the law's order needs all their open items. */
function wholeCustomers(payments: readonly Wanted[], items: readonly LedgerItem[]): string[] {
  const room = new Map<string, number>();
  for (const { invoice, openMinor } of items) room.set(invoice, (room.get(invoice) ?? 0) + openMinor);
  const meant = ({ document, customerIds }: Wanted, text: string): string | undefined =>
    itemsOf(
      items.filter((item) => customerIds.includes(item.customerId) && item.currency === document.currency),
      text,
    )[0]?.invoice;
  for (const payment of payments) {
    for (const { invoice, amountMinor } of namedBy(payment.document)) {
      const key = meant(payment, invoice);
      if (key !== undefined) room.set(key, (room.get(key) ?? 0) - amountMinor);
    }
  }
  const fits = (payment: Wanted): boolean => {
    const { reference } = payment.document;
    const key = reference === null ? undefined : meant(payment, reference);
    return key !== undefined && (room.get(key) ?? -1) >= 0;
  };
  const whole = payments.flatMap((payment) => {
    if (isAssigned(payment.document)) return [];
    const covered = (payment.document.allocations ?? []).length === 0 && fits(payment);
    return covered ? [] : payment.customerIds;
  });
  return [...new Set(whole)];
}

/** Why a line of the debtor's choice cannot be, with the figures known. */
function refusalOf(document: Spread, own: readonly LedgerItem[], result: Extract<AllocationResult, { ok: false }>): Refusal {
  const { currency } = document;
  const line = result.index === undefined ? undefined : document.allocations?.[result.index];
  const at = `/allocations/${result.index}`;
  if (!line) return new Refusal(result.code, {}, { pointer: '/amount' });
  const named = documentMeant(line.invoice, own);
  const ofInvoice = own.filter((item) => item.invoice === named);
  const meant = ofInvoice.filter(
    (item) => item.currency === currency && (line.instalment === null || item.instalment === line.instalment),
  );
  const value = formatAmount(line.amountMinor, currency);
  const { invoice, instalment } = line;
  switch (result.code) {
    case 'invoice-unknown':
    case 'receivable-unknown': {
      const other = ofInvoice[0];
      if (other && document.order !== undefined && other.order !== document.order)
        return new Refusal('payment-bound', { order: document.order }, { pointer: `${at}/invoice` });
      if (!other) return new Refusal('invoice-unknown', { invoice }, { pointer: `${at}/invoice` });
      if (other.currency !== currency)
        return new Refusal('currency-mismatch', { currency, expected: other.currency }, { pointer: at });
      if (meant.length === 0) {
        return new Refusal(
          'receivable-unknown',
          { receivable: invoice, instalment: instalment ?? 1 },
          { pointer: `${at}/instalment` },
        );
      }
      return new Refusal(
        'amount-exceeds-open',
        { value, invoice, open: formatAmount(0, currency), currency },
        { pointer: `${at}/amount` },
      );
    }
    case 'amount-exceeds-open': {
      const open = formatAmount(sumMinor(meant.flatMap((item) => [item.openMinor, item.writtenOffMinor])), currency);
      return new Refusal('amount-exceeds-open', { value, invoice, open, currency }, { pointer: `${at}/amount` });
    }
    case 'amount-exceeds-payment':
      return new Refusal(
        'amount-exceeds-payment',
        { value: formatAmount(document.amountMinor, currency), currency },
        { pointer: '/allocations' },
      );
    default:
      return new Refusal(result.code, { value, currency }, { pointer: `${at}/amount` });
  }
}
