import { laddersFaults } from './dunning/policy-faults.ts';
import type { LaddersPolicy } from './dunning/policy.ts';
import { approvalMatrixFaults, gradesFaults } from './credit/policy-faults.ts';
import { creditRulesFaults } from './orders/rules-faults.ts';
import { scorecardFaults } from './credit/scorecard-faults.ts';
import type { CreditRules, GradesPolicy, ScorecardPolicy } from './credit/policy.ts';
import { reconciliationFaults } from './reconciliation/policy.ts';
import type { ReconciliationPolicy } from './reconciliation/policy.ts';
import type { PolicyContents, PolicyKind } from './policy.ts';
import type { PolicyContext, PolicyDay, PolicyFault } from './platform/policy-fault.ts';
import type { CollectionPolicy } from './ledger/policy.ts';
import type { ContactPolicy } from './outreach/policy.ts';
import type { WorkOrderPolicy } from './tasks/policy.ts';
import type { ApprovalMatrix } from './approvals/policy.ts';
import { collectionFaults } from './ledger/policy-faults.ts';
import { contactRulesFaults } from './outreach/policy-faults.ts';
import { workOrdersFaults } from './tasks/policy-faults.ts';

/** The faults of a policy of the right shape; an empty list means it may be put in force. */
export function policyFaults<K extends PolicyKind>(kind: K, content: PolicyContents[K], context: PolicyContext): PolicyFault[] {
  const known: PolicyKind = kind;
  switch (known) {
    case 'ladders':
      return laddersFaults(content as LaddersPolicy, context);
    case 'collection':
      return collectionFaults(content as CollectionPolicy);
    case 'contact-rules':
      return contactRulesFaults(content as ContactPolicy, context);
    case 'work-orders':
      return workOrdersFaults(content as WorkOrderPolicy, context);
    case 'scorecard':
      return scorecardFaults(content as ScorecardPolicy);
    case 'grades':
      return gradesFaults(content as GradesPolicy, context);
    case 'approval-matrix':
      return approvalMatrixFaults(content as ApprovalMatrix, context);
    case 'credit-rules':
      return creditRulesFaults(content as CreditRules, context);
    case 'reconciliation':
      return reconciliationFaults(content as ReconciliationPolicy, context);
    default:
      return known satisfies never;
  }
}

/** The faults of a policy on its first day, then those that only a later day brings, which say from when. */
export function policyFaultsFrom<K extends PolicyKind>(
  kind: K,
  content: PolicyContents[K],
  days: readonly PolicyDay[],
): PolicyFault[] {
  const said = new Set<string>();
  return days.flatMap(({ day, context }, no) =>
    policyFaults(kind, content, context)
      .filter(({ at, what }) => !said.has(`${at} ${what}`))
      .map((one) => {
        said.add(`${one.at} ${one.what}`);
        return no === 0 ? one : { ...one, what: `${one.what}, from ${day}`, params: { ...one.params, since: day } };
      }),
  );
}
