import { defineQuery } from '@temporalio/workflow';
import type { NightPlan } from '../../domain/credit/watch.ts';
import { defineProcess, step } from '../platform/process.ts';
import { records } from '../platform/proxies.ts';

/** One night: every customer's books, warnings and data are looked at, some customers at a time; the last step plans the next night. */
export const nightly = defineProcess<NightPlan>({
  query: defineQuery('nightPlan'),
  reassess: records.reassessNight,
  steps: {
    watch: step(records.watchCustomers),
    close: step(records.reassessNight),
  },
});
