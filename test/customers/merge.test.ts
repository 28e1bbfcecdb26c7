import { sql } from 'kysely';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addDays } from '../../domain/platform/calendar.ts';
import { outreachWorkflowId } from '../../domain/platform/subject.ts';
import { createApiKey } from '../../store/access/api-keys.ts';
import { findDrift } from '../../store/credit/drift.ts';
import { customerReferences } from '../../store/reconciliation/customer-merge-tables.ts';
import { joinTask } from '../../store/dunning/task-items.ts';
import { momentOf } from '../../store/platform/transaction.ts';
import { system } from '../support/actors.ts';
import { emailOf } from '../support/documents.ts';
import { openLedgerWorld } from '../support/ledger-world.ts';
import type { LedgerWorld } from '../support/ledger-world.ts';

let world: LedgerWorld;
beforeAll(async () => {
  world = await openLedgerWorld({ from: '2026-03-04' });
  const window = { validFrom: '2026-03-04', validUntil: '2026-03-31', reason: 'going live' };
  const { id } = (await world.as('credit_manager').post('/v1/go-live-windows', window).expect(202)).body as { id: string };
  await decide(id, 'finance_director');
});
afterAll(() => world.close());

const decide = (act: string, role: 'credit_manager' | 'finance_director' = 'credit_manager') =>
  world.as(role).post(`/v1/pending-acts/${act}/decision`, { verdict: 'approve', reason: 'looked at' });
const ask = (from: string, into: string, more: object = {}) =>
  world.as('credit_officer').post(`/v1/customers/${from}/merge`, { into, reason: 'merged by agreement', ...more });
const codeOf = ({ body }: { body: unknown }) => (body as { code: string }).code;
const get = async <T>(path: string) => (await world.as('auditor').get(path).expect(200)).body as T;
const limit = (of: string, amount: string) =>
  world
    .as('credit_manager')
    .post('/v1/credit-limits', { externalId: `L-${of}`, customer: of, amount, currency: 'CNY', reason: 'brought along' })
    .expect(201);
const order = (id: string, customer: string, amount: string, more: object = {}) =>
  world.as('erp').put(`/v1/orders/${id}`, {
    ...{ customer, currency: 'CNY', requestedShipDate: '2026-03-20' },
    lines: [{ line: 1, item: 'A-1', quantity: '1', unitPrice: amount }],
    ...more,
  });
const pay = (id: string, customer: string, amount: string, more: object = {}) =>
  world
    .as('erp')
    .post('/v1/payments', { externalId: id, customer, amount, currency: 'CNY', receivedOn: '2026-03-04', ...more })
    .expect(201);
async function merge(from: string, into: string): Promise<string> {
  const { id } = (await ask(from, into).expect(202)).body as { id: string };
  const done = await decide(id);
  expect(done.status, done.text).toBe(200);
  return id;
}

interface Balance {
  open: string;
  overdue: string;
  disputed: string;
  unapplied: string;
}
const balanceOf = async (of: string) =>
  (await get<{ balances: Balance[] }>(`/v1/customers/${of}`)).balances[0] ?? {
    ...{ open: '0.00', overdue: '0.00', disputed: '0.00', unapplied: '0.00' },
  };
const exposureOf = async (of: string) =>
  (await get<{ payer: { exposure: string; limit: string | null } | null }>(`/v1/customers/${of}/exposure?currency=CNY`)).payer;
const cents = (text: string): number => Math.round(Number(text) * 100);
const summed = (a: Balance, b: Balance) =>
  Object.fromEntries(
    (['open', 'overdue', 'disputed', 'unapplied'] as const).map((key) => [key, cents(a[key]) + cents(b[key])] as const),
  );
const nothing = { open: '0.00', overdue: '0.00', disputed: '0.00', unapplied: '0.00' };

test('every column that names a customer is in the list of what a merger does with it', async () => {
  const { rows } = await sql<{ name: string }>`
    select t.relname || '.' || a.attname as name from pg_class t join pg_attribute a on a.attrelid = t.oid and a.attnum > 0
    where t.relnamespace = 'public'::regnamespace and t.relkind = 'r' and (a.attname in ('customer_id', 'payer_id') or exists (
      select from pg_constraint k where k.contype = 'f' and k.confrelid = 'customer'::regclass and k.conrelid = t.oid and a.attnum = any(k.conkey)))`.execute(
    world.store.db,
  );
  expect(rows.map(({ name }) => name).sort()).toEqual(Object.keys(customerReferences).sort());
});

describe('a customer merged into another one', () => {
  const day = { issued: '2026-02-02', due: '2026-03-04' };
  let old: { id: string; items: string[] };

  test('hands over all it owes and owed to the cent, with steps taken, disputes, promises, money and orders', async () => {
    await world.customer('NEW');
    const id = await world.customer('OLD');
    await world.customer('BRANCH', { payer: 'OLD' });
    await limit('OLD', '50000.00');
    await limit('NEW', '90000.00');
    const items = [
      await world.invoice({ id: 'OLD-1', customer: 'OLD', amount: '1000.01', ...day }),
      await world.invoice({ id: 'OLD-2', customer: 'OLD', amount: '500.00', ...day }),
      await world.invoice({ id: 'OLD-3', customer: 'OLD', amount: '800.00', issued: '2026-02-20', due: '2026-03-25' }),
      await world.invoice({ id: 'OLD-4', customer: 'OLD', amount: '60.00', ...day }),
      await world.invoice({ id: 'OLD-5', customer: 'OLD', amount: '70.00', ...day }),
    ];
    old = { id, items };
    await world.invoice({ id: 'NEW-1', customer: 'NEW', amount: '250.00', ...day });
    await world.invoice({ id: 'BRANCH-1', customer: 'BRANCH', amount: '40.00', ...day });
    await pay('OLD-P1', 'OLD', '300.00', { allocations: [{ invoice: 'OLD-1', amount: '300.00' }] });
    await pay('OLD-P2', 'OLD', '150.50', { onAccount: true });
    await pay('OLD-P3', 'OLD', '60.00', { allocations: [{ invoice: 'OLD-4', amount: '60.00' }] });
    await world.writeOff(items[4] ?? '');
    await world.credit({ id: 'OLD-N1', customer: 'OLD', invoice: 'OLD-2', amount: '50.00', on: '2026-03-04' });
    await world.dispute(items[1] ?? '', '200.00');
    await world.promise(items[2] ?? '', '800.00', '2026-03-27');
    expect((await order('OLD-O1', 'OLD', '900.00')).body).toMatchObject({ decision: 'approved' });
    expect((await order('OLD-O2', 'OLD', '400.00', { prepaid: true })).body).toMatchObject({ decision: 'held' });
    await pay('OLD-P4', 'OLD', '100.00', { order: 'OLD-O2' });
    await exposureOf('NEW');
    await world.step('2026-03-05', 20);
    await world.settled();
    const taken = await world.rungs(items[0] ?? '');
    expect(taken).toContainEqual(expect.objectContaining({ rung: 'reminder-1', state: 'taken' }));
    const limitation = await get<{ limitation: unknown }>(`/v1/receivables/${items[0]}`);
    const before = { old: await balanceOf('OLD'), new: await balanceOf('NEW') };
    const exposed = [await exposureOf('OLD'), await exposureOf('NEW'), await exposureOf('BRANCH')];

    const asked = await ask('OLD', 'NEW', { evidence: { reference: 'M-2026-1' } }).expect(202);
    expect(asked.body).toMatchObject({ kind: 'customer-merge', state: 'pending', evidence: { reference: 'M-2026-1' } });
    const act = (asked.body as { id: string }).id;
    expect((await ask('OLD', 'NEW', { evidence: { reference: 'M-2026-1' } }).expect(202)).body).toMatchObject({ id: act });
    expect(
      codeOf(await world.as('credit_officer').post(`/v1/pending-acts/${act}/decision`, { verdict: 'approve', reason: 'me' })),
    ).toBe('own-request');
    expect(await balanceOf('OLD')).toEqual(before.old);
    const done = await decide(act);
    expect(done.body, done.text).toMatchObject({ state: 'approved', outcome: { customer: 'OLD', into: 'NEW' } });
    expect(await get(`/v1/pending-acts/${act}`)).toMatchObject({ state: 'approved' });
    await world.settled();

    const after = await balanceOf('NEW');
    expect(summed(after, nothing)).toEqual(summed(before.old, before.new));
    expect(await balanceOf('OLD')).toEqual(nothing);
    expect((await findDrift(world.store.db)).drift).toEqual([]);
    expect(cents((await exposureOf('NEW'))?.exposure ?? '')).toBe(
      cents(exposed[0]?.exposure ?? '') + cents(exposed[1]?.exposure ?? ''),
    );
    expect(await exposureOf('NEW')).toMatchObject({ limit: '90000.00' });
    expect(await exposureOf('OLD')).toMatchObject({ exposure: '0.00', limit: null });
    expect((await get<{ payer: string }>('/v1/customers/BRANCH')).payer).toBe('NEW');
    expect(await world.rungs(items[0] ?? '')).toEqual(taken);
    expect(await get(`/v1/receivables/${items[0]}`)).toMatchObject({ customer: 'NEW', limitation: limitation.limitation });
    expect(await get(`/v1/receivables/${items[1]}`)).toMatchObject({
      customer: 'NEW',
      disputes: [{ amount: '200.00', state: 'open' }],
    });
    expect(await get(`/v1/receivables/${items[2]}`)).toMatchObject({
      customer: 'NEW',
      promises: [{ amount: '800.00', state: 'pending' }],
    });
    expect(await get('/v1/orders/OLD-O1')).toMatchObject({ customer: 'NEW', decision: 'approved' });
    expect(await get('/v1/payments/OLD-P2')).toMatchObject({ customer: 'NEW', unapplied: '150.50' });
  });

  test('asks for no step again, closes its own outreach, and the next letter is one, to the other', async () => {
    await world.step('2026-03-12', 20);
    await world.settled();
    const { rows } = await sql<{ rung: string; n: number; to: string[] }>`
      select x.rung, count(*)::int as n, array_agg(m.address) as to from message_rung x join message m on m.id = x.message_id
      where x.receivable_id = ${old.items[0]}::uuid and x.attempt = 0 group by 1 order by 1`.execute(world.store.db);
    expect(rows).toEqual([
      { rung: 'reminder-1', n: 1, to: [emailOf('OLD')] },
      { rung: 'reminder-2', n: 1, to: [emailOf('NEW')] },
    ]);
    const outreach = await sql<{
      step: string;
    }>`select plan_step as step from outreach where customer_id = ${old.id}::uuid`.execute(world.store.db);
    expect(outreach.rows).toEqual([{ step: 'close' }]);
    await world.client.workflow.getHandle(outreachWorkflowId(old.id)).result();
  });

  test('stays readable under its code; what comes late under it lands at the other one', async () => {
    expect(await get('/v1/customers/OLD')).toMatchObject({ externalId: 'OLD', mergedInto: 'NEW', balances: [] });
    expect(await get('/v1/customers/NEW')).toMatchObject({ mergedInto: null });
    await world
      .as('erp')
      .put('/v1/invoices/OLD-9', {
        ...{ customer: 'OLD', number: 'OLD-9', issueDate: '2026-03-10', currency: 'CNY', amount: '77.00' },
      })
      .expect(201);
    expect(await get('/v1/invoices/OLD-9')).toMatchObject({ customer: 'NEW' });
    expect((await pay('OLD-P9', 'OLD', '77.00', { reference: 'OLD-9', receivedOn: '2026-03-12' })).body).toMatchObject({
      ...{ unapplied: '0.00', allocations: [{ amount: '77.00' }] },
    });
    const note = {
      externalId: 'OLD-N9',
      customer: 'OLD',
      amount: '5.00',
      currency: 'CNY',
      issuedOn: '2026-03-12',
      onAccount: true,
    };
    await world
      .as('erp')
      .post('/v1/credit-notes', { ...note, reason: 'bonus' })
      .expect(201);
    const back = {
      customer: 'OLD',
      payment: 'OLD-P9',
      amount: '7.00',
      currency: 'CNY',
      paidOn: '2026-03-12',
      reason: 'too much',
    };
    await world
      .as('erp')
      .post('/v1/refunds', { externalId: 'OLD-R9', ...back })
      .expect(201);
    await world.as('erp').post('/v1/refunds/OLD-R9/reverse', { reason: 'account closed' }).expect(200);
    await world.as('erp').post('/v1/payments/OLD-P9/allocate', {}).expect(200);
    expect((await order('OLD-O9', 'OLD', '10.00')).status).toBe(201);
    expect(await get('/v1/orders/OLD-O9')).toMatchObject({ customer: 'NEW' });
    expect((await order('OLD-O1', 'OLD', '900.00')).status).toBe(200);
    // Two reads one after the other: what was just paid must have closed before the first.
    await world.settled();
    for (const list of ['receivables', 'invoices', 'payments', 'credit-notes', 'orders', 'tasks', 'messages', 'audit', 'ageing'])
      expect(await get(`/v1/${list}?customer=OLD`), list).toEqual(await get(`/v1/${list}?customer=NEW`));
    const actions = await get<{ data: { action: string; customer: string }[] }>('/v1/audit?customer=NEW&limit=200');
    expect(actions.data).toContainEqual(expect.objectContaining({ action: 'customer.merged', customer: 'OLD' }));
    expect(actions.data).toContainEqual(expect.objectContaining({ action: 'customer.took-over', customer: 'NEW' }));
    expect(actions.data).toContainEqual(expect.objectContaining({ action: 'invoice.posted', customer: 'OLD' }));
    const told = await get<{ data: { words: string }[] }>('/v1/customers/NEW/timeline');
    expect(told.data.map(({ words }) => words)).toContain('Customer OLD merged into NEW');
    const document = { name: 'Other name', type: 'other', region: 'SH', currency: 'CNY', terms: { days: 30 } };
    expect((await world.as('erp').put('/v1/customers/OLD', document).expect(409)).body).toMatchObject({
      code: 'customer-merged',
    });
    await world
      .as('erp')
      .put('/v1/customers/BRANCH', { ...document, payer: 'OLD' })
      .expect(200);
    expect((await get<{ payer: string }>('/v1/customers/BRANCH')).payer).toBe('NEW');
    expect((await findDrift(world.store.db)).drift).toEqual([]);
  });

  test('is merged once: the same again is the same act, and no cycle or merged customer is taken', async () => {
    const again = await ask('OLD', 'NEW').expect(202);
    expect(again.body).toMatchObject({ state: 'approved' });
    await world.customer('THIRD');
    expect(codeOf(await ask('OLD', 'THIRD').expect(409))).toBe('customer-merged');
    expect((await ask('THIRD', 'OLD').expect(409)).body).toMatchObject({
      code: 'customer-merged',
      errors: [{ pointer: '/into' }],
    });
    expect(codeOf(await ask('NEW', 'OLD').expect(409))).toBe('customer-merged');
    expect(codeOf(await ask('THIRD', 'THIRD').expect(422))).toBe('into-itself');
    expect(codeOf(await ask('THIRD', 'NOBODY').expect(422))).toBe('customer-unknown');
    const total = cents((await balanceOf('NEW')).open);
    const late = Array.from({ length: 8 }, (_, at) => [
      world.as('erp').put(`/v1/invoices/RACE-${at}`, {
        ...{ customer: 'NEW', number: `RACE-${at}`, issueDate: '2026-03-10', currency: 'CNY', amount: '1.00' },
      }),
      order(`RACE-O${at}`, 'NEW', '2.00'),
    ]).flat();
    const [, ...answers] = await Promise.all([merge('NEW', 'THIRD'), ...late]);
    expect(answers.map(({ status }) => status)).toEqual(late.map(() => 201));
    const { rows } = await sql`
      select o.external_id from sales_order o join customer c on c.id = o.customer_id where c.merged_into is not null
      union all select i.external_id from invoice i join customer c on c.id = i.customer_id where c.merged_into is not null`.execute(
      world.store.db,
    );
    expect(rows).toEqual([]);
    expect(await get('/v1/customers/OLD')).toMatchObject({ mergedInto: 'THIRD' });
    expect(cents((await balanceOf('THIRD')).open)).toBe(total + 800);
    expect((await get<{ data: unknown[] }>('/v1/receivables?customer=OLD')).data.length).toBeGreaterThan(4);
    expect((await findDrift(world.store.db)).drift).toEqual([]);
  });
});

test('a statement of a day before a merger tells each of the two its own, and no task about it is lost', async () => {
  const { today } = await momentOf(world.store.db, world.store);
  const says = { currency: 'CNY', asOf: addDays(today, -1) };
  const state = (customer: string, asOf = says.asOf) =>
    world.as('credit_officer').post('/v1/statements', { ...says, customer, asOf });
  await world.customer('S-NEW');
  await world.customer('S-OLD', { region: 'BJ' });
  const bill = { issued: '2026-03-01', due: '2026-04-30' };
  await world.invoice({ id: 'S-NEW-1', customer: 'S-NEW', amount: '9.00', ...bill });
  await world.invoice({ id: 'S-OLD-1', customer: 'S-OLD', amount: '70.00', ...bill });
  await merge('S-OLD', 'S-NEW');
  const own = (await state('S-OLD').expect(201)).body as { id: string };
  expect(own).toMatchObject({ customer: 'S-OLD', total: '70.00', lines: [{ number: 'S-OLD-1' }] });
  expect((await state('S-NEW').expect(201)).body).toMatchObject({ customer: 'S-NEW', total: '9.00' });
  expect((await state('S-OLD').expect(200)).body).toMatchObject({ id: own.id, state: 'open' });
  expect((await state('S-OLD', today).expect(201)).body).toMatchObject({ customer: 'S-NEW', total: '79.00' });
  const { data } = await get<{ data: { kind: string; why: { statement?: string } }[] }>('/v1/tasks?customer=S-OLD');
  expect(data).toContainEqual(
    expect.objectContaining({ kind: 'statement-send', why: expect.objectContaining({ statement: own.id }) }),
  );
  const { secret } = await createApiKey(world.store, { name: 'SH', role: 'credit_officer', scope: { regions: ['SH'] } });
  const near = await request(world.app)
    .post('/v1/statements')
    .set('Authorization', `Bearer ${secret}`)
    .send({ ...says, customer: 'S-OLD' });
  expect([near.status, codeOf(near)]).toEqual([422, 'customer-unknown']);
  const answer = { verdict: 'confirmed', answeredOn: today, by: 'c1', channel: 'letter', evidence: { reference: 'seal' } };
  await world.as('credit_officer').post(`/v1/statements/${own.id}/answers`, answer).expect(201);
  expect(await get(`/v1/statements/${own.id}`)).toMatchObject({ customer: 'S-OLD', state: 'agreed' });
});

test('a customer’s statement of a day before its merger is held against its own books of then, the other one’s against that one’s', async () => {
  const { today } = await momentOf(world.store.db, world.store);
  const asOf = addDays(today, -1);
  const bill = { issued: '2026-03-01', due: '2026-04-30' };
  await world.customer('T-NEW');
  await world.customer('T-OLD', { region: 'BJ' });
  await world.invoice({ id: 'T-NEW-1', customer: 'T-NEW', amount: '9.00', ...bill });
  await world.invoice({ id: 'T-OLD-1', customer: 'T-OLD', amount: '70.00', ...bill });
  await world.invoice({ id: 'T-OLD-2', customer: 'T-OLD', amount: '31.00', ...bill });
  await pay('T-OLD-P', 'T-OLD', '20.00', { receivedOn: '2026-03-02', onAccount: true });
  await merge('T-OLD', 'T-NEW');
  const bills = (...lines: [string, string][]) =>
    lines.map(([number, amount]) => ({ kind: 'invoice', number, date: '2026-03-01', amount }));
  const paid = { kind: 'payment', number: 'T-OLD-P', date: '2026-03-02', amount: '20.00' };
  const own = bills(['T-OLD-1', '70.00'], ['T-OLD-2', '31.00']);
  const send = (externalId: string, customer: string, lines: object[], more: object = {}) =>
    world
      .as('credit_officer')
      .post('/v1/customer-statements', { externalId, customer, currency: 'CNY', basis: 'open-items', asOf, lines, ...more });
  type Theirs = { id: string; customer: string; state: string; differences: { id: string; number: string; state: string }[] };
  const taken = async (...what: Parameters<typeof send>) => (await send(...what).expect(201)).body as Theirs;

  const agreed = { customer: 'T-OLD', state: 'settled', differences: [] };
  expect(await taken('T-1', 'T-OLD', [...own, paid])).toMatchObject(agreed);
  const moved = { basis: 'movements', from: '2026-03-01' };
  expect(await taken('T-2', 'T-OLD', [...own, paid], moved)).toMatchObject(agreed);
  expect(await taken('T-3', 'T-NEW', bills(['T-NEW-1', '9.00']))).toMatchObject({ ...agreed, customer: 'T-NEW' });
  expect(await taken('T-4', 'T-NEW', bills(['T-NEW-1', '9.00']), moved)).toMatchObject({ ...agreed, customer: 'T-NEW' });
  expect(await taken('T-5', 'T-OLD', [...own, paid, ...bills(['T-NEW-1', '9.00'])], { asOf: today })).toMatchObject({
    ...agreed,
    customer: 'T-NEW',
  });
  expect((await send('T-1', 'T-OLD', [...own, paid]).expect(200)).body).toMatchObject(agreed);

  const less = await taken('T-6', 'T-OLD', [...bills(['T-OLD-1', '70.00'], ['T-OLD-2', '20.00']), paid]);
  expect(less).toMatchObject({ state: 'open', differences: [{ number: 'T-OLD-2', state: 'open' }] });
  const said = { kind: 'accept-theirs', receivable: 'T-OLD-2', reason: 'they are right' };
  const adjust = world.as('credit_officer').post(`/v1/differences/${less.differences[0]?.id}/adjustments`, said);
  const { id } = (await adjust.expect(201)).body as { id: string };
  const verdict = { verdict: 'approve', reason: 'looked at' };
  await world.as('credit_manager').post(`/v1/adjustments/${id}/decision`, verdict).expect(200);
  expect(await get(`/v1/customer-statements/${less.id}`)).toMatchObject({ state: 'settled' });
  expect(await balanceOf('T-NEW')).toMatchObject({ disputed: '11.00' });

  const { secret } = await createApiKey(world.store, { name: 'SH2', role: 'credit_officer', scope: { regions: ['SH'] } });
  const near = await send('T-7', 'T-OLD', own).set('Authorization', `Bearer ${secret}`);
  expect([near.status, codeOf(near)]).toEqual([422, 'customer-unknown']);
});

test('a merger takes nobody off a list, and makes one of two open legal cases', async () => {
  const facts = (reference: string) => ({
    facts: [
      {
        ...{ name: 'listed', asOf: '2026-03-01', evidence: { reference } },
        value: [{ list: 'dishonest', since: '2026-02-01', reference }],
      },
    ],
  });
  const items: string[] = [];
  for (const code of ['B-OLD', 'B-NEW']) {
    const id = await world.customer(code);
    items.push(await world.invoice({ id: `${code}-1`, customer: code, amount: '9.00', issued: '2026-03-01', due: '2026-04-30' }));
    await world.as('credit_officer').post(`/v1/customers/${code}/facts`, facts(code)).expect(200);
    await sql`
      with k as (insert into legal_case (customer_id, currency, opened_at) values (${id}::uuid, 'CNY', now()) returning id)
      insert into legal_case_receivable (legal_case_id, receivable_id, joined_at) select id, ${items.at(-1)}::uuid, now() from k`.execute(
      world.store.db,
    );
  }
  await merge('B-OLD', 'B-NEW');
  const { rows } = await sql<{ told: { reference: string }[]; listed: object[] }>`
    select f.value as told, p.listed from credit_profile p join customer c on c.id = p.customer_id
      join profile_fact f on f.customer_id = c.id and f.name = 'listed' and f.superseded_at is null where c.external_id = 'B-NEW'`.execute(
    world.store.db,
  );
  expect(rows[0]?.told.map(({ reference }) => reference).sort()).toEqual(['B-NEW', 'B-OLD']);
  expect(rows[0]?.listed).toHaveLength(2);
  const cases = await get<{ data: { state: string; receivables: { id: string }[] }[] }>('/v1/legal-cases?customer=B-OLD');
  const open = cases.data.filter(({ state }) => state !== 'closed');
  expect(open.map(({ receivables }) => receivables.length)).toEqual([2]);
  const record = await get<{ data: object[] }>('/v1/audit?customer=B-NEW&limit=200');
  expect(record.data).toContainEqual(
    expect.objectContaining({ action: 'legal-case.closed', customer: 'B-OLD', reason: 'merged' }),
  );
  expect(record.data).toContainEqual(
    expect.objectContaining({ action: 'legal-case.joined', customer: 'B-NEW', after: { receivable: items[0] } }),
  );
});

test('a merger leaves one call to make, and what falls due after it joins that', async () => {
  const owes = async (customerCode: string, no: number) => {
    const id = `${customerCode}-${no}`;
    return world.invoice({ id, customer: customerCode, amount: '9.00', issued: '2026-03-01', due: '2026-04-30' });
  };
  const dueForCall = async (customerCode: string, customerId: string, receivableId: string) => {
    const at = await momentOf(world.store.db, world.store);
    const item = { receivableId, customerId, customerCode, rung: 'call' };
    await world.store.db
      .transaction()
      .execute((tx) => joinTask({ tx, store: world.store, at, actor: system }, 'collector-call', item));
  };
  const calls = async () => {
    const { data } = await get<{ data: { kind: string; items: { about: string; leftAt: null }[] }[] }>(
      '/v1/tasks?customer=C-NEW',
    );
    return data.filter(({ kind }) => kind === 'collector-call').map(({ items }) => items.map(({ about }) => about));
  };
  const into = await world.customer('C-NEW');
  for (const code of ['C-OLD', 'C-NEW']) {
    const id = code === 'C-NEW' ? into : await world.customer(code);
    await dueForCall(code, id, await owes(code, 1));
  }
  await merge('C-OLD', 'C-NEW');
  await world.settled();
  expect(await calls()).toEqual([['C-NEW-1/1', 'C-OLD-1/1']]);
  await dueForCall('C-NEW', into, await owes('C-NEW', 2));
  expect(await calls()).toEqual([['C-NEW-1/1', 'C-NEW-2/1', 'C-OLD-1/1']]);
});

describe('a merger is refused', () => {
  test('where currencies differ, while something about the customer is being decided, and to whoever does not see both', async () => {
    await world.customer('A-CNY');
    await world.customer('A-USD', { currency: 'USD' });
    await world.customer('A-BJ', { region: 'BJ' });
    expect((await ask('A-USD', 'A-CNY').expect(422)).body).toMatchObject({
      ...{ code: 'currency-mismatch', errors: [{ pointer: '/into' }] },
    });
    const item = await world.invoice({ id: 'A-1', customer: 'A-CNY', amount: '10.00', issued: '2026-02-02', due: '2026-03-04' });
    const waiting = await world.as('finance_director').post(`/v1/receivables/${item}/write-off`, { reason: 'gone' }).expect(202);
    expect((await ask('A-CNY', 'A-BJ').expect(409)).body).toMatchObject({
      ...{ code: 'act-pending', detail: expect.stringContaining((waiting.body as { id: string }).id) },
    });
    const { secret } = await createApiKey(world.store, { name: 'SH', role: 'credit_officer', scope: { regions: ['SH'] } });
    const near = (from: string, to: string) =>
      request(world.app)
        .post(`/v1/customers/${from}/merge`)
        .set('Authorization', `Bearer ${secret}`)
        .send({ into: to, reason: 'r' });
    expect(codeOf(await near('A-CNY', 'A-BJ').expect(422))).toBe('customer-unknown');
    expect(codeOf(await near('A-BJ', 'A-CNY').expect(404))).toBe('not-found');
    await world.as('erp').post('/v1/customers/A-BJ/merge', { into: 'A-CNY', reason: 'r' }).expect(403);
    await world.customer('A-SH');
    const { id } = (await ask('A-SH', 'A-BJ').expect(202)).body as { id: string };
    const half = await createApiKey(world.store, { name: 'SH', role: 'credit_manager', scope: { regions: ['SH'] } });
    const decided = await request(world.app)
      .post(`/v1/pending-acts/${id}/decision`)
      .set('Authorization', `Bearer ${half.secret}`)
      .send({ verdict: 'approve', reason: 'r' });
    expect(decided.status).toBe(422);
    expect(await get(`/v1/pending-acts/${id}`)).toMatchObject({ state: 'pending' });
  });
});

test('a branch that becomes part of its payer is paid for no more: that one’s money pays, goes back and is refunded as ever', async () => {
  await world.customer('HQ');
  await world.customer('HQ-B', { payer: 'HQ' });
  const item = await world.invoice({ id: 'HQ-B-1', customer: 'HQ-B', amount: '400.00', issued: '2026-03-01', due: '2026-04-30' });
  await pay('HQ-P1', 'HQ', '150.00', { reference: 'HQ-B-1' });
  await merge('HQ-B', 'HQ');
  expect((await pay('HQ-P2', 'HQ-B', '200.00')).body).toMatchObject({ allocations: [{ receivableId: item }], unapplied: '0.00' });
  await world.as('erp').post('/v1/payments/HQ-P1/reverse', { reason: 'returned by the bank' }).expect(200);
  const refund = { externalId: 'HQ-R', customer: 'HQ', payment: 'HQ-P2', amount: '30.00', currency: 'CNY', paidOn: '2026-03-04' };
  await world
    .as('erp')
    .post('/v1/refunds', { ...refund, reason: 'too much' })
    .expect(201);
  expect(await world.read(item)).toMatchObject({ customer: 'HQ', open: '230.00' });
});
