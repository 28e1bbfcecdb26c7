import type { BusinessDate } from '../platform/calendar.ts';
import { sumMinor } from '../platform/money.ts';
import { documentMeant, documentsNamedBy } from './reference.ts';
import type { RefusalCode } from '../platform/refusal-codes.ts';

/** The law behind the order, shown to users beside an allocation made by rule. */
export const allocationRule = {
  article: { zh: '《民法典》第五百六十条', en: 'Civil Code, art. 560' },
  title: { zh: '清偿抵充顺序', en: 'Order of performance across debts' },
  order: [
    { id: 'debtors-choice', zh: '债务人在清偿时指定的债务', en: 'the debt the debtor names when paying' },
    {
      id: 'exact-amount',
      zh: '金额恰好相等且无争议的债务（视为债务人以金额指定）',
      en: 'the undisputed debt of exactly that amount (the amount names it)',
    },
    { id: 'due', zh: '已经到期的债务', en: 'debts that are due' },
    { id: 'least-secured', zh: '缺乏担保或者担保最少的债务', en: 'the debt with no or the least security' },
    { id: 'heaviest', zh: '债务人负担较重的债务', en: 'the debt that burdens the debtor most' },
    { id: 'oldest-due', zh: '到期在先的债务', en: 'the debt that fell due first' },
    { id: 'pro-rata', zh: '按照债务比例', en: 'in proportion to the debts' },
    { id: 'disputed', zh: '有争议的部分', en: 'parts in dispute' },
    { id: 'written-off', zh: '已核销的债务（作为核销后收回）', en: 'debts written off (a recovery)' },
  ],
} as const;

/** One open instalment of a customer, in the payment's currency. `burden` ranks how heavily it weighs on the debtor (higher is heavier). */
export interface OpenItem {
  receivableId: string;
  /** The sender's own id of the invoice, and the number printed on it. */
  invoice: string;
  number: string;
  /** The order that the invoice is of, if any. */
  order?: string | null;
  instalment: number;
  dueDate: BusinessDate;
  issueDate: BusinessDate;
  openMinor: number;
  /** What of the open amount is not asked for: in dispute, or conceded and not credited yet. */
  disputedMinor: number;
  /** Written off and not recovered since: still owed by law, so money that comes for it is a recovery. */
  writtenOffMinor: number;
  secured: boolean;
  burden: number;
  /** What closes it with the discount that this payment is in time for; absent: none. */
  closesForMinor?: number;
}

/** What decided that money went to an item: the first that did, where several did. `discount`: no money, let off by the terms. */
export const allocationBases = ['given', 'reference', 'exact', 'law', 'disputed', 'recovery', 'discount'] as const;
export type AllocationBasis = (typeof allocationBases)[number];

/** What one item gets of a payment; `recoveredMinor` of it lies on what was written off, and opens nothing. */
export interface AllocatedShare {
  receivableId: string;
  amountMinor: number;
  recoveredMinor: number;
  basis: AllocationBasis;
}

/** A line of the debtor's own choice, by the invoice's id or printed number; without an instalment it goes over the invoice's instalments by due date. */
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
  { ok: true; allocations: AllocatedShare[]; unappliedMinor: number } | { ok: false; code: RefusalCode; index?: number };

interface Book {
  leftMinor: number;
  taken: Map<string, AllocatedShare>;
}

/** A part of an item, taken as a whole debt by the law's order. */
interface Part {
  item: OpenItem;
  basis: AllocationBasis;
  room: (book: Book) => number;
}

/**
 * Spreads a payment over open items [Civil Code 560]. Given lines come first; without them the invoices named by the reference
 * (or those of the orders it names) do, then the undisputed item (or invoice) of exactly that amount. What is left follows the law's
 * order, parts in dispute after all others, and goes to what was written off only when nothing else is open. The outcome does not depend
 * on the order of `items`. A bad given line is refused with its index.
 */
export function allocate(request: AllocationRequest): AllocationResult {
  const { amountMinor, reference, given = [], today } = request;
  if (!Number.isSafeInteger(amountMinor)) return { ok: false, code: 'amount-too-large' };
  if (amountMinor <= 0) return { ok: false, code: 'amount-not-positive' };
  const items = request.items.filter((item) => item.openMinor + item.writtenOffMinor > 0).toSorted(byDocument);
  const book: Book = { leftMinor: amountMinor, taken: new Map() };
  for (const [index, line] of given.entries()) {
    const fault = takeGiven(book, items, line);
    if (fault) return { ok: false, code: fault, index };
  }
  if (given.length === 0) {
    const named = reference === undefined ? [] : itemsNamed(reference, items);
    if (named.length > 0) takeLessDiscount(book, named, 'reference');
    takeByLaw(book, named.map(whole('reference')), today);
    takeByLaw(book, named.map(writtenOff('reference')), today);
    if (named.length === 0) takeExact(book, items, today);
  }
  takeByLaw(book, items.map(undisputed), today);
  takeByLaw(book, items.map(whole('disputed')), today);
  takeByLaw(book, items.map(writtenOff('recovery')), today);
  return { ok: true, allocations: [...book.taken.values()], unappliedMinor: book.leftMinor };
}

/** The items whose invoice free text names; where it names none, those of the orders that it names. */
export function itemsNamed<T extends Pick<OpenItem, 'invoice' | 'number' | 'order'>>(text: string, items: readonly T[]): T[] {
  const named = documentsNamedBy(
    text,
    items.map(({ invoice, number }) => ({ key: invoice, names: [invoice, number] })),
  );
  if (named.size > 0) return items.filter((item) => named.has(item.invoice));
  const orders = ordersNamed(
    text,
    items.flatMap(({ order }) => order ?? []),
  );
  return items.filter(({ order }) => typeof order === 'string' && orders.has(order));
}

/** The orders, by the sender's own ids, that free text names. */
export const ordersNamed = (text: string, orders: readonly string[]): ReadonlySet<string> =>
  documentsNamedBy(
    text,
    orders.map((order) => ({ key: order, names: [order] })),
  );

const shareOf = (book: Book, item: OpenItem): AllocatedShare | undefined => book.taken.get(item.receivableId);
const openOf = (book: Book, item: OpenItem): number => {
  const share = shareOf(book, item);
  return item.openMinor - (share ? share.amountMinor - share.recoveredMinor : 0);
};
const writtenOffOf = (book: Book, item: OpenItem): number => item.writtenOffMinor - (shareOf(book, item)?.recoveredMinor ?? 0);
const undisputedOf = (book: Book, item: OpenItem): number => Math.max(0, openOf(book, item) - item.disputedMinor);

const whole =
  (basis: AllocationBasis) =>
  (item: OpenItem): Part => ({ item, basis, room: (book) => openOf(book, item) });
const undisputed = (item: OpenItem): Part => ({ item, basis: 'law', room: (book) => undisputedOf(book, item) });
const writtenOff =
  (basis: AllocationBasis) =>
  (item: OpenItem): Part => ({ item, basis, room: (book) => writtenOffOf(book, item) });

/** Lays money on an item: on what is open of it, and then on what was written off. */
function take(book: Book, item: OpenItem, amountMinor: number, basis: AllocationBasis): void {
  if (amountMinor === 0) return;
  const before = shareOf(book, item) ?? { receivableId: item.receivableId, amountMinor: 0, recoveredMinor: 0, basis };
  const recoveredMinor = before.recoveredMinor + Math.max(0, amountMinor - openOf(book, item));
  book.taken.set(item.receivableId, { ...before, amountMinor: before.amountMinor + amountMinor, recoveredMinor });
  book.leftMinor -= amountMinor;
}

/**
 * The amount names the debt: an item of which exactly that much is undisputed, else an invoice whose instalments together are; of
 * several the first by the law's order.
 */
function takeExact(book: Book, items: readonly OpenItem[], today: BusinessDate): void {
  const order = byLaw(today);
  const left = book.leftMinor;
  const ordered = items.filter((item) => undisputedOf(book, item) > 0).toSorted((a, b) => order(a, b) || byDocument(a, b));
  const single = ordered.find((item) => undisputedOf(book, item) === left);
  const invoice = ordered.find((item) => sumMinor(partsOf(ordered, item).map((part) => undisputedOf(book, part))) === left);
  const meant = single ? [single] : invoice ? partsOf(ordered, invoice) : [];
  for (const item of meant) take(book, item, undisputedOf(book, item), 'exact');
  const discounted = ordered.find((item) => item.closesForMinor === left);
  if (meant.length === 0 && discounted) takeLessDiscount(book, [discounted], 'exact');
}

/** Money that is exactly what these items cost less their discounts pays each of them so. */
function takeLessDiscount(book: Book, items: readonly OpenItem[], basis: AllocationBasis): void {
  const prices = items.map((item) => item.closesForMinor ?? openOf(book, item));
  if (items.every((item) => item.closesForMinor === undefined) || sumMinor(prices) !== book.leftMinor) return;
  for (const [place, item] of items.entries()) take(book, item, prices[place] ?? 0, basis);
}

const partsOf = (items: readonly OpenItem[], of: OpenItem): OpenItem[] => items.filter((item) => item.invoice === of.invoice);

function takeGiven(book: Book, items: readonly OpenItem[], line: GivenAllocation): RefusalCode | undefined {
  if (!Number.isSafeInteger(line.amountMinor)) return 'amount-too-large';
  if (line.amountMinor <= 0) return 'amount-not-positive';
  const invoice = documentMeant(line.invoice, items);
  const ofInvoice = items.filter((item) => item.invoice === invoice);
  if (ofInvoice.length === 0) return 'invoice-unknown';
  const meant = ofInvoice.filter((item) => line.instalment === undefined || item.instalment === line.instalment);
  if (meant.length === 0) return 'receivable-unknown';
  if (line.amountMinor > book.leftMinor) return 'amount-exceeds-payment';
  const rooms = [openOf, writtenOffOf];
  if (line.amountMinor > sumMinor(meant.flatMap((item) => rooms.map((room) => room(book, item))))) return 'amount-exceeds-open';
  let restMinor = line.amountMinor;
  for (const room of rooms) {
    for (const item of meant.toSorted((a, b) => compareText(a.dueDate, b.dueDate))) {
      const partMinor = Math.min(restMinor, room(book, item));
      take(book, item, partMinor, 'given');
      restMinor -= partMinor;
    }
  }
  return undefined;
}

/** Equals of the law's order are served together, so that what does not suffice for all is shared in proportion. */
function takeByLaw(book: Book, parts: readonly Part[], today: BusinessDate): void {
  const order = byLaw(today);
  const queue = parts.filter((part) => part.room(book) > 0).toSorted((a, b) => order(a.item, b.item));
  let equals: Part[] = [];
  for (const [at, part] of queue.entries()) {
    equals.push(part);
    const next = queue[at + 1];
    if (next && order(part.item, next.item) === 0) continue;
    takeProRata(book, equals);
    equals = [];
  }
}

/** Largest remainder: exact to the minor unit, ties by invoice, then instalment (the order the items come in). */
function takeProRata(book: Book, equals: readonly Part[]): void {
  const opens = equals.map((part) => part.room(book));
  const total = opens.reduce((sum, open) => sum + BigInt(open), 0n);
  const amount = BigInt(book.leftMinor) < total ? BigInt(book.leftMinor) : total;
  const shares = equals.map((part, at) => {
    const weighted = amount * BigInt(opens[at] ?? 0);
    return { part, at, floor: weighted / total, remainder: weighted % total };
  });
  const spare = amount - shares.reduce((sum, share) => sum + share.floor, 0n);
  const favoured = new Set(
    shares
      .toSorted((a, b) => (a.remainder === b.remainder ? a.at - b.at : a.remainder > b.remainder ? -1 : 1))
      .slice(0, Number(spare))
      .map((share) => share.part),
  );
  for (const { part, floor } of shares) take(book, part.item, Number(floor) + (favoured.has(part) ? 1 : 0), part.basis);
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
