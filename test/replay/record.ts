/**
 * Records histories of all workflows on a Postgres and a Temporal of its own: `node --import tsx test/replay/record.ts <release> [story]…`.
 * Files of earlier releases stay: the corpus only grows. Ids are random, people are invented, machine names are taken out.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { sql } from 'kysely';
import pg from 'pg';
import { SMTPServer } from 'smtp-server';
import { startPostgres } from '../../stack/postgres.ts';
import { freePort } from '../../stack/ports.ts';
import { resolveTemporal, startTemporal } from '../../stack/temporal.ts';
import { outreachWorkflowId, receivableWorkflowId, workflowId } from '../../domain/kernel/subject.ts';
import { standAt } from '../../store/clock.ts';
import { putOrder } from '../../store/credit/orders.ts';
import { postShipment } from '../../store/credit/shipments.ts';
import { postCustomerStatement } from '../../store/reconciliation/customer-statements.ts';
import { answerStatement } from '../../store/reconciliation/statement-answers.ts';
import { issueStatement } from '../../store/reconciliation/statements.ts';
import { stepTo } from '../../store/stepping.ts';
import { migrate } from '../../store/migrate.ts';
import { completeTask } from '../../store/tasks.ts';
import { erp, system } from '../support/actors.ts';
import { limitOf, orderOf as salesOrder } from '../support/credit.ts';
import { shanghai } from '../support/shanghai.ts';
import { openOffice } from '../support/credit-world.ts';
import { openHoldOffice } from '../support/hold-office.ts';
import { heldShipments } from '../support/held-shipments.ts';
import { openWorldOver, until } from '../support/world-over.ts';
import type { Ground, World, WorldOptions } from '../support/world-over.ts';
import { GOLDEN, HISTORIES, historyFiles, observedBundle, replay } from './corpus.ts';

const release = process.argv[2] ?? '';
if (!/^[\d.]+$/.test(release)) throw new Error('say which release: record.ts 0.1');
/** Stories to tell, when not all. */
const only = process.argv.slice(3);

const DUE = '2026-03-04';
const ISSUED = '2026-02-02';
const written: string[] = [];

/** The identity of a worker holds the name of its machine. */
const anonymous = (json: string): string =>
  json.replaceAll(/"\d+@[^"]*"/g, '"worker"').replaceAll(/"[^"]*\d+@[^"]*"/g, '"worker"');

const PENDING = /TASK_SCHEDULED|TASK_STARTED|TIMER_FIRED|SIGNALED/;

/** Writes the history of a run that has ended, or rests: a task under way would be replayed beyond what is recorded. */
async function keep(client: Client, name: string, workflowId: string, runId?: string): Promise<void> {
  let events: { eventType: string }[] = [];
  await until(`${name} rests`, async () => {
    const json = historyToJSON(await client.workflow.getHandle(workflowId, runId).fetchHistory());
    ({ events } = JSON.parse(anonymous(json)) as { events: { eventType: string }[] });
    return !PENDING.test(events.at(-1)?.eventType ?? '');
  });
  const file = `${release}-${name}.json`;
  writeFileSync(new URL(file, HISTORIES), `{"events":[\n${events.map((event) => JSON.stringify(event)).join(',\n')}\n]}\n`);
  written.push(file);
}

const orderOf = async (world: World, receivable: string): Promise<string> =>
  (
    await world.store.db
      .selectFrom('work_order')
      .select('id')
      .where('receivable_id', '=', receivable)
      .orderBy('opened_at')
      .executeTakeFirstOrThrow()
  ).id;
const ended = (world: World, workflowId: string) => world.client.workflow.getHandle(workflowId).result();

async function post(world: World, code: string, amount = '1000.00', due = DUE): Promise<string> {
  await world.customer(code);
  return world.invoice({ id: `INV-${code}`, customer: code, amount, issued: ISSUED, due });
}
const pay = (world: World, code: string, on: string, amount = '1000.00'): Promise<string> =>
  world.pay({ id: `P-${code}-${on}`, customer: code, amount, on, invoice: `INV-${code}` });

/** At speed 0: every path, told by bells alone. */
async function stepped(world: World): Promise<void> {
  const { client } = world;
  const names = ['early', 'noticed', 'legal', 'disputed', 'broken', 'reversed', 'credited', 'small', 'done', 'off'] as const;
  const ids = {} as Record<(typeof names)[number], string>;
  for (const name of names) ids[name] = await post(world, name, name === 'small' ? '10.00' : '1000.00');
  await world.settled();
  await pay(world, 'early', ISSUED);
  await world.step('2026-03-03', 10);
  await pay(world, 'noticed', '2026-03-03');
  await world.step('2026-03-06', 10);
  const dispute = await world.dispute(ids.disputed, '1000.00');
  await world.promise(ids.broken, '1000.00', '2026-03-10');
  const returned = await pay(world, 'reversed', '2026-03-06');
  await world.credit({ id: 'N', customer: 'credited', invoice: 'INV-credited', amount: '1000.00', on: '2026-03-06' });
  await world.settled();
  const { runId } = await client.workflow.getHandle(receivableWorkflowId(ids.reversed)).describe();
  await world.step('2026-03-10', 10);
  await world.reverse(returned);
  await world.resolve(dispute, 'rejected');
  await world.step('2026-03-23', 10);
  const [done, off, late] = await Promise.all([ids.done, ids.off, ids.legal].map((id) => orderOf(world, id)));
  await completeTask(world.store, system, done ?? '', { outcome: 'promised', note: '', reason: null });
  await world.writeOff(ids.off);
  await world.step('2026-04-20', 10);
  for (const name of names.filter((one) => !['early', 'noticed', 'credited', 'off'].includes(one)))
    await pay(world, name, '2026-04-20', name === 'small' ? '10.00' : '1000.00');
  for (const name of names) await ended(world, receivableWorkflowId(ids[name]));
  for (const name of names) await keep(client, `receivable-${name}`, receivableWorkflowId(ids[name]));
  await keep(client, 'receivable-reversed-first-run', receivableWorkflowId(ids.reversed), runId);
  for (const [name, id] of Object.entries({ done, off, late })) await keep(client, `work-order-${name}`, `work-order-${id}`);
  const { customer_id } = await world.store.db
    .selectFrom('receivable')
    .select('customer_id')
    .where('id', '=', ids.legal)
    .executeTakeFirstOrThrow();
  await keep(client, 'outreach-outbox', outreachWorkflowId(customer_id));
}

/** At speed 1: timers set, cancelled and fired. */
async function real(world: World): Promise<void> {
  const id = await post(world, 'real');
  const subject = receivableWorkflowId(id);
  const { at } = await world.wake(subject);
  await standAt(world.store, system, new Date(Date.parse(at ?? '') - 8_000).toISOString());
  await sql`update clock set real_anchor = clock_timestamp(), speed = 1`.execute(world.store.db);
  await world.dispute(id, '1.00');
  await world.settled();
  for (const due of ['2026-03-11', DUE]) {
    await world.invoice({ id: 'INV-real', customer: 'real', amount: '1000.00', issued: ISSUED, due });
    await world.settled();
  }
  await until('the notice was asked for', async () => (await world.rungs(id)).length > 0);
  await world.settled();
  await keep(world.client, 'receivable-real-open', subject);
  await pay(world, 'real', '2026-03-02');
  await ended(world, subject);
  await keep(world.client, 'receivable-real', subject);
}

/** At a day a second, over SMTP: timers all the way to legal, letters by a provider. */
async function fast(world: World): Promise<void> {
  const id = await post(world, 'fast');
  await until('legal', async () => (await world.receivable(id)).stage === 'legal', 120_000);
  await keep(world.client, 'receivable-fast', receivableWorkflowId(id));
  const order = await orderOf(world, id);
  await until('handed over twice', async () => (await world.actions(order)).length >= 4, 60_000);
  await keep(world.client, 'work-order-fast', `work-order-${order}`);
}

/** Letters by a provider, in stepped time. */
async function delivered(world: World): Promise<void> {
  const id = await post(world, 'mail');
  await world.step('2026-03-13', 10);
  const { customer_id } = await world.store.db
    .selectFrom('receivable')
    .select('customer_id')
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  await keep(world.client, 'outreach-delivered', outreachWorkflowId(customer_id));
}

/** Bells enough that the engine suggests a new run. */
async function renewed(world: World): Promise<void> {
  const id = await post(world, 'renewed');
  await world.settled();
  const handle = world.client.workflow.getHandle(receivableWorkflowId(id));
  const { runId } = await handle.describe();
  for (let bell = 1; (await handle.describe()).runId === runId; bell += 1) {
    await world.dispute(id, '1.00');
    await world.settled();
    if (bell > 60) throw new Error('no new run was suggested');
  }
  await keep(world.client, 'receivable-continued', handle.workflowId, runId);
  await pay(world, 'renewed', ISSUED);
  await handle.result();
  await keep(world.client, 'receivable-continuation', handle.workflowId);
}

/** Reservations of orders: one shipped before its end, one that lapses, one at a day a second. */
async function reserved(world: World): Promise<void> {
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
async function reservedFast(world: World): Promise<void> {
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
async function credit(world: World): Promise<void> {
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
async function creditReal(world: World): Promise<void> {
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
async function creditFast(world: World): Promise<void> {
  const office = await openOffice(world.store, world.config);
  const sales = await office.person('sales', { owner: 'lin' });
  await office.debtor('fast');
  const id = await office.apply(sales, 'fast', { limit: '50000.00', termsDays: 30 });
  await until('it has expired', async () => (await office.show(id)).state === 'expired', 120_000);
  await ended(world, applicationId(id));
  await keep(world.client, 'credit-application-fast', applicationId(id));
  await office.commands.close();
}

const holdId = (id: string): string => workflowId('order-hold', id);

/** Held orders: released by two tiers, in part after they were changed, rejected, released by themselves, lapsed after their warning. */
async function held(world: World): Promise<void> {
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
async function heldReal(world: World): Promise<void> {
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
async function heldFast(world: World): Promise<void> {
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
async function ships(world: World): Promise<void> {
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
async function shipsReal(world: World): Promise<void> {
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
async function shipsFast(world: World): Promise<void> {
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

const statementId = (id: string): string => workflowId('statement', id);
const statement = async (world: World, customer: string): Promise<string> =>
  (await issueStatement(world.store, system, { customer, currency: null, asOf: null, respondBy: null }, null)).id;

/** Statements of ours confirmed and not answered; one of theirs compared again when the payment comes that was on its way. */
async function reconciled(world: World): Promise<void> {
  const { client, store } = world;
  for (const name of ['confirmed', 'silent', 'compared']) await post(world, name);
  const ids = { confirmed: await statement(world, 'confirmed'), silent: await statement(world, 'silent') };
  const line = (kind: 'invoice' | 'payment', number: string, amountMinor: number) => ({
    kind,
    number,
    on: ISSUED,
    quantity: null,
    amountMinor,
  });
  const theirs = {
    externalId: 'CS',
    customer: 'compared',
    currency: 'CNY',
    basis: 'open-items',
    from: null,
    asOf: ISSUED,
  } as const;
  const lines = [line('invoice', 'INV-compared', 100_000), line('payment', 'TRF', -40_000)];
  const { id: compared } = await postCustomerStatement(store, erp, { ...theirs, lines }, null);
  await world.settled();
  const answer = { answeredOn: ISSUED, by: 'c1', channel: 'letter', evidence: { reference: 'r' }, note: '', disputed: [] };
  await answerStatement(store, erp, ids.confirmed, () => ({ verdict: 'confirmed', ...answer }), null);
  await pay(world, 'compared', ISSUED, '400.00');
  await world.settled();
  await world.step('2026-02-20');
  for (const id of Object.values(ids)) await ended(world, statementId(id));
  await ended(world, workflowId('reconciliation', compared));
  for (const [name, id] of Object.entries(ids)) await keep(client, `statement-${name}`, statementId(id));
  await keep(client, 'reconciliation-compared', workflowId('reconciliation', compared));
}

/** At a day a second: nobody answers until the timer of the deadline. */
async function reconciledFast(world: World): Promise<void> {
  await world.customer('fast');
  const id = await statement(world, 'fast');
  await world.settled();
  await until('nobody has answered', async () => (await world.actions(id)).includes('statement.silent'), 120_000);
  await ended(world, statementId(id));
  await keep(world.client, 'statement-fast', statementId(id));
}

const folder = join(tmpdir(), `duecourse-record-${process.pid}`);
mkdirSync(folder, { recursive: true });
const found = await resolveTemporal({ env: { ...process.env, TEMPORAL_ADDRESS: '' }, progress: console.error });
if (found.kind !== 'binary') throw new Error('a Temporal binary is needed');
const postgres = await startPostgres({ dataDir: folder });
const namespace = 'duecourse';
const [temporal, hasty] = await Promise.all([
  startTemporal({ binary: found.path, namespace }),
  startTemporal({ binary: found.path, namespace, dynamicConfig: { 'limit.historyCount.suggestContinueAsNew': 60 } }),
]);
const mail = new SMTPServer({
  authOptional: true,
  disabledCommands: ['STARTTLS', 'AUTH'],
  onData: (stream, _session, done) => stream.on('end', done).resume(),
});
const mailPort = await freePort();
await new Promise<void>((resolve) => void mail.listen(mailPort, '127.0.0.1', resolve));
const smtp = { SMTP_URL: `smtp://127.0.0.1:${mailPort}`, SMTP_FROM: 'Receivables <ar@seller.example>' };

async function on(name: string, address: string, options: WorldOptions, story: (world: World) => Promise<void>): Promise<void> {
  if (only.length > 0 && !only.includes(name)) return;
  const url = new URL(postgres.url);
  url.pathname = `/${name}`;
  const admin = new pg.Client({ connectionString: postgres.url });
  await admin.connect();
  await admin.query(`create database ${name}`);
  await admin.end();
  await migrate(url.href);
  const ground: Ground = { url: url.href, temporalAddress: address, temporalNamespace: namespace };
  const world = await openWorldOver(ground, options);
  try {
    await story(world);
  } finally {
    await world.close();
  }
  console.error(`${name}: ${written.length} histories so far`);
}

try {
  await on('reserved', temporal.address, { from: ISSUED }, reserved);
  await on('reserved_fast', temporal.address, { from: shanghai('2026-02-27'), speed: 86_400 }, reservedFast);
  await on('stepped', temporal.address, { from: ISSUED }, stepped);
  await on('real', temporal.address, { from: ISSUED }, real);
  await on('delivered', temporal.address, { from: ISSUED, env: smtp }, delivered);
  await on('renewed', hasty.address, { from: ISSUED }, renewed);
  await on('held', temporal.address, { from: '2026-09-01T01:00:00.000Z' }, held);
  await on('held_real', temporal.address, { from: '2026-09-01T01:00:00.000Z', speed: 1 }, heldReal);
  await on('held_fast', temporal.address, { from: '2026-09-01T01:00:00.000Z', speed: 86_400 }, heldFast);
  await on('ships', temporal.address, { from: '2026-09-01T01:00:00.000Z' }, ships);
  await on('ships_real', temporal.address, { from: '2026-09-01T01:00:00.000Z', speed: 1 }, shipsReal);
  await on('ships_fast', temporal.address, { from: '2026-09-01T01:00:00.000Z', speed: 86_400 }, shipsFast);
  await on('credit', temporal.address, { from: '2026-09-01T01:00:00.000Z' }, credit);
  await on('credit_real', temporal.address, { from: '2026-09-01T01:00:00.000Z', speed: 1 }, creditReal);
  await on('credit_fast', temporal.address, { from: '2026-09-01T01:00:00.000Z', speed: 86_400 }, creditFast);
  await on('reconciled', temporal.address, { from: ISSUED }, reconciled);
  await on('reconciled_fast', temporal.address, { from: shanghai('2026-02-27'), speed: 86_400 }, reconciledFast);
  await on('fast', temporal.address, { from: shanghai('2026-02-27'), speed: 86_400, env: smtp }, fast);
} finally {
  await Promise.all([temporal.stop(), hasty.stop(), postgres.stop(), new Promise<void>((resolve) => mail.close(resolve))]);
  rmSync(folder, { recursive: true, force: true });
}

const golden: Record<string, string[]> = JSON.parse(readFileSync(GOLDEN, { encoding: 'utf8', flag: 'a+' }) || '{}');
for (const [file, { commands, error }] of await replay(await observedBundle(), written)) {
  if (error) throw new Error(`${file} does not replay: ${error}`);
  golden[file] = commands;
}
const kept = Object.fromEntries(historyFiles().map((file) => [file, golden[file] ?? []]));
writeFileSync(GOLDEN, `${JSON.stringify(kept, null, 2)}\n`);
