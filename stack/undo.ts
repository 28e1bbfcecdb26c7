/** What was brought up, to be taken down in reverse order. */
export class Undo {
  readonly #steps: (() => unknown)[] = [];

  /** Remembers how to end what has just begun. */
  then(step: () => unknown): void {
    this.#steps.push(step);
  }

  /** Ends everything, the youngest first; one that fails does not keep the others. Answers the first failure. */
  async all(): Promise<unknown> {
    let failure: unknown;
    for (let step = this.#steps.pop(); step; step = this.#steps.pop()) {
      try {
        await step();
      } catch (error) {
        failure ??= error;
      }
    }
    return failure;
  }
}
