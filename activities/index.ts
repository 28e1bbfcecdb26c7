import { receivableActivities } from './receivable.ts';
import type { ReceivableBook } from './receivable.ts';
import { workOrderActivities } from './work-order.ts';
import type { WorkOrderBook } from './work-order.ts';

/** The ports of all activities; worker/ fills them with the store. */
export interface ActivityPorts {
  receivables: ReceivableBook;
  workOrders: WorkOrderBook;
}

/** Every activity of the product, from one typed factory: one that is missing does not compile. */
export function createActivities(ports: ActivityPorts) {
  return { ...receivableActivities(ports.receivables), ...workOrderActivities(ports.workOrders) };
}
export type Activities = ReturnType<typeof createActivities>;
