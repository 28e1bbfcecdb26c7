import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { takeReceivableStep } from '../../store/dunning/receivable-book.ts';
import { write } from '../../store/platform/transaction.ts';
import { system } from '../support/actors.ts';
import { activitiesOf, eventTypes, historyOf } from '../support/histories.ts';
import { openWorld, until, workflowIdOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

const DUE = '2026-03-04';

describe('doorbells', () => {
  let world: World;
  let number = 0;
  beforeAll(async () => {
    world = await openWorld({ from: '2026-02-02' });
  });
  afterAll(() => world.close());

  async function post(): Promise<{ id: string; subject: string; pay(amount?: string): Promise<string> }> {
    number += 1;
    const [customer, invoice] = [`B-${number}`, `INV-B-${number}`];
    await world.customer(customer);
    const id = await world.invoice({ id: invoice, customer, amount: '1000.00', issued: '2026-02-02', due: DUE });
    await world.settled();
    let paid = 0;
    const pay = (amount = '1000.00') =>
      world.pay({ id: `P-${invoice}-${(paid += 1)}`, customer, amount, on: '2026-02-02', invoice });
    return { id, subject: workflowIdOf(id), pay };
  }
  const statusOf = async (subject: string): Promise<string> =>
    (await world.client.workflow.getHandle(subject).describe()).status.name;

  it('a payment before the start delay ends closes the delayed run at once, with no contact', async () => {
    const { id, subject, pay } = await post();
    expect(eventTypes(await historyOf(world.client, subject))).toEqual(['WORKFLOW_EXECUTION_STARTED']);
    await pay();
    await world.client.workflow.getHandle(subject).result();
    expect(await world.receivable(id)).toMatchObject({ stage: 'closed', outcome: 'paid' });
    expect(await world.rungs(id)).toEqual([]);
  });

  it('a bell that changes nothing leaves a run that waits for its day', async () => {
    const { id, subject, pay } = await post();
    await pay('1.00');
    await world.settled();
    expect(await statusOf(subject)).toBe('RUNNING');
    expect(await world.receivable(id)).toMatchObject({ plan_step: 'notice', plan_rung: 'notice' });
  });

  it('a thousand bells to one receivable: none is lost, and they cost few looks', { timeout: 120_000 }, async () => {
    const { id, subject, pay } = await post();
    const audit = [{ action: 'test.bell', subjectKind: 'receivable', subjectId: id }] as const;
    const ring = () =>
      write(world.store, system, () => Promise.resolve({ value: undefined, audit, asks: [{ subject, kind: 'receivable' }] }));
    const writer = async () => {
      for (let turn = 0; turn < 190; turn += 1) await ring();
    };
    await Promise.all(Array.from({ length: 5 }, writer));
    for (let round = 0; round < 50; round += 1) await pay('20.00');
    await world.settled();
    await world.client.workflow.getHandle(subject).result();
    expect(await world.receivable(id)).toMatchObject({ stage: 'closed', outcome: 'paid' });
    // The run may end before the relay has marked its last bell.
    await until('the last bell is marked', async () => (await world.wake(subject)).rang === 1000);
    const { asked, answered } = await world.wake(subject);
    expect({ asked, answered }).toEqual({ asked: 1000, answered: 1000 });
    const looks = activitiesOf(await historyOf(world.client, subject)).length;
    expect(looks).toBeLessThan(500);
  });

  it('signals that come double, or for nothing, end in the same state', async () => {
    const { id, subject, pay } = await post();
    const before = (await world.receivable(id)).seq;
    const handle = world.client.workflow.getHandle(subject);
    await world.store.db.updateTable('wake').set({ asked: 1 }).where('subject', '=', subject).execute();
    await sql`select pg_notify('duecourse', 'wake')`.execute(world.store.db);
    await world.settled();
    await Promise.all(Array.from({ length: 10 }, () => handle.signal('factsChanged')));
    await until('the run has looked again', async () => activitiesOf(await historyOf(world.client, subject)).length >= 2);
    expect(await world.receivable(id)).toMatchObject({ seq: before, stage: 'scheduled', plan_rung: 'notice' });
    await pay();
    await handle.result();
    expect((await world.receivable(id)).outcome).toBe('paid');
  });

  it('a bell marked as rung whose signal was lost is rung again after the bound', async () => {
    const { id, subject } = await post();
    await sql`
      with paid as (update receivable set paid_minor = amount_minor where id = ${id}::uuid)
      update wake set asked = asked + 1, rang = asked + 1, rang_at = clock_timestamp() - interval '1 minute' where subject = ${subject}`.execute(
      world.store.db,
    );
    await world.client.workflow.getHandle(subject).result();
    expect((await world.receivable(id)).outcome).toBe('paid');
  });

  it('a run that still waits for its first day though the record says it has looked is woken when its bell is rung again', async () => {
    const { id, subject } = await post();
    await sql`
      with looked as (update receivable set seq = 5, paid_minor = amount_minor where id = ${id}::uuid)
      update wake set asked = asked + 1 where subject = ${subject}`.execute(world.store.db);
    const rung = async () => (await world.wake(subject)).rang === 1;
    await until('the bell was rung', rung);
    expect(eventTypes(await historyOf(world.client, subject))).not.toContain('WORKFLOW_TASK_STARTED');
    await sql`update wake set rang_at = clock_timestamp() - interval '1 minute' where subject = ${subject}`.execute(
      world.store.db,
    );
    await world.client.workflow.getHandle(subject).result();
    expect((await world.receivable(id)).outcome).toBe('paid');
  });

  it('a relay that died with its leases loses nothing: they run out', async () => {
    const { id, subject } = await post();
    await sql`
      with paid as (update receivable set paid_minor = amount_minor where id = ${id}::uuid)
      update wake set asked = asked + 1, leased_until = clock_timestamp() + interval '2 seconds' where subject = ${subject}`.execute(
      world.store.db,
    );
    await world.client.workflow.getHandle(subject).result();
    expect((await world.receivable(id)).outcome).toBe('paid');
  });

  it('a run the engine forgot or ended though the record has it going on is started anew by the same bell', async () => {
    const { id, subject, pay } = await post();
    await pay('1.00');
    await world.step('2026-03-02', 20);
    expect((await world.receivable(id)).seq).toBeGreaterThan(1);
    await world.client.workflow.getHandle(subject).terminate('the store of the engine was lost');
    await pay('999.00');
    await until('a new run has closed it', async () => (await world.receivable(id)).outcome === 'paid');
  });

  it('a zombie worker that takes an old plan takes nothing', async () => {
    const { id, pay } = await post();
    await world.step('2026-03-02', 20);
    await pay('1.00');
    await world.settled();
    const before = await world.receivable(id);
    expect(before.seq).toBeGreaterThan(1);
    const answer = await takeReceivableStep(world.store, 'notice', { id, seq: before.seq - 1 });
    expect(answer.seq).toBe(before.seq);
    expect(await world.receivable(id)).toEqual(before);
    expect((await world.rungs(id)).map(({ rung }) => rung)).toEqual(['notice']);
  });

  it('a plan numbered above the stored one contacts nobody until a person had two days to find out what went out', async () => {
    const { id, pay } = await post();
    await world.step('2026-03-04', 20);
    const { seq } = await world.receivable(id);
    await sql`update receivable set seq = 1 where id = ${id}::uuid`.execute(world.store.db);
    await pay('1.00');
    await world.settled();
    expect((await world.receivable(id)).seq).toBeGreaterThan(seq);
    await world.step('2026-03-06', 20);
    const orders = await world.store.db.selectFrom('work_order').select('kind').where('receivable_id', '=', id).execute();
    expect(orders).toEqual([{ kind: 'sequence-check' }]);
    expect((await world.rungs(id)).at(-1)).toEqual({ rung: 'reminder-1', state: 'taken', reason: null, on: '2026-03-06' });
  });

  it('a run whose subject the database does not know ends', async () => {
    const id = '00000000-0000-7000-8000-000000000000';
    const handle = await world.client.workflow.signalWithStart('receivable', {
      workflowId: workflowIdOf(id),
      taskQueue: world.taskQueue,
      args: [{ id, plan: null }],
      signal: 'factsChanged',
    });
    await handle.result();
    expect(activitiesOf(await historyOf(world.client, handle.workflowId))).toHaveLength(1);
  });
});
