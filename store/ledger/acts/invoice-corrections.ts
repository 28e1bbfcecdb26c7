import { sql } from 'kysely';
import { postWithin } from '../invoices.ts';
import { write } from '../../platform/transaction.ts';
import type { ActKind } from '../../approvals/pending.ts';
import type { CorrectionPayload } from '../invoice-waits.ts';

/** Corrects the invoice as it was sent. Its days are agreed by that; limitation stays where it was. */
export const invoiceCorrectionAct: ActKind<CorrectionPayload> = {
  kind: 'invoice-correction',
  async carryOut({ store, actor, act }, { document }) {
    return write(store, actor, async ({ tx, at }) => {
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
