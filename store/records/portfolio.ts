import { sql } from 'kysely';
import type { BusinessDate, Instant } from '../../domain/platform/calendar.ts';
import { momentOf } from '../platform/transaction.ts';
import type { Store } from '../platform/transaction.ts';
import { stages } from '../../domain/ledger/outcome.ts';
import type { Stage } from '../../domain/ledger/outcome.ts';

/** All receivables in figures, at one moment of business time. Amounts in minor units. */
export interface Portfolio {
  at: Instant;
  today: BusinessDate;
  stages: Readonly<Record<Stage, number>>;
  balances: readonly { currency: string; openMinor: number; overdueMinor: number; disputedMinor: number }[];
  /** Messages that left or were kept, by channel. */
  messages: readonly { channel: string; count: number }[];
  tasks: { open: number; total: number };
}

/** One look at the whole portfolio. */
export async function portfolio(store: Store): Promise<Portfolio> {
  const { now, today } = await momentOf(store.db, store);
  const { rows } = await sql<{
    stages: { stage: Stage; count: number }[];
    balances: Portfolio['balances'];
    messages: Portfolio['messages'];
    tasks: Portfolio['tasks'];
  }>`
    select
      (select coalesce(jsonb_agg(x), '[]') from (select stage, count(*) as count from receivable where not withdrawn group by stage) x) as stages,
      (select coalesce(jsonb_agg(x order by x.currency), '[]') from (
        select r.currency, sum(r.open) as "openMinor", coalesce(sum(r.open) filter (where r.due_date < ${today}::date), 0) as "overdueMinor",
          coalesce(sum(least(r.open, coalesce(d.disputed, 0))), 0) as "disputedMinor"
        from (select id, currency, due_date, amount_minor - paid_minor - credited_minor - written_off_minor as open from receivable) r
        left join (
          select receivable_id, coalesce(sum(amount_minor) filter (where state = 'open'), 0) + receivable_conceded(receivable_id) as disputed
          from dispute where state in ('open', 'upheld', 'part-upheld') group by 1) d on d.receivable_id = r.id
        group by r.currency) x) as balances,
      (select coalesce(jsonb_agg(x order by x.channel), '[]') from (
        select channel, count(*) as count from message where state in ('sending', 'sent', 'delivered', 'unknown') group by channel) x) as messages,
      (select jsonb_build_object('open', count(*) filter (where state in ('open', 'warned', 'escalated')), 'total', count(*)) from work_order) as tasks`.execute(
    store.db,
  );
  const row = rows[0];
  const counts = new Map(row?.stages.map(({ stage, count }) => [stage, count]));
  return {
    at: now,
    today,
    stages: Object.fromEntries(stages.map((stage) => [stage, counts.get(stage) ?? 0])) as Record<Stage, number>,
    balances: row?.balances ?? [],
    messages: row?.messages ?? [],
    tasks: row?.tasks ?? { open: 0, total: 0 },
  };
}

/** A customer worth looking at, and why. */
export interface Notable {
  customer: string;
  name: string;
  why: 'in-legal' | 'disputed' | 'broken-promise' | 'most-overdue' | 'most-contacted' | 'kept-promise' | 'part-paid';
  currency: string | null;
  amountMinor: number | null;
  count: number | null;
}

/**
 * At most `limit` customers, each for another reason and of another currency as far as they go; ties by the caller's id, so that equal
 * books give an equal list.
 */
export async function notableCustomers(store: Store, limit: number): Promise<Notable[]> {
  const { today } = await momentOf(store.db, store);
  const { rows } = await sql<Notable>`
    with open as (
      select r.*, r.amount_minor - r.paid_minor - r.credited_minor - r.written_off_minor as open_minor from receivable r where r.stage <> 'closed'),
    found as (
      select 1 as place, 'in-legal' as why, customer_id, currency, sum(open_minor) as amount, count(*) as count from open where stage = 'legal' group by 3, 4
      union all select 2, 'disputed', d.customer_id, r.currency, sum(d.amount_minor), count(*) from dispute d join receivable r on r.id = d.receivable_id
        where d.state = 'open' group by 3, 4
      union all select 3, 'broken-promise', p.customer_id, r.currency, sum(p.amount_minor), count(*) from promise p join receivable r on r.id = p.receivable_id
        where p.state = 'broken' group by 3, 4
      union all select 4, 'most-overdue', customer_id, currency, sum(open_minor), count(*) from open where due_date < ${today}::date group by 3, 4
      union all select 5, 'part-paid', customer_id, currency, sum(open_minor), count(*) from open where paid_minor > 0 group by 3, 4
      union all select 6, 'most-contacted', customer_id, null, null, count(*) from message where state in ('sent', 'delivered') group by 3
      union all select 7, 'kept-promise', p.customer_id, r.currency, sum(p.amount_minor), count(*) from promise p join receivable r on r.id = p.receivable_id
        where p.state = 'kept' group by 3, 4)
    select c.external_id as customer, c.name, f.why, f.currency, f.amount::bigint as "amountMinor", f.count::int as count
    from found f join customer c on c.id = f.customer_id
    order by f.place, f.amount desc nulls last, f.count desc, c.external_id`.execute(store.db);
  const chosen: Notable[] = [];
  const times = (row: Notable): number => chosen.filter((one) => one.currency === row.currency).length;
  const choose = (among: readonly Notable[]): void => {
    const left = among.filter((row) => !chosen.some((one) => one.customer === row.customer));
    const [best] = left.toSorted((a, b) => times(a) - times(b));
    if (best && chosen.length < limit) chosen.push(best);
  };
  for (const why of new Set(rows.map((row) => row.why))) choose(rows.filter((row) => row.why === why));
  for (let tried = chosen.length; tried < limit; tried++) choose(rows);
  return chosen;
}
