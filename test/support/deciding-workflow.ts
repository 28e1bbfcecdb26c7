import { defineQuery, defineUpdate, proxyLocalActivities } from '@temporalio/workflow';
import type { ProcessPlan } from '../../domain/platform/plan.ts';
import { decision } from '../../workflows/platform/decisions.ts';
import type { Decided, Held } from '../../workflows/platform/decisions.ts';
import { defineProcess, step } from '../../workflows/platform/process.ts';

export interface Counted extends ProcessPlan<'wait' | 'close'> {
  taken: string[];
}
export interface CountBook {
  read(input: { id: string }): Promise<Counted>;
  take(input: { id: string; what: string; held: Held }): Promise<Decided<Counted, string>>;
}

export const countUpdate = defineUpdate<string, [string]>('count');
const book = proxyLocalActivities<CountBook>({ startToCloseTimeout: '5 seconds' });

/** The smallest process on which people decide: what they say is counted, 'end' closes it. */
export const creditApplication = defineProcess<Counted>({
  query: defineQuery('counted'),
  reassess: book.read,
  decisions: [
    decision<Counted, string, string>({
      update: countUpdate,
      judge: (_plan, updateId) => (updateId.startsWith('never') ? { code: 'tier-exceeded', params: { tier: 2 } } : null),
      commit: (id, what, held) => book.take({ id, what, held }),
    }),
  ],
  steps: { wait: step(book.read), close: step(book.read) },
});
