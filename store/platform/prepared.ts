import { sql } from 'kysely';
import type { PostgresPool, PostgresPoolClient, PostgresQueryResult, RawBuilder } from 'kysely';
import type pg from 'pg';

/** Most statements prepared on a connection, and most that are remembered as met once; what is rarer is sent as it is. */
const PREPARED = 200;
const REMEMBERED = 2_000;
/** A statement of more parameters is a batch of its own size, hardly ever seen again. */
const PARAMETERS = 60;

/** A partial index cannot be found by a condition that holds a parameter once the plan is kept for all its values. */
const PARTIAL = /on conflict \([^)]*\) where/i;

/** Names the statements of one pool: a statement is prepared from the second time it is met. */
function namer(): (text: string, parameters: number) => string | undefined {
  const names = new Map<string, string>();
  const met = new Set<string>();
  return (text, parameters) => {
    if (parameters === 0 || parameters > PARAMETERS || PARTIAL.test(text)) return undefined;
    const name = names.get(text);
    if (name !== undefined || names.size >= PREPARED) return name;
    if (met.delete(text)) names.set(text, `duecourse_${names.size}`);
    else if (met.size < REMEMBERED) met.add(text);
    else met.clear();
    return names.get(text);
  };
}

/**
 * A session keeps the plan it made of a statement while its tables were small, when reading all of one was cheapest, until statistics are
 * gathered. What transactions read they read by key, so that plan is never wanted.
 */
const BEGIN = 'begin; set local enable_seqscan = off';
const BEGUN = { command: 'SELECT', rowCount: 0, rows: [] } satisfies PostgresQueryResult<unknown>;

/**
 * A pool whose statements are parsed and planned once a connection instead of at each call: half of what a short transaction costs the
 * database is planning. `begin` travels with the statement after it; when it fails the connection is dead, and that statement fails too.
 */
export function preparing(pool: pg.Pool): PostgresPool {
  const nameOf = namer();
  return {
    async connect() {
      const client = await pool.connect();
      const query = <R>(text: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>> => {
        if (text === 'begin') {
          client.query(BEGIN).catch(() => undefined);
          return Promise.resolve(BEGUN as PostgresQueryResult<never>);
        }
        return client.query({ name: nameOf(text, parameters.length), text, values: [...parameters] } as pg.QueryConfig) as never;
      };
      return { query: query as PostgresPoolClient['query'], release: () => client.release() };
    },
    end: () => pool.end(),
  };
}

/**
 * `column` is one of `values`. A single one is compared by `=`: its plan is the same for every value, so that PostgreSQL keeps it, while
 * a list is planned at each call for its length.
 */
export function among(column: string, values: readonly string[], type: 'uuid' | 'text'): RawBuilder<boolean> {
  const of = sql.raw(type);
  const [only] = values;
  if (only !== undefined && values.length === 1) return sql`${sql.ref(column)} = ${only}::${of}`;
  return sql`${sql.ref(column)} = any(${[...values]}::${of}[])`;
}
