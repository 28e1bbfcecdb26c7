import type { Sentence } from '../collection/fact-words.ts';

const verdictsEn: Record<string, string> = {
  approve: 'approved',
  decline: 'declined',
  return: 'returned',
  counter: 'made a counter-proposal',
};
const verdictsZh: Record<string, string> = { approve: '同意', decline: '拒绝', return: '退回', counter: '提出调整' };
const kindsZh: Record<string, string> = { new: '新授信', raise: '提额', temporary: '临时额度', terms: '账期', review: '复审' };
const statesZh: Record<string, string> = { raised: '提高', kept: '维持', lowered: '降低', cancelled: '取消' };
const causesZh: Record<string, string> = {
  date: '到期复审',
  'early-warning': '早期预警',
  'broken-promise': '违背付款承诺',
  'limit-expiry': '额度到期',
  request: '人工要求',
};
const releasesEn: Record<string, string> = {
  release: 'released it',
  part: 'released part of it',
  prepay: 'released it against prepayment',
  reject: 'rejected it',
};
const releasesZh: Record<string, string> = { release: '同意放行', part: '同意部分放行', prepay: '同意先款后货', reject: '拒绝' };
const said = (words: Record<string, string>, code: string): string => words[code] ?? code;

/** What a customer's timeline tells of applications for credit, reviews, orders and their holds, each with its sentence. */
export const creditSentences: Readonly<Record<string, Sentence>> = {
  'credit-application.submitted': [
    (f) => `Application ${f.get('externalId')} (${f.get('kind')}): ${f.reason}`,
    (f) => `授信申请 ${f.get('externalId')}（${said(kindsZh, f.get('kind'))}）：${f.reason}`,
  ],
  'credit-application.waiting': [
    (f) => `Application waits for facts: ${f.get('facts')}`,
    (f) => `授信申请等待资料：${f.get('facts')}`,
  ],
  'credit-application.assessed': [
    (f) => `Scored ${f.get('score')}, grade ${f.get('grade')}`,
    (f) => `评分 ${f.get('score')}，等级 ${f.get('grade')}`,
  ],
  'credit-application.routed': [() => 'Way to a decision laid by the approval matrix', () => '已按审批矩阵确定审批路径'],
  'credit-application.escalated': [
    (f) => `Tier ${f.get('tier')} handed on to ${f.get('to')}`,
    (f) => `第 ${f.get('tier')} 级审批逾期，升级至 ${f.get('to')}`,
  ],
  'credit-application.decided': [
    (f) => `Tier ${f.get('tier')} (${f.get('role')}) ${verdictsEn[f.get('verdict')] ?? f.get('verdict')}: ${f.reason}`,
    (f) => `第 ${f.get('tier')} 级（${f.get('role')}）${said(verdictsZh, f.get('verdict'))}：${f.reason}`,
  ],
  'credit-application.approved': [() => 'Application approved and granted', () => '授信申请已批准并生效'],
  'credit-application.declined': [(f) => `Application declined: ${f.reason}`, (f) => `授信申请被拒绝：${f.reason}`],
  'credit-application.returned': [(f) => `Application returned: ${f.reason}`, (f) => `授信申请退回：${f.reason}`],
  'credit-application.resubmitted': [(f) => `Application answered: ${f.reason}`, (f) => `授信申请已补充：${f.reason}`],
  'credit-application.withdrawn': [(f) => `Application withdrawn: ${f.reason}`, (f) => `授信申请已撤回：${f.reason}`],
  'credit-application.expiring': [
    (f) => `Application expires on ${f.get('expiresAt')}`,
    (f) => `授信申请将于 ${f.get('expiresAt')} 过期`,
  ],
  'credit-application.expired': [() => 'Application expired undecided', () => '授信申请过期未决'],
  'credit-review.opened': [
    (f) => `Credit review opened: ${f.get('cause')}`,
    (f) => `发起授信复审：${said(causesZh, f.get('cause'))}`,
  ],
  'credit-review.raised': [() => 'Credit review: limit raised', () => `授信复审：额度${said(statesZh, 'raised')}`],
  'credit-review.kept': [() => 'Credit review: limit kept', () => `授信复审：额度${said(statesZh, 'kept')}`],
  'credit-review.lowered': [() => 'Credit review: limit lowered', () => `授信复审：额度${said(statesZh, 'lowered')}`],
  'order.approved': [
    (f) => `Order ${f.get('externalId')} approved: ${f.amount}`,
    (f) => `订单 ${f.get('externalId')} 通过信用检查：${f.amount}`,
  ],
  'order.held': [
    (f) => `Order ${f.get('externalId')} held: ${f.amount}`,
    (f) => `订单 ${f.get('externalId')} 被冻结：${f.amount}`,
  ],
  'order.rejected': [(f) => `Order ${f.get('externalId')} rejected`, (f) => `订单 ${f.get('externalId')} 被拒绝`],
  'order.cancelled': [(f) => `Order ${f.get('externalId')} cancelled`, (f) => `订单 ${f.get('externalId')} 已取消`],
  'order.closed': [(f) => `Order ${f.get('externalId')} closed`, (f) => `订单 ${f.get('externalId')} 已关闭`],
  'order.lapsed': [(f) => `Order ${f.get('externalId')} lapsed`, (f) => `订单 ${f.get('externalId')} 已失效`],
  'order-hold.routed': [
    (f) => `Held order ${f.get('order')}: way to a decision laid (round ${f.get('round')})`,
    (f) => `被冻结的订单 ${f.get('order')}：已确定审批路径（第 ${f.get('round')} 轮）`,
  ],
  'order-hold.escalated': [
    (f) => `Held order ${f.get('order')}: tier ${f.get('tier')} handed on to ${f.get('to')}`,
    (f) => `被冻结的订单 ${f.get('order')}：第 ${f.get('tier')} 级审批逾期，升级至 ${f.get('to')}`,
  ],
  'order-hold.decided': [
    (f) =>
      `Held order ${f.get('order')}: tier ${f.get('tier')} (${f.get('role')}) ${said(releasesEn, f.get('verdict'))}: ${f.reason}`,
    (f) =>
      `被冻结的订单 ${f.get('order')}：第 ${f.get('tier')} 级（${f.get('role')}）${said(releasesZh, f.get('verdict'))}：${f.reason}`,
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
    (f) => `Held order ${f.get('order')} lapses on ${f.get('expiresAt')}`,
    (f) => `被冻结的订单 ${f.get('order')} 将于 ${f.get('expiresAt')} 失效`,
  ],
  'order-hold.lapsed': [(f) => `Held order ${f.get('order')} lapsed`, (f) => `被冻结的订单 ${f.get('order')} 已失效`],
  'credit-limit.expiring': [(f) => `A limit ends on ${f.get('validUntil')}`, (f) => `授信额度将于 ${f.get('validUntil')} 到期`],
};
