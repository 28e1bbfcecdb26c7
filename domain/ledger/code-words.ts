import { termsFromWords } from '../customers/code-words.ts';
import { w } from '../platform/words.ts';
import type { CodeWords } from '../platform/words.ts';

/** What the codes of ledger mean, by the record's field. */
export const ledgerCodeWords = {
  'dispute.category': {
    quantity: w('quantity', '数量'),
    price: w('price', '价格'),
    quality: w('quality', '质量'),
    paperwork: w('paperwork', '单据'),
    acceptance: w('acceptance', '验收'),
    complaint: w('complaint', '投诉'),
    return: w('goods returned', '退货'),
    other: w('other', '其他'),
  },
  'dispute.state': {
    open: w('open', '处理中'),
    upheld: w('upheld', '成立'),
    'part-upheld': w('upheld in part', '部分成立'),
    rejected: w('rejected', '不成立'),
    withdrawn: w('withdrawn', '已撤回'),
  },
  'invoice.terms-from': termsFromWords,
  'go-live-window.state': { open: w('open', '开放'), closing: w('closing', '正在关闭'), closed: w('closed', '已关闭') },
  'payment.exchange-source': { bank: w('told by the bank', '银行告知'), file: w('by the rate on file', '按登记汇率') },
  'promise.state': {
    pending: w('pending', '待兑现'),
    kept: w('kept', '已兑现'),
    'part-kept': w('kept in part', '部分兑现'),
    broken: w('broken', '未兑现'),
    cancelled: w('cancelled', '已撤销'),
  },
  'receivable.kind': {
    equipment: w('equipment', '设备'),
    maintenance: w('maintenance', '维保'),
    insurance: w('insurance', '保险'),
    other: w('other', '其他'),
  },
  'receivable.question': {
    'due-date': w('due date in doubt', '到期日存疑'),
    duplicate: w('perhaps the same document twice', '疑似重复单据'),
    discount: w('discount taken too late', '逾期扣减现金折扣'),
  },
  'credit-note.kind': { note: w('credit note', '贷项通知单'), discount: w('discount for payment in time', '现金折扣') },
  'duplicate-doubt.kind': {
    invoice: w('invoice', '发票'),
    payment: w('payment', '付款'),
    'credit-note': w('credit note', '贷项通知单'),
  },
  'duplicate-doubt.state': {
    suspected: w('perhaps the same document twice', '疑似重复'),
    'both-right': w('both are right', '两张均有效'),
    duplicate: w('a duplicate', '重复单据'),
    corrected: w('corrected: no longer the same', '已更正，不再重复'),
  },
  'receivable.outcome': {
    paid: w('paid', '已付清'),
    credited: w('credited', '已由贷项通知单全额冲抵'),
    'replaced-by-plan': w('replaced by a payment plan', '已由分期还款计划替代'),
    'written-off': w('written off', '已核销坏账'),
    'nothing-owed': w('nothing was owed', '无应收金额'),
  },
} as const satisfies CodeWords;
