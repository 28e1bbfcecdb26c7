/** What reservations, applications, reviews, refreshes and nights live through. */
import { workflowId } from '../../domain/platform/subject.ts';
import { beginNights } from '../../store/credit/night-book.ts';
import { putOrder } from '../../store/orders/orders.ts';
import { postShipment } from '../../store/shipments/shipments.ts';
import { refreshProfile } from '../../store/credit/tell-facts.ts';
import { upsertCustomer } from '../../store/customers/customers.ts';
import { stepTo } from '../../store/platform/stepping.ts';
import { erp, system } from '../support/actors.ts';
import { openOffice } from '../support/credit-world.ts';
import { limitOf, orderOf as salesOrder } from '../support/credit.ts';
import { customerOf } from '../support/documents.ts';
import { openRegister } from '../support/fake-registers.ts';
import { until } from '../support/world-over.ts';
import type { World } from '../support/world-over.ts';
import { ISSUED, ended, keep } from './keep.ts';
import { reaching } from '../support/let-out.ts';

/** Reservations of orders: one shipped before its end, one that lapses, one at a day a second. */
export async function reserved(world: World): Promise<void> {
  const ids: Record<string, string> = {};
  for (const name of ['shipped', 'lapsed']) {
    await world.customer(name);
    await limitOf(world.store, name, 1_000_000);
    ids[name] = (await putOrder(world.store, erp, salesOrder(name, name, 5_000, { requestedShipDate: '2026-02-10' }), null)).id;
  }
  await world.settled();
  const issue = { externalId: 'D', order: 'shipped', lines: [{ line: 1, quantity: '1' }], issuedOn: ISSUED };
  await postShipment(world.store, erp, { ...issue, deliveredOn: null, acceptedOn: null }, null);
  await world.settled();
  await world.step('2026-02-26');
  for (const [name, id] of Object.entries(ids)) {
    await ended(world, workflowId('reservation', id));
    await keep(world.client, `reservation-${name}`, workflowId('reservation', id));
  }
}

/** A reservation with its timer: asked while it waits, then lapsed by itself. */
export async function reservedFast(world: World): Promise<void> {
  await world.customer('fast');
  await limitOf(world.store, 'fast', 1_000_000);
  const order = (amount: number) =>
    putOrder(world.store, erp, salesOrder('fast', 'fast', amount, { requestedShipDate: '2026-02-20' }), null);
  const { id } = await order(5_000);
  await world.settled();
  await order(5_001);
  await until('lapsed', async () => (await world.actions(id)).includes('order.lapsed'), 120_000);
  await ended(world, workflowId('reservation', id));
  await keep(world.client, 'reservation-fast', workflowId('reservation', id));
}

const applicationId = (id: string): string => workflowId('credit-application', id);

/** Applications decided, returned and answered, countered, withdrawn, handed on and expired; a review of what was granted. */
export async function credit(world: World): Promise<void> {
  const { client } = world;
  const office = await openOffice(world.store, world.config);
  const sales = await office.person('sales', { owner: 'lin' });
  const officer = await office.person('credit_officer');
  const manager = await office.person('credit_manager');
  const apply = async (name: string, limit = '50000.00'): Promise<string> => {
    await office.debtor(name);
    return office.apply(sales, name, { limit, termsDays: 30 });
  };
  const names = ['approved', 'returned', 'countered', 'withdrawn', 'expired'] as const;
  const ids = {} as Record<(typeof names)[number], string>;
  for (const name of names) ids[name] = await apply(name);
  for (const id of [ids.approved, ids.returned]) await office.decide(officer, id, 'approve');
  await office.decide(manager, ids.approved, 'approve');
  await office.decide(manager, ids.returned, 'return');
  await sales.post(`/v1/credit-applications/${ids.returned}/resubmit`, { reason: 'see contract' }).expect(200);
  await office.rests(ids.returned);
  for (const person of [officer, manager]) await office.decide(person, ids.returned, 'approve');
  await office.decide(officer, ids.countered, 'counter', { limit: '30000.00' });
  await office.decide(manager, ids.countered, 'decline');
  await sales.post(`/v1/credit-applications/${ids.withdrawn}/withdraw`, { reason: 'tender lost' }).expect(200);
  const planned = await world.store.db
    .selectFrom('credit_review')
    .select(['id', 'due_at'])
    .where('cause', '=', 'date')
    .orderBy('id')
    .executeTakeFirstOrThrow();
  await stepTo(world.store, system, planned.due_at);
  await world.settled();
  for (const name of names) await ended(world, applicationId(ids[name]));
  for (const name of names) await keep(client, `credit-application-${name}`, applicationId(ids[name]));
  await keep(client, 'credit-review-running', workflowId('credit-review', planned.id));
  await office.commands.close();
}

/** At speed 1: a decision cancels the timer of an application that waits. */
export async function creditReal(world: World): Promise<void> {
  const office = await openOffice(world.store, world.config);
  const sales = await office.person('sales', { owner: 'lin' });
  const officer = await office.person('credit_officer');
  const manager = await office.person('credit_manager');
  await office.debtor('real');
  const id = await office.apply(sales, 'real', { limit: '50000.00', termsDays: 30 });
  await keep(world.client, 'credit-application-real-open', applicationId(id));
  await office.decide(officer, id, 'approve');
  await office.decide(manager, id, 'approve');
  await ended(world, applicationId(id));
  await keep(world.client, 'credit-application-real', applicationId(id));
  await office.commands.close();
}

/** At a day a second nobody decides: handed on, warned, expired, each at its timer. */
export async function creditFast(world: World): Promise<void> {
  const office = await openOffice(world.store, world.config);
  const sales = await office.person('sales', { owner: 'lin' });
  await office.debtor('fast');
  const id = await office.apply(sales, 'fast', { limit: '50000.00', termsDays: 30 });
  await until('it has expired', async () => (await office.show(id)).state === 'expired', 120_000);
  await ended(world, applicationId(id));
  await keep(world.client, 'credit-application-fast', applicationId(id));
  await office.commands.close();
}

/** A register that answers and one that is away; `env` connects a world to them. */
export async function twoRegisters(asOf: string): Promise<{ env: Record<string, string>; close(): Promise<void> }> {
  const key = 'key-of-the-test-register';
  const bureau = await openRegister((taxId) => ({ body: { taxId, asOf, registrationState: 'active' } }));
  const licences = await openRegister({ status: 503 });
  return {
    env: { BUREAU_URL: bureau.url, BUREAU_API_KEY: key, LICENCES_URL: licences.url, LICENCES_API_KEY: key },
    close: async () => void (await Promise.all([bureau.close(), licences.close()])),
  };
}

/** A tax id nobody has, with a check digit that fits. */
const TAX_ID = '914403001922038216';

/** A night over two customers with the plan of the next, and a refresh that asks both registers. */
export async function watched(world: World): Promise<void> {
  const { id } = await upsertCustomer(world.store, erp, customerOf('asked', { taxId: TAX_ID }));
  await world.customer('other');
  await refreshProfile(world.store, system, 'asked', reaching('bureau', 'licences'), null);
  await world.settled();
  await ended(world, workflowId('profile-refresh', id));
  await keep(world.client, 'profile-refresh-asked', workflowId('profile-refresh', id));
  await beginNights(world.store);
  await world.step('2026-02-03', 10);
  const nights = await world.store.db.selectFrom('night').select(['id', 'ended_at']).orderBy('on_date').execute();
  const [, lived] = nights.filter((night) => night.ended_at !== null);
  const next = nights.find((night) => night.ended_at === null);
  if (!lived || !next) throw new Error('two nights were to end and one to be planned');
  await ended(world, workflowId('nightly', lived.id));
  await keep(world.client, 'nightly-lived', workflowId('nightly', lived.id));
}

/** At a day a second: the timer of a night. */
export async function watchedFast(world: World): Promise<void> {
  await world.customer('fast');
  await beginNights(world.store);
  const over = () =>
    world.store.db.selectFrom('night').select('id').where('ended_at', 'is not', null).orderBy('on_date').execute();
  await until('a night has come by its timer', async () => (await over()).length > 1);
  const [, second] = await over();
  const night = workflowId('nightly', second?.id ?? '');
  await ended(world, night);
  await keep(world.client, 'nightly-fast', night);
}

/** An application that asks the registers, waits for what one of them did not tell, and goes on when a person has entered it. */
export async function asking(world: World): Promise<void> {
  const office = await openOffice(world.store, world.config);
  const sales = await office.person('sales', { owner: 'lin' });
  const officer = await office.person('credit_officer');
  await office.debtor('asking', { taxId: TAX_ID });
  const id = await office.apply(sales, 'asking', { limit: '50000.00', termsDays: 30 });
  const paper = { asOf: '2026-08-31', evidence: { reference: 'LIC-2' } };
  const facts = [
    { name: 'licenceState', value: 'valid', ...paper },
    { name: 'licenceUntil', value: '2029-01-01', ...paper },
  ];
  await officer.post('/v1/customers/asking/facts', { facts, reason: 'seen on paper' }).expect(200);
  await office.rests(id);
  await sales.post(`/v1/credit-applications/${id}/withdraw`, { reason: 'tender lost' }).expect(200);
  await ended(world, applicationId(id));
  await keep(world.client, 'credit-application-asking', applicationId(id));
  await office.commands.close();
}
