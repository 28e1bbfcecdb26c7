import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { rungActions } from '../../domain/dunning/ladder.ts';
import { addDays } from '../../domain/platform/dates.ts';
import { standAt } from '../../store/platform/clock.ts';
import { askAboutLateOrders } from '../../store/orders/invoiced-beyond.ts';
import { takeDue } from '../support/steps.ts';
import { write } from '../../store/platform/transaction.ts';
import { system } from '../support/actors.ts';
import { openTestApi } from '../support/api.ts';
import type { TestApi } from '../support/api.ts';
import { actOf, approve, openGoLive } from '../support/two-persons.ts';

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi({ business: '2026-10-10T02:00:00.000Z' });
  await openGoLive(api, '2026-10-01', '2026-10-31');
});
afterAll(() => api.close());

type Body = Record<string, unknown>;
let count = 0;

async function customer(limit: string | null = '1000.00', more: object = {}): Promise<string> {
  const id = `G-${(count += 1)}`;
  const body = {
    ...{ name: `Customer ${id}`, type: 'dealer', region: 'SH', currency: 'CNY', terms: { days: 30 }, owner: 'lin', contacts: [] },
    ...more,
  };
  await api.as('erp').put(`/v1/customers/${id}`).send(body).expect(201);
  const grant = { externalId: `L-${id}`, customer: id, amount: limit, currency: 'CNY', reason: 'going live' };
  if (limit !== null) await api.as('credit_manager').post('/v1/credit-limits').send(grant).expect(201);
  return id;
}

const order = (of: string, amount: string, more: object = {}) => ({
  ...{ customer: of, currency: 'CNY', requestedShipDate: '2026-10-20' },
  lines: [{ line: 1, item: 'A-1', quantity: '1', unitPrice: amount }],
  ...more,
});
const put = async (
  id: string,
  body: object,
): Promise<Body & { decision: string; reasons: { code: string; message: string }[] }> =>
  (await api.as('erp').put(`/v1/orders/${id}`).send(body)).body as never;
const codes = ({ reasons }: { reasons: { code: string }[] }): string[] => reasons.map(({ code }) => code);
const pay = (id: string, of: string, amount: string, more: object = {}) =>
  api
    .as('erp')
    .post('/v1/payments')
    .send({ externalId: id, customer: of, amount, currency: 'CNY', receivedOn: '2026-10-10', ...more });
const invoice = (id: string, of: string, amount: string, more: object = {}) =>
  api
    .as('erp')
    .put(`/v1/invoices/${id}`)
    .send({ customer: of, number: id, issueDate: '2026-10-10', currency: 'CNY', amount, ...more })
    .expect(201);
const exposure = async (of: string): Promise<{ exposure: string; buckets: Record<string, string> }> =>
  ((await api.as('auditor').get(`/v1/customers/${of}/exposure?currency=CNY`).expect(200)).body as { payer: never }).payer;

test('a prepaid order waits until money that names it covers it; that money pays nothing else and makes no room', async () => {
  const id = await customer('100.00');
  await invoice(`${id}-old`, id, '50.00', { issueDate: '2026-08-01' });
  const prepaid = order(id, '1000.00', { prepaid: true });
  const first = await put(`${id}-1`, prepaid);
  expect(first).toMatchObject({ decision: 'held', reasons: [{ code: 'prepayment-missing', figures: { missing: '1000.00' } }] });
  expect(first.reasons[0]?.message).toContain('names the order');
  const paid = await pay(`${id}-P1`, id, '400.00', { order: `${id}-1` }).expect(201);
  expect(paid.body).toMatchObject({ allocations: [], unapplied: '400.00' });
  expect(await put(`${id}-1`, { ...prepaid, requestedShipDate: '2026-10-21' })).toMatchObject({ decision: 'held' });
  await pay(`${id}-P2`, id, '600.00', { order: `${id}-1` }).expect(201);
  expect(await put(`${id}-1`, prepaid)).toMatchObject({ decision: 'approved', reasons: [{ code: 'prepaid' }] });
  // What is owed besides still counts: the money bound to the order lowers nothing.
  expect(codes(await put(`${id}-2`, order(id, '60.00')))).toEqual(['limit-exceeded']);
  const refused = await api
    .as('erp')
    .post(`/v1/payments/${id}-P1/allocate`)
    .send({ allocations: [{ invoice: `${id}-old`, amount: '50.00' }] });
  expect(refused.body).toMatchObject({ code: 'payment-bound', errors: [{ pointer: '/allocations/0/invoice' }] });
});

test('money whose text names a prepaid order is its deposit, whatever else is open; the number of an order names its invoices', async () => {
  const id = await customer('100.00');
  await invoice(`${id}-old`, id, '400.00', { issueDate: '2026-08-01' });
  const prepaid = order(id, '1000.00', { prepaid: true });
  await put(`${id}-1`, prepaid);
  const named = await pay(`${id}-P1`, id, '400.00', { reference: `定金 ${id}-1` }).expect(201);
  expect(named.body).toMatchObject({ allocations: [], unapplied: '400.00' });
  const again = await pay(`${id}-P1`, id, '400.00', { reference: `定金 ${id}-1` }).expect(200);
  expect(again.body).toMatchObject({ unapplied: '400.00' });
  expect((await api.as('erp').get(`/v1/payments/${id}-P1`)).body).toMatchObject({ order: `${id}-1` });
  // The invoice that is named beside the order takes the money: the text is about both.
  const both = await pay(`${id}-P2`, id, '100.00', { reference: `${id}-1 ${id}-old` }).expect(201);
  expect(both.body).toMatchObject({ unapplied: '0.00' });
  await pay(`${id}-P3`, id, '600.00', { reference: `${id}-1` }).expect(201);
  const later = { ...prepaid, requestedShipDate: '2026-10-21' };
  expect(await put(`${id}-1`, later)).toMatchObject({ decision: 'approved', reasons: [{ code: 'prepaid' }] });
  await invoice(`${id}-I`, id, '50.00', { order: `${id}-2` });
  await pay(`${id}-P4`, id, '50.00', { reference: `订单 ${id}-2` }).expect(201);
  const open = async (one: string) => (await api.as('auditor').get(`/v1/receivables/${one}`)).body as { open: string };
  expect([await open(`${id}-I`), await open(`${id}-old`)]).toMatchObject([{ open: '0.00' }, { open: '300.00' }]);
});

test('what a text had bound to a prepaid order is unapplied again when that order ends, closed too, unless goods wait for their invoice', async () => {
  const taskFor = async (of: string) => {
    const { body } = await api.as('credit_manager').get(`/v1/tasks?customer=${of}`).expect(200);
    return (body as { data: { kind: string }[] }).data.some(({ kind }) => kind === 'unapplied-money');
  };
  const unused = async (of: string) => {
    const { body } = await api.as('erp').get(`/v1/payments/${of}-P`).expect(200);
    const { order: bound, unapplied } = body as { order: string | null; unapplied: string };
    return { bound: bound !== null, unapplied, task: await taskFor(of) };
  };
  const ordered = async (amount: string): Promise<string> => {
    const of = await customer('5000.00');
    await put(`${of}-1`, order(of, '1000.00', { prepaid: true }));
    await pay(`${of}-P`, of, amount, { reference: `定金 ${of}-1` }).expect(201);
    return of;
  };
  const ship = (of: string) =>
    api
      .as('erp')
      .post('/v1/shipments')
      .send({ externalId: `${of}-D`, order: `${of}-1`, lines: [{ line: 1, quantity: '1' }], issuedOn: '2026-10-10' })
      .expect(201);
  const ends = (of: string, how: string, body: object) => api.as('erp').post(`/v1/orders/${of}-1/${how}`).send(body).expect(200);
  for (const how of ['close', 'cancel']) {
    const nothingLeft = await ordered('1000.00');
    expect(await unused(nothingLeft)).toEqual({ bound: true, unapplied: '1000.00', task: false });
    await ends(nothingLeft, how, how === 'cancel' ? { reason: 'no longer wanted' } : {});
    expect({ how, ...(await unused(nothingLeft)) }).toEqual({ how, bound: false, unapplied: '1000.00', task: true });
  }
  const more = await ordered('1500.00');
  await ship(more);
  await invoice(`${more}-I`, more, '1000.00', { order: `${more}-1` });
  expect(await unused(more)).toEqual({ bound: true, unapplied: '500.00', task: false });
  await ends(more, 'close', {});
  expect(await unused(more)).toEqual({ bound: false, unapplied: '500.00', task: true });
  await invoice(`${more}-J`, more, '500.00');
  expect(await unused(more)).toEqual({ bound: false, unapplied: '0.00', task: false });
  const waiting = await ordered('1000.00');
  await ship(waiting);
  await invoice(`${waiting}-I`, waiting, '900.00', { order: `${waiting}-1` });
  await ends(waiting, 'close', {});
  expect(await unused(waiting)).toEqual({ bound: true, unapplied: '100.00', task: false });
  await ends(waiting, 'close', { notInvoiced: 'price', reason: 'as agreed by phone' });
  expect(await unused(waiting)).toEqual({ bound: false, unapplied: '100.00', task: true });
});

test('a deposit bound outright to an order that is over covers nothing else and is a task, until a person releases it or the order opens again', async () => {
  const deposited = async (amount: string, limit = '5000.00'): Promise<string> => {
    const of = await customer(limit);
    await put(`${of}-1`, order(of, '1000.00', { prepaid: true }));
    await pay(`${of}-P`, of, amount, { order: `${of}-1` }).expect(201);
    return of;
  };
  const ships = (of: string) =>
    api
      .as('erp')
      .post('/v1/shipments')
      .send({ externalId: `${of}-D`, order: `${of}-1`, lines: [{ line: 1, quantity: '1' }], issuedOn: '2026-10-10' })
      .expect(201);
  const does = (of: string, what: string, body: object = {}) => api.as('erp').post(`/v1/orders/${of}-1/${what}`).send(body);
  const stands = async (of: string) => {
    const { body } = await api.as('credit_manager').get(`/v1/tasks?customer=${of}`).expect(200);
    const paid = (await api.as('erp').get(`/v1/payments/${of}-P`).expect(200)).body as {
      order: string | null;
      unapplied: string;
    };
    const task = (body as { data: { kind: string }[] }).data.some(({ kind }) => kind === 'unapplied-money');
    return { bound: paid.order !== null, left: paid.unapplied, task, exposure: (await exposure(of)).exposure };
  };
  const one = await deposited('1000.00');
  expect(await stands(one)).toEqual({ bound: true, left: '1000.00', task: false, exposure: '0.00' });
  await does(one, 'close').expect(200);
  expect(await stands(one)).toEqual({ bound: true, left: '1000.00', task: true, exposure: '0.00' });
  await invoice(`${one}-I`, one, '1000.00');
  expect(await stands(one)).toEqual({ bound: true, left: '1000.00', task: true, exposure: '1000.00' });
  expect(codes(await put(`${one}-2`, order(one, '5000.00')))).toEqual(['limit-exceeded']);
  await does(one, 'reopen', { reason: 'wanted after all' }).expect(200);
  expect(await stands(one)).toEqual({ bound: true, left: '1000.00', task: false, exposure: '1000.00' });
  const lines = { allocations: [{ invoice: `${one}-I`, amount: '400.00' }] };
  const allocate = () => api.as('erp').post(`/v1/payments/${one}-P/allocate`).send(lines);
  expect((await allocate()).body).toMatchObject({ code: 'payment-bound' });
  await does(one, 'close').expect(200);
  expect((await allocate().expect(200)).body).toMatchObject({ unapplied: '0.00' });
  expect(await stands(one)).toEqual({ bound: false, left: '0.00', task: false, exposure: '0.00' });

  const more = await deposited('1500.00');
  await ships(more);
  await does(more, 'close').expect(200);
  // The goods that wait for their invoice keep their deposit; the rest of it lowers nothing.
  expect(await stands(more)).toEqual({ bound: true, left: '1500.00', task: false, exposure: '0.00' });
  await invoice(`${more}-I`, more, '1000.00', { order: `${more}-1` });
  expect(await stands(more)).toEqual({ bound: true, left: '500.00', task: true, exposure: '0.00' });
  const back = { externalId: `${more}-F`, customer: more, payment: `${more}-P`, amount: '500.00', currency: 'CNY' };
  await api
    .as('erp')
    .post('/v1/refunds')
    .send({ ...back, paidOn: '2026-10-10', reason: 'not wanted' })
    .expect(201);
  expect(await stands(more)).toEqual({ bound: true, left: '0.00', task: false, exposure: '0.00' });

  const text = await customer('5000.00');
  await put(`${text}-1`, order(text, '1000.00', { prepaid: true }));
  await pay(`${text}-P`, text, '1500.00', { reference: `${text}-1` }).expect(201);
  await ships(text);
  await does(text, 'close').expect(200);
  await invoice(`${text}-I`, text, '1000.00', { order: `${text}-1` });
  expect(await stands(text)).toEqual({ bound: false, left: '500.00', task: true, exposure: '-500.00' });
  const { rows } = await sql`select * from exposure_drift()`.execute(api.store.db);
  expect(rows).toEqual([]);
});

test('an order of a branch that its payer is invoiced for counts once', async () => {
  const hq = await customer('5000.00');
  const branch = await customer(null, { payer: hq });
  expect(await put(`${branch}-1`, order(branch, '1000.00'))).toMatchObject({ decision: 'approved' });
  await invoice(`${branch}-I`, hq, '1000.00', { order: `${branch}-1` });
  expect(await exposure(hq)).toMatchObject({ exposure: '1000.00' });
  await invoice(`${branch}-I2`, hq, '300.00', { order: `${branch}-2` });
  expect(await put(`${branch}-2`, order(branch, '400.00'))).toMatchObject({ exposure: { after: '1400.00' } });
  const stranger = await customer('5000.00');
  await invoice(`${stranger}-I`, stranger, '100.00', { order: `${branch}-2` });
  expect(await exposure(hq)).toMatchObject({ exposure: '1400.00' });
});

test('an order says whether its prices hold tax; what counts is what will be owed', async () => {
  const id = await customer('2000.00');
  const net = order(id, '1000.00', { pricesWithTax: false, taxRate: '0.13' });
  expect(await put(`${id}-1`, net)).toMatchObject({ decision: 'approved', exposure: { after: '1130.00' } });
  expect((await api.as('erp').get(`/v1/orders/${id}-1`)).body).toMatchObject({
    ...{ amount: '1130.00', pricesWithTax: false, taxRate: '0.13' },
  });
  const { body } = await api
    .as('erp')
    .put(`/v1/orders/${id}-2`)
    .send(order(id, '1.00', { pricesWithTax: false }))
    .expect(422);
  expect(body).toMatchObject({ errors: [{ pointer: '/taxRate' }] });
});

test('a disputed or conceded amount is no reason to hold, and counts in full until it is credited', async () => {
  const id = await customer('100000.00');
  await invoice(`${id}-I`, id, '20000.00', { issueDate: '2026-07-01' });
  const { body: list } = await api.as('auditor').get(`/v1/receivables?customer=${id}`).expect(200);
  const receivable = (list as { data: { id: string }[] }).data[0]?.id ?? '';
  expect(codes(await put(`${id}-1`, order(id, '10.00')))).toEqual(['overdue-amount', 'overdue-days']);
  const dispute = await api
    .as('collector')
    .post(`/v1/receivables/${receivable}/disputes`)
    .send({ amount: '20000.00', category: 'quality', note: 'broken' })
    .expect(201);
  expect(await put(`${id}-2`, order(id, '10.00'))).toMatchObject({ decision: 'approved', exposure: { before: '20000.00' } });
  const resolve = (state: string) =>
    api
      .as('credit_manager')
      .post(`/v1/disputes/${(dispute.body as { id: string }).id}/resolution`)
      .send({ state, note: 'looked at' });
  await resolve('upheld').expect(200);
  expect(await put(`${id}-3`, order(id, '10.00'))).toMatchObject({ decision: 'approved', exposure: { before: '20010.00' } });
  const balance = async () => (await api.as('auditor').get(`/v1/customers/${id}`).expect(200)).body as { balances: object[] };
  expect((await balance()).balances).toMatchObject([{ open: '20000.00', disputed: '20000.00' }]);
  // The note is what was conceded: it is not relieved twice.
  await api
    .as('erp')
    .post('/v1/credit-notes')
    .send({
      ...{ externalId: `${id}-N`, customer: id, invoice: `${id}-I`, amount: '5000.00', currency: 'CNY' },
      ...{ issuedOn: '2026-10-10', reason: 'as agreed' },
    })
    .expect(201);
  expect(await put(`${id}-4`, order(id, '10.00'))).toMatchObject({ decision: 'approved', exposure: { before: '15020.00' } });
  expect((await balance()).balances).toMatchObject([{ open: '15000.00', disputed: '15000.00' }]);
  const second = await api
    .as('collector')
    .post(`/v1/receivables/${receivable}/disputes`)
    .send({ amount: '1.00', category: 'price', note: 'more' });
  expect(second.body).toMatchObject({ code: 'amount-exceeds-open' });
});

test('goods that leave are a fact: booked, flagged, a task, later orders held until a person has looked; never refused', async () => {
  const id = await customer('1000.00');
  const far = { requestedShipDate: '2027-06-01' };
  expect(await put(`${id}-1`, order(id, '9000.00', far))).toMatchObject({ decision: 'approved' });
  const { body: asked } = await api
    .as('erp')
    .post('/v1/shipment-requests')
    .send({ externalId: `${id}-R`, order: `${id}-1`, lines: [{ line: 1, quantity: '1' }] })
    .expect(201);
  expect(asked).toMatchObject({ decision: 'hold', reasons: [{ code: 'limit-exceeded' }] });
  const issue = { externalId: `${id}-D`, order: `${id}-1`, lines: [{ line: 1, quantity: '1' }], issuedOn: '2026-10-10' };
  const { body: gone } = await api.as('erp').post('/v1/shipments').set('Accept-Language', 'zh').send(issue).expect(201);
  expect((gone as { breaches: { code: string; message: string }[] }).breaches.map(({ code }) => code)).toEqual(
    expect.arrayContaining(['not-asked', 'limit-exceeded']),
  );
  expect((gone as { breaches: { message: string }[] }).breaches[0]?.message).toContain('发货申请');
  expect(await exposure(id)).toMatchObject({ exposure: '9000.00' });
  expect((await api.as('erp').post('/v1/shipments').send(issue).expect(200)).body).toMatchObject({ changed: false });
  await api
    .as('credit_manager')
    .post('/v1/credit-limits')
    .send({
      ...{ externalId: `${id}-L2`, customer: id, amount: '90000.00', currency: 'CNY', reason: 'going live' },
    });
  expect(codes(await put(`${id}-2`, order(id, '1.00')))).toEqual(['goods-left-unasked']);
  const { body: tasks } = await api.as('credit_manager').get(`/v1/tasks?customer=${id}`).expect(200);
  const task = (tasks as { data: { id: string; kind: string }[] }).data.find(({ kind }) => kind === 'shipment-breach');
  await api.as('credit_manager').post(`/v1/tasks/${task?.id}/complete`).send({ outcome: 'logistics were told' }).expect(200);
  expect(await put(`${id}-3`, order(id, '1.00'))).toMatchObject({ decision: 'approved' });
});

test('goods nobody asked for that might have left open a task and hold nothing', async () => {
  const id = await customer('1000.00');
  await put(`${id}-1`, order(id, '500.00'));
  const issue = { externalId: `${id}-D`, order: `${id}-1`, lines: [{ line: 1, quantity: '1' }], issuedOn: '2026-10-10' };
  const { body } = await api.as('erp').post('/v1/shipments').send(issue).expect(201);
  expect(body).toMatchObject({ breaches: [{ code: 'not-asked' }] });
  expect(await put(`${id}-2`, order(id, '1.00'))).toMatchObject({ decision: 'approved' });
  const unpaid = await customer('1000.00');
  await put(`${unpaid}-1`, order(unpaid, '500.00', { prepaid: true }));
  const { body: left } = await api
    .as('erp')
    .post('/v1/shipments')
    .send({ ...issue, externalId: `${unpaid}-D`, order: `${unpaid}-1` })
    .expect(201);
  expect((left as { breaches: { code: string }[] }).breaches.map(({ code }) => code)).toContain('prepayment-missing');
  expect(codes(await put(`${unpaid}-2`, order(unpaid, '1.00')))).toEqual(['goods-left-unasked']);
});

test('an order that is sent with less than what has left of it is refused, and told why: fewer pieces, or a lower price', async () => {
  const id = await customer('90000.00');
  await put(`${id}-1`, order(id, '1000.00'));
  const issue = { externalId: `${id}-D`, order: `${id}-1`, lines: [{ line: 1, quantity: '1' }], issuedOn: '2026-10-10' };
  await api.as('erp').post('/v1/shipments').send(issue).expect(201);
  const line = { line: 1, item: 'A', quantity: '1', unitPrice: '1000.00' };
  for (const less of [{ unitPrice: '1.00' }, { quantity: '0.5' }, { line: 2 }]) {
    const { status, body } = await api
      .as('erp')
      .put(`/v1/orders/${id}-1`)
      .send({ ...order(id, '1000.00'), lines: [{ ...line, ...less }] });
    expect([status, body]).toMatchObject([422, { code: 'less-than-shipped' }]);
    expect((body as { detail: string }).detail).toContain('of line 1 that is 1');
  }
  expect(await exposure(id)).toMatchObject({ exposure: '1000.00' });
});

test('goods delivered and not invoiced leave on close with a reason, above the tolerance with a second person, else stay with a task', async () => {
  const delivered = async (amount: string, invoiced: string): Promise<string> => {
    const id = await customer('90000.00');
    await put(`${id}-1`, order(id, amount));
    const issue = { externalId: `${id}-D`, order: `${id}-1`, lines: [{ line: 1, quantity: '1' }], issuedOn: '2026-10-10' };
    await api.as('erp').post('/v1/shipments').send(issue).expect(201);
    await invoice(`${id}-I`, id, invoiced, { order: `${id}-1` });
    await pay(`${id}-P`, id, invoiced).expect(201);
    return id;
  };
  const close = (id: string, body: object) => api.as('erp').post(`/v1/orders/${id}-1/close`).send(body);
  const small = await delivered('1000.00', '900.00');
  await close(small, { notInvoiced: 'price' }).expect(422);
  await close(small, { notInvoiced: 'price', reason: 'as agreed by phone' }).expect(200);
  expect(await exposure(small)).toMatchObject({ exposure: '0.00' });
  const silent = await delivered('1000.00', '900.00');
  await close(silent, {}).expect(200);
  expect(await exposure(silent)).toMatchObject({ exposure: '100.00' });
  const tasks = async (id: string) =>
    ((await api.as('credit_officer').get(`/v1/tasks?customer=${id}`).expect(200)).body as { data: { kind: string }[] }).data;
  expect((await tasks(silent)).map(({ kind }) => kind)).toContain('delivered-not-invoiced');
  // Said later, on the closed order.
  await close(silent, { notInvoiced: 'return', reason: 'came back' }).expect(200);
  expect(await exposure(silent)).toMatchObject({ exposure: '0.00' });
  const large = await delivered('5000.00', '1000.00');
  await close(large, { notInvoiced: 'free', reason: 'samples' }).expect(200);
  expect(await exposure(large)).toMatchObject({ exposure: '4000.00' });
  const { body } = await api.as('auditor').get(`/v1/pending-acts?customer=${large}`).expect(200);
  await approve(api, (body as { data: { id: string }[] }).data[0]?.id ?? '', 'credit_manager');
  expect(await exposure(large)).toMatchObject({ exposure: '0.00' });
});

test('the task about delivered goods of a closed order ends when they are invoiced or the order is open again, and comes again when it is closed again', async () => {
  const id = await customer('90000.00');
  await put(`${id}-1`, order(id, '100.00', { lines: [{ line: 1, item: 'A-1', quantity: '10', unitPrice: '100.00' }] }));
  const issue = { externalId: `${id}-D`, order: `${id}-1`, lines: [{ line: 1, quantity: '4' }], issuedOn: '2026-10-10' };
  await api.as('erp').post('/v1/shipments').send(issue).expect(201);
  const say = (how: string) => api.as('erp').post(`/v1/orders/${id}-1/${how}`).send({}).expect(200);
  const asked = async () => {
    const { body } = await api.as('credit_officer').get(`/v1/tasks?customer=${id}`).expect(200);
    return (body as { data: { kind: string }[] }).data.filter(({ kind }) => kind === 'delivered-not-invoiced').length;
  };
  await say('close');
  expect(await asked()).toBe(1);
  await say('reopen');
  expect(await asked()).toBe(0);
  await say('close');
  expect(await asked()).toBe(1);
  await invoice(`${id}-I1`, id, '300.00', { order: `${id}-1` });
  expect(await asked()).toBe(1);
  await invoice(`${id}-I2`, id, '100.00', { order: `${id}-1` });
  expect(await asked()).toBe(0);
});

/** What a step that names this kind of task does beside opening it; a kind that is not here fails the walk. */
const beside: Record<string, readonly string[]> = {
  ...{ 'collector-call': [], 'joint-visit': [], 'finance-office-letter': [], 'formal-demand': [], 'legal-review': [] },
  'collector-call-hold': ['proposal'],
  'manager-letter': [],
  'director-letter': ['review'],
  'hold-and-review': ['hold', 'review'],
};

test('every step of every dunning procedure does what it says: contact, task, hold, review, case', async () => {
  await standAt(api.store, system, '2026-10-12T09:30:00.000Z');
  const { current } = await api.store.policies.current();
  const seen = new Set<string>();
  const store = api.store.db;
  const takenBefore = (receivable_id: string, rung: string, position: number) => ({
    ...{ receivable_id, rung, position, state: 'taken', at: '2026-09-01T00:00:00.000Z', reason: null },
  });
  for (const ladder of current.ladders.content.ladders)
    for (const rung of ladder.rungs) {
      const id = await customer('100000.00', { ladder: ladder.id });
      await put(`${id}-0`, order(id, '10.00'));
      const debt = await dunned(id, rung.days);
      const before = ladder.rungs.slice(0, ladder.rungs.indexOf(rung));
      if (before.length > 0)
        await store
          .insertInto('rung')
          .values(before.map((one, position) => takenBefore(debt, one.id, position)))
          .execute();
      await takeDue(api.store, debt);
      const contact = rung.action === 'notice' || rung.action === 'remind';
      const taken = await store
        .selectFrom('rung')
        .select('state')
        .where('receivable_id', '=', debt)
        .where('rung', '=', rung.id)
        .execute();
      expect({ ladder: ladder.id, rung: rung.id, taken }).toMatchObject({ taken: [{ state: contact ? 'requested' : 'taken' }] });
      seen.add(rung.action);
      if (contact) continue;
      const kind = rung.workOrder ?? '';
      const open = await tasksOf(id);
      expect(open).toContain(kind);
      const cases = (await api.as('legal').get(`/v1/legal-cases?customer=${id}`).expect(200)).body as { data: unknown[] };
      expect(cases.data).toHaveLength(rung.action === 'legal' ? 1 : 0);
      const reviews = (await api.as('credit_officer').get(`/v1/credit-reviews?customer=${id}`).expect(200)).body as {
        data: { cause: string }[];
      };
      const held = await put(`${id}-1`, order(id, '10.00'));
      const done = [
        ...(open.includes('hold-proposal') ? ['proposal'] : []),
        ...(codes(held).includes('dunning-hold') ? ['hold'] : []),
        ...(reviews.data.some(({ cause }) => cause === 'dunning') ? ['review'] : []),
      ];
      expect({ kind, done }).toEqual({ kind, done: beside[kind] });
    }
  expect([...seen].sort()).toEqual([...rungActions].sort());
});

test('whatever a dunning step asks people for is one task a customer, with every item that is due for it', async () => {
  const { current } = await api.store.policies.current();
  for (const ladder of current.ladders.content.ladders)
    for (const rung of ladder.rungs.filter(({ action }) => action !== 'notice' && action !== 'remind')) {
      const id = await customer('100000.00', { ladder: ladder.id });
      const before = ladder.rungs.slice(0, ladder.rungs.indexOf(rung));
      for (const debt of [await dunned(id, rung.days, 'D1'), await dunned(id, rung.days, 'D2')]) {
        const taken = before.map((one, position) => ({
          ...{ receivable_id: debt, rung: one.id, position, state: 'taken', at: '2026-09-01T00:00:00.000Z', reason: null },
        }));
        if (taken.length > 0) await api.store.db.insertInto('rung').values(taken).execute();
        await takeDue(api.store, debt);
      }
      const open = (await tasksOf(id)).filter((kind) => kind === rung.workOrder || kind === 'hold-proposal');
      expect({ ladder: ladder.id, rung: rung.id, open }).toMatchObject({ open: [...new Set(open)] });
      expect(open).toContain(rung.workOrder);
    }
});

test('a hold that is decided for a customer holds by each item of the task, and goes with the last', async () => {
  const id = await customer('100000.00', { ladder: 'dealer' });
  const debts = [await dunned(id, 15, 'D1'), await dunned(id, 15, 'D2')];
  for (const debt of debts) await takeDue(api.store, debt);
  const task = await taskOf(id, 'hold-proposal');
  await api.as('credit_manager').post(`/v1/tasks/${task}/complete`).send({ outcome: 'hold', hold: true }).expect(200);
  const holding = async (key: string) => codes(await put(`${id}-${key}`, order(id, '10.00'))).includes('dunning-hold');
  expect(await holding('1')).toBe(true);
  await pay(`${id}-P1`, id, '400.00').expect(201);
  expect(await holding('2')).toBe(true);
  await pay(`${id}-P2`, id, '400.00').expect(201);
  expect(await holding('3')).toBe(false);
});

test('a hold by dunning keeps orders and shipments, and goes when the item is paid; whoever decides on a proposed one begins it', async () => {
  const id = await customer('100000.00', { ladder: 'dealer' });
  await put(`${id}-0`, order(id, '10.00'));
  const debt = await dunned(id, 15);
  await takeDue(api.store, debt);
  expect(codes(await put(`${id}-1`, order(id, '10.00')))).not.toContain('dunning-hold');
  const task = await taskOf(id, 'hold-proposal');
  const call = await taskOf(id, 'collector-call-hold');
  const wrong = await api.as('collector').post(`/v1/tasks/${call}/complete`).send({ outcome: 'called', hold: true }).expect(422);
  expect(wrong.body).toMatchObject({ errors: [{ pointer: '/hold' }] });
  await api.as('credit_manager').post(`/v1/tasks/${task}/complete`).send({ outcome: 'hold', hold: true }).expect(200);
  const held = await put(`${id}-2`, order(id, '10.00'));
  expect(held.reasons.find(({ code }) => code === 'dunning-hold')).toMatchObject({ figures: { since: '2026-10-12' } });
  const ask = (key: string) =>
    api
      .as('erp')
      .post('/v1/shipment-requests')
      .send({ externalId: `${id}-${key}`, order: `${id}-0`, lines: [{ line: 1, quantity: '0.5' }] })
      .expect(201);
  expect((await ask('R1')).body).toMatchObject({ decision: 'hold', reasons: [{ code: 'dunning-hold' }] });
  // What is wholly conceded or disputed holds no more than it is overdue.
  const { body: dispute } = await api
    .as('collector')
    .post(`/v1/receivables/${debt}/disputes`)
    .send({ amount: '400.00', category: 'quality', note: 'broken' })
    .expect(201);
  expect(codes(await put(`${id}-3`, order(id, '10.00')))).not.toContain('dunning-hold');
  await api
    .as('credit_manager')
    .post(`/v1/disputes/${(dispute as { id: string }).id}/resolution`)
    .send({ state: 'rejected', note: 'whole' })
    .expect(200);
  expect(codes(await put(`${id}-4`, order(id, '10.00')))).toContain('dunning-hold');
  const asked = async () =>
    (await api.store.db.selectFrom('wake').select('asked').where('kind', '=', 'order-hold').orderBy('subject').execute()).reduce(
      (sum, row) => sum + row.asked,
      0,
    );
  const before = await asked();
  await pay(`${id}-P`, id, '400.00').expect(201);
  expect(await asked()).toBeGreaterThan(before);
  expect(codes(await put(`${id}-5`, order(id, '10.00')))).not.toContain('dunning-hold');
  expect(((await ask('R2')).body as { reasons: { code: string }[] }).reasons.map(({ code }) => code)).toEqual(['hold-open']);
});

/** A debt of 400.00, small enough to be no reason by itself, whose ladder stands at so many days from due. */
async function dunned(of: string, days: number, key = 'D'): Promise<string> {
  const dueDate = addDays('2026-10-12', -days);
  await invoice(`${of}-${key}`, of, '400.00', {
    issueDate: '2026-05-01',
    instalments: [{ no: 1, amount: '400.00', dueDate }],
  });
  const row = await api.store.db
    .updateTable('receivable as r')
    .from('invoice as i')
    .set({ posted_at: '2026-05-01T00:00:00.000Z' })
    .whereRef('i.id', '=', 'r.invoice_id')
    .where('i.external_id', '=', `${of}-${key}`)
    .returning('r.id')
    .executeTakeFirstOrThrow();
  return row.id;
}
async function openTasks(of: string): Promise<{ id: string; kind: string }[]> {
  const { body } = await api.as('credit_manager').get(`/v1/tasks?customer=${of}`).expect(200);
  return (body as { data: { id: string; kind: string }[] }).data;
}
const tasksOf = async (of: string): Promise<string[]> => (await openTasks(of)).map(({ kind }) => kind);
const taskOf = async (of: string, kind: string): Promise<string> =>
  (await openTasks(of)).find((one) => one.kind === kind)?.id ?? '';

test('the grade decides the dunning procedure and who approves, as policies say; what was granted with it comes before the matrix', async () => {
  const content = async (kind: string): Promise<Record<string, unknown>> =>
    ((await api.as('auditor').get(`/v1/policies/${kind}/1`).expect(200)).body as { content: Record<string, unknown> }).content;
  const save = async (kind: string, changed: object): Promise<void> => {
    const { body } = await api
      .as('credit_manager')
      .post(`/v1/policies/${kind}`)
      .send({ content: changed, reason: 'grades' })
      .expect(201);
    await api
      .as('finance_director')
      .post(`/v1/policies/${kind}/${(body as { version: number }).version}/approve`)
      .send({})
      .expect(200);
  };
  const ladders = await content('ladders');
  const weak = { when: { grades: ['D'], types: ['dealer'] }, ladder: 'general-30' };
  await save('ladders', { ...ladders, strategy: [weak, ...(ladders['strategy'] as object[])] });
  const matrix = await content('approval-matrix');
  const row = {
    ...{ id: 'weak-write-off', when: { kinds: ['write-off'], grades: ['D'] }, title: { en: 'Weak grade', zh: '低等级' } },
    tiers: [{ roles: ['finance_director'], deadlineWorkingDays: 2 }],
  };
  await save('approval-matrix', { ...matrix, rows: [row, ...(matrix['rows'] as object[])] });
  const graded = async (grade: string | null, ladder: string | null) => {
    const id = await customer();
    await sql`insert into credit_profile (customer_id, grade, ladder, profile_as_of) select id, ${grade}, ${ladder}, '2026-10-10' from customer
      where external_id = ${id} on conflict (customer_id) do update set grade = excluded.grade, ladder = excluded.ladder`.execute(
      api.store.db,
    );
    await invoice(`${id}-I`, id, '5.00');
    const { body } = await api.as('auditor').get(`/v1/receivables?customer=${id}`).expect(200);
    const receivable = (body as { data: { id: string }[] }).data[0]?.id ?? '';
    const shown = (await api.as('auditor').get(`/v1/receivables/${receivable}`).expect(200)).body as { ladder: string };
    const asked = await api.as('credit_officer').post(`/v1/receivables/${receivable}/write-off`).send({ reason: 'small' });
    const act = (
      await api
        .as('auditor')
        .get(`/v1/pending-acts/${actOf(asked)}`)
        .expect(200)
    ).body as { route: { role: string }[] };
    return [shown.ladder, ...act.route.map(({ role }) => role)];
  };
  // Without the row for weak grades a small write-off is the credit manager's.
  expect(await graded('A', null)).toEqual(['new-customer', 'credit_manager']);
  expect(await graded('D', null)).toEqual(['general-30', 'finance_director']);
  expect((await graded('D', 'public-hospital'))[0]).toBe('public-hospital');
  expect((await graded('D', 'gone'))[0]).toBe('general-30');
});

test('an invoice above its order is a difference with a task: quantity, price or tax; corrected it is gone, and a new one is found', async () => {
  const id = await customer('1000000.00');
  const lines = [{ line: 1, item: 'A-1', quantity: '2', unitPrice: '10000.00' }];
  for (const no of [1, 2, 3, 4, 5]) await put(`${id}-${no}`, order(id, '1.00', { lines }));
  const send = async (no: number, amount: string, more: object = {}) => {
    const sent = await api
      .as('erp')
      .put(`/v1/invoices/${id}-I${no}`)
      .send({
        ...{ customer: id, number: `${id}-I${no}`, issueDate: '2026-10-10', currency: 'CNY', amount, order: `${id}-${no}` },
        ...more,
      });
    expect([200, 201], sent.text).toContain(sent.status);
    const { body } = await api.as('credit_officer').get(`/v1/tasks?customer=${id}&kind=invoiced-beyond`).expect(200);
    return (body as { data: { why: { difference: string; over: string; order: string } }[] }).data
      .filter(({ why }) => why.order === `${id}-${no}`)
      .map(({ why }) => `${why.difference} ${why.over}`);
  };
  expect(await send(1, '50000.00')).toEqual(['quantity 30000.00']);
  expect(await send(2, '50001.00')).toEqual(['price 30001.00']);
  expect(await send(3, '22600.00', { tax: { rate: '0.13', amount: '2600.00' } })).toEqual(['tax 2600.00']);
  expect(await send(4, '20500.00')).toEqual([]);
  expect(await send(4, '20500.01')).toEqual(['price 500.01']);
  expect(await send(4, '30500.00')).toEqual(['price 10500.00']);
  expect(await send(4, '20000.00')).toEqual([]);
  // An order that comes after its invoice is held against it by night.
  expect(await send(7, '20000.00')).toEqual([]);
  await standAt(api.store, system, '2026-10-13T09:30:00.000Z');
  await put(`${id}-7`, order(id, '1.00', { lines: [{ line: 1, item: 'A-1', quantity: '1', unitPrice: '7000.00' }] }));
  await write(api.store, system, async (work) => {
    const { audit, ...rest } = await askAboutLateOrders(work);
    const [first, ...more] = audit;
    return first ? { value: null, ...rest, audit: [first, ...more] } : { value: null, audit: null };
  });
  expect(await send(7, '20000.00')).toEqual(['price 13000.00']);
  // What another invoice has left of the order counts, shipped or not.
  expect(await send(5, '15000.00')).toEqual([]);
  await invoice(`${id}-I6`, id, '15000.00', { order: `${id}-5` });
  expect(await send(5, '15000.00')).toEqual(['quantity 10000.00']);
});
