/** The verbs that take documents by the thousand: what imports and the first run call. */
export { upsertCustomers } from './customers.ts';
export { postHistory } from './history.ts';
export { postInvoices } from './invoices.ts';
export { postPayments } from './payments.ts';
export type { RowResult } from './rows.ts';
