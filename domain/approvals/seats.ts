import type { Actor, Role } from '../platform/actor.ts';
import type { Refused } from '../platform/refusal-codes.ts';

export const tierStates = ['waiting', 'open', 'approved', 'declined', 'returned', 'countered', 'escalated'] as const;
export type TierState = (typeof tierStates)[number];

/** A seat at a tier of a decision. A tier has one seat, or several that decide in parallel. */
export interface Seat {
  tier: number;
  role: Role;
  state: TierState;
  /** Who may take it: its own role, and each role it was escalated to. */
  roles: readonly Role[];
  /** Who decided, by our id. */
  by: string | null;
}

/** A role somebody decides in: their own, or another's who is absent. */
export interface Hat {
  role: Role;
  onBehalfOf: string | null;
}

/** Who decides, with every hat they may wear. */
export interface Decider {
  actor: Actor;
  hats: readonly Hat[];
}

export const isOpenSeat = ({ state }: Pick<Seat, 'state'>): boolean => state === 'open' || state === 'escalated';

/** What people decide about a process, by the name of the update that tells it; what the update itself says is nothing. */
export type DecisionAct =
  'decideApplication' | 'withdrawApplication' | 'resubmitApplication' | 'decideOrderHold' | 'decideShipmentHold';

export type Seated = { seat: Seat; hat: Hat } | { refused: Refused };

const refused = (code: Refused['code'], params: Refused['params'] = {}): Seated => ({ refused: { code, params } });

/**
 * The open seat a person takes, and in which role; or why none. Nobody decides what they asked for, not for somebody else either, and
 * nobody decides twice, except that whoever stood in at a tier whose time had run out still decides at their own.
 */
export function seatFor(seats: readonly Seat[], requestedBy: string, { actor, hats }: Decider): Seated {
  if (actor.id === requestedBy) return refused('own-request');
  const open = seats.filter(isOpenSeat);
  const [next] = open;
  if (!next) return refused('already-decided');
  const fits = open.flatMap((seat) => hats.filter(({ role }) => seat.roles.includes(role)).map((hat) => ({ seat, hat })));
  const lawful = fits.filter(({ hat }) => hat.onBehalfOf !== requestedBy);
  const found = lawful.find(({ seat, hat }) => hat.onBehalfOf === null && hat.role === seat.role) ?? lawful[0];
  if (!found) {
    if (fits.length > 0) return refused('own-request');
    const decided = seats.find((seat) => seat.by !== null && hats.some(({ role }) => seat.roles.includes(role)));
    return decided ? refused('already-decided') : refused('tier-exceeded', { role: next.role, tier: next.tier });
  }
  const before = seats.find((seat) => seat.by === actor.id);
  const stoodIn = before && !hats.some(({ role, onBehalfOf }) => onBehalfOf === null && role === before.role);
  if (before && !(stoodIn && found.hat.onBehalfOf === null && before.roles.length > 1)) return refused('same-eyes');
  return found;
}
