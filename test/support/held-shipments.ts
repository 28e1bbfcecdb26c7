import { sql } from 'kysely';
import type { CustomerDocument } from '../../domain/ledger/documents.ts';
import { lineAmount } from '../../domain/orders/order.ts';
import { putOrder } from '../../store/orders/orders.ts';
import { requestShipment } from '../../store/shipments/shipment-requests.ts';
import { erp } from './actors.ts';
import type { CreditOffice, Person, Problem } from './credit-world.ts';
import { limitOf, orderOf } from './credit.ts';
import { until } from './world-over.ts';
import type { OpenStore } from '../../store/open.ts';

export interface ShownHold {
  id: string;
  state: string;
  round: number;
  withheld: string;
  lines: { line: number; requested: string; allowed: string; dropped: string; waiting: string }[];
  ground: { kind: string; cause: string | null; text: string; by: string } | null;
  notice: { state: string; givenAt: string | null; arrivedAt: string | null };
  missing: { part: string; text: string }[];
  respondBy: string | null;
  route: { tier: number; role: string; state: string; deadline: string | null }[];
  exposureVersion: number;
  why: { code: string; text: string };
  outcome: { act: string; by: string | null } | null;
}

/** Shipments that are held, and people who act on them. Each piece is worth 100.00. */
export interface HeldShipments {
  /** An order of so many pieces by line, approved; its limit is then lowered to `limit`. */
  ordered(code: string, pieces: readonly number[], limit?: number, more?: Partial<CustomerDocument>): Promise<string>;
  /** Asks to ship all of it; answers the hold. */
  held(code: string, pieces: readonly number[], limit?: number, more?: Partial<CustomerDocument>): Promise<string>;
  ask(id: string, order: string, pieces: readonly number[]): ReturnType<typeof requestShipment>;
  show(id: string): Promise<ShownHold>;
  /** Until its process has done all that is due, and waits. */
  rests(id: string): Promise<void>;
  /** Acts with the exposure version as it is shown now. */
  act(by: Person, id: string, act: string, more?: object, key?: string): Promise<{ status: number; body: ShownHold & Problem }>;
  /** The cents of an order by bucket. */
  cents(order: string): Promise<Record<string, number>>;
}

export function heldShipments(store: OpenStore, office: CreditOffice, auditor: Person): HeldShipments {
  const ask: HeldShipments['ask'] = (id, order, pieces) =>
    requestShipment(
      store,
      erp,
      { externalId: id, order, lines: pieces.map((quantity, at) => ({ line: at + 1, quantity: String(quantity) })) },
      null,
    );
  const ordered: HeldShipments['ordered'] = async (code, pieces, limit, more) => {
    await office.debtor(code, more);
    await limitOf(store, code, 10_000_000);
    const lines = pieces.map((quantity, at) => ({
      ...{ line: at + 1, item: 'A-1', productLine: null, quantity: String(quantity), unitPrice: '100.00' },
      amountMinor: lineAmount(String(quantity), '100.00', 'CNY') ?? 0,
    }));
    await putOrder(store, erp, orderOf(`${code}-O`, code, 1, { lines, requestedShipDate: '2026-12-20' }), null);
    if (limit !== undefined) await limitOf(store, code, limit);
    return `${code}-O`;
  };
  const show = async (id: string): Promise<ShownHold> =>
    (await auditor.get(`/v1/shipment-holds/${id}`).expect(200)).body as ShownHold;
  return {
    ordered,
    ask,
    async held(code, pieces, limit, more) {
      await ordered(code, pieces, limit, more);
      return (await ask(`${code}-R`, `${code}-O`, pieces)).holdId ?? '';
    },
    show,
    rests: (id) =>
      until(`hold ${id} rests`, async () => {
        const { rows } = await sql<{ rests: boolean }>`
          select w.asked = w.answered and (w.at is null or w.at > c.business_anchor) as rests from wake w, clock c
          where w.subject = ${`shipment-hold-${id}`}`.execute(store.db);
        return rows[0]?.rests === true;
      }),
    async act(by, id, act, more = {}, key) {
      const { exposureVersion } = await show(id);
      const body = {
        act,
        reason: `${act} by ${by.role}`,
        ...(['ship', 'reduce', 'rescind'].includes(act) && { exposureVersion }),
        ...more,
      };
      const res = await by.post(`/v1/shipment-holds/${id}/decision`, body, key);
      return { status: res.status, body: res.body as ShownHold & Problem };
    },
    async cents(order) {
      const { rows } = await sql<Record<string, number>>`
        select sum(reserved_minor)::bigint as reserved, sum(ordered_minor)::bigint as ordered, sum(delivered_minor)::bigint as delivered,
          sum(cancelled_minor)::bigint as cancelled from sales_order o join order_line l on l.order_id = o.id where o.external_id = ${order}`.execute(
        store.db,
      );
      return rows[0] ?? {};
    },
  };
}
