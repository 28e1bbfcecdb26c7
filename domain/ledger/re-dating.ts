import { addDays } from '../platform/calendar.ts';
import type { BusinessDate, Calendar } from '../platform/calendar.ts';
import { sumMinor } from '../platform/money.ts';
import { withoutDiscount } from './discount.ts';
import { dueBy } from './documents.ts';
import type { Instalment, InstalmentChanges, InvoiceDocument, StandingInstalment, Terms } from './documents.ts';
import type { CollectionPolicy } from './policy.ts';

/** A due date that a correction moves to later than policy lets pass. */
export interface LaterDate {
  id: string;
  no: number;
  /** Of the instalment, and what of it is open. */
  amountMinor: number;
  openMinor: number;
  from: BusinessDate;
  to: BusinessDate;
}

/**
 * What of a correction may be written at once: a date that moves later than the agreed day and its tolerance stays as it was, and is asked
 * for. Moves in small steps count from the day that was agreed, not from the last step; a day in doubt was never agreed, there `byTerms`
 * counts. An instalment of which nothing else differs is left out.
 */
export function withoutLaterDates(
  changes: InstalmentChanges,
  toleranceDays: number,
  byTerms: BusinessDate,
): { changes: InstalmentChanges; later: readonly LaterDate[] } {
  const later: LaterDate[] = [];
  const changed = changes.changed.flatMap(({ standing, to }) => {
    if (!movesLater(standing, to, toleranceDays, byTerms)) return [{ standing, to }];
    later.push({
      id: standing.id,
      no: to.no,
      amountMinor: to.amountMinor,
      openMinor: to.amountMinor - standing.settledMinor,
      from: standing.dueDate,
      to: to.dueDate,
    });
    const same = standing.amountMinor === to.amountMinor && standing.kind === to.kind && !standing.withdrawn;
    return same ? [] : [{ standing, to: { ...to, dueDate: standing.dueDate } }];
  });
  return { changes: { ...changes, changed }, later };
}

/** The time a customer has: its terms, and the days its credit was granted for. */
export interface CustomerTime {
  terms: Terms;
  grantedDays: number | null;
}

/** The last day an invoice may be due by what its customer has, the tolerance aside. */
export function latestBy(
  { terms, grantedDays }: CustomerTime,
  { issueDate, deliveredOn }: Dated,
  calendar: Calendar,
): BusinessDate {
  const byTerms = dueBy(terms, issueDate, deliveredOn, calendar);
  if (grantedDays === null) return byTerms;
  const granted = dueBy({ days: grantedDays, from: terms.from }, issueDate, deliveredOn, calendar);
  return granted > byTerms ? granted : byTerms;
}
type Dated = Pick<InvoiceDocument, 'issueDate' | 'deliveredOn'>;

/**
 * A new invoice whose own terms are longer than its customer has, beyond the tolerance, as it comes in: by the customer's terms. Null: they are
 * not. Its discount is judged apart; instalments have the days that the contract names.
 */
export function withinTerms(
  invoice: InvoiceDocument,
  customer: CustomerTime,
  toleranceDays: number,
  calendar: Calendar,
): InvoiceDocument | null {
  const { instalments, terms, issueDate, deliveredOn } = invoice;
  if (instalments || !terms) return null;
  const last = addDays(latestBy(customer, invoice, calendar), toleranceDays);
  if (dueBy(terms, issueDate, deliveredOn, calendar) <= last) return null;
  const { discountPercent, discountDays } = terms;
  const discount = discountPercent === undefined ? {} : { discountPercent, discountDays };
  return { ...invoice, terms: { ...withoutDiscount(customer.terms), ...discount } };
}

/** Nothing is given on what is settled, or on a day that was agreed with a second person before. */
function movesLater(is: StandingInstalment, to: Instalment, toleranceDays: number, byTerms: BusinessDate): boolean {
  if (is.withdrawn || is.settledMinor >= to.amountMinor) return false;
  const agreed = is.doubted ? byTerms : (is.agreedDueDate ?? is.dueDate);
  return to.dueDate > is.dueDate && to.dueDate > addDays(agreed, toleranceDays);
}

/** Those that a correction takes out or makes smaller, with what goes from each; none that an earlier version let in out of bounds. */
export function losersOf({ changed, withdrawn }: InstalmentChanges): { standing: StandingInstalment; minor: number }[] {
  const less = changed.map(({ standing, to }) => ({ standing, to: to.amountMinor }));
  const all = [...withdrawn.map((standing) => ({ standing, to: 0 })), ...less.filter(({ standing }) => !standing.withdrawn)];
  return all
    .filter(({ standing }) => Number.isSafeInteger(standing.amountMinor))
    .map(({ standing, to }) => ({ standing, minor: standing.amountMinor - to }))
    .filter(({ minor }) => minor > 0);
}

/**
 * The instalments that stand for what a correction takes out of others, the earliest first, as far as that reaches: their limitation and their
 * agreed day are no later than those of the others. What comes beyond that is owed anew; what the correction does not touch keeps its own; nothing stands for
 * an amount that an earlier version let in out of bounds.
 */
export function successorsOf(changes: InstalmentChanges): readonly Instalment[] {
  const { added, changed } = changes;
  const revived = changed.flatMap(({ standing, to }) => (standing.withdrawn ? [to] : []));
  const fresh = [...added, ...revived].toSorted((a, b) => (a.dueDate < b.dueDate ? -1 : a.dueDate > b.dueDate ? 1 : a.no - b.no));
  let left = sumMinor(losersOf(changes).map(({ minor }) => minor));
  return fresh.filter(({ amountMinor }) => {
    const stands = left > 0;
    left -= amountMinor;
    return stands;
  });
}

/** Calendar days by which a correction may move a due date later by itself. */
export const reDatingDays = ({ reDatingDays: days = 7 }: Pick<CollectionPolicy, 'reDatingDays'>): number => days;
