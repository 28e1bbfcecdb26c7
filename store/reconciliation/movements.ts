import { sql } from 'kysely';
import type { Actor } from '../../domain/platform/actor.ts';
import { addDays } from '../../domain/platform/calendar.ts';
import type { BusinessDate } from '../../domain/platform/calendar.ts';
import { totalMinor } from '../../domain/platform/money.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import type { MovementKind } from '../../domain/reconciliation/movement.ts';
import { addedOn, booksOn, convertedOn, countsFrom, dayOf, onceOf } from '../ledger/as-of.ts';
import type { Tx } from '../platform/database.ts';
import { isOurId } from '../platform/rows.ts';
import { seesCustomer } from '../access/scope.ts';
import { momentOf } from '../platform/transaction.ts';
import type { Store } from '../platform/transaction.ts';
import { openItems } from './open-items.ts';

/** A line between two days; amounts in minor units, what lowers the balance negative. */
export interface Movement {
  on: BusinessDate;
  /** Its place among the lines of its day. */
  place: string;
  kind: MovementKind;
  takenBack: boolean;
  number: string;
  amountMinor: number;
  balanceMinor: number;
}

export interface MovementFilter {
  currency?: string | undefined;
  from?: BusinessDate | undefined;
  to?: BusinessDate | undefined;
  /** Day and place of the last line of the page before. */
  after?: readonly [BusinessDate, string] | undefined;
}

export interface Movements {
  customer: string;
  currency: string;
  from: BusinessDate;
  to: BusinessDate;
  openingMinor: number;
  closingMinor: number;
  /** One more than asked for when there are more. */
  rows: Movement[];
}

/**
 * What moved the balance of a customer (our id or the caller's) from one day to another, by the same days as statements: opening and closing
 * are the totals of the statements of the day before and of the last. Throws Refusal `not-found`, or `date-in-future`.
 */
export async function readMovements(
  store: Store,
  actor: Actor,
  id: string,
  filter: MovementFilter,
  limit: number,
): Promise<Movements> {
  return store.db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async (tx) => {
      const { today } = await momentOf(tx, store);
      const { to = today, from = `${to.slice(0, 7)}-01`, after } = filter;
      const late = from > today ? from : to;
      if (late > today)
        throw new Refusal('date-in-future', { date: late, today }, { pointer: filter.to === undefined ? '?from' : '?to' });
      const { rows: known } = await sql<{ id: string; code: string; currency: string }>`
        select c.id, c.external_id as code, coalesce(${filter.currency ?? null}, c.currency) as currency from customer c
        where ${seesCustomer(actor)} and (c.external_id = ${id} or c.id = ${isOurId(id) ? id : null}::uuid)
        order by c.external_id = ${id} desc limit 1`.execute(tx);
      const customer = known[0];
      if (!customer) throw new Refusal('not-found', { id });
      const { zone } = store;
      const totalOn = async (asOf: BusinessDate): Promise<number> =>
        totalMinor((await openItems(tx, customer.id, customer.currency, { asOf, zone })).map((item) => item.amountMinor));
      const openingMinor = await totalOn(addDays(from, -1));
      const rows = await linesOf(tx, { customerId: customer.id, currency: customer.currency, zone, from, to }, after, limit + 1);
      return {
        ...{ customer: customer.code, currency: customer.currency, from, to, openingMinor, closingMinor: await totalOn(to) },
        rows: rows.map((row) => ({ ...row, balanceMinor: totalMinor([openingMinor, row.balanceMinor]) })),
      };
    });
}

interface Span {
  customerId: string;
  currency: string;
  zone: string;
  from: BusinessDate;
  to: BusinessDate;
}

async function linesOf(tx: Tx, span: Span, after: MovementFilter['after'], count: number): Promise<Movement[]> {
  const { customerId, from, to, zone } = span;
  const [afterOn, afterPlace] = after ?? [null, null];
  const { rows } = await sql<Movement>`
    with ${booksOn({ asOf: to, zone, customerId })}, ${debts(span)}, ${moneyIn(span)}, ${givenUp(span)}, ${across(span)}, ${mergers(span)},
    line as (
      select on_date, rank, kind, back, number, id, sum(minor) as minor from owned
      where on_date between ${from}::date and ${to}::date group by 1, 2, 3, 4, 5, 6 having sum(minor) <> 0),
    placed as (
      select on_date, (lpad(rank::text, 2, '0') || '/' || number || '/' || id::text) collate "C" as place, kind, back, number, minor from line)
    select * from (
      select on_date as "on", place, kind, back as "takenBack", number, to_jsonb(minor) as "amountMinor",
        to_jsonb(sum(minor) over (order by on_date, place)) as "balanceMinor" from placed) y
    where ${afterOn}::date is null or ("on", place) > (${afterOn}::date, ${afterPlace}::text collate "C")
    order by "on", place limit ${count}`.execute(tx);
  return rows;
}

/** Invoices at their amount on the day of issue, and what corrections made of them since. */
const debts = ({ customerId, currency, zone }: Span) => sql`
  was as (
    select distinct on (receivable_id, until_day) receivable_id, until_day, minor from (
      select h.receivable_id, ${dayOf('h.until', zone)} as until_day, h.until, h.id, case when h.withdrawn then 0 else h.amount_minor end as minor
      from receivable_version h join receivable r on r.id = h.receivable_id where ${onceOf(customerId, 'r')}) v
    order by receivable_id, until_day, until, id),
  state as (
    select i.id, r.id as doc, i.number, ${countsFrom(zone)} as counts_from, ${addedOn(zone)} as added_on, s.until_day, s.minor,
      lag(s.until_day) over (partition by r.id order by s.until_day) as since, lag(s.minor) over (partition by r.id order by s.until_day) as before
    from receivable r join invoice i on i.id = r.invoice_id left join issued_first f on f.invoice_id = i.id, lateral (
      select until_day, minor from was where receivable_id = r.id
      union all select 'infinity', case when r.withdrawn then 0 else r.amount_minor end) s
    where ${onceOf(customerId, 'r')} and r.currency = ${currency} and s.until_day > ${countsFrom(zone)}),
  debt as (
    select coalesce(since, counts_from) as on_date, case when coalesce(since, added_on) is null then 1 else 2 end as rank,
      case when coalesce(since, added_on) is null then 'invoice' else 'correction' end as kind, false as back, number, id, minor - coalesce(before, 0) as minor, doc from state)`;

/**
 * Payments at what they were worth, credits, and both taken back; refunds and what the bank sent back. What was converted after it was posted
 * leaves the currency it was paid in on that day, and comes into the other.
 */
const moneyIn = ({ customerId, currency, zone }: Span) => sql`
  money as (
    select p.*, coalesce(p.reference, p.external_id) as number, coalesce(p.reversed_on >= p.converted_on, true) as lasted from (
      select p.*, ${convertedOn(zone)} as converted_on from payment p where ${onceOf(customerId, 'p')}) p),
  paid as (
    select id, number, coalesce(converted_on, received_on) as since, reversed_on, amount_minor, returned_minor, exchange_difference_minor as gain,
      case when converted_on is null then 'payment' else 'conversion' end as came_as
    from money where currency = ${currency} and lasted
    union all
    select id, number, received_on, case when not lasted then reversed_on end, paid_minor, 0, 0, 'payment'
    from money where converted_on is not null and paid_currency = ${currency}),
  noted as (
    select n.*, case n.kind when 'discount' then 'discount' else 'credit-note' end as as_kind,
      case n.kind when 'discount' then coalesce(i.number, n.external_id) else n.external_id end as number
    from credit_note n left join invoice i on i.id = n.invoice_id where ${onceOf(customerId, 'n')} and n.currency = ${currency}),
  refunded as (
    select f.id, f.external_id, greatest(f.paid_on, m.converted_on) as paid_on, f.reversed_on, s.amount_minor, coalesce(s.payment_id, s.credit_note_id) as doc
    from refund_share s join refund f on f.id = s.refund_id left join money m on m.id = s.payment_id and m.currency = f.currency
    where f.currency = ${currency} and (s.payment_id in (select id from money) or s.credit_note_id in (select id from noted))),
  income as (
    select since as on_date, 3 as rank, came_as as kind, false as back, number, id, -amount_minor - gain as minor, id as doc from paid
    union all select since, 4, 'exchange-difference', false, number, id, gain, id from paid
    union all select converted_on, 3, 'conversion', false, number, id, paid_minor, id from money
      where converted_on is not null and paid_currency = ${currency} and lasted
    union all select reversed_on, 7, 'payment', true, number, id, amount_minor + gain - returned_minor, id from paid where reversed_on is not null
    union all select reversed_on, 8, 'exchange-difference', true, number, id, -gain, id from paid where reversed_on is not null
    union all select greatest(b.returned_on, m.converted_on), 7, 'payment', true, m.number, m.id, b.amount_minor, m.id
      from payment_return b join money m on m.id = b.payment_id where m.currency = ${currency} and m.lasted
    union all select issued_on, 5, as_kind, false, number, id, -amount_minor, id from noted
    union all select reversed_on, 9, as_kind, true, number, id, amount_minor, id from noted where reversed_on is not null
    union all select paid_on, 6, 'refund', false, external_id, id, amount_minor, doc from refunded
    union all select greatest(reversed_on, paid_on), 10, 'refund', true, external_id, id, -amount_minor, doc from refunded where reversed_on is not null)`;

/**
 * What was written off, and what came in on it all the same: the payment has its own line, and this one says that it lowered nothing that was
 * still asked for. What came in is counted up to what was written off on the day.
 */
const givenUp = ({ customerId, currency, zone }: Span) => sql`
  gone as (
    select w.*, i.id as invoice_id, i.number, ${countsFrom(zone)} as counts_from
    from write_off w join receivable r on r.id = w.receivable_id join invoice i on i.id = r.invoice_id left join issued_first f on f.invoice_id = i.id
    where ${onceOf(customerId, 'r')} and r.currency = ${currency}),
  come as (select l.* from laid l join receivable r on r.id = l.receivable_id where l.recovered_minor > 0 and ${onceOf(customerId, 'r')} and (taken_off_on is null or applied_on < taken_off_on)),
  looked as (
    select receivable_id, applied_on as day from come union select receivable_id, taken_off_on from come where taken_off_on is not null
    union select receivable_id, written_off_on from gone union select receivable_id, reversed_on from gone where reversed_on is not null),
  recovered as (
    select l.receivable_id, l.day, least(
      coalesce((select sum(c.recovered_minor) from come c where c.receivable_id = l.receivable_id and c.applied_on <= l.day and coalesce(c.taken_off_on > l.day, true)), 0),
      coalesce((select sum(g.amount_minor) from gone g where g.receivable_id = l.receivable_id and g.written_off_on <= l.day and coalesce(g.reversed_on > l.day, true)), 0)) as minor
    from looked l),
  moved as (select v.*, v.minor - lag(v.minor, 1, 0) over (partition by v.receivable_id order by v.day) as more from recovered v),
  loss as (
    select greatest(written_off_on, counts_from) as on_date, 11 as rank, 'write-off' as kind, false as back, number, invoice_id as id, -amount_minor as minor, receivable_id as doc from gone
    union all select greatest(reversed_on, counts_from), 13, 'write-off', true, number, invoice_id, amount_minor, receivable_id from gone where reversed_on is not null
    union all select greatest(m.day, ${countsFrom(zone)}), 12, 'recovery', m.more < 0, i.number, i.id, m.more, r.id
      from moved m join receivable r on r.id = m.receivable_id join invoice i on i.id = r.invoice_id left join issued_first f on f.invoice_id = i.id
      where ${onceOf(customerId, 'r')} and r.currency = ${currency} and m.more <> 0)`;

/** Money of one customer on an invoice of another: a line in both accounts, each with a document of its own. */
const across = ({ customerId, currency, zone }: Span) => sql`
  lent as (
    select l.receivable_id, l.amount_minor, r.currency, i.id as invoice_id, i.number as invoice, coalesce(p.id, n.id) as source_id,
      coalesce(p.reference, p.external_id, n.external_id) as source, d.on_date, d.back,
      ${onceOf(customerId, 'r')} as owes, ${onceOf(customerId, 'p')} or ${onceOf(customerId, 'n')} as lends,
      owner_on(r.id, r.customer_id, d.on_date, ${zone}) as debtor, owner_on(coalesce(p.id, n.id), coalesce(p.customer_id, n.customer_id), d.on_date, ${zone}) as lender
    from laid l join receivable r on r.id = l.receivable_id join invoice i on i.id = r.invoice_id
      left join payment p on p.id = l.payment_id left join credit_note n on n.id = l.credit_note_id,
      lateral (values (l.applied_on, false), (l.taken_off_on, true)) d (on_date, back)
    where r.currency = ${currency} and (l.taken_off_on is null or l.applied_on < l.taken_off_on) and d.on_date is not null
      and (r.customer_id <> coalesce(p.customer_id, n.customer_id) or exists (select from owner_before o where o.subject in (r.id, p.id, n.id)))),
  crossing as (
    select on_date, case when back then 15 else 14 end as rank, 'paid-by-other' as kind, back, invoice as number, invoice_id as id,
        case when back then amount_minor else -amount_minor end as minor, receivable_id as doc
      from lent where debtor <> lender and owes
    union all select on_date, case when back then 17 else 16 end, 'paid-for-other', back, source, source_id,
        case when back then -amount_minor else amount_minor end, source_id
      from lent where debtor <> lender and lends)`;

/**
 * Each line as far as its document was the customer's on that day. What had moved on documents until a merger gave them is one line of the
 * day of the merger, and again when they go on with the customer itself.
 */
const mergers = ({ customerId, zone }: Span) => sql`
  known as (select * from debt union all select * from income union all select * from loss union all select * from crossing),
  gone_on as (
    select min(o.id) as last, min(${dayOf('o.until', zone)}) as until,
      (select owner_on(c.id, coalesce(c.merged_into, c.id), min(${dayOf('o.until', zone)}), ${zone}) from customer c where c.id = ${customerId}::uuid) as heir
    from owner_before o where o.customer_id = ${customerId}::uuid),
  came as (
    select distinct on (o.subject) o.subject as doc, ${dayOf('o.until', zone)} as since, o.customer_id as source from owner_before o, gone_on g
    where o.subject in (select doc from known) and o.id < coalesce(g.last, 9223372036854775807) order by o.subject, o.id desc),
  spell as (select k.*, c.since, c.source, g.until, g.heir from known k cross join gone_on g left join came c using (doc)),
  owned as (
    select on_date, rank, kind, back, number, id, minor from spell where coalesce(on_date >= since, true) and coalesce(on_date < until, true)
    union all select s.since, 0, 'taken-over', false, c.external_id, c.id, s.minor from spell s join customer c on c.id = s.source where s.on_date < s.since
    union all select s.until, 98, 'handed-over', false, c.external_id, c.id, -s.minor from spell s join customer c on c.id = s.heir where s.on_date < s.until)`;
