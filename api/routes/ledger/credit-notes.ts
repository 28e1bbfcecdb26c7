import { z } from 'zod';
import { businessDate, idParams, ourId } from '../../../contracts/platform/common.ts';
import * as contract from '../../../contracts/ledger/credit-notes.ts';
import { allocatePayment as allocateBody, allocationLines } from '../../../contracts/ledger/payments.ts';
import { sayFaulty } from '../../../domain/platform/faulty.ts';
import { formatAmount } from '../../../domain/platform/money.ts';
import { allocateCreditNote, reverseCreditNote } from '../../../store/ledger/credit-note-changes.ts';
import { bookCreditNote } from '../../../store/ledger/acts/credit-notes.ts';
import type { PostedCreditNote } from '../../../store/ledger/credit-notes.ts';
import { listCreditNotes, readCreditNote } from '../../../store/ledger/credit-notes-read.ts';
import type { CreditNoteView } from '../../../store/ledger/credit-notes-read.ts';
import type { Share } from '../../../store/ledger/payment-rows.ts';
import { decodeCursor, pageFrom } from '../../cursor.ts';
import { route } from '../../route.ts';
import type { Language, RouteSpec } from '../../route.ts';
import type { Services } from '../../services.ts';
import { answerPending, pendingAnswer } from '../../pending-answer.ts';

/** Debt taken back: credit notes on invoices, and what of them stays on account. */
export function creditNoteRoutes({ store }: Services): RouteSpec[] {
  return [...writes(store), ...reads(store)];
}

function writes(store: Services['store']): RouteSpec[] {
  return [
    route({
      method: 'post',
      path: '/v1/credit-notes',
      verb: 'credit-note.write',
      tag: 'Credit notes',
      summary:
        "Post a credit note to an invoice's open instalments, the earliest due first; of a paid invoice it stays on account; above what policy lets an ERP book alone a second person is asked",
      body: contract.postCreditNote,
      idempotent: 'external-id',
      answers: {
        200: { description: 'This note was posted before.', schema: contract.creditNoteAnswer },
        201: { description: 'Posted.', schema: contract.creditNoteAnswer },
        ...pendingAnswer,
      },
      async handle({ actor, body, language }) {
        const { created, ...posted } = await bookCreditNote(store, actor, contract.creditNoteDocument(body));
        if ('act' in posted) return answerPending(store, actor, posted, language);
        return { status: created ? 201 : 200, body: showPosted(posted) };
      },
    }),
    route({
      method: 'post',
      path: '/v1/credit-notes/{id}/allocate',
      verb: 'money.apply',
      tag: 'Credit notes',
      summary: 'Apply what a credit note has on account to open items',
      params: idParams,
      body: allocateBody,
      idempotent: 'key',
      answers: { 200: { description: 'The note with all its allocations.', schema: contract.creditNoteAnswer } },
      async handle({ actor, params, body }) {
        const lines = (currency: string) => (body.allocations ? allocationLines(body.allocations, currency) : null);
        return { status: 200, body: showPosted(await allocateCreditNote(store, actor, params.id, lines, body.reason ?? null)) };
      },
    }),
    route({
      method: 'post',
      path: '/v1/credit-notes/{id}/reverse',
      verb: 'credit-note.reverse',
      tag: 'Credit notes',
      summary: 'Take a credit note back, once: what it credited is open again and dunning goes on',
      params: idParams,
      body: contract.reverseCreditNote,
      idempotent: 'key',
      answers: { 200: { description: 'Reversed.', schema: contract.reverseCreditNoteAnswer } },
      async handle({ actor, params, body }) {
        const input = { reversedOn: body.reversedOn ?? null, reason: body.reason };
        const { id, currency, reversedOn, restored } = await reverseCreditNote(store, actor, params.id, input);
        return { status: 200, body: { id, reversedOn, restored: shares(restored, currency) } };
      },
    }),
  ];
}

function reads(store: Services['store']): RouteSpec[] {
  return [
    route({
      method: 'get',
      path: '/v1/credit-notes',
      verb: 'receivable.read',
      tag: 'Credit notes',
      summary: 'Credit notes, newest first',
      query: contract.creditNoteQuery,
      answers: { 200: { description: 'A page of credit notes.', schema: contract.creditNotePage } },
      async handle({ actor, query, language }) {
        const { limit, cursor, unapplied, ...filter } = query;
        const after = cursor === undefined ? undefined : decodeCursor(cursor, z.tuple([businessDate, ourId]));
        const rows = await listCreditNotes(store, actor, { ...filter, unapplied: unapplied === 'true', after }, limit);
        return {
          status: 200,
          body: pageFrom(
            rows,
            limit,
            (row) => show(row, language),
            (row) => [row.issuedOn, row.id],
          ),
        };
      },
    }),
    route({
      method: 'get',
      path: '/v1/credit-notes/{id}',
      verb: 'receivable.read',
      tag: 'Credit notes',
      summary: 'A credit note with every allocation it ever had',
      params: idParams,
      answers: { 200: { description: 'The credit note.', schema: contract.creditNoteView } },
      async handle({ actor, params, language }) {
        return { status: 200, body: show(await readCreditNote(store, actor, params.id), language) };
      },
    }),
  ];
}

const shares = (rows: readonly Share[], currency: string) =>
  rows.map(({ receivableId, amountMinor }) => ({ receivableId, amount: formatAmount(amountMinor, currency) }));

const showPosted = ({ id, currency, allocations, unappliedMinor }: PostedCreditNote) => ({
  id,
  allocations: shares(allocations, currency),
  unapplied: formatAmount(unappliedMinor, currency),
});

const show = ({ amountMinor, unappliedMinor, refundedMinor, allocations, ...note }: CreditNoteView, language: Language) => ({
  ...note,
  faulty: sayFaulty(note.faulty, language),
  amount: formatAmount(amountMinor, note.currency),
  unapplied: formatAmount(unappliedMinor, note.currency),
  refunded: formatAmount(refundedMinor, note.currency),
  allocations: allocations.map(({ amountMinor: part, ...one }) => ({ ...one, amount: formatAmount(part, note.currency) })),
});
