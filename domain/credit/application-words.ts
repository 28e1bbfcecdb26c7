import { sentenceOf } from '../platform/sentences.ts';
import type { Sentences } from '../platform/sentences.ts';
import type { ApplicationState, ApplicationWhy } from './application.ts';

type Language = 'zh' | 'en';

const sentences: Sentences<ApplicationWhy['code']> = {
  en: {
    submitted: () => 'submitted; not looked at yet',
    'facts-gathered': () => 'the credit file is put together',
    'facts-asked': (p) => `facts are out of date; asking ${p['connectors']}`,
    'facts-wanted': (p) =>
      p['connectors'] === ''
        ? `a person must tell: ${p['facts']}`
        : `${p['connectors']} could not be reached or did not know; waits for ${p['facts']}, or for a person to tell`,
    'facts-fresh': () => 'the facts are fresh; the scorecard judges them',
    scored: () => 'scored; the approval matrix names who decides',
    'by-policy': () => 'the approval matrix lets it be granted as proposed',
    'awaits-tier': (p) => `waits for tier ${p['tier']}: ${p['roles']}`,
    'awaits-applicant': () => 'returned: waits for an answer of the applicant',
    expiring: (p) => `nobody decided by ${p['on']}`,
    ended: (p) => `ended: ${p['state']}`,
  },
  zh: {
    submitted: () => '已提交，尚未开始处理',
    'facts-gathered': () => '正在汇集授信档案',
    'facts-asked': (p) => `资料已过期，正在向 ${p['connectors']} 查询`,
    'facts-wanted': (p) =>
      p['connectors'] === ''
        ? `须人工补充：${p['facts']}`
        : `${p['connectors']} 无法连接或无结果；等待 ${p['facts']}，或由人工补充`,
    'facts-fresh': () => '资料有效，按评分卡评估',
    scored: () => '已评分，按审批矩阵确定审批人',
    'by-policy': () => '审批矩阵允许按建议自动授信',
    'awaits-tier': (p) => `等待第 ${p['tier']} 级审批：${p['roles']}`,
    'awaits-applicant': () => '已退回，等待申请人补充',
    expiring: (p) => `至 ${p['on']} 无人决定`,
    ended: (p) => `已结束：${p['state']}`,
  },
};

/** Why an application stands where it stands, in words a person reads. */
export const sayApplicationWhy = (why: ApplicationWhy, language: Language): string => sentenceOf(sentences, why, language);

export const applicationStateWords: Record<Language, Record<ApplicationState, string>> = {
  en: {
    assessing: 'being assessed',
    'awaiting-decision': 'awaiting a decision',
    returned: 'returned',
    approved: 'approved',
    declined: 'declined',
    withdrawn: 'withdrawn',
    expired: 'expired',
  },
  zh: {
    assessing: '评估中',
    'awaiting-decision': '待审批',
    returned: '已退回',
    approved: '已批准',
    declined: '已拒绝',
    withdrawn: '已撤回',
    expired: '已过期',
  },
};
