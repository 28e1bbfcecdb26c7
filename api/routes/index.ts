import type { RouteSpec } from '../route.ts';
import type { Services } from '../services.ts';
import { accessRoutes } from './access/access.ts';
import { ageingRoutes } from './ledger/ageing.ts';
import { auditRoutes } from './records/audit.ts';
import { calendarRoutes } from './policies/calendars.ts';
import { callbackRoutes } from './outreach/callbacks.ts';
import { clockRoutes } from './platform/clock.ts';
import { codeRoutes } from './platform/codes.ts';
import { contactRoutes } from './outreach/contacts.ts';
import { creditAccountRoutes } from './credit/credit-accounts.ts';
import { creditApplicationRoutes } from './credit/credit-applications.ts';
import { creditFileRoutes } from './credit/credit-files.ts';
import { creditReviewRoutes } from './credit/credit-reviews.ts';
import { delegationRoutes } from './access/delegations.ts';
import { creditNoteRoutes } from './ledger/credit-notes.ts';
import { customerRoutes } from './customers/customers.ts';
import { discountRoutes } from './ledger/discounts.ts';
import { duplicateRoutes } from './ledger/duplicates.ts';
import { eventRoutes } from './records/events.ts';
import { importRoutes } from './imports/imports.ts';
import { invoiceRoutes } from './ledger/invoices.ts';
import { legalCaseRoutes } from './legal/legal-cases.ts';
import { messageRoutes } from './outreach/messages.ts';
import { optOutRoutes } from './outreach/opt-outs.ts';
import { orderHoldRoutes } from './orders/order-holds.ts';
import { orderRoutes } from './orders/orders.ts';
import { outletRoutes } from './platform/outlets.ts';
import { paymentRoutes } from './ledger/payments.ts';
import { goLiveWindowRoutes } from './ledger/go-live-windows.ts';
import { pendingActRoutes } from './approvals/pending-acts.ts';
import { policyRoutes } from './policies/policies.ts';
import { policySimulationRoutes } from './policies/policy-simulation.ts';
import { profileRoutes } from './credit/profile.ts';
import { processRoutes } from './records/processes.ts';
import { extensionRoutes } from './dunning/extensions.ts';
import { receivableRoutes } from './ledger/receivables.ts';
import { refundRoutes } from './ledger/refunds.ts';
import { returnRoutes } from './orders/returns.ts';
import { reconciliationRoutes } from './reconciliation/reconciliation.ts';
import { settingRoutes } from './platform/settings.ts';
import { shipmentHoldRoutes } from './shipments/shipment-holds.ts';
import { shipmentRequestRoutes } from './shipments/shipment-requests.ts';
import { statementRoutes } from './reconciliation/statements.ts';
import { taskRoutes } from './tasks/tasks.ts';
import { templateRoutes } from './outreach/templates.ts';
import { writeOffRoutes } from './ledger/write-offs.ts';

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
