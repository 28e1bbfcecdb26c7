import { termsLength } from '../../domain/ledger/documents.ts';
import type { Terms } from '../../domain/ledger/documents.ts';

/** Terms as columns: their length in days is what checks compare; the rule is kept where days alone do not say it. */
export const termsColumns = (terms: Terms) => ({
  terms_days: termsLength(terms),
  terms_from: terms.from,
  terms_rule: terms.months === undefined && terms.day === undefined && terms.discountPercent === undefined ? null : terms,
});
