import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Role } from '../domain/platform/actor.ts';
import { StackError } from '../stack/error.ts';
import { languageOfEnv } from './language.ts';

export interface CallOptions {
  /** JSON, `@file`, or `-` for standard input. */
  body?: string;
  url: string;
  /** Whose key of the local stack is used; without it DUECOURSE_API_KEY is. */
  as?: Role;
  data: string;
  idempotencyKey?: string;
}

type Env = NodeJS.ProcessEnv;

/** Sends one request to the API and prints its answer; answers the exit code: 1 when it was refused. */
export async function callApi(method: string, path: string, options: CallOptions, env: Env = process.env): Promise<number> {
  const body = options.body === undefined ? undefined : bodyOf(options.body);
  const headers = {
    authorization: `Bearer ${keyOf(options, env)}`,
    'accept-language': languageOfEnv(env),
    ...(body !== undefined && { 'content-type': 'application/json' }),
    ...(options.idempotencyKey !== undefined && { 'idempotency-key': options.idempotencyKey }),
  };
  const address = `${options.url.replace(/\/+$/, '')}${path.startsWith('/') ? path : `/${path}`}`;
  const answer = await fetch(address, { method: method.toUpperCase(), headers, ...(body !== undefined && { body }) }).catch(
    (error: unknown) => {
      const why = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
      throw new StackError(
        `The API cannot be reached at ${options.url} (${why}): start it, or give its address with --url or DUECOURSE_URL.`,
        `无法连接 ${options.url} 上的 API（${why}）：请先启动，或用 --url 或 DUECOURSE_URL 指定地址。`,
      );
    },
  );
  const text = readable(await answer.text());
  (answer.ok ? process.stdout : process.stderr).write(`${text}\n`);
  return answer.ok ? 0 : 1;
}

function keyOf({ as, data }: CallOptions, env: Env): string {
  if (as === undefined) {
    const key = env['DUECOURSE_API_KEY'];
    if (key !== undefined && key !== '') return key;
    throw new StackError(
      'Whose call is it? Set DUECOURSE_API_KEY, or name a role of the local stack with --as.',
      '以谁的身份调用？请设置 DUECOURSE_API_KEY，或用 --as 指定本地环境的角色。',
    );
  }
  const file = join(data, 'api-keys.json');
  try {
    const key = (JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>)[as];
    if (typeof key === 'string') return key;
  } catch {
    // Told below, with the file it is about.
  }
  throw new StackError(
    `${file} holds no key of ${as}: start the local stack once, or name its data folder with --data.`,
    `${file} 中没有角色 ${as} 的密钥：请先启动一次本地环境，或用 --data 指定其数据文件夹。`,
  );
}

function bodyOf(given: string): string {
  if (given === '-') return readFileSync(0, 'utf8');
  if (!given.startsWith('@')) return given;
  const file = given.slice(1);
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new StackError(`The file ${file} cannot be read.`, `无法读取文件 ${file}。`);
  }
}

function readable(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

interface Described {
  paths?: Record<string, object> | undefined;
}
interface Operation {
  summary?: string;
  tags?: string[];
}

/** The routes of the API whose path, tag or summary holds the word, one a line. */
export function routesNamed({ paths = {} }: Described, word: string): string[] {
  const wanted = word.toLowerCase();
  return Object.entries(paths)
    .flatMap(([path, methods]) =>
      Object.entries(methods as Record<string, Operation>).map(([method, { summary = '', tags = [] }]) => ({
        method,
        path,
        summary,
        tag: tags[0] ?? '',
      })),
    )
    .filter((route) => Object.values(route).join(' ').toLowerCase().includes(wanted))
    .map(({ method, path, summary }) => `${method.toUpperCase().padEnd(6)} ${path.padEnd(58)} ${summary}`);
}
