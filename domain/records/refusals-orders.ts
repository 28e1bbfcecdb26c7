import type { RefusalCode, RefusalText } from '../platform/refusal-codes.ts';

/** What is said of orders, shipments and what they are counted in, in English. */
export const ordersEn = {
  'order-unknown': {
    title: 'Unknown order',
    detail: 'There is no order[ {order}]. Send the order first (PUT /v1/orders/…), or correct its id.',
  },
  'order-closed': {
    title: 'Order is closed',
    detail: 'The order[ {order}] is no longer open[ ({state})]. Reopen it first (POST /v1/orders/…/reopen), or send a new order.',
  },
  'quantity-exceeds': {
    title: 'More than is left',
    detail:
      'The quantity[ {value}][ of line {line}] is more than is left to ship[ ({left})]. Lower it, or change the order first.',
  },
  'less-than-shipped': {
    title: 'Less than has left',
    detail:
      'An order keeps at least what has left of it[: of line {line} that is {shipped}], in quantity and in worth. Send it as it left; a return or a credit note takes it back.',
  },
  'return-exceeds': {
    title: 'More than was delivered',
    detail:
      'The quantity[ {value}][ of line {line}] is more than was delivered and has not come back yet[ ({left})]. Lower it, or post the goods issue first (POST /v1/shipments).',
  },
  'not-approved': {
    title: 'Not approved to ship',
    detail:
      'The order[ {order}] is not approved[ ({state})], so nothing of it may be shipped. Wait for the decision on its hold, or ask for one.',
  },
  'line-unknown': {
    title: 'Unknown line',
    detail: 'The order[ {order}] has no line[ {line}]. Correct its number, or send the order with it first (PUT /v1/orders/…).',
  },
  'shipment-held': {
    title: 'Held: must not leave',
    detail:
      'The goods are held[ (shipment request {request})] and must not leave. Read the hold (GET /v1/shipment-holds) to see what would end it.',
  },
  'request-required': {
    title: 'Ask before it ships',
    detail:
      'Goods of the order[ {order}] leave only on a shipment request. Send one (POST /v1/shipment-requests) and name it in "request".',
  },
  'request-unknown': {
    title: 'Unknown shipment request',
    detail:
      'There is no shipment request[ {request}] of this order. Send it first (POST /v1/shipment-requests), or correct its id.',
  },
  'answer-awaited': {
    title: 'The customer may still answer',
    detail:
      'The contract can be ended only after notice and a reasonable time to give security[: until {until}] (Civil Code 528). Give notice, wait, or let it ship.',
  },
  'rate-missing': {
    title: 'No exchange rate on file',
    detail:
      'There is no exchange rate[ from {from}][ to {to}] on file[ on or before {date}]. Record one (POST /v1/exchange-rates), then repeat this.',
  },
} satisfies Partial<Record<RefusalCode, RefusalText>>;

/** The same in Chinese. */
export const ordersZh = {
  'order-unknown': { title: '订单不存在', detail: '没有该订单[：{order}]。请先提交订单（PUT /v1/orders/…），或更正编号。' },
  'order-closed': {
    title: '订单已关闭',
    detail: '订单[ {order} ]已不是未结状态[（{state}）]。请先重新打开（POST /v1/orders/…/reopen），或提交新订单。',
  },
  'quantity-exceeds': {
    title: '超出剩余数量',
    detail: '数量[ {value} ][（第 {line} 行）]超出剩余可发数量[（{left}）]。请减少数量，或先变更订单。',
  },
  'less-than-shipped': {
    title: '低于已发货部分',
    detail:
      '订单不得低于已发货的部分[（第 {line} 行：{shipped}）]，数量和金额均是如此。请按已发货的内容提交；退回或减免请使用退货或贷项通知单。',
  },
  'return-exceeds': {
    title: '超出已交付数量',
    detail:
      '退货数量[ {value} ][（第 {line} 行）]超出已交付且尚未退回的数量[（{left}）]。请减少数量，或先登记出库（POST /v1/shipments）。',
  },
  'not-approved': {
    title: '未获批准，不得发货',
    detail: '订单[ {order} ]尚未获批[（{state}）]，不得发货。请等待冻结的处理决定，或申请放行。',
  },
  'line-unknown': {
    title: '行号不存在',
    detail: '订单[ {order} ]没有该行[：{line}]。请更正行号，或先提交含该行的订单（PUT /v1/orders/…）。',
  },
  'shipment-held': {
    title: '发货已冻结，不得出库',
    detail: '货物处于发货冻结中[（发货申请 {request}）]，不得出库。请查看冻结详情及解除条件（GET /v1/shipment-holds）。',
  },
  'request-required': {
    title: '须先申请发货',
    detail: '订单[ {order} ]须经发货申请方可出库。请先提交申请（POST /v1/shipment-requests），并在 "request" 中注明。',
  },
  'request-unknown': {
    title: '发货申请不存在',
    detail: '该订单没有此发货申请[：{request}]。请先提交申请（POST /v1/shipment-requests），或更正编号。',
  },
  'answer-awaited': {
    title: '客户仍可答复',
    detail:
      '须先通知客户，并给予提供担保的合理期限[（至 {until}）]后方可解除合同（民法典第五百二十八条）。请通知并等待，或予以放行。',
  },
  'rate-missing': {
    title: '缺少汇率',
    detail: '没有登记汇率[：{from} 兑 {to}][（{date} 或之前）]。请先登记汇率（POST /v1/exchange-rates），再重新提交。',
  },
} satisfies Partial<Record<RefusalCode, RefusalText>>;
