/**
 * What a store verb says of a fact it writes; who and when are added by the transaction that writes both.
 * `before` and `after` are plain JSON snapshots of the changed fields.
 */
export interface AuditFact {
  action: string;
  subjectKind: string;
  subjectId: string;
  customerId?: string | null;
  reason?: string | null;
  policyVersion?: string | null;
  before?: unknown;
  after?: unknown;
}
