import { connectorActivities } from './connectors.ts';
import type { ConnectorBook } from './connectors.ts';
import { applicationActivities } from './credit-application.ts';
import type { ApplicationBook } from './credit-application.ts';
import { reviewActivities } from './credit-review.ts';
import type { ReviewBook } from './credit-review.ts';
import { deliveryActivities } from './delivery.ts';
import type { DeliveryBook } from './delivery.ts';
import type { Connectors } from './gateways/connector.ts';
import type { Gateways } from './gateways/gateway.ts';
import { orderHoldActivities } from './order-hold.ts';
import type { OrderHoldBook } from './order-hold.ts';
import { outreachActivities } from './outreach.ts';
import type { OutreachBook } from './outreach.ts';
import { receivableActivities } from './receivable.ts';
import type { ReceivableBook } from './receivable.ts';
import { reservationActivities } from './reservation.ts';
import type { ReservationBook } from './reservation.ts';
import { shipmentHoldActivities } from './shipment-hold.ts';
import type { ShipmentHoldBook } from './shipment-hold.ts';
import { reconciliationActivities } from './reconciliation.ts';
import type { ReconciliationBook } from './reconciliation.ts';
import { statementActivities } from './statement.ts';
import type { StatementBook } from './statement.ts';
import { watchActivities } from './watch.ts';
import type { WatchBook } from './watch.ts';
import { workOrderActivities } from './work-order.ts';
import type { WorkOrderBook } from './work-order.ts';

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
