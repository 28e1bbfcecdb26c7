import { sql } from 'kysely';
import type { Actor } from '../../domain/platform/actor.ts';
import type { BusinessDate, Instant } from '../../domain/platform/calendar.ts';
import type { FaultyField } from '../../domain/platform/faulty.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import type { Instalment } from '../../domain/ledger/documents.ts';
import { faultyOf } from './faulty.ts';
import { duplicateOf } from './duplicates.ts';
import type { DuplicateView } from './duplicates.ts';
import { isOurId } from '../platform/rows.ts';
import { seesCustomer } from '../access/scope.ts';
import type { Store } from '../platform/transaction.ts';
import type { Outcome, Stage } from '../../domain/ledger/outcome.ts';

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
  faulty: FaultyField[] | null;
  duplicate: DuplicateView | null;
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
    faulty: FaultyField[] | null;
  }[];
}

export interface InvoiceFilter {
  customer?: string | undefined;
  /** As printed on the invoice. */
  number?: string | undefined;
  issuedFrom?: BusinessDate | undefined;
  issuedTo?: BusinessDate | undefined;
  /** The last row of the page before: issue date and id. */
  after?: readonly [BusinessDate, string] | undefined;
}

const view = sql`i.id, i.external_id as "externalId", c.external_id as customer, i.number, i.issue_date as "issueDate", i.currency,
  i.amount_minor as "amountMinor", i.tax_rate as "taxRate", i.tax_minor as "taxMinor", i.contract, i.order_code as "order", i.ladder, i.version, ${duplicateOf('invoice', 'i')} as duplicate, ${faultyOf('invoice', 'i')} as faulty,
  i.created_at as "createdAt", i.updated_at as "updatedAt",
  (select coalesce(jsonb_agg(jsonb_build_object('id', r.id, 'instalment', r.instalment, 'dueDate', r.due_date, 'amountMinor', r.amount_minor,
    'openMinor', r.amount_minor - r.paid_minor - r.credited_minor - r.written_off_minor, 'kind', r.kind, 'stage', r.stage, 'outcome', r.outcome,
    'faulty', ${faultyOf('receivable', 'r')})
    order by r.instalment), '[]') from receivable r where r.invoice_id = i.id and not r.withdrawn) as receivables`;

/** Invoices the actor may see, newest first; one more than `limit` when there are more. */
export async function listInvoices(store: Store, actor: Actor, filter: InvoiceFilter, limit: number): Promise<InvoiceView[]> {
  const { customer, number, issuedFrom, issuedTo, after } = filter;
  const conditions = [
    seesCustomer(actor),
    ...(customer === undefined
      ? []
      : [sql<boolean>`(c.external_id = customer_now(${customer}) or c.id = ${isOurId(customer) ? customer : null}::uuid)`]),
    ...(number === undefined ? [] : [sql<boolean>`i.number = ${number}`]),
    ...(issuedFrom === undefined ? [] : [sql<boolean>`i.issue_date >= ${issuedFrom}::date`]),
    ...(issuedTo === undefined ? [] : [sql<boolean>`i.issue_date <= ${issuedTo}::date`]),
    ...(after === undefined ? [] : [sql<boolean>`(i.issue_date, i.id) < (${after[0]}::date, ${after[1]}::uuid)`]),
  ];
  const { rows } = await sql<InvoiceView>`
    select ${view} from invoice i join customer c on c.id = i.customer_id where ${sql.join(conditions, sql` and `)}
    order by i.issue_date desc, i.id desc limit ${limit + 1}`.execute(store.db);
  return rows;
}

/** The invoice `{id}` means: the caller's id, ours, or a printed number that only one bears. Throws Refusal `not-found`. */
export async function readInvoice(store: Store, actor: Actor, id: string): Promise<InvoiceView> {
  const { rows } = await sql<InvoiceView>`
    select ${view} from invoice i join customer c on c.id = i.customer_id
    where (i.external_id = ${id} or i.id = ${isOurId(id) ? id : null}::uuid or i.number = ${id}) and ${seesCustomer(actor)}
    order by i.external_id = ${id} desc, i.number = ${id} limit 2`.execute(store.db);
  const [found, another] = rows;
  const ambiguous = another !== undefined && found !== undefined && found.externalId !== id && found.id !== id;
  if (!found || ambiguous) throw new Refusal('not-found', { id });
  return found;
}
