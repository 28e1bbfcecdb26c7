import { addDays, endOfMonth, rollOffRestDay } from '../platform/calendar.ts';
import type { BusinessDate, Calendar } from '../platform/calendar.ts';
import { scaled, shareOf, sumMinor } from '../platform/money.ts';
import type { Terms } from './documents.ts';

/** What is let off an instalment when its money comes in time, in minor units, and the last day for it. */
export interface DiscountOffer {
  minor: number;
  until: BusinessDate;
}

/** Whether a text is a discount in per cent: above 0, up to 50, at most two decimals. */
export const isDiscountPercent = (text: string): boolean =>
  /^(?:0|[1-9]\d?)(?:\.\d{1,2})?$/.test(text) && scaled(text, 2) > 0n && scaled(text, 2) <= 5000n;

/** Whether terms let off more, for longer or counted from another day than those before (null: none were): that is for a second person. */
export function raisesDiscount(before: Terms | null, terms: Terms): boolean {
  if (terms.discountPercent === undefined) return false;
  if (before?.discountPercent === undefined || before.from !== terms.from) return true;
  const more = scaled(terms.discountPercent, 2) > scaled(before.discountPercent, 2);
  return more || (terms.discountDays ?? 0) > (before.discountDays ?? 0);
}

/** The same terms without anything let off. */
export const withoutDiscount = ({ days, from, months, day }: Terms): Terms => ({
  days,
  from,
  ...(months !== undefined && { months }),
  ...(day !== undefined && { day }),
});

/** The discount of an invoice by its terms: its amount rounded half up, its last day past rest days as due dates are. Null: none. */
export function discountOffer(
  { from, discountPercent, discountDays }: Terms,
  of: { amountMinor: number; issueDate: BusinessDate; deliveredOn: BusinessDate | null },
  calendar: Calendar,
): DiscountOffer | null {
  if (discountPercent === undefined || discountDays === undefined) return null;
  const minor = Number((BigInt(of.amountMinor) * scaled(discountPercent, 2) + 5000n) / 10_000n);
  if (minor <= 0) return null;
  const start =
    from === 'delivery' ? (of.deliveredOn ?? of.issueDate) : from === 'endOfMonth' ? endOfMonth(of.issueDate) : of.issueDate;
  return { minor, until: rollOffRestDay(calendar, addDays(start, discountDays)) };
}

/** An instalment as its money stands, beside its discount. Amounts in minor units. */
export interface DiscountFacts {
  amountMinor: number;
  /** Credited by notes, without what is granted as a discount. */
  creditedMinor: number;
  writtenOffMinor: number;
  /** Money on it, by value date. */
  money: readonly { on: BusinessDate; amountMinor: number }[];
}

/** An instalment with its discount as it stands. */
export interface DiscountCase extends DiscountFacts {
  /** Null: its terms have none (any more). */
  offer: DiscountOffer | null;
  /** A person asks for what it would let off. */
  claimed: boolean;
  grantedMinor: number;
  /** Two persons granted it. */
  agreed: boolean;
}

/** What is left to be paid of it, without what is granted as a discount. */
export const restOf = ({ amountMinor, creditedMinor, money, writtenOffMinor }: DiscountFacts): number =>
  amountMinor - creditedMinor - sumMinor(money.map((one) => one.amountMinor)) - writtenOffMinor;

/** What is granted now (0: nothing), as of which day; `late`: money that came too late left exactly such a rest. */
export interface DiscountVerdict {
  grantMinor: number;
  on: BusinessDate | null;
  late: boolean;
}

/** What becomes of a discount: what two persons granted stays while it is exactly what is left, else its terms say. */
export function verdictOf(of: DiscountCase, graceDays: number): DiscountVerdict {
  if (of.agreed && restOf(of) === of.grantedMinor) return { ...nothing, grantMinor: of.grantedMinor };
  return of.offer === null || of.claimed ? nothing : discountOf(of, of.offer, graceDays);
}

const nothing: DiscountVerdict = { grantMinor: 0, on: null, late: false };

/**
 * The rest of an instalment is granted when the money that came in time earns it: all of the discount when that money and the discount
 * together are what is owed, else in proportion to the parts that came in time. Days of grace count as in time. What is credited lowers
 * the discount in proportion. A discount is granted only where it closes the item.
 */
function discountOf(of: DiscountFacts, offer: DiscountOffer, graceDays: number): DiscountVerdict {
  const { amountMinor, creditedMinor, money } = of;
  const netMinor = amountMinor - creditedMinor;
  const wholeMinor = shareOf(offer.minor, netMinor, amountMinor);
  const leftMinor = restOf(of);
  if (leftMinor <= 0 || money.length === 0) return nothing;
  const last = addDays(offer.until, graceDays);
  const inTimeMinor = sumMinor(money.filter((one) => one.on <= last).map((one) => one.amountMinor));
  const earnedMinor =
    inTimeMinor >= netMinor - wholeMinor ? wholeMinor : shareOf(inTimeMinor, offer.minor, amountMinor - offer.minor);
  if (leftMinor <= earnedMinor) {
    const on = money.reduce((latest, one) => (one.on > latest ? one.on : latest), '');
    return { grantMinor: leftMinor, on, late: false };
  }
  return { ...nothing, late: leftMinor <= wholeMinor };
}

/** What closes an item of which so much is open when it comes on this day; null: there is no discount to take. */
export const closesFor = (
  openMinor: number,
  amountMinor: number,
  offer: DiscountOffer | null,
  on: BusinessDate,
): number | null => (offer === null || on > offer.until ? null : openMinor - shareOf(offer.minor, openMinor, amountMinor));
