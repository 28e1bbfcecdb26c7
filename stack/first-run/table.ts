import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { parse } from 'csv-parse/sync';
import ExcelJS from 'exceljs';
import iconv from 'iconv-lite';
import { StackError } from '../error.ts';

/** A table of a file: cells as text, trimmed; `row` is the number people see in a spreadsheet (the header is row 1). */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly { readonly row: number; readonly cells: Readonly<Record<string, string>> }[];
}

export const encodings = ['utf-8', 'gb18030'] as const;
export type Encoding = (typeof encodings)[number];

export interface TableOptions {
  readonly encoding?: Encoding | undefined;
  readonly delimiter?: string | undefined;
  readonly sheet?: string | undefined;
}

/** Text of a CSV file: as told, else UTF-8 when it is valid UTF-8, else GB18030, the encoding of Chinese spreadsheets. */
export function decode(bytes: Buffer, encoding?: Encoding): string {
  const chosen = encoding ?? (isUtf8(bytes) ? 'utf-8' : 'gb18030');
  return iconv.decode(bytes, chosen, { stripBOM: true });
}

function isUtf8(bytes: Buffer): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** The delimiter that splits the header line into most columns. */
function delimiterOf(text: string): string {
  const header = text.slice(0, text.search(/\r|\n|$/));
  const count = (mark: string): number => header.split(mark).length;
  return [',', ';', '\t', '|'].reduce((best, mark) => (count(mark) > count(best) ? mark : best));
}

type Lines = readonly { readonly row: number; readonly cells: readonly string[] }[];

function csvLines(bytes: Buffer, options: TableOptions): Lines {
  const text = decode(bytes, options.encoding);
  const found = parse(text, {
    delimiter: options.delimiter ?? delimiterOf(text),
    relax_column_count: true,
    relax_quotes: true,
    trim: true,
  });
  return found.map((cells, index) => ({ row: index + 1, cells }));
}

/** A cell as a person sees it; dates as 'YYYY-MM-DD', numbers without rounding marks, formulas by their result. */
function cellText(value: ExcelJS.CellValue): string {
  if (value === null || value === undefined) return '';
  if (value instanceof Date) return value.toISOString().slice(0, 10);
  if (typeof value === 'number') return String(Number(value.toFixed(6)));
  if (typeof value !== 'object') return String(value).trim();
  if ('result' in value) return cellText(value.result as ExcelJS.CellValue);
  if ('richText' in value)
    return value.richText
      .map((part) => part.text)
      .join('')
      .trim();
  if ('text' in value) return String(value.text).trim();
  return '';
}

async function sheetLines(bytes: Buffer, options: TableOptions): Promise<Lines> {
  const book = new ExcelJS.Workbook();
  await book.xlsx.load(new Uint8Array(bytes).buffer);
  const sheet = options.sheet === undefined ? book.worksheets[0] : book.getWorksheet(options.sheet);
  if (!sheet) throw new StackError(`The workbook has no sheet ${options.sheet ?? ''}: name one of its sheets in the mapping.`);
  const lines: { row: number; cells: string[] }[] = [];
  sheet.eachRow((row, number) => {
    const cells = Array.from({ length: row.cellCount }, (_, index) => cellText(row.getCell(index + 1).value));
    if (cells.some((cell) => cell !== '')) lines.push({ row: number, cells });
  });
  return lines;
}

/** Reads a CSV or XLSX file whose first line names its columns. Throws StackError when it cannot be read. */
export async function readTable(file: string, options: TableOptions = {}): Promise<Table> {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch {
    throw new StackError(`${file} cannot be read: give the path of a CSV or XLSX file.`);
  }
  const isSheet = ['.xlsx', '.xlsm'].includes(extname(file).toLowerCase());
  let lines: Lines;
  try {
    lines = isSheet ? await sheetLines(bytes, options) : csvLines(bytes, options);
  } catch (error) {
    if (error instanceof StackError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new StackError(`${file} is no ${isSheet ? 'XLSX' : 'CSV'} file that can be read (${why}).`);
  }
  const [header, ...body] = lines;
  if (!header) throw new StackError(`${file} is empty: its first line must name the columns.`);
  const columns = header.cells;
  const rows = body
    .filter((line) => line.cells.some((cell) => cell !== ''))
    .map((line) => ({
      row: line.row,
      cells: Object.fromEntries(columns.map((column, index) => [column, line.cells[index] ?? ''])),
    }));
  return { columns, rows };
}
