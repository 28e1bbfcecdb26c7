import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestApi } from '../support/api.ts';
import type { TestApi } from '../support/api.ts';

interface Table {
  inputs?: { id: string; field: string }[];
  rules: Record<string, unknown>[] | null;
}
interface Grades {
  grades: { grade: string }[];
  limitTable: { nodes: { content: Table }[] };
  termsTable: { nodes: { content: Table }[] };
}

let api: TestApi;
let grades: Grades;
beforeAll(async () => {
  api = await openTestApi();
  grades = (await api.as('auditor').get('/v1/policies/grades/1').expect(200)).body.content;
});
afterAll(() => api.close());

const changed = (change: (limits: Table, terms: Table) => void): Grades => {
  const content = structuredClone(grades);
  change(content.limitTable.nodes[1]!.content, content.termsTable.nodes[1]!.content);
  return content;
};
const post = (content: Grades, language = 'en') =>
  api.as('credit_manager').post('/v1/policies/grades').set('Accept-Language', language).send({ content, reason: 'a new table' });

const at = '/content/limitTable/nodes/1/content';

test.each<[string, (limits: Table) => void, string, RegExp]>([
  [
    'an output of many digits',
    (t) => (t.rules![1]!['out-capUnits'] = '1234567890123456'),
    '/rules/1/out-capUnits',
    /row 2, column capUnits, cell 1234567890123456.*at most 15 digits/,
  ],
  [
    'an order among grades',
    (t) => (t.rules![1]!['in-grade'] = '<= "B"'),
    '/rules/1/in-grade',
    /row 2, column grade, cell <= "B".*"A", "B", "C", "D", "E"/,
  ],
  [
    'a boolean in quotes',
    (t) => (t.rules![1]!['in-firstTime'] = '"true"'),
    '/rules/1/in-firstTime',
    /row 2, column firstTime.*true, false/,
  ],
  ['a numeric cell', (t) => (t.rules![1]!['out-factor'] = 1.5), '/rules/1/out-factor', /row 2, column factor, cell 1.5/],
  ['no inputs', (t) => delete t.inputs, '/inputs', /shape of a decision table/],
  ['no rules', (t) => (t.rules = null), '/rules', /shape of a decision table/],
  [
    'a last row with conditions',
    (t) => void t.rules!.pop(),
    '/rules/23',
    /must hold for everybody\. Row 24 has conditions\. Clear them, or add a last row without any\.$/,
  ],
  [
    'a row nobody reaches',
    (t) => void t.rules!.splice(2, 0, { ...t.rules![1]!, 'in-tier': '"3A"' }),
    '/rules/2',
    /Row 3 is never reached \(first-hospital-3a\)/,
  ],
])(
  '%s in a decision table is refused with its place and its reason, in both languages, and nothing is kept',
  async (_, change, where, says) => {
    const before = await api.written();
    const { body } = await post(changed(change)).expect(422);
    expect(body.code).toBe('policy-invalid');
    expect(body.errors).toEqual([
      { pointer: at + where, code: expect.stringMatching(/^table-/), detail: expect.stringMatching(says) },
    ]);
    const chinese = await post(changed(change), 'zh').expect(422);
    expect(chinese.body.errors[0].detail).toMatch(/[一-鿿]/);
    expect(chinese.body.detail).not.toMatch(/Row|column/);
    expect(await api.written()).toBe(before);
  },
);

test('a table stored before its cells were bounded is not approved, and the process goes on', async () => {
  const content = changed((limits) => (limits.rules![1]!['out-capUnits'] = '1234567890123456'));
  await sql`insert into policy (kind, version, content, content_hash, effective_from, author, created_at)
    values ('grades', 2, ${JSON.stringify(content)}::jsonb, 'x', '2026-09-01', 'earlier', now())`.execute(api.store.db);
  const { body } = await api.as('finance_director').post('/v1/policies/grades/2/approve').send({}).expect(422);
  expect(body.errors[0].pointer).toBe(`${at}/rules/1/out-capUnits`);
  await api.as('auditor').get('/v1/policies/grades/2').expect(200);
  const sound = await post(changed((limits) => (limits.rules![1]!['out-capUnits'] = '25'))).expect(201);
  await api.as('finance_director').post(`/v1/policies/grades/${sound.body.version}/approve`).send({}).expect(200);
});

test('a grade that other policies in force name is not dropped: each of them is said, in both languages', async () => {
  const without = structuredClone(grades);
  without.grades.find(({ grade }) => grade === 'E')!.grade = 'F';
  for (const table of [without.limitTable, without.termsTable])
    for (const rule of table.nodes[1]!.content.rules!)
      if (typeof rule['in-grade'] === 'string') rule['in-grade'] = rule['in-grade'].replace('"E"', '"F"');
  const { body } = await post(without).expect(422);
  expect(body.errors).toEqual(
    ['credit-rules', 'approval-matrix, row no-credit'].map((by) => ({
      ...{ pointer: '/content/grades', code: 'policy-invalid' },
      detail: expect.stringContaining(`grade E is named by ${by}`),
    })),
  );
  expect((await post(without, 'zh').expect(422)).body.errors[1].detail).toContain(
    '信用等级“E”仍被政策 approval-matrix 的行“no-credit”引用',
  );
});

test('contacts are not stopped until before the version is in force', async () => {
  const { content } = (await api.as('auditor').get('/v1/policies/contact-rules/1').expect(200)).body;
  const stop = (until: string, effectiveFrom: string) =>
    api
      .as('credit_manager')
      .post('/v1/policies/contact-rules')
      .send({ content: { ...content, enforcementOff: { reason: 'flood', until } }, effectiveFrom, reason: 'flood' });
  const { body } = await stop('2027-03-31', '2027-04-01').expect(422);
  expect(body.errors).toMatchObject([{ pointer: '/content/enforcementOff/until' }]);
  await stop('2027-04-01', '2027-04-01').expect(201);
});

test.each([
  [
    'approval-matrix',
    (content: { rows: { when: object }[] }) => (content.rows[0]!.when = { types: ['hopsital'] }),
    '/content/rows/0/when/types/0',
  ],
  [
    'ladders',
    (content: { strategy: { when: object }[] }) => (content.strategy[0]!.when = { types: ['hopsital'] }),
    '/content/strategy/0/when/types/0',
  ],
])('a type of customer that does not exist is refused in %s: its row would hold for nobody', async (kind, change, pointer) => {
  const { body } = await api.as('auditor').get(`/v1/policies/${kind}/1`).expect(200);
  change(body.content);
  const refused = await api
    .as('credit_manager')
    .post(`/v1/policies/${kind}`)
    .send({ content: body.content, reason: 'x' })
    .expect(422);
  expect(refused.body.errors[0].pointer).toBe(pointer);
});

test.each<[string, (content: never) => void, string, RegExp]>([
  [
    'scorecard',
    (content: { scale: { odds: string } }) => (content.scale.odds = '1/0'),
    '/content/scale/odds',
    /1\/0 are no odds/,
  ],
  [
    'credit-rules',
    (content: { checks: { grade: { held: string[] } } }) => content.checks.grade.held.push('F'),
    '/content/checks/grade/held/1',
    /unknown grade F/,
  ],
  [
    'ladders',
    (content: { ladders: { rungs: { days: number }[] }[] }) => (content.ladders[0]!.rungs[1]!.days = -1),
    '/content/ladders/0/rungs/1/days',
    /reminder-1 asks for money before it is due/,
  ],
  [
    'ladders',
    (content: { ladders: { rungs: { template: string }[] }[] }) => (content.ladders[0]!.rungs[0]!.template = 'please-contact-us'),
    '/content/ladders/0/rungs/0/template',
    /please-contact-us has no letter in zh and en by email/,
  ],
  [
    'contact-rules',
    (content: { quietTo: string }) => (content.quietTo = '22:00'),
    '/content/quietTo',
    /quiet hours that silence nothing/,
  ],
  [
    'work-orders',
    (content: { kinds: { 'collector-call': { role: string } } }) => (content.kinds['collector-call'].role = 'erp'),
    '/content/kinds/collector-call/role',
    /erp does not work on tasks/,
  ],
])(
  'a %s that can never mean what it says is refused with its place in both languages, and nothing is kept',
  async (kind, change, pointer, says) => {
    const { body } = await api.as('auditor').get(`/v1/policies/${kind}/1`).expect(200);
    change(body.content as never);
    const before = await api.written();
    for (const [language, words] of [
      ['en', says],
      ['zh', /[一-鿿]/],
    ] as const) {
      const sent = { content: body.content, reason: 'x' };
      const refused = await api
        .as('credit_manager')
        .post(`/v1/policies/${kind}`)
        .set('Accept-Language', language)
        .send(sent)
        .expect(422);
      expect(refused.body.errors).toEqual([{ pointer, code: 'policy-invalid', detail: expect.stringMatching(words) }]);
    }
    expect(await api.written()).toBe(before);
  },
);

test('a dunning procedure that a customer has of its own stays: without it the invoices of that customer would be refused', async () => {
  const customer = { name: 'Own', type: 'other', region: 'SH', currency: 'CNY', terms: { days: 30 }, ladder: 'dealer' };
  await api.as('erp').put('/v1/customers/OWN-1').send(customer).expect(201);
  const { body } = await api.as('auditor').get('/v1/policies/ladders/1').expect(200);
  const content = JSON.parse(
    JSON.stringify(body.content).replaceAll('"dealer"', '"traders"').replaceAll('["traders"', '["dealer"'),
  ) as object;
  const refused = await api.as('credit_manager').post('/v1/policies/ladders').send({ content, reason: 'renamed' }).expect(422);
  expect(refused.body.errors).toEqual([
    { pointer: '/content/ladders', code: 'policy-invalid', detail: expect.stringContaining('dealer is named by customers') },
  ]);
});
