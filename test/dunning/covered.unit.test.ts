import { describe, expect, it } from 'vitest';
import { addDays } from '../../domain/platform/calendar.ts';
import { planReceivable } from '../../domain/dunning/plan.ts';
import { askedMinor, openMinor } from '../../domain/dunning/receivable.ts';
import { at, disputeOf, factsOf, taken, termsOf } from './receivable-world.ts';
import { fc } from '../support/property.ts';
import { leftOutMinor } from '../../domain/ledger/claims.ts';

const terms = termsOf();
const rungs = ['notice', 'reminder-1', 'reminder-2'].map((id, place) => taken(id, addDays('2026-03-02', 4 * place)));
/** A receivable of 1000.00 somewhere on its way: part paid, credited, written off, disputed; and so much money that lies on nothing. */
const story = fc.record({
  paidMinor: fc.integer({ min: 0, max: 60_000 }),
  creditedMinor: fc.integer({ min: 0, max: 20_000 }),
  writtenOffMinor: fc.integer({ min: 0, max: 10_000 }),
  disputed: fc.integer({ min: 0, max: 9_000 }),
  taken: fc.nat(rungs.length),
  day: fc.nat(120),
  more: fc.integer({ min: 0, max: 50_000 }),
});
type Story = typeof story extends fc.Arbitrary<infer S> ? S : never;

/** `lacking`: so much of what is asked the money does not cover. */
function factsIn({ disputed, taken: steps, more, paidMinor, creditedMinor, writtenOffMinor }: Story, lacking: number) {
  const amounts = { paidMinor, creditedMinor, writtenOffMinor };
  const disputes = disputed === 0 ? [] : [disputeOf({ amountMinor: disputed })];
  const owed = factsOf({ ...amounts, disputes, rungs: rungs.slice(0, steps) });
  const asked = openMinor(owed) - leftOutMinor(disputes);
  return { ...owed, coveredMinor: asked - lacking + (lacking === 0 ? more : 0), coveredAt: at('2026-02-20', '09:00') };
}

describe('what unapplied money covers', () => {
  it('asks for nothing on any day, whatever was paid, credited, written off, disputed or done before', () => {
    fc.assert(
      fc.property(story, (one) => {
        const facts = factsIn(one, 0);
        const verdict = planReceivable(facts, terms, at(addDays('2026-02-10', one.day), '17:00'));
        expect(askedMinor(facts)).toBe(0);
        expect(verdict.due).toBe(false);
        expect(verdict.plan.rung ?? null).toBe(null);
        expect(verdict.changes.filter(({ state }) => state === 'requested' || state === 'taken')).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('is asked for again as soon as a cent of it is not covered', () => {
    fc.assert(
      fc.property(story, (one) => {
        const facts = factsIn(one, 1);
        expect(askedMinor(facts)).toBe(1);
        expect(planReceivable(facts, terms, at('2026-06-12', '17:00')).due).toBe(true);
      }),
      { numRuns: 100 },
    );
  });
});
