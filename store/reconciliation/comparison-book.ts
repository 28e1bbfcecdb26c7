import { sql } from 'kysely';
import { instantAt } from '../../domain/platform/calendar.ts';
import { realWaitMs } from '../../domain/platform/clock.ts';
import { workflowId } from '../../domain/platform/subject.ts';
import { planComparison } from '../../domain/reconciliation/process.ts';
import type { ComparisonPlan, ComparisonVerdict } from '../../domain/reconciliation/process.ts';
import type { Tx } from '../platform/database.ts';
import { systemActor, write } from '../platform/transaction.ts';
import type { Ask, Store } from '../platform/transaction.ts';
import { lockBooksOf } from './book-owner.ts';
import { reconcile } from './reconcile.ts';
import type { TheirStatement } from './reconcile.ts';

type Input = { id: string; seq: number | null };
const actor = systemActor('reconciliation');

export const askOfComparison = (id: string, customerId: string): Ask => ({
  subject: workflowId('reconciliation', id),
  kind: 'reconciliation',
  customerId,
});

const whys = {
  wait: 'documents are awaited',
  look: 'something is on its way until then',
  close: 'nothing of it is open any more',
} as const;

/** Holds a statement of the customer's against our books once more and answers when it is looked at again; books that have not moved change nothing. */
export async function compareBooks(store: Store, { id, seq }: Input): Promise<ComparisonPlan> {
  return write<ComparisonPlan>(store, actor, async (work) => {
    const { tx, at } = work;
    const found = await lock(tx, id);
    if (!found)
      return {
        value: { seq: seq ?? 0, step: 'close', at: null, waitMs: null, why: 'the database does not know it' },
        audit: null,
      };
    const done = found.stands ? await reconcile(work, found, { by: actor.id, looking: true }) : null;
    const { verdict, instant } = await planOf(tx, store, found);
    const moved = done?.moved === true || verdict.step !== found.step || instant !== found.at;
    const planned = moved ? found.seq + 1 : found.seq;
    if (moved)
      await sql`
        update customer_statement set seq = ${planned}::bigint, plan_step = ${verdict.step}, plan_at = ${instant}::timestamptz where id = ${id}::uuid`.execute(
        tx,
      );
    const value: ComparisonPlan = {
      seq: planned,
      step: verdict.step,
      at: instant,
      waitMs: realWaitMs(at.clock, instant, at.now),
      why: whys[verdict.step],
    };
    const answer = { subject: workflowId('reconciliation', id), asked: found.asked, at: instant };
    if (!done?.moved) return { value, audit: null, answer };
    const about = { subjectKind: 'customer-statement', subjectId: id, customerId: found.customerId };
    const { audit, asks, posts, events } = done.effects;
    return {
      value,
      answer,
      audit: [{ ...about, action: 'customer-statement.matched', after: done.result }, ...audit],
      asks,
      posts,
      events: [{ ...about, kind: 'customer-statement.matched', data: { ...done.result } }, ...events],
    };
  });
}

interface Found extends TheirStatement {
  stands: boolean;
  seq: number;
  step: string;
  at: string | null;
  asked: number;
}

/** Locks the customer, then the statement: as every verb does. */
async function lock(tx: Tx, id: string): Promise<Found | null> {
  await lockBooksOf(tx, sql`(select customer_id from customer_statement where id = ${id}::uuid)`, null);
  const { rows } = await sql<Found>`
    select s.id, s.external_id as "externalId", s.customer_id as "customerId", s.currency, s.basis, s.from_date as "from", s.as_of as "asOf", s.seq, s.plan_step as step, s.plan_at as at,
      s.withdrawn_at is null and s.superseded_by is null as stands, coalesce(w.asked, 0) as asked
    from customer_statement s left join wake w on w.subject = 'reconciliation-' || s.id where s.id = ${id}::uuid for update of s`.execute(
    tx,
  );
  return rows[0] ?? null;
}

/** When the statement is looked at by itself next. */
export async function planOf(
  tx: Tx,
  store: Store,
  found: Pick<TheirStatement, 'id' | 'asOf'>,
): Promise<{ verdict: ComparisonVerdict; instant: string | null }> {
  const { rows } = await sql<{ ended: boolean; hasTiming: boolean }>`
    select s.settled_at is not null or s.withdrawn_at is not null or s.superseded_by is not null as ended,
      exists (select from reconciliation_difference d where d.customer_statement_id = s.id and d.state = 'open' and d.kind = 'timing') as "hasTiming"
    from customer_statement s where s.id = ${found.id}::uuid`.execute(tx);
  const { current } = await store.policies.current();
  const { transitDays } = current.reconciliation.content;
  const facts = rows[0] ?? { ended: true, hasTiming: false };
  const verdict = planComparison({ ...facts, asOf: found.asOf, transitDays });
  return { verdict, instant: verdict.on === null ? null : instantAt(verdict.on, 0, store.zone) };
}
