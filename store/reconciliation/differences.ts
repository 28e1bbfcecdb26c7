import { sql } from 'kysely';
import type { BusinessDate } from '../../domain/platform/calendar.ts';
import { parseAmount } from '../../domain/platform/money.ts';
import type { DifferenceKind, DifferenceState, OpenDifference } from '../../domain/reconciliation/difference.ts';
import { differenceKinds, doubtfulMinor as doubtfulMinorOf } from '../../domain/reconciliation/difference.ts';
import { recordset } from '../platform/rows.ts';
import type { Work } from '../platform/transaction.ts';
import { cancelWorkOrders, openWorkOrder } from '../tasks/work-orders.ts';
import { reconciliationOf } from './standing.ts';
import type { Effects } from '../platform/effects.ts';
import { addEffects, noEffects } from '../platform/effects.ts';

/** A difference as it is found, with the statement it was found on. */
export interface NewDifference {
  customerId: string;
  statementId: string | null;
  customerStatementId: string | null;
  key: string;
  kind: DifferenceKind;
  currency: string;
  amountMinor: number;
  receivableId: string | null;
  paymentId: string | null;
  number: string | null;
  on: BusinessDate;
  detail: Readonly<Record<string, unknown>>;
}

const workOrderKey = (id: string, kind: DifferenceKind): string => `difference/${id}/${kind}`;
export const adjustmentKey = (id: string): string => `adjustment/${id}`;

const COLUMNS = `customer_id uuid, statement_id uuid, customer_statement_id uuid, key text, kind text, currency text, amount_minor bigint,
  receivable_id uuid, payment_id uuid, number text, on_date date, detail jsonb`;

const rowOf = (one: NewDifference): object => ({
  customer_id: one.customerId,
  statement_id: one.statementId,
  customer_statement_id: one.customerStatementId,
  key: one.key,
  kind: one.kind,
  currency: one.currency,
  amount_minor: one.amountMinor,
  receivable_id: one.receivableId,
  payment_id: one.paymentId,
  number: one.number,
  on_date: one.on,
  detail: one.detail,
});

/** Enters differences, under the lock of their customer. */
export async function openDifferences({ tx, at }: Work, found: readonly NewDifference[]): Promise<Effects> {
  const effects = noEffects();
  if (found.length === 0) return effects;
  const { rows } = await sql<{ id: string; key: string }>`
    insert into reconciliation_difference (customer_id, statement_id, customer_statement_id, key, kind, currency, amount_minor, receivable_id, payment_id,
      number, on_date, detail, opened_at)
    select x.*, ${at.now}::timestamptz from ${recordset(found.map(rowOf), COLUMNS)} order by key returning id, key`.execute(tx);
  const byKey = new Map(found.map((one) => [one.key, one]));
  for (const { id, key } of rows) {
    const one = byKey.get(key);
    if (!one) continue;
    const about = { subjectKind: 'difference', subjectId: id, customerId: one.customerId };
    const { kind, currency, amountMinor, number, on, statementId, customerStatementId } = one;
    const after = { kind, currency, amountMinor, number, on, statement: statementId ?? customerStatementId };
    effects.audit.push({ ...about, action: 'difference.found', after });
    effects.events.push({ ...about, kind: 'difference.found', data: { kind, currency } });
  }
  return effects;
}

/** A difference that is seen in another light: another amount or cause than before. Its work order of the former cause ends. */
export async function changeDifference(
  work: Work,
  before: { id: string; kind: DifferenceKind; amountMinor: number },
  now: NewDifference,
): Promise<Effects> {
  const { tx } = work;
  await sql`
    update reconciliation_difference set kind = ${now.kind}, amount_minor = ${now.amountMinor}::bigint, payment_id = ${now.paymentId}::uuid,
      receivable_id = ${now.receivableId}::uuid, detail = ${JSON.stringify(now.detail)}::jsonb where id = ${before.id}::uuid`.execute(
    tx,
  );
  const about = { subjectKind: 'difference', subjectId: before.id, customerId: now.customerId };
  const effects: Effects =
    before.kind === now.kind
      ? noEffects()
      : await cancelWorkOrders(work, { keys: [workOrderKey(before.id, before.kind)] }, 'changed');
  const told = ({ kind, amountMinor }: { kind: DifferenceKind; amountMinor: number }) => ({
    kind,
    amountMinor,
    currency: now.currency,
  });
  effects.audit.unshift({ ...about, action: 'difference.changed', before: told(before), after: told(now) });
  effects.events.push({ ...about, kind: 'difference.changed', data: { kind: now.kind, currency: now.currency } });
  return effects;
}

/** Ends open differences: their work orders end, and proposals nobody has decided yet are dropped. Those not open are left alone. */
export async function closeDifferences(
  work: Work,
  ids: readonly string[],
  { state, by, reason }: { state: Exclude<DifferenceState, 'open'>; by: string; reason: string },
): Promise<Effects> {
  const { tx, at } = work;
  if (ids.length === 0) return noEffects();
  const { rows } = await sql<{ id: string; customerId: string; kind: DifferenceKind; currency: string; amountMinor: number }>`
    update reconciliation_difference set state = ${state}, closed_at = ${at.now}::timestamptz, closed_by = ${by}, reason = ${reason}
    where id = any(${[...ids]}::uuid[]) and state = 'open'
    returning id, customer_id as "customerId", kind, currency, amount_minor as "amountMinor"`.execute(tx);
  const closed = rows.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const { rows: dropped } = await sql<{ id: string }>`
    update reconciliation_adjustment set state = 'dropped' where difference_id = any(${closed.map((one) => one.id)}::uuid[]) and state = 'proposed'
    returning id`.execute(tx);
  const keys = [
    ...closed.flatMap((one) => differenceKinds.map((kind) => workOrderKey(one.id, kind))),
    ...dropped.map((one) => adjustmentKey(one.id)),
  ];
  const effects = await cancelWorkOrders(work, { keys }, state);
  for (const { id, customerId, kind, currency, amountMinor } of closed) {
    const about = { subjectKind: 'difference', subjectId: id, customerId };
    effects.audit.push({
      ...about,
      action: `difference.${state}`,
      reason,
      before: { state: 'open' },
      after: { state, kind, amountMinor, currency },
    });
    effects.events.push({ ...about, kind: `difference.${state}`, data: { kind, currency } });
  }
  return effects;
}

/** More work orders than anybody works off one by one: then one for all. */
const MOST_ORDERS = 30;
const FOR_ALL = 'reconciliation-statement';
const manyKey = (statementId: string, currency: string): string => `differences/${statementId}/${currency}`;

/**
 * Once a customer's open differences in a currency together exceed what its rule lets pass, each of them becomes a work order for the role of
 * its cause. Where there are very many, one work order stands for all. What is only on
 * its way counts neither way.
 */
export async function orderWork(work: Work, customerId: string): Promise<Effects> {
  const { tx, store } = work;
  const effects = noEffects();
  const { current } = await store.policies.current();
  const { workOrders } = current.reconciliation.content;
  const standing = await reconciliationOf(tx, store, customerId);
  const { tolerance } = current['credit-rules'].content.reconciliation[standing.mode];
  const many: string[] = [];
  for (const [currency, doubtfulMinor] of Object.entries(doubtfulMinorOf(standing))) {
    const allowed = parseAmount(tolerance[currency] ?? '0', currency);
    if (doubtfulMinor <= (allowed.ok ? allowed.minor : 0)) continue;
    const waiting = standing.openDifferences.filter((one) => one.currency === currency && workOrders[one.kind] !== null);
    if (waiting.length > MOST_ORDERS) {
      many.push(currency);
      addEffects(effects, await orderForAll(work, customerId, currency, waiting.length));
    } else for (const one of waiting) addEffects(effects, await orderFor(work, customerId, one, workOrders[one.kind] ?? ''));
  }
  addEffects(effects, await endForAll(work, customerId, many));
  return effects;
}

/** Where few differences are left, or none, the one work order for all of them ends: whether the customer's, or of one that was merged into it. */
async function endForAll(work: Work, customerId: string, many: readonly string[]): Promise<Effects> {
  const { tx } = work;
  const { rows } = await sql<{ key: string }>`
    select w.key from work_order w, lateral (
      select customer_id as of from statement where id = (w.reason ->> 'statement')::uuid
      union all select customer_id from customer_statement where id = (w.reason ->> 'statement')::uuid) s
    where w.customer_id = (select coalesce(merged_into, id) from customer where id = ${customerId}::uuid) and w.kind = ${FOR_ALL} and w.closed_at is null
      and case when s.of = ${customerId}::uuid then not (w.reason ->> 'currency' = any(${[...many]}::text[]))
        else not exists (select from reconciliation_difference d
          where d.customer_id = s.of and d.currency = w.reason ->> 'currency' and d.state = 'open') end`.execute(tx);
  const keys = rows.map((row) => row.key);
  return keys.length > 0 ? cancelWorkOrders(work, { keys }, 'few-left') : noEffects();
}

const orderFor = (work: Work, customerId: string, one: OpenDifference, kind: string): Promise<Effects> =>
  openWorkOrder(work, {
    key: workOrderKey(one.id, one.kind),
    kind,
    customerId,
    subject: `difference ${one.kind}${one.number === null ? '' : ` on ${one.number}`}`,
    reason: { difference: one.id, kind: one.kind, currency: one.currency, amountMinor: one.amountMinor },
  });

/** Of the newest statement with open differences: it is cleared with the customer as a whole. */
async function orderForAll(work: Work, customerId: string, currency: string, count: number) {
  const { tx } = work;
  const { rows } = await sql<{ id: string }>`
    select coalesce(statement_id, customer_statement_id) as id from reconciliation_difference
    where customer_id = ${customerId}::uuid and currency = ${currency} and state = 'open' order by opened_at desc, id desc limit 1`.execute(
    tx,
  );
  const statement = rows[0]?.id ?? '';
  return openWorkOrder(work, {
    key: manyKey(statement, currency),
    kind: FOR_ALL,
    customerId,
    subject: `${count} differences in ${currency}`,
    reason: { statement, currency, differences: count },
  });
}
