import { sql } from 'kysely';
import type { AuditFact } from '../../domain/platform/audit.ts';
import type { Share } from './payment-rows.ts';

/** All that was written off of receivable `r` and not taken back, in minor units; `written_off_minor` is what of it was not recovered. */
export const standingWriteOffs = sql`coalesce((
  select sum(w.amount_minor)::bigint from write_off w where w.receivable_id = r.id and w.reversed_at is null), 0)`;

/** What came in for receivable `r` after it had been written off, and did not go back. */
export const standingRecoveries = sql`coalesce((
  select sum(a.recovered_minor)::bigint from allocation a where a.receivable_id = r.id and a.reversed_at is null), 0)`;

/** What the record says of money, or a credit, that came for what had been written off: one entry an item. */
export function recoveryAudits(
  document: { customerId: string; externalId: string; currency: string },
  shares: readonly Share[],
): AuditFact[] {
  const { customerId, externalId, currency } = document;
  return shares.flatMap(({ receivableId, recoveredMinor = 0 }) =>
    recoveredMinor === 0
      ? []
      : [
          {
            action: 'receivable.recovered',
            subjectKind: 'receivable',
            subjectId: receivableId,
            customerId,
            after: { amountMinor: recoveredMinor, currency, externalId },
          },
        ],
  );
}
