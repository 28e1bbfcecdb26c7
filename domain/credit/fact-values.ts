import { isBusinessDate } from '../platform/calendar.ts';
import type { BusinessDate } from '../platform/calendar.ts';
import { NO_END } from '../platform/date-bounds.ts';
import { isCurrency, parseAmount } from '../platform/money.ts';
import { factTable, lists, rangeOf } from './facts.ts';
import type { FactName, ListEntry } from './facts.ts';
import type { Evidence, FactValue } from './profile.ts';

const mostText = 200;
const mostEntries = 100;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string =>
  typeof value === 'string' && value.trim() !== '' && value.length <= mostText && !/[\p{Cc}\p{Cf}]/u.test(value);
const isDay = (value: unknown): value is string => typeof value === 'string' && isBusinessDate(value);

function isEntry(value: unknown): boolean {
  if (!isObject(value) || Object.keys(value).some((key) => !['list', 'since', 'reference'].includes(key))) return false;
  const { list, since, reference } = value;
  return lists.some((known) => known === list) && (since === null || isDay(since)) && (reference === null || isText(reference));
}

const isAmounts = (value: unknown): boolean =>
  isObject(value) &&
  Object.keys(value).length > 0 &&
  Object.entries(value).every(([currency, minor]) => isCurrency(currency) && Number.isSafeInteger(minor));

/** Between which figures a share lies, both included: a part of a whole from 0 to 1, others up to a thousand times what they are measured by. */
function shareBounds(name: FactName): { from: number; to: number } {
  const { from, to } = rangeOf(name);
  return { from: Math.max(from, -1), to: Math.min(to, 1000) };
}

/** What a fact's value must be, as a refusal says it: its type, and the bounds of a share. */
export const factShape = (name: FactName): { fact: FactName; type: string; from?: number; to?: number } => ({
  ...{ fact: name, type: factTable[name].type },
  ...(factTable[name].type === 'share' && shareBounds(name)),
});

/** Whether a value is one the fact's definition takes; nothing is converted. */
export function fitsFact(name: FactName, value: unknown): value is FactValue {
  const { type, codes, unit } = factTable[name];
  switch (type) {
    case 'number':
      return (
        typeof value === 'number' && Number.isFinite(value) && (unit !== 'count' || (Number.isSafeInteger(value) && value >= 0))
      );
    case 'share': {
      const { from, to } = shareBounds(name);
      return typeof value === 'number' && value >= from && value <= to;
    }
    case 'boolean':
      return typeof value === 'boolean';
    case 'date':
      return isDay(value);
    case 'code':
      return typeof value === 'string' && (codes ?? []).includes(value);
    case 'text':
      return isText(value);
    case 'amounts':
      return isAmounts(value);
    case 'entries':
      return Array.isArray(value) && value.length <= mostEntries && value.every(isEntry);
  }
}

/** A fact's value as requests bring it: amounts are lists of currency and decimal string. Undefined: it does not fit. */
export function readFactValue(name: FactName, raw: unknown): FactValue | undefined {
  if (factTable[name].type !== 'amounts') return fitsFact(name, raw) ? raw : undefined;
  if (!Array.isArray(raw)) return undefined;
  const amounts: Record<string, number> = {};
  for (const one of raw as unknown[]) {
    if (!isObject(one) || typeof one['currency'] !== 'string' || typeof one['amount'] !== 'string') return undefined;
    const parsed = parseAmount(one['amount'], one['currency']);
    if (!parsed.ok || Object.hasOwn(amounts, one['currency'])) return undefined;
    amounts[one['currency']] = parsed.minor;
  }
  return fitsFact(name, amounts) ? amounts : undefined;
}

/** The dates inside a fact's value, to be held within their bounds; a licence that never ends has none. */
export function datesInFact(name: FactName, value: FactValue): BusinessDate[] {
  if (name === 'licenceUntil' && value === NO_END) return [];
  const { type } = factTable[name];
  if (type === 'date') return [value as BusinessDate];
  return type === 'entries' ? (value as readonly ListEntry[]).flatMap(({ since }) => since ?? []) : [];
}

/** A fact as somebody enters it. */
export interface EnteredFact {
  name: FactName;
  value: FactValue;
  asOf: BusinessDate;
  evidence: Evidence | null;
}

/** The profile facts in a customer's document, whose shape its contract has judged; what would not fit is left out. */
export function factsInDocument(facts: Readonly<Record<string, unknown>>): EnteredFact[] {
  return Object.entries(facts).flatMap(([name, fact]): EnteredFact[] => {
    if (!Object.hasOwn(factTable, name) || !isObject(fact) || !isDay(fact['asOf'])) return [];
    const value = readFactValue(name as FactName, fact['value']);
    const evidence = (fact['evidence'] ?? null) as Evidence | null;
    return value === undefined ? [] : [{ name: name as FactName, value, asOf: fact['asOf'], evidence }];
  });
}
