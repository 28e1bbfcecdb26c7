import { addDays, addMonths, daysBetween } from '../platform/calendar.ts';
import type { BusinessDate } from '../platform/calendar.ts';
import { connectorOf, factNames, factTable } from './facts.ts';
import type { Amounts, ConnectorName, Dimension, FactName, FactSource, ListEntry } from './facts.ts';
import type { GradesPolicy } from './policy.ts';

export type FactValue = number | string | boolean | Amounts | readonly ListEntry[];

/** What an entry by hand rests on: words, a document's reference, a file's hash. Shown, never judged. */
export interface Evidence {
  text?: string | undefined;
  reference?: string | undefined;
  sha256?: string | undefined;
}

/** A fact as known now. `asOf`: the day it was true; `source`: who told it. */
export interface Fact {
  value: FactValue;
  asOf: BusinessDate;
  source: FactSource;
  evidence: Evidence | null;
}

/** What is known of a customer; a name that is absent is not known. */
export type Facts = Readonly<Partial<Record<FactName, Fact>>>;

/** Days until a fact is stale, where policy sets others than the table's. */
export type FreshnessLimits = Readonly<Partial<Record<FactName, number>>>;

/** A fact that has to be told anew before it may be decided on. `asOf` null: it was never told. */
export interface StaleFact {
  name: FactName;
  asOf: BusinessDate | null;
  limitDays: number | null;
  /** Who can tell it; null: a person with evidence, or our own books. */
  connector: ConnectorName | null;
}

/** The last day on which a fact of this age counts as fresh; null: it does not age. */
export function freshUntil(name: FactName, asOf: BusinessDate, limits: FreshnessLimits): BusinessDate | null {
  const days = limits[name] ?? factTable[name].freshDays;
  return days === null ? null : addDays(asOf, days);
}

/** When each connector last answered about a customer; what it did not tell then, it does not know. */
export type LastAnswers = Readonly<Partial<Record<ConnectorName, BusinessDate>>>;

/** Days for which the silence of a connector about a fact counts, where the fact itself does not age. */
const SILENT_DAYS = 90;

/**
 * The facts a decision must not rest on: known but older than their limit, in the order of the table. Of those in `needed`, also the ones
 * that were never told and a connector can tell, unless it has answered lately without telling them.
 */
export function staleFacts(
  facts: Facts,
  limits: FreshnessLimits,
  today: BusinessDate,
  needed: readonly FactName[] = [],
  answered: LastAnswers = {},
): StaleFact[] {
  return factNames.flatMap((name): StaleFact[] => {
    const fact = facts[name];
    const limitDays = limits[name] ?? factTable[name].freshDays;
    const connector = connectorOf(name);
    if (!fact) {
      if (!connector || !needed.includes(name)) return [];
      const silent = answered[connector];
      return silent !== undefined && addDays(silent, limitDays ?? SILENT_DAYS) >= today
        ? []
        : [{ name, asOf: null, limitDays, connector }];
    }
    const until = freshUntil(name, fact.asOf, limits);
    return until !== null && until < today ? [{ name, asOf: fact.asOf, limitDays, connector }] : [];
  });
}

/** The connectors to be asked for stale facts, each once, in the order of their names. */
export function connectorsFor(stale: readonly StaleFact[]): ConnectorName[] {
  return [...new Set(stale.flatMap((one) => (one.connector ? [one.connector] : [])))].sort();
}

/** Facts that follow from others on the day they are read: ages, states, counts. */
export function withDerived(facts: Facts, today: BusinessDate): Facts {
  const { registeredOn, registrationState, licenceUntil, listed } = facts;
  const lists = listed ? new Set((listed.value as readonly ListEntry[]).map((entry) => entry.list)) : null;
  return {
    ...facts,
    ...(registeredOn && { businessAgeMonths: { ...registeredOn, value: monthsBetween(dateIn(registeredOn), today) } }),
    ...(registrationState && { registrationActive: { ...registrationState, value: registrationState.value === 'active' } }),
    ...(licenceUntil && { licenceDaysLeft: { ...licenceUntil, value: daysBetween(today, dateIn(licenceUntil)) } }),
    ...(listed &&
      lists && {
        listedEntries: { ...listed, value: (listed.value as readonly ListEntry[]).length },
        dishonestListed: { ...listed, value: lists.has('dishonest') },
        sanctioned: { ...listed, value: lists.has('sanctions') },
      }),
  };
}

const dateIn = (fact: Fact): BusinessDate => String(fact.value);

/** Whole months from one day to another; 0 when the other comes first. */
export function monthsBetween(from: BusinessDate, to: BusinessDate): number {
  if (to <= from) return 0;
  const months = (Number(to.slice(0, 4)) - Number(from.slice(0, 4))) * 12 + Number(to.slice(5, 7)) - Number(from.slice(5, 7));
  return addMonths(from, months) > to ? months - 1 : months;
}

/** A number out of a fact, where its type is one; undefined: not known. */
export function numberOf(facts: Facts, name: FactName): number | undefined {
  const value = facts[name]?.value;
  return typeof value === 'number' ? value : undefined;
}

/** Minor units in one currency out of a fact of amounts; undefined: not known in that currency. */
export function minorOf(facts: Facts, name: FactName, currency: string): number | undefined {
  const value = facts[name]?.value;
  return typeof value === 'object' && !Array.isArray(value) ? (value as Amounts)[currency] : undefined;
}

/** The facts of one dimension, in the order of the table. */
export function factsOfDimension(facts: Facts, dimension: Dimension): (Fact & { name: FactName })[] {
  return factNames.flatMap((name) => {
    const fact = facts[name];
    return fact && factTable[name].dimension === dimension ? [{ name, ...fact }] : [];
  });
}

/** A fact as a rule reads it: one number, word or truth. Amounts are those in the rule's currency. */
export interface PlainFact {
  value: number | string | boolean;
  asOf: BusinessDate;
  source: FactSource;
}

/** The facts as rules read them: amounts in one currency, lists by what follows from them. */
export function plainFacts(facts: Facts, currency: string): Partial<Record<FactName, PlainFact>> {
  const plain: Partial<Record<FactName, PlainFact>> = {};
  for (const [name, fact] of Object.entries(facts) as [FactName, Fact][]) {
    const value = typeof fact.value === 'object' ? minorOf(facts, name, currency) : fact.value;
    if (value !== undefined) plain[name] = { value, asOf: fact.asOf, source: fact.source };
  }
  return plain;
}

/** Whether a customer counts as a first-time customer: it trades with us for less than policy says, or nobody knows since when. */
export const isFirstTime = (tradeMonths: number | undefined, { firstTime }: Pick<GradesPolicy, 'firstTime'>): boolean =>
  tradeMonths === undefined || tradeMonths < firstTime.months;
