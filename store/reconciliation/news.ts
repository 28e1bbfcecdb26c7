import { sql } from 'kysely';
import type { BusinessDate } from '../../domain/platform/calendar.ts';
import { workflowId } from '../../domain/platform/subject.ts';
import { recordFacts } from '../credit/facts.ts';
import type { ToldFact } from '../credit/facts.ts';
import { noticeChanges } from '../credit/profile-row.ts';
import type { Tx } from '../platform/database.ts';
import type { Work } from '../platform/transaction.ts';
import { orderWork } from './differences.ts';
import type { Effects } from '../platform/effects.ts';
import { addEffects, noEffects } from '../platform/effects.ts';

/** What a change in a customer's reconciliation came from. */
export interface ReconciliationNews {
  customerId: string;
  by: string;
  /** A statement of the customer's whose process need not be told: it looks already, or is not there yet. */
  looking?: string;
  /** A statement of ours was confirmed on this day. */
  confirmedOn?: BusinessDate;
}

/**
 * What follows from every change in where a customer's books stand: statements with nothing open any more are settled, work orders, and the facts
 * of its profile; of a customer that was merged its statements of former days have no profile to enter. Held shipments hear of it by triggers. The caller holds the customer's lock.
 */
export async function reconciliationChanged(work: Work, news: ReconciliationNews): Promise<Effects> {
  const { tx, at } = work;
  const { customerId, by, confirmedOn, looking } = news;
  const effects = noEffects();
  const { rows: moved } = await sql<{ id: string }>`
    update customer_statement s set settled_at = case when x.open then null else coalesce(s.settled_at, ${at.now}::timestamptz) end
    from (select t.id, exists (select from reconciliation_difference d where d.customer_statement_id = t.id and d.state = 'open')
        or exists (select from reconciliation_match m where m.statement_id = t.id and m.state = 'proposed' and m.put_aside_at is null) as open
      from customer_statement t where t.customer_id = ${customerId}::uuid and t.withdrawn_at is null and t.superseded_by is null) x
    where s.id = x.id and x.open <> (s.settled_at is null) returning s.id`.execute(tx);
  for (const { id } of moved)
    if (id !== looking) effects.asks.push({ subject: workflowId('reconciliation', id), kind: 'reconciliation', customerId });
  addEffects(effects, await orderWork(work, customerId));
  if (await isMerged(tx, customerId)) return effects;
  const share = await differenceShare(tx, customerId);
  const fact = { customerId, source: 'reconciliation' as const, evidence: null };
  const told: ToldFact[] = [
    ...(share === null ? [] : [{ ...fact, name: 'reconciliationDifferenceShare' as const, value: share, asOf: at.today }]),
    ...(confirmedOn === undefined
      ? []
      : [{ ...fact, name: 'statementConfirmedOn' as const, value: confirmedOn, asOf: confirmedOn }]),
  ];
  const { audit, events } = await recordFacts(work, by, told);
  addEffects(effects, { ...noEffects(), audit, events });
  if (told.length > 0) addEffects(effects, await noticeChanges(work, [customerId]));
  return effects;
}

/** What a part of a customer once agreed to says nothing of the whole. */
async function isMerged(tx: Tx, customerId: string): Promise<boolean> {
  const row = await tx.selectFrom('customer').select('merged_into').where('id', '=', customerId).executeTakeFirst();
  return row !== undefined && row.merged_into !== null;
}

/** Sizes of open differences against the total of the customer's newest statement; of several currencies the worse. Null: no statement. */
async function differenceShare(tx: Tx, customerId: string): Promise<number | null> {
  const { rows } = await sql<{ doubtMinor: number; totalMinor: number }>`
    select coalesce((select sum(abs(d.amount_minor)) from reconciliation_difference d where d.customer_statement_id = s.id and d.state = 'open'
      and d.kind <> 'timing'), 0)::bigint as "doubtMinor", abs(s.total_minor)::bigint as "totalMinor"
    from (select distinct on (currency) id, total_minor from customer_statement where customer_id = ${customerId}::uuid and withdrawn_at is null
      and superseded_by is null order by currency, as_of desc, received_at desc, id desc) s`.execute(tx);
  if (rows.length === 0) return null;
  const shares = rows.map(({ doubtMinor, totalMinor }) => {
    if (doubtMinor === 0) return 0;
    return totalMinor === 0 ? 1 : Math.min(1, Math.round((doubtMinor / totalMinor) * 10_000) / 10_000);
  });
  return Math.max(...shares);
}
