import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lineAmount } from '../../domain/orders/order.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import { findDrift } from '../../store/credit/drift.ts';
import { endOrder, putOrder, recheckOrder } from '../../store/orders/orders.ts';
import { readShipmentRequest } from '../../store/shipments/shipment-requests-read.ts';
import { requestShipment } from '../../store/shipments/shipment-requests.ts';
import type { ShipmentAnswered } from '../../store/shipments/shipment-requests.ts';
import { postShipment } from '../../store/shipments/shipments.ts';
import { upsertCustomer } from '../../store/customers/customers.ts';
import { postInvoice } from '../../store/ledger/invoices.ts';
import { postPayment } from '../../store/ledger/payments.ts';
import { write } from '../../store/platform/transaction.ts';
import { erp } from '../support/actors.ts';
import { auditOf, openBooks } from '../support/books.ts';
import { accountsOf, customerId, desk, limitOf, orderOf } from '../support/credit.ts';
import { customerOf, invoiceOf, paymentOf } from '../support/documents.ts';

let books: Awaited<ReturnType<typeof openBooks>>;
beforeAll(async () => {
  books = await openBooks({ max: 16 });
});
afterAll(() => books.close());

let count = 0;
async function customer(limitMinor: number | null = 100_000, over: Parameters<typeof customerOf>[1] = {}): Promise<string> {
  const code = `S-${(count += 1)}`;
  await upsertCustomer(books.store, erp, customerOf(code, over));
  if (limitMinor !== null) await limitOf(books.store, code, limitMinor);
  return code;
}
/** An order of pieces of 100.00 each, by line. */
function put(id: string, code: string, pieces: readonly number[], over: Parameters<typeof orderOf>[3] = {}) {
  const lines = pieces.map((quantity, at) => ({
    ...{ line: at + 1, item: 'A-1', productLine: null, quantity: String(quantity), unitPrice: '100.00' },
    amountMinor: lineAmount(String(quantity), '100.00', 'CNY') ?? 0,
  }));
  return putOrder(books.store, erp, orderOf(id, code, 1, { lines, ...over }), null);
}
const ask = (id: string, order: string, quantities: readonly string[], actor = erp): Promise<ShipmentAnswered> =>
  requestShipment(
    books.store,
    actor,
    { externalId: id, order, lines: quantities.map((quantity, at) => ({ line: at + 1, quantity })) },
    null,
  );
const issue = (id: string, order: string, quantity: string, request: string | null = null, no = 1) =>
  postShipment(
    books.store,
    erp,
    {
      externalId: id,
      order,
      request,
      lines: [{ line: no, quantity }],
      issuedOn: '2026-10-10',
      deliveredOn: null,
      acceptedOn: null,
    },
    null,
  );
const allowed = ({ lines }: ShipmentAnswered): string[] => lines.map((line) => line.allowed);
const codes = ({ reasons }: ShipmentAnswered): string[] => reasons.map(({ code }) => code);
const refusal = async (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'none',
    (error: unknown) => (error instanceof Refusal ? [error.code, error.pointer] : String(error)),
  );

describe('a shipment request', () => {
  test('that may ship is committed at once, and leaves its audit entry and event', async () => {
    const code = await customer();
    await put(`${code}-1`, code, [5, 3]);
    const answer = await ask(`${code}-R`, `${code}-1`, ['4', '3']);
    expect(answer).toMatchObject({ decision: 'ship', reasons: [], holdId: null, policyVersion: 'credit-rules/1', created: true });
    expect(await accountsOf(books.store, code)).toMatchObject([{ reserved: 10_000, ordered: 70_000 }]);
    expect(await auditOf(books.store, answer.id)).toMatchObject([
      { action: 'shipment-request.allowed', actor: erp.id, after: { order: `${code}-1`, decision: 'ship' } },
    ]);
    const { rows } = await sql<{ kind: string }>`select kind from event where subject_id = ${answer.id}`.execute(books.store.db);
    expect(rows).toEqual([{ kind: 'shipment-request.allowed' }]);
  });

  test('sent again hears its first answer, whatever has changed since; with other content it is refused', async () => {
    const code = await customer();
    await put(`${code}-1`, code, [5]);
    const first = await ask(`${code}-R`, `${code}-1`, ['5']);
    await limitOf(books.store, code, 0);
    expect(await ask(`${code}-R`, `${code}-1`, ['5'])).toEqual({ ...first, created: false });
    expect(await refusal(ask(`${code}-R`, `${code}-1`, ['4']))).toEqual(['already-exists', '/externalId']);
    expect(await accountsOf(books.store, code)).toMatchObject([{ reserved: 0, ordered: 50_000 }]);
  });

  test('sent sixteen times at once is one request with one answer', async () => {
    const code = await customer();
    await put(`${code}-1`, code, [5]);
    const all = await Promise.all(Array.from({ length: 16 }, () => ask(`${code}-R`, `${code}-1`, ['5'])));
    expect(new Set(all.map(({ id }) => id)).size).toBe(1);
    expect(all.filter(({ created }) => created)).toHaveLength(1);
    expect(await accountsOf(books.store, code)).toMatchObject([{ reserved: 0, ordered: 50_000 }]);
  });

  test('sixteen for the same goods at once: no piece is promised twice', async () => {
    const code = await customer();
    await put(`${code}-1`, code, [8]);
    const all = await Promise.allSettled(Array.from({ length: 16 }, (_, at) => ask(`${code}-R${at}`, `${code}-1`, ['2'])));
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(4);
    expect(await refusal(ask(`${code}-X`, `${code}-1`, ['1']))).toEqual(['quantity-exceeds', '/lines/0/quantity']);
  });

  test('of an unknown order, an unknown line, too much, or an order that has ended is refused by its field, and leaves nothing', async () => {
    const code = await customer();
    await put(`${code}-1`, code, [5]);
    expect(await refusal(ask(`${code}-R`, 'none', ['1']))).toEqual(['order-unknown', '/order']);
    const stranger = { ...erp, scope: { regions: ['BJ'] } };
    expect(await refusal(ask(`${code}-R`, `${code}-1`, ['1'], stranger))).toEqual(['order-unknown', '/order']);
    expect(await refusal(ask(`${code}-R`, `${code}-1`, ['1', '1']))).toEqual(['line-unknown', '/lines/1/line']);
    expect(await refusal(ask(`${code}-R`, `${code}-1`, ['5.000001']))).toEqual(['quantity-exceeds', '/lines/0/quantity']);
    await endOrder(books.store, erp, `${code}-1`, { as: 'closed', reason: null });
    expect(await refusal(ask(`${code}-R`, `${code}-1`, ['1']))).toEqual(['order-closed', '/order']);
    expect(await refusal(readShipmentRequest(books.store.db, erp, `${code}-R`))).toEqual(['not-found', undefined]);
  });

  test('beyond a limit that was lowered meanwhile is reduced to what fits, in whole pieces by line, and holds the rest', async () => {
    const code = await customer();
    await put(`${code}-1`, code, [3, 4]);
    await limitOf(books.store, code, 45_000);
    const answer = await ask(`${code}-R`, `${code}-1`, ['3', '4']);
    expect(answer.decision).toBe('reduce');
    expect(allowed(answer)).toEqual(['3', '1']);
    expect(answer.reasons).toEqual([
      {
        code: 'limit-exceeded',
        figures: { limitMinor: 45_000, beforeMinor: 0, afterMinor: 70_000, overMinor: 25_000, limitCurrency: 'CNY' },
      },
    ]);
    expect(await accountsOf(books.store, code)).toMatchObject([{ reserved: 30_000, ordered: 40_000 }]);
    const hold = await books.store.db
      .selectFrom('shipment_hold')
      .selectAll()
      .where('id', '=', answer.holdId ?? '')
      .executeTakeFirstOrThrow();
    expect(hold).toMatchObject({ state: 'open', forced: false, withheld_minor: 30_000, requested_by: erp.id });
  });

  test('takes room that orders have only reserved: who ships first, ships', async () => {
    const code = await customer();
    await put(`${code}-1`, code, [5]);
    await put(`${code}-2`, code, [5]);
    await limitOf(books.store, code, 60_000);
    expect(allowed(await ask(`${code}-R1`, `${code}-1`, ['5']))).toEqual(['5']);
    expect(allowed(await ask(`${code}-R2`, `${code}-2`, ['5']))).toEqual(['1']);
    expect(await accountsOf(books.store, code)).toMatchObject([{ reserved: 40_000, ordered: 60_000 }]);
  });

  test('is held as a whole for overdue money, an ended licence, a list, an order on hold, and while another is held', async () => {
    const { store } = books;
    const late = await customer(10_000_000);
    await put(`${late}-1`, late, [5, 5]);
    await postInvoice(store, erp, invoiceOf(`${late}-I`, late, { amountMinor: 2_000_000, issueDate: '2026-08-01' }));
    await sql`update receivable set due_date = '2026-09-01' where customer_id = ${await customerId(store, late)}::uuid`.execute(
      store.db,
    );
    const held = await ask(`${late}-R`, `${late}-1`, ['5']);
    expect([held.decision, codes(held), allowed(held)]).toEqual(['hold', ['overdue-amount'], ['0']]);

    const profiled = async (column: string, value: unknown): Promise<string> => {
      const code = await customer();
      await put(`${code}-1`, code, [5]);
      await sql`insert into credit_profile (customer_id, ${sql.ref(column)}) values (${await customerId(store, code)}::uuid, ${value})`.execute(
        store.db,
      );
      return code;
    };
    const ended = await profiled('licence_until', '2026-10-09');
    expect(codes(await ask(`${ended}-R`, `${ended}-1`, ['5']))).toEqual(['licence-expired']);
    const listed = await profiled('listed', '[{"list": "court", "since": "2026-01-01"}]');
    const forced = await ask(`${listed}-R`, `${listed}-1`, ['2']);
    expect(codes(forced)).toEqual(['listed']);
    expect(codes(await ask(`${listed}-Q`, `${listed}-1`, ['1']))).toEqual(['listed', 'hold-open']);

    const over = await customer();
    await put(`${over}-1`, over, [11]);
    expect(codes(await ask(`${over}-R`, `${over}-1`, ['1']))).toEqual(['order-not-approved']);
  });

  test('leaves goods worth a difference of the books here, once, and all of them while a statement is unanswered for too long', async () => {
    const { store } = books;
    const code = await customer(10_000_000);
    const id = await customerId(store, code);
    await put(`${code}-1`, code, [40]);
    const { rows } = await sql<{ id: string }>`
      insert into statement (customer_id, currency, as_of, total_minor, content_hash, issued_on, issued_at, issued_by, respond_by)
      values (${id}::uuid, 'CNY', '2026-07-11', 1, 'x', '2026-07-12', '2026-07-12', 'x', '2026-08-01') returning id`.execute(
      store.db,
    );
    const differs = (amount: number) =>
      sql`
      insert into reconciliation_difference (customer_id, statement_id, key, kind, currency, amount_minor, on_date, opened_at)
      values (${id}::uuid, ${rows[0]?.id}::uuid, 'k', 'price', 'CNY', ${amount}, '2026-07-11', '2026-08-01')
      on conflict (coalesce(statement_id, customer_statement_id), key) where state = 'open' do update set amount_minor = ${amount}`.execute(
        store.db,
      );
    await differs(-100_000);
    expect(await ask(`${code}-R0`, `${code}-1`, ['1'])).toMatchObject({ decision: 'ship' });
    await differs(-100_001);
    const reduced = await ask(`${code}-R1`, `${code}-1`, ['20']);
    expect([reduced.decision, allowed(reduced)]).toEqual(['reduce', ['9']]);
    expect(await ask(`${code}-R2`, `${code}-1`, ['10'])).toMatchObject({ decision: 'ship' });
    await sql`update statement set issued_on = '2026-07-11' where customer_id = ${id}::uuid`.execute(store.db);
    expect(codes(await ask(`${code}-R3`, `${code}-1`, ['1']))).toEqual(['statement-unconfirmed']);
    const asked = async (): Promise<number> =>
      (
        await sql<{ asked: number }>`select asked from wake where subject = ${`shipment-hold-${reduced.holdId}`}`.execute(
          store.db,
        )
      ).rows[0]?.asked ?? 0;
    const before = await asked();
    await sql`update reconciliation_difference set state = 'cleared', closed_at = now(), closed_by = 'x' where customer_id = ${id}::uuid`.execute(
      store.db,
    );
    await sql`update statement set answered_at = now() where customer_id = ${id}::uuid`.execute(store.db);
    expect(await asked()).toBe(before + 2);
  });

  test('of a prepaid order ships without a limit', async () => {
    const code = await customer(null);
    await postPayment(books.store, erp, paymentOf(`${code}-P`, code, { amountMinor: 50_000, order: `${code}-1` }));
    await put(`${code}-1`, code, [5], { prepaid: true });
    expect(await ask(`${code}-R`, `${code}-1`, ['5'])).toMatchObject({ decision: 'ship' });
    expect(await issue(`${code}-D`, `${code}-1`, '5', `${code}-R`)).toMatchObject({ amountMinor: 50_000 });
  });

  test('of an order a person released beyond the limit ships, for as long as the release stands', async () => {
    const { store } = books;
    const code = await customer(10_000);
    const held = await put(`${code}-1`, code, [5]);
    await write(store, desk, async (work) => {
      const release = { lines: 'all' as const, as: 'reserved' as const, reason: 'known buyer' };
      const value = await recheckOrder(work, held.id, { actor: desk, release });
      const [first, ...more] = value.effects.audit;
      if (!first) throw new Error('no audit');
      return { value, ...value.effects, audit: [first, ...more] };
    });
    expect(await ask(`${code}-R1`, `${code}-1`, ['2'])).toMatchObject({ decision: 'ship' });
    await sql`update clock set business_anchor = '2026-11-10T02:00:00Z'`.execute(store.db);
    expect(codes(await ask(`${code}-R2`, `${code}-1`, ['2']))).toEqual(['limit-exceeded']);
    await sql`update clock set business_anchor = '2026-10-10T02:00:00Z'`.execute(store.db);
  });
});

describe('a goods issue', () => {
  test('on a request takes what that allowed; more than that is booked and flagged', async () => {
    const code = await customer();
    await put(`${code}-1`, code, [5]);
    await limitOf(books.store, code, 30_000);
    await ask(`${code}-R`, `${code}-1`, ['5']);
    expect(await issue(`${code}-D`, `${code}-1`, '3', `${code}-R`)).toMatchObject({ amountMinor: 30_000, breaches: [] });
    expect(await accountsOf(books.store, code)).toMatchObject([{ reserved: 20_000, ordered: 0, delivered: 30_000 }]);
    expect((await readShipmentRequest(books.store.db, erp, `${code}-R`)).lines).toEqual([
      { line: 1, requested: '5', allowed: '3', issued: '3', dropped: '0' },
    ]);
    expect(await issue(`${code}-E`, `${code}-1`, '1', `${code}-R`)).toMatchObject({ breaches: [{ code: 'more-than-allowed' }] });
    expect((await readShipmentRequest(books.store.db, erp, `${code}-R`)).lines).toEqual([
      { line: 1, requested: '5', allowed: '4', issued: '4', dropped: '0' },
    ]);
    expect(await refusal(issue(`${code}-F`, `${code}-1`, '1', 'none'))).toEqual(['request-unknown', '/request']);
  });

  test('without a request takes first what nobody has a claim on; beyond that the claims fall, and no piece is promised twice', async () => {
    const code = await customer();
    await put(`${code}-1`, code, [9]);
    await limitOf(books.store, code, 30_000);
    await ask(`${code}-R`, `${code}-1`, ['5']);
    await issue(`${code}-D`, `${code}-1`, '4');
    expect(await accountsOf(books.store, code)).toMatchObject([{ reserved: 20_000, ordered: 30_000, delivered: 40_000 }]);
    expect(await issue(`${code}-E`, `${code}-1`, '3')).toMatchObject({
      breaches: [{ code: 'not-asked' }, { code: 'more-than-allowed' }, { code: 'limit-exceeded' }],
    });
    expect(await accountsOf(books.store, code)).toMatchObject([{ reserved: 0, ordered: 20_000, delivered: 70_000 }]);
    expect((await readShipmentRequest(books.store.db, erp, `${code}-R`)).lines).toEqual([
      { line: 1, requested: '5', allowed: '2', issued: '0', dropped: '3' },
    ]);
    // More than was ordered: the order grows by it.
    expect(await issue(`${code}-F`, `${code}-1`, '3')).toMatchObject({ amountMinor: 30_000 });
    expect(await accountsOf(books.store, code)).toMatchObject([{ delivered: 100_000 }]);
  });

  test('without a request is flagged while all is held, and where policy wants to be asked', async () => {
    const { store } = books;
    const held = await customer(10_000);
    await put(`${held}-1`, held, [1]);
    await put(`${held}-2`, held, [50]);
    await ask(`${held}-R`, `${held}-2`, ['50']);
    expect((await issue(`${held}-D`, `${held}-1`, '1')).breaches).toContainEqual({
      ...{ code: 'hold-open', figures: { request: `${held}-R` } },
    });
    const strict = await customer();
    await sql`insert into assessment (customer_id, at, policy_versions, facts, verdict, proposal, facts_hash)
      values (${await customerId(store, strict)}::uuid, now(), '{}', '{}', '{"proposal": {"reconciliation": "strict"}}', '{}', 'x')`.execute(
      store.db,
    );
    await sql`insert into statement (customer_id, currency, as_of, total_minor, content_hash, issued_on, issued_at, issued_by, respond_by)
      select id, 'CNY', d, 0, 'x', d, d, 'desk', d from customer, (select business_now()::date as d) x where external_id = ${strict}`.execute(
      store.db,
    );
    await put(`${strict}-1`, strict, [2]);
    expect(await issue(`${strict}-C`, `${strict}-1`, '1')).toMatchObject({ breaches: [{ code: 'not-asked' }] });
    await ask(`${strict}-R`, `${strict}-1`, ['1']);
    expect(await issue(`${strict}-D`, `${strict}-1`, '1', `${strict}-R`)).toMatchObject({ created: true });
  });

  test('goods that have left can be invoiced although the rest is held; an order that ends takes its requests with it', async () => {
    const { store } = books;
    const code = await customer();
    await put(`${code}-1`, code, [5]);
    await limitOf(store, code, 20_000);
    await ask(`${code}-R`, `${code}-1`, ['5']);
    await issue(`${code}-D`, `${code}-1`, '1', `${code}-R`);
    await postInvoice(store, erp, invoiceOf(`${code}-I`, code, { order: `${code}-1`, amountMinor: 10_000 }));
    expect(await accountsOf(store, code)).toMatchObject([{ reserved: 30_000, ordered: 10_000, delivered: 0, open: 10_000 }]);
    await endOrder(store, erp, `${code}-1`, { as: 'cancelled', reason: null });
    expect((await readShipmentRequest(store.db, erp, `${code}-R`)).lines).toEqual([
      { line: 1, requested: '5', allowed: '1', issued: '1', dropped: '4' },
    ]);
    expect(await accountsOf(store, code)).toMatchObject([{ reserved: 0, ordered: 0, delivered: 0, open: 10_000 }]);
  });
});

test('whatever was done above, every account equals its documents', async () => {
  const { accounts, drift } = await findDrift(books.store.db);
  expect(accounts).toBeGreaterThan(10);
  expect(drift).toEqual([]);
});
