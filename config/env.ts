import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { isZone } from '../domain/kernel/calendar.ts';

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

/** Settings that cannot be used: one sentence a variable, none repeating a secret. */
export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`The settings cannot be used:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

const logLevels = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;
const minimumSecret = 12;
const guessable =
  /^(?:dev|postgres|duecourse|temporal|admin|root|test|changeme|change-me|secret|password\d*|pass|example|12345\d*)$/i;

const say = (error: string) => ({ error });
const whole = (name: string, min: number, max: number) => {
  const sentence = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,9}$/, say(sentence))
    .transform(Number)
    .pipe(z.number().min(min, say(sentence)).max(max, say(sentence)))
    .meta({ name });
};
const urlOf = (protocols: readonly string[], example: string) =>
  z.string().refine(
    (text) => {
      const url = URL.canParse(text) ? new URL(text) : null;
      return url !== null && protocols.includes(url.protocol) && url.hostname !== '';
    },
    say(`must be an address such as ${example}`),
  );

const variables = z.object({
  DATABASE_URL: z
    .string(say('is not set: give the PostgreSQL database, such as postgres://duecourse:…@db.example:5432/duecourse'))
    .pipe(urlOf(['postgres:', 'postgresql:'], 'postgres://duecourse:…@db.example:5432/duecourse')),
  DATABASE_OWNER_URL: urlOf(['postgres:', 'postgresql:'], 'postgres://owner:…@db.example:5432/duecourse').optional(),
  DUECOURSE_AUDITOR_PASSWORD: z
    .string()
    .min(minimumSecret, say(`must have ${minimumSecret} characters or more`))
    .regex(/^[\x21-\x7e]+$/, say('must be letters, digits and signs without spaces'))
    .optional(),
  DUECOURSE_DATABASE_POOL: whole('DUECOURSE_DATABASE_POOL', 2, 200).default(10),
  DUECOURSE_STICKY_SECONDS: whole('DUECOURSE_STICKY_SECONDS', 1, 600).default(10),
  TEMPORAL_ADDRESS: z
    .string(say('is not set: give host:port of the Temporal server, such as temporal.example:7233'))
    .regex(/^[^\s/:]+:\d{1,5}$|^\[[\da-f:]+\]:\d{1,5}$/i, say('must be host:port, such as temporal.example:7233')),
  TEMPORAL_NAMESPACE: z
    .string()
    .regex(/^[\w.-]{2,255}$/, say('must be a namespace: letters, digits, "-", "_" and "."'))
    .default('default'),
  TEMPORAL_API_KEY: z.string().min(minimumSecret, say('is too short to be an API key')).optional(),
  TEMPORAL_TLS: z.enum(['true', 'false'], say('must be true or false')).optional(),
  TEMPORAL_TLS_CA: z.string().optional(),
  TEMPORAL_TLS_CERT: z.string().optional(),
  TEMPORAL_TLS_KEY: z.string().optional(),
  DUECOURSE_TASK_QUEUE: z
    .string()
    .regex(/^[\w.-]{1,100}$/, say('must be letters, digits, "-", "_" and "."'))
    .default('duecourse'),
  DUECOURSE_MODE: z.enum(['production', 'local'], say('must be production or local')).default('production'),
  DUECOURSE_HOST: z.string().min(1).default('0.0.0.0'),
  DUECOURSE_PORT: whole('DUECOURSE_PORT', 0, 65_535).default(3000),
  DUECOURSE_METRICS_PORT: whole('DUECOURSE_METRICS_PORT', 0, 65_535).optional(),
  DUECOURSE_PUBLIC_URL: urlOf(['http:', 'https:'], 'https://duecourse.example').optional(),
  DUECOURSE_TRUST_PROXY: whole('DUECOURSE_TRUST_PROXY', 0, 10).default(0),
  DUECOURSE_RATE_LIMIT: whole('DUECOURSE_RATE_LIMIT', 1, 10_000_000).default(30_000),
  DUECOURSE_ZONE: z.string().refine(isZone, say('must be a time zone such as Asia/Shanghai')).default('Asia/Shanghai'),
  SMTP_URL: urlOf(['smtp:', 'smtps:'], 'smtps://user:…@mail.example:465').optional(),
  SMTP_FROM: z.string().regex(/@/, say('must hold a mail address, such as Receivables <ar@seller.example>')).optional(),
  TWILIO_ACCOUNT_SID: z
    .string()
    .regex(/^AC[\da-f]{32}$/i, say('must be "AC" and 32 hexadecimal digits'))
    .optional(),
  TWILIO_AUTH_TOKEN: z.string().min(minimumSecret, say('is too short to be an auth token')).optional(),
  TWILIO_FROM: z
    .string()
    .regex(/^(?:\+[1-9]\d{6,14}|MG[\da-f]{32})$/i, say('must be a number such as +15551234567 or a messaging service id'))
    .optional(),
  BUREAU_URL: urlOf(['http:', 'https:'], 'https://bureau.example').optional(),
  BUREAU_API_KEY: z.string().min(minimumSecret, say('is too short to be an API key')).optional(),
  LICENCES_URL: urlOf(['http:', 'https:'], 'https://licences.example').optional(),
  LICENCES_API_KEY: z.string().min(minimumSecret, say('is too short to be an API key')).optional(),
  COURT_LIST_URL: urlOf(['http:', 'https:'], 'https://court-list.example').optional(),
  COURT_LIST_API_KEY: z.string().min(minimumSecret, say('is too short to be an API key')).optional(),
  LOG_LEVEL: z.enum(logLevels, say(`must be one of ${logLevels.join(', ')}`)).default('info'),
});
type Variables = z.output<typeof variables>;

/** Either all variables of a group are set, or none. */
function halfSet(v: Variables, names: readonly (keyof Variables)[]): string[] {
  const missing = names.filter((name) => v[name] === undefined);
  if (missing.length === 0 || missing.length === names.length) return [];
  return missing.map(
    (name) =>
      `${name} is not set, but ${names.filter((n) => !missing.includes(n)).join(' and ')} is: give all of ${names.join(', ')} or none.`,
  );
}

function weakSecrets(v: Variables): string[] {
  if (v.DUECOURSE_MODE !== 'production') return [];
  const weak = (secret: string): boolean => guessable.test(secret);
  const found: string[] = [];
  for (const name of ['DATABASE_URL', 'DATABASE_OWNER_URL', 'SMTP_URL'] as const) {
    const url = v[name] === undefined ? null : new URL(v[name]);
    if (url && url.password !== '' && weak(decodeURIComponent(url.password))) {
      found.push(
        `${name} holds a default or guessable password, which production refuses: set a random one of ${minimumSecret} characters or more.`,
      );
    }
  }
  for (const name of [
    'TEMPORAL_API_KEY',
    'TWILIO_AUTH_TOKEN',
    'DUECOURSE_AUDITOR_PASSWORD',
    'BUREAU_API_KEY',
    'LICENCES_API_KEY',
    'COURT_LIST_API_KEY',
  ] as const) {
    const secret = v[name];
    if (secret !== undefined && (weak(secret) || new Set(secret).size < 5)) {
      found.push(`${name} is a default or guessable secret, which production refuses: set the real one.`);
    }
  }
  return found;
}

/** A key that goes out in the clear is nobody's secret. */
function clearText(v: Variables): string[] {
  if (v.DUECOURSE_MODE !== 'production') return [];
  return (['BUREAU_URL', 'LICENCES_URL', 'COURT_LIST_URL'] as const)
    .filter((name) => v[name]?.startsWith('http:'))
    .map((name) => `${name} is not encrypted, which production refuses: give an https:// address.`);
}

const connectorOf = (url: string | undefined, apiKey: string | undefined): ConnectorConfig | null =>
  url !== undefined && apiKey !== undefined ? { url: url.replace(/\/+$/, ''), apiKey } : null;

function tlsOf(v: Variables, problems: string[]): TemporalConfig['tls'] {
  const read = (name: 'TEMPORAL_TLS_CA' | 'TEMPORAL_TLS_CERT' | 'TEMPORAL_TLS_KEY'): Buffer | undefined => {
    const path = v[name];
    if (path === undefined) return undefined;
    try {
      return readFileSync(path);
    } catch {
      problems.push(`${name} names a file that cannot be read: ${path}.`);
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
    throw new ConfigError(parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}.`));
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
): Pick<Config, 'databaseUrl' | 'ownerDatabaseUrl' | 'auditorPassword' | 'zone'> {
  const unset = (env['TEMPORAL_ADDRESS'] ?? '').trim() === '';
  return readConfig({ ...env, ...(unset && { TEMPORAL_ADDRESS: 'localhost:7233' }) });
}
