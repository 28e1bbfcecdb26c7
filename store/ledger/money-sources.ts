import { sql } from 'kysely';
import type { BusinessDate } from '../../domain/platform/calendar.ts';
import type { LaidShare } from '../../domain/ledger/take-back.ts';
import type { Tx } from '../platform/database.ts';
import { shareRow } from './payment-rows.ts';
import type { Share } from './payment-rows.ts';
import { standingRecoveries, standingWriteOffs } from './recoveries.ts';
import { recordset } from '../platform/rows.ts';
import type { Work } from '../platform/transaction.ts';

/** What lies on receivables: money that came, or a credit. */
export interface MoneySource {
  kind: 'payment' | 'credit-note';
  id: string;
  /** Value date of its shares. */
  on: BusinessDate;
}

const tableOf = { payment: 'payment', 'credit-note': 'credit_note' } as const;
const columnOf = { payment: 'payment_id', 'credit-note': 'credit_note_id' } as const;
const balanceOf = { payment: 'paid_minor', 'credit-note': 'credited_minor' } as const;

/** Lays shares of a source on receivables that are locked, and leaves `unappliedMinor` on it. */
export async function layShares(
  { tx, at }: Work,
  { kind, id, on }: MoneySource,
  { allocations, unappliedMinor }: { allocations: readonly Share[]; unappliedMinor: number },
): Promise<void> {
  const rows = allocations.map(shareRow);
  const balance = sql.ref(balanceOf[kind]);
  await sql`
    with s as (select * from ${recordset(rows, 'receivable_id uuid, amount_minor bigint, recovered_minor bigint, basis text')}),
    a as (
      insert into allocation (receivable_id, ${sql.ref(columnOf[kind])}, amount_minor, recovered_minor, basis, value_date, posted_at)
      select receivable_id, ${id}::uuid, amount_minor, recovered_minor, basis, ${on}::date, ${at.now}::timestamptz from s),
    t as (select receivable_id, sum(amount_minor)::bigint as amount, sum(recovered_minor)::bigint as recovered from s group by 1),
    r as (
      update receivable r set ${balance} = r.${balance} + t.amount, written_off_minor = r.written_off_minor - t.recovered
      from t where r.id = t.receivable_id)
    update ${sql.table(tableOf[kind])} set unapplied_minor = ${unappliedMinor}::bigint where id = ${id}::uuid`.execute(tx);
}

/** The shares in force of a source, the last laid first. */
export async function laidShares(tx: Tx, { kind, id }: Pick<MoneySource, 'kind' | 'id'>): Promise<LaidShare[]> {
  const { rows } = await sql<LaidShare>`
    select a.id, a.receivable_id as "receivableId", a.amount_minor as "amountMinor", a.recovered_minor as "recoveredMinor"
    from allocation a join receivable r on r.id = a.receivable_id join invoice i on i.id = r.invoice_id
    where a.${sql.ref(columnOf[kind])} = ${id}::uuid and a.reversed_at is null
    order by a.posted_at desc, r.due_date desc, i.external_id desc, r.instalment desc`.execute(tx);
  return rows;
}

/**
 * Takes shares, or parts of them, back from receivables that are locked. A part goes as a share of its own that was laid with the whole and
 * is reversed now, so that every day before shows what it was.
 */
export async function releaseShares(
  { tx, at }: Work,
  { kind }: Pick<MoneySource, 'kind'>,
  shares: readonly LaidShare[],
): Promise<void> {
  if (shares.length === 0) return;
  const rows = shares.map(({ id, amountMinor, recoveredMinor }) => ({ id, amount: amountMinor, recovered: recoveredMinor }));
  const balance = sql.ref(balanceOf[kind]);
  await sql`
    with x as (select * from ${recordset(rows, 'id uuid, amount bigint, recovered bigint')}),
    whole as (
      update allocation a set reversed_at = ${at.now}::timestamptz from x where a.id = x.id and a.amount_minor = x.amount
      returning a.receivable_id, x.amount, x.recovered),
    part as (
      update allocation a set amount_minor = a.amount_minor - x.amount, recovered_minor = a.recovered_minor - x.recovered
      from x where a.id = x.id and a.amount_minor > x.amount
      returning a.receivable_id, a.payment_id, a.credit_note_id, a.basis, a.value_date, a.posted_at, x.amount, x.recovered),
    split as (
      insert into allocation (receivable_id, payment_id, credit_note_id, amount_minor, recovered_minor, basis, value_date, posted_at, reversed_at)
      select receivable_id, payment_id, credit_note_id, amount, recovered, basis, value_date, posted_at, ${at.now}::timestamptz from part),
    t as (
      select receivable_id, sum(amount)::bigint as amount, sum(recovered)::bigint as recovered from (
        select receivable_id, amount, recovered from whole union all select receivable_id, amount, recovered from part) b group by 1)
    update receivable r set ${balance} = r.${balance} - t.amount,
      written_off_minor = greatest(0, ${standingWriteOffs} - ${standingRecoveries} + t.recovered)
    from t where r.id = t.receivable_id`.execute(tx);
}
