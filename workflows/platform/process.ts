import { continueAsNew, setHandler, workflowInfo } from '@temporalio/workflow';
import type { QueryDefinition } from '@temporalio/common';
import type { ProcessPlan } from '../../domain/platform/plan.ts';
import { holdPlan } from './decisions.ts';
import type { DecisionDefinition } from './decisions.ts';
import type { ProcessInput } from './messages.ts';
import { callActivity } from './proxies.ts';
import type { CallableActivity } from './proxies.ts';
import { showStage } from './stage.ts';
import { listenForWakeUps } from './wake-ups.ts';

/** What an activity is told: the process, and the number of the plan the run holds; null: none yet. */
interface Looked {
  id: string;
  seq: number | null;
}

/** Executes one step of a process and answers with the plan after it. */
export type Step<Plan> = (id: string, plan: Plan) => Promise<Plan>;

/** A step that is one activity, which judges under lock whether the facts still call for it. */
export const step =
  <Plan extends ProcessPlan<string>>(activity: CallableActivity<{ id: string; seq: number }, Plan>): Step<Plan> =>
  (id, { seq, why }) =>
    callActivity(activity, { id, seq }, { summary: why });

/** A process as the credit manual has it: its steps, who decides on it, and what is read when it is woken. */
export interface ProcessDefinition<Plan extends ProcessPlan<string>> {
  /** Tells the plan to whoever asks the engine. */
  query: QueryDefinition<Plan | null>;
  /** Reads the facts anew and answers with what they call for. */
  reassess: CallableActivity<Looked, Plan>;
  steps: Record<Plan['step'], Step<Plan>>;
  decisions?: readonly DecisionDefinition<Plan>[];
  /** What searches of running processes show, and what they show of one that has read nothing yet. */
  stage?: { of(plan: Plan): string; first?: string };
}

const beginsUnplanned = 'no plan yet: the facts are read first';
const newsCame = 'news has come: the facts are read anew';

/**
 * The one loop of every process: it waits for the planned moment or for news, and then executes the step, or reads the facts anew. A run
 * without a plan reads first; it ends when there is nothing left to wait for, and goes on in a new run when its history has grown long.
 */
export function defineProcess<Plan extends ProcessPlan<string>>(of: ProcessDefinition<Plan>) {
  return async function run({ id, plan: given }: ProcessInput<Plan>): Promise<void> {
    const wakeUps = listenForWakeUps();
    const reassess = (plan: Plan | null) =>
      callActivity(of.reassess, { id, seq: plan?.seq ?? null }, { summary: plan ? newsCame : beginsUnplanned });
    const held = holdPlan<Plan>(given, wakeUps, () => reassess(null));
    setHandler(of.query, () => held.plan);
    for (const takes of of.decisions ?? []) takes(held, id);

    // Where people decide, a decision may have begun the run: what woke it meanwhile is read again.
    if (!given && !of.decisions) wakeUps.clear();
    let plan = await held.act((known) => known ?? reassess(null));
    if (!given && of.stage?.first !== undefined) showStage(of.stage.first, of.stage.of(plan));
    while (held.more() || (await held.drained())) {
      const woken = await wakeUps.within(plan.waitMs, plan.why);
      const before = plan;
      plan = await held.act((now) => (woken || !now ? reassess(now) : of.steps[now.step as Plan['step']](id, now)));
      if (of.stage) showStage(of.stage.of(before), of.stage.of(plan));
      if (!workflowInfo().continueAsNewSuggested) continue;
      await held.drained();
      if (!wakeUps.pending) await continueAsNew<typeof run>({ id, plan });
    }
  };
}
