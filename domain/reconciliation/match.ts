import { dayNumber } from '../platform/dates.ts';
import type { BusinessDate } from '../platform/calendar.ts';
import { sumMinor } from '../platform/money.ts';
import type { ReconciliationPolicy } from './policy.ts';
import { onlySum } from './sums.ts';

/** A document in one of the two books, both in one currency. Nothing here knows whose statement or bank it comes from. */
export interface BookItem {
  /** Names it within its book. */
  id: string;
  /** Only documents of one family answer one another: invoices, credits, payments. */
  family: string;
  /** Numbers it goes by. */
  numbers: readonly string[];
  on: BusinessDate;
  /** Signed; never zero. */
  amountMinor: number;
}

export const matchRules = ['number', 'amount-date', 'sum'] as const;
export type MatchRule = (typeof matchRules)[number];

/** Documents of both books that are the same business. */
export interface Match {
  rule: MatchRule;
  /** Percent. */
  confidence: number;
  ours: readonly string[];
  theirs: readonly string[];
  /** Theirs less ours. */
  differenceMinor: number;
}

export interface Matching {
  matches: readonly Match[];
  /** What nothing answers, by id. */
  ours: readonly string[];
  theirs: readonly string[];
  /** Of those the ones for which no sum was looked for, since too many documents could be part of it. */
  unsearched: readonly string[];
}

export type MatchingRules = Pick<ReconciliationPolicy, 'confidence'> & {
  match: Omit<ReconciliationPolicy['match'], 'rounding'> & { roundingMinor: number };
};

/** What a match is known by, whatever rule found it: a person's no holds for it. */
export const matchKey = ({ ours, theirs }: Pick<Match, 'ours' | 'theirs'>): string =>
  JSON.stringify([ours.toSorted(), theirs.toSorted()]);

/**
 * Matches two books: by document number; then by amount and date, each with one candidate only; then several against one, where only one
 * choice adds up. No item is in two matches, the order of the input does not matter, and what has two answers has none. Matches in
 * `barred` are not made.
 */
export function matchBooks(
  ours: readonly BookItem[],
  theirs: readonly BookItem[],
  rules: MatchingRules,
  barred: ReadonlySet<string> = new Set(),
): Matching {
  const left = { ours: dated(ours), theirs: dated(theirs) };
  const matches: Match[] = [];
  const take = (found: readonly Match[]): void => {
    const free = found.filter((match) => !barred.has(matchKey(match)));
    matches.push(...free);
    const taken = { ours: new Set(free.flatMap((match) => match.ours)), theirs: new Set(free.flatMap((match) => match.theirs)) };
    left.ours = left.ours.filter((item) => !taken.ours.has(item.id));
    left.theirs = left.theirs.filter((item) => !taken.theirs.has(item.id));
  };
  take(byNumber(left, rules));
  take(byAmountAndDate(left, rules, 0));
  take(byAmountAndDate(left, rules, rules.match.roundingMinor));
  const { found, unsearched } = bySum(left, rules);
  take(found);
  const stays = new Set([...left.ours, ...left.theirs].map((item) => item.id));
  return {
    matches,
    ours: left.ours.map((item) => item.id),
    theirs: left.theirs.map((item) => item.id),
    unsearched: unsearched.filter((id) => stays.has(id)),
  };
}

/** An item with the number of its day, which is asked often. */
interface Dated extends BookItem {
  day: number;
}
interface Books {
  ours: readonly Dated[];
  theirs: readonly Dated[];
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const dated = (items: readonly BookItem[]): Dated[] => canonical(items.map((item) => ({ ...item, day: dayNumber(item.on) })));
const canonical = <T extends BookItem>(items: readonly T[]): T[] =>
  items.toSorted(
    (a, b) =>
      compare(a.on, b.on) ||
      compare(a.numbers[0] ?? '', b.numbers[0] ?? '') ||
      a.amountMinor - b.amountMinor ||
      compare(a.id, b.id),
  );

function matchOf(rule: MatchRule, confidence: number, ours: readonly BookItem[], theirs: readonly BookItem[]): Match {
  const sum = (items: readonly BookItem[]): number => sumMinor(items.map((item) => item.amountMinor));
  return {
    rule,
    confidence: Math.max(0, Math.min(100, confidence)),
    ours: ours.map((item) => item.id),
    theirs: theirs.map((item) => item.id),
    differenceMinor: sum(theirs) - sum(ours),
  };
}

// ---- Who may answer whom ----

interface Group {
  ours: Dated[];
  theirs: Dated[];
  pairs: number;
}

/** The connected groups of a relation between both books; an item that answers nobody is in none. */
function groupsOf(pairs: Iterable<readonly [Dated, Dated]>): Group[] {
  const groupOf = new Map<Dated, Group>();
  const groups = new Set<Group>();
  for (const [our, their] of pairs) {
    const one = groupOf.get(our);
    const other = groupOf.get(their);
    const into = one ?? other ?? { ours: [], theirs: [], pairs: 0 };
    groups.add(into);
    if (one && other && one !== other) {
      for (const item of [...other.ours, ...other.theirs]) groupOf.set(item, into);
      into.ours.push(...other.ours);
      into.theirs.push(...other.theirs);
      into.pairs += other.pairs;
      groups.delete(other);
    }
    if (!one) into.ours.push(our);
    if (!other) into.theirs.push(their);
    groupOf.set(our, into).set(their, into);
    into.pairs += 1;
  }
  return [...groups].map((group) => ({ ...group, ours: canonical(group.ours), theirs: canonical(group.theirs) }));
}

/** A number without what people write differently: width, case, spaces, hyphens. */
const plain = (number: string): string =>
  number
    .normalize('NFKC')
    .toUpperCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, '');

/** All that goes by one number is one business, instalments and part credits too: a difference of amounts is told, not explained away. */
function byNumber({ ours, theirs }: Books, { confidence }: MatchingRules): Match[] {
  const keyed = new Map<string, Dated[]>();
  const keysOf = (item: Dated): string[] =>
    [...new Set(item.numbers.map(plain))].filter((key) => key !== '').map((key) => `${item.family}/${key}`);
  for (const item of ours)
    for (const key of keysOf(item)) {
      const known = keyed.get(key);
      if (known) known.push(item);
      else keyed.set(key, [item]);
    }
  const pairs = theirs.flatMap((their) =>
    keysOf(their).flatMap((key) => (keyed.get(key) ?? []).map((our) => [our, their] as const)),
  );
  const exact = (group: Group): boolean =>
    group.theirs.every((their) => their.numbers.some((number) => group.ours.some((our) => our.numbers.includes(number))));
  return groupsOf(pairs).map((group) =>
    matchOf('number', exact(group) ? confidence.number : confidence.similarNumber, group.ours, group.theirs),
  );
}

const daysApart = (a: Dated, b: Dated): number => Math.abs(a.day - b.day);

/** Pairs of one family whose amounts differ by `slackMinor` at most and whose dates lie within the window. */
function* near(books: Books, windowDays: number, slackMinor: number): Generator<readonly [Dated, Dated]> {
  const ours = books.ours.toSorted((a, b) => a.amountMinor - b.amountMinor);
  for (const their of books.theirs) {
    const first = firstFrom(ours, their.amountMinor - slackMinor, (our) => our.amountMinor);
    for (let at = first; at < ours.length; at += 1) {
      const our = ours[at];
      if (!our || our.amountMinor > their.amountMinor + slackMinor) break;
      const alike = our.family === their.family && Math.sign(our.amountMinor) === Math.sign(their.amountMinor);
      if (alike && daysApart(our, their) <= windowDays) yield [our, their];
    }
  }
}

/** Both books know an invoice by one number, so another one speaks against it; a payment has a number of its own in each. */
const SHARED = 'invoice';

/** One candidate on each side; or equally many of one amount, which may stand for one another. Anything else has more than one answer. */
function byAmountAndDate(books: Books, { match, confidence }: MatchingRules, slackMinor: number): Match[] {
  return groupsOf(near(books, match.windowDays, slackMinor)).flatMap(({ ours, theirs, pairs }) => {
    const amounts = new Set([...ours, ...theirs].map((item) => item.amountMinor));
    const clear =
      ours.length === theirs.length && pairs === ours.length * theirs.length && (ours.length === 1 || amounts.size === 1);
    if (!clear) return [];
    const days = Math.max(...ours.flatMap((our) => theirs.map((their) => daysApart(our, their))));
    const numbered = [...ours, ...theirs].every((item) => item.family === SHARED && item.numbers.length > 0);
    const sure = confidence.amountDate - days * confidence.perDay - (numbered ? confidence.otherNumber : 0);
    return [matchOf('amount-date', sure, ours, theirs)];
  });
}

/**
 * One document that several of the other book add up to, to the cent, in one way only. Every answer is found before any is taken, and those that
 * want the same document are all dropped.
 */
function bySum({ ours, theirs }: Books, rules: MatchingRules): { found: Match[]; unsearched: string[] } {
  const unsearched: string[] = [];
  const answers: Match[] = [];
  for (const [targets, others, turned] of [
    [theirs, familiesOf(ours), false],
    [ours, familiesOf(theirs), true],
  ] as const)
    for (const target of targets) {
      const parts = partsFor(target, others.get(target.family), rules.match);
      if (parts === null) unsearched.push(target.id);
      if (parts === null || parts.length < 2) continue;
      const places = onlySum(
        parts.map((item) => item.amountMinor),
        target.amountMinor,
      );
      const several = places === null || places.length < 2 ? null : parts.filter((_, at) => places.includes(at));
      if (!several) continue;
      const sure = rules.confidence.sum - (several.length - 2) * rules.confidence.perItem;
      answers.push(turned ? matchOf('sum', sure, [target], several) : matchOf('sum', sure, several, [target]));
    }
  const wanted = new Map<string, number>();
  const places = (match: Match): string[] => [...match.ours.map((id) => `o/${id}`), ...match.theirs.map((id) => `t/${id}`)];
  for (const place of answers.flatMap(places)) wanted.set(place, (wanted.get(place) ?? 0) + 1);
  return { found: answers.filter((match) => places(match).every((place) => wanted.get(place) === 1)), unsearched };
}

interface Family {
  /** By day. */
  items: readonly Dated[];
  /** All are debts, or all are credits. */
  oneWay: boolean;
}

function familiesOf(items: readonly Dated[]): Map<string, Family> {
  const byFamily = new Map<string, Dated[]>();
  for (const item of items) {
    const known = byFamily.get(item.family);
    if (known) known.push(item);
    else byFamily.set(item.family, [item]);
  }
  const family = (all: Dated[]): Family => ({
    items: all.toSorted((a, b) => a.day - b.day),
    oneWay: new Set(all.map((item) => Math.sign(item.amountMinor))).size === 1,
  });
  return new Map([...byFamily].map(([name, all]) => [name, family(all)]));
}

/** The first place whose value is not below `bound`, in rising order. */
function firstFrom<T>(items: readonly T[], bound: number, valueOf: (item: T) => number): number {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const item = items[middle];
    if (item !== undefined && valueOf(item) < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** What could be part of a sum: its family in the window; where all go one way, none larger than the whole. Null: more than are looked among. */
function partsFor(
  target: Dated,
  family: Family | undefined,
  { sumWindowDays, sumItems }: MatchingRules['match'],
): Dated[] | null {
  const { items, oneWay } = family ?? { items: [], oneWay: true };
  const parts: Dated[] = [];
  for (let at = firstFrom(items, target.day - sumWindowDays, (item) => item.day); at < items.length; at += 1) {
    const item = items[at];
    if (!item || item.day > target.day + sumWindowDays) break;
    if (oneWay && Math.abs(item.amountMinor) > Math.abs(target.amountMinor)) continue;
    if (parts.length === sumItems) return null;
    parts.push(item);
  }
  return parts;
}
