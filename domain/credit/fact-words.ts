import type { Sentence } from '../platform/sentence.ts';

const verdictsEn: Record<string, string> = {
  approve: 'approved',
  decline: 'declined',
  return: 'returned',
  counter: 'made a counter-proposal',
};
const releasesEn: Record<string, string> = {
  release: 'released it',
  part: 'released part of it',
  prepay: 'released it against prepayment',
  reject: 'rejected it',
};
const said = (words: Record<string, string>, code: string): string => words[code] ?? code;

/** What a customer's timeline tells of applications for credit, reviews, orders and their holds, each with its sentence. */
export const creditSentences: Readonly<Record<string, Sentence>> = {
  'credit-application.submitted': [
    (f) => `Application ${f.get('externalId')} (${f.say('kind', 'application')}): ${f.reason}`,
    (f) => `授信申请 ${f.get('externalId')}（${f.say('kind', 'application')}）：${f.reason}`,
  ],
  'credit-application.waiting': [
    (f) => `Application waits for facts: ${f.say('facts')}`,
    (f) => `授信申请等待资料：${f.say('facts')}`,
  ],
  'credit-application.assessed': [
    (f) => `Scored ${f.get('score')}, grade ${f.get('grade')}`,
    (f) => `评分 ${f.get('score')}，等级 ${f.get('grade')}`,
  ],
  'credit-application.routed': [() => 'Approval route set by the approval matrix', () => '已按审批矩阵确定审批路径'],
  'credit-application.escalated': [
    (f) => `Tier ${f.get('tier')} handed on to ${f.say('to')}`,
    (f) => `第 ${f.get('tier')} 级审批逾期，升级至 ${f.say('to')}`,
  ],
  'credit-application.decided': [
    (f) => `Tier ${f.get('tier')} (${f.say('role')}) ${verdictsEn[f.get('verdict')] ?? f.get('verdict')}: ${f.reason}`,
    (f) => `第 ${f.get('tier')} 级（${f.say('role')}）${f.say('verdict', 'decision')}：${f.reason}`,
  ],
  'credit-application.approved': [() => 'Application approved and granted', () => '授信申请已批准并生效'],
  'credit-application.declined': [(f) => `Application declined: ${f.reason}`, (f) => `授信申请被拒绝：${f.reason}`],
  'credit-application.returned': [(f) => `Application returned: ${f.reason}`, (f) => `授信申请退回：${f.reason}`],
  'credit-application.resubmitted': [(f) => `Application answered: ${f.reason}`, (f) => `授信申请已补充：${f.reason}`],
  'credit-application.withdrawn': [(f) => `Application withdrawn: ${f.reason}`, (f) => `授信申请已撤回：${f.reason}`],
  'credit-application.expiring': [
    (f) => `Application expires on ${f.say('expiresAt')}`,
    (f) => `授信申请将于 ${f.say('expiresAt')} 过期`,
  ],
  'credit-application.expired': [() => 'Application expired undecided', () => '授信申请过期未决'],
  'credit-review.opened': [(f) => `Credit review opened: ${f.say('cause')}`, (f) => `发起授信复审：${f.say('cause')}`],
  'credit-review.groundless': [
    () => 'Credit review no longer called for: the promise was not broken',
    () => '授信复审事由不成立：付款承诺已兑现',
  ],
  'credit-review.raised': [() => 'Credit review: limit raised', () => '授信复审：额度上调'],
  'credit-review.kept': [() => 'Credit review: limit kept', () => '授信复审：额度维持'],
  'credit-review.lowered': [() => 'Credit review: limit lowered', () => '授信复审：额度下调'],
  'order.approved': [
    (f) => `Order ${f.get('externalId')} approved: ${f.amount}`,
    (f) => `订单 ${f.get('externalId')} 通过信用检查：${f.amount}`,
  ],
  'order.held': [
    (f) => `Order ${f.get('externalId')} held: ${f.amount}`,
    (f) => `订单 ${f.get('externalId')} 被冻结：${f.amount}`,
  ],
  'order.released': [(f) => `Order ${f.get('externalId')} released`, (f) => `订单 ${f.get('externalId')} 已放行`],
  'order.rejected': [(f) => `Order ${f.get('externalId')} rejected`, (f) => `订单 ${f.get('externalId')} 被拒绝`],
  'order.cancelled': [(f) => `Order ${f.get('externalId')} cancelled`, (f) => `订单 ${f.get('externalId')} 已取消`],
  'order.not-invoiced': [
    (f) => `Delivered goods of order ${f.get('externalId')} will not be invoiced: ${f.reason}`,
    (f) => `订单 ${f.get('externalId')} 已交付货物不再开票：${f.reason}`,
  ],
  'order.closed': [(f) => `Order ${f.get('externalId')} closed`, (f) => `订单 ${f.get('externalId')} 已关闭`],
  'order.lapsed': [(f) => `Order ${f.get('externalId')} lapsed`, (f) => `订单 ${f.get('externalId')} 已失效`],
  'order-hold.routed': [
    (f) => `Held order ${f.get('order')}: approval route set (round ${f.get('round')})`,
    (f) => `被冻结的订单 ${f.get('order')}：已确定审批路径（第 ${f.get('round')} 轮）`,
  ],
  'order-hold.escalated': [
    (f) => `Held order ${f.get('order')}: tier ${f.get('tier')} handed on to ${f.say('to')}`,
    (f) => `被冻结的订单 ${f.get('order')}：第 ${f.get('tier')} 级审批逾期，升级至 ${f.say('to')}`,
  ],
  'order-hold.decided': [
    (f) =>
      `Held order ${f.get('order')}: tier ${f.get('tier')} (${f.say('role')}) ${said(releasesEn, f.get('verdict'))}: ${f.reason}`,
    (f) =>
      `被冻结的订单 ${f.get('order')}：第 ${f.get('tier')} 级（${f.say('role')}）${f.say('verdict', 'release')}：${f.reason}`,
  ],
  'order-hold.released': [(f) => `Held order ${f.get('order')} released`, (f) => `被冻结的订单 ${f.get('order')} 已放行`],
  'order-hold.part-released': [
    (f) => `Held order ${f.get('order')} released in part: ${f.reason}`,
    (f) => `被冻结的订单 ${f.get('order')} 部分放行：${f.reason}`,
  ],
  'order-hold.rejected': [
    (f) => `Held order ${f.get('order')} rejected: ${f.reason}`,
    (f) => `被冻结的订单 ${f.get('order')} 被拒绝：${f.reason}`,
  ],
  'order-hold.expiring': [
    (f) => `Held order ${f.get('order')} lapses on ${f.say('expiresAt')}`,
    (f) => `被冻结的订单 ${f.get('order')} 将于 ${f.say('expiresAt')} 失效`,
  ],
  'order-hold.lapsed': [(f) => `Held order ${f.get('order')} lapsed`, (f) => `被冻结的订单 ${f.get('order')} 已失效`],
  'credit-limit.granted': [(f) => `Limit of ${f.amount} set`, (f) => `设定授信额度 ${f.amount}`],
  'credit-limit.imported': [(f) => `Opening limit of ${f.amount} brought in`, (f) => `导入期初额度 ${f.amount}`],
  'credit-limit.ended': [(f) => `Limit of ${f.amount} ended: ${f.reason}`, (f) => `终止授信额度 ${f.amount}：${f.reason}`],
  'credit-limit.expiring': [(f) => `A limit ends on ${f.get('validUntil')}`, (f) => `授信额度将于 ${f.get('validUntil')} 到期`],
};
