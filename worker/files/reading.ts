import type { ImportKind } from '../../domain/imports/fields.ts';
import { bindMapping } from '../../domain/imports/mapping.ts';
import type { MappedRow, Mapping, MappingFault, Reader } from '../../domain/imports/mapping.ts';
import type { ImportFault } from '../../contracts/imports/import-words.ts';
import { groupsOf, surveyOf } from './documents.ts';
import { FileFault } from './fault.ts';
import { openTable } from './table.ts';
import type { FileTable } from './table.ts';
import type { RefusalParams } from '../../domain/platform/refusal-codes.ts';

/** What the process is asked: to open a file, or for more of it. */
export type Asked =
  { ask: 'open'; bytes: Uint8Array; kind: ImportKind; mapping: Mapping; zone: string } | { ask: 'next'; documents: number };

/** How the file is written and what was learned by reading it once. */
export interface OpenedFile {
  format: FileTable['format'];
  encoding: string | null;
  delimiter: string | null;
  sheet: string | null;
  reader: Reader;
  rows: number;
  skippedRows: number;
}

export type Answered =
  | { opened: OpenedFile }
  | { faults: MappingFault[] }
  /** The rows of each document; `end`: there are no more. */
  | { documents: MappedRow[][]; end: boolean }
  | { fault: ImportFault; params: RefusalParams }
  | { error: string };

let documents: AsyncGenerator<MappedRow[]> | null = null;

async function open({ bytes, kind, mapping, zone }: Extract<Asked, { ask: 'open' }>): Promise<Answered> {
  documents = null;
  const table = await openTable(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), mapping, kind);
  const bound = bindMapping(kind, mapping, table.header, zone);
  if (!bound.ok) return { faults: bound.faults };
  const survey = await surveyOf(table, bound.reader);
  documents = groupsOf(table, survey);
  const { format, encoding, delimiter, sheet } = table;
  const { reader, rows, skippedRows } = survey;
  return { opened: { format, encoding, delimiter, sheet, reader, rows, skippedRows } };
}

async function next(wanted: number): Promise<Answered> {
  const found: MappedRow[][] = [];
  while (documents && found.length < wanted) {
    const document = await documents.next();
    if (document.done) return { documents: found, end: true };
    found.push(document.value);
  }
  return { documents: found, end: documents === null };
}

const answer = (asked: Asked): Promise<Answered> => (asked.ask === 'open' ? open(asked) : next(asked.documents));

const told = (answered: Answered): void => void process.send?.(answered);

process.on('message', (asked: Asked) => {
  answer(asked)
    .catch((error: unknown): Answered => {
      if (error instanceof FileFault) return { fault: error.fault, params: error.params };
      return { error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
    })
    .then(told)
    .catch(() => process.exit(1));
});
// It lives no longer than the process it reads for.
process.on('disconnect', () => process.exit(0));
