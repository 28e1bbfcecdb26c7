import { mkdirSync, mkdtempSync, realpathSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import pg from 'pg';
import { startPostgres } from '../stack/postgres.ts';
import type { Postgres } from '../stack/postgres.ts';
import { resolveTemporal, startTemporal } from '../stack/temporal.ts';
import type { Temporal, TemporalOptions } from '../stack/temporal.ts';
import { migrate } from '../store/platform/migrate.ts';
import type { WorkerTuning } from '../worker/tuning.ts';

const NAMESPACE = 'duecourse';
const TEMPLATE = 'bench_template';

/** Settings of the engine and its worker that differ from the product's own. */
export interface EngineSettings {
  server?: Pick<TemporalOptions, 'dynamicConfig' | 'pragmas' | 'env'>;
  tuning?: WorkerTuning;
}

/** One PostgreSQL for all runs of a benchmark; each run gets a database and a Temporal server of its own, with the same settings. */
export interface Ground {
  readonly postgres: Postgres;
  readonly folder: string;
  readonly temporalBinary: string;
  arena(settings: EngineSettings): Promise<Arena>;
  database(): Promise<string>;
  stop(): Promise<void>;
}

/** Where one run happens. */
export interface Arena {
  readonly url: string;
  readonly temporal: Temporal;
  readonly namespace: string;
  readonly client: Client;
  readonly settings: EngineSettings;
  /** Bench's own connection, as the owner; its statements are counted so that they can be left out. */
  readonly sql: CountedSql;
  engineBytes(): number;
  databaseBytes(): Promise<number>;
  close(): Promise<void>;
}

export interface CountedSql {
  readonly statements: number;
  rows<T extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<T[]>;
  one(text: string, values?: unknown[]): Promise<number>;
}

export async function openGround(): Promise<Ground> {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'duecourse-bench-'));
  const found = await resolveTemporal({ env: { ...process.env, TEMPORAL_ADDRESS: '' }, progress: ({ en }) => console.error(en) });
  if (found.kind !== 'binary') throw new Error('a benchmark starts its own Temporal server');
  const postgres = await startPostgres({ dataDir: folder });
  const admin = (database: string): string => {
    const url = new URL(postgres.url);
    url.pathname = `/${database}`;
    return url.href;
  };
  await query(admin('postgres'), `create database ${TEMPLATE}`);
  await migrate(admin(TEMPLATE));
  let count = 0;
  const database = async (): Promise<string> => {
    const name = `bench_${(count += 1)}`;
    await query(admin('postgres'), `create database ${name} template ${TEMPLATE}`);
    return admin(name);
  };
  return {
    postgres,
    folder,
    temporalBinary: found.path,
    database,
    async arena(settings) {
      const dataDir = join(folder, `engine-${count}-${Date.now()}`);
      mkdirSync(dataDir);
      const [url, temporal] = await Promise.all([
        database(),
        startTemporal({ binary: found.path, dataDir, namespace: NAMESPACE, ...settings.server }),
      ]);
      return openArena({ url, temporal, dataDir, settings });
    },
    async stop() {
      await postgres.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function openArena(made: { url: string; temporal: Temporal; dataDir: string; settings: EngineSettings }): Promise<Arena> {
  const { url, temporal, dataDir, settings } = made;
  const connection = await Connection.connect({ address: temporal.address });
  const client = new pg.Client({ connectionString: url, application_name: 'bench' });
  await client.connect();
  let statements = 0;
  const rows = async <T extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<T[]> => {
    statements += 1;
    return (await client.query<T>(text, values)).rows;
  };
  const one = async (text: string, values: unknown[] = []): Promise<number> => {
    const [row] = await rows(text, values);
    return Number(Object.values(row ?? {})[0]);
  };
  return {
    url,
    temporal,
    namespace: NAMESPACE,
    settings,
    client: new Client({ connection, namespace: NAMESPACE }),
    sql: {
      get statements() {
        return statements;
      },
      rows,
      one,
    },
    engineBytes: () => sizeOf(join(dataDir, 'temporal.db')) + sizeOf(join(dataDir, 'temporal.db-wal')),
    databaseBytes: () => one('select pg_database_size(current_database())'),
    async close() {
      await Promise.all([connection.close(), client.end()]);
      await temporal.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

async function query(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
