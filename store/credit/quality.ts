import { sql } from 'kysely';
import { addMonths } from '../../domain/kernel/calendar.ts';
import { dateBounds, judgeQuality } from '../../domain/credit/quality.ts';
import type { Finding, QualityFacts } from '../../domain/credit/quality.ts';
import type { Tx } from '../database.ts';
import { recordset } from '../rows.ts';
import type { Moment, Store } from '../transaction.ts';
import { addTraces, cancelWorkOrders, noTraces, openWorkOrder } from '../work-orders.ts';
import type { WorkOrderTraces } from '../work-orders.ts';
import { keepCustomerKeys } from './customer-keys.ts';

/** Terms and dates are looked at in the invoices of so many months. */
const MONTHS_LOOKED_AT = 12;
const MOST_PER_CUSTOMER = 20;

/**
 * Looks for faults in the data of some customers; new ones become work orders, mended ones end theirs. The caller holds the customers'
 * locks. A duplicate is found at the later of the two, so a customer that is corrected can clear findings of others only by the night.
 */
export async function settleQuality(
  tx: Tx,
  store: Store,
  at: Moment,
  customerIds: readonly string[],
): Promise<{ traces: WorkOrderTraces; found: number }> {
  await keepCustomerKeys(tx, customerIds);
  const facts = await qualityFacts(tx, at, customerIds);
  const found = facts.flatMap((one) => judgeQuality(one, at.today));
  const { rows: standing } = await sql<{ id: string; key: string; customerId: string; kind: string; times: number }>`
    select id, key, customer_id as "customerId", kind, times from data_finding
    where customer_id = any(${[...customerIds]}::uuid[]) and cleared_at is null order by key`.execute(tx);
  const known = new Set(standing.map((one) => one.key));
  const keys = new Set(found.map((one) => one.key));
  const fresh = found.filter((one) => !known.has(one.key));
  const traces = noTraces();
  for (const one of await insertFindings(tx, at, fresh)) addTraces(traces, await tell(tx, store, at, one));
  addTraces(
    traces,
    await clear(
      tx,
      at,
      standing.filter((one) => !keys.has(one.key)),
    ),
  );
  return { traces, found: fresh.length };
}

async function qualityFacts(tx: Tx, at: Moment, customerIds: readonly string[]): Promise<QualityFacts[]> {
  const bounds = dateBounds(at.today);
  const from = addMonths(at.today, -MONTHS_LOOKED_AT);
  const { rows } = await sql<QualityFacts>`
    with who as (select * from customer c where c.id = any(${[...customerIds]}::uuid[])),
    sold as materialized (
      select i.id, i.customer_id, i.external_id, i.contract, i.terms_days, i.issue_date, i.delivered_on from who join invoice i on i.customer_id = who.id
      where i.issue_date >= ${from}::date or i.issue_date < ${bounds.issuedFrom}::date)
    select who.id as "customerId", who.external_id as code, who.currency = 'CNY' as domestic, who.tax_id as "taxId", who.terms_days as "termsDays",
      coalesce((select jsonb_agg(jsonb_build_object('by', d.kind, 'of', d.of) order by d.kind) from (
        select k.kind, min(c.external_id) as of from customer_key k join customer_key o on o.kind = k.kind and o.key = k.key and o.customer_id <> k.customer_id
          join customer c on c.id = o.customer_id
        where k.customer_id = who.id and c.external_id < who.external_id group by k.kind) d), '[]') as duplicates,
      coalesce((select jsonb_agg(jsonb_build_object('contract', t.contract, 'days', t.terms_days, 'invoices', t.n) order by t.contract, t.terms_days) from (
        select s.contract, s.terms_days, count(*)::int as n from sold s
        where s.customer_id = who.id and s.terms_days <> who.terms_days group by 1, 2 limit ${MOST_PER_CUSTOMER}) t), '[]') as terms,
      coalesce((select jsonb_agg(jsonb_build_object('invoice', o.invoice, 'what', o.what, 'date', o.date) order by o.invoice, o.what) from (
        select s.external_id as invoice, w.what, w.date from sold s, lateral (
          select 'due-before-issue' as what, min(r.due_date) as date from receivable r where r.invoice_id = s.id and not r.withdrawn and r.due_date < s.issue_date
          union all select 'due-far-off', max(r.due_date) from receivable r where r.invoice_id = s.id and not r.withdrawn
            and r.due_date > s.issue_date + ${bounds.dueWithinDays}::int
          union all select 'delivered-ahead', s.delivered_on where s.delivered_on > ${bounds.deliveredTo}::date
          union all select 'issued-long-ago', s.issue_date where s.issue_date < ${bounds.issuedFrom}::date) w
        where s.customer_id = who.id and w.date is not null limit ${MOST_PER_CUSTOMER}) o), '[]') as dates,
      jsonb_build_object('registeredOn', (select f.value from profile_fact f where f.customer_id = who.id and f.name = 'registeredOn' and f.superseded_at is null),
        'licenceUntil', (select f.value from profile_fact f where f.customer_id = who.id and f.name = 'licenceUntil' and f.superseded_at is null)) as told,
      exists (select from contact k where k.customer_id = who.id and k.active
        and (k.email is not null or k.mobile is not null or k.wecom is not null)) as reachable
    from who order by who.external_id`.execute(tx);
  return rows;
}

interface Found {
  id: string;
  times: number;
  finding: Finding;
}

/** A fault that was mended and is there again counts anew. */
async function insertFindings(tx: Tx, at: Moment, fresh: readonly Finding[]): Promise<Found[]> {
  if (fresh.length === 0) return [];
  const rows = fresh.map(({ customerId, ...one }) => ({ ...one, customer_id: customerId }));
  const { rows: inserted } = await sql<{ id: string; key: string; times: number }>`
    insert into data_finding (key, customer_id, kind, detail, found_at)
    select key, customer_id, kind, detail, ${at.now}::timestamptz from ${recordset(rows, 'key text, customer_id uuid, kind text, detail jsonb')} order by key
    on conflict (key) do update set cleared_at = null, found_at = excluded.found_at, detail = excluded.detail, times = data_finding.times + 1
    returning id, key, times`.execute(tx);
  const byKey = new Map(inserted.map((row) => [row.key, row]));
  return fresh.flatMap((finding) => {
    const row = byKey.get(finding.key);
    return row ? [{ id: row.id, times: row.times, finding }] : [];
  });
}

const workOrderKey = ({ id, times }: { id: string; times: number }): string => `finding/${id}/${times}`;

async function tell(tx: Tx, store: Store, at: Moment, { id, times, finding }: Found): Promise<WorkOrderTraces> {
  const { customerId, kind, detail } = finding;
  const about = { subjectKind: 'data-finding', subjectId: id, customerId };
  const traces = await openWorkOrder(tx, store, at, {
    key: workOrderKey({ id, times }),
    kind: 'mend-master-data',
    customerId,
    subject: `${kind} of customer ${detail['customer']}`,
    reason: { finding: kind, ...detail },
  });
  traces.audit.unshift({ ...about, action: 'data-finding.found', after: { kind, detail } });
  traces.events.unshift({ ...about, kind: 'data-finding.found', data: { kind } });
  return traces;
}

async function clear(
  tx: Tx,
  at: Moment,
  gone: readonly { id: string; customerId: string; kind: string; times: number }[],
): Promise<WorkOrderTraces> {
  if (gone.length === 0) return noTraces();
  await sql`update data_finding set cleared_at = ${at.now}::timestamptz where id = any(${gone.map((one) => one.id)}::uuid[])`.execute(
    tx,
  );
  const traces = await cancelWorkOrders(tx, at, { keys: gone.map(workOrderKey) }, 'mended');
  for (const { id, customerId, kind } of gone) {
    const about = { subjectKind: 'data-finding', subjectId: id, customerId };
    traces.audit.push({ ...about, action: 'data-finding.cleared', reason: 'mended', after: { kind } });
    traces.events.push({ ...about, kind: 'data-finding.cleared', data: { kind } });
  }
  return traces;
}
