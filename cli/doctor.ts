import { connect } from 'node:net';
import { ConfigError, readConfig } from '../config/env.ts';
import type { Config } from '../config/env.ts';
import { databaseFindings, knownEngine } from './doctor-database.ts';
import { outletFindings } from './doctor-outlets.ts';
import { temporalFindings } from './doctor-temporal.ts';
import { findingText } from './doctor-words.ts';
import type { Finding } from './doctor-words.ts';
import { languageOfEnv } from './language.ts';

const OLDEST_NODE = [20, 19] as const;
const DIAL_MS = 3_000;
const marks = { ok: '✔', note: '•', bad: '✘' } as const;
const defaultPorts: Record<string, number> = { 'smtp:': 587, 'smtps:': 465 };

function node(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const fits = major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1]);
  return { state: fits ? 'ok' : 'bad', code: fits ? 'node-ok' : 'node-old', params: { version } };
}

function dials(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: DIAL_MS });
    const end = (answered: boolean) => () => {
      socket.destroy();
      resolve(answered);
    };
    socket.once('connect', end(true)).once('error', end(false)).once('timeout', end(false));
  });
}

async function channels({ smtp, twilio }: Config): Promise<Finding[]> {
  const sms: Finding = twilio
    ? { state: 'ok', code: 'sms-ok', params: { from: twilio.from } }
    : { state: 'note', code: 'sms-outbox' };
  if (!smtp) return [{ state: 'note', code: 'email-outbox' }, sms];
  const { hostname, port, protocol } = new URL(smtp.url);
  const answered = await dials(hostname, port === '' ? (defaultPorts[protocol] ?? 25) : Number(port));
  const email: Finding = answered
    ? { state: 'ok', code: 'email-ok', params: { host: hostname } }
    : { state: 'bad', code: 'email-unreachable', params: { host: hostname } };
  return [email, sms];
}

/** Everything that is right or wrong with a deployment configured by these variables. */
export async function examine(env: NodeJS.ProcessEnv): Promise<Finding[]> {
  const found = [node(process.versions.node)];
  const language = languageOfEnv(env);
  let config: Config;
  try {
    config = readConfig(env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return [
      ...found,
      ...error.problems.map((problem): Finding => ({
        state: 'bad',
        code: 'settings-bad',
        params: { problem: problem[language].replace(/[.。]$/, '') },
      })),
    ];
  }
  found.push({ state: 'ok', code: config.mode === 'local' ? 'settings-local-ok' : 'settings-ok' });
  const known = await knownEngine(config);
  const [database, temporal, outside, kept] = await Promise.all([
    databaseFindings(config),
    temporalFindings(config, known),
    channels(config),
    outletFindings(config),
  ]);
  return [...found, ...database, ...temporal, ...outside, ...kept];
}

/** Examines and reports, one finding a line with how to mend it; answers the exit code. */
export async function doctor(env: NodeJS.ProcessEnv, print: (line: string) => void, asJson = false): Promise<0 | 1> {
  const found = await examine(env);
  const language = languageOfEnv(env);
  const told = found.map((finding) => ({ ...finding, ...findingText(finding, language) }));
  if (asJson) print(JSON.stringify(told.map(({ state, code, said, mend }) => ({ state, code, said, mend }))));
  else {
    for (const { state, said, mend } of told) {
      print(`${marks[state]} ${said}`);
      if (mend !== null) print(`    ${mend}`);
    }
  }
  return found.some((finding) => finding.state === 'bad') ? 1 : 0;
}
