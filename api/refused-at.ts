import { Refusal } from '../domain/platform/refusal.ts';
import type { RefusalCode } from '../domain/platform/refusal-codes.ts';

/** Refusals of what the path names, whose state allows no such request. */
export const ofWhatIsNamed: ReadonlySet<RefusalCode> = new Set<RefusalCode>([
  ...(['not-open', 'already-decided', 'already-reversed', 'note-reversed', 'refund-reversed', 'has-refund'] as const),
  ...(['nothing-unapplied', 'receivable-closed', 'task-closed', 'dispute-closed', 'promise-closed', 'order-closed'] as const),
  ...([
    'unapprovable',
    'decide-there',
    'customer-merged',
    'act-pending',
    'policy-unknown',
    'waits-already',
    'instalment-has-money',
    'receivable-ambiguous',
  ] as const),
]);

/** The part of the path that a refusal is about: what is not found by its value, what is in another state as the innermost. */
function partOf({ code, params: { id } }: Refusal, path: Readonly<Record<string, string>>): string | undefined {
  const parts = Object.entries(path);
  if (code === 'not-found') return parts.find(([, value]) => value === id)?.[0];
  return ofWhatIsNamed.has(code) ? parts.at(-1)?.[0] : undefined;
}

/** A refusal that names no place, at the part of the path it is about; any other error as it is. */
export function refusedAt(error: unknown, path: Readonly<Record<string, string>>): unknown {
  if (!(error instanceof Refusal) || error.pointer !== undefined || error.reasons) return error;
  const part = partOf(error, path);
  return part === undefined ? error : new Refusal(error.code, error.params, { pointer: `{${part}}` });
}
