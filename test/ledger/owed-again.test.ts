import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openLedgerWorld } from '../support/ledger-world.ts';
import type { LedgerWorld } from '../support/ledger-world.ts';

let world: LedgerWorld;
beforeAll(async () => {
  world = await openLedgerWorld({ from: '2026-01-05' });
}, 120_000);
afterAll(() => world.close());

const FIRST = { issued: '2025-12-01', due: '2025-12-31', ladder: 'general-30', amount: '1000.00' };
const LATER = { ...FIRST, due: '2026-01-12' };

interface Case {
  id: string;
  state: string;
  open: string;
  closedAt: string | null;
  tasks: { kind: string; state: string; role: string }[];
}
const get = async (path: string) => (await world.as('auditor').get(path).expect(200)).body as { data: never };
const cases = async (customer: string) => (await get(`/v1/legal-cases?customer=${customer}`)).data as Case[];
const tasks = async (customer: string) =>
  (
    (await get(`/v1/tasks?customer=${customer}&state=active&limit=100`)).data as {
      kind: string;
      items: { leftAt: string | null }[];
    }[]
  )
    .map(({ kind }) => kind)
    .toSorted();
const pays = async (customer: string, id: string, reference: string) => {
  const body = { externalId: id, customer, amount: '1000.00', currency: 'CNY', receivedOn: '2026-01-05', reference };
  await world.as('erp').post('/v1/payments', body).expect(201);
  await world.settled();
};
const goesBack = async (id: string) => {
  await world.as('erp').post(`/v1/payments/${id}/reverse`, { reason: 'returned by the bank' }).expect(200);
  await world.settled();
};

describe('what a payment closed, once that payment has gone back', () => {
  let alone: string;
  beforeAll(async () => {
    for (const id of ['ALONE', 'SINCE']) await world.customer(id);
    alone = await world.invoice({ id: 'ALONE-A', customer: 'ALONE', ...FIRST });
    await world.invoice({ id: 'SINCE-A', customer: 'SINCE', ...FIRST });
    await world.invoice({ id: 'SINCE-B', customer: 'SINCE', ...LATER });
    await world.step('2026-02-13', 23);
  }, 120_000);

  test('stands with legal where it stood: no step again, its case open under its own id, legal told by a task', async () => {
    const rungs = await world.rungs(alone);
    const [before] = await cases('ALONE');
    expect(before).toMatchObject({ state: 'demand', tasks: [{ kind: 'formal-demand', state: 'open' }] });
    const active = await tasks('ALONE');
    expect(active).toEqual(['collector-call', 'formal-demand', 'manager-letter']);
    for (const time of [1, 2]) {
      await pays('ALONE', `ALONE-P${time}`, 'ALONE-A');
      expect(await world.receivable(alone)).toMatchObject({ stage: 'closed' });
      expect(await cases('ALONE')).toMatchObject([{ id: before?.id, state: 'closed', open: '0.00' }]);
      expect(await tasks('ALONE')).toEqual([]);
      await goesBack(`ALONE-P${time}`);
      expect(await world.receivable(alone)).toMatchObject({ stage: 'legal', outcome: null });
      const [again, ...others] = await cases('ALONE');
      expect(others).toEqual([]);
      expect(again).toMatchObject({ id: before?.id, state: 'demand', open: '1000.00', closedAt: null });
      expect(again?.tasks.map(({ state }) => state)).toEqual([...Array<string>(time).fill('cancelled'), 'open']);
      // The letter and the call that nobody had come to are asked for again, each once.
      expect(await tasks('ALONE')).toEqual(active);
    }
    expect(await world.rungs(alone)).toEqual(rungs);
    expect(await world.actions(before?.id ?? '')).toEqual([
      'legal-case.opened',
      'legal-case.closed',
      'legal-case.reopened',
      'legal-case.closed',
      'legal-case.reopened',
    ]);
  });

  test('joins the case that legal opened since, and leaves tasks that were done as they are', async () => {
    const letter = ((await get('/v1/tasks?customer=SINCE&state=active&limit=100')).data as { id: string; kind: string }[]).find(
      ({ kind }) => kind === 'manager-letter',
    );
    const done = { outcome: 'written' };
    // Its deadline has passed, so it is the next role's.
    await world
      .as('finance_director')
      .post(`/v1/tasks/${letter?.id ?? ''}/complete`, done)
      .expect(200);
    await pays('SINCE', 'SINCE-P', 'SINCE-A');
    const [first] = await cases('SINCE');
    expect(first).toMatchObject({ state: 'closed' });
    await world.step('2026-02-27', 23);
    const since = (await cases('SINCE')).find(({ state }) => state !== 'closed');
    expect(since).toMatchObject({ open: '1000.00' });
    const before = await tasks('SINCE');
    await goesBack('SINCE-P');
    const now = await cases('SINCE');
    expect(now.map(({ id, state, open }) => ({ id, state, open }))).toEqual([
      { id: since?.id, state: 'demand', open: '2000.00' },
      { id: first?.id, state: 'closed', open: '1000.00' },
    ]);
    expect(await world.actions(since?.id ?? '')).toEqual(['legal-case.opened', 'legal-case.joined']);
    expect(await tasks('SINCE')).toEqual(before);
  });
});
