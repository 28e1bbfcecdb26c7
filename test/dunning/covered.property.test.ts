import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openMinor } from '../../domain/dunning/receivable.ts';
import { addDays } from '../../domain/platform/calendar.ts';
import { sumMinor } from '../../domain/platform/money.ts';
import { postReturn, withdrawReturn } from '../../store/orders/acts/goods-returns.ts';
import { told } from '../../store/approvals/pending.ts';
import { allocateCreditNote, reverseCreditNote } from '../../store/ledger/credit-note-changes.ts';
import { postCreditNote } from '../../store/ledger/credit-notes.ts';
import { putOrder } from '../../store/orders/orders.ts';
import { postShipment } from '../../store/shipments/shipments.ts';
import { judgeMerge, lockMerging, mergeCustomers } from '../../store/reconciliation/customer-merge.ts';
import { disputesOf } from '../../store/ledger/dispute-facts.ts';
import { openDispute, resolveDispute } from '../../store/ledger/disputes.ts';
import { postInvoice } from '../../store/ledger/invoices.ts';
import { allocatePayment, reversePayment } from '../../store/ledger/payment-changes.ts';
import { postPayment } from '../../store/ledger/payments.ts';
import { recordPromise } from '../../store/ledger/promises.ts';
import { postRefund } from '../../store/ledger/refunds.ts';
import { write } from '../../store/platform/transaction.ts';
import { director, erp, system } from '../support/actors.ts';
import { openContactDesk } from '../support/contact-desk.ts';
import type { ContactDesk } from '../support/contact-desk.ts';
import { limitOf, orderOf } from '../support/credit.ts';
import { invoiceOf, paymentOf } from '../support/documents.ts';
import { fc } from '../support/property.ts';
import { runsOf } from '../support/thorough.ts';
import type { DisputeFact } from '../../domain/ledger/claims.ts';
import { leftOutMinor } from '../../domain/ledger/claims.ts';

const FROM = '2026-02-02';
const DAYS = 21;
let desk: ContactDesk;
beforeAll(async () => {
  desk = await openContactDesk(FROM);
});
afterAll(() => desk.close());

const anyAct = fc.record({
  act: fc.constantFrom(
    ...(['invoice', 'invoice', 'invoice', 'pay', 'pay', 'pay', 'pay-named', 'pay-foreign', 'pay-order', 'payer-pays'] as const),
    ...(['allocate', 'reverse', 'part-back', 'refund', 'credit', 'on-account', 'note-back', 'note-apply'] as const),
    ...(['dispute', 'settle-dispute', 'promise', 'goods', 'return', 'return-back', 'merge', 'nothing'] as const),
  ),
  twin: fc.boolean(),
  place: fc.nat(5),
  amount: fc.oneof(fc.integer({ min: 1, max: 3_000 }), fc.integer({ min: 1, max: 200_000 })),
  days: fc.constantFrom<number[]>(0, 0, 1, 1, 2, 4, 9),
  lettersFirst: fc.boolean(),
});
type Act = typeof anyAct extends fc.Arbitrary<infer A> ? A : never;

/** A customer whose payer pays for it, and another that may become part of it or take it over. */
class Story {
  readonly code: string;
  readonly customers: string[];
  today = FROM;
  invoices = 0;
  payments = 0;
  notes = 0;
  returns = 0;
  refunds = 0;
  readonly disputes: string[] = [];
  constructor(code: string) {
    this.code = code;
    this.customers = [code, `${code}-HQ`, `${code}-T`];
  }
}

/** One event; what the books refuse changes nothing. */
async function happen(s: Story, { act, twin, place, amount: amountMinor }: Act): Promise<void> {
  const { store } = desk;
  const { code, today } = s;
  const customer = twin ? `${code}-T` : code;
  const some = (count: number): number => place % Math.max(1, count);
  const [invoice, payment, note] = [`${code}-I${some(s.invoices)}`, `${code}-P${some(s.payments)}`, `${code}-N${some(s.notes)}`];
  const order = `${code}-O${place % 2}`;
  const pay = (by: string, over: object): Promise<unknown> =>
    postPayment(store, erp, paymentOf(`${code}-P${s.payments++}`, by, { amountMinor, receivedOn: today, ...over }));
  const credit = (over: { invoice: string | null; onAccount: true }): Promise<unknown> => {
    const document = { externalId: `${code}-N${s.notes++}`, customer, amountMinor, currency: 'CNY', issuedOn: today };
    return postCreditNote(store, erp, { ...document, ...over, reason: 'x' });
  };
  switch (act) {
    case 'nothing':
      return;
    case 'invoice': {
      const document = invoiceOf(`${code}-I${s.invoices++}`, customer, { amountMinor, issueDate: today });
      const instalments = [{ no: 1, amountMinor, dueDate: addDays(today, place), kind: 'other' as const }];
      await postInvoice(store, erp, { ...document, instalments, ...(place === 5 && { order, instalments: null }) });
      return;
    }
    case 'pay':
      return void (await pay(customer, place > 3 ? { onAccount: true } : {}));
    case 'pay-named':
      return void (await pay(customer, { reference: `${code}-I${some(s.invoices + 1)}` }));
    case 'pay-foreign':
      return void (await pay(customer, { currency: 'USD' }));
    case 'pay-order':
      return void (await pay(customer, { order }));
    case 'payer-pays':
      return void (await pay(`${code}-HQ`, place > 2 ? { reference: invoice } : {}));
    case 'allocate':
      return void (await allocatePayment(store, erp, payment, () => null, null));
    case 'reverse':
      return void (await reversePayment(store, erp, payment, { reversedOn: null, reason: null }));
    case 'part-back':
      return void (await reversePayment(store, erp, payment, { reversedOn: null, reason: null, amount: '0.01' }));
    case 'refund': {
      const refund = { externalId: `${code}-R${s.refunds++}`, customer, amountMinor, currency: 'CNY', paidOn: today };
      return void (await postRefund(store, erp, { ...refund, payment: null, creditNote: null, reason: 'x' }));
    }
    case 'credit':
      return void (await credit({ invoice, onAccount: true }));
    case 'on-account':
      return void (await credit({ invoice: null, onAccount: true }));
    case 'note-back':
      return void (await reverseCreditNote(store, erp, note, { reversedOn: null, reason: 'x' }));
    case 'note-apply':
      return void (await allocateCreditNote(store, erp, note, () => null, null));
    case 'dispute':
      s.disputes.push((await openDispute(store, erp, invoice, { amount: '0.01', category: 'price', note: '' }, null)).id);
      return;
    case 'settle-dispute': {
      const id = s.disputes[some(s.disputes.length)] ?? '';
      return void (await resolveDispute(store, erp, id, {
        state: twin ? 'upheld' : 'rejected',
        note: '',
        reason: null,
        agreed: false,
      }));
    }
    case 'promise': {
      const promise = { amount: '0.01', on: addDays(today, place), by: 'c1', note: '' };
      return void (await recordPromise(store, erp, invoice, promise, null));
    }
    case 'goods': {
      await putOrder(store, erp, orderOf(order, customer, amountMinor, { requestedShipDate: today }), null);
      const shipment = {
        externalId: `${code}-D${place}`,
        order,
        request: null,
        issuedOn: today,
        deliveredOn: null,
        acceptedOn: null,
      };
      return void (await postShipment(store, erp, { ...shipment, lines: [{ line: 1, quantity: '1' }] }, null));
    }
    case 'return': {
      const back = { externalId: `${code}-B${s.returns++}`, order, lines: [{ line: 1, quantity: place > 2 ? '1' : '0.5' }] };
      return void (await postReturn(store, erp, { ...back, returnedOn: today, reason: 'x' }));
    }
    case 'return-back':
      return void (await withdrawReturn(store, erp, `${code}-B${some(s.returns)}`, 'x'));
    case 'merge':
      await write(store, director, async (work) => {
        const { tx } = work;
        const [from, into] = twin ? [`${code}-T`, code] : [code, `${code}-T`];
        const both = await lockMerging(tx, system, from, into);
        await judgeMerge(tx, both, null);
        return { value: null, ...told(await mergeCustomers(work, both)) };
      });
  }
}

interface Item {
  id: string;
  customerId: string;
  currency: string;
  askedMinor: number;
  openMinor: number;
  /** Due date, invoice and instalment: what money covers first. */
  turn: string;
  plan: { step: string; rung: string | null; why: { code: string } };
}

const ofStory = (s: Story) => sql`(select id from customer where external_id = any(${s.customers}::text[]))`;

async function itemsOf(s: Story): Promise<Item[]> {
  const { rows } = await sql<
    Omit<Item, 'askedMinor' | 'openMinor'> & {
      amountMinor: number;
      paidMinor: number;
      creditedMinor: number;
      writtenOffMinor: number;
      disputes: DisputeFact[] | null;
    }
  >`
    select r.id, r.customer_id as "customerId", r.currency, r.due_date || '/' || i.external_id || '/' || r.instalment as turn,
      r.amount_minor as "amountMinor", r.paid_minor as "paidMinor", r.credited_minor as "creditedMinor", r.written_off_minor as "writtenOffMinor",
      ${disputesOf} as disputes, jsonb_build_object('step', r.plan_step, 'rung', r.plan_rung, 'why', r.plan_why) as plan
    from receivable r join invoice i on i.id = r.invoice_id where r.customer_id in ${ofStory(s)} and not r.suspected`.execute(
    desk.store.db,
  );
  return rows.map(({ disputes, ...row }) => {
    const open = openMinor(row);
    return { ...row, openMinor: open, askedMinor: Math.max(0, open - leftOutMinor(disputes ?? [])) };
  });
}

/** Money that lies on nothing and is bound to no order, with the customers it may go to: who paid, and whom that one pays for. */
async function moneyOf(s: Story): Promise<{ currency: string; minor: number; reach: string[] }[]> {
  const { rows } = await sql<{ currency: string; minor: number; reach: string[] }>`
    select m.currency, m.minor, array(select b.id::text from customer b where b.id = k.id or b.payer_code = k.external_id) as reach from (
      select customer_id, currency, unapplied_minor as minor from payment where order_code is null
      union all select customer_id, currency, unapplied_minor from credit_note) m join customer k on k.id = m.customer_id
    where m.minor > 0 and k.id in ${ofStory(s)}`.execute(desk.store.db);
  return rows;
}

/** Items that owe nothing, and those that money covers for certain, whatever else it may be used for that is due before them. */
async function untouchable(s: Story): Promise<{ settled: Item[]; covered: Item[]; asked: Item[] }> {
  const items = await itemsOf(s);
  const money = await moneyOf(s);
  const open = items.filter((item) => item.openMinor > 0);
  const covered = open.filter((item) => {
    const own = money.filter((one) => one.currency === item.currency && one.reach.includes(item.customerId));
    const rivals = open.filter(
      (other) =>
        other.currency === item.currency && other.turn <= item.turn && own.some((one) => one.reach.includes(other.customerId)),
    );
    return own.length > 0 && sumMinor(own.map((one) => one.minor)) >= sumMinor(rivals.map((one) => one.askedMinor));
  });
  return {
    settled: items.filter((item) => item.openMinor <= 0),
    covered,
    asked: open.filter((item) => !covered.includes(item) && item.askedMinor > 0),
  };
}

/** What was asked of customers or given to people to do, by receivable. */
async function contactsOf(s: Story): Promise<{ id: string; what: string }[]> {
  const { rows } = await sql<{ id: string; what: string }>`
    select r.id, 'rung ' || g.rung || ' ' || g.state as what from rung g join receivable r on r.id = g.receivable_id
      where r.customer_id in ${ofStory(s)} and g.state in ('requested', 'taken')
    union all select r.id, 'message ' || x.message_id || ' ' || x.rung from message_rung x join receivable r on r.id = x.receivable_id
      where r.customer_id in ${ofStory(s)} order by 1, 2`.execute(desk.store.db);
  return rows;
}

/** Receivables that were woken look again, and those whose time has come; no others. */
async function lookAgain(s: Story): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    select r.id from receivable r join wake w on w.subject = 'receivable-' || r.id
    where r.customer_id in ${ofStory(s)} and (w.asked > w.answered or w.at <= business_now()) order by r.id`.execute(
    desk.store.db,
  );
  await desk.take(...rows.map(({ id }) => id));
}

/** Customers to whom something is to be said are written to. */
async function sendLetters(s: Story): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    select k.id from customer k join wake w on w.subject = 'outreach-' || k.id
    where k.id in ${ofStory(s)} and (w.asked > w.answered or w.at <= business_now()) order by k.id`.execute(desk.store.db);
  for (const { id } of rows) await desk.contact(id);
}

const seen = { covered: 0, settled: 0, asked: 0, contacts: 0 };
let run = 0;

/** Nothing new was asked for of these, and their stored plans ask for nothing either. */
async function expectUntouched(s: Story, before: readonly { id: string; what: string }[], done: Act): Promise<void> {
  const { settled, covered, asked } = await untouchable(s);
  const fresh = (await contactsOf(s)).filter((one) => !before.some(({ id, what }) => one.id === id && one.what === what));
  const free = new Set([...settled, ...covered].map(({ id }) => id));
  expect(
    fresh.filter(({ id }) => free.has(id)),
    `${s.code} on ${s.today} after ${done.act}`,
  ).toEqual([]);
  const after = `${s.code} on ${s.today} after ${JSON.stringify(done)}`;
  for (const { plan } of settled) expect(plan, after).toMatchObject({ step: 'close', rung: null });
  for (const { plan } of covered) expect(plan, after).toMatchObject({ step: 'wait', rung: null });
  seen.settled += settled.length;
  seen.covered += covered.length;
  seen.asked += asked.length;
  seen.contacts += fresh.length;
}

test('nothing that unapplied money covers, and nothing that is settled, is asked for, in any order of events and looks', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyAct, { minLength: 6, maxLength: 16 }), async (acts) => {
      const s = new Story(`K-${(run += 1)}`);
      await desk.stand(FROM);
      await desk.customer(`${s.code}-HQ`);
      await desk.customer(s.code, [{}], { payer: `${s.code}-HQ` });
      await desk.customer(`${s.code}-T`);
      for (const customer of [s.code, `${s.code}-T`]) await limitOf(desk.store, customer, 1_000_000);
      // Every story ends a while after its last event, so that what is owed comes to be asked for.
      for (const one of [
        ...acts,
        ...Array.from({ length: 3 }, () => ({ ...(acts[0] as Act), act: 'nothing' as const, days: DAYS / 3 })),
      ]) {
        s.today = addDays(s.today, one.days);
        await desk.stand(s.today);
        await lookAgain(s);
        await happen(s, one).catch((error: unknown) => expect(error).toHaveProperty('name', 'Refusal'));
        const before = await contactsOf(s);
        if (one.lettersFirst) await sendLetters(s);
        await lookAgain(s);
        await sendLetters(s);
        await lookAgain(s);
        await expectUntouched(s, before, one);
      }
    }),
    { numRuns: runsOf(12, 60) },
  );
  const { contacts, ...usual } = seen;
  expect(Math.min(...Object.values(usual)), JSON.stringify(seen)).toBeGreaterThan(0);
  expect(contacts).toBeGreaterThanOrEqual(runsOf(0, 1));
}, 90_000);
