import type { z } from 'zod';
import type { ConnectorAnswer, ConnectorFact, ConnectorProblem, ConnectorRequest } from '../../../domain/credit/connectors.ts';
import { fitsFact } from '../../../domain/credit/fact-values.ts';
import type { ConnectorName, FactName } from '../../../domain/credit/facts.ts';
import { normalTaxId } from '../../../domain/customers/tax-id.ts';

/** One register behind one file. */
export interface Connector {
  readonly name: ConnectorName;
  ask(request: ConnectorRequest): Promise<ConnectorAnswer>;
}
export type Connectors = Partial<Record<ConnectorName, Connector>>;

export interface ConnectorSettings {
  /** Address of the register's service, without a slash at its end. */
  url: string;
  apiKey: string;
  /** One try's bound; other than the default in tests. */
  timeoutMs?: number;
}

/** What every answer says of itself. */
interface Answer {
  taxId: string;
  asOf: string;
}

const TIMEOUT_MS = 10_000;
const LARGEST_ANSWER = 256 * 1024;
const LONGEST_RETRY_AFTER_S = 60;

/**
 * Asks a register by POST {url}/v1/lookup, contract in docs/connectors.md. Its answer is held against `schema` and the definitions of the
 * facts, and is nothing when any of it does not fit: half an answer could hide the half that matters.
 */
export async function lookUp<T extends Answer>(
  { url, apiKey, timeoutMs = TIMEOUT_MS }: ConnectorSettings,
  request: ConnectorRequest,
  schema: z.ZodType<T>,
  factsIn: (answer: T) => readonly (ConnectorFact | null)[],
): Promise<ConnectorAnswer> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(`${url}/v1/lookup`, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(request),
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    text = await bodyOf(response);
  } catch (error) {
    return { outcome: 'busy', problem: problemOf(error), retryAfterMs: null };
  }
  if (!response.ok) return refusalOf(response);
  const parsed = schema.safeParse(jsonOf(text));
  if (!parsed.success) return { outcome: 'failed', problem: 'answer-unreadable' };
  if (normalTaxId(parsed.data.taxId) !== normalTaxId(request.taxId)) return { outcome: 'failed', problem: 'answer-of-another' };
  const facts = factsIn(parsed.data).filter((fact) => fact !== null);
  if (!facts.every((fact) => fitsFact(fact.name, fact.value))) return { outcome: 'failed', problem: 'answer-unreadable' };
  return { outcome: 'answered', asOf: parsed.data.asOf, facts };
}

/** A fact when the register told it. */
export const told = (name: FactName, value: ConnectorFact['value'] | null | undefined): ConnectorFact | null =>
  value === null || value === undefined ? null : { name, value };

async function bodyOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += (chunk as Uint8Array).length;
    // A longer one is cut off here, and is then no readable answer.
    if (size > LARGEST_ANSWER) break;
    chunks.push(chunk as Uint8Array);
  }
  return size > LARGEST_ANSWER ? '' : Buffer.concat(chunks).toString('utf8');
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** fetch throws a DOMException of this name when its time is up, a TypeError for all else the network does. */
function problemOf(error: unknown): ConnectorProblem {
  if (error instanceof DOMException && error.name === 'TimeoutError') return 'too-slow';
  if (error instanceof TypeError) return 'unreachable';
  throw error;
}

/** By class: what a later try may mend is busy; what it would meet again is failed. */
function refusalOf(response: Response): ConnectorAnswer {
  const { status } = response;
  const retryAfterMs = retryAfter(response.headers.get('retry-after'));
  if (status === 429) return { outcome: 'busy', problem: 'overloaded', retryAfterMs };
  if (status === 503) return { outcome: 'busy', problem: 'broken', retryAfterMs };
  if (status === 408 || status === 504) return { outcome: 'busy', problem: 'too-slow', retryAfterMs };
  if (status >= 500) return { outcome: 'busy', problem: 'broken', retryAfterMs };
  if (status === 401 || status === 403) return { outcome: 'failed', problem: 'credentials' };
  if (status === 404) return { outcome: 'failed', problem: 'not-on-file' };
  return { outcome: 'failed', problem: 'refused' };
}

function retryAfter(header: string | null): number | null {
  if (header === null || !/^\d{1,6}$/.test(header)) return null;
  return Math.min(Number(header), LONGEST_RETRY_AFTER_S) * 1000;
}
