import { Client, Connection, ServiceError, isGrpcServiceError } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import type { TemporalConfig } from '../config/env.ts';
import { Refusal } from '../domain/kernel/refusal.ts';
import { decodedEvents } from './history-json.ts';
import type { HistoryEvent } from './history-json.ts';

/** What the API asks of the engine; every call refuses with `engine-down` while Temporal cannot be reached. */
export interface Commands {
  /** The events of the newest run of a workflow as JSON; null when the engine does not know it (any more). */
  history(workflowId: string): Promise<HistoryEvent[] | null>;
  /** Resolves when the engine answers for our namespace. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

const CALL_MS = 10_000;
const PING_MS = 2_000;
const CONNECT_MS = 3_000;
const NOT_FOUND = 5;

/** The engine has nothing of this name. */
class Unknown extends Error {}

/** The only user of the Temporal client in the API; it connects at the first call, and again by itself after an outage. */
export function createCommands(config: TemporalConfig): Commands {
  let connecting: Promise<Connection> | null = null;

  // A connection that was made once mends itself; one that was never made is tried anew at the next call.
  const connected = (): Promise<Connection> => {
    const { address, tls, apiKey } = config;
    connecting ??= Connection.connect({
      address,
      tls,
      connectTimeout: CONNECT_MS,
      ...(apiKey !== undefined && { apiKey }),
    }).catch(() => {
      connecting = null;
      throw new Refusal('engine-down');
    });
    return connecting;
  };

  async function ask<T>(ms: number, work: (client: Client) => Promise<T>): Promise<T> {
    const client = new Client({ connection: await connected(), namespace: config.namespace });
    try {
      return await client.withDeadline(Date.now() + ms, () => work(client));
    } catch (error) {
      if (isGrpcServiceError(error) && Number(error.code) === NOT_FOUND) throw new Unknown();
      if (error instanceof ServiceError || isGrpcServiceError(error)) throw new Refusal('engine-down');
      throw error;
    }
  }

  /** The engine answers for our namespace; refuses when it has none of that name. */
  async function ping(): Promise<void> {
    try {
      await ask(PING_MS, (client) => client.workflowService.describeNamespace({ namespace: config.namespace }));
    } catch (error) {
      throw error instanceof Unknown ? new Refusal('engine-down') : error;
    }
  }

  return {
    async history(workflowId) {
      try {
        const history = await ask(CALL_MS, (client) => client.workflow.getHandle(workflowId).fetchHistory());
        return decodedEvents(historyToJSON(history));
      } catch (error) {
        if (!(error instanceof Unknown)) throw error;
        // It may be the namespace that is not there: then nothing was forgotten.
        await ping();
        return null;
      }
    },
    ping,
    async close() {
      const connection = await connecting?.catch(() => null);
      connecting = null;
      await connection?.close();
    },
  };
}
