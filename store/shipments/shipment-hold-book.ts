import { sql } from 'kysely';
import { addMs } from '../../domain/platform/calendar.ts';
import { groupedAmount } from '../../domain/platform/money.ts';
import { clauseFor, groundWords, lawWords } from '../../domain/shipments/ground.ts';
import type { GivenGround } from '../../domain/shipments/ground.ts';
import type { ShipmentHoldPlan, ShipmentHoldStep } from '../../domain/shipments/hold.ts';
import { planShipmentHold } from '../../domain/shipments/hold-plan.ts';
import { remedyWords } from '../../domain/shipments/hold-words.ts';
import type { Tx } from '../platform/database.ts';
import { requestNotice } from '../outreach/notices.ts';
import { systemActor, write } from '../platform/transaction.ts';
import type { Store, Work } from '../platform/transaction.ts';
import { openWorkOrder } from '../tasks/work-orders.ts';
import { followOrders, openRound } from '../approvals/approvals.ts';
import { addChange, noChange, unheard } from '../approvals/decision-update.ts';
import type { Change } from '../approvals/decision-update.ts';
import { wayOfHold } from '../orders/hold-desk.ts';
import {
  decidedOn,
  holdFacts,
  holdPlan,
  holdProcess,
  lockShipmentHold,
  noticeOf,
  settleHold,
  tellHold,
  unknownHold,
} from './shipment-hold-facts.ts';
import type { ShipmentHoldCase } from './shipment-hold-facts.ts';
import { judgeAgain, waitingLines } from './shipment-hold-lines.ts';
import { addEffects } from '../platform/effects.ts';

const actor = systemActor('shipment-hold');

/** Reads the facts anew: judges what waits, follows the work orders and the notice. */
export function reassessShipmentHold(store: Store, input: { id: string; seq: number | null }): Promise<ShipmentHoldPlan> {
  return write(store, actor, async (work) => {
    const { tx } = work;
    const found = await lockShipmentHold(tx, input.id);
    if (!found) return { value: unknownHold(input), audit: null };
    return settleHold(work, found, await lookAgain(work, found));
  });
}

/** Takes the planned step, only if the stored plan is the one asked for and its moment has come. */
export function takeShipmentHoldStep(
  store: Store,
  step: ShipmentHoldStep,
  input: { id: string; seq: number },
): Promise<ShipmentHoldPlan> {
  return write(store, actor, async (work) => {
    const { tx, at } = work;
    const locked = await lockShipmentHold(tx, input.id);
    const found = step === 'judge' ? locked : unheard(locked);
    if (!found) return { value: unknownHold(input), audit: null };
    const verdict = planShipmentHold(await holdFacts(store, found), at.now);
    if (input.seq < found.seq) return { value: holdPlan(found, verdict, at), audit: null };
    const called = verdict.due && verdict.step === step;
    return settleHold(work, found, called ? await takers[step](work, found) : noChange());
  });
}

type Taker = (work: Work, found: ShipmentHoldCase) => Promise<Change>;
const takers: Record<ShipmentHoldStep, Taker> = {
  tell,
  notice: giveNotice,
  answer: timeIsOver,
  judge: lookAgain,
  close: () => Promise.resolve(noChange()),
};

async function lookAgain(work: Work, found: ShipmentHoldCase): Promise<Change> {
  const change = await judgeAgain(work, found);
  if (found.state !== 'open' || found.toldAt === null) return change;
  const followed = await followOrders(work, decidedOn(found), found.seats);
  addEffects(change.effects, followed);
  for (const { tier, role, to } of followed.escalated) push(change, found, 'escalated', { after: { tier, role, to } });
  addChange(change, await followNotice(work, found));
  return change;
}

/** The customer is told when a message has left, and again when it has arrived; what no message can tell, a person must. */
async function followNotice(work: Work, found: ShipmentHoldCase): Promise<Change> {
  const { tx, at, store } = work;
  const change = noChange();
  const { state, givenAt, arrivedAt } = noticeOf(found);
  if (state === 'by-hand') {
    addEffects(change.effects, await order(work, found, 'shipment-hold-notice'));
    return change;
  }
  if (state !== 'given' || found.byHand || (found.noticedAt === givenAt && found.arrivedAt === arrivedAt)) return change;
  const respondBy = await respondByOf(store, arrivedAt ?? givenAt ?? at.now);
  await sql`
    update shipment_hold set noticed_at = ${givenAt}::timestamptz, arrived_at = ${arrivedAt}::timestamptz, respond_by = ${respondBy}::timestamptz
    where id = ${found.id}::uuid`.execute(tx);
  push(change, found, arrivedAt === null ? 'noticed' : 'notice-arrived', { after: { givenAt, arrivedAt, respondBy } });
  return change;
}

/** Until when the customer may answer. */
export async function respondByOf(store: Store, from: string): Promise<string> {
  const { current } = await store.policies.current();
  return addMs(from, current['credit-rules'].content.holds.shipmentResponseDays * 86_400_000);
}

/** Sales and the warehouse are told, the way to a decision is laid; the ground is the house's clause, or a person's to give. */
async function tell(work: Work, found: ShipmentHoldCase): Promise<Change> {
  const { tx, at, store } = work;
  const change = await judgeAgain(work, found);
  if (await nothingWaits(tx, found)) return change;
  const { current } = await store.policies.current();
  const { version, content } = current['credit-rules'];
  const clause = found.ground ? null : clauseFor(found.reasons, content.shipments.clauses);
  const ground: GivenGround | null = clause && { ground: { kind: 'contract', clause }, by: 'policy', at: at.now };
  await sql`
    update shipment_hold set told_at = ${at.now}::timestamptz, ground = coalesce(ground, ${ground && JSON.stringify(ground)}::jsonb)
    where id = ${found.id}::uuid`.execute(tx);
  const way = await wayOfHold(work, {
    kind: 'shipment-hold',
    customerId: found.customerId,
    currency: found.order.currency,
    amountMinor: found.withheldMinor,
  });
  addEffects(change.effects, await openRound(work, decidedOn(found), way.tiers));
  for (const kind of ['shipment-hold-sales', 'shipment-hold-logistics'])
    addEffects(change.effects, await order(work, found, kind));
  if (!ground && !found.ground) addEffects(change.effects, await order(work, found, 'shipment-hold-ground'));
  push(change, found, 'told', { policyVersion: way.policyVersion, after: { row: way.row, tiers: way.tiers } });
  if (ground) push(change, found, 'grounded', { policyVersion: `credit-rules/${version}`, after: { ...ground } });
  return change;
}

async function nothingWaits(tx: Tx, { requestId }: ShipmentHoldCase): Promise<boolean> {
  const { rows } = await sql<{ waits: boolean }>`
    select exists (select from shipment_request_line where request_id = ${requestId}::uuid and requested > allowed + dropped) as waits`.execute(
    tx,
  );
  return rows[0]?.waits === false;
}

/** A work order of the hold; there is one of a kind. */
async function order(work: Work, found: ShipmentHoldCase, kind: string) {
  return openWorkOrder(work, {
    key: `${holdProcess(found.id)}/${kind}`,
    kind,
    customerId: found.customerId,
    process: holdProcess(found.id),
    subject: `shipment request ${found.request}`,
    reason: {
      request: found.request,
      order: found.order.externalId,
      lines: waitingLines(found),
      reasons: found.reasons.map(({ code }) => code),
    },
  });
}

/** The customer's outreach is asked for the notice: what stays, by which ground, and what lets it ship. */
async function giveNotice(work: Work, found: ShipmentHoldCase): Promise<Change> {
  const { store } = work;
  const given = found.ground;
  if (!given) return noChange();
  const { current } = await store.policies.current();
  const days = String(current['credit-rules'].content.holds.shipmentResponseDays);
  const goods = waitingLines(found)
    .map(({ line, quantity }) => `#${line} × ${quantity}`)
    .join(', ');
  const { currency } = found.order;
  const shared = {
    ...{ order: found.order.externalId, request: found.request, goods, days, currency },
    amount: groupedAmount(found.withheldMinor, currency),
  };
  const say = (language: 'zh' | 'en') => ({
    ...shared,
    ground: groundWords(given.ground)[language],
    law: lawWords(given.ground)[language],
    remedy: remedyWords[language],
  });
  const effects = await requestNotice(work, {
    key: `${holdProcess(found.id)}/held`,
    customerId: found.customerId,
    template: 'shipment-held',
    context: { zh: say('zh'), en: say('en') },
    process: { subject: holdProcess(found.id), kind: 'shipment-hold' },
  });
  return { audit: [], effects, events: [] };
}

async function timeIsOver(work: Work, found: ShipmentHoldCase): Promise<Change> {
  const { tx, at } = work;
  const change = await judgeAgain(work, found);
  await sql`update shipment_hold set responded_at = ${at.now}::timestamptz where id = ${found.id}::uuid`.execute(tx);
  push(change, found, 'unanswered', { after: { respondBy: found.respondBy } });
  return change;
}

function push(change: Change, found: ShipmentHoldCase, what: string, fact: Parameters<typeof tellHold>[2]): void {
  const { audit, event } = tellHold(found, `shipment-hold.${what}`, fact);
  change.audit.push(audit);
  change.events.push(event);
}
