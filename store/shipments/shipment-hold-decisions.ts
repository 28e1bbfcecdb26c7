import { sql } from 'kysely';
import { Refusal, invalidAt } from '../../domain/platform/refusal.ts';
import { sayInstant } from '../../domain/platform/said-time.ts';
import { refusalBy } from '../../domain/platform/refused.ts';
import { isOpenSeat } from '../../domain/approvals/seats.ts';
import type { Decider, Hat } from '../../domain/approvals/seats.ts';
import { isDecision, judgeHoldAct } from '../../domain/shipments/hold.ts';
import type { HoldAct, ShipmentHoldAnswer, ShipmentHoldInput, ShipmentHoldPlan } from '../../domain/shipments/hold.ts';
import type { GivenGround } from '../../domain/shipments/ground.ts';
import type { Tx } from '../platform/database.ts';
import { notYet } from '../platform/moments.ts';
import type { Moment, Store, Work } from '../platform/transaction.ts';
import { cancelWorkOrders } from '../tasks/work-orders.ts';
import { openRound, openTier, takeSeat } from '../approvals/approvals.ts';
import type { SeatCase } from '../approvals/approvals.ts';
import { addChange, answerOnce, noChange, unheard } from '../approvals/decision-update.ts';
import type { Change, DecidedProcess, HeldUpdate } from '../approvals/decision-update.ts';
import { keepDossier, readDossier } from '../credit/decision-dossier.ts';
import { lookAtDecider, stillDecider, takenSeat } from '../access/hats.ts';
import { lookAtAccount, refuseSanctioned, wayOfHold } from '../orders/hold-desk.ts';
import { reassessShipmentHold, respondByOf } from './shipment-hold-book.ts';
import {
  answerOf,
  closeHold,
  decidedOn,
  holdPlan,
  holdProcess,
  lockShipmentHold,
  relock,
  settleHold,
  tellHold,
} from './shipment-hold-facts.ts';
import type { ShipmentHoldCase } from './shipment-hold-facts.ts';
import { allow, drop, reducedLines, rescind, waitingLines } from './shipment-hold-lines.ts';
import type { Effects } from '../platform/effects.ts';
import { addEffects } from '../platform/effects.ts';

/**
 * Carries out what a person does about a hold, or says why not: under lock it looks once more at the role, whose customer it is, four eyes,
 * the law's conditions, and the account the decider saw.
 */
export function decideShipmentHold(
  store: Store,
  { id, held }: { id: string; held: HeldUpdate },
): Promise<DecidedProcess<ShipmentHoldPlan, ShipmentHoldAnswer>> {
  const book = {
    store,
    process: holdProcess(id),
    act: 'decideShipmentHold' as const,
    lock: async (tx: Tx) => unheard(await lockShipmentHold(tx, id)),
    answerOf,
    settle: (work: Work, before: ShipmentHoldCase, change: Change) => settleHold(work, before, change),
    reassess: () => reassessShipmentHold(store, { id, seq: null }),
  };
  return answerOnce(book, held, async (work, found, decision: ShipmentHoldInput) => {
    const { tx, at } = work;
    const by = await stillDecider(tx, decision.by.actor, at.today, found, 'hold.decide');
    lookAtDecider(found, by.actor);
    const { act } = decision;
    const refused = judgeHoldAct(planNow(found, at), { by, act }, held.updateId);
    if (refused) throw refusalBy(refused);
    if (act === 'ground') return giveGround(work, found, { ...decision, by });
    if (act === 'notice') return takeNotice(work, found, { ...decision, by });
    return decide(work, found, { ...decision, by, updateId: held.updateId });
  });
}

const planNow = (found: ShipmentHoldCase, at: Moment): ShipmentHoldPlan =>
  holdPlan(found, { step: found.step, due: false, at: found.at, why: { code: 'decision-awaited', params: {} } }, at);

/** Names the ground, or adds to its evidence. Another ground asks for another notice only if none was given yet. */
async function giveGround(
  work: Work,
  found: ShipmentHoldCase,
  { by, ground, evidence, reason }: ShipmentHoldInput,
): Promise<Change> {
  const { tx, at } = work;
  if (!ground && evidence.length === 0) throw new Refusal('ground-missing', { what: 'ground' }, { pointer: '/ground' });
  const given: GivenGround | null = ground ? { ground, by: by.actor.id, at: at.now } : found.ground;
  const proofs = [...found.evidence, ...evidence.map((one) => ({ ...one, by: by.actor.id, at: at.now }))];
  await sql`
    update shipment_hold set ground = ${given && JSON.stringify(given)}::jsonb, evidence = ${JSON.stringify(proofs)}::jsonb
    where id = ${found.id}::uuid`.execute(tx);
  const change = noChange();
  if (given && (given.ground.kind === 'contract' || proofs.length > 0))
    addEffects(
      change.effects,
      await cancelWorkOrders(work, { keys: [`${holdProcess(found.id)}/shipment-hold-ground`] }, 'ground-given'),
    );
  tellAct(change, found, 'grounded', reason, { ground: given?.ground, evidence });
  return change;
}

/** Notice given by a person, or its arrival learned: by registered letter, in person, by a reply. */
async function takeNotice(
  work: Work,
  found: ShipmentHoldCase,
  { by, notice, evidence, reason }: ShipmentHoldInput,
): Promise<Change> {
  const { tx, at, store } = work;
  if (!found.ground) throw new Refusal('ground-missing', { what: 'ground' }, { pointer: '/ground' });
  if (!notice) throw new Refusal('ground-missing', { what: 'notice' }, { pointer: '/notice' });
  const { givenAt, arrivedAt, how } = notice;
  if ((arrivedAt ?? givenAt) > at.now) throw notYet(store, arrivedAt ?? givenAt, at, '/notice');
  if (arrivedAt !== null && arrivedAt < givenAt) throw invalidAt('/notice/arrivedAt', 'arrived-early');
  const respondBy = await respondByOf(store, arrivedAt ?? givenAt);
  const proofs = [...found.evidence, ...evidence.map((one) => ({ ...one, by: by.actor.id, at: at.now }))];
  await sql`
    update shipment_hold set noticed_at = ${givenAt}::timestamptz, arrived_at = ${arrivedAt}::timestamptz, respond_by = ${respondBy}::timestamptz,
      notice_by_hand = ${JSON.stringify({ by: by.actor.id, how })}::jsonb, evidence = ${JSON.stringify(proofs)}::jsonb where id = ${found.id}::uuid`.execute(
    tx,
  );
  const change = noChange();
  addEffects(
    change.effects,
    await cancelWorkOrders(work, { keys: [`${holdProcess(found.id)}/shipment-hold-notice`] }, 'notice-given'),
  );
  tellAct(change, found, arrivedAt === null ? 'noticed' : 'notice-arrived', reason, {
    givenAt,
    arrivedAt,
    how,
    respondBy,
    evidence,
  });
  return change;
}

interface Taken extends Omit<ShipmentHoldInput, 'by'> {
  by: Decider;
  updateId: string;
}

const seatStates = {
  ship: 'approved',
  reduce: 'countered',
  rescind: 'declined',
  keep: 'returned',
} as const satisfies Record<Exclude<HoldAct, 'ground' | 'notice'>, string>;

async function decide(work: Work, found: ShipmentHoldCase, taken: Taken): Promise<Change> {
  const { tx, at, store } = work;
  const { act, by, reason, updateId, lines } = taken;
  if (!isDecision(act) || act === 'ground' || act === 'notice') throw new Error(`${act} is no decision`);
  const { seat, hat } = takenSeat(found.seats, found.requestedBy, by);
  if (act === 'ship' || act === 'reduce') await refuseSanctioned(tx, found.customerId);
  if (act !== 'keep') await lookAtAccount(tx, found.order.accountId, taken.exposureVersion ?? 0);
  if (act === 'rescind') timeToAnswer(store, found, at);
  if (act === 'reduce') reducedLines(found, lines);
  agreed(found, taken);
  const dossierHash = await dossierOf(work, found);
  const effects = await takeSeat(work, seat, {
    ...{ by: by.actor.id, hat, reason, updateId, dossierHash },
    state: seatStates[act],
    verdict: { act, lines, exposureVersion: taken.exposureVersion },
  });
  const change: Change = { ...noChange(), effects };
  tellAct(change, found, 'decided', reason, decidedFact(seat, hat, taken, dossierHash));
  addChange(change, await goesOn(work, found, taken, seat));
  return change;
}

const decidedFact = ({ tier, role }: SeatCase, hat: Hat, { act, lines, exposureVersion }: Taken, dossierHash: string) => ({
  ...{ act, tier, role, as: hat.role, onBehalfOf: hat.onBehalfOf, exposureVersion, dossierHash },
  ...(lines.length > 0 && { lines }),
});

/** The contract ends only after the customer had time to answer, and no security came [528]. */
function timeToAnswer(store: Store, { respondBy }: ShipmentHoldCase, at: Moment): void {
  if (respondBy !== null && respondBy <= at.now) return;
  const params: Record<string, string> = {};
  if (respondBy !== null) params['until'] = sayInstant(respondBy, 'en', store.zone);
  throw new Refusal('answer-awaited', params, { pointer: '/act' });
}

/** Later tiers agree to what the first proposed, or keep the hold. */
function agreed({ offer }: ShipmentHoldCase, { act, lines }: Taken): void {
  if (!offer || act === 'keep') return;
  const same = offer.act === act && JSON.stringify(offer.lines) === JSON.stringify(lines);
  if (!same) throw invalidAt('/act', 'act-differs');
}

async function dossierOf(work: Work, found: ShipmentHoldCase): Promise<string> {
  const { tx, at, store } = work;
  const { customerId, order } = found;
  const of = {
    customerId,
    currency: order.currency,
    process: holdProcess(found.id),
    assessmentId: 'latest',
    applicationId: null,
  };
  return keepDossier(work, await readDossier(tx, store, at, of));
}

/** What a decision leads to: another seat or tier, the act itself, or a new round when the hold is kept. */
async function goesOn(work: Work, found: ShipmentHoldCase, taken: Taken, seat: SeatCase): Promise<Change> {
  const { tx } = work;
  if (taken.act === 'keep') return keep(work, found);
  const beside = found.seats.some((other) => other.id !== seat.id && isOpenSeat(other));
  const opened = beside ? noChange().effects : await openTier(work, decidedOn(found));
  if (opened) {
    const offer = { act: taken.act, lines: taken.lines };
    await sql`update shipment_hold set offer = ${JSON.stringify(offer)}::jsonb where id = ${found.id}::uuid`.execute(tx);
    return { ...noChange(), effects: opened };
  }
  await sql`update shipment_hold set outcome = ${JSON.stringify({ act: taken.act, by: taken.by.actor.id })}::jsonb where id = ${found.id}::uuid`.execute(
    tx,
  );
  await carryOut(work, found, taken);
  return (await closeHold(work, await relock(tx, found.id))) ?? noChange();
}

async function carryOut(work: Work, found: ShipmentHoldCase, { act, lines }: Taken): Promise<void> {
  const { tx } = work;
  switch (act) {
    case 'ship':
      return allow(work, found, waitingLines(found));
    case 'reduce': {
      const { ship, drop: rest } = reducedLines(found, lines);
      await allow(work, found, ship);
      return drop(tx, found, rest);
    }
    case 'rescind':
      return rescind(work, found);
    case 'keep':
    case 'ground':
    case 'notice':
      throw new Error(`${act} ends no hold`);
    default:
      return act satisfies never;
  }
}

/** The hold goes on: the customer has its time anew, and the way to a decision begins again. */
async function keep(work: Work, found: ShipmentHoldCase): Promise<Change> {
  const { tx, at, store } = work;
  const effects = await closeSeats(work, found);
  const respondBy = found.respondBy === null ? null : await respondByOf(store, at.now);
  await sql`
    update shipment_hold set round = round + 1, offer = null, respond_by = ${respondBy}::timestamptz, responded_at = null where id = ${found.id}::uuid`.execute(
    tx,
  );
  const { order, withheldMinor: amountMinor, customerId } = found;
  const way = await wayOfHold(work, { kind: 'shipment-hold', customerId, currency: order.currency, amountMinor });
  addEffects(effects, await openRound(work, decidedOn({ ...found, round: found.round + 1 }), way.tiers));
  const change: Change = { ...noChange(), effects };
  tellAct(change, found, 'kept', null, { round: found.round + 1, respondBy });
  return change;
}

/** The seats of this round are not taken any more; what the departments do goes on. */
async function closeSeats(work: Work, { id }: ShipmentHoldCase): Promise<Effects> {
  const { tx } = work;
  const process = holdProcess(id);
  const { rows } = await sql<{ key: string }>`
    with stood as (update approval set state = 'waiting' where process = ${process} and state in ('open', 'escalated'))
    select key from work_order where process = ${process} and kind like 'release-%' and closed_at is null order by key`.execute(
    tx,
  );
  return cancelWorkOrders(work, { keys: rows.map(({ key }) => key) }, 'kept');
}

function tellAct(change: Change, found: ShipmentHoldCase, what: string, reason: string | null, after: object): void {
  const { audit, event } = tellHold(found, `shipment-hold.${what}`, { reason, after: { ...after } });
  change.audit.push(audit);
  change.events.push(event);
}
