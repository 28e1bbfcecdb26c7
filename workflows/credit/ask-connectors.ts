import { ActivityFailure, isCancellation } from '@temporalio/workflow';
import type { ConnectorName } from '../../domain/credit/facts.ts';
import { callActivity, connectors, records } from '../platform/proxies.ts';

/**
 * Asks registers about a customer, each in its turn; what came of it, an answer or none, is on record afterwards.
 * `askedFor`: workflow id of the process that waits for it; null: a refresh of its own.
 */
export async function askConnectors(customerId: string, names: readonly ConnectorName[], askedFor: string | null): Promise<void> {
  for (const connector of names) await ask({ customerId, connector, askedFor });
}

/** A worker that died in the last try leaves the call open: it is ended here, so that nobody waits for it. */
async function ask(call: { customerId: string; connector: ConnectorName; askedFor: string | null }): Promise<void> {
  try {
    await callActivity(connectors.askConnector, call, { summary: `${call.connector} is asked` });
  } catch (error) {
    if (!(error instanceof ActivityFailure) || isCancellation(error)) throw error;
    await callActivity(records.giveUpConnector, call, { summary: `${call.connector} could not be asked` });
  }
}
