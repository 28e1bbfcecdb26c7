import type { RawBuilder } from 'kysely';
import { domainEvent, extensionPoint } from '../platform/extension.ts';
import type { Work } from '../platform/transaction.ts';

/** The process of a task is about to look at it; the task is not locked yet. */
export const taskReached = domainEvent<[work: Work, task: string]>('tasks: a task is looked at');

/** Whoever completed a task decided that new orders and shipments of its item's payer are held. */
export const holdDecided =
  domainEvent<[work: Work, item: { id: string; customerId: string }, why: Record<string, unknown>]>(
    'tasks: a hold was decided on',
  );

/** SQL for the day from which limitation of the debt of the receivable `r` runs: tasks near it rank higher. */
export const limitationFrom = extensionPoint<RawBuilder<unknown>>('tasks: from when limitation runs');
