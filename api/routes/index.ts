import type { RouteSpec } from '../route.ts';
import type { Services } from '../services.ts';
import { accessRoutes } from './access.ts';
import { auditRoutes } from './audit.ts';
import { callbackRoutes } from './callbacks.ts';
import { clockRoutes } from './clock.ts';
import { creditNoteRoutes } from './credit-notes.ts';
import { customerRoutes } from './customers.ts';
import { eventRoutes } from './events.ts';
import { invoiceRoutes } from './invoices.ts';
import { paymentRoutes } from './payments.ts';
import { processRoutes } from './processes.ts';
import { receivableRoutes } from './receivables.ts';

/** Every route of the API, in the order of its documentation; a route not listed here does not exist. */
export function allRoutes(services: Services): RouteSpec[] {
  return [
    ...customerRoutes(services),
    ...invoiceRoutes(services),
    ...paymentRoutes(services),
    ...creditNoteRoutes(services),
    ...receivableRoutes(services),
    ...processRoutes(services),
    ...auditRoutes(services),
    ...eventRoutes(services),
    ...callbackRoutes(services),
    ...clockRoutes(services),
    ...accessRoutes(services),
  ];
}
