export { nightly } from './nightly.ts';
export { creditApplication } from './credit-application.ts';
export { creditReview } from './credit-review.ts';
export { outreach } from './outreach.ts';
export { profileRefresh } from './profile-refresh.ts';
export { receivable } from './receivable.ts';
export { reservation } from './reservation.ts';
export { workOrder } from './work-order.ts';
