import { setTimeout as delay } from 'node:timers/promises';

/** What was brought up, to be taken down in reverse order. */
export class Undo {
  readonly #steps: { step: () => unknown; ms: number }[] = [];

  /** Remembers how to end what has just begun, and how long that may take at most. */
  then(step: () => unknown, ms: number): void {
    this.#steps.push({ step, ms });
  }

  /**
   * Ends everything, the youngest first; one that fails, or does not come to its end in its time, does not keep the others. Answers the
   * first failure.
   */
  async all(): Promise<unknown> {
    let failure: unknown;
    for (let next = this.#steps.pop(); next; next = this.#steps.pop()) {
      const { step, ms } = next;
      try {
        await Promise.race([step(), delay(ms, undefined, { ref: false })]);
      } catch (error) {
        failure ??= error;
      }
    }
    return failure;
  }
}
