/** What moves the balance of a customer: the lines of an account between two days. */
export const movementKinds = [
  'invoice',
  'correction',
  'payment',
  'conversion',
  'exchange-difference',
  'credit-note',
  'discount',
  'refund',
  'write-off',
  'recovery',
  'paid-by-other',
  'paid-for-other',
  'taken-over',
  'handed-over',
] as const;
export type MovementKind = (typeof movementKinds)[number];
