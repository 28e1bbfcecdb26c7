import type { Sentence } from '../collection/fact-words.ts';

const causesEn: Record<string, string> = {
  timing: 'still on its way',
  price: 'price',
  quantity: 'quantity',
  'unrecorded-return': 'a return not on record',
  'unallocated-payment': 'a payment that lies on nothing',
  'unknown-document': 'a document only one side has',
};
const causesZh: Record<string, string> = {
  timing: '在途',
  price: '价格',
  quantity: '数量',
  'unrecorded-return': '退货未入账',
  'unallocated-payment': '付款未核销',
  'unknown-document': '单据仅一方有记录',
};
const kindsEn: Record<string, string> = {
  'accept-theirs': 'their figure is right, a credit note is expected',
  'keep-ours': 'our figure is right',
  'allocate-payment': 'lay the payment on what it pays',
};
const kindsZh: Record<string, string> = {
  'accept-theirs': '以客户金额为准，待开贷项通知单',
  'keep-ours': '以我方金额为准',
  'allocate-payment': '核销付款',
};
const said = (words: Record<string, string>, code: string): string => words[code] ?? code;
type Said = Parameters<Sentence[0]>[0];
const causeEn = (f: Said): string => said(causesEn, f.get('kind'));
const causeZh = (f: Said): string => said(causesZh, f.get('kind'));

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
    (f) => `Doubtful match ${f.get('state')}: ${f.reason}`,
    (f) => `存疑匹配${f.get('state') === 'accepted' ? '确认' : '否定'}：${f.reason}`,
  ],
  'customer-statement.withdrawn': [(f) => `Customer's statement taken out: ${f.reason}`, (f) => `剔除客户对账单：${f.reason}`],
  'difference.found': [
    (f) => `Difference of ${f.amount}${f.get('number') === '' ? '' : ` on ${f.get('number')}`}: ${causeEn(f)}`,
    (f) => `发现差异 ${f.amount}${f.get('number') === '' ? '' : `（${f.get('number')}）`}：${causeZh(f)}`,
  ],
  'difference.changed': [(f) => `Difference is now ${f.amount}: ${causeEn(f)}`, (f) => `差异变为 ${f.amount}：${causeZh(f)}`],
  'difference.cleared': [(f) => `Difference of ${f.amount} cleared: ${f.reason}`, (f) => `差异 ${f.amount} 已消除`],
  'difference.adjusted': [(f) => `Difference of ${f.amount} settled: ${f.reason}`, (f) => `差异 ${f.amount} 已处理：${f.reason}`],
  'difference.withdrawn': [
    (f) => `Difference of ${f.amount} was none: ${f.reason}`,
    (f) => `差异 ${f.amount} 已撤销：${f.reason}`,
  ],
  'adjustment.proposed': [
    (f) => `Adjustment of ${f.amount} proposed (${said(kindsEn, f.get('kind'))}): ${f.reason}`,
    (f) => `提出差异处理 ${f.amount}（${said(kindsZh, f.get('kind'))}）：${f.reason}`,
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
