import { fieldsOf, missingFields } from './fields.ts';
import type { Field, ImportKind } from './fields.ts';
import { bindTests } from './row-filter.ts';
import type { BoundTests, RowTest } from './row-filter.ts';
import { amountOf, otherMoney } from './amounts.ts';
import type { AmountSource, SaidAmount } from './amounts.ts';
import { marksOf } from './numbers.ts';
import type { NumberFormat } from './numbers.ts';
import type { Unit } from './units.ts';
import { readCell, textOf } from './values.ts';
import type { Cell, DateFormat } from './values.ts';

/** Where a field's value comes from: a column, or the same `value` in every row. */
export interface Source extends AmountSource {
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

/** How a file writes numbers, and what all its amounts count. */
type FileNumbers = Partial<NumberFormat> & { unit?: Unit | undefined };

/** How a file is read. Without `fields` each column fills the field that has its name. */
export interface Mapping {
  fields?: Readonly<Record<string, Source>> | undefined;
  dates?: DateFormat | undefined;
  numbers?: FileNumbers | undefined;
  /** Parts that stand beside each other in one row, such as instalments in columns: the fields of each part. */
  parts?: readonly Readonly<Record<string, Source>>[] | undefined;
  /** Rows left out: each of which one of these is true. */
  skipRows?: readonly RowTest[] | undefined;
  /** Rows taken: those of which all of these are true. */
  onlyRows?: readonly RowTest[] | undefined;
  /** Rows of a negative amount among invoices: left out, or taken as credit notes. */
  redLetter?: 'skip' | 'credit-note' | undefined;
  /** Row of the header as people count rows; without it the first row that has the columns named. */
  headerRow?: number | undefined;
  /** Columns by which the header is known among the first rows. */
  headerWith?: readonly string[] | undefined;
  encoding?: 'utf-8' | 'gb18030' | 'utf-16le' | 'utf-16be' | undefined;
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
  const inParts = [...new Set((mapping.parts ?? []).flatMap((part) => Object.keys(part)))];
  const unknown = names.filter((field) => !Object.hasOwn(known, field));
  const apart = inParts.filter((field) => !Object.hasOwn(known, field) || !known[field]?.part || names.includes(field));
  const missing = missingFields(kind, new Set([...names, ...inParts]));
  return [
    ...[...unknown, ...apart].map((field): MappingFault => ({ field, fault: 'field-unknown' })),
    ...missing.map((field): MappingFault => ({ field, fault: 'field-missing' })),
    ...(mapping.redLetter && kind !== 'invoices' ? [{ field: 'redLetter', fault: 'field-unknown' as const }] : []),
  ];
}

/** A field bound to its column (null: a constant). */
export interface Bound {
  name: string;
  field: Field;
  source: Source;
  index: number | null;
  /** Where the words stand that tell the sign of its amount. */
  signIndex?: number;
  /** How all of a column's days are written, when that is known by reading them. */
  agreed?: DateFormat;
}

/** A mapping bound to a header. */
export interface Reader {
  kind: ImportKind;
  fields: readonly Bound[];
  /** The fields of each part that stands in columns of its own. */
  parts: readonly (readonly Bound[])[];
  tests: BoundTests;
  redLetter: Mapping['redLetter'];
  /** Fields whose rows make parts of one document. */
  hasParts: boolean;
  /** Columns nothing is read from. */
  unusedColumns: string[];
  dates: DateFormat;
  numbers: FileNumbers;
  /** The seller's zone. */
  zone: string;
}

const norm = (name: string): string => name.normalize('NFKC').trim().toLowerCase();

/** Binds a mapping to the header of a file, or says which fields and columns do not fit. `zone` is the seller's. */
export function bindMapping(
  kind: ImportKind,
  mapping: Mapping,
  header: readonly string[],
  zone = 'Asia/Shanghai',
): { ok: true; reader: Reader } | { ok: false; faults: MappingFault[] } {
  const fields = mapping.fields ?? byName(kind, header);
  const faults = mappingFaults(kind, { ...mapping, fields });
  const bind = (sources: Readonly<Record<string, Source>>): Bound[] => boundTo(kind, sources, header, faults);
  const bound = bind(fields);
  const parts = (mapping.parts ?? []).map(bind);
  const tests = bindTests(mapping, (column) => oneColumn(header, column, column, faults));
  if (faults.length > 0) return { ok: false, faults };
  const all = [...bound, ...parts.flat()];
  const used = new Set([...all.flatMap((one) => [one.index, one.signIndex ?? null]), ...tests.columns]);
  const inRows = bound.some((one) => one.field.part && one.index !== null && (kind !== 'ledger' || one.name === 'instalment'));
  return {
    ok: true,
    reader: {
      ...{ kind, fields: bound, parts, tests, redLetter: mapping.redLetter, zone },
      hasParts: inRows || parts.length > 0,
      unusedColumns: header.filter((name, index) => name !== '' && !used.has(index)),
      dates: mapping.dates ?? 'YYYY-MM-DD',
      numbers: mapping.numbers ?? {},
    },
  };
}

/** The index of the column a field names; what is amiss goes to `faults`. */
function oneColumn(header: readonly string[], field: string, column: string, faults: MappingFault[]): number | null {
  const found = columnsNamed(header, column);
  const [index] = found;
  if (index !== undefined && found.length === 1) return index;
  faults.push({ field, column, fault: index === undefined ? 'column-missing' : 'column-twice' });
  return null;
}

function boundTo(
  kind: ImportKind,
  sources: Readonly<Record<string, Source>>,
  header: readonly string[],
  faults: MappingFault[],
): Bound[] {
  const known = fieldsOf(kind);
  return Object.entries(sources).flatMap(([name, source]): Bound[] => {
    const field = Object.hasOwn(known, name) ? known[name] : undefined;
    if (!field) return [];
    const sign = typeof source.sign === 'object' ? oneColumn(header, name, source.sign.column, faults) : undefined;
    const index = source.column === undefined ? null : oneColumn(header, name, source.column, faults);
    return [{ name, field, source, index, ...(typeof sign === 'number' && { signIndex: sign }) }];
  });
}

/**
 * Tells the header of a file among its first rows: by the columns the mapping says, or all it reads from; without any, by the fields that a file
 * of its kind must have. Null: nothing tells it, and the first row is it.
 */
export function headerTest(
  { headerWith, fields, parts }: Mapping,
  kind?: ImportKind,
): ((row: readonly string[]) => boolean) | null {
  const sources = [fields ?? {}, ...(parts ?? [])].flatMap((one) => Object.values(one));
  const columns = headerWith ?? sources.flatMap(({ column }) => (column === undefined ? [] : [column]));
  if (columns.length > 0) return (row) => columns.every((column) => columnsNamed(row, column).length > 0);
  if (fields || kind === undefined) return null;
  return (row) => missingFields(kind, new Set(Object.keys(byName(kind, row)))).length === 0;
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
  /** Which of the parts that stand in columns. */
  part?: number;
}

/** A row read through the mapping: the values of its fields, those that are empty left out. */
export interface MappedRow {
  row: number;
  values: Readonly<Record<string, string | number | boolean>>;
  /** Whether a column, not only constants, says something of a part. */
  hasPart: boolean;
  faults: readonly RowFault[];
  /** Which of the parts that stand in columns. */
  part?: number;
}

const SHOWN = 60;
/** A value as it may be kept and shown in a message: short, one line, no control characters. */
export const shown = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cs}]/gu, ' ').slice(0, SHOWN);

/** Reads one row. A row with cells beyond the header is refused whole: its columns have moved. */
export function readRow(reader: Reader, row: number, cells: readonly Cell[], width: number): MappedRow {
  const read = readFields(reader, reader.fields, row, cells);
  if (cells.slice(width).every((cell) => textOf(cell) === '')) return read;
  const moved: RowFault = { row, field: '', fault: 'too-many-cells', params: { columns: width, cells: cells.length } };
  return { ...read, faults: [moved, ...read.faults] };
}

/** How each part that stands in columns is numbered, where no column says it. */
const numberField: Partial<Record<ImportKind, string>> = {
  invoices: 'instalments.no',
  ledger: 'instalment',
  orders: 'lines.line',
};

/** Reads one row as the parts that stand beside each other in it; the row itself when it has none. */
export function readParts(reader: Reader, row: number, cells: readonly Cell[], width: number): MappedRow[] {
  const head = readRow(reader, row, cells, width);
  const parts = reader.parts.flatMap((fields, part): MappedRow[] => {
    const read = readFields(reader, fields, row, cells, head.values);
    if (!read.hasPart) return [];
    const counter = numberField[reader.kind];
    const values = { ...head.values, ...(counter && { [counter]: part + 1 }), ...read.values };
    return [{ row, values, hasPart: true, part, faults: read.faults.map((fault) => ({ ...fault, part })) }];
  });
  const [first, ...others] = parts;
  return first ? [{ ...first, faults: [...head.faults, ...first.faults] }, ...others] : [head];
}

/** Reads fields of a row; `head` is what the row says of the whole document, for a part that stands in columns. */
function readFields(
  reader: Reader,
  fields: readonly Bound[],
  row: number,
  cells: readonly Cell[],
  head: MappedRow['values'] = {},
): MappedRow {
  const values: Record<string, string | number | boolean> = {};
  const faults: RowFault[] = [];
  const amounts: SaidAmount[] = [];
  let hasPart = false;
  for (const one of fields) {
    const { name, field, source, index } = one;
    const cell = valueOf(source, index === null ? null : (cells[index] ?? null));
    const numbers = marksOf(source, reader.numbers);
    const date = one.agreed ?? source.format ?? reader.dates;
    const read = readCell(cell, field.type, { date, numbers, zone: reader.zone });
    if (field.part && index !== null && textOf(cells[index] ?? null) !== '') hasPart = true;
    if (read.ok && read.value !== undefined) values[name] = meant(one, read.value, reader, cells);
    if (field.type === 'amount' && textOf(cell) !== '')
      amounts.push({ name, text: typeof cell === 'string' ? textOf(cell) : '', column: source.column ?? '' });
    if (read.ok) continue;
    const params = { value: shown(textOf(cell)), format: date };
    faults.push({ row, field: name, fault: read.fault, params });
  }
  const currency = String(values['currency'] ?? head['currency'] ?? '');
  for (const one of currency === '' ? [] : amounts) {
    const value = otherMoney(one, currency);
    if (value !== undefined)
      faults.push({ row, field: one.name, fault: 'other-currency', params: { value: shown(value), currency } });
  }
  return { row, values, hasPart, faults };
}

/** A value as the mapping means it: an amount in ones and with its sign, others as they are. */
function meant(
  { name, field, source, index, signIndex }: Bound,
  value: string | number | boolean,
  of: Reader,
  cells: readonly Cell[],
) {
  if (field.type !== 'amount' || typeof value !== 'string') return value;
  const unit = index === null ? 1 : (source.unit ?? of.numbers.unit);
  return amountOf(name, { ...source, unit }, value, signIndex === undefined ? null : (cells[signIndex] ?? null));
}

/** What a field reads of its cell: the mapping's words, replacements and default done. */
export function valueOf(source: Source, cell: Cell): Cell {
  if (source.column === undefined) return source.value ?? null;
  const text = textOf(cell);
  if (text === '') return source.default ?? null;
  if (source.values && Object.hasOwn(source.values, text)) return source.values[text] ?? null;
  if (!source.replace) return cell;
  return Object.entries(source.replace).reduce((value, [from, to]) => value.replaceAll(from, to), text);
}
