import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Refusal } from '../../domain/platform/refusal.ts';
import { findDrift } from '../../store/credit/drift.ts';
import { readExposure } from '../../store/credit/exposure.ts';
import { endOrder, putOrder, recheckOrder, reopenOrder } from '../../store/orders/orders.ts';
import { recordRate } from '../../store/ledger/rates.ts';
import { putSecurity, releaseSecurity } from '../../store/credit/securities.ts';
import { postShipment } from '../../store/shipments/shipments.ts';
import { upsertCustomer } from '../../store/customers/customers.ts';
import { postInvoice } from '../../store/ledger/invoices.ts';
import { postPayment } from '../../store/ledger/payments.ts';
import { momentOf, write } from '../../store/platform/transaction.ts';
import { erp, system } from '../support/actors.ts';
import { auditOf, openBooks } from '../support/books.ts';
import { accountsOf, customerId, desk, limitOf, orderOf } from '../support/credit.ts';
import { customerOf, invoiceOf, paymentOf } from '../support/documents.ts';

let books: Awaited<ReturnType<typeof openBooks>>;
beforeAll(async () => {
  books = await openBooks({ max: 16 });
});
afterAll(() => books.close());

let count = 0;
/** A customer of its own for a test, with a limit when one is given. */
async function customer(limitMinor: number | null = 100_000, over: Parameters<typeof customerOf>[1] = {}): Promise<string> {
  const code = `T-${(count += 1)}`;
  await upsertCustomer(books.store, erp, customerOf(code, over));
  if (limitMinor !== null) await limitOf(books.store, code, limitMinor);
  return code;
}
const put = (id: string, code: string, amountMinor: number, over: Parameters<typeof orderOf>[3] = {}) =>
  putOrder(books.store, erp, orderOf(id, code, amountMinor, over), null);
const codes = (decided: { reasons: readonly { code: string }[] }): string[] => decided.reasons.map((reason) => reason.code);
const refusal = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'none',
    (error: unknown) => (error instanceof Refusal ? error.code : String(error)),
  );
const positionOf = async (code: string) => {
  const { store } = books;
  return (await readExposure(store.db, store, await momentOf(store.db, store), { customerId: await customerId(store, code) }))
    ?.payer;
};

describe('an order', () => {
  test('within the limit is reserved; beyond it is held, counts nowhere, and leaves its decision, audit and hold', async () => {
    const code = await customer();
    const first = await put(`${code}-1`, code, 60_000);
    expect(first).toMatchObject({ decision: 'approved', reasons: [], beforeMinor: 0, afterMinor: 60_000, limitMinor: 100_000 });
    const second = await put(`${code}-2`, code, 50_000);
    expect(second).toMatchObject({ decision: 'held', beforeMinor: 60_000, afterMinor: 110_000 });
    expect(second.reasons).toMatchObject([{ code: 'limit-exceeded', figures: { overMinor: 10_000 } }]);
    expect(await accountsOf(books.store, code)).toMatchObject([{ reserved: 60_000 }]);
    expect((await auditOf(books.store, second.id)).map((entry) => entry.action)).toEqual(['order.held']);
    const { rows } = await sql<{
      asked: number;
    }>`select asked from wake where subject = ${`order-hold-${second.orderHoldId}`}`.execute(books.store.db);
    expect(rows).toEqual([{ asked: 1 }]);
  });

  test('sent again unchanged is not judged again; with another customer or currency it is refused', async () => {
    const code = await customer();
    const other = await customer();
    const first = await put(`${code}-1`, code, 60_000);
    const again = await put(`${code}-1`, code, 60_000);
    expect(again).toMatchObject({ id: first.id, decision: 'approved', changed: false });
    expect(await refusal(put(`${code}-1`, other, 60_000))).toBe('other-customer');
    expect(await refusal(put(`${code}-1`, code, 60_000, { currency: 'USD' }))).toBe('currency-mismatch');
    expect(await accountsOf(books.store, code)).toMatchObject([
      { currency: 'CNY', reserved: 60_000 },
      { currency: 'USD', reserved: 0 },
    ]);
  });

  test('of an unknown customer, or one the caller may not see, reserves nothing', async () => {
    expect(await refusal(put('T-none-1', 'T-none', 10))).toBe('customer-unknown');
    const code = await customer();
    const stranger = { ...erp, scope: { regions: ['BJ'] } };
    expect(await refusal(putOrder(books.store, stranger, orderOf(`${code}-1`, code, 10), null))).toBe('customer-unknown');
    expect(await accountsOf(books.store, code)).toMatchObject([{ reserved: 0 }]);
  });

  test('without a limit on file is held, with an ended one too; prepaid waits for money that names it', async () => {
    const none = await customer(null);
    expect(codes(await put(`${none}-1`, none, 10))).toEqual(['no-limit']);
    expect(codes(await put(`${none}-2`, none, 10, { prepaid: true }))).toEqual(['prepayment-missing']);
    await postPayment(books.store, erp, paymentOf(`${none}-P`, none, { amountMinor: 10, order: `${none}-3` }));
    expect(await put(`${none}-3`, none, 10, { prepaid: true })).toMatchObject({ decision: 'approved' });
    expect(await accountsOf(books.store, none)).toMatchObject([{ reserved: 0 }]);
    const ended = await customer(null);
    await limitOf(books.store, ended, 100_000, { validFrom: '2026-01-01', validUntil: '2026-10-09' });
    const decided = await put(`${ended}-1`, ended, 10);
    expect(decided.reasons).toEqual([{ code: 'limit-expired', figures: { expiredOn: '2026-10-09' } }]);
  });

  test('a limit holds through its last day; the highest valid one counts', async () => {
    const code = await customer(null);
    await limitOf(books.store, code, 50_000, { validFrom: '2026-01-01', validUntil: '2026-10-10' });
    await limitOf(books.store, code, 80_000, { kind: 'temporary', validFrom: '2026-10-10', validUntil: '2026-10-31' });
    await limitOf(books.store, code, 900_000, { kind: 'temporary', validFrom: '2026-10-11', validUntil: '2026-10-31' });
    expect(await put(`${code}-1`, code, 80_000)).toMatchObject({ decision: 'approved', limitMinor: 80_000 });
    expect(await put(`${code}-2`, code, 1)).toMatchObject({ decision: 'held' });
  });

  test('beyond the horizon stands in its bucket and does not count', async () => {
    const code = await customer();
    expect(await put(`${code}-1`, code, 500_000, { requestedShipDate: '2027-01-09' })).toMatchObject({
      decision: 'approved',
      afterMinor: 0,
    });
    expect(await put(`${code}-2`, code, 100_000, { requestedShipDate: '2027-01-08' })).toMatchObject({
      decision: 'approved',
      afterMinor: 100_000,
    });
    expect(await accountsOf(books.store, code)).toMatchObject([{ reserved: 600_000 }]);
    expect(await positionOf(code)).toMatchObject({ exposureMinor: 100_000 });
  });

  test('changed within the tolerance of what was approved is not held again, however often; beyond it is', async () => {
    const code = await customer();
    await put(`${code}-1`, code, 100_000);
    await limitOf(books.store, code, 50_000);
    const within = await put(`${code}-1`, code, 110_000);
    expect(within).toMatchObject({
      decision: 'approved',
      reasons: [{ code: 'within-tolerance', figures: { allowedMinor: 110_000, until: '2026-11-09' } }],
    });
    expect(await put(`${code}-1`, code, 110_001)).toMatchObject({ decision: 'held', reasons: [{ code: 'limit-exceeded' }] });
    expect(await accountsOf(books.store, code)).toMatchObject([{ reserved: 0 }]);
  });

  test('closed and opened again is judged anew and cannot pass the limit twice', async () => {
    const { store } = books;
    const code = await customer();
    await put(`${code}-1`, code, 100_000);
    await endOrder(store, erp, `${code}-1`, { as: 'closed', reason: null });
    expect(await put(`${code}-2`, code, 100_000)).toMatchObject({ decision: 'approved' });
    expect(await reopenOrder(store, erp, `${code}-1`, null)).toMatchObject({ decision: 'held' });
    expect(await accountsOf(store, code)).toMatchObject([{ reserved: 100_000 }]);
    expect(await refusal(reopenOrder(store, erp, `${code}-2`, null))).toBe('not-open');
    await endOrder(store, erp, `${code}-2`, { as: 'cancelled', reason: null });
    expect(await refusal(put(`${code}-2`, code, 1))).toBe('order-closed');
  });

  test('held is judged anew when room was made, and its hold was asked', async () => {
    const { store } = books;
    const code = await customer();
    await put(`${code}-1`, code, 100_000);
    const held = await put(`${code}-2`, code, 40_000);
    await endOrder(store, erp, `${code}-1`, { as: 'cancelled', reason: null });
    const { rows } = await sql<{
      asked: number;
    }>`select asked from wake where subject = ${`order-hold-${held.orderHoldId}`}`.execute(store.db);
    expect(rows).toEqual([{ asked: 2 }]);
    const again = await write(store, system, async (work) => ({
      value: await recheckOrder(work, held.id, { actor: system }),
      audit: null,
    }));
    expect(again.decided).toMatchObject({ decision: 'approved' });
    expect(await accountsOf(store, code)).toMatchObject([{ reserved: 40_000 }]);
  });

  test('released in part by a decision is reserved in part, against the limit; the rest is cancelled', async () => {
    const { store } = books;
    const code = await customer(10_000);
    const held = await put(`${code}-1`, code, 40_000);
    const release = { lines: [{ line: 1, amountMinor: 30_000 }], as: 'reserved' as const, reason: 'known buyer' };
    const { order } = await write(store, desk, async (work) => {
      const value = await recheckOrder(work, held.id, { actor: desk, release });
      const [first, ...more] = value.effects.audit;
      if (!first) throw new Error('no audit');
      return { value, ...value.effects, audit: [first, ...more] };
    });
    expect(order).toMatchObject({ decision: 'approved', lines: [{ minor: { held: 0, reserved: 30_000, cancelled: 10_000 } }] });
    expect(await accountsOf(store, code)).toMatchObject([{ reserved: 30_000 }]);
  });
});

describe('security, rates and groups', () => {
  test('a guarantee raises the limit by value × share: 100,000 + 50,000 × 50 % = 125,000', async () => {
    const { store } = books;
    const code = await customer(10_000_000);
    const security = {
      externalId: `${code}-S`,
      customer: code,
      kind: 'guarantee' as const,
      currency: 'CNY',
      validFrom: '2026-01-01',
      validUntil: null,
      evidence: null,
    };
    await putSecurity(store, erp, { ...security, effect: 'raises-limit', valueMinor: 5_000_000, share: '0.5' }, null);
    expect(await put(`${code}-1`, code, 12_500_000)).toMatchObject({ decision: 'approved', limitMinor: 12_500_000 });
    expect(await put(`${code}-2`, code, 1)).toMatchObject({ decision: 'held' });
    await putSecurity(store, erp, { ...security, effect: 'lowers-exposure', valueMinor: 5_000_000, share: '0.5' }, null);
    expect(await positionOf(code)).toMatchObject({ limitMinor: 10_000_000, exposureMinor: 10_000_000 });
    await releaseSecurity(store, erp, `${code}-S`, 'given back');
    expect(await positionOf(code)).toMatchObject({ limitMinor: 10_000_000, exposureMinor: 12_500_000 });
  });

  test('a limit in another currency judges by the newest rate on file; without one the order is held', async () => {
    const { store } = books;
    const code = await customer(700_000);
    expect(await put(`${code}-0`, code, 100_000, { currency: 'USD' })).toMatchObject({
      decision: 'held',
      reasons: [{ code: 'rate-missing', figures: { from: 'USD', to: 'CNY' } }],
    });
    expect(await accountsOf(store, code)).toMatchObject([
      { currency: 'CNY', reserved: 0 },
      { currency: 'USD', reserved: 0 },
    ]);
    await recordRate(store, desk, { base: 'USD', quote: 'CNY', on: '2026-10-01', rate: '9', source: 'test' }, null);
    await recordRate(store, desk, { base: 'USD', quote: 'CNY', on: '2026-10-10', rate: '7', source: 'test' }, null);
    expect(await put(`${code}-1`, code, 100_000, { currency: 'USD' })).toMatchObject({
      decision: 'approved',
      afterMinor: 700_000,
      limitCurrency: 'CNY',
    });
    const held = await put(`${code}-2`, code, 1);
    expect(held).toMatchObject({ decision: 'held', beforeMinor: 700_000 });
    const asked = async () => {
      const subject = `order-hold-${held.orderHoldId}`;
      return (await store.db.selectFrom('wake').select('asked').where('subject', '=', subject).executeTakeFirstOrThrow()).asked;
    };
    await recordRate(store, desk, { base: 'EUR', quote: 'CNY', on: '2026-10-10', rate: '8', source: 'test' }, null);
    expect(await asked()).toBe(1);
    await recordRate(store, desk, { base: 'USD', quote: 'CNY', on: '2026-10-10', rate: '6', source: 'test' }, null);
    expect(await asked()).toBe(2);
    expect(
      await write(store, system, async (work) => ({
        value: await recheckOrder(work, held.id, { actor: system }),
        audit: null,
      })),
    ).toMatchObject({
      decided: { decision: 'approved' },
    });
  });

  test('payer and group both judge; a payment by one member makes room for another', async () => {
    const { store } = books;
    const group = `G-${(count += 1)}`;
    const a = await customer(100_000, { group });
    const b = await customer(100_000, { group });
    const child = await customer(null, { payer: b });
    await limitOf(store, a, 120_000, { on: 'group' });
    await postInvoice(store, erp, invoiceOf(`${a}-I`, a, { amountMinor: 90_000 }));
    const held = await put(`${child}-1`, child, 40_000);
    expect(codes(held)).toEqual(['group-limit-exceeded']);
    await postPayment(store, erp, paymentOf(`${a}-P`, a, { amountMinor: 20_000 }));
    const { rows } = await sql<{
      asked: number;
    }>`select asked from wake where subject = ${`order-hold-${held.orderHoldId}`}`.execute(store.db);
    expect(rows).toEqual([{ asked: 2 }]);
    expect(await put(`${child}-2`, child, 50_000)).toMatchObject({ decision: 'approved', limitMinor: 100_000, beforeMinor: 0 });
    expect(await accountsOf(store, group)).toMatchObject([{ reserved: 50_000, open: 70_000 }]);
    await upsertCustomer(store, erp, customerOf(child, { payer: a }));
    expect(await accountsOf(store, a, b)).toMatchObject([{ reserved: 50_000, open: 70_000 }, { reserved: 0 }]);
  });
});

describe('the cents of an order', () => {
  test('go from reserved to delivered to invoiced to paid, and back again when the invoice is corrected', async () => {
    const { store } = books;
    const code = await customer();
    await put(`${code}-1`, code, 90_000);
    const shipment = {
      externalId: `${code}-D`,
      order: `${code}-1`,
      lines: [{ line: 1, quantity: '0.5' }],
      issuedOn: '2026-10-10',
      deliveredOn: null,
      acceptedOn: null,
    };
    expect(await postShipment(store, erp, shipment, null)).toMatchObject({ created: true, amountMinor: 45_000 });
    expect(await postShipment(store, erp, { ...shipment, deliveredOn: '2026-10-10' }, null)).toMatchObject({
      created: false,
      changed: true,
    });
    expect(await accountsOf(store, code)).toMatchObject([{ reserved: 45_000, delivered: 45_000 }]);
    await postInvoice(store, erp, invoiceOf(`${code}-I`, code, { order: `${code}-1`, amountMinor: 60_000 }));
    expect(await accountsOf(store, code)).toMatchObject([{ reserved: 30_000, delivered: 0, open: 60_000 }]);
    await postInvoice(store, erp, invoiceOf(`${code}-I`, code, { order: `${code}-1`, amountMinor: 40_000 }));
    expect(await accountsOf(store, code)).toMatchObject([{ reserved: 45_000, delivered: 5_000, open: 40_000 }]);
    await postPayment(store, erp, paymentOf(`${code}-P`, code, { amountMinor: 50_000 }));
    expect(await accountsOf(store, code)).toMatchObject([{ reserved: 45_000, delivered: 5_000, open: 0, deposits: 10_000 }]);
    expect(await positionOf(code)).toMatchObject({ exposureMinor: 40_000 });
  });

  test('of a held order that ship all the same count; an invoice that came before its order is not counted twice', async () => {
    const { store } = books;
    const code = await customer();
    await put(`${code}-1`, code, 100_001);
    const shipment = {
      externalId: `${code}-D`,
      order: `${code}-1`,
      lines: [{ line: 1, quantity: '1' }],
      issuedOn: '2026-10-10',
      deliveredOn: null,
      acceptedOn: null,
    };
    expect(await postShipment(store, erp, shipment, null)).toMatchObject({
      breaches: [{ code: 'not-asked' }, { code: 'order-not-approved' }],
    });
    expect(await accountsOf(store, code)).toMatchObject([{ reserved: 0, delivered: 100_001 }]);
    await sql`update work_order set closed_at = now(), closed_by = 'x' where kind = 'shipment-breach'`.execute(store.db);
    await postInvoice(store, erp, invoiceOf(`${code}-I1`, code, { order: `${code}-1`, amountMinor: 100_001 }));
    await postPayment(store, erp, paymentOf(`${code}-P1`, code, { amountMinor: 100_001 }));
    await postInvoice(store, erp, invoiceOf(`${code}-I`, code, { order: `${code}-2`, amountMinor: 80_000 }));
    expect(await put(`${code}-2`, code, 100_000)).toMatchObject({
      decision: 'approved',
      beforeMinor: 80_000,
      afterMinor: 100_000,
    });
    expect(await accountsOf(store, code)).toMatchObject([{ reserved: 20_000, open: 80_000 }]);
  });

  test('whatever was done above, every account equals its documents', async () => {
    const { accounts, drift } = await findDrift(books.store.db);
    expect(accounts).toBeGreaterThan(10);
    expect(drift).toEqual([]);
  });
});
