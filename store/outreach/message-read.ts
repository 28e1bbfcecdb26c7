import { sql } from 'kysely';
import type { Actor } from '../../domain/platform/actor.ts';
import type { Instant } from '../../domain/platform/calendar.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import type { MessageState } from '../../domain/outreach/message.ts';
import { findReceivable } from '../ledger/receivable-case.ts';
import { instantOf, isOurId } from '../platform/rows.ts';
import { seesCustomer } from '../access/scope.ts';
import type { Store } from '../platform/transaction.ts';

/** A message intent and how far it came. Its address is not shown; whom it went to is `contact`. */
export interface MessageView {
  id: string;
  customer: string;
  receivables: string[];
  rungs: string[];
  contact: string | null;
  channel: string;
  template: string;
  class: string;
  language: string;
  state: MessageState;
  reason: string | null;
  outbox: boolean;
  subject: string | null;
  at: Instant;
  /** When a provider took it; null: not yet, or it is kept here. */
  sentAt: Instant | null;
  deliveredAt: Instant | null;
}

export interface MessageDetail extends MessageView {
  body: string;
  fallbackOf: string | null;
  receipts: { status: string; code: string | null; at: Instant }[];
}

export interface MessageFilter {
  customer?: string | undefined;
  receivable?: string | undefined;
  channel?: string | undefined;
  state?: MessageState | undefined;
  /** The last row of the page before: its instant and id. */
  after?: readonly [Instant, string] | undefined;
}

const view = sql`m.id, c.external_id as customer, m.contact_id as contact, m.channel, m.template, m.class, m.language, m.state, m.reason, m.outbox,
  m.subject, m.at, case when not m.outbox then m.sent_at end as "sentAt", m.delivered_at as "deliveredAt",
  (select coalesce(jsonb_agg(distinct x.receivable_id), '[]') from message_rung x where x.message_id = m.id) as receivables,
  (select coalesce(jsonb_agg(distinct x.rung), '[]') from message_rung x where x.message_id = m.id) as rungs`;

/** Messages to customers the actor may see, newest first; one more than `limit` when there are more. */
export async function listMessages(store: Store, actor: Actor, filter: MessageFilter, limit: number): Promise<MessageView[]> {
  const { customer, receivable, channel, state, after } = filter;
  const found = receivable === undefined ? null : await findReceivable(store.db, actor, receivable, 'receivable');
  if (receivable !== undefined && !found) return [];
  const conditions = [
    seesCustomer(actor),
    ...(customer === undefined
      ? []
      : [sql<boolean>`(c.external_id = customer_now(${customer}) or c.id = ${isOurId(customer) ? customer : null}::uuid)`]),
    ...(found ? [sql<boolean>`m.id in (select x.message_id from message_rung x where x.receivable_id = ${found.id}::uuid)`] : []),
    ...(channel === undefined ? [] : [sql<boolean>`m.channel = ${channel}`]),
    ...(state === undefined ? [] : [sql<boolean>`m.state = ${state}`]),
    ...(after === undefined ? [] : [sql<boolean>`(m.at, m.id) < (${after[0]}::timestamptz, ${after[1]}::uuid)`]),
  ];
  const { rows } = await sql<MessageView>`
    select ${view} from message m join customer c on c.id = m.customer_id where ${sql.join(conditions, sql` and `)}
    order by m.at desc, m.id desc limit ${limit + 1}`.execute(store.db);
  return rows;
}

/** One message with its text and receipts. Throws Refusal `not-found`. */
export async function readMessage(store: Store, actor: Actor, id: string): Promise<MessageDetail> {
  const { rows } = await sql<MessageDetail>`
    select ${view}, m.body, m.fallback_of as "fallbackOf",
      (select coalesce(jsonb_agg(jsonb_build_object('status', t.status, 'code', t.code, 'at', t.at) order by t.at, t.id), '[]')
        from receipt t where t.message_id = m.id) as receipts
    from message m join customer c on c.id = m.customer_id
    where m.id = ${isOurId(id) ? id : null}::uuid and ${seesCustomer(actor)}`.execute(store.db);
  const found = rows[0];
  if (!found) throw new Refusal('not-found', { id });
  return { ...found, receipts: found.receipts.map((one) => ({ ...one, at: instantOf(one.at) })) };
}
