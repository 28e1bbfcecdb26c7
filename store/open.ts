import './rooms.ts';
import { openDatabase } from './platform/database.ts';
import type { DatabaseOptions } from './platform/database.ts';
import { PolicyBook } from './policies/policies.ts';
import type { Store } from './platform/transaction.ts';

/** What a store has of its policies. */
export const overPolicies = (policies: PolicyBook): Pick<Store, 'policies' | 'zone' | 'sawCalendar'> => ({
  policies,
  zone: policies.zone,
  sawCalendar: (version) => policies.sawCalendar(version),
});

export interface OpenStore extends Store {
  close(): Promise<void>;
}

/** A store over its own pools: one for facts, and a single connection for policies, templates and calendars. */
export function openStore(options: DatabaseOptions & { zone?: string }): OpenStore {
  const db = openDatabase(options);
  const reference = openDatabase({ ...options, max: 1 });
  const policies = new PolicyBook(reference, options.zone);
  return {
    url: options.url,
    db,
    ...overPolicies(policies),
    async close() {
      await Promise.all([db.destroy(), reference.destroy()]);
    },
  };
}
