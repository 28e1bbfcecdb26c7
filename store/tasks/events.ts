import type { RawBuilder } from 'kysely';
import type { Tx } from '../platform/database.ts';
import { domainEvent, extensionPoint } from '../platform/extension.ts';
import type { Moment, Store } from '../platform/transaction.ts';

/** The process of a task is about to look at it; the task is not locked yet. */
export const taskReached = domainEvent<[tx: Tx, store: Store, at: Moment, task: string]>('tasks: a task is looked at');

/** Whoever completed a task decided that new orders and shipments of its item's payer are held. */
export const holdDecided =
  domainEvent<[tx: Tx, at: Moment, item: { id: string; customerId: string }, why: Record<string, unknown>]>(
    'tasks: a hold was decided on',
  );

/** SQL for the day from which limitation of the debt of the receivable `r` runs: tasks near it rank higher. */
export const limitationFrom = extensionPoint<RawBuilder<unknown>>('tasks: from when limitation runs');
