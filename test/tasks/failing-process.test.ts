import pg from 'pg';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { startApi } from '../../api/main.ts';
import { createApiKey } from '../../store/access/api-keys.ts';
import { openWorld, until, workflowIdOf } from '../support/world.ts';

interface Task {
  id: string;
  kind: string;
  state: string;
  role: string;
  subject: string;
  title: string;
  why: Record<string, unknown>;
}

test('a process that fails again and again is a task for the administrator that says what to do; others go on, and it ends by itself', async () => {
  const world = await openWorld({ from: '2026-02-02' });
  onTestFinished(() => world.close());
  const api = await startApi({ config: world.config, store: world.store, log: pino({ level: 'silent' }), port: 0 });
  onTestFinished(() => api.close());
  const { secret } = await createApiKey(world.store, { name: 'admin', role: 'admin' });
  const tasks = async (state: string): Promise<Task[]> => {
    const headers = { Authorization: `Bearer ${secret}`, 'Accept-Language': 'zh' };
    const res = await fetch(`${api.url}/v1/tasks?kind=process-fails&state=${state}`, { headers });
    return ((await res.json()) as { data: Task[] }).data;
  };
  await world.customer('M-1');
  const owing = { customer: 'M-1', amount: '100.00', issued: '2026-02-02', due: '2026-03-04' };
  const [sick, well] = [await world.invoice({ id: 'M-1', ...owing }), await world.invoice({ id: 'M-2', ...owing })];
  await world.settled();

  // One row nobody can write: its process fails, and no other.
  const owner = new pg.Client({ connectionString: world.url });
  await owner.connect();
  onTestFinished(() => owner.end());
  await owner.query(`create function planted() returns trigger language plpgsql as $$ begin raise exception 'planted'; end $$`);
  await owner.query(
    `create trigger planted before update on receivable for each row when (new.id = '${sick}') execute function planted()`,
  );
  await world.pay({ id: 'P-2', customer: 'M-1', amount: '100.00', on: '2026-02-02', invoice: 'M-2' });
  await owner.query('update receivable set seq = seq where id = $1', [well]);
  await owner.query("update receivable set plan_at = '2026-02-01' where id = $1", [well]);
  await owner.query('alter table receivable disable trigger planted');
  await owner.query("update receivable set plan_at = '2026-02-01' where id = $1", [sick]);
  await owner.query('alter table receivable enable trigger planted');
  await owner.query('update wake set asked = asked + 1 where subject = $1', [workflowIdOf(sick)]);

  await until('the administrator has a task', async () => (await tasks('active')).length === 1, 60_000);
  const [task] = await tasks('active');
  expect(task).toMatchObject({ kind: 'process-fails', role: 'admin', subject: workflowIdOf(sick) });
  expect(task?.why).toMatchObject({ process: workflowIdOf(sick), kind: 'receivable', error: { code: 'P0001' } });
  expect(JSON.stringify(task?.why['whatToDo'])).toMatch(/log of the worker.*worker 日志/);
  expect((await world.receivable(well)).stage).toBe('closed');

  await owner.query('drop trigger planted on receivable');
  await until('it went on and the task ended', async () => (await tasks('cancelled')).length === 1, 60_000);
  expect(await tasks('active')).toEqual([]);
}, 180_000);

test('a process whose own workflow code fails is such a task too, and ends when a run goes on', async () => {
  const world = await openWorld({ from: '2026-02-02' });
  onTestFinished(() => world.close());
  await world.customer('M-9');
  const owing = { customer: 'M-9', amount: '100.00', issued: '2026-02-02', due: '2026-03-04' };
  const [sick, well] = [await world.invoice({ id: 'M-9', ...owing }), await world.invoice({ id: 'M-10', ...owing })];
  await world.settled();
  const workflowId = workflowIdOf(sick);
  await world.client.workflow.getHandle(workflowId).terminate('a build that cannot read what it was started with follows');
  await world.client.workflow.start('receivable', { workflowId, taskQueue: world.taskQueue, args: [null] });
  await world.pay({ id: 'P-9', customer: 'M-9', amount: '100.00', on: '2026-02-02', invoice: 'M-9' });
  await world.pay({ id: 'P-10', customer: 'M-9', amount: '100.00', on: '2026-02-02', invoice: 'M-10' });

  const tasks = (): Promise<{ subject: string; reason: unknown; closed: boolean }[]> =>
    world.store.db
      .selectFrom('work_order')
      .select(['subject', 'reason'])
      .select((is) => is('closed_at', 'is not', null).as('closed'))
      .where('kind', '=', 'process-fails')
      .execute() as never;
  await until('the administrator has a task', async () => (await tasks()).length === 1, 60_000);
  expect(await tasks()).toMatchObject([{ subject: workflowId, reason: { activity: 'workflow' }, closed: false }]);
  expect((await world.receivable(well)).stage).toBe('closed');

  await world.client.workflow.getHandle(workflowId).terminate('a build that can read it is there');
  await until('it went on and the task ended', async () => (await tasks())[0]?.closed === true, 60_000);
  expect((await world.receivable(sick)).stage).toBe('closed');
}, 180_000);
