import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import { receivableWorkflowId } from '../../domain/platform/subject.ts';
import type { FaultyField } from '../../domain/platform/faulty.ts';
import type { Database } from '../platform/database.ts';
import { systemActor, write } from '../platform/transaction.ts';
import type { Ask, Store } from '../platform/transaction.ts';
import { cancelWorkOrders, openWorkOrder } from '../tasks/work-orders.ts';

const KIND = 'faulty-rows';
const actor = systemActor('watchdog');
/** Most rows that the task names. */
const NAMED = 50;

/** Kinds of rows that `faulty_row` knows. */
export type FaultyKind = 'receivable' | 'invoice' | 'payment' | 'credit-note' | 'promise' | 'order';

/** What of the row is out of bounds, as a column of a query; null: nothing. */
export const faultyOf = (kind: FaultyKind, alias: string) => sql<FaultyField[] | null>`(
  select to_jsonb(f.fields) from faulty_row f where f.kind = ${sql.lit(kind)} and f.id = ${sql.ref(`${alias}.id`)})`;

/** How many rows of each kind are faulty and not taken back. */
export async function faultyCounts(db: Database): Promise<{ kind: FaultyKind; count: number }[]> {
  const { rows } = await sql<{ kind: FaultyKind; count: number }>`
    select kind, count(*)::int as count from faulty_row where not ended group by kind order by kind`.execute(db);
  return rows;
}

/** What the administrator does about it. */
const whatToDo = {
  en:
    'Correct each of these documents where it comes from and send it again; cancel a promise and record it anew. Until then each is shown as faulty where ' +
    'it stands, and nothing else is held up. The task ends by itself when the last one is put right.',
  zh: '请在来源系统中更正所列单据后重新提交；付款承诺请撤销后重新登记。在此之前，这些记录在原处标示为有误，其他业务不受影响。全部更正后，本待办自动结束。',
};

/** Wakes the processes of receivables that have become faulty, or were put right, since they last looked; how many. */
export async function wakeFaulty(store: Store): Promise<number> {
  const { rows } = await byIndexes(
    store,
    sql<{ id: string }>`
    with faulty as materialized (
      select id from faulty_row where kind = 'receivable'
      union select p.receivable_id from faulty_row f join promise p on p.id = f.id where f.kind = 'promise' and not f.ended)
    select r.id from receivable r where r.plan_why ->> 'code' = 'faulty' and not receivable_faulty(r)
    union select r.id from faulty f cross join lateral (select * from receivable r where r.id = f.id offset 0) r
      where r.outcome is null and r.plan_why ->> 'code' is distinct from 'faulty' and receivable_faulty(r)
    order by 1`,
  );
  if (rows.length === 0) return 0;
  const asks = rows.map(({ id }): Ask => ({ subject: receivableWorkflowId(id), kind: 'receivable' }));
  return write(store, actor, () => Promise.resolve({ value: asks.length, audit: null, asks }));
}

/**
 * Reads in a transaction, whose plans take the indexes that hold the faulty rows alone: outside of one the planner, which cannot tell how seldom
 * these are, reads the tables whole, every few seconds.
 */
function byIndexes<T>({ db }: Store, query: RawBuilder<T>) {
  return db.transaction().execute((tx) => query.execute(tx));
}

/** One task for whoever runs the system while there are faulty rows, ended when there are none. */
export async function tellFaulty(store: Store): Promise<'opened' | 'ended' | null> {
  const { rows: seen } = await byIndexes(
    store,
    sql<{ faulty: boolean; told: string | null }>`
    select exists (select from faulty_row where not ended) as faulty,
      (select key from work_order where kind = ${KIND} and closed_at is null limit 1) as told`,
  );
  const [look] = seen;
  if (!look || look.faulty === (look.told !== null)) return null;
  return write(store, actor, async (work) => {
    const { tx } = work;
    const effects = look.told !== null ? await cancelWorkOrders(work, { keys: [look.told] }, 'put-right') : await openTask();
    const [first, ...more] = effects.audit;
    if (!first) return { value: null, audit: null };
    return { ...effects, value: look.told === null ? ('opened' as const) : ('ended' as const), audit: [first, ...more] };

    async function openTask() {
      const { rows } = await sql<{ before: number; count: number; named: unknown }>`
        select (select count(*)::int from work_order where kind = ${KIND}) as before, (select count(*)::int from faulty_row where not ended) as count,
          (select jsonb_agg(jsonb_build_object('kind', f.kind, 'id', f.id, 'fields', f.fields)) from (
            select kind, id, fields from faulty_row where not ended order by kind, id limit ${NAMED}) f) as named`.execute(tx);
      const { before = 0, count = 0, named = [] } = rows[0] ?? {};
      return openWorkOrder(work, {
        key: `${KIND}/${before}`,
        kind: KIND,
        customerId: null,
        subject: KIND,
        reason: { count, rows: named, whatToDo },
      });
    }
  });
}
