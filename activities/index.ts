import { connectorActivities } from './credit/connectors.ts';
import type { ConnectorBook } from './credit/connectors.ts';
import { applicationActivities } from './credit/credit-application.ts';
import type { ApplicationBook } from './credit/credit-application.ts';
import { reviewActivities } from './credit/credit-review.ts';
import type { ReviewBook } from './credit/credit-review.ts';
import { deliveryActivities } from './outreach/delivery.ts';
import type { DeliveryBook } from './outreach/delivery.ts';
import type { Connectors } from './credit/providers/connector.ts';
import type { Gateways } from './outreach/channels/gateway.ts';
import { orderHoldActivities } from './orders/order-hold.ts';
import type { OrderHoldBook } from './orders/order-hold.ts';
import { outreachActivities } from './outreach/outreach.ts';
import type { OutreachBook } from './outreach/outreach.ts';
import { receivableActivities } from './dunning/receivable.ts';
import type { ReceivableBook } from './dunning/receivable.ts';
import { reservationActivities } from './orders/reservation.ts';
import type { ReservationBook } from './orders/reservation.ts';
import { shipmentHoldActivities } from './shipments/shipment-hold.ts';
import type { ShipmentHoldBook } from './shipments/shipment-hold.ts';
import { reconciliationActivities } from './reconciliation/reconciliation.ts';
import type { ReconciliationBook } from './reconciliation/reconciliation.ts';
import { statementActivities } from './reconciliation/statement.ts';
import type { StatementBook } from './reconciliation/statement.ts';
import { watchActivities } from './credit/watch.ts';
import type { WatchBook } from './credit/watch.ts';
import { workOrderActivities } from './tasks/work-order.ts';
import type { WorkOrderBook } from './tasks/work-order.ts';

/** The ports of all activities; worker/ fills them with the store and the gateways. */
export interface ActivityPorts {
  receivables: ReceivableBook;
  workOrders: WorkOrderBook;
  reservations: ReservationBook;
  applications: ApplicationBook;
  reviews: ReviewBook;
  orderHolds: OrderHoldBook;
  shipmentHolds: ShipmentHoldBook;
  statements: StatementBook;
  reconciliations: ReconciliationBook;
  outreach: OutreachBook;
  deliveries: DeliveryBook;
  gateways: Gateways;
  connectorCalls: ConnectorBook;
  connectors: Connectors;
  watch: WatchBook;
}

/** Every activity of the product, from one typed factory: one that is missing does not compile. */
export function createActivities(ports: ActivityPorts) {
  return {
    ...receivableActivities(ports.receivables),
    ...workOrderActivities(ports.workOrders),
    ...reservationActivities(ports.reservations),
    ...applicationActivities(ports.applications),
    ...reviewActivities(ports.reviews),
    ...orderHoldActivities(ports.orderHolds),
    ...shipmentHoldActivities(ports.shipmentHolds),
    ...statementActivities(ports.statements),
    ...reconciliationActivities(ports.reconciliations),
    ...outreachActivities(ports.outreach),
    ...deliveryActivities(ports.deliveries, ports.gateways),
    ...connectorActivities(ports.connectorCalls, ports.connectors),
    ...watchActivities(ports.watch),
  };
}
export type Activities = ReturnType<typeof createActivities>;
