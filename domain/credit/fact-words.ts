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
const zh = (words: Record<string, string>, code: string): string => words[code] ?? code;

/** What a customer's timeline tells of applications for credit and reviews, each with its sentence. */
export const creditSentences: Readonly<Record<string, Sentence>> = {
  'credit-application.submitted': [
    (f) => `Application ${f.get('externalId')} (${f.get('kind')}): ${f.reason}`,
    (f) => `授信申请 ${f.get('externalId')}（${zh(kindsZh, f.get('kind'))}）：${f.reason}`,
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
    (f) => `第 ${f.get('tier')} 级（${f.get('role')}）${zh(verdictsZh, f.get('verdict'))}：${f.reason}`,
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
    (f) => `发起授信复审：${zh(causesZh, f.get('cause'))}`,
  ],
  'credit-review.raised': [() => 'Credit review: limit raised', () => `授信复审：额度${zh(statesZh, 'raised')}`],
  'credit-review.kept': [() => 'Credit review: limit kept', () => `授信复审：额度${zh(statesZh, 'kept')}`],
  'credit-review.lowered': [() => 'Credit review: limit lowered', () => `授信复审：额度${zh(statesZh, 'lowered')}`],
  'credit-limit.expiring': [(f) => `A limit ends on ${f.get('validUntil')}`, (f) => `授信额度将于 ${f.get('validUntil')} 到期`],
};
