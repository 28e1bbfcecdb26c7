import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { waitFigures } from '../../store/platform/figures.ts';
import { stepTo } from '../../store/platform/stepping.ts';
import { system } from '../support/actors.ts';
import { openCreditWorld } from '../support/credit-world.ts';
import type { CreditWorld } from '../support/credit-world.ts';
import { openRegister } from '../support/fake-registers.ts';
import type { FakeRegister } from '../support/fake-registers.ts';

const TAX_ID = '914403001922038216';
const KEY = 'key-of-the-test-register';

let world: CreditWorld;
let bureau: FakeRegister;
let licences: FakeRegister;
beforeAll(async () => {
  bureau = await openRegister((taxId) => ({ body: { taxId, asOf: '2026-08-30', registrationState: 'active' } }));
  licences = await openRegister({ status: 503 });
  world = await openCreditWorld({
    from: '2026-09-01T01:00:00.000Z',
    env: { BUREAU_URL: bureau.url, BUREAU_API_KEY: KEY, LICENCES_URL: licences.url, LICENCES_API_KEY: KEY },
  });
}, 120_000);
afterAll(async () => {
  await world.close();
  await bureau.close();
  await licences.close();
});

const orders = async (id: string) =>
  (
    await sql<{ kind: string; open: boolean }>`
      select kind, closed_at is null as open from work_order where process = ${`credit-application-${id}`} and kind = 'credit-facts'`.execute(
      world.store.db,
    )
  ).rows;

it('an application asks the registers before it is scored; one that is away leaves it waiting, with a reason and a work order, until it answers', async () => {
  const sales = await world.person('sales', { owner: 'lin' });
  await world.debtor('CC-1', { taxId: TAX_ID });
  const id = await world.apply(sales, 'CC-1', { limit: '50000.00', termsDays: 30 });
  const waiting = await world.show(id);
  expect([waiting.state, waiting.grade]).toEqual(['assessing', null]);
  expect(waiting.waitingFor).toMatchObject({ facts: ['licenceUntil', 'licenceState'], connectors: ['licences'] });
  expect(await orders(id)).toEqual([{ kind: 'credit-facts', open: true }]);
  expect([bureau.asked.length, licences.asked.length]).toEqual([1, 4]);

  licences.answer((taxId) => ({
    body: { taxId, asOf: '2026-08-31', licences: [{ state: 'valid', number: 'L-1', validUntil: '2029-01-01' }] },
  }));
  await stepTo(world.store, system, '2026-09-01T06:00:00.000Z');
  await world.rests(id);
  const scored = await world.show(id);
  expect(scored.state).toBe('awaiting-decision');
  expect(scored.waitingFor).toBeNull();
  expect(scored.grade).not.toBeNull();
  expect(await orders(id)).toEqual([{ kind: 'credit-facts', open: false }]);
  expect(bureau.asked.length).toBe(1);
}, 120_000);

it('an application that waits is one entry of the record; its retries are a figure', async () => {
  licences.answer({ status: 404 });
  const sales = await world.person('sales', { owner: 'lin' });
  const customer = await world.debtor('CC-3', { taxId: TAX_ID });
  const id = await world.apply(sales, 'CC-3', { limit: '50000.00', termsDays: 30 });
  const entries = async () =>
    (
      await sql<{ action: string }>`
        select action from audit where subject_id = ${id} or (customer_id = ${customer}::uuid and action like 'profile.connector-%') order by seq`.execute(
        world.store.db,
      )
    ).rows.map((row) => row.action);
  const first = await entries();
  expect(first.filter((action) => action === 'credit-application.waiting')).toHaveLength(1);
  const asked = licences.asked.length;
  await stepTo(world.store, system, '2026-09-02T06:00:00.000Z');
  await world.rests(id);
  expect(licences.asked.length).toBeGreaterThanOrEqual(asked + 5);
  expect(await entries()).toEqual(first);
  const { waiting, retries } = await waitFigures(world.store.db);
  expect(waiting).toBe(1);
  expect(retries).toBeGreaterThanOrEqual(5);
  // News is told: what the register knows now is an entry, and so is what follows from it.
  licences.answer((taxId) => ({
    body: { taxId, asOf: '2026-09-01', licences: [{ state: 'valid', number: 'L-1', validUntil: '2029-01-01' }] },
  }));
  await stepTo(world.store, system, '2026-09-02T12:00:00.000Z');
  await world.rests(id);
  expect((await entries()).slice(first.length)).toEqual(
    expect.arrayContaining(['profile.connector-answered', 'credit-application.gathered']),
  );
}, 120_000);

it('what a person enters meanwhile is as good as an answer', async () => {
  licences.answer({ status: 503 });
  const sales = await world.person('sales', { owner: 'lin' });
  const officer = await world.person('credit_officer');
  await world.debtor('CC-2', { taxId: TAX_ID });
  const id = await world.apply(sales, 'CC-2', { limit: '50000.00', termsDays: 30 });
  expect((await world.show(id)).waitingFor).toMatchObject({ connectors: ['licences'] });
  const paper = { asOf: '2026-08-31', evidence: { reference: 'LIC-2' } };
  const facts = [
    { name: 'licenceState', value: 'valid', ...paper },
    { name: 'licenceUntil', value: '2029-01-01', ...paper },
  ];
  await officer.post('/v1/customers/CC-2/facts', { facts, reason: 'seen on paper' }).expect(200);
  await world.rests(id);
  expect((await world.show(id)).state).toBe('awaiting-decision');
}, 120_000);
