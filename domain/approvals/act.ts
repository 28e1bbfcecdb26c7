import type { Words } from '../platform/words.ts';

/**
 * Every kind of act that gives money, time or credit away. Each is a kind of the approval matrix, waits as a pending act, and is carried
 * out when a second person has agreed.
 */
export const actKinds = [
  'go-live-open',
  'go-live-close',
  'credit-limit',
  'security',
  'security-release',
  'write-off',
  'write-off-reversal',
  'not-invoiced',
  'goods-return',
  're-dating',
  'credit-note',
  'refund',
  'invoice-correction',
  'extension',
  'duplicate-invoice',
  'late-discount',
  'dispute-upheld',
  'customer-terms',
  'customer-credit',
  'delisting',
  'exchange-rate',
  'bank-account',
  'collect-from',
  'customer-merge',
] as const;
export type ActName = (typeof actKinds)[number];

export const actStates = ['pending', 'approved', 'declined', 'withdrawn', 'lapsed'] as const;
export type ActState = (typeof actStates)[number];

export const actVerdicts = ['approve', 'decline'] as const;
export type ActVerdict = (typeof actVerdicts)[number];

/** What each kind is called. */
export const actTitles: Readonly<Record<ActName, Words>> = {
  'go-live-open': { en: 'Open the go-live window', zh: '开启上线导入期' },
  'go-live-close': { en: 'Close the go-live window', zh: '关闭上线导入期' },
  'credit-limit': { en: 'Credit limit', zh: '授信额度' },
  security: { en: 'Security', zh: '担保' },
  'security-release': { en: 'Release of security', zh: '解除担保' },
  'write-off': { en: 'Write-off', zh: '坏账核销' },
  'write-off-reversal': { en: 'Reversal of a write-off', zh: '撤销坏账核销' },
  'not-invoiced': { en: 'Delivered goods that are not invoiced', zh: '已交付货物不再开票' },
  'goods-return': { en: 'Credit expected for returned goods', zh: '退货应开贷项通知单' },
  're-dating': { en: 'Later due date', zh: '推迟到期日' },
  'late-discount': { en: 'Discount taken too late', zh: '同意逾期现金折扣' },
  'dispute-upheld': { en: 'Upheld dispute', zh: '认可客户争议' },
  'customer-terms': { en: 'Terms of a customer', zh: '客户付款条件' },
  'customer-credit': { en: 'Group, payer or class of a customer', zh: '客户所属集团、付款方或债务人类别' },
  delisting: { en: 'Customer off a sanction or court list', zh: '客户移出制裁或失信名单' },
  'exchange-rate': { en: 'Unusual exchange rate', zh: '异常汇率' },
  'credit-note': { en: 'Credit note', zh: '贷项通知单' },
  refund: { en: 'Refund', zh: '退款' },
  extension: { en: 'Extension of time', zh: '展期' },
  'invoice-correction': { en: 'Smaller or later invoice', zh: '调减或延后发票' },
  'duplicate-invoice': { en: 'Duplicate invoice taken out', zh: '剔除重复发票' },
  'bank-account': { en: 'Another account, name or number of ours in letters', zh: '变更信函中的我方账户、名称或联系方式' },
  'collect-from': { en: 'Later day from which we collect', zh: '推迟开始催收的日期' },
  'customer-merge': { en: 'Customer merged into another one', zh: '客户合并' },
};

export const actStateWords: Readonly<Record<ActState, Words>> = {
  pending: { en: 'waits for a second person', zh: '等待双人复核' },
  approved: { en: 'approved and carried out', zh: '已批准并执行' },
  declined: { en: 'declined', zh: '已拒绝' },
  withdrawn: { en: 'withdrawn', zh: '已撤回' },
  lapsed: { en: 'lapsed undecided', zh: '逾期未审批，已失效' },
};
