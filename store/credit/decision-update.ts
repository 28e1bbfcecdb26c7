import type { Actor } from '../../domain/kernel/actor.ts';
import type { AuditFact } from '../../domain/kernel/audit.ts';
import { Refusal } from '../../domain/kernel/refusal.ts';
import type { Refused } from '../../domain/kernel/refused.ts';
import type { Tx } from '../database.ts';
import { write } from '../transaction.ts';
import type { EventFact, Moment, Store, Unchanged, Written } from '../transaction.ts';
import { noTraces } from '../work-orders.ts';
import type { WorkOrderTraces } from '../work-orders.ts';
import { add, firstAnswer, keepAnswer } from './approvals.ts';

/** What a step, a look or a decision wrote; the plan and the answer to the bell are added when the process settles. */
export interface Change {
  audit: AuditFact[];
  traces: WorkOrderTraces;
  events: EventFact[];
}

export const noChange = (): Change => ({ audit: [], traces: noTraces(), events: [] });

/** Puts changes together. */
export function addChange(to: Change, more: Change): void {
  to.audit.push(...more.audit);
  to.events.push(...more.events);
  add(to.traces, more.traces);
}

/** Whoever takes a step or a decision does not look at the news: what was asked meanwhile stays asked, for the look that comes next. */
export const unheard = <Case extends { asked: number; heard: number }>(found: Case | null): Case | null =>
  found && { ...found, asked: found.heard };

/** What the activity that commits a decision is told beside the decision. */
export interface HeldUpdate {
  seq: number;
  updateId: string;
}

/** What a decision came to: its answer, or why not; either way with the plan as it stands now. */
export interface DecidedProcess<Plan, Answer> {
  plan: Plan;
  outcome: { answer: Answer } | { refused: Refused };
}

/** A process on which people decide, as its book reads and writes it. */
export interface DecisionBook<Case, Plan, Answer> {
  store: Store;
  /** Workflow id. */
  process: string;
  /** Locks what a decision judges, and reads it. */
  lock(tx: Tx): Promise<Case | null>;
  answerOf(found: Case): Answer;
  /** Stores what the facts call for next, as the transaction leaves them. */
  settle(tx: Tx, at: Moment, before: Case, change: Change): Promise<Written<Plan> | Unchanged<Plan>>;
  /** The plan by the facts of now, after a refusal. */
  reassess(): Promise<Plan>;
}

/**
 * One update, once: a repeat hears its first answer; a refusal leaves everything as it was and comes back as data, with the plan as it
 * stands now.
 */
export async function answerOnce<Case, Plan, Answer extends object>(
  book: DecisionBook<Case, Plan, Answer>,
  actor: Actor,
  { updateId }: HeldUpdate,
  work: (tx: Tx, at: Moment, found: Case) => Promise<Change>,
): Promise<DecidedProcess<Plan, Answer>> {
  try {
    return await write<DecidedProcess<Plan, Answer>>(book.store, actor, async (tx, at) => {
      const found = await book.lock(tx);
      if (!found) throw new Refusal('not-found', { id: book.process });
      const first = await firstAnswer<Answer>(tx, updateId);
      if (first) return asAnswer(await book.settle(tx, at, found, noChange()), first);
      const change = await work(tx, at, found);
      const after = await book.lock(tx);
      if (!after) throw new Error('a process was gone in the middle of its transaction');
      const answer = book.answerOf(after);
      await keepAnswer(tx, at, book.process, updateId, answer);
      return asAnswer(await book.settle(tx, at, found, change), answer);
    });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { plan: await book.reassess(), outcome: { refused: { code: error.code, params: error.params } } };
  }
}

function asAnswer<Plan, Answer>(
  written: Written<Plan> | Unchanged<Plan>,
  answer: Answer,
): Written<DecidedProcess<Plan, Answer>> | Unchanged<DecidedProcess<Plan, Answer>> {
  return { ...written, value: { plan: written.value, outcome: { answer } } };
}
