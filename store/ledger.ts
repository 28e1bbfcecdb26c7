import type { BusinessDate } from '../domain/kernel/calendar.ts';
import { formatAmount, sumMinor } from '../domain/kernel/money.ts';
import { Refusal } from '../domain/kernel/refusal.ts';
import { allocate } from '../domain/collection/allocation.ts';
import type { AllocationResult } from '../domain/collection/allocation.ts';
import type { PaymentDocument } from '../domain/collection/documents.ts';
import type { Tx } from './database.ts';
import { readItems } from './payment-rows.ts';
import type { LedgerItem, Share } from './payment-rows.ts';

/** What a payment asks to be spread over. */
export type Spread = Pick<PaymentDocument, 'amountMinor' | 'currency' | 'reference' | 'allocations'>;

interface Wanted {
  document: Spread;
  customerId: string | undefined;
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
    const items = await readItems(tx, [], [...new Set(named)]);
    const whole = wholeCustomers(payments, items);
    if (whole.length === 0) return new Ledger(items);
    const others = await readItems(tx, whole, []);
    const seen = new Set(items.map((item) => item.receivableId));
    return new Ledger([...items, ...others.filter((item) => !seen.has(item.receivableId))]);
  }

  #begin(customerId: string): LedgerItem[] {
    const items: LedgerItem[] = [];
    this.#items.set(customerId, items);
    return items;
  }

  /** Spreads one payment by the debtor's choice and the law's order; what it takes is gone for the next. */
  spread(
    document: Spread,
    customerId: string,
    today: BusinessDate,
  ): { ok: true; allocations: readonly Share[]; unappliedMinor: number } | { ok: false; refusal: Refusal } {
    const own = this.#items.get(customerId) ?? [];
    const items = reachable(
      own.filter((item) => item.currency === document.currency),
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
      items,
      today,
      ...(document.reference !== null && { reference: document.reference }),
    });
    if (!result.ok) return { ok: false, refusal: refusalOf(document, own, result) };
    const taken = new Map(result.allocations.map((share) => [share.receivableId, share.amountMinor]));
    const paid = items.filter((item) => taken.has(item.receivableId)).sort(byDue);
    const allocations = paid.map(({ receivableId }) => ({ receivableId, amountMinor: taken.get(receivableId) ?? 0 }));
    for (const item of paid) item.openMinor -= taken.get(item.receivableId) ?? 0;
    return { ok: true, allocations, unappliedMinor: result.unappliedMinor };
  }
}

/** Of the items in the payment's currency those it can reach: the invoice that its reference is, when that takes all of it. */
function reachable(items: LedgerItem[], { allocations, reference, amountMinor }: Spread): LedgerItem[] {
  if (reference === null || (allocations ?? []).length > 0) return items;
  const named = items.filter((item) => item.invoice === reference);
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
  allocations !== null && sumMinor(allocations.map((line) => line.amountMinor)) === amountMinor;

/** Customers of whom a payment can reach more than the invoices named: the law's order needs all their open items. */
function wholeCustomers(payments: readonly Wanted[], items: readonly LedgerItem[]): string[] {
  const room = new Map<string, number>();
  const keyOf = (customerId: string, invoice: string, currency: string): string =>
    JSON.stringify([customerId, invoice, currency]);
  for (const { customerId, invoice, currency, openMinor } of items) {
    const key = keyOf(customerId, invoice, currency);
    room.set(key, (room.get(key) ?? 0) + openMinor);
  }
  for (const { document, customerId = '' } of payments) {
    for (const { invoice, amountMinor } of namedBy(document)) {
      const key = keyOf(customerId, invoice, document.currency);
      if (room.has(key)) room.set(key, (room.get(key) ?? 0) - amountMinor);
    }
  }
  const fits = (customerId: string, { reference, currency }: Spread): boolean =>
    reference !== null && (room.get(keyOf(customerId, reference, currency)) ?? -1) >= 0;
  const whole = payments.flatMap(({ document, customerId }) => {
    if (customerId === undefined || isAssigned(document)) return [];
    const covered = (document.allocations ?? []).length === 0 && fits(customerId, document);
    return covered ? [] : [customerId];
  });
  return [...new Set(whole)];
}

/** Why a line of the debtor's choice cannot be, with the figures known. */
function refusalOf(document: Spread, own: readonly LedgerItem[], result: Extract<AllocationResult, { ok: false }>): Refusal {
  const { currency } = document;
  const line = result.index === undefined ? undefined : document.allocations?.[result.index];
  const at = `/allocations/${result.index}`;
  if (!line) return new Refusal(result.code, {}, { pointer: '/amount' });
  const ofInvoice = own.filter((item) => item.invoice === line.invoice);
  const meant = ofInvoice.filter(
    (item) => item.currency === currency && (line.instalment === null || item.instalment === line.instalment),
  );
  const value = formatAmount(line.amountMinor, currency);
  const { invoice, instalment } = line;
  switch (result.code) {
    case 'invoice-unknown':
    case 'receivable-unknown': {
      const other = ofInvoice[0];
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
      return new Refusal('amount-exceeds-open', { value, invoice, open: formatAmount(0, currency) }, { pointer: `${at}/amount` });
    }
    case 'amount-exceeds-open': {
      const open = formatAmount(sumMinor(meant.map((item) => item.openMinor)), currency);
      return new Refusal('amount-exceeds-open', { value, invoice, open }, { pointer: `${at}/amount` });
    }
    case 'amount-exceeds-payment':
      return new Refusal(
        'amount-exceeds-payment',
        { value: formatAmount(document.amountMinor, currency) },
        { pointer: '/allocations' },
      );
    default:
      return new Refusal(result.code, { value }, { pointer: `${at}/amount` });
  }
}
