import { beforeEach, describe, expect, test } from 'vitest';
import { deliveryActivities } from '../../activities/outreach/delivery.ts';
import type { Gateway, SendOutcome } from '../../activities/outreach/channels/gateway.ts';
import { channelOf, claimDelivery, releaseDelivery } from '../../store/outreach/delivery-claims.ts';
import { recordDelivery } from '../../store/outreach/messages.ts';
import { requestNotice } from '../../store/outreach/notices.ts';
import { recordOptOut } from '../../store/outreach/opt-outs.ts';
import { write } from '../../store/platform/transaction.ts';
import { system } from '../support/actors.ts';
import { openContactDesk } from '../support/contact-desk.ts';
import type { ContactDesk } from '../support/contact-desk.ts';
import { reaching } from '../support/let-out.ts';
import { shanghai } from '../support/shanghai.ts';
import type { OutreachPlan } from '../../domain/outreach/process.ts';

/** Due on a Thursday: the reminder goes on Friday, and two rest days follow. */
const DUE = '2026-03-12';
const FRIDAY = '2026-03-13';
const SATURDAY = '2026-03-14';
const MONDAY = '2026-03-16';
const TUESDAY = '2026-03-17';
const deployment = reaching('sms', 'email');

describe('a message that no provider has is judged again at each attempt', () => {
  let desk: ContactDesk;
  let number = 0;
  let answers: SendOutcome['outcome'][] = [];
  let sent: { to: string; text: string }[] = [];
  beforeEach(async () => {
    desk = await openContactDesk(DUE);
    await desk.stand(FRIDAY);
    [answers, sent] = [[], []];
    return () => desk.close();
  });

  const gateway: Gateway = {
    provider: 'a',
    receipts: false,
    settleMs: 0,
    send: ({ to, text }) => {
      const outcome = answers.shift() ?? 'accepted';
      if (outcome === 'busy') return Promise.resolve({ outcome, why: 'busy' });
      if (outcome === 'unknown') return Promise.resolve({ outcome, why: 'the line broke' });
      sent.push({ to, text });
      return Promise.resolve({ outcome: 'accepted', providerId: `p-${(number += 1)}` });
    },
    find: () => Promise.resolve({ outcome: 'absent' }),
  };
  const deliver = ({ id, messageId }: Of, by = gateway): Promise<OutreachPlan> =>
    deliveryActivities(
      {
        channelOf: (one) => channelOf(desk.store, one),
        claim: (input) => claimDelivery(desk.store, input, deployment),
        release: (input) => releaseDelivery(desk.store, input),
        record: (input) => recordDelivery(desk.store, input, deployment),
      },
      { email: by, sms: by },
    ).deliverMessage({ id, messageId });

  interface Of {
    id: string;
    messageId: string;
    email: string;
  }
  /** A reminder of two invoices, written down on Friday within contact hours. */
  async function reminded(contact: { mobile?: string } = {}) {
    const code = `H-${(number += 1)}`;
    const email = `h${number}@customer.example`;
    const id = await desk.customer(code, [{ email, ...contact }]);
    const first = await desk.invoice({ code: `${code}-A`, customer: code, due: [DUE], minor: 111_100 });
    const second = await desk.invoice({ code: `${code}-B`, customer: code, due: [DUE], minor: 222_200 });
    await desk.take(...first, ...second);
    const { messageId } = await desk.contact(id, ['sms', 'email']);
    return { id, code, email, messageId: messageId ?? '' };
  }
  const busy = (of: Of) => {
    answers = ['busy'];
    return expect(deliver(of)).rejects.toThrow('has not taken the message');
  };
  const state = async (of: Of) => (await desk.messages(of.id)).map((one) => [one.state, one.reason]);
  const optOut = (of: Of) =>
    write(desk.store, system, async ({ tx, at }) => {
      const done = await recordOptOut(tx, { channel: 'email', address: of.email, source: 'test', at: at.now });
      const [first, ...others] = done.audit;
      if (!first) throw new Error('opted out before');
      return { value: undefined, audit: [first, ...others], asks: done.asks };
    });

  test.each([
    ['at night', FRIDAY, '23:30', 'quiet-hours'],
    ['on a rest day', SATURDAY, '11:00', 'holiday'],
  ])(
    'a provider that is back %s gets nothing: the letter waits for the next slot, and says what is owed then',
    async (_, day, time, why) => {
      const of = await reminded();
      await busy(of);
      await desk.stand(day, time);
      const plan = await deliver(of);
      expect(plan).toMatchObject({ step: 'deliver', messageId: of.messageId, reason: { code: why } });
      expect(plan.at && plan.at > shanghai(MONDAY, '08:00') && plan.at < shanghai(MONDAY, '20:00')).toBe(true);
      expect(await state(of)).toEqual([['deferred', why]]);
      expect(await desk.contact(of.id, ['email'])).toMatchObject({ step: 'deliver', at: plan.at });
      expect(sent).toEqual([]);

      await desk.pay(`${of.code}-P`, of.code, 111_100, FRIDAY, `${of.code}-A`);
      await desk.stand(MONDAY);
      await deliver(of);
      expect(await state(of)).toEqual([['sent', null]]);
      expect(sent).toHaveLength(1);
      expect(sent[0]?.text).toContain('2,222.00');
      expect(sent[0]?.text).not.toContain('1,111.00');
      expect((await desk.messages(of.id))[0]).toMatchObject({ sending_at: shanghai(MONDAY, '17:00'), calls: 1 });
    },
  );

  test('whoever opts out before the provider has it gets nothing; what is said then goes by another channel', async () => {
    const of = await reminded({ mobile: '+8613800000001' });
    await busy(of);
    await optOut(of);
    expect(await deliver(of)).toMatchObject({ step: 'compose' });
    expect(sent).toEqual([]);
    expect(await state(of)).toEqual([['dropped', 'opted-out']]);
    await desk.stand(MONDAY);
    await desk.contact(of.id, ['sms', 'email']);
    expect(await desk.messages(of.id)).toMatchObject([{ channel: 'email' }, { channel: 'sms', state: 'sending' }]);
  });

  test('what is paid before the provider has it is not asked for', async () => {
    const of = await reminded();
    await busy(of);
    for (const [part, minor] of [
      ['A', 111_100],
      ['B', 222_200],
    ] as const)
      await desk.pay(`${of.code}-${part}`, of.code, minor, FRIDAY, `${of.code}-${part}`);
    expect(await deliver(of)).toMatchObject({ step: 'close' });
    expect(sent).toEqual([]);
    expect(await state(of)).toEqual([['dropped', 'nothing-owed']]);
  });

  test('a notice that whoever opted out no longer gets is its process’s to give another way', async () => {
    const id = await desk.customer('N-1', [{ email: 'n1@customer.example' }]);
    const process = { subject: 'shipment-hold-0198f000-0000-7000-8000-000000000001', kind: 'shipment-hold' } as const;
    const context = { en: { hold: 'x' }, zh: { hold: 'x' } };
    await write(desk.store, system, async (work) => {
      const template = 'overdue-first';
      const traces = await requestNotice(work, { key: 'n-1', customerId: id, template, context, process });
      const [first, ...others] = traces.audit;
      if (!first) throw new Error('asked for before');
      return { ...traces, value: undefined, audit: [first, ...others] };
    });
    const { messageId } = await desk.contact(id, ['email']);
    const of = { id, messageId: messageId ?? '', email: 'n1@customer.example' };
    await busy(of);
    await optOut(of);
    await deliver(of);
    // Once to see what became of it, and once to look for another way.
    for (let look = 0; look < 2; look += 1) await desk.contact(id, ['email']);
    expect(sent).toEqual([]);
    expect(await desk.store.db.selectFrom('notice').select(['state', 'reason']).execute()).toEqual([
      { state: 'dropped', reason: 'opted-out' },
    ]);
  });

  test('what a provider may have is only looked up, whatever the hour; what it has not goes no sooner than the next slot', async () => {
    const of = await reminded();
    answers = ['unknown'];
    await expect(deliver(of)).rejects.toThrow('left the outcome open');
    await desk.stand(FRIDAY, '23:30');
    expect(await deliver(of)).toMatchObject({ step: 'deliver', messageId: of.messageId });
    expect(await state(of)).toEqual([['deferred', 'quiet-hours']]);
    expect(sent).toEqual([]);

    await desk.stand(MONDAY);
    answers = ['unknown'];
    await expect(deliver(of)).rejects.toThrow('left the outcome open');
    await desk.stand(MONDAY, '23:30');
    await deliver(of, { ...gateway, find: () => Promise.resolve({ outcome: 'found', providerId: 'p-found' }) });
    expect(await state(of)).toEqual([['sent', null]]);
    expect(sent).toEqual([]);
  });

  test('a provider that takes it on no second day either is given up: another channel, or a person', async () => {
    const of = await reminded();
    await busy(of);
    await desk.stand(FRIDAY, '23:30');
    await deliver(of);
    await desk.stand(MONDAY);
    await busy(of);
    await desk.stand(MONDAY, '23:30');
    await deliver(of);
    expect(await state(of)).toEqual([['failed', 'refused']]);
    await desk.stand(TUESDAY);
    await desk.contact(of.id, ['email']);
    const tasks = await desk.store.db.selectFrom('work_order').select('kind').where('customer_id', '=', of.id).execute();
    expect(tasks).toEqual([{ kind: 'mend-address' }]);
    expect(sent).toEqual([]);
  });
});
