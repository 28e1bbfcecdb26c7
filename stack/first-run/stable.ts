import { createHash } from 'node:crypto';
import { addDays, daysBetween } from '../../domain/platform/calendar.ts';
import type { BusinessDate } from '../../domain/platform/calendar.ts';
import type { LedgerDispute } from './ledger.ts';

/** A whole number from 0 to `below` − 1 that depends on the key alone, on every machine. */
export function stableNumber(key: string, below: number): number {
  return createHash('sha256').update(key).digest().readUIntBE(0, 6) % below;
}

const categories = ['quantity', 'price', 'quality', 'paperwork', 'acceptance', 'other'] as const;

/** The category a disputed invoice gets, for ledgers that only say "disputed". */
export function disputeCategory(key: string): LedgerDispute['category'] {
  return categories[stableNumber(`${key}/category`, categories.length)] ?? 'other';
}

/**
 * The days of a dispute, for ledgers that only say "disputed": raised 1 to 20 days after the invoice, rejected 1 to 10 days before the
 * money came, both within a third of the time it took; an unsettled one still stands.
 */
export function disputeDays(
  key: string,
  issueDate: BusinessDate,
  settledOn: BusinessDate | null,
): { openedOn: BusinessDate; resolvedOn: BusinessDate | null } {
  if (settledOn === null) return { openedOn: addDays(issueDate, 1 + stableNumber(`${key}/opened`, 20)), resolvedOn: null };
  const took = Math.max(0, daysBetween(issueDate, settledOn));
  const third = Math.max(1, Math.floor(took / 3));
  const opened = Math.min(took, 1 + stableNumber(`${key}/opened`, Math.min(20, third)));
  const resolved = Math.max(opened, took - 1 - stableNumber(`${key}/resolved`, Math.min(10, third)));
  return { openedOn: addDays(issueDate, opened), resolvedOn: addDays(issueDate, resolved) };
}
