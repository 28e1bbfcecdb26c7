import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectorNames } from '../../domain/credit/facts.ts';
import { workflowId } from '../../domain/platform/subject.ts';
import { beginNights } from '../../store/credit/night-book.ts';
import { refreshProfile } from '../../store/credit/tell-facts.ts';
import { upsertCustomer } from '../../store/customers/customers.ts';
import { erp, system } from '../support/actors.ts';
import { customerOf } from '../support/documents.ts';
import { openRegister } from '../support/fake-registers.ts';
import type { FakeRegister } from '../support/fake-registers.ts';
import { openWorld, until } from '../support/world.ts';
import type { World } from '../support/world.ts';
import { reaching } from '../support/let-out.ts';

const TAX_ID = '914403001922038216';
const NAME = 'Canary Hospital of the Test';
const head = (taxId: string) => ({ taxId, asOf: '2026-02-01' });

let world: World;
let bureau: FakeRegister;
let licences: FakeRegister;
let courts: FakeRegister;
beforeAll(async () => {
  bureau = await openRegister((taxId) => ({ body: { ...head(taxId), registrationState: 'active' } }));
  licences = await openRegister({ status: 503 });
  courts = await openRegister((taxId) => ({ body: { ...head(taxId), entries: [], openCases: 'many' } }));
  const key = 'key-of-the-test-register';
  world = await openWorld({
    from: '2026-02-02',
    env: {
      BUREAU_URL: bureau.url,
      BUREAU_API_KEY: key,
      LICENCES_URL: licences.url,
      LICENCES_API_KEY: key,
      COURT_LIST_URL: courts.url,
      COURT_LIST_API_KEY: key,
    },
  });
});
afterAll(async () => {
  await world.close();
  for (const register of [bureau, licences, courts]) await register.close();
});

const calls = async (customerId: string) =>
  (
    await sql<{ connector: string; state: string; problem: string | null }>`
      select connector, state, problem from connector_call where customer_id = ${customerId} order by connector`.execute(
      world.store.db,
    )
  ).rows;

test('a refresh asks each register: one tells, one is away, one answers in another form; each leaves its reason, none a name', async () => {
  const { id } = await upsertCustomer(world.store, erp, customerOf('C-1', { taxId: TAX_ID, name: NAME }));
  await refreshProfile(world.store, system, 'C-1', reaching(...connectorNames), null);
  await until('all calls have ended', async () => (await calls(id)).every((call) => call.state !== 'asked'), 90_000);
  expect(await calls(id)).toEqual([
    { connector: 'bureau', state: 'answered', problem: null },
    { connector: 'court-list', state: 'failed', problem: 'answer-unreadable' },
    { connector: 'licences', state: 'unavailable', problem: 'broken' },
  ]);
  // Busy is asked four times, a wrong form once.
  expect([bureau.asked.length, courts.asked.length, licences.asked.length]).toEqual([1, 1, 4]);
  const { rows } = await sql<{ kind: string; reason: { connector: string } }>`
    select kind, reason from work_order where customer_id = ${id} order by reason ->> 'connector'`.execute(world.store.db);
  expect(rows.map((row) => [row.kind, row.reason.connector])).toEqual([
    ['connector-silent', 'court-list'],
    ['connector-silent', 'licences'],
  ]);
  const handle = world.client.workflow.getHandle(workflowId('profile-refresh', id));
  await handle.result();
  const history = JSON.stringify(await handle.fetchHistory());
  for (const secret of [NAME, TAX_ID, 'key-of-the-test-register', Buffer.from(TAX_ID).toString('base64').slice(0, 20)])
    expect(history).not.toContain(secret);
}, 120_000);

test('in stepped time each night looks at every customer at 02:00, and the next is planned', async () => {
  await upsertCustomer(world.store, erp, customerOf('C-2', { currency: 'USD', contacts: [] }));
  await beginNights(world.store);
  await world.step('2026-02-05', 10);
  const { rows } = await sql<{ on_date: string; customers: number; ended: string | null }>`
    select on_date, customers, (ended_at at time zone 'Asia/Shanghai')::text as ended from night order by on_date`.execute(
    world.store.db,
  );
  expect(rows).toEqual([
    { on_date: '2026-02-02', customers: 2, ended: '2026-02-02 00:00:00' },
    { on_date: '2026-02-03', customers: 2, ended: '2026-02-03 02:00:00' },
    { on_date: '2026-02-04', customers: 2, ended: '2026-02-04 02:00:00' },
    { on_date: '2026-02-05', customers: 2, ended: '2026-02-05 02:00:00' },
    { on_date: '2026-02-06', customers: 0, ended: null },
  ]);
  const { rows: found } = await sql<{ kind: string }>`
    select f.kind from data_finding f join customer c on c.id = f.customer_id where c.external_id = 'C-2'`.execute(
    world.store.db,
  );
  expect(found).toEqual([{ kind: 'contact-without-address' }]);
}, 120_000);
