import { sql } from 'kysely';
import type { Actor } from '../../domain/platform/actor.ts';
import type { Instant } from '../../domain/platform/calendar.ts';
import type { Database } from '../platform/database.ts';
import { seesCustomer } from '../access/scope.ts';

/** An entry of the record, with the names a reader needs beside our ids. */
export interface AuditRow {
  seq: number;
  at: Instant;
  businessAt: Instant;
  actorKind: 'key' | 'user' | 'system';
  actorId: string;
  /** Name and role of the key that acted. */
  actorName: string | null;
  actorRole: string | null;
  action: string;
  subjectKind: string;
  subjectId: string;
  customerId: string | null;
  customer: string | null;
  reason: string | null;
  policyVersion: string | null;
  before: unknown;
  after: unknown;
  /** Of the receivable it is about, else of its customer: what amounts are in that do not say so themselves. */
  currency: string;
  /** Invoice and instalment of that receivable: 'INV-1/2'. */
  about: string | null;
}

export interface AuditFilter {
  subjectKind?: string | undefined;
  subjectId?: string | undefined;
  /** Our id or the caller's. */
  customer?: string | undefined;
  actorId?: string | undefined;
  action?: string | undefined;
  /** Business instants, from inclusive to exclusive. */
  from?: Instant | undefined;
  to?: Instant | undefined;
  /** Entries below this number. */
  before?: number | undefined;
}

/** Entries the actor may see, newest first. */
export async function readAudit(db: Database, actor: Actor, filter: AuditFilter, limit: number): Promise<AuditRow[]> {
  const conditions = [
    seesCustomer(actor),
    ...(filter.subjectKind === undefined ? [] : [sql<boolean>`a.subject_kind = ${filter.subjectKind}`]),
    ...(filter.subjectId === undefined ? [] : [sql<boolean>`a.subject_id = ${filter.subjectId}`]),
    ...(filter.customer === undefined ? [] : [sql<boolean>`a.customer_id = any(customer_family(${filter.customer}))`]),
    ...(filter.actorId === undefined ? [] : [sql<boolean>`a.actor_id = ${filter.actorId}`]),
    ...(filter.action === undefined ? [] : [sql<boolean>`a.action = ${filter.action}`]),
    ...(filter.from === undefined ? [] : [sql<boolean>`a.business_at >= ${filter.from}::timestamptz`]),
    ...(filter.to === undefined ? [] : [sql<boolean>`a.business_at < ${filter.to}::timestamptz`]),
    ...(filter.before === undefined ? [] : [sql<boolean>`a.seq < ${filter.before}`]),
  ];
  const { rows } = await sql<AuditRow>`
    select a.seq, a.at, a.business_at as "businessAt", a.actor_kind as "actorKind", a.actor_id as "actorId", k.name as "actorName",
      k.role as "actorRole", a.action, a.subject_kind as "subjectKind", a.subject_id as "subjectId", a.customer_id as "customerId",
      c.external_id as customer, a.reason, a.policy_version as "policyVersion", a.before, a.after,
      coalesce(r.currency, c.currency, 'CNY') as currency, i.external_id || '/' || r.instalment as about
    from audit a left join customer c on c.id = a.customer_id
    left join receivable r on r.id = case when a.subject_kind = 'receivable' then a.subject_id else a.after ->> 'receivableId' end::uuid
    left join invoice i on i.id = r.invoice_id
    left join api_key k on a.actor_kind = 'key' and k.id::text = a.actor_id
    where ${sql.join(conditions, sql` and `)} order by a.seq desc limit ${limit}`.execute(db);
  return rows;
}
