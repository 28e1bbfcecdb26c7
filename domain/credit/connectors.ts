import type { BusinessDate } from '../platform/calendar.ts';
import type { ConnectorName, FactName } from './facts.ts';
import type { FactValue } from './profile.ts';

/** All that leaves the house: the tax id, and our own id of the call. */
export interface ConnectorRequest {
  taxId: string;
  requestId: string;
}

/** Why a connector told nothing; each with its words in connector-words.ts. */
export const connectorProblems = [
  'not-configured',
  'kept-inside',
  'no-tax-id',
  'not-on-file',
  'credentials',
  'refused',
  'answer-unreadable',
  'answer-of-another',
  'dated-ahead',
  'unreachable',
  'too-slow',
  'overloaded',
  'broken',
] as const;
export type ConnectorProblem = (typeof connectorProblems)[number];

export interface ConnectorFact {
  name: FactName;
  value: FactValue;
}

/**
 * What asking a connector came to. `failed`: asked again it would say the same, so a person must look. `busy`: it may answer a later try.
 */
export type ConnectorAnswer =
  | { outcome: 'answered'; asOf: BusinessDate; facts: readonly ConnectorFact[] }
  | { outcome: 'failed'; problem: ConnectorProblem }
  | { outcome: 'busy'; problem: ConnectorProblem; retryAfterMs: number | null };

/** What is on record of a call that has ended. */
export interface ConnectorOutcome {
  connector: ConnectorName;
  state: 'answered' | 'failed' | 'unavailable';
  problem: ConnectorProblem | null;
}

/** A connector that does not answer so many tries is taken as away. */
export const mostConnectorTries = 4;
