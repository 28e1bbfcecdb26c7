import type { MovementKind } from './movement.ts';
import type { Words, CodeWords } from '../platform/words.ts';
import { w } from '../platform/words.ts';

const movementWords: Readonly<Record<MovementKind, Words>> = {
  invoice: w('invoice', '发票'),
  correction: w('corrected invoice', '发票更正'),
  payment: w('payment', '付款'),
  conversion: w('conversion into another currency', '币种换算'),
  'exchange-difference': w('exchange difference', '汇兑差额'),
  'credit-note': w('credit note', '贷项通知单'),
  discount: w('discount for payment in time', '现金折扣'),
  refund: w('refund', '退款'),
  'write-off': w('write-off', '坏账核销'),
  recovery: w('recovery of what was written off', '坏账收回'),
  'paid-by-other': w('paid by another customer', '由其他客户代付'),
  'paid-for-other': w('paid for another customer', '代其他客户支付'),
  'taken-over': w('balance of a customer merged into this one', '并入客户转入余额'),
  'handed-over': w('balance that went to the customer it was merged into', '转出余额至合并后的客户'),
};

/** What the codes of reconciliation mean, by the record's field. */
export const reconciliationCodeWords = {
  'movement.kind': movementWords,
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
