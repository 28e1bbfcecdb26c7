import { addDays, isBusinessDate } from '../../domain/kernel/calendar.ts';
import type { BusinessDate } from '../../domain/kernel/calendar.ts';
import { isCurrency, parseAmount } from '../../domain/kernel/money.ts';
import type { RowFault, RowFaultCode } from './faults.ts';
import type { LedgerMapping, dateFormats } from './mapping.ts';
import type { Table } from './table.ts';

type DateFormat = (typeof dateFormats)[number];
export type FieldName = keyof LedgerMapping['columns'];

const datePatterns: Readonly<Record<DateFormat, RegExp>> = {
  'YYYY-MM-DD': /^(?<y>\d{4})-(?<m>\d{1,2})-(?<d>\d{1,2})(?:[ T].*)?$/,
  'YYYY/M/D': /^(?<y>\d{4})\/(?<m>\d{1,2})\/(?<d>\d{1,2})(?: .*)?$/,
  YYYYMMDD: /^(?<y>\d{4})(?<m>\d{2})(?<d>\d{2})$/,
  YYYY年M月D日: /^(?<y>\d{4})年(?<m>\d{1,2})月(?<d>\d{1,2})日$/,
  'M/D/YYYY': /^(?<m>\d{1,2})\/(?<d>\d{1,2})\/(?<y>\d{4})(?: .*)?$/,
  'D/M/YYYY': /^(?<d>\d{1,2})\/(?<m>\d{1,2})\/(?<y>\d{4})(?: .*)?$/,
  'D.M.YYYY': /^(?<d>\d{1,2})\.(?<m>\d{1,2})\.(?<y>\d{4})(?: .*)?$/,
};

/** A date of the file as 'YYYY-MM-DD'; undefined when it is none. Date cells of XLSX come as 'YYYY-MM-DD' whatever the format. */
export function readDate(text: string, format: DateFormat): BusinessDate | undefined {
  const found = datePatterns[format].exec(text) ?? datePatterns['YYYY-MM-DD'].exec(text);
  const { y = '', m = '', d = '' } = found?.groups ?? {};
  const date = `${y}-${m.padStart(2, '0')}-${d.padStart(2, '0')}`;
  return isBusinessDate(date) ? date : undefined;
}

/** An amount of the file in minor units; marks of thousands, blanks and a currency sign are left out. */
export function readMinor(text: string, currency: string, decimal: '.' | ','): number | undefined {
  const plain = text.replace(/[\s\u00A0¥¥$€£]/g, '').replaceAll(decimal === '.' ? ',' : '.', '');
  const parsed = parseAmount(plain.replace(',', '.').replace(/^(-?)0+(?=\d)/, '$1'), currency);
  return parsed.ok ? parsed.minor : undefined;
}

const unusable = /[/\\?#]/g;

/** An id of the file as the API takes it: what may not stand in an address becomes '-'. */
export const asId = (text: string): string => text.replace(unusable, '-');

/** One row read through the mapping; what cannot be read becomes a fault and a blank. */
export class Cells {
  readonly row: number;
  readonly faults: RowFault[] = [];
  readonly #cells: Readonly<Record<string, string>>;
  readonly #mapping: LedgerMapping;

  constructor(line: Table['rows'][number], mapping: LedgerMapping) {
    this.row = line.row;
    this.#cells = line.cells;
    this.#mapping = mapping;
  }

  text(field: FieldName): string {
    const column = this.#mapping.columns[field];
    return column === undefined ? '' : (this.#cells[column] ?? '');
  }

  fault(column: string, code: RowFaultCode): undefined {
    this.faults.push({ row: this.row, column, code, value: this.#cells[column] ?? '' });
    return undefined;
  }

  /** The column a field is mapped to, for faults. */
  column(field: FieldName): string {
    return this.#mapping.columns[field] ?? field;
  }

  id(field: 'invoice' | 'customer'): string {
    const text = this.text(field);
    if (text === '') this.fault(this.column(field), 'missing');
    else if (text.length > 80 || /[\p{Cc}\p{Cs}]/u.test(text)) this.fault(this.column(field), 'not-an-identifier');
    return asId(text);
  }

  currency(): string | undefined {
    const text = (this.text('currency') || this.#mapping.defaults.currency) ?? '';
    if (text === '') return this.fault(this.column('currency'), 'missing');
    return isCurrency(text.toUpperCase()) ? text.toUpperCase() : this.fault(this.column('currency'), 'not-a-currency');
  }

  dateIn(column: string): BusinessDate | undefined {
    const text = this.#cells[column] ?? '';
    if (text === '') return undefined;
    return readDate(text, this.#mapping.dateFormat) ?? this.fault(column, 'not-a-date');
  }

  date(field: FieldName): BusinessDate | undefined {
    const column = this.#mapping.columns[field];
    return column === undefined ? undefined : this.dateIn(column);
  }

  /** An amount above zero; undefined for an empty cell. */
  amountIn(column: string, currency: string): number | undefined {
    const text = this.#cells[column] ?? '';
    if (text === '') return undefined;
    const minor = readMinor(text, currency, this.#mapping.decimal);
    if (minor === undefined) return this.fault(column, 'not-an-amount');
    return minor > 0 ? minor : this.fault(column, 'not-positive');
  }

  instalment(): number | undefined {
    const text = this.text('instalment');
    if (text === '') return undefined;
    const no = /^\d{1,3}$/.test(text) ? Number(text) : 0;
    return no >= 1 ? no : this.fault(this.column('instalment'), 'not-an-instalment');
  }

  saysYes(field: 'disputed'): boolean {
    const text = this.text(field).toLowerCase();
    return text !== '' && this.#mapping.yes.some((yes) => yes.toLowerCase() === text);
  }

  /** The money named in this row: pairs of columns that are both filled in. */
  payments(currency: string): { on: BusinessDate; amountMinor: number }[] {
    const { paidOn, paidAmount } = this.#mapping.columns;
    const own = paidOn && paidAmount ? [{ on: paidOn, amount: paidAmount }] : [];
    return [...own, ...this.#mapping.payments].flatMap(({ on, amount }) => {
      const day = this.dateIn(on);
      const amountMinor = this.amountIn(amount, currency);
      if (day !== undefined && amountMinor !== undefined) return [{ on: day, amountMinor }];
      if (day !== undefined && (this.#cells[amount] ?? '') === '') this.fault(amount, 'missing');
      if (amountMinor !== undefined && (this.#cells[on] ?? '') === '') this.fault(on, 'missing');
      return [];
    });
  }

  /** Whether this row is money for an invoice, not a part of one. */
  get isPayment(): boolean {
    return this.#mapping.paymentKinds.includes(this.text('kind'));
  }

  dueDate(issueDate: BusinessDate): BusinessDate {
    return this.date('dueDate') ?? addDays(issueDate, this.#mapping.defaults.termsDays);
  }
}
