import type { Role } from '../../domain/platform/actor.ts';
import type { Test } from 'supertest';
import { postCreditNote } from '../../store/ledger/credit-notes.ts';
import { upsertCustomer } from '../../store/customers/customers.ts';
import { postInvoice } from '../../store/ledger/invoices.ts';
import { postPayment } from '../../store/ledger/payments.ts';
import { erp } from './actors.ts';
import type { TestApi } from './api.ts';
import { customerOf, invoiceOf, paymentOf } from './documents.ts';

export interface ShownDifference {
  id: string;
  kind: string;
  amount: string;
  number: string | null;
  state: string;
  receivableId: string | null;
  payment: string | null;
  adjustments: { id: string; state: string; proposedBy: string; decidedBy: string | null }[];
}
export interface ShownTheirs {
  id: string;
  state: string;
  total: string;
  matches: { id: string; rule: string; confidence: number; state: string; lines: number[]; difference: string }[];
  differences: ShownDifference[];
}
export interface ShownStanding {
  unconfirmedSince: string | null;
  lastConfirmedOn: string | null;
  lastAgreedOn: string | null;
  openDifferences: { id: string; kind: string; amount: string }[];
  doubtful: { currency: string; amount: string }[];
}

/** The desk that reconciles, over an API without a worker. Amounts in CNY, minor units. */
export interface ReconciliationDesk {
  customer(): Promise<string>;
  invoice(id: string, customer: string, amountMinor: number, issued?: string, order?: string): Promise<string>;
  pay(id: string, customer: string, amountMinor: number, on: string, reference?: string | null): Promise<void>;
  credit(id: string, customer: string, invoice: string, amountMinor: number, on: string): Promise<void>;
  post(role: Role, path: string, body: object): Test;
  get<T>(path: string): Promise<T>;
  /** Posts a statement of theirs: `invoice INV-1 2026-08-01 1000.00`, one a line; `-`: no number. */
  theirs(customer: string, lines: readonly string[], over?: object): Promise<ShownTheirs>;
  standing(customer: string): Promise<ShownStanding>;
}

export const lineOf = (text: string): object => {
  const [kind, number, date, amount] = text.split(' ');
  return { kind, ...(number !== '-' && { number }), date, amount };
};

export function deskOver(api: TestApi): ReconciliationDesk {
  let count = 0;
  const { store } = api;
  return {
    async customer() {
      const code = `R-${(count += 1)}`;
      await upsertCustomer(store, erp, customerOf(code));
      return code;
    },
    async invoice(id, customer, amountMinor, issued = '2026-07-01', order) {
      const document = invoiceOf(id, customer, { amountMinor, issueDate: issued, order: order ?? null });
      return (await postInvoice(store, erp, document)).receivables[0]?.id ?? '';
    },
    async pay(id, customer, amountMinor, on, reference = null) {
      await postPayment(store, erp, paymentOf(id, customer, { amountMinor, receivedOn: on, reference }));
    },
    async credit(id, customer, invoice, amountMinor, on) {
      const note = { externalId: id, customer, invoice, amountMinor, currency: 'CNY', issuedOn: on, reason: 'returned' };
      await postCreditNote(store, erp, note);
    },
    post: (role, path, body) => api.as(role).post(path).send(body),
    get: async <T>(path: string) => (await api.as('auditor').get(path).expect(200)).body as T,
    async theirs(customer, lines, over = {}) {
      const body = {
        externalId: `CS-${(count += 1)}`,
        customer,
        currency: 'CNY',
        asOf: '2026-08-31',
        lines: lines.map(lineOf),
        ...over,
      };
      return (await api.as('erp').post('/v1/customer-statements').send(body).expect(201)).body as ShownTheirs;
    },
    standing: async (customer) =>
      (await api.as('auditor').get(`/v1/reconciliation/${customer}`).expect(200)).body as ShownStanding,
  };
}
