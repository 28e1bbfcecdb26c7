import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import twilio from 'twilio';
import { callbackRoutes, twilioSignature } from '../../api/routes/outreach/callbacks.ts';
import { recordDelivery } from '../../store/outreach/messages.ts';
import { recordReceipt } from '../../store/outreach/receipts.ts';
import type { Store } from '../../store/platform/transaction.ts';
import { openTestApi } from '../support/api.ts';
import type { TestApi } from '../support/api.ts';
import { accountSid, authToken, fromNumber } from '../support/fake-twilio.ts';
import { letOut, reaching } from '../support/let-out.ts';

const publicUrl = 'https://duecourse.example';
const path = '/v1/callbacks/twilio';
const env = {
  DUECOURSE_PUBLIC_URL: publicUrl,
  TWILIO_ACCOUNT_SID: accountSid,
  TWILIO_AUTH_TOKEN: authToken,
  TWILIO_FROM: fromNumber,
};

let api: TestApi;
let store: Store;
let number = 0;
beforeAll(async () => {
  api = await openTestApi({ routes: callbackRoutes, env });
  await letOut(api.store);
  store = api.store;
});
afterAll(() => api.close());

type Form = Record<string, string>;
const sid = () => `SM${randomUUID().replaceAll('-', '')}`;
const statusForm = (providerId: string, status: string, more: Form = {}): Form => ({
  AccountSid: accountSid,
  MessageSid: providerId,
  MessageStatus: status,
  To: '+8613800000000',
  ApiVersion: '2010-04-01',
  ...more,
});

async function post(form: Form, sign: { url?: string; token?: string; signature?: string | null } = {}, query = '') {
  const signature =
    sign.signature === undefined
      ? twilioSignature(sign.token ?? authToken, sign.url ?? publicUrl + path + query, form)
      : sign.signature;
  const request = api
    .as(null)
    .post(path + query)
    .type('form')
    .send(form);
  return signature === null ? request : request.set('X-Twilio-Signature', signature);
}

/** A message in `sending`, and how it becomes `sent` by the gateway's answer. */
async function message(of: { mobile?: string } = {}) {
  const own = (number += 1);
  const customer = await store.db
    .insertInto('customer')
    .values({
      external_id: `CB-${own}`,
      name: 'Customer',
      type: 'other',
      currency: 'CNY',
      content_hash: '',
      created_at: '2026-09-01T02:00:00.000Z',
      updated_at: '2026-09-01T02:00:00.000Z',
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  const mobile = of.mobile ?? `+86139${String(own).padStart(8, '0')}`;
  await store.db
    .insertInto('contact')
    .values({ customer_id: customer.id, external_id: 'c1', name: 'P', role: 'finance', mobile, position: 0 })
    .execute();
  const { id } = await store.db
    .insertInto('message')
    .values({
      key: `test/${own}`,
      customer_id: customer.id,
      channel: 'sms',
      template: 'please-contact-us',
      template_version: 1,
      class: 'neutral',
      language: 'zh',
      state: 'sending',
      address: mobile,
      address_hash: `hash-${own}`,
      body: 'x',
      content_hash: '',
      at: '2026-09-01T02:00:00.000Z',
      sending_at: '2026-09-01T02:00:00.000Z',
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  const providerId = sid();
  await store.db
    .updateTable('message')
    .set({ calls: 1, called_at: new Date().toISOString(), provider: 'twilio' })
    .where('id', '=', id)
    .execute();
  const outcome = { outcome: 'accepted', provider: 'twilio', providerId, receipts: true, reconciled: false } as const;
  return {
    id,
    customer: customer.id,
    mobile,
    providerId,
    sent: () => recordDelivery(store, { id: customer.id, messageId: id, outcome }, reaching('sms')),
    row: () => store.db.selectFrom('message').selectAll().where('id', '=', id).executeTakeFirstOrThrow(),
    receipts: async () =>
      (
        await store.db
          .selectFrom('audit')
          .select('after')
          .where('subject_id', '=', id)
          .where('action', '=', 'message.receipt')
          .execute()
      ).length,
  };
}

describe('who is believed', () => {
  test('our signature is the one Twilio’s own library computes', () => {
    const form = { Body: 'ä 退订 &=', From: '+86138', AccountSid: accountSid, Empty: '' };
    for (const url of [publicUrl + path, `${publicUrl}${path}?message=01980a3e-7c1e-7000-8000-000000000001`]) {
      expect(twilio.validateRequest(authToken, twilioSignature(authToken, url, form), url, form)).toBe(true);
    }
  });

  test('what is not signed over our address with our token is refused, and nothing is written', async () => {
    const of = await message();
    await of.sent();
    const form = statusForm(of.providerId, 'delivered');
    const before = await api.written();
    const signed = twilioSignature(authToken, publicUrl + path, form);
    const attempts = [
      await post(form, { signature: null }),
      await post(form, { signature: '' }),
      await post(form, { signature: 'AAAA' }),
      await post(form, { token: 'another-token-of-12' }),
      await post(form, { url: `http://duecourse.example${path}` }),
      await post(form, { url: `${publicUrl}${path}?message=${of.id}` }),
      await post({ ...form, MessageStatus: 'failed' }, { signature: signed }),
      await post({ ...form, Extra: 'field' }, { signature: signed }),
      await api
        .as(null)
        .post(path)
        .set('Host', 'evil.example')
        .set('X-Forwarded-Host', 'evil.example')
        .set('X-Forwarded-Proto', 'http')
        .type('form')
        .send(form)
        .set('X-Twilio-Signature', twilioSignature(authToken, `http://evil.example${path}`, form)),
    ];
    expect(attempts.map((answer) => answer.status)).toEqual(attempts.map(() => 403));
    expect(attempts[0]?.body).toMatchObject({ code: 'forbidden' });
    expect(await api.written()).toBe(before);
    expect((await of.row()).state).toBe('sent');
  });

  test('forwarding headers change nothing for a callback that is rightly signed', async () => {
    const of = await message();
    await of.sent();
    const form = statusForm(of.providerId, 'delivered');
    const answer = await api
      .as(null)
      .post(path)
      .set('Host', 'internal:3000')
      .set('X-Forwarded-Host', 'evil.example')
      .type('form')
      .send(form)
      .set('X-Twilio-Signature', twilioSignature(authToken, publicUrl + path, form));
    expect(answer.status).toBe(204);
    expect((await of.row()).state).toBe('delivered');
  });

  test('another account’s message, an unknown status and odd fields are answered and left', async () => {
    const of = await message();
    await of.sent();
    const before = await api.written();
    for (const form of [
      statusForm(of.providerId, 'delivered', { AccountSid: `AC${'f'.repeat(32)}` }),
      statusForm("x'; drop table message; --", 'delivered'),
      statusForm(of.providerId, 'DELIVERED\u0000'),
      { hello: 'world' },
    ]) {
      expect((await post(form)).status).toBe(204);
    }
    expect(await api.written()).toBe(before);
    expect((await post(statusForm(of.providerId, 'somethingnew'))).status).toBe(204);
    expect((await of.row()).state).toBe('sent');
  });

  test('JSON, a body too large and a GET are not callbacks', async () => {
    const json = await api.as(null).post(path).send({ a: 1 });
    expect(json.status).toBe(415);
    expect((await api.as(null).get(path)).status).toBe(405);
    expect((await post({ Body: 'x'.repeat(30_000) })).status).toBe(422);
  });
});

describe('receipts', () => {
  /** A fixed shuffle, so that a failure can be repeated. */
  function shuffled<T>(items: readonly T[], seed: number): T[] {
    let state = seed;
    const next = () => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648;
    return items
      .map((item) => ({ item, at: next() }))
      .sort((a, b) => a.at - b.at)
      .map(({ item }) => item);
  }

  test.each([1, 2, 3, 4, 5, 6])(
    'shuffled and repeated (seed %i), the state is the furthest reported, with one entry an event',
    async (seed) => {
      const of = await message();
      const events = ['queued', 'sending', 'sent', 'delivered'];
      const calls = shuffled([...events, ...events, ...events.slice(seed % 3)], seed);
      const cut = seed % calls.length;
      for (const status of calls.slice(0, cut)) expect((await post(statusForm(of.providerId, status))).status).toBe(204);
      await of.sent();
      for (const status of calls.slice(cut)) expect((await post(statusForm(of.providerId, status))).status).toBe(204);
      expect(await of.row()).toMatchObject({ state: 'delivered', delivered_at: expect.any(String) });
      expect(await of.receipts()).toBe(events.length);
    },
  );

  test('all at once, while the sending is being recorded: none is lost', async () => {
    const cases = await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map(() => message()));
    await Promise.all(
      cases.flatMap((of) => [
        post(statusForm(of.providerId, 'delivered')),
        of.sent(),
        post(statusForm(of.providerId, 'sent')),
        post(statusForm(of.providerId, 'delivered')),
      ]),
    );
    for (const of of cases) {
      expect((await of.row()).state).toBe('delivered');
      expect(await of.receipts()).toBe(2);
    }
    const parked = await store.db.selectFrom('receipt').select('id').where('applied', '=', false).execute();
    expect(parked).toEqual([]);
  });

  test('one that comes before the message is on record is parked, then applied', async () => {
    const of = await message();
    expect(await recordReceipt(store, { providerId: of.providerId, status: 'delivered', code: null, messageId: null })).toBe(
      'parked',
    );
    expect((await of.row()).state).toBe('sending');
    expect(await of.sent()).toMatchObject({ step: 'close' });
    expect((await of.row()).state).toBe('delivered');
  });

  test('delivered stays delivered whatever comes after; a failure asks the customer’s outreach', async () => {
    const good = await message();
    await good.sent();
    await post(statusForm(good.providerId, 'delivered'));
    await post(statusForm(good.providerId, 'undelivered', { ErrorCode: '30003' }));
    expect((await good.row()).state).toBe('delivered');

    const bad = await message();
    await bad.sent();
    const asked = async () =>
      (await store.db.selectFrom('wake').select('asked').where('subject', '=', `outreach-${bad.customer}`).executeTakeFirst())
        ?.asked ?? 0;
    const before = await asked();
    await post(statusForm(bad.providerId, 'undelivered', { ErrorCode: '30006' }));
    expect(await bad.row()).toMatchObject({ state: 'failed', reason: 'bad-address' });
    expect(await asked()).toBe(before + 1);
    const tasks = await store.db.selectFrom('work_order').select('kind').where('customer_id', '=', bad.customer).execute();
    expect(tasks).toEqual([{ kind: 'mend-address' }]);
  });

  test('a callback that names our message resolves a call whose answer was lost', async () => {
    const of = await message();
    const answer = await post(statusForm(of.providerId, 'sent'), {}, `?message=${of.id}`);
    expect(answer.status).toBe(204);
    expect(await of.row()).toMatchObject({ state: 'sent', provider_id: of.providerId, called_at: null });
  });
});

describe('replies', () => {
  const inbound = (from: string, text: string, more: Form = {}): Form => ({
    AccountSid: accountSid,
    MessageSid: sid(),
    From: from,
    To: fromNumber,
    Body: text,
    SmsStatus: 'received',
    ...more,
  });
  const outs = () => store.db.selectFrom('opt_out').selectAll().execute();

  test.each(['STOP', ' stop. ', '退订', 'TD', 't', 'Ｔ'])('“%s” ends SMS to that number, once', async (word) => {
    const of = await message();
    const form = inbound(of.mobile, word);
    const before = (await outs()).length;
    expect((await post(form)).status).toBe(204);
    expect((await post(form)).status).toBe(204);
    expect((await post(inbound(of.mobile, 'STOP'))).status).toBe(204);
    expect(await outs()).toHaveLength(before + 1);
    const entries = await store.db
      .selectFrom('audit')
      .select('after')
      .where('customer_id', '=', of.customer)
      .where('action', '=', 'contact.opted-out')
      .execute();
    expect(entries).toEqual([{ after: { channel: 'sms' } }]);
  });

  test('Twilio’s own word for it counts too; other words are kept as a contact, and a stranger’s are not', async () => {
    const of = await message();
    await post(inbound(of.mobile, 'please no more', { OptOutType: 'STOP' }));
    expect((await outs()).at(-1)).toMatchObject({ channel: 'sms', source: 'inbound' });

    const other = await message();
    const form = inbound(other.mobile, 'We pay\u202e on Friday\nhttps://evil.example');
    await post(form);
    await post(form);
    await post(inbound('+8613700000000', 'who is this'));
    const log = await store.db
      .selectFrom('contact_log')
      .select(['kind', 'outcome', 'note'])
      .where('customer_id', '=', other.customer)
      .execute();
    expect(log).toEqual([{ kind: 'other', outcome: 'reply', note: 'We pay on Friday https: // evil.example' }]);
  });
});

test('without credentials nobody is believed', async () => {
  const bare = await openTestApi({ routes: callbackRoutes });
  const form = statusForm(sid(), 'delivered');
  const answer = await bare
    .as(null)
    .post(path)
    .type('form')
    .send(form)
    .set('X-Twilio-Signature', twilioSignature('', publicUrl + path, form));
  expect(answer.status).toBe(403);
  await bare.close();
});
