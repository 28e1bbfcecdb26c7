import { missingNotices } from '../../domain/platform/statutory.ts';
import type { Work } from '../platform/transaction.ts';
import { openWorkOrder } from './work-orders.ts';
import type { Effects } from '../platform/effects.ts';
import { joinEffects } from '../platform/effects.ts';

/** Asks an administrator, once a year, for each holiday notice that should be out and is not loaded. */
export async function askForNotices(work: Work): Promise<Effects> {
  const { at, store } = work;
  const { calendar } = await store.policies.current();
  const opened: Effects[] = [];
  for (const year of missingNotices(calendar, at.today))
    opened.push(
      await openWorkOrder(work, {
        key: `calendar/${year}`,
        kind: 'calendar-notice',
        customerId: null,
        subject: `holiday notice ${year}`,
        reason: { year },
      }),
    );
  return joinEffects(...opened);
}
