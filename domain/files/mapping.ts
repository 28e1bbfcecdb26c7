import { fieldsOf, missingFields } from './fields.ts';
import type { Field, ImportKind } from './fields.ts';
import { plainNumbers, readCell, textOf } from './values.ts';
import type { Cell, DateFormat, NumberFormat } from './values.ts';

/** Where a field's value comes from: a column, or the same `value` in every row. */
export interface Source {
  column?: string | undefined;
  value?: string | undefined;
  /** How the column writes dates; the mapping's own without it. */
  format?: DateFormat | undefined;
  decimal?: NumberFormat['decimal'] | undefined;
  thousands?: NumberFormat['thousands'] | undefined;
  /** What the column's words mean ({ "医院": "hospital" }); a word not named is kept as it is. */
  values?: Readonly<Record<string, string>> | undefined;
  /** Texts replaced inside the value, such as { "/": "-" } in numbers that hold a slash. */
  replace?: Readonly<Record<string, string>> | undefined;
  /** Of an empty cell. */
  default?: string | undefined;
}

/** How a file is read. Without `fields` each column fills the field that has its name. */
export interface Mapping {
  fields?: Readonly<Record<string, Source>> | undefined;
  dates?: DateFormat | undefined;
  numbers?: Partial<NumberFormat> | undefined;
  /** Row of the header as people count rows; 1 without it. */
  headerRow?: number | undefined;
  encoding?: 'utf-8' | 'gb18030' | 'utf-16le' | undefined;
  delimiter?: ',' | ';' | '\t' | '|' | undefined;
  /** Name of a workbook's sheet; the first visible one without it. */
  sheet?: string | undefined;
}

/** What is wrong with a mapping; `field` is the target's name. */
export interface MappingFault {
  field: string;
  fault: 'field-unknown' | 'field-missing' | 'column-missing' | 'column-twice';
  column?: string;
}

/** Whether a mapping fits its kind, before the file is seen; an empty list: it does. */
export function mappingFaults(kind: ImportKind, mapping: Mapping): MappingFault[] {
  if (!mapping.fields) return [];
  const known = fieldsOf(kind);
  const names = Object.keys(mapping.fields);
  const unknown = names.filter((field) => !Object.hasOwn(known, field));
  const missing = missingFields(kind, new Set(names));
  return [
    ...unknown.map((field): MappingFault => ({ field, fault: 'field-unknown' })),
    ...missing.map((field): MappingFault => ({ field, fault: 'field-missing' })),
  ];
}

/** A field bound to its column (null: a constant). */
interface Bound {
  name: string;
  field: Field;
  source: Source;
  index: number | null;
}

/** A mapping bound to a header. */
export interface Reader {
  kind: ImportKind;
  fields: readonly Bound[];
  /** Fields whose rows make parts of one document. */
  hasParts: boolean;
  /** Columns nothing is read from. */
  unusedColumns: string[];
  dates: DateFormat;
  numbers: NumberFormat;
}

const norm = (name: string): string => name.normalize('NFKC').trim().toLowerCase();

/** Binds a mapping to the header of a file, or says which fields and columns do not fit. */
export function bindMapping(
  kind: ImportKind,
  mapping: Mapping,
  header: readonly string[],
): { ok: true; reader: Reader } | { ok: false; faults: MappingFault[] } {
  const known = fieldsOf(kind);
  const fields = mapping.fields ?? byName(kind, header);
  const faults = mappingFaults(kind, { fields });
  const bound = Object.entries(fields).flatMap(([name, source]): Bound[] => {
    const field = Object.hasOwn(known, name) ? known[name] : undefined;
    if (!field) return [];
    if (source.column === undefined) return [{ name, field, source, index: null }];
    const found = columnsNamed(header, source.column);
    const [index] = found;
    if (index !== undefined && found.length === 1) return [{ name, field, source, index }];
    faults.push({ field: name, column: source.column, fault: index === undefined ? 'column-missing' : 'column-twice' });
    return [];
  });
  if (faults.length > 0) return { ok: false, faults };
  const used = new Set(bound.map((one) => one.index));
  return {
    ok: true,
    reader: {
      kind,
      fields: bound,
      hasParts: bound.some((one) => one.field.part && one.index !== null && (kind !== 'ledger' || one.name === 'instalment')),
      unusedColumns: header.filter((name, index) => name !== '' && !used.has(index)),
      dates: mapping.dates ?? 'YYYY-MM-DD',
      numbers: { ...plainNumbers, ...swapped(mapping.numbers) },
    },
  };
}

/** A decimal comma without a word on thousands means that points part them. */
function swapped(numbers: Partial<NumberFormat> = {}): Partial<NumberFormat> {
  return numbers.decimal === ',' && numbers.thousands === undefined ? { decimal: ',', thousands: '.' } : numbers;
}

/** Columns of this name as written; else those that differ in case or width only. */
function columnsNamed(header: readonly string[], name: string): number[] {
  const where = (fits: (column: string) => boolean) => header.flatMap((column, index) => (fits(column) ? [index] : []));
  const exact = where((column) => column === name.trim());
  return exact.length > 0 ? exact : where((column) => norm(column) === norm(name));
}

function byName(kind: ImportKind, header: readonly string[]): Record<string, Source> {
  const names = Object.keys(fieldsOf(kind)).filter((name) => columnsNamed(header, name).length > 0);
  return Object.fromEntries(names.map((name) => [name, { column: name }]));
}

/** What is wrong in one row, at a field and its column. `params` are figures for the sentence. */
export interface RowFault {
  row: number;
  field: string;
  fault: string;
  params?: Record<string, string | number>;
}

/** A row read through the mapping: the values of its fields, those that are empty left out. */
export interface MappedRow {
  row: number;
  values: Readonly<Record<string, string | number | boolean>>;
  /** Whether a column, not only constants, says something of a part. */
  hasPart: boolean;
  faults: readonly RowFault[];
}

const SHOWN = 60;
/** A value as it may be kept and shown in a message: short, one line, no control characters. */
export const shown = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cs}]/gu, ' ').slice(0, SHOWN);

/** Reads one row. A row with cells beyond the header is refused whole: its columns have moved. */
export function readRow(reader: Reader, row: number, cells: readonly Cell[], width: number): MappedRow {
  const values: Record<string, string | number | boolean> = {};
  const faults: RowFault[] = [];
  let hasPart = false;
  if (cells.slice(width).some((cell) => textOf(cell) !== '')) {
    faults.push({ row, field: '', fault: 'too-many-cells', params: { columns: width, cells: cells.length } });
  }
  for (const { name, field, source, index } of reader.fields) {
    const cell = valueOf(source, index === null ? null : (cells[index] ?? null));
    const numbers = { ...reader.numbers, ...swapped(definedOf(source)) };
    const read = readCell(cell, field.type, { date: source.format ?? reader.dates, numbers });
    if (field.part && index !== null && textOf(cells[index] ?? null) !== '') hasPart = true;
    if (read.ok && read.value !== undefined) values[name] = read.value;
    if (read.ok) continue;
    const params = { value: shown(textOf(cell)), format: source.format ?? reader.dates };
    faults.push({ row, field: name, fault: read.fault, params });
  }
  return { row, values, hasPart, faults };
}

function definedOf({ decimal, thousands }: Source): Partial<NumberFormat> {
  return { ...(decimal !== undefined && { decimal }), ...(thousands !== undefined && { thousands }) };
}

function valueOf(source: Source, cell: Cell): Cell {
  if (source.column === undefined) return source.value ?? null;
  const text = textOf(cell);
  if (text === '') return source.default ?? null;
  if (source.values && Object.hasOwn(source.values, text)) return source.values[text] ?? null;
  if (!source.replace) return cell;
  return Object.entries(source.replace).reduce((value, [from, to]) => value.replaceAll(from, to), text);
}
