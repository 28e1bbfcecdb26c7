import type { Actor } from '../../domain/kernel/actor.ts';
import { Refusal } from '../../domain/kernel/refusal.ts';
import type { Refused } from '../../domain/kernel/refused.ts';
import type { ApplicationAnswer, ApplicationPlan } from '../../domain/credit/application.ts';
import type { Tx } from '../database.ts';
import { write } from '../transaction.ts';
import type { Moment, Unchanged, Written } from '../transaction.ts';
import { noTraces } from '../work-orders.ts';
import { add, firstAnswer, keepAnswer, routeOfSeats } from './approvals.ts';
import { reassessApplication } from './application-book.ts';
import type { ApplicationDesk } from './application-book.ts';
import { lockApplication, processOf, settle } from './application-facts.ts';
import type { ApplicationCase, Change } from './application-facts.ts';

export interface HeldUpdate {
  seq: number;
  updateId: string;
}
export interface DecidedApplication {
  plan: ApplicationPlan;
  outcome: { answer: ApplicationAnswer } | { refused: Refused };
}

/**
 * One update, once: a repeat hears its first answer; a refusal leaves everything as it was and comes back as data, with the plan as it
 * stands now.
 */
export async function answering(
  desk: ApplicationDesk,
  id: string,
  actor: Actor,
  { updateId }: HeldUpdate,
  work: (tx: Tx, at: Moment, found: ApplicationCase) => Promise<Change>,
): Promise<DecidedApplication> {
  const { store } = desk;
  try {
    return await write<DecidedApplication>(store, actor, async (tx, at) => {
      const found = await lockApplication(tx, id);
      if (!found) throw new Refusal('not-found', { id });
      const first = await firstAnswer<ApplicationAnswer>(tx, updateId);
      if (first) return asAnswer(await settle(tx, store, at, id, found, { audit: [], traces: noTraces(), events: [] }), first);
      const change = await work(tx, at, found);
      const after = await lockApplication(tx, id);
      if (!after) throw new Error('an application was gone in the middle of its transaction');
      const answer: ApplicationAnswer = { state: after.state, round: after.round, route: routeOfSeats(after.seats) };
      await keepAnswer(tx, at, processOf(id), updateId, answer);
      return asAnswer(await settle(tx, store, at, id, found, change), answer);
    });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const plan = await reassessApplication(desk, { id, seq: null });
    return { plan, outcome: { refused: { code: error.code, params: error.params } } };
  }
}

function asAnswer(
  written: Written<ApplicationPlan> | Unchanged<ApplicationPlan>,
  answer: ApplicationAnswer,
): Written<DecidedApplication> | Unchanged<DecidedApplication> {
  return { ...written, value: { plan: written.value, outcome: { answer } } };
}

/** Puts changes together. */
export function addChange(to: Change, more: Change): void {
  to.audit.push(...more.audit);
  to.events.push(...more.events);
  add(to.traces, more.traces);
}
