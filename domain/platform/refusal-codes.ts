/** Everything the product refuses, by a code that never changes; the sentences stand in refusals-zh.ts and refusals-en.ts. */
export const refusalCodes = [
  'not-found',
  'forbidden',
  'unauthenticated',
  'invalid',
  'conflict',
  'other-customer',
  'waits-already',
  'already-exists',
  'amount-malformed',
  'amount-fraction',
  'amount-too-large',
  'amount-not-positive',
  'sum-too-large',
  'amount-exceeds-open',
  'amount-exceeds-payment',
  'currency-unknown',
  'currency-mismatch',
  'customer-unknown',
  'invoice-unknown',
  'receivable-unknown',
  'receivable-ambiguous',
  'payment-unknown',
  'payment-bound',
  'instalments-sum',
  'discount-instalments',
  'date-in-future',
  'date-out-of-bounds',
  'idempotency-body',
  'idempotency-running',
  'receivable-closed',
  'instalment-has-money',
  'dunning-begun',
  'already-reversed',
  'reversal-before-payment',
  'reversal-before-document',
  'note-reversed',
  'refund-reversed',
  'has-refund',
  'nothing-unapplied',
  'amount-exceeds-unapplied',
  'credit-exceeds-invoice',
  'invoice-or-account',
  'already-decided',
  'unapprovable',
  'clock-fixed',
  'policy-unknown',
  'policy-invalid',
  'table-shape',
  'table-column',
  'table-cell',
  'table-row',
  'import-unreadable',
  'mapping-invalid',
  'task-closed',
  'dispute-closed',
  'promise-date-past',
  'promise-too-far',
  'promise-closed',
  'template-invalid',
  'reason-required',
  'rate-limited',
  'engine-down',
  'storage-full',
  'database-down',
  'unsupported-media',
  'too-large',
  'version-mismatch',
  'order-unknown',
  'order-closed',
  'quantity-exceeds',
  'less-than-shipped',
  'return-exceeds',
  'not-approved',
  'line-unknown',
  'shipment-held',
  'request-required',
  'request-unknown',
  'answer-awaited',
  'sanctioned',
  'rate-missing',
  'own-request',
  'tier-exceeded',
  'same-eyes',
  'own-customer',
  'stale-exposure',
  'counter-not-lower',
  'not-open',
  'ground-missing',
  'limit-missing',
  'fact-value',
  'evidence-missing',
  'statement-sum',
  'adjustment-unfit',
  'act-pending',
  'customer-merged',
  'into-itself',
  'approver-missing',
  'go-live-closed',
  'task-role',
  'calendar-unfit',
  'decide-there',
  'payer-out-of-scope',
  'intent-missing',
  'intent-lapsed',
  'scope-unheeded',
  'scope-too-wide',
  'own-key',
] as const;

export type RefusalCode = (typeof refusalCodes)[number];

/** Figures a sentence may name; amounts as decimal strings. */
export type RefusalParams = Record<string, string | number>;

/** One of several faults of the same request; `pointer` is a JSON pointer into its body. */
export interface RefusalReason {
  code: RefusalCode;
  params?: RefusalParams;
  pointer?: string;
}

/** What a refusal says: `title` is the same for every occurrence of the code, `detail` tells how to mend it. */
export interface RefusalText {
  title: string;
  detail: string;
}

export const isRefusalCode = (text: unknown): text is RefusalCode => (refusalCodes as readonly unknown[]).includes(text);

/** A refusal as plain data, for where no exception travels: its code and figures, the place it names among them as `pointer`. */
export interface Refused {
  code: RefusalCode;
  params: RefusalParams;
}
