import { isOpenSeat } from '../../domain/approvals/seats.ts';
import type { Actor } from '../../domain/platform/actor.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import type { Tx } from '../platform/database.ts';
import { followOrders, openTier, readSeats, takeSeat } from './approvals.ts';
import type { SeatCase } from './approvals.ts';
import { lookAtDecider, stillDecider, takenSeat } from '../access/hats.ts';
import { within, write } from '../platform/transaction.ts';
import type { Store, Work } from '../platform/transaction.ts';
import { decidedOf, endAct, lockAct, processOfAct, tellAct, told } from './pending.ts';
import type { ActCase, ActDecision, CarryingOut } from './pending.ts';
import { actOf } from './act-kinds.ts';
import type { Effects } from '../platform/effects.ts';
import { addEffects, noEffects } from '../platform/effects.ts';

/**
 * Decides on a pending act at the decider's tier, under lock: nobody decides what they asked for, nor for their own customer; the last
 * approval carries it out in the same transaction, one decline ends it. Throws Refusal `own-request`, `tier-exceeded`, `same-eyes`,
 * `already-decided`, `not-open`, or whatever the act itself is refused with, leaving it pending.
 */
export async function decideAct(store: Store, actor: Actor, id: string, decision: ActDecision): Promise<{ id: string }> {
  return write<{ id: string }>(store, actor, async (work) => {
    const { tx, at } = work;
    const act = await lockAct(tx, actor, id);
    if (act.state === 'approved' || act.state === 'declined') throw new Refusal('already-decided');
    if (act.state !== 'pending') throw new Refusal('not-open', { state: act.state });
    if (act.expiresAt !== null && act.expiresAt <= at.now) throw new Refusal('not-open', { state: 'lapsed' });
    const decided = act.customer === null ? null : { externalId: act.customer, region: act.region, owner: act.owner };
    const by = await stillDecider(tx, actor, at.today, decided);
    if (decided) lookAtDecider(decided, by.actor);
    const of = decidedOf(act);
    const effects: Effects = await followOrders(work, of, await seatsOf(tx, act));
    const { seat, hat } = takenSeat(await seatsOf(tx, act), act.requestedBy, by);
    const state = decision.verdict === 'approve' ? 'approved' : 'declined';
    const taken = { state, by: by.actor.id, hat, reason: decision.reason, verdict: { verdict: decision.verdict } } as const;
    addEffects(
      effects,
      await takeSeat(work, seat, { ...taken, updateId: `${processOfAct(act.id)}/${seat.id}`, dossierHash: null }),
    );
    const after = { verdict: decision.verdict, tier: seat.tier, role: seat.role, as: hat.role, onBehalfOf: hat.onBehalfOf };
    const { audit, event } = tellAct(act, 'act.decided', decision.reason, after);
    effects.audit.unshift(audit);
    effects.events.unshift(event);
    addEffects(effects, await goesOn(work, act, seat, { actor: by.actor, onBehalfOf: hat.onBehalfOf, ...decision }));
    return { value: { id: act.id }, ...told(effects) };
  });
}

const seatsOf = (tx: Tx, act: ActCase): Promise<SeatCase[]> => readSeats(tx, processOfAct(act.id), 1);

type Taken = ActDecision & { actor: Actor; onBehalfOf: string | null };

/** What a decision leads to: the other seats of its tier, the next tier, or the end. */
async function goesOn(work: Work, act: ActCase, seat: SeatCase, taken: Taken): Promise<Effects> {
  const { tx, at, store } = work;
  const end = { by: taken.actor.id, onBehalfOf: taken.onBehalfOf, reason: taken.reason };
  const by: CarryingOut = { store: within(store, tx), tx, at, actor: taken.actor, act };
  const kind = actOf(act.kind);
  if (taken.verdict === 'decline') {
    const effects = await endAct(work, act, { ...end, state: 'declined', outcome: null });
    await kind.drop?.(by, act.payload);
    return effects;
  }
  const others = (await seatsOf(tx, act)).filter((one) => one.id !== seat.id);
  if (others.some(isOpenSeat)) return noEffects();
  const opened = await openTier(work, decidedOf(act));
  if (opened) return opened;
  const outcome = await kind.carryOut(by, act.payload);
  return endAct(work, act, { ...end, state: 'approved', outcome });
}

/** Whoever asked takes it back while nobody has decided; again changes nothing. Throws Refusal `forbidden` for anybody else, `not-open`. */
export async function withdrawAct(store: Store, actor: Actor, id: string, reason: string): Promise<{ id: string }> {
  return write<{ id: string }>(store, actor, async (work) => {
    const { tx, at } = work;
    const act = await lockAct(tx, actor, id);
    if (act.requestedBy !== actor.id) throw new Refusal('forbidden', { verb: 'act.withdraw' });
    if (act.state === 'withdrawn') return { value: { id: act.id }, audit: null };
    if (act.state !== 'pending') throw new Refusal('not-open', { state: act.state });
    const effects = await endAct(work, act, { state: 'withdrawn', by: actor.id, onBehalfOf: null, reason, outcome: null });
    await actOf(act.kind).drop?.({ store: within(store, tx), tx, at, actor, act }, act.payload);
    return { value: { id: act.id }, ...told(effects) };
  });
}
