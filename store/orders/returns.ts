import { sql } from 'kysely';
import type { Actor } from '../../domain/platform/actor.ts';
import type { BusinessDate } from '../../domain/platform/calendar.ts';
import { invalidAt, Refusal } from '../../domain/platform/refusal.ts';
import { exceeds, leftOf } from '../../domain/orders/order.ts';
import type { LineMove } from '../../domain/orders/order.ts';
import { returnedPart } from '../../domain/orders/returns.ts';
import type { ReturnCredit, ReturnedBefore, ReturnState } from '../../domain/orders/returns.ts';
import type { CorrectedReturn } from '../ledger/events.ts';
import type { Tx } from '../platform/database.ts';
import { lockReceivables } from '../ledger/receivable-facts.ts';
import { isOurId, LostRace, recordset } from '../platform/rows.ts';
import { seesCustomer } from '../access/scope.ts';
import type { Work } from '../platform/transaction.ts';
import { moveOrder } from './orders.ts';
import type { OrderCase } from './orders.ts';
import { contentHash } from '../platform/content-hash.ts';

/** Goods that came back, as their sender has it. */
export interface ReturnDocument {
  externalId: string;
  /** The caller's id of the order. */
  order: string;
  lines: readonly { line: number; quantity: string }[];
  returnedOn: BusinessDate;
  reason: string;
}

/** A return under the lock of its order. */
export interface ReturnCase {
  id: string;
  externalId: string;
  orderId: string;
  state: ReturnState;
  credit: ReturnCredit;
  contentHash: string;
  returnedOn: BusinessDate;
  reason: string;
}

const columns = sql`g.id, g.external_id as "externalId", g.order_id as "orderId", g.state, g.credit, g.content_hash as "contentHash",
  g.returned_on as "returnedOn", g.reason`;

/** The return a document was posted as before. Throws Refusal `already-exists` when it said something else. */
export async function knownReturn(tx: Tx, document: ReturnDocument): Promise<ReturnCase | null> {
  const { rows } =
    await sql<ReturnCase>`select ${columns} from goods_return g where g.external_id = ${document.externalId}`.execute(tx);
  const [known] = rows;
  if (!known) return null;
  if (known.contentHash !== contentHash(document))
    throw new Refusal('already-exists', { id: document.externalId }, { pointer: '/externalId' });
  return known;
}

/** The return `{id}` means, ours or the caller's; its order is locked. Throws Refusal `not-found`. */
export async function lockReturn(tx: Tx, actor: Actor, id: string): Promise<ReturnCase> {
  const found = await sql<{ id: string; orderId: string; customerId: string }>`
    select g.id, g.order_id as "orderId", g.customer_id as "customerId" from goods_return g join customer c on c.id = g.customer_id
    where ${seesCustomer(actor)} and (g.external_id = ${id} or g.id = ${isOurId(id) ? id : null}::uuid)
    order by g.external_id = ${id} desc limit 1`.execute(tx);
  const [row] = found.rows;
  if (!row) throw new Refusal('not-found', { id });
  await sql`select from customer where id = ${row.customerId}::uuid for no key update`.execute(tx);
  await sql`select from sales_order where id = ${row.orderId}::uuid for no key update`.execute(tx);
  const { rows } = await sql<ReturnCase>`select ${columns} from goods_return g where g.id = ${row.id}::uuid for update`.execute(
    tx,
  );
  const [locked] = rows;
  if (!locked) throw new Refusal('not-found', { id });
  return locked;
}

/**
 * Books goods that came back to an order locked by the caller: what was delivered and not invoiced falls at once, the rest is laid on the
 * invoices that took it, the latest first. Answers the id. Throws Refusal `line-unknown`, `return-exceeds`, `invalid`
 * for a day before any goods left.
 */
export async function bookReturn(work: Work, order: OrderCase, document: ReturnDocument): Promise<string> {
  const { tx } = work;
  const left = await firstIssue(tx, order.id);
  if (left !== null && document.returnedOn < left)
    throw invalidAt('/returnedOn', 'too-early', { date: document.returnedOn, earliest: left });
  const before = await returnedBefore(tx, order.id);
  const parts = document.lines.map(({ line: no, quantity }, index) => {
    const line = order.lines.find((one) => one.line === no);
    if (!line) throw new Refusal('line-unknown', { order: order.externalId, line: no }, { pointer: `/lines/${index}/line` });
    const back = before.get(no) ?? { quantity: '0', worthMinor: 0 };
    const rest = leftOf(line.shippedQuantity, back.quantity);
    if (exceeds(quantity, rest))
      throw new Refusal('return-exceeds', { line: no, value: quantity, left: rest }, { pointer: `/lines/${index}/quantity` });
    return { line: no, quantity, ...returnedPart(line, back, quantity) };
  });
  const id = await insertReturn(work, order, document);
  await sql`
    insert into goods_return_line (return_id, line, quantity, worth_minor, delivered_minor)
    select ${id}::uuid, x.line, x.quantity, x."worthMinor", x."deliveredMinor"
    from jsonb_to_recordset(${JSON.stringify(parts)}::jsonb) as x (line int, quantity numeric, "worthMinor" bigint, "deliveredMinor" bigint)`.execute(
    tx,
  );
  const moves = parts.map(({ line, deliveredMinor: amount }): LineMove => ({ line, from: 'delivered', to: 'returned', amount }));
  await layOnInvoices(tx, order.id, id);
  await moveOrder(
    work,
    order.id,
    moves.filter((move) => move.amount > 0),
    'order.returned',
  );
  return id;
}

/** The day on which the first goods of an order left; nothing comes back before it. */
async function firstIssue(tx: Tx, orderId: string): Promise<BusinessDate | null> {
  const { rows } = await sql<{ day: BusinessDate | null }>`
    select min(issued_on) as day from shipment where order_id = ${orderId}::uuid`.execute(tx);
  return rows[0]?.day ?? null;
}

async function returnedBefore(tx: Tx, orderId: string): Promise<Map<number, ReturnedBefore>> {
  const { rows } = await sql<ReturnedBefore & { line: number }>`
    select l.line, trim_scale(sum(l.quantity))::text as quantity, sum(l.worth_minor)::bigint as "worthMinor"
    from goods_return g join goods_return_line l on l.return_id = g.id where g.order_id = ${orderId}::uuid and g.state = 'posted' group by 1`.execute(
    tx,
  );
  return new Map(rows.map((row) => [row.line, row]));
}

async function insertReturn({ tx, at, actor }: Work, order: OrderCase, document: ReturnDocument): Promise<string> {
  const row = await tx
    .insertInto('goods_return')
    .values({
      external_id: document.externalId,
      order_id: order.id,
      customer_id: order.customerId,
      returned_on: document.returnedOn,
      reason: document.reason,
      content_hash: contentHash(document),
      posted_by: actor.id,
      posted_at: at.now,
    })
    .onConflict((conflict) => conflict.column('external_id').doNothing())
    .returning('id')
    .executeTakeFirst();
  if (!row) throw new LostRace('a return was posted meanwhile');
  return row.id;
}

/** Of each line what was invoiced of it, as far as no other return lies on that invoice. */
async function layOnInvoices(tx: Tx, orderId: string, id: string): Promise<void> {
  await sql`
    with room as (
      select x.line, x.invoice_id, v.issue_date, sum(x.amount_minor) - coalesce((select sum(n.amount_minor) from goods_return_invoice n
        join goods_return g on g.id = n.return_id and g.state = 'posted' where n.invoice_id = x.invoice_id and n.line = x.line and g.order_id = x.order_id), 0) as minor
      from order_invoice x join invoice v on v.id = x.invoice_id where x.order_id = ${orderId}::uuid
      group by x.order_id, x.line, x.invoice_id, v.issue_date),
    turn as (
      select line, invoice_id, minor, sum(minor) over (partition by line order by issue_date desc, invoice_id desc) - minor as before
      from room where minor > 0)
    insert into goods_return_invoice (return_id, line, invoice_id, amount_minor)
    select l.return_id, l.line, t.invoice_id, least(t.minor, l.worth_minor - l.delivered_minor - t.before)::bigint
    from goods_return_line l join turn t on t.line = l.line
    where l.return_id = ${id}::uuid and t.before < l.worth_minor - l.delivered_minor`.execute(tx);
}

/** What a correction took out of an invoice for a return leaves its order as if it had come back before it was invoiced. */
export async function returnInstead(work: Work, corrected: readonly CorrectedReturn[]): Promise<void> {
  const { tx } = work;
  for (const { returnId, invoiceId, minor, alone } of corrected) {
    if (alone)
      await sql`
        update goods_return set corrected_alone_minor = corrected_alone_minor + ${minor}::bigint where id = ${returnId}::uuid`.execute(
        tx,
      );
    const { rows } = await sql<{ orderId: string; line: number; tookMinor: number; deliveredMinor: number }>`
      select l.order_id as "orderId", l.line, n.amount_minor as "tookMinor", l.delivered_minor as "deliveredMinor"
      from goods_return g join goods_return_invoice n on n.return_id = g.id join order_line l on l.order_id = g.order_id and l.line = n.line
        join sales_order o on o.id = g.order_id
      where g.id = ${returnId}::uuid and n.invoice_id = ${invoiceId}::uuid order by l.line for no key update of o, l`.execute(tx);
    let leftMinor = minor;
    const moves = rows.flatMap(({ line, tookMinor, deliveredMinor }): LineMove[] => {
      const amount = Math.min(leftMinor, tookMinor, deliveredMinor);
      leftMinor -= amount;
      return amount > 0 ? [{ line, from: 'delivered', to: 'returned', amount }] : [];
    });
    const [order] = rows;
    if (!order || moves.length === 0) continue;
    await sql`
      with x as (select line, amount from jsonb_to_recordset(${JSON.stringify(moves)}::jsonb) as x (line int, amount bigint)),
      gone as (
        delete from goods_return_invoice n using x
        where n.return_id = ${returnId}::uuid and n.invoice_id = ${invoiceId}::uuid and n.line = x.line and n.amount_minor = x.amount),
      less as (
        update goods_return_invoice n set amount_minor = n.amount_minor - x.amount from x
        where n.return_id = ${returnId}::uuid and n.invoice_id = ${invoiceId}::uuid and n.line = x.line and n.amount_minor > x.amount)
      update goods_return_line l set delivered_minor = l.delivered_minor + x.amount from x where l.return_id = ${returnId}::uuid and l.line = x.line`.execute(
      tx,
    );
    await moveOrder(work, order.orderId, moves, 'order.returned');
  }
}

/** Takes a return back: what it took of delivered goods is owed again, and what it conceded is asked for. Answers those receivables. */
export async function unbookReturn(work: Work, of: ReturnCase, by: Actor): Promise<string[]> {
  const { tx, at } = work;
  await tx.updateTable('goods_return').set({ state: 'withdrawn', withdrawn_at: at.now }).where('id', '=', of.id).execute();
  const { rows } = await sql<{ line: number; amount: number }>`
    select line, delivered_minor as amount from goods_return_line where return_id = ${of.id}::uuid and delivered_minor > 0`.execute(
    tx,
  );
  const { rows: items } = await sql<{ id: string }>`
    select receivable_id as id from dispute where return_id = ${of.id}::uuid and state = 'upheld' order by 1`.execute(tx);
  await lockReceivables(
    tx,
    items.map((item) => item.id),
  );
  await tx
    .updateTable('dispute')
    .set({ state: 'withdrawn', closed_at: at.now, closed_by: by.id })
    .where('return_id', '=', of.id)
    .where('state', '=', 'upheld')
    .execute();
  const moves = rows.map(({ line, amount }): LineMove => ({ line, from: 'returned', to: 'delivered', amount }));
  await moveOrder(work, of.orderId, moves, 'order.return-withdrawn');
  await invoiceDelivered(work, of.orderId);
  return items.map((item) => item.id);
}

/** What is delivered again was invoiced already where invoices of the order are above what it had left for them: the oldest take it first. */
async function invoiceDelivered(work: Work, orderId: string): Promise<void> {
  const { tx } = work;
  const { rows: short } = await sql<{ id: string; minor: number }>`
    select * from (
      select i.id, i.issue_date, i.amount_minor - coalesce((select sum(x.amount_minor) from order_invoice x where x.invoice_id = i.id), 0)::bigint as minor
      from sales_order o join invoice i on i.order_code = o.external_id and i.currency = o.currency and same_bearer(o.customer_id, i.customer_id)
      where o.id = ${orderId}::uuid and exists (select from receivable r where r.invoice_id = i.id and not r.withdrawn and not receivable_faulty(r))) v
    where minor > 0 order by issue_date, id`.execute(tx);
  if (short.length === 0) return;
  const { rows: lines } = await sql<{ line: number; minor: number }>`
    select line, delivered_minor as minor from order_line where order_id = ${orderId}::uuid and delivered_minor > 0 order by line`.execute(
    tx,
  );
  const left = new Map(lines.map(({ line, minor }) => [line, minor]));
  const taken = short.flatMap(({ id, minor }) => {
    let leftMinor = minor;
    return lines.flatMap(({ line }) => {
      const amount = Math.min(leftMinor, left.get(line) ?? 0);
      leftMinor -= amount;
      left.set(line, (left.get(line) ?? 0) - amount);
      return amount > 0 ? [{ invoice: id, line, amount }] : [];
    });
  });
  if (taken.length === 0) return;
  await sql`
    insert into order_invoice (order_id, line, invoice_id, amount_minor, from_bucket)
    select ${orderId}::uuid, x.line, x.invoice, x.amount, 'delivered' from ${recordset(taken, 'invoice uuid, line int, amount bigint')}
    on conflict (order_id, line, invoice_id, from_bucket) do update set amount_minor = order_invoice.amount_minor + excluded.amount_minor`.execute(
    tx,
  );
  const moves = taken.map(({ line, amount }): LineMove => ({ line, from: 'delivered', to: 'invoiced', amount }));
  await moveOrder(work, orderId, moves, 'invoice.took-over');
}
