import { readFileSync } from 'node:fs';
import { clearText, halfSet, inChinese, variables, weakSecrets } from './variables.ts';
import type { Variables, Words, logLevels } from './variables.ts';

/** How to reach Temporal: fits `Connection.connect` and `NativeConnection.connect` as it is. */
export interface TemporalConfig {
  readonly address: string;
  readonly namespace: string;
  readonly taskQueue: string;
  readonly apiKey: string | undefined;
  readonly tls: boolean | { serverRootCACertificate?: Buffer; clientCertPair?: { crt: Buffer; key: Buffer } };
}

/** How to reach a register; the address has no slash at its end. */
export interface ConnectorConfig {
  readonly url: string;
  readonly apiKey: string;
}

/** All settings of a process, read once and passed on as a value. A channel that is null is in outbox mode. */
export interface Config {
  /** `local`: the embedded stack, whose clock may be moved. */
  readonly mode: 'production' | 'local';
  /** As which the processes work; its login owns nothing. */
  readonly databaseUrl: string;
  /** As which the schema is changed; the same as `databaseUrl` where no other is given. */
  readonly ownerDatabaseUrl: string;
  /** The password migrate gives the auditor's login; undefined: that role keeps what it has. */
  readonly auditorPassword: string | undefined;
  readonly databasePool: number;
  /** How long a task waits for the worker that has its workflow in memory, before any other reads it from its history. */
  readonly stickySeconds: number;
  readonly temporal: TemporalConfig;
  readonly host: string;
  readonly port: number;
  /** Which installation this deployment means; the database must bear the same id, or nothing leaves. Null: nothing leaves. */
  readonly installation: string | null;
  /** The file in which a worker notes what it has seen of the database, so that a backup put back is found out; null: it is not. */
  readonly witness: string | null;
  /** Where a worker serves its own `/metrics`; null: nowhere. */
  readonly metricsPort: number | null;
  /** Without a slash at its end. */
  readonly publicUrl: string;
  /** How many proxies stand before the API. */
  readonly trustProxy: number;
  /** Requests a minute and credential. */
  readonly rateLimit: number;
  /** The seller's zone, of business dates. */
  readonly zone: string;
  readonly smtp: { readonly url: string; readonly from: string } | null;
  readonly twilio: { readonly accountSid: string; readonly authToken: string; readonly from: string } | null;
  /** Registers that are asked about customers; null: not connected, their facts are entered by hand. */
  readonly connectors: Readonly<Record<'bureau' | 'licences' | 'courtList', ConnectorConfig | null>>;
  readonly logLevel: (typeof logLevels)[number];
}

/** Settings that cannot be used: one sentence a variable, none repeating a secret. `zh`: its message in Chinese. */
export class ConfigError extends Error {
  readonly problems: readonly Words[];
  readonly zh: string;

  constructor(problems: readonly Words[]) {
    super(`The settings cannot be used:\n${problems.map(({ en }) => `  ${en}`).join('\n')}`);
    this.name = 'ConfigError';
    this.problems = problems;
    this.zh = `环境变量不可用：\n${problems.map(({ zh }) => `  ${zh}`).join('\n')}`;
  }
}

const connectorOf = (url: string | undefined, apiKey: string | undefined): ConnectorConfig | null =>
  url !== undefined && apiKey !== undefined ? { url: url.replace(/\/+$/, ''), apiKey } : null;

function tlsOf(v: Variables, problems: Words[]): TemporalConfig['tls'] {
  const read = (name: 'TEMPORAL_TLS_CA' | 'TEMPORAL_TLS_CERT' | 'TEMPORAL_TLS_KEY'): Buffer | undefined => {
    const path = v[name];
    if (path === undefined) return undefined;
    try {
      return readFileSync(path);
    } catch {
      problems.push({
        en: `${name} names a file that cannot be read: ${path}.`,
        zh: `${name} 所指的文件无法读取：${path}。`,
      });
      return undefined;
    }
  };
  const [ca, crt, key] = [read('TEMPORAL_TLS_CA'), read('TEMPORAL_TLS_CERT'), read('TEMPORAL_TLS_KEY')];
  if (!ca && !crt) return v.TEMPORAL_TLS === undefined ? v.TEMPORAL_API_KEY !== undefined : v.TEMPORAL_TLS === 'true';
  return { ...(ca && { serverRootCACertificate: ca }), ...(crt && key && { clientCertPair: { crt, key } }) };
}

function deepFreeze<T extends object>(value: T): T {
  for (const inner of Object.values(value)) {
    if (inner && typeof inner === 'object' && !Buffer.isBuffer(inner)) deepFreeze(inner as object);
  }
  return Object.freeze(value);
}

/** Reads and freezes the settings. Throws ConfigError naming every variable that cannot be used; values are never repeated. */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value.trim() !== ''));
  const parsed = variables.safeParse(given);
  if (!parsed.success) {
    throw new ConfigError(
      parsed.error.issues.map(({ path, message }) => ({
        en: `${path.join('.')} ${message}.`,
        zh: `${path.join('.')} ${inChinese(message)}。`,
      })),
    );
  }
  const v = parsed.data;
  const problems = [
    ...halfSet(v, ['SMTP_URL', 'SMTP_FROM']),
    ...halfSet(v, ['TWILIO_ACCOUNT_SID', 'TWILIO_AUTH_TOKEN', 'TWILIO_FROM']),
    ...halfSet(v, ['TEMPORAL_TLS_CERT', 'TEMPORAL_TLS_KEY']),
    ...halfSet(v, ['BUREAU_URL', 'BUREAU_API_KEY']),
    ...halfSet(v, ['LICENCES_URL', 'LICENCES_API_KEY']),
    ...halfSet(v, ['COURT_LIST_URL', 'COURT_LIST_API_KEY']),
    ...weakSecrets(v),
    ...clearText(v),
  ];
  const tls = tlsOf(v, problems);
  if (problems.length > 0) throw new ConfigError(problems);
  return deepFreeze<Config>({
    mode: v.DUECOURSE_MODE,
    databaseUrl: v.DATABASE_URL,
    ownerDatabaseUrl: v.DATABASE_OWNER_URL ?? v.DATABASE_URL,
    auditorPassword: v.DUECOURSE_AUDITOR_PASSWORD,
    databasePool: v.DUECOURSE_DATABASE_POOL,
    stickySeconds: v.DUECOURSE_STICKY_SECONDS,
    temporal: {
      address: v.TEMPORAL_ADDRESS,
      namespace: v.TEMPORAL_NAMESPACE,
      taskQueue: v.DUECOURSE_TASK_QUEUE,
      apiKey: v.TEMPORAL_API_KEY,
      tls,
    },
    host: v.DUECOURSE_HOST,
    port: v.DUECOURSE_PORT,
    installation: v.DUECOURSE_INSTALLATION ?? null,
    witness: v.DUECOURSE_WITNESS ?? null,
    metricsPort: v.DUECOURSE_METRICS_PORT ?? null,
    publicUrl: (v.DUECOURSE_PUBLIC_URL ?? `http://localhost:${v.DUECOURSE_PORT}`).replace(/\/+$/, ''),
    trustProxy: v.DUECOURSE_TRUST_PROXY,
    rateLimit: v.DUECOURSE_RATE_LIMIT,
    zone: v.DUECOURSE_ZONE,
    smtp: v.SMTP_URL !== undefined && v.SMTP_FROM !== undefined ? { url: v.SMTP_URL, from: v.SMTP_FROM } : null,
    twilio:
      v.TWILIO_ACCOUNT_SID !== undefined && v.TWILIO_AUTH_TOKEN !== undefined && v.TWILIO_FROM !== undefined
        ? { accountSid: v.TWILIO_ACCOUNT_SID, authToken: v.TWILIO_AUTH_TOKEN, from: v.TWILIO_FROM }
        : null,
    connectors: {
      bureau: connectorOf(v.BUREAU_URL, v.BUREAU_API_KEY),
      licences: connectorOf(v.LICENCES_URL, v.LICENCES_API_KEY),
      courtList: connectorOf(v.COURT_LIST_URL, v.COURT_LIST_API_KEY),
    },
    logLevel: v.LOG_LEVEL,
  });
}

/** The settings of commands that speak to the database alone: they work without Temporal, as long as what is set for it can be used. */
export function readDatabaseConfig(
  env: NodeJS.ProcessEnv = process.env,
): Pick<Config, 'databaseUrl' | 'ownerDatabaseUrl' | 'auditorPassword' | 'zone' | 'installation'> {
  const unset = (env['TEMPORAL_ADDRESS'] ?? '').trim() === '';
  return readConfig({ ...env, ...(unset && { TEMPORAL_ADDRESS: 'localhost:7233' }) });
}
