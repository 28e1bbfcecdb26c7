import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestApi } from '../support/api.ts';
import type { TestApi } from '../support/api.ts';
import { templatesOf } from '../../store/outreach/templates.ts';

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi();
});
afterAll(() => api.close());

const letter = {
  id: 'overdue-first',
  language: 'en',
  channel: 'email',
  class: 'reminder',
  subject: 'Open items of {{ customer.name }}',
  body: 'Dear {{ contact.name }}, {% for line in overdue %}{{ line.invoice }} {% endfor %}: please reply to us.',
  reason: 'Shorter',
};
const path = '/v1/templates/overdue-first/en/email';
const write = (change: object, role: 'credit_manager' | 'legal' = 'credit_manager', version?: number) => {
  const sent = api.as(role).post('/v1/templates');
  return (version === undefined ? sent : sent.set('If-Match', `"${version}"`)).send({ ...letter, ...change });
};
const approve = (version: number, role: 'credit_manager' | 'finance_director' | 'legal', of = path) =>
  api.as(role).post(`${of}/${version}/approve`).send({ reason: 'read it' });
const inForce = async (day: string, id = 'overdue-first') =>
  (await templatesOf(api.store.policies.db, day)).find(id, 'en', 'email');

describe('templates', () => {
  test('a new version waits for a second person and for its day; the old ones stay readable, and the record shows who wrote and who approved', async () => {
    const seen = await api.as('credit_manager').get(path).expect(200);
    expect(seen.headers['etag']).toBe('"1"');
    const written = await write({}, 'credit_manager', 1).expect(201);
    expect(written.body).toEqual({ id: 'overdue-first', language: 'en', channel: 'email', version: 2, doubtful: [] });
    expect(written.headers['etag']).toBe('"2"');
    expect(await inForce('2026-09-01')).toMatchObject({ version: 1 });
    const waiting = await api.as('finance_director').get('/v1/templates?proposed=true').expect(200);
    expect(waiting.body.data).toMatchObject([{ id: 'overdue-first', version: 2, current: false, approvedBy: null }]);
    const own = await approve(2, 'credit_manager').expect(409);
    expect(own.body.code).toBe('own-request');
    expect((await approve(2, 'finance_director').expect(200)).body).toMatchObject({ version: 2, effectiveFrom: '2026-09-01' });
    expect(await inForce('2026-09-01')).toMatchObject({ version: 2, body: letter.body });
    expect((await approve(2, 'legal').expect(409)).body.code).toBe('already-decided');
    const { data } = (await api.as('auditor').get(path).expect(200)).body;
    expect(data.map((one: { version: number; current: boolean }) => [one.version, one.current])).toEqual([
      [2, true],
      [1, false],
    ]);
    const audit = await api.as('auditor').get('/v1/audit?action=template.written').expect(200);
    expect(audit.body.data[0]).toMatchObject({ reason: 'Shorter', subject: { id: 'overdue-first/en/email/2' } });
    const approved = await api.as('auditor').get('/v1/audit?action=template.approved').expect(200);
    expect(approved.body.data).toMatchObject([{ reason: 'read it', subject: { id: 'overdue-first/en/email/2' } }]);
  });

  test('doubtful sentences are shown to author and approver, and refuse nothing', async () => {
    const body =
      '{{ contact.name }}，您好。我们的人会天天到贵院报到。{% if count > 3 %}请贵院好自为之。{% endif %}请回复本邮件。';
    const doubtful = ['我们的人会天天到贵院报到。', '请贵院好自为之。'];
    const sent = { id: 'overdue-second', language: 'zh', subject: '未付款项', body };
    expect((await write(sent).expect(201)).body).toMatchObject({ version: 2, doubtful });
    const waiting = await api.as('legal').get('/v1/templates?proposed=true&id=overdue-second').expect(200);
    expect(waiting.body.data).toMatchObject([{ version: 2, doubtful }]);
    const of = '/v1/templates/overdue-second/zh/email';
    expect((await api.as('legal').get(of).expect(200)).body.data).toMatchObject([{ doubtful }, { version: 1, doubtful: [] }]);
    expect((await approve(2, 'legal', of).expect(200)).body).toMatchObject({ version: 2 });
  });

  test('an approved version is in force from its day, not before; one written for a past day, or passed by a newer one, never', async () => {
    const at = '/v1/templates/due-soon/en/email';
    const soon = (change: object) => write({ id: 'due-soon', class: 'notice', ...change });
    const past = await soon({ effectiveFrom: '2026-08-31' }).expect(422);
    expect(past.body.errors[0].pointer).toBe('/effectiveFrom');
    await soon({ effectiveFrom: '2026-10-01' }).expect(201);
    await soon({ body: 'Hello, please reply to us.' }).expect(201);
    await approve(3, 'legal', at).expect(200);
    expect((await approve(2, 'legal', at).expect(409)).body.code).toBe('unapprovable');
    await soon({ effectiveFrom: '2026-10-01' }).expect(201);
    await approve(4, 'legal', at).expect(200);
    const versions = async () => [await inForce('2026-09-30', 'due-soon'), await inForce('2026-10-01', 'due-soon')];
    expect((await versions()).map(({ version }) => version)).toEqual([3, 4]);
    const listed = await api.as('auditor').get('/v1/templates?id=due-soon&language=en&channel=email').expect(200);
    expect(listed.body.data).toMatchObject([{ version: 3, current: true }]);
    expect((await approve(9, 'legal', at).expect(404)).body.code).toBe('not-found');
  });

  test('who saw an older version is told so, and nothing is written', async () => {
    const before = await api.written();
    const stale = await write({}, 'credit_manager', 1).expect(412);
    expect(stale.body).toMatchObject({ code: 'version-mismatch', errors: [{ pointer: 'If-Match' }] });
    expect(await api.written()).toBe(before);
  });

  test.each([
    ['a threat to come and shame', { body: '如不付款，我们将上门让你们领导难堪。请联系我们。' }, '/body'],
    ['shame in a subject', { subject: 'Shame on {{ customer.name }}' }, '/subject'],
    ['a lawsuit in a reminder', { body: 'Reply, or see our lawyers.' }, '/body'],
    ['a threat in a branch that few letters reach', { body: 'Reply. {% if count > 900 %}后果自负{% endif %}' }, '/body'],
    ['a letter without a way out', { body: 'Dear {{ contact.name }}, items are open.' }, '/body'],
    [
      'a neutral SMS without our name and number',
      { id: 'hi', channel: 'sms', class: 'neutral', subject: undefined, body: '您好，请与我们联系。' },
      '/body',
    ],
    ['a name no letter has', { body: '{{ customer.phone }}' }, '/body'],
    ['a filter there is not', { subject: '{{ today | shout }}' }, '/subject'],
    ['text that is reckoned with', { body: '{% for total in totals %}{{ total.amount | times: 2 }}{% endfor %}' }, '/body'],
    ['text compared with a number', { body: '{% for t in totals %}{% if t.amount > 1000 %}x{% endif %}{% endfor %}' }, '/body'],
    ['text that shall equal a number', { body: '{% if totals[0].amount == 1000 %}x{% endif %}y' }, '/body'],
    ['an amount as a bare number', { body: '{% for total in totals %}{{ total.value }}{% endfor %}' }, '/body'],
    ['a day in hours', { body: '{{ today | date: "%H" }}' }, '/body'],
    ['a mistake where no sample comes', { body: 'x{% if overdue.size > 77 %}{{ customer.phone }}{% endif %}' }, '/body'],
    [
      'a mistake in a line of a branch',
      { body: 'x{% if count > 500 %}{% for l in overdue %}{{ l.total }}{% endfor %}{% endif %}' },
      '/body',
    ],
    ['a name that only one branch sets', { body: '{% if count > 1 %}{% assign a = 1 %}{% endif %}{{ a }}' }, '/body'],
    ['the third item of one', { body: '{{ overdue[2].invoice }}' }, '/body'],
    [
      'a loop without end in sight',
      { body: '{% for a in (1..9999999) %}{% for b in (1..9999999) %}x{% endfor %}{% endfor %}' },
      '/body',
    ],
    ['another template', { body: '{% render "x" %}' }, '/body'],
    ['a tag left open', { body: '{% for line in overdue %}' }, '/body'],
    ['another class than the id has', { class: 'notice' }, '/class'],
    ['an e-mail without a subject', { subject: undefined }, '/subject'],
    ['an SMS that is not neutral', { channel: 'sms', subject: undefined, body: 'Hello' }, '/class'],
    [
      'an SMS with an address',
      { id: 'hi', channel: 'sms', class: 'neutral', subject: undefined, body: 'www.x.example' },
      '/body',
    ],
    ['an SMS that names a debt', { id: 'hi', channel: 'sms', class: 'neutral', subject: undefined, body: '您有欠款' }, '/body'],
    [
      'an SMS that puts an amount in',
      { id: 'hi', channel: 'sms', class: 'neutral', subject: undefined, body: '{{ totals[0].amount }}' },
      '/body',
    ],
  ])('%s is refused at its place, in both languages, and nothing is written', async (_, change, pointer) => {
    const before = await api.written();
    for (const [language, words] of [
      ['en', 'cannot be used'],
      ['zh', '模板不可用'],
    ] as const) {
      const res = await write(change).set('Accept-Language', language).expect(422);
      expect(res.body.code).toBe('template-invalid');
      expect(JSON.stringify(res.body)).toContain(words);
      expect(res.body.errors[0].pointer).toBe(pointer);
    }
    expect(await api.written()).toBe(before);
  });

  test('a refused letter says what to write instead, in the language of whoever asked', async () => {
    const said = async (language: string, body: string) =>
      ((await write({ body }).set('Accept-Language', language).expect(422)).body as { detail: string }).detail;
    const threat = '我们将上门让你们领导难堪。';
    for (const words of ['上门', '难堪', 'Please tell us when you expect to pay'])
      expect(await said('en', threat)).toContain(words);
    for (const words of ['上门', '难堪', '请告知预计付款日期']) expect(await said('zh', threat)).toContain(words);
    expect(await said('en', threat)).not.toContain('请告知');
    expect(await said('zh', threat)).not.toContain('Please');
    for (const [body, zh] of [
      ['{{ nobody }}', '没有名称 nobody'],
      ['{{ today | upper }}', '没有过滤器 upper'],
      ['{% include "x" %}', '没有标签 include，第 1 行第 1 列'],
      ['{% if count %}', '没有结束，第 1 行第 1 列'],
    ] as const) {
      expect(await said('en', body)).not.toMatch(/[一-鿿]/);
      expect(await said('zh', body)).toContain(zh);
      expect(await said('zh', body)).not.toMatch(/undefined|not found|not closed/);
    }
  });

  test('letters of legal class are written by legal alone, and legal writes no others; credit management approves none', async () => {
    const demand = { id: 'formal-demand', class: 'demand' };
    await write(demand).expect(403);
    await write({}, 'legal').expect(403);
    expect((await write(demand, 'legal').expect(201)).body.version).toBe(1);
    const at = '/v1/templates/formal-demand/en/email';
    await approve(1, 'credit_manager', at).expect(403);
    expect((await approve(1, 'legal', at).expect(409)).body.code).toBe('own-request');
    await approve(1, 'finance_director', at).expect(200);
  });

  test('a version that can never be approved says why: nobody but its author could, or it fails the check of today', async () => {
    const at = '/v1/templates/never/en/email';
    const version = (await write({ id: 'never' }).expect(201)).body.version as number;
    const others = (to: string) =>
      sql`update api_key set expires_at = ${sql.raw(to)} where role in ('finance_director', 'legal')`.execute(api.store.db);
    await others("now() - interval '1 day'");
    const alone = await approve(version, 'credit_manager', at).set('Accept-Language', 'zh').expect(409);
    await others('null');
    expect(alone.body).toMatchObject({ code: 'approver-missing', detail: expect.stringContaining('信用经理') as string });
    expect((await approve(version, 'credit_manager', at).expect(409)).body.code).toBe('own-request');
    const body = (text: string) => sql`update template set body = ${text} where id = 'never'`.execute(api.store.db);
    await body('我们将上门让你们领导难堪。');
    const failing = await approve(version, 'legal', at).set('Accept-Language', 'zh').expect(409);
    expect(failing.body).toMatchObject({
      code: 'unapprovable',
      detail: expect.stringMatching(/^该版本已不能批准：.*上门.*请编写新版本/) as string,
    });
    await body(letter.body);
  });

  test('of two writers over the same version one is told', async () => {
    const both = await Promise.all([
      write({ body: 'One: please reply.' }, 'credit_manager', 2),
      write({ body: 'Two: please reply.' }, 'credit_manager', 2),
    ]);
    expect(both.map((res) => res.status).sort()).toEqual([201, 412]);
  });

  test('plain numbers are reckoned with and printed by their filter; our own letters stand the same check', async () => {
    const body =
      '{% assign all = 0 %}{% for t in totals %}{% if t.value > 1000 %}{{ t.value | times: 2 | money: t.currency }}{% endif %}{% endfor %}' +
      '{% for l in overdue %}{% if l.dueDate < today and forloop.first %}{{ l.dueDate | date: "%Y年%-m月%-d日" }}{% endif %}{% endfor %}{{ all | plus: count }} Please call us if anything is in question.';
    await write({ body }).expect(201);
    const { data } = (await api.as('auditor').get('/v1/templates?limit=200').expect(200)).body;
    for (const { id, language, channel, class: kind, tone, subject, body: own } of data) {
      if (kind === 'demand') continue;
      const again = {
        id,
        language,
        channel,
        class: kind,
        tone,
        ...(subject !== null && { subject }),
        body: own,
        reason: 'again',
      };
      const res = await api.as('credit_manager').post('/v1/templates').send(again);
      expect([id, language, channel, res.status, res.body.detail]).toEqual([id, language, channel, 201, undefined]);
    }
  });
});
