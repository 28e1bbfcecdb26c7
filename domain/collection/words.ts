import type { Why } from './receivable.ts';

type Language = 'zh' | 'en';
type Sentence = (p: Record<string, string>) => string;

const sentences: Record<Language, Record<Why['code'], Sentence>> = {
  en: {
    'rung-planned': (p) => `${p['rung']} is planned for ${p['on']}`,
    'rung-due': (p) => `${p['rung']} has been due since ${p['on']}`,
    'promise-pending': (p) => `payment is promised for ${p['on']}`,
    'promise-judged': (p) => `a promise is judged on ${p['on']}`,
    'credit-expected': (p) => `a credit note was conceded and is waited for until ${p['on']}`,
    disputed: () => 'the whole open amount is in dispute',
    'below-minimum': () => 'the open amount is below the minimum worth asking for',
    'ladder-exhausted': () => 'no rung is left; news is awaited',
    paid: () => 'paid',
    credited: () => 'credited in full',
    'replaced-by-plan': () => 'replaced by a payment plan',
    'written-off': () => 'written off',
  },
  zh: {
    'rung-planned': (p) => `计划于 ${p['on']} 执行 ${p['rung']}`,
    'rung-due': (p) => `${p['rung']} 自 ${p['on']} 起应执行`,
    'promise-pending': (p) => `客户承诺于 ${p['on']} 付款`,
    'promise-judged': (p) => `将于 ${p['on']} 判定付款承诺`,
    'credit-expected': (p) => `已同意贷记,等待贷记凭证至 ${p['on']}`,
    disputed: () => '未结金额全部处于争议中',
    'below-minimum': () => '未结金额低于最低催收金额',
    'ladder-exhausted': () => '催收阶梯已执行完毕,等待新情况',
    paid: () => '已付清',
    credited: () => '已全额贷记',
    'replaced-by-plan': () => '已由分期还款计划替代',
    'written-off': () => '已核销',
  },
};

/** The reason of a plan in words a person reads. */
export const sayWhy = (why: Why, language: Language): string => sentences[language][why.code](why.params);
