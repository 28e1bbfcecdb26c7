import { sql } from 'kysely';
import type { Actor } from '../../domain/platform/actor.ts';
import type { Instant } from '../../domain/platform/calendar.ts';
import type { Database } from '../platform/database.ts';
import { seesCustomer } from '../access/scope.ts';

/** A place in the stream of events: all before it have been seen, and none can come before it any more. */
export interface EventPlace {
  /** Transaction id, as text: 64 bits. */
  tx: string;
  seq: number;
}

export interface EventRow extends EventPlace {
  at: Instant;
  businessAt: Instant;
  kind: string;
  subjectKind: string;
  subjectId: string;
  customer: string | null;
  data: Record<string, unknown>;
}

/** Everything with a lower transaction id is committed or never will be, as what is read from now on sees. */
async function horizon(db: Database): Promise<string> {
  const { rows } = await sql<{ tx: string }>`select stream_horizon()::text as tx`.execute(db);
  return rows[0]?.tx ?? '0';
}

/** Where the stream stands now: everything committed later comes after it. */
export async function eventsNow(db: Database): Promise<EventPlace> {
  return { tx: await horizon(db), seq: 0 };
}

/** A look that finds nothing new, as most of an idle stream do, costs this and neither the bound nor the reading. */
async function anyAfter(db: Database, { tx, seq }: EventPlace): Promise<boolean> {
  const { rows } = await sql<{ news: boolean }>`
    select exists (select from event where (tx, seq) > (${tx}::xid8, ${seq}::bigint)) as news`.execute(db);
  return rows[0]?.news === true;
}

/**
 * Events after a place that the actor may see, in the order (transaction, seq), only of transactions older than any in flight: what
 * commits late has its place after all that was read. `next` is where to go on, also past events that are not the actor's to see.
 */
export async function readEvents(
  db: Database,
  actor: Actor,
  after: EventPlace,
  limit: number,
): Promise<{ events: EventRow[]; next: EventPlace; more: boolean }> {
  if (!(await anyAfter(db, after))) return { events: [], next: after, more: false };
  const until = await horizon(db);
  const { rows } = await sql<EventRow & { seen: boolean }>`
    select e.tx::text as tx, e.seq, e.at, e.business_at as "businessAt", e.kind, e.subject_kind as "subjectKind", e.subject_id as "subjectId",
      c.external_id as customer, e.data, ${seesCustomer(actor)} as seen
    from event e left join customer c on c.id = e.customer_id
    where (e.tx, e.seq) > (${after.tx}::xid8, ${after.seq}::bigint) and e.tx < ${until}::xid8
    order by e.tx, e.seq limit ${limit}`.execute(db);
  const last = rows.at(-1);
  return {
    events: rows.filter((row) => row.seen),
    next: last ? { tx: last.tx, seq: last.seq } : after,
    more: rows.length === limit,
  };
}
