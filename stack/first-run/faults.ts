import { sayFault as sayStored } from '../../contracts/imports/import-words.ts';
import type { StoredFault } from '../../contracts/imports/import-words.ts';

/** Why a row of a ledger cannot be used: which row (as people count them, the header is row 1) and column. */
export interface RowFault {
  readonly row: number;
  readonly column: string;
  readonly fault: StoredFault;
}

/** What only a ledger's rows can get wrong. */
export const ledgerFaults = {
  noInvoice: { words: { en: 'names an invoice this file does not hold', zh: '所指发票不在本文件中' } },
  dueBeforeIssue: { words: { en: 'lies before the invoice date', zh: '早于开票日期' } },
  record: { words: { en: 'must mean "invoice" or "payment"', zh: '须表示 invoice（发票）或 payment（收款）' } },
} as const satisfies Record<string, StoredFault>;

/** A fault in words, naming row and column. */
export function sayFault({ row, column, fault }: RowFault, language: 'zh' | 'en'): string {
  const sentence = sayStored(fault, language);
  return language === 'zh' ? `第 ${row} 行，${column}：${sentence}` : `row ${row}, ${column}: ${sentence}`;
}
