import { sql } from 'kysely';
import type { Actor } from '../../domain/platform/actor.ts';
import { addDays, instantAt } from '../../domain/platform/calendar.ts';
import type { BusinessDate, Instant } from '../../domain/platform/calendar.ts';
import { totalMinor as totalOf } from '../../domain/platform/money.ts';
import { Refusal, invalidAt } from '../../domain/platform/refusal.ts';
import { workflowId } from '../../domain/platform/subject.ts';
import { lockCustomer } from '../credit/securities.ts';
import type { Tx } from '../platform/database.ts';
import { isOurId, recordset } from '../platform/rows.ts';
import { seesCustomer } from '../access/scope.ts';
import { SUM_BOUND } from '../platform/sum-bound.ts';
import { write } from '../platform/transaction.ts';
import type { Ask, Moment, Store, Work } from '../platform/transaction.ts';
import { cancelWorkOrders, openWorkOrder } from '../tasks/work-orders.ts';
import { lockBooksOf, ownerOn } from './book-owner.ts';
import { openItems } from './open-items.ts';
import type { OpenItem } from './open-items.ts';
import { contentHash } from '../platform/content-hash.ts';
import type { Effects } from '../platform/effects.ts';
import { joinEffects } from '../platform/effects.ts';

/** What a statement is asked for by. Null: the customer's currency, today, and the days policy gives. */
export interface NewStatement {
  customer: string;
  currency: string | null;
  asOf: BusinessDate | null;
  respondBy: BusinessDate | null;
}

export interface IssuedStatement {
  id: string;
  created: boolean;
}

/** Answers are awaited until the end of the working day. */
const END_OF_DAY = 18 * 60;

export const askOfStatement = (id: string, customerId: string): Ask => ({
  subject: workflowId('statement', id),
  kind: 'statement',
  customerId,
});
export const sendKey = (id: string): string => `statement/${id}/send`;
export const silentKey = (id: string): string => `statement/${id}/silent`;

/**
 * Makes our statement of what a customer owed on a day (before it was merged, of its own), and opens the work order to send it. It takes the place of one that waits for an
 * answer; the same content of the same day again is that statement. Interest is never on it.
 */
export async function issueStatement(
  store: Store,
  actor: Actor,
  asked: NewStatement,
  reason: string | null,
): Promise<IssuedStatement> {
  return write<IssuedStatement>(store, actor, async (work) => {
    const { tx, at } = work;
    const liveId = await lockCustomer(tx, actor, asked.customer);
    const asOf = asked.asOf ?? at.today;
    if (asOf > at.today) throw new Refusal('date-in-future', { date: asOf, today: at.today }, { pointer: '/asOf' });
    const { id: customerId, code: customer } = await ownerOn(tx, actor, { customer: asked.customer, liveId }, asOf, store);
    const respondBy = await deadlineOf(store, at, asked.respondBy);
    const currency = asked.currency ?? (await currencyOf(tx, customerId));
    const items = await openItems(tx, customerId, currency, { asOf, zone: store.zone });
    if (!Number.isSafeInteger(totalOf(items.map((item) => item.amountMinor))))
      throw new Refusal('sum-too-large', { bound: SUM_BOUND }, { pointer: '/customer' });
    const content = { customer, currency, asOf, items };
    const hash = contentHash(content);
    const before = await waiting(tx, customerId, currency);
    if (before?.hash === hash) return { value: { id: before.id, created: false }, audit: null };
    const totalMinor = totalOf(items.map((item) => item.amountMinor));
    const facts = { customerId, currency, asOf, totalMinor, hash, respondBy };
    const id = await insertStatement(work, facts, items, before?.id ?? null);
    const about = { subjectKind: 'statement', subjectId: id, customerId };
    const after = { asOf, currency, amountMinor: totalMinor, lines: items.length, contentHash: hash, respondBy };
    const effects = joinEffects(
      before ? await cancelWorkOrders(work, { keys: [sendKey(before.id), silentKey(before.id)] }, 'superseded') : none,
      await openWorkOrder(work, {
        key: sendKey(id),
        kind: 'statement-send',
        customerId,
        subject: `statement of ${asOf} in ${currency}`,
        reason: { statement: id, asOf, currency },
      }),
    );
    return {
      value: { id, created: true },
      audit: [{ ...about, action: 'statement.issued', reason, after }, ...effects.audit],
      asks: [...effects.asks, ...(before ? [askOfStatement(before.id, customerId)] : [])],
      posts: [...effects.posts, { ...askOfStatement(id, customerId), at: respondBy }],
      events: [{ ...about, kind: 'statement.issued', data: { asOf, currency } }, ...effects.events],
    };
  });
}

const none = { audit: [], asks: [], posts: [], events: [] };

async function deadlineOf(store: Store, at: Moment, asked: BusinessDate | null): Promise<Instant> {
  if (asked !== null && asked <= at.today) throw invalidAt('/respondBy', 'not-later', { date: asked, earliest: at.today });
  const { current } = await store.policies.current();
  const on = asked ?? addDays(at.today, current.reconciliation.content.answerDays);
  return instantAt(on, END_OF_DAY, store.zone);
}

async function currencyOf(tx: Tx, customerId: string): Promise<string> {
  const row = await tx.selectFrom('customer').select('currency').where('id', '=', customerId).executeTakeFirstOrThrow();
  return row.currency;
}

async function waiting(tx: Tx, customerId: string, currency: string): Promise<{ id: string; hash: string } | undefined> {
  const { rows } = await sql<{ id: string; hash: string }>`
    select id, content_hash as hash from statement where customer_id = ${customerId}::uuid and currency = ${currency}
      and answered_at is null and withdrawn_at is null and superseded_by is null order by issued_at desc, id desc limit 1 for update`.execute(
    tx,
  );
  return rows[0];
}

interface StatementFacts {
  customerId: string;
  currency: string;
  asOf: BusinessDate;
  totalMinor: number;
  hash: string;
  respondBy: Instant;
}

async function insertStatement(
  { tx, at, actor }: Work,
  of: StatementFacts,
  items: readonly OpenItem[],
  instead: string | null,
): Promise<string> {
  const { rows } = await sql<{ id: string }>`select uuidv7() as id`.execute(tx);
  const id = rows[0]?.id ?? '';
  if (instead !== null) await sql`update statement set superseded_by = ${id}::uuid where id = ${instead}::uuid`.execute(tx);
  await sql`
    insert into statement (id, customer_id, currency, as_of, total_minor, content_hash, issued_on, issued_at, issued_by, respond_by, plan_at)
    values (${id}::uuid, ${of.customerId}::uuid, ${of.currency}, ${of.asOf}::date, ${of.totalMinor}::bigint, ${of.hash}, ${at.today}::date,
      ${at.now}::timestamptz, ${actor.id}, ${of.respondBy}::timestamptz, ${of.respondBy}::timestamptz)`.execute(tx);
  const lines = items.map((item, place) => ({
    line: place + 1,
    kind: item.kind,
    [item.kind === 'credit-note' ? 'credit_note_id' : `${item.kind}_id`]: item.id,
    number: item.number,
    on_date: item.on,
    due_date: item.dueDate,
    amount_minor: item.amountMinor,
  }));
  const columns = `line int, kind text, receivable_id uuid, payment_id uuid, credit_note_id uuid, number text, on_date date, due_date date,
    amount_minor bigint`;
  if (lines.length > 0)
    await sql`
      insert into statement_line (statement_id, line, kind, receivable_id, payment_id, credit_note_id, number, on_date, due_date, amount_minor)
      select ${id}::uuid, x.* from ${recordset(lines, columns)}`.execute(tx);
  return id;
}

/** A statement under its customer's lock and its own. */
export interface StatementCase {
  id: string;
  customerId: string;
  customer: string;
  currency: string;
  asOf: BusinessDate;
  issuedOn: BusinessDate;
  hash: string;
  answered: boolean;
  withdrawn: boolean;
}

/** Locks a statement of a customer the actor may see. Throws Refusal `not-found`. */
export async function lockStatement(tx: Tx, actor: Actor, id: string): Promise<StatementCase> {
  const ours = isOurId(id) ? id : null;
  await lockBooksOf(tx, sql`(select customer_id from statement where id = ${ours}::uuid)`, actor);
  const { rows } = await sql<StatementCase>`
    select s.id, s.customer_id as "customerId", c.external_id as customer, s.currency, s.as_of as "asOf", s.issued_on as "issuedOn", s.content_hash as hash,
      s.answered_at is not null as answered, s.withdrawn_at is not null as withdrawn
    from statement s join customer c on c.id = s.customer_id where s.id = ${ours}::uuid and ${seesCustomer(actor)} for update of s`.execute(
    tx,
  );
  const found = rows[0];
  if (!found) throw new Refusal('not-found', { id });
  return found;
}

/** Takes a statement of ours back, with the reason: nobody need answer it. Again changes nothing. Throws Refusal `not-open` once it was answered. */
export async function withdrawStatement(store: Store, actor: Actor, id: string, reason: string): Promise<{ id: string }> {
  return write<{ id: string }>(store, actor, async (work) => {
    const { tx, at } = work;
    const found = await lockStatement(tx, actor, id);
    if (found.withdrawn) return { value: { id: found.id }, audit: null };
    if (found.answered) throw new Refusal('not-open', { state: 'answered' });
    await sql`update statement set withdrawn_at = ${at.now}::timestamptz where id = ${found.id}::uuid`.execute(tx);
    const effects = await cancelWorkOrders(work, { keys: [sendKey(found.id), silentKey(found.id)] }, 'withdrawn');
    const about = { subjectKind: 'statement', subjectId: found.id, customerId: found.customerId };
    return {
      value: { id: found.id },
      audit: [{ ...about, action: 'statement.taken-back', reason }, ...effects.audit],
      asks: [...effects.asks, askOfStatement(found.id, found.customerId), ...(await heldGoods(tx, found.customerId))],
      posts: effects.posts,
      events: [{ ...about, kind: 'statement.taken-back' }, ...effects.events],
    };
  });
}

/** Statements of ours that wait for an answer are taken back, when the books they are of become part of another's. */
export async function dropWaiting(work: Work, customerId: string): Promise<Effects> {
  const { tx, at } = work;
  const { rows } = await sql<{ id: string }>`
    update statement set withdrawn_at = ${at.now}::timestamptz
    where customer_id = ${customerId}::uuid and answered_at is null and withdrawn_at is null and superseded_by is null returning id`.execute(
    tx,
  );
  const ids = rows.map(({ id }) => id);
  const effects = await cancelWorkOrders(work, { keys: ids.flatMap((id) => [sendKey(id), silentKey(id)]) }, 'withdrawn');
  for (const id of ids) {
    effects.asks.push(askOfStatement(id, customerId));
    const about = { subjectKind: 'statement', subjectId: id, customerId };
    effects.audit.push({ ...about, action: 'statement.taken-back', reason: 'merged' });
    effects.events.push({ ...about, kind: 'statement.taken-back' });
  }
  return effects;
}

/** An answer need not be awaited any more: the holds of this customer's shipments look again. */
async function heldGoods(tx: Tx, customerId: string): Promise<Ask[]> {
  const { rows } = await sql<{ id: string }>`
    select id from shipment_hold where customer_id = ${customerId}::uuid and state = 'open' order by id`.execute(tx);
  return rows.map(({ id }) => ({ subject: workflowId('shipment-hold', id), kind: 'shipment-hold', customerId }));
}
