import { dateOfDayNumber, isBusinessDate } from '../platform/dates.ts';
import type { BusinessDate } from '../platform/dates.ts';
import { dateOf, parseInstant } from '../platform/instants.ts';
import { dayInFigures, timeBeside } from './day-words.ts';
import { bareNumber } from './numbers.ts';
import type { NumberFormat } from './numbers.ts';

/**
 * A cell as a file holds it: text of a CSV; number, boolean, day or error of a spreadsheet; null when empty. A number of more digits than a
 * spreadsheet keeps comes as the file writes it, and says whether all of them are there.
 */
export type Cell =
  string | number | boolean | { date: BusinessDate } | { error: string } | { digits: string; whole: boolean } | null;

/** What a target field takes. */
export type FieldType = 'text' | 'date' | 'amount' | 'integer' | 'boolean' | 'rate';

/** How dates are written in text; months and days with one digit or two. Real dates of a spreadsheet need none of them. */
export const dateFormats = [
  'YYYY-MM-DD',
  'YYYY/M/D',
  'YYYYMMDD',
  'YYYY.M.D',
  'YYYY年M月D日',
  'M/D/YYYY',
  'D/M/YYYY',
  'D.M.YYYY',
  'excel',
] as const;
export type DateFormat = (typeof dateFormats)[number];

/** Why a cell cannot be read; the sentences stand in contracts/imports/import-words.ts. */
export type ValueFault =
  'cell-error' | 'digits-lost' | 'not-a-date' | 'not-a-number' | 'not-a-whole-number' | 'not-a-boolean' | 'not-text';

export type Read = { ok: true; value: string | number | boolean | undefined } | { ok: false; fault: ValueFault };

const good = (value: string | number | boolean | undefined): Read => ({ ok: true, value });
const bad = (fault: ValueFault): Read => ({ ok: false, fault });

/** Characters that pages and exports leave in a text and nobody sees; with one of them in it an id is another id. */
const unseen = /[\u00AD\u200B\u200E\u200F\u202A-\u202E\u2060\u2066-\u2069\uFEFF]/gu;

/** The text of a cell as a person sees it, on one line; '' when empty. */
export function textOf(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'string')
    return cell
      .replaceAll(unseen, '')
      .replaceAll(/[\s\u00A0\u3000]+/gu, ' ')
      .trim();
  if (typeof cell === 'number') return plainNumber(cell);
  if (typeof cell === 'boolean') return String(cell);
  if ('digits' in cell) return cell.digits;
  return 'date' in cell ? cell.date : cell.error;
}

/** Digits of a number that a spreadsheet keeps; it writes noughts for those behind them. */
const KEPT_DIGITS = 15;
/** From here on fifteen digits do not reach to the hundredths. */
const COARSE = 1e13;

/** A number as a workbook writes it. Long ones (document numbers, in most files) are not rounded through a float: all digits, or none. */
export function numberCell(text: string): Cell {
  const written = text.trim();
  const value = Number(written);
  if (written === '' || !Number.isFinite(value)) return { error: written.slice(0, 20) };
  if (Math.abs(value) < COARSE) return value;
  const plain = /^-?\d+$/.test(written);
  const digits = written.replace(/^-/, '');
  if (plain && digits.length <= KEPT_DIGITS) return value;
  if (plain) return { digits: written, whole: /[1-9]/.test(digits.slice(KEPT_DIGITS)) };
  const kept = Number(value.toPrecision(KEPT_DIGITS));
  const exact = Math.abs(value) < 10 ** KEPT_DIGITS && kept === value;
  return exact ? value : { digits: written.slice(0, 40), whole: false };
}

/** What a cell means that was written for a spreadsheet: ="0000123" or '0000123 say that what follows is text, be it 12E05 or 0012-3. */
export function unformula(text: string): string {
  const inner = /^\s*="((?:[^"]|"")*)"\s*$/.exec(text)?.[1];
  if (inner !== undefined) return inner.replaceAll('""', '"');
  return /^\s*'[^']*$/.test(text) ? text.replace("'", '') : text;
}

/** 2.63120000009999E+15: a spreadsheet has left the last digits out. */
const shortened = /^-?\d(?:[.,]\d+)?E\+\d{2,}$/i;

/** Fifteen digits are what a spreadsheet itself keeps: 0.1 + 0.2 is read as 0.3. Never with an exponent. */
function plainNumber(value: number): string {
  const kept = Number(value.toPrecision(15));
  const text = String(kept);
  return text.includes('e') ? kept.toLocaleString('en', { useGrouping: false, maximumFractionDigits: 20 }) : text;
}

/** How a file writes what is not plain, and where its days are counted. */
export interface CellFormat {
  date: DateFormat;
  numbers: NumberFormat;
  /** The seller's zone: an instant in a column of days is the day it was there. */
  zone: string;
}

/** What reading a day takes of it. */
type DayFormat = Pick<CellFormat, 'date' | 'zone'>;

const narrow = (text: string): string => text.normalize('NFKC');

/** Reads a cell as the field takes it; an empty one as undefined. */
export function readCell(cell: Cell, type: FieldType, format: CellFormat): Read {
  if (typeof cell === 'object' && cell !== null && 'error' in cell) return bad('cell-error');
  // Full-width figures and marks are figures and marks; in a text they are as written.
  const text = type === 'text' ? textOf(cell) : narrow(textOf(cell));
  if (text === '') return good(undefined);
  const long = typeof cell === 'object' && cell !== null && 'digits' in cell;
  if (long && !cell.whole) return bad('digits-lost');
  switch (type) {
    case 'text':
      return shortened.test(text) ? bad('digits-lost') : good(text);
    case 'date':
      return readDate(cell, text, format);
    case 'amount':
      return typeof cell === 'number' || long ? good(text) : readNumber(text, format.numbers);
    case 'integer':
      return /^-?0*\d{1,9}(?:\.0*)?$/.test(text) ? good(Number(text)) : bad('not-a-whole-number');
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
  'YYYY.M.D': /^(?<y>\d{4})\. ?(?<m>\d{1,2})\. ?(?<d>\d{1,2})\.?$/,
  YYYY年M月D日: /^(?<y>\d{4}) ?年 ?(?<m>\d{1,2}) ?月 ?(?<d>\d{1,2}) ?日$/,
  'M/D/YYYY': /^(?<m>\d{1,2})\/(?<d>\d{1,2})\/(?<y>\d{4})$/,
  'D/M/YYYY': /^(?<d>\d{1,2})\/(?<m>\d{1,2})\/(?<y>\d{4})$/,
  'D.M.YYYY': /^(?<d>\d{1,2})\. ?(?<m>\d{1,2})\. ?(?<y>\d{4})$/,
};
/** Forms that begin with the year mean one day only, so they are read whatever format is asked for. */
const plain = [patterns['YYYY-MM-DD'], patterns['YYYY/M/D'], patterns['YYYY年M月D日']];

function readDate(cell: Cell, text: string, { date: format, zone }: DayFormat): Read {
  if (typeof cell === 'object' && cell !== null && 'date' in cell) return good(cell.date);
  const serial = typeof cell === 'number' ? cell : format === 'excel' && /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : null;
  if (serial !== null) {
    // A spreadsheet also holds days like 20260901 as numbers; no serial of our time has eight digits.
    if (format === 'YYYYMMDD' && patterns.YYYYMMDD.test(text)) return dateFrom(patterns.YYYYMMDD, text);
    const date = dateOfSerial(serial, false);
    return date === undefined ? bad('not-a-date') : good(date);
  }
  const day = dayInFigures(text);
  const own = format === 'excel' ? [] : [patterns[format]];
  const found = [...own, ...plain].find((pattern) => pattern.test(day));
  return found ? there(dateFrom(found, day), timeBeside(text), zone) : bad('not-a-date');
}

const zoned = /^[ T](\d{1,2}:\d{2})(:\d{2})?(\.\d+)? ?(Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)$/;

/** The day in the seller's zone of a day and time in another; a time without a zone is the seller's own. */
function there(day: Read, time: string, zone: string): Read {
  const [, clock = '', seconds = ':00', , offset = ''] = zoned.exec(time) ?? [];
  if (!day.ok || offset === '') return day;
  const digits = offset.replace(/\D/g, '').padEnd(4, '0');
  const iso = digits === '0000' ? 'Z' : `${offset.slice(0, 1)}${digits.slice(0, 2)}:${digits.slice(2)}`;
  const at = parseInstant(`${String(day.value)}T${clock.padStart(5, '0')}${seconds}${iso}`);
  return at === undefined ? bad('not-a-date') : good(dateOf(at, zone));
}

/** Forms of a day that are taken only when all of a column is written so: among others they may as well be numbers of something else. */
export const agreedFormats = ['YYYYMMDD', 'YYYY.M.D'] as const;
export type AgreedFormat = (typeof agreedFormats)[number];

/** The one of these forms that a cell is a day of; 'other': a day of another form; null: no day at all, which says nothing of the others. */
export function agreedFormatOf(cell: Cell, format: DayFormat): AgreedFormat | 'other' | null {
  const day = dayInFigures(narrow(textOf(cell)));
  const agreed = agreedFormats.find((one) => patterns[one].test(day) && dateFrom(patterns[one], day).ok);
  return agreed ?? (readDate(cell, narrow(textOf(cell)), format).ok ? 'other' : null);
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

/** What is written for a minus. */
const minus = /[\u2010\u2012\u2013\u2212]/g;
const escaped = { ',': ',', '.': '\\.', ' ': ' ', "'": "['’]" } as const;

/** A number in text as a plain decimal string; groups of thousands must have three digits, so that a wrong mark is found, not guessed. */
function readNumber(raw: string, { decimal, thousands }: NumberFormat): Read {
  const text = bareNumber(raw).replace(minus, '-');
  const marks = [/^\(.*\)$/, /^-/, /-$/].filter((mark) => mark.test(text));
  if (marks.length > 1) return bad('not-a-number');
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
  const number = `${whole}${fraction === '' ? '' : `.${fraction}`}`;
  return good(marks.length === 1 ? negated(number) : number);
}

/** A plain decimal string without its sign, and with the other one. */
export const unsigned = (amount: string): string => amount.replace(/^-/, '');
export const negated = (amount: string): string =>
  amount.startsWith('-') ? amount.slice(1) : /[1-9]/.test(amount) ? `-${amount}` : amount;

function readRate(text: string, numbers: NumberFormat): Read {
  const percent = /^(.*?) ?%$/.exec(text);
  const read = readNumber(percent?.[1] ?? text, numbers);
  if (!percent || !read.ok || typeof read.value !== 'string') return read;
  const [whole = '', fraction = ''] = unsigned(read.value).split('.');
  const digits = whole.padStart(3, '0');
  const shifted = `${digits.slice(0, -2)}.${digits.slice(-2)}${fraction}`.replace(/\.?0+$/, '').replace(/^0+(?=\d)/, '');
  return good(read.value.startsWith('-') ? negated(shifted) : shifted);
}

const yes = new Set(['true', 'yes', 'y', '1', '是', '有', '√', 'x']);
const no = new Set(['false', 'no', 'n', '0', '否', '无']);

function readBoolean(text: string): Read {
  const word = text.toLowerCase();
  if (yes.has(word)) return good(true);
  return no.has(word) ? good(false) : bad('not-a-boolean');
}
