import { continueAsNew, defineUpdate, proxyLocalActivities } from '@temporalio/workflow';
import { listenForBell } from '../../workflows/platform/bell.ts';
import { openDesk } from '../../workflows/platform/desk.ts';
import type { Decided, Held } from '../../workflows/platform/desk.ts';

export interface Counted {
  seq: number;
  step: 'wait' | 'close';
  taken: string[];
}
export interface CountBook {
  read(input: { id: string }): Promise<Counted>;
  take(input: { id: string; what: string; held: Held }): Promise<Decided<Counted, string>>;
}

export const countUpdate = defineUpdate<string, [string]>('count');
const book = proxyLocalActivities<CountBook>({ startToCloseTimeout: '5 seconds' });

/** The smallest process on which people decide: what they say is counted, 'end' closes it. */
export async function creditApplication({ id, plan: given }: { id: string; plan: Counted | null }): Promise<void> {
  const bell = listenForBell();
  const desk = openDesk(given, bell, () => book.read({ id }));

  desk.takes(
    countUpdate,
    (_plan, updateId) => (updateId.startsWith('never') ? { code: 'tier-exceeded', params: { tier: 2 } } : null),
    (what, held) => book.take({ id, what, held }),
  );
  let plan = await desk.act((known) => (known ? Promise.resolve(known) : book.read({ id })));
  while (await desk.goesOn()) {
    await bell.ringsWithin(null, 'waits');
    plan = await desk.act(() => book.read({ id }));
    if (await desk.renews()) await continueAsNew<typeof creditApplication>({ id, plan });
  }
}
