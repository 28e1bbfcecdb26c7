import { canBe, headsOther } from './numbers.ts';
import { inOnes, isMoney } from './units.ts';
import type { Unit } from './units.ts';
import { negated, textOf, unsigned } from './values.ts';
import type { Cell } from './values.ts';

const norm = (word: string): string => word.normalize('NFKC').trim().toLowerCase();

/** What a mapping says of the amounts of a field: what they count, and where their sign is told. */
export interface AmountSource {
  unit?: Unit | undefined;
  /** An amount's sign: turned round, left out, or told by the words of another column (借 / 贷). */
  sign?: 'inverted' | 'absolute' | { column: string; negative: readonly string[] } | undefined;
}

/** A decimal string read in a column of this field, in ones and with its sign; `word`: what the column says that tells it. */
export function amountOf(name: string, { unit, sign }: AmountSource, value: string, word: Cell): string {
  const amount = isMoney(name) ? inOnes(value, unit ?? 1) : value;
  if (sign === undefined) return amount;
  if (sign === 'absolute') return unsigned(amount);
  if (sign === 'inverted') return negated(amount);
  return sign.negative.some((one) => norm(one) === norm(textOf(word))) ? negated(unsigned(amount)) : amount;
}

/** What the cell of an amount and its header say of its money. */
export interface SaidAmount {
  name: string;
  text: string;
  column: string;
}

/** The words by which a cell or its header names other money than this; undefined: none. */
export function otherMoney({ text, column }: SaidAmount, currency: string): string | undefined {
  if (!canBe(text, currency)) return text;
  return headsOther(column, currency) ? column : undefined;
}
