import { z } from 'zod';
import { isZone } from '../domain/platform/calendar.ts';

/** A sentence in both languages. */
export interface Words {
  readonly en: string;
  readonly zh: string;
}

export const logLevels = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;
const minimumSecret = 12;
const guessable =
  /^(?:dev|postgres|duecourse|temporal|admin|root|test|changeme|change-me|secret|password\d*|pass|example|12345\d*)$/i;

/** What is wrong with a variable; the schema carries the English, by which the Chinese is found. */
const chinese = new Map<string, string>();

/** A fault that the schema found, in Chinese. */
export const inChinese = (fault: string): string => chinese.get(fault) ?? '的值不可用';

const say = (error: string, zh: string) => {
  chinese.set(error, zh);
  return { error };
};
const whole = (name: string, min: number, max: number) => {
  const sentence = say(`must be a whole number from ${min} to ${max}`, `须为 ${min} 至 ${max} 的整数`);
  return z
    .string()
    .regex(/^\d{1,9}$/, sentence)
    .transform(Number)
    .pipe(z.number().min(min, sentence).max(max, sentence))
    .meta({ name });
};
const urlOf = (protocols: readonly string[], example: string) =>
  z.string().refine(
    (text) => {
      const url = URL.canParse(text) ? new URL(text) : null;
      return url !== null && protocols.includes(url.protocol) && url.hostname !== '';
    },
    say(`must be an address such as ${example}`, `须为地址，例如 ${example}`),
  );

/** What each setting may hold. */
export const variables = z.object({
  DATABASE_URL: z
    .string(
      say(
        'is not set: give the PostgreSQL database, such as postgres://duecourse:…@db.example:5432/duecourse',
        '未设置：请给出 PostgreSQL 数据库地址，例如 postgres://duecourse:…@db.example:5432/duecourse',
      ),
    )
    .pipe(urlOf(['postgres:', 'postgresql:'], 'postgres://duecourse:…@db.example:5432/duecourse')),
  DATABASE_OWNER_URL: urlOf(['postgres:', 'postgresql:'], 'postgres://owner:…@db.example:5432/duecourse').optional(),
  DUECOURSE_AUDITOR_PASSWORD: z
    .string()
    .min(minimumSecret, say(`must have ${minimumSecret} characters or more`, `须至少有 ${minimumSecret} 个字符`))
    .regex(/^[\x21-\x7e]+$/, say('must be letters, digits and signs without spaces', '须为字母、数字和符号，不得含空格'))
    .optional(),
  DUECOURSE_DATABASE_POOL: whole('DUECOURSE_DATABASE_POOL', 2, 200).default(10),
  DUECOURSE_STICKY_SECONDS: whole('DUECOURSE_STICKY_SECONDS', 1, 600).default(10),
  TEMPORAL_ADDRESS: z
    .string(
      say(
        'is not set: give host:port of the Temporal server, such as temporal.example:7233',
        '未设置：请给出 Temporal 服务器的地址和端口，例如 temporal.example:7233',
      ),
    )
    .regex(
      /^[^\s/:]+:\d{1,5}$|^\[[\da-f:]+\]:\d{1,5}$/i,
      say('must be host:port, such as temporal.example:7233', '须为地址加端口，例如 temporal.example:7233'),
    ),
  TEMPORAL_NAMESPACE: z
    .string()
    .regex(
      /^[\w.-]{2,255}$/,
      say('must be a namespace: letters, digits, "-", "_" and "."', '须为命名空间：由字母、数字、"-"、"_" 和 "." 组成'),
    )
    .default('default'),
  TEMPORAL_API_KEY: z.string().min(minimumSecret, say('is too short to be an API key', '过短，不是有效的 API 密钥')).optional(),
  TEMPORAL_TLS: z.enum(['true', 'false'], say('must be true or false', '须为 true 或 false')).optional(),
  TEMPORAL_TLS_CA: z.string().optional(),
  TEMPORAL_TLS_CERT: z.string().optional(),
  TEMPORAL_TLS_KEY: z.string().optional(),
  DUECOURSE_TASK_QUEUE: z
    .string()
    .regex(/^[\w.-]{1,100}$/, say('must be letters, digits, "-", "_" and "."', '须由字母、数字、"-"、"_" 和 "." 组成'))
    .default('duecourse'),
  DUECOURSE_MODE: z
    .enum(['production', 'local'], say('must be production or local', '须为 production 或 local'))
    .default('production'),
  DUECOURSE_INSTALLATION: z
    .string()
    .regex(
      /^[\w.-]{8,100}$/,
      say('must be 8 to 100 letters, digits, "-", "_" and "."', '须为 8 至 100 个字母、数字、"-"、"_" 或 "."'),
    )
    .optional(),
  DUECOURSE_WITNESS: z.string().min(1).optional(),
  DUECOURSE_HOST: z.string().min(1).default('0.0.0.0'),
  DUECOURSE_PORT: whole('DUECOURSE_PORT', 0, 65_535).default(3000),
  DUECOURSE_METRICS_PORT: whole('DUECOURSE_METRICS_PORT', 0, 65_535).optional(),
  DUECOURSE_PUBLIC_URL: urlOf(['http:', 'https:'], 'https://duecourse.example').optional(),
  DUECOURSE_TRUST_PROXY: whole('DUECOURSE_TRUST_PROXY', 0, 10).default(0),
  DUECOURSE_RATE_LIMIT: whole('DUECOURSE_RATE_LIMIT', 1, 10_000_000).default(30_000),
  DUECOURSE_ZONE: z
    .string()
    .refine(isZone, say('must be a time zone such as Asia/Shanghai', '须为时区，例如 Asia/Shanghai'))
    .default('Asia/Shanghai'),
  SMTP_URL: urlOf(['smtp:', 'smtps:'], 'smtps://user:…@mail.example:465').optional(),
  SMTP_FROM: z
    .string()
    .regex(
      /@/,
      say(
        'must hold a mail address, such as Receivables <ar@seller.example>',
        '须包含邮件地址，例如 Receivables <ar@seller.example>',
      ),
    )
    .optional(),
  TWILIO_ACCOUNT_SID: z
    .string()
    .regex(/^AC[\da-f]{32}$/i, say('must be "AC" and 32 hexadecimal digits', '须为 "AC" 加 32 位十六进制数字'))
    .optional(),
  TWILIO_AUTH_TOKEN: z.string().min(minimumSecret, say('is too short to be an auth token', '过短，不是有效的令牌')).optional(),
  TWILIO_FROM: z
    .string()
    .regex(
      /^(?:\+[1-9]\d{6,14}|MG[\da-f]{32})$/i,
      say('must be a number such as +15551234567 or a messaging service id', '须为号码（例如 +15551234567）或消息服务编号'),
    )
    .optional(),
  BUREAU_URL: urlOf(['http:', 'https:'], 'https://bureau.example').optional(),
  BUREAU_API_KEY: z.string().min(minimumSecret, say('is too short to be an API key', '过短，不是有效的 API 密钥')).optional(),
  LICENCES_URL: urlOf(['http:', 'https:'], 'https://licences.example').optional(),
  LICENCES_API_KEY: z.string().min(minimumSecret, say('is too short to be an API key', '过短，不是有效的 API 密钥')).optional(),
  COURT_LIST_URL: urlOf(['http:', 'https:'], 'https://court-list.example').optional(),
  COURT_LIST_API_KEY: z.string().min(minimumSecret, say('is too short to be an API key', '过短，不是有效的 API 密钥')).optional(),
  LOG_LEVEL: z
    .enum(logLevels, say(`must be one of ${logLevels.join(', ')}`, `须为其中之一：${logLevels.join('、')}`))
    .default('info'),
});
/** The settings as they were given. */
export type Variables = z.output<typeof variables>;

/** Either all variables of a group are set, or none. */
export function halfSet(v: Variables, names: readonly (keyof Variables)[]): Words[] {
  const missing = names.filter((name) => v[name] === undefined);
  if (missing.length === 0 || missing.length === names.length) return [];
  const set = names.filter((name) => !missing.includes(name));
  return missing.map((name) => ({
    en: `${name} is not set, but ${set.join(' and ')} is: give all of ${names.join(', ')} or none.`,
    zh: `${name} 未设置，而 ${set.join('、')} 已设置：${names.join('、')} 须全部设置或全部不设置。`,
  }));
}

/** Secrets that anybody could guess, which production refuses. */
export function weakSecrets(v: Variables): Words[] {
  if (v.DUECOURSE_MODE !== 'production') return [];
  const weak = (secret: string): boolean => guessable.test(secret);
  const found: Words[] = [];
  for (const name of ['DATABASE_URL', 'DATABASE_OWNER_URL', 'SMTP_URL'] as const) {
    const url = v[name] === undefined ? null : new URL(v[name]);
    if (url && url.password !== '' && weak(decodeURIComponent(url.password))) {
      found.push({
        en: `${name} holds a default or guessable password, which production refuses: set a random one of ${minimumSecret} characters or more.`,
        zh: `${name} 中是默认或容易猜到的密码，生产环境不予接受：请改用至少 ${minimumSecret} 个字符的随机密码。`,
      });
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
      found.push({
        en: `${name} is a default or guessable secret, which production refuses: set the real one.`,
        zh: `${name} 是默认或容易猜到的密钥，生产环境不予接受：请设置真实的密钥。`,
      });
    }
  }
  return found;
}

/** A key that goes out in the clear is nobody's secret. */
export function clearText(v: Variables): Words[] {
  if (v.DUECOURSE_MODE !== 'production') return [];
  return (['BUREAU_URL', 'LICENCES_URL', 'COURT_LIST_URL'] as const)
    .filter((name) => v[name]?.startsWith('http:'))
    .map((name) => ({
      en: `${name} is not encrypted, which production refuses: give an https:// address.`,
      zh: `${name} 未加密，生产环境不予接受：请给出 https:// 地址。`,
    }));
}
