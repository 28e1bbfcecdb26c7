import { Liquid } from 'liquidjs';
import type { Template } from 'liquidjs';
import { isBusinessDate } from '../../../domain/platform/calendar.ts';
import { groupedUnits } from '../../../domain/platform/money.ts';

/** What a template may do: print, choose, repeat, remember. No files, no other templates, no counters that live between letters. */
const tags = ['assign', 'break', 'capture', 'case', 'comment', 'continue', 'for', 'if', 'raw', 'unless', '#'];
export const textFilters = [
  ...['append', 'prepend', 'capitalize', 'downcase', 'upcase', 'strip', 'lstrip', 'rstrip', 'squish', 'escape', 'default'],
  ...['replace', 'replace_first', 'remove', 'remove_first', 'truncate', 'truncatewords', 'newline_to_br', 'strip_newlines'],
] as const;
export const numberFilters = [
  ...['plus', 'minus', 'times', 'divided_by', 'modulo', 'abs', 'round', 'floor', 'ceil', 'at_least', 'at_most'],
] as const;
export const listFilters = ['size', 'first', 'last', 'reverse', 'map', 'where', 'sum', 'join'] as const;

/** No files, no includes, nothing undefined: a template sees its context and nothing else. */
function letterEngine(): Liquid {
  const engine = new Liquid({
    strictVariables: true,
    strictFilters: true,
    ownPropertyOnly: true,
    templates: {},
    parseLimit: 100_000,
    renderLimit: 1_000,
    memoryLimit: 5_000_000,
  });
  const kept = new Set<string>([...textFilters, ...numberFilters, ...listFilters]);
  for (const name of Object.keys(engine.filters)) if (!kept.has(name)) delete engine.filters[name];
  for (const name of Object.keys(engine.tags)) if (!tags.includes(name)) delete engine.tags[name];
  engine.registerFilter('money', (value: unknown, currency: unknown) => money(value, currency));
  engine.registerFilter('date', (value: unknown, format: unknown) => day(value, format));
  return engine;
}

/** "12,000.00": a plain number as an amount of its currency, in digits of three. */
function money(value: unknown, currency: unknown): string {
  if (typeof value !== 'number' || !Number.isFinite(value) || typeof currency !== 'string')
    throw new TypeError('money takes a number and a currency');
  return groupedUnits(value, currency);
}

const months = 'January February March April May June July August September October November December'.split(' ');
const weekdays = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');

/** What a format of days may say. */
export const dayFormat = /^(?:[^%]|%%|%-?[md]|%[YyeBbAaF])*$/;

/** A day by the calendar: it is no moment, so no zone can move it. */
function day(value: unknown, format: unknown): string {
  if (typeof value !== 'string' || !isBusinessDate(value)) throw new TypeError('date takes a day such as dueDate or today');
  if (typeof format !== 'string' || !dayFormat.test(format)) throw new TypeError('date takes a format such as %Y-%m-%d');
  const [year = '', month = '', date = ''] = value.split('-');
  const weekday = weekdays[new Date(`${value}T00:00:00Z`).getUTCDay()] ?? '';
  const name = months[Number(month) - 1] ?? '';
  const said: Record<string, string> = {
    ...{ '%%': '%', '%Y': year, '%y': year.slice(-2), '%F': value, '%m': month, '%-m': String(Number(month)), '%B': name },
    ...{ '%b': name.slice(0, 3), '%d': date, '%-d': String(Number(date)), '%e': String(Number(date)).padStart(2) },
    ...{ '%A': weekday, '%a': weekday.slice(0, 3) },
  };
  return format.replace(/%%|%-?[A-Za-z]/g, (part) => said[part] ?? part);
}

const engine = letterEngine();
const parsed = new Map<string, Template[]>();
const MOST_PARSED = 500;

/** Reads a template; tags and filters that letters do not have are refused here. */
export function parseLetter(text: string): Template[] {
  const known = parsed.get(text);
  if (known) return known;
  if (parsed.size >= MOST_PARSED) parsed.clear();
  const made = engine.parse(text);
  parsed.set(text, made);
  return made;
}

/** A template put into words in this thread. */
export const sayLetter = (text: string, context: object): string => String(engine.renderSync(parseLetter(text), context));
