import { Client, Connection, WorkflowNotFoundError } from '@temporalio/client';
import type { WorkflowHandle } from '@temporalio/client';
import type { TemporalConfig } from '../config/env.ts';
import { Refusal } from '../domain/kernel/refusal.ts';

export type HistoryEvent = NonNullable<Awaited<ReturnType<WorkflowHandle['fetchHistory']>>['events']>[number];

/** What the API asks of the engine; every call refuses with `engine-down` while Temporal cannot be reached. */
export interface Commands {
  /** The events of the newest run of a workflow; null when the engine does not know it (any more). */
  history(workflowId: string): Promise<HistoryEvent[] | null>;
  /** Resolves when the engine answers for our namespace. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

const CALL_MS = 10_000;
const PING_MS = 2_000;

/** The only user of the Temporal client in the API; it connects at the first call, and again after a failed one. */
export function createCommands(config: TemporalConfig): Commands {
  let connection: Connection | null = null;
  const connect = (): Connection =>
    (connection ??= Connection.lazy({
      address: config.address,
      tls: config.tls,
      ...(config.apiKey !== undefined && { apiKey: config.apiKey }),
      connectTimeout: CALL_MS,
    }));

  async function asked<T>(ms: number, work: (client: Client) => Promise<T>): Promise<T> {
    const client = new Client({ connection: connect(), namespace: config.namespace });
    try {
      return await client.withDeadline(Date.now() + ms, () => work(client));
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) throw error;
      throw new Refusal('engine-down', {}, {});
    }
  }

  return {
    async history(workflowId) {
      try {
        const history = await asked(CALL_MS, (client) => client.workflow.getHandle(workflowId).fetchHistory());
        return history.events ?? [];
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return null;
        throw error;
      }
    },
    async ping() {
      await asked(PING_MS, (client) => client.workflowService.describeNamespace({ namespace: config.namespace }));
    },
    async close() {
      await connection?.close();
      connection = null;
    },
  };
}
