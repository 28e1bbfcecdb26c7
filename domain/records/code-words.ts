import { approvalsCodeWords } from '../approvals/code-words.ts';
import { tasksCodeWords } from '../tasks/code-words.ts';
import { platformCodeWords } from '../platform/code-words.ts';
import { policiesCodeWords } from '../policies/code-words.ts';
import { customersCodeWords } from '../customers/code-words.ts';
import { outreachCodeWords } from '../outreach/code-words.ts';
import { reconciliationCodeWords } from '../reconciliation/code-words.ts';
import { ledgerCodeWords } from '../ledger/code-words.ts';
import { legalCodeWords } from '../legal/code-words.ts';
import { dunningCodeWords } from '../dunning/code-words.ts';
import { shipmentsCodeWords } from '../shipments/code-words.ts';
import { creditCodeWords } from '../credit/code-words.ts';
import { ordersCodeWords } from '../orders/code-words.ts';

/**
 * What each code means that a record can hold, by the record's field, in words for people: each room has the words of its own. A test takes
 * the values from the database and fails for one that has none. An answer of the API gives the code for programs; `GET /v1/codes` gives these words.
 */
export const codeWords = {
  ...approvalsCodeWords,
  ...tasksCodeWords,
  ...platformCodeWords,
  ...policiesCodeWords,
  ...customersCodeWords,
  ...outreachCodeWords,
  ...reconciliationCodeWords,
  ...ledgerCodeWords,
  ...legalCodeWords,
  ...dunningCodeWords,
  ...shipmentsCodeWords,
  ...creditCodeWords,
  ...ordersCodeWords,
} as const;
