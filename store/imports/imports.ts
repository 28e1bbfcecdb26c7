import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Actor } from '../../domain/platform/actor.ts';
import type { Instant } from '../../domain/platform/calendar.ts';
import type { ImportKind } from '../../domain/imports/fields.ts';
import type { Mapping } from '../../domain/imports/mapping.ts';
import type { Database, Tx } from '../platform/database.ts';
import { isOurId, recordset } from '../platform/rows.ts';
import { write } from '../platform/transaction.ts';
import type { Store } from '../platform/transaction.ts';

/** What an import was asked to do. */
export interface ImportOrder {
  kind: ImportKind;
  mapping: Mapping;
  dryRun: boolean;
  fileName: string | null;
  reason: string | null;
}

/** What is known of the file once it has been opened. */
export interface FileFacts {
  format: 'csv' | 'xlsx';
  encoding: string | null;
  delimiter: string | null;
  sheet: string | null;
  unusedColumns: readonly string[];
  /** Rows the mapping leaves out. */
  skippedRows?: number;
}

/** A fault kept with a job or row, told in the reader's language when read; see contracts/imports/import-words.ts. */
export interface KeptError {
  pointer: string;
  column: string | null;
  fault: Record<string, unknown>;
}

export type RowState = 'created' | 'changed' | 'unchanged' | 'failed';
export interface ImportedRow {
  row: number;
  state: RowState;
  externalId: string | null;
  errors: readonly KeptError[];
  /** Another row of the same document stands for it in the counts. */
  counted?: boolean;
}

export type RowCounts = Record<'created' | 'changed' | 'unchanged', number>;

export interface ImportView extends RowCounts {
  id: string;
  kind: ImportKind;
  state: 'queued' | 'running' | 'done' | 'failed';
  dryRun: boolean;
  done: number;
  total: number | null;
  failures: number;
  fileName: string | null;
  bytes: number;
  sha256: string;
  facts: FileFacts | null;
  errors: readonly KeptError[];
  createdAt: Instant;
  finishedAt: Instant | null;
}

/** Takes an import in: its file is kept until it is done. */
export async function queueImport(store: Store, actor: Actor, order: ImportOrder, file: Buffer): Promise<string> {
  const { reason, ...asked } = order;
  const input = { ...asked, reason, bytes: file.length, sha256: createHash('sha256').update(file).digest('hex') };
  return write(store, actor, async ({ tx }) => {
    const { rows } = await sql<{ id: string }>`
      insert into job (kind, state, dry_run, input, file, actor)
      values ('import', 'queued', ${order.dryRun}, ${JSON.stringify(input)}::jsonb, ${file}, ${JSON.stringify(actor)}::jsonb)
      returning id`.execute(tx);
    const id = rows[0]?.id ?? '';
    const after = { kind: asked.kind, dryRun: asked.dryRun, fileName: asked.fileName, bytes: input.bytes, sha256: input.sha256 };
    return { value: id, audit: [{ action: 'import.requested', subjectKind: 'import', subjectId: id, reason, after }] };
  });
}

/** An import under way: what a worker needs to go on with it. `done` rows have their result already. */
export interface LeasedImport {
  id: string;
  order: ImportOrder;
  actor: Actor;
  file: Buffer;
  done: number;
  /** Times it was begun since its last progress. */
  tries: number;
}

/** Takes the oldest import that nobody works on, for so many seconds; null when there is none. */
export async function leaseImport(db: Database, seconds: number): Promise<LeasedImport | null> {
  const { rows } = await sql<{
    id: string;
    input: ImportOrder;
    dry_run: boolean;
    actor: Actor;
    file: Buffer;
    done: number;
    tries: number;
  }>`
    update job set state = 'running', leased_until = clock_timestamp() + make_interval(secs => ${seconds}),
      result = coalesce(result, '{}') || jsonb_build_object('tries', coalesce((result ->> 'tries')::int, 0) + 1)
    where id = (
      select id from job where kind = 'import'
        and (state = 'queued' or (state = 'running' and leased_until < clock_timestamp()))
      order by created_at for update skip locked limit 1)
    returning id, input, dry_run, actor, file, done, (result ->> 'tries')::int as tries`.execute(db);
  const row = rows[0];
  if (!row) return null;
  const { input, dry_run: dryRun, ...rest } = row;
  return { ...rest, order: { ...input, dryRun } };
}

/** Keeps the lease of an import that is still at `done`. */
export async function keepLease(db: Database, id: string, done: number, seconds: number): Promise<void> {
  await sql`
    update job set leased_until = clock_timestamp() + make_interval(secs => ${seconds})
    where id = ${id} and state = 'running' and done = ${done}`.execute(db);
}

/** Gives an unfinished import back, for another worker to go on at once. */
export async function releaseImport(db: Database, id: string, done: number): Promise<void> {
  await sql`update job set leased_until = clock_timestamp() where id = ${id} and state = 'running' and done = ${done}`.execute(
    db,
  );
}

/** Somebody else has gone on with the import meanwhile. */
export class LeaseLost extends Error {}

/** Locks an import that must still be at `done`, so that of two workers one goes on. Throws LeaseLost. */
export async function holdImport(tx: Tx, id: string, done: number): Promise<void> {
  const { rows } = await sql<{ done: number; state: string }>`select done, state from job where id = ${id} for update`.execute(
    tx,
  );
  if (rows[0]?.done !== done || rows[0].state !== 'running') throw new LeaseLost(`import ${id} is no longer at row ${done}`);
}

/** What was learned by reading the file once: how it is written and how many rows it has. */
export async function keepFacts(db: Database, id: string, facts: FileFacts, total: number): Promise<void> {
  await sql`
    update job set total = ${total}, result = coalesce(result, '{}') || jsonb_build_object('facts', ${JSON.stringify(facts)}::jsonb)
    where id = ${id} and state = 'running'`.execute(db);
}

/** Writes the results of rows and moves the import on by them, in the transaction of what they did. */
export async function keepRows(tx: Tx, id: string, rows: readonly ImportedRow[], leaseSeconds: number): Promise<void> {
  const kept = rows.map(({ row, state, externalId, errors }) => ({
    row_no: row,
    state,
    external_id: externalId,
    errors: errors.length > 0 ? errors : null,
  }));
  const of = (state: keyof RowCounts) => rows.filter((row) => row.state === state && row.counted !== false).length;
  const more = { created: of('created'), changed: of('changed'), unchanged: of('unchanged') };
  await sql`
    with r as (
      insert into job_row (job_id, row_no, state, external_id, errors)
      select ${id}::uuid, row_no, state, external_id, nullif(errors, 'null') from ${recordset(kept, 'row_no int, state text, external_id text, errors jsonb')})
    update job set done = done + ${rows.length}, failures = failures + ${rows.filter((row) => row.state === 'failed').length},
      leased_until = clock_timestamp() + make_interval(secs => ${leaseSeconds}),
      result = result || jsonb_build_object('tries', 0,
        'created', coalesce((result ->> 'created')::int, 0) + ${more.created}::int,
        'changed', coalesce((result ->> 'changed')::int, 0) + ${more.changed}::int,
        'unchanged', coalesce((result ->> 'unchanged')::int, 0) + ${more.unchanged}::int)
    where id = ${id}`.execute(tx);
}

/** Ends an import: done, or failed with what is wrong with its file or mapping. Its file is let go. */
export async function endImport(
  store: Store,
  actor: Actor,
  { id, done }: { id: string; done: number },
  errors: readonly KeptError[] | null,
): Promise<void> {
  await write(store, actor, async ({ tx }) => {
    await holdImport(tx, id, done);
    const state = errors === null ? 'done' : 'failed';
    const { rows } = await sql<{ done: number; failures: number; result: object }>`
      update job set state = ${state}, file = null, finished_at = clock_timestamp(), leased_until = null,
        error = ${errors === null ? null : JSON.stringify(errors)}::jsonb
      where id = ${id} returning done, failures, result`.execute(tx);
    const action = errors === null ? 'import.finished' : 'import.failed';
    return { value: undefined, audit: [{ action, subjectKind: 'import', subjectId: id, after: rows[0] }] };
  });
}

/** An import by our id; null when there is none, or the actor's bounds do not let them see others' imports. */
export async function readImport(db: Database, actor: Actor, id: string): Promise<ImportView | null> {
  if (!isOurId(id)) return null;
  const bounded = actor.scope.regions !== undefined || actor.scope.owner !== undefined;
  const { rows } = await sql<ImportView>`
    select id, input ->> 'kind' as kind, state, dry_run as "dryRun", done, total, failures,
      coalesce((result ->> 'created')::int, 0) as created, coalesce((result ->> 'changed')::int, 0) as changed,
      coalesce((result ->> 'unchanged')::int, 0) as unchanged, input ->> 'fileName' as "fileName", (input ->> 'bytes')::int as bytes,
      input ->> 'sha256' as sha256, result -> 'facts' as facts, coalesce(error, '[]') as errors,
      created_at as "createdAt", finished_at as "finishedAt"
    from job where id = ${id} and kind = 'import' and (not ${bounded}::boolean or actor ->> 'id' = ${actor.id})`.execute(db);
  return rows[0] ?? null;
}

/** Rows with their results after row number `after`, in file order. */
export async function readRows(
  db: Database,
  id: string,
  of: { state?: RowState | undefined; after: number; limit: number },
): Promise<ImportedRow[]> {
  const { rows } = await sql<ImportedRow>`
    select row_no as row, state, external_id as "externalId", coalesce(errors, '[]') as errors from job_row
    where job_id = ${id} and row_no > ${of.after} and (${of.state ?? null}::text is null or state = ${of.state ?? null})
    order by row_no limit ${of.limit}`.execute(db);
  return rows;
}
