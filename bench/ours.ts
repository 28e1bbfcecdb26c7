import { addDays, dateOf } from '../domain/platform/calendar.ts';
import { formatAmount } from '../domain/platform/money.ts';
import type { InvoiceDocument, PaymentDocument } from '../domain/ledger/documents.ts';
import { postInvoice } from '../store/ledger/invoices.ts';
import { upsertCustomers } from '../store/customers/customers.ts';
import { openStore } from '../store/open.ts';
import type { OpenStore } from '../store/open.ts';
import { postPayment } from '../store/ledger/payments.ts';
import { momentOf } from '../store/platform/transaction.ts';
import { erp } from '../test/support/actors.ts';
import { customerOf, invoiceOf, paymentOf } from '../test/support/documents.ts';
import { httpCaller } from './callers.ts';
import { startChild } from './child.ts';
import type { Child } from './child.ts';
import type { Contender, Reminder } from './contender.ts';
import { CUSTOMERS, customerCode } from './portfolio.ts';
import type { Planned } from './portfolio.ts';
import { NEVER, PAYER } from './rules.ts';
import type { Arena } from './world.ts';

const ZONE = 'Asia/Shanghai';
const STEPPED = "subject_kind = 'receivable' and action in ('rung.requested', 'rung.taken')";

export interface OurOptions {
  callers: number;
  profile: string | null;
  outreach: boolean;
}

/** How documents reach the product: through its HTTP API where it has the routes, else through the store's verbs. */
export interface Door {
  readonly way: string;
  readonly pid: number | null;
  invoice(document: InvoiceDocument): Promise<void>;
  payment(document: PaymentDocument): Promise<void>;
  close(): Promise<void>;
}

/** The product on the arena: worker and relay in one process, the API in another. */
export async function ourContender(arena: Arena, { callers, profile, outreach }: OurOptions): Promise<Contender> {
  const where = { url: arena.url, address: arena.temporal.address, namespace: arena.namespace };
  const store = openStore({ url: arena.url, max: callers, applicationName: 'bench-store' });
  await upsertCustomers(
    store,
    erp,
    Array.from({ length: CUSTOMERS }, (_, k) => customerOf(customerCode(k))),
  );
  const input = { ...where, tuning: arena.settings.tuning ?? {} };
  let worker: Child = await startChild('our-worker.ts', input, { profile });
  const door = await openDoor(arena, store, callers);
  const { sql } = arena;
  return {
    name: 'ours',
    workflowType: 'receivable',
    way: door.way,
    get worker() {
      return worker;
    },
    processes: () => ({ worker: worker.pid, ...(door.pid === null ? {} : { api: door.pid }) }),
    async warmUp(one) {
      await door.invoice(invoiceDocument(one));
      await door.payment(await paymentDocument(store, one));
    },
    create: (one) => door.invoice(invoiceDocument(one)),
    allStarted: async () => (await sql.one("select count(*) from wake where started_at is null and kind = 'receivable'")) === 0,
    settle: async (one) => door.payment(await paymentDocument(store, one)),
    // The first step counts: whoever is so late that the next rung has come due is handed over at once instead of being reminded.
    reminded: () => sql.one(`select count(distinct subject_id) from audit where ${STEPPED}`),
    async reminders() {
      const rows = await sql.rows<{ external_id: string; at: Date }>(
        `select i.external_id, min(a.at) as at from audit a join receivable r on r.id = a.subject_id::uuid
         join invoice i on i.id = r.invoice_id where ${STEPPED} group by 1`,
      );
      return rows.map((row): Reminder => ({ externalId: row.external_id, at: row.at.getTime() }));
    },
    check: (portfolio) => check(arena, portfolio, outreach),
    async killWorker() {
      await worker.kill();
      worker = await startChild('our-worker.ts', input);
    },
    async close() {
      await door.close();
      await worker.stop();
      await store.close();
    },
  };
}

/** Opens the HTTP door when the API has the routes; else the store's own. */
export async function openDoor(arena: Arena, store: OpenStore, callers: number): Promise<Door> {
  const api = await startChild('our-api.ts', { url: arena.url, address: arena.temporal.address, namespace: arena.namespace });
  const base = String(api.hello.base);
  const spec = (await (await fetch(`${base}/openapi.json`)).json()) as { paths?: Record<string, unknown> };
  if (!spec.paths?.['/v1/invoices/{externalId}'] || !spec.paths['/v1/payments']) {
    await api.stop();
    return storeDoor(store);
  }
  const caller = httpCaller(base, String(api.hello.apiKey), callers);
  return {
    way: `HTTP, ${callers} callers`,
    pid: api.pid,
    async invoice(document) {
      await caller.send('PUT', `/v1/invoices/${document.externalId}`, invoiceBody(document));
    },
    async payment(document) {
      await caller.send('POST', '/v1/payments', paymentBody(document));
    },
    async close() {
      caller.end();
      await api.stop();
    },
  };
}

function storeDoor(store: OpenStore): Door {
  return {
    way: 'store verbs in the bench process',
    pid: null,
    async invoice(document) {
      await postInvoice(store, erp, document);
    },
    async payment(document) {
      await postPayment(store, erp, document);
    },
    close: () => Promise.resolve(),
  };
}

export function invoiceDocument({ externalId, customer, issueDate, dueDate, amountMinor, fate }: Planned): InvoiceDocument {
  const ladder = fate === 'never' ? NEVER : PAYER;
  const instalments = [{ no: 1, amountMinor, dueDate, kind: 'other' as const }];
  return invoiceOf(externalId, customer, { issueDate, amountMinor, ladder, instalments });
}

const amountOf = (minor: number): string => formatAmount(minor, 'CNY');

export function invoiceBody(document: InvoiceDocument): object {
  const { customer, number, issueDate, currency, amountMinor, ladder, instalments } = document;
  return {
    customer,
    number,
    issueDate,
    currency,
    amount: amountOf(amountMinor),
    ...(ladder !== null && { ladder }),
    instalments: (instalments ?? []).map((part) => ({ no: part.no, amount: amountOf(part.amountMinor), dueDate: part.dueDate })),
  };
}

async function paymentDocument(store: OpenStore, one: Planned): Promise<PaymentDocument> {
  const today = await todayOf(store);
  return paymentOf(`P-${one.externalId}`, one.customer, {
    amountMinor: one.amountMinor,
    receivedOn: addDays(today, -1),
    reference: one.externalId,
    allocations: [{ invoice: one.externalId, instalment: 1, amountMinor: one.amountMinor }],
  });
}

let clock: { realAnchor: number; businessAnchor: number; speed: number; url: OpenStore } | null = null;

/** The business day, from the clock as read once a run: the callers ask the database for nothing but what is measured. */
async function todayOf(store: OpenStore): Promise<string> {
  if (clock?.url !== store) {
    const { clock: read } = await momentOf(store.db, store);
    clock = {
      realAnchor: Date.parse(read.realAnchor),
      businessAnchor: Date.parse(read.businessAnchor),
      speed: read.speed,
      url: store,
    };
  }
  const { realAnchor, businessAnchor, speed } = clock;
  return dateOf(new Date(businessAnchor + (Date.now() - realAnchor) * speed).toISOString(), ZONE);
}

function paymentBody(document: PaymentDocument): object {
  const { externalId, customer, amountMinor, currency, receivedOn, reference, allocations } = document;
  return {
    externalId,
    customer,
    amount: amountOf(amountMinor),
    currency,
    receivedOn,
    reference,
    allocations: (allocations ?? []).map((line) => ({
      invoice: line.invoice,
      instalment: 1,
      amount: amountOf(line.amountMinor),
    })),
  };
}

/** What must hold after Job R, read from the database alone. */
async function check({ sql }: Arena, portfolio: readonly Planned[], outreach: boolean): Promise<string[]> {
  const faults: string[] = [];
  const expect = async (what: string, wanted: number, text: string): Promise<void> => {
    const found = await sql.one(text);
    if (found !== wanted) faults.push(`${what}: ${found} instead of ${wanted}`);
  };
  const count = (fate: Planned['fate']): number => portfolio.filter((one) => one.fate === fate).length;
  const ours = "join invoice i on i.id = r.invoice_id where i.external_id like 'R-%'";
  await expect(
    'closed as paid',
    count('early') + count('late'),
    `select count(*) from receivable r ${ours} and r.outcome = 'paid' and r.stage = 'closed' and r.paid_minor = r.amount_minor`,
  );
  await expect('in legal', count('never'), `select count(*) from receivable r ${ours} and r.stage = 'legal'`);
  await expect(
    'reminders asked twice',
    0,
    `select count(*) from (select subject_id, after ->> 'rung' from audit where action = 'rung.requested' group by 1, 2 having count(*) > 1) d`,
  );
  await expect(
    'receivables with a reminder, or handed over instead',
    count('late') + count('never'),
    `select count(distinct subject_id) from audit where ${STEPPED}`,
  );
  await expect(
    'bells not answered',
    0,
    `select count(*) from wake where asked > answered and (kind <> 'outreach' or ${outreach})`,
  );
  await expect(
    'money',
    portfolio.filter((one) => one.fate !== 'never').reduce((sum, one) => sum + one.amountMinor, 0),
    `select coalesce(sum(a.amount_minor), 0) from allocation a join receivable r on r.id = a.receivable_id ${ours} and a.reversed_at is null`,
  );
  await expect('bells only the watchdog rang', 0, `select count(*) from wake where nudged_at is not null`);
  return faults;
}
