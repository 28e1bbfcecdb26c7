import { condition, setHandler } from '@temporalio/workflow';
import { factsChangedSignal } from './messages.ts';

export interface WakeUps {
  /** Whether one has come that nothing has been read for yet. */
  readonly pending: boolean;
  /**
   * The one wait of a process: until a wake-up comes or `waitMs` have passed, whichever is first; answers whether one came, and takes it
   * as read. 0 only looks whether one has come; null waits for a wake-up alone. `why` stands on the timer in the history.
   */
  within(waitMs: number | null, why: string): Promise<boolean>;
  /** The plan was changed under the wait: it begins anew. */
  wake(): void;
  /** Takes what has come as read: what follows reads the facts anyway. */
  clear(): void;
}

/** Listens for wake-ups; call it before the first await, so that none is missed. */
export function listenForWakeUps(): WakeUps {
  let pending = false;
  setHandler(factsChangedSignal, () => {
    pending = true;
  });
  return {
    get pending() {
      return pending;
    },
    async within(waitMs, why) {
      if (waitMs === null) await condition(() => pending);
      else if (waitMs > 0) await condition(() => pending, waitMs, { summary: why });
      const woken = pending;
      pending = false;
      return woken;
    },
    wake() {
      pending = true;
    },
    clear() {
      pending = false;
    },
  };
}
