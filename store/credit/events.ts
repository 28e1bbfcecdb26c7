import type { Tx } from '../platform/database.ts';
import { domainEvent } from '../platform/extension.ts';
import type { Moment, Store } from '../platform/transaction.ts';

/** All customers were looked at in a night. */
export const nightEnds = domainEvent<[tx: Tx, store: Store, at: Moment]>('credit: a night ends');
