import { valueOf } from './mapping.ts';
import type { Bound, Reader } from './mapping.ts';
import { agreedFormatOf, textOf } from './values.ts';
import type { AgreedFormat, Cell } from './values.ts';

/** How the columns of days in a file are written, found by reading all of them: a form counts when every day of its column has it. */
export class DateColumns {
  readonly #fields: readonly Bound[];
  readonly #reader: Reader;
  /** By column; null: its cells do not agree. */
  readonly #found = new Map<number, AgreedFormat | null>();

  constructor(reader: Reader) {
    const { fields, parts } = reader;
    this.#reader = reader;
    this.#fields = [...fields, ...parts.flat()].filter((one) => one.field.type === 'date' && one.index !== null);
  }

  /** Looks at one row. */
  see(cells: readonly Cell[]): void {
    for (const { source, index } of this.#fields) {
      if (index === null || this.#found.get(index) === null) continue;
      const cell = valueOf(source, cells[index] ?? null);
      if (textOf(cells[index] ?? null) === '' || textOf(cell) === '') continue;
      const { dates: date, zone } = this.#reader;
      const format = agreedFormatOf(cell, { date: source.format ?? date, zone });
      // What is no day is the fault of its own row, and keeps no other from being read.
      if (format === null) continue;
      const before = this.#found.get(index);
      this.#found.set(index, format !== 'other' && (before === undefined || before === format) ? format : null);
    }
  }

  /** The reader that reads each column as all of it is written. */
  agreed(reader: Reader): Reader {
    const settle = (one: Bound): Bound => {
      const found = one.index === null || one.field.type !== 'date' ? null : (this.#found.get(one.index) ?? null);
      return found === null ? one : { ...one, agreed: found };
    };
    return { ...reader, fields: reader.fields.map(settle), parts: reader.parts.map((part) => part.map(settle)) };
  }
}
