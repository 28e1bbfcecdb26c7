/** Every kind of process; also the `Kind` of its workflow and the prefix of its id. */
export const processKinds = [
  'receivable',
  'outreach',
  'work-order',
  'credit-application',
  'credit-review',
  'reservation',
  'order-hold',
  'shipment-hold',
  'nightly',
  'profile-refresh',
  'statement',
  'reconciliation',
] as const;
export type ProcessKind = (typeof processKinds)[number];

/** The name of each kind's workflow. */
export const workflowTypes = {
  receivable: 'receivable',
  outreach: 'outreach',
  'work-order': 'workOrder',
  'credit-application': 'creditApplication',
  'credit-review': 'creditReview',
  reservation: 'reservation',
  'order-hold': 'orderHold',
  'shipment-hold': 'shipmentHold',
  nightly: 'nightly',
  'profile-refresh': 'profileRefresh',
  statement: 'statement',
  reconciliation: 'reconciliation',
} as const satisfies Record<ProcessKind, string>;

/** The id of a workflow, which is also the subject of its wake. It holds our own uuid, never a name or a number of the customer's. */
export const workflowId = (kind: ProcessKind, id: string): string => `${kind}-${id}`;
export const receivableWorkflowId = (id: string): string => workflowId('receivable', id);
export const outreachWorkflowId = (customerId: string): string => workflowId('outreach', customerId);
export const workOrderWorkflowId = (id: string): string => workflowId('work-order', id);

const pattern = new RegExp(`^(${processKinds.join('|')})-([0-9a-f-]{36})$`);

/** Our own id inside a workflow id. */
export function subjectOf(workflow: string): { kind: ProcessKind; id: string } | null {
  const match = pattern.exec(workflow);
  return match ? { kind: match[1] as ProcessKind, id: match[2] ?? '' } : null;
}
