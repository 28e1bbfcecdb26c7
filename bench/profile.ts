import { sql } from 'kysely';
import { migrate } from '../store/platform/migrate.ts';
import { collectDossier } from '../store/credit/dossier.ts';
import { beginNights, reassessNight, takeNightStep } from '../store/credit/night-book.ts';
import { openStore } from '../store/open.ts';
import type { OpenStore } from '../store/open.ts';
import { setUp } from '../store/setup.ts';
import { momentOf } from '../store/platform/transaction.ts';
import { logLogSlope, percentile, round, table } from './figures.ts';
import type { Settings } from './settings.ts';
import type { Ground } from './world.ts';
import { reachesNobody } from '../store/platform/departures.ts';

const BUSINESS = '2026-10-10T02:00:00.000Z';
const INVOICES_EACH = 12;
const ONE_BY_ONE = 200;
const STEP_LIMIT = 100_000;

interface Night {
  seconds: number;
  /** Milliseconds a customer. */
  each: number;
  /** Milliseconds of one step: how long a document of a customer in it may have to wait. */
  stepP50: number;
  stepMax: number;
  steps: number;
  warnings: number;
  findings: number;
}

interface Measured {
  customers: number;
  receivables: number;
  /** The first night keeps every fact of every customer, the next only what moved with the day. */
  first: Night;
  next: Night;
  /** Milliseconds to read one dossier, customers taken at random. */
  dossierP50: number;
  dossierP99: number;
}

/** What a night costs for many customers and how it grows, and what one dossier costs beside them. */
export async function profile(ground: Ground, settings: Settings): Promise<object> {
  const sizes = settings.quick ? [300, 1_000] : settings.sizes;
  const measured: Measured[] = [];
  for (const customers of sizes) {
    const one = await measure(await ground.database(), customers);
    measured.push(one);
    console.log(`${customers} customers: first night ${one.first.seconds} s, next ${one.next.seconds} s`);
  }
  console.log(
    table(
      [
        'customers',
        'receivables',
        'first night s',
        'ms each',
        'next night s',
        'ms each',
        'step p50 ms',
        'step max ms',
        'dossier p50 ms',
        'p99 ms',
      ],
      measured.map((one) => [
        String(one.customers),
        String(one.receivables),
        String(one.first.seconds),
        String(one.first.each),
        String(one.next.seconds),
        String(one.next.each),
        String(one.next.stepP50),
        String(one.next.stepMax),
        String(one.dossierP50),
        String(one.dossierP99),
      ]),
    ),
  );
  const growth = logLogSlope(measured.map((one) => ({ n: one.customers, value: one.next.seconds })));
  console.log(`growth of a night with the number of customers: exponent ${growth.toFixed(2)}`);
  return { invoicesEach: INVOICES_EACH, measured, growth };
}

async function measure(url: string, customers: number): Promise<Measured> {
  await migrate(url);
  await setUp(url, { business: BUSINESS, speed: 0, pinned: false });
  const store = openStore({ url, max: 4 });
  try {
    const receivables = await fill(store, customers);
    await beginNights(store);
    const first = await night(store);
    await sql`update clock set business_anchor = business_anchor + interval '16 hours 1 second'`.execute(store.db);
    const next = await night(store);
    return { customers, receivables, first, next, ...(await dossiers(store, customers)) };
  } finally {
    await store.close();
  }
}

/** A year of one invoice a month, paid around its due date, a tenth of them still open: rows as the verbs write them. */
async function fill(store: OpenStore, customers: number): Promise<number> {
  const db = store.policies.db;
  await sql`select setseed(0.42)`.execute(db);
  await sql`
    insert into customer (external_id, name, type, region, currency, terms_days, content_hash, tax_id, group_code, created_at, updated_at)
    select 'B-' || n, 'Customer ' || n, 'hospital', 'SH', 'USD', 30, 'x', 'T' || n, case when n % 10 = 0 then 'G-' || n / 100 end, '2025-01-01Z', '2025-01-01Z'
    from generate_series(1, ${customers}::int) n`.execute(db);
  await sql`
    insert into contact (customer_id, external_id, name, role, email, position) select id, 'c1', 'X', 'finance', external_id || '@customer.example', 0 from customer`.execute(
    db,
  );
  await sql`
    insert into invoice (customer_id, external_id, number, issue_date, currency, amount_minor, content_hash, created_at, updated_at)
    select c.id, c.external_id || '-' || m, m::text, date '2025-10-05' + m * 30, 'USD', 10000 + (random() * 1000000)::int, 'x', '2025-01-01Z', '2025-01-01Z'
    from customer c, generate_series(1, ${INVOICES_EACH}::int) m`.execute(db);
  await sql`
    insert into receivable (invoice_id, customer_id, instalment, due_date, currency, amount_minor, paid_minor, stage, outcome, ladder, policy_version, posted_at,
      plan_step, plan_why)
    select i.id, i.customer_id, 1, i.issue_date + 30, 'USD', i.amount_minor, case when p.paid then i.amount_minor else 0 end,
      case when p.paid then 'closed' else 'due' end, case when p.paid then 'paid' end, 'general-30', 1, '2025-01-01Z', 'wait', '{}'
    from (select *, random() < 0.9 as lucky from invoice) i, lateral (select i.lucky and i.issue_date < '2026-09-01' as paid) p`.execute(
    db,
  );
  await sql`
    with paid as (select r.*, gen_random_uuid() as payment from receivable r where r.outcome = 'paid'),
    p as (
      insert into payment (id, external_id, customer_id, amount_minor, unapplied_minor, currency, received_on, content_hash, posted_at)
      select payment, 'P-' || id, customer_id, amount_minor, 0, 'USD', due_date + (random() * 40)::int - 20, 'x', '2025-01-01Z' from paid returning id, received_on)
    insert into allocation (receivable_id, payment_id, amount_minor, value_date, posted_at)
    select paid.id, p.id, paid.amount_minor, p.received_on, '2025-01-01Z' from paid join p on p.id = paid.payment`.execute(db);
  await sql`analyze`.execute(db);
  return customers * INVOICES_EACH;
}

async function night(store: OpenStore): Promise<Night> {
  const { rows } = await sql<{ id: string }>`select id from night where ended_at is null`.execute(store.db);
  const id = rows[0]?.id ?? '';
  let plan = await reassessNight(store, { id, seq: null });
  const steps: number[] = [];
  const began = performance.now();
  while (plan.step === 'watch' && steps.length < STEP_LIMIT) {
    const at = performance.now();
    plan = await takeNightStep(store, { id, seq: plan.seq }, reachesNobody);
    steps.push(performance.now() - at);
  }
  const ms = performance.now() - began;
  const { rows: counted } = await sql<{ customers: number; warnings: number; findings: number }>`
    select customers, warnings, findings from night where id = ${id}::uuid`.execute(store.db);
  const { customers = 0, warnings = 0, findings = 0 } = counted[0] ?? {};
  return {
    seconds: round(ms / 1000),
    each: round(ms / Math.max(1, customers)),
    stepP50: round(percentile(steps, 0.5)),
    stepMax: round(Math.max(...steps)),
    steps: steps.length,
    warnings,
    findings,
  };
}

async function dossiers(store: OpenStore, customers: number): Promise<{ dossierP50: number; dossierP99: number }> {
  const { rows } = await sql<{
    id: string;
  }>`select id from customer order by md5(external_id) limit ${Math.min(ONE_BY_ONE, customers)}`.execute(store.db);
  const took: number[] = [];
  const at = await momentOf(store.db, store);
  for (const { id } of rows) {
    const began = performance.now();
    await collectDossier(store.db, store, at, id);
    took.push(performance.now() - began);
  }
  return { dossierP50: round(percentile(took, 0.5)), dossierP99: round(percentile(took, 0.99)) };
}
