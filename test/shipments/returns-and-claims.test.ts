import { afterAll, beforeAll, expect, test } from 'vitest';
import { standAt } from '../../store/platform/clock.ts';
import { system } from '../support/actors.ts';
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

const { delivered, put, back, withdraw, read, exposure, balance, tasks, noDrift } = goodsOf(() => api, today);
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

const claim = async (id: string, category: string, amount: string) => {
  const body = { amount, category, note: 'four pieces' };
  const opened = await api.as('collector').post(`/v1/receivables/${id}-I/disputes`).send(body).expect(201);
  return (opened.body as { id: string }).id;
};
const resolve = (dispute: string, state: string) =>
  api.as('credit_officer').post(`/v1/disputes/${dispute}/resolution`).send({ state, note: 'looked at' }).expect(200);

test.each(['quantity', 'quality', 'return'])(
  'a return concedes only what goes beyond an upheld claim of %s about the same goods, whichever return it is, credited or not',
  async (category) => {
    const id = await delivered('100.00', '1000.00');
    await resolve(await claim(id, category, '400.00'), 'upheld');
    expect(await put(`returns/${id}-1`, back(id, '3'), 201)).toMatchObject({ credit: 'none', invoiced: '300.00' });
    expect(await balance(id)).toMatchObject({ open: '1000.00', disputed: '400.00' });
    // Of the second one 100 is what the claim was about.
    expect(await put(`returns/${id}-2`, back(id, '3'), 201)).toMatchObject({ credit: 'conceded' });
    expect(await balance(id)).toMatchObject({ open: '1000.00', disputed: '600.00' });
    await note(id, '600.00').expect(201);
    expect(await balance(id)).toMatchObject({ open: '400.00', disputed: '0.00' });
    expect(await put(`returns/${id}-3`, back(id, '1'), 201)).toMatchObject({ credit: 'conceded' });
    expect(await balance(id)).toMatchObject({ open: '400.00', disputed: '100.00' });
    await noDrift();
  },
);

test('a return that is taken back leaves what the others would have conceded without it, in whatever order they came', async () => {
  const id = await delivered('100.00', '1000.00');
  await resolve(await claim(id, 'quality', '300.00'), 'upheld');
  expect(await put(`returns/${id}-1`, back(id, '3'), 201)).toMatchObject({ credit: 'none' });
  expect(await put(`returns/${id}-2`, back(id, '2'), 201)).toMatchObject({ credit: 'conceded' });
  expect(await put(`returns/${id}-3`, back(id, '2'), 201)).toMatchObject({ credit: 'conceded' });
  expect(await balance(id)).toMatchObject({ open: '1000.00', disputed: '700.00' });
  await withdraw(`${id}-1`);
  // Without the first, 300 of the 400 are what the claim was about: the third concedes nothing, the second half.
  expect(await balance(id)).toMatchObject({ open: '1000.00', disputed: '400.00' });
  expect(await read(`returns/${id}-3`)).toMatchObject({ credit: 'none' });
  await withdraw(`${id}-3`);
  expect(await balance(id)).toMatchObject({ disputed: '300.00' });
  await withdraw(`${id}-2`);
  expect(await balance(id)).toMatchObject({ disputed: '300.00' });
  expect(await put(`returns/${id}-4`, back(id, '4'), 201)).toMatchObject({ credit: 'conceded' });
  expect(await balance(id)).toMatchObject({ disputed: '400.00' });
  // Of a paid invoice the second one finds room when the first one goes.
  const paid = await delivered('100.00', '1000.00');
  const money = { externalId: `${paid}-P`, customer: paid, amount: '700.00', currency: 'CNY', receivedOn: today };
  await api
    .as('erp')
    .post('/v1/payments')
    .send({ ...money, reference: `${paid}-I` })
    .expect(201);
  await put(`returns/${paid}-1`, back(paid, '3'), 201);
  expect(await put(`returns/${paid}-2`, back(paid, '2'), 201)).toMatchObject({ credit: 'none' });
  await withdraw(`${paid}-1`);
  expect(await balance(paid)).toMatchObject({ open: '300.00', disputed: '200.00' });
  await noDrift();
});

test('goods of a return that is taken back belong to the invoice that had no room for them', async () => {
  const id = await delivered('100.00', null);
  await put(`returns/${id}-1`, back(id, '3'), 201);
  expect(await exposure(id)).toMatchObject({ exposure: '700.00' });
  await put(
    `invoices/${id}-I`,
    { customer: id, number: `${id}-I`, issueDate: '2026-07-01', currency: 'CNY', amount: '1000.00', order: id },
    201,
  );
  expect(await exposure(id)).toMatchObject({ exposure: '1000.00' });
  await withdraw(`${id}-1`);
  expect(await exposure(id)).toMatchObject({ exposure: '1000.00' });
  // Of an invoice that leaves some uninvoiced it takes no more than it is about.
  const part = await delivered('100.00', '900.00');
  await put(`returns/${part}-1`, back(part, '1'), 201);
  await withdraw(`${part}-1`);
  expect(await exposure(part)).toMatchObject({ exposure: '1000.00' });
  await noDrift();
});

test('what a claim of another matter gave is beside a return', async () => {
  const id = await delivered('100.00', '1000.00');
  await resolve(await claim(id, 'price', '400.00'), 'upheld');
  expect(await put(`returns/${id}-1`, back(id, '3'), 201)).toMatchObject({ credit: 'conceded' });
  expect(await balance(id)).toMatchObject({ disputed: '700.00' });
});

test('beside a claim about the goods that is not decided a return concedes nothing; rejected, the return is conceded in its place', async () => {
  const id = await delivered('100.00', '1000.00');
  const dispute = await claim(id, 'quality', '400.00');
  expect(await put(`returns/${id}-1`, back(id, '4'), 201)).toMatchObject({ credit: 'none' });
  expect(await balance(id)).toMatchObject({ open: '1000.00', disputed: '400.00' });
  await resolve(dispute, 'rejected');
  expect(await read(`returns/${id}-1`)).toMatchObject({ credit: 'conceded' });
  expect(await balance(id)).toMatchObject({ open: '1000.00', disputed: '400.00' });
  const upheld = await delivered('100.00', '1000.00');
  const other = await claim(upheld, 'quality', '400.00');
  await put(`returns/${upheld}-1`, back(upheld, '4'), 201);
  await resolve(other, 'upheld');
  expect(await balance(upheld)).toMatchObject({ open: '1000.00', disputed: '400.00' });
  // Large ones wait for a second person by then.
  const large = await delivered('10000.00', '100000.00');
  const third = await claim(large, 'return', '80000.00');
  expect(await put(`returns/${large}-1`, back(large, '8'), 201)).toMatchObject({ credit: 'none' });
  await resolve(third, 'rejected');
  expect(await read(`returns/${large}-1`)).toMatchObject({ credit: 'waits' });
  await noDrift();
});

test('a correction that takes the place of a claim about goods takes it for their return: neither is given again', async () => {
  const id = await delivered('100.00', '1000.00');
  await resolve(await claim(id, 'return', '400.00'), 'upheld');
  await put(`returns/${id}-1`, back(id, '4'), 201);
  await corrected(id, '600.00');
  expect(await balance(id)).toMatchObject({ open: '600.00', disputed: '0.00' });
  expect(await exposure(id)).toMatchObject({ exposure: '600.00' });
  expect(await read(`returns/${id}-1`)).toMatchObject({ delivered: '400.00', invoiced: '0.00' });
  const part = await delivered('100.00', '1000.00');
  await resolve(await claim(part, 'return', '400.00'), 'upheld');
  await put(`returns/${part}-1`, back(part, '6'), 201);
  expect(await balance(part)).toMatchObject({ disputed: '600.00' });
  await corrected(part, '900.00');
  expect(await balance(part)).toMatchObject({ open: '900.00', disputed: '500.00' });
  expect(await exposure(part)).toMatchObject({ exposure: '900.00' });
  await noDrift();
});

test('a return is left out when the write-off of its invoice, or a note that came before it, goes back, or when its paid invoice becomes larger', async () => {
  const approved = async (act: unknown) =>
    (await approve(api, (act as { id: string }).id, 'credit_manager')).body as { outcome: { writeOff: string } };
  const id = await delivered('100.00', '1000.00');
  const off = await api.as('finance_director').post(`/v1/receivables/${id}-I/write-off`).send({ reason: 'lost' }).expect(202);
  const { writeOff } = (await approved(off.body)).outcome;
  expect(await put(`returns/${id}-1`, back(id, '4'), 201)).toMatchObject({ credit: 'none' });
  await approved(
    (await api.as('finance_director').post(`/v1/write-offs/${writeOff}/reverse`).send({ reason: 'paid' }).expect(202)).body,
  );
  expect(await balance(id)).toMatchObject({ open: '1000.00', disputed: '400.00' });
  const noted = await delivered('100.00', '1000.00');
  await note(noted, '400.00').expect(201);
  await standAt(api.store, system, '2026-10-10T03:00:00.000Z');
  expect(await put(`returns/${noted}-1`, back(noted, '4'), 201)).toMatchObject({ credit: 'none' });
  await api.as('erp').post(`/v1/credit-notes/${noted}-N/reverse`).send({ reason: 'wrong invoice' }).expect(200);
  expect(await balance(noted)).toMatchObject({ open: '1000.00', disputed: '400.00' });
  const paid = await delivered('100.00', '1000.00');
  const money = { externalId: `${paid}-P`, customer: paid, amount: '1000.00', currency: 'CNY', receivedOn: today };
  await api
    .as('erp')
    .post('/v1/payments')
    .send({ ...money, reference: `${paid}-I` })
    .expect(201);
  expect(await put(`returns/${paid}-1`, back(paid, '4'), 201)).toMatchObject({ credit: 'none' });
  await corrected(paid, '1100.00');
  expect(await balance(paid)).toMatchObject({ open: '100.00', disputed: '100.00' });
  await noDrift();
});
