export { outreach } from './outreach.ts';
export { receivable } from './receivable.ts';
export { reservation } from './reservation.ts';
export { workOrder } from './work-order.ts';
