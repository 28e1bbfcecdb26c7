import { creditNoteAnswer, creditNoteDocument, postCreditNote as body } from '../../contracts/credit-notes.ts';
import { formatAmount } from '../../domain/kernel/money.ts';
import { postCreditNote } from '../../store/credit-notes.ts';
import { route } from '../route.ts';
import type { RouteSpec } from '../route.ts';
import type { Services } from '../services.ts';

/** Debt taken back: credit notes on invoices. */
export function creditNoteRoutes({ store }: Services): RouteSpec[] {
  return [
    route({
      method: 'post',
      path: '/v1/credit-notes',
      verb: 'credit-note.write',
      tag: 'Credit notes',
      summary: "Post a credit note to an invoice's open instalments, the earliest due first; more than is open stays unapplied",
      body,
      idempotent: 'external-id',
      answers: {
        200: { description: 'This note was posted before.', schema: creditNoteAnswer },
        201: { description: 'Posted.', schema: creditNoteAnswer },
      },
      async handle({ actor, body: sent }) {
        const { id, currency, allocations, unappliedMinor, created } = await postCreditNote(
          store,
          actor,
          creditNoteDocument(sent),
        );
        const shares = allocations.map(({ receivableId, amountMinor }) => ({
          receivableId,
          amount: formatAmount(amountMinor, currency),
        }));
        return {
          status: created ? 201 : 200,
          body: { id, allocations: shares, unapplied: formatAmount(unappliedMinor, currency) },
        };
      },
    }),
  ];
}
