import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openLedgerWorld } from '../support/ledger-world.ts';
import type { LedgerWorld } from '../support/ledger-world.ts';

let world: LedgerWorld;
beforeAll(async () => {
  world = await openLedgerWorld({ from: '2026-03-02' });
});
afterAll(() => world.close());

const owes = async (customer: string, amount: string): Promise<string> => {
  const contacts = [{ id: 'c1', name: 'Wang', role: 'finance', language: 'en', email: 'wang@example.com' }];
  const body = { name: customer, type: 'dealer', region: 'SH', currency: 'CNY', terms: { days: 30 }, owner: 'lin', contacts };
  await world.as('erp').put(`/v1/customers/${customer}`, body).expect(201);
  return world.invoice({ id: `${customer}-1`, customer, amount, issued: '2026-01-20', due: '2026-02-27', ladder: 'dealer' });
};
const promises = (receivable: string, amount: string, on: string) =>
  world.as('collector').post(`/v1/receivables/${receivable}/promises`, { amount, on, by: 'c1', note: 'by phone' }).expect(201);
const pays = (id: string, customer: string, amount: string, receivedOn: string, more: object = {}) =>
  world
    .as('erp')
    .post('/v1/payments', { externalId: id, customer, amount, currency: 'CNY', receivedOn, ...more })
    .expect(201);
const states = async (receivable: string): Promise<string[]> => {
  await world.settled();
  const { promises: all } = (await world.read(receivable)) as { promises: { on: string; state: string }[] };
  return all.toSorted((a, b) => (a.on < b.on ? -1 : 1)).map(({ state }) => state);
};

describe('promises', () => {
  test('of one debt for several days are kept by money of their own: what kept the earlier one keeps no other, and the next one pauses the rest', async () => {
    const id = await owes('PR-1', '1000.00');
    await promises(id, '500.00', '2026-03-06');
    await promises(id, '500.00', '2026-03-16');
    await pays('PR-1-P1', 'PR-1', '500.00', '2026-03-02');
    expect(await states(id)).toEqual(['kept', 'pending']);
    expect(await world.read(id)).toMatchObject({ plan: { code: 'promise-pending' } });
    await world.step('2026-03-18', 12);
    expect(await states(id)).toEqual(['kept', 'broken']);
    await pays('PR-1-P2', 'PR-1', '500.00', '2026-03-16');
    expect(await states(id)).toEqual(['kept', 'kept']);
  });

  test('are kept by money that came in time and covers the debt, before anybody has applied it, and no more when it goes back', async () => {
    const id = await owes('PR-2', '600.00');
    const other = await owes('PR-3', '600.00');
    for (const one of [id, other]) await promises(one, '600.00', '2026-03-20');
    await pays('PR-2-P', 'PR-2', '600.00', '2026-03-18', { onAccount: true });
    expect(await states(id)).toEqual(['kept']);
    await world.step('2026-03-24', 12);
    expect([await states(id), await states(other)]).toEqual([['kept'], ['broken']]);
    await pays('PR-3-P', 'PR-3', '600.00', '2026-03-20', { onAccount: true });
    expect(await states(other)).toEqual(['kept']);
    await world.as('erp').post('/v1/payments/PR-3-P/reverse', { reason: 'returned by the bank' }).expect(200);
    expect(await states(other)).toEqual(['broken']);
  });
});
