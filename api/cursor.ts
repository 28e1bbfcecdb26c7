import type { z } from 'zod';
import { invalidAt } from '../domain/platform/refusal.ts';
import { holdsNul } from './json-body.ts';

/** Where a list goes on, as an opaque text: the sort values of the last row sent. */
export function encodeCursor(values: readonly (string | number | null)[]): string {
  return Buffer.from(JSON.stringify(values)).toString('base64url');
}

/** The values of a cursor we gave, as the schema expects them. Throws Refusal `invalid` naming `?cursor` for any other text. */
export function decodeCursor<S extends z.ZodType>(text: string, shape: S): z.output<S> {
  const refusal = invalidAt('?cursor', 'cursor');
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    throw refusal;
  }
  const parsed = shape.safeParse(value);
  if (!parsed.success || holdsNul(value)) throw refusal;
  return parsed.data;
}

/**
 * A page of a list of which one row more than `limit` was read; `key` gives the sort values of a row. Rows are translated by `show`.
 */
export function pageFrom<R, T>(
  rows: readonly R[],
  limit: number,
  show: (row: R) => T,
  key: (row: R) => readonly (string | number | null)[],
): { data: T[]; nextCursor: string | null } {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { data: page.map(show), nextCursor: rows.length > limit && last !== undefined ? encodeCursor(key(last)) : null };
}
