type Language = 'zh' | 'en';

/** What of a row an earlier version let in out of bounds; the view `faulty_row` says which rows have one. */
export const faultyFields = ['due-date', 'issue-date', 'received-on', 'promised-for', 'ship-date', 'amount'] as const;
export type FaultyField = (typeof faultyFields)[number];

const words: Readonly<Record<FaultyField, Record<Language, string>>> = {
  'due-date': { en: 'due date', zh: '到期日' },
  'issue-date': { en: 'issue date', zh: '开具日期' },
  'received-on': { en: 'day received', zh: '到账日' },
  'promised-for': { en: 'day promised for', zh: '承诺付款日' },
  'ship-date': { en: 'ship date', zh: '要求发货日' },
  amount: { en: 'amount', zh: '金额' },
};

/** How a row is put right: what another system sends there, a promise here. */
const remedies: Readonly<Record<'document' | 'promise', Record<Language, string>>> = {
  document: {
    en: 'Correct the document where it comes from and send it again.',
    zh: '请更正来源单据后重新提交。',
  },
  promise: {
    en: 'Cancel the promise, and record a new one if the customer still promises.',
    zh: '请撤销该付款承诺；客户仍承诺付款的，请重新登记。',
  },
};

/** The sentence an answer shows beside a faulty row; undefined, and so absent from the answer, when nothing is wrong with it. */
export function sayFaulty(
  fields: readonly FaultyField[] | null,
  language: Language,
  of: 'document' | 'promise' = 'document',
): string | undefined {
  if (fields === null || fields.length === 0) return undefined;
  const named = fields.map((field) => words[field][language]).join(language === 'zh' ? '、' : ', ');
  return language === 'zh'
    ? `数据有误：${named}超出允许范围。${remedies[of].zh}`
    : `Faulty: out of bounds: ${named}. ${remedies[of].en}`;
}
