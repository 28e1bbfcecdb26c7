import type { BusinessDate } from '../platform/calendar.ts';
import { sumMinor } from '../platform/money.ts';
import { itemsNamed } from './allocation.ts';
import type { OpenItem } from './allocation.ts';
import { closesFor } from './discount.ts';
import type { DiscountOffer } from './discount.ts';

/** Money received, or a credit on account, of which some has not found its place. Amounts in minor units of its currency. */
export interface UnappliedMoney {
  kind: 'payment' | 'credit-note';
  id: string;
  externalId: string;
  customerId: string;
  /** Whose items it can reach: those of its customer, and of the customers that one pays for. */
  reach: readonly string[];
  currency: string;
  on: BusinessDate;
  reference: string | null;
  /** The order it is bound to: it goes to the invoices of that order alone, and covers nothing else. */
  order: string | null;
  /** It is never applied by itself: a credit, or money that is meant to stay with the customer. */
  onAccount: boolean;
  leftMinor: number;
  /** Nothing of it was ever used. */
  whole: boolean;
  /** What of it was laid, by its text, on items that it names; it can be laid anew when more of these come. */
  laidMinor?: ReadonlyMap<string, number>;
}

/** An open item, or one that has money of its text, that unapplied money may reach. */
export interface ReachableItem extends OpenItem {
  customerId: string;
  currency: string;
  order: string | null;
  amountMinor: number;
  offer: DiscountOffer | null;
}

/** A share of unapplied money that finds its place, and why there. */
export interface Claim {
  money: UnappliedMoney;
  receivableId: string;
  /** Below zero: it leaves this item, which its discount closes. */
  amountMinor: number;
  basis: 'reference' | 'exact';
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const byDay = (a: UnappliedMoney, b: UnappliedMoney): number =>
  compareText(a.on, b.on) || compareText(a.externalId, b.externalId);
const byDue = (a: OpenItem, b: OpenItem): number =>
  compareText(a.dueDate, b.dueDate) || compareText(a.invoice, b.invoice) || a.instalment - b.instalment;

/**
 * What unapplied payments do when invoices come: they go to those that their text names, or that are of their order, each less its discount
 * when that is exactly what they all cost; else to the only one of exactly their amount, or of that amount less its discount, when no other
 * money has it, but such as is like it in all: then the older. Anything less sure is left to a person; credits on account are never applied by themselves. `items`: all that is open, and
 * what has money by its text; `arrived`: of these the receivables that have just come.
 */
export function claimArrived(
  money: readonly UnappliedMoney[],
  items: readonly ReachableItem[],
  arrived: ReadonlySet<string>,
): Claim[] {
  const open = new Map(items.map((item) => [item.receivableId, item.openMinor]));
  const openOf = (item: OpenItem): number => open.get(item.receivableId) ?? 0;
  const claims: Claim[] = [];
  const left = new Map(money.map((one) => [one.id, one.leftMinor]));
  const lay = (one: UnappliedMoney, item: ReachableItem, basis: Claim['basis']): void => {
    const amountMinor = Math.min(left.get(one.id) ?? 0, openOf(item));
    if (amountMinor <= 0) return;
    claims.push({ money: one, receivableId: item.receivableId, amountMinor, basis });
    left.set(one.id, (left.get(one.id) ?? 0) - amountMinor);
    open.set(item.receivableId, openOf(item) - amountMinor);
  };
  const layLessDiscount = (one: UnappliedMoney, named: readonly ReachableItem[]): boolean => {
    const priced = named.map((item) => {
      const laidMinor = one.laidMinor?.get(item.receivableId) ?? 0;
      const owedMinor = openOf(item) + laidMinor;
      return { item, laidMinor, owedMinor, priceMinor: priceOf(item, owedMinor, one.on) };
    });
    const haveMinor = sumMinor([left.get(one.id) ?? 0, ...priced.map(({ laidMinor }) => laidMinor)]);
    const discounted = priced.some(({ priceMinor, owedMinor }) => priceMinor < owedMinor);
    if (!discounted || sumMinor(priced.map(({ priceMinor }) => priceMinor)) !== haveMinor) return false;
    for (const { item, laidMinor, priceMinor } of priced) {
      const amountMinor = priceMinor - laidMinor;
      if (amountMinor !== 0) claims.push({ money: one, receivableId: item.receivableId, amountMinor, basis: 'reference' });
      open.set(item.receivableId, 0);
    }
    left.set(one.id, 0);
    return true;
  };
  const payments = money.filter((one) => one.kind === 'payment' && !one.onAccount).toSorted(byDay);
  const reached = (one: UnappliedMoney): ReachableItem[] =>
    items.filter((item) => one.currency === item.currency && one.reach.includes(item.customerId)).toSorted(byDue);
  for (const one of payments) {
    const own = reached(one).filter((item) => one.order === null || item.order === one.order);
    const named = one.order !== null ? own : one.reference === null ? [] : itemsNamed(one.reference, own);
    const fresh = named.filter((item) => arrived.has(item.receivableId));
    if (fresh.length === 0 || layLessDiscount(one, named)) continue;
    for (const item of fresh) lay(one, item, 'reference');
  }
  const free = payments.filter((one) => one.order === null && (left.get(one.id) ?? 0) > 0);
  for (const one of free) {
    const minor = left.get(one.id) ?? 0;
    const rivals = free.filter((other) => left.get(other.id) === minor && other.reach.some((id) => one.reach.includes(id)));
    const exact = rivals.every((other) => areAlike(one, other)) ? soleExact(reached(one), openOf, minor, one.on) : [];
    if (exact.every((item) => arrived.has(item.receivableId))) for (const item of exact) lay(one, item, 'exact');
  }
  return claims;
}

/** Whether it matters nothing which of two payments of one amount goes to an item: of one customer, with the same text or none, unused. */
const areAlike = (a: UnappliedMoney, b: UnappliedMoney): boolean =>
  a.id === b.id || (a.customerId === b.customerId && a.reference === b.reference && a.whole && b.whole);

/** What closes an item of which so much is owed when it came on this day. */
const priceOf = ({ amountMinor, offer }: ReachableItem, owedMinor: number, on: BusinessDate): number =>
  closesFor(owedMinor, amountMinor, offer, on) ?? owedMinor;

/**
 * The only item not wholly in dispute of which exactly that much is open, else the only invoice whose instalments together are, else the only
 * item that it closes with its discount; empty: none, or several.
 */
function soleExact(
  items: readonly ReachableItem[],
  openOf: (item: OpenItem) => number,
  minor: number,
  on: BusinessDate,
): ReachableItem[] {
  const live = items.filter((item) => openOf(item) > 0 && item.disputedMinor < item.openMinor);
  const single = live.filter((item) => openOf(item) === minor);
  if (single.length > 0) return single.length === 1 ? single : [];
  const invoices = [...new Set(live.map((item) => item.invoice))].map((invoice) =>
    live.filter((item) => item.invoice === invoice),
  );
  const whole = invoices.filter((parts) => sumMinor(parts.map(openOf)) === minor);
  const fitting =
    whole.length > 0 ? whole : live.filter((item) => priceOf(item, openOf(item), on) === minor).map((item) => [item]);
  const [only, ...more] = fitting;
  return only && more.length === 0 ? only : [];
}

/** What is asked of an item before cover: open and not in dispute. */
export interface CoverableItem {
  receivableId: string;
  customerId: string;
  currency: string;
  dueDate: BusinessDate;
  invoice: string;
  instalment: number;
  askedMinor: number;
}

/** What of some unapplied money covers an item. */
export interface CoverShare<M> {
  receivableId: string;
  money: M;
  amountMinor: number;
}

/** Which unapplied money covers which item: the earliest due first; money that reaches fewest customers is used before any other. */
export function coverSharesOf<M extends UnappliedMoney>(items: readonly CoverableItem[], money: readonly M[]): CoverShare<M>[] {
  const covered = new Map<string, number>();
  const shares: CoverShare<M>[] = [];
  const ordered = items.toSorted(
    (a, b) => compareText(a.dueDate, b.dueDate) || compareText(a.invoice, b.invoice) || a.instalment - b.instalment,
  );
  const free = money.filter((one) => one.order === null && one.leftMinor > 0 && Number.isSafeInteger(one.leftMinor));
  for (const one of free.toSorted((a, b) => a.reach.length - b.reach.length || byDay(a, b))) {
    let leftMinor = one.leftMinor;
    for (const item of ordered) {
      if (item.currency !== one.currency || !one.reach.includes(item.customerId)) continue;
      const soFar = covered.get(item.receivableId) ?? 0;
      const partMinor = Math.min(leftMinor, item.askedMinor - soFar);
      if (partMinor <= 0) continue;
      covered.set(item.receivableId, soFar + partMinor);
      shares.push({ receivableId: item.receivableId, money: one, amountMinor: partMinor });
      leftMinor -= partMinor;
    }
  }
  return shares;
}
