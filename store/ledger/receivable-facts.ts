import { sql } from 'kysely';
import type { Instant } from '../../domain/platform/calendar.ts';
import type { Pause, ReceivableFacts, RungRecord } from '../../domain/dunning/receivable.ts';
import type { Database, Tx } from '../platform/database.ts';
import { receivedOf } from '../../domain/ledger/promise.ts';
import type { MoneyIn } from '../../domain/ledger/promise.ts';
import { coversOf, mayBeCovered } from './cover.ts';
import type { Cover } from './cover.ts';
import { disputesOf } from './dispute-facts.ts';
import { among } from '../platform/prepared.ts';
import { standingWriteOffs } from './recoveries.ts';
import { clockColumns, momentFrom, momentOf } from '../platform/transaction.ts';
import type { ClockRow, Moment, Store } from '../platform/transaction.ts';
import type { Outcome, Stage } from '../../domain/ledger/outcome.ts';
import type { DisputeFact, PromiseFact, Question } from '../../domain/ledger/claims.ts';

/** A receivable with all its plan depends on, as read under its lock. */
export interface ReceivableCase {
  id: string;
  customerId: string;
  customerCode: string;
  invoiceId: string;
  invoiceCode: string;
  instalment: number;
  currency: string;
  ladder: string;
  policyVersion: number;
  seq: number;
  plan: { step: string; rung: string | null; at: Instant | null; why: unknown };
  /** `asked` of its wake, read before the lock: what was asked later rings again. */
  asked: number;
  /** Whether it has open work orders or stands in a legal case, which end with it. */
  hasTasks: boolean;
  /** All that was written off and not taken back; `facts.writtenOffMinor` is what of it was not recovered. */
  standingWriteOffsMinor: number;
  facts: ReceivableFacts;
}

interface Row {
  id: string;
  customer_id: string;
  customer_code: string;
  invoice_id: string;
  invoice_code: string;
  instalment: number;
  currency: string;
  ladder: string;
  policy_version: number;
  seq: number;
  plan_step: string;
  plan_rung: string | null;
  plan_at: string | null;
  plan_why: unknown;
  amount_minor: number;
  paid_minor: number;
  credited_minor: number;
  written_off_minor: number;
  due_date: string;
  collect_from: string | null;
  stage: string;
  outcome: string | null;
  posted_at: string;
  pauses: Pause[];
  money_at: string | null;
  question: Question | null;
  suspected: boolean;
  faulty: boolean;
  has_tasks: boolean;
  may_be_covered: boolean;
  standing_write_offs: number;
  rungs: RungRecord[] | null;
  disputes: DisputeFact[] | null;
  promises: Omit<PromiseFact, 'receivedMinor'>[] | null;
  money: MoneyIn[] | null;
}

const iso = (text: string): Instant => new Date(text).toISOString();
const isoOrNull = (text: string | null): Instant | null => (text === null ? null : iso(text));

/** The same, with what waits for a second person: it is not asked for either. */
const unaskedOf = sql`(
  select jsonb_agg(x.fact) from (
    select jsonb_array_elements(${disputesOf}) as fact
    union all
    select jsonb_build_object('id', p.id, 'amountMinor', h.amount_minor, 'state', 'open', 'openedAt', p.requested_at, 'closedAt', null,
      'lapsedAt', null, 'creditedMinor', 0, 'act', true)
    from pending_act_receivable h join pending_act p on p.id = h.act_id and p.state = 'pending' where h.receivable_id = r.id) x)`;

/** The payments that lie on receivable `r`, as promises of it are judged by them; null where nothing was promised. */
export const moneyOn = sql`(
  select jsonb_agg(jsonb_build_object('on', a.value_date, 'postedAt', a.posted_at, 'amountMinor', a.amount_minor)) from allocation a
  where a.receivable_id = r.id and a.payment_id is not null and a.reversed_at is null
    and exists (select from promise p where p.receivable_id = r.id))`;

/** Money as it is compared with what was promised. */
export const moneyFrom = (rows: readonly MoneyIn[] | null): MoneyIn[] =>
  (rows ?? []).map((one) => ({ ...one, postedAt: iso(one.postedAt) }));

/** Locks the receivables in id order (one order for everybody: no deadlock) and answers what each had been asked before. */
export async function lockReceivables(tx: Tx, ids: readonly string[]): Promise<Map<string, number>> {
  if (ids.length === 0) return new Map();
  const { rows } = await sql<{ id: string; asked: number | null }>`
    select r.id, w.asked from receivable r left join wake w on w.subject = 'receivable-' || r.id
    where ${among('r.id', ids, 'uuid')} order by r.id for update of r`.execute(tx);
  return new Map(rows.map((row) => [row.id, row.asked ?? 0]));
}

/** Locks and reads receivables, in id order. Ids that Postgres does not know are left out. */
export async function readReceivables(tx: Tx, ids: readonly string[]): Promise<ReceivableCase[]> {
  const asked = await lockReceivables(tx, ids);
  return asked.size === 0 ? [] : viewReceivables(tx, [...asked.keys()], asked);
}

/** Locks and reads one receivable, with the moment; no `found` when Postgres does not know it. */
export async function openReceivable(
  tx: Tx,
  store: Store,
  id: string,
): Promise<{ at: Moment; found: ReceivableCase | undefined }> {
  const { rows } = await sql<ClockRow & { asked: number | null }>`
    select ${clockColumns}, w.asked from clock c join receivable r on r.id = ${id}::uuid left join wake w on w.subject = 'receivable-' || r.id
    for update of r`.execute(tx);
  const row = rows[0];
  if (!row) return { at: await momentOf(tx, store), found: undefined };
  const [found] = await viewReceivables(tx, [id], new Map([[id, row.asked ?? 0]]));
  return { at: momentFrom(row, store), found };
}

/** Reads receivables as they stand, without a lock: for showing, never for judging. In id order. */
export async function viewReceivables(
  db: Database | Tx,
  ids: readonly string[],
  asked: ReadonlyMap<string, number> = new Map(),
): Promise<ReceivableCase[]> {
  const { rows } = await sql<Row>`
    select r.*, c.external_id as customer_code, i.external_id as invoice_code, receivable_faulty(r) as faulty,
      (select max(greatest(a.posted_at, a.reversed_at)) from allocation a where a.receivable_id = r.id) as money_at,
      exists (select from work_order o where o.receivable_id = r.id and o.closed_at is null)
        or exists (select from work_order_item t join work_order o on o.id = t.work_order_id
          where t.receivable_id = r.id and t.left_at is null and o.closed_at is null)
        or exists (select from legal_case k join legal_case_receivable j on j.legal_case_id = k.id and j.receivable_id = r.id
          where k.customer_id = r.customer_id and k.state <> 'closed') as has_tasks,
      ${standingWriteOffs} as standing_write_offs, ${mayBeCovered} as may_be_covered,
      (select jsonb_agg(jsonb_build_object('id', g.rung, 'state', g.state, 'at', g.at, 'reason', g.reason) order by g.position)
        from rung g where g.receivable_id = r.id) as rungs,
      ${unaskedOf} as disputes,
      (select jsonb_agg(jsonb_build_object('id', p.id, 'amountMinor', p.amount_minor, 'on', p.due_on, 'state', p.state, 'madeAt', p.made_at,
        'judgedAt', p.judged_at, 'lateMinor', coalesce((select sum(a.amount_minor) from allocation a
          where a.receivable_id = r.id and a.reversed_at is null and a.value_date > p.due_on), 0),
        'faulty', out_of_time(p.due_on, p.made_at) or out_of_sum(p.amount_minor))
        order by p.made_at, p.id) from promise p where p.receivable_id = r.id) as promises, ${moneyOn} as money
    from receivable r join customer c on c.id = r.customer_id join invoice i on i.id = r.invoice_id
    where ${among('r.id', ids, 'uuid')} order by r.id`.execute(db);
  const customers = [...new Set(rows.filter((row) => row.may_be_covered).map((row) => row.customer_id))];
  const covers = customers.length === 0 ? new Map<string, Cover>() : await coversOf(db, customers);
  return rows.map((row) => toCase(row, asked.get(row.id) ?? 0, covers.get(row.id)));
}

function toCase(row: Row, asked: number, cover: Cover | undefined): ReceivableCase {
  const promises = (row.promises ?? []).map((p) => ({ ...p, madeAt: iso(p.madeAt), judgedAt: isoOrNull(p.judgedAt) }));
  const received = receivedOf(promises, moneyFrom([...(row.money ?? []), ...(cover?.money ?? [])]));
  return {
    id: row.id,
    customerId: row.customer_id,
    customerCode: row.customer_code,
    invoiceId: row.invoice_id,
    invoiceCode: row.invoice_code,
    instalment: row.instalment,
    currency: row.currency,
    ladder: row.ladder,
    policyVersion: row.policy_version,
    seq: row.seq,
    plan: { step: row.plan_step, rung: row.plan_rung, at: row.plan_at, why: row.plan_why },
    asked,
    hasTasks: row.has_tasks,
    standingWriteOffsMinor: row.standing_write_offs,
    facts: {
      amountMinor: row.amount_minor,
      paidMinor: row.paid_minor,
      creditedMinor: row.credited_minor,
      writtenOffMinor: row.written_off_minor,
      coveredMinor: cover?.coveredMinor ?? 0,
      coveredAt: cover?.coveredAt ?? null,
      dueDate: row.due_date,
      collectFrom: row.collect_from,
      stage: row.stage as Stage,
      outcome: row.outcome as Outcome | null,
      postedAt: row.posted_at,
      pauses: row.pauses,
      moneyAt: row.money_at,
      question: row.suspected ? 'duplicate' : row.question,
      faulty: row.faulty,
      rungs: (row.rungs ?? []).map((rung) => ({ ...rung, at: iso(rung.at) })),
      disputes: (row.disputes ?? []).map((d) => ({
        ...d,
        openedAt: iso(d.openedAt),
        closedAt: isoOrNull(d.closedAt),
        lapsedAt: isoOrNull(d.lapsedAt),
      })),
      promises: promises.map((p) => ({ ...p, receivedMinor: received.get(p.id) ?? 0 })),
    },
  };
}
