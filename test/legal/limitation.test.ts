import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { write } from '../../store/platform/transaction.ts';
import { openWorkOrder } from '../../store/tasks/work-orders.ts';
import { system } from '../support/actors.ts';
import { openTestApi } from '../support/api.ts';
import type { TestApi } from '../support/api.ts';
import { openGoLive } from '../support/two-persons.ts';

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi({ business: '2026-10-10T02:00:00.000Z' });
  await openGoLive(api, '2026-10-01', '2026-10-31');
});
afterAll(() => api.close());

type Part = readonly [no: number, amount: string, dueDate: string, kind?: string];
const put = (id: string, parts: readonly Part[]) =>
  api
    .as('erp')
    .put(`/v1/invoices/${id}`)
    .send({
      ...{ customer: 'L-1', number: id, issueDate: '2023-09-01', currency: 'CNY', amount: '300.00' },
      instalments: parts.map(([no, amount, dueDate, kind]) => ({ no, amount, dueDate, ...(kind !== undefined && { kind }) })),
    });

interface Item {
  id: string;
  instalment: number;
  withdrawn: boolean;
  limitation: { expiresOn: string };
}
const read = async (path: string) => (await api.as('collector').get(path).expect(200)).body as never;
const listed = async (invoice: string) => ((await read(`/v1/receivables?invoice=${invoice}`)) as { data: Item[] }).data;
const inLists = async (invoice: string) =>
  Object.fromEntries(
    (await listed(invoice)).filter(({ withdrawn }) => !withdrawn).map((one) => [one.instalment, one.limitation.expiresOn]),
  );
const inDetail = async (invoice: string, no: number) =>
  ((await read(`/v1/receivables/${invoice}:${no}`)) as Item).limitation.expiresOn;

/** By which day the worklist ranks a task about each of its items. */
async function inWorklist(invoice: string): Promise<Record<number, string | undefined>> {
  const days: Record<number, string | undefined> = {};
  for (const { id, instalment, withdrawn } of await listed(invoice)) {
    if (withdrawn) continue;
    const key = `limitation/${id}`;
    await write(api.store, system, async (work) => {
      const { tx } = work;
      const row = await tx.selectFrom('receivable').select('customer_id').where('id', '=', id).executeTakeFirstOrThrow();
      const task = { key, kind: 'manager-letter', customerId: row.customer_id, receivableId: id, subject: 'letter', reason: {} };
      const { audit, ...effects } = await openWorkOrder(work, task);
      const [first, ...more] = audit;
      return first ? { ...effects, value: undefined, audit: [first, ...more] } : { value: undefined, audit: null };
    });
    const { data } = (await read('/v1/tasks?customer=L-1&limit=100')) as {
      data: { receivableId: string | null; reasons: { code: string; text: string }[] }[];
    };
    const reason = data.find((one) => one.receivableId === id)?.reasons.find(({ code }) => code === 'limitation');
    days[instalment] = /\d{4}-\d\d-\d\d/.exec(reason?.text ?? '')?.[0];
  }
  return days;
}

describe('the limitation of an invoice in instalments', () => {
  beforeAll(async () => {
    const customer = {
      name: 'Customer',
      type: 'dealer',
      region: 'SH',
      currency: 'CNY',
      terms: { days: 30 },
      owner: 'lin',
      contacts: [],
    };
    await api.as('erp').put('/v1/customers/L-1').send(customer).expect(201);
  });

  test('counts from the last instalment of each debt, and equipment and maintenance are two: in lists, the worklist and the detail alike', async () => {
    await put('L-A', [
      [1, '100.00', '2023-10-15', 'equipment'],
      [2, '100.00', '2023-11-01', 'equipment'],
      [3, '100.00', '2023-12-01', 'maintenance'],
    ]).expect(201);
    const days = { 1: '2026-11-01', 2: '2026-11-01', 3: '2026-12-01' };
    expect(await inLists('L-A')).toEqual(days);
    expect(await inWorklist('L-A')).toEqual(days);
    expect(await inDetail('L-A', 1)).toBe('2026-11-01');
    expect(await inDetail('L-A', 3)).toBe('2026-12-01');
  });

  test('counts from the last of all where nothing tells them apart, and no more from what a correction took out', async () => {
    await put('L-B', [
      [1, '100.00', '2023-10-15'],
      [2, '200.00', '2023-11-20'],
    ]).expect(201);
    expect(await inLists('L-B')).toEqual({ 1: '2026-11-20', 2: '2026-11-20' });
    expect(await inWorklist('L-B')).toEqual({ 1: '2026-11-20', 2: '2026-11-20' });
    await put('L-B', [[1, '300.00', '2023-10-15']]).expect(200);
    expect([await inLists('L-B'), await inWorklist('L-B'), await inDetail('L-B', 1)]).toEqual([
      ...[{ 1: '2026-10-15' }, { 1: '2026-10-15' }],
      '2026-10-15',
    ]);
  });

  test('of a debt that a correction dates anew stays that of the debt it stands for, whatever else is on the invoice', async () => {
    await put('L-C', [
      [1, '100.00', '2023-10-15', 'equipment'],
      [2, '200.00', '2023-12-01', 'maintenance'],
    ]).expect(201);
    await put('L-C', [
      [3, '100.00', '2023-10-20', 'equipment'],
      [4, '200.00', '2023-12-05', 'maintenance'],
    ]).expect(200);
    expect(await inLists('L-C')).toEqual({ 3: '2026-10-15', 4: '2026-12-01' });
    expect(await inWorklist('L-C')).toEqual({ 3: '2026-10-15', 4: '2026-12-01' });
  });

  test('is no later by an instalment that a correction adds, or by one that it says is of the same debt', async () => {
    await put('L-D', [[1, '300.00', '2023-10-15']]).expect(201);
    await put('L-D', [
      [1, '299.00', '2023-10-15'],
      [2, '1.00', '2023-10-20'],
    ]).expect(200);
    expect(await inLists('L-D')).toEqual({ 1: '2026-10-15', 2: '2026-10-15' });
    const more = [
      { no: 1, amount: '299.00', dueDate: '2023-10-15' },
      { no: 2, amount: '1.00', dueDate: '2023-10-20' },
      { no: 3, amount: '7.00', dueDate: '2023-12-20' },
    ];
    await api
      .as('erp')
      .put('/v1/invoices/L-D')
      .send({
        ...{ customer: 'L-1', number: 'L-D', issueDate: '2023-09-01', currency: 'CNY', amount: '307.00', instalments: more },
      })
      .expect(200);
    expect(await inLists('L-D')).toEqual({ 1: '2026-10-15', 2: '2026-10-15', 3: '2026-12-20' });
    const kinds = (...all: string[]) =>
      put('L-E', [
        [1, '100.00', '2023-10-15', all[0]],
        [2, '200.00', '2023-12-01', all[1]],
      ]);
    await kinds('equipment', 'maintenance').expect(201);
    await kinds('equipment', 'equipment').expect(200);
    expect([await inLists('L-E'), await inWorklist('L-E')]).toEqual(Array(2).fill({ 1: '2026-10-15', 2: '2026-12-01' }));
    await kinds('equipment', 'maintenance').expect(200);
    expect(await inDetail('L-E', 1)).toBe('2026-10-15');
  });
});

test('the law behind the date is named in the language of the reader', async () => {
  await put('LAW', [[1, '300.00', '2023-10-09']]).expect(201);
  const lawIn = async (language: string) =>
    (
      (await api.as('collector').get('/v1/receivables/LAW').set('Accept-Language', language).expect(200)).body as {
        limitation: { article: string };
      }
    ).limitation.article;
  expect(await lawIn('en')).toBe('Civil Code, arts. 188, 189 and 201');
  expect(await lawIn('zh')).toBe('《民法典》第一百八十八条、第一百八十九条、第二百零一条');
});
