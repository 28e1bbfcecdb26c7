import type { Cell } from './tables.ts';

/** What a column holds. Nothing else is put in its cells, so that no cell is taken that could never match. */
export type ColumnType =
  | { type: 'code'; oneOf: readonly string[]; orNull?: boolean }
  | { type: 'text' }
  | { type: 'boolean' }
  /** Both bounds count. */
  | { type: 'number'; from: number; to: number; whole?: boolean; orNull?: boolean };

/** Digits of a number in a cell, on both sides of the point: what every reader of JSON keeps, and the engine too. */
export const mostDigits = 15;
const mostText = 80;
const mostCell = 2000;

/** What an input's cell asks: nothing, one of the values, or none of them. */
export type Condition = { is: 'any' } | { is: 'in' | 'not-in'; values: readonly Cell[] };

const number = String.raw`-?\d+(?:\.\d+)?`;
// Neither quotes nor backslashes nor control characters: nothing an expression language could read as more than a text.
const text = /'[^'"\\`\p{C}]*'|"[^'"\\`\p{C}]*"/u.source;
const scalar = `(?:${number}|${text}|true|false)`;
const scalarOnly = new RegExp(`^(?:${scalar}|null)$`, 'u');
const list = new RegExp(`^${scalar}(?:\\s*,\\s*${scalar})*$`, 'u');
const scalars = new RegExp(scalar, 'gu');

/** One value, unquoted; undefined: it is none, or too long. */
export function readScalar(cell: string): Cell | undefined {
  const said = cell.trim();
  if (!scalarOnly.test(said)) return undefined;
  if (said === 'null') return null;
  if (said === 'true' || said === 'false') return said === 'true';
  if (/^['"]/.test(said)) return said.length - 2 > mostText ? undefined : said.slice(1, -1);
  return said.replace(/[-.]/g, '').length > mostDigits ? undefined : Number(said);
}

/** The condition of an input's cell; null: it cannot be read. There is no order among codes, texts and booleans, so no `<` and no range. */
export function readCondition(cell: string): Condition | null {
  const said = cell.trim();
  if (said === '') return { is: 'any' };
  if (said.length > mostCell) return null;
  const equal = /^([=!]=)\s*([^,]*)$/.exec(said);
  if (equal) return among(equal[1] === '==' ? 'in' : 'not-in', equal[2] ?? '');
  const none = /^not\s+in\s*\[(.*)\]$/.exec(said);
  return none ? among('not-in', (none[1] ?? '').trim()) : among('in', said);
}

function among(is: 'in' | 'not-in', values: string): Condition | null {
  if (!list.test(values)) return null;
  const read = (values.match(scalars) ?? []).map(readScalar);
  return read.every((value) => value !== undefined) ? { is, values: read } : null;
}

/** Whether the column can hold the value. */
export function fitsColumn(value: Cell, of: ColumnType): boolean {
  switch (of.type) {
    case 'code':
      return value === null ? of.orNull === true : typeof value === 'string' && of.oneOf.includes(value);
    case 'text':
      return typeof value === 'string' && value.trim() !== '';
    case 'boolean':
      return typeof value === 'boolean';
    case 'number':
      if (value === null) return of.orNull === true;
      return typeof value === 'number' && value >= of.from && value <= of.to && (!of.whole || Number.isInteger(value));
  }
}

/** The figures a sentence tells of what a column takes. */
export function takes(of: ColumnType): Record<string, string | number> {
  const empty = 'orNull' in of && of.orNull ? ', null' : '';
  switch (of.type) {
    case 'code':
      return { oneOf: of.oneOf.map((code) => `"${code}"`).join(', ') + empty };
    case 'text':
      return { chars: mostText };
    case 'boolean':
      return { oneOf: 'true, false' };
    case 'number':
      return of.whole ? { wholeFrom: of.from, wholeTo: of.to } : { from: of.from, to: `${of.to}${empty}`, digits: mostDigits };
  }
}

/** Whether a customer with this value is meant by the condition. */
export const meant = (condition: Condition, value: Cell): boolean =>
  condition.is === 'any' || condition.values.includes(value) === (condition.is === 'in');
