import { sql } from 'kysely';
import type { BusinessDate, Calendar } from '../../domain/platform/calendar.ts';
import { addDays } from '../../domain/platform/calendar.ts';
import { formatAmount } from '../../domain/platform/money.ts';
import { discountOffer, restOf, verdictOf } from '../../domain/ledger/discount.ts';
import type { DiscountCase } from '../../domain/ledger/discount.ts';
import type { InvoiceDocument, Terms } from '../../domain/ledger/documents.ts';
import { overtakeAct } from '../approvals/pending.ts';
import type { Tx } from '../platform/database.ts';
import { lockReceivables } from './receivable-facts.ts';
import { recordset } from '../platform/rows.ts';
import { systemActor, asksOf, eventOf } from '../platform/transaction.ts';
import type { Work } from '../platform/transaction.ts';
import { cancelWorkOrders, openWorkOrder, placeOf } from '../tasks/work-orders.ts';
import type { Effects } from '../platform/effects.ts';
import { addEffects, noEffects } from '../platform/effects.ts';

interface Row extends DiscountCase {
  id: string;
  /** Money was posted on it just now: its discount counts from the day of its money, else from the day on which it is granted. */
  paidNow: boolean;
  customerId: string;
  currency: string;
  invoiceId: string;
  invoice: string;
  instalment: number;
  question: string | null;
}

/** Why a discount is granted: as its terms have it, or because two persons agreed. */
const reasons = {
  terms: '按期付款现金折扣 · discount for payment in time',
  agreed: '逾期现金折扣经批准 · late discount, approved',
} as const;

/** How a row of a receivable says its discount. */
export const discountColumns = (
  terms: Terms,
  of: Pick<InvoiceDocument, 'amountMinor' | 'issueDate' | 'deliveredOn'>,
  calendar: Calendar,
): { discountMinor: number; discountUntil: BusinessDate | null } => {
  const offer = discountOffer(terms, of, calendar);
  return { discountMinor: offer?.minor ?? 0, discountUntil: offer?.until ?? null };
};

/**
 * Grants, takes back or doubts the discount of receivables whose money has moved, under the lock of their customers. What is granted is a
 * credit note of kind `discount`; taken too late, it is a task, and the rest is not asked for until a person has looked. `on`: the day on
 * which money went back.
 */
export async function settleDiscounts(
  work: Work,
  receivables: readonly string[],
  on: BusinessDate = work.at.today,
): Promise<Effects> {
  const { tx, at, store } = work;
  const effects = noEffects();
  const rows = await readRows(work, receivables);
  if (rows.length === 0) return effects;
  const { current } = await store.policies.current();
  const graceDays = current.collection.content.discountGraceDays ?? 0;
  await lockReceivables(
    tx,
    rows.map((row) => row.id),
  );
  for (const row of rows) {
    const verdict = verdictOf(row, graceDays);
    if (verdict.grantMinor !== row.grantedMinor) {
      if (row.grantedMinor > 0) addEffects(effects, await takeBackDiscount(work, row, on));
      const since = row.paidNow && verdict.on !== null ? verdict.on : at.today;
      if (verdict.grantMinor > 0) addEffects(effects, await grant(work, row, verdict.grantMinor, since, 'terms'));
    }
    addEffects(effects, await doubt(work, row, verdict.late));
  }
  return effects;
}

async function readRows({ tx, at }: Work, receivables: readonly string[]): Promise<Row[]> {
  if (receivables.length === 0) return [];
  const { rows } = await sql<Row>`
    select r.id, r.customer_id as "customerId", r.currency, r.invoice_id as "invoiceId", i.external_id as invoice, r.instalment,
      r.amount_minor as "amountMinor", r.written_off_minor as "writtenOffMinor", case when r.discount_until is not null then jsonb_build_object('minor', r.discount_minor, 'until', r.discount_until) end as offer,
      r.discount_claimed as claimed, r.question, r.credited_minor - d.minor as "creditedMinor", d.minor as "grantedMinor", d.agreed,
      (select coalesce(jsonb_agg(jsonb_build_object('on', a.value_date, 'amountMinor', a.amount_minor)), '[]') from allocation a
        where a.receivable_id = r.id and a.payment_id is not null and a.reversed_at is null) as money,
      exists (select from allocation a join payment p on p.id = a.payment_id and p.posted_at = a.posted_at
        where a.receivable_id = r.id and a.reversed_at is null and a.posted_at = ${at.now}::timestamptz) as "paidNow"
    from receivable r join invoice i on i.id = r.invoice_id, lateral (
      select coalesce(sum(a.amount_minor), 0)::bigint as minor, coalesce(bool_or(n.agreed), false) as agreed
      from allocation a join credit_note n on n.id = a.credit_note_id
      where a.receivable_id = r.id and a.basis = 'discount' and a.reversed_at is null) d
    where r.id = any(${[...receivables]}::uuid[]) and not r.withdrawn and (r.discount_until is not null or d.minor > 0) order by r.id`.execute(
    tx,
  );
  return rows;
}

type Granted = Pick<Row, 'id' | 'customerId' | 'currency' | 'invoiceId' | 'invoice' | 'instalment'>;

/** Books a discount on a receivable that is locked. */
async function grant(
  { tx, at }: Work,
  row: Granted,
  amountMinor: number,
  on: BusinessDate,
  why: keyof typeof reasons,
): Promise<Effects> {
  const name = `${row.invoice}/${row.instalment}`;
  await sql`
    with k as (
      select 'discount ' || ${name} || '/' || (1 + count(*)) as name from credit_note n join allocation a on a.credit_note_id = n.id
      where n.kind = 'discount' and a.receivable_id = ${row.id}::uuid),
    n as (
      insert into credit_note (external_id, customer_id, invoice_id, kind, amount_minor, unapplied_minor, currency, issued_on, reason, agreed,
        content_hash, posted_at)
      select k.name, ${row.customerId}::uuid, ${row.invoiceId}::uuid, 'discount', ${amountMinor}::bigint, 0, ${row.currency}, ${on}::date,
        ${reasons[why]}, ${why === 'agreed'}, k.name, ${at.now}::timestamptz from k returning id),
    a as (
      insert into allocation (receivable_id, credit_note_id, amount_minor, basis, value_date, posted_at)
      select ${row.id}::uuid, n.id, ${amountMinor}::bigint, 'discount', ${on}::date, ${at.now}::timestamptz from n)
    update receivable set credited_minor = credited_minor + ${amountMinor}::bigint where id = ${row.id}::uuid`.execute(tx);
  return told('receivable.discount-granted', row, { amountMinor, currency: row.currency, on }, reasons[why]);
}

/** Grants what a person has let pass on a receivable: its question ends. */
export async function grantLate(work: Work, receivable: string, amountMinor: number): Promise<Effects> {
  const { at } = work;
  const [row] = await readRows(work, [receivable]);
  if (!row) return noEffects();
  const effects = await grant(work, row, amountMinor, at.today, 'agreed');
  // A person has decided: nothing is granted or taken back by the terms any more, unless money goes back.
  addEffects(effects, await endDoubt(work, row.id, 'granted'));
  return effects;
}

/** Takes the discount in force back: what it let off is owed again. */
async function takeBackDiscount({ tx, at }: Work, row: Granted, on: BusinessDate, why = 'money-went-back'): Promise<Effects> {
  const { rows } = await sql<{ minor: number }>`
    with a as (
      update allocation set reversed_at = ${at.now}::timestamptz
      where receivable_id = ${row.id}::uuid and basis = 'discount' and reversed_at is null returning credit_note_id, amount_minor),
    n as (
      update credit_note n set reversed_at = ${at.now}::timestamptz, reversed_on = greatest(${on}::date, n.issued_on) from a
      where n.id = a.credit_note_id),
    s as (select coalesce(sum(amount_minor), 0)::bigint as minor from a)
    update receivable r set credited_minor = r.credited_minor - s.minor from s where r.id = ${row.id}::uuid returning s.minor`.execute(
    tx,
  );
  const amountMinor = rows[0]?.minor ?? 0;
  return told('receivable.discount-taken-back', row, { amountMinor, currency: row.currency, on }, why);
}

/** Takes back all that was granted on receivables that are taken out, or made so small that there is no room for it. They are locked. */
export async function dropDiscounts(work: Work, receivables: readonly string[], why?: string): Promise<Effects> {
  const { at } = work;
  const effects = noEffects();
  for (const row of await readRows(work, receivables))
    if (row.grantedMinor > 0) addEffects(effects, await takeBackDiscount(work, row, at.today, why));
  return effects;
}

function told(action: string, row: Granted, after: Record<string, unknown>, reason: string): Effects {
  const about = { subjectKind: 'receivable', subjectId: row.id, customerId: row.customerId };
  const audit = { ...about, action, reason, after: { invoice: row.invoice, instalment: row.instalment, ...after } };
  return { ...noEffects(), audit: [audit], asks: asksOf([row.id]), events: [eventOf(audit)] };
}

const taskOf = (id: string): string => `discount-late/${id}`;

/** A discount taken too late waits for a person; what is settled otherwise no longer does. */
async function doubt(work: Work, row: Row, late: boolean): Promise<Effects> {
  const { tx } = work;
  if (late === (row.question === 'discount') || (late && row.question !== null)) return noEffects();
  if (!late) return endDoubt(work, row.id, 'settled');
  await sql`update receivable set question = 'discount' where id = ${row.id}::uuid`.execute(tx);
  const place = await placeOf(tx, taskOf(row.id));
  const amount = formatAmount(restOf(row), row.currency);
  const subject = `invoice ${row.invoice}/${row.instalment}`;
  const reason = { invoice: row.invoice, until: row.offer?.until ?? null, amount, currency: row.currency };
  const { id: receivableId, customerId } = row;
  const effects = await openWorkOrder(work, {
    key: place.key,
    kind: 'discount-late',
    customerId,
    receivableId,
    subject,
    reason,
  });
  effects.asks.push(...asksOf([row.id]));
  return effects;
}

/** Ends the question whether a late discount is granted; unless it was, what waits for a second person on it ends too. */
export async function endDoubt(work: Work, receivable: string, outcome: 'settled' | 'claimed' | 'granted'): Promise<Effects> {
  const { tx } = work;
  await sql`update receivable set question = null where id = ${receivable}::uuid and question = 'discount'`.execute(tx);
  const place = await placeOf(tx, taskOf(receivable));
  const effects = place.open ? await cancelWorkOrders(work, { keys: [place.key] }, outcome) : noEffects();
  effects.asks.push(...asksOf([receivable]));
  if (outcome === 'granted') return effects;
  const subject = { kind: 'receivable', id: receivable };
  const reason =
    outcome === 'claimed' ? '现金折扣已被追收 · the discount is claimed' : '折扣问题已不存在 · the question is settled';
  addEffects(
    effects,
    await overtakeAct({ ...work, actor: systemActor('discounts') }, { kind: 'late-discount', subject, reason }),
  );
  return effects;
}

/** A person asks for what a discount would let off: it is not granted by itself any more. */
export async function claimDiscount(tx: Tx, receivables: readonly string[]): Promise<void> {
  await sql`update receivable set discount_claimed = true where id = any(${[...receivables]}::uuid[])`.execute(tx);
}

/** Corrected invoices: the discount of their one instalment is found anew. */
export async function correctDiscounts(
  tx: Tx,
  rows: readonly { id: string; discountMinor: number; discountUntil: BusinessDate | null }[],
): Promise<void> {
  if (rows.length === 0) return;
  const set = rows.map(({ id, discountMinor, discountUntil }) => ({ id, minor: discountMinor, until: discountUntil }));
  await sql`
    update receivable r set discount_minor = x.minor, discount_until = x.until
    from ${recordset(set, 'id uuid, minor bigint, until date')} where r.id = x.id
      and (r.discount_minor, r.discount_until) is distinct from (x.minor, x.until)`.execute(tx);
}

/** Days of discounts that a year's notice moves: those that stood where the old calendar put them. */
export async function redateDiscounts(tx: Tx, year: number, old: Calendar, now: Calendar): Promise<void> {
  const { rows } = await sql<{
    id: string;
    until: BusinessDate;
    amountMinor: number;
    issueDate: BusinessDate;
    deliveredOn: BusinessDate | null;
    terms: Terms;
  }>`
    select r.id, r.discount_until as until, r.amount_minor as "amountMinor", i.issue_date as "issueDate", i.delivered_on as "deliveredOn",
      i.terms_rule as terms
    from receivable r join invoice i on i.id = r.invoice_id
    where i.terms_rule is not null and r.discount_until between ${addDays(`${year}-01-01`, -31)}::date and ${addDays(`${year}-12-31`, 31)}::date
      and not r.withdrawn order by r.id for update of r`.execute(tx);
  await correctDiscounts(
    tx,
    rows.flatMap((row) =>
      discountOffer(row.terms, row, old)?.until === row.until ? [{ id: row.id, ...discountColumns(row.terms, row, now) }] : [],
    ),
  );
}
