import { expect } from 'vitest';
import { findDrift } from '../../store/credit/drift.ts';
import { takeDue } from './steps.ts';
import type { TestApi } from './api.ts';

/** Customers whose goods come back, through the API, on one business day. */
export function goodsOf(api: () => TestApi, today: string) {
  let count = 0;
  /** A customer with an order of ten pieces, delivered, and what of it is invoiced and long overdue. */
  async function delivered(
    price: string,
    invoiced: string | null,
    { quantity = '10', ...more }: { quantity?: string; [more: string]: unknown } = {},
  ) {
    const id = `R-${(count += 1)}`;
    await api()
      .as('erp')
      .put(`/v1/customers/${id}`)
      .send({ name: id, type: 'dealer', region: 'SH', currency: 'CNY', terms: { days: 30 }, owner: 'lin', contacts: [] })
      .expect(201);
    const limit = { externalId: `L-${id}`, customer: id, amount: '900000.00', currency: 'CNY', reason: 'going live' };
    await api().as('credit_manager').post('/v1/credit-limits').send(limit).expect(201);
    const order = { customer: id, currency: 'CNY', requestedShipDate: '2026-10-20', ...more };
    await put(`orders/${id}`, { ...order, lines: [{ line: 1, item: 'A', quantity, unitPrice: price }] }, 201);
    const issue = { externalId: `${id}-D`, order: id, lines: [{ line: 1, quantity }], issuedOn: today };
    await api().as('erp').post('/v1/shipments').send(issue).expect(201);
    const invoice = { customer: id, number: `${id}-I`, issueDate: '2026-07-01', currency: 'CNY', amount: invoiced, order: id };
    if (invoiced !== null) await put(`invoices/${id}-I`, invoice, 201);
    return id;
  }

  const put = async (path: string, body: object, status: number) =>
    (await api().as('erp').put(`/v1/${path}`).send(body).expect(status)).body as Record<string, unknown>;
  const back = (order: string, quantity: string) => ({
    ...{ order, lines: [{ line: 1, quantity }], returnedOn: today, reason: 'damaged' },
  });
  const withdraw = async (id: string) =>
    (await api().as('erp').post(`/v1/returns/${id}/withdraw`).send({ reason: 'wrong order' }).expect(200)).body as object;
  const read = async (path: string) => (await api().as('auditor').get(`/v1/${path}`).expect(200)).body as Record<string, unknown>;
  const exposure = async (id: string) => (await read(`customers/${id}/exposure?currency=CNY`))['payer'] as object;
  const balance = async (id: string) => ((await read(`customers/${id}`))['balances'] as object[])[0];
  const buckets = async (id: string) => ((await read(`orders/${id}`))['lines'] as { buckets: object }[])[0]?.buckets;
  const held = async (id: string) => {
    const order = { customer: id, currency: 'CNY', requestedShipDate: '2026-10-20' };
    const lines = [{ line: 1, item: 'B', quantity: '1', unitPrice: '1' }];
    const { decision } = await put(`orders/${id}-${(count += 1)}`, { ...order, lines }, 201);
    await api().as('erp').post(`/v1/orders/${id}-${count}/cancel`).send({}).expect(200);
    return decision === 'held';
  };
  const note = (id: string, amount: string) =>
    api()
      .as('erp')
      .post('/v1/credit-notes')
      .send({
        ...{ externalId: `${id}-N`, customer: id, invoice: `${id}-I`, amount, currency: 'CNY' },
        ...{ issuedOn: today, reason: 'returned' },
      })
      .expect(201);
  /** Invoices an order in instalments of these amounts by number, or corrects that. */
  const instalments = async (id: string, status: number, amounts: Record<number, string>) => {
    const sum = Object.values(amounts).reduce((all, one) => all + Number(one), 0);
    const parts = Object.entries(amounts).map(([no, amount]) => ({
      no: Number(no),
      amount,
      dueDate: '2026-08-01',
    }));
    const invoice = {
      customer: id,
      number: `${id}-I`,
      issueDate: '2026-07-01',
      currency: 'CNY',
      amount: sum.toFixed(2),
      order: id,
    };
    await put(`invoices/${id}-I`, { ...invoice, instalments: parts }, status);
    return id;
  };
  /** What is left out of each instalment, by its number. */
  const leftOut = async (id: string) => {
    const { data } = (await read(`receivables?invoice=${id}-I`)) as { data: { instalment: number; disputed: string }[] };
    return Object.fromEntries(data.map(({ instalment, disputed }) => [instalment, disputed]));
  };
  /** What dunning makes of the one item of a customer. */
  const dunning = async (id: string) => {
    const [item] = (await read(`receivables?customer=${id}`))['data'] as { id: string }[];
    await takeDue(api().store, item?.id ?? '');
    return (await read(`receivables/${item?.id}`))['plan'] as object;
  };
  const tasks = async (id: string) =>
    ((await read(`tasks?customer=${id}`))['data'] as { kind: string }[]).map(({ kind }) => kind);
  const noDrift = async () => expect((await findDrift(api().store.db)).drift).toEqual([]);
  return {
    delivered,
    put,
    back,
    withdraw,
    read,
    exposure,
    balance,
    buckets,
    held,
    note,
    instalments,
    leftOut,
    dunning,
    tasks,
    noDrift,
  };
}
