import { assemble } from '../../domain/files/assemble.ts';
import type { Assembled } from '../../domain/files/assemble.ts';
import { readRow } from '../../domain/files/mapping.ts';
import type { MappedRow, Reader } from '../../domain/files/mapping.ts';
import type { FileTable } from './table.ts';

/** What one reading of a file tells: its rows, and on which the last of each document stands. */
export interface Survey {
  rows: number;
  lastOf: ReadonlyMap<string, number>;
}

const idOf = (row: MappedRow): string => String(row.values['externalId'] ?? '');

/** Reads the whole file once, so that faults of its form come before anything is written, and documents are known to be complete. */
export async function surveyOf(table: FileTable, reader: Reader): Promise<Survey> {
  const ids: Reader = { ...reader, fields: reader.fields.filter((one) => one.name === 'externalId') };
  const lastOf = new Map<string, number>();
  let rows = 0;
  for await (const batch of table.rows()) {
    for (const { row, cells } of batch) {
      rows += 1;
      const id = idOf(readRow(ids, row, cells, cells.length));
      if (id !== '') lastOf.set(id, row);
    }
  }
  return { rows, lastOf };
}

/**
 * The documents of a file, each when the last of its rows has been read, so that rows need not stand together. The order is that of
 * their last rows and the same at every reading.
 */
export async function* documentsOf(table: FileTable, reader: Reader, survey: Survey): AsyncGenerator<Assembled> {
  const waiting = new Map<string, MappedRow[]>();
  for await (const batch of table.rows()) {
    for (const { row, cells } of batch) {
      const read = readRow(reader, row, cells, table.header.length);
      const id = idOf(read);
      const last = survey.lastOf.get(id);
      if (last === undefined) {
        yield assemble(reader, [read]);
        continue;
      }
      const rows = waiting.get(id);
      if (row < last) {
        if (rows) rows.push(read);
        else waiting.set(id, [read]);
        continue;
      }
      waiting.delete(id);
      yield assemble(reader, rows ? [...rows, read] : [read]);
    }
  }
}
