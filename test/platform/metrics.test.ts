import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { serveMetrics } from '../../worker/metrics.ts';
import { openWorld, until, workflowIdOf } from '../support/world.ts';

test('attempts of an activity that fail are counted where an operator looks, and the process goes on when the fault is mended', async () => {
  const world = await openWorld({ from: '2026-02-02' });
  onTestFinished(() => world.close());
  const metrics = await serveMetrics(world.worker, 0, '127.0.0.1');
  onTestFinished(() => metrics.close());
  const scrape = async (): Promise<string> => (await fetch(`http://127.0.0.1:${metrics.port}/metrics`)).text();
  expect(await scrape()).toContain('process_cpu_seconds_total');
  expect(await scrape()).not.toContain('duecourse_activity_failures_total{');

  await world.customer('M-1');
  const id = await world.invoice({ id: 'M-1', customer: 'M-1', amount: '100.00', issued: '2026-02-02', due: '2026-03-04' });
  await world.settled();
  const owner = new pg.Client({ connectionString: world.url });
  await owner.connect();
  onTestFinished(() => owner.end());
  await owner.query('alter table rung rename to rung_away');
  await owner.query('update wake set asked = asked + 1 where subject = $1', [workflowIdOf(id)]);
  const counted = /duecourse_activity_failures_total\{activity="reassessReceivable"\} [1-9]/;
  await until('the failure is counted', async () => counted.test(await scrape()));
  await owner.query('alter table rung_away rename to rung');
  await world.settled();
  expect((await fetch(`http://127.0.0.1:${metrics.port}/`)).status).toBe(404);
});
