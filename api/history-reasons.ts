import { sayReason } from '../domain/records/said.ts';
import { codeWords } from '../domain/records/code-words.ts';
import { connectorNames } from '../domain/credit/connector-words.ts';
import { sayDate } from '../domain/platform/said-time.ts';
import { closedUp } from '../domain/platform/sentences.ts';
import type { Language } from './route.ts';
import type { RefusalParams } from '../domain/platform/refusal-codes.ts';
import { isRefusalCode } from '../domain/platform/refusal-codes.ts';
import { refusalText } from '../domain/records/refusal-text.ts';

type Table = Readonly<Record<string, { zh: string }>>;

const inChinese = (table: Table, code: string): string => table[code]?.zh ?? code;
const verdicts: Table = { ...codeWords['approval.verdict'], ...codeWords['order-hold.verdict'] };
const connectors = (names: string): string =>
  names
    .split(', ')
    .map((name) => inChinese(connectorNames, name))
    .join('、');

/** What made a process look or act, as its history keeps it, in Chinese. */
const reasons: readonly (readonly [pattern: RegExp, zh: (...found: string[]) => string])[] = [
  [/^news has come/, () => '有新情况'],
  [/^no plan yet/, () => '流程开始，尚无计划'],
  [/^a decision has come: (.+)$/, (verdict = '') => `收到审批决定：${inChinese(verdicts, verdict)}`],
  [/^a decision has come/, () => '收到审批决定'],
  [/^a person acts on it: (.+)$/, (act = '') => `由人工处理：${inChinese(codeWords['shipment-hold.act'], act)}`],
  [/^the applicant withdraws$/, () => '申请人撤回'],
  [/^the applicant has answered$/, () => '申请人已答复'],
  [/^what was told is read$/, () => '读取新补充的资料'],
  [/^(.+) is asked$/, (names = '') => `查询数据来源：${connectors(names)}`],
  [/^(.+) could not be asked$/, (names = '') => `未能查询数据来源：${connectors(names)}`],
  [/^to ask: (.+)$/, (names = '') => `待查询的数据来源：${connectors(names)}`],
  [/^nothing is left to ask$/, () => '没有待查询的数据来源'],
  [/^not delivered within its time$/, () => '未能按时送出'],
  [/^the database does not know/, () => '数据库中没有对应的记录'],
  [/^with the last role; waits for a person$/, () => '已升级至最后一级角色，等待人工处理'],
  [/^waits for a decision until it lapses$/, () => '等待决定，逾期即失效'],
  [/^deadline near$/, () => '期限临近'],
  [/^deadline$/, () => '期限已到'],
  [/^closed$/, () => '已结束'],
  [/^documents are awaited$/, () => '等待单据'],
  [/^something is on its way until then$/, () => '有单据在途，届时再核对'],
  [/^nothing of it is open any more$/, () => '已无未结差异'],
  [/^judged again when its ship date comes near$/, () => '临近发货日时重新检查'],
  [/^reserved until its end$/, () => '占用额度至有效期结束'],
  [/^nothing is reserved any more$/, () => '不再占用额度'],
  [/^an answer is awaited until the deadline$/, () => '等待客户在期限内答复'],
  [/^all (\d+) customers were looked at$/, (count) => `已巡检全部 ${count} 家客户`],
  [/^the night of (\S+) begins$/, (on = '') => `${sayDate(on, 'zh')}的夜间巡检开始`],
  [/^(\d+) customers were looked at; the next follow$/, (count) => `已巡检 ${count} 家客户，继续下一批`],
];
const states: Table = codeWords['statement.state'];

/** The same in the reader's language; null: it is known in English alone. */
export function sayCause(text: string, language: Language): string | null {
  if (language === 'en') return text;
  for (const [pattern, zh] of reasons) {
    const found = pattern.exec(text);
    if (found) return closedUp(zh(...found.slice(1)));
  }
  const said = states[text]?.zh ?? sayReason(text, 'zh');
  return /[一-鿿]/.test(said) ? said : null;
}

type Fields = Record<string, unknown>;
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

const first = (value: unknown): unknown => (Array.isArray(value) ? (value as unknown[])[0] : value);

/** Why something failed: a refusal in the reader's language; of anything else the engine's own message, which is English. */
export function sayFailure(value: unknown, language: Language): string | null {
  if (!isFields(value) || typeof value['message'] !== 'string') return null;
  const info = isFields(value['applicationFailureInfo']) ? value['applicationFailureInfo'] : {};
  const { type } = info;
  if (isRefusalCode(type)) {
    const details = first(isFields(info['details']) ? (info['details']['payloads'] ?? info['details']) : info['details']);
    return refusalText(type, (isFields(details) ? details : {}) as RefusalParams, language).detail;
  }
  return language === 'zh' ? `错误信息：“${value['message']}”` : value['message'];
}
