import { expect, test } from 'vitest';
import { expectedMoves } from '../../domain/ledger/expected-moves.ts';
import { fc } from '../support/property.ts';
import type { DisputeFact } from '../../domain/ledger/claims.ts';

const upheld = (id: string, amountMinor: number, creditedMinor: number): DisputeFact => ({
  ...{ id, amountMinor, creditedMinor, state: 'upheld', lapsedAt: null },
  ...{ openedAt: '2026-10-01T00:00:00.000Z', closedAt: '2026-10-01T00:00:00.000Z' },
});
const items = fc
  .array(fc.record({ roomMinor: fc.nat(1000), amountMinor: fc.nat(1000), creditedMinor: fc.nat(300) }), { maxLength: 6 })
  .map((all) =>
    all.map(({ roomMinor, amountMinor, creditedMinor }, place) => ({
      ...{ receivableId: `R${place}`, roomMinor, expectedMinor: Math.max(0, amountMinor - creditedMinor) },
      disputes: [upheld(`D${place}`, amountMinor, creditedMinor)],
    })),
  );
const sum = (values: number[]): number => values.reduce((all, one) => all + one, 0);

test('what moves is the same in sum, and on no instalment is more expected than there is room while another one has some', () => {
  fc.assert(
    fc.property(items, (all) => {
      const moves = expectedMoves(all);
      const after = all.map(({ receivableId, roomMinor, expectedMinor }) => {
        const gone = sum(moves.filter(({ from }) => from === receivableId).flatMap(({ to }) => to.map(({ minor }) => minor)));
        const come = sum(
          moves.flatMap(({ to }) => to.filter((one) => one.receivableId === receivableId).map(({ minor }) => minor)),
        );
        return { roomMinor, gone, come, expectedMinor: expectedMinor - gone + come };
      });
      expect(sum(after.map((one) => one.expectedMinor))).toBe(sum(all.map((one) => one.expectedMinor)));
      expect(after.every(({ gone, come }) => gone === 0 || come === 0)).toBe(true);
      const over = after.some(({ expectedMinor, roomMinor }) => expectedMinor > roomMinor);
      const free = after.some(({ expectedMinor, roomMinor }) => expectedMinor < roomMinor);
      expect(over && free).toBe(false);
      for (const { dispute, from, to, restMinor } of moves) {
        const was = all.find(({ receivableId }) => receivableId === from)?.expectedMinor ?? 0;
        expect(dispute.id).toBe(from.replace('R', 'D'));
        expect(sum(to.map(({ minor }) => minor)) + restMinor).toBe(was);
      }
    }),
  );
});

test('what has room stays, and what moves goes to the first that has', () => {
  const item = (receivableId: string, roomMinor: number, minor: number) => ({
    ...{ receivableId, roomMinor },
    disputes: minor === 0 ? [] : [upheld(receivableId, minor, 0)],
  });
  expect(expectedMoves([item('A', 300, 300), item('B', 500, 0)])).toEqual([]);
  expect(expectedMoves([item('A', 200, 300), item('B', 60, 0), item('C', 500, 0)])).toMatchObject([
    {
      from: 'A',
      to: [
        { receivableId: 'B', minor: 60 },
        { receivableId: 'C', minor: 40 },
      ],
      restMinor: 200,
    },
  ]);
});
