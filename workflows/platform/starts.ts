import { ApplicationFailure } from '@temporalio/common';
import { workflowId } from '../../domain/platform/subject.ts';
import type { ProcessKind } from '../../domain/platform/subject.ts';
import { searchAttributesOf } from './attributes.ts';
import type { RefusalParams, Refused } from '../../domain/platform/refusal-codes.ts';
import { isRefusalCode } from '../../domain/platform/refusal-codes.ts';

/** A process, as whoever sends it something names it. */
export interface ProcessNamed {
  kind: ProcessKind;
  id: string;
  customerId: string;
  stage: string;
}

/** How a process begins that is sent something and may have no run: a running one is used, a new one reads the facts first. */
export const startIfNone = (process: ProcessNamed, taskQueue: string) => ({
  workflowId: workflowId(process.kind, process.id),
  taskQueue,
  args: [{ id: process.id, plan: null }],
  typedSearchAttributes: searchAttributesOf(process),
  workflowIdReusePolicy: 'ALLOW_DUPLICATE' as const,
  workflowIdConflictPolicy: 'USE_EXISTING' as const,
});

/** The refusal that a failed update carries by its type; null for any other failure. */
export function refusedIn(cause: unknown): Refused | null {
  if (!(cause instanceof ApplicationFailure) || !isRefusalCode(cause.type)) return null;
  return { code: cause.type, params: (cause.details?.[0] ?? {}) as RefusalParams };
}
