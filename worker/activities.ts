import type { Gateways } from '../activities/outreach/channels/gateway.ts';
import { bureauConnector } from '../activities/credit/providers/bureau.ts';
import type { Connectors } from '../activities/credit/providers/connector.ts';
import { courtListConnector } from '../activities/credit/providers/court-list.ts';
import { licencesConnector } from '../activities/credit/providers/licences.ts';
import { smtpGateway } from '../activities/outreach/channels/smtp.ts';
import { twilioGateway } from '../activities/outreach/channels/twilio.ts';
import { createActivities } from '../activities/index.ts';
import type { Activities } from '../activities/index.ts';
import type { Config } from '../config/env.ts';
import { reassessHold, takeHoldStep } from '../store/orders/order-hold-book.ts';
import { decideOrderHold } from '../store/orders/order-hold-decisions.ts';
import { lapseReservation, reassessReservation } from '../store/orders/reservation-book.ts';
import { closeConnectorCall, openConnectorCall } from '../store/credit/connector-calls.ts';
import { reassessNight, takeNightStep } from '../store/credit/night-book.ts';
import { deploymentOf } from '../store/platform/departures.ts';
import { planRefresh } from '../store/credit/refresh-requests.ts';
import { channelOf, claimDelivery, releaseDelivery } from '../store/outreach/delivery-claims.ts';
import { recordDelivery } from '../store/outreach/messages.ts';
import { contactCustomer } from '../store/outreach/outreach-book.ts';
import { reassessReceivable, takeReceivableStep } from '../store/dunning/receivable-book.ts';
import { creditJudge } from '../store/credit/judge.ts';
import { zenTables } from '../rules/zen.ts';
import { reassessShipmentHold, takeShipmentHoldStep } from '../store/shipments/shipment-hold-book.ts';
import { decideShipmentHold } from '../store/shipments/shipment-hold-decisions.ts';
import { compareBooks } from '../store/reconciliation/comparison-book.ts';
import { handOverStatement, reassessStatement } from '../store/reconciliation/statement-book.ts';
import { reassessReview, takeReviewStep } from '../store/credit/review-book.ts';
import type { Store } from '../store/platform/transaction.ts';
import { reassessWorkOrder, takeWorkOrderStep } from '../store/tasks/work-order-book.ts';
import { applicationBookOf } from './credit-desk.ts';

/** The channels with a provider; the others are in outbox mode: their messages are kept and none leaves the machine. */
function gatewaysOf(config: Config): Gateways {
  const { smtp, twilio, publicUrl } = config;
  return { ...(smtp && { email: smtpGateway(smtp) }), ...(twilio && { sms: twilioGateway({ ...twilio, publicUrl }) }) };
}

/** The registers that are connected here; of the others facts are entered by hand. */
function connectorsOf({ connectors }: Config): Connectors {
  const { bureau, licences, courtList } = connectors;
  return {
    ...(bureau && { bureau: bureauConnector(bureau) }),
    ...(licences && { licences: licencesConnector(licences) }),
    ...(courtList && { 'court-list': courtListConnector(courtList) }),
  };
}

/** The activities over a store: the one place where ports meet the database and the providers. */
export function activitiesOf(store: Store, config: Config): Activities {
  const gateways = gatewaysOf(config);
  const connectors = connectorsOf(config);
  const deployment = deploymentOf(config);
  const desk = { store, judge: creditJudge(zenTables(), deployment) };
  return createActivities({
    receivables: {
      reassess: (input) => reassessReceivable(store, input),
      take: (step, input) => takeReceivableStep(store, step, input),
    },
    workOrders: {
      reassess: (input) => reassessWorkOrder(store, input),
      take: (step, input) => takeWorkOrderStep(store, step, input),
    },
    reservations: { reassess: (input) => reassessReservation(store, input), lapse: (input) => lapseReservation(store, input) },
    applications: applicationBookOf(desk),
    reviews: { reassess: (input) => reassessReview(store, input), take: (step, input) => takeReviewStep(store, step, input) },
    orderHolds: {
      reassess: (input) => reassessHold(store, input),
      take: (step, input) => takeHoldStep(store, step, input),
      decide: (input) => decideOrderHold(store, input),
    },
    shipmentHolds: {
      reassess: (input) => reassessShipmentHold(store, input),
      take: (step, input) => takeShipmentHoldStep(store, step, input),
      decide: (input) => decideShipmentHold(store, input),
    },
    reconciliations: { compare: (input) => compareBooks(store, input) },
    statements: { reassess: (input) => reassessStatement(store, input), handOver: (input) => handOverStatement(store, input) },
    outreach: {
      contact: (input) => contactCustomer(store, input, deployment),
      giveUp: (input) => recordDelivery(store, { ...input, outcome: { outcome: 'gave-up' } }, deployment),
    },
    deliveries: {
      channelOf: (messageId) => channelOf(store, messageId),
      claim: (input) => claimDelivery(store, input, deployment),
      release: (input) => releaseDelivery(store, input),
      record: (input) => recordDelivery(store, input, deployment),
    },
    gateways,
    connectorCalls: {
      open: (call) => openConnectorCall(store, call, deployment),
      close: (ended) => closeConnectorCall(store, ended),
    },
    connectors,
    watch: {
      reassessNight: (input) => reassessNight(store, input),
      takeNight: (input) => takeNightStep(store, input, deployment),
      planRefresh: (input) => planRefresh(store, input),
    },
  });
}
