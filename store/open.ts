import { openDatabase } from './platform/database.ts';
import type { DatabaseOptions } from './platform/database.ts';
import { PolicyBook } from './policies/policies.ts';
import type { Store } from './platform/transaction.ts';

export interface OpenStore extends Store {
  close(): Promise<void>;
}

/** A store over its own pools: one for facts, and a single connection for policies, templates and calendars. */
export function openStore(options: DatabaseOptions & { zone?: string }): OpenStore {
  const db = openDatabase(options);
  const reference = openDatabase({ ...options, max: 1 });
  return {
    url: options.url,
    db,
    policies: new PolicyBook(reference, options.zone),
    async close() {
      await Promise.all([db.destroy(), reference.destroy()]);
    },
  };
}
