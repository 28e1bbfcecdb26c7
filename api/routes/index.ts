import type { RouteSpec } from '../route.ts';
import type { Services } from '../services.ts';
import { accessRoutes } from './access.ts';
import { ageingRoutes } from './ageing.ts';
import { auditRoutes } from './audit.ts';
import { calendarRoutes } from './calendars.ts';
import { callbackRoutes } from './callbacks.ts';
import { clockRoutes } from './clock.ts';
import { codeRoutes } from './codes.ts';
import { contactRoutes } from './contacts.ts';
import { creditAccountRoutes } from './credit-accounts.ts';
import { creditApplicationRoutes } from './credit-applications.ts';
import { creditFileRoutes } from './credit-files.ts';
import { creditReviewRoutes } from './credit-reviews.ts';
import { delegationRoutes } from './delegations.ts';
import { creditNoteRoutes } from './credit-notes.ts';
import { customerRoutes } from './customers.ts';
import { discountRoutes } from './discounts.ts';
import { duplicateRoutes } from './duplicates.ts';
import { eventRoutes } from './events.ts';
import { importRoutes } from './imports.ts';
import { invoiceRoutes } from './invoices.ts';
import { legalCaseRoutes } from './legal-cases.ts';
import { messageRoutes } from './messages.ts';
import { optOutRoutes } from './opt-outs.ts';
import { orderHoldRoutes } from './order-holds.ts';
import { orderRoutes } from './orders.ts';
import { outletRoutes } from './outlets.ts';
import { paymentRoutes } from './payments.ts';
import { goLiveWindowRoutes } from './go-live-windows.ts';
import { pendingActRoutes } from './pending-acts.ts';
import { policyRoutes } from './policies.ts';
import { policySimulationRoutes } from './policy-simulation.ts';
import { profileRoutes } from './profile.ts';
import { processRoutes } from './processes.ts';
import { extensionRoutes } from './extensions.ts';
import { receivableRoutes } from './receivables.ts';
import { refundRoutes } from './refunds.ts';
import { returnRoutes } from './returns.ts';
import { reconciliationRoutes } from './reconciliation.ts';
import { settingRoutes } from './settings.ts';
import { shipmentHoldRoutes } from './shipment-holds.ts';
import { shipmentRequestRoutes } from './shipment-requests.ts';
import { statementRoutes } from './statements.ts';
import { taskRoutes } from './tasks.ts';
import { templateRoutes } from './templates.ts';
import { writeOffRoutes } from './write-offs.ts';

/** Every route of the API, in the order of its documentation; a route not listed here does not exist. */
export function allRoutes(services: Services): RouteSpec[] {
  return [
    ...customerRoutes(services),
    ...profileRoutes(services),
    ...invoiceRoutes(services),
    ...duplicateRoutes(services),
    ...discountRoutes(services),
    ...paymentRoutes(services),
    ...creditNoteRoutes(services),
    ...refundRoutes(services),
    ...receivableRoutes(services),
    ...extensionRoutes(services),
    ...writeOffRoutes(services),
    ...ageingRoutes(services),
    ...orderRoutes(services),
    ...returnRoutes(services),
    ...orderHoldRoutes(services),
    ...shipmentRequestRoutes(services),
    ...shipmentHoldRoutes(services),
    ...creditAccountRoutes(services),
    ...creditApplicationRoutes(services),
    ...creditFileRoutes(services),
    ...creditReviewRoutes(services),
    ...delegationRoutes(services),
    ...calendarRoutes(services),
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
    ...settingRoutes(services),
    ...outletRoutes(services),
    ...clockRoutes(services),
    ...codeRoutes(),
    ...accessRoutes(services),
    ...pendingActRoutes(services),
    ...goLiveWindowRoutes(services),
  ];
}
