import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { completeTask } from '../../store/tasks/tasks.ts';
import { system } from '../support/actors.ts';
import { activitiesOf, eventTypes, historyOf, timersOf } from '../support/histories.ts';
import { openWorld, workflowIdOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

/** Due on Wednesday 2026-03-04: the ladder's days are 03-02 (notice, moved off Sunday), 03-05, 03-12, 03-20, 04-03 and 04-13. */
const DUE = '2026-03-04';
const FULL_LADDER = [
  { rung: 'notice', state: 'taken', reason: null, on: '2026-03-02' },
  { rung: 'reminder-1', state: 'taken', reason: null, on: '2026-03-05' },
  { rung: 'reminder-2', state: 'taken', reason: null, on: '2026-03-12' },
  { rung: 'call', state: 'taken', reason: null, on: '2026-03-20' },
  { rung: 'escalation', state: 'taken', reason: null, on: '2026-04-03' },
  { rung: 'legal', state: 'taken', reason: null, on: '2026-04-13' },
];
const NAME = 'Canary Instruments';
const TAX_ID = '91310000CANARY01X';

/** The people of these stories: one customer each, or two receivables of one. */
const stories = [
  'unpaid',
  'early',
  'noticed',
  'reminded',
  'part',
  'disputed',
  'partDisputed',
  'kept',
  'broken',
  'reversed',
  'credited',
  'writtenOff',
  'later',
  'earlier',
  'small',
  'goLive',
  'caseOne',
  'caseTwo',
  'done',
  'cancelled',
] as const;
type Story = (typeof stories)[number];

describe('receivables in stepped time on the real engine', () => {
  let world: World;
  const ids = {} as Record<Story, string>;
  const customerOf = (story: Story): string => (story.startsWith('case') ? 'CASE' : story.toUpperCase());
  const pay = (story: Story, amount: string, on: string): Promise<string> =>
    world.pay({ id: `P-${story}-${on}`, customer: customerOf(story), amount, on, invoice: `INV-${story}` });
  const days = async (story: Story): Promise<string[]> =>
    (await world.rungs(ids[story])).map(({ rung, state, on }) => `${rung} ${state} ${on.slice(5)}`);
  const ended = (story: Story) => world.client.workflow.getHandle(workflowIdOf(ids[story])).result();

  async function post(story: Story, due = DUE, amount = '1000.00'): Promise<void> {
    const customer = customerOf(story);
    await world.customer(customer, { name: NAME, taxId: TAX_ID });
    ids[story] = await world.invoice({ id: `INV-${story}`, customer, amount, issued: '2026-02-02', due });
  }

  /** Stage of the case, and its open work orders, at the moments the story is told. */
  const seen: Record<string, unknown> = {};

  /** For what is posted from now on alone; the verb measures what stands anew. */
  const collectFrom = (value: string) =>
    world.store.db.updateTable('setting').set({ value }).where('key', '=', 'collectFrom').execute();

  beforeAll(async () => {
    world = await openWorld({ from: '2026-02-02' });
    for (const story of stories) {
      if (story === 'goLive') continue;
      await post(story, story === 'earlier' ? '2026-05-04' : DUE, story === 'small' ? '49.99' : '1000.00');
    }
    await collectFrom('"2026-03-10"');
    await post('goLive');
    await collectFrom('null');
    await world.settled();
    const dispute = await live();
    await world.resolve(dispute, 'rejected');
    await world.step('2026-03-12', 0);
    seen['promiseJudged'] = await promiseOf('broken');
    await world.step('2026-03-23', 10);
    await finishTasks();
    await world.step('2026-04-03', 20);
    seen['search'] = await world.client.workflow.count(`TaskQueue = '${world.taskQueue}' and Stage = 'escalation'`);
    await world.step('2026-04-20', 10);
    seen['caseShared'] = await cases();
    await pay('caseOne', '1000.00', '2026-04-20');
    await world.step('2026-04-21', 10);
    seen['caseHalf'] = await cases();
    await pay('caseTwo', '1000.00', '2026-04-21');
    await world.step('2026-04-30');
  }, 180_000);
  afterAll(() => world.close());

  /** From posting to 10 March; answers the dispute that is open then. */
  async function live(): Promise<string> {
    await world.step('2026-02-10', 10);
    await world.invoice({ id: 'INV-earlier', customer: 'EARLIER', amount: '1000.00', issued: '2026-02-02', due: DUE });
    await world.step('2026-02-20', 10);
    await pay('early', '1000.00', '2026-02-20');
    await world.step('2026-03-03', 10);
    await pay('noticed', '1000.00', '2026-03-03');
    await world.invoice({ id: 'INV-later', customer: 'LATER', amount: '1000.00', issued: '2026-02-02', due: '2026-03-11' });
    await world.step('2026-03-06', 10);
    const dispute = await world.dispute(ids.disputed, '1000.00');
    await world.dispute(ids.partDisputed, '300.00');
    await pay('part', '400.00', '2026-03-06');
    await pay('reminded', '1000.00', '2026-03-06');
    await world.promise(ids.kept, '1000.00', '2026-03-10');
    await world.promise(ids.broken, '1000.00', '2026-03-10');
    await world.credit({ id: 'N-1', customer: 'CREDITED', invoice: 'INV-credited', amount: '1000.00', on: '2026-03-06' });
    const returned = await pay('reversed', '1000.00', '2026-03-06');
    await world.settled();
    seen['closed'] = await world.receivable(ids.reversed);
    seen['firstRun'] = (await world.client.workflow.getHandle(workflowIdOf(ids.reversed)).describe()).runId;
    await world.step('2026-03-09', 10);
    await pay('kept', '1000.00', '2026-03-09');
    await world.reverse(returned);
    await world.step('2026-03-10', 10);
    return dispute;
  }

  async function finishTasks(): Promise<void> {
    seen['openOrders'] = await ordersOf('done');
    const [task] = await ordersOf('done');
    await completeTask(world.store, system, task?.id ?? '', { outcome: 'promised', note: '', reason: null });
    await pay('cancelled', '1000.00', '2026-03-23');
    await world.writeOff(ids.writtenOff);
    await world.settled();
  }

  const promiseOf = async (story: Story): Promise<string | undefined> =>
    (await world.store.db.selectFrom('promise').select('state').where('receivable_id', '=', ids[story]).executeTakeFirst())
      ?.state;
  const ordersOf = (story: Story) =>
    world.store.db
      .selectFrom('work_order as o')
      .leftJoin('work_order_item as t', 't.work_order_id', 'o.id')
      .select(['o.id', 'o.kind', 'o.state', 'o.role', 'o.level', 'o.plan_step', 'o.plan_at'])
      .where((of) => of.or([of('o.receivable_id', '=', ids[story]), of('t.receivable_id', '=', ids[story])]))
      .orderBy('o.opened_at')
      .execute();
  const cases = async () => {
    const rows = await world.store.db
      .selectFrom('legal_case as c')
      .innerJoin('legal_case_receivable as j', 'j.legal_case_id', 'c.id')
      .innerJoin('customer as k', 'k.id', 'c.customer_id')
      .leftJoin('work_order as o', 'o.legal_case_id', 'c.id')
      .select(['c.id', 'c.state', 'o.state as order'])
      .where('k.external_id', '=', 'CASE')
      .execute();
    return rows.map(({ state, order }) => ({ state, order }));
  };

  it('goes due, reminder, escalation, legal when nothing is paid, each rung on its day and once', async () => {
    expect(await world.rungs(ids.unpaid)).toEqual(FULL_LADDER);
    expect(await world.receivable(ids.unpaid)).toMatchObject({ stage: 'legal', outcome: null });
  });

  it('paid before its first rung: nothing is sent, and its whole history is at most seven events', async () => {
    await ended('early');
    expect(await days('early')).toEqual([]);
    expect(await world.receivable(ids.early)).toMatchObject({ stage: 'closed', outcome: 'paid' });
    const history = await historyOf(world.client, workflowIdOf(ids.early));
    expect(history.length, eventTypes(history).join(' ')).toBeLessThanOrEqual(7);
    expect(activitiesOf(history)).toHaveLength(1);
  });

  it('one contact, then paid: at most 14 events, 8 more for the stage it changed', async () => {
    await ended('noticed');
    expect(await days('noticed')).toEqual(['notice taken 03-02']);
    const history = await historyOf(world.client, workflowIdOf(ids.noticed));
    expect(history.length, eventTypes(history).join(' ')).toBeLessThanOrEqual(14 + 8);
  });

  it('each further contact costs at most 6 events, 8 more where it changes the stage', async () => {
    await ended('reminded');
    expect(await days('reminded')).toEqual(['notice taken 03-02', 'reminder-1 taken 03-05']);
    const history = await historyOf(world.client, workflowIdOf(ids.reminded));
    expect(history.length, eventTypes(history).join(' ')).toBeLessThanOrEqual(14 + 8 + 6 + 8);
  });

  it('a part payment keeps the rung, and the next message asks for what is left', async () => {
    expect(await world.rungs(ids.part)).toEqual(FULL_LADDER);
    const asked = await world.store.db
      .selectFrom('message_rung')
      .select(['rung', 'asked_minor'])
      .where('receivable_id', '=', ids.part)
      .orderBy('rung')
      .execute();
    expect(asked).toEqual([
      { rung: 'notice', asked_minor: 100_000 },
      { rung: 'reminder-1', asked_minor: 100_000 },
      { rung: 'reminder-2', asked_minor: 60_000 },
    ]);
  });

  it('a dispute over all of it stops the ladder, and what remains is shifted by its days', async () => {
    expect(await days('disputed')).toEqual([
      'notice taken 03-02',
      'reminder-1 taken 03-05',
      'reminder-2 taken 03-16',
      'call taken 03-24',
      'escalation taken 04-07',
      'legal taken 04-17',
    ]);
  });

  it('a dispute over a part goes on with the ladder and asks for the rest alone', async () => {
    expect(await world.rungs(ids.partDisputed)).toEqual(FULL_LADDER);
    const asked = await world.store.db
      .selectFrom('message_rung')
      .select('asked_minor')
      .where('receivable_id', '=', ids.partDisputed)
      .where('rung', '=', 'reminder-2')
      .execute();
    expect(asked).toEqual([{ asked_minor: 70_000 }]);
  });

  it('a promise that is kept ends the debt without another contact', async () => {
    expect(await promiseOf('kept')).toBe('kept');
    expect(await days('kept')).toEqual(['notice taken 03-02', 'reminder-1 taken 03-05']);
    expect(await world.receivable(ids.kept)).toMatchObject({ stage: 'closed', outcome: 'paid' });
  });

  it('a broken promise is found out after its day and grace, and the next rung follows at once', async () => {
    expect(seen['promiseJudged']).toBe('broken');
    const judged = await world.store.db
      .selectFrom('audit')
      .select(['action', 'after'])
      .where('subject_kind', '=', 'promise')
      .where('action', '=', 'promise.judged')
      .execute();
    expect(judged.map(({ after }) => (after as { state: string }).state).sort()).toEqual(
      expect.arrayContaining(['broken', 'kept']),
    );
    expect((await days('broken')).slice(0, 4)).toEqual([
      'notice taken 03-02',
      'reminder-1 taken 03-05',
      'reminder-2 taken 03-12',
      'call taken 03-26',
    ]);
  });

  it('a reversed payment reopens the closed receivable as a new run that goes on where it stood', async () => {
    expect(seen['closed']).toMatchObject({ stage: 'closed', outcome: 'paid' });
    const now = await world.client.workflow.getHandle(workflowIdOf(ids.reversed)).describe();
    expect(now.runId).not.toBe(seen['firstRun']);
    expect(now.status.name).toBe('RUNNING');
    expect((await days('reversed')).slice(0, 4)).toEqual([
      'notice taken 03-02',
      'reminder-1 taken 03-05',
      'reminder-2 taken 03-16',
      'call taken 03-23',
    ]);
    expect(await world.actions(ids.reversed)).toContain('receivable.reopened');
  });

  it('a credit note over all of it closes as credited', async () => {
    await ended('credited');
    expect(await world.receivable(ids.credited)).toMatchObject({ stage: 'closed', outcome: 'credited' });
    expect(await days('credited')).toEqual(['notice taken 03-02', 'reminder-1 taken 03-05']);
  });

  it('written off: it closes as such and its task is cancelled', async () => {
    await ended('writtenOff');
    expect(await world.receivable(ids.writtenOff)).toMatchObject({ stage: 'closed', outcome: 'written-off' });
    expect(await ordersOf('writtenOff')).toMatchObject([
      { kind: 'collector-call', state: 'cancelled', role: 'collector', level: 0 },
    ]);
  });

  it('a due date moved later moves the rungs that remain; one moved earlier is collected on its new days', async () => {
    expect((await days('later')).slice(0, 4)).toEqual([
      'notice taken 03-02',
      'reminder-1 taken 03-12',
      'reminder-2 taken 03-19',
      'call taken 03-27',
    ]);
    expect(await world.rungs(ids.earlier)).toEqual(FULL_LADDER);
  });

  it('rungs dated before going live are recorded as such, and the ladder begins with the first one after', async () => {
    expect((await world.rungs(ids.goLive)).map(({ rung, state }) => `${rung} ${state}`)).toEqual([
      'notice before-go-live',
      'reminder-1 before-go-live',
      ...FULL_LADDER.slice(2).map(({ rung }) => `${rung} taken`),
    ]);
    expect((await days('goLive')).slice(2)).toEqual(FULL_LADDER.slice(2).map(({ rung, on }) => `${rung} taken ${on.slice(5)}`));
  });

  it('below the minimum worth asking for nothing is done', async () => {
    expect(await days('small')).toEqual([]);
    expect(await world.receivable(ids.small)).toMatchObject({ stage: 'scheduled', plan_step: 'wait' });
  });

  it('two receivables of a customer share one legal case, which ends with the last of them', async () => {
    const open = { state: 'demand', order: expect.stringMatching(/open|warned|escalated/) };
    expect(seen['caseShared']).toEqual([open, open]);
    expect(seen['caseHalf']).toEqual([open, open]);
    expect(await cases()).toEqual([
      { state: 'closed', order: 'cancelled' },
      { state: 'closed', order: 'cancelled' },
    ]);
  });

  it('a work order warns before its deadline, then goes to the next role and the next, and then waits', async () => {
    const call = (await ordersOf('unpaid')).find(({ kind }) => kind === 'collector-call');
    expect(call).toMatchObject({ state: 'escalated', role: 'finance_director', level: 2, plan_step: 'wait', plan_at: null });
    expect(await world.actions(call?.id ?? '')).toEqual([
      'work-order.opened',
      'work-order.warned',
      'work-order.escalated',
      'work-order.escalated',
    ]);
  });

  it('a work order that somebody completed, or whose debt was paid, ends', async () => {
    expect(seen['openOrders']).toMatchObject([{ kind: 'collector-call', state: 'open' }]);
    expect((await ordersOf('done'))[0]).toMatchObject({ kind: 'collector-call', state: 'done' });
    expect(await ordersOf('cancelled')).toMatchObject([{ kind: 'collector-call', state: 'cancelled' }]);
    for (const story of ['done', 'cancelled'] as const) {
      const call = (await ordersOf(story)).find(({ kind }) => kind === 'collector-call');
      await world.client.workflow.getHandle(`work-order-${call?.id ?? ''}`).result();
    }
  });

  it('search attributes tell the customer, the kind and the stage as it changes', async () => {
    const { searchAttributes, typedSearchAttributes } = await world.client.workflow
      .getHandle(workflowIdOf(ids.unpaid))
      .describe();
    expect(searchAttributes).toMatchObject({ Stage: ['legal'], Kind: ['receivable'] });
    const { customer_id } = await world.store.db
      .selectFrom('receivable')
      .select('customer_id')
      .where('id', '=', ids.unpaid)
      .executeTakeFirstOrThrow();
    expect(typedSearchAttributes.getAll().map(({ value }) => value)).toContain(customer_id);
    expect((seen['search'] as { count: number }).count).toBeGreaterThanOrEqual(8);
  });

  it('every activity says in plain words why it was called; a standing clock sets no timer', async () => {
    const history = await historyOf(world.client, workflowIdOf(ids.unpaid));
    expect(timersOf(history)).toEqual([]);
    const told = activitiesOf(history);
    expect(told.filter(({ why }) => !why)).toEqual([]);
    expect(told.map(({ activity }) => activity)).toEqual(expect.arrayContaining(['requestNotice', 'escalate', 'openLegalCase']));
    expect(told).toContainEqual({ activity: 'openLegalCase', why: 'legal has been due since 2026-04-13' });
  });

  it('no history, id or search attribute holds a name, an address or a tax number', async () => {
    let processes = 0;
    for await (const { workflowId, runId, raw } of world.client.workflow.list({ query: `TaskQueue = '${world.taskQueue}'` })) {
      processes += 1;
      const told = JSON.stringify([await historyOf(world.client, workflowId, runId), raw]);
      for (const secret of [NAME, TAX_ID, 'Test Person', 'customer.example']) expect(told, workflowId).not.toContain(secret);
    }
    expect(processes).toBeGreaterThan(stories.length);
  });

  it('no process has failed, and nothing is pending', async () => {
    const failed = await world.client.workflow.count(
      `TaskQueue = '${world.taskQueue}' and ExecutionStatus in ('Failed', 'Terminated', 'TimedOut', 'Canceled')`,
    );
    expect(failed.count).toBe(0);
    expect([...world.worker.failures.byActivity]).toEqual([]);
    expect(world.worker.relay.counts).toMatchObject({ nudged: 0, failures: 0 });
  });
});
