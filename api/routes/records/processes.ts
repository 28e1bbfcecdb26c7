import { processHistory, processParams } from '../../../contracts/platform/record.ts';
import { decisionOutcome, decisionParams } from '../../../contracts/policies/decisions.ts';
import type { Actor } from '../../../domain/platform/actor.ts';
import { Refusal } from '../../../domain/platform/refusal.ts';
import { refusalBy } from '../../../domain/platform/refused.ts';
import { subjectOf } from '../../../domain/platform/subject.ts';
import { recordedAs, sayEntry } from '../../../domain/records/story-words.ts';
import { readAudit } from '../../../store/records/audit-log.ts';
import { intentOutcome } from '../../../store/approvals/intents.ts';
import { customerOfProcess, decisionAnswer } from '../../../store/access/subjects.ts';
import { tell } from '../../history-words.ts';
import type { Told } from '../../history-words.ts';
import { readingOf } from '../../reading.ts';
import { refusedAt } from '../../refused-at.ts';
import { route } from '../../route.ts';
import type { Language, RouteSpec } from '../../route.ts';
import type { Services } from '../../services.ts';
import { refusalText } from '../../../domain/records/refusal-text.ts';

const MOST_ENTRIES = 1_000;

/** What was written about the subject of a process, oldest first: of one the engine has forgotten, or while it is away. */
async function fromRecord({ store }: Services, actor: Actor, workflowId: string, language: Language): Promise<Told[]> {
  const subject = subjectOf(workflowId);
  if (!subject) return [];
  const of = { subjectKind: recordedAs(subject.kind), subjectId: subject.id };
  const rows = await readAudit(store.db, actor, of, MOST_ENTRIES);
  const reading = await readingOf(store);
  return rows.reverse().map((row) => ({ at: row.businessAt, ...sayEntry(subject.kind, row, language, reading) }));
}

/** An engine that is away keeps nobody from reading what we know ourselves. */
function onlyAway(error: unknown): 'away' {
  if (error instanceof Refusal && error.code === 'engine-down') return 'away';
  throw error;
}

/** What came of a decision that had no answer when it was sent. */
async function outcomeOf({ store, commands }: Services, process: string, id: string, language: Language) {
  const recorded = await decisionAnswer(store.db, process, id);
  const open = { outcome: 'not-known-yet', answer: null, refusal: null };
  if (recorded) return { ...open, outcome: 'carried-out', answer: recorded };
  // A decision is sent to the path of what it decides.
  const refused = (error: Refusal) => {
    const { code, params, pointer } = refusedAt(error, { id: subjectOf(process)?.id ?? '' }) as Refusal;
    const { detail } = refusalText(code, params, language);
    return { ...open, outcome: 'refused', refusal: { code, detail, ...(pointer !== undefined && { pointer }) } };
  };
  const known = await intentOutcome(store.db, process, id);
  if (known?.state === 'refused') return refused(refusalBy(known));
  try {
    const found = await commands.outcome(process, id);
    if (found.state === 'answered') return { ...open, outcome: 'carried-out', answer: found.answer };
    // What the engine does not know is handed to it again while it stands open in our record.
    return found.state === 'gone' && known === null ? { ...open, outcome: 'not-carried-out' } : open;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return refused(error);
  }
}

/** The story of a process, for people who must answer why. */
export function processRoutes(services: Services): RouteSpec[] {
  return [
    route({
      method: 'get',
      path: '/v1/processes/{workflowId}/decisions/{id}',
      verb: 'signed-in',
      tag: 'Record',
      summary: 'What came of a decision that was answered with 202',
      params: decisionParams,
      answers: { 200: { description: 'Its outcome, or that it is not known yet.', schema: decisionOutcome } },
      async handle({ actor, params, language }) {
        const found = await customerOfProcess(services.store.db, actor, params.workflowId);
        if (!found) throw new Refusal('not-found', { id: params.workflowId });
        return { status: 200, body: await outcomeOf(services, params.workflowId, params.id, language) };
      },
    }),
    route({
      method: 'get',
      path: '/v1/processes/{workflowId}',
      verb: 'process.read',
      tag: 'Record',
      summary: 'The history of a process in plain words, with the raw events',
      params: processParams,
      answers: { 200: { description: 'Its story.', schema: processHistory } },
      async handle({ actor, params, language }) {
        const { workflowId } = params;
        const found = await customerOfProcess(services.store.db, actor, workflowId);
        if (!found) throw new Refusal('not-found', { id: workflowId });
        const runs = await services.commands.history(workflowId).catch(onlyAway);
        const known = runs === 'away' ? null : runs;
        const telling = { kind: subjectOf(workflowId)?.kind ?? null, language, zone: services.store.zone };
        const story =
          known?.flatMap((run) => tell(run.events, telling)) ?? (await fromRecord(services, actor, workflowId, language));
        const events = (known ?? []).flatMap(({ runId, events: own }) => own.map((event) => ({ runId, ...event })));
        const source = known ? 'engine' : 'record';
        const engine = runs === 'away' ? 'away' : 'reached';
        return { status: 200, body: { workflowId, source, engine, customerId: found.customerId, story, events } };
      },
    }),
  ];
}
