import type { Sentence } from '../platform/sentence.ts';

/** What a customer's timeline tells of statements and reconciliation, each with its sentence. */
export const reconciliationSentences: Readonly<Record<string, Sentence>> = {
  'statement.issued': [
    (f) => `Statement of ${f.get('asOf')} made: ${f.amount}`,
    (f) => `生成截至 ${f.get('asOf')} 的对账单：${f.amount}`,
  ],
  'statement.answered': [
    (f) =>
      f.get('verdict') === 'confirmed' ? 'Statement confirmed by the customer' : 'Customer disputes lines of the statement',
    (f) => (f.get('verdict') === 'confirmed' ? '客户确认对账单' : '客户对对账单部分明细提出异议'),
  ],
  'statement.silent': [
    (f) => `Statement of ${f.get('asOf')} not answered in time`,
    (f) => `截至 ${f.get('asOf')} 的对账单逾期未获答复`,
  ],
  'statement.taken-back': [(f) => `Statement taken back: ${f.reason}`, (f) => `撤回对账单：${f.reason}`],
  'customer-statement.received': [
    (f) => `Customer's statement ${f.get('externalId')} of ${f.get('asOf')} taken in: ${f.amount}`,
    (f) => `收到客户对账单 ${f.get('externalId')}（截至 ${f.get('asOf')}）：${f.amount}`,
  ],
  'customer-statement.match-decided': [
    (f) => `Doubtful match ${f.say('state', 'match')}: ${f.reason}`,
    (f) => `存疑匹配${f.get('state') === 'accepted' ? '确认' : '否定'}：${f.reason}`,
  ],
  'customer-statement.withdrawn': [(f) => `Customer's statement taken out: ${f.reason}`, (f) => `剔除客户对账单：${f.reason}`],
  'difference.found': [
    (f) => `Difference of ${f.amount}${f.get('number') === '' ? '' : ` on ${f.get('number')}`}: ${f.say('kind', 'difference')}`,
    (f) => `发现差异 ${f.amount}${f.get('number') === '' ? '' : `（${f.get('number')}）`}：${f.say('kind', 'difference')}`,
  ],
  'difference.changed': [
    (f) => `Difference is now ${f.amount}: ${f.say('kind', 'difference')}`,
    (f) => `差异变为 ${f.amount}：${f.say('kind', 'difference')}`,
  ],
  'difference.cleared': [(f) => `Difference of ${f.amount} cleared: ${f.reason}`, (f) => `差异 ${f.amount} 已消除`],
  'difference.adjusted': [(f) => `Difference of ${f.amount} settled: ${f.reason}`, (f) => `差异 ${f.amount} 已处理：${f.reason}`],
  'difference.withdrawn': [
    (f) => `Difference of ${f.amount} was none: ${f.reason}`,
    (f) => `差异 ${f.amount} 已撤销：${f.reason}`,
  ],
  'adjustment.proposed': [
    (f) => `Adjustment of ${f.amount} proposed (${f.say('kind', 'adjustment')}): ${f.reason}`,
    (f) => `提出差异处理 ${f.amount}（${f.say('kind', 'adjustment')}）：${f.reason}`,
  ],
  'adjustment.approved': [
    (f) => `Adjustment of ${f.amount} approved: ${f.reason}`,
    (f) => `批准差异处理 ${f.amount}：${f.reason}`,
  ],
  'adjustment.declined': [
    (f) => `Adjustment of ${f.amount} declined: ${f.reason}`,
    (f) => `否决差异处理 ${f.amount}：${f.reason}`,
  ],
};
