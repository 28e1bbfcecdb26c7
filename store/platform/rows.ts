import { sql } from 'kysely';
import type { Instant } from '../../domain/platform/calendar.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import type { Database, Tx } from './database.ts';
import type { RefusalReason } from '../../domain/platform/refusal-codes.ts';

/** What became of one document of a batch. A refused one leaves no trace; the others stand. */
export type RowResult<T> = { outcome: 'created' | 'changed' | 'unchanged'; value: T } | { outcome: 'failed'; refusal: Refusal };

export const failed = (refusal: Refusal): { outcome: 'failed'; refusal: Refusal } => ({ outcome: 'failed', refusal });

/** One refusal for the faults found: the fault itself when it is the only one. Null when there is none. */
export function refusalFor(faults: readonly RefusalReason[]): Refusal | null {
  const [first, ...more] = faults;
  if (!first) return null;
  if (more.length > 0) return new Refusal('invalid', { fault: 'several-places' }, { reasons: faults });
  return new Refusal(first.code, first.params, first.pointer === undefined ? {} : { pointer: first.pointer });
}

/** The value of a document that was taken; a refusal is thrown. */
export function accepted<T>(result: RowResult<T> | undefined): { outcome: 'created' | 'changed' | 'unchanged'; value: T } {
  if (!result) throw new Error('a document was given no result');
  if (result.outcome === 'failed') throw result.refusal;
  return result;
}

/** Another writer came between a look and its write: `write` begins the transaction anew. */
export class LostRace extends Error {
  readonly code = '40001';
}

/** The rows of a JSON document list as a SQL relation; `columns` is `name type, …` written in the code, never input. */
export const recordset = (rows: readonly object[], columns: string) =>
  sql`jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as x(${sql.raw(columns)})`;

/** Documents in waves: those whose key came before in the batch wait for the next, so that the later is judged after the earlier. */
export function inWaves<T>(documents: readonly T[], keyOf: (document: T) => string): { index: number; document: T }[][] {
  const count = new Map<string, number>();
  const waves: { index: number; document: T }[][] = [];
  for (const [index, document] of documents.entries()) {
    const key = keyOf(document);
    const wave = count.get(key) ?? 0;
    count.set(key, wave + 1);
    (waves[wave] ??= []).push({ index, document });
  }
  return waves;
}

/** An instant out of a JSON value of Postgres, in the one form of the house. */
export const instantOf = (text: string): Instant => new Date(text).toISOString();
export const instantOrNull = (text: string | null): Instant | null => (text === null ? null : instantOf(text));

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** True for an id that can be ours; anything else is the caller's. */
export const isOurId = (id: string): boolean => uuid.test(id);

/** Which of our ids `{id}` means: ours, or the caller's external one. Null when there is none. */
export async function idOf(
  db: Database | Tx,
  table: 'customer' | 'invoice' | 'payment' | 'credit_note',
  id: string,
): Promise<string | null> {
  const { rows } = await sql<{ id: string }>`
    select id from ${sql.table(table)} where external_id = ${id} or id = ${isOurId(id) ? id : null}::uuid
    order by external_id = ${id} desc limit 1`.execute(db);
  return rows[0]?.id ?? null;
}
