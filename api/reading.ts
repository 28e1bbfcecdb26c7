import type { Reading } from '../domain/records/said.ts';
import type { Store } from '../store/platform/transaction.ts';

/** What sentences about the record need beside it: the seller's zone, and the titles of tasks by the policy in force. */
export async function readingOf({ policies, zone }: Store): Promise<Reading> {
  const { current } = await policies.current();
  const { kinds } = current['work-orders'].content;
  const titles = Object.fromEntries(Object.entries(kinds).map(([kind, { title }]) => [kind, title]));
  return { zone, titles };
}
