import type { Mapping } from '../../domain/files/mapping.ts';
import { textOf } from '../../domain/files/values.ts';
import type { Cell } from '../../domain/files/values.ts';
import { csvOf } from './csv.ts';
import { FileFault, fileBounds } from './fault.ts';
import { xlsxOf } from './xlsx.ts';

/** A row as people count them, the first being 1. */
export interface FileRow {
  row: number;
  cells: readonly Cell[];
}

/** A file as rows, read anew each time `rows` is called; empty rows are left out. */
export interface RawTable {
  format: 'csv' | 'xlsx';
  encoding: string | null;
  delimiter: string | null;
  sheet: string | null;
  rows(): AsyncGenerator<FileRow[]>;
}

/** A table with its header told apart. */
export interface FileTable extends RawTable {
  header: readonly string[];
}

const OLD_EXCEL = Buffer.from('d0cf11e0a1b11ae1', 'hex');
const ZIP = Buffer.from('PK\u0003\u0004', 'latin1');
const startsWith = (bytes: Buffer, mark: Buffer): boolean => bytes.subarray(0, mark.length).equals(mark);

/** Opens a CSV or XLSX file and reads its header. Throws FileFault when it is neither, or has none. */
export async function openTable(bytes: Buffer, mapping: Mapping): Promise<FileTable> {
  if (startsWith(bytes, OLD_EXCEL)) throw new FileFault('file-old-excel');
  const raw = startsWith(bytes, ZIP) ? await xlsxOf(bytes, mapping.sheet) : csvOf(bytes, mapping);
  const headerRow = mapping.headerRow ?? null;
  let header: readonly string[] | null = null;
  let at = 0;
  for await (const rows of raw.rows()) {
    const found = rows.find(({ row }) => headerRow === null || row >= headerRow);
    if (!found) continue;
    header = trimmed(found.cells.map(textOf));
    at = found.row;
    break;
  }
  if (!header || header.length === 0) throw new FileFault('file-empty');
  if (header.length > fileBounds.columns) throw new FileFault('file-too-many-columns', { limit: fileBounds.columns });
  return { ...raw, header, rows: () => below(raw, at) };
}

function trimmed(names: readonly string[]): readonly string[] {
  return names.slice(0, names.findLastIndex((name) => name !== '') + 1);
}

async function* below(raw: RawTable, headerRow: number): AsyncGenerator<FileRow[]> {
  let count = 0;
  for await (const rows of raw.rows()) {
    const data = rows.filter(({ row, cells }) => row > headerRow && cells.some((cell) => textOf(cell) !== ''));
    count += data.length;
    if (count > fileBounds.rows) throw new FileFault('file-too-many-rows', { limit: fileBounds.rows });
    if (data.length > 0) yield data;
  }
}
