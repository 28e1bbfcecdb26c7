import type { RouteSpec } from '../route.ts';
import type { Services } from '../services.ts';
import { accessRoutes } from './access.ts';
import { auditRoutes } from './audit.ts';
import { callbackRoutes } from './callbacks.ts';
import { clockRoutes } from './clock.ts';
import { contactRoutes } from './contacts.ts';
import { creditAccountRoutes } from './credit-accounts.ts';
import { creditApplicationRoutes } from './credit-applications.ts';
import { creditReviewRoutes } from './credit-reviews.ts';
import { delegationRoutes } from './delegations.ts';
import { creditNoteRoutes } from './credit-notes.ts';
import { customerRoutes } from './customers.ts';
import { eventRoutes } from './events.ts';
import { importRoutes } from './imports.ts';
import { invoiceRoutes } from './invoices.ts';
import { legalCaseRoutes } from './legal-cases.ts';
import { messageRoutes } from './messages.ts';
import { optOutRoutes } from './opt-outs.ts';
import { orderHoldRoutes } from './order-holds.ts';
import { orderRoutes } from './orders.ts';
import { paymentRoutes } from './payments.ts';
import { policyRoutes } from './policies.ts';
import { policySimulationRoutes } from './policy-simulation.ts';
import { profileRoutes } from './profile.ts';
import { processRoutes } from './processes.ts';
import { receivableRoutes } from './receivables.ts';
import { reconciliationRoutes } from './reconciliation.ts';
import { shipmentHoldRoutes } from './shipment-holds.ts';
import { shipmentRequestRoutes } from './shipment-requests.ts';
import { statementRoutes } from './statements.ts';
import { taskRoutes } from './tasks.ts';
import { templateRoutes } from './templates.ts';

/** Every route of the API, in the order of its documentation; a route not listed here does not exist. */
export function allRoutes(services: Services): RouteSpec[] {
  return [
    ...customerRoutes(services),
    ...profileRoutes(services),
    ...invoiceRoutes(services),
    ...paymentRoutes(services),
    ...creditNoteRoutes(services),
    ...receivableRoutes(services),
    ...orderRoutes(services),
    ...orderHoldRoutes(services),
    ...shipmentRequestRoutes(services),
    ...shipmentHoldRoutes(services),
    ...creditAccountRoutes(services),
    ...creditApplicationRoutes(services),
    ...creditReviewRoutes(services),
    ...delegationRoutes(services),
    ...statementRoutes(services),
    ...reconciliationRoutes(services),
    ...importRoutes(services),
    ...taskRoutes(services),
    ...contactRoutes(services),
    ...optOutRoutes(services),
    ...messageRoutes(services),
    ...legalCaseRoutes(services),
    ...policyRoutes(services),
    ...policySimulationRoutes(services),
    ...templateRoutes(services),
    ...processRoutes(services),
    ...auditRoutes(services),
    ...eventRoutes(services),
    ...callbackRoutes(services),
    ...clockRoutes(services),
    ...accessRoutes(services),
  ];
}
