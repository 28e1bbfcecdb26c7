import { sql } from 'kysely';
import { openStore } from '../../store/open.ts';
import type { OpenStore } from '../../store/open.ts';
import { freshBooks } from './database.ts';

/** A store over a migrated database of its own, with default policies and a standing clock. */
export interface Books {
  store: OpenStore;
  url: string;
  close(): Promise<void>;
}

/** Its clock stands at 2026-10-10 10:00 in Shanghai unless told otherwise. */
export async function openBooks({ at = '2026-10-10T02:00:00.000Z', speed = 0, max = 10 } = {}): Promise<Books> {
  const { url, drop } = await freshBooks(at, speed);
  const store = openStore({ url, max });
  return {
    store,
    url,
    async close() {
      await store.close();
      await drop();
    },
  };
}

export interface BalanceRow {
  invoice: string;
  instalment: number;
  amountMinor: number;
  paidMinor: number;
  creditedMinor: number;
  writtenOffMinor: number;
  /** Sums of the allocations in force: what the balances must equal. */
  sharesPaid: number;
  sharesCredited: number;
}

/** Every receivable's balances beside the allocations that explain them, by invoice and instalment. */
export async function balancesOf(store: OpenStore): Promise<BalanceRow[]> {
  const { rows } = await sql<BalanceRow>`
    select i.external_id as invoice, r.instalment, r.amount_minor as "amountMinor", r.paid_minor as "paidMinor",
      r.credited_minor as "creditedMinor", r.written_off_minor as "writtenOffMinor",
      coalesce(sum(a.amount_minor) filter (where a.payment_id is not null and a.reversed_at is null), 0)::bigint as "sharesPaid",
      coalesce(sum(a.amount_minor) filter (where a.credit_note_id is not null and a.reversed_at is null), 0)::bigint as "sharesCredited"
    from receivable r join invoice i on i.id = r.invoice_id left join allocation a on a.receivable_id = r.id
    group by i.external_id, r.instalment, r.id order by 1, 2`.execute(store.db);
  return rows;
}

export interface AuditRow {
  action: string;
  actor: string;
  reason: string | null;
  before: unknown;
  after: unknown;
}

/** The audit entries of a subject, oldest first. */
export async function auditOf(store: OpenStore, subjectId: string): Promise<AuditRow[]> {
  const { rows } = await sql<AuditRow>`
    select action, actor_id as actor, reason, before, after from audit where subject_id = ${subjectId} order by seq`.execute(
    store.db,
  );
  return rows;
}

/** How often each process was asked, by subject. */
export async function askedOf(store: OpenStore): Promise<Record<string, number>> {
  const rows = await store.db.selectFrom('wake').select(['subject', 'asked']).orderBy('subject').execute();
  return Object.fromEntries(rows.map((row) => [row.subject, row.asked]));
}
