import type { CollectionPolicy, ContactPolicy, LaddersPolicy, WorkOrderPolicy } from './collection/policy.ts';
import type { ApprovalMatrix, CreditRules, GradesPolicy, ScorecardPolicy } from './credit/policy.ts';
import type { RefusalCode, RefusalParams } from './kernel/refusal.ts';
import type { ReconciliationPolicy } from './reconciliation/policy.ts';

/** Policy is data: the shape of each kind's content. A kind is a JSON document in policies/, seeded as version 1. */
export interface PolicyContents {
  ladders: LaddersPolicy;
  collection: CollectionPolicy;
  'contact-rules': ContactPolicy;
  'work-orders': WorkOrderPolicy;
  scorecard: ScorecardPolicy;
  grades: GradesPolicy;
  'approval-matrix': ApprovalMatrix;
  'credit-rules': CreditRules;
  reconciliation: ReconciliationPolicy;
}
export const policyKinds = [
  'ladders',
  'collection',
  'contact-rules',
  'work-orders',
  'scorecard',
  'grades',
  'approval-matrix',
  'credit-rules',
  'reconciliation',
] as const satisfies readonly (keyof PolicyContents)[];
export type PolicyKind = (typeof policyKinds)[number];

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
