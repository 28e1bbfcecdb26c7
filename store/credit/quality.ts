import { sql } from 'kysely';
import { addMonths } from '../../domain/platform/calendar.ts';
import { dateBounds, judgeQuality } from '../../domain/credit/quality.ts';
import type { Finding, QualityFacts } from '../../domain/credit/quality.ts';
import { recordset } from '../platform/rows.ts';
import type { Work } from '../platform/transaction.ts';
import { cancelWorkOrders, openWorkOrder } from '../tasks/work-orders.ts';
import { keepCustomerKeys } from '../customers/customer-keys.ts';
import type { Effects } from '../platform/effects.ts';
import { addEffects, noEffects } from '../platform/effects.ts';

/** Terms and dates are looked at in the invoices of so many months. */
const MONTHS_LOOKED_AT = 12;
const MOST_PER_CUSTOMER = 20;

/**
 * Looks for faults in the data of some customers; new ones become work orders, mended ones end theirs. The caller holds the customers'
 * locks. A duplicate is found at the later of the two, so a customer that is corrected can clear findings of others only by the night.
 */
export async function settleQuality(work: Work, customerIds: readonly string[]): Promise<{ effects: Effects; found: number }> {
  const { tx, at } = work;
  await keepCustomerKeys(tx, customerIds);
  const facts = await qualityFacts(work, customerIds);
  const found = facts.flatMap((one) => judgeQuality(one, at.today));
  const { rows: standing } = await sql<{ id: string; key: string; customerId: string; kind: string; times: number }>`
    select id, key, customer_id as "customerId", kind, times from data_finding
    where customer_id = any(${[...customerIds]}::uuid[]) and cleared_at is null order by key`.execute(tx);
  const known = new Set(standing.map((one) => one.key));
  const keys = new Set(found.map((one) => one.key));
  const fresh = found.filter((one) => !known.has(one.key));
  const effects = noEffects();
  for (const one of await insertFindings(work, fresh)) addEffects(effects, await tell(work, one));
  addEffects(
    effects,
    await clear(
      work,
      standing.filter((one) => !keys.has(one.key)),
    ),
  );
  return { effects, found: fresh.length };
}

async function qualityFacts({ tx, at }: Work, customerIds: readonly string[]): Promise<QualityFacts[]> {
  const bounds = dateBounds(at.today);
  const from = addMonths(at.today, -MONTHS_LOOKED_AT);
  const ids = sql`any(${[...customerIds]}::uuid[])`;
  const { rows } = await sql<QualityFacts>`
    with who as materialized (select * from customer c where c.id = ${ids}),
    sold as materialized (
      select i.id, i.customer_id, i.external_id, i.contract, i.terms_days, i.issue_date, i.delivered_on from invoice i
      where i.customer_id = ${ids} and (i.issue_date >= ${from}::date or i.issue_date < ${bounds.issuedFrom}::date)),
    duplicate as (
      select customer_id, jsonb_agg(jsonb_build_object('by', kind, 'of', of) order by kind) as all from (
        select k.customer_id, k.kind, min(c.external_id) as of
        from customer_key k join customer m on m.id = k.customer_id
          join customer_key o on o.kind = k.kind and o.key = k.key and o.customer_id <> k.customer_id
          join customer c on c.id = o.customer_id and c.external_id < m.external_id
        where k.customer_id = ${ids} group by 1, 2) d group by 1),
    other_terms as (
      select customer_id, jsonb_agg(jsonb_build_object('contract', contract, 'days', terms_days, 'invoices', n) order by contract, terms_days) as all from (
        select s.customer_id, s.contract, s.terms_days, count(*)::int as n,
          row_number() over (partition by s.customer_id order by s.contract, s.terms_days) as place
        from sold s join who on who.id = s.customer_id where s.terms_days <> who.terms_days group by 1, 2, 3) t
      where place <= ${MOST_PER_CUSTOMER} group by 1),
    odd as (
      select customer_id, jsonb_agg(jsonb_build_object('invoice', invoice, 'what', what, 'date', date) order by invoice, what) as all from (
        select o.*, row_number() over (partition by customer_id order by invoice, what) as place from (
          select s.customer_id, s.external_id as invoice, w.what, min(w.date) as date
          from sold s join receivable r on r.invoice_id = s.id and not r.withdrawn, lateral (values
            ('due-before-issue', r.due_date, r.due_date < s.issue_date),
            ('due-far-off', r.due_date, r.due_date > s.issue_date + ${bounds.dueWithinDays}::int),
            ('delivered-ahead', s.delivered_on, s.delivered_on > ${bounds.deliveredTo}::date),
            ('issued-long-ago', s.issue_date, s.issue_date < ${bounds.issuedFrom}::date)) w(what, date, wrong)
          where w.wrong group by 1, 2, 3) o) p
      where place <= ${MOST_PER_CUSTOMER} group by 1),
    told as (
      select customer_id, max(value #>> '{}') filter (where name = 'registeredOn') as registered, max(value #>> '{}') filter (where name = 'licenceUntil') as licence
      from profile_fact where customer_id = ${ids} and name in ('registeredOn', 'licenceUntil') and superseded_at is null group by 1),
    reached as (
      select distinct customer_id from contact
      where customer_id = ${ids} and active and (email is not null or mobile is not null or wecom is not null))
    select who.id as "customerId", who.external_id as code, who.currency = 'CNY' as domestic, who.tax_id as "taxId", who.terms_days as "termsDays",
      coalesce(d.all, '[]') as duplicates, coalesce(t.all, '[]') as terms, coalesce(o.all, '[]') as dates,
      jsonb_build_object('registeredOn', f.registered, 'licenceUntil', f.licence) as told, k.customer_id is not null as reachable
    from who left join duplicate d on d.customer_id = who.id left join other_terms t on t.customer_id = who.id
      left join odd o on o.customer_id = who.id left join told f on f.customer_id = who.id left join reached k on k.customer_id = who.id
    order by who.external_id`.execute(tx);
  return rows;
}

interface Found {
  id: string;
  times: number;
  finding: Finding;
}

/** A fault that was mended and is there again counts anew. */
async function insertFindings({ tx, at }: Work, fresh: readonly Finding[]): Promise<Found[]> {
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

async function tell(work: Work, { id, times, finding }: Found): Promise<Effects> {
  const { customerId, kind, detail } = finding;
  const about = { subjectKind: 'data-finding', subjectId: id, customerId };
  const effects = await openWorkOrder(work, {
    key: workOrderKey({ id, times }),
    kind: 'mend-master-data',
    customerId,
    subject: `${kind} of customer ${detail['customer']}`,
    reason: { finding: kind, ...detail },
  });
  effects.audit.unshift({ ...about, action: 'data-finding.found', after: { kind, detail } });
  effects.events.unshift({ ...about, kind: 'data-finding.found', data: { kind } });
  return effects;
}

async function clear(
  work: Work,
  gone: readonly { id: string; customerId: string; kind: string; times: number }[],
): Promise<Effects> {
  const { tx, at } = work;
  if (gone.length === 0) return noEffects();
  await sql`update data_finding set cleared_at = ${at.now}::timestamptz where id = any(${gone.map((one) => one.id)}::uuid[])`.execute(
    tx,
  );
  const effects = await cancelWorkOrders(work, { keys: gone.map(workOrderKey) }, 'mended');
  for (const { id, customerId, kind } of gone) {
    const about = { subjectKind: 'data-finding', subjectId: id, customerId };
    effects.audit.push({ ...about, action: 'data-finding.cleared', reason: 'mended', after: { kind } });
    effects.events.push({ ...about, kind: 'data-finding.cleared', data: { kind } });
  }
  return effects;
}
