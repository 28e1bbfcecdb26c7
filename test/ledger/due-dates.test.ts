import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestApi } from '../support/api.ts';
import type { TestApi } from '../support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi({ business: '2026-01-05T02:00:00.000Z' });
  for (const id of ['C-1', 'C-2', 'C-3']) {
    const customer = { name: `Dealer ${id}`, type: 'dealer', region: 'SH', currency: 'CNY', terms: { days: 30 } };
    await api.as('erp').put(`/v1/customers/${id}`).send(customer).expect(201);
  }
});
afterAll(() => api.close());

const put = (id: string, customer: string, dueDate: string) =>
  api
    .as('erp')
    .put(`/v1/invoices/${id}`)
    .send({
      ...{ customer, number: id, issueDate: '2026-01-05', currency: 'CNY', amount: '100000.00' },
      instalments: [{ no: 1, amount: '100000.00', dueDate }],
    });
const receivable = async (id: string) => (await api.as('collector').get(`/v1/receivables/${id}`).expect(200)).body;
const tasksOf = async (customer: string): Promise<{ kind: string }[]> =>
  (await api.as('credit_manager').get(`/v1/tasks?customer=${customer}`).expect(200)).body.data;
const order = async (id: string, customer: string): Promise<string[]> => {
  const lines = [{ line: 1, item: 'A', quantity: '1', unitPrice: '1.00' }];
  const res = await api
    .as('erp')
    .put(`/v1/orders/${id}`)
    .send({ customer, currency: 'CNY', requestedShipDate: '2026-01-12', lines });
  return (res.body as { reasons: { code: string }[] }).reasons.map((one) => one.code);
};

describe('a due date before its invoice', () => {
  test('far from the terms is taken, asked about at once, and neither dunned nor held against orders until somebody has looked', async () => {
    await put('D-1', 'C-1', '2025-02-04').expect(201);
    expect(await receivable('D-1')).toMatchObject({
      question: 'due-date',
      plan: { step: 'wait', code: 'in-question' },
      open: '100000.00',
    });
    expect(await tasksOf('C-1')).toMatchObject([{ kind: 'due-date-doubt', role: 'credit_officer' }]);
    expect(await order('DO-1', 'C-1')).not.toContain('overdue-amount');
    const confirm = (reason?: string) =>
      api.as('credit_officer').post('/v1/receivables/D-1/due-date-confirmation').send({ reason });
    expect((await confirm()).status).toBe(422);
    await confirm('Delivered in January 2025').expect(200);
    expect((await confirm('again')).status).toBe(409);
    expect(await receivable('D-1')).toMatchObject({ question: null });
    expect(await tasksOf('C-1')).toEqual([]);
    expect(await order('DO-2', 'C-1')).toContain('overdue-amount');
  });

  test('that is corrected is no longer asked about', async () => {
    await put('D-2', 'C-2', '2025-02-04').expect(201);
    await put('D-2', 'C-2', '2026-02-04').expect(200);
    expect(await receivable('D-2')).toMatchObject({ question: null, dueDate: '2026-02-04' });
    expect(await tasksOf('C-2')).toEqual([]);
    await put('D-2', 'C-2', '2025-03-04').expect(200);
    expect(await receivable('D-2')).toMatchObject({ question: 'due-date' });
    expect(await tasksOf('C-2')).toMatchObject([{ kind: 'due-date-doubt' }]);
  });

  test('near the terms is what a late tax invoice looks like: it counts', async () => {
    await put('D-3', 'C-3', '2025-12-28').expect(201);
    expect(await receivable('D-3')).toMatchObject({ question: null });
    expect(await tasksOf('C-3')).toEqual([]);
  });
});
