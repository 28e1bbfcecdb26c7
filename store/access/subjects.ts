import { sql } from 'kysely';
import type { Actor } from '../../domain/platform/actor.ts';
import { subjectOf } from '../../domain/platform/subject.ts';
import type { Database } from '../platform/database.ts';
import { seesCustomer } from './scope.ts';

/** The answer a decision got when it was carried out; null: it was not, as far as our record goes. */
export async function decisionAnswer(db: Database, process: string, updateId: string): Promise<Record<string, unknown> | null> {
  const { rows } = await sql<{ answer: Record<string, unknown> }>`
    select answer from decision_answer where process = ${process} and update_id = ${updateId}`.execute(db);
  return rows[0]?.answer ?? null;
}

/** The customer a process is about; null when there is no such process, or it is not the actor's to see. */
export async function customerOfProcess(
  db: Database,
  actor: Actor,
  workflowId: string,
): Promise<{ customerId: string | null } | null> {
  const subject = subjectOf(workflowId);
  if (!subject) return null;
  const { rows } = await sql<{ customerId: string | null }>`
    select c.id as "customerId" from (
      select customer_id from receivable where ${subject.kind} = 'receivable' and id = ${subject.id}::uuid
      union all select id from customer where ${subject.kind} = 'outreach' and id = ${subject.id}::uuid
      union all select customer_id from work_order where ${subject.kind} = 'work-order' and id = ${subject.id}::uuid
      union all select null::uuid from night where ${subject.kind} = 'nightly' and id = ${subject.id}::uuid
      union all select customer_id from wake where subject = ${workflowId} and customer_id is not null) s
    left join customer c on c.id = s.customer_id where ${seesCustomer(actor)}`.execute(db);
  return rows[0] ?? null;
}
