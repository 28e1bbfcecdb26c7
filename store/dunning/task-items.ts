import { sql } from 'kysely';
import type { ReceivableCase } from '../ledger/receivable-facts.ts';
import type { Tx } from '../platform/database.ts';
import type { Work } from '../platform/transaction.ts';
import { cancelWorkOrders, openWorkOrder } from '../tasks/work-orders.ts';
import type { Effects } from '../platform/effects.ts';
import { addEffects, noEffects } from '../platform/effects.ts';

/** Asks for a task about an item that a step has come to: one of its customer's where its kind says so, else of its own. */
export async function askOf(
  work: Work,
  found: ReceivableCase,
  { rung, kind, key }: { rung: string; kind: string; key: string },
): Promise<Effects> {
  const { store } = work;
  const { id: receivableId, customerId, customerCode } = found;
  const { current } = await store.policies.current();
  if (current['work-orders'].content.kinds[kind]?.perCustomer)
    return joinTask(work, kind, { receivableId, customerId, customerCode, rung });
  const subject = `invoice ${found.invoiceCode}/${found.instalment}`;
  const reason = { rung, dueDate: found.facts.dueDate };
  return openWorkOrder(work, { key, kind, customerId, receivableId, subject, reason });
}

/** An item that is due for a call, a visit, or what else is asked once a customer. */
export interface DueItem {
  receivableId: string;
  customerId: string;
  customerCode: string;
  rung: string;
}

/** One at a time opens, fills and empties the task of a customer. Taken after the lock of the receivable, never before. */
const lockTask = (tx: Tx, customerId: string, kind: string) =>
  sql`select pg_advisory_xact_lock(hashtextextended(${`task ${customerId} ${kind}`}::text, 0))`.execute(tx);

const SHARED = 'customer/';
const keyPrefix = (customerId: string, kind: string): string => `${SHARED}${customerId}/${kind}/`;

/** An item joins the customer's open task of a kind, or is the first of a new one. */
export async function joinTask(work: Work, kind: string, item: DueItem): Promise<Effects> {
  const { tx } = work;
  const { receivableId, customerId, rung } = item;
  await lockTask(tx, customerId, kind);
  const prefix = keyPrefix(customerId, kind);
  // Under the key of a customer that was merged into this one, too.
  const { rows } = await sql<{ id: string }>`
    select id from work_order where customer_id = ${customerId}::uuid and kind = ${kind} and starts_with(key, ${SHARED}) and closed_at is null
    order by opened_at, key limit 1 for update`.execute(tx);
  const [open] = rows;
  if (open) {
    await addItem(work, open.id, item);
    const about = { subjectKind: 'work-order', subjectId: open.id, customerId };
    return { ...noEffects(), audit: [{ ...about, action: 'work-order.joined', after: { receivableId, rung } }] };
  }
  const { rows: counted } = await sql<{ n: number }>`
    select count(*)::int as n from work_order where starts_with(key, ${prefix})`.execute(tx);
  const key = `${prefix}${(counted[0]?.n ?? 0) + 1}`;
  const subject = `customer ${item.customerCode}`;
  const effects = await openWorkOrder(work, { key, kind, customerId, subject, reason: { rung } });
  const { id } = await tx.selectFrom('work_order').select('id').where('key', '=', key).executeTakeFirstOrThrow();
  await addItem(work, id, item);
  return effects;
}

const addItem = ({ tx, at }: Work, id: string, { receivableId, rung }: DueItem) =>
  sql`
    insert into work_order_item (work_order_id, receivable_id, rung, joined_at)
    values (${id}::uuid, ${receivableId}::uuid, ${rung}, ${at.now}::timestamptz)
    on conflict (work_order_id, receivable_id) do update
      set rung = excluded.rung, joined_at = excluded.joined_at, left_at = null, outcome = null where work_order_item.left_at is not null`.execute(
    tx,
  );

/** An item that is owed again is called about again where it left before anybody called. */
export async function rejoinTasks(work: Work, item: Omit<DueItem, 'rung'>): Promise<Effects> {
  const { tx } = work;
  const { rows } = await sql<{ kind: string; rung: string; left: boolean }>`
    select distinct on (o.kind) o.kind, i.rung, i.left_at is not null as left from work_order_item i join work_order o on o.id = i.work_order_id
    where i.receivable_id = ${item.receivableId}::uuid order by o.kind, i.joined_at desc, o.opened_at desc`.execute(tx);
  const effects = noEffects();
  for (const { kind, rung } of rows.filter((row) => row.left)) addEffects(effects, await joinTask(work, kind, { ...item, rung }));
  return effects;
}

/** A settled item leaves the open tasks it stands in; a task whose last item left ends. */
export async function leaveTasks(work: Work, receivableId: string, outcome: string): Promise<Effects> {
  const { tx, at } = work;
  const { rows } = await sql<{ id: string; key: string; kind: string; customerId: string }>`
    select o.id, o.key, o.kind, o.customer_id as "customerId" from work_order_item i join work_order o on o.id = i.work_order_id
    where i.receivable_id = ${receivableId}::uuid and i.left_at is null and o.closed_at is null order by o.key`.execute(tx);
  const effects = noEffects();
  for (const { id, key, kind, customerId } of rows) {
    await lockTask(tx, customerId, kind);
    await sql`
      update work_order_item set left_at = ${at.now}::timestamptz, outcome = ${outcome}
      where work_order_id = ${id}::uuid and receivable_id = ${receivableId}::uuid`.execute(tx);
    effects.audit.push({
      ...{ subjectKind: 'work-order', subjectId: id, customerId, action: 'work-order.left' },
      ...{ reason: outcome, after: { receivableId } },
    });
    const { rows: left } =
      await sql`select from work_order_item where work_order_id = ${id}::uuid and left_at is null limit 1`.execute(tx);
    if (left.length === 0) addEffects(effects, await cancelWorkOrders(work, { keys: [key] }, outcome));
  }
  return effects;
}

/** Of the open tasks of each kind that a merger left a customer with, the items of the later ones join the first. */
export async function mergeTasks(work: Work, customerId: string): Promise<Effects> {
  const { tx } = work;
  const { rows } = await sql<{ kind: string; key: string; id: string }>`
    select kind, key, id from work_order where customer_id = ${customerId}::uuid and starts_with(key, ${SHARED}) and closed_at is null
    order by kind, opened_at, key`.execute(tx);
  const effects = noEffects();
  const first = new Map<string, string>();
  for (const { kind, key, id } of rows) {
    const kept = first.get(kind);
    if (kept === undefined) {
      first.set(kind, id);
      await lockTask(tx, customerId, kind);
      continue;
    }
    const { rows: moved } = await sql<{ receivableId: string; rung: string }>`
      update work_order_item i set work_order_id = ${kept}::uuid where i.work_order_id = ${id}::uuid
        and not exists (select from work_order_item k where k.work_order_id = ${kept}::uuid and k.receivable_id = i.receivable_id)
      returning i.receivable_id as "receivableId", i.rung`.execute(tx);
    const about = { subjectKind: 'work-order', subjectId: kept, customerId };
    for (const after of moved)
      effects.audit.push({ ...about, action: 'work-order.joined', reason: 'merged', after: { ...after } });
    addEffects(effects, await cancelWorkOrders(work, { keys: [key] }, 'merged'));
  }
  return effects;
}
