import { join } from 'node:path';
import { startApi } from '../api/main.ts';
import type { ApiOptions, RunningApi } from '../api/main.ts';
import { readConfig } from '../config/env.ts';
import type { Config } from '../config/env.ts';
import { openLogger } from '../config/log.ts';
import { giveLogins } from '../store/platform/logins.ts';
import { migrate } from '../store/platform/migrate.ts';
import { openStore } from '../store/open.ts';
import { seedSetting } from '../store/platform/settings.ts';
import { setUp } from '../store/setup.ts';
import type { Store } from '../store/platform/transaction.ts';
import { startWorker } from '../worker/main.ts';
import { workerFigures } from '../worker/metrics.ts';
import type { Ready } from './box.ts';
import { StackError } from './error.ts';
import { isFull, openLog } from './files.ts';
import { rememberRunning } from './running.ts';
import { BEGINNING_KEY, decideBeginning, firstClock, refuseSecondLedger, requireLedger } from './first-run/beginning.ts';
import type { Beginning } from './first-run/beginning.ts';
import { keepRunning } from './keep.ts';
import type { KeptWords } from './keep.ts';
import { localKeys } from './keys.ts';
import { lockDataDir } from './lock.ts';
import type { StackOptions } from './options.ts';
import { PortTaken, freePort, onFreePort, requirePort } from './ports.ts';
import type { ChoosePort } from './ports.ts';
import { startPostgres } from './postgres.ts';
import { emptyDataDir } from './reset.ts';
import { resolveTemporal, startTemporal } from './temporal.ts';
import type { Undo } from './undo.ts';
import type { Say, Words } from './words.ts';

const NAMESPACE = 'duecourse';
/** What each part may take to end, milliseconds: in all less than the half minute after which systems kill what they asked to stop. */
const END_MS = { api: 4_000, store: 1_000, worker: 14_000, temporal: 4_000, postgres: 6_000, lock: 500 };

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
  undo.then(() => lock.release(), END_MS.lock);
  await requirePort(options.port, host);
  await requireLedger(options);
  if (options.reset) await emptyDataDir(options.data, say);
  const losses: Promise<never>[] = [];

  const database = env.DATABASE_URL ? givenDatabase(env, env.DATABASE_URL) : await ownPostgres({ options, undo, say });
  const { ownerUrl, appUrl: databaseUrl } = database;
  signal.throwIfAborted();
  const temporal = await temporalOf({ options, env, undo, say });
  signal.throwIfAborted();

  const port = options.port === 0 ? await freePort(undefined, host) : options.port;
  const config = configOf(port, env, { data: options.data, host, databaseUrl, temporal: temporal.address });
  await migrate(ownerUrl);
  await giveLogins(ownerUrl, database.passwords);
  const now = new Date().toISOString();
  const begin = () => decideBeginning(options, now, config.zone);
  const beginning = await seedSetting<Beginning>(ownerUrl, BEGINNING_KEY, begin, { kind: 'given' });
  refuseSecondLedger(options, beginning);
  await setUp(ownerUrl, firstClock(beginning, config.zone));
  signal.throwIfAborted();

  const log = openLogger(config.logLevel, openLog(options.data, 'duecourse').fd);
  const worker = await startWorker({ config, log });
  undo.then(() => worker.shutdown(), END_MS.worker);
  losses.push(
    lostBy(worker.run, (why) => ({
      en: `The worker ended (${why}); what happened stands in ${options.data}/logs.`,
      zh: `工作进程已结束（${why}）：经过见 ${options.data}/logs。`,
    })),
  );
  const store = openStore({ url: databaseUrl, max: config.databasePool, zone: config.zone, applicationName: 'duecourse-api' });
  undo.then(() => store.close(), END_MS.store);
  const figures: ApiOptions['figures'] = (registry) => workerFigures(registry, worker);
  const api = await listening({ config, store, log, figures }, options.port);
  undo.then(() => api.close(), END_MS.api);

  const ready: Ready = {
    url: api.url,
    apiKeys: await localKeys(store, options.data),
    temporalUi: temporal.uiUrl === null ? null : `${temporal.uiUrl}/namespaces/${NAMESPACE}/workflows`,
    databaseUrl: ownerUrl,
    databaseLogins: { owner: ownerUrl, app: databaseUrl, auditor: database.auditorUrl },
  };
  rememberRunning(options.data, config);
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

async function ownPostgres({ options, undo, say }: Part): Promise<StackDatabase> {
  const postgres = await startPostgres({ dataDir: options.data, log: say });
  const { port } = postgres;
  const again = () => startPostgres({ dataDir: options.data, log: () => undefined, choosePort: () => Promise.resolve(port) });
  const kept = keepRunning(postgres, again, keptWords('PostgreSQL', options.data), say);
  undo.then(() => kept.stop(), END_MS.postgres);
  const { app, auditor } = postgres.logins;
  const passwords = { app: app.password, auditor: auditor.password };
  return { ownerUrl: postgres.url, appUrl: app.url, auditorUrl: auditor.url, passwords };
}

async function temporalOf({
  options,
  env,
  undo,
  say,
}: Part & Pick<Bring, 'env'>): Promise<{ address: string; uiUrl: string | null }> {
  const found = await resolveTemporal({ env, progress: say });
  if (found.kind === 'address') return { address: found.address, uiUrl: null };
  const of = { binary: found.path, dataDir: options.data, namespace: NAMESPACE };
  const temporal = await startTemporal({ ...of, log: say });
  // Who speaks to it knows its port: there it comes back, or not at all for now.
  const same: ChoosePort = (prefer) => (prefer === undefined ? freePort() : Promise.resolve(prefer));
  const kept = keepRunning(
    temporal,
    () => startTemporal({ ...of, choosePort: same, samePorts: true }),
    keptWords('Temporal', options.data),
    say,
  );
  undo.then(() => kept.stop(), END_MS.temporal);
  return temporal;
}

/** The API on the port that was asked for, else on one the system chooses; another when that was taken meanwhile. */
function listening(api: ApiOptions, asked: number): Promise<RunningApi> {
  return onFreePort('API', (choice) =>
    startApi(choice === 0 ? api : { ...api, port: 0 }).catch(async (error: unknown) => {
      if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error;
      if (asked !== 0) await requirePort(asked, api.config.host);
      throw new PortTaken();
    }),
  );
}

/** A server without room for its files ends, and what it says of that has no room either: then the disk is looked at. */
const keptWords = (name: string, folder: string): KeptWords => ({
  lost: (why) => ({
    en: `${name} ended by itself${why === '' ? '' : ` (${why})`}: it is started again; nothing committed is lost.`,
    zh: `${name} 自行结束${why === '' ? '' : `（${why}）`}：正在重新启动，已提交的数据不会丢失。`,
  }),
  stillAway: (why) =>
    isFull(folder)
      ? {
          en: `The disk of ${folder} is full: ${name} waits for room and starts by itself when there is some; facts are refused with 503 until then.`,
          zh: `${folder} 所在磁盘空间不足：${name} 待有空间后自动恢复，其间接口以 503 拒绝写入。`,
        }
      : {
          en: `${name} is not back yet; facts are refused with 503 until it is, and it is tried again: ${why}`,
          zh: `${name} 尚未恢复，其间接口以 503 拒绝写入，系统会继续重试：${why}`,
        },
  back: { en: `${name} runs again.`, zh: `${name} 已恢复运行。` },
});

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
  port: number,
  env: NodeJS.ProcessEnv,
  at: { data: string; host: string; databaseUrl: string; temporal: string },
): Config {
  return readConfig({
    LOG_LEVEL: 'info',
    TEMPORAL_NAMESPACE: NAMESPACE,
    DUECOURSE_RATE_LIMIT: '10000000',
    DUECOURSE_DATABASE_POOL: '20',
    DUECOURSE_WITNESS: join(at.data, 'witness.json'),
    ...env,
    DUECOURSE_MODE: 'local',
    DUECOURSE_HOST: at.host,
    DUECOURSE_PORT: String(port),
    DATABASE_URL: at.databaseUrl,
    TEMPORAL_ADDRESS: at.temporal,
  });
}
