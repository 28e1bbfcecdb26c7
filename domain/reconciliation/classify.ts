import { addDays } from '../platform/calendar.ts';
import type { BusinessDate } from '../platform/calendar.ts';
import { sumMinor } from '../platform/money.ts';
import type { DifferenceKind } from './difference.ts';
import type { BookItem, Match, Matching } from './match.ts';

/** A document of ours as a statement is held against it. */
export interface OurDocument extends BookItem {
  kind: 'invoice' | 'payment' | 'credit-note';
  /** Dated outside of what the statement covers: it may answer a line, but is not missing on it. */
  outside: boolean;
  /** Of an invoice: what was paid or credited of it after the statement's date. */
  settledSinceMinor: number;
  /** Of an invoice: what of its amount we have given up. It is owed all the same, so their books may show it or not. */
  writtenOffMinor: number;
  /** Of a payment: nothing of it has been laid on an invoice yet. */
  unallocated: boolean;
  /** Lines of its order, where it has one. */
  units: readonly { quantity: number; priceMinor: number }[];
}

export const lineKinds = ['invoice', 'payment', 'credit-note', 'return'] as const;
export type LineKind = (typeof lineKinds)[number];

/** A line of the customer's statement. */
export interface TheirLine extends BookItem {
  kind: LineKind;
  quantity: number | null;
}

/** The family in which a document looks for its counterpart: a return is a credit. */
export const familyOf = (kind: LineKind): string => (kind === 'return' ? 'credit-note' : kind);

/** A difference between two books, before anybody has looked at it. */
export interface FoundDifference {
  /** The same while it is the same difference: which documents it is about. */
  key: string;
  kind: DifferenceKind;
  /** Theirs less ours; never zero. */
  amountMinor: number;
  on: BusinessDate;
  number: string | null;
  /** Our documents and their lines it is about. */
  ours: readonly string[];
  theirs: readonly string[];
  /** The payment of ours that would settle it. */
  payment: string | null;
}

export interface StatementFrame {
  asOf: BusinessDate;
  today: BusinessDate;
  transitDays: number;
  roundingMinor: number;
}

/**
 * What does not agree, each with its cause as far as the documents show it. What later documents have settled is no difference any more. An
 * invoice left over and the unallocated payment that is its amount are one difference, not two.
 */
export function differencesOf(
  matching: Matching,
  ours: readonly OurDocument[],
  theirs: readonly TheirLine[],
  frame: StatementFrame,
): FoundDifference[] {
  const our = new Map(ours.map((item) => [item.id, item]));
  const their = new Map(theirs.map((item) => [item.id, item]));
  const of = <T>(from: ReadonlyMap<string, T>, ids: readonly string[]): T[] => ids.flatMap((id) => from.get(id) ?? []);
  const money = new Money(of(our, matching.ours));
  const unequal = matching.matches.flatMap((match) =>
    unequalAmounts(match, of(our, match.ours), of(their, match.theirs), frame, money),
  );
  const onlyTheirs = of(their, matching.theirs).map((line) => missingHere(line, frame));
  const onlyOurs = of(our, matching.ours)
    .filter((item) => !item.outside && item.kind === 'invoice')
    .flatMap((item) => missingThere(item, frame, money));
  const rest = of(our, matching.ours)
    .filter((item) => !item.outside && item.kind !== 'invoice' && !money.isSpoken(item.id))
    .flatMap((item) => missingThere(item, frame, money));
  return [...unequal, ...onlyTheirs, ...onlyOurs, ...rest];
}

/** Our payments that nothing answers and that lie on no invoice: each explains one gap of just its amount, when it alone does. */
class Money {
  readonly #free: OurDocument[];
  readonly #spoken = new Set<string>();

  constructor(left: readonly OurDocument[]) {
    this.#free = left.filter((item) => item.kind === 'payment' && item.unallocated);
  }

  explain(gapMinor: number): string | null {
    const fits = this.#free.filter((item) => -item.amountMinor === gapMinor && !this.#spoken.has(item.id));
    const [only] = fits;
    if (!only || fits.length > 1) return null;
    this.#spoken.add(only.id);
    return only.id;
  }

  isSpoken(id: string): boolean {
    return this.#spoken.has(id);
  }
}

const keyOf = (ours: readonly BookItem[], theirs: readonly BookItem[]): string =>
  JSON.stringify([ours.map((item) => item.id).toSorted(), theirs.map((item) => item.id).toSorted()]);

function found(
  kind: DifferenceKind,
  amountMinor: number,
  ours: readonly OurDocument[],
  theirs: readonly TheirLine[],
  payment: string | null = null,
): FoundDifference {
  const [first] = [...theirs, ...ours];
  if (!first) throw new Error('a difference about nothing');
  const number = [...theirs, ...ours].flatMap((item) => item.numbers)[0] ?? null;
  const ids = { ours: ours.map((item) => item.id), theirs: theirs.map((item) => item.id) };
  return { key: keyOf(ours, theirs), kind, amountMinor, on: first.on, number, ...ids, payment };
}

function unequalAmounts(
  { differenceMinor }: Match,
  ours: readonly OurDocument[],
  theirs: readonly TheirLine[],
  { roundingMinor }: StatementFrame,
  money: Money,
): FoundDifference[] {
  if (Math.abs(differenceMinor) <= roundingMinor) return [];
  const kind = ours[0]?.kind;
  if (kind === 'payment') return [found('unallocated-payment', differenceMinor, ours, theirs)];
  if (kind === 'credit-note') return [found('unrecorded-return', differenceMinor, ours, theirs)];
  if (differenceMinor < 0 && sumMinor(ours.map((item) => item.writtenOffMinor)) >= -differenceMinor) return [];
  const since = sumMinor(ours.map((item) => item.settledSinceMinor));
  if (differenceMinor < 0 && since >= -differenceMinor) return [];
  const payment = differenceMinor < 0 ? money.explain(-differenceMinor) : null;
  if (payment !== null) return [found('unallocated-payment', differenceMinor, ours, theirs, payment)];
  return [found(isQuantity(differenceMinor, ours, theirs) ? 'quantity' : 'price', differenceMinor, ours, theirs)];
}

/** Whether another number of units explains it: their line names one, or the gap is so many units of a line of the order as it has. */
function isQuantity(differenceMinor: number, ours: readonly OurDocument[], theirs: readonly TheirLine[]): boolean {
  const units = ours.flatMap((item) => item.units);
  const named = theirs.length === 1 ? (theirs[0]?.quantity ?? null) : null;
  if (named !== null && units.length > 0) return units.reduce((sum, unit) => sum + unit.quantity, 0) !== named;
  const gap = Math.abs(differenceMinor);
  return units.some(({ quantity, priceMinor }) => priceMinor > 0 && gap % priceMinor === 0 && gap / priceMinor <= quantity);
}

/** Dated shortly before the statement, and the statement itself is not old yet. */
const onItsWay = (on: BusinessDate, { asOf, today, transitDays }: StatementFrame): boolean =>
  on > addDays(asOf, -transitDays) && today <= addDays(asOf, transitDays);

/** A line of theirs that we have no document for. */
function missingHere(line: TheirLine, frame: StatementFrame): FoundDifference {
  if (line.kind === 'return') return found('unrecorded-return', line.amountMinor, [], [line]);
  if (onItsWay(line.on, frame)) return found('timing', line.amountMinor, [], [line]);
  return found(line.kind === 'credit-note' ? 'unrecorded-return' : 'unknown-document', line.amountMinor, [], [line]);
}

/** A document of ours that they do not list. */
function missingThere(item: OurDocument, frame: StatementFrame, money: Money): FoundDifference[] {
  const askedMinor = item.amountMinor - item.writtenOffMinor;
  const amountMinor = -askedMinor;
  if (item.kind === 'invoice') {
    if (item.settledSinceMinor >= askedMinor) return [];
    const payment = money.explain(askedMinor);
    if (payment !== null) return [found('unallocated-payment', amountMinor, [item], [], payment)];
  }
  if (onItsWay(item.on, frame)) return [found('timing', amountMinor, [item], [])];
  const kind = item.kind === 'payment' && item.unallocated ? 'unallocated-payment' : 'unknown-document';
  return [found(kind, amountMinor, [item], [], kind === 'unallocated-payment' ? item.id : null)];
}
