import { sql } from 'kysely';
import type { BusinessDate, Instant } from '../../domain/platform/calendar.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import type { PolicyKind } from '../../domain/policy.ts';
import { momentOf } from '../platform/transaction.ts';
import type { Store } from '../platform/transaction.ts';

/** A version of a policy. It never changes; only its approval is added, once. */
export interface PolicyVersion {
  kind: PolicyKind;
  version: number;
  /** In force: the newest approved version whose day has come. */
  current: boolean;
  effectiveFrom: BusinessDate;
  author: string;
  approvedBy: string | null;
  createdAt: Instant;
  content: unknown;
}

/** All versions of a kind, newest first. */
export async function listPolicyVersions(store: Store, kind: PolicyKind): Promise<PolicyVersion[]> {
  const { today } = await momentOf(store.db, store);
  const { rows } = await sql<PolicyVersion>`
    select p.kind, p.version, p.effective_from as "effectiveFrom", p.author, p.approved_by as "approvedBy", p.created_at as "createdAt", p.content,
      p.version = (select max(q.version) from policy q where q.kind = p.kind and q.approved_by is not null
        and q.effective_from <= ${today}::date) as current
    from policy p where p.kind = ${kind} order by p.version desc`.execute(store.db);
  return rows;
}

/** One version. Throws Refusal `policy-unknown`. */
export async function readPolicyVersion(store: Store, kind: PolicyKind, version: number): Promise<PolicyVersion> {
  const found = (await listPolicyVersions(store, kind)).find((one) => one.version === version);
  if (!found) throw new Refusal('policy-unknown', { policy: kind, version });
  return found;
}
