import { sql } from 'kysely';
import pg from 'pg';
import type { OrderDocument } from '../../domain/orders/order.ts';
import type { Actor } from '../../domain/platform/actor.ts';
import { putOrder } from '../../store/orders/orders.ts';
import type { OpenStore } from '../../store/open.ts';
import { erp } from './actors.ts';
import { orderOf } from './credit.ts';
import type { CreditOffice, Person, Problem, Seat } from './credit-world.ts';
import { looksOf, until } from './world-over.ts';

export interface ShownHold {
  id: string;
  state: string;
  round: number;
  forced: boolean;
  held: string;
  reasons: { code: string; message: string }[];
  offer: { as: string; lines: { line: number; amount: string }[] | null };
  route: Seat[];
  earlierRounds: (Seat & { round: number })[];
  exposureVersion: number;
  expiresAt: string;
  plan: { step: string; at: string | null; code: string; why: string };
  outcome: Record<string, unknown> | null;
  dossierHash: string | null;
  dossier: Record<string, unknown>;
}
export interface Said {
  status: number;
  body: ShownHold & Problem & { errors?: { pointer: string }[] };
}

/** Orders that are held, and people who decide on them, over a credit office. */
export interface HoldOffice {
  put(order: string, customer: string, amountMinor: number, over?: Partial<OrderDocument>, by?: Actor): Promise<string>;
  /** Until nothing is left to do by itself. */
  rests(id: string): Promise<void>;
  show(id: string): Promise<ShownHold>;
  /** The route in short: `1 credit_officer open`. */
  route(id: string): Promise<string[]>;
  /** Decides on what is shown now. */
  decide(by: Person, id: string, verdict: string, more?: object, key?: string): Promise<Said>;
  /** The order's decision, state and, by bucket, where its cents stand. */
  order(order: string): Promise<{ decision: string; state: string; buckets: Record<string, number> }>;
  /** Kinds of the open work orders of a hold. */
  works(id: string): Promise<string[]>;
  /** Somebody holds the order's row: what decides on it waits until it is let go. */
  whileHeld(id: string, work: (waiting: () => Promise<void>) => Promise<void>): Promise<void>;
}

export async function openHoldOffice(store: OpenStore, url: string, office: CreditOffice): Promise<HoldOffice> {
  const looks = looksOf(store);
  const auditor = await office.person('auditor');
  const show = async (id: string): Promise<ShownHold> =>
    (await auditor.get(`/v1/order-holds/${id}`).expect(200)).body as ShownHold;
  const rests = (id: string): Promise<void> =>
    until(`hold ${id} rests`, async () => {
      const { asked, answered, started } = await looks.wake(`order-hold-${id}`);
      const { rows } = await sql<{ routed: boolean; state: string }>`
        select h.state, h.plan_step <> 'route' and h.routed_version = (select max(d.version) from order_decision d
          where d.order_id = o.id and d.decision = 'held' and d.actor <> 'order-hold') as routed
        from order_hold h join sales_order o on o.id = h.order_id where h.id = ${id}::uuid`.execute(store.db);
      return started && asked === answered && (rows[0]?.routed === true || rows[0]?.state !== 'open');
    });
  return {
    show,
    rests,
    async put(order, customer, amountMinor, over = {}, by = erp) {
      const { orderHoldId } = await putOrder(store, by, orderOf(order, customer, amountMinor, over), null);
      if (orderHoldId === null) return '';
      await rests(orderHoldId);
      return orderHoldId;
    },
    route: async (id) => (await show(id)).route.map(({ tier, role, state }) => `${tier} ${role} ${state}`),
    async decide(by, id, verdict, more = {}, key) {
      const { exposureVersion, round } = await show(id);
      const body = { verdict, reason: `${verdict} by ${by.role}`, exposureVersion, round, ...more };
      const res = await by.post(`/v1/order-holds/${id}/decision`, body, key);
      return { status: res.status, body: res.body as Said['body'] };
    },
    async order(order) {
      const { rows } = await sql<{ decision: string; state: string; buckets: Record<string, number> }>`
        select o.decision, o.state, (select jsonb_object_agg(b.bucket, b.sum) from (select x.bucket, sum(x.minor)::bigint as sum from order_line l,
          lateral (values ('held', l.held_minor), ('prepaid', l.prepaid_minor), ('reserved', l.reserved_minor), ('cancelled', l.cancelled_minor),
            ('invoiced', l.invoiced_minor), ('ordered', l.ordered_minor)) x (bucket, minor) where l.order_id = o.id group by 1) b where b.sum > 0) as buckets
        from sales_order o where o.external_id = ${order}`.execute(store.db);
      const row = rows[0];
      if (!row) throw new Error(`no order ${order}`);
      return row;
    },
    async works(id) {
      const { rows } = await sql<{ kind: string }>`
        select kind from work_order where process = ${`order-hold-${id}`} and closed_at is null order by kind`.execute(store.db);
      return rows.map(({ kind }) => kind);
    },
    async whileHeld(id, work) {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      await client.query('begin');
      await client.query('select from sales_order where id = (select order_id from order_hold where id = $1) for update', [id]);
      const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
      const waiting = () =>
        until('somebody waits for the order', async () => {
          const found = await sql<{ n: number }>`
            select count(*)::int as n from pg_stat_activity where ${rows[0]?.pid ?? 0} = any(pg_blocking_pids(pid))`.execute(
            store.db,
          );
          return (found.rows[0]?.n ?? 0) > 0;
        });
      try {
        await work(waiting);
      } finally {
        await client.query('commit').catch(() => undefined);
        await client.end();
      }
    },
  };
}
