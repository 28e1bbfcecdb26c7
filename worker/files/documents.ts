import { DateColumns } from '../../domain/imports/agreed-dates.ts';
import { isRed } from '../../domain/imports/assemble.ts';
import { readParts } from '../../domain/imports/mapping.ts';
import type { MappedRow, Reader } from '../../domain/imports/mapping.ts';
import { isTaken } from '../../domain/imports/row-filter.ts';
import type { FileTable } from './table.ts';
import type { FileRow } from './raw-table.ts';

/** What one reading of a file tells: its rows, on which the last of each document stands, and how its days are written. */
export interface Survey {
  /** Rows the mapping takes, and those it leaves out. */
  rows: number;
  skippedRows: number;
  lastOf: ReadonlyMap<string, number>;
  hasRed: boolean;
  reader: Reader;
}

const idOf = (row: MappedRow): string => String(row.values['externalId'] ?? '');
/** A red-letter row is a document of its own, also under the id of what it corrects. */
const keyOf = (row: MappedRow, isRedRow: boolean): string => `${isRedRow ? '-' : '+'}${idOf(row)}`;

const judging = ['externalId', 'amount', 'instalments.amount', 'currency'];

/** A reader of that of a row by which it is known: its id, and whether it is red-letter. */
function headReader(reader: Reader): Reader {
  const wanted = reader.redLetter ? judging : judging.slice(0, 1);
  const kept = (fields: Reader['fields']) => fields.filter((one) => wanted.includes(one.name));
  return { ...reader, fields: kept(reader.fields), parts: reader.redLetter ? reader.parts.map(kept) : [] };
}

/** A row by what it is known by, and whether it is red-letter; null: the mapping leaves it out, as it may those of a negative amount. */
function takes(reader: Reader, head: Reader, { row, cells }: FileRow): { known: MappedRow; red: boolean } | null {
  if (!isTaken(reader.tests, cells)) return null;
  const parts = readParts(head, row, cells, cells.length);
  const [known] = parts;
  const red = isRed(reader, parts);
  return !known || (reader.redLetter === 'skip' && red) ? null : { known, red };
}

/** Reads the whole file once, so that faults of its form come before anything is written, and documents are known to be complete. */
export async function surveyOf(table: FileTable, reader: Reader): Promise<Survey> {
  const head = headReader(reader);
  const dates = new DateColumns(reader);
  const lastOf = new Map<string, number>();
  let rows = 0;
  let skippedRows = 0;
  let hasRed = false;
  for await (const batch of table.rows()) {
    for (const one of batch) {
      const read = takes(reader, head, one);
      if (!read) {
        skippedRows += 1;
        continue;
      }
      rows += 1;
      dates.see(one.cells);
      hasRed ||= read.red;
      if (idOf(read.known) !== '') lastOf.set(keyOf(read.known, read.red), one.row);
    }
  }
  return { rows, skippedRows, lastOf, hasRed, reader: dates.agreed(reader) };
}

/**
 * The rows of each document of a file, given when the last of them has been read, so that they need not stand together. The order is that of
 * their last rows and the same at every reading; red-letter rows come behind all others, since they correct what stands beside them.
 */
export async function* groupsOf(table: FileTable, survey: Survey): AsyncGenerator<MappedRow[]> {
  yield* groups(table, survey, false);
  if (survey.hasRed) yield* groups(table, survey, true);
}

async function* groups(table: FileTable, { reader, lastOf }: Survey, wantsRed: boolean): AsyncGenerator<MappedRow[]> {
  const head = headReader(reader);
  const waiting = new Map<string, MappedRow[]>();
  for await (const batch of table.rows()) {
    for (const one of batch) {
      const found = takes(reader, head, one);
      if (found?.red !== wantsRed) continue;
      const { row, cells } = one;
      const read = readParts(reader, row, cells, table.header.length);
      const key = keyOf(found.known, wantsRed);
      const last = lastOf.get(key);
      if (last === undefined) {
        yield read;
        continue;
      }
      const rows = waiting.get(key);
      if (row < last) {
        if (rows) rows.push(...read);
        else waiting.set(key, read);
        continue;
      }
      waiting.delete(key);
      yield rows ? [...rows, ...read] : read;
    }
  }
}
