import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { workflowId } from '../../domain/platform/subject.ts';
import { addressHash } from '../../store/outreach/opt-outs.ts';
import { requestNotice } from '../../store/outreach/notices.ts';
import { write } from '../../store/platform/transaction.ts';
import { system } from '../support/actors.ts';
import { openContactDesk } from '../support/contact-desk.ts';
import type { ContactDesk } from '../support/contact-desk.ts';
import { emailOf } from '../support/documents.ts';

let desk: ContactDesk;
beforeAll(async () => {
  desk = await openContactDesk('2026-03-04');
});
afterAll(() => desk.close());

const process = workflowId('shipment-hold', '01980a3e-7c1e-7000-8000-000000000001');
const words = {
  order: 'SO-1',
  request: 'SR-1',
  goods: '#1 × 2',
  amount: '200.00',
  currency: 'CNY',
  days: '7',
  law: '',
  remedy: 'Payment',
};

async function ask(customerId: string, key: string, ground = 'Clause 8'): Promise<void> {
  await write(desk.store, system, async (work) => {
    const context = { zh: { ...words, ground }, en: { ...words, ground } };
    const traces = await requestNotice(work, {
      ...{ key, customerId, template: 'shipment-held', context },
      process: { subject: process, kind: 'shipment-hold' },
    });
    const [first, ...more] = traces.audit;
    return first ? { value: null, ...traces, audit: [first, ...more] } : { value: null, audit: null };
  });
}
const noticeOf = async (key: string) =>
  desk.store.db.selectFrom('notice').select(['state', 'reason', 'tried']).where('key', '=', key).executeTakeFirst();

describe('a notice', () => {
  test('goes as one letter of its own, with its words, in the contact window; asked for twice it is one', async () => {
    const id = await desk.customer('N-1');
    await desk.stand('2026-03-04', '23:00');
    await ask(id, 'n-1');
    await ask(id, 'n-1');
    expect(await desk.contact(id, ['email'])).toMatchObject({ step: 'compose' });
    expect(await desk.messages(id)).toEqual([]);
    await desk.stand('2026-03-05');
    expect(await desk.contact(id, ['email'])).toMatchObject({ step: 'deliver' });
    const [message, ...more] = await desk.messages(id);
    expect(more).toEqual([]);
    expect(message).toMatchObject({ template: 'shipment-held', class: 'demand', state: 'sending', outbox: false });
    for (const word of ['SO-1', 'SR-1', 'Clause 8', 'CNY 200.00']) expect(message?.body).toContain(word);
    expect(await noticeOf('n-1')).toMatchObject({ state: 'taken' });
    expect(await desk.asked(process)).toBeGreaterThan(0);
  });

  test('waits for the day after another contact: caps are not got round', async () => {
    const id = await desk.customer('N-2');
    await desk.stand('2026-03-05');
    await ask(id, 'n-2a');
    await desk.contact(id);
    await ask(id, 'n-2b');
    const plan = await desk.contact(id);
    expect([plan.step, plan.at?.slice(0, 10)]).toEqual(['compose', '2026-03-06']);
    await desk.stand('2026-03-06');
    await desk.contact(id);
    expect((await desk.messages(id)).map(({ outbox }) => outbox)).toEqual([true, true]);
  });

  test('that nobody can be sent, or who opted out gets unless the house says otherwise, is given up with its reason', async () => {
    const none = await desk.customer('N-3', [{ email: null }]);
    await desk.stand('2026-03-05');
    await ask(none, 'n-3');
    await desk.contact(none);
    expect(await noticeOf('n-3')).toMatchObject({ state: 'dropped', reason: 'no-address' });
    expect((await desk.actions(none)).filter((action) => action === 'notice.dropped')).toHaveLength(1);
    const out = await desk.customer('N-5');
    await desk.store.db
      .insertInto('opt_out')
      .values({
        address_hash: addressHash('email', emailOf('N-5')),
        channel: 'email',
        at: '2026-03-01T00:00:00.000Z',
        source: 'test',
      })
      .execute();
    await ask(out, 'n-5');
    await desk.contact(out);
    expect(await noticeOf('n-5')).toMatchObject({ state: 'dropped', reason: 'opted-out' });
    const says = (word: boolean) =>
      sql`update policy set content = jsonb_set(content, '{legalPassesOptOut}', to_jsonb(${word}::boolean)) where kind = 'contact-rules'`.execute(
        desk.store.db,
      );
    await says(true);
    desk.store.policies.refresh();
    await ask(out, 'n-5-again');
    await desk.contact(out);
    expect(await noticeOf('n-5-again')).toMatchObject({ state: 'taken' });
    await says(false);
    desk.store.policies.refresh();
  });

  test('whose message failed is asked for again, and given up when no other channel reaches anybody', async () => {
    const id = await desk.customer('N-4');
    await desk.stand('2026-03-09');
    await ask(id, 'n-4');
    await desk.contact(id, ['email']);
    const [message] = await desk.messages(id);
    await desk.store.db
      .updateTable('message')
      .set({ state: 'failed', called_at: null })
      .where('id', '=', message?.id ?? '')
      .execute();
    await desk.contact(id, ['email']);
    expect(await noticeOf('n-4')).toMatchObject({ state: 'requested', tried: ['email'] });
    await desk.stand('2026-03-10');
    await desk.contact(id, ['email']);
    expect(await noticeOf('n-4')).toMatchObject({ state: 'dropped', reason: 'no-address' });
  });
});
