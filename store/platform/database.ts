import { Kysely, PostgresDialect } from 'kysely';
import type { Transaction } from 'kysely';
import pg from 'pg';
import { exactInteger, exactJson } from './exact.ts';
import { preparing } from './prepared.ts';
import type { DB } from './schema.ts';

export type Database = Kysely<DB>;
export type Tx = Transaction<DB>;

const INT8 = 20;
const JSON_OID = 114;
const JSONB = 3802;
const DATE = 1082;
const TIMESTAMPTZ = 1184;

/**
 * Amounts and counters are checked to stay within ±(2^53 − 1). What an earlier version let in beyond comes as a bigint, whatever its type
 * says: it can be shown to the last digit, and no sum takes it for a number. Instants are RFC 3339 UTC, dates stay text.
 */
const types: pg.CustomTypesConfig = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (oid === INT8) return exactInteger;
    if (oid === JSON_OID || oid === JSONB) return exactJson;
    if (oid === DATE) return (text: string) => text;
    if (oid === TIMESTAMPTZ) return (text: string) => new Date(text).toISOString();
    return pg.types.getTypeParser(oid, format as 'text') as (text: string) => unknown;
  },
} as pg.CustomTypesConfig;

export interface DatabaseOptions {
  url: string;
  /** Largest number of connections of this process. */
  max?: number;
  /** The role the process acts as; the app role may neither change the schema nor touch the audit record. */
  role?: 'duecourse_app' | 'duecourse_auditor' | null;
  applicationName?: string;
}

/**
 * A process that stands still in the middle of a transaction (a paused machine) keeps its locks from everybody else, and the stream of
 * events from going on, for no longer.
 */
export const IDLE_IN_TRANSACTION_SECONDS = 20;

/** A pool whose sessions run in UTC under the app role. */
export function openPool({ url, max = 10, role = 'duecourse_app', applicationName = 'duecourse' }: DatabaseOptions): pg.Pool {
  const settings = [
    'timezone=UTC',
    // Statements here are short: compiling one costs more than it saves.
    'jit=off',
    `idle_in_transaction_session_timeout=${IDLE_IN_TRANSACTION_SECONDS}s`,
    ...(role ? [`role=${role}`] : []),
  ];
  const options = settings.map((setting) => `-c ${setting}`).join(' ');
  const pool = new pg.Pool({
    connectionString: url,
    max,
    options,
    types,
    application_name: applicationName,
    connectionTimeoutMillis: 10_000,
    // A statement is sent without waiting for the answer of the one before it.
    pipeline: true,
  });
  // A connection that dies (Postgres restarted) fails the statement it carries and is replaced; without a listener, idle or checked
  // out, it would end the process.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

/** The typed database over a pool of its own; `destroy()` ends it. */
export function openDatabase(options: DatabaseOptions): Database {
  return new Kysely<DB>({ dialect: new PostgresDialect({ pool: preparing(openPool(options)) }) });
}

const databaseCodes = /^(?:08...|25P03|53...|57P0[1-5]|ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EPIPE|ENOENT)$/;
const databaseWords =
  /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Cannot use a pool after/;

/** Disk full, quota reached, or a disk that fails: Postgres answers, and cannot keep what it is told. */
const storageCodes = /^(?:53100|58030|ENOSPC|EDQUOT)$/;

/** Whether the error says that there is no room (any more) for what is written; it may be tried again when there is. */
export function isStorageFull(error: unknown): boolean {
  return error instanceof Error && storageCodes.test(String((error as { code?: unknown }).code));
}

/** Whether the error says that Postgres cannot be reached or is going down (the fault may be tried again). */
export function isDatabaseDown(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError) return error.errors.some(isDatabaseDown);
  const { code } = error as { code?: unknown };
  if (isStorageFull(error)) return true;
  return (typeof code === 'string' && databaseCodes.test(code)) || databaseWords.test(error.message);
}
