import { TokenKind } from 'liquidjs';
import type { Token } from 'liquidjs';
import { isBusinessDate } from '../../../domain/platform/calendar.ts';
import { isCurrency } from '../../../domain/platform/money.ts';
import { LetterFault } from './fault.ts';
import { tones } from '../templates.ts';

/**
 * What a name of a template is. `sum` is a plain number that stands for an amount: it is reckoned with, and printed by `money`. `written-day` is a
 * day that stands in quotes, which can be equal to a day and to a text. The kinds of `codes` are texts of which not every one can be.
 */
export type Kind =
  | 'text'
  | CodeKind
  | 'number'
  | 'sum'
  | 'date'
  | 'written-day'
  | 'boolean'
  | 'any'
  | { list: Kind }
  | { record: Readonly<Record<string, Kind>> };

export const fault = (en: string, zh: string): LetterFault => new LetterFault({ en, zh });

interface Code {
  /** Whether it can be this text. */
  holds: (text: string) => boolean;
  /** Whether this text can stand in it. */
  within: (text: string) => boolean;
  takes: { en: string; zh: string };
}
type CodeKind = keyof typeof codes;
const currencies = { en: 'it is a currency such as CNY', zh: '须为币种代码，例如 CNY' };
const inCurrency = (text: string): boolean => (text.length < 3 ? /^[A-Z]+$/.test(text) : isCurrency(text));
/** `code-currency-or-none`: of a notice, each of whose texts may be empty. */
const codes = {
  'code-tone': {
    holds: (text) => tones.some((tone) => tone === text),
    within: (text) => tones.some((tone) => tone.includes(text)),
    takes: { en: `it is one of ${tones.join(', ')}`, zh: `须为 ${tones.join('、')} 之一` },
  },
  'code-currency': { holds: isCurrency, within: inCurrency, takes: currencies },
  'code-currency-or-none': { holds: (text) => text === '' || isCurrency(text), within: inCurrency, takes: currencies },
} as const satisfies Record<string, Code>;
const codeOf = (kind: Kind): Code | undefined => (isCode(kind) ? codes[kind] : undefined);
const isCode = (kind: Kind): kind is CodeKind => typeof kind === 'string' && Object.hasOwn(codes, kind);
const codeNamed: Readonly<Record<string, CodeKind>> = {
  tone: 'code-tone',
  currency: 'code-currency',
  'notice.currency': 'code-currency-or-none',
};

/** What the names of a context are, read from a sample of it. */
export function kindOf(sample: unknown, name = ''): Kind {
  if (typeof sample === 'number') return name === 'value' ? 'sum' : 'number';
  if (typeof sample === 'boolean') return 'boolean';
  if (typeof sample === 'string') return codeNamed[name] ?? (isBusinessDate(sample) ? 'date' : 'text');
  if (Array.isArray(sample)) return { list: kindOf((sample as unknown[])[0]) };
  if (typeof sample !== 'object' || sample === null) return 'any';
  const within = name === 'notice' ? 'notice.' : '';
  return { record: Object.fromEntries(Object.entries(sample).map(([key, value]) => [key, kindOf(value, within + key)])) };
}

/** Kinds of one shape can be equal. */
export const shape = (kind: Kind): string =>
  JSON.stringify(kind)
    .replaceAll('"sum"', '"number"')
    .replaceAll('"written-day"', '"date"')
    .replaceAll(/"code-[a-z-]+"/g, '"text"');
export const say = (kind: Kind): string =>
  isDay(kind) ? 'date' : isCode(kind) ? 'text' : typeof kind === 'string' ? kind : 'list' in kind ? 'a list' : 'a group of names';
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
  if (operator === '==' || operator === '!=') {
    same(operator, left.kind, right.kind, left.token ?? right.token);
    known(operator, left, right);
    return known(operator, right, left);
  }
  if ([left, right].every(({ kind }) => isDay(kind) || kind === 'any')) return;
  numeric(operator, left.kind, left.token);
  numeric(operator, right.kind, right.token);
}

/** Text is looked for in text, and in a list what its items are. */
function contained(left: Operand, right: Operand): void {
  if (left.kind === 'any') return;
  if (typeof left.kind === 'object' && 'list' in left.kind) {
    same('contains', left.kind.list, right.kind, left.token);
    return known('contains', { ...left, kind: left.kind.list }, right);
  }
  if (!isText(left.kind))
    throw fault(`"contains" looks into text or lists, not ${nameOf(left.token)}`, '"contains" 只能用于文本或列表');
  if (!isText(right.kind) && right.kind !== 'any')
    throw fault(`${nameOf(left.token)} contains text, never ${say(right.kind)}`, `${nameOf(left.token)} 是文本，只能包含文本`);
  known('contains', left, right, 'within');
}

/** Throws LetterFault where a code is held against a text in quotes that it never is, or never has in it. */
export function known(operator: string, { kind, token }: Operand, other: Operand, how: 'holds' | 'within' = 'holds'): void {
  const code = codeOf(kind);
  const text = quoted(other.token);
  if (code === undefined || text === undefined || code[how](text)) return;
  const told = `${nameOf(token)} ${operator}`;
  throw fault(`${told}: never "${text}", ${code.takes.en}`, `${told}：不会是“${text}”，${code.takes.zh}`);
}

const quoted = (token: Token | undefined): string | undefined =>
  token?.kind === TokenKind.Quoted ? (token as Token & { content: string }).content : undefined;

export const isDay = (kind: Kind): boolean => kind === 'date' || kind === 'written-day';
const isText = (kind: Kind): boolean => kind === 'text' || isCode(kind) || isDay(kind);

/** Throws LetterFault where one kind never equals the other. */
export function same(operator: string, left: Kind, right: Kind, token?: Token): void {
  if (left === 'any' || right === 'any' || shape(left) === shape(right)) return;
  const kinds = [left, right].map((kind) => (isCode(kind) ? 'text' : kind));
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
