import { expect, test } from 'vitest';
import { claimMoves } from '../../domain/ledger/claim-moves.ts';
import type { ClaimedItem } from '../../domain/ledger/claim-moves.ts';
import { fc } from '../support/property.ts';

const sum = (values: readonly number[]): number => values.reduce((all, one) => all + one, 0);
const items = fc
  .array(
    fc.record({
      wasMinor: fc.nat(500),
      isMinor: fc.nat(500),
      paidMinor: fc.nat(200),
      disputed: fc.array(fc.integer({ min: 1, max: 200 }), { maxLength: 2 }),
    }),
    { minLength: 1, maxLength: 5 },
  )
  .map((all) =>
    all.map(({ wasMinor, isMinor, paidMinor, disputed }, place): ClaimedItem => {
      // Nothing is disputed beyond what was open when it was opened.
      let roomMinor = wasMinor;
      const claims = disputed.flatMap((wanted, no) => {
        const amountMinor = Math.min(wanted, roomMinor);
        roomMinor -= amountMinor;
        return amountMinor > 0
          ? [{ id: `D${place}-${no}`, amountMinor, unaskedMinor: no === 0 ? null : Math.trunc(amountMinor / 2) }]
          : [];
      });
      const openMinor = Math.max(0, isMinor - paidMinor);
      return { receivableId: `R${place}`, loweredMinor: wasMinor - isMinor, openMinor, expectedMinor: 0, claims };
    }),
  );

test('of what is disputed each cent stays, goes to an instalment that became larger, or left the invoice', () => {
  fc.assert(
    fc.property(items, (all) => {
      const moves = claimMoves(all);
      for (const { claim, rest, to, goneMinor } of moves) {
        expect(rest.minor + sum(to.map(({ minor }) => minor)) + goneMinor).toBe(claim.amountMinor);
        const left = [rest, ...to].flatMap(({ unaskedMinor }) => (unaskedMinor === null ? [] : [unaskedMinor]));
        if (claim.unaskedMinor !== null) expect(sum(left)).toBe(Math.min(claim.unaskedMinor, claim.amountMinor - goneMinor));
      }
      for (const { receivableId, loweredMinor, openMinor, claims } of all) {
        const came = sum(
          moves.flatMap(({ to }) => to.filter((one) => one.receivableId === receivableId).map(({ minor }) => minor)),
        );
        const before = sum(claims.map(({ amountMinor }) => amountMinor));
        const own = moves.filter(({ from }) => from === receivableId);
        const left = before - sum(own.map(({ claim, rest }) => claim.amountMinor - rest.minor));
        expect(came).toBeLessThanOrEqual(Math.max(0, -loweredMinor));
        if (came > 0) expect(before + came).toBeLessThanOrEqual(openMinor);
        // What is over after it was over by money, or has nowhere to go and is left to a person.
        const stuck = claims.some(({ id }) => !own.some(({ claim }) => claim.id === id));
        if (loweredMinor > 0 && !stuck) expect(left).toBeLessThanOrEqual(Math.max(openMinor, before - loweredMinor));
      }
    }),
  );
});

test('the latest goes first, to what falls due first of what became larger', () => {
  const moves = claimMoves([
    {
      receivableId: 'A',
      loweredMinor: 600,
      openMinor: 400,
      expectedMinor: 0,
      claims: [
        { id: 'late', amountMinor: 300, unaskedMinor: 250 },
        { id: 'early', amountMinor: 500, unaskedMinor: null },
      ],
    },
    { receivableId: 'B', loweredMinor: 0, openMinor: 900, expectedMinor: 0, claims: [] },
    { receivableId: 'C', loweredMinor: -500, openMinor: 500, expectedMinor: 450, claims: [] },
    { receivableId: 'D', loweredMinor: -100, openMinor: 1000, expectedMinor: 0, claims: [] },
  ]);
  expect(moves).toMatchObject([
    {
      claim: { id: 'late' },
      rest: { minor: 0, unaskedMinor: 0 },
      to: [
        { receivableId: 'C', minor: 50, unaskedMinor: 50 },
        { receivableId: 'D', minor: 100, unaskedMinor: 100 },
      ],
      goneMinor: 150,
    },
    { claim: { id: 'early' }, rest: { minor: 400, unaskedMinor: null }, to: [], goneMinor: 100 },
  ]);
  expect(
    claimMoves([
      {
        receivableId: 'A',
        loweredMinor: 900,
        openMinor: 0,
        expectedMinor: 0,
        claims: [{ id: 'x', amountMinor: 5, unaskedMinor: null }],
      },
    ]),
  ).toEqual([]);
});
