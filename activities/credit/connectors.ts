import { ApplicationFailure, Context } from '@temporalio/activity';
import { mostConnectorTries } from '../../domain/credit/connectors.ts';
import type { ConnectorAnswer, ConnectorOutcome, ConnectorProblem } from '../../domain/credit/connectors.ts';
import type { ConnectorName } from '../../domain/credit/facts.ts';
import type { Connectors } from './providers/connector.ts';

/** What asking a connector needs of the store. */
export interface ConnectorBook {
  /** Puts the call on record, once for all its tries, and says by what the customer is known outside (null: by nothing) and whether it may be asked now. */
  open(input: ConnectorInput): Promise<{ callId: string; taxId: string | null; leaves: boolean }>;
  /** Ends the call: takes the facts over, or says why there are none and gives it to a person. */
  close(input: { callId: string; answer: ClosingAnswer }): Promise<ConnectorOutcome>;
}

export type ClosingAnswer = Exclude<ConnectorAnswer, { outcome: 'busy' }> | { outcome: 'unavailable'; problem: ConnectorProblem };

export interface ConnectorInput {
  customerId: string;
  connector: ConnectorName;
  /** Workflow id of the process that waits for it; null: a refresh of its own. */
  askedFor: string | null;
}

/**
 * Asks one register about one customer. Reading may be repeated, so tries need no reconciliation; the last of them ends the call as
 * unavailable instead of failing, so that no caller can take silence for an answer.
 */
export function connectorActivities(book: ConnectorBook, connectors: Connectors) {
  return {
    async askConnector(input: ConnectorInput): Promise<ConnectorOutcome> {
      const { callId, taxId, leaves } = await book.open(input);
      const connector = connectors[input.connector];
      if (!connector) return book.close({ callId, answer: { outcome: 'unavailable', problem: 'not-configured' } });
      if (!leaves) return book.close({ callId, answer: { outcome: 'unavailable', problem: 'kept-inside' } });
      if (taxId === null) return book.close({ callId, answer: { outcome: 'failed', problem: 'no-tax-id' } });
      const answer = await connector.ask({ taxId, requestId: callId });
      if (answer.outcome !== 'busy') return book.close({ callId, answer });
      if (Context.current().info.attempt >= mostConnectorTries)
        return book.close({ callId, answer: { outcome: 'unavailable', problem: answer.problem } });
      throw ApplicationFailure.create({
        message: `${input.connector}: ${answer.problem}`,
        type: 'connector-busy',
        ...(answer.retryAfterMs !== null && { nextRetryDelay: answer.retryAfterMs }),
      });
    },

    /** For a worker that died in the last try: the call is ended as it stands. */
    async giveUpConnector(input: ConnectorInput): Promise<ConnectorOutcome> {
      const { callId } = await book.open(input);
      return book.close({ callId, answer: { outcome: 'unavailable', problem: 'broken' } });
    },
  };
}
