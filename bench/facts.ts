import pg from 'pg';
import { openStore } from '../store/open.ts';
import { postInvoices } from '../store/ledger/invoices.ts';
import { postPayments } from '../store/ledger/payments.ts';
import { upsertCustomers } from '../store/customers/customers.ts';
import type { InvoiceDocument, PaymentDocument } from '../domain/ledger/documents.ts';
import { erp } from '../test/support/actors.ts';
import { customerOf, invoiceOf } from '../test/support/documents.ts';
import { pour, until } from './callers.ts';
import { startChild } from './child.ts';
import { percentile, round, spreadOf, table } from './figures.ts';
import type { Spread } from './figures.ts';
import { openDoor } from './ours.ts';
import { CALLERS } from './job-r.ts';
import { CUSTOMERS, customerCode, seeded } from './portfolio.ts';
import { prepare } from './rules.ts';
import type { Settings } from './settings.ts';
import type { Arena, Ground } from './world.ts';

const BATCH = 1_000;
/** The business day of the benchmark's standing clock. */
const TODAY = '2026-01-05';

interface Rates {
  /** Documents a second: bulk verbs in batches of a thousand, HTTP, and the plain INSERT of the same rows. */
  bulk: Spread;
  http: Spread;
  insert: Spread;
  ratio: number;
}

/** Documents accepted a second beside a plain batched INSERT of the same rows, while the engine drains behind, and without it. */
export async function facts(ground: Ground, settings: Settings): Promise<object> {
  const count = settings.quick ? 2_000 : 10_000;
  const overHttp = settings.quick ? 500 : 3_000;
  const rounds = settings.quick ? 1 : settings.rounds;
  const invoices = await ratesOf(ground, { rounds, count, overHttp, draining: false });
  const draining = await ratesOf(ground, { rounds, count, overHttp, draining: true });
  const payments = await paymentRates(ground, rounds, count);
  const ends = await timeToEnd(ground, settings.quick ? 40 : 200);
  const row = (name: string, rates: Rates) => [name, say(rates.bulk), say(rates.http), say(rates.insert), String(rates.ratio)];
  console.log(
    table(
      ['invoices a second', 'bulk', `HTTP, ${CALLERS} callers`, 'plain INSERT', 'bulk ÷ INSERT'],
      [row('engine at rest', invoices), row('engine draining behind', draining)],
    ),
  );
  console.log(`payments a second in bulk: ${say(payments)}`);
  console.log(
    `payment, one at a time: accepted, so no reminder can be sent any more, after ${ends.acceptedP50} ms (p99 ${ends.acceptedP99}); its workflow ended after ${ends.endedP50} ms (p99 ${ends.endedP99})`,
  );
  return { count, overHttp, batch: BATCH, callers: CALLERS, invoices, draining, payments, ends };
}

const say = ({ median, min, max }: Spread): string => `${median} (${min}–${max})`;

interface RateOptions {
  rounds: number;
  count: number;
  overHttp: number;
  draining: boolean;
}

async function ratesOf(ground: Ground, { rounds, count, overHttp, draining }: RateOptions): Promise<Rates> {
  const bulk: number[] = [];
  const http: number[] = [];
  const insert: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await inArena(ground, { draining }, async (arena) => {
      bulk.push(await bulkRate(arena, documents('B', count)));
      const rows = await rowsOf(arena, 'B-%');
      http.push(await httpRate(arena, documents('H', overHttp)));
      insert.push(await insertRate(ground, rows, count));
    });
  }
  const rates = { bulk: spreadOf(bulk), http: spreadOf(http), insert: spreadOf(insert) };
  return { ...rates, ratio: Number((rates.bulk.median / rates.insert.median).toFixed(2)) };
}

/** A database with the 500 customers, and a worker behind it when asked. */
async function inArena(
  ground: Ground,
  of: { draining: boolean; speed?: number },
  work: (arena: Arena) => Promise<void>,
): Promise<void> {
  const arena = await ground.arena({});
  try {
    await prepare(arena.url, arena.sql, { speed: of.speed ?? 1, outreach: false });
    const store = openStore({ url: arena.url, max: 2, applicationName: 'bench' });
    await upsertCustomers(
      store,
      erp,
      Array.from({ length: CUSTOMERS }, (_, k) => customerOf(customerCode(k))),
    );
    await store.close();
    const input = { url: arena.url, address: arena.temporal.address, namespace: arena.namespace, tuning: {} };
    const worker = of.draining ? await startChild('our-worker.ts', input) : null;
    try {
      await work(arena);
    } finally {
      await worker?.kill();
    }
  } finally {
    await arena.close();
  }
}

function documents(prefix: string, count: number): InvoiceDocument[] {
  const random = seeded(7);
  return Array.from({ length: count }, (_, k): InvoiceDocument => {
    const amountMinor = 100_000 + Math.floor(random() * 9_000_000);
    const day = String(1 + Math.floor(random() * 28)).padStart(2, '0');
    return invoiceOf(`${prefix}-${String(k).padStart(6, '0')}`, customerCode(Math.floor(random() * CUSTOMERS)), {
      number: `${prefix}${k}`,
      issueDate: TODAY,
      amountMinor,
      taxRate: '0.13',
      taxMinor: Math.floor(amountMinor * 0.13),
      contract: `CT-${k % 50}`,
      order: `SO-${k}`,
      instalments: [{ no: 1, amountMinor, dueDate: `2026-0${2 + (k % 8)}-${day}`, kind: 'equipment' }],
    });
  });
}

function batches<T>(all: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(all.length / BATCH) }, (_, k) => all.slice(k * BATCH, (k + 1) * BATCH));
}

async function bulkRate(arena: Arena, all: readonly InvoiceDocument[]): Promise<number> {
  const store = openStore({ url: arena.url, max: 2, applicationName: 'bench' });
  await store.policies.current();
  const began = performance.now();
  for (const batch of batches(all)) {
    const results = await postInvoices(store, erp, batch);
    const failed = results.find((result) => result.outcome !== 'created');
    if (failed) throw new Error(`a document was not accepted: ${JSON.stringify(failed)}`);
  }
  const rate = (all.length / (performance.now() - began)) * 1000;
  await store.close();
  return rate;
}

async function httpRate(arena: Arena, all: readonly InvoiceDocument[]): Promise<number> {
  const store = openStore({ url: arena.url, max: 2, applicationName: 'bench' });
  const door = await openDoor(arena, store, CALLERS);
  await pour(all.slice(0, 100), CALLERS, (document) => door.invoice({ ...document, externalId: `warm-${document.externalId}` }));
  const began = performance.now();
  await pour(all, CALLERS, (document) => door.invoice(document));
  const rate = (all.length / (performance.now() - began)) * 1000;
  await door.close();
  await store.close();
  return rate;
}

const TABLES = ['invoice', 'receivable', 'audit', 'event', 'wake'] as const;
interface Rows {
  table: (typeof TABLES)[number];
  columns: string[];
  values: unknown[][];
}

/** All rows the documents left behind, as they stand, each in the order of its documents. */
async function rowsOf(arena: Arena, like: string): Promise<Rows[]> {
  const which: Record<(typeof TABLES)[number], string> = {
    invoice: `select t.* from invoice t where external_id like $1 order by external_id`,
    receivable: `select t.* from receivable t join invoice i on i.id = t.invoice_id where i.external_id like $1 order by i.external_id`,
    audit: `select t.* from audit t join invoice i on i.id::text = t.subject_id where i.external_id like $1 order by i.external_id`,
    event: `select t.* from event t join invoice i on i.id::text = t.subject_id where i.external_id like $1 order by i.external_id`,
    wake: `select t.* from wake t join receivable r on t.subject = 'receivable-' || r.id join invoice i on i.id = r.invoice_id where i.external_id like $1 order by i.external_id`,
  };
  const found: Rows[] = [];
  for (const table of TABLES) {
    const rows = await arena.sql.rows(which[table], [like]);
    // What the database makes by itself is left to it.
    const columns = Object.keys(rows[0] ?? {}).filter(
      (column) => !(column === 'seq' && table !== 'receivable') && column !== 'tx',
    );
    const json = (value: unknown): unknown =>
      value !== null && typeof value === 'object' && !(value instanceof Date) ? JSON.stringify(value) : value;
    found.push({ table, columns, values: rows.map((row) => columns.map((column) => json(row[column]))) });
  }
  return found;
}

/** The same rows by INSERT … VALUES of a thousand documents a transaction, into an empty database of the same schema. */
async function insertRate(ground: Ground, rows: readonly Rows[], count: number): Promise<number> {
  const url = await ground.database();
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const customers = [...new Set(rows[0]?.values.map((row) => row[rows[0]?.columns.indexOf('customer_id') ?? 0]))];
  await client.query(
    `insert into customer (id, external_id, name, type, currency, content_hash, created_at, updated_at)
     select id, id::text, id::text, 'other', 'CNY', '', now(), now() from unnest($1::uuid[]) id`,
    [customers],
  );
  const began = performance.now();
  for (let from = 0; from < count; from += BATCH) {
    await client.query('begin');
    for (const { table: name, columns, values } of rows) {
      const batch = values.slice(from, from + BATCH);
      if (batch.length === 0) continue;
      const tuples = batch.map((_, k) => `(${columns.map((__, c) => `$${k * columns.length + c + 1}`).join(',')})`).join(',');
      await client.query(`insert into ${name} (${columns.join(',')}) values ${tuples}`, batch.flat());
    }
    await client.query('commit');
  }
  const rate = (count / (performance.now() - began)) * 1000;
  await client.end();
  return rate;
}

async function paymentRates(ground: Ground, rounds: number, count: number): Promise<Spread> {
  const rates: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await inArena(ground, { draining: false }, async (arena) => {
      const invoices = documents('B', count);
      await bulkRate(arena, invoices);
      const store = openStore({ url: arena.url, max: 2, applicationName: 'bench' });
      const began = performance.now();
      for (const batch of batches(invoices.map(paymentOf))) await postPayments(store, erp, batch);
      rates.push((count / (performance.now() - began)) * 1000);
      await store.close();
    });
  }
  return spreadOf(rates);
}

const paymentOf = ({ externalId, customer, amountMinor }: InvoiceDocument): PaymentDocument => ({
  externalId: `P-${externalId}`,
  customer,
  amountMinor,
  currency: 'CNY',
  receivedOn: TODAY,
  reference: externalId,
  allocations: [{ invoice: externalId, instalment: 1, amountMinor }],
});

/** One payment after another through HTTP: until it is accepted (the reminder's own look is under the same lock), until its workflow has ended. */
async function timeToEnd(
  ground: Ground,
  count: number,
): Promise<{ acceptedP50: number; acceptedP99: number; endedP50: number; endedP99: number }> {
  const accepted: number[] = [];
  const ended: number[] = [];
  await inArena(ground, { draining: true }, async (arena) => {
    const store = openStore({ url: arena.url, max: 2, applicationName: 'bench' });
    const door = await openDoor(arena, store, CALLERS);
    const invoices = documents('E', count);
    await pour(invoices, CALLERS, (document) => door.invoice(document));
    await until(
      async () => (await arena.sql.one('select count(*) from wake where started_at is null')) === 0,
      200,
      120_000,
      'started',
    );
    const began = new Map<string, number>();
    for (const document of invoices) {
      const [row] = await arena.sql.rows<{ id: string }>(
        'select r.id from receivable r join invoice i on i.id = r.invoice_id where i.external_id = $1',
        [document.externalId],
      );
      const id = `receivable-${row?.id ?? ''}`;
      const sent = performance.now();
      began.set(id, Date.now());
      await door.payment(paymentOf(document));
      accepted.push(performance.now() - sent);
      await arena.client.workflow.getHandle(id).result();
    }
    await until(
      async () => (await arena.client.workflow.count("ExecutionStatus = 'Completed'")).count >= count,
      200,
      30_000,
      'seen as closed',
    );
    for await (const info of arena.client.workflow.list({ query: "ExecutionStatus = 'Completed'", pageSize: 1000 })) {
      const start = began.get(info.workflowId);
      if (start !== undefined && info.closeTime) ended.push(info.closeTime.getTime() - start);
    }
    await door.close();
    await store.close();
  });
  const ms = (values: readonly number[], p: number): number => round(percentile(values, p));
  return { acceptedP50: ms(accepted, 0.5), acceptedP99: ms(accepted, 0.99), endedP50: ms(ended, 0.5), endedP99: ms(ended, 0.99) };
}
