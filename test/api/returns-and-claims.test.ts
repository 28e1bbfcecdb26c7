import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestApi } from '../support/api.ts';
import type { TestApi } from '../support/api.ts';
import { goodsOf } from '../support/returned-goods.ts';
import { approve, openGoLive } from '../support/two-persons.ts';

let api: TestApi;
const today = '2026-10-10';
beforeAll(async () => {
  api = await openTestApi({ business: `${today}T02:00:00.000Z` });
  await openGoLive(api, '2026-10-01', '2026-10-31');
});
afterAll(() => api.close());

const { delivered, put, back, read, exposure, balance, tasks, noDrift } = goodsOf(() => api, today);
const pending = async (customer: string) =>
  ((await read(`pending-acts?customer=${customer}&state=pending`)) as { data: { id: string; kind: string }[] }).data;
const decline = async (act: string) =>
  api
    .as('credit_manager')
    .post(`/v1/pending-acts/${act}/decision`)
    .send({ verdict: 'decline', reason: 'not our goods' })
    .expect(200);
const corrected = (id: string, amount: string) => {
  const invoice = { customer: id, number: `${id}-I`, issueDate: '2026-07-01', currency: 'CNY', amount, order: id };
  return put(`invoices/${id}-I`, invoice, 200);
};
const note = (id: string, amount: string) => {
  const body = { externalId: `${id}-N`, customer: id, invoice: `${id}-I`, amount, currency: 'CNY', issuedOn: today };
  return api
    .as('erp')
    .post('/v1/credit-notes')
    .send({ ...body, reason: 'goodwill' });
};

test('what a second person declined to credit for returned goods one alone gives by no correction or note; agreed to once, nobody is asked again', async () => {
  const id = await delivered('10000.00', '100000.00');
  await decline(String((await put(`returns/${id}-1`, back(id, '8'), 201))['pendingAct']));
  // Below what one alone may book it waits all the same.
  expect(await corrected(id, '70000.00')).toMatchObject({ receivables: [{ open: '100000.00' }] });
  const [small] = await pending(id);
  expect(small).toMatchObject({ kind: 'invoice-correction', amount: '30000.00' });
  await decline(String(small?.id));
  expect(await balance(id)).toMatchObject({ open: '100000.00', disputed: '0.00' });
  expect(await read(`returns/${id}-1`)).toMatchObject({ credit: 'declined', invoiced: '80000.00' });
  await corrected(id, '20000.00');
  const [large] = await pending(id);
  await approve(api, String(large?.id), 'credit_manager', 'finance_director');
  // The goods are back and not invoiced any more: they are owed no more, and no act or task asks for that again.
  expect(await balance(id)).toMatchObject({ open: '20000.00', disputed: '0.00' });
  expect(await exposure(id)).toMatchObject({ exposure: '20000.00' });
  expect(await read(`returns/${id}-1`)).toMatchObject({ credit: 'declined', delivered: '80000.00', invoiced: '0.00' });
  await api.as('erp').post(`/v1/orders/${id}/close`).send({}).expect(200);
  expect(await pending(id)).toEqual([]);
  expect(await tasks(id)).not.toContain('delivered-not-invoiced');
  // By a note it is the same.
  const noted = await delivered('10000.00', '100000.00');
  await decline(String((await put(`returns/${noted}-1`, back(noted, '8'), 201))['pendingAct']));
  await note(noted, '10.00').expect(202);
  await noDrift();
});

test('what is expected beside a declined return is credited as ever, by one alone', async () => {
  const id = await delivered('10000.00', '100000.00');
  expect(await put(`returns/${id}-1`, back(id, '4'), 201)).toMatchObject({ credit: 'conceded' });
  await decline(String((await put(`returns/${id}-2`, back(id, '4'), 201))['pendingAct']));
  await corrected(id, '80000.00');
  expect(await balance(id)).toMatchObject({ open: '80000.00', disputed: '20000.00' });
  await note(id, '20000.00').expect(201);
  expect(await balance(id)).toMatchObject({ open: '60000.00', disputed: '0.00' });
  expect(await corrected(id, '79999.99')).toMatchObject({ receivables: [{ open: '60000.00' }] });
  expect(await pending(id)).toMatchObject([{ kind: 'invoice-correction' }]);
  expect(await read(`returns/${id}-2`)).toMatchObject({ credit: 'declined', invoiced: '40000.00' });
  await noDrift();
});

test('what a correction took for small returns counts with the next return of their order, unless a second person agreed', async () => {
  const id = await delivered('10000.00', '100000.00');
  expect(await put(`returns/${id}-1`, back(id, '4'), 201)).toMatchObject({ credit: 'conceded' });
  await corrected(id, '60000.00');
  expect(await balance(id)).toMatchObject({ open: '60000.00', disputed: '0.00' });
  expect(await put(`returns/${id}-2`, back(id, '4'), 201)).toMatchObject({ credit: 'waits' });
  await noDrift();
});
