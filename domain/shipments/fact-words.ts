import type { Sentence } from '../platform/sentence.ts';

/** What happened to a customer's shipments, in the sentences of its timeline. */
export const shipmentSentences: Readonly<Record<string, Sentence>> = {
  'shipment-request.allowed': [
    (f) => `Shipment ${f.get('externalId')} of order ${f.get('order')} may leave`,
    (f) => `订单 ${f.get('order')} 的发货申请 ${f.get('externalId')} 准予发货`,
  ],
  'shipment-request.reduced': [
    (f) => `Shipment ${f.get('externalId')} of order ${f.get('order')} may leave in part; the rest is held`,
    (f) => `订单 ${f.get('order')} 的发货申请 ${f.get('externalId')} 扣减发货，其余冻结`,
  ],
  'shipment-request.held': [
    (f) => `Shipment ${f.get('externalId')} of order ${f.get('order')} is held`,
    (f) => `订单 ${f.get('order')} 的发货申请 ${f.get('externalId')} 被冻结`,
  ],
  'shipment.breached': [
    (f) => `Goods of order ${f.get('order')} left that should not have`,
    (f) => `订单 ${f.get('order')} 的货物不应发出而已发出`,
  ],
  'shipment.issued': [(f) => `Goods of order ${f.get('order')} left`, (f) => `订单 ${f.get('order')} 的货物出库`],
  'return.posted': [(f) => `Goods of order ${f.get('order')} came back`, (f) => `订单 ${f.get('order')} 的货物退回`],
  'return.conceded-less': [
    (f) => `${f.amount} less is conceded for return ${f.get('externalId')}: another one was taken back`,
    (f) => `另一笔退货撤回，退货 ${f.get('externalId')} 待开的贷项通知单减少 ${f.amount}`,
  ],
  'return.conceded': [
    (f) => `A credit note is expected for returned goods of order ${f.get('order')}`,
    (f) => `订单 ${f.get('order')} 的退货等待贷项通知单`,
  ],
  'return.withdrawn': [
    (f) => `The return of goods of order ${f.get('order')} was taken back`,
    (f) => `订单 ${f.get('order')} 的退货已撤回`,
  ],
  'shipment-hold.told': [() => 'Departments told of the held shipment', () => '已就发货冻结通知各部门'],
  'shipment-hold.grounded': [
    (f) => `Ground or evidence of the held shipment given${f.reason === '' ? '' : `: ${f.reason}`}`,
    (f) => `已提供发货冻结的依据或证据${f.reason === '' ? '' : `：${f.reason}`}`,
  ],
  'shipment-hold.noticed': [() => 'Notice of the held shipment given', () => '已就发货冻结通知客户'],
  'shipment-hold.notice-arrived': [() => 'Notice of the held shipment arrived', () => '发货冻结通知已送达客户'],
  'shipment-hold.unanswered': [() => 'The time to answer the notice is over', () => '客户未在期限内答复发货冻结通知'],
  'shipment-hold.held-anew': [() => 'The held shipment is held for other reasons now', () => '发货冻结的原因已变更'],
  'shipment-hold.eased': [() => 'More of the held shipment may leave', () => '冻结的货物部分准予发货'],
  'shipment-hold.given-up': [() => 'What was cancelled of the held shipment is given up', () => '冻结的货物中已取消的部分作废'],
  'shipment-hold.decided': [(f) => `Held shipment decided: ${f.say('act')}`, (f) => `发货冻结的审批决定：${f.say('act')}`],
  'shipment-hold.kept': [() => 'The hold of the shipment is kept', () => '继续发货冻结'],
  'shipment-hold.shipped': [() => 'The held shipment may leave', () => '发货冻结解除，全部准予发货'],
  'shipment-hold.reduced': [
    () => 'The held shipment leaves in part; the rest is given up',
    () => '发货冻结结束，部分发货，其余作废',
  ],
  'shipment-hold.rescinded': [() => 'The contract has ended for the held goods', () => '冻结的货物的合同已解除'],
  'notice.requested': [() => 'A notice to the customer is asked for', () => '请求向客户发送通知'],
  'notice.dropped': [(f) => `A notice could not be sent: ${f.reason}`, (f) => `通知无法发送：${f.reason}`],
};
