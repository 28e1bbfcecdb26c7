import { sql } from 'kysely';
import type { Client } from '@temporalio/client';
import { expect } from 'vitest';
import { timelineActions } from '../../domain/records/fact-words.ts';
import { sayReason } from '../../domain/records/said.ts';
import type { Database } from '../../store/platform/database.ts';

/** What no crash may break: one message a rung, one audit entry a step, one end a debt, nothing unanswered. */
export async function expectIntact(db: Database): Promise<void> {
  const { rows } = await sql<Record<string, number>>`
    select
      (select count(*) from (select receivable_id, rung from message_rung where attempt = 0 group by 1, 2 having count(*) > 1) x)::int as "messages twice",
      (select count(*) from (select subject_id, after->>'rung' from audit where action = 'rung.taken' group by 1, 2 having count(*) > 1) x)::int as "rungs twice",
      (select count(*) from (select subject_id, after->>'rung' from audit where action = 'rung.requested' group by 1, 2 having count(*) > 1) x)::int
        as "asked twice",
      (select count(*) from rung g where state = 'taken' and not exists (select from audit a where a.action = 'rung.taken'
        and a.subject_id = g.receivable_id::text and a.after->>'rung' = g.rung))::int as "rungs without record",
      (select count(*) from message m where not exists (select from audit a where a.action like 'message.sen%' and a.subject_id = m.id::text))::int
        as "messages without record",
      (select count(*) from work_order o where 1 <> (select count(*) from audit a where a.action = 'work-order.opened' and a.subject_id = o.id::text))::int
        as "tasks without one record",
      (select count(*) from receivable r where (outcome is not null)::int <> (select count(*) from audit a where a.action = 'receivable.closed'
        and a.subject_id = r.id::text))::int as "ends without one record",
      (select count(*) from receivable where (outcome is not null) <> (paid_minor + credited_minor + written_off_minor = amount_minor))::int
        as "ends against the money",
      (select count(*) from wake where asked > answered and kind <> 'outreach')::int as "unanswered bells",
      (select count(*) from message where state = 'sending')::int as "messages under way"`.execute(db);
  const found = Object.entries(rows[0] ?? {}).filter(([, count]) => count > 0);
  expect(Object.fromEntries(found)).toEqual({});
}

/** A code that was recorded as a reason has words wherever a timeline tells it; what people write in these books are sentences. */
export async function expectSpoken(db: Database): Promise<void> {
  const { rows } = await sql<{ action: string; reason: string }>`
    select distinct action, reason from audit where reason ~ '^[a-z]+(-[a-z]+)*$' and action = any(${[...timelineActions]}::text[])`.execute(
    db,
  );
  expect(rows.filter(({ reason }) => sayReason(reason, 'zh') === reason)).toEqual([]);
}

/** Every run of a task queue has ended well or still waits. */
export async function expectNoFailures(client: Client, taskQueue: string): Promise<void> {
  const query = `TaskQueue = '${taskQueue}' and ExecutionStatus in ('Failed', 'Terminated', 'TimedOut', 'Canceled')`;
  expect((await client.workflow.count(query)).count).toBe(0);
}
