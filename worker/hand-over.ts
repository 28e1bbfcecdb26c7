import { setTimeout as wait } from 'node:timers/promises';
import { Client, WithStartWorkflowOperation, WorkflowUpdateFailedError } from '@temporalio/client';
import type { Connection } from '@temporalio/client';
import { refusedBy } from '../domain/platform/refused.ts';
import { subjectOf, workflowTypes } from '../domain/platform/subject.ts';
import { lapsedIntent, refuseIntent, refuseUnsent, takeLeftIntents } from '../store/approvals/intents.ts';
import type { LeftIntent } from '../store/approvals/intents.ts';
import type { Store } from '../store/platform/transaction.ts';
import { refusedIn, startIfNone } from '../workflows/platform/starts.ts';
import type { Refused } from '../domain/platform/refusal-codes.ts';

const AT_ONCE = 8;
const IDLE_MS = 2_000;
/** A process may be at another decision; what it has not answered then is handed over again. */
const CALL_MS = 10_000;

export interface HandOverOptions {
  store: Store;
  connection: Connection;
  namespace: string;
  taskQueue: string;
  log: { warn(fields: object, message: string): void };
}

/**
 * Hands decisions that nobody has answered to their processes again, under the id they were sent by, so that none is carried out twice and
 * none is lost with the engine's own store. Each ends with its answer, its refusal, or lapsed; all of it stands in our record.
 */
export function startHandOver(options: HandOverOptions): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const client = new Client({ connection: options.connection, namespace: options.namespace });
  const running = (async () => {
    while (!stopping.signal.aborted) {
      // Without PostgreSQL nothing is known of decisions; the relay says so.
      const left = await takeLeftIntents(options.store.db, AT_ONCE).catch(() => []);
      await Promise.all(left.map((intent) => handOver(client, options, intent)));
      if (left.length < AT_ONCE) await wait(IDLE_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  })();
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

async function handOver(client: Client, { store, taskQueue, log }: HandOverOptions, intent: LeftIntent): Promise<void> {
  try {
    // Asked for again meanwhile, it counts from then.
    if (intent.lapsed) return void (await refuseUnsent(store.db, intent, refusedBy(lapsedIntent())));
    const refused = await send(client, taskQueue, intent);
    // What was carried out, its process has settled.
    if (refused) await refuseIntent(store.db, intent, refused);
  } catch (error) {
    log.warn({ err: error, process: intent.process }, 'a decision could not be handed over; trying again');
  }
}

/** Sends the id of a decision; answers why it was refused, or null. */
async function send(
  client: Client,
  taskQueue: string,
  { process, updateId, act, customerId }: LeftIntent,
): Promise<Refused | null> {
  const subject = subjectOf(process);
  if (!subject) return null;
  const start = startIfNone({ ...subject, customerId, stage: 'open' }, taskQueue);
  const startWorkflowOperation = new WithStartWorkflowOperation(workflowTypes[subject.kind], start);
  try {
    await client.withDeadline(Date.now() + CALL_MS, () =>
      client.workflow.executeUpdateWithStart(act, { args: [null], updateId, startWorkflowOperation }),
    );
    return null;
  } catch (error) {
    const refused = error instanceof WorkflowUpdateFailedError ? refusedIn(error.cause) : null;
    if (!refused) throw error;
    return refused;
  }
}
