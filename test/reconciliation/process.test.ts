import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { workflowId } from '../../domain/platform/subject.ts';
import { answerStatement } from '../../store/reconciliation/statement-answers.ts';
import { postCustomerStatement } from '../../store/reconciliation/customer-statements.ts';
import type { CustomerStatementDocument } from '../../store/reconciliation/customer-statements.ts';
import { readCustomerStatement } from '../../store/reconciliation/reconciliation-read.ts';
import { issueStatement, withdrawStatement } from '../../store/reconciliation/statements.ts';
import { readStatement } from '../../store/reconciliation/statements-read.ts';
import { erp, system } from '../support/actors.ts';
import { desk } from '../support/credit.ts';
import { openWorld } from '../support/world.ts';
import type { World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld({ from: '2026-02-02' });
});
afterAll(() => world.close());

const issue = async (customer: string): Promise<string> => {
  await world.customer(customer);
  await world.invoice({ id: `INV-${customer}`, customer, amount: '1000.00', issued: '2026-02-02', due: '2026-04-30' });
  const asked = { customer, currency: null, asOf: null, respondBy: null };
  return (await issueStatement(world.store, desk, asked, null)).id;
};
const confirmed = (answeredOn: string) => () =>
  ({
    verdict: 'confirmed',
    answeredOn,
    by: 'c1',
    channel: 'letter',
    evidence: { reference: 'r' },
    note: '',
    disputed: [],
  }) as const;
const stateOf = async (id: string): Promise<string> => (await readStatement(world.store.db, system, id)).state;
const process = (id: string) => world.client.workflow.getHandle(workflowId('statement', id));
const rowState = async (id: string) =>
  (await world.store.db.selectFrom('statement').select('state').where('id', '=', id).executeTakeFirstOrThrow()).state;
const ordersOf = (customer: string) =>
  world.store.db
    .selectFrom('work_order as o')
    .innerJoin('customer as c', 'c.id', 'o.customer_id')
    .select(['o.kind', 'o.state'])
    .where('c.external_id', '=', customer)
    .orderBy('o.kind')
    .execute();

describe('a statement of ours', () => {
  test('that is confirmed in time ends agreed, and nobody is sent after the customer', async () => {
    const id = await issue('S-1');
    await world.settled();
    await world.step('2026-02-10');
    await answerStatement(world.store, erp, id, confirmed('2026-02-10'), null);
    await world.settled();
    await process(id).result();
    expect(await rowState(id)).toBe('agreed');
    expect(await world.actions(id)).toEqual(['statement.issued', 'statement.answered', 'statement.agreed']);
    await world.step('2026-02-25');
    expect(await ordersOf('S-1')).toEqual([{ kind: 'statement-send', state: 'cancelled' }]);
  });

  test('that nobody answers becomes work for a person at its deadline, once; a late answer still ends it agreed', async () => {
    const id = await issue('S-2');
    await world.settled();
    const deadline = (await readStatement(world.store.db, system, id)).respondBy;
    expect((await world.wake(workflowId('statement', id))).at).toBe(deadline);
    await world.step(deadline.slice(0, 10), 20);
    await world.settled();
    await process(id).result();
    expect(await rowState(id)).toBe('silent');
    expect((await ordersOf('S-2')).filter(({ kind }) => kind === 'statement-silent')).toHaveLength(1);
    await answerStatement(world.store, erp, id, confirmed(deadline.slice(0, 10)), null);
    await world.settled();
    await process(id).result();
    expect(await rowState(id)).toBe('agreed');
    expect((await ordersOf('S-2')).every(({ state }) => state === 'cancelled' || state === 'done')).toBe(true);
  });

  test('that is taken back ends there', async () => {
    const id = await issue('S-3');
    await world.settled();
    await withdrawStatement(world.store, desk, id, 'wrong office');
    await world.settled();
    await process(id).result();
    expect([await rowState(id), await stateOf(id)]).toEqual(['withdrawn', 'withdrawn']);
  });
});

describe("a statement of the customer's", () => {
  const post = async (customer: string, lines: CustomerStatementDocument['lines'], asOf: string): Promise<string> => {
    const document = {
      externalId: `CS-${customer}`,
      customer,
      currency: 'CNY',
      basis: 'open-items',
      from: null,
      asOf,
      lines,
    } as const;
    return (await postCustomerStatement(world.store, erp, document, null)).id;
  };
  const shown = (id: string) => readCustomerStatement(world.store.db, system, id);
  const told = async (id: string) =>
    (await shown(id)).differences.map(({ kind, state, amountMinor }) => `${kind} ${amountMinor} ${state}`);
  const line = (number: string, amountMinor: number, on: string) =>
    ({ kind: amountMinor > 0 ? 'invoice' : 'payment', number, on, quantity: null, amountMinor }) as const;
  const comparison = (id: string) => world.client.workflow.getHandle(workflowId('reconciliation', id));
  const today = async (): Promise<string> => {
    const row = await world.store.db.selectFrom('clock').select('business_anchor').executeTakeFirstOrThrow();
    return new Date(Date.parse(row.business_anchor) + 8 * 3_600_000).toISOString().slice(0, 10);
  };

  test('is compared again by itself when the payment comes that was on its way, and its process ends', async () => {
    const on = await today();
    await world.customer('T-1');
    await world.invoice({ id: 'INV-T-1', customer: 'T-1', amount: '5000.00', issued: '2026-02-02', due: '2026-04-30' });
    const id = await post('T-1', [line('INV-T-1', 500_000, '2026-02-02'), line('TRF-1', -200_000, on)], on);
    await world.settled();
    expect(await told(id)).toEqual(['timing -200000 open']);
    await world.pay({ id: 'P-T-1', customer: 'T-1', amount: '2000.00', on, invoice: 'INV-T-1' });
    await world.settled();
    expect(await told(id)).toEqual(['timing -200000 cleared']);
    expect((await shown(id)).state).toBe('settled');
    await comparison(id).result();
  });

  test('what should have arrived by now is looked at again on its day, and becomes work', async () => {
    const on = await today();
    await world.customer('T-2');
    const id = await post('T-2', [line('TRF-2', -200_000, on)], on);
    await world.settled();
    expect(await told(id)).toEqual(['timing -200000 open']);
    expect((await ordersOf('T-2')).map(({ kind }) => kind)).toEqual([]);
    const { at } = await world.wake(workflowId('reconciliation', id));
    await world.step(new Date(Date.parse(at ?? '') + 8 * 3_600_000).toISOString().slice(0, 10), 1);
    await world.settled();
    expect(await told(id)).toEqual(['unknown-document -200000 open']);
    expect((await ordersOf('T-2')).map(({ kind }) => kind)).toEqual(['reconciliation-document']);
  });

  test('that agrees at once is no process', async () => {
    const on = await today();
    await world.customer('T-3');
    await world.invoice({ id: 'INV-T-3', customer: 'T-3', amount: '5000.00', issued: '2026-02-02', due: '2026-04-30' });
    const id = await post('T-3', [line('INV-T-3', 500_000, '2026-02-02')], on);
    expect((await shown(id)).state).toBe('settled');
    const row = await world.store.db
      .selectFrom('wake')
      .select('subject')
      .where('subject', '=', workflowId('reconciliation', id))
      .executeTakeFirst();
    expect(row).toBeUndefined();
  });
});
