import { z } from 'zod';
import { businessDate, externalIdParams, idParams, ourId } from '../../../contracts/platform/common.ts';
import {
  invoiceAnswer,
  invoiceDocument,
  invoicePage,
  invoiceQuery,
  putInvoice,
  putInvoiceAnswer,
} from '../../../contracts/ledger/invoices.ts';
import { sayFaulty } from '../../../domain/platform/faulty.ts';
import { formatAmount, exactSum } from '../../../domain/platform/money.ts';
import { postInvoice } from '../../../store/ledger/invoices.ts';
import { listInvoices, readInvoice } from '../../../store/ledger/invoices-read.ts';
import type { InvoiceView } from '../../../store/ledger/invoices-read.ts';
import { decodeCursor, pageFrom } from '../../cursor.ts';
import { route } from '../../route.ts';
import type { Language, RouteSpec } from '../../route.ts';
import type { Services } from '../../services.ts';

/** What is owed: invoices, each instalment one receivable. */
export function invoiceRoutes({ store }: Services): RouteSpec[] {
  return [
    route({
      method: 'put',
      path: '/v1/invoices/{id}',
      verb: 'invoice.write',
      tag: 'Invoices',
      summary: 'Post or correct an invoice; each instalment is one receivable',
      params: externalIdParams,
      body: putInvoice,
      idempotent: 'external-id',
      answers: {
        200: { description: 'Corrected, or unchanged.', schema: putInvoiceAnswer },
        201: { description: 'Posted.', schema: putInvoiceAnswer },
      },
      async handle({ actor, params, body }) {
        const document = invoiceDocument(params.id, body);
        const { id, externalId, changed, created, currency, receivables } = await postInvoice(
          store,
          actor,
          document,
          body.reason ?? null,
        );
        const shown = receivables.map(({ openMinor, ...part }) => ({ ...part, open: formatAmount(openMinor, currency) }));
        return { status: created ? 201 : 200, body: { id, externalId, changed, receivables: shown } };
      },
    }),
    route({
      method: 'get',
      path: '/v1/invoices',
      verb: 'receivable.read',
      tag: 'Invoices',
      summary: 'Invoices, newest first',
      query: invoiceQuery,
      answers: { 200: { description: 'A page of invoices.', schema: invoicePage } },
      async handle({ actor, query, language }) {
        const { limit, cursor, ...filter } = query;
        const after = cursor === undefined ? undefined : decodeCursor(cursor, z.tuple([businessDate, ourId]));
        const rows = await listInvoices(store, actor, { ...filter, after }, limit);
        return {
          status: 200,
          body: pageFrom(
            rows,
            limit,
            (row) => show(row, language),
            (row) => [row.issueDate, row.id],
          ),
        };
      },
    }),
    route({
      method: 'get',
      path: '/v1/invoices/{id}',
      verb: 'receivable.read',
      tag: 'Invoices',
      summary: 'An invoice with its receivables',
      params: idParams,
      answers: { 200: { description: 'The invoice.', schema: invoiceAnswer } },
      async handle({ actor, params, language }) {
        return { status: 200, body: show(await readInvoice(store, actor, params.id), language) };
      },
    }),
  ];
}

function show({ amountMinor, taxRate, taxMinor, receivables, ...invoice }: InvoiceView, language: Language) {
  const text = (minor: number | bigint): string => formatAmount(minor, invoice.currency);
  return {
    ...invoice,
    faulty: sayFaulty(invoice.faulty, language),
    amount: text(amountMinor),
    open: text(exactSum(receivables.map((part) => part.openMinor))),
    tax: taxRate === null || taxMinor === null ? null : { rate: taxRate, amount: text(taxMinor) },
    receivables: receivables.map(({ amountMinor: whole, openMinor, faulty, ...part }) => ({
      ...part,
      faulty: sayFaulty(faulty, language),
      amount: text(whole),
      open: text(openMinor),
    })),
  };
}
