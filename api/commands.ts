import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import {
  Client,
  Connection,
  ServiceError,
  WithStartWorkflowOperation,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  isGrpcServiceError,
} from '@temporalio/client';
import type { UpdateDefinition } from '@temporalio/common';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import type { TemporalConfig } from '../config/env.ts';
import { Refusal } from '../domain/platform/refusal.ts';
import { refusalBy } from '../domain/platform/refused.ts';
import { workflowId, workflowTypes } from '../domain/platform/subject.ts';
import { refusedIn, startIfNone } from '../workflows/platform/starts.ts';
import type { ProcessNamed } from '../workflows/platform/starts.ts';
import { decodedEvents } from './history-json.ts';
import type { HistoryEvent } from './history-json.ts';

/** What the API asks of the engine; every call refuses with `engine-down` while Temporal cannot be reached. */
export interface Commands {
  /**
   * The runs of a process the engine still knows, oldest first, at most the last twenty, each with its events as JSON: a process that
   * ended and was asked again, or whose history grew long, has several. Null when the engine does not know it (any more). An engine that
   * is away is told within a second: who asks has a record of ours to read instead.
   */
  history(workflowId: string): Promise<ToldRun[] | null>;
  /**
   * A person's decision: it is carried out when this answers, or refused with its reason. One that was sent before under the same
   * `updateId` is answered as it was then. A process without a run gets one, which reads the facts first. Throws OutcomeUnknown when it was
   * sent and nobody has answered: it may still be carried out.
   */
  decide<Input, Answer>(update: UpdateDefinition<Answer, [Input]>, of: Deciding<Input>): Promise<Answer>;
  /** What came of a decision that was sent under this id, as the engine knows it. Refuses with the refusal that the decision got. */
  outcome(workflowId: string, updateId: string): Promise<SentOutcome>;
  /** Resolves when the engine answers for our namespace. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

export interface ToldRun {
  runId: string;
  events: HistoryEvent[];
}

/** `waiting`: nobody has answered it, or the engine cannot be asked. `gone`: the engine has none of this id: it was turned away, or lost. */
export type SentOutcome = { state: 'waiting' | 'gone' } | { state: 'answered'; answer: unknown };

/** A decision on a process. */
export interface Deciding<Input> {
  process: ProcessNamed;
  input: Input;
  updateId: string;
}

const CALL_MS = 10_000;
/** A decision may wait for those before it, and for the engine to take more than it has in flight. */
const DECIDE_MS = 20_000;
const OUTCOME_MS = 2_000;
const PING_MS = 2_000;
/** A reader of a story waits no longer to hear that the engine is away. */
const AWAY_MS = 700;
const CONNECT_MS = 3_000;
const NOT_FOUND = 5;
/** Not found, failed precondition, aborted: what the engine answers of a run that has ended meanwhile. */
const ENDED: readonly number[] = [NOT_FOUND, 9, 10];
const MOST_TRIES = 8;
const FIRST_WAIT_MS = 10;
const MOST_RUNS = 20;

/** A decision is on its way, and whether it is carried out is not known yet. */
export class OutcomeUnknown extends Error {
  override readonly name = 'OutcomeUnknown';
}

/** The engine has nothing of this name. */
class Unknown extends Error {}

/** The only user of the Temporal client in the API; it connects at the first call, and again by itself after an outage. */
export function createCommands(config: TemporalConfig, decideMs = DECIDE_MS): Commands {
  let connecting: Promise<Connection> | null = null;
  const inTurn = takingTurns();

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
      const away = error instanceof ServiceError || error instanceof WorkflowUpdateRPCTimeoutOrCancelledError;
      if (away || isGrpcServiceError(error)) throw new Refusal('engine-down');
      throw error;
    }
  }

  /** The engine answers for our namespace; refuses when it has none of that name. */
  async function ping(ms = PING_MS): Promise<void> {
    try {
      await ask(ms, (client) => client.workflowService.describeNamespace({ namespace: config.namespace }));
    } catch (error) {
      throw error instanceof Unknown ? new Refusal('engine-down') : error;
    }
  }

  return {
    async history(workflowId) {
      await within(AWAY_MS, ping(AWAY_MS));
      try {
        return await ask(CALL_MS, async (client) => {
          const told: ToldRun[] = [];
          for (const runId of await runsOf(client, workflowId)) {
            const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
            told.push({ runId, events: decodedEvents(historyToJSON(history)) });
          }
          return told;
        });
      } catch (error) {
        // The namespace is there, as we have just heard: it is the process that was forgotten.
        if (error instanceof Unknown) return null;
        throw error;
      }
    },
    decide: (update, of) =>
      inTurn(workflowId(of.process.kind, of.process.id), async () => {
        // An engine that does not answer gets nothing sent: then it is certain that nothing is decided.
        await ping(CALL_MS);
        return ask(decideMs, (client) => sendUpdate(client, config.taskQueue, update, of)).catch((error: unknown) => {
          if (error instanceof Unknown) throw new Refusal('engine-down');
          if (error instanceof Refusal && error.code === 'engine-down') throw new OutcomeUnknown();
          throw refusalIn(error);
        });
      }),
    outcome: (id, updateId) => outcomeOf(ask, id, updateId),
    ping: () => ping(),
    async close() {
      const connection = await connecting?.catch(() => null);
      connecting = null;
      await connection?.close();
    },
  };
}

type Ask = <T>(ms: number, work: (client: Client) => Promise<T>) => Promise<T>;

async function outcomeOf(ask: Ask, id: string, updateId: string): Promise<SentOutcome> {
  const of = (client: Client) => client.workflow.getHandle(id).getUpdateHandle(updateId);
  try {
    return { state: 'answered', answer: await ask(OUTCOME_MS, (client) => of(client).result()) };
  } catch (error) {
    if (error instanceof Unknown || error instanceof WorkflowNotFoundError) return { state: 'gone' };
    if (error instanceof Refusal && error.code === 'engine-down') return { state: 'waiting' };
    throw refusalIn(error);
  }
}

/** The work, or `engine-down` when it takes longer: a connection being made knows no deadline of a call. */
async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Refusal('engine-down')), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    work.catch(() => undefined);
  }
}

/** The ids of the runs of a workflow, oldest first. The list of runs may lag a moment behind; the newest run is known at once. */
async function runsOf(client: Client, workflowId: string): Promise<string[]> {
  const { namespace } = client.options;
  const { workflowExecutionInfo } = await client.workflowService.describeWorkflowExecution({
    namespace,
    execution: { workflowId },
  });
  const newest = workflowExecutionInfo?.execution?.runId ?? '';
  const runs: { runId: string; began: number }[] = [];
  for await (const { runId, startTime } of client.workflow.list({ query: `WorkflowId = '${workflowId}'` })) {
    if (runId !== newest) runs.push({ runId, began: startTime.getTime() });
    if (runs.length >= MOST_RUNS * 5) break;
  }
  const earlier = runs.sort((a, b) => a.began - b.began).map(({ runId }) => runId);
  return [...earlier, newest].slice(-MOST_RUNS);
}

/**
 * One decision on a process at a time from here: they are carried out one after another anyway, and the engine refuses more than a few
 * in flight.
 */
function takingTurns(): <T>(subject: string, work: () => Promise<T>) => Promise<T> {
  const last = new Map<string, Promise<unknown>>();
  return (subject, work) => {
    const mine = (last.get(subject) ?? Promise.resolve()).then(work);
    const done = mine
      .catch(() => undefined)
      .then(() => {
        if (last.get(subject) === done) last.delete(subject);
      });
    last.set(subject, done);
    return mine;
  };
}

/**
 * Sends a decision until it has an answer. A run may end with the very decision that is on its way, or lose it to a worker that died:
 * sent again under the same id it is answered as it was carried out, by the record.
 */
async function sendUpdate<Input, Answer>(
  client: Client,
  taskQueue: string,
  update: UpdateDefinition<Answer, [Input]>,
  { process, input, updateId }: Deciding<Input>,
): Promise<Answer> {
  for (let attempt = 1; ; attempt += 1) {
    const start = startIfNone(process, taskQueue);
    const startWorkflowOperation = new WithStartWorkflowOperation(workflowTypes[process.kind], start);
    try {
      return await client.workflow.executeUpdateWithStart(update, { args: [input], updateId, startWorkflowOperation });
    } catch (error) {
      if (attempt >= MOST_TRIES || !runMayHaveEnded(error)) throw error;
      // Many that start or end the same process at once get in one another's way: each tries again a little later than the rest.
      await delay(randomInt(FIRST_WAIT_MS, 2 * FIRST_WAIT_MS) * 2 ** (attempt - 1));
    }
  }
}

function runMayHaveEnded(error: unknown): boolean {
  const cause = error instanceof ServiceError ? error.cause : error;
  if (error instanceof WorkflowNotFoundError) return true;
  return isGrpcServiceError(cause) && ENDED.includes(Number(cause.code));
}

/** The refusal that a failed update carries by its type, at the place it names; anything else as it is. */
function refusalIn(error: unknown): unknown {
  const refused = error instanceof WorkflowUpdateFailedError ? refusedIn(error.cause) : null;
  return refused ? refusalBy(refused) : error;
}
