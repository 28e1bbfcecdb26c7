import { pino } from 'pino';
import { startApi } from '../api/main.ts';
import type { RunningApi } from '../api/main.ts';
import { readConfig } from '../config/env.ts';
import type { Config } from '../config/env.ts';
import { giveLogins } from '../store/logins.ts';
import { migrate } from '../store/migrate.ts';
import { openStore } from '../store/open.ts';
import { seedSetting } from '../store/settings.ts';
import { setUp } from '../store/setup.ts';
import type { Store } from '../store/transaction.ts';
import { startWorker } from '../worker/main.ts';
import { workerFigures } from '../worker/metrics.ts';
import type { Ready } from './box.ts';
import { StackError } from './error.ts';
import { openLog } from './files.ts';
import { BEGINNING_KEY, decideBeginning, firstClock, refuseSecondLedger, requireLedger } from './first-run/beginning.ts';
import type { Beginning } from './first-run/beginning.ts';
import { localKeys } from './keys.ts';
import { lockDataDir } from './lock.ts';
import type { StackOptions } from './options.ts';
import { requirePort } from './ports.ts';
import { startPostgres } from './postgres.ts';
import { emptyDataDir } from './reset.ts';
import { resolveTemporal, startTemporal } from './temporal.ts';
import type { Undo } from './undo.ts';
import type { Say, Words } from './words.ts';

const NAMESPACE = 'duecourse';

/** A stack that answers. */
export interface RunningStack {
  readonly ready: Ready;
  readonly config: Config;
  readonly store: Store;
  readonly beginning: Beginning;
  /** Rejects when a part ends without being asked to. */
  readonly lost: Promise<never>;
}

export interface Bring {
  readonly options: StackOptions;
  readonly env: NodeJS.ProcessEnv;
  readonly undo: Undo;
  readonly say: Say;
  /** Checked between steps: a stop while starting takes down what is up. */
  readonly signal: AbortSignal;
}

/**
 * Brings up PostgreSQL, Temporal, schema, policies, worker, relay and API, in this order; what is up is remembered in `undo`.
 * Throws StackError with one sentence for whatever its user can mend.
 */
export async function bringUp({ options, env, undo, say, signal }: Bring): Promise<RunningStack> {
  const host = env.DUECOURSE_HOST ?? '127.0.0.1';
  const lock = await lockDataDir(options.data);
  undo.then(() => lock.release());
  await requirePort(options.port, host);
  await requireLedger(options);
  if (options.reset) await emptyDataDir(options.data, say);
  const losses: Promise<never>[] = [];

  const database = env.DATABASE_URL ? givenDatabase(env, env.DATABASE_URL) : await ownPostgres({ options, undo, say }, losses);
  const { ownerUrl, appUrl: databaseUrl } = database;
  signal.throwIfAborted();
  const temporal = await temporalOf({ options, env, undo, say }, losses);
  signal.throwIfAborted();

  const config = configOf(options, env, { host, databaseUrl, temporal: temporal.address });
  await migrate(ownerUrl);
  await giveLogins(ownerUrl, database.passwords);
  const now = new Date().toISOString();
  const begin = () => decideBeginning(options, now, config.zone);
  const beginning = await seedSetting<Beginning>(ownerUrl, BEGINNING_KEY, begin, { kind: 'given' });
  refuseSecondLedger(options, beginning);
  await setUp(ownerUrl, firstClock(beginning, config.zone));
  signal.throwIfAborted();

  const log = pino(
    { level: config.logLevel, redact: ['req.headers', 'headers', '*.authorization', '*.cookie', '*.body'] },
    pino.destination({ dest: openLog(options.data, 'duecourse').fd, sync: true }),
  );
  const worker = await startWorker({ config, log });
  undo.then(() => worker.shutdown());
  losses.push(
    lostBy(worker.run, (why) => ({
      en: `The worker ended (${why}); what happened stands in ${options.data}/logs.`,
      zh: `工作进程已结束(${why}):经过见 ${options.data}/logs。`,
    })),
  );
  const store = openStore({ url: databaseUrl, max: config.databasePool, zone: config.zone, applicationName: 'duecourse-api' });
  undo.then(() => store.close());
  const api: RunningApi = await startApi({ config, store, log, figures: (registry) => workerFigures(registry, worker) });
  undo.then(() => api.close());

  const ready: Ready = {
    url: api.url,
    apiKeys: await localKeys(store, options.data),
    temporalUi: temporal.uiUrl,
    databaseUrl: ownerUrl,
    databaseLogins: { owner: ownerUrl, app: databaseUrl, auditor: database.auditorUrl },
  };
  const lost = Promise.race(losses);
  lost.catch(() => undefined);
  return { ready, config, store, beginning, lost };
}

type Part = Pick<Bring, 'options' | 'undo' | 'say'>;

/** The database under its three logins; passwords are those to give to the roles. */
interface StackDatabase {
  readonly ownerUrl: string;
  readonly appUrl: string;
  readonly auditorUrl: string | null;
  readonly passwords: { readonly app?: string; readonly auditor?: string };
}

/** A database of one's own: its logins are its administrator's, and none is changed. */
function givenDatabase(env: NodeJS.ProcessEnv, url: string): StackDatabase {
  return { ownerUrl: env.DATABASE_OWNER_URL || url, appUrl: url, auditorUrl: null, passwords: {} };
}

async function ownPostgres({ options, undo, say }: Part, losses: Promise<never>[]): Promise<StackDatabase> {
  const postgres = await startPostgres({ dataDir: options.data, log: say });
  undo.then(() => postgres.stop());
  losses.push(
    lostBy(postgres.lost, (why) => ({
      en: `PostgreSQL ended by itself (${why}): start again, nothing committed is lost.`,
      zh: `PostgreSQL 自行结束(${why}):请重新启动,已提交的数据不会丢失。`,
    })),
  );
  const { app, auditor } = postgres.logins;
  const passwords = { app: app.password, auditor: auditor.password };
  return { ownerUrl: postgres.url, appUrl: app.url, auditorUrl: auditor.url, passwords };
}

async function temporalOf(
  { options, env, undo, say }: Part & Pick<Bring, 'env'>,
  losses: Promise<never>[],
): Promise<{ address: string; uiUrl: string | null }> {
  const found = await resolveTemporal({ env, progress: say });
  if (found.kind === 'address') return { address: found.address, uiUrl: null };
  const temporal = await startTemporal({ binary: found.path, dataDir: options.data, namespace: NAMESPACE, log: say });
  undo.then(() => temporal.stop());
  losses.push(
    lostBy(temporal.lost, (why) => ({
      en: `Temporal ended by itself (${why}): start again, nothing is lost.`,
      zh: `Temporal 自行结束(${why}):请重新启动,不会有任何丢失。`,
    })),
  );
  return temporal;
}

/** A promise that only ever rejects: when `ended` settles, whichever way. */
function lostBy(ended: Promise<unknown>, sentence: (why: string) => Words): Promise<never> {
  const lost = (why: string): Promise<never> => Promise.reject(new StackError(sentence(why).en, sentence(why).zh));
  return ended.then(
    (why) => lost(typeof why === 'string' && why !== '' ? why : '–'),
    (error: unknown) => lost(error instanceof Error ? error.message : String(error)),
  );
}

/** Settings of the local stack: its own addresses, everything else as the environment has it. */
function configOf(
  options: StackOptions,
  env: NodeJS.ProcessEnv,
  at: { host: string; databaseUrl: string; temporal: string },
): Config {
  return readConfig({
    LOG_LEVEL: 'warn',
    TEMPORAL_NAMESPACE: NAMESPACE,
    DUECOURSE_RATE_LIMIT: '10000000',
    DUECOURSE_DATABASE_POOL: '20',
    ...env,
    DUECOURSE_MODE: 'local',
    DUECOURSE_HOST: at.host,
    DUECOURSE_PORT: String(options.port),
    DATABASE_URL: at.databaseUrl,
    TEMPORAL_ADDRESS: at.temporal,
  });
}
