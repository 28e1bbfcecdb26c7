import { roles } from '../domain/kernel/actor.ts';
import type { ApiKeys } from './keys.ts';
import { columnsOf, padTo } from './words.ts';

/** What a running stack tells its user. */
export interface Ready {
  readonly url: string;
  readonly apiKeys: ApiKeys;
  readonly temporalUi: string | null;
  readonly databaseUrl: string;
}

type Language = 'zh' | 'en';

/** Lines in a frame, as wide as the longest. */
export function framed(lines: readonly string[]): string {
  const width = Math.max(...lines.map(columnsOf));
  const edge = '─'.repeat(width + 2);
  return [`┌${edge}┐`, ...lines.map((line) => `│ ${padTo(line, width)} │`), `└${edge}┘`].join('\n');
}

/** Addresses and keys, in a frame. */
export function readyBox({ url, apiKeys, temporalUi, databaseUrl }: Ready, language: Language): string {
  const zh = language === 'zh';
  const places: [string, string][] = [
    [zh ? '接口' : 'API', `${url}/v1`],
    [zh ? '接口文档' : 'API documentation', `${url}/docs`],
    [zh ? 'Temporal 界面' : 'Temporal UI', temporalUi ?? '–'],
    [zh ? '数据库' : 'Database', databaseUrl],
  ];
  const keys = roles.map((role): [string, string] => [role, apiKeys[role]]);
  const width = Math.max(...[...places, ...keys].map(([name]) => columnsOf(name)));
  const rows = (pairs: [string, string][]) => pairs.map(([name, value]) => `${padTo(name, width)}  ${value}`);
  return framed([
    zh ? 'Duecourse 已启动(Ctrl-C 停止)' : 'Duecourse is running (Ctrl-C stops it)',
    '',
    ...rows(places),
    '',
    zh ? 'API 密钥(每个角色一个)' : 'API keys, one a role',
    ...rows(keys),
  ]);
}

/** Three commands to begin with. */
export function whatNext({ url, apiKeys }: Ready, language: Language): string {
  const zh = language === 'zh';
  const get = (role: keyof ApiKeys, path: string) => `  curl -s -H 'Authorization: Bearer ${apiKeys[role]}' '${url}${path}'`;
  return [
    zh ? '接下来可以试试:' : 'What to try next:',
    get('collector', '/v1/receivables?stage=legal'),
    get('collector', '/v1/tasks'),
    get('auditor', '/v1/clock'),
  ].join('\n');
}

/** The one line of --json. */
export const readyLine = (ready: Ready): string =>
  JSON.stringify({
    url: ready.url,
    apiKeys: ready.apiKeys,
    temporalUi: ready.temporalUi,
    databaseUrl: ready.databaseUrl,
  });
