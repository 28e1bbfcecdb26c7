import { sql } from 'kysely';
import type { BusinessDate } from '../../domain/platform/calendar.ts';
import type { InvoiceDocument, Instalment, StandingInstalment, Terms } from '../../domain/ledger/documents.ts';
import type { GivenInvoice } from '../../domain/ledger/giving-corrections.ts';
import type { DuplicateState } from '../../domain/ledger/duplicates.ts';
import { documentMeant } from '../../domain/ledger/reference.ts';
import type { Plan } from '../../domain/dunning/receivable.ts';
import type { Tx } from '../platform/database.ts';
import type { ProcedureStanding } from '../../domain/ledger/procedures.ts';
import { among } from '../platform/prepared.ts';
import { LostRace, recordset } from '../platform/rows.ts';
import type { Work } from '../platform/transaction.ts';
import type { Question } from '../../domain/ledger/claims.ts';
import { termsColumns } from '../customers/terms-columns.ts';

/** A customer as invoices and payments are judged by it; its row is locked, which orders all that moves its money. */
export interface LedgerCustomer {
  id: string;
  code: string;
  type: string;
  region: string | null;
  tier: string | null;
  owner: string | null;
  /** Who pays for it, when it is not itself. */
  payer: string | null;
  ladder: string | null;
  /** As last granted, with the ladder that goes with it. */
  grade: string | null;
  grantedLadder: string | null;
  currency: string;
  terms: Terms;
  /** The longest time to pay that credit was granted for. */
  grantedDays: number | null;
  firstIssueDate: BusinessDate | null;
  /** The go-live day in force (a setting), on which old rungs are measured. */
  collectFrom: BusinessDate | null;
  /** The same where the history that was taken over is not complete, so that a first invoice says nothing of how long we know a customer. */
  takenOver: BusinessDate | null;
}

/**
 * Locks customers by their external ids, in id order; with `payees`, also those that they pay for. Those that do not exist are left out; the
 * code of one that was merged stands for whoever took it over.
 */
export async function lockCustomers(
  tx: Tx,
  codes: readonly string[],
  { payees = false } = {},
): Promise<Map<string, LedgerCustomer>> {
  const own = among('c.external_id', [...new Set(codes)], 'text');
  // Nobody pays for one that was merged: what it owes is owed by whoever took it over, perhaps the payer itself.
  const paidFor = sql`(c.merged_into is null and ${among('c.payer_code', [...new Set(codes)], 'text')})`;
  const wanted = payees ? sql`(${own} or ${paidFor})` : own;
  const { rows } = await sql<LedgerCustomer & { mergedInto: string | null }>`
    select c.id, c.external_id as code, (select n.external_id from customer n where n.id = c.merged_into) as "mergedInto", c.type, c.region, c.tier, c.owner, c.payer_code as payer, c.ladder, c.currency, p.grade, p.ladder as "grantedLadder", p.max_terms_days as "grantedDays",
      coalesce(c.terms_rule, jsonb_build_object('days', c.terms_days, 'from', c.terms_from)) as terms,
      (select min(i.issue_date) from invoice i where i.customer_id = c.id) as "firstIssueDate",
      (select s.value #>> '{}' from setting s where s.key = 'collectFrom') as "collectFrom",
      (select s.value #>> '{}' from setting s where s.key = 'collectFrom'
        and not exists (select from setting g where g.key = 'goLive' and g.value ->> 'history' = 'complete')) as "takenOver"
    from customer c left join credit_profile p on p.customer_id = c.id where ${wanted} order by c.id for no key update of c`.execute(
    tx,
  );
  const found = new Map<string, LedgerCustomer>(rows.filter((row) => row.mergedInto === null).map((row) => [row.code, row]));
  const gone = rows.flatMap(({ code, mergedInto }) => (mergedInto === null ? [] : [{ code, mergedInto }]));
  if (gone.length === 0) return found;
  const takers = await lockCustomers(
    tx,
    gone.map(({ mergedInto }) => mergedInto),
    { payees },
  );
  for (const [code, taker] of takers) found.set(code, taker);
  for (const { code, mergedInto } of gone) {
    const taker = takers.get(mergedInto);
    if (taker) found.set(code, taker);
  }
  return found;
}

/** Whose items the money of a customer can reach: its own, then those of the customers it pays for; locked with their `payees`. */
export function reachOf(
  { id, code }: Pick<LedgerCustomer, 'id' | 'code'>,
  locked: ReadonlyMap<string, LedgerCustomer>,
): string[] {
  const borne = [...locked.values()].filter((one) => one.payer === code && one.id !== id);
  return [...new Set([id, ...borne.map((one) => one.id)])];
}

/** An invoice as it stands, with all its instalments ever posted. */
export interface StandingInvoice extends GivenInvoice {
  id: string;
  externalId: string;
  customerId: string;
  currency: string;
  contentHash: string;
  version: number;
  terms: Terms | null;
  /** Whether it was taken for another one; null: never, or no longer. */
  doubt: { state: DuplicateState; twin: string } | null;
  /** What an audit entry shows of it. */
  document: Record<string, unknown>;
  instalments: (StandingInstalment & ProcedureStanding & { openMinor: number; writtenOffMinor: number; stage: string })[];
}

/** Reads invoices by their external ids, under the lock of their customers. */
export async function readStanding(tx: Tx, externalIds: readonly string[]): Promise<Map<string, StandingInvoice>> {
  const { rows } = await sql<StandingInvoice>`
    select i.id, i.external_id as "externalId", i.customer_id as "customerId", i.currency, i.content_hash as "contentHash", i.version,
      case when i.terms_days is null then null else coalesce(i.terms_rule, jsonb_build_object('days', i.terms_days, 'from', i.terms_from)) end as terms,
      i.agreed_minor as "agreedMinor",
      (select coalesce(sum(n.amount_minor), 0)::bigint from credit_note n
        where n.invoice_id = i.id and n.kind = 'note' and not n.agreed and n.reversed_at is null) as "creditedAloneMinor",
      w.declined as "declinedMinor", case when w.declined = 0 then 0 else (select coalesce(sum(receivable_conceded(r.id)), 0)::bigint
        from receivable r where r.invoice_id = i.id) end as "expectedMinor",
      (select jsonb_build_object('minor', r.discount_minor, 'until', r.discount_until) from receivable r
        where r.invoice_id = i.id and not r.withdrawn and r.discount_until is not null order by r.instalment limit 1) as offer,
      (select jsonb_build_object('state', d.state, 'twin', d.twin_id) from duplicate_doubt d where d.document_id = i.id and d.state <> 'corrected') as doubt,
      jsonb_build_object('number', i.number, 'issueDate', i.issue_date, 'currency', i.currency, 'amountMinor', i.amount_minor,
        'taxRate', i.tax_rate, 'taxMinor', i.tax_minor, 'contract', i.contract, 'order', i.order_code, 'ladder', i.ladder,
        'deliveredOn', i.delivered_on) as document,
      (select jsonb_agg(jsonb_build_object('id', r.id, 'no', r.instalment, 'amountMinor', r.amount_minor, 'dueDate', r.due_date,
        'agreedDueDate', r.agreed_due_date, 'doubted', r.question = 'due-date', 'kind', r.kind, 'withdrawn', r.withdrawn, 'stage', r.stage, 'ladder', r.ladder,
        'extendedFrom', (select p.what ->> 'before' from pending_act p where p.subject_kind = 'receivable' and p.subject_id = r.id::text
          and p.kind = 'extension' and p.state = 'approved' and p.what ->> 'dueDate' = r.due_date::text order by p.id desc limit 1),
        'begun', exists (select from rung g where g.receivable_id = r.id and g.state not in ('planned', 'before-go-live')),
        'settledMinor', case when r.withdrawn then 0 else r.paid_minor + r.credited_minor + r.written_off_minor end,
        'grantedMinor', case when r.credited_minor = 0 or r.withdrawn then 0 else (select coalesce(sum(a.amount_minor), 0) from allocation a
          where a.receivable_id = r.id and a.basis = 'discount' and a.reversed_at is null) end,
        'openMinor', r.amount_minor - r.paid_minor - r.credited_minor - r.written_off_minor, 'writtenOffMinor', r.written_off_minor)
        order by r.instalment)
        from receivable r where r.invoice_id = i.id) as instalments
    from invoice i, lateral (
      select coalesce(sum(n.amount_minor) - coalesce((select sum(d.amount_minor) from receivable r join dispute d on d.receivable_id = r.id
        join goods_return g on g.id = d.return_id where r.invoice_id = i.id and d.state = 'upheld' and g.state = 'posted' and g.credit = 'declined'), 0), 0)::bigint as declined
      from goods_return_invoice n join goods_return g on g.id = n.return_id
      where n.invoice_id = i.id and g.state = 'posted' and g.credit = 'declined') w
    where ${among('i.external_id', externalIds, 'text')}`.execute(tx);
  return new Map(rows.map((row) => [row.externalId, row]));
}

/** The sender's id of the invoice that a name means to one customer: the id itself, else a printed number that only one bears, duplicates aside. */
export async function invoiceMeant(tx: Tx, customerId: string, name: string): Promise<string> {
  const { rows } = await sql<{ invoice: string; number: string }>`
    select i.external_id as invoice, i.number from invoice i
    where i.external_id = ${name} or i.customer_id = ${customerId}::uuid and i.number = ${name} and not exists (
      select from duplicate_doubt d where d.document_id = i.id and d.state in ('suspected', 'duplicate'))`.execute(tx);
  return documentMeant(name, rows) ?? name;
}

/** One instalment to post: a receivable with its ladder and first plan. */
export interface NewReceivable extends Instalment {
  invoice: string;
  customerId: string;
  currency: string;
  ladder: string;
  policyVersion: number;
  collectFrom: BusinessDate | null;
  plan: Plan;
  /** Of a receivable posted closed: what was paid before going live. */
  paidMinor: number;
  question: Question | null;
  /** Its invoice looks like another one under another key. */
  suspected: boolean;
  /** What is let off when the money comes by that day; 0 and null: nothing. */
  discountMinor: number;
  discountUntil: BusinessDate | null;
}

const INVOICE = `external_id text, customer_id uuid, number text, issue_date date, currency text, amount_minor bigint, tax_rate text,
  tax_minor bigint, contract text, order_code text, ladder text, terms_days int, terms_from text, terms_rule jsonb, delivered_on date, content_hash text,
  agreed_minor bigint`;
const INVOICE_NAMES = INVOICE.split(',').map((column) => column.trim().split(' ')[0] ?? '');
const RECEIVABLE = `invoice_id uuid, customer_id uuid, instalment int, kind text, due_date date, currency text, amount_minor bigint,
  paid_minor bigint, stage text, outcome text, ladder text, policy_version int, collect_from date, plan_step text, plan_rung text,
  plan_at timestamptz, plan_why jsonb, question text, suspected boolean, discount_minor bigint,
  discount_until date`;
const RECEIVABLE_NAMES = RECEIVABLE.split(',').map((column) => column.trim().split(' ')[0] ?? '');

export interface InvoiceWrite {
  /** Our id of the invoice when it exists. */
  known: string | null;
  document: InvoiceDocument;
  customerId: string;
  terms: Terms | null;
  contentHash: string;
  /** What later corrections are measured by; null: it was never corrected. */
  agreedMinor: number | null;
}

function invoiceRow({ known, document, customerId, terms, contentHash, agreedMinor }: InvoiceWrite): object {
  return {
    known,
    external_id: document.externalId,
    customer_id: customerId,
    number: document.number,
    issue_date: document.issueDate,
    currency: document.currency,
    amount_minor: document.amountMinor,
    tax_rate: document.taxRate,
    tax_minor: document.taxMinor,
    contract: document.contract,
    order_code: document.order,
    ladder: document.ladder,
    ...(terms ? termsColumns(terms) : { terms_days: null, terms_from: null, terms_rule: null }),
    delivered_on: document.deliveredOn,
    content_hash: contentHash,
    agreed_minor: agreedMinor,
  };
}

function receivableRow(part: NewReceivable): object {
  const closed = part.plan.step === 'close';
  return {
    customer_id: part.customerId,
    instalment: part.no,
    kind: part.kind,
    due_date: part.dueDate,
    currency: part.currency,
    amount_minor: part.amountMinor,
    paid_minor: part.paidMinor,
    stage: closed ? 'closed' : 'scheduled',
    outcome: !closed ? null : part.amountMinor === 0 ? 'nothing-owed' : 'paid',
    ladder: part.ladder,
    policy_version: part.policyVersion,
    collect_from: part.collectFrom,
    plan_step: part.plan.step,
    plan_rung: part.plan.rung,
    plan_at: part.plan.at,
    plan_why: part.plan.why,
    question: part.question,
    suspected: part.suspected,
    discount_minor: part.discountMinor,
    discount_until: part.discountUntil,
  };
}

export interface WrittenInvoice {
  id: string;
  version: number;
  /** Our ids of the receivables posted now, by instalment number. */
  receivables: Map<number, string>;
}

/**
 * Inserts and updates invoices, then posts their new receivables. Throws LostRace when one of the invoices was created meanwhile.
 * Two plain statements: joining what was just inserted with what is to be posted costs more than the second round trip.
 */
export async function writeInvoices(
  work: Work,
  invoices: readonly InvoiceWrite[],
  receivables: readonly NewReceivable[],
): Promise<Map<string, WrittenInvoice>> {
  const { tx, at } = work;
  if (invoices.length === 0) return new Map();
  const names = sql.join(INVOICE_NAMES.map((name) => sql.ref(name)));
  const set = sql.join(INVOICE_NAMES.map((name) => sql`${sql.ref(name)} = ${sql.ref(`x.${name}`)}`));
  const known = invoices.filter((invoice) => invoice.known !== null);
  const fresh = invoices.filter((invoice) => invoice.known === null);
  const { rows } = await sql<{ id: string; external_id: string; version: number }>`
    with u as (
      update invoice i set ${set}, version = i.version + 1, updated_at = ${at.now}::timestamptz
      from ${recordset(known.map(invoiceRow), `known uuid, ${INVOICE}`)} where i.id = x.known
      returning i.id, i.external_id, i.version),
    n as (
      insert into invoice (${names}, created_at, updated_at)
      select ${names}, ${at.now}::timestamptz, ${at.now}::timestamptz from ${recordset(fresh.map(invoiceRow), INVOICE)} order by external_id
      on conflict (external_id) do nothing returning id, external_id, version)
    select * from u union all select * from n`.execute(tx);
  if (rows.length !== invoices.length) throw new LostRace('an invoice was created meanwhile');
  const written = new Map<string, WrittenInvoice>(
    rows.map((row) => [row.external_id, { id: row.id, version: row.version, receivables: new Map<number, string>() }]),
  );
  const byId = new Map([...written.values()].map((invoice) => [invoice.id, invoice]));
  for (const row of await postReceivables(work, receivables, written)) {
    byId.get(row.invoice_id)?.receivables.set(row.instalment, row.id);
  }
  return written;
}

async function postReceivables(
  { tx, at }: Work,
  receivables: readonly NewReceivable[],
  invoices: ReadonlyMap<string, WrittenInvoice>,
): Promise<{ id: string; invoice_id: string; instalment: number }[]> {
  if (receivables.length === 0) return [];
  const columns = sql.join(RECEIVABLE_NAMES.map((name) => sql.ref(name)));
  const parts = receivables.map((part) => ({ ...receivableRow(part), invoice_id: invoices.get(part.invoice)?.id }));
  const { rows } = await sql<{ id: string; invoice_id: string; instalment: number }>`
    insert into receivable (${columns}, posted_at) select ${columns}, ${at.now}::timestamptz from ${recordset(parts, RECEIVABLE)}
    returning id, invoice_id, instalment`.execute(tx);
  return rows;
}

/** Writes corrected instalments over receivables that are locked; `withdrawn` ones keep their amount, all of it credited. */
export async function correctReceivables(
  tx: Tx,
  corrections: readonly {
    id: string;
    to: Instalment;
    withdrawn: boolean;
    revived: boolean;
    question: Question | null | 'as-it-is';
  }[],
): Promise<void> {
  if (corrections.length === 0) return;
  const rows = corrections.map(({ id, to, withdrawn, revived, question }) => ({
    id,
    amount_minor: to.amountMinor,
    due_date: to.dueDate,
    kind: to.kind,
    withdrawn,
    revived,
    moved: question !== 'as-it-is',
    question: question === 'as-it-is' ? null : question,
  }));
  await sql`
    update receivable r set amount_minor = x.amount_minor, due_date = x.due_date, kind = x.kind, withdrawn = x.withdrawn,
      question = case when x.moved then x.question else r.question end,
      credited_minor = case when x.withdrawn then x.amount_minor when x.revived then 0 else r.credited_minor end
    from ${recordset(rows, 'id uuid, amount_minor bigint, due_date date, kind text, withdrawn boolean, revived boolean, moved boolean, question text')}
    where r.id = x.id`.execute(tx);
}

/** An invoice as stored, with the receivables that stand for its instalments. */
export interface PutInvoice {
  id: string;
  externalId: string;
  version: number;
  currency: string;
  receivables: { id: string; instalment: number; dueDate: BusinessDate; openMinor: number; stage: string }[];
}

/** Where postings are written, by whom and why. */
export interface Desk extends Work {
  reason: string | null;
}
