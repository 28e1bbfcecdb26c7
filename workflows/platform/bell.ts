import { condition, setHandler } from '@temporalio/workflow';
import { factsChangedSignal } from './messages.ts';

export interface Bell {
  /** True while a ring has not been answered. */
  readonly rung: boolean;
  /**
   * The one wait of a process: until the bell rings or `waitMs` have passed, whichever is first; answers whether it rang, and takes the
   * ring. 0 only looks whether it has rung; null waits for the bell alone. `why` stands on the timer in the history.
   */
  ringsWithin(waitMs: number | null, why: string): Promise<boolean>;
  /** Rings it from inside: the plan was changed under the wait. */
  ring(): void;
  /** Takes the ring without waiting: what follows reads the facts anyway. */
  quiet(): void;
}

/** Hangs up the bell; call it before the first await, so that no ring is missed. */
export function listenForBell(): Bell {
  let rung = false;
  setHandler(factsChangedSignal, () => {
    rung = true;
  });
  return {
    get rung() {
      return rung;
    },
    async ringsWithin(waitMs, why) {
      if (waitMs === null) await condition(() => rung);
      else if (waitMs > 0) await condition(() => rung, waitMs, { summary: why });
      const rang = rung;
      rung = false;
      return rang;
    },
    ring() {
      rung = true;
    },
    quiet() {
      rung = false;
    },
  };
}
