import type { UpdateDefinition } from '@temporalio/common';
import { ApplicationFailure, allHandlersFinished, condition, currentUpdateInfo, setHandler } from '@temporalio/workflow';
import type { WakeUps } from './wake-ups.ts';
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

/**
 * What people decide on a process, of which the engine is told the id. `judge` sees the plan alone and refuses at once; `commit` reads who
 * decides what from our record and judges by the facts, under lock, and its word is the answer.
 */
export interface Decision<Plan, Told, Answer> {
  update: UpdateDefinition<Answer, [Told]>;
  judge(plan: Plan, updateId: string): Refused | null;
  /** `told` is what versions before told of a decision: it stands in what is replayed, and nobody heeds it. */
  commit(id: string, told: Told, held: Held): Promise<Decided<Plan, Answer>>;
}

/** Lets people decide on the process of this id; call it before the first await. */
export type DecisionDefinition<Plan> = (held: PlanHolder<Plan>, id: string) => void;

/** A decision as a process declares it, with an answer of its own kind. */
export const decision =
  <Plan, Told, Answer>(of: Decision<Plan, Told, Answer>): DecisionDefinition<Plan> =>
  (held, id) =>
    held.takes(id, of);

/** The plan of a process, changed by one at a time: its own steps, and what people decide. */
export interface PlanHolder<Plan> {
  /** Null until the facts were read. */
  readonly plan: Plan | null;
  /** The next look or step of the process itself; waits while a decision is being committed. */
  act(work: (plan: Plan | null) => Plan | Promise<Plan>): Promise<Plan>;
  /** Lets people decide; call it before the first await. A run without a plan reads the facts first. */
  takes<Told, Answer>(id: string, decision: Decision<Plan, Told, Answer>): void;
  /** Whether there is more to do. */
  more(): boolean;
  /** The same when no decision is under way, so that none is cut off by the end of the run. */
  drained(): Promise<boolean>;
}

/** Holds the plan of a run; `begin` reads the facts of one that has none. */
export function holdPlan<Plan extends { seq: number; step: string }>(
  given: Plan | null,
  wakeUps: WakeUps,
  begin: () => Promise<Plan>,
): PlanHolder<Plan> {
  const turn = new Mutex();
  let plan = given;
  let decided = false;
  const kept = async (next: Plan | Promise<Plan>): Promise<Plan> => (plan = await next);
  const more = (): boolean => plan?.step !== 'close' || wakeUps.pending;
  return {
    get plan() {
      return plan;
    },
    more,
    // A promise costs the sandbox a stack trace: where nobody decides there is no turn to wait for.
    act: (work) => (decided ? turn.run(async () => (plan = await work(plan))) : kept(work(plan))),
    takes(id, { update, judge, commit }) {
      decided = true;
      const validator: (told: Parameters<typeof commit>[1]) => void = () => {
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
            const decided = await commit(id, told, { seq, updateId });
            if (decided.plan.seq !== seq) wakeUps.wake();
            plan = decided.plan;
            if ('refused' in decided.outcome) throw failureOf(decided.outcome.refused);
            return decided.outcome.answer;
          });
        },
        { validator },
      );
    },
    async drained() {
      await condition(allHandlersFinished);
      return more();
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
