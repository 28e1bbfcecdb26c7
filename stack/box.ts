import { roles } from '../domain/platform/actor.ts';
import type { ApiKeys } from './keys.ts';
import { sayGoLivePart } from '../domain/outreach/going-live.ts';
import type { GoLivePart } from '../domain/outreach/going-live.ts';
import { sayOutlet, sayStayReason } from '../domain/platform/departure.ts';
import type { OutletView } from '../store/platform/departures.ts';
import { columnsOf, padTo } from './words.ts';

/** What a running stack tells its user. */
export interface Ready {
  readonly url: string;
  readonly apiKeys: ApiKeys;
  readonly temporalUi: string | null;
  /** As the owner: whoever holds the data folder may look at everything. */
  readonly databaseUrl: string;
  /** The same database by login; the processes themselves use `app`. Null: a database of one's own, whose auditor is not known. */
  readonly databaseLogins: { readonly owner: string; readonly app: string; readonly auditor: string | null };
}

type Language = 'zh' | 'en';

/** Lines in a frame, as wide as the longest. */
export function framed(lines: readonly string[]): string {
  const width = Math.max(...lines.map(columnsOf));
  const edge = '─'.repeat(width + 2);
  return [`┌${edge}┐`, ...lines.map((line) => `│ ${padTo(line, width)} │`), `└${edge}┘`].join('\n');
}

/** Addresses and keys: in a frame where the terminal is wide enough for one, the long address of the database below it. */
export function readyBox({ url, apiKeys, temporalUi, databaseUrl }: Ready, language: Language, columns = 80): string {
  const zh = language === 'zh';
  const places: [string, string][] = [
    [zh ? '接口' : 'API', `${url}/v1`],
    [zh ? '接口文档' : 'API documentation', `${url}/docs`],
    [zh ? 'Temporal 界面' : 'Temporal UI', temporalUi ?? '–'],
  ];
  const keys = roles.map((role): [string, string] => [role, apiKeys[role]]);
  const width = Math.max(...[...places, ...keys].map(([name]) => columnsOf(name)));
  const rows = (pairs: [string, string][]) => pairs.map(([name, value]) => `${padTo(name, width)}  ${value}`);
  const lines = [
    zh ? 'Duecourse 已启动（Ctrl-C 停止）' : 'Duecourse is running (Ctrl-C stops it)',
    '',
    ...rows(places),
    '',
    zh ? 'API 密钥（每个角色一个）' : 'API keys, one per role',
    ...rows(keys),
  ];
  const fits = Math.max(...lines.map(columnsOf)) + 4 <= columns;
  return `${fits ? framed(lines) : lines.join('\n')}\n${zh ? '数据库（所有者）' : 'Database (owner)'}  ${databaseUrl}`;
}

/** What leaves this machine and what is kept here, in a line or two; `outlets`: the connected ones. */
export function outletLines(outlets: readonly Pick<OutletView, 'outlet' | 'reasons'>[], language: Language): string[] {
  const zh = language === 'zh';
  if (outlets.length === 0)
    return [
      zh
        ? '消息：未配置任何渠道，全部保存在发件箱，不外发。'
        : 'Messages: no channel has credentials; all are kept in the outbox and none leaves this machine.',
    ];
  const whyOf = ({ reasons }: (typeof outlets)[number]): string =>
    reasons.map((reason) => sayStayReason(reason, language)).join(zh ? '；' : '; ');
  return [...new Set(outlets.map(whyOf))].map((why) => {
    const names = outlets
      .filter((one) => whyOf(one) === why)
      .map(({ outlet }) => sayOutlet(outlet, language))
      .join(zh ? '、' : ', ');
    if (why === '') return zh ? `对外发送：${names}。` : `Reaching their providers for real: ${names}.`;
    return zh ? `只保存，不外发：${names}（${why}）。` : `Kept here, nothing leaves: ${names} (${why}).`;
  });
}

/** What an imported ledger still needs before anything could leave, and how to give it. */
export function missingLines(missing: readonly GoLivePart[], language: Language): string[] {
  if (missing.length === 0) return [];
  const zh = language === 'zh';
  return [
    zh
      ? '正式上线前还缺以下设置，补全前不对外发送任何消息：'
      : 'Before going live these settings are needed; until then no message leaves:',
    ...missing.map((part) => `  ${sayGoLivePart(part, language)}`),
    zh
      ? '  设置方法：duecourse settings set seller @seller.json，duecourse settings set go-live @go-live.json'
      : '  Give them with: duecourse settings set seller @seller.json, duecourse settings set go-live @go-live.json',
  ];
}

/** The API's address with a key as the user name: such a link opens in a browser, for reading. */
export const linkBase = (url: string, key: string): string => url.replace('://', `://${key}@`);

/** Three places to begin with. */
export function whatNext({ url, apiKeys }: Ready, language: Language): string {
  const zh = language === 'zh';
  const base = linkBase(url, apiKeys.auditor);
  return [
    zh ? '接下来可以试试（浏览器或 curl 打开）：' : 'What to try next, in a browser or with curl:',
    `  ${zh ? '法务阶段的应收款' : 'Receivables in the legal stage'}\n    ${base}/v1/receivables?stage=legal`,
    `  ${zh ? '工单，最紧急的在前' : 'The worklist, the most urgent first'}\n    ${base}/v1/tasks`,
    `  ${zh ? '等待审批的授信申请' : 'Applications for credit that wait for a decision'}\n    ${base}/v1/credit-applications?state=awaiting-decision`,
    `  ${zh ? '等待放行的冻结订单' : 'Held orders that wait for a decision'}\n    ${base}/v1/order-holds?state=open`,
    `  ${zh ? '全部接口，可在页面上试用' : 'Every route, to be tried on the page'}\n    ${url}/docs`,
  ].join('\n');
}

/** The one line of --json. */
export const readyLine = (ready: Ready): string =>
  JSON.stringify({
    url: ready.url,
    apiKeys: ready.apiKeys,
    temporalUi: ready.temporalUi,
    databaseUrl: ready.databaseUrl,
    databaseLogins: ready.databaseLogins,
  });
