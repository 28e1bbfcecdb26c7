import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Connection, Client } from '@temporalio/client';
import { outreachWorkflowId } from '../../domain/platform/subject.ts';
import { readClock } from '../../store/platform/clock.ts';
import { stepTo } from '../../store/platform/stepping.ts';
import { startFakeSmtp } from '../support/fake-smtp.ts';
import type { FakeSmtp } from '../support/fake-smtp.ts';
import { openWorld } from '../support/world.ts';
import type { World } from '../support/world.ts';

/** Due on Wednesday 2026-03-04: reminder-1 on 03-05, reminder-2 on 03-12. */
const DUE = '2026-03-04';

describe('contacts on the real engine, with a real mail server', () => {
  let world: World;
  let smtp: FakeSmtp;
  let number = 0;
  beforeAll(async () => {
    smtp = await startFakeSmtp();
    world = await openWorld({ from: '2026-03-04', env: { SMTP_URL: smtp.url, SMTP_FROM: 'Accounts <ar@seller.example>' } });
  });
  afterAll(async () => {
    await world.close();
    await smtp.close();
  });
  afterEach(() => {
    smtp.mails = [];
    smtp.plan = [];
  });

  /** A customer with invoices. What falls due before it is posted is asked for in the next day's slot. */
  async function owing(due: string, count = 1, contact: { mobile?: string } = {}) {
    number += 1;
    const code = `E-${number}`;
    const person = { id: 'c1', name: 'Person', role: 'finance' as const, wecom: null, language: 'en' as const };
    const id = await world.customer(code, {
      contacts: [{ ...person, email: `${code}@customer.example`, mobile: contact.mobile ?? null }],
    });
    const receivables: string[] = [];
    for (let i = 1; i <= count; i += 1) {
      receivables.push(await world.invoice({ id: `${code}-${i}`, customer: code, amount: '1000.00', issued: '2026-02-02', due }));
    }
    // What is due already asks for its contact now; it goes in the next slot.
    const { businessNow } = await readClock(world.store);
    await stepTo(world.store, { kind: 'system', id: 'test', role: 'system', scope: {} }, businessNow);
    return { id, code, receivables };
  }
  const messages = (customer: string) =>
    world.store.db
      .selectFrom('message')
      .selectAll()
      .where('customer_id', '=', customer)
      .orderBy('sending_at')
      .orderBy('id')
      .execute();
  const tasks = async (customer: string) =>
    (await world.store.db.selectFrom('work_order').select('kind').where('customer_id', '=', customer).execute()).map(
      (row) => row.kind,
    );

  test('three receivables of one slot are one mail, and the process ends when nothing is pending', async () => {
    const of = await owing(DUE, 3);
    await world.step('2026-03-05', 20);
    expect(smtp.mails.map((mail) => mail.envelopeTo)).toEqual([[`${of.code}@customer.example`]]);
    for (const index of [1, 2, 3]) expect(smtp.mails[0]?.parsed.text).toContain(`${of.code}-${index}`);
    expect(await messages(of.id)).toMatchObject([{ state: 'sent', outbox: false, calls: 1, provider: 'smtp' }]);
    for (const id of of.receivables) expect((await world.receivable(id)).stage).toBe('reminder');

    const connection = await Connection.connect({ address: world.config.temporal.address });
    const client = new Client({ connection, namespace: world.config.temporal.namespace });
    const handle = client.workflow.getHandle(outreachWorkflowId(of.id));
    await handle.result();
    expect((await handle.describe()).status.name).toBe('COMPLETED');
    await connection.close();
  });

  test('money that comes after the request and before the sending stops the mail', async () => {
    const of = await owing('2026-03-03');
    expect(await world.rungs(of.receivables[0] ?? '')).toMatchObject([{}, { rung: 'reminder-1', state: 'requested' }]);
    await world.pay({ id: `${of.code}-P`, customer: of.code, amount: '1000.00', on: '2026-03-05', invoice: `${of.code}-1` });
    await world.step('2026-03-06', 20);
    expect(smtp.mails.filter((mail) => mail.envelopeTo.includes(`${of.code}@customer.example`))).toEqual([]);
    expect(await world.receivable(of.receivables[0] ?? '')).toMatchObject({ stage: 'closed', outcome: 'paid' });
  });

  test(
    'a mail server that takes the text and then breaks the connection gets it once, and a person finds out',
    { timeout: 90_000 },
    async () => {
      const of = await owing('2026-03-06');
      smtp.plan = ['accept-then-drop'];
      await world.step('2026-03-09', 20);
      expect(smtp.mails).toHaveLength(1);
      expect(await messages(of.id)).toMatchObject([{ state: 'unknown', calls: 1 }]);
      expect(await tasks(of.id)).toEqual(['unknown-outcome']);
    },
  );

  test('a mail server that is busy gets it later, once', { timeout: 90_000 }, async () => {
    const of = await owing('2026-03-06');
    smtp.plan = ['later'];
    await world.step('2026-03-10', 20);
    expect(smtp.mails).toHaveLength(1);
    expect((await messages(of.id)).map((message) => message.state)).toEqual(['sent']);
  });

  test(
    'a mailbox that does not exist is not written to by a channel that is not connected: a task to mend the address',
    { timeout: 90_000 },
    async () => {
      const of = await owing('2026-03-06', 1, { mobile: '+8613812345678' });
      smtp.plan = ['unknown-mailbox'];
      await world.step('2026-03-11', 20);
      const [failed, ...others] = await messages(of.id);
      expect(others).toEqual([]);
      expect(failed).toMatchObject({ channel: 'email', state: 'failed', reason: 'bad-address' });
      expect(await tasks(of.id)).toEqual(['mend-address']);
      const actions = await world.store.db
        .selectFrom('audit')
        .select('action')
        .where('customer_id', '=', of.id)
        .orderBy('seq')
        .execute();
      const told = actions.map((row) => row.action).filter((action) => action.startsWith('message.'));
      expect(told).toEqual(['message.sending', 'message.called', 'message.failed', 'message.followed-up']);
    },
  );
});
