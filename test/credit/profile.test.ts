import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { upsertCustomer } from '../../store/customers/customers.ts';
import { erp } from '../support/actors.ts';
import { openTestApi } from '../support/api.ts';
import type { TestApi } from '../support/api.ts';
import { customerOf } from '../support/documents.ts';

const TAX_ID = '914403001922038216';
let api: TestApi;
beforeAll(async () => {
  api = await openTestApi();
  await upsertCustomer(api.store, erp, customerOf('C-1', { taxId: TAX_ID, owner: 'lin', type: 'hospital', tier: '3A' }));
  await upsertCustomer(api.store, erp, customerOf('C-2', { taxId: '9144030071526726XG', owner: 'wang' }));
});
afterAll(() => api.close());

const tell = (facts: object[], role: 'credit_officer' | 'erp' | 'sales' = 'credit_officer', customer = 'C-1') =>
  api.as(role).post(`/v1/customers/${customer}/facts`).send({ facts });
const licence = { name: 'licenceUntil', value: '2026-10-01', asOf: '2026-08-01', evidence: { reference: 'L-7' } };

describe('facts entered by hand', () => {
  test('are in the profile with source, age, evidence, and whether they are fresh', async () => {
    expect(
      (
        await tell([
          licence,
          {
            name: 'netAssets',
            value: [{ currency: 'CNY', amount: '1000000.00' }],
            asOf: '2024-01-01',
            evidence: { text: 'annual report' },
          },
        ])
      ).status,
    ).toBe(200);
    expect((await tell([{ name: 'bankAccount', value: '6222020200112233', asOf: '2026-08-01' }], 'erp')).status).toBe(200);
    const res = await api.as('credit_officer').get('/v1/customers/C-1/profile').set('Accept-Language', 'zh');
    expect(res.status).toBe(200);
    const facts = Object.fromEntries((res.body.dimensions.basic as { name: string }[]).map((fact) => [fact.name, fact]));
    expect(facts).toMatchObject({
      customerType: { value: 'hospital', source: 'master', label: '客户类型', fresh: true },
      licenceUntil: {
        value: '2026-10-01',
        source: 'manual',
        ageDays: 31,
        fresh: true,
        freshUntil: '2026-10-30',
        evidence: { reference: 'L-7' },
      },
      licenceDaysLeft: { value: 30 },
      netAssets: { value: [{ currency: 'CNY', amount: '1000000.00' }], fresh: false },
      bankAccount: { value: '…2233', source: 'erp' },
    });
    expect(res.body).toMatchObject({
      customer: { externalId: 'C-1' },
      stale: [{ name: 'netAssets', connector: 'bureau' }],
      warnings: [{ kind: 'licence-expiring', words: '经营许可证将于 2026年10月1日到期' }],
      grade: null,
      accounts: [],
    });
    expect(JSON.stringify(res.body)).not.toContain('62220202');
  });

  test('the same again changes nothing; the history holds all', async () => {
    const ownership = (value: string) => ({ name: 'ownership', value, asOf: '2026-08-01' });
    expect((await tell([ownership('public')])).body).toMatchObject({ changed: true, facts: ['ownership'] });
    expect((await tell([ownership('public')])).body).toMatchObject({ changed: false });
    await tell([ownership('state')]);
    const res = await api.as('auditor').get('/v1/customers/C-1/facts/ownership');
    expect(res.body.data).toMatchObject([
      { value: 'state', current: true },
      { value: 'public', current: false },
    ]);
  });

  test.each<[string, object, string, string]>([
    ['without the evidence it needs', { ...licence, evidence: undefined }, 'evidence-missing', '/facts/0/evidence'],
    ['with empty evidence', { ...licence, evidence: { text: '' } }, 'evidence-missing', '/facts/0/evidence'],
    ['of a day to come', { ...licence, asOf: '2026-09-02' }, 'date-in-future', '/facts/0/asOf'],
    ['that does not fit its definition', { ...licence, value: 'soon' }, 'fact-value', '/facts/0/value'],
    [
      'of amounts without a currency',
      { name: 'netAssets', value: '5', asOf: '2026-08-01', evidence: { text: 'x' } },
      'fact-value',
      '/facts/0/value',
    ],
    ['that only our books can tell', { name: 'daysBeyondTerms', value: 1, asOf: '2026-08-01' }, 'invalid', '/facts/0/name'],
    ['nobody has defined', { name: 'mood', value: 'good', asOf: '2026-08-01' }, 'invalid', '/facts/0/name'],
  ])('a fact %s is refused by its place, and nothing is written', async (_, fact, code, pointer) => {
    const before = await api.written();
    const res = await tell([fact]);
    expect([res.status, res.body.errors?.[0]?.code ?? res.body.code]).toEqual([422, code]);
    expect(JSON.stringify(res.body)).toContain(pointer);
    expect(await api.written()).toBe(before);
  });

  test('sales may read their own customers’ profiles and enter nothing; another’s is not there', async () => {
    expect((await tell([licence], 'sales')).status).toBe(403);
    expect((await api.as('sales').get('/v1/customers/C-1/profile')).status).toBe(200);
    expect((await api.as('sales').get('/v1/customers/C-2/profile')).status).toBe(404);
    expect((await api.as('sales').get('/v1/customers/C-2/facts/ownership')).status).toBe(404);
    await tell([{ ...licence, value: '2026-09-20' }], 'credit_officer', 'C-2');
    const list = async (role: 'sales' | 'auditor') =>
      ((await api.as(role).get('/v1/warnings?open=true')).body.data as { customer: string }[]).map((one) => one.customer).sort();
    expect(await list('sales')).toEqual(['C-1']);
    expect(await list('auditor')).toEqual(['C-1', 'C-2']);
  });
});

test('facts in a customer’s document are told by the ERP, and a wrong one refuses the document by its place', async () => {
  const put = (facts: object) =>
    api
      .as('erp')
      .put('/v1/customers/C-3')
      .send({
        name: 'Hospital Three',
        type: 'hospital',
        region: 'SH',
        currency: 'CNY',
        terms: { days: 30 },
        taxId: TAX_ID,
        facts,
      });
  expect((await put({ beds: { value: 1200, asOf: '2026-01-01' } })).status).toBe(201);
  const { rows } = await sql<{ value: number; source: string }>`
    select value, source from profile_fact f join customer c on c.id = f.customer_id where c.external_id = 'C-3'`.execute(
    api.store.db,
  );
  expect(rows).toEqual([{ value: 1200, source: 'erp' }]);
  for (const [facts, pointer] of [
    [{ beds: { value: 'many', asOf: '2026-01-01' } }, '/facts/beds/value'],
    [{ beds: { value: 1, asOf: '2027-01-01' } }, '/facts/beds/asOf'],
    [{ mood: { value: 1, asOf: '2026-01-01' } }, '/facts'],
    [{ licenceUntil: { value: '2030-01-01', asOf: '2026-01-01' } }, '/facts/licenceUntil/evidence'],
  ] as const) {
    const res = await put(facts);
    expect(res.status).toBe(422);
    expect(JSON.stringify(res.body)).toContain(pointer);
  }
});

test('a refresh without any register connected calculates the books and names what a person must tell', async () => {
  const res = await api.as('credit_officer').post('/v1/customers/C-2/profile/refresh').send({});
  expect([res.status, res.body.asked]).toEqual([202, []]);
  expect(res.body.unanswerable).toContain('listed');
});

test('faults of the data are listed in words of the reader’s language', async () => {
  await upsertCustomer(api.store, erp, customerOf('C-2', { taxId: '914403001922038217', owner: 'wang' }));
  const list = async (language: string) =>
    (await api.as('credit_manager').get('/v1/data-findings?customer=C-2&open=true').set('Accept-Language', language)).body.data;
  expect(await list('en')).toMatchObject([
    { kind: 'tax-id-bad', words: 'The tax id is wrong (its check digit): correct it', clearedAt: null },
  ]);
  expect(await list('zh')).toMatchObject([{ words: '税号有误（校验码）：请更正' }]);
});
