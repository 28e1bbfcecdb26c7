import { sql } from 'kysely';
import { giantMinor } from '../../domain/platform/money.ts';
import { failed } from '../platform/rows.ts';
import type { RowResult } from '../platform/rows.ts';
import type { Work } from '../platform/transaction.ts';
import { Refusal } from '../../domain/platform/refusal.ts';

/** Posts documents in one transaction; when their sum leaves its bounds, one by one, so that only those are refused that do it. */
export async function postApart<D, T>(
  documents: readonly D[],
  postAll: (documents: readonly D[]) => Promise<RowResult<T>[]>,
): Promise<RowResult<T>[]> {
  try {
    return await postAll(documents);
  } catch (error) {
    if (!isSumRefusal(error)) throw error;
    if (documents.length === 1) return [failed(error)];
  }
  const results: RowResult<T>[] = [];
  for (const document of documents) results.push(...(await postApart([document], postAll)));
  return results;
}

/**
 * Opens the credit accounts of customers who get a document so large that few of its kind leave the bounds of a sum: an account keeps its
 * sums, and refuses what leaves them. Smaller ones would have to be posted by the hundred thousand.
 */
export async function keepSums(
  { tx, at }: Work,
  documents: readonly { customerId: string; currency: string; amountMinor: number }[],
): Promise<void> {
  const giants = documents.filter((one) => one.amountMinor > giantMinor);
  const keys = new Set(giants.map((one) => JSON.stringify([one.customerId, one.currency])));
  for (const key of [...keys].sort()) {
    const [customerId, currency] = JSON.parse(key) as [string, string];
    await sql`select credit_open(${customerId}::uuid, ${currency}, ${at.now}::timestamptz)`.execute(tx);
  }
}

const isSumRefusal = (error: unknown): error is Refusal => error instanceof Refusal && error.code === 'sum-too-large';
