import { processHistory, processParams } from '../../contracts/record.ts';
import type { Actor } from '../../domain/kernel/actor.ts';
import { Refusal } from '../../domain/kernel/refusal.ts';
import { subjectOf } from '../../domain/kernel/subject.ts';
import { readAudit } from '../../store/audit-log.ts';
import type { AuditRow } from '../../store/audit-log.ts';
import { customerOfProcess } from '../../store/subjects.ts';
import { tell } from '../history-words.ts';
import type { Told } from '../history-words.ts';
import { route } from '../route.ts';
import type { RouteSpec } from '../route.ts';
import type { Services } from '../services.ts';

const MOST_ENTRIES = 1_000;

const entryTold = (row: AuditRow): Told => ({ at: row.businessAt, what: row.action, detail: row.reason });

/** The record of a process the engine has forgotten: what was written about its subject, oldest first. */
async function fromRecord({ store }: Services, actor: Actor, workflowId: string): Promise<Told[]> {
  const subject = subjectOf(workflowId);
  if (!subject) return [];
  const kind = subject.kind === 'outreach' ? 'customer' : subject.kind;
  const rows = await readAudit(store.db, actor, { subjectKind: kind, subjectId: subject.id }, MOST_ENTRIES);
  return rows.reverse().map(entryTold);
}

/** The story of a process, for people who must answer why. */
export function processRoutes(services: Services): RouteSpec[] {
  return [
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
        const runs = await services.commands.history(workflowId);
        const story = runs?.flatMap((run) => tell(run.events, language)) ?? (await fromRecord(services, actor, workflowId));
        const events = (runs ?? []).flatMap(({ runId, events: own }) => own.map((event) => ({ runId, ...event })));
        const source = runs ? 'engine' : 'record';
        return { status: 200, body: { workflowId, source, customerId: found.customerId, story, events } };
      },
    }),
  ];
}
