import { raisesDiscount } from './discount.ts';
import { termsLength } from './documents.ts';
import type { Terms } from './documents.ts';

/** What terms are held against: those in force (null: a new customer), and the longest that credit was granted for, in days. */
export interface TermsBefore {
  inForce: Terms | null;
  grantedDays: number | null;
}

/**
 * Whether a customer's terms give more than it had: a discount, or more time, which is for a second person. Time that was granted with its
 * credit has been decided; the first terms of a new customer are held against its credit when it orders.
 */
export const givesMore = (terms: Terms, { inForce, grantedDays }: TermsBefore): boolean =>
  raisesDiscount(inForce, terms) || (inForce !== null && isLonger(terms, inForce, grantedDays ?? 0));

function isLonger(terms: Terms, inForce: Terms, grantedDays: number): boolean {
  const counted = terms.from !== inForce.from && terms.from !== 'invoiceDate';
  return counted || termsLength(terms) > Math.max(termsLength(inForce), grantedDays);
}
