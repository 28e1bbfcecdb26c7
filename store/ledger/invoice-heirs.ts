import { sql } from 'kysely';
import { losersOf, successorsOf } from '../../domain/ledger/re-dating.ts';
import type { Tx } from '../platform/database.ts';
import type { Job } from './invoice-judge.ts';
import type { WrittenInvoice } from './invoice-rows.ts';
import { lastOfDebt } from './limitation.ts';
import { recordset } from '../platform/rows.ts';

/** Before a correction adds instalments, brings one back or says of which debt one is: what stands keeps the limitation it has. */
export async function keepLimitation(tx: Tx, jobs: readonly Job[]): Promise<void> {
  const ids = jobs.flatMap(({ standing, changes }) => {
    const regrouped = changes.changed.some(({ standing: is, to }) => is.withdrawn || is.kind !== to.kind);
    return standing && (regrouped || changes.added.length > 0) ? [standing.id] : [];
  });
  if (ids.length === 0) return;
  await sql`
    update receivable r set limitation_cap = ${lastOfDebt} where r.invoice_id = any(${ids}::uuid[]) and not r.withdrawn`.execute(
    tx,
  );
}

/**
 * Limitation and the agreed day of instalments that stand for others, which a correction took out or made smaller: no later than the last of
 * those, and limitation no later than the last of the same debt.
 */
export async function keepFirstDays(tx: Tx, jobs: readonly Job[], written: ReadonlyMap<string, WrittenInvoice>): Promise<void> {
  const pairs = jobs.flatMap((job) => heirsOf(job, written.get(job.write.document.externalId)));
  if (pairs.length === 0) return;
  await sql`
    update receivable r set limitation_due_date = least(r.limitation_due_date, d.limitation), agreed_due_date = least(r.agreed_due_date, d.agreed)
    from (
      select x.heir, coalesce(max(g.limitation_due_date) filter (where g.kind = h.kind), max(g.limitation_due_date)) as limitation,
        max(g.agreed_due_date) as agreed
      from ${recordset(pairs, 'heir uuid, gone uuid')} join receivable g on g.id = x.gone join receivable h on h.id = x.heir group by x.heir) d
    where r.id = d.heir`.execute(tx);
}

/** Each instalment that stands for what its correction takes out of others, beside each of them, by our ids. */
function heirsOf({ standing, changes }: Job, written: WrittenInvoice | undefined): { heir: string; gone: string }[] {
  const losers = losersOf(changes);
  if (losers.length === 0) return [];
  const known = new Map(standing?.instalments.map(({ no, id }) => [no, id]));
  const heirs = successorsOf(changes).flatMap(({ no }) => known.get(no) ?? written?.receivables.get(no) ?? []);
  return heirs.flatMap((heir) => losers.map(({ standing: { id } }) => ({ heir, gone: id })));
}
