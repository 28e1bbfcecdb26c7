import { sql } from 'kysely';
import type { InvoiceDocument } from '../../domain/collection/documents.ts';
import { postWithin } from '../invoices.ts';
import { write } from '../transaction.ts';
import type { ActKind } from './pending.ts';

/** What was booked: the invoice as it was sent, and what its sender said. */
export interface CorrectionPayload {
  document: InvoiceDocument;
  reason: string | null;
}

/** Corrects the invoice as it was sent. Its days are agreed by that; limitation stays where it was. */
export const invoiceCorrectionAct: ActKind<CorrectionPayload> = {
  kind: 'invoice-correction',
  async carryOut({ store, actor, act }, { document }) {
    return write(store, actor, async (tx, at) => {
      const posting = { invoice: document, settledOn: null, agreed: true as const };
      const posted = await postWithin({ store, tx, at, actor, reason: act.reason }, [posting]);
      const [result] = posted.value;
      if (result?.outcome === 'failed') throw result.refusal;
      await sql`
        update receivable set agreed_due_date = due_date where invoice_id = ${act.subjectId}::uuid and not withdrawn`.execute(tx);
      return { ...posted, value: { invoice: document.externalId } };
    });
  },
};
