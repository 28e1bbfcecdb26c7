import { sql } from 'kysely';
import type { Instant } from '../../domain/platform/calendar.ts';
import type { Channel } from '../../domain/outreach/governor.ts';
import type { MessageState } from '../../domain/outreach/message.ts';
import type { Tx } from '../platform/database.ts';
import { systemActor } from '../platform/transaction.ts';
import type { MessageClass } from '../../domain/outreach/policy.ts';

/** Who hands messages over. */
export const deliverer = systemActor('outreach');

/** A message under its lock. */
export interface MessageRow {
  id: string;
  key: string;
  customer_id: string;
  customer_code: string;
  channel: Channel;
  class: MessageClass;
  address: string;
  address_hash: string;
  subject: string | null;
  body: string;
  state: MessageState;
  calls: number;
  called_at: string | null;
  contact_id: string | null;
  template: string;
  sending_at: Instant;
  wait_until: Instant | null;
  age_ms: number | null;
  provider: string | null;
  provider_template: string | null;
}

export async function lockMessage(tx: Tx, messageId: string): Promise<MessageRow | undefined> {
  const { rows } = await sql<MessageRow>`
    select m.id, m.key, m.customer_id, c.external_id as customer_code, m.channel, m.class, m.address, m.address_hash, m.subject, m.body, m.state,
      m.calls, m.called_at, m.contact_id, m.template, m.sending_at, m.wait_until, (extract(epoch from clock_timestamp() - m.called_at) * 1000)::float8 as age_ms, m.provider, t.provider_template
    from message m join customer c on c.id = m.customer_id
    left join template t on t.id = m.template and t.language = m.language and t.channel = m.channel and t.version = m.template_version
    where m.id = ${messageId}::uuid for update of m`.execute(tx);
  return rows[0];
}

export const aboutMessage = (row: MessageRow) => ({ subjectKind: 'message', subjectId: row.id, customerId: row.customer_id });

/** Whether a message still has its delivery before it. */
export const isUnderWay = ({ state }: Pick<MessageRow, 'state'>): boolean => state === 'sending' || state === 'deferred';
