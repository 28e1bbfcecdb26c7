import { sql } from 'kysely';
import { formatAmount } from '../../domain/platform/money.ts';
import { Refusal, invalidAt } from '../../domain/platform/refusal.ts';
import { refusalBy } from '../../domain/platform/refused.ts';
import { endOfHold, judgeHoldDecision } from '../../domain/orders/order-hold.ts';
import type { HoldAnswer, HoldDecisionInput, OrderHoldPlan } from '../../domain/orders/order-hold.ts';
import { narrowOffer, releasedLines } from '../../domain/orders/release.ts';
import type { Offer, ReleaseFault } from '../../domain/orders/release.ts';
import { isOpenSeat } from '../../domain/approvals/seats.ts';
import type { Decider, Hat } from '../../domain/approvals/seats.ts';
import type { Tx } from '../platform/database.ts';
import type { Store, Work } from '../platform/transaction.ts';
import { openTier, routeOfSeats, takeSeat } from '../approvals/approvals.ts';
import type { SeatCase } from '../approvals/approvals.ts';
import { keepDossier } from '../credit/decision-dossier.ts';
import { addChange, answerOnce, noChange, unheard } from '../approvals/decision-update.ts';
import type { Change, DecidedProcess, HeldUpdate } from '../approvals/decision-update.ts';
import { lookAtDecider, stillDecider, takenSeat } from '../access/hats.ts';
import { lookAtAccount, refuseSanctioned } from './hold-desk.ts';
import { reassessHold } from './order-hold-book.ts';
import { readHoldDossier } from './order-hold-dossier.ts';
import {
  closeHold,
  decidedOfHold,
  factsOfHold,
  heldOf,
  lockHold,
  processOfHold,
  settleHold,
  tellHold,
} from './order-hold-facts.ts';
import type { OrderHoldCase } from './order-hold-facts.ts';
import { recheckOrder } from './orders.ts';

/**
 * Commits a decision on a held order, or says why not: under lock it looks once more at the role, at four eyes, whose customer it is, whether
 * the order is still the one that was looked at, and at the exposure. The last approval releases in the same transaction.
 */
export function decideOrderHold(
  store: Store,
  { id, held }: { id: string; held: HeldUpdate },
): Promise<DecidedProcess<OrderHoldPlan, HoldAnswer>> {
  const book = {
    store,
    process: processOfHold(id),
    act: 'decideOrderHold' as const,
    lock: async (tx: Tx) => unheard(await lockHold(tx, id)),
    answerOf: ({ state, round, seats }: OrderHoldCase): HoldAnswer => ({ state, round, route: routeOfSeats(seats) }),
    settle: (work: Work, before: OrderHoldCase, change: Change) => settleHold(work, before, change),
    reassess: () => reassessHold(store, { id, seq: null }),
  };
  return answerOnce(book, held, async (work, found, decision: HoldDecisionInput) => {
    const { tx, at } = work;
    const by = await stillDecider(tx, decision.by.actor, at.today, found, 'hold.decide');
    lookAtDecider({ ...found, externalId: found.order.externalId }, by.actor);
    const { seat, hat } = await seatOf(store, found, by, decision, held.updateId);
    if (decision.verdict !== 'reject') {
      await refuseSanctioned(tx, found.customerId);
      await lookAtAccount(tx, found.order.accountId, decision.exposureVersion);
    }
    const dossierHash = await keepDossier(work, await readHoldDossier(tx, store, at, id));
    return decide(work, found, { ...decision, by, seat, hat, dossierHash, updateId: held.updateId });
  });
}

/**
 * The seat, by the facts: the state the process saw may have been overtaken. Whoever put the order as it is, or had it opened again, has
 * asked for what is decided; and who looked at another content of it looks again.
 */
async function seatOf(
  store: Store,
  found: OrderHoldCase,
  by: Decider,
  decision: HoldDecisionInput,
  updateId: string,
): Promise<{ seat: SeatCase; hat: Hat }> {
  const facts = await factsOfHold(store, found);
  const end = endOfHold(facts);
  const judged = judgeHoldDecision({ ...found, state: end ?? found.state }, { ...decision, by }, updateId);
  if (judged) throw refusalBy(judged);
  if (!facts.routed) throw new Refusal('conflict', { what: 'order' });
  if (by.actor.id === found.order.putBy) throw new Refusal('own-request');
  const taken = takenSeat(found.seats, found.requestedBy, by);
  if (taken.hat.onBehalfOf === found.order.putBy) throw new Refusal('own-request');
  return taken;
}

interface Taken extends Omit<HoldDecisionInput, 'by'> {
  by: Decider;
  seat: SeatCase;
  hat: Hat;
  dossierHash: string;
  updateId: string;
}

/** Who narrows what lies on the table has made a counter-proposal. */
const seatStates = { release: 'approved', part: 'countered', prepay: 'countered', reject: 'declined' } as const;

async function decide(work: Work, found: OrderHoldCase, taken: Taken): Promise<Change> {
  const { tx } = work;
  const { seat, hat, verdict, reason, dossierHash, updateId, exposureVersion } = taken;
  const by = taken.by.actor.id;
  const offer = verdict === 'reject' ? found.offer : narrowed(found, taken.lines, verdict);
  const effects = await takeSeat(work, seat, {
    ...{ by, hat, reason, updateId, dossierHash },
    state: seatStates[verdict],
    verdict: { verdict, offer, exposureVersion },
  });
  await sql`
    update order_hold set offer = ${JSON.stringify(offer)}::jsonb, exposure_version = ${exposureVersion}, dossier_hash = ${dossierHash}
    where id = ${found.id}::uuid`.execute(tx);
  const { audit, event } = tellHold(
    found,
    'order-hold.decided',
    {
      reason,
      policyVersion: found.policyVersion,
      before: { offer: found.offer },
      after: {
        ...{ verdict, tier: seat.tier, role: seat.role, as: hat.role, onBehalfOf: hat.onBehalfOf, round: found.round },
        ...{ offer, dossierHash, exposureVersion },
      },
    },
    { verdict, tier: seat.tier },
  );
  const change: Change = { audit: [audit], effects, events: [event] };
  addChange(change, await goesOn(work, { ...found, offer }, taken));
  return change;
}

/** What a decision leads to: the next seat or tier, the release of what lies on the table, or the end. */
async function goesOn(work: Work, found: OrderHoldCase, taken: Taken): Promise<Change> {
  if (taken.verdict === 'reject') return carryOut(work, found, taken, []);
  if (found.seats.some((seat) => seat.id !== taken.seat.id && isOpenSeat(seat))) return noChange();
  const opened = await openTier(work, decidedOfHold(found));
  if (opened) return { audit: [], effects: opened, events: [] };
  const lines = releasedLines(found.offer, found.order.lines);
  if (lines.length === 0) throw new Refusal('conflict', { what: 'order' });
  return carryOut(work, found, taken, lines);
}

/** Moves the order as decided, and ends the hold. */
async function carryOut(
  work: Work,
  found: OrderHoldCase,
  { by, reason, verdict }: Taken,
  lines: readonly { line: number; amountMinor: number }[],
): Promise<Change> {
  const { actor } = by;
  const { as } = found.offer;
  const { effects } = await recheckOrder(work, found.order.id, { actor, release: { lines, as, reason } });
  const released = lines.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
  const state = verdict === 'reject' ? 'rejected' : released < heldOf(found) ? 'part-released' : 'released';
  const closed = await closeHold(work, found, state, { by: actor.id, reason, as, lines, releasedMinor: released });
  const change: Change = { audit: [], effects, events: [] };
  addChange(change, closed);
  return change;
}

/** What lies on the table after the decision. Throws the Refusal of the line that does not fit. */
function narrowed(found: OrderHoldCase, lines: Taken['lines'], verdict: 'release' | 'part' | 'prepay'): Offer {
  const offer = narrowOffer(found.offer, { verdict, lines }, found.order.lines);
  if (!('fault' in offer)) return offer;
  throw refusalOf(offer.fault, found.order.currency);
}

function refusalOf(fault: ReleaseFault, currency: string): Refusal {
  const pointer = `/lines/${fault.index}`;
  switch (fault.code) {
    case 'quantity':
      return new Refusal('quantity-exceeds', { value: fault.value, left: fault.left }, { pointer });
    case 'amount': {
      const { valueMinor, openMinor } = fault;
      const params = { value: formatAmount(valueMinor, currency), open: formatAmount(openMinor, currency), currency };
      return new Refusal('amount-exceeds-open', params, { pointer });
    }
    case 'nothing':
      return new Refusal('amount-not-positive', { value: '0' }, { pointer });
    case 'line-unknown':
    case 'line-twice':
      return invalidAt(pointer, fault.code);
    default:
      return fault satisfies never;
  }
}
