import { Refusal } from '../domain/kernel/refusal.ts';
import { rateCame } from './credit/missing-rates.ts';
import type { Tx } from './database.ts';
import { applyPayment, lockPayment } from './payment-changes.ts';
import { readWaiting } from './payment-waits.ts';
import { systemActor } from './transaction.ts';
import type { Moment, Store } from './transaction.ts';
import { addTraces, noTraces } from './work-orders.ts';
import type { WorkOrderTraces } from './work-orders.ts';

/**
 * A rate is on file: payments that waited for it settle what they name, and the task that asked for it ends, unless one of them needs it of an
 * earlier day. What cannot be settled any more as it was named stays a task of its own.
 */
export async function settleWaiting(tx: Tx, store: Store, at: Moment, base: string, quote: string): Promise<WorkOrderTraces> {
  const traces = noTraces();
  let isMissing = false;
  for (const { id, lines } of await readWaiting(tx, base, quote)) {
    const found = await lockPayment(tx, systemActor('exchange-rate'), id);
    if (found.payment.unappliedMinor < found.payment.amountMinor) continue;
    try {
      const { audit, asks = [], posts = [], events = [] } = await applyPayment(tx, store, at, found, lines, 'rate-recorded');
      addTraces(traces, { audit: [...audit], asks: [...asks], posts: [...posts], events: [...events] });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      isMissing ||= error.code === 'rate-missing';
    }
  }
  if (!isMissing) addTraces(traces, await rateCame(tx, at, base, quote));
  return traces;
}
