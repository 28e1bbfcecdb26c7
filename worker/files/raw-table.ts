import type { Cell } from '../../domain/imports/values.ts';

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
