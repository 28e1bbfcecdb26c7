/** What held orders and held shipments live through. */
import { workflowId } from '../../domain/platform/subject.ts';
import { stepTo } from '../../store/platform/stepping.ts';
import { system } from '../support/actors.ts';
import { openOffice } from '../support/credit-world.ts';
import { limitOf } from '../support/credit.ts';
import { heldShipments } from '../support/held-shipments.ts';
import { openHoldOffice } from '../support/hold-office.ts';
import { until } from '../support/world-over.ts';
import type { World } from '../support/world-over.ts';
import { ended, keep } from './keep.ts';

const holdId = (id: string): string => workflowId('order-hold', id);

/** Held orders: released by two tiers, in part after they were changed, rejected, released by themselves, lapsed after their warning. */
export async function held(world: World): Promise<void> {
  const office = await openOffice(world.store, world.config);
  const holds = await openHoldOffice(world.store, world.url, office);
  const officer = await office.person('credit_officer');
  const manager = await office.person('credit_manager');
  const names = ['released', 'changed', 'rejected', 'roomy', 'lapsed'] as const;
  const ids = {} as Record<(typeof names)[number], string>;
  for (const name of names) {
    await office.debtor(name);
    ids[name] = await holds.put(name, name, 50_000);
  }
  for (const person of [officer, manager]) await holds.decide(person, ids.released, 'release');
  await holds.decide(officer, ids.changed, 'prepay');
  await holds.put('changed', 'changed', 60_000);
  await holds.decide(officer, ids.changed, 'part', { lines: [{ line: 1, amount: '100.00' }] });
  await holds.decide(manager, ids.changed, 'release');
  await holds.decide(officer, ids.rejected, 'reject');
  await limitOf(world.store, 'roomy', 50_000);
  await stepTo(world.store, system, (await holds.show(ids.lapsed)).expiresAt);
  for (const name of names) await ended(world, holdId(ids[name]));
  for (const name of names) await keep(world.client, `order-hold-${name}`, holdId(ids[name]));
  await office.commands.close();
}

/** At speed 1: a decision cancels the timer of a held order that waits. */
export async function heldReal(world: World): Promise<void> {
  const office = await openOffice(world.store, world.config);
  const holds = await openHoldOffice(world.store, world.url, office);
  await office.debtor('real');
  const id = await holds.put('real', 'real', 50_000);
  await keep(world.client, 'order-hold-real-open', holdId(id));
  for (const role of ['credit_officer', 'credit_manager'] as const) await holds.decide(await office.person(role), id, 'release');
  await ended(world, holdId(id));
  await keep(world.client, 'order-hold-real', holdId(id));
  await office.commands.close();
}

/** At a day a second nobody decides: handed on, warned, lapsed, each at its timer. */
export async function heldFast(world: World): Promise<void> {
  const office = await openOffice(world.store, world.config);
  const holds = await openHoldOffice(world.store, world.url, office);
  await office.debtor('fast');
  const id = await holds.put('fast', 'fast', 50_000);
  await until('it has lapsed', async () => (await holds.show(id)).state === 'lapsed', 120_000);
  await ended(world, holdId(id));
  await keep(world.client, 'order-hold-fast', holdId(id));
  await office.commands.close();
}

const shipId = (id: string): string => workflowId('shipment-hold', id);
const byLaw = {
  ground: { kind: 'statutory', cause: 'business-worsened' },
  evidence: [{ what: 'Court notice on its accounts' }],
};

/** Held shipments: shipped by news, shipped and reduced by two tiers, kept, rescinded by law after the time to answer. */
export async function ships(world: World): Promise<void> {
  const office = await openOffice(world.store, world.config);
  const desk = heldShipments(world.store, office, await office.person('auditor'));
  const officer = await office.person('credit_officer');
  const other = await office.person('credit_officer');
  const manager = await office.person('credit_manager');
  const names = ['news', 'shipped', 'reduced', 'rescinded'] as const;
  const ids = {} as Record<(typeof names)[number], string>;
  for (const name of names) {
    ids[name] = await desk.held(name, [3], 10_000);
    await desk.rests(ids[name]);
  }
  await limitOf(world.store, 'news', 30_000);
  for (const person of [officer, manager]) await desk.act(person, ids.shipped, 'ship');
  await desk.act(officer, ids.reduced, 'keep');
  const lines = [{ line: 1, quantity: '1' }];
  for (const person of [officer, manager]) await desk.act(person, ids.reduced, 'reduce', { lines });
  await desk.act(officer, ids.rescinded, 'ground', byLaw);
  const now = '2026-09-01T01:00:00.000Z';
  await desk.act(officer, ids.rescinded, 'notice', { notice: { givenAt: now, arrivedAt: now, how: 'registered letter' } });
  await stepTo(world.store, system, (await desk.show(ids.rescinded)).respondBy ?? '');
  for (const person of [other, manager]) await desk.act(person, ids.rescinded, 'rescind');
  for (const name of names) await ended(world, shipId(ids[name]));
  for (const name of names) await keep(world.client, `shipment-hold-${name}`, shipId(ids[name]));
  await office.commands.close();
}

/** At speed 1: a decision cancels the timer of a held shipment that waits. */
export async function shipsReal(world: World): Promise<void> {
  const office = await openOffice(world.store, world.config);
  const desk = heldShipments(world.store, office, await office.person('auditor'));
  const id = await desk.held('real', [3], 10_000);
  await until(
    'it waits',
    async () => (await desk.show(id)).why.code === 'notice-by-hand' || (await desk.show(id)).why.code === 'notice-pending',
  );
  await keep(world.client, 'shipment-hold-real-open', shipId(id));
  for (const role of ['credit_officer', 'credit_manager'] as const) await desk.act(await office.person(role), id, 'ship');
  await ended(world, shipId(id));
  await keep(world.client, 'shipment-hold-real', shipId(id));
  await office.commands.close();
}

/** At a day a second nobody decides: the time to answer passes at its timer, then the order's reservation lapses. */
export async function shipsFast(world: World): Promise<void> {
  const office = await openOffice(world.store, world.config);
  const desk = heldShipments(world.store, office, await office.person('auditor'));
  const id = await desk.held('fast', [3], 10_000);
  const officer = await office.person('credit_officer');
  const moment = '2026-09-01T01:00:00.000Z';
  await desk.act(officer, id, 'notice', { notice: { givenAt: moment, arrivedAt: moment, how: 'in person' } });
  await until('nobody answered', async () => (await world.actions(id)).includes('shipment-hold.unanswered'), 120_000);
  for (const person of [officer, await office.person('credit_manager')]) await desk.act(person, id, 'ship');
  await ended(world, shipId(id));
  await keep(world.client, 'shipment-hold-fast', shipId(id));
  await office.commands.close();
}
