import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { alsoToPayer } from '../../domain/outreach/outreach.ts';
import { outreachWorkflowId, receivableWorkflowId } from '../../domain/platform/subject.ts';
import { logContact } from '../../store/outreach/contact-log.ts';
import { openDispute } from '../../store/ledger/disputes.ts';
import { recordOptOut } from '../../store/outreach/opt-outs.ts';
import { contactCustomer } from '../../store/outreach/outreach-book.ts';
import { reassessReceivable } from '../../store/dunning/receivable-book.ts';
import { write } from '../../store/platform/transaction.ts';
import { system } from '../support/actors.ts';
import { emailOf } from '../support/documents.ts';
import { openContactDesk } from '../support/contact-desk.ts';
import type { ContactDesk } from '../support/contact-desk.ts';
import { SELLER } from '../support/let-out.ts';
import { shanghai } from '../support/shanghai.ts';
import { reachesNobody } from '../../store/platform/departures.ts';

/** Due on Wednesday 2026-03-04: general-30 calls for reminder-1 on Thursday 03-05 and reminder-2 on 03-12. */
const DUE = '2026-03-04';
const REMINDER = '2026-03-05';

let desk: ContactDesk;
let number = 0;
beforeAll(async () => {
  desk = await openContactDesk('2026-03-04');
});
afterAll(() => desk.close());

/** A customer with one receivable per due date, each of 1,000.00. */
async function customerOwing(due: string[] = [DUE], contacts?: Parameters<ContactDesk['customer']>[1]) {
  number += 1;
  const code = `O-${number}`;
  const id = await desk.customer(code, contacts);
  const receivables: string[] = [];
  for (const [index, on] of due.entries()) {
    receivables.push(...(await desk.invoice({ code: `${code}-I${due.length - index}`, customer: code, due: [on] })));
  }
  return { id, code, receivables, first: receivables[0] ?? '' };
}

describe('a digest', () => {
  beforeAll(() => desk.stand(REMINDER));

  test('carries all receivables of a customer that are asked for, ordered by due date, then invoice, then instalment', async () => {
    const { id, code, receivables } = await customerOwing(['2026-03-04', '2026-03-03', '2026-03-04']);
    const more = await desk.invoice({ code: `${code}-I0`, customer: code, due: ['2026-03-04', '2026-03-04'] });
    await desk.take(...receivables, ...more);
    const plan = await desk.contact(id);

    const [message, ...others] = await desk.messages(id);
    expect(others).toEqual([]);
    expect(message).toMatchObject({
      template: 'overdue-first',
      class: 'reminder',
      channel: 'email',
      state: 'sent',
      outbox: true,
    });
    const lines = message?.body.split('\n').filter((line) => line.startsWith('- '));
    expect(lines).toEqual([
      `- Invoice ${code}-I2, due 3 March 2026: CNY 1,000.00, 2 days past that date`,
      `- Invoice ${code}-I0, instalment 1, due 4 March 2026: CNY 1,000.00, 1 day past that date`,
      `- Invoice ${code}-I0, instalment 2, due 4 March 2026: CNY 1,000.00, 1 day past that date`,
      `- Invoice ${code}-I1, due 4 March 2026: CNY 1,000.00, 1 day past that date`,
      `- Invoice ${code}-I3, due 4 March 2026: CNY 1,000.00, 1 day past that date`,
    ]);
    expect(message?.body).toContain('Total: CNY 5,000.00');
    expect(plan).toMatchObject({ step: 'close', at: null, waitMs: null });
    for (const receivable of receivables) expect(await desk.rung(receivable, 'reminder-1')).toMatchObject({ state: 'taken' });
    const board = await desk.store.db
      .selectFrom('wake')
      .selectAll()
      .where('subject', '=', outreachWorkflowId(id))
      .executeTakeFirstOrThrow();
    expect(board).toMatchObject({ at: null, answered: board.asked });
  });

  test('speaks in the tone of its highest rung', async () => {
    const { id, receivables } = await customerOwing(['2026-02-24', DUE]);
    await desk.take(...receivables);
    await desk.contact(id);
    const [message] = await desk.messages(id);
    expect(message?.template).toBe('overdue-second');
    expect(message?.body).toContain('we can agree on instalments');
  });

  test('brings the stage with it, and asks only receivables whose stage or plan it changes', async () => {
    const { id, first } = await customerOwing();
    await desk.take(first);
    const before = await desk.asked(receivableWorkflowId(first));
    await desk.contact(id);
    const row = await desk.store.db.selectFrom('receivable').select('stage').where('id', '=', first).executeTakeFirstOrThrow();
    expect(row.stage).toBe('reminder');
    expect(await desk.asked(receivableWorkflowId(first))).toBe(before + 1);
    const plan = await reassessReceivable(desk.store, { id: first, seq: null });
    expect(plan).toMatchObject({ stage: 'reminder', step: 'remind', at: expect.stringContaining('2026-03-12') });
  });

  test('asks for what is open when it is sent: a payment between request and sending is not asked for again', async () => {
    const { id, code, receivables } = await customerOwing([DUE, DUE, DUE]);
    await desk.take(...receivables);
    await desk.pay(`${code}-P1`, code, 100_000, REMINDER, `${code}-I3`);
    await desk.pay(`${code}-P2`, code, 40_000, REMINDER, `${code}-I2`);
    await desk.contact(id);
    const [message] = await desk.messages(id);
    expect(message?.body).not.toContain(`${code}-I3`);
    expect(message?.body).toContain(`- Invoice ${code}-I2, due 4 March 2026: CNY 600.00`);
    expect(message?.body).toContain('Total: CNY 1,600.00');
    const asked = await desk.store.db
      .selectFrom('message_rung')
      .select('asked_minor')
      .where('message_id', '=', message?.id ?? '')
      .execute();
    expect(asked.map((row) => row.asked_minor).sort()).toEqual([100_000, 60_000]);
    expect(await desk.rung(receivables[0] ?? '', 'reminder-1')).toMatchObject({ state: 'requested' });
    await reassessReceivable(desk.store, { id: receivables[0] ?? '', seq: null });
    expect(await desk.rung(receivables[0] ?? '', 'reminder-1')).toEqual({ state: 'skipped', reason: 'paid' });
  });

  test('is not sent at all when everything was paid meanwhile, and the receivable is asked to record why', async () => {
    const { id, code, first } = await customerOwing();
    await desk.take(first);
    await desk.pay(`${code}-P`, code, 100_000, REMINDER);
    const before = await desk.asked(receivableWorkflowId(first));
    const plan = await desk.contact(id);
    expect(await desk.messages(id)).toEqual([]);
    expect(await desk.asked(receivableWorkflowId(first))).toBe(before + 1);
    expect(plan).toMatchObject({ step: 'compose', why: 'a contact no longer called for is being withdrawn' });
    await reassessReceivable(desk.store, { id: first, seq: null });
    expect(await desk.contact(id)).toMatchObject({ step: 'close' });
  });

  test('leaves out what is in dispute', async () => {
    const { id, first } = await customerOwing();
    await desk.take(first);
    await openDispute(desk.store, system, first, { amount: '250.00', category: 'price', note: '' }, null);
    await desk.contact(id);
    expect((await desk.messages(id))[0]?.body).toContain('CNY 750.00');
  });

  test('is sent once, however often and by however many it is called for at the same time', async () => {
    const { id, receivables } = await customerOwing([DUE, DUE]);
    await desk.take(...receivables);
    await Promise.all(Array.from({ length: 6 }, () => desk.contact(id)));
    expect(await desk.messages(id)).toHaveLength(1);
    const actions = (await desk.actions(id)).filter((action) => action === 'message.sent' || action === 'rung.taken');
    expect(actions.sort()).toEqual(['message.sent', 'rung.taken', 'rung.taken']);
  });

  test('a payment and a contact at the same instant: money that arrived first is never asked for', async () => {
    const cases = await Promise.all(Array.from({ length: 12 }, () => customerOwing()));
    for (const { first } of cases) await desk.take(first);
    await Promise.all(cases.flatMap(({ id, code }) => [desk.pay(`${code}-P`, code, 100_000, REMINDER), desk.contact(id)]));
    const { rows } = await sqlOrder(
      desk,
      cases.map(({ id }) => id),
    );
    for (const row of rows) expect(row.audit_sent ?? 0).toBeLessThan(row.audit_paid);
  });

  test('its key is made of business facts, and one rung can never be in two first messages', async () => {
    const { id, code, first } = await customerOwing();
    await desk.take(first);
    await desk.contact(id);
    const [message] = await desk.messages(id);
    expect(message?.key).toMatch(/^contact\/[0-9a-f]{32}$/);
    const copy = desk.store.db
      .insertInto('message')
      .columns([
        'key',
        'customer_id',
        'channel',
        'template',
        'template_version',
        'class',
        'language',
        'state',
        'address',
        'address_hash',
        'body',
        'content_hash',
        'at',
        'sending_at',
      ])
      .expression((eb) =>
        eb
          .selectFrom('message')
          .select((s) => [
            s.val(`${code}/again`).as('key'),
            'customer_id',
            'channel',
            'template',
            'template_version',
            'class',
            'language',
            'state',
            'address',
            'address_hash',
            'body',
            'content_hash',
            'at',
            'sending_at',
          ])
          .where('id', '=', message?.id ?? ''),
      )
      .returning('id');
    const { id: second } = await copy.executeTakeFirstOrThrow();
    const again = desk.store.db
      .insertInto('message_rung')
      .values({ message_id: second, receivable_id: first, rung: 'reminder-1', asked_minor: 1 });
    await expect(again.execute()).rejects.toMatchObject({ code: '23505' });
    await desk.store.db.deleteFrom('message').where('id', '=', second).execute();
  });
});

/** Where in the record the sending and the payment of each customer stand. */
async function sqlOrder(of: ContactDesk, ids: string[]) {
  return sql<{ audit_sent: number | null; audit_paid: number }>`
    select c.id, (select min(a.seq) from audit a where a.customer_id = c.id and a.action = 'message.sent') as audit_sent,
      (select min(a.seq) from audit a where a.customer_id = c.id and a.action like 'payment.%') as audit_paid
    from customer c where c.id = any(${ids}::uuid[])`.execute(of.store.db);
}

describe('whom and how', () => {
  beforeAll(() => desk.stand(REMINDER));

  test('finance is contacted before the others, in their language', async () => {
    const { id, first } = await customerOwing(
      [DUE],
      [
        { id: 'p', role: 'purchasing', name: 'Li Na', email: 'li@customer.example' },
        { id: 'f', role: 'finance', name: '王芳', email: 'wang@customer.example', language: 'zh' },
      ],
    );
    await desk.take(first);
    await desk.contact(id);
    const [message] = await desk.messages(id);
    expect(message).toMatchObject({ address: 'wang@customer.example', language: 'zh', subject: '温馨提示：1 笔款项尚未收到' });
    expect(message?.body).toContain('王芳，您好');
  });

  test('without a mail address the person gets a neutral SMS: no amount, no invoice, no word of debt', async () => {
    const { id, first } = await customerOwing([DUE], [{ email: null, mobile: '+8613800000001', language: 'zh' }]);
    await desk.take(first);
    await desk.contact(id);
    const [message] = await desk.messages(id);
    expect(message).toMatchObject({ channel: 'sms', class: 'neutral', template: 'please-contact-us', subject: null });
    expect(message?.body).toBe('【财务服务部】您好，请在工作时间与我们联系：021-55550100。谢谢！回复TD退订');
  });

  test('without any address the rung is skipped with that reason and somebody is told to mend it, once', async () => {
    const { id, code, receivables } = await customerOwing([DUE, '2026-03-03'], [{ email: null }]);
    await desk.take(...receivables);
    expect(await desk.contact(id)).toMatchObject({ step: 'close' });
    for (const receivable of receivables) {
      expect(await desk.rung(receivable, 'reminder-1')).toEqual({ state: 'skipped', reason: 'no-address' });
    }
    expect(await desk.messages(id)).toEqual([]);
    const tasks = await desk.store.db.selectFrom('work_order').selectAll().where('customer_id', '=', id).execute();
    expect(tasks).toMatchObject([{ kind: 'mend-address', subject: `customer ${code}` }]);
  });

  test('who opted out of every channel is not contacted, and the rung says so', async () => {
    const { id, first } = await customerOwing([DUE], [{ email: 'stop@customer.example' }]);
    await write(desk.store, system, async ({ tx, at }) => {
      const { audit, asks } = await recordOptOut(tx, {
        channel: 'email',
        address: 'STOP@customer.example ',
        source: 'test',
        at: at.now,
      });
      const [entry] = audit;
      if (!entry) throw new Error('not recorded');
      return { value: null, audit: [entry], asks };
    });
    await desk.take(first);
    await desk.contact(id);
    expect(await desk.rung(first, 'reminder-1')).toEqual({ state: 'skipped', reason: 'opted-out' });
    expect(await desk.messages(id)).toEqual([]);
    expect(await desk.store.db.selectFrom('work_order').select('id').where('customer_id', '=', id).execute()).toEqual([]);
  });

  test('an opt-out of one channel leaves the others: no SMS after STOP, but mail', async () => {
    const { id, first } = await customerOwing([DUE], [{ email: null, mobile: '+8613800000002' }]);
    await write(desk.store, system, async ({ tx, at }) => {
      const { audit, asks } = await recordOptOut(tx, {
        channel: 'sms',
        address: '+86 138-0000-0002',
        source: 'test',
        at: at.now,
      });
      const [entry] = audit;
      if (!entry) throw new Error('not recorded');
      return { value: null, audit: [entry], asks };
    });
    expect(await desk.asked(outreachWorkflowId(id))).toBeGreaterThan(0);
    await desk.customer(`O-${number}`, [{ mobile: '+8613800000002' }]);
    await desk.take(first);
    await desk.contact(id);
    expect((await desk.messages(id)).map((message) => message.channel)).toEqual(['email']);
  });
});

describe('another channel than the customer’s own', () => {
  const PHONE = '+8613800000009';
  const optedOut = (of: ContactDesk, address: string) =>
    write(of.store, system, async ({ tx, at }) => {
      const { audit, asks } = await recordOptOut(tx, { channel: 'email', address, source: 'test', at: at.now });
      const [entry] = audit;
      if (!entry) throw new Error('not recorded');
      return { value: null, audit: [entry], asks };
    });

  test('is used from reminders on, once a week whatever it is about, and names us and a number; before anything is due nothing goes', async () => {
    const quiet = await openContactDesk('2026-03-01');
    try {
      const id = await quiet.customer('F-1', [{ mobile: PHONE, language: 'zh' }]);
      await optedOut(quiet, emailOf('F-1'));
      const [first = ''] = await quiet.invoice({ code: 'F-1-I1', customer: 'F-1', due: [DUE] });
      const [second = ''] = await quiet.invoice({ code: 'F-1-I2', customer: 'F-1', due: ['2026-03-05'] });
      for (const day of ['2026-03-02', '2026-03-03']) {
        await quiet.stand(day);
        await quiet.take(first, second);
        await quiet.contact(id);
      }
      expect(await quiet.messages(id)).toEqual([]);
      expect(await quiet.rung(first, 'notice')).toEqual({ state: 'skipped', reason: 'opted-out' });
      await quiet.stand(REMINDER);
      await quiet.take(first, second);
      await quiet.contact(id);
      const [sms, ...others] = await quiet.messages(id);
      expect(sms).toMatchObject({ channel: 'sms', template: 'please-contact-us', sending_at: shanghai(REMINDER, '17:00') });
      expect(sms?.body).toMatch(/财务服务部.*021-55550100/);
      expect(sms?.body).not.toMatch(/https?:|www\./);
      expect(others).toEqual([]);
      await quiet.stand('2026-03-06');
      await quiet.take(second);
      const waits = await quiet.contact(id);
      expect(waits).toMatchObject({ step: 'compose', why: 'reached by another channel often enough this week' });
      expect(waits.at?.slice(0, 10)).toBe('2026-03-12');
      expect(await quiet.rung(second, 'reminder-1')).toMatchObject({ state: 'requested' });
      await quiet.stand('2026-03-12');
      await quiet.contact(id);
      expect(await quiet.messages(id)).toHaveLength(2);
    } finally {
      await quiet.close();
    }
  });

  test('is not an SMS that could say nothing: without a number to call back a person makes the contact, and before the due date nobody does', async () => {
    const mute = await openContactDesk('2026-03-01');
    try {
      const mutes = { key: 'seller', value: JSON.stringify({ ...SELLER, phone: ' ' }) };
      await mute.store.db.updateTable('setting').set(mutes).where('key', '=', 'seller').execute();
      const id = await mute.customer('F-2', [{ email: null, mobile: PHONE }]);
      const [receivable = ''] = await mute.invoice({ code: 'F-2-I', customer: 'F-2', due: [DUE] });
      await mute.stand('2026-03-02');
      await mute.take(receivable);
      await mute.contact(id);
      expect(await mute.rung(receivable, 'notice')).toEqual({ state: 'skipped', reason: 'fallback-not-due' });
      await mute.stand(REMINDER);
      await mute.take(receivable);
      await mute.contact(id);
      expect(await mute.messages(id)).toEqual([]);
      const tasks = await mute.store.db.selectFrom('work_order').select('kind').where('customer_id', '=', id).execute();
      expect(tasks).toEqual([{ kind: 'contact-by-hand' }]);
    } finally {
      await mute.close();
    }
  });
});

describe('when', () => {
  test('at night, at weekends and on holidays a contact waits for the customer’s own slot of the next contact day', async () => {
    const late = await openContactDesk('2026-02-12');
    try {
      const id = await late.customer('N-1');
      const [receivable = ''] = await late.invoice({ code: 'N-1-I', customer: 'N-1', due: ['2026-02-12'] });
      await late.stand('2026-02-13', '17:00');
      await late.take(receivable);
      await late.stand('2026-02-13', '23:00');
      const plan = await late.contact(id);
      // Spring Festival 2026: off from Sunday 02-15 to Monday 02-23; Saturday 02-14 is a make-up day, which is no contact day.
      expect(plan).toMatchObject({ step: 'compose', why: 'quiet hours', waitMs: null });
      expect(plan.at?.slice(0, 10)).toBe('2026-02-24');
      expect(await late.messages(id)).toEqual([]);
      expect(await late.rung(receivable, 'reminder-1')).toMatchObject({ state: 'requested' });
    } finally {
      await late.close();
    }
  });

  test('one digest a day and three a week: what comes later waits, and goes together', async () => {
    const busy = await openContactDesk('2026-03-01');
    try {
      const id = await busy.customer('W-1');
      const days = ['2026-03-02', '2026-03-03', '2026-03-04', '2026-03-05', '2026-03-06'];
      const due = (day: string) => new Date(Date.parse(day) - 8 * 86_400_000).toISOString().slice(0, 10);
      const receivables = await Promise.all(
        days.map((day, i) => busy.invoice({ code: `W-1-I${i}`, customer: 'W-1', due: [due(day)] })),
      );
      for (const [index, day] of days.entries()) {
        await busy.stand(day);
        await busy.take(...(receivables[index] ?? []));
        await busy.contact(id);
        const plan = await busy.contact(id);
        if (index >= 3)
          expect(plan).toMatchObject({
            step: 'compose',
            why: 'contacted often enough this week',
            at: shanghai('2026-03-09', '17:00'),
          });
        else expect(plan).toMatchObject({ step: 'close' });
      }
      expect((await busy.messages(id)).map((message) => message.sending_at)).toEqual(
        days.slice(0, 3).map((day) => shanghai(day, '17:00')),
      );
      await busy.stand('2026-03-09');
      await busy.contact(id);
      const last = (await busy.messages(id)).at(-1);
      expect(last?.body).toContain('W-1-I3');
      expect(last?.body).toContain('W-1-I4');
    } finally {
      await busy.close();
    }
  });

  test('a call or visit that a person logged counts in the caps: the next message waits for it, also of another customer with that contact', async () => {
    const busy = await openContactDesk('2026-03-01');
    try {
      const { store } = busy;
      const [own, shared, other] = [await busy.customer('L-1'), await busy.customer('L-2'), await busy.customer('L-3')];
      const call = { receivable: null, kind: 'call' as const, contact: 'c1', outcome: 'Spoke', note: '' };
      const log = (customer: string, day: string, time = '10:00') =>
        logContact(store, system, { ...call, customer, at: shanghai(day, time) }, null);
      await store.db
        .updateTable('contact')
        .set({ email: emailOf('L-1') })
        .where('customer_id', '=', shared)
        .execute();
      const receivables = await Promise.all(
        ['L-1', 'L-2', 'L-3'].map((code) => busy.invoice({ code: `${code}-I`, customer: code, due: ['2026-02-24'] })),
      );
      await busy.stand('2026-03-04');
      await busy.take(...receivables.flat());
      await log('L-3', '2026-03-03');
      expect((await log('L-1', '2026-03-04')).warnings).toEqual([]);
      const tomorrow = { step: 'compose', why: 'contacted already today' };
      expect(await busy.contact(own)).toMatchObject(tomorrow);
      expect(await busy.contact(shared)).toMatchObject(tomorrow);
      expect(await busy.contact(other)).toMatchObject({ step: 'close' });
      for (const time of ['22:00', '23:30']) await log('L-1', '2026-03-03', time);
      expect((await busy.contact(own)).at?.slice(0, 10)).toBe('2026-03-11');
      expect((await log('L-1', '2026-03-04', '16:00')).warnings).toEqual(['daily-cap', 'weekly-cap']);
    } finally {
      await busy.close();
    }
  });

  test('one person at several customers has one cap, by whichever of their addresses they were reached: letters, calls and visits', async () => {
    const one = await openContactDesk('2026-03-01');
    try {
      const { store } = one;
      const phone = { mobile: '+8613800000001' };
      const [mailed, called] = [await one.customer('S-1', [{ ...phone }]), await one.customer('S-2', [{ ...phone }])];
      const [known, stranger] = [await one.customer('S-3', [{ wecom: 'wx-1', ...phone }]), await one.customer('S-4')];
      const chatted = await one.customer('S-5', [{ wecom: 'wx-1' }]);
      const codes = ['S-1', 'S-2', 'S-3', 'S-4', 'S-5'];
      const receivables = await Promise.all(
        codes.map((code) => one.invoice({ code: `${code}-I`, customer: code, due: ['2026-03-04'] })),
      );
      await one.stand(REMINDER);
      await one.take(...receivables.flat());
      expect((await one.contact(mailed, ['email'])).step).toBe('deliver');
      await store.db.updateTable('message').set({ state: 'sent', called_at: null }).execute();
      const tomorrow = { step: 'compose', why: 'contacted already today' };
      for (const same of [called, known]) expect(await one.contact(same, ['email'])).toMatchObject(tomorrow);
      for (const other of [stranger, chatted]) expect(await one.contact(other, ['email'])).toMatchObject({ step: 'deliver' });
      const call = { receivable: null, kind: 'call' as const, outcome: 'Spoke', note: '' };
      const log = async (customer: string, contact: string | null, time: string) =>
        (await logContact(store, system, { ...call, customer, contact, at: shanghai(REMINDER, time) }, null)).warnings;
      expect(await log('S-2', 'c1', '16:00')).toEqual([]);
      expect(await log('S-2', 'c1', '17:00')).toEqual(['daily-cap']);
      expect(await log('S-3', 'c1', '17:00')).toEqual(['daily-cap', 'weekly-cap']);
    } finally {
      await one.close();
    }
  });

  test('in real time a digest gathers for a minute what the slot brings', async () => {
    const live = await openContactDesk(REMINDER);
    try {
      const id = await live.customer('G-1');
      const [receivable = ''] = await live.invoice({ code: 'G-1-I', customer: 'G-1', due: [DUE] });
      await live.stand(REMINDER);
      await live.store.db.updateTable('clock').set({ speed: 1, real_anchor: new Date().toISOString() }).execute();
      await live.take(receivable);
      const plan = await live.contact(id);
      expect(plan).toMatchObject({ step: 'compose', why: 'one digest gathers what is due' });
      expect(plan.waitMs).toBeGreaterThan(50_000);
      expect(plan.waitMs).toBeLessThanOrEqual(60_000);
      expect(await live.messages(id)).toEqual([]);
    } finally {
      await live.close();
    }
  });
});

describe('the record', () => {
  test('after a restore of the database nobody is contacted before a person had a day to find out', async () => {
    const back = await openContactDesk(REMINDER);
    try {
      const id = await back.customer('R-1');
      const [receivable = ''] = await back.invoice({ code: 'R-1-I', customer: 'R-1', due: [DUE] });
      await back.stand(REMINDER);
      await back.take(receivable);
      const plan = await contactCustomer(back.store, { id, seq: 40 }, reachesNobody);
      expect(plan).toMatchObject({ seq: 41, step: 'compose' });
      expect(plan.at?.slice(0, 10)).toBe('2026-03-09');
      expect(await contactCustomer(back.store, { id, seq: 41 }, reachesNobody)).toEqual(plan);
      expect(await back.messages(id)).toEqual([]);
      const tasks = await back.store.db.selectFrom('work_order').select('kind').where('customer_id', '=', id).execute();
      expect(tasks).toEqual([{ kind: 'sequence-check' }]);
      await back.stand('2026-03-09');
      expect(await contactCustomer(back.store, { id, seq: 41 }, reachesNobody)).toMatchObject({ step: 'close' });
      expect(await back.messages(id)).toHaveLength(1);
    } finally {
      await back.close();
    }
  });

  test('a customer the database does not know ends its process', async () => {
    expect(await desk.contact('00000000-0000-7000-8000-000000000000')).toMatchObject({ step: 'close' });
  });

  test('audit and events hold no address, name or text', async () => {
    const { id, first } = await customerOwing([DUE], [{ name: 'Canary Person', email: 'canary@customer.example' }]);
    await desk.stand(REMINDER);
    await desk.take(first);
    await desk.contact(id);
    expect(await desk.messages(id)).toHaveLength(1);
    const rows = await desk.store.db
      .selectFrom('audit')
      .select(['before', 'after', 'reason', 'subject_id'])
      .where('customer_id', '=', id)
      .where('action', 'not like', 'customer.%')
      .execute();
    const events = await desk.store.db.selectFrom('event').select('data').where('customer_id', '=', id).execute();
    expect(JSON.stringify([rows, events])).not.toMatch(/canary/i);
  });
});

describe('who pays for others', () => {
  beforeAll(() => desk.stand(REMINDER));

  /** A payer, and a customer of its with one receivable that is asked for now. */
  async function branchOf(payer: string, code: string) {
    const id = await desk.customer(code, [{}], { payer });
    const [receivable = ''] = await desk.invoice({ code: `${code}-I`, customer: code, due: [DUE] });
    await desk.take(receivable);
    return { id, receivable };
  }

  test('is told of statements and friendly letters too, in one letter, and of nothing that was paid meanwhile', async () => {
    const payer = await desk.customer('HQ-1');
    const one = await branchOf('HQ-1', 'HQ-1-A');
    const two = await branchOf('HQ-1', 'HQ-1-B');
    const paid = await branchOf('HQ-1', 'HQ-1-C');
    for (const branch of [one, two, paid]) await desk.contact(branch.id);
    expect(await desk.asked(outreachWorkflowId(payer))).toBeGreaterThan(0);
    await desk.pay('HQ-1-P', 'HQ-1', 100_000, REMINDER, 'HQ-1-C-I');
    await desk.contact(payer);
    await desk.contact(payer);
    for (const branch of [one, two]) expect(await desk.messages(branch.id)).toMatchObject([{ class: 'reminder' }]);
    const told = await desk.messages(payer);
    expect(told).toMatchObject([{ class: 'reminder', template: 'overdue-first', address: emailOf('HQ-1') }]);
    const lines = told[0]?.body.split('\n').filter((line) => line.startsWith('- ')) ?? [];
    expect(lines.map((line) => /Invoice ([^,]+),/.exec(line)?.[1])).toEqual([
      'HQ-1-A-I of Customer HQ-1-A',
      'HQ-1-B-I of Customer HQ-1-B',
    ]);
    expect(await desk.rung(one.receivable, 'reminder-1')).toMatchObject({ state: 'taken' });
  });

  test('reads beside each invoice whose it is, in its own language; a customer reads so of none of its own', async () => {
    const payer = await desk.customer('HQ-2', [{ language: 'zh' }]);
    const branch = await branchOf('HQ-2', 'HQ-2-A');
    await desk.contact(branch.id);
    await desk.contact(payer);
    const [own = ''] = await desk.invoice({ code: 'HQ-2-I', customer: 'HQ-2', due: [DUE] });
    await desk.take(own);
    await desk.contact(payer);
    const items = async (id: string) =>
      (await desk.messages(id)).map(({ body }) => /^(?:- |· )(.+?)(?:，|, )/m.exec(body)?.[1]).toSorted();
    expect(await items(branch.id)).toEqual(['Invoice HQ-2-A-I']);
    expect(await items(payer)).toContain('Customer HQ-2-A 发票 HQ-2-A-I');
    await desk.stand('2026-03-06');
    await desk.contact(payer);
    expect(await items(payer)).toEqual(['Customer HQ-2-A 发票 HQ-2-A-I', '发票 HQ-2-I']);
    await desk.stand(REMINDER);
  });

  test('that is an insurance fund is never dunned, for others or for itself', async () => {
    const fund = await desk.customer('FUND-1', [{}], { debtorClass: 'insurance-fund' });
    const hospital = await branchOf('FUND-1', 'FUND-1-A');
    await desk.contact(hospital.id);
    await desk.contact(fund);
    expect([await desk.messages(hospital.id), await desk.messages(fund)]).toMatchObject([[{ class: 'reminder' }], []]);
    const [own = ''] = await desk.invoice({ code: 'FUND-1-I', customer: 'FUND-1', due: [DUE] });
    await desk.take(own);
    await desk.contact(fund);
    expect(await desk.messages(fund)).toEqual([]);
    expect(await desk.rung(own, 'reminder-1')).toMatchObject({ state: 'skipped', reason: 'insurance-fund' });
  });
});

test('formal demands go to the debtor alone', () => {
  expect((['notice', 'statement', 'reminder', 'demand', 'neutral'] as const).filter(alsoToPayer)).toEqual([
    'notice',
    'statement',
    'reminder',
  ]);
});
