import type { AuditFact } from '../../domain/platform/audit.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import { refusalBy, refusedBy } from '../../domain/platform/refused.ts';
import type { Tx } from '../platform/database.ts';
import { decisionAnswer } from '../access/subjects.ts';
import { write } from '../platform/transaction.ts';
import type { EventFact, Store, Unchanged, Written, Work } from '../platform/transaction.ts';
import { firstAnswer, keepAnswer } from './approvals.ts';
import { lapsedIntent, lockIntent, readIntent, refuseIntent, settleIntent } from './intents.ts';
import type { AskedDecision, IntentId } from './intents.ts';
import type { RouteSeat } from '../../domain/credit/application.ts';
import type { DecisionAct } from '../../domain/approvals/seats.ts';
import type { Refused } from '../../domain/platform/refusal-codes.ts';
import type { Effects } from '../platform/effects.ts';
import { addEffects, noEffects } from '../platform/effects.ts';

/** What a step, a look or a decision wrote; the plan and the answer to the bell are added when the process settles. */
export interface Change {
  audit: AuditFact[];
  effects: Effects;
  events: EventFact[];
}

export const noChange = (): Change => ({ audit: [], effects: noEffects(), events: [] });

/** Puts changes together. */
export function addChange(to: Change, more: Change): void {
  to.audit.push(...more.audit);
  to.events.push(...more.events);
  addEffects(to.effects, more.effects);
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
  act: DecisionAct;
  /** Locks what a decision judges, and reads it. */
  lock(tx: Tx): Promise<Case | null>;
  answerOf(found: Case): Answer;
  /** Stores what the facts call for next, as the transaction leaves them. */
  settle(work: Work, before: Case, change: Change): Promise<Written<Plan> | Unchanged<Plan>>;
  /** The plan by the facts of now, after a refusal. */
  reassess(): Promise<Plan>;
}

/** What a decision writes, judged by what is locked. */
type Judge<Input, Case> = (work: Work, found: Case, asked: Input) => Promise<Change>;

/**
 * One update, once, and only what the API was asked for, by whom and as what, as it stands in our record: a repeat hears its first answer; a
 * refusal leaves everything as it was, is kept with what was asked, and comes back as data, with the plan as it stands now. Of tries beside
 * one another the first outcome on record is the outcome of all: what was refused is judged anew under another id only.
 */
export async function answerOnce<Input extends AskedDecision, Case, Plan, Answer extends { route: readonly RouteSeat[] }>(
  book: DecisionBook<Case, Plan, Answer>,
  { updateId }: HeldUpdate,
  judge: Judge<Input, Case>,
): Promise<DecidedProcess<Plan, Answer>> {
  const { store, process, act } = book;
  const intended = { process, updateId, act };
  const sent = await readIntent<Input>(store.db, intended);
  if (!sent) return { plan: await book.reassess(), outcome: { refused: { code: 'intent-missing', params: {} } } };
  const once = () => write(store, sent.input.by.actor, (work) => carryOut(work, book, intended, judge));
  try {
    return await once();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const own = refusedBy(error);
    const refused = await refuseIntent(store.db, intended, own);
    if (!refused && (await decisionAnswer(store.db, process, updateId))) return once();
    return { plan: await book.reassess(), outcome: { refused: refused ?? own } };
  }
}

async function carryOut<Input extends AskedDecision, Case, Plan, Answer extends { route: readonly RouteSeat[] }>(
  work: Work,
  book: DecisionBook<Case, Plan, Answer>,
  intended: IntentId,
  judge: Judge<Input, Case>,
): Promise<Written<DecidedProcess<Plan, Answer>> | Unchanged<DecidedProcess<Plan, Answer>>> {
  const { tx } = work;
  const { process, updateId } = intended;
  const found = await book.lock(tx);
  if (!found) throw new Refusal('not-found', { id: process });
  const intent = await lockIntent<Input>(tx, intended);
  const first = await firstAnswer<Answer>(tx, updateId);
  if (first) {
    await settleIntent(tx, intended);
    return asAnswer(await book.settle(work, found, noChange()), first);
  }
  if (!intent) throw new Refusal('intent-missing');
  if (intent.refused) throw refusalBy(intent.refused);
  if (intent.lapsed) throw lapsedIntent();
  const change = await judge(work, found, intent.input);
  const after = await book.lock(tx);
  if (!after) throw new Error('a process was gone in the middle of its transaction');
  const answer = book.answerOf(after);
  await keepAnswer(work, process, updateId, answer);
  await settleIntent(tx, intended);
  return asAnswer(await book.settle(work, found, change), answer);
}

/** The answer as the engine keeps it: without the reasons of those who decided, which whoever asked gets from our record. */
function asAnswer<Plan, Answer extends { route: readonly RouteSeat[] }>(
  written: Written<Plan> | Unchanged<Plan>,
  kept: Answer,
): Written<DecidedProcess<Plan, Answer>> | Unchanged<DecidedProcess<Plan, Answer>> {
  const answer = { ...kept, route: kept.route.map((seat) => ({ ...seat, reason: null })) };
  return { ...written, value: { plan: written.value, outcome: { answer } } };
}
