import { fieldsOf } from './fields.ts';
import type { ImportKind } from './fields.ts';

/** What figures of a column can count: ones, or so many of them at a time. */
export const units = [1, 1_000, 10_000, 1_000_000, 100_000_000] as const;
export type Unit = (typeof units)[number];

const chinese = '(?:(?:十|百|千)?[万亿]|千)';
const money = '(?:[美欧日港澳加韩]?元|人民币|RMB|CNY|USD)';
/** What any text says only of a unit: (万元), 单位：万元, in thousands. */
const told: readonly RegExp[] = [
  new RegExp(
    `(?<=单位\\s*:?\\s*(?:人民币|RMB|CNY)?\\s*)${chinese}(?=元|\\s|[,;)]|$)|(?<=\\(\\s*(?:人民币)?)${chinese}(?=\\s*${money}?\\s*\\))`,
    'iu',
  ),
  /(?<=\bin\s(?:\w{3}\s)?)(?:thousands?|millions?|billions?|['’´`]?000s?)\b/iu,
];
/** What a header of amounts says by it; in a title it may be a name. */
const headed: readonly RegExp[] = [
  new RegExp(`${chinese}(?=\\s*${money})`, 'iu'),
  /\b(?:thousands?|millions?|billions?)\b|['’´`]\s?000(?:'?s)?\b|(?<![\d,.])000s?\b/iu,
  /(?<=\(\s*)(?:k|mn|mio|mln)\.?(?=\s*\))|\b[kt](?=(?:EUR|USD|CNY|RMB|HKD|JPY|GBP)\b|[€$¥£])/iu,
];

/** The words by which a text says that amounts are told in thousands, 万 or more; undefined: it says nothing of that. */
function unitIn(text: string, forms: readonly RegExp[]): string | undefined {
  const narrow = text.normalize('NFKC');
  return forms.map((form) => form.exec(narrow)?.[0]).find((found) => found !== undefined);
}

/** A decimal string times its unit, whose noughts move the point. */
export function inOnes(amount: string, unit: Unit): string {
  const zeros = String(unit).length - 1;
  const [, sign = '', whole = '', fraction = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(amount) ?? [];
  if (zeros === 0 || whole === '') return amount;
  const moved = `${whole}${fraction.padEnd(zeros, '0').slice(0, zeros)}`.replace(/^0+(?=\d)/, '');
  const rest = fraction.slice(zeros);
  return `${sign}${moved}${rest === '' ? '' : `.${rest}`}`;
}

type Sources = Readonly<Record<string, { column?: string | undefined; unit?: Unit | undefined }>>;
interface Told {
  fields?: Sources | undefined;
  parts?: readonly Sources[] | undefined;
  numbers?: { unit?: Unit | undefined } | undefined;
}

/** A column of amounts, by its own header or a title above it, in a unit that the mapping does not tell: it would be read 1,000 or 10,000 times too small. */
export function untoldUnit(
  { fields, parts = [], numbers }: Told,
  kind: ImportKind,
  { header, titles }: { header: readonly string[]; titles: readonly string[] },
): { column: string; unit: string } | null {
  if (numbers?.unit !== undefined) return null;
  const byName: Sources = Object.fromEntries(header.map((column) => [column, { column }]));
  const columns = [fields ?? byName, ...parts].flatMap((group) =>
    Object.entries(group).flatMap(([name, { column, unit }]) =>
      isAmountOf(kind, name) && column !== undefined && unit === undefined ? [column] : [],
    ),
  );
  const above = titles.map((title) => unitIn(title, told)).find((unit) => unit !== undefined);
  for (const column of columns) {
    const unit = unitIn(column, [...told, ...headed]) ?? above;
    if (unit !== undefined) return { column, unit };
  }
  return null;
}

/** Of a ledger lived through, a row holds several payments. */
const isAmountOf = (kind: ImportKind, name: string): boolean =>
  isMoney(name) && (fieldsOf(kind)[name]?.type === 'amount' || (kind === 'ledger' && /^paid\d$/.test(name)));

/** Pieces of an order are amounts in a file, and no money. */
export const isMoney = (field: string): boolean => field !== 'lines.quantity';
