import { w } from '../kernel/words.ts';

import type { CodeWords } from '../kernel/words.ts';

/** What the codes of reconciliation mean, by the record's field. */
export const reconciliationCodeWords = {
  'customer-statement.basis': { 'open-items': w('open items', '未结项目'), movements: w('movements', '发生额') },
  'customer-statement.plan-step': { wait: w('wait', '等待'), look: w('compare', '核对'), close: w('close', '结束') },
  'customer-statement-line.kind': {
    invoice: w('invoice', '发票'),
    payment: w('payment', '付款'),
    'credit-note': w('credit note', '贷项通知单'),
    return: w('return', '退货'),
  },
  'reconciliation-adjustment.kind': {
    'accept-theirs': w("accept the customer's figure", '以客户数据为准'),
    'keep-ours': w('keep our figure', '以我方数据为准'),
    'allocate-payment': w('allocate a payment', '核销付款'),
  },
  'reconciliation-adjustment.state': {
    proposed: w('proposed', '待复核'),
    approved: w('approved', '已批准'),
    declined: w('declined', '已拒绝'),
    dropped: w('dropped', '已放弃'),
  },
  'reconciliation-difference.kind': {
    timing: w('timing', '时间差异'),
    price: w('price', '价格差异'),
    quantity: w('quantity', '数量差异'),
    'unrecorded-return': w('return not recorded', '未入账退货'),
    'unallocated-payment': w('unapplied payment', '未核销款项'),
    'unknown-document': w('unknown document', '单据不明'),
  },
  'reconciliation-difference.state': {
    open: w('open', '待处理'),
    adjusted: w('adjusted', '已调整'),
    cleared: w('cleared', '已消除'),
    withdrawn: w('withdrawn', '已撤回'),
  },
  'reconciliation-match.rule': {
    number: w('document number', '单据号'),
    'amount-date': w('amount and date', '金额与日期'),
    sum: w('sum of several', '多笔合计'),
  },
  'reconciliation-match.state': {
    taken: w('matched', '已匹配'),
    proposed: w('proposed', '待确认'),
    accepted: w('accepted', '已确认'),
    rejected: w('rejected', '已否决'),
  },
  'statement.plan-step': { 'hand-over': w('hand over to a person', '转人工跟进'), close: w('close', '结束') },
  'statement.state': {
    open: w('awaiting an answer', '待答复'),
    agreed: w('agreed', '已确认'),
    disputed: w('disputed', '有异议'),
    silent: w('not answered', '未答复'),
    withdrawn: w('withdrawn', '已撤回'),
    superseded: w('superseded', '已被新对账单替代'),
  },
  'statement-answer.verdict': { confirmed: w('confirmed', '确认'), disputed: w('disputed', '有异议') },
  'statement-line.kind': {
    receivable: w('receivable', '应收款'),
    payment: w('payment', '付款'),
    'credit-note': w('credit note', '贷项通知单'),
  },
} as const satisfies CodeWords;
