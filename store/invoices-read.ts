import { sql } from 'kysely';
import type { Actor } from '../domain/kernel/actor.ts';
import type { BusinessDate, Instant } from '../domain/kernel/calendar.ts';
import { Refusal } from '../domain/kernel/refusal.ts';
import type { Instalment } from '../domain/collection/documents.ts';
import type { Outcome, Stage } from '../domain/collection/ladder.ts';
import { isOurId } from './rows.ts';
import { seesCustomer } from './scope.ts';
import type { Store } from './transaction.ts';

/** An invoice with its receivables, amounts in minor units. */
export interface InvoiceView {
  id: string;
  externalId: string;
  customer: string;
  number: string;
  issueDate: BusinessDate;
  currency: string;
  amountMinor: number;
  taxRate: string | null;
  taxMinor: number | null;
  contract: string | null;
  order: string | null;
  ladder: string | null;
  version: number;
  createdAt: Instant;
  updatedAt: Instant;
  receivables: {
    id: string;
    instalment: number;
    dueDate: BusinessDate;
    amountMinor: number;
    openMinor: number;
    kind: Instalment['kind'];
    stage: Stage;
    outcome: Outcome | null;
  }[];
}

export interface InvoiceFilter {
  customer?: string | undefined;
  issuedFrom?: BusinessDate | undefined;
  issuedTo?: BusinessDate | undefined;
  /** The last row of the page before: issue date and id. */
  after?: readonly [BusinessDate, string] | undefined;
}

const view = sql`i.id, i.external_id as "externalId", c.external_id as customer, i.number, i.issue_date as "issueDate", i.currency,
  i.amount_minor as "amountMinor", i.tax_rate as "taxRate", i.tax_minor as "taxMinor", i.contract, i.order_code as "order", i.ladder, i.version,
  i.created_at as "createdAt", i.updated_at as "updatedAt",
  (select coalesce(jsonb_agg(jsonb_build_object('id', r.id, 'instalment', r.instalment, 'dueDate', r.due_date, 'amountMinor', r.amount_minor,
    'openMinor', r.amount_minor - r.paid_minor - r.credited_minor - r.written_off_minor, 'kind', r.kind, 'stage', r.stage, 'outcome', r.outcome)
    order by r.instalment), '[]') from receivable r where r.invoice_id = i.id and not r.withdrawn) as receivables`;

/** Invoices the actor may see, newest first; one more than `limit` when there are more. */
export async function listInvoices(store: Store, actor: Actor, filter: InvoiceFilter, limit: number): Promise<InvoiceView[]> {
  const { customer, issuedFrom, issuedTo, after } = filter;
  const conditions = [
    seesCustomer(actor),
    ...(customer === undefined
      ? []
      : [sql<boolean>`(c.external_id = ${customer} or c.id = ${isOurId(customer) ? customer : null}::uuid)`]),
    ...(issuedFrom === undefined ? [] : [sql<boolean>`i.issue_date >= ${issuedFrom}::date`]),
    ...(issuedTo === undefined ? [] : [sql<boolean>`i.issue_date <= ${issuedTo}::date`]),
    ...(after === undefined ? [] : [sql<boolean>`(i.issue_date, i.id) < (${after[0]}::date, ${after[1]}::uuid)`]),
  ];
  const { rows } = await sql<InvoiceView>`
    select ${view} from invoice i join customer c on c.id = i.customer_id where ${sql.join(conditions, sql` and `)}
    order by i.issue_date desc, i.id desc limit ${limit + 1}`.execute(store.db);
  return rows;
}

/** The invoice `{id}` means (ours, or the caller's). Throws Refusal `not-found`. */
export async function readInvoice(store: Store, actor: Actor, id: string): Promise<InvoiceView> {
  const { rows } = await sql<InvoiceView>`
    select ${view} from invoice i join customer c on c.id = i.customer_id
    where (i.external_id = ${id} or i.id = ${isOurId(id) ? id : null}::uuid) and ${seesCustomer(actor)}
    order by i.external_id = ${id} desc limit 1`.execute(store.db);
  const found = rows[0];
  if (!found) throw new Refusal('not-found', { id });
  return found;
}
