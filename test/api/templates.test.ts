import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestApi } from '../support/api.ts';
import type { TestApi } from '../support/api.ts';
import { templatesOf } from '../../store/templates.ts';

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
  body: 'Dear {{ contact.name }}, {% for line in overdue %}{{ line.invoice }} {% endfor %}',
  reason: 'Shorter',
};
const path = '/v1/templates/overdue-first/en/email';
const write = (change: object, role: 'credit_manager' | 'legal' = 'credit_manager', version?: number) => {
  const sent = api.as(role).post('/v1/templates');
  return (version === undefined ? sent : sent.set('If-Match', `"${version}"`)).send({ ...letter, ...change });
};

describe('templates', () => {
  test('a new version is in force for the next message, the old ones stay readable, and the record shows who wrote it', async () => {
    const seen = await api.as('credit_manager').get(path).expect(200);
    expect(seen.headers['etag']).toBe('"1"');
    const written = await write({}, 'credit_manager', 1).expect(201);
    expect(written.body).toEqual({ id: 'overdue-first', language: 'en', channel: 'email', version: 2 });
    expect(written.headers['etag']).toBe('"2"');
    expect((await templatesOf(api.store.db)).find('overdue-first', 'en', 'email')).toMatchObject({
      version: 2,
      body: letter.body,
    });
    const { data } = (await api.as('auditor').get(path).expect(200)).body;
    expect(data.map((one: { version: number }) => one.version)).toEqual([2, 1]);
    const audit = await api.as('auditor').get('/v1/audit?action=template.written').expect(200);
    expect(audit.body.data[0]).toMatchObject({ reason: 'Shorter', subject: { id: 'overdue-first/en/email/2' } });
  });

  test('who saw an older version is told so, and nothing is written', async () => {
    const before = await api.written();
    const stale = await write({}, 'credit_manager', 1).expect(412);
    expect(stale.body.code).toBe('version-mismatch');
    expect(await api.written()).toBe(before);
  });

  test.each([
    ['a name no letter has', { body: '{{ customer.phone }}' }, '/body'],
    ['a filter there is not', { subject: '{{ today | shout }}' }, '/subject'],
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

  test('letters of legal class are written by legal alone, and legal writes no others', async () => {
    const demand = { id: 'formal-demand', class: 'demand' };
    await write(demand).expect(403);
    await write({}, 'legal').expect(403);
    expect((await write(demand, 'legal').expect(201)).body.version).toBe(1);
  });

  test('of two writers over the same version one is told', async () => {
    const both = await Promise.all([write({ body: 'One' }, 'credit_manager', 2), write({ body: 'Two' }, 'credit_manager', 2)]);
    expect(both.map((res) => res.status).sort()).toEqual([201, 412]);
  });
});
