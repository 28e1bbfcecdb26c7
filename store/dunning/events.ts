import { domainEvent } from '../platform/extension.ts';
import type { Work } from '../platform/transaction.ts';

/** A step of dunning has its customer's credit reviewed. `key` names the step: it asks once. */
export const reviewWanted =
  domainEvent<[work: Work, asked: { key: string; customerId: string; detail: Record<string, unknown> }]>(
    'dunning: a review is wanted',
  );

/** PostgreSQL was restored from a backup: nobody here knows what went out to this customer since. */
export const restoreNoticed = domainEvent<[work: Work, customer: { customerId: string; customerCode: string }]>(
  'dunning: a restored database was noticed',
);
