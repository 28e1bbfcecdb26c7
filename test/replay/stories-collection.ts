/** What receivables, work orders and contacts live through. */
import { sql } from 'kysely';
import { outreachWorkflowId, receivableWorkflowId } from '../../domain/platform/subject.ts';
import { standAt } from '../../store/platform/clock.ts';
import { completeTask } from '../../store/tasks/tasks.ts';
import { system } from '../support/actors.ts';
import { until } from '../support/world-over.ts';
import type { World } from '../support/world-over.ts';
import { DUE, ISSUED, ended, keep, pay, post } from './keep.ts';

const orderOf = async (world: World, receivable: string): Promise<string> =>
  (
    await world.store.db
      .selectFrom('work_order as o')
      .leftJoin('work_order_item as t', 't.work_order_id', 'o.id')
      .select('o.id')
      .where((of) => of.or([of('o.receivable_id', '=', receivable), of('t.receivable_id', '=', receivable)]))
      .orderBy('o.opened_at')
      .executeTakeFirstOrThrow()
  ).id;
/** At speed 0: every path, told by bells alone. */
export async function stepped(world: World): Promise<void> {
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
export async function real(world: World): Promise<void> {
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
export async function fast(world: World): Promise<void> {
  const id = await post(world, 'fast');
  await until('legal', async () => (await world.receivable(id)).stage === 'legal', 120_000);
  await keep(world.client, 'receivable-fast', receivableWorkflowId(id));
  const order = await orderOf(world, id);
  await until('handed over twice', async () => (await world.actions(order)).length >= 4, 60_000);
  await keep(world.client, 'work-order-fast', `work-order-${order}`);
}

/** Letters by a provider, in stepped time. */
export async function delivered(world: World): Promise<void> {
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
export async function renewed(world: World): Promise<void> {
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
