import { sql } from 'kysely';
import type { Actor } from '../../domain/platform/actor.ts';
import { lineAmount } from '../../domain/orders/order.ts';
import type { OrderDocument } from '../../domain/orders/order.ts';
import { grantLimit } from '../../store/credit/limits.ts';
import type { LimitGrant } from '../../store/credit/limits.ts';
import type { OpenStore } from '../../store/open.ts';
import { write } from '../../store/platform/transaction.ts';

export const desk: Actor = { kind: 'user', id: 'desk', role: 'credit_officer', scope: {} };

/** An order of one line of so many minor units. */
export function orderOf(
  externalId: string,
  customer: string,
  amountMinor: number,
  over: Partial<OrderDocument> = {},
): OrderDocument {
  const currency = over.currency ?? 'CNY';
  const unitPrice = `${Math.floor(amountMinor / 100)}.${String(amountMinor % 100).padStart(2, '0')}`;
  const line = { line: 1, item: 'A-1', productLine: null, quantity: '1', unitPrice };
  const lines = [{ ...line, amountMinor: lineAmount('1', unitPrice, currency) ?? 0 }];
  return { externalId, customer, currency, requestedShipDate: '2026-10-20', prepaid: false, lines, ...over };
}

export const customerId = async (store: OpenStore, code: string): Promise<string> =>
  (await store.db.selectFrom('customer').select('id').where('external_id', '=', code).executeTakeFirstOrThrow()).id;

/** Opens the go-live window for the year of the tests, as two people did: customers move between payers and groups at once. */
export async function openWindow(store: OpenStore): Promise<void> {
  const window = { valid_from: '2026-01-01', valid_until: '2026-12-31', requested_by: 'one', opened_by: 'another' };
  await store.db
    .insertInto('go_live_window')
    .values({ ...window, opened_at: '2026-01-01T00:00:00.000Z' })
    .execute();
}

/** Grants a limit to a customer's account, as a decision would. */
export async function limitOf(
  store: OpenStore,
  customer: string,
  amountMinor: number,
  over: Partial<LimitGrant> = {},
): Promise<string> {
  const grant: LimitGrant = {
    customerId: await customerId(store, customer),
    kind: 'standing',
    amountMinor,
    currency: 'CNY',
    validUntil: null,
    setBy: 'desk',
    reason: 'granted',
    ...over,
  };
  return write(store, desk, async (work) => {
    const { limit, effects } = await grantLimit(work, grant);
    const [first, ...more] = effects.audit;
    if (!first) throw new Error('a limit without its audit entry');
    return { value: limit.id, ...effects, audit: [first, ...more] };
  });
}

export interface BalanceRow {
  kind: string;
  code: string;
  currency: string;
  reserved: number;
  ordered: number;
  delivered: number;
  open: number;
  bills: number;
  deposits: number;
}

/** The balances of the accounts of these payers or groups. */
export async function accountsOf(store: OpenStore, ...codes: string[]): Promise<BalanceRow[]> {
  const { rows } = await sql<BalanceRow>`
    select kind, code, currency, reserved_minor as reserved, ordered_minor as ordered, delivered_minor as delivered, open_minor as open,
      bills_minor as bills, deposits_minor as deposits from credit_account where code = any(${codes}::text[]) order by kind, code, currency`.execute(
    store.db,
  );
  return rows;
}
