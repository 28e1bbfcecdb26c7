import { sentenceOf } from '../platform/sentences.ts';
import type { Sentences } from '../platform/sentences.ts';
import type { OrderHoldState, OrderHoldWhy } from './order-hold.ts';

type Language = 'zh' | 'en';

const sentences: Sentences<OrderHoldWhy['code']> = {
  en: {
    held: () => 'held; not looked at yet',
    'to-route': () => 'the approval matrix names who decides',
    'awaits-tier': (p) => `waits for tier ${p['tier']}: ${p['roles']}; or for news of the account`,
    expiring: (p) => `nobody decided by ${p['on']}`,
    ended: (p) => `ended: ${p['state']}`,
  },
  zh: {
    held: () => '已冻结，尚未开始处理',
    'to-route': () => '按审批矩阵确定审批人',
    'awaits-tier': (p) => `等待第 ${p['tier']} 级审批：${p['roles']}；或等待信用占用变化`,
    expiring: (p) => `至 ${p['on']} 无人决定`,
    ended: (p) => `已结束：${p['state']}`,
  },
};

/** Why a held order stands where it stands, in words a person reads. */
export const sayHoldWhy = (why: OrderHoldWhy, language: Language): string => sentenceOf(sentences, why, language);

export const orderHoldStateWords: Record<Language, Record<OrderHoldState, string>> = {
  en: {
    open: 'held',
    released: 'released',
    'part-released': 'partly released',
    rejected: 'rejected',
    lapsed: 'lapsed',
  },
  zh: { open: '冻结中', released: '已放行', 'part-released': '部分放行', rejected: '已拒绝', lapsed: '已失效' },
};
