import type { Child } from './child.ts';
import type { Planned } from './portfolio.ts';

/** A reminder as recorded: real milliseconds. */
export interface Reminder {
  externalId: string;
  at: number;
}

/** One of the two that are measured: the bare workflow, or the product. Both speak of the same portfolio. */
export interface Contender {
  readonly name: 'L0' | 'ours';
  /** Workflow type of a lifecycle in the engine. */
  readonly workflowType: string;
  /** How facts come in, as a reader of the results should know. */
  readonly way: string;
  readonly worker: Child;
  /** Process ids by name, for CPU and memory. */
  processes(): Record<string, number>;
  /** One receivable made and settled at once, so that nothing is measured cold. */
  warmUp(one: Planned): Promise<void>;
  create(one: Planned): Promise<void>;
  /** Whether the engine knows all that were created. */
  allStarted(): Promise<boolean>;
  /** Money arrives. */
  settle(one: Planned): Promise<void>;
  /** How many have had their reminder. */
  reminded(): Promise<number>;
  reminders(): Promise<Reminder[]>;
  /** Faults found after a run; empty when every invariant holds. */
  check(portfolio: readonly Planned[]): Promise<string[]>;
  /** kill -9 of the worker, and another one in its place. */
  killWorker(): Promise<void>;
  close(): Promise<void>;
}
