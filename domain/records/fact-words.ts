import { actSentences } from '../approvals/fact-words.ts';
import { creditSentences } from '../credit/fact-words.ts';
import { sayWarnings } from '../outreach/contact-words.ts';
import { factTable } from '../credit/facts.ts';
import type { FactName } from '../credit/facts.ts';
import { shipmentSentences } from '../shipments/fact-words.ts';
import { ledgerSentences } from '../ledger/ledger-sentences.ts';
import { sayField, sayReason } from './said.ts';
import { choose } from '../platform/sentence.ts';
import type { Figures, Sentence } from '../platform/sentence.ts';
import type { Reading } from './said.ts';
import { outlets, sayOutlet, sayStayReason, stayReasons } from '../platform/departure.ts';
import type { Outlet } from '../platform/departure.ts';
import { formatAmount, sayMoney } from '../platform/money.ts';
import { sayTime } from '../platform/said-time.ts';
import { closedUp } from '../platform/sentences.ts';
import { currencyIn } from '../platform/readable.ts';
import { reconciliationSentences } from '../reconciliation/fact-words.ts';

/** What the record holds of a fact, as far as a sentence needs it. */
export interface SpokenFact {
  /** The document it is about: 'INV-1/2', or a customer's own id. */
  about: string | null;
  reason: string | null;
  before: unknown;
  after: unknown;
  /** Of what it is about: what an amount is in that does not say so itself. */
  currency: string;
}

/** The facts a customer's timeline tells, each with its sentence. What is not here is plumbing of the processes. */
const sentences: Readonly<Record<string, Sentence>> = {
  ...actSentences,
  ...creditSentences,
  ...shipmentSentences,
  ...reconciliationSentences,
  ...ledgerSentences,
  'customer.created': [() => 'Customer created', () => '新建客户'],
  'customer.changed': [() => 'Customer data changed', () => '客户资料变更'],
  'customer.merged': [
    (f) => `Customer ${f.get('customer')} merged into ${f.get('into')}`,
    (f) => `客户 ${f.get('customer')} 并入客户 ${f.get('into')}`,
  ],
  'customer.took-over': [
    (f) => `Customer ${f.get('from')} taken over: what it owed is owed here`,
    (f) => `接收客户 ${f.get('from')}，其欠款转入本客户`,
  ],
  'rung.requested': [(f) => `${f.say('rung')} for ${f.about} asked for`, (f) => `${f.about} 已申请${f.say('rung')}`],
  'rung.taken': [(f) => `${f.say('rung')} for ${f.about}: ${doneEn(f)}`, (f) => `${f.about} 的${f.say('rung')}：${doneZh(f)}`],
  'rung.skipped': [
    (f) => `${f.say('rung')} skipped for ${f.about}: ${f.reason}`,
    (f) => `${f.about} 未执行${f.say('rung')}：${f.reason}`,
  ],
  'contact.logged': [
    (f) => `${kindEn(f)} logged: ${f.get('outcome')}${sayWarnings(f.get('warnings'), 'en')}`,
    (f) => `登记${kindZh(f)}：${f.get('outcome')}${sayWarnings(f.get('warnings'), 'zh')}`,
  ],
  'contact.opted-out': [(f) => `Opted out of ${f.say('channel')}`, (f) => `客户退订${f.say('channel')}`],
  'contact.opt-out-lifted': [
    (f) => `Agrees again to ${f.say('channel')}: ${f.reason}`,
    (f) => `客户重新同意接收${f.say('channel')}：${f.reason}`,
  ],
  'message.sending': [(f) => `A message is being handed over by ${channelEn(f)}`, (f) => `正在通过${channelZh(f)}发送消息`],
  'message.sent': [
    (f) =>
      f.get('outbox') === 'true'
        ? `${channelEn(f)} written, kept in the outbox, not sent${whyKept(f, 'en')}`
        : `Message sent by ${channelEn(f)}`,
    (f) =>
      f.get('outbox') === 'true'
        ? `${channelZh(f)}已生成，未外发（发件箱模式${whyKept(f, 'zh')}）`
        : `消息已通过${channelZh(f)}发出`,
  ],
  'message.delivered': [() => 'Message delivered', () => '消息已送达'],
  'message.failed': [(f) => `Message failed: ${f.reason}`, (f) => `消息发送失败：${f.reason}`],
  'message.unknown': [() => 'Outcome of a message unknown; a person finds out', () => '消息结果未知，转人工核实'],
  'message.receipt': [(f) => `Receipt: ${f.say('state', 'message')}`, (f) => `回执：${f.say('state', 'message')}`],
  'work-order.opened': [
    (f) => `Task opened for the ${f.say('role')}: ${f.say('kind', 'task')} (${f.say('subject')})`,
    (f) => `已为${f.say('role')}建立工单：${f.say('kind', 'task')}${f.say('subject') === '' ? '' : `（${f.say('subject')}）`}`,
  ],
  'work-order.warned': [() => 'Task near its deadline', () => '工单临近期限'],
  'work-order.escalated': [(f) => `Task escalated to the ${f.say('role')}`, (f) => `工单已升级至${f.say('role')}`],
  'work-order.cancelled': [(f) => `Task no longer needed: ${f.reason}`, (f) => `工单撤销：${f.reason}`],
  'task.completed': [(f) => `Task done: ${f.get('outcome')}`, (f) => `工单完成：${f.get('outcome')}`],
  'task.assigned': [
    (f) => `Task given to ${f.get('assignee') || 'its role'}`,
    (f) => `工单分派给 ${f.get('assignee') || '原角色'}`,
  ],
  'task.snoozed': [(f) => `Task put aside until ${f.say('snoozedUntil')}`, (f) => `工单暂缓至 ${f.say('snoozedUntil')}`],
  'profile.facts-recorded': [(f) => `Profile facts recorded: ${names(f, 'en')}`, (f) => `登记信用资料：${names(f, 'zh')}`],
  'profile.refreshed': [() => 'Profile refreshed', () => '更新客户信用档案'],
  'profile.connector-asked': [
    (f) => `Data provider asked: ${f.say('connector')}`,
    (f) => `查询外部数据来源：${f.say('connector')}`,
  ],
  'profile.connector-answered': [
    (f) => `Data provider answered: ${f.say('connector')}`,
    (f) => `外部数据来源已返回：${f.say('connector')}`,
  ],
  'profile.connector-failed': [
    (f) => `Data provider told nothing: ${f.say('connector')} (${f.reason})`,
    (f) => `外部数据来源未返回可用资料：${f.say('connector')}（${f.reason}）`,
  ],
  'profile.connector-unavailable': [
    (f) => `Data provider away: ${f.say('connector')} (${f.reason})`,
    (f) => `外部数据来源不可用：${f.say('connector')}（${f.reason}）`,
  ],
  'warning.raised': [(f) => `Early warning: ${f.say('kind', 'warning')}`, (f) => `信用预警：${f.say('kind', 'warning')}`],
  'warning.closed': [
    (f) => `Early warning over: ${f.say('kind', 'warning')}`,
    (f) => `信用预警解除：${f.say('kind', 'warning')}`,
  ],
  'data-finding.found': [(f) => `Fault in the data: ${f.say('kind', 'finding')}`, (f) => `资料问题：${f.say('kind', 'finding')}`],
  'data-finding.cleared': [
    (f) => `Fault in the data corrected: ${f.say('kind', 'finding')}`,
    (f) => `资料问题已更正：${f.say('kind', 'finding')}`,
  ],
  'legal-case.opened': [() => 'Legal case opened', () => '转入法务案件'],
  'legal-case.joined': [() => 'Joined to the open legal case', () => '并入已有法务案件'],
  'legal-case.reopened': [() => 'Legal case open again: it is owed again', () => '欠款恢复，法务案件重新打开'],
  'legal-case.closed': [() => 'Legal case closed', () => '法务案件关闭'],
};

const names = (f: Figures, language: 'en' | 'zh'): string =>
  f.fields
    .map((name) => (name in factTable ? factTable[name as FactName][language] : name))
    .join(language === 'zh' ? '、' : ', ');

const kindZh = choose({ call: '电话', visit: '拜访', email: '邮件', other: '联系' }, 'kind');
const kindEn = choose({ call: 'Call', visit: 'Visit', email: 'E-mail', other: 'Contact' }, 'kind');

const isOutlet = (text: string): text is Outlet => outlets.some((outlet) => outlet === text);
const channelIn = (f: Figures, language: 'en' | 'zh'): string =>
  isOutlet(f.get('channel')) ? sayOutlet(f.get('channel') as Outlet, language) : f.get('channel');
const channelEn = (f: Figures): string => channelIn(f, 'en');
const channelZh = (f: Figures): string => channelIn(f, 'zh');

/** Why a message was kept, where the record holds it. */
function whyKept(f: Figures, language: 'en' | 'zh'): string {
  const reason = stayReasons.find((one) => one === f.code);
  if (!reason) return '';
  return language === 'en' ? ` (${sayStayReason(reason, 'en')})` : `：${sayStayReason(reason, 'zh')}`;
}

/** What taking a rung was: a task for a person, or a message; whether that left is told of the message itself. */
function doneEn(f: Figures): string {
  if (f.code === 'by-hand') return 'handed to a person';
  return f.get('action') === '' ? 'put into a message' : 'task opened';
}
function doneZh(f: Figures): string {
  if (f.code === 'by-hand') return '已交人工联系';
  return f.get('action') === '' ? '已写入消息' : '已建立工单';
}

/** Fields that hold a day or a time; ids that look like one are shown as they are. */
const dayField = /^(?:on|asOf)$|(?:On|At|Until)$/;

/** The actions a timeline tells. */
export const timelineActions: readonly string[] = Object.keys(sentences);

/** A fact in words; an action without a sentence is said by its code. */
export function sayFact(action: string, fact: SpokenFact, language: 'zh' | 'en', reading: Reading): string {
  const sentence = sentences[action];
  if (!sentence) return action;
  const after = (fact.after ?? {}) as Record<string, unknown>;
  const get = (name: string): string => {
    const text = after[name] === undefined || after[name] === null ? '' : String(after[name]);
    return dayField.test(name) ? sayTime(text, language, reading.zone) : text;
  };
  const figures = {
    about: fact.about ?? '',
    reason: sayReason(fact.reason ?? '', language),
    code: fact.reason ?? '',
    amount: amountIn(after, fact.currency, language),
    get,
    say: (name: string, as = name) => sayField(as, after[name], language, reading),
    fields: Object.keys(after),
  };
  return language === 'en' ? sentence[0](figures) : closedUp(sentence[1](figures));
}

function amountIn(after: Record<string, unknown>, other: string, language: 'zh' | 'en'): string {
  const { amountMinor } = after;
  if (typeof amountMinor !== 'number') return '';
  const currency = currencyIn(after) ?? other;
  return sayMoney(formatAmount(amountMinor, currency), currency, language);
}
