import type { BusinessDate } from '../kernel/calendar.ts';
import { sumMinor } from '../kernel/money.ts';
import type { RefusalCode } from '../kernel/refusal.ts';
import { invoicesNamedBy } from './reference.ts';

/** The law behind the order, shown to users beside an allocation made by rule. */
export const allocationRule = {
  article: '民法典 560',
  title: { zh: '清偿抵充顺序', en: 'Order of performance across debts' },
  order: [
    { id: 'debtors-choice', zh: '债务人在清偿时指定的债务', en: 'the debt the debtor names when paying' },
    { id: 'due', zh: '已经到期的债务', en: 'debts that are due' },
    { id: 'least-secured', zh: '缺乏担保或者担保最少的债务', en: 'the debt with no or the least security' },
    { id: 'heaviest', zh: '债务人负担较重的债务', en: 'the debt that burdens the debtor most' },
    { id: 'oldest-due', zh: '到期在先的债务', en: 'the debt that fell due first' },
    { id: 'pro-rata', zh: '按照债务比例', en: 'in proportion to the debts' },
  ],
} as const;

/** One open instalment of a customer, in the payment's currency. `burden` ranks how heavily it weighs on the debtor (higher is heavier). */
export interface OpenItem {
  receivableId: string;
  invoice: string;
  instalment: number;
  dueDate: BusinessDate;
  issueDate: BusinessDate;
  openMinor: number;
  secured: boolean;
  burden: number;
}

/** A line of the debtor's own choice; without an instalment it goes over the invoice's instalments by due date. */
export interface GivenAllocation {
  invoice: string;
  instalment?: number;
  amountMinor: number;
}

export interface AllocationRequest {
  amountMinor: number;
  reference?: string;
  given?: readonly GivenAllocation[];
  items: readonly OpenItem[];
  today: BusinessDate;
}

export type AllocationResult =
  | { ok: true; allocations: { receivableId: string; amountMinor: number }[]; unappliedMinor: number }
  | { ok: false; code: RefusalCode; index?: number };

interface Book {
  leftMinor: number;
  taken: Map<string, number>;
}

/**
 * Spreads a payment over open items [Civil Code 560]. Given lines come first; without them the invoices named by the reference
 * do; what is left follows the law's order. The outcome does not depend on the order of `items`. A bad given line is refused
 * with its index.
 */
export function allocate(request: AllocationRequest): AllocationResult {
  const { amountMinor, reference, given = [], today } = request;
  if (!Number.isSafeInteger(amountMinor)) return { ok: false, code: 'amount-too-large' };
  if (amountMinor <= 0) return { ok: false, code: 'amount-not-positive' };
  const items = request.items.filter((item) => item.openMinor > 0).toSorted(byDocument);
  const book: Book = { leftMinor: amountMinor, taken: new Map() };
  for (const [index, line] of given.entries()) {
    const fault = takeGiven(book, items, line);
    if (fault) return { ok: false, code: fault, index };
  }
  if (given.length === 0 && reference !== undefined) {
    const named = invoicesNamedBy(reference, new Set(items.map((item) => item.invoice)));
    takeByLaw(
      book,
      items.filter((item) => named.has(item.invoice)),
      today,
    );
  }
  takeByLaw(book, items, today);
  const allocations = [...book.taken].map(([receivableId, takenMinor]) => ({ receivableId, amountMinor: takenMinor }));
  return { ok: true, allocations, unappliedMinor: book.leftMinor };
}

const openOf = (book: Book, item: OpenItem): number => item.openMinor - (book.taken.get(item.receivableId) ?? 0);

function take(book: Book, item: OpenItem, amountMinor: number): void {
  if (amountMinor === 0) return;
  book.taken.set(item.receivableId, (book.taken.get(item.receivableId) ?? 0) + amountMinor);
  book.leftMinor -= amountMinor;
}

function takeGiven(book: Book, items: readonly OpenItem[], line: GivenAllocation): RefusalCode | undefined {
  if (!Number.isSafeInteger(line.amountMinor)) return 'amount-too-large';
  if (line.amountMinor <= 0) return 'amount-not-positive';
  const ofInvoice = items.filter((item) => item.invoice === line.invoice);
  if (ofInvoice.length === 0) return 'invoice-unknown';
  const meant = ofInvoice.filter((item) => line.instalment === undefined || item.instalment === line.instalment);
  if (meant.length === 0) return 'receivable-unknown';
  if (line.amountMinor > book.leftMinor) return 'amount-exceeds-payment';
  if (line.amountMinor > sumMinor(meant.map((item) => openOf(book, item)))) return 'amount-exceeds-open';
  let restMinor = line.amountMinor;
  for (const item of meant.toSorted((a, b) => compareText(a.dueDate, b.dueDate))) {
    const partMinor = Math.min(restMinor, openOf(book, item));
    take(book, item, partMinor);
    restMinor -= partMinor;
  }
  return undefined;
}

/** Equals of the law's order are served together, so that what does not suffice for all is shared in proportion. */
function takeByLaw(book: Book, items: readonly OpenItem[], today: BusinessDate): void {
  const order = byLaw(today);
  const queue = items.filter((item) => openOf(book, item) > 0).toSorted(order);
  let equals: OpenItem[] = [];
  for (const [at, item] of queue.entries()) {
    equals.push(item);
    const next = queue[at + 1];
    if (next && order(item, next) === 0) continue;
    takeProRata(book, equals);
    equals = [];
  }
}

/** Largest remainder: exact to the minor unit, ties by invoice, then instalment (the order the items come in). */
function takeProRata(book: Book, equals: readonly OpenItem[]): void {
  const opens = equals.map((item) => openOf(book, item));
  const total = opens.reduce((sum, open) => sum + BigInt(open), 0n);
  const amount = BigInt(book.leftMinor) < total ? BigInt(book.leftMinor) : total;
  const shares = equals.map((item, at) => {
    const weighted = amount * BigInt(opens[at] ?? 0);
    return { item, at, floor: weighted / total, remainder: weighted % total };
  });
  const spare = amount - shares.reduce((sum, share) => sum + share.floor, 0n);
  const favoured = new Set(
    shares
      .toSorted((a, b) => (a.remainder === b.remainder ? a.at - b.at : a.remainder > b.remainder ? -1 : 1))
      .slice(0, Number(spare))
      .map((share) => share.item),
  );
  for (const { item, floor } of shares) take(book, item, Number(floor) + (favoured.has(item) ? 1 : 0));
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function byDocument(a: OpenItem, b: OpenItem): number {
  return compareText(a.invoice, b.invoice) || a.instalment - b.instalment || compareText(a.receivableId, b.receivableId);
}

function byLaw(today: BusinessDate): (a: OpenItem, b: OpenItem) => number {
  const notDue = (item: OpenItem): number => (item.dueDate <= today ? 0 : 1);
  return (a, b) =>
    notDue(a) - notDue(b) || Number(a.secured) - Number(b.secured) || b.burden - a.burden || compareText(a.dueDate, b.dueDate);
}
