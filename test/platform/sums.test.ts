import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { postPayments } from '../../store/ledger/payments.ts';
import { openTestApi } from '../support/api.ts';
import type { TestApi } from '../support/api.ts';

const most = '90071992547409.91';
let api: TestApi;
beforeAll(async () => {
  api = await openTestApi();
  for (const id of ['C-1', 'C-2', 'C-3', 'C-4', 'C-5'])
    await put(`customers/${id}`, { ...customer, name: `Dealer ${id}` }).expect(201);
});
afterAll(() => api.close());

const customer = { type: 'dealer', region: 'SH', currency: 'CNY', terms: { days: 30 } };
const put = (path: string, body: object) => api.as('erp').put(`/v1/${path}`).send(body);
const invoice = (customer: string, amount: string) => ({
  customer,
  number: 'N',
  issueDate: '2026-08-01',
  currency: 'CNY',
  amount,
});
const order = (customer: string, unitPrice: string) => ({
  customer,
  currency: 'CNY',
  requestedShipDate: '2026-09-10',
  lines: [{ line: 1, item: 'A', quantity: '1', unitPrice }],
});
const count = async (table: 'invoice' | 'sales_order' | 'payment'): Promise<number> =>
  Number(
    (
      await api.store.db
        .selectFrom(table)
        .select((of) => of.fn.countAll().as('n'))
        .executeTakeFirstOrThrow()
    ).n,
  );

/** Every list and page of a customer still answers. */
async function readable(id: string): Promise<void> {
  for (const path of [
    `customers/${id}`,
    'customers',
    `customers/${id}/profile`,
    `customers/${id}/exposure`,
    'receivables',
    'invoices',
    'tasks',
    `customers/${id}/timeline`,
  ]) {
    const res = await api.as('credit_manager').get(`/v1/${path}`);
    expect(res.status, `${path}: ${res.text.slice(0, 300)}`).toBe(200);
  }
}

describe('sums are as exact as single amounts', () => {
  test('an invoice that takes a sum of the customer out of bounds is refused with the bound, nothing written, and every page answers', async () => {
    await put('invoices/BIG-1', invoice('C-1', most)).expect(201);
    const before = await api.written();
    for (const amount of [most, '0.01']) {
      const res = await put('invoices/BIG-2', invoice('C-1', amount));
      expect(res.status, res.text).toBe(422);
      expect(res.body).toMatchObject({ code: 'sum-too-large', errors: [{ pointer: '/amount' }] });
      expect((res.body as { detail: string }).detail).toContain('90,071,992,547,409.91');
    }
    expect(await api.written()).toBe(before);
    await readable('C-1');
  });

  test('an order beyond the bounds is refused before it is written, for payer and group, held or not', async () => {
    const orders = await count('sales_order');
    const res = await put('orders/BO-1', order('C-1', '1000.00'));
    expect(res.status, res.text).toBe(422);
    expect(res.body).toMatchObject({ code: 'sum-too-large', errors: [{ pointer: '/lines' }] });
    for (const id of ['C-2', 'C-3'])
      await put(`customers/${id}`, { ...customer, name: `Dealer ${id}`, group: 'G-1' }).expect(200);
    await put('invoices/GR-1', invoice('C-2', most)).expect(201);
    expect((await put('orders/BO-2', order('C-2', '1000.00'))).status).toBe(422);
    expect((await put('invoices/GR-2', invoice('C-3', most))).status).toBe(422);
    expect(await count('sales_order')).toBe(orders);
    await readable('C-2');
  });

  test('of payments posted together only the one that leaves the bounds is refused', async () => {
    const pay = (externalId: string, amountMinor: number) => ({
      externalId,
      customer: 'C-4',
      amountMinor,
      currency: 'CNY',
      receivedOn: '2026-08-20',
      reference: null,
      allocations: null,
    });
    const actor = { kind: 'system', id: 'test', role: 'system', scope: {} } as const;
    const results = await postPayments(api.store, actor, [pay('A', 100), pay('B', Number.MAX_SAFE_INTEGER), pay('C', 200)]);
    expect(results.map((one) => one.outcome)).toEqual(['created', 'failed', 'created']);
    await readable('C-4');
  });

  test('instalments and allocations whose sum leaves the bounds are refused, not a defect', async () => {
    const instalments = Array.from({ length: 3 }, (_, at) => ({ no: at + 1, amount: most, dueDate: '2026-10-01' }));
    expect((await put('invoices/IN-1', { ...invoice('C-5', most), instalments })).body).toMatchObject({
      code: 'instalments-sum',
    });
    const allocations = ['X', 'Y', 'Z'].map((one) => ({ invoice: one, amount: most }));
    const payment = { externalId: 'AL-1', customer: 'C-5', amount: most, currency: 'CNY', receivedOn: '2026-08-20', allocations };
    expect((await api.as('erp').post('/v1/payments').send(payment)).status).toBe(422);
  });
});
