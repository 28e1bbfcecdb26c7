import type { Client } from '@temporalio/client';
import { sql } from 'kysely';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { decodedEvents } from '../../api/history-json.ts';
import type { HistoryEvent } from '../../api/history-json.ts';
import type { World } from './world.ts';

/** The newest run of a process as recorded by the engine, oldest event first. */
export async function historyOf(client: Client, workflowId: string, runId?: string): Promise<HistoryEvent[]> {
  return decodedEvents(historyToJSON(await client.workflow.getHandle(workflowId, runId).fetchHistory()));
}

export const eventTypes = (events: readonly HistoryEvent[]): string[] => events.map((event) => event.eventType);

const attributesOf = (event: HistoryEvent): Record<string, unknown> => {
  const key = Object.keys(event).find((name) => name.endsWith('EventAttributes'));
  return (key === undefined ? {} : event[key]) as Record<string, unknown>;
};

/** The plain words that stand beside a timer or an activity. */
export const summaryOf = (event: HistoryEvent): string | null =>
  (event['userMetadata'] as { summary?: string } | undefined)?.summary ?? null;

export interface ToldTimer {
  seconds: number;
  why: string | null;
  /** Null: still running. */
  ended: 'fired' | 'cancelled' | null;
}

/** Every timer of a history with its length, its reason and its end. */
export function timersOf(events: readonly HistoryEvent[]): ToldTimer[] {
  const ends = new Map(
    events
      .filter((event) => event.eventType === 'TIMER_FIRED' || event.eventType === 'TIMER_CANCELED')
      .map((event) => [
        String(attributesOf(event)['startedEventId']),
        event.eventType === 'TIMER_FIRED' ? ('fired' as const) : ('cancelled' as const),
      ]),
  );
  return events
    .filter((event) => event.eventType === 'TIMER_STARTED')
    .map((event) => ({
      seconds: Number.parseFloat(String(attributesOf(event)['startToFireTimeout'])),
      why: summaryOf(event),
      ended: ends.get(event.eventId) ?? null,
    }));
}

/** The activities of a history in order: local ones from their markers, the others from their scheduling; with their reasons. */
export function activitiesOf(events: readonly HistoryEvent[]): { activity: string; why: string | null }[] {
  return events.flatMap((event) => {
    const attributes = attributesOf(event);
    if (event.eventType === 'ACTIVITY_TASK_SCHEDULED') {
      const { name } = attributes['activityType'] as { name: string };
      return [{ activity: name, why: summaryOf(event) }];
    }
    if (event.eventType !== 'MARKER_RECORDED' || attributes['markerName'] !== 'core_local_activity') return [];
    const [told] = (attributes['details'] as { data: { activity_type: string }[] }).data;
    return [{ activity: told?.activity_type ?? '?', why: summaryOf(event) }];
  });
}

/** Everything Temporal keeps of the runs of a queue: histories with their payloads in the clear, memo and search attributes. */
export async function everythingKept(client: Client, taskQueue: string): Promise<string> {
  const parts: string[] = [];
  for await (const run of client.workflow.list({ query: `TaskQueue = '${taskQueue}'` })) {
    const history = await historyOf(client, run.workflowId, run.runId);
    parts.push(JSON.stringify({ id: run.workflowId, attributes: run.searchAttributes, memo: run.memo, history }));
  }
  return parts.join('\n');
}

/** Of all reasons that people gave with a decision: how many there are, and those that stand in a history of the engine. */
export async function reasonsInHistories({ client, taskQueue, store }: World): Promise<{ given: number; found: string[] }> {
  const { rows } = await sql<{ reason: string; actor: string }>`
    select distinct input ->> 'reason' as reason, actor_id as actor from decision_intent where length(input ->> 'reason') > 5`.execute(
    store.db,
  );
  const kept = await everythingKept(client, taskQueue);
  // The search itself works: who took a seat does stand in the plans.
  if (!rows.some(({ actor }) => kept.includes(`"by":"${actor}"`))) throw new Error('the histories cannot be read');
  const reasons = [...new Set(rows.map(({ reason }) => reason))];
  return { given: reasons.length, found: reasons.filter((reason) => kept.includes(reason)) };
}
