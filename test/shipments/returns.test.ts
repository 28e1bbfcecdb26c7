import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestApi } from '../support/api.ts';
import type { TestApi } from '../support/api.ts';
import { goodsOf } from '../support/returned-goods.ts';
import { approve, openGoLive } from '../support/two-persons.ts';

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi({ business: '2026-10-10T02:00:00.000Z' });
  await openGoLive(api, '2026-10-01', '2026-10-31');
});
afterAll(() => api.close());

const today = '2026-10-10';
const {
  delivered,
  put,
  back,
  withdraw,
  read,
  exposure,
  balance,
  buckets,
  held,
  note,
  instalments,
  leftOut,
  dunning,
  tasks,
  noDrift,
} = goodsOf(() => api, today);

/** The act of a kind that waits for a customer. */
const actOn = async (customer: string, kind: string) => {
  const { data } = (await read(`pending-acts?customer=${customer}&state=pending`)) as { data: { id: string; kind: string }[] };
  return String(data.find((act) => act.kind === kind)?.id);
};

test('goods that come back before they are invoiced are owed no more, to the cent, whatever became of their order; more than was delivered is refused by line', async () => {
  const id = await delivered('33.333333', null, { quantity: '3' });
  expect(await exposure(id)).toMatchObject({ exposure: '100.00' });
  const first = await put(`returns/${id}-1`, back(id, '1'), 201);
  expect(first).toMatchObject({ amount: '33.33', delivered: '33.33', invoiced: '0.00', credit: 'none', state: 'posted' });
  expect(await put(`returns/${id}-1`, back(id, '1'), 200)).toEqual(first);
  expect(await put(`returns/${id}-1`, back(id, '2'), 409)).toMatchObject({ code: 'already-exists' });
  await put(`returns/${id}-2`, back(id, '1'), 201);
  expect(await exposure(id)).toMatchObject({ exposure: '33.34' });
  const refused = await api.as('erp').put(`/v1/returns/${id}-3`).set('Accept-Language', 'zh').send(back(id, '2')).expect(422);
  expect(refused.body).toMatchObject({ code: 'return-exceeds', errors: [{ pointer: '/lines/0/quantity' }] });
  expect(refused.text).toContain('第 1 行');
  expect(await put(`returns/${id}-3`, { ...back(id, '1'), lines: [{ line: 9, quantity: '1' }] }, 422)).toMatchObject({
    errors: [{ pointer: '/lines/0/line' }],
  });
  // Neither a change of the order nor opening it again brings back what was returned.
  const lines = [{ line: 1, item: 'A', quantity: '4', unitPrice: '33.333333' }];
  await put(`orders/${id}`, { customer: id, currency: 'CNY', requestedShipDate: '2026-10-21', lines }, 200);
  expect(await buckets(id)).toMatchObject({ delivered: '33.34', returned: '66.66', reserved: '33.33' });
  await api.as('erp').post(`/v1/orders/${id}/close`).send({}).expect(200);
  expect(await tasks(id)).toContain('delivered-not-invoiced');
  await put(`returns/${id}-3`, back(id, '1'), 201);
  expect(await exposure(id)).toMatchObject({ exposure: '0.00' });
  expect(await tasks(id)).not.toContain('delivered-not-invoiced');
  // Taken back, once: it is owed again.
  expect(await withdraw(`${id}-2`)).toMatchObject({ state: 'withdrawn', stateText: 'taken back' });
  await withdraw(`${id}-2`);
  expect(await exposure(id)).toMatchObject({ exposure: '33.33' });
  expect((await read(`returns?order=${id}&state=posted`))['data']).toMatchObject([
    { externalId: `${id}-3` },
    { externalId: `${id}-1` },
  ]);
  await api.as('erp').post(`/v1/orders/${id}/reopen`).send({}).expect(200);
  expect(await exposure(id)).toMatchObject({ exposure: '66.66' });
  await noDrift();
});

test('of invoiced goods that come back a credit note is expected: neither asked for nor a reason to hold, in the exposure until the note consumes it, once', async () => {
  const id = await delivered('100.00', '1000.00');
  expect(await held(id)).toBe(true);
  const all = await put(`returns/${id}-1`, back(id, '10'), 201);
  expect(all).toMatchObject({
    credit: 'conceded',
    invoiced: '1000.00',
    lines: [{ invoices: [{ invoice: `${id}-I`, amount: '1000.00' }] }],
  });
  expect(await held(id)).toBe(false);
  expect(await dunning(id)).toMatchObject({ code: 'credit-expected' });
  expect(await exposure(id)).toMatchObject({ exposure: '1000.00' });
  await note(id, '400.00');
  expect(await balance(id)).toMatchObject({ open: '600.00', disputed: '600.00' });
  // Taken back, what the note did not credit is asked for.
  await withdraw(`${id}-1`);
  expect(await balance(id)).toMatchObject({ open: '600.00', disputed: '0.00' });
  expect(await dunning(id)).not.toMatchObject({ code: 'credit-expected' });
  expect(await held(id)).toBe(true);
  // A note that came before its return is its note.
  await put(`returns/${id}-2`, back(id, '5'), 201);
  expect(await balance(id)).toMatchObject({ open: '600.00', disputed: '100.00' });
  await noDrift();
});

test('a return takes what is not invoiced first, then the invoice; of an order priced without tax it is worth its tax too', async () => {
  const id = await delivered('100.00', '678.00', { pricesWithTax: false, taxRate: '0.13' });
  expect(await put(`returns/${id}-1`, back(id, '5'), 201)).toMatchObject({
    amount: '565.00',
    delivered: '452.00',
    invoiced: '113.00',
  });
  expect(await exposure(id)).toMatchObject({ exposure: '678.00' });
  expect(await balance(id)).toMatchObject({ open: '678.00', disputed: '113.00' });
  // No more is expected than was invoiced, in how many parts ever.
  expect(await put(`returns/${id}-2`, back(id, '5'), 201)).toMatchObject({ delivered: '0.00', invoiced: '565.00' });
  expect(await balance(id)).toMatchObject({ open: '678.00', disputed: '678.00' });
  await note(id, '678.00');
  expect(await balance(id)).toBeUndefined();
  expect(await exposure(id)).toMatchObject({ exposure: '0.00' });
  await noDrift();
});

test('above what one alone may book a second person agrees that returned goods are credited; small returns of one order count together', async () => {
  const id = await delivered('10000.00', '100000.00');
  expect(await put(`returns/${id}-1`, back(id, '4'), 201)).toMatchObject({ credit: 'conceded', pendingAct: null });
  const second = await put(`returns/${id}-2`, back(id, '4'), 201);
  expect(second).toMatchObject({ credit: 'waits', creditText: 'waits for a second person', invoiced: '40000.00' });
  expect(await balance(id)).toMatchObject({ open: '100000.00', disputed: '40000.00' });
  await approve(api, String(second['pendingAct']), 'credit_manager', 'finance_director');
  expect(await balance(id)).toMatchObject({ open: '100000.00', disputed: '80000.00' });
  expect(await read(`returns/${id}-2`)).toMatchObject({ credit: 'conceded', pendingAct: null });
  const whole = await delivered('10000.00', '100000.00');
  const waits = await put(`returns/${whole}-1`, back(whole, '10'), 201);
  expect(await held(whole)).toBe(true);
  expect(await dunning(whole)).toMatchObject({ code: 'second-person' });
  // Taken back, nobody is asked any more.
  await withdraw(`${whole}-1`);
  expect(await read(`pending-acts/${String(waits['pendingAct'])}`)).toMatchObject({ state: 'withdrawn' });
  expect(await dunning(whole)).not.toMatchObject({ code: 'second-person' });
  const again = await put(`returns/${whole}-2`, back(whole, '10'), 201);
  const verdict = { verdict: 'decline', reason: 'not our goods' };
  await api
    .as('credit_manager')
    .post(`/v1/pending-acts/${String(again['pendingAct'])}/decision`)
    .send(verdict)
    .expect(200);
  expect(await read(`returns/${whole}-2`)).toMatchObject({ credit: 'declined', state: 'posted' });
  expect(await balance(whole)).toMatchObject({ open: '100000.00', disputed: '0.00' });
  await noDrift();
});

test('an invoice corrected down instead of credited ends the credit note that its returned goods expect, as far as it went down', async () => {
  const corrected = (id: string, amount: string) => {
    const invoice = { customer: id, number: `${id}-I`, issueDate: '2026-07-01', currency: 'CNY', amount, order: id };
    return put(`invoices/${id}-I`, invoice, 200);
  };
  const id = await delivered('100.00', '1000.00');
  await put(`returns/${id}-1`, back(id, '4'), 201);
  await corrected(id, '600.00');
  expect(await balance(id)).toMatchObject({ open: '600.00', disputed: '0.00' });
  expect(await exposure(id)).toMatchObject({ exposure: '600.00' });
  expect(await dunning(id)).not.toMatchObject({ code: 'credit-expected' });
  const part = await delivered('100.00', '1000.00');
  await put(`returns/${part}-1`, back(part, '4'), 201);
  await corrected(part, '900.00');
  expect(await balance(part)).toMatchObject({ open: '900.00', disputed: '300.00' });
  expect(await exposure(part)).toMatchObject({ exposure: '900.00' });
  await note(part, '300.00');
  expect(await balance(part)).toMatchObject({ open: '600.00', disputed: '0.00' });
  await withdraw(`${part}-1`);
  expect(await exposure(part)).toMatchObject({ exposure: '700.00' });
  await noDrift();
});

test('a return that waits for a second person concedes no more than what a correction of its invoice has left of it', async () => {
  const id = await delivered('10000.00', '100000.00');
  const waits = await put(`returns/${id}-1`, back(id, '8'), 201);
  expect(waits).toMatchObject({ credit: 'waits' });
  const invoice = { customer: id, number: `${id}-I`, issueDate: '2026-07-01', currency: 'CNY', amount: '30000.00', order: id };
  await put(`invoices/${id}-I`, invoice, 200);
  await approve(api, await actOn(id, 'invoice-correction'), 'credit_manager', 'finance_director');
  expect(await exposure(id)).toMatchObject({ exposure: '30000.00' });
  await approve(api, String(waits['pendingAct']), 'credit_manager', 'finance_director');
  // Of 80,000 that came back the correction took 70,000 out.
  expect(await balance(id)).toMatchObject({ open: '30000.00', disputed: '10000.00' });
  expect(await exposure(id)).toMatchObject({ exposure: '30000.00' });
  await noDrift();
});

test('a return that waits for a second person is asked about no more when a correction, a note or a duplicate leaves nothing of it to credit', async () => {
  const waiting = async () => {
    const id = await delivered('10000.00', '100000.00');
    const { credit, pendingAct } = await put(`returns/${id}-1`, back(id, '8'), 201);
    expect(credit).toBe('waits');
    return { id, act: String(pendingAct) };
  };
  const isOver = async ({ id, act }: { id: string; act: string }, reason: string) => {
    expect(await read(`pending-acts/${act}`)).toMatchObject({
      state: 'withdrawn',
      decisionReason: expect.stringContaining(reason),
    });
    expect(await read(`returns/${id}-1`)).toMatchObject({ credit: 'none', pendingAct: null, state: 'posted' });
    const late = { verdict: 'approve', reason: 'late' };
    expect((await api.as('credit_manager').post(`/v1/pending-acts/${act}/decision`).send(late)).status).toBe(409);
  };
  const corrected = await waiting();
  const invoice = {
    customer: corrected.id,
    number: `${corrected.id}-I`,
    issueDate: '2026-07-01',
    currency: 'CNY',
    order: corrected.id,
  };
  await put(`invoices/${corrected.id}-I`, { ...invoice, amount: '60000.00' }, 200);
  // What is left of it waits on.
  expect(await leftOut(corrected.id)).toEqual({ 1: '40000.00' });
  await put(`invoices/${corrected.id}-I`, { ...invoice, amount: '20000.00' }, 200);
  await approve(api, await actOn(corrected.id, 'invoice-correction'), 'credit_manager', 'finance_director');
  await isOver(corrected, 'the invoice was corrected');
  expect(await balance(corrected.id)).toMatchObject({ open: '20000.00', disputed: '0.00' });
  expect(await exposure(corrected.id)).toMatchObject({ exposure: '20000.00' });
  const noted = await waiting();
  const credit = {
    externalId: `${noted.id}-N`,
    customer: noted.id,
    invoice: `${noted.id}-I`,
    amount: '80000.00',
    currency: 'CNY',
  };
  await api
    .as('erp')
    .post('/v1/credit-notes')
    .send({ ...credit, issuedOn: today, reason: 'returned' })
    .expect(202);
  await approve(api, await actOn(noted.id, 'credit-note'), 'credit_manager', 'finance_director');
  await isOver(noted, 'a credit note came');
  expect(await balance(noted.id)).toMatchObject({ open: '20000.00', disputed: '0.00' });
  const twice = await waiting();
  const twin = { customer: twice.id, number: `${twice.id}-I`, issueDate: '2026-07-01', currency: 'CNY', amount: '100000.00' };
  await put(`invoices/${twice.id}-J`, twin, 201);
  await api.as('credit_officer').post(`/v1/invoices/${twice.id}-I/duplicate`).send({ reason: 'sent twice' }).expect(202);
  await approve(api, await actOn(twice.id, 'duplicate-invoice'), 'credit_manager', 'finance_director');
  await isOver(twice, 'the invoice was corrected');
  await noDrift();
});

test('what waits for a second person, a return or a note, follows its invoice when amounts move between instalments', async () => {
  const id = await instalments(await delivered('10000.00', null), 201, { 1: '50000.00', 2: '50000.00' });
  const { pendingAct } = await put(`returns/${id}-1`, back(id, '8'), 201);
  expect(await leftOut(id)).toEqual({ 1: '50000.00', 2: '30000.00' });
  await instalments(id, 200, { 1: '20000.00', 2: '80000.00' });
  expect(await leftOut(id)).toEqual({ 1: '20000.00', 2: '60000.00' });
  await approve(api, String(pendingAct), 'credit_manager', 'finance_director');
  expect(await leftOut(id)).toEqual({ 1: '20000.00', 2: '60000.00' });
  const noted = await instalments(await delivered('10000.00', null), 201, { 1: '50000.00', 2: '50000.00' });
  const credit = { externalId: `${noted}-N`, customer: noted, invoice: `${noted}-I`, amount: '60000.00', currency: 'CNY' };
  await api
    .as('erp')
    .post('/v1/credit-notes')
    .send({ ...credit, issuedOn: today, reason: 'price' })
    .expect(202);
  expect(await leftOut(noted)).toEqual({ 1: '50000.00', 2: '10000.00' });
  await instalments(noted, 200, { 1: '20000.00', 2: '80000.00' });
  expect(await leftOut(noted)).toEqual({ 1: '20000.00', 2: '40000.00' });
  await noDrift();
});

test('an invoice is corrected down by what all its instalments lose together: what moves between them ends no expected credit note', async () => {
  const moved = await instalments(await delivered('100.00', null), 201, { 1: '500.00', 2: '500.00' });
  await put(`returns/${moved}-1`, back(moved, '3'), 201);
  await instalments(moved, 200, { 1: '200.00', 2: '800.00' });
  expect(await balance(moved)).toMatchObject({ open: '1000.00', disputed: '300.00' });
  expect((await read(`returns/${moved}-1`))['lines']).toMatchObject([{ invoices: [{ amount: '300.00' }] }]);
  const joined = await instalments(await delivered('100.00', null), 201, { 1: '500.00', 2: '500.00' });
  await put(`returns/${joined}-1`, back(joined, '3'), 201);
  await instalments(joined, 200, { 1: '700.00' });
  expect(await balance(joined)).toMatchObject({ open: '700.00', disputed: '0.00' });
  expect(await exposure(joined)).toMatchObject({ exposure: '700.00' });
  await noDrift();
});

test('what is expected follows its invoice when amounts move between instalments: on none more than is open, the same in sum, until the note consumes it', async () => {
  const id = await instalments(await delivered('100.00', null), 201, { 1: '500.00', 2: '500.00' });
  await put(`returns/${id}-1`, back(id, '3'), 201);
  expect(await leftOut(id)).toEqual({ 1: '300.00', 2: '0.00' });
  await instalments(id, 200, { 1: '200.00', 2: '800.00' });
  expect(await leftOut(id)).toEqual({ 1: '200.00', 2: '100.00' });
  // Instalments that are taken out leave theirs to the others, new ones too, the earliest due first.
  await instalments(id, 200, { 2: '50.00', 3: '150.00', 4: '800.00' });
  expect(await leftOut(id)).toMatchObject({ 2: '50.00', 3: '150.00', 4: '100.00' });
  // What the invoice goes down by is consumed; the rest is as much as before.
  await instalments(id, 200, { 1: '450.00', 4: '450.00' });
  expect(await balance(id)).toMatchObject({ open: '900.00', disputed: '200.00' });
  expect((await read(`returns/${id}-1`))['lines']).toMatchObject([{ delivered: '100.00', invoices: [{ amount: '200.00' }] }]);
  // The note goes where it is expected: nothing is left out beside it.
  await note(id, '200.00');
  expect(await balance(id)).toMatchObject({ open: '700.00', disputed: '0.00' });
  expect(await exposure(id)).toMatchObject({ exposure: '700.00' });
  await noDrift();
});

test('what is expected follows the money too: whoever pays all that was asked for is asked for nothing until the note comes', async () => {
  const id = await instalments(await delivered('100.00', null), 201, { 1: '500.00', 2: '500.00' });
  await put(`returns/${id}-1`, back(id, '3'), 201);
  const money = { externalId: `${id}-P`, customer: id, amount: '700.00', currency: 'CNY', receivedOn: today };
  await api
    .as('erp')
    .post('/v1/payments')
    .send({ ...money, reference: `${id}-I` })
    .expect(201);
  expect(await balance(id)).toMatchObject({ open: '300.00', disputed: '300.00' });
  expect(await leftOut(id)).toEqual({ 1: '150.00', 2: '150.00' });
  await api.as('erp').post(`/v1/payments/${id}-P/reverse`).send({ reason: 'returned by the bank' }).expect(200);
  expect(await balance(id)).toMatchObject({ open: '1000.00', disputed: '300.00' });
  await note(id, '300.00');
  expect(await balance(id)).toMatchObject({ open: '700.00', disputed: '0.00' });
  await noDrift();
});

test('an upheld dispute follows its invoice as a return does, and counts once', async () => {
  const id = await instalments(await delivered('100.00', null), 201, { 1: '500.00', 2: '500.00' });
  const claim = { amount: '300.00', category: 'price', note: 'agreed price' };
  const opened = await api.as('collector').post(`/v1/receivables/${id}-I:1/disputes`).send(claim).expect(201);
  const { id: dispute } = opened.body as { id: string };
  await api
    .as('credit_officer')
    .post(`/v1/disputes/${dispute}/resolution`)
    .send({ state: 'upheld', note: 'as agreed' })
    .expect(200);
  await instalments(id, 200, { 1: '200.00', 2: '800.00' });
  expect(await leftOut(id)).toEqual({ 1: '200.00', 2: '100.00' });
  await note(id, '300.00');
  expect(await balance(id)).toMatchObject({ open: '700.00', disputed: '0.00' });
});

test('what a correction took for a return is not taken off it again when the payment of the rest goes back', async () => {
  const id = await delivered('10.00', '100.00');
  const money = {
    externalId: `${id}-P`,
    customer: id,
    amount: '40.00',
    currency: 'CNY',
    receivedOn: today,
    reference: `${id}-I`,
  };
  await api.as('erp').post('/v1/payments').send(money).expect(201);
  expect(await put(`returns/${id}-1`, back(id, '10'), 201)).toMatchObject({ credit: 'conceded' });
  expect(await balance(id)).toMatchObject({ open: '60.00', disputed: '60.00' });
  const invoice = { customer: id, number: `${id}-I`, issueDate: '2026-07-01', currency: 'CNY', amount: '40.00', order: id };
  await put(`invoices/${id}-I`, invoice, 200);
  expect(await balance(id)).toBeUndefined();
  await api.as('erp').post(`/v1/payments/${id}-P/reverse`).send({ reason: 'returned by the bank' }).expect(200);
  expect(await balance(id)).toMatchObject({ open: '40.00', disputed: '40.00' });
  expect(await dunning(id)).toMatchObject({ code: 'credit-expected' });
  await noDrift();
});

test('what a return takes of a paid invoice is left out when its payment goes back, once, above what one alone may book with a second person', async () => {
  const paid = async (price: string, amount: string, quantity: string) => {
    const id = await delivered(price, amount);
    const money = { externalId: `${id}-P`, customer: id, amount, currency: 'CNY', receivedOn: today, reference: `${id}-I` };
    await api.as('erp').post('/v1/payments').send(money).expect(201);
    expect(await put(`returns/${id}-1`, back(id, quantity), 201)).toMatchObject({ credit: 'none' });
    return id;
  };
  const reversed = (id: string) =>
    api.as('erp').post(`/v1/payments/${id}-P/reverse`).send({ reason: 'returned by the bank' }).expect(200);
  const id = await paid('100.00', '1000.00', '4');
  await reversed(id);
  expect(await balance(id)).toMatchObject({ open: '1000.00', disputed: '400.00' });
  expect(await read(`returns/${id}-1`)).toMatchObject({ credit: 'conceded' });
  const noted = await paid('100.00', '1000.00', '4');
  await note(noted, '400.00');
  await reversed(noted);
  expect(await balance(noted)).toMatchObject({ open: '1000.00', disputed: '0.00', unapplied: '400.00' });
  const large = await paid('10000.00', '100000.00', '8');
  await reversed(large);
  const waits = await read(`returns/${large}-1`);
  expect(waits).toMatchObject({ credit: 'waits' });
  expect(await balance(large)).toMatchObject({ open: '100000.00', disputed: '0.00' });
  await approve(api, String(waits['pendingAct']), 'credit_manager', 'finance_director');
  expect(await balance(large)).toMatchObject({ open: '100000.00', disputed: '80000.00' });
  await noDrift();
});

test('a return of which more is left out when a payment goes back counts once for its order, and what it left out alone counts while the rest waits', async () => {
  const partPaid = async (amount: string, quantity: string) => {
    const id = await delivered('10000.00', '100000.00');
    const money = { externalId: `${id}-P`, customer: id, amount, currency: 'CNY', receivedOn: today, reference: `${id}-I` };
    await api.as('erp').post('/v1/payments').send(money).expect(201);
    expect(await put(`returns/${id}-1`, back(id, quantity), 201)).toMatchObject({ credit: 'conceded' });
    await api.as('erp').post(`/v1/payments/${id}-P/reverse`).send({ reason: 'returned by the bank' }).expect(200);
    return id;
  };
  const small = await partPaid('80000.00', '4');
  expect(await read(`returns/${small}-1`)).toMatchObject({ credit: 'conceded' });
  expect(await balance(small)).toMatchObject({ open: '100000.00', disputed: '40000.00' });
  const large = await partPaid('60000.00', '8');
  expect(await read(`returns/${large}-1`)).toMatchObject({ credit: 'waits' });
  expect(await put(`returns/${large}-2`, back(large, '2'), 201)).toMatchObject({ credit: 'waits' });
  expect(await balance(large)).toMatchObject({ open: '100000.00' });
  await noDrift();
});
