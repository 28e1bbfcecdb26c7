/** Why a row of a ledger cannot be used. */
export type RowFaultCode =
  | 'missing'
  | 'not-a-date'
  | 'not-an-amount'
  | 'not-positive'
  | 'not-a-currency'
  | 'not-an-instalment'
  | 'not-an-identifier'
  | 'due-before-issue'
  | 'contradicts'
  | 'no-invoice'
  | 'other-row-bad'
  | 'refused';

/** One fault: which row of the file (the header is row 1), which column, what stood there. */
export interface RowFault {
  readonly row: number;
  readonly column: string;
  readonly code: RowFaultCode;
  readonly value: string;
}

const sentences: Readonly<Record<RowFaultCode, { en: string; zh: string }>> = {
  missing: { en: 'is empty', zh: '为空' },
  'not-a-date': { en: 'is not a date in the format of the mapping', zh: '不是映射文件所写格式的日期' },
  'not-an-amount': { en: 'is not an amount in its currency', zh: '不是该币种的有效金额' },
  'not-positive': { en: 'must be above zero', zh: '必须大于零' },
  'not-a-currency': { en: 'is no ISO 4217 currency', zh: '不是 ISO 4217 币种代码' },
  'not-an-instalment': { en: 'is not an instalment number from 1 to 999', zh: '不是 1 到 999 的分期号' },
  'not-an-identifier': { en: 'is too long or holds control characters', zh: '过长或含有控制字符' },
  'due-before-issue': { en: 'lies before the invoice date', zh: '早于开票日期' },
  contradicts: { en: 'contradicts an earlier row of the same invoice', zh: '与同一发票的前一行不一致' },
  'no-invoice': { en: 'names an invoice this file does not hold', zh: '所指发票不在本文件中' },
  'other-row-bad': { en: 'belongs to an invoice another row of which cannot be used', zh: '所属发票的其他行无法使用' },
  refused: { en: 'was refused', zh: '被拒绝' },
};

/** A fault in words, naming row, column and value. */
export function sayFault(fault: RowFault, language: 'zh' | 'en'): string {
  const sentence = sentences[fault.code][language];
  const value = fault.value === '' ? '' : language === 'zh' ? `“${fault.value}”` : ` "${fault.value}"`;
  return language === 'zh'
    ? `第 ${fault.row} 行,${fault.column}${value}:${sentence}`
    : `row ${fault.row}, ${fault.column}${value}: ${sentence}`;
}
