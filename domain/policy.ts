import type { LaddersPolicy } from './dunning/policy.ts';
import type { CreditRules, GradesPolicy, ScorecardPolicy } from './credit/policy.ts';
import type { ReconciliationPolicy } from './reconciliation/policy.ts';
import type { CollectionPolicy } from './ledger/policy.ts';
import type { ContactPolicy } from './outreach/policy.ts';
import type { WorkOrderPolicy } from './tasks/policy.ts';
import type { ApprovalMatrix } from './approvals/policy.ts';

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
