import type { Sentence } from '../platform/sentence.ts';

/** A document that looks like another one under another key, and what became of the doubt. */
const doubts = (kind: string, [one, several]: readonly [string, string], zh: string): Record<string, Sentence> => ({
  [`${kind}.duplicate-suspected`]: [
    (f) => `${one} ${f.get('externalId')} looks like ${f.get('twin')}, which is here already`,
    (f) => `${zh} ${f.get('externalId')} 疑似与已有的 ${f.get('twin')} 重复`,
  ],
  [`${kind}.both-right`]: [
    (f) => `${several} ${f.get('externalId')} and ${f.get('twin')} are both right: ${f.reason}`,
    (f) => `已确认${zh} ${f.get('externalId')} 与 ${f.get('twin')} 均有效：${f.reason}`,
  ],
});

/** Invoices, money, disputes and promises, each fact with its sentence. */
export const ledgerSentences: Readonly<Record<string, Sentence>> = {
  ...doubts('invoice', ['Invoice', 'Invoices'], '发票'),
  ...doubts('payment', ['Payment', 'Payments'], '付款'),
  ...doubts('credit-note', ['Credit note', 'Credit notes'], '贷项通知单'),
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
  'invoice.duplicate': [
    (f) => `Invoice ${f.get('externalId')} was a duplicate and is taken out: ${f.reason}`,
    (f) => `发票 ${f.get('externalId')} 为重复单据，已剔除：${f.reason}`,
  ],
  'payment.posted': [
    (f) => `Payment ${f.get('externalId')} received on ${f.get('receivedOn')}: ${f.amount}`,
    (f) => `${f.get('receivedOn')} 收到付款 ${f.get('externalId')}：${f.amount}`,
  ],
  'payment.exchange-difference': [
    (f) => `Exchange ${f.get('side') === 'gain' ? 'gain' : 'loss'} of ${f.amount} on payment ${f.get('externalId')}`,
    (f) => `付款 ${f.get('externalId')} 产生汇兑${f.get('side') === 'gain' ? '收益' : '损失'} ${f.amount}`,
  ],
  'payment.bound': [
    (f) => `Payment ${f.get('externalId')} kept as a deposit for the order ${f.get('order')} that its text names`,
    (f) => `付款 ${f.get('externalId')} 按其附言作为订单 ${f.get('order')} 的预付款保留`,
  ],
  'payment.freed': [
    (f) => `Payment ${f.get('externalId')} is no longer a deposit for the order ${f.get('order')}, which has ended`,
    (f) => `订单 ${f.get('order')} 已终止，付款 ${f.get('externalId')} 不再作为其预付款保留`,
  ],
  'payment.allocated': [(f) => `Payment ${f.get('externalId')} allocated further`, (f) => `付款 ${f.get('externalId')} 继续核销`],
  'payment.reversed': [
    (f) => `Payment ${f.get('externalId')} reversed: ${f.amount}`,
    (f) => `付款 ${f.get('externalId')} 冲销：${f.amount}`,
  ],
  'payment.part-reversed': [
    (f) => `Part of payment ${f.get('externalId')} reversed: ${f.amount}`,
    (f) => `付款 ${f.get('externalId')} 部分冲销：${f.amount}`,
  ],
  'credit-note.posted': [
    (f) => `Credit note ${f.get('externalId')}${f.get('invoice') ? ` on ${f.get('invoice')}` : ' on account'}: ${f.amount}`,
    (f) => `${f.get('invoice') ? `发票 ${f.get('invoice')} 的` : '留存账上的'}贷项通知单 ${f.get('externalId')}：${f.amount}`,
  ],
  'credit-note.allocated': [
    (f) => `Credit note ${f.get('externalId')} applied further`,
    (f) => `贷项通知单 ${f.get('externalId')} 继续核销`,
  ],
  'credit-note.reversed': [
    (f) => `Credit note ${f.get('externalId')} reversed: ${f.amount}`,
    (f) => `贷项通知单 ${f.get('externalId')} 冲销：${f.amount}`,
  ],
  'refund.posted': [
    (f) => `Refund ${f.get('externalId')} paid out on ${f.get('paidOn')}: ${f.amount}`,
    (f) => `${f.get('paidOn')} 退款 ${f.get('externalId')}：${f.amount}`,
  ],
  'refund.reversed': [
    (f) => `Refund ${f.get('externalId')} reversed: ${f.amount}`,
    (f) => `退款 ${f.get('externalId')} 冲销：${f.amount}`,
  ],
  'dispute.opened': [
    (f) => `Dispute over ${f.amount} of ${f.about}: ${f.say('category')}`,
    (f) => `${f.about} 的 ${f.amount} 发生争议：${f.say('category')}`,
  ],
  'dispute.resolved': [
    (f) => `Dispute on ${f.about} resolved: ${f.say('state', 'dispute')}`,
    (f) => `${f.about} 的争议已处理：${f.say('state', 'dispute')}`,
  ],
  'dispute.moved': [
    (f) => `${f.amount} of the credit note expected on ${f.about} is expected on other instalments of its invoice`,
    (f) => `${f.about} 待开的贷项通知单中，${f.amount} 转至同一发票的其他分期`,
  ],
  'dispute.followed': [
    (f) => `${f.amount} of the dispute on ${f.about} is about other instalments of its corrected invoice`,
    (f) => `${f.about} 的争议金额中，${f.amount} 随发票更正转至其他分期`,
  ],
  'dispute.lowered': [
    (f) => `${f.amount} of the dispute on ${f.about} is no longer invoiced: the invoice was corrected`,
    (f) => `发票更正后，${f.about} 的争议金额减少 ${f.amount}`,
  ],
  'promise.recorded': [
    (f) => `${f.amount} of ${f.about} promised for ${f.get('on')}`,
    (f) => `客户承诺于 ${f.get('on')} 支付 ${f.about} 的 ${f.amount}`,
  ],
  'promise.followed': [
    (f) => `${f.amount} promised of ${f.about} is promised of other instalments of its corrected invoice`,
    (f) => `${f.about} 承诺支付的金额中，${f.amount} 随发票更正转至其他分期`,
  ],
  'promise.cancelled': [
    (f) => `Promise for ${f.get('on')} cancelled: ${f.reason}`,
    (f) => `撤销 ${f.get('on')} 的付款承诺：${f.reason}`,
  ],
  'promise.judged': [
    (f) => `Promise of ${f.amount} on ${f.about} for ${f.get('on')}: ${f.say('state', 'promise')}`,
    (f) => `${f.about} 于 ${f.get('on')} 支付 ${f.amount} 的承诺：${f.say('state', 'promise')}`,
  ],
  'promise.judged-again': [
    (f) => `Promise of ${f.amount} on ${f.about} for ${f.get('on')} judged again: ${f.say('state', 'promise')}`,
    (f) => `${f.about} 于 ${f.get('on')} 支付 ${f.amount} 的承诺重新判定：${f.say('state', 'promise')}`,
  ],
  'receivable.discount-granted': [
    (f) => `Discount of ${f.amount} on ${f.about} granted`,
    (f) => `${f.about} 给予现金折扣 ${f.amount}`,
  ],
  'receivable.discount-taken-back': [
    (f) => `Discount of ${f.amount} on ${f.about} taken back: it is owed again`,
    (f) => `收回 ${f.about} 的现金折扣 ${f.amount}，恢复应收`,
  ],
  'receivable.discount-claimed': [
    (f) => `Late discount on ${f.about} is claimed: ${f.reason}`,
    (f) => `追讨 ${f.about} 逾期扣减的现金折扣：${f.reason}`,
  ],
  'receivable.written-off': [(f) => `${f.about} written off: ${f.reason}`, (f) => `${f.about} 核销坏账：${f.reason}`],
  'receivable.write-off-reversed': [
    (f) => `Write-off of ${f.amount} on ${f.about} taken back: ${f.reason}`,
    (f) => `撤销 ${f.about} 的坏账核销 ${f.amount}：${f.reason}`,
  ],
  'receivable.recovered': [
    (f) => `${f.amount} came in on ${f.about}, which had been written off`,
    (f) => `已核销的 ${f.about} 收回 ${f.amount}`,
  ],
  'receivable.closed': [(f) => `${f.about} closed: ${f.say('outcome')}`, (f) => `${f.about} 关闭：${f.say('outcome')}`],
  'receivable.holds': [
    (f) => `Orders and shipments held while ${f.about} is overdue`,
    (f) => `${f.about} 逾期期间暂停订单与发货`,
  ],
  'receivable.due-date-confirmed': [
    (f) => `Due date of ${f.about} confirmed: ${f.say('dueDate')}`,
    (f) => `${f.about} 的到期日已确认：${f.say('dueDate')}`,
  ],
  'receivable.re-dated': [
    (f) => `Due date of ${f.about} moved to ${f.say('dueDate')}: ${f.reason}`,
    (f) => `${f.about} 的到期日改为 ${f.say('dueDate')}：${f.reason}`,
  ],
  'receivable.redated': [
    (f) => `By the holiday calendar ${f.about} falls due on ${f.say('dueDate')}`,
    (f) => `按节假日安排，${f.about} 的到期日为 ${f.say('dueDate')}`,
  ],
  'security.released': [() => 'Security released', () => '担保已解除'],
  'receivable.reopened': [(f) => `${f.about} open again`, (f) => `${f.about} 重新打开`],
};
