import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stepTo } from '../../store/platform/stepping.ts';
import { system } from '../support/actors.ts';
import { openCreditWorld } from '../support/credit-world.ts';
import type { CreditWorld, Person } from '../support/credit-world.ts';
import { dayOf } from '../support/shanghai.ts';
import { until } from '../support/world.ts';

let world: CreditWorld;
let sales: Person;
let officer: Person;
let manager: Person;
let director: Person;
let number = 0;
beforeAll(async () => {
  world = await openCreditWorld({ from: '2026-09-01T01:00:00.000Z' });
  sales = await world.person('sales', { owner: 'lin' });
  officer = await world.person('credit_officer');
  manager = await world.person('credit_manager');
  director = await world.person('finance_director');
}, 120_000);
afterAll(() => world.close());

async function customer(): Promise<string> {
  number += 1;
  await world.debtor(`CD-${number}`);
  return `CD-${number}`;
}
const applied = async (code?: string, limit = '50000.00', kind = 'new'): Promise<string> =>
  world.apply(sales, code ?? (await customer()), { limit, termsDays: 30, kind });
const processOf = (id: string): string => `credit-application-${id}`;
const limits = async (id: string): Promise<number> =>
  (
    await sql<{ n: number }>`select count(*)::int as n from credit_limit where application_id = ${id}::uuid`.execute(
      world.store.db,
    )
  ).rows[0]?.n ?? 0;
const reviewsOf = async (code: string) =>
  (
    await sql<{ id: string; cause: string; state: string; application: string | null; due: string }>`
      select v.id, v.cause, v.state, v.application_id as application, v.due_at as due from credit_review v join customer c on c.id = v.customer_id
      where c.external_id = ${code} order by v.due_at, v.id`.execute(world.store.db)
  ).rows;

async function granted(limit = '50000.00'): Promise<string> {
  const code = await customer();
  const id = await applied(code, limit);
  await world.decide(officer, id, 'approve');
  expect((await world.decide(manager, id, 'approve')).body.state).toBe('approved');
  await world.settled();
  return code;
}

describe('a deadline that passes', () => {
  it('hands the seat to the next role, who may decide; its own role still may', async () => {
    const id = await applied();
    const other = await applied();
    const [seat] = (await world.show(id)).route;
    await stepTo(world.store, system, seat?.deadline ?? '');
    expect(await world.route(id)).toEqual(['1 credit_officer escalated', '2 credit_manager waiting']);
    expect((await world.decide(director, id, 'approve')).body.code).toBe('tier-exceeded');
    expect((await world.decide(manager, id, 'approve')).status).toBe(200);
    expect((await world.decide(manager, id, 'approve')).body.state).toBe('approved');
    expect((await world.decide(officer, other, 'approve')).status).toBe(200);
  });

  it('at the same instant as the decision: the decision stands, whichever came first', async () => {
    for (let turn = 0; turn < 3; turn += 1) {
      const id = await applied();
      const [seat] = (await world.show(id)).route;
      const [said] = await Promise.all([world.decide(officer, id, 'approve'), stepTo(world.store, system, seat?.deadline ?? '')]);
      expect(said.status).toBe(200);
      expect((await world.route(id))[0]).toBe('1 credit_officer approved');
      expect((await world.actions(id)).filter((action) => action === 'credit-application.decided')).toHaveLength(1);
    }
  });

  it('of the application itself, at the same instant as the last decision: granted or expired, never both', async () => {
    for (let turn = 0; turn < 3; turn += 1) {
      const id = await applied();
      await world.decide(officer, id, 'approve');
      const soon = new Date(Date.parse((await now()) as string) + 3_600_000).toISOString();
      await sql`update credit_application set expires_at = ${soon}::timestamptz where id = ${id}::uuid`.execute(world.store.db);
      await sql`update wake set asked = asked + 1 where subject = ${processOf(id)}`.execute(world.store.db);
      await until(
        'it expires soon',
        async () => (await world.wake(processOf(id))).at === soon || (await stateOf(id)) !== 'awaiting-decision',
      );
      const [said] = await Promise.all([world.decide(manager, id, 'approve'), stepTo(world.store, system, soon)]);
      const state = await stateOf(id);
      expect([state, said.status, await limits(id)]).toEqual(state === 'approved' ? ['approved', 200, 1] : ['expired', 409, 0]);
    }
  });

  it('with nobody deciding: warned before, then expired, its work orders ended', async () => {
    const id = await applied();
    const { expiresAt } = (await sales.get(`/v1/credit-applications/${id}`)).body as { expiresAt: string };
    await stepTo(world.store, system, expiresAt);
    await world.settled();
    expect(await stateOf(id)).toBe('expired');
    const actions = await world.actions(id);
    expect(actions.indexOf('credit-application.expiring')).toBeGreaterThan(0);
    expect(actions.indexOf('credit-application.expiring')).toBeLessThan(actions.indexOf('credit-application.expired'));
    const { rows } = await sql`select from work_order where process = ${processOf(id)} and closed_at is null`.execute(
      world.store.db,
    );
    expect(rows).toEqual([]);
  });
});

const now = async (): Promise<unknown> => (await (await world.person('admin')).get('/v1/clock')).body.businessNow;
const stateOf = async (id: string): Promise<string> => (await world.show(id)).state;

describe('credit that was granted', () => {
  it('is reviewed when it is time by an application of its own, and the outcome is noted', async () => {
    const code = await granted();
    const [planned] = await reviewsOf(code);
    await stepTo(world.store, system, planned?.due ?? '');
    await world.settled();
    const running = (await reviewsOf(code)).find(({ id }) => id === planned?.id);
    expect(running).toMatchObject({ state: 'running' });
    const application = running?.application ?? '';
    await world.rests(application);
    expect((await world.show(application)) as object).toMatchObject({ kind: 'review', requestedBy: 'credit-review' });
    for (const person of [officer, manager, director]) {
      if ((await stateOf(application)) === 'awaiting-decision') await world.decide(person, application, 'approve');
    }
    expect(await stateOf(application)).toBe('approved');
    await world.settled();
    const settled = (await reviewsOf(code)).find(({ id }) => id === planned?.id);
    expect(['raised', 'kept', 'lowered']).toContain(settled?.state);
    expect((await reviewsOf(code)).filter(({ cause, state }) => cause === 'date' && state === 'open')).toHaveLength(1);
  });

  it('is reviewed at once when a promise is broken, once', async () => {
    const code = await granted();
    const on = dayOf(String(await now()));
    const receivable = await world.invoice({ id: `INV-${code}`, customer: code, amount: '1000.00', issued: on, due: on });
    await world.promise(receivable, '1000.00', on);
    await world.settled();
    await stepTo(world.store, system, new Date(Date.parse(String(await now())) + 8 * 86_400_000).toISOString());
    await world.settled();
    const broken = (await reviewsOf(code)).filter(({ cause }) => cause === 'broken-promise');
    expect(broken).toHaveLength(1);
    expect(broken[0]?.state).not.toBe('open');
  });

  it('is reviewed anew, the decision standing, when a promise on whose breach it was decided turns out to be kept', async () => {
    const code = await granted();
    const on = dayOf(String(await now()));
    const receivable = await world.invoice({ id: `INV-${code}`, customer: code, amount: '1000.00', issued: on, due: on });
    await world.promise(receivable, '1000.00', on);
    await world.settled();
    await stepTo(world.store, system, new Date(Date.parse(String(await now())) + 8 * 86_400_000).toISOString());
    await world.settled();
    const application = (await reviewsOf(code)).find(({ cause }) => cause === 'broken-promise')?.application ?? '';
    await world.rests(application);
    for (const person of [officer, manager, director]) {
      if ((await stateOf(application)) === 'awaiting-decision') await world.decide(person, application, 'approve');
    }
    expect(await stateOf(application)).toBe('approved');
    await world.pay({ id: `PAY-${code}`, customer: code, amount: '1000.00', on, invoice: `INV-${code}` });
    await world.settled();
    const reviews = await reviewsOf(code);
    expect(reviews.find(({ cause }) => cause === 'broken-promise')?.state).not.toBe('cancelled');
    const anew = reviews.filter(({ cause }) => cause === 'promise-kept');
    expect(anew).toMatchObject([{ state: 'running' }]);
    expect(anew[0]?.application).not.toBe(application);
    expect(await stateOf(application)).toBe('approved');
    const shown = await officer.get(`/v1/credit-reviews?customer=${code}`).expect(200);
    expect((shown.body as { data: { cause: string; detail: object }[] }).data).toContainEqual(
      expect.objectContaining({ cause: 'promise-kept', state: 'running' }),
    );
  });

  it('tells before its limit ends that it will', async () => {
    const code = await granted();
    const ends = (await reviewsOf(code)).find(({ cause }) => cause === 'limit-expiry');
    await stepTo(world.store, system, ends?.due ?? '');
    await world.settled();
    const { rows } = await sql<{ n: number }>`
      select count(*)::int as n from event e join customer c on c.id = e.customer_id where e.kind = 'credit-limit.expiring' and c.external_id = ${code}`.execute(
      world.store.db,
    );
    expect(rows[0]?.n).toBe(1);
  });

  it('is not reviewed twice at once when somebody asks while a review runs', async () => {
    const code = await granted();
    await officer.post('/v1/credit-reviews', { customer: code, reason: 'management has changed' }).expect(202);
    const again = await officer.post('/v1/credit-reviews', { customer: code, reason: 'management has changed' });
    expect(again.status).toBe(409);
  });

  it('of a customer without credit there is nothing to review', async () => {
    const code = await customer();
    const res = await officer.post('/v1/credit-reviews', { customer: code, reason: 'x' });
    expect(res).toMatchObject({ status: 409, body: { code: 'not-open' } });
  });
});
