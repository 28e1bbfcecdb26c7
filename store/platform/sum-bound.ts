import { Refusal } from '../../domain/platform/refusal.ts';
import { groupedAmount } from '../../domain/platform/money.ts';

const CHECK_VIOLATION = '23514';
const OUT_OF_RANGE = '22003';

/** The largest sum, as a currency with two decimals writes it. */
export const SUM_BOUND = groupedAmount(Number.MAX_SAFE_INTEGER, 'CNY');

/** The refusal, at its field, behind an error of Postgres that says that a sum left its bounds; null for any other error. */
export function sumRefusal(error: unknown, pointer: string): Refusal | null {
  const { code, constraint = '' } = error as { code?: unknown; constraint?: string };
  const left = code === OUT_OF_RANGE || (code === CHECK_VIOLATION && constraint.endsWith('_sum_bound'));
  return left ? new Refusal('sum-too-large', { bound: SUM_BOUND }, { pointer }) : null;
}
