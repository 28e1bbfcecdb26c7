import type { UpdateDefinition } from '@temporalio/common';
import { decisionPending } from '../contracts/policies/decisions.ts';
import { workflowId } from '../domain/platform/subject.ts';
import { OutcomeUnknown } from './commands.ts';
import type { Deciding } from './commands.ts';
import type { DecisionAct } from '../domain/approvals/seats.ts';
import { Refusal } from '../domain/platform/refusal.ts';
import { refusedBy } from '../domain/platform/refused.ts';
import { idAskedNow, intend, leaveIntent, refuseIntent, refuseUnsent } from '../store/approvals/intents.ts';
import type { AskedDecision } from '../store/approvals/intents.ts';
import { decisionAnswer } from '../store/access/subjects.ts';
import type { JsonAnswer, Language } from './route.ts';
import type { Services } from './services.ts';

const pendingWords: Record<Language, string> = {
  en:
    'The decision is on its way, but nobody has answered yet: it may still be carried out, within 15 minutes. Ask at the path in "ask", or ' +
    'send the same request again with the same Idempotency-Key: it is never carried out twice.',
  zh: '决定已提交，但尚未得到处理结果，15 分钟内仍可能被执行。请在 "ask" 所示路径查询，或以相同的 Idempotency-Key 重新发送相同请求，不会重复执行。',
};

/** Beside 200, what a decision may answer. */
export const pendingAnswer = {
  202: { description: 'Not known yet whether it is carried out: ask again.', schema: decisionPending },
};

/** A decision as it was asked for. */
interface Asked<Input> {
  process: Deciding<Input>['process'];
  updateId: string;
  input: Input;
}

/**
 * Writes a decision down, sends the process its id, and answers what is true of it: what came of it, or that nobody knows yet and where to
 * ask. One that nobody has answered is handed over by the workers until it has an outcome; one that was refused is judged anew.
 */
export async function answerDecision<Told, Input extends AskedDecision, Answer extends object>(
  { store, commands }: Pick<Services, 'store' | 'commands'>,
  language: Language,
  update: UpdateDefinition<Answer, [Told | null]>,
  { input, ...asked }: Asked<Input>,
  show: (answer: Answer) => unknown,
): Promise<JsonAnswer> {
  const process = workflowId(asked.process.kind, asked.process.id);
  const of = { ...asked, updateId: await idAskedNow(store.db, { process, updateId: asked.updateId }, input) };
  // A repeat of what was carried out meanwhile needs no engine.
  const recorded = await decisionAnswer(store.db, process, of.updateId);
  if (recorded) return { status: 200, body: show(recorded as Answer) };
  const intended = { process, updateId: of.updateId };
  const { underWay, handOverAt } = await intend(store.db, { ...intended, act: update.name as DecisionAct }, input);
  try {
    const told = await commands.decide(update, { ...of, input: null });
    // What the engine answers has no reasons; the record does.
    const kept = (await decisionAnswer(store.db, process, of.updateId)) as Answer | null;
    return { status: 200, body: show(kept ?? told) };
  } catch (error) {
    if (!(error instanceof OutcomeUnknown) && !(error instanceof Refusal)) throw error;
    // Others may have carried it out meanwhile, or a worker that died before it could tell the engine: our record knows.
    const kept = (await decisionAnswer(store.db, process, of.updateId)) as Answer | null;
    if (kept) return { status: 200, body: show(kept) };
    if (error instanceof Refusal && (await isRefused(store, { ...intended, underWay, handOverAt }, error))) throw error;
    await leaveIntent(store.db, intended);
    const ask = `/v1/processes/${process}/decisions/${of.updateId}`;
    return {
      status: 202,
      headers: { Location: ask, 'Retry-After': '5' },
      body: { outcome: 'not-known-yet', ask, detail: pendingWords[language] },
      pending: true,
    };
  }
}

/** Puts a refusal on record, and answers whether it is true: an engine that is away has heard nothing of what nobody sent before or since. */
async function isRefused(
  { db }: Services['store'],
  { underWay, ...of }: { process: string; updateId: string; handOverAt: string; underWay: boolean },
  refusal: Refusal,
): Promise<boolean> {
  const refused = refusedBy(refusal);
  if (refusal.code === 'engine-down') return !underWay && (await refuseUnsent(db, of, refused));
  return (await refuseIntent(db, of, refused)) !== null;
}
