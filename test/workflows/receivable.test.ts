import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWorld, workflowIdOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

/** Due on Wednesday 2026-03-04: the ladder's days are 03-02 (notice, moved off Sunday), 03-05, 03-12, 03-20, 04-03 and 04-13. */
const DUE = '2026-03-04';
const ISSUED = '2026-02-02';

describe('a receivable on the real engine', () => {
  let world: World;
  let number = 0;
  beforeAll(async () => {
    world = await openWorld({ from: '2026-02-02' });
  });
  afterAll(() => world.close());

  async function post(amount = '1000.00'): Promise<{ id: string; customer: string; invoice: string }> {
    number += 1;
    const customer = `C-${number}`;
    const invoice = `INV-${number}`;
    await world.customer(customer);
    return { id: await world.invoice({ id: invoice, customer, amount, issued: ISSUED, due: DUE }), customer, invoice };
  }

  it(
    'goes due, reminder, escalation, legal when nothing is paid, each rung on its day and once',
    { timeout: 120_000 },
    async () => {
      const unpaid = await post();
      const paidBefore = await post();
      const paidAfterReminder = await post();
      await world.pay({
        id: 'P-2',
        customer: paidBefore.customer,
        amount: '1000.00',
        on: '2026-02-02',
        invoice: paidBefore.invoice,
      });
      await world.step('2026-03-10');
      expect((await world.receivable(unpaid.id)).stage).toBe('reminder');
      await world.pay({
        id: 'P-3',
        customer: paidAfterReminder.customer,
        amount: '1000.00',
        on: '2026-03-10',
        invoice: paidAfterReminder.invoice,
      });
      await world.step('2026-03-20', 20);
      expect((await world.receivable(unpaid.id)).stage).toBe('escalation');
      await world.step('2026-04-30');

      expect(await world.rungs(unpaid.id)).toEqual([
        { rung: 'notice', state: 'taken', reason: null, on: '2026-03-02' },
        { rung: 'reminder-1', state: 'taken', reason: null, on: '2026-03-05' },
        { rung: 'reminder-2', state: 'taken', reason: null, on: '2026-03-12' },
        { rung: 'call', state: 'taken', reason: null, on: '2026-03-20' },
        { rung: 'escalation', state: 'taken', reason: null, on: '2026-04-03' },
        { rung: 'legal', state: 'taken', reason: null, on: '2026-04-13' },
      ]);
      expect(await world.receivable(unpaid.id)).toMatchObject({ stage: 'legal', outcome: null });
      expect(await world.rungs(paidBefore.id)).toEqual([]);
      expect(await world.receivable(paidBefore.id)).toMatchObject({ stage: 'closed', outcome: 'paid' });
      expect((await world.rungs(paidAfterReminder.id)).map((rung) => rung.rung)).toEqual(['notice', 'reminder-1']);
      expect(await world.receivable(paidAfterReminder.id)).toMatchObject({ stage: 'closed', outcome: 'paid' });
      const orders = await world.store.db.selectFrom('work_order').select(['kind', 'state']).orderBy('opened_at').execute();
      expect(orders.map((order) => order.kind)).toEqual(['collector-call', 'manager-letter', 'formal-demand']);
      const cases = await world.store.db.selectFrom('legal_case').selectAll().execute();
      expect(cases).toHaveLength(1);
      expect(workflowIdOf(unpaid.id)).toMatch(/^receivable-/);
    },
  );
});
