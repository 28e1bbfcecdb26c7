import { formatAmount, isCurrency } from './money.ts';

type Fields = Record<string, unknown>;

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The currency a record's amounts are in, where it says so itself. */
export function currencyIn(value: unknown): string | null {
  if (!isFields(value)) return null;
  // Figures of a check are in the currency of the limit they were held against.
  const said = [value['limitCurrency'], value['currency']].find((code) => typeof code === 'string' && isCurrency(code));
  return typeof said === 'string' ? said : null;
}

/** A fact of amounts: minor units by currency. */
const isByCurrency = (value: Fields): boolean =>
  Object.keys(value).length > 0 && Object.entries(value).every(([key, minor]) => isCurrency(key) && Number.isSafeInteger(minor));

const textOf = (minor: unknown, currency: string): unknown =>
  typeof minor === 'bigint' || (typeof minor === 'number' && Number.isSafeInteger(minor)) ? formatAmount(minor, currency) : minor;

const named = (key: string): string => (key === 'minor' ? 'amount' : key.slice(0, -'Minor'.length));

/**
 * A free record as people read it: what is kept in minor units (`openMinor`, `{ CNY: 300000 }`) comes as decimal text (`open: "3000.00"`),
 * in the nearest currency said at or above it, else in `currency`. Everything else stays as it is.
 */
export function readable(value: unknown, currency: string): unknown {
  if (Array.isArray(value)) return value.map((one) => readable(one, currency));
  if (!isFields(value)) return value;
  if (isByCurrency(value)) return Object.fromEntries(Object.entries(value).map(([code, minor]) => [code, textOf(minor, code)]));
  const own = currencyIn(value) ?? currency;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      if (key !== 'minor' && !key.endsWith('Minor')) return [key, readable(inner, own)];
      return [named(key), isFields(inner) ? allText(inner, own) : inner === null ? null : textOf(inner, own)];
    }),
  );
}

/** Amounts kept together under one name, such as the parts of an order's line. */
const allText = (parts: Fields, currency: string): Fields =>
  Object.fromEntries(Object.entries(parts).map(([key, minor]) => [key, textOf(minor, currency)]));

/** The same of a record that is an object, as an answer shows it. */
export const readableRecord = (record: object, currency: string): Fields => readable(record, currency) as Fields;
