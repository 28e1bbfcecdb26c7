import type { Ladder, StrategyRow } from './ladder.ts';

/** Policy is data: these are the shapes of its documents, by kind. */
export interface LaddersPolicy {
  ladders: readonly Ladder[];
  strategy: readonly StrategyRow[];
}
