export { receivable } from './receivable.ts';
export { workOrder } from './work-order.ts';
