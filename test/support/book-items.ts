import { readFileSync } from 'node:fs';
import type { OurDocument, TheirLine } from '../../domain/reconciliation/classify.ts';
import { familyOf } from '../../domain/reconciliation/classify.ts';
import type { BookItem, MatchingRules } from '../../domain/reconciliation/match.ts';
import type { ReconciliationPolicy } from '../../domain/reconciliation/policy.ts';

export const reconciliationPolicy = JSON.parse(
  readFileSync(new URL('../../policies/reconciliation.json', import.meta.url), 'utf8'),
) as ReconciliationPolicy;

/** The default rules with amounts equal within 1.00. */
export const matchingRules: MatchingRules = {
  confidence: reconciliationPolicy.confidence,
  match: { ...reconciliationPolicy.match, roundingMinor: 100 },
};

/** `I-1 2026-09-01 1000` as an item: an invoice of 10.00; `-`: it has no number. */
export function item(id: string, text: string, family = 'invoice'): BookItem {
  const [number = '-', on = '', amount = ''] = text.split(' ');
  return { id, family, numbers: number === '-' ? [] : [number], on, amountMinor: Number(amount) };
}

export const our = (id: string, text: string, over: Partial<OurDocument> = {}): OurDocument => {
  const kind = over.kind ?? 'invoice';
  const facts = { kind, outside: false, settledSinceMinor: 0, writtenOffMinor: 0, unallocated: kind === 'payment', units: [] };
  return { ...item(id, text, kind), ...facts, ...over };
};
export const their = (id: string, text: string, over: Partial<TheirLine> = {}): TheirLine => {
  const kind = over.kind ?? 'invoice';
  return { ...item(id, text, familyOf(kind)), kind, quantity: null, ...over };
};
