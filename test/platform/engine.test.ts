import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWorld, until, workflowIdOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

describe('an engine that came back with another store', () => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld({ from: '2026-02-02' });
  });
  afterAll(() => world.close());

  it('has every open process asked by the running worker, so that each starts from the facts', async () => {
    await world.customer('C-1');
    const id = await world.invoice({ id: 'INV-1', customer: 'C-1', amount: '1000.00', issued: '2026-02-02', due: '2026-03-04' });
    const wake = () =>
      world.store.db.selectFrom('wake').selectAll().where('subject', '=', workflowIdOf(id)).executeTakeFirstOrThrow();
    await until('the process is started', async () => (await wake()).started_at !== null);
    expect(await wake()).toMatchObject({ asked: 0, answered: 0 });

    await world.store.db
      .updateTable('setting')
      .set({ value: JSON.stringify('another-store') })
      .where('key', '=', 'temporalNamespaceId')
      .execute();

    await until('it was asked and has answered', async () => {
      const { asked, answered } = await wake();
      return asked > 0 && answered === asked;
    });
    expect(await world.receivable(id)).toMatchObject({ stage: 'scheduled', plan_step: 'notice' });
  });
});
