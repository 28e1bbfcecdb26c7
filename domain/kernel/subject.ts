/** Workflow ids, which are also the subjects of wakes: one builder a kind. An id holds our own uuid, never a name or a number of the customer's. */
export const receivableWorkflowId = (id: string): string => `receivable-${id}`;
export const outreachWorkflowId = (customerId: string): string => `outreach-${customerId}`;
export const workOrderWorkflowId = (id: string): string => `work-order-${id}`;

/** Our own id inside a workflow id. */
export function subjectOf(workflowId: string): { kind: 'receivable' | 'outreach' | 'work-order'; id: string } | null {
  const match = /^(receivable|outreach|work-order)-([0-9a-f-]{36})$/.exec(workflowId);
  if (!match) return null;
  return { kind: match[1] as 'receivable' | 'outreach' | 'work-order', id: match[2] ?? '' };
}
