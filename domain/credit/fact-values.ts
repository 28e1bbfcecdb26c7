import { isBusinessDate } from '../kernel/calendar.ts';
import { isCurrency } from '../kernel/money.ts';
import { factTable } from './facts.ts';
import type { FactName } from './facts.ts';
import type { FactValue } from './profile.ts';

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
  return isText(list) && (since === null || isDay(since)) && (reference === null || isText(reference));
}

const isAmounts = (value: unknown): boolean =>
  isObject(value) &&
  Object.keys(value).length > 0 &&
  Object.entries(value).every(([currency, minor]) => isCurrency(currency) && Number.isSafeInteger(minor));

/** Whether a value is one the fact's definition takes; nothing is converted. */
export function fitsFact(name: FactName, value: unknown): value is FactValue {
  const { type, codes, unit } = factTable[name];
  switch (type) {
    case 'number':
      return (
        typeof value === 'number' && Number.isFinite(value) && (unit !== 'count' || (Number.isSafeInteger(value) && value >= 0))
      );
    case 'share':
      return typeof value === 'number' && Number.isFinite(value) && value >= -1 && value <= 1000;
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
