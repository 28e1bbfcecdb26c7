import { sql } from 'kysely';
import type { Actor } from '../../domain/platform/actor.ts';
import type { BusinessDate } from '../../domain/platform/calendar.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import type { Bucket } from '../../domain/credit/exposure.ts';
import type { Database, Tx } from '../platform/database.ts';
import { write } from '../platform/transaction.ts';
import type { Store } from '../platform/transaction.ts';

/** A figure of an account that is not what the documents say. */
export interface Drift {
  accountId: string;
  kind: 'payer' | 'group';
  code: string;
  currency: string;
  /** The bucket's balance, its part of a date, or the sum of its entries. */
  place: 'balance' | 'by-date' | 'entries';
  bucket: Bucket;
  onDate: BusinessDate | null;
  expectedMinor: number;
  actualMinor: number;
}

/** Recomputes every account from its documents, in one consistent look. */
export async function findDrift(db: Database | Tx): Promise<{ accounts: number; drift: Drift[] }> {
  const { rows: drift } = await sql<Drift>`
    select d.account_id as "accountId", a.kind, a.code, a.currency, d.place, d.bucket, d.on_date as "onDate", d.expected_minor as "expectedMinor",
      d.actual_minor as "actualMinor" from exposure_drift() d join credit_account a on a.id = d.account_id
    order by a.kind, a.code, a.currency, d.place, d.bucket, d.on_date`.execute(db);
  const { rows } = await sql<{ n: number }>`select count(*) as n from credit_account`.execute(db);
  return { accounts: rows[0]?.n ?? 0, drift };
}

/** Sets accounts that drifted to what the documents say, by correcting entries, with the reason on record. Answers what was mended. */
export async function repairDrift(store: Store, actor: Actor, reason: string): Promise<Drift[]> {
  if (reason.trim() === '') throw new Refusal('reason-required', {}, { pointer: '/reason' });
  return write<Drift[]>(store, actor, async ({ tx, at }) => {
    const { rows: ids } = await sql<{ id: string }>`select distinct account_id as id from exposure_drift()`.execute(tx);
    const accounts = ids.map((row) => row.id);
    if (accounts.length === 0) return { value: [], audit: null };
    await sql`select from credit_account where id = any(${accounts}::uuid[]) order by kind, id for no key update`.execute(tx);
    const { drift } = await findDrift(tx);
    const parts = JSON.stringify(drift);
    const columns = sql.raw(
      `("accountId" uuid, place text, bucket text, "onDate" date, "expectedMinor" bigint, "actualMinor" bigint)`,
    );
    await sql`
      with x as (select * from jsonb_to_recordset(${parts}::jsonb) as x ${columns}),
      e as (
        insert into exposure_entry (account_id, bucket, on_date, delta_minor, cause, cause_id, business_at)
        select "accountId", bucket, "onDate", "expectedMinor" - "actualMinor", 'repair', ${actor.id}, ${at.now}::timestamptz from x where place = 'entries'),
      d as (
        insert into exposure_by_date (account_id, bucket, on_date, amount_minor) select "accountId", bucket, "onDate", "expectedMinor" from x
        where place = 'by-date' on conflict (account_id, bucket, on_date) do update set amount_minor = excluded.amount_minor),
      b as (
        select "accountId", max("expectedMinor") filter (where bucket = 'reserved') as reserved, max("expectedMinor") filter (where bucket = 'ordered') as ordered,
          max("expectedMinor") filter (where bucket = 'delivered') as delivered, max("expectedMinor") filter (where bucket = 'open') as open,
          max("expectedMinor") filter (where bucket = 'bills') as bills, max("expectedMinor") filter (where bucket = 'deposits') as deposits
        from x where place = 'balance' group by 1)
      update credit_account a set reserved_minor = coalesce(b.reserved, a.reserved_minor), ordered_minor = coalesce(b.ordered, a.ordered_minor),
        delivered_minor = coalesce(b.delivered, a.delivered_minor), open_minor = coalesce(b.open, a.open_minor), bills_minor = coalesce(b.bills, a.bills_minor),
        deposits_minor = coalesce(b.deposits, a.deposits_minor), version = a.version + 1
      from b where a.id = b."accountId"`.execute(tx);
    const audit = accounts.map((id) => ({
      action: 'exposure.repaired',
      subjectKind: 'credit-account',
      subjectId: id,
      reason,
      before: { drift: drift.filter((one) => one.accountId === id) },
    }));
    const [first, ...more] = audit;
    if (!first) throw new Error('nothing to repair');
    return { value: drift, audit: [first, ...more] };
  });
}
