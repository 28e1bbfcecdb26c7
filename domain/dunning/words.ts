import { ledgerCodeWords } from '../ledger/code-words.ts';
import { sentenceOf } from '../platform/sentences.ts';
import type { Sentences } from '../platform/sentences.ts';
import type { Why } from './receivable.ts';
import type { Outcome } from '../ledger/outcome.ts';

type Language = 'zh' | 'en';

/** How a receivable may end, each as its name is everywhere. */
const outcomes = (language: Language) =>
  Object.fromEntries(
    Object.entries(ledgerCodeWords['receivable.outcome']).map(([code, words]) => [code, () => words[language]]),
  ) as Record<Outcome, () => string>;

const sentences: Sentences<Why['code']> = {
  en: {
    ...outcomes('en'),
    'rung-planned': (p) => `${p['rung']} is planned for ${p['on']}`,
    'rung-due': (p) => `${p['rung']} has been due since ${p['on']}`,
    'promise-pending': (p) => `payment is promised for ${p['on']}`,
    'promise-judged': (p) => `a promise is judged on ${p['on']}`,
    'credit-expected': (p) => `a credit note was conceded and is waited for until ${p['on']}`,
    disputed: () => 'the whole open amount is in dispute',
    covered: () => 'unapplied money of the customer covers it',
    'in-question': (p) =>
      p['question'] === 'duplicate'
        ? 'the same document is here under another key; somebody has to say first whether both are right'
        : p['question'] === 'discount'
          ? 'what is left is a discount taken after its last day; somebody has to grant or claim it first'
          : 'the due date lies before the invoice and far from the terms; somebody has to confirm or correct it first',
    faulty: () => 'a date or an amount is out of bounds; it is left alone until that is put right',
    'second-person': () => 'a change the ERP has booked waits for a second person',
    'below-minimum': () => 'the open amount is below the minimum worth asking for',
    'ladder-exhausted': () => 'no dunning step is left; news is awaited',
  },
  zh: {
    ...outcomes('zh'),
    'rung-planned': (p) => `计划于 ${p['on']} 执行 ${p['rung']}`,
    'rung-due': (p) => `${p['rung']} 自 ${p['on']} 起应执行`,
    'promise-pending': (p) => `客户承诺于 ${p['on']} 付款`,
    'promise-judged': (p) => `将于 ${p['on']} 判定付款承诺`,
    'credit-expected': (p) => `已同意开具贷项通知单，等待至 ${p['on']}`,
    disputed: () => '未结金额全部处于争议中',
    covered: () => '客户的未核销款项足以清偿',
    'in-question': (p) =>
      p['question'] === 'duplicate'
        ? '同一单据已以另一编号存在，须先由人工确认是否两张均有效'
        : p['question'] === 'discount'
          ? '余额为客户逾期扣减的现金折扣，须先由人工决定同意或追讨'
          : '到期日早于开票日且与账期相差过大，须先由人工确认或更正',
    faulty: () => '日期或金额超出允许范围，更正前不催收',
    'second-person': () => 'ERP 已登记的变更等待双人复核',
    'below-minimum': () => '未结金额低于最低催收金额',
    'ladder-exhausted': () => '催收流程已执行完毕，等待新情况',
  },
};

/** The reason of a plan in words a person reads. */
export const sayWhy = (why: Why, language: Language): string => sentenceOf(sentences, why, language);
