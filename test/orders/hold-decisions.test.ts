import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { createCommands } from '../../api/commands.ts';
import { revokeApiKey } from '../../store/access/api-keys.ts';
import { delegate } from '../../store/access/delegations.ts';
import { findDrift } from '../../store/credit/drift.ts';
import { endOrder, putOrder, reopenOrder } from '../../store/orders/orders.ts';
import { noticeChanges } from '../../store/credit/profile-row.ts';
import { stepTo } from '../../store/platform/stepping.ts';
import { completeTask } from '../../store/tasks/tasks.ts';
import { write } from '../../store/platform/transaction.ts';
import { erp, system } from '../support/actors.ts';
import { accountsOf, limitOf, orderOf } from '../support/credit.ts';
import { openCreditWorld } from '../support/credit-world.ts';
import type { CreditWorld, Person } from '../support/credit-world.ts';
import { activitiesOf, historyOf, reasonsInHistories } from '../support/histories.ts';
import { openHoldOffice } from '../support/hold-office.ts';
import type { HoldOffice, Said } from '../support/hold-office.ts';
import { until } from '../support/world.ts';

let world: CreditWorld;
let holds: HoldOffice;
let sales: Person;
let officer: Person;
let manager: Person;
let director: Person;
let number = 0;
beforeAll(async () => {
  world = await openCreditWorld({ from: '2026-09-01T01:00:00.000Z' });
  holds = await openHoldOffice(world.store, world.url, world);
  sales = await world.person('sales', { owner: 'lin' });
  officer = await world.person('credit_officer');
  manager = await world.person('credit_manager');
  director = await world.person('finance_director');
}, 120_000);
afterAll(() => world.close());

async function customer(): Promise<string> {
  number += 1;
  await world.debtor(`HD-${number}`);
  return `HD-${number}`;
}
/** Two tiers, officer then manager; `LARGE` has a second tier of two side by side. */
const SMALL = 50_000;
const LARGE = 30_000_000;
async function held(amountMinor = SMALL, limitMinor = 0): Promise<{ id: string; order: string; code: string }> {
  const code = await customer();
  if (limitMinor > 0) await limitOf(world.store, code, limitMinor);
  return { id: await holds.put(`${code}-A`, code, amountMinor), order: `${code}-A`, code };
}
const processOf = (id: string): string => `order-hold-${id}`;
const keyActor = (of: Person) => ({ kind: 'key', id: of.id, role: of.role, scope: {} }) as const;
const codes = (all: readonly { status: number; body: { code: string } }[]): string[] =>
  all.map(({ status, body }) => (status === 200 ? 'done' : `${status} ${body.code}`)).sort();
const stateOf = async (id: string): Promise<string> => (await holds.show(id)).state;
const times = async (id: string, action: string): Promise<number> =>
  (await world.actions(id)).filter((one) => one === action).length;

/** An answer that is awaited after what held it up is gone. */
let pending: Promise<Said> | null = null;

describe('a held order', () => {
  it('is decided tier by tier, and goes with the last decision', async () => {
    const { id, order, code } = await held();
    expect(await holds.route(id)).toEqual(['1 credit_officer open', '2 credit_manager waiting']);
    expect(await holds.works(id)).toEqual(['release-credit-officer']);
    const { runId } = await world.client.workflow.getHandle(processOf(id)).describe();
    expect((await holds.decide(officer, id, 'release')).body).toMatchObject({ state: 'open' });
    expect(await holds.works(id)).toEqual(['release-credit-manager']);
    expect(await holds.order(order)).toMatchObject({ decision: 'held', buckets: { held: SMALL } });
    expect((await holds.decide(manager, id, 'release')).body).toMatchObject({
      state: 'released',
      route: [
        { role: 'credit_officer', state: 'approved', decidedBy: officer.id, reason: 'release by credit_officer' },
        { role: 'credit_manager', state: 'approved', decidedBy: manager.id },
      ],
    });
    expect(await holds.order(order)).toEqual({ decision: 'approved', state: 'open', buckets: { reserved: SMALL } });
    expect(await accountsOf(world.store, code)).toMatchObject([{ reserved: SMALL }]);
    expect(await holds.works(id)).toEqual([]);
    await world.client.workflow.getHandle(processOf(id), runId).result();
    const did = activitiesOf(await historyOf(world.client, processOf(id), runId)).map(({ activity }) => activity);
    // A task of the last decision that is lost under load may be answered by a second run, out of the record.
    expect(did.filter((name) => name !== 'recheckHeldOrder').slice(0, 2)).toEqual(['routeHeldOrder', 'decideOrderHold']);
    expect(await times(id, 'order-hold.decided')).toBe(2);
    await world.settled();
    expect((await world.wake(`reservation-${(await orderId(order)) ?? ''}`)).started).toBe(true);
  });

  it('shows whoever decides the customer, its account, what is open and the reasons, and keeps what was looked at', async () => {
    const { id } = await held();
    const { dossier, reasons, plan } = await holds.show(id);
    for (const part of [
      'profile',
      'exposure',
      'openItems',
      'contacts',
      'promises',
      'disputes',
      'reconciliation',
      'order',
      'path',
    ])
      expect(Object.keys(dossier)).toContain(part);
    expect(reasons).toMatchObject([{ code: 'no-limit' }]);
    expect(plan).toMatchObject({ step: 'warn', code: 'awaits-tier', why: expect.stringContaining('credit officer') as string });
    await holds.decide(officer, id, 'release');
    const { dossierHash } = await holds.show(id);
    const { rows } = await sql<{ order: string }>`
      select content -> 'order' ->> 'externalId' as "order" from decision_dossier where hash = ${dossierHash}`.execute(
      world.store.db,
    );
    expect(rows).toHaveLength(1);
  });

  it('is told in the list, in the timeline of its customer, and on the stream, in both languages', async () => {
    const { id, code, order } = await held();
    await holds.decide(officer, id, 'reject');
    const listed = await sales.get(`/v1/order-holds?customer=${code}&state=rejected`).set('Accept-Language', 'zh').expect(200);
    expect(listed.body.data).toMatchObject([{ id, order, state: 'rejected', stateText: '已拒绝' }]);
    const told = await sales.get(`/v1/customers/${code}/timeline`).set('Accept-Language', 'zh').expect(200);
    const texts = (told.body.data as { words: string }[]).map(({ words }) => words);
    expect(texts).toContain(`被冻结的订单 ${order} 被拒绝：reject by credit_officer`);
    const { rows } = await sql<{ kind: string }>`select kind from event where subject_id = ${id} order by seq`.execute(
      world.store.db,
    );
    expect(rows.map(({ kind }) => kind)).toEqual(['order-hold.routed', 'order-hold.decided', 'order-hold.rejected']);
    expect((await sales.get(`/v1/order-holds/${order}`).expect(200)).body.id).toBe(id);
    const other = await holds.put(`${code}-B`, code, SMALL);
    const first = await sales.get(`/v1/order-holds?customer=${code}&limit=1`).expect(200);
    const rest = await sales.get(`/v1/order-holds?customer=${code}&limit=1&cursor=${first.body.nextCursor}`).expect(200);
    expect([...first.body.data, ...rest.body.data].map((one: { id: string }) => one.id)).toEqual([other, id]);
    expect(rest.body.nextCursor).toBeNull();
  });
});

const orderId = async (order: string): Promise<string | undefined> =>
  (await world.store.db.selectFrom('sales_order').select('id').where('external_id', '=', order).executeTakeFirst())?.id;

describe('a verdict', () => {
  const twoLines = (code: string) =>
    holds.put(`${code}-A`, code, 0, {
      lines: [
        { line: 1, item: 'A', productLine: null, quantity: '3', unitPrice: '100.00', amountMinor: 30_000 },
        { line: 2, item: 'B', productLine: null, quantity: '1', unitPrice: '200.00', amountMinor: 20_000 },
      ],
    });

  it('of a part, by quantity and by amount: that goes, the rest is cancelled', async () => {
    const code = await customer();
    const id = await twoLines(code);
    const lines = [
      { line: 1, quantity: '2' },
      { line: 2, amount: '50.00' },
    ];
    await holds.decide(officer, id, 'part', { lines });
    expect((await holds.show(id)).offer).toEqual({
      as: 'reserved',
      lines: [
        { line: 1, amount: '200.00' },
        { line: 2, amount: '50.00' },
      ],
    });
    expect((await holds.decide(manager, id, 'release')).body.state).toBe('part-released');
    expect((await holds.order(`${code}-A`)).buckets).toEqual({ reserved: 25_000, cancelled: 25_000 });
    expect((await findDrift(world.store.db)).drift).toEqual([]);
  });

  it('never widens what an earlier tier has agreed to', async () => {
    const code = await customer();
    const id = await twoLines(code);
    await holds.decide(officer, id, 'part', { lines: [{ line: 1, quantity: '1' }] });
    const wider = await holds.decide(manager, id, 'part', { lines: [{ line: 1, quantity: '2' }] });
    expect(wider).toMatchObject({ status: 422, body: { code: 'amount-exceeds-open', errors: [{ pointer: '/lines/0' }] } });
    const other = await holds.decide(manager, id, 'part', { lines: [{ line: 2, amount: '1.00' }] });
    expect(other.body.code).toBe('amount-exceeds-open');
    await holds.decide(manager, id, 'prepay');
    expect((await holds.order(`${code}-A`)).buckets).toEqual({ prepaid: 10_000, cancelled: 40_000 });
  });

  it('with prepayment: it counts nowhere, also when the next tier says no more than release', async () => {
    const { id, order, code } = await held();
    await holds.decide(officer, id, 'prepay');
    expect((await holds.decide(manager, id, 'release')).body.state).toBe('released');
    expect(await holds.order(order)).toMatchObject({ decision: 'approved', buckets: { prepaid: SMALL } });
    expect(await accountsOf(world.store, code)).toMatchObject([{ reserved: 0 }]);
  });

  it('of reject ends it at any tier: the order is rejected, nothing is reserved', async () => {
    const { id, order } = await held();
    await holds.decide(officer, id, 'release');
    expect((await holds.decide(manager, id, 'reject')).body.state).toBe('rejected');
    expect(await holds.order(order)).toEqual({ decision: 'rejected', state: 'cancelled', buckets: { cancelled: SMALL } });
    expect(await holds.works(id)).toEqual([]);
  });

  it.each([
    ['a line that is not there', [{ line: 9, quantity: '1' }], 'invalid', '/lines/0'],
    ['more than is left', [{ line: 1, quantity: '4' }], 'quantity-exceeds', '/lines/0'],
    ['more than is held', [{ line: 2, amount: '200.01' }], 'amount-exceeds-open', '/lines/0'],
    ['a fraction of a cent', [{ line: 2, amount: '1.001' }], 'amount-fraction', '/lines/0/amount'],
    ['both quantity and amount', [{ line: 1, quantity: '1', amount: '1.00' }], 'invalid', '/lines/0'],
    ['no lines at all', undefined, 'invalid', '/lines'],
  ])('of a part that names %s is refused at its place, and nothing is written', async (_name, lines, code, pointer) => {
    const id = await twoLines(await customer());
    const before = await world.actions(id);
    const said = await holds.decide(officer, id, 'part', lines && { lines });
    expect(said).toMatchObject({ status: 422, body: { code, errors: [{ pointer }] } });
    expect(await world.actions(id)).toEqual(before);
    expect(await holds.route(id)).toEqual(['1 credit_officer open', '2 credit_manager waiting']);
  });

  it('needs a reason', async () => {
    const { id } = await held();
    const { status, body } = await holds.decide(officer, id, 'release', { reason: undefined });
    expect([status, body.errors?.[0]?.pointer]).toEqual([422, '/reason']);
  });
});

describe('who may decide on a held order', () => {
  const people = (): Record<string, Person> => ({ sales, officer, manager, director });

  it.each([
    ['tier 1 open', SMALL, [], { sales: '403 forbidden', manager: '409 tier-exceeded', director: '409 tier-exceeded' }],
    [
      'tier 2 open',
      SMALL,
      ['officer'],
      { sales: '403 forbidden', officer: '409 already-decided', director: '409 tier-exceeded' },
    ],
    ['side by side', LARGE, ['officer', 'director'], { officer: '409 already-decided', director: '409 already-decided' }],
    [
      'released',
      SMALL,
      ['officer', 'manager'],
      { officer: '409 already-decided', manager: '409 already-decided', director: '409 already-decided' },
    ],
  ] as const)('%s: only the seats that are open', async (_state, amount, deciders, expected) => {
    const { id } = await held(amount);
    for (const name of deciders) expect((await holds.decide(people()[name] as Person, id, 'release')).status).toBe(200);
    const before = await holds.show(id);
    for (const [name, refusal] of Object.entries(expected)) {
      const said = await holds.decide(people()[name] as Person, id, 'release');
      expect(`${said.status} ${said.body.code}`, name).toBe(refusal);
    }
    expect((await holds.show(id)).route).toEqual(before.route);
  });

  it.each([
    ['rejected', 'already-decided'],
    ['released', 'already-decided'],
    ['lapsed', 'not-open'],
  ])('nobody once it is %s', async (state, code) => {
    const { id, order, code: customerCode } = await held();
    if (state === 'rejected') await holds.decide(officer, id, 'reject');
    if (state === 'released') await limitOf(world.store, customerCode, SMALL);
    if (state === 'lapsed') await endOrder(world.store, erp, order, { as: 'cancelled', reason: 'not wanted' });
    await until(`it is ${state}`, async () => (await stateOf(id)) === state);
    const before = await holds.order(order);
    for (const person of [officer, manager, director])
      expect(codes([await holds.decide(person, id, 'release')])).toEqual([`409 ${code}`]);
    expect(await holds.order(order)).toEqual(before);
  });

  it('nobody on what they asked for: whoever put the order, or had it opened again', async () => {
    const code = await customer();
    const id = await holds.put(`${code}-A`, code, SMALL, {}, keyActor(officer));
    expect(codes([await holds.decide(officer, id, 'release')])).toEqual(['409 own-request']);
    const other = await world.person('credit_officer');
    expect((await holds.decide(other, id, 'release')).status).toBe(200);
    const { order } = await held();
    await endOrder(world.store, erp, order, { as: 'cancelled', reason: 'not wanted' });
    const { orderHoldId } = await reopenOrder(world.store, keyActor(officer), order, 'wanted after all');
    await holds.rests(orderHoldId ?? '');
    expect(codes([await holds.decide(officer, orderHoldId ?? '', 'release')])).toEqual(['409 own-request']);
  });

  it('no delegate who asked, and none for whoever asked', async () => {
    const stand = await world.person('credit_officer');
    const chief = await world.person('credit_manager');
    const days = { validFrom: '2026-09-01', validUntil: '2026-09-30', reason: 'on leave' };
    await delegate(world.store, keyActor(chief), { from: chief.id, to: stand.id, ...days });
    for (const asker of [stand, chief]) {
      const code = await customer();
      const id = await holds.put(`${code}-A`, code, SMALL, {}, keyActor(asker));
      await holds.decide(officer, id, 'release');
      expect(codes([await holds.decide(stand, id, 'release')])).toEqual(['409 own-request']);
    }
    const { id } = await held();
    await holds.decide(officer, id, 'release');
    const said = await holds.decide(stand, id, 'release');
    expect(said.body.route[1]).toMatchObject({ decidedBy: stand.id, onBehalfOf: chief.id });
  });

  it('nobody on a customer they look after, and not whoever cannot see it', async () => {
    const { id } = await held();
    const owner = await world.person('credit_officer', { owner: 'lin' });
    expect(codes([await holds.decide(owner, id, 'release')])).toEqual(['409 own-customer']);
    const elsewhere = await world.person('credit_officer', { regions: ['BJ'] });
    expect(codes([await holds.decide(elsewhere, id, 'release')])).toEqual(['404 not-found']);
    await elsewhere.get(`/v1/order-holds/${id}`).expect(404);
  });

  it('the database itself refuses a decision by whoever asked', async () => {
    const { id } = await held();
    await expect(
      sql`update approval set decided_by = requested_by where process = ${processOf(id)}`.execute(world.store.db),
    ).rejects.toThrow(/four_eyes/);
  });

  it('not whose role was taken away, or is another, while the decision was under way', async () => {
    for (const how of ['revoked', 'moved']) {
      const leaver = await world.person('credit_officer');
      const { id } = await held();
      const { exposureVersion } = await holds.show(id);
      await holds.whileHeld(id, async (waiting) => {
        pending = leaver
          .post(`/v1/order-holds/${id}/decision`, { verdict: 'release', reason: 'x', exposureVersion })
          .then((res) => res as Said);
        await waiting();
        if (how === 'revoked') await revokeApiKey(world.store, leaver.id, system, 'left the company');
        else await sql`update api_key set role = 'collector' where id = ${leaver.id}::uuid`.execute(world.store.db);
      });
      expect((await pending)?.body, how).toMatchObject({ code: 'forbidden' });
      expect(await holds.route(id)).toEqual(['1 credit_officer open', '2 credit_manager waiting']);
    }
  });
});

describe('at once', () => {
  it('two people at the same seat: one decides, the other hears so', async () => {
    const second = await world.person('credit_officer');
    const { id } = await held();
    expect(codes(await Promise.all([officer, second].map((one) => holds.decide(one, id, 'release'))))).toEqual([
      '409 already-decided',
      'done',
    ]);
    expect(await times(id, 'order-hold.decided')).toBe(1);
  });

  it('the same release twice, and again when all is over: released once, and each hears the first answer', async () => {
    const { id, code } = await held();
    await holds.decide(officer, id, 'release');
    const key = randomUUID();
    const { exposureVersion } = await holds.show(id);
    const send = () => holds.decide(manager, id, 'release', { exposureVersion, reason: 'twice' }, key);
    const [first, second] = [await send(), await send()];
    expect([first.status, second.body]).toEqual([200, first.body]);
    const twice = await Promise.all([manager, manager].map((one) => holds.decide(one, id, 'release', { exposureVersion })));
    expect(codes(twice)).toEqual(['409 already-decided', '409 already-decided']);
    expect(await times(id, 'order-hold.released')).toBe(1);
    expect(await accountsOf(world.store, code)).toMatchObject([{ reserved: SMALL }]);
  });

  it('the account changes after it was looked at: the decision is not taken on the old figures', async () => {
    const { id, code } = await held();
    const { exposureVersion } = await holds.show(id);
    await limitOf(world.store, code, SMALL - 1);
    const said = await holds.decide(officer, id, 'release', { exposureVersion });
    expect(said).toMatchObject({ status: 409, body: { code: 'stale-exposure' } });
    expect((await holds.decide(officer, id, 'reject', { exposureVersion })).status).toBe(200);
  });

  it('exposure falls while the approver decides: released once, by one of them, and never beyond what it holds', async () => {
    for (let turn = 0; turn < 3; turn += 1) {
      const code = await customer();
      await limitOf(world.store, code, 100_000);
      await putOrder(world.store, erp, orderOf(`${code}-B`, code, 80_000), null);
      const id = await holds.put(`${code}-A`, code, SMALL);
      await holds.decide(officer, id, 'release');
      const [said] = await Promise.all([
        holds.decide(manager, id, 'release'),
        endOrder(world.store, erp, `${code}-B`, { as: 'cancelled', reason: 'not wanted' }),
      ]);
      await until('it is released', async () => (await stateOf(id)) === 'released');
      expect(['done', '409 stale-exposure', '409 already-decided']).toContain(codes([said])[0]);
      expect(await times(id, 'order-hold.released')).toBe(1);
      expect(await accountsOf(world.store, code)).toMatchObject([{ reserved: SMALL }]);
      expect(await holds.works(id)).toEqual([]);
    }
    expect((await findDrift(world.store.db)).drift).toEqual([]);
  });

  it('the hold expires at the instant of the last decision: released or lapsed, never both', async () => {
    for (let turn = 0; turn < 3; turn += 1) {
      const { id, order } = await held();
      await holds.decide(officer, id, 'release');
      const { body } = await (await world.person('admin')).get('/v1/clock');
      const soon = new Date(Date.parse((body as { businessNow: string }).businessNow) + 3_600_000).toISOString();
      await sql`update order_hold set expires_at = ${soon}::timestamptz, warned_at = opened_at where id = ${id}::uuid`.execute(
        world.store.db,
      );
      await sql`update wake set asked = asked + 1 where subject = ${processOf(id)}`.execute(world.store.db);
      await sql`select pg_notify('duecourse', 'wake')`.execute(world.store.db);
      await until('it expires soon', async () => (await world.wake(processOf(id))).at === soon);
      const [said] = await Promise.all([holds.decide(manager, id, 'release'), stepTo(world.store, system, soon)]);
      const state = await stateOf(id);
      const bucket = state === 'released' ? 'reserved' : 'cancelled';
      expect([state, said.status]).toEqual(state === 'released' ? ['released', 200] : ['lapsed', 409]);
      expect((await holds.order(order)).buckets).toEqual({ [bucket]: SMALL });
    }
  });
});

describe('an order that is changed while it is held', () => {
  it('before anybody decided: the way is laid anew for what it is now', async () => {
    const { id, order, code } = await held();
    await holds.put(order, code, LARGE);
    expect(await holds.show(id)).toMatchObject({ round: 2, held: '300000.00' });
    expect(await holds.route(id)).toEqual(['1 credit_officer open', '2 credit_manager waiting', '2 finance_director waiting']);
    expect(await holds.works(id)).toEqual(['release-credit-officer']);
  });

  it('between the tiers: approvals of another amount do not count', async () => {
    const { id, order, code } = await held();
    await holds.decide(officer, id, 'part', { lines: [{ line: 1, amount: '100.00' }] });
    await holds.put(order, code, SMALL * 2);
    const { round, earlierRounds, offer } = await holds.show(id);
    expect([round, offer]).toEqual([2, { as: 'reserved', lines: null }]);
    expect(earlierRounds).toMatchObject([
      { round: 1, role: 'credit_officer', state: 'countered' },
      { round: 1, role: 'credit_manager', state: 'waiting' },
    ]);
    expect(codes([await holds.decide(manager, id, 'release')])).toEqual(['409 tier-exceeded']);
    expect((await holds.decide(officer, id, 'release')).status).toBe(200);
    expect((await holds.decide(manager, id, 'release')).body.state).toBe('released');
    expect((await holds.order(order)).buckets).toEqual({ reserved: SMALL * 2 });
  });

  it('after it was looked at: nobody decides on what they have not seen', async () => {
    const { id, order, code } = await held();
    const seen = await holds.show(id);
    await holds.put(order, code, SMALL * 3);
    for (const round of [1, undefined])
      expect(codes([await holds.decide(officer, id, 'release', { ...seenOf(seen), round })])).toEqual(['409 conflict']);
  });

  it('at the same moment as a decision: decided on what was seen, or refused', async () => {
    for (let turn = 0; turn < 3; turn += 1) {
      const { id, order, code } = await held();
      await holds.decide(officer, id, 'release');
      const seen = await holds.show(id);
      const [said] = await Promise.all([
        holds.decide(manager, id, 'release', { ...seenOf(seen), round: 1 }),
        putOrder(world.store, erp, orderOf(order, code, SMALL * 2), null),
      ]);
      await world.settled();
      const { buckets } = await holds.order(order);
      // A release of what was seen comes first and the changed order is judged by itself; or the change comes first.
      if (said.status === 200) expect(await times(id, 'order-hold.released')).toBe(1);
      else expect([codes([said])[0], buckets]).toEqual(['409 conflict', { held: SMALL * 2 }]);
    }
  });

  it('to what fits the limit: it goes at once, and its seats and work orders end', async () => {
    const { id, order, code } = await held(SMALL * 3, SMALL * 2);
    await holds.put(order, code, SMALL);
    await until('it is released', async () => (await stateOf(id)) === 'released');
    expect([await holds.works(id), (await holds.order(order)).buckets]).toEqual([[], { reserved: SMALL }]);
  });
});

const seenOf = ({ exposureVersion, round }: { exposureVersion: number; round: number }) => ({ exposureVersion, round });

describe('by itself', () => {
  it('a held order goes when there is room, and its open seats and work orders end', async () => {
    const { id, order, code } = await held();
    await holds.decide(officer, id, 'release');
    await limitOf(world.store, code, SMALL);
    await until('it is released', async () => (await stateOf(id)) === 'released');
    expect((await holds.show(id)).outcome).toMatchObject({ by: 'check' });
    expect(await holds.works(id)).toEqual([]);
    expect(await holds.route(id)).toEqual(['1 credit_officer approved', '2 credit_manager waiting']);
    expect((await holds.order(order)).buckets).toEqual({ reserved: SMALL });
  });

  it('a forced hold never goes, whatever room is made: only people release it', async () => {
    const code = await customer();
    const { id: customerId } = (await officer.get(`/v1/customers/${code}`).expect(200)).body as { id: string };
    await sql`insert into credit_profile (customer_id, listed) values (${customerId}::uuid, '[{"list": "court"}]')
      on conflict (customer_id) do update set listed = excluded.listed`.execute(world.store.db);
    await limitOf(world.store, code, SMALL * 10);
    const id = await holds.put(`${code}-A`, code, SMALL);
    expect(await holds.show(id)).toMatchObject({ forced: true, reasons: [{ code: 'listed' }] });
    await limitOf(world.store, code, SMALL * 20);
    await sql`update credit_profile set listed = '[]', version = version + 1 where customer_id = ${customerId}::uuid`.execute(
      world.store.db,
    );
    await world.settled();
    expect(await stateOf(id)).toBe('open');
    await holds.decide(officer, id, 'release');
    expect((await holds.decide(manager, id, 'release')).body.state).toBe('released');
  });

  it('a hold for a sanctions list is released by nobody, prepaid or not, and goes when the listing ends', async () => {
    const code = await customer();
    const { id: customerId } = (await officer.get(`/v1/customers/${code}`).expect(200)).body as { id: string };
    await sql`insert into credit_profile (customer_id, listed) values (${customerId}::uuid, '[{"list": "sanctions", "since": "2026-01-01"}]')
      on conflict (customer_id) do update set listed = excluded.listed`.execute(world.store.db);
    await limitOf(world.store, code, SMALL * 10);
    const id = await holds.put(`${code}-A`, code, SMALL);
    expect(await holds.show(id)).toMatchObject({ forced: false, reasons: [{ code: 'listed' }] });
    for (const verdict of ['release', 'prepay'])
      expect(await holds.decide(officer, id, verdict)).toMatchObject({ status: 409, body: { code: 'sanctioned' } });
    await limitOf(world.store, code, SMALL * 20);
    await world.settled();
    expect(await stateOf(id)).toBe('open');
    await sql`update credit_profile set listed = '[]', version = version + 1 where customer_id = ${customerId}::uuid`.execute(
      world.store.db,
    );
    await limitOf(world.store, code, SMALL * 21);
    await until('it is released', async () => (await stateOf(id)) === 'released');
    expect((await holds.show(id)).outcome).toMatchObject({ by: 'check' });
  });

  it('goes when what it was held for beside money is mended: an old profile, terms longer than granted', async () => {
    const code = await customer();
    const { id: customerId } = (await officer.get(`/v1/customers/${code}`).expect(200)).body as { id: string };
    await sql`insert into credit_profile (customer_id, profile_as_of) values (${customerId}::uuid, '2025-01-01')`.execute(
      world.store.db,
    );
    await limitOf(world.store, code, SMALL * 10);
    const old = await holds.put(`${code}-A`, code, SMALL);
    expect((await holds.show(old)).reasons).toMatchObject([{ code: 'profile-old' }]);
    await write(world.store, system, async (work) => {
      const { tx } = work;
      await sql`select from customer where id = ${customerId}::uuid for no key update`.execute(tx);
      const { asks } = await noticeChanges(work, [customerId]);
      return { value: undefined, audit: [{ action: 'profile.refreshed', subjectKind: 'customer', subjectId: customerId }], asks };
    });
    await until('it is released', async () => (await stateOf(old)) === 'released');
    await sql`update credit_profile set max_terms_days = 7 where customer_id = ${customerId}::uuid`.execute(world.store.db);
    const long = await holds.put(`${code}-B`, code, SMALL);
    expect((await holds.show(long)).reasons).toMatchObject([{ code: 'terms-too-long' }]);
    const application = await world.apply(sales, code, { kind: 'terms', termsDays: 60 });
    for (const person of [officer, manager, director])
      if ((await world.show(application)).state === 'awaiting-decision') await world.decide(person, application, 'approve');
    expect((await world.show(application)).state).toBe('approved');
    // Nothing is known of this customer, so its grade is the lowest, which holds by itself: a better one lets it go.
    await until('it is judged anew', async () => (await holds.show(long)).reasons[0]?.code === 'grade-held');
    expect((await holds.show(long)).reasons).toHaveLength(1);
    await sql`update credit_profile set grade = 'B', version = version + 1 where customer_id = ${customerId}::uuid`.execute(
      world.store.db,
    );
    await limitOf(world.store, code, SMALL * 20);
    await until('it is released too', async () => (await stateOf(long)) === 'released');
  });

  it('is not judged again while its account has no news', async () => {
    const { id, order } = await held();
    const judged = async () =>
      (
        await sql`select from order_decision where order_id = (select id from sales_order where external_id = ${order})`.execute(
          world.store.db,
        )
      ).rows.length;
    const before = await judged();
    for (let turn = 0; turn < 3; turn += 1) {
      await sql`update wake set asked = asked + 1 where subject = ${processOf(id)}`.execute(world.store.db);
      await sql`select pg_notify('duecourse', 'wake')`.execute(world.store.db);
      await world.settled();
    }
    expect(await judged()).toBe(before);
  });

  it('a work order of a seat that somebody closes without deciding is given anew', async () => {
    const { id } = await held();
    const orders = async () =>
      (
        await sql<{ id: string }>`select id from work_order where process = ${processOf(id)} and closed_at is null`.execute(
          world.store.db,
        )
      ).rows;
    const [first] = await orders();
    await completeTask(world.store, system, first?.id ?? '', { outcome: 'looked at it', note: '', reason: null });
    await until('another one is open', async () => ((rows) => rows.length === 1 && rows[0]?.id !== first?.id)(await orders()));
    expect((await holds.decide(officer, id, 'release')).status).toBe(200);
  });
});

describe('time', () => {
  it('a deadline that passes hands the seat to the next role; its own role still may', async () => {
    const { id } = await held();
    const other = await held();
    const [seat] = (await holds.show(id)).route;
    await stepTo(world.store, system, seat?.deadline ?? '');
    expect(await holds.route(id)).toEqual(['1 credit_officer escalated', '2 credit_manager waiting']);
    expect((await holds.decide(manager, id, 'release')).status).toBe(200);
    expect((await holds.decide(officer, other.id, 'release')).status).toBe(200);
  });

  it('nobody decides: warned before, then lapsed; what was held is cancelled, and its work orders end', async () => {
    const { id, order } = await held();
    const { expiresAt } = await holds.show(id);
    await stepTo(world.store, system, new Date(Date.parse(expiresAt) - 2 * 86_400_000).toISOString());
    await world.settled();
    expect(await holds.works(id)).toContain('order-hold-expiring');
    expect(await stateOf(id)).toBe('open');
    await stepTo(world.store, system, expiresAt);
    await world.settled();
    expect(await stateOf(id)).toBe('lapsed');
    expect(await holds.order(order)).toMatchObject({ state: 'lapsed', buckets: { cancelled: SMALL } });
    expect(await holds.works(id)).toEqual([]);
    const actions = await world.actions(id);
    expect(actions.indexOf('order-hold.expiring')).toBeLessThan(actions.indexOf('order-hold.lapsed'));
    expect((await findDrift(world.store.db)).drift).toEqual([]);
  });
});

describe('while the engine cannot be reached', () => {
  it('a decision is refused with 503 and nothing is half done', async () => {
    const { id } = await held();
    const before = await world.actions(id);
    const away = createCommands({ ...world.config.temporal, address: '127.0.0.1:1' });
    const { exposureVersion } = await holds.show(id);
    const body = { verdict: 'release', reason: 'x', exposureVersion };
    const res = await world.postOver(away, officer, `/v1/order-holds/${id}/decision`, body);
    expect(res).toMatchObject({ status: 503, body: { code: 'engine-down' } });
    expect(await world.actions(id)).toEqual(before);
    await away.close();
  });
});

test('no reason of a decision on a held order stands in a history of the engine', async () => {
  const { given, found } = await reasonsInHistories(world);
  expect(given).toBeGreaterThan(2);
  expect(found).toEqual([]);
});
