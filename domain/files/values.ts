import { dateOfDayNumber, isBusinessDate } from '../kernel/dates.ts';
import type { BusinessDate } from '../kernel/dates.ts';

/** A cell as a file holds it: text of a CSV; number, boolean, day or error of a spreadsheet; null when empty. */
export type Cell = string | number | boolean | { date: BusinessDate } | { error: string } | null;

/** What a target field takes. */
export type FieldType = 'text' | 'date' | 'amount' | 'integer' | 'boolean' | 'rate';

/** How dates are written in text; months and days with one digit or two. Real dates of a spreadsheet need none of them. */
export const dateFormats = [
  'YYYY-MM-DD',
  'YYYY/M/D',
  'YYYYMMDD',
  'YYYY年M月D日',
  'M/D/YYYY',
  'D/M/YYYY',
  'D.M.YYYY',
  'excel',
] as const;
export type DateFormat = (typeof dateFormats)[number];

/** Marks of a number in text; `thousands` may be empty. Numbers of a spreadsheet need none of them. */
export interface NumberFormat {
  decimal: '.' | ',';
  thousands: ',' | '.' | ' ' | "'" | '';
}
export const plainNumbers: NumberFormat = { decimal: '.', thousands: ',' };

/** Why a cell cannot be read; the sentences stand in contracts/import-words.ts. */
export type ValueFault = 'cell-error' | 'not-a-date' | 'not-a-number' | 'not-a-whole-number' | 'not-a-boolean' | 'not-text';

export type Read = { ok: true; value: string | number | boolean | undefined } | { ok: false; fault: ValueFault };

const good = (value: string | number | boolean | undefined): Read => ({ ok: true, value });
const bad = (fault: ValueFault): Read => ({ ok: false, fault });

/** The text of a cell as a person sees it, on one line; '' when empty. */
export function textOf(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'string') return cell.replaceAll(/[\s\u00A0\u3000]+/gu, ' ').trim();
  if (typeof cell === 'number') return plainNumber(cell);
  if (typeof cell === 'boolean') return String(cell);
  return 'date' in cell ? cell.date : cell.error;
}

/** Fifteen digits are what a spreadsheet itself keeps: 0.1 + 0.2 is read as 0.3. Never with an exponent. */
function plainNumber(value: number): string {
  const kept = Number(value.toPrecision(15));
  const text = String(kept);
  return text.includes('e') ? kept.toLocaleString('en', { useGrouping: false, maximumFractionDigits: 20 }) : text;
}

/** Reads a cell as the field takes it; an empty one as undefined. */
export function readCell(cell: Cell, type: FieldType, format: { date: DateFormat; numbers: NumberFormat }): Read {
  if (typeof cell === 'object' && cell !== null && 'error' in cell) return bad('cell-error');
  const text = textOf(cell);
  if (text === '') return good(undefined);
  switch (type) {
    case 'text':
      return good(text);
    case 'date':
      return readDate(cell, text, format.date);
    case 'amount':
      return typeof cell === 'number' ? good(text) : readNumber(text, format.numbers);
    case 'integer':
      return /^-?\d{1,9}$/.test(text) ? good(Number(text)) : bad('not-a-whole-number');
    case 'boolean':
      return readBoolean(text);
    case 'rate':
      return typeof cell === 'number' ? good(text) : readRate(text, format.numbers);
  }
}

const patterns: Readonly<Record<Exclude<DateFormat, 'excel'>, RegExp>> = {
  'YYYY-MM-DD': /^(?<y>\d{4})-(?<m>\d{1,2})-(?<d>\d{1,2})$/,
  'YYYY/M/D': /^(?<y>\d{4})\/(?<m>\d{1,2})\/(?<d>\d{1,2})$/,
  YYYYMMDD: /^(?<y>\d{4})(?<m>\d{2})(?<d>\d{2})$/,
  YYYY年M月D日: /^(?<y>\d{4}) ?年 ?(?<m>\d{1,2}) ?月 ?(?<d>\d{1,2}) ?日$/,
  'M/D/YYYY': /^(?<m>\d{1,2})\/(?<d>\d{1,2})\/(?<y>\d{4})$/,
  'D/M/YYYY': /^(?<d>\d{1,2})\/(?<m>\d{1,2})\/(?<y>\d{4})$/,
  'D.M.YYYY': /^(?<d>\d{1,2})\. ?(?<m>\d{1,2})\. ?(?<y>\d{4})$/,
};
/** Forms that begin with the year mean one day only, so they are read whatever format is asked for. */
const plain = [patterns['YYYY-MM-DD'], patterns['YYYY/M/D'], patterns['YYYY年M月D日']];
const clockTime = /[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?$/;

function readDate(cell: Cell, text: string, format: DateFormat): Read {
  if (typeof cell === 'object' && cell !== null && 'date' in cell) return good(cell.date);
  const serial = typeof cell === 'number' ? cell : format === 'excel' && /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : null;
  if (serial !== null) {
    // A spreadsheet also holds days like 20260901 as numbers; no serial of our time has eight digits.
    if (format === 'YYYYMMDD' && patterns.YYYYMMDD.test(text)) return dateFrom(patterns.YYYYMMDD, text);
    const date = dateOfSerial(serial, false);
    return date === undefined ? bad('not-a-date') : good(date);
  }
  const day = text.replace(clockTime, '');
  const own = format === 'excel' ? [] : [patterns[format]];
  for (const pattern of [...own, ...plain]) if (pattern.test(day)) return dateFrom(pattern, day);
  return bad('not-a-date');
}

function dateFrom(pattern: RegExp, text: string): Read {
  const { y = '', m = '', d = '' } = pattern.exec(text)?.groups ?? {};
  const date = `${y}-${m.padStart(2, '0')}-${d.padStart(2, '0')}`;
  return isBusinessDate(date) ? good(date) : bad('not-a-date');
}

const EPOCH = 25_569;
const LAST = 2_958_465;

/** The day of a spreadsheet's serial number (its time is left out), counted from 1900, or from 1904 as old Macs did; undefined for no day. */
export function dateOfSerial(serial: number, from1904: boolean): BusinessDate | undefined {
  const day = Math.floor(serial) + (from1904 ? 1462 : 0);
  // Day 60 is 29 February 1900, which never was; the days before it are counted one too low.
  if (!Number.isFinite(serial) || day < 1 || day > LAST || day === 60) return undefined;
  return dateOfDayNumber(day - EPOCH + (day < 60 ? 1 : 0));
}

const signs = /[¥$€£元]|\b(?:RMB|CNY|USD|EUR|HKD|JPY)\b/g;
const escaped = { ',': ',', '.': '\\.', ' ': ' ', "'": "['’]" } as const;

/** A number in text as a plain decimal string; groups of thousands must have three digits, so that a wrong mark is found, not guessed. */
function readNumber(raw: string, { decimal, thousands }: NumberFormat): Read {
  const text = raw.normalize('NFKC').replace(signs, '').trim();
  const negative = /^\(.*\)$/.test(text) || /^-/.test(text) || /-$/.test(text);
  const size = text
    .replace(/^[(+-] ?/, '')
    .replace(/ ?[)-]$/, '')
    .trim();
  const grouped = thousands === '' ? '' : `|\\d{1,3}(?:${escaped[thousands]}\\d{3})+`;
  const point = decimal === '.' ? '\\.' : ',';
  const found = new RegExp(`^(\\d+${grouped})?(?:${point}(\\d*))?$`).exec(size);
  if (!found || (found[1] === undefined && !found[2])) return bad('not-a-number');
  const whole = (found[1] ?? '0').replaceAll(/\D/g, '').replace(/^0+(?=\d)/, '');
  const fraction = (found[2] ?? '').replace(/0+$/, '');
  return good(`${negative ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`);
}

function readRate(text: string, numbers: NumberFormat): Read {
  const percent = /^(.*?) ?[%％]$/.exec(text);
  const read = readNumber(percent?.[1] ?? text, numbers);
  if (!percent || !read.ok || typeof read.value !== 'string') return read;
  const [whole = '', fraction = ''] = read.value.split('.');
  const digits = whole.padStart(3, '0');
  const shifted = `${digits.slice(0, -2)}.${digits.slice(-2)}${fraction}`.replace(/\.?0+$/, '').replace(/^0+(?=\d)/, '');
  return good(shifted);
}

const yes = new Set(['true', 'yes', 'y', '1', '是', '有', '√', 'x']);
const no = new Set(['false', 'no', 'n', '0', '否', '无']);

function readBoolean(text: string): Read {
  const word = text.toLowerCase();
  if (yes.has(word)) return good(true);
  return no.has(word) ? good(false) : bad('not-a-boolean');
}
