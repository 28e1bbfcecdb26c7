import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { workflowId } from '../../domain/platform/subject.ts';
import { upsertCustomer } from '../../store/customers/customers.ts';
import { postInvoice } from '../../store/ledger/invoices.ts';
import { postPayment } from '../../store/ledger/payments.ts';
import { postCustomerStatement } from '../../store/reconciliation/customer-statements.ts';
import { readCustomerStatement } from '../../store/reconciliation/reconciliation-read.ts';
import { answerStatement } from '../../store/reconciliation/statement-answers.ts';
import { issueStatement } from '../../store/reconciliation/statements.ts';
import { readStatement } from '../../store/reconciliation/statements-read.ts';
import { stepTo } from '../../store/platform/stepping.ts';
import { erp, system } from '../support/actors.ts';
import { desk } from '../support/credit.ts';
import { customerOf, invoiceOf, paymentOf } from '../support/documents.ts';
import { openDoomedOffice } from '../support/doomed-office.ts';
import type { DoomedOffice } from '../support/doomed-office.ts';
import { casesOf } from '../support/thorough.ts';
import { looksOf, settled, until } from '../support/world-over.ts';

const TODAY = '2026-09-01';

describe('a worker that dies between the commit of a step of a reconciliation and the record of it in the history', () => {
  let ground: DoomedOffice;
  beforeEach(async () => {
    ground = await openDoomedOffice();
    await upsertCustomer(ground.store, erp, customerOf('R'));
    await postInvoice(ground.store, erp, invoiceOf('INV-R', 'R', { issueDate: TODAY, amountMinor: 500_000 }));
  });
  afterEach(() => ground.close());

  const once = (actions: readonly string[], action: string) => actions.filter((one) => one === action).length;

  it.each(casesOf(['statement.agreed'], ['statement.silent']))('%s: it is done once', { timeout: 150_000 }, async (action) => {
    const { store } = ground;
    const { doomed, successor } = await ground.doom(action);
    const asked = { customer: 'R', currency: null, asOf: null, respondBy: null };
    const { id } = await issueStatement(store, desk, asked, null);
    await settled(store);
    if (action === 'statement.silent') {
      const { respondBy } = await readStatement(store.db, system, id);
      await stepTo(store, system, new Date(Date.parse(respondBy) + 3_600_000).toISOString());
    } else {
      const answer = { answeredOn: TODAY, by: 'c1', channel: 'letter', evidence: { reference: 'r' }, note: '', disputed: [] };
      await answerStatement(store, erp, id, () => ({ verdict: 'confirmed', ...answer }) as const, null);
    }
    await successor;
    await until('its process has answered', async () => (await looksOf(store).wake(workflowId('statement', id))).at === null);
    await settled(store);
    expect(doomed.alive).toBe(false);
    expect(once(await looksOf(store).actions(id), action)).toBe(1);
    const orders = await store.db.selectFrom('work_order').select('kind').where('kind', '=', 'statement-silent').execute();
    expect(orders).toHaveLength(action === 'statement.silent' ? 1 : 0);
    await ground.expectNoFailures();
  });

  it('customer-statement.matched: it is compared anew, and says the same', { timeout: 150_000 }, async () => {
    const { store } = ground;
    const { doomed, successor } = await ground.doom('customer-statement.matched');
    const line = (kind: 'invoice' | 'payment', number: string, amountMinor: number) =>
      ({ kind, number, on: TODAY, quantity: null, amountMinor }) as const;
    const lines = [line('invoice', 'INV-R', 500_000), line('payment', 'TRF', -200_000)];
    const theirs = {
      externalId: 'CS',
      customer: 'R',
      currency: 'CNY',
      basis: 'open-items',
      from: null,
      asOf: TODAY,
      lines,
    } as const;
    const { id } = await postCustomerStatement(store, erp, theirs, null);
    await settled(store);
    const paid = {
      amountMinor: 200_000,
      receivedOn: TODAY,
      allocations: [{ invoice: 'INV-R', instalment: 1, amountMinor: 200_000 }],
    };
    await postPayment(store, erp, paymentOf('P-R', 'R', paid));
    await successor;
    const shown = () => readCustomerStatement(store.db, system, id);
    await until('it is settled', async () => (await shown()).state === 'settled');
    await settled(store);
    expect(doomed.alive).toBe(false);
    expect((await shown()).differences.map(({ kind, state }) => `${kind} ${state}`)).toEqual(['timing cleared']);
    await ground.expectNoFailures();
  });
});
