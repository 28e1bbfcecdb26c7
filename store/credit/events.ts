import { domainEvent } from '../platform/extension.ts';
import type { Work } from '../platform/transaction.ts';

/** All customers were looked at in a night. */
export const nightEnds = domainEvent<[work: Work]>('credit: a night ends');
