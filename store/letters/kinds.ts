import type { Token } from 'liquidjs';
import { isBusinessDate } from '../../domain/kernel/calendar.ts';
import { LetterFault } from './fault.ts';

/**
 * What a name of a template is. `sum` is a plain number that stands for an amount: it is reckoned with, and printed by `money`. `written-day` is a
 * day that stands in quotes, which can be equal to a day and to a text.
 */
export type Kind =
  | 'text'
  | 'number'
  | 'sum'
  | 'date'
  | 'written-day'
  | 'boolean'
  | 'any'
  | { list: Kind }
  | { record: Readonly<Record<string, Kind>> };

export const fault = (en: string, zh: string): LetterFault => new LetterFault({ en, zh });

/** What the names of a context are, read from a sample of it. */
export function kindOf(sample: unknown, name = ''): Kind {
  if (typeof sample === 'number') return name === 'value' ? 'sum' : 'number';
  if (typeof sample === 'boolean') return 'boolean';
  if (typeof sample === 'string') return isBusinessDate(sample) ? 'date' : 'text';
  if (Array.isArray(sample)) return { list: kindOf((sample as unknown[])[0]) };
  if (typeof sample !== 'object' || sample === null) return 'any';
  return { record: Object.fromEntries(Object.entries(sample).map(([key, value]) => [key, kindOf(value, key)])) };
}

/** Kinds of one shape can be equal. */
export const shape = (kind: Kind): string =>
  JSON.stringify(kind).replaceAll('"sum"', '"number"').replaceAll('"written-day"', '"date"');
export const say = (kind: Kind): string =>
  isDay(kind) ? 'date' : typeof kind === 'string' ? kind : 'list' in kind ? 'a list' : 'a group of names';
export const isNumber = (kind: Kind): boolean => kind === 'number' || kind === 'sum' || kind === 'any';

/** One side of a comparison. */
export interface Operand {
  kind: Kind;
  token: Token | undefined;
}

/** Throws LetterFault for a comparison that can never be true. */
export function compare(operator: string, left: Operand, right: Operand): void {
  if (operator === 'and' || operator === 'or') return;
  if (operator === 'contains') {
    contained(left, right);
    return;
  }
  if (operator === '==' || operator === '!=') return same(operator, left.kind, right.kind, left.token ?? right.token);
  if ([left, right].every(({ kind }) => isDay(kind) || kind === 'any')) return;
  numeric(operator, left.kind, left.token);
  numeric(operator, right.kind, right.token);
}

/** Text is looked for in text, and in a list what its items are. */
function contained(left: Operand, right: Operand): void {
  if (left.kind === 'any') return;
  if (typeof left.kind === 'object' && 'list' in left.kind) return same('contains', left.kind.list, right.kind, left.token);
  if (!isText(left.kind))
    throw fault(`"contains" looks into text or lists, not ${nameOf(left.token)}`, '"contains" 只能用于文本或列表');
  if (!isText(right.kind) && right.kind !== 'any')
    throw fault(`${nameOf(left.token)} contains text, never ${say(right.kind)}`, `${nameOf(left.token)} 是文本，只能包含文本`);
}

export const isDay = (kind: Kind): boolean => kind === 'date' || kind === 'written-day';
const isText = (kind: Kind): boolean => kind === 'text' || isDay(kind);

/** Throws LetterFault where one kind never equals the other. */
export function same(operator: string, left: Kind, right: Kind, token?: Token): void {
  if (left === 'any' || right === 'any' || shape(left) === shape(right)) return;
  const kinds = [left, right];
  if (kinds.includes('text') && kinds.includes('written-day')) return;
  const told = nameOf(token);
  if (kinds.includes('text') && kinds.includes('date'))
    throw fault(
      `${told} ${operator}: a day is equal to a day alone, written such as "2026-03-04"`,
      `${told} ${operator}：日期只能与日期比较，写作 "2026-03-04"`,
    );
  throw fault(
    `${told} ${operator}: ${say(left)} is never ${say(right)}${hint(told)}`,
    `${told} ${operator}：两侧类型不同，永不相等${hintZh(told)}`,
  );
}

const numberInstead = (name: string): string | null =>
  /[."']amount["']?$/.test(name) ? name.replace(/amount(["']?)$/, 'value$1') : null;
function hint(name: string): string {
  const other = numberInstead(name);
  return other === null ? '' : `; use ${other}`;
}
function hintZh(name: string): string {
  const other = numberInstead(name);
  return other === null ? '' : `，请使用 ${other}`;
}

export function numeric(where: string, kind: Kind, token: Token | undefined): void {
  if (isNumber(kind)) return;
  const told = nameOf(token);
  throw fault(`${where}: ${told} is ${say(kind)}, not a number${hint(told)}`, `${where}：${told} 不是数值${hintZh(told)}`);
}

/** A token as the template writes it. */
export const nameOf = (token: Token | undefined): string => token?.getText().trim() ?? 'the result';
