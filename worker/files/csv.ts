import { isUtf8 } from 'node:buffer';
import { Readable, pipeline } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import iconv from 'iconv-lite';
import type { Mapping } from '../../domain/imports/mapping.ts';
import { gb18030Of } from '../../domain/imports/gb18030.ts';
import { unformula } from '../../domain/imports/values.ts';
import { delimiterOf } from './delimiter.ts';
import { FileFault, fileBounds } from './fault.ts';
import type { FileRow, RawTable } from './raw-table.ts';

const CHUNK = 65_536;
const BATCH = 1_000;
const MOST_RECORD = 1_048_576;

type Encoding = NonNullable<Mapping['encoding']>;

/** A CSV as rows: encoding and delimiter as the mapping has them, else found out. Throws FileFault for what is no text in its encoding. */
export function csvOf(bytes: Buffer, mapping: Mapping, isHeader: ((row: readonly string[]) => boolean) | null): RawTable {
  const encoding = mapping.encoding ?? encodingOf(bytes);
  if (encoding === 'utf-8' && !isUtf8(bytes)) throw new FileFault('file-encoding', { encoding });
  if (!encoding.startsWith('utf-16') && bytes.includes(0)) throw new FileFault('file-not-text');
  const [sample = ''] = textOf(bytes, encoding);
  const delimiter = mapping.delimiter ?? delimiterOf(sample, mapping, isHeader);
  return { format: 'csv', encoding, delimiter, sheet: null, rows: () => recordsOf(bytes, encoding, delimiter) };
}

/** By its byte order mark; else UTF-8 when it is valid UTF-8; else the encoding of Chinese spreadsheets. */
function encodingOf(bytes: Buffer): Encoding {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  return isUtf8(bytes) ? 'utf-8' : 'gb18030';
}

function* textOf(bytes: Buffer, encoding: Encoding): Generator<string> {
  const decoder = iconv.getDecoder(encoding);
  for (let at = 0; at < bytes.length; at += CHUNK) {
    const text = decoder.write(bytes.subarray(at, at + CHUNK));
    if (encoding === 'gb18030' && text.includes('\uFFFD')) throw new FileFault('file-encoding', { encoding });
    if (text === '') continue;
    const standard = encoding === 'gb18030' ? gb18030Of(text) : text;
    yield at === 0 ? standard.replace(/^\uFEFF/, '') : standard;
  }
  const rest = decoder.end();
  if (rest === undefined || rest === '') return;
  if (rest.includes('\uFFFD')) throw new FileFault('file-encoding', { encoding });
  yield encoding === 'gb18030' ? gb18030Of(rest) : rest;
}

/**
 * Text, as long as no record in it has more columns than a file may: parsing a million of them would take the memory of the thread. Marks in
 * quotes are no columns.
 */
function* boundedIn(pieces: Iterable<string>, delimiter: string): Generator<string> {
  const mark = delimiter.charCodeAt(0);
  let columns = 0;
  let quoted = false;
  for (const piece of pieces) {
    for (let at = 0; at < piece.length; at += 1) {
      const code = piece.charCodeAt(at);
      if (code === QUOTE) quoted = !quoted;
      else if (quoted) continue;
      else if (code === LINE_FEED || code === CARRIAGE_RETURN) columns = 0;
      else if (code === mark) columns += 1;
      if (columns >= fileBounds.columns) throw new FileFault('file-too-many-columns', { limit: fileBounds.columns });
    }
    yield piece;
  }
}

/** All of them end a line wherever they stand: titles and rows of one file may come from different systems. */
const LINE_ENDS = ['\r\n', '\n', '\r'];
const QUOTE = 0x22;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

async function* recordsOf(bytes: Buffer, encoding: Encoding, delimiter: string): AsyncGenerator<FileRow[]> {
  const records = parse({
    delimiter,
    record_delimiter: LINE_ENDS,
    relax_column_count: true,
    relax_quotes: true,
    max_record_size: MOST_RECORD,
  });
  const parser = pipeline(Readable.from(boundedIn(textOf(bytes, encoding), delimiter)), records, () => undefined);
  let row = 0;
  let batch: FileRow[] = [];
  try {
    for await (const cells of parser as AsyncIterable<string[]>) {
      row += 1;
      if (cells.length > fileBounds.columns) throw new FileFault('file-too-many-columns', { limit: fileBounds.columns });
      batch.push({ row, cells: cells.map((cell) => unformula(cell)) });
      if (batch.length < BATCH) continue;
      yield batch;
      batch = [];
    }
  } catch (error) {
    if (error instanceof CsvError) throw new FileFault('file-quotes', { row: row + 1 });
    throw error;
  }
  if (batch.length > 0) yield batch;
}
