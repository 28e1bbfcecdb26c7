import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { workflowId } from '../../domain/platform/subject.ts';
import { revokeApiKey } from '../../store/access/api-keys.ts';
import { findDrift } from '../../store/credit/drift.ts';
import { endOrder, putOrder } from '../../store/orders/orders.ts';
import { putSecurity } from '../../store/credit/securities.ts';
import { postPayment } from '../../store/ledger/payments.ts';
import { stepTo } from '../../store/platform/stepping.ts';
import { erp, system } from '../support/actors.ts';
import { openCreditWorld } from '../support/credit-world.ts';
import type { CreditWorld, Person } from '../support/credit-world.ts';
import { customerId, limitOf, orderOf } from '../support/credit.ts';
import { paymentOf } from '../support/documents.ts';
import { heldShipments } from '../support/held-shipments.ts';
import type { HeldShipments } from '../support/held-shipments.ts';
import { reasonsInHistories } from '../support/histories.ts';
import { until } from '../support/world.ts';

let world: CreditWorld;
let ships: HeldShipments;
let officer: Person;
let manager: Person;
let number = 0;
beforeAll(async () => {
  world = await openCreditWorld({ from: '2026-09-01T01:00:00.000Z' });
  officer = await world.person('credit_officer');
  manager = await world.person('credit_manager');
  ships = heldShipments(world.store, world, await world.person('auditor'));
}, 120_000);
afterAll(() => world.close());

const code = (): string => `SH-${(number += 1)}`;
const processOf = (id: string): string => workflowId('shipment-hold', id);
const ended = (id: string): Promise<unknown> => world.client.workflow.getHandle(processOf(id)).result();
const did = async (id: string): Promise<string[]> =>
  (await world.actions(id))
    .filter((action) => action !== 'shipment-hold.planned')
    .map((action) => action.replace('shipment-hold.', ''));
const orders = async (id: string): Promise<string[]> =>
  (
    await sql<{
      kind: string;
    }>`select kind from work_order where process = ${processOf(id)} and closed_at is null order by kind`.execute(world.store.db)
  ).rows.map(({ kind }) => kind);
const now = async (): Promise<string> =>
  String(((await (await world.person('admin')).get('/v1/clock')).body as { businessNow: string }).businessNow);

/** Held for an ended licence: no clause of the house covers it, so a person must name the ground. */
async function unlicensed(pieces: readonly number[] = [4]): Promise<string> {
  const customer = code();
  await ships.ordered(customer, pieces);
  await sql`insert into credit_profile (customer_id, licence_until) values (${await customerId(world.store, customer)}::uuid, '2026-08-31')
    on conflict (customer_id) do update set licence_until = excluded.licence_until`.execute(world.store.db);
  const { holdId } = await ships.ask(`${customer}-R`, `${customer}-O`, pieces);
  await ships.rests(holdId ?? '');
  return holdId ?? '';
}
/** A guarantee of which half counts. */
const guaranteeOf = (customer: string) => ({
  ...{ externalId: `${customer}-S`, customer, kind: 'guarantee' as const, currency: 'CNY', effect: 'lowers-exposure' as const },
  ...{ share: '0.5', validFrom: '2026-01-01', validUntil: null, evidence: null },
});
const byLaw = {
  ground: { kind: 'statutory', cause: 'business-worsened' },
  evidence: [{ what: 'Court notice on its accounts', reference: 'N-1' }],
};
const told = async () => ({ notice: { givenAt: await now(), arrivedAt: await now(), how: 'registered letter' } });

describe('goods that may not all leave', () => {
  it('stay by the clause of the house: the departments are told, notice is asked for, and a payment lets the rest ship by itself', async () => {
    const customer = code();
    await ships.ordered(customer, [5, 5], 60_000);
    const receivable = await world.invoice({
      id: `${customer}-I`,
      customer,
      amount: '300.00',
      issued: '2026-09-01',
      due: '2026-12-01',
    });
    expect(receivable).not.toBe('');
    const answer = await ships.ask(`${customer}-R`, `${customer}-O`, [5, 5]);
    expect(answer).toMatchObject({ decision: 'reduce', lines: [{ allowed: '3' }, { allowed: '0' }] });
    const id = answer.holdId ?? '';
    await ships.rests(id);
    expect(await ships.show(id)).toMatchObject({
      state: 'open',
      withheld: '700.00',
      ground: { kind: 'contract', by: 'policy', text: expect.stringContaining('credit limit') as string },
      missing: [{ part: 'notice' }],
      route: [
        { role: 'credit_officer', state: 'open' },
        { role: 'credit_manager', state: 'waiting' },
      ],
    });
    expect(await orders(id)).toEqual(['release-credit-officer', 'shipment-hold-logistics', 'shipment-hold-sales']);
    await postPayment(
      world.store,
      erp,
      paymentOf(`${customer}-P`, customer, { amountMinor: 30_000, receivedOn: '2026-09-01', reference: `${customer}-I` }),
    );
    await world.settled();
    expect(await ships.show(id)).toMatchObject({
      state: 'open',
      withheld: '400.00',
      lines: [{ allowed: '5' }, { allowed: '1' }],
    });
    await limitOf(world.store, customer, 100_000);
    await world.settled();
    expect(await ships.show(id)).toMatchObject({ state: 'shipped', withheld: '0.00', outcome: { act: 'judged' } });
    await ended(id);
    expect(await orders(id)).toEqual([]);
    expect(await ships.cents(`${customer}-O`)).toMatchObject({ reserved: 0, ordered: 100_000 });
    expect(await did(id)).toEqual(['told', 'grounded', 'eased', 'eased', 'shipped']);
  });

  it('news that changes nothing leaves them held, and the world comes to rest', async () => {
    const id = await ships.held(code(), [3], 10_000);
    await ships.rests(id);
    const before = await ships.show(id);
    await sql`update wake set asked = asked + 1 where subject = ${processOf(id)}`.execute(world.store.db);
    await sql`select pg_notify('duecourse', 'wake')`.execute(world.store.db);
    await world.settled();
    expect(await ships.show(id)).toEqual(before);
  });

  it('of a listed customer never ship by themselves; a person lets them', async () => {
    const customer = code();
    await ships.ordered(customer, [2]);
    const of = await customerId(world.store, customer);
    await sql`insert into credit_profile (customer_id, listed) values (${of}::uuid, '[{"list": "court", "since": "2026-01-01"}]')
      on conflict (customer_id) do update set listed = excluded.listed`.execute(world.store.db);
    const id = (await ships.ask(`${customer}-R`, `${customer}-O`, [2])).holdId ?? '';
    await ships.rests(id);
    await sql`update credit_profile set listed = '[]' where customer_id = ${of}::uuid`.execute(world.store.db);
    await world.settled();
    expect(await ships.show(id)).toMatchObject({ state: 'open', lines: [{ waiting: '2' }] });
    expect((await ships.act(officer, id, 'ship')).body).toMatchObject({
      state: 'open',
      route: [{ state: 'approved' }, { state: 'open' }],
    });
    expect((await ships.act(manager, id, 'ship')).body).toMatchObject({ state: 'shipped', lines: [{ allowed: '2' }] });
  });

  it('of a customer on a sanctions list are released by nobody, no money and no security; they ship when the listing ends', async () => {
    const customer = code();
    await ships.ordered(customer, [2]);
    const of = await customerId(world.store, customer);
    await sql`insert into credit_profile (customer_id, listed) values (${of}::uuid, '[{"list": "sanctions", "since": "2026-01-01"}]')
      on conflict (customer_id) do update set listed = excluded.listed`.execute(world.store.db);
    const id = (await ships.ask(`${customer}-R`, `${customer}-O`, [2])).holdId ?? '';
    await ships.rests(id);
    await ships.act(officer, id, 'ground', byLaw);
    await ships.act(officer, id, 'notice', await told());
    await putSecurity(world.store, erp, { ...guaranteeOf(customer), valueMinor: 80_000 }, null);
    await postPayment(
      world.store,
      erp,
      paymentOf(`${customer}-P`, customer, { amountMinor: 500_000, receivedOn: '2026-09-01', reference: null }),
    );
    await world.settled();
    for (const act of ['ship', 'reduce'])
      expect(await ships.act(officer, id, act, act === 'reduce' ? { lines: [{ line: 1, quantity: '1' }] } : {})).toMatchObject({
        ...{ status: 409, body: { code: 'sanctioned' } },
      });
    expect(await ships.show(id)).toMatchObject({ state: 'open', lines: [{ waiting: '2' }] });
    await sql`update credit_profile set listed = '[]', version = version + 1 where customer_id = ${of}::uuid`.execute(
      world.store.db,
    );
    await world.settled();
    expect(await ships.show(id)).toMatchObject({ state: 'shipped', outcome: { act: 'judged' } });
  });

  it('by a clause end with what it covers; what holds them then needs its own ground', async () => {
    const customer = code();
    await ships.ordered(customer, [2]);
    await world.invoice({ id: `${customer}-I`, customer, amount: '20000.00', issued: '2026-07-01', due: '2026-08-01' });
    const id = (await ships.ask(`${customer}-R`, `${customer}-O`, [2])).holdId ?? '';
    await ships.rests(id);
    expect((await ships.show(id)).ground).toMatchObject({ kind: 'contract', by: 'policy' });
    const of = await customerId(world.store, customer);
    await sql`insert into credit_profile (customer_id, grade) values (${of}::uuid, 'E')
      on conflict (customer_id) do update set grade = excluded.grade, version = credit_profile.version + 1`.execute(
      world.store.db,
    );
    await postPayment(
      world.store,
      erp,
      paymentOf(`${customer}-P`, customer, { amountMinor: 2_000_000, receivedOn: '2026-09-01', reference: `${customer}-I` }),
    );
    await world.settled();
    expect(await ships.show(id)).toMatchObject({ state: 'open', ground: null, reasons: [{ code: 'grade-held' }] });
    expect(await orders(id)).toContain('shipment-hold-ground');
    await ships.act(officer, id, 'ground', byLaw);
    await ships.act(officer, id, 'notice', await told());
    await putSecurity(world.store, erp, { ...guaranteeOf(customer), valueMinor: 40_000 }, null);
    await world.settled();
    expect(await ships.show(id)).toMatchObject({ state: 'shipped' });
  });

  it('of an order that is held ship by themselves once the order is approved', async () => {
    const customer = code();
    await ships.ordered(customer, [2]);
    await limitOf(world.store, customer, 20_000);
    const lines = [{ line: 1, item: 'A-1', productLine: null, quantity: '3', unitPrice: '100.00', amountMinor: 30_000 }];
    const order = orderOf(`${customer}-O`, customer, 1, { lines, requestedShipDate: '2026-10-20' });
    expect(await putOrder(world.store, erp, order, null)).toMatchObject({ decision: 'held' });
    const answer = await ships.ask(`${customer}-R`, `${customer}-O`, [3]);
    expect(answer).toMatchObject({ decision: 'hold', reasons: [{ code: 'order-not-approved' }] });
    await ships.rests(answer.holdId ?? '');
    await limitOf(world.store, customer, 30_000);
    await world.settled();
    expect(await ships.show(answer.holdId ?? '')).toMatchObject({ state: 'shipped' });
    expect(await ships.cents(`${customer}-O`)).toMatchObject({ reserved: 0, ordered: 30_000 });
  });

  it('are given up when their order ends, and the hold with them', async () => {
    const customer = code();
    const id = await ships.held(customer, [3], 10_000);
    await ships.rests(id);
    await endOrder(world.store, erp, `${customer}-O`, { as: 'cancelled', reason: 'no longer wanted' });
    await world.settled();
    expect(await ships.show(id)).toMatchObject({
      state: 'rescinded',
      outcome: { act: 'order-ended' },
      lines: [{ allowed: '0', dropped: '3', waiting: '0' }],
    });
    await ended(id);
    expect((await findDrift(world.store.db)).drift).toEqual([]);
  });

  it('behind another hold of the same customer ship when that has ended', async () => {
    const id = await unlicensed();
    const { customer } = (await ships.show(id)) as unknown as { customer: string };
    await sql`update credit_profile set licence_until = '2027-01-01' where customer_id = ${await customerId(world.store, customer)}::uuid`.execute(
      world.store.db,
    );
    await world.settled();
    expect((await ships.show(id)).state).toBe('shipped');
  });
});

describe('a hold by law', () => {
  it('without ground, evidence and notice is our own breach: nobody keeps, reduces or rescinds on it; shipping is always possible', async () => {
    const id = await unlicensed();
    expect(await orders(id)).toContain('shipment-hold-ground');
    const shown = await ships.show(id);
    expect(shown).toMatchObject({ ground: null, missing: [{ part: 'ground' }], why: { code: 'ground-wanted' } });
    expect(shown.why.text).toMatch(/our own breach/);
    const refused = async (what: string): Promise<void> => {
      for (const [act, more] of [
        ['keep', {}],
        ['rescind', {}],
        ['reduce', { lines: [{ line: 1, quantity: '1' }] }],
      ] as const)
        expect(await ships.act(officer, id, act, more)).toMatchObject({
          status: 422,
          body: {
            code: 'ground-missing',
            detail: expect.stringContaining(`${what} is missing`) as string,
            errors: [{ pointer: `/${what}` }],
          },
        });
    };
    await refused('ground');
    expect((await ships.act(officer, id, 'ground', { ground: byLaw.ground })).body).toMatchObject({
      missing: [{ part: 'evidence' }, { part: 'notice' }],
    });
    await refused('evidence');
    expect((await ships.act(officer, id, 'ground', { evidence: byLaw.evidence })).body).toMatchObject({
      missing: [{ part: 'notice' }],
    });
    expect(await orders(id)).not.toContain('shipment-hold-ground');
    await refused('notice');
    expect((await ships.act(officer, id, 'notice', await told())).body).toMatchObject({ missing: [] });
    expect((await ships.act(officer, id, 'keep')).body).toMatchObject({
      state: 'open',
      round: 2,
      route: [{ tier: 1, state: 'open' }, {}],
    });
    expect((await ships.act(officer, id, 'ship')).status).toBe(200);
    expect((await ships.act(manager, id, 'ship')).body).toMatchObject({ state: 'shipped' });
  });

  it('ends the contract only after the customer had time to answer, and never by whoever gave the ground; the cents are cancelled', async () => {
    const id = await unlicensed([4, 2]);
    await ships.act(officer, id, 'ground', byLaw);
    await ships.act(officer, id, 'notice', await told());
    expect(await ships.act(officer, id, 'rescind')).toMatchObject({ status: 409, body: { code: 'same-eyes' } });
    const other = await world.person('credit_officer');
    expect(await ships.act(other, id, 'rescind')).toMatchObject({ status: 409, body: { code: 'answer-awaited' } });
    const { respondBy, order } = (await ships.show(id)) as unknown as { respondBy: string; order: string };
    await stepTo(world.store, system, respondBy);
    await world.settled();
    expect(await did(id)).toContain('unanswered');
    expect((await ships.act(other, id, 'rescind')).body).toMatchObject({
      state: 'open',
      route: [{ state: 'declined' }, { state: 'open' }],
    });
    expect(await ships.act(manager, id, 'ship')).toMatchObject({ status: 422, body: { code: 'invalid' } });
    expect((await ships.act(manager, id, 'rescind')).body).toMatchObject({
      state: 'rescinded',
      lines: [{ dropped: '4' }, { dropped: '2' }],
    });
    await ended(id);
    expect(await ships.cents(order)).toMatchObject({ reserved: 0, ordered: 0, cancelled: 60_000 });
    expect((await findDrift(world.store.db)).drift).toEqual([]);
  });

  it('ends when security for the goods is given after the notice, whatever is overdue', async () => {
    const customer = code();
    await ships.ordered(customer, [4]);
    await world.invoice({ id: `${customer}-I`, customer, amount: '20000.00', issued: '2026-07-01', due: '2026-08-01' });
    const id = (await ships.ask(`${customer}-R`, `${customer}-O`, [4])).holdId ?? '';
    await ships.rests(id);
    expect((await ships.show(id)).ground).toMatchObject({ kind: 'contract', by: 'policy' });
    await ships.act(officer, id, 'ground', byLaw);
    await ships.act(officer, id, 'notice', await told());
    const security = guaranteeOf(customer);
    await putSecurity(world.store, erp, { ...security, valueMinor: 79_998 }, null);
    await world.settled();
    expect((await ships.show(id)).state).toBe('open');
    await putSecurity(world.store, erp, { ...security, valueMinor: 80_000 }, null);
    await world.settled();
    expect(await ships.show(id)).toMatchObject({ state: 'shipped' });
    await ended(id);
  });
});

describe('who decides, and when', () => {
  const held = async (): Promise<string> => {
    const id = await ships.held(code(), [3], 10_000);
    await ships.rests(id);
    return id;
  };

  it('by the approval matrix, tier by tier; not one who looks after the customer, has lost the role, or decided before', async () => {
    const id = await held();
    expect(await ships.act(manager, id, 'ship')).toMatchObject({ status: 409, body: { code: 'tier-exceeded' } });
    const own = await world.person('credit_officer', { owner: 'lin' });
    expect(await ships.act(own, id, 'ship')).toMatchObject({ status: 409, body: { code: 'own-customer' } });
    const far = await world.person('credit_officer', { regions: ['BJ'] });
    expect((await ships.act(far, id, 'ship')).status).toBe(404);
    const sales = await world.person('sales', { owner: 'lin' });
    expect((await ships.act(sales, id, 'ship')).status).toBe(403);
    const leaving = await world.person('credit_officer');
    await revokeApiKey(world.store, leaving.id, system, 'left the company');
    expect((await ships.act(leaving, id, 'ship')).status).toBe(401);
    expect((await ships.act(officer, id, 'ship')).status).toBe(200);
    expect(await ships.act(officer, id, 'ship')).toMatchObject({ status: 409, body: { code: 'already-decided' } });
  });

  it('not whose role was taken away while the act was under way', async () => {
    const id = await held();
    const leaving = await world.person('credit_officer');
    const client = new pg.Client({ connectionString: world.url });
    await client.connect();
    await client.query('begin');
    await client.query('select from customer where id = (select customer_id from shipment_hold where id = $1) for update', [id]);
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
    const pending = ships.act(leaving, id, 'ship');
    try {
      await until('it waits for the customer', async () => {
        const found = await sql<{ n: number }>`
          select count(*)::int as n from pg_stat_activity where ${rows[0]?.pid ?? 0} = any(pg_blocking_pids(pid))`.execute(
          world.store.db,
        );
        return (found.rows[0]?.n ?? 0) > 0;
      });
      await revokeApiKey(world.store, leaving.id, system, 'left the company');
    } finally {
      await client.query('commit');
      await client.end();
    }
    expect(await pending).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    expect((await ships.show(id)).route).toMatchObject([{ state: 'open' }, { state: 'waiting' }]);
  });

  it('on the account as it was looked at', async () => {
    const id = await held();
    const { exposureVersion } = await ships.show(id);
    expect(await ships.act(officer, id, 'ship', { exposureVersion: exposureVersion - 1 })).toMatchObject({
      status: 409,
      body: { code: 'stale-exposure' },
    });
    expect((await ships.show(id)).lines).toMatchObject([{ waiting: '2' }]);
  });

  it('less than waits, line by line; the rest is given up and may be asked for again', async () => {
    const customer = code();
    const id = await ships.held(customer, [3, 3], 10_000);
    await ships.rests(id);
    const less = (quantity: string) => ({ lines: [{ line: 2, quantity }] });
    const refusedAt = (code: string, pointer: string) => ({ status: 422, body: { code, errors: [{ pointer }] } });
    expect(await ships.act(officer, id, 'reduce', less('4'))).toMatchObject(refusedAt('quantity-exceeds', '/lines/0/quantity'));
    const none = { lines: [{ line: 99, quantity: '1' }] };
    expect(await ships.act(officer, id, 'reduce', none)).toMatchObject(refusedAt('line-unknown', '/lines/0/line'));
    expect(await ships.act(officer, id, 'reduce')).toMatchObject({ status: 422, body: { code: 'invalid' } });
    await ships.act(officer, id, 'reduce', less('2'));
    expect(await ships.act(manager, id, 'reduce', less('1'))).toMatchObject({ status: 422, body: { code: 'invalid' } });
    expect((await ships.act(manager, id, 'reduce', less('2'))).body).toMatchObject({
      state: 'reduced',
      lines: [
        { allowed: '1', dropped: '2' },
        { allowed: '2', dropped: '1' },
      ],
    });
    expect(await ships.cents(`${customer}-O`)).toMatchObject({ reserved: 30_000, ordered: 30_000, cancelled: 0 });
    await limitOf(world.store, customer, 1_000_000);
    expect(await ships.ask(`${customer}-R2`, `${customer}-O`, [2, 1])).toMatchObject({ decision: 'ship' });
  });

  it('a decision sent again under its key hears its first answer, also when the hold has ended', async () => {
    const id = await held();
    await ships.act(officer, id, 'ship', {}, `${id}-1`);
    const { exposureVersion } = await ships.show(id);
    const last = await ships.act(manager, id, 'ship', { exposureVersion }, `${id}-2`);
    expect(last.body.state).toBe('shipped');
    await ended(id);
    expect((await ships.act(manager, id, 'ship', { exposureVersion }, `${id}-2`)).body).toEqual(last.body);
    expect((await ships.act(manager, id, 'ship')).body.code).toBe('already-decided');
  });

  it('two at the same seat at once: one decides, the other hears so', async () => {
    const id = await held();
    const other = await world.person('credit_officer');
    const said = await Promise.all([ships.act(officer, id, 'ship'), ships.act(other, id, 'ship')]);
    expect(said.map(({ status }) => status).sort()).toEqual([200, 409]);
  });

  it('a payment at the same moment as the last decision: every piece is let go once', async () => {
    for (let turn = 0; turn < 3; turn += 1) {
      const customer = code();
      const id = await ships.held(customer, [3], 10_000);
      await ships.rests(id);
      await ships.act(officer, id, 'ship');
      const pay = paymentOf(`${customer}-P`, customer, { amountMinor: 20_000, receivedOn: '2026-09-01' });
      const [said] = await Promise.all([ships.act(manager, id, 'ship'), postPayment(world.store, erp, pay)]);
      await world.settled();
      expect([200, 409]).toContain(said.status);
      expect(await ships.show(id)).toMatchObject({ state: 'shipped', lines: [{ allowed: '3', waiting: '0' }] });
      expect(await ships.cents(`${customer}-O`)).toMatchObject({ reserved: 0, ordered: 30_000 });
    }
    expect((await findDrift(world.store.db)).drift).toEqual([]);
  });

  it('the end of the time to answer at the same instant as a decision: the decision stands', async () => {
    for (let turn = 0; turn < 2; turn += 1) {
      const id = await unlicensed();
      await ships.act(officer, id, 'ground', byLaw);
      await ships.act(officer, id, 'notice', await told());
      await ships.act(officer, id, 'ship');
      const { respondBy } = await ships.show(id);
      const [said] = await Promise.all([ships.act(manager, id, 'ship'), stepTo(world.store, system, respondBy ?? '')]);
      expect([said.status, (await ships.show(id)).state]).toEqual([200, 'shipped']);
    }
  });
});

test('no reason of a decision on a held shipment stands in a history of the engine', async () => {
  const { given, found } = await reasonsInHistories(world);
  expect(given).toBeGreaterThan(2);
  expect(found).toEqual([]);
});
