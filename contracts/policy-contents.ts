import type { z } from 'zod';
import type { PolicyContents, PolicyKind } from '../domain/policy.ts';
import { approvalMatrix, creditRules, grades, scorecard } from './credit/credit-policies.ts';
import { ladders } from './dunning/policy.ts';
import { collection } from './ledger/policy.ts';
import { contactRules } from './outreach/policy.ts';
import { reconciliationRules } from './reconciliation/reconciliation-policy.ts';
import { workOrders } from './tasks/policy.ts';

/** The shape of each kind's content. */
export const policyContents = {
  ladders,
  collection,
  'contact-rules': contactRules,
  'work-orders': workOrders,
  scorecard,
  grades,
  'approval-matrix': approvalMatrix,
  'credit-rules': creditRules,
  reconciliation: reconciliationRules,
} as const satisfies Record<PolicyKind, z.ZodType<PolicyContents[PolicyKind]>>;
