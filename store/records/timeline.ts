import { sql } from 'kysely';
import type { Actor } from '../../domain/platform/actor.ts';
import type { Instant } from '../../domain/platform/calendar.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import { timelineActions } from '../../domain/records/fact-words.ts';
import type { SpokenFact } from '../../domain/records/fact-words.ts';
import type { Database } from '../platform/database.ts';
import { isOurId } from '../platform/rows.ts';
import { seesCustomer } from '../access/scope.ts';

export interface TimelineEntry {
  seq: number;
  /** When it happened: of a call logged later, the call's own time; else when it was recorded. */
  at: Instant;
  action: string;
  subject: { kind: string; id: string };
  actor: { kind: 'key' | 'user' | 'system'; id: string };
  reason: string | null;
  facts: SpokenFact;
}

/** What is recorded after the fact names its own instant; it is never later than its record. */
const happened = sql`case when a.action in ('contact.logged', 'promise.judged', 'promise.judged-again')
  then least(a.business_at, coalesce((a.after ->> 'at')::timestamptz, a.business_at)) else a.business_at end`;

/**
 * All that happened with a customer, the latest to happen first: contacts, decisions, tasks, money, disputes, promises, out of the one record that every
 * verb and process writes. `before`: entries before that instant and number; one more than `limit` when there are more. Throws Refusal `not-found`.
 */
export async function readTimeline(
  db: Database,
  actor: Actor,
  customer: string,
  limit: number,
  before: readonly [Instant, number] | null,
): Promise<TimelineEntry[]> {
  const { rows: found } = await sql<{ id: string }>`
    select c.id from customer c where (c.external_id = ${customer} or c.id = ${isOurId(customer) ? customer : null}::uuid)
      and ${seesCustomer(actor)} order by c.external_id = ${customer} desc limit 1`.execute(db);
  const customerId = found[0]?.id;
  if (customerId === undefined) throw new Refusal('not-found', { id: customer });
  const { rows } = await sql<TimelineEntry>`
    select a.seq, ${happened} as at, a.action, jsonb_build_object('kind', a.subject_kind, 'id', a.subject_id) as subject,
      jsonb_build_object('kind', a.actor_kind, 'id', a.actor_id) as actor, a.reason,
      jsonb_build_object('about', i.external_id || '/' || r.instalment, 'reason', a.reason, 'before', a.before, 'after', a.after,
        'currency', coalesce(r.currency, c.currency)) as facts
    from audit a join customer c on c.id = a.customer_id
    left join receivable r on r.id = case when a.subject_kind = 'receivable' then a.subject_id::uuid else (a.after ->> 'receivableId')::uuid end
    left join invoice i on i.id = r.invoice_id
    where a.customer_id = any(customer_family(${customerId}::text)) and ${seesCustomer(actor)} and a.action = any(${timelineActions}::text[])
      and (${before?.[0] ?? null}::timestamptz is null or (${happened}, a.seq) < (${before?.[0] ?? null}::timestamptz, ${before?.[1] ?? null}::bigint))
    order by ${happened} desc, a.seq desc limit ${limit + 1}`.execute(db);
  return rows;
}
