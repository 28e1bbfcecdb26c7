import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addDays, dateOf } from '../../domain/platform/calendar.ts';
import { openLedgerWorld } from '../support/ledger-world.ts';
import type { LedgerWorld } from '../support/ledger-world.ts';

let world: LedgerWorld;
beforeAll(async () => {
  world = await openLedgerWorld({ from: '2026-01-05' });
});
afterAll(() => world.close());

const day = { issued: '2025-12-01', due: '2025-12-31' };
const owes = (customer: string, id: string, amount: string, more: object = {}) =>
  world.invoice({ id, customer, amount, ...day, ladder: 'dealer', ...more });
/** Posts a payment of 5 January that names nothing, unless told; answers it as it is read. */
const pays = async (id: string, customer: string, amount: string, more: object = {}) => {
  const body = { externalId: id, customer, amount, currency: 'CNY', receivedOn: '2026-01-05', ...more };
  await world.as('erp').post('/v1/payments', body).expect(201);
  return (await world.as('auditor').get(`/v1/payments/${id}`).expect(200)).body as { allocations: object[]; unapplied: string };
};
const writesOff = async (receivable: string, body: object = { reason: 'bankrupt' }) =>
  agreed((await world.as('finance_director').post(`/v1/receivables/${receivable}/write-off`, body).expect(202)).body);
/** A second person agrees to a pending act; answers what came of it. */
const agreed = async (act: unknown) => {
  const { id } = act as { id: string };
  const body = { verdict: 'approve', reason: 'looked at' };
  const done = await world.as('credit_manager').post(`/v1/pending-acts/${id}/decision`, body).expect(200);
  return (done.body as { outcome: { receivable: string; writeOff: string; open: string } }).outcome;
};
const figures = async (customer: string) =>
  (
    (await world.as('auditor').get(`/v1/write-offs/figures?customer=${customer}&from=2026-01-01&to=2026-12-31`).expect(200))
      .body as { figures: unknown[] }
  ).figures;

/** The business day, wherever the tests before have taken it. */
const today = async (): Promise<string> => {
  const { body } = await world.as('admin').get('/v1/clock').expect(200);
  return dateOf((body as { businessNow: string }).businessNow, 'Asia/Shanghai');
};

describe('money after a write-off', () => {
  test('is a recovery on that item: nothing unapplied, no credit gained, counted and on record', async () => {
    await world.customer('W-1', { type: 'dealer' });
    const item = await owes('W-1', 'W-1-A', '1000.00');
    await world.as('credit_officer').get('/v1/customers/W-1/exposure').expect(200);
    await writesOff(item);
    await world.settled();
    const paid = await pays('W-1-P', 'W-1', '300.00');
    expect(paid).toMatchObject({
      allocations: [{ receivableId: item, amount: '300.00', recovered: '300.00', basis: 'recovery' }],
      unapplied: '0.00',
    });
    await world.settled();
    expect(await world.read(item)).toMatchObject({
      ...{ open: '0.00', stage: 'closed', outcome: 'written-off', writtenOff: '1000.00', recovered: '300.00' },
    });
    expect(await world.balance('W-1')).toEqual({});
    expect(await figures('W-1')).toEqual([
      { currency: 'CNY', writtenOff: '1000.00', takenBack: '0.00', recovered: '300.00', net: '700.00' },
    ]);
    expect(await world.actions(item)).toContain('receivable.recovered');
    const list = await world.as('auditor').get('/v1/write-offs?customer=W-1').expect(200);
    expect(list.body).toMatchObject({
      data: [{ receivableId: item, amount: '1000.00', writtenOffOn: '2026-01-05', reversedOn: null }],
    });
  });

  test('in another currency is converted and recovers the debt that it names, whether the rate, the invoice or the write-off comes first', async () => {
    const rate = (base: string) =>
      world
        .as('credit_manager')
        .post('/v1/exchange-rates', { base, quote: 'CNY', on: '2026-01-05', rate: '7.1', source: 'bank' })
        .expect(201);
    const dollars = { amount: '70.20', currency: 'USD', receivedOn: '2026-01-05' };
    const exposure = async (customer: string) =>
      (await world.as('credit_officer').get(`/v1/customers/${customer}/exposure`).expect(200)).body as object;
    const recovered = (item: string, share: object = {}) => ({
      allocations: [{ receivableId: item, amount: '500.00', recovered: '500.00', ...share }],
      ...{ amount: '500.00', currency: 'CNY', unapplied: '0.00', exchange: { difference: '-1.58' } },
    });
    await rate('USD');
    for (const more of [{ reference: 'K-1' }, { allocations: [{ invoice: 'K-2', amount: '70.20' }] }]) {
      const id = 'reference' in more ? 'K-1' : 'K-2';
      await world.customer(id, { type: 'dealer' });
      const item = await owes(id, id, '500.00');
      await writesOff(item);
      const before = await exposure(id);
      expect(await pays(`${id}-P`, id, '70.20', { ...dollars, ...more })).toMatchObject(recovered(item));
      expect(await exposure(id)).toEqual(before);
      expect(await figures(id)).toMatchObject([{ currency: 'CNY', writtenOff: '500.00', recovered: '500.00', net: '0.00' }]);
      expect(await world.actions(item)).toContain('receivable.recovered');
    }
    // Money, then the invoice, then the write-off, then the rate.
    await world.customer('K-3', { type: 'dealer' });
    await pays('K-3-P', 'K-3', '70.20', { ...dollars, currency: 'CHF', reference: 'K-3' });
    const item = await owes('K-3', 'K-3', '500.00');
    await writesOff(item);
    await rate('CHF');
    const read = await world.as('auditor').get('/v1/payments/K-3-P').expect(200);
    expect(read.body).toMatchObject(recovered(item));
    expect(await world.balance('K-3')).toEqual({});
  });

  test('goes to what is open first, is named like any other debt, and stays unapplied only beyond the debt', async () => {
    await world.customer('W-2', { type: 'dealer' });
    const off = await owes('W-2', 'W-2-A', '1000.00');
    const open = await owes('W-2', 'W-2-B', '500.00', { due: '2026-03-31' });
    await writesOff(off);
    expect((await pays('W-2-P1', 'W-2', '600.00')).allocations).toMatchObject([
      { receivableId: off, amount: '100.00', recovered: '100.00', basis: 'recovery' },
      { receivableId: open, amount: '500.00', recovered: '0.00', basis: 'law' },
    ]);
    expect((await pays('W-2-P2', 'W-2', '200.00', { reference: 'W-2-A' })).allocations).toMatchObject([
      { receivableId: off, amount: '200.00', recovered: '200.00', basis: 'reference' },
    ]);
    const chosen = { allocations: [{ invoice: 'W-2-A', amount: '700.00' }] };
    expect((await pays('W-2-P3', 'W-2', '750.00', chosen)).unapplied).toBe('50.00');
    const more = { externalId: 'W-2-P4', customer: 'W-2', amount: '1.00', currency: 'CNY', receivedOn: '2026-01-05' };
    const over = { ...more, allocations: [{ invoice: 'W-2-A', amount: '1.00' }] };
    expect((await world.as('erp').post('/v1/payments', over).expect(422)).body).toMatchObject({ code: 'amount-exceeds-open' });
    await world.settled();
    expect(await world.read(off)).toMatchObject({ outcome: 'paid', writtenOff: '1000.00', recovered: '1000.00' });
  });

  test('a recovery that goes back opens nothing, and a credit note on the debt is no credit to the customer', async () => {
    await world.customer('W-3', { type: 'dealer' });
    const item = await owes('W-3', 'W-3-A', '1000.00');
    await writesOff(item);
    await pays('W-3-P', 'W-3', '300.00');
    await world.as('erp').post('/v1/payments/W-3-P/reverse', { reason: 'returned by the bank' }).expect(200);
    expect(await world.read(item)).toMatchObject({ open: '0.00', writtenOff: '1000.00', recovered: '0.00' });
    const note = { externalId: 'W-3-N', customer: 'W-3', invoice: 'W-3-A', amount: '400.00', currency: 'CNY' };
    const posted = await world.as('erp').post('/v1/credit-notes', { ...note, issuedOn: '2026-01-05', reason: 'goods came back' });
    expect(posted.body).toMatchObject({ allocations: [{ receivableId: item, amount: '400.00' }], unapplied: '0.00' });
    expect(await world.balance('W-3')).toEqual({});
    expect(await figures('W-3')).toMatchObject([{ writtenOff: '1000.00', recovered: '400.00', net: '600.00' }]);
  });

  test('a write-off can be taken back, once: what was not recovered is open again and dunned', async () => {
    await world.customer('W-4', { type: 'dealer' });
    const item = await owes('W-4', 'W-4-A', '1000.00');
    const { writeOff } = await writesOff(item, { amount: '800.00', reason: 'bankrupt' });
    const rest = await writesOff(item);
    await pays('W-4-P', 'W-4', '300.00');
    await world.settled();
    const reverse = (id: string, body: object = { reason: 'the administrator pays a dividend' }) =>
      world.as('finance_director').post(`/v1/write-offs/${id}/reverse`, body);
    await reverse(writeOff, {}).expect(422);
    await world.as('collector').post(`/v1/write-offs/${writeOff}/reverse`, { reason: 'x' }).expect(403);
    expect(await agreed((await reverse(writeOff).expect(202)).body)).toMatchObject({ receivable: item, open: '700.00' });
    expect((await reverse(writeOff).expect(409)).body).toMatchObject({ code: 'already-reversed' });
    await world.settled();
    expect(await world.read(item)).toMatchObject({ open: '700.00', outcome: null, writtenOff: '200.00', recovered: '200.00' });
    expect(await world.actions(item)).toContain('receivable.reopened');
    expect(await agreed((await reverse(rest.writeOff).expect(202)).body)).toMatchObject({ open: '700.00' });
    // The money stays on the debt, so its reversal opens it now.
    await world.as('erp').post('/v1/payments/W-4-P/reverse', { reason: 'returned by the bank' }).expect(200);
    expect(await world.read(item)).toMatchObject({ open: '1000.00', writtenOff: '0.00', recovered: '0.00' });
  });
});

describe('a due date that an ERP moves', () => {
  const put = (customer: string, id: string, dueDate: string) =>
    world.as('erp').put(`/v1/invoices/${id}`, {
      ...{ customer, number: id, issueDate: '2025-12-01', currency: 'CNY', amount: '1000.00', ladder: 'dealer' },
      instalments: [{ no: 1, amount: '1000.00', dueDate }],
    });
  const waiting = async (customer: string) =>
    (
      (await world.as('auditor').get(`/v1/pending-acts?customer=${customer}&kind=re-dating&state=pending`).expect(200)).body as {
        data: { id: string; days: number; booked: boolean; what: object }[];
      }
    ).data;

  test('by a year waits for a second person: not asked for, while overdue and limitation keep the old day', async () => {
    await world.customer('RD-1', { type: 'dealer' });
    const id =
      ((await put('RD-1', 'RD-1-A', '2026-01-04').expect(201)).body as { receivables: { id: string }[] }).receivables[0]?.id ??
      '';
    const before = await world.read(id);
    await put('RD-1', 'RD-1-A', '2027-01-04').expect(200);
    await world.settled();
    expect(await world.read(id)).toMatchObject({
      ...{ dueDate: '2026-01-04', open: '1000.00', limitation: before['limitation'] },
      plan: { code: 'second-person' },
    });
    const [act, ...more] = await waiting('RD-1');
    expect(more).toEqual([]);
    expect(act).toMatchObject({ booked: true, days: 365, what: { dueDate: '2027-01-04', before: '2026-01-04' } });
    await put('RD-1', 'RD-1-A', '2027-01-04').expect(200);
    expect(await waiting('RD-1')).toHaveLength(1);
    await agreed({ id: act?.id });
    const verdict = { verdict: 'approve', reason: 'agreed with the customer' };
    await world.as('finance_director').post(`/v1/pending-acts/${act?.id}/decision`, verdict).expect(200);
    await world.settled();
    expect(await world.read(id)).toMatchObject({ dueDate: '2027-01-04', limitation: before['limitation'] });
    expect((await world.read(id))['plan']).not.toMatchObject({ code: 'second-person' });
  });

  test('within the tolerance moves at once, small steps count from the agreed day, and the old day again ends what waits', async () => {
    await world.customer('RD-2', { type: 'dealer' });
    const id =
      ((await put('RD-2', 'RD-2-A', '2026-02-02').expect(201)).body as { receivables: { id: string }[] }).receivables[0]?.id ??
      '';
    const limitation = (await world.read(id))['limitation'];
    await put('RD-2', 'RD-2-A', '2026-02-06').expect(200);
    expect(await world.read(id)).toMatchObject({ dueDate: '2026-02-06', limitation });
    await put('RD-2', 'RD-2-A', '2026-02-10').expect(200);
    expect(await world.read(id)).toMatchObject({ dueDate: '2026-02-06' });
    expect(await waiting('RD-2')).toHaveLength(1);
    await put('RD-2', 'RD-2-A', '2026-02-06').expect(200);
    expect(await waiting('RD-2')).toEqual([]);
    await world.settled();
    expect((await world.read(id))['plan']).not.toMatchObject({ code: 'second-person' });
  });
});

describe('a new invoice with longer terms than its customer has', () => {
  const put = (customer: string, number: string, terms: object, more: object = {}) => {
    const body = {
      customer,
      number,
      issueDate: '2026-01-02',
      currency: 'CNY',
      amount: '1000.00',
      ladder: 'dealer',
      terms,
      ...more,
    };
    return world.as('erp').put(`/v1/invoices/${number}`, body);
  };
  const waiting = async (customer: string) =>
    (
      (await world.as('auditor').get(`/v1/pending-acts?customer=${customer}&state=pending`).expect(200)).body as {
        data: { id: string; kind: string; days: number; booked: boolean; what: object }[];
      }
    ).data;
  const idOf = (res: { body: unknown }) => (res.body as { receivables: { id: string }[] }).receivables[0]?.id ?? '';

  test("is taken and due by the customer's terms: the later day waits for a second person, and comes when they agree", async () => {
    await world.customer('NT-1', { type: 'dealer' });
    const byTerms = idOf(await put('NT-1', 'NT-1-A', { days: 30 }).expect(201));
    const { dueDate, limitation } = await world.read(byTerms);
    const id = idOf(await put('NT-1', 'NT-1-B', { days: 720 }).expect(201));
    await world.settled();
    expect(await world.read(id)).toMatchObject({ dueDate, limitation, open: '1000.00', plan: { code: 'second-person' } });
    const [act, ...more] = await waiting('NT-1');
    expect(more).toEqual([]);
    expect(act).toMatchObject({ kind: 're-dating', booked: true, what: { before: dueDate, dueDate: '2027-12-23' } });
    await put('NT-1', 'NT-1-B', { days: 720 }).expect(200);
    expect(await waiting('NT-1')).toMatchObject([{ id: act?.id }]);
    await agreed({ id: act?.id });
    const verdict = { verdict: 'approve', reason: 'agreed with the customer' };
    await world.as('finance_director').post(`/v1/pending-acts/${act?.id}/decision`, verdict).expect(200);
    expect(await world.read(id)).toMatchObject({ dueDate: '2027-12-23', limitation });
  });

  test("stays due by the customer's terms when they decline; counted from delivery, days within the tolerance give nothing", async () => {
    await world.customer('NT-2', { type: 'dealer' });
    const id = idOf(await put('NT-2', 'NT-2-A', { days: 120 }).expect(201));
    const { dueDate } = await world.read(id);
    const [act] = await waiting('NT-2');
    const verdict = { verdict: 'decline', reason: 'thirty days were agreed' };
    await world.as('credit_manager').post(`/v1/pending-acts/${act?.id}/decision`, verdict).expect(200);
    await world.settled();
    expect(await world.read(id)).toMatchObject({ dueDate });
    expect((await world.read(id))['plan']).not.toMatchObject({ code: 'second-person' });
    await put('NT-2', 'NT-2-B', { days: 35 }).expect(201);
    expect(await waiting('NT-2')).toEqual([]);
    const late = await put('NT-2', 'NT-2-C', { days: 60, from: 'delivery' }, { deliveredOn: '2026-01-04' }).expect(201);
    expect(await waiting('NT-2')).toMatchObject([{ kind: 're-dating' }]);
    expect(await world.read(idOf(late))).not.toMatchObject({ dueDate: '2026-03-05' });
  });
});

describe('a payment that names nothing', () => {
  test('goes to the undisputed item of exactly that amount, and disputed parts come last', async () => {
    await world.customer('X-1', { type: 'dealer' });
    const disputed = await owes('X-1', 'X-1-A', '1000.00');
    const meant = await owes('X-1', 'X-1-B', '700.00', { due: '2026-01-04' });
    await world.dispute(disputed, '1000.00');
    expect((await pays('X-1-P', 'X-1', '700.00')).allocations).toMatchObject([{ receivableId: meant, basis: 'exact' }]);
    expect((await pays('X-1-Q', 'X-1', '100.00')).allocations).toMatchObject([{ receivableId: disputed, basis: 'disputed' }]);
  });

  test('of another amount pays undisputed parts first; a dispute over a part leaves the rest to be meant exactly', async () => {
    await world.customer('X-2', { type: 'dealer' });
    const part = await owes('X-2', 'X-2-A', '1000.00');
    const other = await owes('X-2', 'X-2-B', '500.00', { due: '2026-02-28' });
    await world.dispute(part, '300.00');
    expect((await pays('X-2-P', 'X-2', '700.00')).allocations).toMatchObject([
      { receivableId: part, amount: '700.00', basis: 'exact' },
    ]);
    await world.as('erp').post('/v1/payments/X-2-P/reverse', { reason: 'returned by the bank' }).expect(200);
    expect((await pays('X-2-Q', 'X-2', '1300.00')).allocations).toMatchObject([
      { receivableId: part, amount: '800.00' },
      { receivableId: other, amount: '500.00' },
    ]);
  });

  test('of an invoice in instalments, the whole of it names the invoice', async () => {
    await world.customer('X-3', { type: 'dealer' });
    await owes('X-3', 'X-3-A', '800.00');
    const invoice = { customer: 'X-3', number: 'X-3-B', issueDate: '2026-01-02', currency: 'CNY', amount: '900.00' };
    const instalments = [
      { no: 1, amount: '400.00', dueDate: '2026-02-01' },
      { no: 2, amount: '500.00', dueDate: '2026-03-01' },
    ];
    const { body } = await world
      .as('erp')
      .put('/v1/invoices/X-3-B', { ...invoice, instalments })
      .expect(201);
    const [first, second] = (body as { receivables: { id: string }[] }).receivables;
    expect((await pays('X-3-P', 'X-3', '900.00')).allocations).toMatchObject([
      { receivableId: first?.id, amount: '400.00', basis: 'exact' },
      { receivableId: second?.id, amount: '500.00', basis: 'exact' },
    ]);
  });
});

describe('an invoice over nothing', () => {
  test('is taken and closed at once as nothing owed; corrected to an amount it is owed, and back', async () => {
    await world.customer('Z-1', { type: 'dealer' });
    const put = (amount: string) =>
      world
        .as('erp')
        .put('/v1/invoices/Z-1-A', { customer: 'Z-1', number: 'Z-1-A', issueDate: '2026-01-02', currency: 'CNY', amount });
    const posted = await put('0.00').expect(201);
    expect(posted.body).toMatchObject({ receivables: [{ open: '0.00', stage: 'closed' }] });
    expect(await world.read('Z-1-A')).toMatchObject({ stage: 'closed', outcome: 'nothing-owed', plan: { step: 'close' } });
    await put('100.00').expect(200);
    await world.settled();
    expect(await world.read('Z-1-A')).toMatchObject({ open: '100.00', outcome: null });
    await put('0.00').expect(200);
    await world.settled();
    expect(await world.read('Z-1-A')).toMatchObject({ stage: 'closed', outcome: 'nothing-owed' });
    expect(((await put('-1.00').expect(422)).body as { errors: object[] }).errors).toMatchObject([{ pointer: '/amount' }]);
  });
});

const statement = async (customer: string, asOf: string, currency = 'CNY') => {
  // The same statement again is the one made before.
  const { body, status } = await world.as('credit_officer').post('/v1/statements', { customer, asOf, currency });
  expect([200, 201]).toContain(status);
  return body as { total: string; lines: { kind: string; amount: string }[] };
};
const ageing = async (customer: string, asOf: string) =>
  ((await world.as('auditor').get(`/v1/ageing?customer=${customer}&asOf=${asOf}`).expect(200)).body as { data: object[] }).data;

describe('figures of a past day', () => {
  test('an advance is on account until it is applied, money counts by its value date, a write-off and a dispute from their day', async () => {
    await world.customer('D-1', { type: 'dealer' });
    await pays('D-1-P', 'D-1', '1000.00');
    await world.customer('D-2', { type: 'dealer' });
    const item = await owes('D-2', 'D-2-A', '900.00');
    await world.step('2026-01-08', 10);
    await pays('D-2-P', 'D-2', '100.00');
    await world.step('2026-01-12', 10);
    await owes('D-1', 'D-1-A', '1000.00', { issued: '2026-01-12', due: '2026-02-12' });
    await world.as('erp').post('/v1/payments/D-1-P/allocate', {});
    await world.dispute(item, '300.00');
    await writesOff(item, { amount: '200.00', reason: 'small' });
    await world.step('2026-01-13', 10);
    expect(await statement('D-1', '2026-01-05')).toMatchObject({
      total: '-1000.00',
      lines: [{ kind: 'payment', amount: '-1000.00' }],
    });
    expect(await statement('D-1', '2026-01-11')).toMatchObject({ total: '-1000.00' });
    expect(await statement('D-1', '2026-01-12')).toMatchObject({ total: '0.00', lines: [] });
    // Posted on the 8th with the value date of the 5th: it lies on the debt from the 5th on.
    expect(await ageing('D-2', '2026-01-04')).toMatchObject([
      { open: '900.00', days1to30: '900.00', disputed: '0.00', writtenOff: '0.00' },
    ]);
    expect(await ageing('D-2', '2026-01-05')).toMatchObject([
      { open: '800.00', disputed: '0.00', writtenOff: '0.00', balance: '800.00' },
    ]);
    expect(await ageing('D-2', '2026-01-13')).toMatchObject([{ open: '600.00', disputed: '300.00', writtenOff: '200.00' }]);
    await world.as('auditor').get('/v1/ageing?asOf=2026-02-01').expect(422);
  });

  test('money that is converted when its rate comes stands as it was paid until that day, and moves from one account to the other on it', async () => {
    await world.customer('D-3', { type: 'dealer' });
    await owes('D-3', 'D-3-A', '500.00');
    const paid = { currency: 'SEK', receivedOn: '2026-01-10', reference: 'D-3-A' };
    await pays('D-3-P', 'D-3', '702.00', paid);
    const past = async (asOf = '2026-01-13') => ({
      cny: await statement('D-3', asOf),
      sek: await statement('D-3', asOf, 'SEK'),
      ageing: await ageing('D-3', '2026-01-13'),
    });
    const told = ({ cny, sek, ...rest }: Awaited<ReturnType<typeof past>>) => ({
      ...rest,
      ...{ cny: [cny.total, cny.lines], sek: [sek.total, sek.lines] },
    });
    const before = told(await past());
    expect(before).toMatchObject({ cny: ['500.00', [{ amount: '500.00' }]], sek: ['-702.00', [{ amount: '-702.00' }]] });
    await world.step('2026-01-16', 10);
    const rate = { base: 'SEK', quote: 'CNY', on: '2026-01-10', rate: '0.71', source: 'bank' };
    await world.as('credit_manager').post('/v1/exchange-rates', rate).expect(201);
    expect(told(await past('2026-01-14'))).toEqual(before);
    for (const currency of ['CNY', 'SEK'])
      expect(await statement('D-3', '2026-01-16', currency)).toMatchObject({ total: '0.00', lines: [] });
    const lines = async (currency: string) => {
      const query = `from=2026-01-02&currency=${currency}`;
      const { body } = await world.as('auditor').get(`/v1/customers/D-3/movements?${query}`).expect(200);
      const { opening, closing, data } = body as { opening: string; closing: string; data: Record<string, unknown>[] };
      return [opening, ...data.map((one) => [one['date'], one['kind'], one['amount']]), closing];
    };
    expect(await lines('SEK')).toEqual([
      '0.00',
      ['2026-01-10', 'payment', '-702.00'],
      ['2026-01-16', 'conversion', '702.00'],
      '0.00',
    ]);
    expect(await lines('CNY')).toEqual([
      '500.00',
      ['2026-01-16', 'conversion', '-498.42'],
      ['2026-01-16', 'exchange-difference', '-1.58'],
      '0.00',
    ]);
  });
});

describe('a promise whose money has a value date in time and is posted after it was found broken', () => {
  test('is judged again: kept, and the review, the application and the rank that hung on the breach are taken back, on record', async () => {
    const customerId = await world.customer('R-1', { type: 'dealer' });
    await world.store.db.insertInto('credit_profile').values({ customer_id: customerId, grade: 'B' }).execute();
    const item = await owes('R-1', 'R-1-A', '1000.00');
    await world.promise(item, '1000.00', '2026-01-16');
    await world.step('2026-01-20', 10);
    const promises = async () => ((await world.read(item)) as { promises: { state: string }[] }).promises.map((one) => one.state);
    const reviews = async () =>
      (
        (await world.as('credit_officer').get('/v1/credit-reviews?customer=R-1').expect(200)).body as {
          data: { cause: string; state: string; application: string | null }[];
        }
      ).data.filter((one) => ['broken-promise', 'promise-kept'].includes(one.cause));
    expect(await promises()).toEqual(['broken']);
    const [review] = await reviews();
    expect(review?.state).toBe('running');
    await world
      .as('erp')
      .post('/v1/payments', {
        ...{ externalId: 'R-1-P', customer: 'R-1', amount: '1000.00', currency: 'CNY', receivedOn: '2026-01-16' },
      })
      .expect(201);
    await world.settled();
    expect(await promises()).toEqual(['kept']);
    expect(await reviews()).toMatchObject([{ state: 'cancelled' }]);
    const application = await world
      .as('credit_officer')
      .get(`/v1/credit-applications/${review?.application ?? ''}`)
      .expect(200);
    expect(application.body).toMatchObject({ state: 'withdrawn' });
    const timeline = await world.as('auditor').get('/v1/customers/R-1/timeline?limit=100').expect(200);
    const told = (timeline.body as { data: { kind: string }[] }).data.map((one) => one.kind);
    expect(told).toEqual(
      expect.arrayContaining(['promise.judged-again', 'credit-review.groundless', 'credit-application.withdrawn']),
    );
    await world.as('erp').post('/v1/payments/R-1-P/reverse', { reason: 'returned by the bank' }).expect(200);
    await world.settled();
    expect(await promises()).toEqual(['broken']);
  });
});

describe('calls', () => {
  interface Task {
    id: string;
    kind: string;
    subject: string;
    state: string;
    rank: number;
    reasons: { code: string; text: string }[];
    items: { about: string; open: string; leftAt: string | null; outcome: string | null }[];
  }
  const tasks = async (state = 'active') =>
    ((await world.as('collector').get(`/v1/tasks?customer=CALL&state=${state}`).expect(200)).body as { data: Task[] }).data;
  const short = (task: Task | undefined) => task?.items.map(({ about, open, outcome }) => `${about} ${open} ${outcome ?? 'due'}`);

  test('are one task a customer: what falls due joins, what is paid leaves, and it ends with the last', async () => {
    await world.customer('CALL', { type: 'dealer' });
    const terms = { customer: 'CALL', issued: '2026-01-20', ladder: 'general-30' };
    await world.invoice({ id: 'CALL-1', amount: '1000.00', due: '2026-02-04', ...terms });
    await world.invoice({ id: 'CALL-2', amount: '200.00', due: '2026-02-04', ...terms });
    await world.invoice({ id: 'CALL-3', amount: '300.00', due: '2026-02-10', ...terms });
    await world.step('2026-02-20', 23);
    const [call, ...others] = await tasks();
    expect(others).toEqual([]);
    expect(call).toMatchObject({ kind: 'collector-call', subject: 'customer CALL' });
    expect(short(call)).toEqual(['CALL-1/1 1000.00 due', 'CALL-2/1 200.00 due']);
    // What is not yet due for a call does not weigh in its rank, though it is overdue.
    expect(call?.reasons.find(({ code }) => code === 'overdue-amount')?.text).toContain('CNY 1,200.00');
    await world.step('2026-02-26', 23);
    expect((await tasks()).map(short)).toEqual([['CALL-1/1 1000.00 due', 'CALL-2/1 200.00 due', 'CALL-3/1 300.00 due']]);
    const paid = async (id: string, amount: string) => {
      await pays(`P-${id}`, 'CALL', amount, { receivedOn: '2026-02-26', reference: id });
      await world.settled();
    };
    await paid('CALL-1', '1000.00');
    expect((await tasks()).map(short)).toEqual([['CALL-1/1 0.00 paid', 'CALL-2/1 200.00 due', 'CALL-3/1 300.00 due']]);
    await paid('CALL-2', '200.00');
    await paid('CALL-3', '300.00');
    expect(await tasks()).toEqual([]);
    expect((await tasks('cancelled')).map(({ id }) => id)).toEqual([call?.id]);
  });

  test('about an item whose payment goes back are asked for again: it joins the open task anew, or is the first of a new one', async () => {
    const goesBack = async (id: string) => {
      await world.as('erp').post(`/v1/payments/${id}/reverse`, { reason: 'bounced' }).expect(200);
      await world.settled();
    };
    const again = async (id: string) => {
      await pays(`Q-${id}`, 'CALL', '200.00', { receivedOn: '2026-02-26', reference: id });
      await world.settled();
    };
    await goesBack('P-CALL-3');
    expect((await tasks()).map(short)).toEqual([['CALL-3/1 300.00 due']]);
    await goesBack('P-CALL-2');
    expect((await tasks()).map(short)).toEqual([['CALL-2/1 200.00 due', 'CALL-3/1 300.00 due']]);
    await again('CALL-2');
    expect((await tasks()).map(short)).toEqual([['CALL-2/1 0.00 paid', 'CALL-3/1 300.00 due']]);
    await goesBack('Q-CALL-2');
    expect((await tasks()).map(short)).toEqual([['CALL-2/1 200.00 due', 'CALL-3/1 300.00 due']]);
  });
});

describe('what an ERP books that gives money away', () => {
  const decide = (id: string, role: 'credit_manager' | 'finance_director', verdict = 'approve') =>
    world.as(role).post(`/v1/pending-acts/${id}/decision`, { verdict, reason: 'looked at' }).expect(200);
  const note = (id: string, customer: string, amount: string, more: object = {}) => {
    const of = { externalId: id, customer, invoice: `${customer}-A`, amount, currency: 'CNY' };
    return world.as('erp').post('/v1/credit-notes', { ...of, issuedOn: '2026-01-05', reason: 'price', ...more });
  };

  test('a credit note above policy waits: not asked for, while open, exposure and overdue keep the old value; approved it is posted', async () => {
    await world.customer('CN-1', { type: 'dealer' });
    const item = await owes('CN-1', 'CN-1-A', '120000.00');
    await note('CN-1-S', 'CN-1', '50000.00').expect(201);
    const asked = await note('CN-1-N', 'CN-1', '70000.00').expect(202);
    const { id } = asked.body as { id: string };
    expect(asked.body).toMatchObject({ kind: 'credit-note', booked: true, what: { amount: '70000.00', invoice: 'CN-1-A' } });
    expect((await note('CN-1-N', 'CN-1', '70000.00').expect(202)).body).toMatchObject({ id });
    expect((await note('CN-1-N', 'CN-1', '60000.00').expect(409)).body).toMatchObject({ code: 'act-pending' });
    await world.settled();
    expect(await world.read(item)).toMatchObject({ open: '70000.00', plan: { code: 'second-person' } });
    expect(await world.balance('CN-1')).toMatchObject({ open: '70000.00', overdue: '70000.00' });
    await world.as('auditor').get('/v1/credit-notes/CN-1-N').expect(404);
    await decide(id, 'credit_manager');
    await decide(id, 'finance_director');
    await world.settled();
    expect(await world.read(item)).toMatchObject({ open: '0.00', stage: 'closed' });
    expect((await note('CN-1-N', 'CN-1', '70000.00').expect(200)).body).toMatchObject({ allocations: [{ receivableId: item }] });
  });

  test('a credit note that is declined takes nothing, and the item is asked for again; one that cannot be is refused at once', async () => {
    await world.customer('CN-2', { type: 'dealer' });
    const item = await owes('CN-2', 'CN-2-A', '60000.00');
    await note('CN-2-X', 'CN-2', '61000.00').expect(422);
    const { id } = (await note('CN-2-N', 'CN-2', '60000.00').expect(202)).body as { id: string };
    await world.settled();
    expect((await world.read(item))['plan']).toMatchObject({ code: 'second-person' });
    await decide(id, 'credit_manager', 'decline');
    await world.settled();
    expect(await world.read(item)).toMatchObject({ open: '60000.00' });
    expect((await world.read(item))['plan']).not.toMatchObject({ code: 'second-person' });
  });

  test('credit notes of one customer that name no invoice wait as their sum does in each currency, unless they were taken back or a second person agreed', async () => {
    for (const code of ['CN-3', 'CN-4']) await world.customer(code, { type: 'dealer' });
    const give = (id: string, amount: string, { customer = 'CN-3', ...more }: { customer?: string; currency?: string } = {}) =>
      note(id, customer, amount, { invoice: undefined, onAccount: true, reason: id, ...more });
    await give('CN-3-1', '30000.00').expect(201);
    await give('CN-3-2', '20000.00').expect(201);
    const third = await give('CN-3-3', '10000.00').expect(202);
    expect(third.body).toMatchObject({ amount: '60000.00', what: { amount: '10000.00', together: '60000.00' } });
    expect(await world.balance('CN-3')).toMatchObject({ unapplied: '50000.00' });
    await give('CN-3-U', '7500.00', { currency: 'USD' }).expect(201);
    await give('CN-4-1', '50000.00', { customer: 'CN-4' }).expect(201);
    const { id } = third.body as { id: string };
    await decide(id, 'credit_manager');
    await decide(id, 'finance_director');
    expect((await give('CN-3-4', '1.00').expect(202)).body).toMatchObject({ amount: '50001.00' });
    await world.as('erp').post('/v1/credit-notes/CN-3-1/reverse', { reason: 'in error' }).expect(200);
    await give('CN-3-5', '30000.00').expect(201);
  });

  test('a refund above policy waits, the money staying where it is; nobody approves their own', async () => {
    await world.customer('RF-1', { type: 'dealer' });
    await pays('RF-1-P', 'RF-1', '200000.00');
    const refund = { customer: 'RF-1', currency: 'CNY', paidOn: '2026-01-05', reason: 'paid twice' };
    const post = (role: 'erp' | 'credit_manager', externalId: string, amount: string) =>
      world.as(role).post('/v1/refunds', { ...refund, externalId, amount });
    await post('erp', 'RF-1-S', '50000.00').expect(201);
    const { id } = (await post('credit_manager', 'RF-1-L', '120000.00').expect(202)).body as { id: string };
    expect(await world.balance('RF-1')).toMatchObject({ unapplied: '150000.00' });
    await world.as('credit_manager').post(`/v1/pending-acts/${id}/decision`, { verdict: 'approve', reason: 'x' }).expect(409);
    await decide(id, 'finance_director');
    expect(await world.balance('RF-1')).toMatchObject({ unapplied: '30000.00' });
    expect((await world.as('auditor').get('/v1/refunds/RF-1-L').expect(200)).body).toMatchObject({ amount: '120000.00' });
  });

  test('refunds of one payment in small steps wait as their sum does, unless they came back', async () => {
    await world.customer('RF-2', { type: 'dealer' });
    for (const id of ['RF-2-P', 'RF-2-Q']) await pays(id, 'RF-2', '100000.00', { reference: id });
    const post = (externalId: string, amount: string, payment: string | null) => {
      const refund = { externalId, customer: 'RF-2', amount, currency: 'CNY', paidOn: '2026-01-05', reason: 'paid twice' };
      return world.as('erp').post('/v1/refunds', { ...refund, ...(payment !== null && { payment }) });
    };
    await post('RF-2-1', '30000.00', 'RF-2-P').expect(201);
    await post('RF-2-2', '20000.00', 'RF-2-P').expect(201);
    const third = await post('RF-2-3', '10000.00', 'RF-2-P').expect(202);
    expect(third.body).toMatchObject({ amount: '60000.00', what: { amount: '10000.00', together: '60000.00' } });
    expect((await post('RF-2-4', '60000.00', null).expect(202)).body).toMatchObject({ amount: '110000.00' });
    await post('RF-2-5', '50000.00', 'RF-2-Q').expect(201);
    await world.as('erp').post('/v1/refunds/RF-2-1/reverse', { reason: 'returned' }).expect(200);
    await post('RF-2-6', '10000.00', 'RF-2-P').expect(201);
  });

  test('refunds that name no payment count together for their customer and currency, whichever money they take', async () => {
    await world.customer('RF-3', { type: 'dealer' });
    for (const no of [1, 2, 3]) await pays(`RF-3-P${no}`, 'RF-3', '40000.00', { reference: `RF-3-P${no}` });
    const post = (no: number, amount: string) => {
      const refund = { externalId: `RF-3-${no}`, customer: 'RF-3', amount, currency: 'CNY', paidOn: '2026-01-05' };
      return world.as('erp').post('/v1/refunds', { ...refund, reason: 'paid twice' });
    };
    await post(1, '40000.00').expect(201);
    const second = await post(2, '40000.00').expect(202);
    expect(second.body).toMatchObject({ amount: '80000.00', what: { amount: '40000.00', together: '80000.00' } });
    await world.as('erp').post('/v1/refunds/RF-3-1/reverse', { reason: 'returned' }).expect(200);
    await post(3, '40000.00').expect(201);
  });
});

test('a dispute has an owner and a deadline: a task that goes on to the next role when it passes, and ends when it is resolved', async () => {
  await world.customer('DP-1', { type: 'dealer' });
  const item = await owes('DP-1', 'DP-1-A', '1000.00');
  const raise = (body: object) =>
    world
      .as('collector')
      .post(`/v1/receivables/${item}/disputes`, { category: 'quality', note: 'broken', ...body })
      .expect(201);
  const first = (await raise({ amount: '400.00', owner: 'lin' })).body as { id: string; deadline: string };
  expect(first).toMatchObject({ state: 'open', role: 'credit_officer', owner: 'lin' });
  const second = (await raise({ amount: '100.00' })).body as { id: string };
  const tasks = async () =>
    (
      (await world.as('auditor').get('/v1/tasks?customer=DP-1').expect(200)).body as {
        data: { id: string; kind: string; role: string; assignee: string | null; state: string }[];
      }
    ).data.filter(({ kind }) => kind === 'settle-dispute');
  const given = (await tasks()).find(({ assignee }) => assignee === 'lin');
  expect(given).toMatchObject({ role: 'credit_officer' });
  const byHand = await world.as('credit_officer').post(`/v1/tasks/${given?.id}/complete`, { outcome: 'done' }).expect(409);
  expect(byHand.body).toMatchObject({ code: 'decide-there' });
  const rejected = { state: 'rejected', note: 'signed for' };
  await world.as('credit_officer').post(`/v1/disputes/${second.id}/resolution`, rejected).expect(200);
  expect((await tasks()).map(({ id }) => id)).toEqual([given?.id]);
  await world.step(first.deadline.slice(0, 10), 21);
  await world.step(new Date(Date.parse(first.deadline) + 86_400_000).toISOString().slice(0, 10), 10);
  await world.settled();
  expect(await tasks()).toMatchObject([{ id: given?.id, role: 'credit_manager' }]);
  expect((await world.read(item))['disputes']).toMatchObject([
    { id: first.id, role: 'credit_manager', owner: null },
    { id: second.id, state: 'rejected' },
  ]);
  await world.as('credit_manager').post(`/v1/disputes/${first.id}/resolution`, rejected).expect(200);
  expect(await tasks()).toEqual([]);
});

test('a dispute above what one alone may give is upheld when a second person agrees: not asked for until then, rejected by one, small ones on an invoice as their sum', async () => {
  await world.customer('DU-1', { type: 'dealer' });
  const item = await owes('DU-1', 'DU-1-A', '300000.00');
  const raise = async (amount: string) => {
    const { body } = await world
      .as('collector')
      .post(`/v1/receivables/${item}/disputes`, { amount, category: 'price', note: 'x' })
      .expect(201);
    return (body as { id: string }).id;
  };
  const say = (id: string, state: string) =>
    world.as('credit_officer').post(`/v1/disputes/${id}/resolution`, { state, note: 'looked at' });
  const states = async () => ((await world.read(item))['disputes'] as { state: string }[]).map(({ state }) => state);
  const acts = async () =>
    ((await world.as('auditor').get('/v1/pending-acts?customer=DU-1&state=pending').expect(200)).body as { data: object[] }).data;
  const large = await raise('50000.01');
  const asked = await say(large, 'upheld').expect(202);
  expect(asked.body).toMatchObject({ kind: 'dispute-upheld', amount: '50000.01', routeRow: 'write-off-large' });
  expect(await say(large, 'upheld').expect(202)).toMatchObject({ body: { id: (asked.body as { id: string }).id } });
  expect(await states()).toEqual(['open']);
  expect(await world.balance('DU-1')).toMatchObject({ disputed: '50000.01', open: '300000.00' });
  await say(large, 'rejected').expect(200);
  expect(await acts()).toEqual([]);
  const [first, second, third] = [await raise('30000.00'), await raise('20000.00'), await raise('0.01')];
  await say(first, 'upheld').expect(200);
  await say(second, 'part-upheld').expect(200);
  const sum = await say(third, 'upheld').expect(202);
  expect(sum.body).toMatchObject({ amount: '50000.01', what: { amount: '0.01', together: '50000.01', invoice: 'DU-1-A' } });
  const { id } = sum.body as { id: string };
  for (const role of ['credit_manager', 'finance_director'] as const)
    await world.as(role).post(`/v1/pending-acts/${id}/decision`, { verdict: 'approve', reason: 'agreed' }).expect(200);
  expect(await states()).toEqual(['rejected', 'upheld', 'part-upheld', 'upheld']);
  // What two persons agreed to is not counted again.
  expect((await say(await raise('0.02'), 'upheld').expect(202)).body).toMatchObject({ amount: '50000.02' });
});

test('an extension of time is an act of its own: dunned as before until a second person agrees, then due later, limitation as it was', async () => {
  await world.customer('EX-1', { type: 'dealer' });
  const item = await owes('EX-1', 'EX-1-A', '1000.00');
  const before = await world.read(item);
  const { contacts } = (await world.as('collector').get('/v1/customers/EX-1').expect(200)).body as { contacts: { id: string }[] };
  const by = contacts[0]?.id ?? '';
  const ask = (dueDate: string, more: object = {}) =>
    world
      .as('credit_officer')
      .post(`/v1/receivables/${item}/extensions`, { dueDate, by, note: 'short of cash', reason: 'agreed', ...more });
  const early = await ask('2025-12-31').expect(422);
  expect(early.body).toMatchObject({ errors: [{ pointer: '/dueDate' }] });
  expect((await ask('2026-12-31', { by: 'nobody' }).expect(422)).body).toMatchObject({ errors: [{ pointer: '/by' }] });
  const { id, ...asked } = (await ask('2026-12-31').expect(202)).body as { id: string };
  expect(asked).toMatchObject({
    kind: 'extension',
    days: 365,
    booked: false,
    what: { dueDate: '2026-12-31', note: 'short of cash' },
  });
  await world.settled();
  expect(await world.read(item)).toMatchObject({ dueDate: '2025-12-31' });
  expect((await world.read(item))['plan']).not.toMatchObject({ code: 'second-person' });
  await world.as('credit_officer').post(`/v1/pending-acts/${id}/decision`, { verdict: 'approve', reason: 'x' }).expect(409);
  await agreed({ id });
  await world.as('finance_director').post(`/v1/pending-acts/${id}/decision`, { verdict: 'approve', reason: 'x' }).expect(200);
  await world.settled();
  expect(await world.read(item)).toMatchObject({ dueDate: '2026-12-31', limitation: before['limitation'] });
  // An ERP that knows of no extension sends the day from before it: the time that was given stays.
  await owes('EX-1', 'EX-1-A', '900.00');
  expect(await world.read(item)).toMatchObject({ dueDate: '2026-12-31', open: '900.00' });
  await owes('EX-1', 'EX-1-A', '900.00', { due: '2026-11-30' });
  expect(await world.read(item)).toMatchObject({ dueDate: '2026-11-30' });
});

describe('an invoice that an ERP makes smaller or later', () => {
  const put = (customer: string, id: string, parts: [no: number, amount: string, dueDate: string][]) =>
    world.as('erp').put(`/v1/invoices/${id}`, {
      ...{ customer, number: id, issueDate: '2025-12-01', currency: 'CNY', ladder: 'dealer' },
      amount: parts.reduce((sum, [, amount]) => sum + Number(amount), 0).toFixed(2),
      instalments: parts.map(([no, amount, dueDate]) => ({ no, amount, dueDate })),
    });
  const itemsOf = async (id: string) =>
    (
      (await world.as('collector').get(`/v1/invoices/${id}`).expect(200)).body as {
        receivables: { id: string; instalment: number; dueDate: string; open: string }[];
      }
    ).receivables;
  const waiting = async (customer: string) =>
    (
      (await world.as('auditor').get(`/v1/pending-acts?customer=${customer}&state=pending`).expect(200)).body as {
        data: { id: string; kind: string; amount: string; days: number | null; what: object }[];
      }
    ).data;
  const approve = async (id: string, ...roles: ('credit_manager' | 'finance_director')[]) => {
    for (const role of roles)
      await world.as(role).post(`/v1/pending-acts/${id}/decision`, { verdict: 'approve', reason: 'agreed' }).expect(200);
  };

  test('beyond policy waits for a second person: the difference is not asked for, the rest is as it was; the old amount again ends it', async () => {
    await world.customer('LO-1', { type: 'dealer' });
    await put('LO-1', 'LO-1-A', [[1, '200000.00', '2026-02-15']]).expect(201);
    await put('LO-1', 'LO-1-A', [[1, '150000.00', '2026-02-15']]).expect(200);
    expect(await itemsOf('LO-1-A')).toMatchObject([{ open: '150000.00' }]);
    await put('LO-1', 'LO-1-A', [[1, '1000.00', '2026-02-15']]).expect(200);
    expect(await itemsOf('LO-1-A')).toMatchObject([{ open: '150000.00' }]);
    const [act, ...others] = await waiting('LO-1');
    expect(others).toEqual([]);
    expect(act).toMatchObject({ kind: 'invoice-correction', what: { lowered: '149000.00', invoice: 'LO-1-A' } });
    await put('LO-1', 'LO-1-A', [[1, '1000.00', '2026-02-15']]).expect(200);
    expect((await waiting('LO-1')).map(({ id }) => id)).toEqual([act?.id]);
    await put('LO-1', 'LO-1-A', [[1, '150000.00', '2026-02-15']]).expect(200);
    expect(await waiting('LO-1')).toEqual([]);
    await put('LO-1', 'LO-1-A', [[1, '1000.00', '2026-02-15']]).expect(200);
    await approve((await waiting('LO-1'))[0]?.id ?? '', 'credit_manager', 'finance_director');
    expect(await itemsOf('LO-1-A')).toMatchObject([{ open: '1000.00' }]);
  });

  test('once approved it says why the rest is not asked for, where that is another reason', async () => {
    await world.customer('LO-8', { type: 'dealer' });
    await put('LO-8', 'LO-8-A', [[1, '100000.00', '2026-02-15']]).expect(201);
    const [{ id } = { id: '' }] = await itemsOf('LO-8-A');
    await world.dispute(id, '90000.00');
    await put('LO-8', 'LO-8-A', [[1, '40000.00', '2026-02-15']]).expect(200);
    await world.settled();
    expect(await world.read(id)).toMatchObject({ open: '100000.00', plan: { code: 'second-person' } });
    await approve((await waiting('LO-8'))[0]?.id ?? '', 'credit_manager', 'finance_director');
    await world.settled();
    expect(await world.read(id)).toMatchObject({ open: '40000.00', plan: { code: 'disputed' } });
  });

  test('an instalment that is taken out and comes again later is a later day by another name: it waits, and limitation stays', async () => {
    await world.customer('LO-2', { type: 'dealer' });
    await put('LO-2', 'LO-2-A', [[1, '1000.00', '2026-02-01']]).expect(201);
    const [item] = await itemsOf('LO-2-A');
    const before = await world.read(item?.id ?? '');
    await put('LO-2', 'LO-2-A', [
      [2, '400.00', '2026-02-01'],
      [3, '600.00', '2026-05-01'],
    ]).expect(200);
    expect(await itemsOf('LO-2-A')).toMatchObject([{ instalment: 1, dueDate: '2026-02-01', open: '1000.00' }]);
    const [act] = await waiting('LO-2');
    expect(act).toMatchObject({ kind: 'invoice-correction', days: 89 });
    await world.settled();
    expect((await world.read(item?.id ?? ''))['plan']).toMatchObject({ code: 'second-person' });
    await approve(act?.id ?? '', 'credit_manager');
    const after = (await itemsOf('LO-2-A')).filter(({ open }) => open !== '0.00');
    expect(after).toMatchObject([
      { instalment: 2, dueDate: '2026-02-01' },
      { instalment: 3, dueDate: '2026-05-01' },
    ]);
    for (const { id } of after) expect((await world.read(id))['limitation']).toEqual(before['limitation']);
    await put('LO-2', 'LO-2-A', [
      [2, '400.00', '2026-02-01'],
      [4, '600.00', '2026-05-06'],
    ]).expect(200);
    expect(await waiting('LO-2')).toEqual([]);
  });

  test('amounts that a correction moves to a later instalment, added or there, are a later day by another name: they wait', async () => {
    await world.customer('LO-9', { type: 'dealer' });
    await put('LO-9', 'LO-9-A', [[1, '1000.00', '2026-02-01']]).expect(201);
    await put('LO-9', 'LO-9-A', [
      [1, '1.00', '2026-02-01'],
      [2, '999.00', '2027-02-01'],
    ]).expect(200);
    expect(await itemsOf('LO-9-A')).toMatchObject([{ instalment: 1, dueDate: '2026-02-01', open: '1000.00' }]);
    expect(await waiting('LO-9')).toMatchObject([{ kind: 'invoice-correction', days: 365, what: { moved: '999.00' } }]);
    await put('LO-9', 'LO-9-A', [
      [1, '400.00', '2026-02-01'],
      [2, '600.00', '2026-02-06'],
    ]).expect(200);
    expect(await waiting('LO-9')).toEqual([]);
    // Steps count from the day of what they stand for.
    await put('LO-9', 'LO-9-A', [
      [1, '400.00', '2026-02-01'],
      [2, '1.00', '2026-02-06'],
      [3, '599.00', '2026-02-11'],
    ]).expect(200);
    expect(await waiting('LO-9')).toMatchObject([{ kind: 'invoice-correction', what: { moved: '599.00' } }]);
    await put('LO-9', 'LO-9-A', [
      [1, '400.00', '2026-02-01'],
      [2, '600.00', '2026-02-06'],
      [3, '500.00', '2026-12-01'],
    ]).expect(200);
    expect(await waiting('LO-9')).toEqual([]);
    await put('LO-9', 'LO-9-A', [
      [1, '100.00', '2026-02-01'],
      [2, '600.00', '2026-02-06'],
      [3, '800.00', '2026-12-01'],
    ]).expect(200);
    expect(await waiting('LO-9')).toMatchObject([{ kind: 'invoice-correction', what: { moved: '300.00' } }]);
  });

  test('an instalment that the correction does not touch keeps its limitation; one that stands for another has that of the other', async () => {
    await world.customer('LO-3', { type: 'dealer' });
    await put('LO-3', 'LO-3-A', [
      [1, '1000.00', '2026-02-01'],
      [2, '500.00', '2026-06-01'],
    ]).expect(201);
    await put('LO-3', 'LO-3-A', [
      [3, '1000.00', '2026-05-01'],
      [2, '500.00', '2026-06-01'],
    ]).expect(200);
    await approve((await waiting('LO-3'))[0]?.id ?? '', 'credit_manager');
    const limitationOf = async (no: number) => {
      const part = (await itemsOf('LO-3-A')).find(({ instalment }) => instalment === no);
      return ((await world.read(part?.id ?? ''))['limitation'] as { expiresOn: string }).expiresOn;
    };
    expect(await limitationOf(2)).toBe('2029-06-01');
    // Alone, what came in place of the first has the first's.
    await put('LO-3', 'LO-3-A', [[3, '1000.00', '2026-05-01']]).expect(200);
    const act = (await waiting('LO-3'))[0]?.id;
    if (act !== undefined) await approve(act, 'credit_manager');
    expect(await limitationOf(3)).toBe('2029-02-01');
  });

  test('an instalment under a new number within the tolerance gives no new limitation, and small steps count from the agreed day', async () => {
    await world.customer('LO-4', { type: 'dealer' });
    await put('LO-4', 'LO-4-A', [[1, '1000.00', '2026-05-01']]).expect(201);
    await put('LO-4', 'LO-4-A', [[2, '1000.00', '2026-05-06']]).expect(200);
    expect(await waiting('LO-4')).toEqual([]);
    const part = (await itemsOf('LO-4-A')).find(({ instalment }) => instalment === 2);
    expect((await world.read(part?.id ?? ''))['limitation']).toMatchObject({ expiresOn: '2029-05-01' });
    await put('LO-4', 'LO-4-A', [[3, '1000.00', '2026-05-11']]).expect(200);
    expect(await waiting('LO-4')).toMatchObject([{ kind: 'invoice-correction', days: 10 }]);
  });

  test('in small steps waits as their sum does, credit notes on it among them; what a second person agreed to is not counted again', async () => {
    await world.customer('LO-5', { type: 'dealer' });
    const lower = (amount: string) => put('LO-5', 'LO-5-A', [[1, amount, '2026-02-15']]).expect(200);
    await put('LO-5', 'LO-5-A', [[1, '200000.00', '2026-02-15']]).expect(201);
    await lower('180000.00');
    const note = (id: string, amount: string) => {
      const of = { externalId: id, customer: 'LO-5', invoice: 'LO-5-A', amount, currency: 'CNY', issuedOn: '2026-01-05' };
      return world.as('erp').post('/v1/credit-notes', { ...of, reason: `price ${id}` });
    };
    await note('LO-5-N1', '30000.00').expect(201);
    expect(await waiting('LO-5')).toEqual([]);
    await lower('179999.00');
    const [act] = await waiting('LO-5');
    expect(act).toMatchObject({
      kind: 'invoice-correction',
      amount: '50001.00',
      what: { lowered: '1.00', together: '50001.00' },
    });
    expect(await itemsOf('LO-5-A')).toMatchObject([{ open: '150000.00' }]);
    expect((await note('LO-5-N2', '0.01').expect(202)).body).toMatchObject({
      ...{ kind: 'credit-note', amount: '50000.01' },
      what: { amount: '0.01', together: '50000.01' },
    });
    await approve(act?.id ?? '', 'credit_manager', 'finance_director');
    // Agreed: the invoice counts from here on, the note still does.
    await lower('170000.00');
    expect((await waiting('LO-5')).map(({ kind }) => kind)).toEqual(['credit-note']);
    expect(await itemsOf('LO-5-A')).toMatchObject([{ open: '140000.00' }]);
    await lower('400000.00');
    await lower('300000.00');
    expect((await waiting('LO-5')).map(({ kind }) => kind)).toContain('invoice-correction');
  });

  test('takes what is in dispute along to the instalments its amounts go to: never more than is open, resolved as one, as it was before that day', async () => {
    await world.customer('DM-1', { type: 'dealer' });
    const parts = (one: string, ...more: [number, string][]) =>
      put('DM-1', 'DM-1-A', [
        [1, one, '2026-06-01'],
        ...more.map(([no, amount]): [number, string, string] => [no, amount, '2026-06-05']),
      ]);
    await parts('1000.00', [2, '500.00']).expect(201);
    const [one, two] = await itemsOf('DM-1-A');
    const raise = (amount: string) =>
      world
        .as('collector')
        .post(`/v1/receivables/${one?.id}/disputes`, { amount, category: 'price', note: 'too dear' })
        .expect(201);
    const { id } = (await raise('900.00')).body as { id: string };
    const disputed = async () => (await world.balance('DM-1'))['disputed'];
    const disputesOn = async (item: string) =>
      ((await world.read(item))['disputes'] as { id: string; amount: string; state: string; role: string | null }[]).map(
        ({ amount, state, role }) => [amount, state, role],
      );
    const pastDay = await today();
    await world.step(addDays(pastDay, 1), 10);
    await parts('400.00', [2, '700.00'], [3, '400.00']).expect(200);
    await world.settled();
    const three = (await itemsOf('DM-1-A')).find(({ instalment }) => instalment === 3);
    expect(await disputesOn(one?.id ?? '')).toEqual([['400.00', 'open', 'credit_officer']]);
    expect(await disputesOn(two?.id ?? '')).toEqual([['200.00', 'open', 'credit_officer']]);
    expect(await disputesOn(three?.id ?? '')).toEqual([['300.00', 'open', 'credit_officer']]);
    expect(await disputed()).toBe('900.00');
    const aged = async (asOf: string) =>
      ((await world.as('auditor').get(`/v1/ageing?customer=DM-1&asOf=${asOf}`).expect(200)).body as { data: object[] }).data;
    expect(await aged(pastDay)).toMatchObject([{ open: '1500.00', disputed: '900.00' }]);
    // What leaves the invoice is disputed no more; where all of it goes the dispute goes too.
    await parts('0.00', [2, '700.00'], [3, '500.00']).expect(200);
    expect(await disputesOn(one?.id ?? '')).toEqual([]);
    expect(await disputed()).toBe('600.00');
    expect(await aged(pastDay)).toMatchObject([{ open: '1500.00', disputed: '900.00' }]);
    const upheld = { state: 'upheld', note: 'dearer than agreed' };
    await world.as('credit_officer').post(`/v1/disputes/${id}/resolution`, upheld).expect(200);
    expect([await disputesOn(two?.id ?? ''), await disputesOn(three?.id ?? '')].flat().map(([, state]) => state)).toEqual([
      'upheld',
      'upheld',
      'upheld',
    ]);
    const again = await world.as('credit_officer').post(`/v1/disputes/${id}/resolution`, upheld).expect(409);
    expect(again.body).toMatchObject({ code: 'dispute-closed' });
    expect(await disputed()).toBe('600.00');
    const told = (await world.as('auditor').get('/v1/customers/DM-1/timeline?limit=100').expect(200)).body as {
      data: { kind: string }[];
    };
    expect(told.data.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['dispute.followed', 'dispute.lowered']));
  });

  test('takes what was promised along to the instalments its amounts go to: each part is kept or broken by the money on it', async () => {
    await world.customer('PM-1', { type: 'dealer' });
    const promises = async (no: number) =>
      ((await world.read(`PM-1-A:${no}`))['promises'] as { amount: string; state: string }[]).map(({ amount, state }) => [
        amount,
        state,
      ]);
    await put('PM-1', 'PM-1-A', [[1, '1000.00', '2026-06-01']]).expect(201);
    const [item] = await itemsOf('PM-1-A');
    const on = addDays(await today(), 2);
    await world.promise(item?.id ?? '', '1000.00', on);
    await put('PM-1', 'PM-1-A', [
      [1, '400.00', '2026-06-01'],
      [2, '600.00', '2026-06-05'],
    ]).expect(200);
    expect([await promises(1), await promises(2)]).toEqual([[['400.00', 'pending']], [['600.00', 'pending']]]);
    await put('PM-1', 'PM-1-A', [
      [1, '400.00', '2026-06-01'],
      [3, '600.00', '2026-06-05'],
    ]).expect(200);
    expect([await promises(2), await promises(3)]).toEqual([[['600.00', 'cancelled']], [['600.00', 'pending']]]);
    await pays('PM-1-P', 'PM-1', '400.00', {
      receivedOn: await today(),
      allocations: [{ invoice: 'PM-1-A', instalment: 1, amount: '400.00' }],
    });
    await world.step(addDays(on, 8), 10);
    expect([await promises(1), await promises(3)]).toEqual([[['400.00', 'kept']], [['600.00', 'broken']]]);
  });

  test('by another dunning procedure goes over to it as long as no step was taken; then it is refused by that field', async () => {
    await world.customer('LA-1', { type: 'dealer' });
    const put = (id: string, dueDate: string, ladder?: string) =>
      world.as('erp').put(`/v1/invoices/${id}`, {
        ...{ customer: 'LA-1', number: id, issueDate: '2025-12-01', currency: 'CNY', amount: '1000.00' },
        ...{ instalments: [{ no: 1, amount: '1000.00', dueDate }], ladder },
      });
    const planned = async (id: string) => {
      const [item] = await itemsOf(id);
      await world.settled();
      const { ladder, stage, plan } = await world.read(item?.id ?? '');
      return { ladder, stage, at: (plan as { at: string }).at.slice(0, 10) };
    };
    await put('LA-1-A', '2026-06-10', 'dealer').expect(201);
    expect(await planned('LA-1-A')).toEqual({ ladder: 'dealer', stage: 'scheduled', at: '2026-06-08' });
    await put('LA-1-A', '2026-06-10', 'public-hospital').expect(200);
    expect(await planned('LA-1-A')).toEqual({ ladder: 'public-hospital', stage: 'scheduled', at: '2026-06-03' });
    await put('LA-1-A', '2026-06-10').expect(200);
    expect(await planned('LA-1-A')).toMatchObject({ ladder: 'general-30', stage: 'scheduled' });
    await put('LA-1-B', '2025-12-31', 'dealer').expect(201);
    await world.step(addDays(await today(), 3), 11);
    const [begun] = await itemsOf('LA-1-B');
    const refused = await put('LA-1-B', '2025-12-31', 'public-hospital').expect(409);
    expect(refused.body).toMatchObject({ code: 'dunning-begun', errors: [{ pointer: '/ladder' }] });
    expect(await world.read(begun?.id ?? '')).toMatchObject({ ladder: 'dealer' });
  });

  test('by discount terms it did not have, higher or for longer, waits as a smaller one does', async () => {
    await world.customer('LO-6', { type: 'dealer' });
    const send = (terms: object, status = 200) => {
      const body = { customer: 'LO-6', number: 'LO-6-A', issueDate: '2026-01-02', currency: 'CNY', amount: '2000000.00', terms };
      return world.as('erp').put('/v1/invoices/LO-6-A', body).expect(status);
    };
    const [one, three] = ['1', '3'].map((discountPercent) => ({ days: 30, discountPercent, discountDays: 10 }));
    await send({ days: 30 }, 201);
    const [{ id } = { id: '' }] = await itemsOf('LO-6-A');
    await send(three ?? {});
    const [act] = await waiting('LO-6');
    expect(act).toMatchObject({ kind: 'invoice-correction', amount: '60000.00', what: { lowered: '60000.00' } });
    expect(await world.read(id)).toMatchObject({ discount: null, open: '2000000.00' });
    await send(one ?? {});
    expect(await waiting('LO-6')).toEqual([]);
    expect(await world.read(id)).toMatchObject({ discount: { amount: '20000.00' } });
    await send({ ...one, discountDays: 12 });
    expect(await waiting('LO-6')).toEqual([]);
    await send(three ?? {});
    expect(await waiting('LO-6')).toMatchObject([{ amount: '60000.00', what: { lowered: '40000.00', together: '60000.00' } }]);
    await approve((await waiting('LO-6'))[0]?.id ?? '', 'credit_manager', 'finance_director');
    expect(await world.read(id)).toMatchObject({ discount: { amount: '60000.00' } });
    await send({ ...three, discountDays: 30 });
    expect(await waiting('LO-6')).toMatchObject([{ what: { lowered: '60000.00' } }]);
  });

  test('a new invoice with a discount above policy that its customer does not have comes in without it, and waits for a second person', async () => {
    await world.customer('LO-7', { type: 'dealer' });
    const send = (number: string, amount: string, status = 201) => {
      const terms = { days: 30, discountPercent: '50', discountDays: 30 };
      const body = { customer: 'LO-7', number, issueDate: '2026-01-02', currency: 'CNY', amount, terms };
      return world.as('erp').put(`/v1/invoices/${number}`, body).expect(status);
    };
    await send('LO-7-S', '100000.00');
    const small = (await itemsOf('LO-7-S'))[0]?.id ?? '';
    expect(await world.read(small)).toMatchObject({ discount: { amount: '50000.00' } });
    // Made larger afterwards it lets off as much as if it had come so.
    await send('LO-7-S', '900000.00', 200);
    expect(await waiting('LO-7')).toMatchObject([{ amount: '400000.00', what: { invoice: 'LO-7-S' } }]);
    expect(await world.read(small)).toMatchObject({ discount: { amount: '50000.00' }, open: '100000.00' });
    await send('LO-7-S', '100000.00', 200);
    expect(await waiting('LO-7')).toEqual([]);
    await send('LO-7-A', '900000.00');
    const [{ id } = { id: '' }] = await itemsOf('LO-7-A');
    const [act, ...more] = await waiting('LO-7');
    expect(more).toEqual([]);
    expect(act).toMatchObject({ kind: 'invoice-correction', amount: '450000.00', what: { invoice: 'LO-7-A' } });
    await send('LO-7-A', '900000.00', 200);
    expect(await waiting('LO-7')).toMatchObject([{ id: act?.id }]);
    await pays('LO-7-P', 'LO-7', '450000.00', { reference: 'LO-7-A' });
    expect(await world.read(id)).toMatchObject({ discount: null, open: '450000.00' });
    await approve(act?.id ?? '', 'credit_manager', 'finance_director');
    expect(await world.read(id)).toMatchObject({ discount: { granted: '450000.00' }, open: '0.00' });
  });

  test('discount terms of a customer, new, higher or for longer, wait for a second person, whatever else of it is written', async () => {
    const send = (terms: object, name = 'DT-1') =>
      world.as('erp').put('/v1/customers/DT-1', { name, type: 'dealer', region: 'SH', currency: 'CNY', terms });
    const read = async () => (await world.as('auditor').get('/v1/customers/DT-1').expect(200)).body as { name: string };
    const bill = async (id: string) => {
      const body = { customer: 'DT-1', number: id, issueDate: '2026-01-02', currency: 'CNY', amount: '1000.00' };
      await world.as('erp').put(`/v1/invoices/${id}`, body).expect(201);
      return world.read((await itemsOf(id))[0]?.id ?? '');
    };
    const [none, two] = [
      { days: 30, from: 'invoiceDate' },
      { days: 30, from: 'invoiceDate', discountPercent: '2', discountDays: 10 },
    ];
    await send(two).expect(201);
    expect(await read()).toMatchObject({ terms: none });
    const [act] = await waiting('DT-1');
    expect(act).toMatchObject({ kind: 'customer-terms', what: { customer: 'DT-1', discountPercent: '2', discountDays: 10 } });
    expect((await send(two).expect(200)).body).toMatchObject({ changed: false });
    await send(two, 'Renamed').expect(200);
    expect(await read()).toMatchObject({ name: 'Renamed', terms: none });
    expect((await waiting('DT-1')).map(({ id }) => id)).toEqual([act?.id]);
    expect(await bill('DT-1-A')).toMatchObject({ discount: null });
    await approve(act?.id ?? '', 'credit_manager');
    expect(await read()).toMatchObject({ terms: two });
    expect(await bill('DT-1-B')).toMatchObject({ discount: { amount: '20.00' } });
    await send({ ...two, discountDays: 11 }).expect(200);
    await send({ ...two, discountPercent: '3' }).expect(200);
    expect(await read()).toMatchObject({ terms: two });
    expect(await waiting('DT-1')).toMatchObject([{ what: { discountPercent: '3', discountDays: 10 } }]);
    await send({ ...two, discountPercent: '1' }).expect(200);
    expect(await read()).toMatchObject({ terms: { discountPercent: '1' } });
    expect(await waiting('DT-1')).toEqual([]);
  });

  test('longer terms of a customer wait for a second person, unless they were granted; shorter ones come in at once', async () => {
    const id = await world.customer('LT-1', { type: 'dealer' });
    const send = (terms: object) =>
      world
        .as('erp')
        .put('/v1/customers/LT-1', { name: 'LT-1', type: 'dealer', region: 'SH', currency: 'CNY', terms })
        .expect(200);
    const terms = async () => ((await world.as('auditor').get('/v1/customers/LT-1').expect(200)).body as { terms: object }).terms;
    const asked = async () => (await waiting('LT-1')).map(({ what }) => what);
    await send({ days: 30 });
    expect([await terms(), await asked()]).toMatchObject([{ days: 30 }, []]);
    await send({ days: 365 });
    expect([await terms(), await asked()]).toMatchObject([{ days: 30 }, [{ days: 365 }]]);
    // A month more, or time that counts from the month's end, is longer as well, and takes the place of what waits.
    await send({ days: 30, from: 'endOfMonth' });
    expect([await terms(), await asked()]).toMatchObject([{ days: 30 }, [{ days: 30, from: 'endOfMonth' }]]);
    await send({ days: 0, months: 2 });
    expect([await terms(), await asked()]).toMatchObject([{ days: 30 }, [{ months: 2 }]]);
    const [act] = await waiting('LT-1');
    await approve(act?.id ?? '', 'credit_manager');
    expect(await terms()).toMatchObject({ months: 2 });
    await send({ days: 10 });
    expect([await terms(), await asked()]).toMatchObject([{ days: 10 }, []]);
    await world.store.db.insertInto('credit_profile').values({ customer_id: id, max_terms_days: 90 }).execute();
    await send({ days: 90 });
    expect([await terms(), await asked()]).toMatchObject([{ days: 90 }, []]);
    await send({ days: 91 });
    expect([await terms(), await asked()]).toMatchObject([{ days: 90 }, [{ days: 91 }]]);
  });
});

test('promises that follow each other give no more time than one: a later day is an extension', async () => {
  await world.customer('PRM', { type: 'dealer' });
  await owes('PRM', 'PRM-1', '1000.00');
  const from = await today();
  const at = (days: number): string => addDays(from, days);
  const promise = (on: string) =>
    world.as('collector').post('/v1/receivables/PRM-1/promises', { amount: '1000.00', on, by: 'c1', note: '' });
  const { id } = (await promise(at(90)).expect(201)).body as { id: string };
  await world.step(at(20), 9);
  await world.as('collector').post(`/v1/promises/${id}/cancel`, { reason: 'asks for more' }).expect(200);
  const refused = await promise(at(91)).expect(422);
  expect(refused.body).toMatchObject({ code: 'promise-too-far', errors: [{ pointer: '/on' }] });
  expect((refused.body as { detail: string }).detail).toContain(at(90));
  await promise(at(90)).expect(201);
});

test('an issue date that a correction moved, and an instalment that it added, stand as they did before that day', async () => {
  await world.customer('D-4', { type: 'dealer' });
  const put = (issueDate: string, parts: [no: number, amount: string][]) =>
    world.as('erp').put('/v1/invoices/D-4-A', {
      ...{ customer: 'D-4', number: 'D-4-A', issueDate, currency: 'CNY', amount: '900.00', ladder: 'dealer' },
      instalments: parts.map(([no, amount]) => ({ no, amount, dueDate: '2026-06-01' })),
    });
  const posted = await today();
  const [first, second] = [addDays(posted, 2), addDays(posted, 4)];
  await put(addDays(posted, -1), [[1, '900.00']]).expect(201);
  await pays('D-4-P', 'D-4', '100.00', { receivedOn: posted, reference: 'D-4-A' });
  await world.step(first, 10);
  const before = { statement: await statement('D-4', posted), ageing: await ageing('D-4', posted) };
  expect(before).toMatchObject({ statement: { total: '800.00' }, ageing: [{ open: '800.00', balance: '800.00' }] });
  await put(first, [
    [1, '500.00'],
    [2, '400.00'],
  ]).expect(200);
  await world.step(second, 10);
  const told = ({ total, lines }: { total: string; lines: object[] }) => ({ total, lines });
  expect(told(await statement('D-4', posted))).toEqual(told(before.statement));
  expect(await ageing('D-4', posted)).toEqual(before.ageing);
  const after = await statement('D-4', first);
  expect(after).toMatchObject({
    total: '800.00',
    lines: [
      { amount: '400.00', date: first },
      { amount: '400.00', date: first },
    ],
  });
  const moved = await world
    .as('auditor')
    .get(`/v1/customers/D-4/movements?from=${addDays(posted, -2)}&to=${second}`)
    .expect(200);
  const { opening, closing, data } = moved.body as {
    opening: string;
    closing: string;
    data: { date: string; amount: string; kind: string }[];
  };
  expect([opening, closing]).toEqual(['0.00', '800.00']);
  expect(data.map(({ date, kind, amount }) => [date, kind, amount])).toEqual([
    [addDays(posted, -1), 'invoice', '900.00'],
    [posted, 'payment', '-100.00'],
  ]);
});
