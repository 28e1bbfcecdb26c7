import { setTimeout as wait } from 'node:timers/promises';
import type { ImportFault } from '../contracts/imports/import-words.ts';
import { assemble } from '../domain/imports/assemble.ts';
import type { MappingFault, Reader } from '../domain/imports/mapping.ts';
import { Refusal } from '../domain/platform/refusal.ts';
import type { RowResult } from '../store/platform/rows.ts';
import type { Tx } from '../store/platform/database.ts';
import {
  LeaseLost,
  endImport,
  holdImport,
  keepFacts,
  keepLease,
  keepRows,
  leaseImport,
  releaseImport,
} from '../store/imports/imports.ts';
import type { ImportedRow, KeptError, LeasedImport } from '../store/imports/imports.ts';
import { within, write } from '../store/platform/transaction.ts';
import type { Store } from '../store/platform/transaction.ts';
import { FileFault } from './files/fault.ts';
import { ReadAside } from './files/read-aside.ts';
import { postAll } from './import-posts.ts';
import { judgeDocument, pointerOf, refusedAt, rowsOf } from './import-rows.ts';
import type { Judged } from './import-rows.ts';

const BATCH = 500;
const LEASE_SECONDS = 15;
const IDLE_MS = 1_000;
const MOST_TRIES = 10;

export interface ImportRunnerOptions {
  store: Store;
  log: { info(fields: object, message: string): void; error(fields: object, message: string): void };
  /** After so long without a sign of life another worker goes on with an import. */
  leaseSeconds?: number;
  /** Documents a transaction. */
  batch?: number;
  /** Real time between looks for new imports. */
  idleMs?: number;
  /** Reads the files; in a process of its own without it. */
  files?: ReadAside;
}

type Running = ImportRunnerOptions & { files: ReadAside };

/**
 * Works through imports one after another. Each batch of documents is one transaction with the results of its rows, so that wherever it
 * is killed, whoever goes on (any number may run) begins after the last row that has a result.
 */
export function startImportRunner(options: ImportRunnerOptions): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const files = options.files ?? new ReadAside();
  const running = (async () => {
    while (!stopping.signal.aborted) {
      const idle = await workOnce({ ...options, files }, stopping.signal).catch((error: unknown) => {
        options.log.error({ err: error }, 'an import broke off; it will be taken up again');
        return true;
      });
      if (idle) await wait(options.idleMs ?? IDLE_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  })();
  return {
    async stop() {
      stopping.abort();
      files.stop();
      await running;
    },
  };
}

/** Takes up one import and works on it to its end, or until stopped. Answers whether there was none. */
async function workOnce(options: Running, stop: AbortSignal): Promise<boolean> {
  const { store, log, leaseSeconds = LEASE_SECONDS } = options;
  const leased = await leaseImport(store.db, leaseSeconds);
  if (!leased) return true;
  const work = { ...options, leaseSeconds, leased, done: leased.done };
  const heart = setInterval(
    () => void keepLease(store.db, leased.id, work.done, leaseSeconds).catch(() => undefined),
    leaseSeconds * 300,
  );
  try {
    if (leased.tries > MOST_TRIES) await end(work, [{ pointer: '', column: null, fault: { fault: 'gave-up' } }]);
    else await runImport(work, stop);
  } catch (error) {
    if (!(error instanceof LeaseLost)) throw error;
    log.info({ import: leased.id }, 'another worker has taken over the import');
  } finally {
    clearInterval(heart);
  }
  return false;
}

/** An import under work; `done` counts the rows that have their result. */
interface RunningImport extends ImportRunnerOptions {
  files: ReadAside;
  leaseSeconds: number;
  leased: LeasedImport;
  done: number;
}

const end = ({ store, leased, done }: RunningImport, errors: KeptError[] | null): Promise<void> =>
  endImport(store, leased.actor, { id: leased.id, done }, errors);

async function runImport(running: RunningImport, stop: AbortSignal): Promise<void> {
  const { store, leased } = running;
  try {
    const opened = await open(running);
    if (Array.isArray(opened)) return await end(running, opened);
    const finished = await postDocuments(running, opened, stop);
    if (!finished) return await releaseImport(store.db, leased.id, running.done);
    await end(running, null);
    running.log.info({ import: leased.id, rows: running.done }, 'import finished');
  } catch (error) {
    if (stop.aborted) return releaseImport(store.db, leased.id, running.done);
    if (!(error instanceof FileFault)) throw error;
    await end(running, [{ pointer: '', column: null, fault: { fault: error.fault, params: error.params } }]);
  }
}

/** Posts what has no result yet, batch by batch. Answers whether that was all of it, or it was stopped. */
async function postDocuments(running: RunningImport, reader: Reader, stop: AbortSignal): Promise<boolean> {
  const { store, leased, files, batch = BATCH } = running;
  let skipped = 0;
  for await (const documents of files.documents(batch)) {
    const waiting: Judged[] = [];
    const today = await store.policies.today();
    for (const rows of documents) {
      const document = assemble(reader, rows);
      if (skipped < leased.done) skipped += document.rows.length;
      else waiting.push(judgeDocument(reader, document, today));
    }
    if (waiting.length > 0) running.done += await runBatch(running, reader, waiting);
    if (stop.aborted) return false;
  }
  return true;
}

/** Opens the file, reads it through once and keeps what that tells; what is wrong with its mapping as a list. Throws FileFault. */
async function open({ store, leased, files }: RunningImport): Promise<Reader | KeptError[]> {
  const { kind, mapping } = leased.order;
  const opened = await files.open({ bytes: leased.file, kind, mapping, zone: store.zone });
  if ('faults' in opened) return opened.faults.map(mappingError);
  const { format, encoding, delimiter, sheet, reader, rows, skippedRows } = opened;
  const { unusedColumns } = reader;
  await keepFacts(store.db, leased.id, { format, encoding, delimiter, sheet, unusedColumns, skippedRows }, rows);
  return reader;
}

function mappingError({ field, fault, column }: MappingFault): KeptError {
  const params = column === undefined ? {} : { column };
  return { pointer: `/fields${pointerOf(field)}`, column: column ?? null, fault: { fault: fault satisfies ImportFault, params } };
}

/** Thrown to undo what a dry run wrote to judge its rows. */
class Rehearsed extends Error {
  readonly rows: readonly ImportedRow[];

  constructor(rows: readonly ImportedRow[]) {
    super('a dry run is undone');
    this.rows = rows;
  }
}

/** Posts a batch and keeps the results of its rows, in one transaction; answers how many rows that were. */
async function runBatch(running: RunningImport, reader: Reader, batch: readonly Judged[]): Promise<number> {
  try {
    return await postBatch(running, reader, batch);
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== 'sum-too-large') throw error;
    if (batch.length === 1) return postBatch(running, reader, batch, error);
  }
  // One of them takes a sum out of its bounds: only that one is to be refused.
  let rows = 0;
  for (const one of batch) {
    const done = running.done + rows;
    rows += await runBatch({ ...running, done }, reader, [one]);
  }
  return rows;
}

async function postBatch(running: RunningImport, reader: Reader, batch: readonly Judged[], refusal?: Refusal): Promise<number> {
  const { store, leased, done, leaseSeconds } = running;
  const { id, actor, order } = leased;
  const keep = async (tx: Tx, rows: readonly ImportedRow[]) => {
    await keepRows(tx, id, rows, leaseSeconds);
    return { value: rows.length, audit: null };
  };
  const post = async (tx: Tx): Promise<ImportedRow[]> => {
    await holdImport(tx, id, done);
    if (refusal) return batch.flatMap((one) => resultRows(reader, one, { outcome: 'failed', refusal }));
    const accepted = batch.flatMap((one) => (one.accepted ? [one.accepted] : []));
    const results = await postAll({ store: within(store, tx), tx, actor, reason: order.reason }, accepted);
    let next = 0;
    return batch.flatMap((one) => resultRows(reader, one, one.accepted ? results[next++] : undefined));
  };
  if (!order.dryRun) return write(store, actor, async ({ tx }) => keep(tx, await post(tx)));
  const rows = await write<readonly ImportedRow[]>(store, actor, async ({ tx }) => {
    throw new Rehearsed(await post(tx));
  }).catch((error: unknown) => {
    if (error instanceof Rehearsed) return error.rows;
    throw error;
  });
  return write(store, actor, async ({ tx }) => {
    await holdImport(tx, id, done);
    return keep(tx, rows);
  });
}

function resultRows(reader: Reader, judged: Judged, result: RowResult<unknown> | undefined): ImportedRow[] {
  if (!result) return rowsOf(reader, judged, 'failed', judged.faults);
  if (result.outcome === 'failed') return rowsOf(reader, judged, 'failed', refusedAt(judged, result.refusal));
  return rowsOf(reader, judged, result.outcome, []);
}
