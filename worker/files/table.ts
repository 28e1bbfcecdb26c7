import { headerTest } from '../../domain/imports/mapping.ts';
import type { ImportKind } from '../../domain/imports/fields.ts';
import type { Mapping } from '../../domain/imports/mapping.ts';
import { textOf } from '../../domain/imports/values.ts';
import { untoldUnit } from '../../domain/imports/units.ts';
import { csvOf } from './csv.ts';
import { FileFault, fileBounds } from './fault.ts';
import { xlsxOf } from './xlsx.ts';
import type { FileRow, RawTable } from './raw-table.ts';

/** A table with its header told apart. */
export interface FileTable extends RawTable {
  header: readonly string[];
}

const OLD_EXCEL = Buffer.from('d0cf11e0a1b11ae1', 'hex');
const ZIP = Buffer.from('PK\u0003\u0004', 'latin1');
const startsWith = (bytes: Buffer, mark: Buffer): boolean => bytes.subarray(0, mark.length).equals(mark);

/** Opens a CSV or XLSX file and reads its header; `kind` tells the header where no column is mapped. Throws FileFault when it is neither, or has none. */
export async function openTable(bytes: Buffer, mapping: Mapping, kind?: ImportKind): Promise<FileTable> {
  const isHeader = headerTest(mapping, kind);
  if (startsWith(bytes, OLD_EXCEL)) throw new FileFault('file-old-excel');
  const raw = startsWith(bytes, ZIP) ? await xlsxOf(bytes, mapping.sheet) : csvOf(bytes, mapping, isHeader);
  const found = await headerOf(raw, mapping.headerRow, isHeader);
  const header = trimmed((found?.cells ?? []).map(textOf));
  if (!found || header.length === 0) throw new FileFault('file-empty');
  if (header.length > fileBounds.columns) throw new FileFault('file-too-many-columns', { limit: fileBounds.columns });
  const untold = kind && untoldUnit(mapping, kind, { header, titles: found.titles });
  if (untold) throw new FileFault('file-in-units', untold);
  return { ...raw, header, rows: () => below(raw, found.row) };
}

/** Rows above the header (titles, the day of the export) are few. */
const SEARCHED_ROWS = 100;

interface FoundHeader extends FileRow {
  /** What stands above it. */
  titles: readonly string[];
}

/** The row told; else the first that has the columns the mapping reads, or without a mapping those its kind needs, or where none has, the first that is not empty. */
async function headerOf(
  raw: RawTable,
  headerRow: number | undefined,
  isHeader: ((row: readonly string[]) => boolean) | null,
): Promise<FoundHeader | null> {
  let first: FoundHeader | null = null;
  const titles: string[] = [];
  let seen = 0;
  for await (const rows of raw.rows()) {
    for (const row of rows) {
      if (headerRow !== undefined) {
        if (row.row >= headerRow) return { ...row, titles };
        titles.push(...row.cells.map(textOf));
        continue;
      }
      const texts = row.cells.map(textOf);
      if (texts.every((text) => text === '')) continue;
      if (!isHeader || isHeader(texts)) return { ...row, titles };
      first ??= { ...row, titles: [] };
      titles.push(...texts);
      seen += 1;
      if (seen >= SEARCHED_ROWS) return first;
    }
  }
  return first;
}

function trimmed(names: readonly string[]): readonly string[] {
  return names.slice(0, names.findLastIndex((name) => name !== '') + 1);
}

async function* below(raw: RawTable, headerRow: number): AsyncGenerator<FileRow[]> {
  let count = 0;
  let cells = 0;
  for await (const rows of raw.rows()) {
    for (const row of rows) cells += row.cells.length;
    if (cells > fileBounds.cells) throw new FileFault('file-too-large', { limit: `${fileBounds.cells} cells` });
    const data = rows.filter(({ row, cells }) => row > headerRow && cells.some((cell) => textOf(cell) !== ''));
    count += data.length;
    if (count > fileBounds.rows) throw new FileFault('file-too-many-rows', { limit: fileBounds.rows });
    if (data.length > 0) yield data;
  }
}
