import { creditSentences } from '../credit/fact-words.ts';
import { factTable } from '../credit/facts.ts';
import type { FactName } from '../credit/facts.ts';
import { shipmentSentences } from '../shipment/fact-words.ts';
import { formatAmount, isCurrency } from '../kernel/money.ts';
import { reconciliationSentences } from '../reconciliation/fact-words.ts';

/** What the record holds of a fact, as far as a sentence needs it. */
export interface SpokenFact {
  /** The document it is about: 'INV-1/2', or a customer's own id. */
  about: string | null;
  reason: string | null;
  before: unknown;
  after: unknown;
}

interface Figures {
  about: string;
  reason: string;
  amount: string;
  /** A field after the fact, as text; '' when it is not there. */
  get: (name: string) => string;
  /** Names of the fields after the fact. */
  fields: readonly string[];
}
export type Sentence = readonly [en: (f: Figures) => string, zh: (f: Figures) => string];

/** The facts a customer's timeline tells, each with its sentence. What is not here is plumbing of the processes. */
const sentences: Readonly<Record<string, Sentence>> = {
  ...creditSentences,
  ...shipmentSentences,
  ...reconciliationSentences,
  'customer.created': [() => 'Customer created', () => '新建客户'],
  'customer.changed': [() => 'Customer data changed', () => '客户资料变更'],
  'invoice.posted': [
    (f) => `Invoice ${f.get('externalId')} posted: ${f.amount}`,
    (f) => `发票 ${f.get('externalId')} 入账：${f.amount}`,
  ],
  'invoice.changed': [
    (f) => `Invoice ${f.get('externalId')} corrected: ${f.amount}`,
    (f) => `发票 ${f.get('externalId')} 更正：${f.amount}`,
  ],
  'invoice.imported-settled': [
    (f) => `Invoice ${f.get('externalId')} taken over as settled: ${f.amount}`,
    (f) => `发票 ${f.get('externalId')} 作为已结历史导入：${f.amount}`,
  ],
  'payment.posted': [
    (f) => `Payment ${f.get('externalId')} received on ${f.get('receivedOn')}: ${f.amount}`,
    (f) => `${f.get('receivedOn')} 收到付款 ${f.get('externalId')}：${f.amount}`,
  ],
  'payment.allocated': [(f) => `Payment ${f.get('externalId')} allocated further`, (f) => `付款 ${f.get('externalId')} 继续核销`],
  'payment.reversed': [
    (f) => `Payment ${f.get('externalId')} reversed: ${f.amount}`,
    (f) => `付款 ${f.get('externalId')} 冲销：${f.amount}`,
  ],
  'credit-note.posted': [
    (f) => `Credit note ${f.get('externalId')} on ${f.get('invoice')}: ${f.amount}`,
    (f) => `发票 ${f.get('invoice')} 的贷项通知单 ${f.get('externalId')}：${f.amount}`,
  ],
  'dispute.opened': [
    (f) => `Dispute over ${f.amount} of ${f.about}: ${categoryEn(f)}`,
    (f) => `${f.about} 的 ${f.amount} 发生争议：${categoryZh(f)}`,
  ],
  'dispute.resolved': [
    (f) => `Dispute on ${f.about} resolved: ${f.get('state')}`,
    (f) => `${f.about} 的争议已处理：${stateZh(f)}`,
  ],
  'promise.recorded': [
    (f) => `${f.amount} of ${f.about} promised for ${f.get('on')}`,
    (f) => `客户承诺于 ${f.get('on')} 支付 ${f.about} 的 ${f.amount}`,
  ],
  'promise.cancelled': [
    (f) => `Promise for ${f.get('on')} cancelled: ${f.reason}`,
    (f) => `撤销 ${f.get('on')} 的付款承诺：${f.reason}`,
  ],
  'receivable.written-off': [(f) => `${f.about} written off: ${f.reason}`, (f) => `${f.about} 核销坏账：${f.reason}`],
  'receivable.closed': [(f) => `${f.about} closed: ${outcomeEn(f)}`, (f) => `${f.about} 关闭：${outcomeZh(f)}`],
  'receivable.reopened': [(f) => `${f.about} open again`, (f) => `${f.about} 重新打开`],
  'rung.requested': [(f) => `${f.get('rung')} for ${f.about} asked for`, (f) => `${f.about} 申请执行 ${f.get('rung')}`],
  'rung.taken': [(f) => `${f.get('rung')} taken for ${f.about}`, (f) => `${f.about} 已执行 ${f.get('rung')}`],
  'rung.skipped': [
    (f) => `${f.get('rung')} skipped for ${f.about}: ${f.reason}`,
    (f) => `${f.about} 跳过 ${f.get('rung')}：${f.reason}`,
  ],
  'contact.logged': [(f) => `${kindEn(f)} logged: ${f.get('outcome')}`, (f) => `登记${kindZh(f)}：${f.get('outcome')}`],
  'contact.opted-out': [(f) => `Opted out of ${f.get('channel')}`, (f) => `客户退订 ${f.get('channel')}`],
  'contact.opt-out-lifted': [
    (f) => `Agrees again to ${f.get('channel')}: ${f.reason}`,
    (f) => `重新同意 ${f.get('channel')}：${f.reason}`,
  ],
  'message.sending': [
    (f) => `Message "${f.get('template')}" goes out by ${f.get('channel')}`,
    (f) => `通过 ${f.get('channel')} 发送消息“${f.get('template')}”`,
  ],
  'message.sent': [(f) => `Message sent by ${f.get('channel')}`, (f) => `消息已通过 ${f.get('channel')} 发出`],
  'message.delivered': [() => 'Message delivered', () => '消息已送达'],
  'message.failed': [(f) => `Message failed: ${f.reason}`, (f) => `消息发送失败：${f.reason}`],
  'message.unknown': [() => 'Outcome of a message unknown; a person finds out', () => '消息结果未知，转人工核实'],
  'message.receipt': [(f) => `Receipt: ${f.get('state')}`, (f) => `回执：${f.get('state')}`],
  'work-order.opened': [
    (f) => `Task for ${f.get('role')}: ${f.get('kind')} (${f.get('subject')})`,
    (f) => `工单 ${f.get('kind')} 交 ${f.get('role')}（${f.get('subject')}）`,
  ],
  'work-order.warned': [() => 'Task near its deadline', () => '工单临近期限'],
  'work-order.escalated': [(f) => `Task escalated to ${f.get('role')}`, (f) => `工单升级至 ${f.get('role')}`],
  'work-order.cancelled': [(f) => `Task no longer needed: ${f.reason}`, (f) => `工单撤销：${f.reason}`],
  'task.completed': [(f) => `Task done: ${f.get('outcome')}`, (f) => `工单完成：${f.get('outcome')}`],
  'task.assigned': [
    (f) => `Task given to ${f.get('assignee') || 'its role'}`,
    (f) => `工单分派给 ${f.get('assignee') || '原角色'}`,
  ],
  'task.snoozed': [(f) => `Task put aside until ${f.get('snoozedUntil')}`, (f) => `工单暂缓至 ${f.get('snoozedUntil')}`],
  'profile.facts-recorded': [(f) => `Profile facts recorded: ${names(f, 'en')}`, (f) => `登记信用资料：${names(f, 'zh')}`],
  'profile.refreshed': [() => 'Profile refreshed', () => '刷新信用画像'],
  'profile.connector-asked': [(f) => `Register asked: ${f.get('connector')}`, (f) => `查询外部登记系统：${f.get('connector')}`],
  'profile.connector-answered': [
    (f) => `Register answered: ${f.get('connector')}`,
    (f) => `外部登记系统已返回：${f.get('connector')}`,
  ],
  'profile.connector-failed': [
    (f) => `Register told nothing: ${f.get('connector')} (${f.reason})`,
    (f) => `外部登记系统未返回可用资料：${f.get('connector')}（${f.reason}）`,
  ],
  'profile.connector-unavailable': [
    (f) => `Register away: ${f.get('connector')} (${f.reason})`,
    (f) => `外部登记系统不可用：${f.get('connector')}（${f.reason}）`,
  ],
  'warning.raised': [(f) => `Early warning: ${f.get('kind')}`, (f) => `信用预警：${f.get('kind')}`],
  'warning.closed': [(f) => `Early warning over: ${f.get('kind')}`, (f) => `信用预警解除：${f.get('kind')}`],
  'data-finding.found': [(f) => `Fault in the data: ${f.get('kind')}`, (f) => `资料问题：${f.get('kind')}`],
  'data-finding.cleared': [(f) => `Fault in the data mended: ${f.get('kind')}`, (f) => `资料问题已更正：${f.get('kind')}`],
  'legal-case.opened': [() => 'Legal case opened', () => '转入法务案件'],
  'legal-case.joined': [() => 'Joined to the open legal case', () => '并入已有法务案件'],
  'legal-case.closed': [() => 'Legal case closed', () => '法务案件关闭'],
};

const names = (f: Figures, language: 'en' | 'zh'): string =>
  f.fields
    .map((name) => (name in factTable ? factTable[name as FactName][language] : name))
    .join(language === 'zh' ? '、' : ', ');

const choose =
  (words: Readonly<Record<string, string>>, name: string) =>
  (f: Figures): string =>
    words[f.get(name)] ?? f.get(name);

const categories = {
  zh: {
    quantity: '数量',
    price: '价格',
    quality: '质量',
    paperwork: '单据',
    acceptance: '验收',
    complaint: '投诉',
    other: '其他',
  },
  en: { acceptance: 'acceptance', complaint: 'a complaint', other: 'another reason' },
};
const categoryZh = choose(categories.zh, 'category');
const categoryEn = choose(categories.en, 'category');
const stateZh = choose({ upheld: '成立', 'part-upheld': '部分成立', rejected: '不成立', withdrawn: '撤回' }, 'state');
const outcomeZh = choose(
  { paid: '已付清', credited: '已贷记', 'replaced-by-plan': '由分期计划替代', 'written-off': '已核销坏账' },
  'outcome',
);
const outcomeEn = choose({ 'replaced-by-plan': 'replaced by a payment plan', 'written-off': 'written off' }, 'outcome');
const kindZh = choose({ call: '电话', visit: '拜访', email: '邮件', other: '联系' }, 'kind');
const kindEn = choose({ call: 'Call', visit: 'Visit', email: 'E-mail', other: 'Contact' }, 'kind');

/** The actions a timeline tells. */
export const timelineActions: readonly string[] = Object.keys(sentences);

/** A fact in words; an action without a sentence is said by its code. */
export function sayFact(action: string, fact: SpokenFact, language: 'zh' | 'en'): string {
  const sentence = sentences[action];
  if (!sentence) return action;
  const after = (fact.after ?? {}) as Record<string, unknown>;
  const get = (name: string): string => (after[name] === undefined || after[name] === null ? '' : String(after[name]));
  const figures = {
    about: fact.about ?? '',
    reason: fact.reason ?? '',
    amount: amountIn(after),
    get,
    fields: Object.keys(after),
  };
  return sentence[language === 'en' ? 0 : 1](figures);
}

function amountIn({ amountMinor, currency }: Record<string, unknown>): string {
  if (typeof amountMinor !== 'number' || typeof currency !== 'string' || !isCurrency(currency)) return '';
  return `${formatAmount(amountMinor, currency)} ${currency}`;
}
