import type { ImportFault } from '../../contracts/imports/import-words.ts';
import type { RefusalParams } from '../../domain/platform/refusal-codes.ts';

/** The file as a whole cannot be read; told to whoever sent it. */
export class FileFault extends Error {
  readonly fault: ImportFault;
  readonly params: RefusalParams;

  constructor(fault: ImportFault, params: RefusalParams = {}) {
    super(`${fault} ${JSON.stringify(params)}`);
    this.name = 'FileFault';
    this.fault = fault;
    this.params = params;
  }
}

/** Bounds of a file beside its size. Unpacked bytes bound a workbook that is a bomb. */
export const fileBounds = {
  rows: 1_000_000,
  columns: 500,
  cells: 25_000_000,
  unpackedBytes: 600 * 1024 * 1024,
  entries: 2_000,
  sheetCells: 16_384,
  cellCharacters: 1_000_000,
  textCharacters: 100_000_000,
} as const;
