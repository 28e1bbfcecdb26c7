import { describe, expect, it } from 'vitest';
import type { Actor, Role } from '../../domain/platform/actor.ts';
import { roles } from '../../domain/platform/actor.ts';
import { seatFor, tierStates } from '../../domain/approvals/seats.ts';
import type { Decider, Hat, Seat, TierState } from '../../domain/approvals/seats.ts';

const seat = (tier: number, role: Role, state: TierState = 'open', more: Partial<Seat> = {}): Seat => ({
  tier,
  role,
  state,
  roles: [role],
  by: null,
  ...more,
});
const who = (id: string, role: Role, ...more: Hat[]): Decider => ({
  actor: { kind: 'key', id, role, scope: {} } satisfies Actor,
  hats: [{ role, onBehalfOf: null }, ...more],
});
const taken = (seats: Seat[], decider: Decider, requestedBy = 'sales'): string => {
  const found = seatFor(seats, requestedBy, decider);
  return 'refused' in found
    ? found.refused.code
    : `${found.seat.tier} as ${found.hat.role} for ${found.hat.onBehalfOf ?? 'self'}`;
};

describe('a seat', () => {
  it('is taken by its own role alone, and only while it is open', () => {
    for (const state of tierStates)
      for (const role of roles) {
        const expected =
          state === 'open' || state === 'escalated'
            ? role === 'credit_officer'
              ? '1 as credit_officer for self'
              : 'tier-exceeded'
            : 'already-decided';
        expect(taken([seat(1, 'credit_officer', state)], who('x', role)), `${role} at ${state}`).toBe(expected);
      }
  });

  it('is not taken by whoever asked, in any role', () => {
    for (const role of roles) expect(taken([seat(1, role)], who('me', role), 'me')).toBe('own-request');
  });

  it('names the tier whose turn it is when another wants to decide', () => {
    const seats = [seat(1, 'credit_officer'), seat(2, 'finance_director', 'waiting')];
    expect(seatFor(seats, 'sales', who('x', 'finance_director'))).toEqual({
      refused: { code: 'tier-exceeded', params: { role: 'credit_officer', tier: 1 } },
    });
  });

  it('once handed on is taken by the next role too, and still by its own', () => {
    const escalated = seat(1, 'credit_officer', 'escalated', { roles: ['credit_officer', 'credit_manager'] });
    expect(taken([escalated], who('m', 'credit_manager'))).toBe('1 as credit_manager for self');
    expect(taken([escalated], who('o', 'credit_officer'))).toBe('1 as credit_officer for self');
    expect(taken([escalated], who('d', 'finance_director'))).toBe('tier-exceeded');
  });
});

describe('a delegate', () => {
  const forManager: Hat = { role: 'credit_manager', onBehalfOf: 'manager' };

  it('decides in the role of whoever is absent', () => {
    expect(taken([seat(2, 'credit_manager')], who('o', 'credit_officer', forManager))).toBe('2 as credit_manager for manager');
  });

  it('who asked may not decide; nor may anybody for whoever asked', () => {
    expect(taken([seat(2, 'credit_manager')], who('o', 'credit_officer', forManager), 'o')).toBe('own-request');
    expect(taken([seat(2, 'credit_manager')], who('o', 'credit_officer', forManager), 'manager')).toBe('own-request');
  });

  it('takes the seat of their own role first', () => {
    const seats = [seat(2, 'credit_manager'), seat(2, 'credit_officer')];
    expect(taken(seats, who('o', 'credit_officer', forManager))).toBe('2 as credit_officer for self');
  });

  it('who has decided at their own tier does not decide again for another', () => {
    const seats = [seat(1, 'credit_officer', 'approved', { by: 'o' }), seat(2, 'credit_manager')];
    expect(taken(seats, who('o', 'credit_officer', forManager))).toBe('same-eyes');
  });
});

describe('two pairs of eyes', () => {
  it('whoever decided in parallel hears so the second time', () => {
    const seats = [seat(1, 'credit_manager', 'approved', { by: 'm' }), seat(1, 'finance_director')];
    expect(taken(seats, who('m', 'credit_manager'))).toBe('already-decided');
    expect(taken(seats, who('m2', 'credit_manager'))).toBe('already-decided');
    expect(taken(seats, who('d', 'finance_director'))).toBe('1 as finance_director for self');
  });

  it('whoever stood in at a tier whose time had run out still decides at their own', () => {
    const stoodIn = seat(1, 'credit_officer', 'approved', { roles: ['credit_officer', 'credit_manager'], by: 'm' });
    expect(taken([stoodIn, seat(2, 'credit_manager')], who('m', 'credit_manager'))).toBe('2 as credit_manager for self');
  });
});
