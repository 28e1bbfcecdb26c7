export { outreach } from './outreach.ts';
export { receivable } from './receivable.ts';
export { workOrder } from './work-order.ts';
