import type { Actor } from '../../domain/kernel/actor.ts';
import type { Channel } from '../../domain/collection/governor.ts';
import type { ContactDocument, CustomerDocument } from '../../domain/collection/documents.ts';
import type { OutreachPlan } from '../../domain/collection/process.ts';
import { standAt } from '../../store/clock.ts';
import { upsertCustomer } from '../../store/customers.ts';
import { postInvoice } from '../../store/invoices.ts';
import { openStore } from '../../store/open.ts';
import type { OpenStore } from '../../store/open.ts';
import { contactCustomer } from '../../store/outreach-book.ts';
import { postPayment } from '../../store/payments.ts';
import { takeReceivableStep } from '../../store/receivable-book.ts';
import { setUp } from '../../store/setup.ts';
import { freshDatabase } from './database.ts';

export const tester: Actor = { kind: 'system', id: 'test', role: 'system', scope: {} };

export const shanghai = (day: string, time = '17:00'): string => new Date(`${day}T${time}:00+08:00`).toISOString();

/** A store with a standing clock, and the steps of contacts taken by hand: no engine, no timers. */
export interface ContactDesk {
  url: string;
  store: OpenStore;
  /** Stands the clock at the day's 17:00 in Shanghai (after every slot, inside contact hours) unless told otherwise. */
  stand(day: string, time?: string): Promise<void>;
  customer(code: string, contacts?: Partial<ContactDocument>[], more?: Partial<CustomerDocument>): Promise<string>;
  /** Answers the receivables' ids, one an instalment. */
  invoice(of: { code: string; customer: string; due: string[]; minor?: number; number?: string }): Promise<string[]>;
  pay(code: string, customer: string, minor: number, on: string, invoice?: string): Promise<string>;
  /** Lets each receivable take what is due now. */
  take(...receivables: string[]): Promise<void>;
  contact(customerId: string, live?: Channel[]): Promise<OutreachPlan>;
  messages(customerId: string): Promise<Message[]>;
  rung(receivableId: string, rung: string): Promise<{ state: string; reason: string | null } | undefined>;
  asked(subject: string): Promise<number>;
  actions(customerId: string): Promise<string[]>;
  close(): Promise<void>;
}

export interface Message {
  id: string;
  key: string;
  channel: string;
  template: string;
  class: string;
  language: string;
  state: string;
  reason: string | null;
  outbox: boolean;
  address: string;
  subject: string | null;
  body: string;
  sending_at: string;
  fallback_of: string | null;
  provider_id: string | null;
  calls: number;
  followed_at: string | null;
}

export const finance: ContactDocument = {
  id: 'c1',
  name: 'Wang Fang',
  role: 'finance',
  email: 'wang@customer.example',
  mobile: null,
  wecom: null,
  language: 'en',
};

export async function openContactDesk(from: string): Promise<ContactDesk> {
  const { url, drop } = await freshDatabase();
  await setUp(url, { business: shanghai(from, '00:00'), speed: 0, pinned: false });
  const store = openStore({ url, max: 6 });
  return {
    url,
    store,
    stand: (day, time) => standAt(store, tester, shanghai(day, time)),
    async customer(code, contacts = [{}], more = {}) {
      const document: CustomerDocument = {
        externalId: code,
        name: `Customer ${code}`,
        type: 'other',
        tier: null,
        region: 'SH',
        currency: 'CNY',
        terms: { days: 30, from: 'invoiceDate' },
        taxId: null,
        taxRate: null,
        group: null,
        payer: null,
        owner: null,
        ladder: 'general-30',
        debtorClass: null,
        creditorWasSme: null,
        contacts: contacts.map((contact) => ({ ...finance, email: `${code.toLowerCase()}@customer.example`, ...contact })),
        facts: {},
        ...more,
      };
      return (await upsertCustomer(store, tester, document)).id;
    },
    async invoice({ code, customer, due, minor = 100_000, number = code }) {
      const posted = await postInvoice(store, tester, {
        externalId: code,
        customer,
        number,
        issueDate: '2026-02-01',
        currency: 'CNY',
        amountMinor: minor * due.length,
        taxRate: null,
        taxMinor: null,
        terms: null,
        deliveredOn: null,
        contract: null,
        order: null,
        ladder: null,
        instalments: due.map((dueDate, index) => ({ no: index + 1, amountMinor: minor, dueDate, kind: 'other' as const })),
      });
      return posted.receivables.map((receivable) => receivable.id);
    },
    async pay(code, customer, minor, on, invoice) {
      const posted = await postPayment(store, tester, {
        externalId: code,
        customer,
        amountMinor: minor,
        currency: 'CNY',
        receivedOn: on,
        reference: invoice ?? null,
        allocations: null,
      });
      return posted.id;
    },
    async take(...receivables) {
      for (const id of receivables) await takeReceivableStep(store, { id, seq: null });
    },
    contact: (customerId, live = []) => contactCustomer(store, { id: customerId, seq: null }, new Set(live)),
    messages: (customerId) =>
      store.db
        .selectFrom('message')
        .selectAll()
        .where('customer_id', '=', customerId)
        .orderBy('sending_at')
        .orderBy('id')
        .execute(),
    rung: (receivableId, rung) =>
      store.db
        .selectFrom('rung')
        .select(['state', 'reason'])
        .where('receivable_id', '=', receivableId)
        .where('rung', '=', rung)
        .executeTakeFirst(),
    async asked(subject) {
      const row = await store.db.selectFrom('wake').select('asked').where('subject', '=', subject).executeTakeFirst();
      return row?.asked ?? 0;
    },
    async actions(customerId) {
      const rows = await store.db
        .selectFrom('audit')
        .select('action')
        .where('customer_id', '=', customerId)
        .orderBy('seq')
        .execute();
      return rows.map((row) => row.action);
    },
    async close() {
      await store.close();
      await drop();
    },
  };
}
