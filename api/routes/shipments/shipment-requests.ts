import { z } from 'zod';
import * as contract from '../../../contracts/shipments/shipments.ts';
import { idParams, ourId } from '../../../contracts/platform/common.ts';
import { leftOf } from '../../../domain/orders/order.ts';
import type { ShipmentReason } from '../../../domain/shipments/judge.ts';
import { sayShipmentReason } from '../../../domain/shipments/words.ts';
import { shownFigures } from '../../../domain/orders/figures.ts';
import { requestShipment } from '../../../store/shipments/shipment-requests.ts';
import { listShipmentRequests, readShipmentRequest } from '../../../store/shipments/shipment-requests-read.ts';
import type { ShipmentRequestView } from '../../../store/shipments/shipment-requests-read.ts';
import { decodeCursor, pageFrom } from '../../cursor.ts';
import { route } from '../../route.ts';
import type { Language, RouteSpec } from '../../route.ts';
import type { Services } from '../../services.ts';

/** Before goods leave: may they? */
export function shipmentRequestRoutes({ store }: Services): RouteSpec[] {
  return [
    route({
      method: 'post',
      path: '/v1/shipment-requests',
      verb: 'shipment.write',
      tag: 'Shipments',
      summary: 'May these goods leave? Judged and committed before the answer',
      body: contract.newShipmentRequest,
      idempotent: 'external-id',
      answers: {
        200: { description: 'Asked before; the first answer.', schema: contract.shipmentRequestAnswer },
        201: { description: 'Judged.', schema: contract.shipmentRequestAnswer },
      },
      async handle({ actor, body: { reason = null, ...document }, language }) {
        const { created, holdId, reasons, currency, ...answer } = await requestShipment(store, actor, document, reason);
        const { id, externalId, decision, lines, policyVersion } = answer;
        const shown = lines.map(({ line, requested, allowed }) => ({ line, requested, allowed }));
        return {
          status: created ? 201 : 200,
          body: {
            ...{ id, externalId, decision, policyVersion },
            lines: shown,
            reasons: showReasons(reasons, currency, language),
            ...(holdId !== null && { holdId }),
          },
        };
      },
    }),
    route({
      method: 'get',
      path: '/v1/shipment-requests',
      verb: 'order.read',
      tag: 'Shipments',
      summary: 'Shipment requests, newest first',
      query: contract.shipmentRequestQuery,
      answers: { 200: { description: 'A page of requests.', schema: contract.shipmentRequestPage } },
      async handle({ actor, query: { limit, cursor, ...filter }, language }) {
        const after = cursor === undefined ? undefined : decodeCursor(cursor, z.tuple([ourId]))[0];
        const rows = await listShipmentRequests(store.db, actor, { ...filter, after }, limit);
        const body = pageFrom(
          rows,
          limit,
          (row) => show(row, language),
          (row) => [row.id],
        );
        return { status: 200, body };
      },
    }),
    route({
      method: 'get',
      path: '/v1/shipment-requests/{id}',
      verb: 'order.read',
      tag: 'Shipments',
      summary: 'A shipment request: what was answered, and what became of each line',
      params: idParams,
      answers: { 200: { description: 'The request.', schema: contract.shipmentRequest } },
      async handle({ actor, params, language }) {
        return { status: 200, body: show(await readShipmentRequest(store.db, actor, params.id), language) };
      },
    }),
  ];
}

/** Reasons with their figures and in words. */
export const showReasons = (reasons: readonly ShipmentReason[], currency: string, language: Language) =>
  reasons.map((reason) => ({
    code: reason.code,
    message: sayShipmentReason(reason, currency, language),
    figures: shownFigures(reason.figures, currency),
  }));

function show({ currency, lines, reasons, ...view }: ShipmentRequestView, language: Language) {
  return {
    ...view,
    reasons: showReasons(reasons, currency, language),
    lines: lines.map((line) => ({ ...line, waiting: leftOf(leftOf(line.requested, line.allowed), line.dropped) })),
  };
}
