import { isUtf8 } from 'node:buffer';
import { Readable, pipeline } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import iconv from 'iconv-lite';
import type { Mapping } from '../../domain/files/mapping.ts';
import { FileFault } from './fault.ts';
import type { FileRow, RawTable } from './table.ts';

const CHUNK = 65_536;
const BATCH = 1_000;
const MOST_RECORD = 1_048_576;
const SNIFFED_RECORDS = 20;
const delimiters = [',', ';', '\t', '|'] as const;

type Encoding = NonNullable<Mapping['encoding']>;

/** A CSV as rows: encoding and delimiter as told, else found out. Throws FileFault for what is no text in its encoding. */
export function csvOf(bytes: Buffer, told: Pick<Mapping, 'encoding' | 'delimiter'>): RawTable {
  const encoding = told.encoding ?? encodingOf(bytes);
  if (encoding === 'utf-8' && !isUtf8(bytes)) throw new FileFault('file-encoding', { encoding });
  if (encoding !== 'utf-16le' && bytes.includes(0)) throw new FileFault('file-not-text');
  const delimiter = told.delimiter ?? delimiterOf(bytes, encoding);
  return { format: 'csv', encoding, delimiter, sheet: null, rows: () => recordsOf(bytes, encoding, delimiter) };
}

/** By its byte order mark; else UTF-8 when it is valid UTF-8; else the encoding of Chinese spreadsheets. */
function encodingOf(bytes: Buffer): Encoding {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  return isUtf8(bytes) ? 'utf-8' : 'gb18030';
}

function* textOf(bytes: Buffer, encoding: Encoding): Generator<string> {
  const decoder = iconv.getDecoder(encoding);
  for (let at = 0; at < bytes.length; at += CHUNK) {
    const text = decoder.write(bytes.subarray(at, at + CHUNK));
    if (encoding === 'gb18030' && text.includes('\uFFFD')) throw new FileFault('file-encoding', { encoding });
    if (text !== '') yield at === 0 ? text.replace(/^\uFEFF/, '') : text;
  }
  const rest = decoder.end();
  if (rest === undefined || rest === '') return;
  if (rest.includes('\uFFFD')) throw new FileFault('file-encoding', { encoding });
  yield rest;
}

/** The mark that stands equally often, and most often, in the first records (quoted text left out). */
function delimiterOf(bytes: Buffer, encoding: Encoding): (typeof delimiters)[number] {
  const [sample = ''] = textOf(bytes, encoding);
  const bare = sample.replaceAll(/"(?:[^"]|"")*"/g, '');
  const lines = bare.split(/\r\n|\r|\n/).filter((line) => line.trim() !== '');
  const whole = lines.slice(0, Math.max(1, Math.min(SNIFFED_RECORDS, lines.length - 1)));
  const counts = delimiters.map((mark) => whole.map((line) => line.split(mark).length - 1));
  const least = counts.map((of) => Math.min(...of));
  const first = counts.map((of) => of[0] ?? 0);
  const score = delimiters.map((_, index) => (least[index] ?? 0) * 1_000 + (first[index] ?? 0));
  return delimiters[score.indexOf(Math.max(...score))] ?? ',';
}

async function* recordsOf(bytes: Buffer, encoding: Encoding, delimiter: string): AsyncGenerator<FileRow[]> {
  const records = parse({ delimiter, relax_column_count: true, relax_quotes: true, max_record_size: MOST_RECORD });
  const parser = pipeline(Readable.from(textOf(bytes, encoding)), records, () => undefined);
  let row = 0;
  let batch: FileRow[] = [];
  try {
    for await (const cells of parser as AsyncIterable<string[]>) {
      row += 1;
      batch.push({ row, cells });
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
