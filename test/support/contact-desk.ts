import type { Channel } from '../../domain/outreach/governor.ts';
import type { ContactDocument, CustomerDocument } from '../../domain/ledger/documents.ts';
import { standAt } from '../../store/platform/clock.ts';
import { upsertCustomer } from '../../store/customers/customers.ts';
import { postInvoice } from '../../store/ledger/invoices.ts';
import type { OpenStore } from '../../store/open.ts';
import { contactCustomer } from '../../store/outreach/outreach-book.ts';
import { postPayment } from '../../store/ledger/payments.ts';
import { takeDue } from './steps.ts';
import { system } from './actors.ts';
import { openBooks } from './books.ts';
import { contactOf, customerOf, emailOf, invoiceOf, paymentOf } from './documents.ts';
import { shanghai } from './shanghai.ts';
import { letOut, reaching } from './let-out.ts';
import type { OutreachPlan } from '../../domain/outreach/process.ts';

/** A store with a standing clock, and the steps of contacts taken by hand: no engine, no timers. */
export interface ContactDesk {
  url: string;
  store: OpenStore;
  /** Stands the clock at the day's 17:00 in Shanghai (after every slot, inside contact hours) unless told otherwise. */
  stand(day: string, time?: string): Promise<void>;
  customer(code: string, contacts?: Partial<ContactDocument>[], more?: Partial<CustomerDocument>): Promise<string>;
  /** Answers the receivables' ids, one an instalment. Counts as posted on 2026-02-01 unless told, whatever the desk's clock says. */
  invoice(of: {
    code: string;
    customer: string;
    due: string[];
    minor?: number;
    number?: string;
    posted?: string;
  }): Promise<string[]>;
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

export async function openContactDesk(from: string): Promise<ContactDesk> {
  const { store, url, close } = await openBooks({ at: shanghai(from), max: 6 });
  await letOut(store);
  return {
    url,
    store,
    stand: (day, time = '17:00') => standAt(store, system, shanghai(day, time)),
    async customer(code, contacts = [{}], more = {}) {
      const people = contacts.map((contact) => contactOf({ email: emailOf(code), ...contact }));
      const document = customerOf(code, { ladder: 'general-30', contacts: people, ...more });
      return (await upsertCustomer(store, system, document)).id;
    },
    async invoice({ code, customer, due, minor = 100_000, number = code, posted: on = '2026-02-01' }) {
      const instalments = due.map((dueDate, index) => ({ no: index + 1, amountMinor: minor, dueDate, kind: 'other' as const }));
      const over = { number, issueDate: '2026-02-01', amountMinor: minor * due.length, instalments };
      const posted = await postInvoice(store, system, invoiceOf(code, customer, over));
      const ids = posted.receivables.map((receivable) => receivable.id);
      await store.db
        .updateTable('receivable')
        .set({ posted_at: shanghai(on) })
        .where('id', 'in', ids)
        .execute();
      return ids;
    },
    async pay(code, customer, minor, on, invoice) {
      const over = { amountMinor: minor, receivedOn: on, reference: invoice ?? null };
      return (await postPayment(store, system, paymentOf(code, customer, over))).id;
    },
    async take(...receivables) {
      for (const id of receivables) await takeDue(store, id);
    },
    contact: (customerId, live = []) => contactCustomer(store, { id: customerId, seq: null }, reaching(...live)),
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
    close,
  };
}
