import { sql } from 'kysely';
import { formatAmount } from '../../domain/platform/money.ts';
import type { CorrectionGift } from '../../domain/ledger/giving-corrections.ts';
import type { InvoiceDocument } from '../../domain/ledger/documents.ts';
import { overtakeAct, proposeAct } from '../approvals/pending.ts';
import type { StandingInvoice, Desk } from './invoice-rows.ts';
import { contentHash } from '../platform/content-hash.ts';
import type { Effects } from '../platform/effects.ts';
import { addEffects, noEffects } from '../platform/effects.ts';

const KIND = 'invoice-correction';

/** A correction that gives money or time away: the invoice stays as it is until a second person agrees. */
export interface WaitingCorrection {
  standing: StandingInvoice;
  invoice: InvoiceDocument;
  gift: CorrectionGift;
}

/** Ends what waits on invoices that were sent again, and asks for what they would give now; the same again stays as it is. */
export async function askForCorrections(
  { store, tx, at, actor, reason }: Desk,
  sent: readonly { standing: StandingInvoice; waits: WaitingCorrection | null; agreed: boolean }[],
): Promise<Map<string, Effects>> {
  const effects = new Map<string, Effects>();
  if (sent.length === 0) return effects;
  const ids = sent.map(({ standing }) => standing.id);
  const { rows } = await sql<{ id: string; hash: string }>`
    select subject_id as id, payload_hash as hash from pending_act
    where kind = ${KIND} and subject_kind = 'invoice' and state = 'pending' and subject_id = any(${ids}::text[])`.execute(tx);
  const waiting = new Map(rows.map((row) => [row.id, row.hash]));
  for (const { standing, waits, agreed } of sent) {
    const payload: CorrectionPayload | null = waits && { document: waits.invoice, reason };
    const hash = waiting.get(standing.id);
    const own = noEffects();
    const subject = { kind: 'invoice', id: standing.id };
    if (hash !== undefined && !agreed && (payload === null || hash !== contentHash({ payload, by: actor.id })))
      addEffects(own, await overtakeAct({ tx, at, actor, store }, { kind: KIND, subject, reason: 'sent-again' }));
    if (waits && payload) {
      const { currency, externalId, customerId } = standing;
      const { loweredMinor, movedMinor, sumMinor, days, withholds } = waits.gift;
      const asked = await proposeAct<CorrectionPayload>(
        { tx, store, at, actor },
        { kind: KIND },
        {
          customerId,
          subject,
          about: `invoice ${externalId}`,
          given: { amountMinor: Math.max(sumMinor, movedMinor), currency },
          days,
          what: {
            invoice: externalId,
            lowered: formatAmount(loweredMinor, currency),
            together: formatAmount(sumMinor, currency),
            moved: formatAmount(movedMinor, currency),
            days,
            currency,
          },
          payload,
          reason: reason ?? 'booked-by-sender',
          booked: true,
          withholds,
        },
      );
      addEffects(own, asked.effects);
    }
    effects.set(standing.id, own);
  }
  return effects;
}

/** What was booked: the invoice as it was sent, and what its sender said. */
export interface CorrectionPayload {
  document: InvoiceDocument;
  reason: string | null;
}
