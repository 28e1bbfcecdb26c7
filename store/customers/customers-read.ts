import { sql } from 'kysely';
import type { Actor } from '../../domain/platform/actor.ts';
import type { BusinessDate, Instant } from '../../domain/platform/calendar.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import type { ContactDocument, CustomerDocument } from '../../domain/ledger/documents.ts';
import { isOurId } from '../platform/rows.ts';
import { seesCustomer } from '../access/scope.ts';
import { momentOf } from '../platform/transaction.ts';
import type { Store } from '../platform/transaction.ts';

/** What a customer owes in one currency, in minor units. */
export interface Balance {
  currency: string;
  openMinor: number;
  overdueMinor: number;
  disputedMinor: number;
  unappliedMinor: number;
  oldestDueDate: BusinessDate | null;
}

/** A customer in a list. */
export type CustomerRow = Pick<CustomerDocument, 'externalId' | 'name' | 'type' | 'tier' | 'currency' | 'terms' | 'owner'> & {
  id: string;
  region: string | null;
  version: number;
  /** Whoever took it over: what it owed is that one's. */
  mergedInto: string | null;
  balances: Balance[];
};

/** A customer with its contacts in use. */
export type CustomerView = CustomerRow &
  Pick<CustomerDocument, 'taxId' | 'taxRate' | 'group' | 'payer' | 'debtorClass' | 'creditorWasSme' | 'ladder' | 'facts'> & {
    contacts: ContactDocument[];
    createdAt: Instant;
    updatedAt: Instant;
  };

export interface CustomerFilter {
  type?: string | undefined;
  region?: string | undefined;
  owner?: string | undefined;
  /** Part of the name, or how the external id begins. */
  q?: string | undefined;
  /** External id of the last row of the page before. */
  after?: string | undefined;
}

const balances = (today: BusinessDate) => sql`
  (select coalesce(jsonb_agg(b order by b.currency), '[]') from (
    select m.currency, sum(m.open) as "openMinor", sum(m.overdue) as "overdueMinor", sum(m.disputed) as "disputedMinor",
      sum(m.unapplied) as "unappliedMinor", min(m.due) as "oldestDueDate"
    from (
      select r.currency, o.open, case when r.due_date < ${today}::date then o.open else 0 end as overdue,
        (select case when count(*) = 0 then 0 else least(o.open, receivable_conceded(r.id) + coalesce(sum(d.amount_minor) filter (where d.state = 'open'), 0)) end
          from dispute d where d.receivable_id = r.id) as disputed,
        0 as unapplied, r.due_date as due
      from receivable r, lateral (select r.amount_minor - r.paid_minor - r.credited_minor - r.written_off_minor as open) o
      where r.customer_id = c.id and r.paid_minor + r.credited_minor + r.written_off_minor < r.amount_minor
      union all
      select p.currency, 0, 0, 0, p.unapplied_minor, null from payment p where p.customer_id = c.id and p.unapplied_minor > 0
      union all
      select n.currency, 0, 0, 0, n.unapplied_minor, null from credit_note n where n.customer_id = c.id and n.unapplied_minor > 0) m
    group by m.currency) b)`;

const row = (today: BusinessDate) => sql`c.id, c.external_id as "externalId", c.name, c.type, c.tier, c.region, c.currency,
  coalesce(c.terms_rule, jsonb_build_object('days', c.terms_days, 'from', c.terms_from)) as terms, c.owner, c.version,
  (select n.external_id from customer n where n.id = c.merged_into) as "mergedInto", ${balances(today)} as balances`;

/** Customers the actor may see, by their external ids; one more than `limit` when there are more. */
export async function listCustomers(store: Store, actor: Actor, filter: CustomerFilter, limit: number): Promise<CustomerRow[]> {
  const { today } = await momentOf(store.db, store);
  const { type, region, owner, q, after } = filter;
  const conditions = [
    seesCustomer(actor),
    ...(type === undefined ? [] : [sql<boolean>`c.type = ${type}`]),
    ...(region === undefined ? [] : [sql<boolean>`c.region = ${region}`]),
    ...(owner === undefined ? [] : [sql<boolean>`c.owner = ${owner}`]),
    ...(q === undefined ? [] : [sql<boolean>`(strpos(lower(c.name), lower(${q})) > 0 or starts_with(c.external_id, ${q}))`]),
    ...(after === undefined ? [] : [sql<boolean>`c.external_id > ${after}`]),
  ];
  const { rows } = await sql<CustomerRow>`
    select ${row(today)} from customer c where ${sql.join(conditions, sql` and `)} order by c.external_id limit ${limit + 1}`.execute(
    store.db,
  );
  return rows;
}

/** The customer `{id}` means (ours, or the caller's). Throws Refusal `not-found`. */
export async function readCustomer(store: Store, actor: Actor, id: string): Promise<CustomerView> {
  const { today } = await momentOf(store.db, store);
  const { rows } = await sql<CustomerView>`
    select ${row(today)}, c.tax_id as "taxId", c.tax_rate as "taxRate", c.group_code as "group", c.payer_code as payer,
      c.debtor_class as "debtorClass", c.creditor_was_sme as "creditorWasSme", c.ladder, c.facts, c.created_at as "createdAt", c.updated_at as "updatedAt",
      (select coalesce(jsonb_agg(jsonb_build_object('id', k.external_id, 'name', k.name, 'role', k.role, 'email', k.email, 'mobile', k.mobile,
        'wecom', k.wecom, 'language', k.language) order by k.position), '[]') from contact k where k.customer_id = c.id and k.active) as contacts
    from customer c where (c.external_id = ${id} or c.id = ${isOurId(id) ? id : null}::uuid) and ${seesCustomer(actor)}
    order by c.external_id = ${id} desc limit 1`.execute(store.db);
  const found = rows[0];
  if (!found) throw new Refusal('not-found', { id });
  return found;
}
