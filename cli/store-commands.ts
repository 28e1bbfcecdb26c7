import { readDatabaseConfig } from '../config/env.ts';
import { codeWords } from '../domain/records/code-words.ts';
import type { Role } from '../domain/platform/actor.ts';
import { sayInstant } from '../domain/platform/said-time.ts';
import { StackError } from '../stack/error.ts';
import { claimInstallation } from '../store/platform/departures.ts';
import { createApiKey, revokeApiKey } from '../store/access/api-keys.ts';
import { APP_LOGIN, giveLogins } from '../store/platform/logins.ts';
import { migrate } from '../store/platform/migrate.ts';
import { openStore } from '../store/open.ts';
import { setUp } from '../store/setup.ts';
import { checkExposure } from './exposure.ts';
import { languageOfEnv } from './language.ts';
import { systemActor } from '../store/platform/transaction.ts';
import type { Store } from '../store/platform/transaction.ts';

const language = languageOfEnv(process.env);
const zh = language === 'zh';
const print = (line: string): void => void process.stdout.write(`${line}\n`);

/** Brings the database to this version, with default policies, the calendars of policies/calendar and the logins of the app and the auditor. */
export async function runMigrate(): Promise<void> {
  const { databaseUrl, ownerDatabaseUrl, auditorPassword, installation } = readDatabaseConfig();
  const { migrations, functions } = await migrate(ownerDatabaseUrl);
  await setUp(ownerDatabaseUrl);
  if (installation !== null && migrations.includes(FIRST_MIGRATION)) await nameInstallation(ownerDatabaseUrl, installation);
  await giveLogins(ownerDatabaseUrl, { app: appPasswordIn(databaseUrl), auditor: auditorPassword });
  if (migrations.length > 0) print(zh ? `已执行数据库迁移：${migrations.join('、')}` : `Applied: ${migrations.join(', ')}`);
  if (functions.length > 0)
    print(zh ? `已更新数据库函数：${functions.length} 个` : `Functions brought up to date: ${functions.length}`);
  if (migrations.length + functions.length === 0) print(zh ? '数据库结构已为最新。' : 'The schema is up to date.');
}

const FIRST_MIGRATION = '20261201000000_base';

/** A new database is named once, by the deployment that makes it; any other must be claimed by an operator. */
async function nameInstallation(url: string, installation: string): Promise<void> {
  const store = openStore({ url, max: 1, applicationName: 'duecourse-cli' });
  try {
    await claimInstallation(store, systemActor('cli'), installation, 'a new database');
  } finally {
    await store.close();
  }
}

/** The password in DATABASE_URL when it is the app role's own login; a login with another name is the administrator's to make. */
function appPasswordIn(databaseUrl: string): string | undefined {
  const { username, password } = new URL(databaseUrl);
  return username === APP_LOGIN && password !== '' ? decodeURIComponent(password) : undefined;
}

export async function withStore<T>(work: (store: Store) => Promise<T>): Promise<T> {
  const { databaseUrl, zone } = readDatabaseConfig();
  const store = openStore({ url: databaseUrl, max: 1, zone, applicationName: 'duecourse-cli' });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

export interface KeyOptions {
  name: string;
  role: Role;
  region?: string[];
  owner?: string;
  expires?: string;
}

/** Makes a key; the secret alone goes to standard output, so that it can be piped into a vault. */
export async function createKey({ name, role, region, owner, expires }: KeyOptions): Promise<void> {
  if (role === 'sales' && owner === undefined)
    throw new StackError(
      'A key of the role sales needs --owner: sales see their own customers only.',
      '角色 sales 的密钥需要 --owner：销售只能看到自己的客户。',
    );
  const scope = { ...(region && { regions: region }), ...(owner !== undefined && { owner }) };
  const { key, secret } = await withStore((store) => createApiKey(store, { name, role, scope, expiresAt: expires ?? null }));
  const made = zh
    ? `已新建密钥 ${key.id}，角色：${codeWords['task.role'][role].zh}；密钥只显示这一次：`
    : `Key ${key.id} of role ${role}; its secret is shown this once:`;
  process.stderr.write(`${made}\n`);
  print(secret);
}

/** Revokes a key by its id. */
export async function revokeKey(id: string, { reason }: { reason?: string }): Promise<void> {
  const key = await withStore((store) => revokeApiKey(store, id, systemActor('cli'), reason ?? null));
  const since = key.revokedAt === null ? '' : sayInstant(key.revokedAt, language, readDatabaseConfig().zone);
  print(zh ? `密钥 ${key.id}（${key.name}）已作废，时间：${since}。` : `Key ${key.id} (${key.name}) is revoked since ${since}.`);
}

/** Recomputes every credit account; answers the exit code. */
export const runExposureCheck = (options: { repair: boolean; reason?: string }): Promise<number> =>
  withStore((store) => checkExposure(store, print, { ...options, language }));
