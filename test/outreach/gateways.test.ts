import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { deliveryActivities } from '../../activities/outreach/delivery.ts';
import type { DeliveryBook } from '../../activities/outreach/delivery.ts';
import type { Gateway, Gateways, OutgoingMessage } from '../../activities/outreach/channels/gateway.ts';
import { htmlOf, smtpGateway } from '../../activities/outreach/channels/smtp.ts';
import { twilioGateway } from '../../activities/outreach/channels/twilio.ts';
import { channelOf, claimDelivery, releaseDelivery } from '../../store/outreach/delivery-claims.ts';
import { recordDelivery } from '../../store/outreach/messages.ts';
import { recordReceipt } from '../../store/outreach/receipts.ts';
import { openContactDesk } from '../support/contact-desk.ts';
import type { ContactDesk } from '../support/contact-desk.ts';
import { shanghai } from '../support/shanghai.ts';
import { startFakeSmtp } from '../support/fake-smtp.ts';
import type { FakeSmtp } from '../support/fake-smtp.ts';
import { accountSid, authToken, fromNumber, startFakeTwilio } from '../support/fake-twilio.ts';
import type { FakeTwilio } from '../support/fake-twilio.ts';
import { reaching } from '../support/let-out.ts';
import type { OutreachPlan } from '../../domain/outreach/process.ts';

const DUE = '2026-03-04';
const REMINDER = '2026-03-05';
const publicUrl = 'https://duecourse.example';
const deployment = reaching('sms', 'email');

let desk: ContactDesk;
let twilio: FakeTwilio;
let smtp: FakeSmtp;
let number = 0;

beforeAll(async () => {
  desk = await openContactDesk(DUE);
  await desk.stand(REMINDER);
});
afterAll(() => desk.close());
beforeEach(async () => {
  [twilio, smtp] = await Promise.all([startFakeTwilio(), startFakeSmtp()]);
});
afterEach(() => Promise.all([twilio.close(), smtp.close()]));

const sms = (settleMs = 0): Gateway =>
  twilioGateway({ accountSid, authToken, from: fromNumber, publicUrl, apiUrl: twilio.url, settleMs });
const mail = (): Gateway => smtpGateway({ url: smtp.url, from: 'Accounts <ar@seller.example>' });

const book = (): DeliveryBook => ({
  channelOf: (messageId) => channelOf(desk.store, messageId),
  claim: (input) => claimDelivery(desk.store, input, deployment),
  release: (input) => releaseDelivery(desk.store, input),
  record: (input) => recordDelivery(desk.store, input, deployment),
});

/** A contact that is committed as `sending`, by SMS or mail. */
async function sending(channel: 'sms' | 'email', more: { both?: boolean } = {}) {
  number += 1;
  const code = `D-${number}`;
  const mobile = `+86138${String(number).padStart(8, '0')}`;
  const addresses =
    channel === 'sms' ? { mobile, email: null } : { email: `d${number}@customer.example`, mobile: more.both ? mobile : null };
  const id = await desk.customer(code, [addresses]);
  const receivables = await desk.invoice({ code: `${code}-I`, customer: code, due: [DUE] });
  await desk.take(...receivables);
  const plan = await desk.contact(id, ['sms', 'email']);
  expect(plan).toMatchObject({ step: 'deliver', waitMs: 0 });
  return { id, code, mobile, receivable: receivables[0] ?? '', messageId: plan.messageId ?? '' };
}

/** Runs the activity as the engine does: again after a failure, `most` times at most. */
async function deliver(of: { id: string; messageId: string }, gateways: Gateways, most = 5): Promise<OutreachPlan> {
  const { deliverMessage } = deliveryActivities(book(), gateways);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await deliverMessage(of);
    } catch (error) {
      if (attempt === most) throw error;
    }
  }
}

const message = async (of: { id: string }) => (await desk.messages(of.id))[0];
const tasks = (of: { id: string }) =>
  desk.store.db.selectFrom('work_order').select(['kind', 'key']).where('customer_id', '=', of.id).execute();

describe('SMS by Twilio', () => {
  test('a message accepted is sent, with its provider id, a receipt awaited and our callback given', async () => {
    const of = await sending('sms');
    const plan = await deliver(of, { sms: sms() });
    expect(await message(of)).toMatchObject({ state: 'sent', outbox: false, calls: 1, provider_id: twilio.messages[0]?.sid });
    expect(twilio.messages).toMatchObject([{ to: of.mobile, from: fromNumber }]);
    expect(twilio.messages[0]?.statusCallback).toBe(`${publicUrl}/v1/callbacks/twilio?message=${of.messageId}`);
    expect(plan).toMatchObject({ step: 'wait', why: 'a receipt is awaited' });
  });

  test.each(['accept-then-drop', 'accept-then-500'] as const)(
    'a provider that takes the message and then fails (%s) gets one message: the outcome is reconciled',
    async (behaviour) => {
      const of = await sending('sms');
      twilio.plan = [behaviour];
      await deliver(of, { sms: sms() });
      expect(twilio.calls).toBe(1);
      expect(twilio.messages).toHaveLength(1);
      expect(await message(of)).toMatchObject({ state: 'sent', provider_id: twilio.messages[0]?.sid, calls: 1 });
      expect(await desk.actions(of.id)).toContain('message.called');
    },
  );

  test('a worker that dies between the provider’s answer and our record sends nothing twice', async () => {
    const of = await sending('sms');
    const gateway = sms();
    const claim = await book().claim({ messageId: of.messageId, provider: 'twilio', again: false });
    if (claim.claim !== 'call') throw new Error('not claimed');
    await gateway.send(claim.message);
    await deliver(of, { sms: gateway });
    expect(twilio.calls).toBe(1);
    expect(await message(of)).toMatchObject({ state: 'sent', provider_id: twilio.messages[0]?.sid });
  });

  test('two workers at the same message call the provider once', async () => {
    const of = await sending('sms');
    await Promise.all([deliver(of, { sms: sms(60_000) }).catch(() => null), deliver(of, { sms: sms(60_000) }).catch(() => null)]);
    expect(twilio.calls).toBe(1);
    expect(await message(of)).toMatchObject({ state: 'sent' });
  });

  test('a message the provider does not have is called for once more, on record, and no third time: then a person finds out', async () => {
    const of = await sending('sms');
    twilio.plan = ['drop', 'drop'];
    await deliver(of, { sms: sms() });
    expect(twilio.calls).toBe(2);
    expect(await message(of)).toMatchObject({ state: 'unknown', reason: 'unknown-outcome' });
    expect(await tasks(of)).toMatchObject([{ kind: 'unknown-outcome' }]);
    const actions = await desk.actions(of.id);
    expect(actions.filter((action) => action === 'message.called')).toHaveLength(2);
    expect(actions.filter((action) => action === 'message.reconciled')).toHaveLength(1);
  });

  test('absence counts only after the provider had time to show the message', async () => {
    const of = await sending('sms');
    twilio.plan = ['drop'];
    await expect(deliver(of, { sms: sms(60_000) }, 3)).rejects.toThrow('does not show the message yet');
    expect(twilio.calls).toBe(1);
    expect(await message(of)).toMatchObject({ state: 'sending' });
  });

  test('an earlier message with the same words to the same number is not taken for this one', async () => {
    const first = await sending('sms');
    await deliver(first, { sms: sms() });
    const earlier = await message(first);
    const of = await sending('sms');
    twilio.messages = twilio.messages.map((m) => ({ ...m, to: of.mobile }));
    await desk.store.db
      .updateTable('message')
      .set({ address_hash: (await hashOf(of.messageId)) ?? '' })
      .where('id', '=', earlier?.id ?? '')
      .execute();
    twilio.plan = ['drop'];
    await deliver(of, { sms: sms() });
    expect((await message(of))?.provider_id).not.toBe(earlier?.provider_id);
    expect(twilio.calls).toBe(3);
  });

  test('429 is repeated until it is taken, as one message', async () => {
    const of = await sending('sms');
    twilio.plan = [
      { status: 429, code: 20429 },
      { status: 429, code: 20429 },
    ];
    await deliver(of, { sms: sms() });
    expect(twilio.calls).toBe(3);
    expect(twilio.messages).toHaveLength(1);
    expect(await message(of)).toMatchObject({ state: 'sent' });
  });

  test('a number that is wrong fails the message, makes a task and is not used again', async () => {
    const of = await sending('sms');
    twilio.plan = [{ status: 400, code: 21211 }];
    const plan = await deliver(of, { sms: sms() });
    expect(await message(of)).toMatchObject({ state: 'failed', reason: 'bad-address' });
    expect(await tasks(of)).toMatchObject([{ kind: 'mend-address' }]);
    expect(plan).toMatchObject({ step: 'compose', waitMs: 0 });
    expect(await desk.contact(of.id, ['sms'])).toMatchObject({ step: 'close' });
    expect(await desk.messages(of.id)).toHaveLength(1);
    expect(await tasks(of)).toHaveLength(1);
  });

  test('21610 records the opt-out of that number', async () => {
    const of = await sending('sms');
    twilio.plan = [{ status: 400, code: 21610 }];
    await deliver(of, { sms: sms() });
    expect(await message(of)).toMatchObject({ state: 'failed', reason: 'opted-out' });
    const hash = await hashOf(of.messageId);
    const out = await desk.store.db
      .selectFrom('opt_out')
      .select('source')
      .where('address_hash', '=', hash ?? '')
      .execute();
    expect(out).toEqual([{ source: 'provider' }]);
  });

  test('a text that is not neutral is refused before the provider hears of it', async () => {
    const draft: OutgoingMessage = {
      id: 'x',
      channel: 'sms',
      class: 'neutral',
      to: '+8613800000000',
      subject: null,
      text: '',
      providerTemplate: null,
    };
    for (const [text, messageClass] of [
      ['请尽快付款', 'neutral'],
      ['Your invoice is overdue', 'neutral'],
      ['您有 ¥1,000.00 待处理', 'neutral'],
      ['Please see https://pay.example', 'neutral'],
      ['Please call us', 'reminder'],
    ] as const) {
      expect(await sms().send({ ...draft, text, class: messageClass })).toEqual({
        outcome: 'refused',
        code: 'unfit',
        why: 'refused',
      });
    }
    expect(twilio.calls).toBe(0);
  });

  test('a receipt that overtakes the record of its sending resolves it: the call is not repeated', async () => {
    const of = await sending('sms');
    twilio.plan = ['accept-then-drop'];
    await expect(deliver(of, { sms: sms() }, 1)).rejects.toThrow('left the outcome open');
    const sid = twilio.messages[0]?.sid ?? '';
    expect(await recordReceipt(desk.store, { providerId: sid, status: 'delivered', code: null, messageId: of.messageId })).toBe(
      'applied',
    );
    const plan = await deliver(of, { sms: sms() });
    expect(twilio.calls).toBe(1);
    expect(await message(of)).toMatchObject({ state: 'delivered', provider_id: sid });
    expect(plan).toMatchObject({ step: 'close' });
  });

  const hashOf = async (id: string) =>
    (await desk.store.db.selectFrom('message').select('address_hash').where('id', '=', id).executeTakeFirst())?.address_hash;
});

describe('mail by SMTP', () => {
  test('the mail that arrives says what the message says, in text and in escaped HTML', async () => {
    const of = await sending('email');
    await deliver(of, { email: mail() });
    const stored = await message(of);
    const [got] = smtp.mails;
    expect(stored).toMatchObject({ state: 'sent', provider_id: `<${of.messageId}@seller.example>` });
    expect(got?.envelopeTo).toEqual([`d${number}@customer.example`]);
    expect(got?.parsed.subject).toBe(stored?.subject);
    expect(got?.parsed.text?.replaceAll('\r\n', '\n').trim()).toBe(stored?.body);
    expect(got?.parsed.html?.replaceAll('\r\n', '\n').trim()).toBe(htmlOf(stored?.body ?? ''));
    expect(got?.parsed.from).toMatchObject({ address: 'ar@seller.example' });
    expect(got?.parsed.messageId).toBe(`<${of.messageId}@seller.example>`);
  });

  test('a connection that breaks after the text leaves the outcome open: nothing is sent again, and a person finds out', async () => {
    const of = await sending('email');
    smtp.plan = ['accept-then-drop'];
    const plan = await deliver(of, { email: mail() });
    expect(smtp.mails).toHaveLength(1);
    expect(await message(of)).toMatchObject({ state: 'unknown', calls: 1 });
    expect(await tasks(of)).toMatchObject([{ kind: 'unknown-outcome' }]);
    expect(plan).toMatchObject({ step: 'close' });
  });

  test('what the server has not taken yet is tried again', async () => {
    const of = await sending('email');
    smtp.plan = ['later', 'later'];
    await deliver(of, { email: mail() });
    expect(smtp.mails).toHaveLength(1);
    expect(await message(of)).toMatchObject({ state: 'sent' });
  });

  test('a server that is not there is not an unknown outcome', async () => {
    const of = await sending('email');
    await smtp.close();
    await expect(deliver(of, { email: mail() }, 1)).rejects.toThrow('has not taken the message');
    expect(await message(of)).toMatchObject({ state: 'sending' });
    const plan = await recordDelivery(desk.store, { ...of, outcome: { outcome: 'gave-up' } }, deployment);
    expect(await message(of)).toMatchObject({ state: 'failed' });
    expect(plan).toMatchObject({ step: 'compose' });
    smtp = await startFakeSmtp();
  });

  test('an unknown mailbox fails the mail, and the next channel is tried with neutral words, once', async () => {
    const of = await sending('email', { both: true });
    smtp.plan = ['unknown-mailbox'];
    const plan = await deliver(of, { email: mail(), sms: sms() });
    expect(plan).toMatchObject({ step: 'compose', waitMs: 0 });
    expect(await message(of)).toMatchObject({ state: 'failed', reason: 'bad-address' });
    const next = await desk.contact(of.id, ['sms', 'email']);
    expect(next).toMatchObject({ step: 'deliver' });
    await deliver({ id: of.id, messageId: next.messageId ?? '' }, { email: mail(), sms: sms() });
    const [first, second, ...others] = await desk.messages(of.id);
    expect(others).toEqual([]);
    expect(second).toMatchObject({
      channel: 'sms',
      state: 'sent',
      fallback_of: first?.id,
      key: `${first?.key}/fallback/sms`,
      class: 'neutral',
    });
    expect(await desk.rung(of.receivable, 'reminder-1')).toMatchObject({ state: 'taken' });
  });

  test('nothing in a name or an address reaches the headers or the envelope', async () => {
    const gateway = mail();
    const draft: OutgoingMessage = {
      id: '01980a3e-7c1e-7000-8000-000000000001',
      channel: 'email',
      class: 'reminder',
      to: 'a@customer.example',
      subject: 'Hello\r\nBcc: victim@elsewhere.example\r\n\r\n<b>',
      text: '<script>alert(1)</script> & "quotes"\n\nsecond',
      providerTemplate: null,
    };
    expect(await gateway.send(draft)).toMatchObject({ outcome: 'accepted' });
    const [got] = smtp.mails;
    expect(got?.envelopeTo).toEqual(['a@customer.example']);
    expect(got?.raw.split('\r\n\r\n')[0]).not.toMatch(/^bcc:/im);
    expect(got?.parsed.html).toContain('&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;quotes&quot;');
    for (const to of ['a@b.example, c@d.example', 'a@b.example\r\nRCPT TO:<c@d.example>', '"x" <a@b.example>', '']) {
      expect(await gateway.send({ ...draft, to })).toMatchObject({ outcome: 'refused', why: 'bad-address' });
    }
    expect(smtp.mails).toHaveLength(1);
  });
});

describe('a receipt that does not come', () => {
  test('within a day brings the next channel, asking for what is still owed then', async () => {
    const late = await openContactDesk(DUE);
    try {
      await late.stand(REMINDER);
      const [paid, owing] = [await late.customer('L-1', [phone(1)]), await late.customer('L-2', [phone(2)])];
      for (const [id, code] of [
        [paid, 'L-1'],
        [owing, 'L-2'],
      ] as const) {
        await late.take(...(await late.invoice({ code: `${code}-I`, customer: code, due: [DUE] })));
        const { messageId } = await late.contact(id, ['sms']);
        const outcome = {
          outcome: 'accepted',
          provider: 'twilio',
          providerId: `SM-${code}`,
          receipts: true,
          reconciled: false,
        } as const;
        const plan = await recordDelivery(late.store, { id, messageId: messageId ?? '', outcome }, reaching('sms'));
        expect(plan).toMatchObject({ step: 'wait', at: shanghai('2026-03-06', '17:00') });
        await late.customer(code, [{ ...phone(Number(code.slice(2))), email: `${code}@customer.example` }]);
      }
      await late.stand('2026-03-06');
      await late.pay('L-1-P', 'L-1', 100_000, '2026-03-06');
      await late.pay('L-2-P', 'L-2', 30_000, '2026-03-06');
      expect(await late.contact(paid, ['sms'])).toMatchObject({ step: 'close' });
      expect(await late.contact(owing, ['sms', 'email'])).toMatchObject({ step: 'deliver' });
      expect((await late.messages(paid)).map((m) => m.channel)).toEqual(['sms']);
      const [first, second] = await late.messages(owing);
      expect(second).toMatchObject({ channel: 'email', fallback_of: first?.id, template: 'overdue-first', outbox: false });
      expect(second?.body).toContain('CNY 700.00');
    } finally {
      await late.close();
    }
  });

  test('and no other channel: somebody is told', async () => {
    const late = await openContactDesk(DUE);
    try {
      await late.stand(REMINDER);
      const id = await late.customer('L-3', [phone(3)]);
      await late.take(...(await late.invoice({ code: 'L-3-I', customer: 'L-3', due: [DUE] })));
      const { messageId } = await late.contact(id, ['sms']);
      const outcome = { outcome: 'accepted', provider: 'twilio', providerId: 'SM-3', receipts: true, reconciled: false } as const;
      await recordDelivery(late.store, { id, messageId: messageId ?? '', outcome }, reaching('sms'));
      await late.stand('2026-03-06');
      expect(await late.contact(id, ['sms'])).toMatchObject({ step: 'close' });
      expect(await late.messages(id)).toHaveLength(1);
      const tasks = await late.store.db
        .selectFrom('work_order')
        .select(['kind', 'reason'])
        .where('customer_id', '=', id)
        .execute();
      expect(tasks).toEqual([{ kind: 'mend-address', reason: { why: 'no-receipt' } }]);
    } finally {
      await late.close();
    }
  });

  const phone = (n: number) => ({ email: null, mobile: `+8613700000${String(n).padStart(3, '0')}` });
});

describe('without a provider', () => {
  test('a message committed for a provider whose credentials are gone is kept, and none leaves', async () => {
    const of = await sending('sms');
    await deliver(of, {});
    expect(await message(of)).toMatchObject({ state: 'sent', outbox: true, provider_id: null });
    expect(twilio.calls).toBe(0);
  });

  test('an open call to a provider that is gone is a person’s to resolve', async () => {
    const of = await sending('sms');
    twilio.plan = ['accept-then-drop'];
    await expect(deliver(of, { sms: sms() }, 1)).rejects.toThrow();
    await deliver(of, {});
    expect(await message(of)).toMatchObject({ state: 'unknown' });
  });
});
