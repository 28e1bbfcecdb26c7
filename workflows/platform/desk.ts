import type { UpdateDefinition } from '@temporalio/common';
import {
  ApplicationFailure,
  allHandlersFinished,
  condition,
  currentUpdateInfo,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { Bell } from './bell.ts';
import { Mutex } from './mutex.ts';
import type { Refused } from '../../domain/platform/refusal-codes.ts';

/** What a decision came to: the answer and the plan after it, or why not. Either way the plan is as the facts stand now. */
export interface Decided<Plan, Answer> {
  plan: Plan;
  outcome: { answer: Answer } | { refused: Refused };
}

/** What the activity that commits a decision is told beside the decision itself. */
export interface Held {
  seq: number;
  /** The same for every repeat of a decision, so that it is answered as it was the first time. */
  updateId: string;
}

/** A process on which people decide: its plan, and one pair of hands at a time. */
export interface Desk<Plan> {
  /** Null until the facts were read. */
  readonly plan: Plan | null;
  /** The next look or step of the process itself; waits while a decision is being committed. */
  act(work: (plan: Plan | null) => Promise<Plan>): Promise<Plan>;
  /**
   * Takes decisions of one kind, of which it is told the id. `judge` sees the plan alone and refuses at once; `commit` reads who decides
   * what from our record and judges by the facts, under lock, and its word is the answer. A run without a plan reads the facts first.
   * `told` is what versions before told of a decision: it stands in what is replayed, and nobody heeds it.
   */
  takes<Told, Answer>(
    update: UpdateDefinition<Answer, [Told]>,
    judge: (plan: Plan, updateId: string) => Refused | null,
    commit: (told: Told, held: Held) => Promise<Decided<Plan, Answer>>,
  ): void;
  /** Whether there is more to do; resolves when no decision is under way, so that none is cut off by the end of the run. */
  goesOn(): Promise<boolean>;
  /** Whether the history has grown so long that the run should go on in a new one; no decision is under way then. */
  renews(): Promise<boolean>;
}

/** Opens the desk; call it, and `takes`, before the first await. `begin` reads the facts of a run that has no plan. */
export function openDesk<Plan extends { seq: number; step: string }>(
  given: Plan | null,
  bell: Bell,
  begin: () => Promise<Plan>,
): Desk<Plan> {
  const turn = new Mutex();
  let plan = given;
  const more = (): boolean => plan?.step !== 'close' || bell.rung;
  return {
    get plan() {
      return plan;
    },
    act: (work) => turn.run(async () => (plan = await work(plan))),
    takes(update, judge, commit) {
      const validator: (told: Parameters<typeof commit>[0]) => void = () => {
        const refused = plan && judge(plan, idOfUpdate());
        if (refused) throw failureOf(refused);
      };
      setHandler(
        update,
        (told) => {
          const updateId = idOfUpdate();
          return turn.run(async () => {
            plan ??= await begin();
            const { seq } = plan;
            const decided = await commit(told, { seq, updateId });
            if (decided.plan.seq !== seq) bell.ring();
            plan = decided.plan;
            if ('refused' in decided.outcome) throw failureOf(decided.outcome.refused);
            return decided.outcome.answer;
          });
        },
        { validator },
      );
    },
    async goesOn() {
      if (more()) return true;
      await condition(allHandlersFinished);
      return more();
    },
    async renews() {
      if (!workflowInfo().continueAsNewSuggested) return false;
      await condition(allHandlersFinished);
      return !bell.rung;
    },
  };
}

function idOfUpdate(): string {
  const info = currentUpdateInfo();
  if (!info) throw new Error('outside of an update');
  return info.id;
}

/** A refusal as the engine carries it: its code and figures; whoever asked puts them into words. */
const failureOf = ({ code, params }: Refused): ApplicationFailure => ApplicationFailure.nonRetryable(code, code, params);
