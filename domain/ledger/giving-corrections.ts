import { addDays, daysBetween } from '../platform/calendar.ts';
import type { BusinessDate } from '../platform/calendar.ts';
import { LAST_RECKONED } from '../platform/date-bounds.ts';
import { sumMinor } from '../platform/money.ts';
import { askedAbout } from './booked.ts';
import type { DiscountOffer } from './discount.ts';
import { losersOf } from './re-dating.ts';
import type { Instalment, InstalmentChanges, StandingInstalment } from './documents.ts';

/** An invoice as it stands, with what was given away on it. Amounts in minor units. */
export interface GivenInvoice {
  instalments: readonly StandingInstalment[];
  /** What is let off its one instalment for money in time. */
  offer: DiscountOffer | null;
  /** The most it was worth since a second person last agreed to less; null: what it is worth now. */
  agreedMinor: number | null;
  /** Credit notes on it that no second person agreed to. */
  creditedAloneMinor: number;
  /** What a second person declined to credit of it for goods that came back. */
  declinedMinor: number;
  /** What credit notes are expected to take of it. */
  expectedMinor: number;
}

/** What a correction of an invoice would give away. */
export interface CorrectionGift {
  /** What the invoice is worth less, and what of it would be due later; minor units. */
  loweredMinor: number;
  movedMinor: number;
  /** What a second person is asked about: what is lowered, with what one alone gave on the invoice before. */
  sumMinor: number;
  /** How much later; 0: not later. */
  days: number;
  /** What of its receivables is not asked for until somebody agrees. */
  withholds: readonly { receivableId: string; amountMinor: number }[];
}

/** What a correction leaves of an invoice. */
export interface WeighedCorrection {
  /** What this correction takes; a discount that is added, raised or may be taken longer takes what it lets off. */
  loweredMinor: number;
  /** What one alone gave on the invoice before. */
  beforeMinor: number;
  /** What later corrections are measured by, unless a second person agrees to this one: then it is worth `isMinor`. */
  agreedMinor: number;
  isMinor: number;
}

/** What one alone gave on an invoice so far, by corrections and credit notes. */
export const givenAlone = (of: GivenInvoice): number => {
  const wasMinor = worthOf(liveOf(of.instalments), of.offer);
  return sumMinor([Math.max(0, (of.agreedMinor ?? wasMinor) - wasMinor), of.creditedAloneMinor]);
};

/**
 * What one alone may give on an invoice: nothing where it would be, beyond what is expected of it anyway, what a second person declined for
 * goods that came back. `nowMinor`: what is given now.
 */
export const aloneOn = (
  of: Pick<GivenInvoice, 'declinedMinor' | 'expectedMinor'>,
  nowMinor: number,
  aloneMinor: number,
): number => (of.declinedMinor > 0 && nowMinor > of.expectedMinor ? 0 : aloneMinor);

/** Weighs a correction by what the invoice is worth before and after it, less its discount. `offer`: the discount it would have. */
export function weighCorrection(of: GivenInvoice, changes: InstalmentChanges, offer: DiscountOffer | null): WeighedCorrection {
  const before = liveOf(of.instalments);
  const wasMinor = worthOf(before, of.offer);
  const isMinor = worthOf(afterOf(of.instalments, changes), offer);
  const longer = of.offer !== null && offer !== null && offer.until > of.offer.until;
  const fromMinor = longer ? worthOf(before, null) : wasMinor;
  return {
    loweredMinor: Math.max(0, fromMinor - isMinor),
    beforeMinor: givenAlone(of),
    agreedMinor: Math.max(of.agreedMinor ?? 0, fromMinor, isMinor),
    isMinor,
  };
}

/** By how much a correction makes an invoice smaller, in minor units, all its instalments together: what moves between them is no less. */
export const loweredBy = (changes: InstalmentChanges): number => Math.max(0, -raisedBy(changes));

/** The same where it makes it larger; negative: smaller. */
export function raisedBy({ added, changed, withdrawn }: InstalmentChanges): number {
  const sound = changed.filter(({ standing }) => standing.withdrawn || isSound(standing));
  const before = [...liveOf(sound.map(({ standing }) => standing)), ...liveOf(withdrawn)];
  const after = [...sound.map(({ to }) => to), ...added];
  return sumMinor(after.map(minorOf)) - sumMinor(before.map(minorOf));
}

/**
 * Whether a correction waits for a second person: it makes the invoice worth less by more than policy lets an ERP do alone, all steps together,
 * or takes instalments out, or amounts from them, and lets others have these later, which is a re-dating by another name. Later days of instalments that stay are judged
 * apart (`withoutLaterDates`). `byTerms`: the day that counts for one that is in doubt.
 */
export function giftOf(
  of: GivenInvoice,
  changes: InstalmentChanges,
  { loweredMinor, beforeMinor }: WeighedCorrection,
  { aloneMinor, toleranceDays, byTerms }: { aloneMinor: number; toleranceDays: number; byTerms: BusinessDate },
): CorrectionGift | null {
  const live = liveOf(of.instalments);
  const after = afterOf(of.instalments, changes);
  const before = live.map((part): Instalment => ({ ...part, dueDate: agreedOf(part, byTerms) }));
  const smallerMinor = Math.max(0, worthOf(before, null) - worthOf(after, null));
  const shiftedMinor = sumMinor(losersOf(changes).map(({ minor }) => minor)) - smallerMinor;
  const moves = changes.withdrawn.length > 0 || shiftedMinor > 0;
  const days = moves ? laterBy(before, after, smallerMinor, toleranceDays) : 0;
  if (askedAbout(loweredMinor, beforeMinor, aloneMinor) === null && days === 0) return null;
  const to = new Map(changes.changed.map((change) => [change.standing.id, change.to]));
  const gone = new Set(changes.withdrawn.map((part) => part.id));
  let letOffMinor = Math.max(0, loweredMinor - smallerMinor);
  const withholds = live.flatMap((part) => {
    const left = gone.has(part.id) ? 0 : (to.get(part.id)?.amountMinor ?? part.amountMinor);
    const takenMinor = Math.max(0, part.amountMinor - left) + letOffMinor;
    const amountMinor = Math.min(part.amountMinor - part.settledMinor, takenMinor);
    letOffMinor = 0;
    return amountMinor > 0 ? [{ receivableId: part.id, amountMinor }] : [];
  });
  const movedMinor = days === 0 ? 0 : Math.max(worthOf(changes.withdrawn.filter(isSound), null), shiftedMinor);
  return { loweredMinor, movedMinor, sumMinor: sumMinor([loweredMinor, beforeMinor]), days, withholds };
}

const isSound = (part: { amountMinor: number }): boolean => Number.isSafeInteger(part.amountMinor);
const minorOf = (part: { amountMinor: number }): number => part.amountMinor;
const worthOf = (parts: readonly Instalment[], offer: DiscountOffer | null): number =>
  sumMinor(parts.map(minorOf)) - (parts.length > 0 ? (offer?.minor ?? 0) : 0);
/** A part that an earlier version let in out of bounds is no claim that its correction gives away. */
const liveOf = (parts: readonly StandingInstalment[]): StandingInstalment[] =>
  parts.filter((part) => !part.withdrawn && isSound(part));

function afterOf(standing: readonly StandingInstalment[], changes: InstalmentChanges): Instalment[] {
  const to = new Map(changes.changed.map((change) => [change.standing.id, change.to]));
  const gone = new Set(changes.withdrawn.map((part) => part.id));
  const kept = standing.filter((part) => to.has(part.id) || (!part.withdrawn && !gone.has(part.id)));
  return [...kept.map((part): Instalment => to.get(part.id) ?? part), ...changes.added].filter(isSound);
}
const agreedOf = (part: StandingInstalment, byTerms: BusinessDate): BusinessDate =>
  part.doubted ? byTerms : (part.agreedDueDate ?? part.dueDate);

/** The most days by which an amount that was due by a day is due later, beyond the tolerance; what is lowered is no delay. */
function laterBy(before: readonly Instalment[], after: readonly Instalment[], loweredMinor: number, tolerance: number): number {
  const dueBy = (parts: readonly Instalment[], day: BusinessDate): number =>
    sumMinor(parts.filter((part) => part.dueDate <= day).map(minorOf));
  const delays = before.map(({ dueDate }) => {
    const wanted = dueBy(before, dueDate) - loweredMinor;
    if (dueBy(after, addDays(dueDate > LAST_RECKONED ? LAST_RECKONED : dueDate, tolerance)) >= wanted) return 0;
    const days = after.map((part) => part.dueDate).filter((day) => dueBy(after, day) >= wanted);
    return daysBetween(dueDate, days.toSorted()[0] ?? dueDate);
  });
  return Math.max(0, ...delays);
}
