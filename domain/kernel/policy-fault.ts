import type { RefusalCode, RefusalParams } from './refusal-codes.ts';

/** What a policy contradicts: `at` is a JSON pointer into its content; with a code it is said in both languages. */
export interface PolicyFault {
  at: string;
  what: string;
  code?: RefusalCode;
  params?: RefusalParams;
}

/** The policies a new version must fit beside. */
export interface PolicyContext {
  kinds: readonly string[];
  templates: readonly string[];
  /** Ids of the ladders in force. */
  ladders: readonly string[];
  /** Grades in force, the best first. */
  grades: readonly string[];
  /** Roles that somebody fills by a credential or a delegation; absent: not judged. */
  filled?: readonly string[];
}
