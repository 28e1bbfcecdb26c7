import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectorActivities } from '../../activities/credit/connectors.ts';
import { deliveryActivities } from '../../activities/outreach/delivery.ts';
import type { Gateway } from '../../activities/outreach/channels/gateway.ts';
import { outlets } from '../../domain/platform/departure.ts';
import type { Outlet } from '../../domain/platform/departure.ts';
import { claimInstallation, readDepartures, switchOutlet } from '../../store/platform/departures.ts';
import { closeConnectorCall, openConnectorCall } from '../../store/credit/connector-calls.ts';
import { channelOf, claimDelivery, releaseDelivery } from '../../store/outreach/delivery-claims.ts';
import { recordDelivery } from '../../store/outreach/messages.ts';
import { openStore } from '../../store/open.ts';
import type { OpenStore } from '../../store/open.ts';
import { system } from '../support/actors.ts';
import { auditOf } from '../support/books.ts';
import { openContactDesk } from '../support/contact-desk.ts';
import type { ContactDesk } from '../support/contact-desk.ts';
import { INSTALLATION, letOut, reaching } from '../support/let-out.ts';

const DUE = '2026-03-04';
const REMINDER = '2026-03-05';

let desk: ContactDesk;
let number = 0;
beforeAll(async () => {
  desk = await openContactDesk(DUE);
  await desk.stand(REMINDER);
});
afterAll(() => desk.close());

const turn = async (open: boolean, outlet: Outlet = 'email') =>
  switchOutlet(desk.store, system, outlet, open ? { until: null } : null, 'a test of switches');

/** A customer whose first reminder is due; answers what contacting them now comes to. */
async function reminded(contact: object = {}) {
  number += 1;
  const id = await desk.customer(`L-${number}`, [{ email: `l${number}@customer.example`, ...contact }], {
    taxId: '914403001922038216',
  });
  const receivables = await desk.invoice({ code: `L-${number}-I`, customer: `L-${number}`, due: [DUE] });
  await desk.take(...receivables);
  return { id, receivable: receivables[0] ?? '', plan: await desk.contact(id, ['email']) };
}

/** Counts the calls of a provider that takes everything. */
function provider(): { calls: number; gateway: Gateway } {
  const own = {
    calls: 0,
    gateway: {
      provider: 'smtp',
      receipts: false,
      settleMs: 0,
      send: () => Promise.resolve({ outcome: 'accepted' as const, providerId: `m-${(own.calls += 1)}` }),
      find: () => Promise.resolve({ outcome: 'absent' as const }),
    },
  };
  return own;
}

const deliver = (id: string, messageId: string, gateway: Gateway) =>
  deliveryActivities(
    {
      channelOf: (one) => channelOf(desk.store, one),
      claim: (input) => claimDelivery(desk.store, input, reaching('email')),
      release: (input) => releaseDelivery(desk.store, input),
      record: (input) => recordDelivery(desk.store, input, reaching('email')),
    },
    { email: gateway },
  ).deliverMessage({ id, messageId });

test('in stepped time a message is kept with its reason, and is never sent later: a switch lets only what comes after it leave', async () => {
  await turn(false);
  const kept = await reminded();
  expect(kept.plan.step).toBe('close');
  expect(await desk.messages(kept.id)).toMatchObject([{ state: 'sent', outbox: true, reason: 'clock-not-real', calls: 0 }]);
  await turn(true);
  expect((await desk.contact(kept.id, ['email'])).step).toBe('close');
  expect(await desk.messages(kept.id)).toHaveLength(1);
  const next = await reminded();
  expect(next.plan.step).toBe('deliver');
  const { gateway } = provider();
  await deliver(next.id, next.plan.messageId ?? '', gateway);
  expect(await desk.messages(next.id)).toMatchObject([{ state: 'sent', outbox: false, reason: null }]);
});

test('a message written down to be sent is judged again before its provider is called: the switch closed in between, it is kept', async () => {
  await turn(true);
  const of = await reminded();
  expect(of.plan.step).toBe('deliver');
  await turn(false);
  const own = provider();
  await deliver(of.id, of.plan.messageId ?? '', own.gateway);
  expect(own.calls).toBe(0);
  expect(await desk.messages(of.id)).toMatchObject([{ state: 'sent', outbox: true, reason: 'clock-not-real', calls: 0 }]);
  await turn(true);
});

test('a call whose outcome is open is not looked up once nothing may leave: a person finds out', async () => {
  await turn(true);
  const of = await reminded();
  await claimDelivery(desk.store, { messageId: of.plan.messageId ?? '', provider: 'smtp', again: false }, reaching('email'));
  await turn(false);
  await deliver(of.id, of.plan.messageId ?? '', provider().gateway);
  expect(await desk.messages(of.id)).toMatchObject([{ state: 'unknown' }]);
  await turn(true);
});

test('a switch is on record with its reason, by outlet, and ends with its last day', async () => {
  const departures = () => readDepartures(desk.store.db, desk.store, reaching(...outlets));
  await switchOutlet(desk.store, system, 'bureau', null, 'closed for the test');
  expect((await departures()).reasons('bureau')).toEqual(['clock-not-real', 'clock-movable']);
  expect((await departures()).reasons('licences')).toEqual([]);
  await switchOutlet(desk.store, system, 'bureau', { until: REMINDER }, 'one day');
  expect((await departures()).reasons('bureau')).toEqual([]);
  await expect(switchOutlet(desk.store, system, 'bureau', { until: DUE }, 'a day gone')).rejects.toMatchObject({
    code: 'invalid',
  });
  const entries = await auditOf(desk.store, 'outlet bureau');
  expect(entries.slice(-2)).toMatchObject([
    { action: 'outlet.closed', reason: 'closed for the test' },
    { action: 'outlet.opened', reason: 'one day', after: { outlet: 'bureau', until: REMINDER } },
  ]);
});

test('a data provider that may not be asked is not asked: the facts are a person’s to enter', async () => {
  const { id } = await reminded();
  await switchOutlet(desk.store, system, 'court-list', null, 'closed for the test');
  let asked = 0;
  const { askConnector } = connectorActivities(
    {
      open: (call) => openConnectorCall(desk.store, call, reaching('court-list')),
      close: (ended) => closeConnectorCall(desk.store, ended),
    },
    { 'court-list': { name: 'court-list', ask: () => Promise.reject(new Error(`asked ${(asked += 1)} times`)) } },
  );
  const outcome = await askConnector({ customerId: id, connector: 'court-list', askedFor: null });
  expect(outcome).toMatchObject({ state: 'unavailable', problem: 'kept-inside' });
  expect(asked).toBe(0);
});

/** A copy of the desk's database on the same server, as a restore makes one. */
async function copied(): Promise<{ store: OpenStore; drop(): Promise<void> }> {
  const name = `copy_${randomUUID().replaceAll('-', '')}`;
  const from = new URL(desk.url);
  const admin = new pg.Client({ connectionString: new URL('/postgres', from).href });
  await admin.connect();
  const own = from.pathname.slice(1);
  await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [own]);
  await admin.query(`create database ${name} template ${own}`);
  const store = openStore({ url: new URL(`/${name}`, from).href, max: 2 });
  return {
    store,
    async drop() {
      await store.close();
      await admin.query(`drop database ${name} with (force)`);
      await admin.end();
    },
  };
}

test('a copied database stays silent whatever was switched, until an operator says that it is the real one', async () => {
  await turn(true);
  const copy = await copied();
  try {
    const reasons = async () => (await readDepartures(copy.store.db, copy.store, reaching('email'))).reasons('email');
    expect(await reasons()).toEqual(['moved-database']);
    await claimInstallation(copy.store, system, INSTALLATION, 'restored after a fire');
    expect(await reasons()).toEqual([]);
    expect((await auditOf(copy.store, 'installation')).at(-1)).toMatchObject({
      action: 'installation.claimed',
      reason: 'restored after a fire',
    });
    await claimInstallation(copy.store, system, 'the-other-house', 'sold');
    expect(await reasons()).toEqual(['other-installation']);
  } finally {
    await copy.drop();
  }
});

test('at the same place under the same id nothing is claimed twice', async () => {
  const before = (await auditOf(desk.store, 'installation')).length;
  await letOut(desk.store);
  expect(await auditOf(desk.store, 'installation')).toHaveLength(before);
});
