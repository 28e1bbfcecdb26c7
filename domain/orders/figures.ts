import { dunningCodeWords } from '../dunning/code-words.ts';
import { ordersCodeWords } from './code-words.ts';
import { listWords } from '../credit/list-words.ts';
import { formatAmount, sayMoney } from '../platform/money.ts';
import { sayDate } from '../platform/said-time.ts';
import type { Words } from '../platform/words.ts';

/** Figures of a reason as they are shown: amounts as decimal strings, in the one currency that is named with them. */
export type ShownFigures = Record<string, string | number | string[] | null>;

type Figures = Readonly<Record<string, string | number | readonly string[] | null | undefined>>;

/** The currency of a reason's amounts: its own, where it names one, else that of the document. */
function currencyOf(figures: Figures, documentCurrency: string): string {
  const own = figures['limitCurrency'] ?? figures['overdueCurrency'] ?? figures['booksCurrency'];
  return typeof own === 'string' ? own : documentCurrency;
}

function shownBy(figures: Figures, amount: (minor: number) => string): ShownFigures {
  const entries = Object.entries(figures).flatMap(([name, value]): [string, ShownFigures[string]][] => {
    if (name.endsWith('Currency') || value === undefined) return [];
    if (name.endsWith('Minor') && typeof value === 'number') return [[name.slice(0, -5), amount(value)]];
    return [[name, typeof value === 'object' && value !== null ? [...value] : value]];
  });
  return Object.fromEntries(entries);
}

/** Figures as an answer holds them. */
export function shownFigures(figures: Figures, documentCurrency: string): ShownFigures {
  const currency = currencyOf(figures, documentCurrency);
  const shown = shownBy(figures, (minor) => formatAmount(minor, currency));
  return Object.keys(figures).some((name) => name.endsWith('Minor')) ? { ...shown, currency } : shown;
}

/** What the codes among the figures of a reason mean, by the figure's name. */
const words: Readonly<Record<string, Readonly<Record<string, Words>>>> = {
  lists: listWords,
  stage: dunningCodeWords['receivable.stage'],
  from: dunningCodeWords['receivable.stage'],
  state: { ...ordersCodeWords['sales-order.state'], ...ordersCodeWords['sales-order.decision'] },
};

/** Figures as a sentence says them: amounts with their currency, days as people write them, codes in words, lists as one text. */
export function spokenFigures(
  figures: Figures,
  documentCurrency: string,
  language: 'zh' | 'en',
): Record<string, string | number | null> {
  const currency = currencyOf(figures, documentCurrency);
  const shown = shownBy(figures, (minor) => sayMoney(formatAmount(minor, currency), currency, language));
  const say = (name: string, text: string): string => words[name]?.[text]?.[language] ?? sayDate(text, language);
  return Object.fromEntries(
    Object.entries(shown).map(([name, value]) => {
      if (Array.isArray(value)) return [name, value.map((one) => say(name, one)).join(language === 'zh' ? '、' : ', ')];
      return [name, typeof value === 'string' ? say(name, value) : value];
    }),
  );
}

/** Whether a sanctions list is among the lists of a reason. */
export const listsSanctions = (lists: Figures[string]): boolean => Array.isArray(lists) && lists.includes('sanctions');
