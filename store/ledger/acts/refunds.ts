import type { Actor } from '../../../domain/platform/actor.ts';
import { formatAmount } from '../../../domain/platform/money.ts';
import type { RefundDocument } from '../../../domain/ledger/documents.ts';
import { askedAbout, bookedAloneMinor } from '../../../domain/ledger/booked.ts';
import { judgeRefund, postJudgedRefund, postRefund } from '../refunds.ts';
import type { PostedRefund } from '../refunds.ts';
import { write } from '../../platform/transaction.ts';
import type { Store } from '../../platform/transaction.ts';
import type { Asked } from './credit-notes.ts';
import { proposeAct, told } from '../../approvals/pending.ts';
import type { ActKind } from '../../approvals/pending.ts';

/** Records the refund that was booked, of what its source still has. */
export const refundAct: ActKind<RefundDocument> = {
  kind: 'refund',
  async carryOut({ store, actor }, document) {
    const { id, amountMinor, currency } = await postRefund(store, actor, document, { agreed: true });
    return { refund: id, amount: formatAmount(amountMinor, currency), currency };
  },
};

/**
 * Records money paid out, or, above what policy lets one alone pay out of the same money, has a second person asked; the money stays where it is until then.
 * Throws what `postRefund` throws, `act-pending`, and `approver-missing` where no ERP has booked it.
 */
export async function bookRefund(store: Store, actor: Actor, document: RefundDocument): Promise<Asked<PostedRefund>> {
  return write<Asked<PostedRefund>>(store, actor, async (work) => {
    const { tx, at } = work;
    const { externalId, amountMinor, currency, reason } = document;
    const { current } = await store.policies.current();
    const judged = await judgeRefund(tx, actor, document, at);
    if (judged.known) return { value: { ...judged.known, created: false }, audit: null };
    const sumMinor = askedAbout(amountMinor, judged.beforeMinor, bookedAloneMinor(current.collection.content, currency));
    if (sumMinor === null) return postJudgedRefund(work, document, { ...judged, agreed: false });
    const asked = await proposeAct(work, refundAct, {
      customerId: judged.customerId,
      subject: { kind: 'refund', id: externalId },
      about: `refund ${externalId}`,
      given: { amountMinor: sumMinor, currency },
      what: {
        refund: externalId,
        amount: formatAmount(amountMinor, currency),
        together: formatAmount(sumMinor, currency),
        currency,
      },
      payload: document,
      reason,
      booked: actor.role === 'erp',
    });
    const value = { act: asked.id, created: asked.created };
    return asked.created ? { value, ...told(asked.effects) } : { value, audit: null };
  });
}
