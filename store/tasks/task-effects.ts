import type { TaskEffect } from '../../domain/tasks/policy.ts';
import type { Store } from '../platform/transaction.ts';

/** What opening or completing a task of this kind does, by the policy in force. */
export async function taskEffectsOf(store: Store, kind: string): Promise<readonly TaskEffect[]> {
  const { current } = await store.policies.current();
  return current['work-orders'].content.kinds[kind]?.effects ?? [];
}
