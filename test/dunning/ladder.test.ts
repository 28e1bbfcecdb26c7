import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { postCreditNote } from '../../store/ledger/credit-notes.ts';
import { openDatabase } from '../../store/platform/database.ts';
import { openDispute, resolveDispute } from '../../store/ledger/disputes.ts';
import { reassessReceivable, takeReceivableStep } from '../../store/dunning/receivable-book.ts';
import { system } from '../support/actors.ts';
import { openContactDesk } from '../support/contact-desk.ts';
import type { ContactDesk } from '../support/contact-desk.ts';

let desk: ContactDesk;
beforeEach(async () => {
  desk = await openContactDesk('2026-02-02');
});
afterEach(() => desk.close());

/** A customer who owes 1,000.00 on 4 March, posted in February. */
async function owing(code = 'L-1'): Promise<{ id: string; customer: string; invoice: string }> {
  const customer = await desk.customer(code);
  const [id = ''] = await desk.invoice({ code, customer: code, due: ['2026-03-04'] });
  return { id, customer, invoice: code };
}

const look = (id: string) => reassessReceivable(desk.store, { id, seq: null });
const dispute = (id: string, amount: string) =>
  openDispute(desk.store, system, id, { amount, category: 'quality', note: '' }, null).then((made) => made.id);
const uphold = (id: string) =>
  resolveDispute(desk.store, system, id, { state: 'upheld', note: 'damaged', reason: null, agreed: false });
const tasks = (receivable: string) =>
  desk.store.db.selectFrom('work_order').select(['kind', 'role', 'reason']).where('receivable_id', '=', receivable).execute();

test('a look alone gives no rung up: only the taking of a higher one does', async () => {
  const { id } = await owing();
  await desk.stand('2026-03-20');
  expect(await look(id)).toMatchObject({ step: 'work-order' });
  expect(await desk.rung(id, 'reminder-1')).toBeUndefined();
  const opened = await dispute(id, '1000.00');
  expect(await look(id)).toMatchObject({ step: 'wait' });
  await resolveDispute(desk.store, system, opened, { state: 'rejected', note: 'delivered whole', reason: null, agreed: false });
  await desk.take(id);
  expect(await desk.rung(id, 'reminder-1')).toMatchObject({ state: 'requested' });
  const other = await owing('L-2');
  expect(await look(other.id)).toMatchObject({ step: 'work-order' });
  await desk.take(other.id);
  expect(await desk.rung(other.id, 'call')).toMatchObject({ state: 'taken' });
  expect(await desk.rung(other.id, 'reminder-1')).toEqual({ state: 'missed', reason: 'superseded' });
});

test('a step is taken only as the one that was asked for: what else is due after an outage is asked for by its own name', async () => {
  const { id } = await owing();
  await desk.stand('2026-03-05');
  const planned = await look(id);
  expect(planned).toMatchObject({ step: 'remind' });
  await desk.stand('2026-06-20');
  const instead = await takeReceivableStep(desk.store, 'remind', { id, seq: planned.seq });
  expect(instead).toMatchObject({ step: 'legal', waitMs: 0 });
  expect(await desk.rung(id, 'reminder-1')).toBeUndefined();
  expect(await tasks(id)).toEqual([]);
  expect(await takeReceivableStep(desk.store, 'remind', { id, seq: instead.seq })).toEqual(instead);
  await takeReceivableStep(desk.store, 'legal', { id, seq: instead.seq });
  expect(await desk.rung(id, 'reminder-1')).toEqual({ state: 'missed', reason: 'superseded' });
  expect(await desk.rung(id, 'legal')).toMatchObject({ state: 'taken' });
});

test('what was conceded is not asked for until it is credited', async () => {
  const { id, customer, invoice } = await owing();
  await desk.stand('2026-03-02');
  await uphold(await dispute(id, '300.00'));
  await desk.stand('2026-03-05');
  await desk.take(id);
  await desk.contact(customer);
  expect((await desk.messages(customer)).map((message) => message.body)).toEqual([expect.stringContaining('700.00')]);
  const note = { externalId: `${invoice}-N`, customer: invoice, invoice, amountMinor: 30_000, currency: 'CNY' };
  await postCreditNote(desk.store, system, { ...note, issuedOn: '2026-03-05', reason: 'damaged' });
  await desk.stand('2026-03-12');
  await desk.take(id);
  await desk.contact(customer);
  expect((await desk.messages(customer)).at(-1)?.body).toContain('700.00');
  expect(await tasks(id)).toEqual([]);
});

test('open disputes are left out of what is asked up to the share of what the customer owes that policy says', async () => {
  const owner = openDatabase({ url: desk.url, max: 1, role: null });
  await sql`update policy set content = jsonb_set(content, '{disputes,maxShare}', '"0.3"') where kind = 'credit-rules'`.execute(
    owner,
  );
  await owner.destroy();
  desk.store.policies.refresh();
  const { id, customer } = await owing();
  const [second = ''] = await desk.invoice({ code: 'L-1-2', customer: 'L-1', due: ['2026-03-04'] });
  await desk.stand('2026-03-02');
  // Of 2,000.00 open 600.00 may be left out: 450.00 for the first, and what is left for the second.
  await dispute(id, '450.00');
  await dispute(second, '1000.00');
  await desk.stand('2026-03-05');
  await desk.take(id, second);
  await desk.contact(customer);
  expect((await desk.messages(customer)).map((message) => message.body)).toEqual([
    expect.stringMatching(/550\.00[\s\S]*850\.00|850\.00[\s\S]*550\.00/) as unknown,
  ]);
  await expect(dispute(second, '0.01')).rejects.toMatchObject({ code: 'amount-exceeds-open' });
});

test('a credit note that does not come becomes a task, once, and the ladder goes on', async () => {
  const { id } = await owing();
  await desk.stand('2026-03-02');
  const opened = await dispute(id, '1000.00');
  await look(id);
  await uphold(opened);
  expect(await look(id)).toMatchObject({ step: 'wait', at: '2026-03-31T16:00:00.000Z' });
  await desk.stand('2026-03-31');
  await desk.take(id);
  expect(await tasks(id)).toEqual([]);
  await desk.stand('2026-04-01', '00:00');
  await desk.take(id, id);
  expect(await tasks(id)).toEqual([{ kind: 'credit-note', role: 'credit_officer', reason: { dispute: opened } }]);
  await desk.stand('2026-04-07');
  await desk.take(id);
  expect(await desk.rung(id, 'reminder-1')).toMatchObject({ state: 'requested' });
});

test('a notice that could not go in time is withdrawn before it is sent', async () => {
  const { id, customer } = await owing();
  await desk.stand('2026-03-02');
  await desk.take(id);
  expect(await desk.rung(id, 'notice')).toMatchObject({ state: 'requested' });
  await desk.stand('2026-03-05', '09:01');
  await desk.contact(customer);
  await look(id);
  expect(await desk.messages(customer)).toEqual([]);
  expect(await desk.rung(id, 'notice')).toEqual({ state: 'missed', reason: 'past-due-date' });
});

test('an invoice posted long after its due date is first reminded of, not threatened with', async () => {
  const code = 'L-late';
  await desk.stand('2026-06-01', '09:00');
  await desk.customer(code);
  const [id = ''] = await desk.invoice({ code, customer: code, due: ['2026-03-04'], posted: '2026-06-01' });
  await desk.stand('2026-06-01');
  await desk.take(id);
  expect(await desk.rung(id, 'reminder-1')).toMatchObject({ state: 'requested' });
  expect(await desk.rung(id, 'legal')).toBeUndefined();
});
