// The README's story with a client that is typed by the published document.
//   npx openapi-typescript http://localhost:3000/openapi.json -o published.d.ts
//   API=http://localhost:3000 KEY=dck_… npx tsx typescript.ts
import createClient from 'openapi-fetch';
import type { components, paths } from './published.d.ts';

const client = createClient<paths>({
  baseUrl: process.env['API'] ?? '',
  headers: { Authorization: `Bearer ${process.env['KEY']}`, 'Accept-Language': 'en' },
});

const given = <T>({ data, error }: { data?: T; error?: unknown }): T => {
  if (data === undefined) throw new Error(JSON.stringify(error));
  return data;
};

const customer: components['schemas']['PutCustomer'] = {
  name: '上海示例医院',
  type: 'hospital',
  region: 'SH',
  currency: 'CNY',
  terms: { days: 60 },
  contacts: [{ id: 'c1', name: '王会计', role: 'finance', email: 'finance@hospital.example', language: 'zh' }],
};
given(await client.PUT('/v1/customers/{id}', { params: { path: { id: 'C-1001' } }, body: customer }));
const invoice = given(
  await client.PUT('/v1/invoices/{id}', {
    params: { path: { id: 'INV-1' } },
    body: {
      customer: 'C-1001',
      number: 'INV-1',
      issueDate: '2026-08-01',
      currency: 'CNY',
      amount: '12000.00',
      instalments: [
        { no: 1, amount: '6000.00', dueDate: '2026-10-01' },
        { no: 2, amount: '6000.00', dueDate: '2027-03-01' },
      ],
    },
  }),
);
const payment = {
  externalId: 'P-1',
  customer: 'C-1001',
  amount: '6000.00',
  currency: 'CNY',
  receivedOn: '2026-08-31',
  reference: 'INV-1',
};
const paid = given(await client.POST('/v1/payments', { body: payment }));
const again = given(await client.POST('/v1/payments', { body: payment }));
const page = given(await client.GET('/v1/receivables', { params: { query: { customer: 'C-1001', limit: 10 } } }));
const refused = await client.POST('/v1/payments', { body: { ...payment, externalId: 'P-2', amount: '0' } });

console.log(
  JSON.stringify({
    receivables: invoice.receivables.length,
    paid: paid.allocations.map(({ amount }) => amount),
    same: again.id === paid.id,
    open: page.data.map(({ open }) => open),
    refused: refused.error?.errors?.map(({ pointer }) => pointer),
  }),
);
