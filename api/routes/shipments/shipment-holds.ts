import { z } from 'zod';
import * as contract from '../../../contracts/shipments/shipment-holds.ts';
import { idParams, instant, ourId } from '../../../contracts/platform/common.ts';
import { formatAmount } from '../../../domain/platform/money.ts';
import { sayPlanReason } from '../../../domain/records/plan-words.ts';
import { groundWords } from '../../../domain/shipments/ground.ts';
import type { GivenGround, HoldGround, MissingPart } from '../../../domain/shipments/ground.ts';
import type { ShipmentHoldAnswer, ShipmentHoldInput } from '../../../domain/shipments/hold.ts';
import { holdStateWords, missingWords } from '../../../domain/shipments/hold-words.ts';
import { deciderOf } from '../../../store/access/hats.ts';
import { findShipmentHold, listShipmentHolds, readShipmentHold } from '../../../store/shipments/shipment-holds-read.ts';
import type { ShipmentHoldListed, ShipmentHoldView } from '../../../store/shipments/shipment-holds-read.ts';
import { momentOf } from '../../../store/platform/transaction.ts';
import { decideShipmentHoldUpdate } from '../../../workflows/shipments/updates.ts';
import { answerDecision, pendingAnswer } from '../../deciding.ts';
import { decodeCursor, pageFrom } from '../../cursor.ts';
import { updateIdOf } from '../../idempotency.ts';
import { route } from '../../route.ts';
import type { Language, RouteSpec } from '../../route.ts';
import type { Services } from '../../services.ts';
import { showReasons } from './shipment-requests.ts';

const place = z.tuple([instant, ourId]);

/** Held shipments: looked at, given their ground and notice, decided. */
export function shipmentHoldRoutes(services: Services): RouteSpec[] {
  return [...looking(services), deciding(services)];
}

function looking({ store }: Services): RouteSpec[] {
  return [
    route({
      method: 'get',
      path: '/v1/shipment-holds',
      verb: 'order.read',
      tag: 'Shipments',
      summary: 'Held shipments, newest first',
      query: contract.shipmentHoldQuery,
      answers: { 200: { description: 'A page of holds.', schema: contract.shipmentHoldPage } },
      async handle({ actor, query: { limit, cursor, ...filter }, language }) {
        const after = cursor === undefined ? undefined : decodeCursor(cursor, place);
        const rows = await listShipmentHolds(store.db, actor, { ...filter, after }, limit);
        const body = pageFrom(
          rows,
          limit,
          (row) => showListed(row, language, store.zone),
          (row) => [row.openedAt, row.id],
        );
        return { status: 200, body };
      },
    }),
    route({
      method: 'get',
      path: '/v1/shipment-holds/{id}',
      verb: 'credit-file.read',
      tag: 'Shipments',
      summary: 'A held shipment with its ground, evidence, notice, route, and the credit file that its deciders read',
      params: idParams,
      answers: { 200: { description: 'The hold.', schema: contract.shipmentHold } },
      async handle({ actor, params, language }) {
        return { status: 200, body: show(await readShipmentHold(store, actor, params.id), language, store.zone) };
      },
    }),
  ];
}

function deciding({ store, commands }: Services): RouteSpec {
  return route({
    method: 'post',
    path: '/v1/shipment-holds/{id}/decision',
    verb: 'hold.decide',
    tag: 'Shipments',
    summary: 'Give the ground, its evidence or the notice; or decide at your tier: ship, reduce, rescind, keep',
    params: idParams,
    body: contract.holdDecision,
    idempotent: 'key',
    answers: { 200: { description: 'Carried out; the hold as it stands.', schema: contract.holdDecided }, ...pendingAnswer },
    async handle({ actor, params, body, req, language }) {
      const found = await findShipmentHold(store.db, actor, params.id);
      const { today } = await momentOf(store.db, store);
      const { act, reason, exposureVersion = null, notice, lines = [] } = body;
      const input: ShipmentHoldInput = {
        by: await deciderOf(store.db, actor, today),
        ...{ act, reason, exposureVersion, lines },
        ground: body.ground ? groundOf(body.ground) : null,
        evidence: (body.evidence ?? []).map(({ what, reference = null, sha256 = null }) => ({ what, reference, sha256 })),
        notice: notice ? { ...notice, arrivedAt: notice.arrivedAt ?? null } : null,
      };
      const process = { kind: 'shipment-hold' as const, id: found.id, customerId: found.customerId, stage: found.state };
      const asked = { process, input, updateId: updateIdOf(actor, req) };
      return answerDecision({ store, commands }, language, decideShipmentHoldUpdate, asked, (answer) =>
        showAnswer(answer, language),
      );
    },
  });
}

type GroundBody = NonNullable<z.output<typeof contract.holdDecision>['ground']>;
const groundOf = (body: GroundBody): HoldGround =>
  body.kind === 'contract' ? { kind: 'contract', clause: { en: body.clause, zh: body.clause } } : body;

const showMissing = (parts: readonly MissingPart[], language: Language) =>
  parts.map((part) => ({ part, text: missingWords[part][language] }));

const showGround = ({ ground, by, at }: GivenGround, language: Language) => ({
  kind: ground.kind,
  cause: ground.kind === 'statutory' ? ground.cause : null,
  text: groundWords(ground)[language],
  by,
  at,
});

function showListed(row: ShipmentHoldListed, language: Language, zone: string) {
  const { id, request, order, customer, customerName, state, forced, currency, lines, evidence, notice } = row;
  const { respondBy, round, requestedBy, openedAt, closedAt, outcome } = row;
  return {
    ...{ id, request, order, customer, customerName, state, forced, currency, lines, evidence, notice },
    ...{ respondBy, round, requestedBy, openedAt, closedAt, outcome },
    stateText: holdStateWords[state][language],
    reasons: showReasons(row.reasons, currency, language),
    withheld: formatAmount(row.withheldMinor, currency),
    ground: row.ground && showGround(row.ground, language),
    missing: showMissing(state === 'open' ? row.missing : [], language),
    why: { code: row.why.code, text: sayPlanReason('shipment-hold', row.why, language, zone) },
  };
}

function show(view: ShipmentHoldView, language: Language, zone: string) {
  const { offer, route: seats, earlierRounds, exposureVersion, dossier } = view;
  return { ...showListed(view, language, zone), offer, route: seats, earlierRounds, exposureVersion, dossier };
}

const showAnswer = ({ state, round, route: seats, missing, lines }: ShipmentHoldAnswer, language: Language) => ({
  ...{ state, round, route: seats, lines },
  missing: showMissing(state === 'open' ? missing : [], language),
});
