import type { StoredFault, ImportFault } from '../../contracts/imports/import-words.ts';
import { readRow } from '../../domain/imports/mapping.ts';
import type { Reader } from '../../domain/imports/mapping.ts';
import type { Cell } from '../../domain/imports/values.ts';
import type { BusinessDate } from '../../domain/platform/calendar.ts';
import { isCurrency, parseAmount } from '../../domain/platform/money.ts';
import { ledgerFaults } from './faults.ts';
import type { RowFault } from './faults.ts';
import { paymentPairs } from './mapping.ts';

const identifier = /^[^/\\?#\p{Cc}\p{Cs}]{1,80}$/u;

/** One row read through the mapping; what cannot be read is a fault, and then absent. */
export class Row {
  readonly row: number;
  readonly faults: RowFault[] = [];
  readonly #values: Readonly<Record<string, string | number | boolean>>;
  readonly #reader: Reader;

  constructor(reader: Reader, row: number, cells: readonly Cell[], width: number) {
    this.row = row;
    this.#reader = reader;
    const read = readRow(reader, row, cells, width);
    this.#values = read.values;
    for (const { field, fault, params } of read.faults)
      this.fault(field, { fault: fault as ImportFault, ...(params && { params }) });
  }

  /** Records what is wrong with a field, at its column. */
  fault(field: string, fault: StoredFault): undefined {
    const column = this.#reader.fields.find((one) => one.name === field)?.source.column ?? field;
    if (!this.faults.some((one) => one.column === column)) this.faults.push({ row: this.row, column, fault });
    return undefined;
  }

  has(field: string): boolean {
    return this.#values[field] !== undefined;
  }

  text(field: string): string {
    const value = this.#values[field];
    return value === undefined ? '' : String(value);
  }

  flag(field: string): boolean {
    return this.#values[field] === true;
  }

  date(field: string): BusinessDate | undefined {
    return this.has(field) ? this.text(field) : undefined;
  }

  whole(field: string): number | undefined {
    const value = this.#values[field];
    return typeof value === 'number' ? value : undefined;
  }

  needed(field: string): string {
    if (!this.has(field)) this.fault(field, { fault: 'missing' });
    return this.text(field);
  }

  id(field: 'externalId' | 'customer'): string {
    const text = this.needed(field);
    if (text !== '' && !identifier.test(text)) this.fault(field, { fault: 'identifier' });
    return text;
  }

  currency(): string | undefined {
    const text = this.needed('currency').toUpperCase();
    if (isCurrency(text)) return text;
    return text === '' ? undefined : this.fault('currency', { refusal: 'currency-unknown', params: { currency: text } });
  }

  /** Minor units; zero only where it may be. */
  minor(field: string, currency: string, mayBeZero = false): number | undefined {
    if (!this.has(field)) return undefined;
    const value = this.text(field);
    const parsed = parseAmount(value, currency);
    if (!parsed.ok) return this.fault(field, { refusal: parsed.code, params: { value, currency } });
    if (parsed.minor > 0 || (mayBeZero && parsed.minor === 0)) return parsed.minor;
    return this.fault(field, { refusal: 'amount-not-positive', params: { value } });
  }

  instalment(): number | undefined {
    const no = this.whole('instalment');
    if (no === undefined || (no >= 1 && no <= 999)) return no;
    return this.fault('instalment', { fault: 'not-a-whole-number', params: { value: no } });
  }

  /** Part payments named in this row; an amount of zero is none. */
  payments(currency: string): { on: BusinessDate; amountMinor: number }[] {
    return paymentPairs.flatMap(({ paid, paidOn }) => {
      const amountMinor = this.minor(paid, currency, true);
      if (amountMinor === undefined || amountMinor === 0) return [];
      const on = this.date(paidOn) ?? this.date('settledOn');
      if (on !== undefined) return [{ on, amountMinor }];
      if (!this.faults.some((one) => one.column === paidOn)) this.fault(paidOn, { fault: 'missing' });
      return [];
    });
  }

  /** Whether the row is a part of an invoice, or money for one. */
  record(): 'invoice' | 'payment' {
    const text = this.text('record');
    if (text !== '' && text !== 'invoice' && text !== 'payment') this.fault('record', ledgerFaults.record);
    return text === 'payment' ? 'payment' : 'invoice';
  }
}
