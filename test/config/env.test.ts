import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ConfigError, readConfig, readDatabaseConfig } from '../../config/env.ts';
import { tempFolder } from '../support/temp.ts';

const least = {
  DATABASE_URL: 'postgres://duecourse:Zk3-9fjQ_2pLw@db.example:5432/duecourse',
  TEMPORAL_ADDRESS: 'temporal.example:7233',
};

function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(({ en }) => en);
    throw error;
  }
  return [];
}

test('the two addresses suffice, and without a word it is production', () => {
  const config = readConfig(least);
  expect(config).toMatchObject({
    mode: 'production',
    port: 3000,
    zone: 'Asia/Shanghai',
    smtp: null,
    twilio: null,
    rateLimit: 30_000,
  });
  expect(config.temporal).toMatchObject({
    address: 'temporal.example:7233',
    namespace: 'default',
    taskQueue: 'duecourse',
    tls: false,
  });
});

test('the settings cannot be changed after they were read', () => {
  const config = readConfig(least);
  expect(() => Object.assign(config, { port: 1 })).toThrow(TypeError);
  expect(() => Object.assign(config.temporal, { namespace: 'x' })).toThrow(TypeError);
});

test.each([
  ['DATABASE_URL', 'mysql://a/b'],
  ['DATABASE_URL', 'db'],
  ['TEMPORAL_ADDRESS', 'https://temporal.example'],
  ['TEMPORAL_ADDRESS', 'temporal.example'],
  ['TEMPORAL_TLS', 'yes'],
  ['DUECOURSE_PORT', '65536'],
  ['DUECOURSE_PORT', '3e3'],
  ['DUECOURSE_PORT', '-1'],
  ['DUECOURSE_MODE', 'dev'],
  ['DUECOURSE_PUBLIC_URL', 'ftp://x'],
  ['DUECOURSE_ZONE', 'Mars/Base'],
  ['DUECOURSE_RATE_LIMIT', '0'],
  ['LOG_LEVEL', 'verbose'],
  ['TWILIO_ACCOUNT_SID', 'AC1'],
  ['TWILIO_FROM', '13800138000'],
  ['SMTP_URL', 'mail.example'],
])('%s=%s is refused by name', (name, value) => {
  const problems = problemsOf({ ...least, [name]: value });
  expect(problems.length).toBeGreaterThan(0);
  expect(problems.some((problem) => problem.startsWith(name))).toBe(true);
});

test('all that is wrong is said at once', () => {
  const problems = problemsOf({ TEMPORAL_ADDRESS: 'x', DUECOURSE_PORT: 'many', LOG_LEVEL: 'loud' });
  expect(problems.map((problem) => problem.split(' ')[0]).sort()).toEqual([
    'DATABASE_URL',
    'DUECOURSE_PORT',
    'LOG_LEVEL',
    'TEMPORAL_ADDRESS',
  ]);
});

test('an empty variable is one that is not set', () => {
  expect(readConfig({ ...least, SMTP_URL: '', SMTP_FROM: '  ', DUECOURSE_PORT: '' }).port).toBe(3000);
  expect(problemsOf({ ...least, DATABASE_URL: ' ' })[0]).toMatch(/^DATABASE_URL is not set/);
});

test('half a channel is refused, a whole one taken', () => {
  expect(problemsOf({ ...least, SMTP_URL: 'smtp://mail.example' })).toEqual([
    expect.stringMatching(/^SMTP_FROM is not set, but SMTP_URL is/),
  ]);
  expect(problemsOf({ ...least, TWILIO_FROM: '+15551234567' }).length).toBe(2);
  const { smtp } = readConfig({
    ...least,
    SMTP_URL: 'smtps://u:p-long-enough-1@mail.example:465',
    SMTP_FROM: 'AR <ar@example.com>',
  });
  expect(smtp?.from).toBe('AR <ar@example.com>');
});

test('production refuses passwords anybody can guess; the local stack does not mind', () => {
  for (const password of ['dev', 'postgres', 'duecourse', 'password1', 'changeme', '123456']) {
    const env = { ...least, DATABASE_URL: `postgres://duecourse:${password}@db.example/duecourse` };
    expect(problemsOf(env), password).toEqual([expect.stringMatching(/^DATABASE_URL holds a default or guessable password/)]);
    expect(problemsOf({ ...env, DUECOURSE_MODE: 'local' })).toEqual([]);
  }
  const twilio = {
    TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
    TWILIO_AUTH_TOKEN: 'aaaaaaaaaaaaaaaa',
    TWILIO_FROM: '+15551234567',
  };
  expect(problemsOf({ ...least, ...twilio })).toEqual([expect.stringMatching(/^TWILIO_AUTH_TOKEN/)]);
});

test('no sentence repeats a secret', () => {
  const env = {
    DATABASE_URL: 'postgres://u:hunter2-secret@/',
    TEMPORAL_ADDRESS: 'a:b:c',
    TEMPORAL_API_KEY: 'tiny-key',
    SMTP_URL: 'smtp:hunter2-secret',
  };
  const said = problemsOf(env).join('\n');
  expect(said).not.toMatch(/hunter2|tiny-key/);
});

test('an API key means TLS unless told otherwise; certificates are read now', () => {
  expect(readConfig({ ...least, TEMPORAL_API_KEY: 'eyJhbGciOi-abcdef' }).temporal.tls).toBe(true);
  expect(readConfig({ ...least, TEMPORAL_API_KEY: 'eyJhbGciOi-abcdef', TEMPORAL_TLS: 'false' }).temporal.tls).toBe(false);
  const folder = tempFolder();
  for (const name of ['ca', 'crt', 'key']) writeFileSync(join(folder, name), name);
  const files = {
    TEMPORAL_TLS_CA: join(folder, 'ca'),
    TEMPORAL_TLS_CERT: join(folder, 'crt'),
    TEMPORAL_TLS_KEY: join(folder, 'key'),
  };
  const { tls } = readConfig({ ...least, ...files }).temporal;
  expect(tls).toMatchObject({
    serverRootCACertificate: Buffer.from('ca'),
    clientCertPair: { crt: Buffer.from('crt'), key: Buffer.from('key') },
  });
  expect(problemsOf({ ...least, ...files, TEMPORAL_TLS_CA: join(folder, 'none') })).toEqual([
    expect.stringMatching(/^TEMPORAL_TLS_CA names a file/),
  ]);
});

test('commands that speak to the database alone need no Temporal, and refuse one that cannot be', () => {
  const { DATABASE_URL } = least;
  expect(readDatabaseConfig({ DATABASE_URL, TEMPORAL_ADDRESS: '' })).toMatchObject({ databaseUrl: DATABASE_URL });
  expect(() => readDatabaseConfig({ DATABASE_URL, TEMPORAL_ADDRESS: 'nowhere' })).toThrow(/TEMPORAL_ADDRESS/);
});
