import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { BusinessDate } from '../../domain/platform/calendar.ts';

/**
 * Figures of a past day are what they were that day. Three dates decide: the value date (a payment counts from the day its money came), the
 * posting date (corrections, instalments that they add among them, disputes and write-offs count from the business day they were written down), and the application date (money
 * lies on an invoice from the day it was applied, never before both exist; what is applied as it is posted, from its value date).
 * Money that was converted after it was posted stands in the currency it was paid in until that day.
 */
export interface DayOf {
  asOf: BusinessDate;
  /** The seller's time zone, in which business days are told from instants. */
  zone: string;
  /** Whose figures; null: everybody's. */
  customerId: string | null;
}

/** The business day of an instant. */
export const dayOf = (column: string, zone: string): RawBuilder<string> => sql`(${sql.ref(column)} at time zone ${zone})::date`;

/** Whether a fact that began and may have ended was so at the end of the day: `[from, to)`. */
const lasted = (from: RawBuilder<unknown>, to: RawBuilder<unknown>, asOf: BusinessDate): RawBuilder<boolean> =>
  sql`(${from} <= ${asOf}::date and coalesce(${to} > ${asOf}::date, true))`;

/** Rows of a customer, and those that a merger has handed over since; a row has an id and a `customer_id`. */
export const onceOf = (customerId: string, alias: string): RawBuilder<boolean> =>
  sql`(${sql.ref(`${alias}.customer_id`)} = ${customerId}::uuid
    or ${sql.ref(`${alias}.id`)} = any(array(select subject from owner_before where customer_id = ${customerId}::uuid)))`;

/**
 * Common table expressions: what the books were at the end of the day. `item`: each instalment that was there (id, customer_id, currency,
 * invoice columns, amount_minor, due_date, settled_since, written_off_minor, recovered_minor, disputed_minor, open_minor). `credit`: each payment and
 * note that had come (kind, id, customer_id, currency, on_date, number, external_id, amount_minor, unapplied_minor, clears_on). `laid`: each share ever laid
 * on an invoice, from `applied_on` to before `taken_off_on` (receivable_id, payment_id, credit_note_id, amount_minor, recovered_minor).
 * Until the day of a merger its documents are those of the customer that was merged: `customer_id` says whose each was at the end of the day.
 */
export const booksOn = (day: DayOf): RawBuilder<unknown> =>
  sql`${owners(day)}, ${issued(day)}, ${laid(day)}, ${items(day)}, ${credits(day)}`;

/** Of what a merger has handed over since the day, whose it was. */
const owners = ({ asOf, zone }: DayOf): RawBuilder<unknown> => sql`owner as materialized (
  select distinct on (subject) subject, customer_id from owner_before where ${dayOf('until', zone)} > ${asOf}::date order by subject, id)`;

/**
 * Issue dates that corrections moved: the one an invoice had at the end of the day (`issued_on`), and the first one (`issued_first`): an
 * invoice counts from that day on, since a later date, too, was no later than the day on which it was told.
 */
const issued = ({ asOf, zone }: DayOf): RawBuilder<unknown> => sql`
  issued_first as materialized (select distinct on (invoice_id) invoice_id, issue_date from invoice_version order by invoice_id, until, id),
  issued_on as materialized (select distinct on (invoice_id) invoice_id, issue_date from invoice_version
    where ${dayOf('until', zone)} > ${asOf}::date order by invoice_id, until, id)`;

/** The business day on which a correction of invoice `i` added instalment `r`; null: the invoice came with it. */
export const addedOn = (zone: string): RawBuilder<string | null> =>
  sql`case when r.posted_at > i.created_at then ${dayOf('r.posted_at', zone)} end`;

/** The day from which instalment `r` of invoice `i` counts; `issued_first` f beside them. */
export const countsFrom = (zone: string): RawBuilder<string> =>
  sql`greatest(coalesce(f.issue_date, i.issue_date), ${addedOn(zone)})`;

const whose = (customerId: string | null, alias: string): RawBuilder<boolean> =>
  customerId === null ? sql`true` : onceOf(customerId, alias);
/** Whose a row of `alias` was, as `owner` o beside it tells. */
const ownerOf = (alias: string): RawBuilder<string> => sql`coalesce(o.customer_id, ${sql.ref(`${alias}.customer_id`)})`;
/** Rows of `alias` that were the customer's at the end of the day; `owner` o beside them. */
export const ownedBy = (customerId: string | null, alias: string): RawBuilder<boolean> =>
  customerId === null ? sql`true` : sql`${whose(customerId, alias)} and ${ownerOf(alias)} = ${customerId}::uuid`;

/** The day on which payment `p` was converted; null: it stands in its currency from its value date. */
export const convertedOn = (zone: string): RawBuilder<string | null> =>
  sql`case when p.converted_at > p.posted_at then ${dayOf('p.converted_at', zone)} end`;

/** Payments with the currency and amount in which they stood at the end of the day (`stood_currency`, `stood_minor`), and `converted_on`. */
export const paymentsOn = ({ asOf, zone, customerId }: DayOf): RawBuilder<unknown> => sql`(
  select p.*, case when p.converted_on > ${asOf}::date then p.paid_currency else p.currency end as stood_currency,
    case when p.converted_on > ${asOf}::date then p.paid_minor else p.amount_minor end as stood_minor
  from (select p.*, ${convertedOn(zone)} as converted_on from payment p where ${whose(customerId, 'p')}) p)`;

/**
 * The day on which share `a` of payment `p` or note `n` left its invoice; null: it lies there. With the money that went back: on the day on
 * which the bank took it back, or we paid it out; else when somebody took it off.
 */
export const takenOffOn = (zone: string): RawBuilder<string | null> => sql`coalesce(
  case when a.reversed_at = p.reversed_at then p.reversed_on when a.reversed_at = n.reversed_at then n.reversed_on end,
  (select max(b.returned_on) from payment_return b where b.payment_id = a.payment_id and b.posted_at = a.reversed_at),
  (select max(f.paid_on) from refund_share s join refund f on f.id = s.refund_id where s.payment_id = a.payment_id and f.posted_at = a.reversed_at),
  ${dayOf('a.reversed_at', zone)})`;

/** Every share that was ever laid on an invoice: whether it lay there at the end of the day, or does so only since. */
function laid({ asOf, zone, customerId }: DayOf): RawBuilder<unknown> {
  const appliedOn = sql`greatest(a.value_date, ${countsFrom(zone)},
    case when a.posted_at = coalesce(p.posted_at, n.posted_at) then null else ${dayOf('a.posted_at', zone)} end)`;
  const takenOff = takenOffOn(zone);
  return sql`laid as materialized (
    select a.receivable_id, a.payment_id, a.credit_note_id, a.amount_minor, a.recovered_minor, ${appliedOn} as applied_on, ${takenOff} as taken_off_on,
      ${lasted(appliedOn, takenOff, asOf)} as stood,
      a.reversed_at is null and ${appliedOn} > ${asOf}::date as since
    from allocation a join receivable r on r.id = a.receivable_id join invoice i on i.id = r.invoice_id
      left join issued_first f on f.invoice_id = i.id left join payment p on p.id = a.payment_id left join credit_note n on n.id = a.credit_note_id
    where ${whose(customerId, 'r')} or ${whose(customerId, 'p')} or ${whose(customerId, 'n')})`;
}

function items({ asOf, zone, customerId }: DayOf): RawBuilder<unknown> {
  return sql`version as (
    select distinct on (h.receivable_id) h.* from receivable_version h join receivable r on r.id = h.receivable_id
    where ${dayOf('h.until', zone)} > ${asOf}::date and ${whose(customerId, 'r')}
    order by h.receivable_id, h.until, h.id),
  settled as (
    select receivable_id, coalesce(sum(amount_minor) filter (where stood), 0)::bigint as minor,
      coalesce(sum(recovered_minor) filter (where stood), 0)::bigint as recovered, coalesce(sum(amount_minor) filter (where since), 0)::bigint as since
    from laid group by 1),
  given_up as (
    select w.receivable_id, sum(w.amount_minor)::bigint as minor from write_off w
    where ${lasted(sql`w.written_off_on`, sql`w.reversed_on`, asOf)} group by 1),
  stood_over as (
    select distinct on (v.dispute_id) v.* from dispute_version v where ${dayOf('v.until', zone)} > ${asOf}::date
    order by v.dispute_id, v.until, v.id),
  argued as (
    select coalesce(v.receivable_id, d.receivable_id) as receivable_id, sum(coalesce(v.amount_minor, d.amount_minor))::bigint as minor
    from dispute d left join stood_over v on v.dispute_id = d.id
    where d.return_id is null and ${lasted(dayOf('d.opened_at', zone), dayOf('d.closed_at', zone), asOf)} group by 1),
  item as (
    select x.*, least(x.argued, x.open_minor) as disputed_minor from (
      select r.id, ${ownerOf('r')} as customer_id, r.currency, r.instalment, i.number, i.external_id, coalesce(b.issue_date, i.issue_date) as issue_date, i.order_code,
        coalesce(v.amount_minor, r.amount_minor) as amount_minor, coalesce(v.due_date, r.due_date) as due_date, coalesce(s.since, 0) as settled_since,
        least(coalesce(s.recovered, 0), coalesce(g.minor, 0)) as recovered_minor, coalesce(g.minor, 0) as written_off_minor, coalesce(d.minor, 0) as argued,
        coalesce(v.amount_minor, r.amount_minor) - coalesce(s.minor, 0) - greatest(0, coalesce(g.minor, 0) - coalesce(s.recovered, 0)) as open_minor
      from receivable r join invoice i on i.id = r.invoice_id left join issued_on b on b.invoice_id = i.id
        left join version v on v.receivable_id = r.id
        left join settled s on s.receivable_id = r.id left join given_up g on g.receivable_id = r.id left join argued d on d.receivable_id = r.id
        left join owner o on o.subject = r.id
      where ${ownedBy(customerId, 'r')} and not coalesce(v.withdrawn, r.withdrawn)
        and coalesce(${addedOn(zone)} <= ${asOf}::date, true)) x)`;
}

function credits(day: DayOf): RawBuilder<unknown> {
  const { asOf, zone, customerId } = day;
  return sql`used as (
    select id, sum(minor)::bigint as minor from (
      select coalesce(payment_id, credit_note_id) as id, amount_minor as minor from laid where stood
      union all select coalesce(s.payment_id, s.credit_note_id), s.amount_minor from refund_share s join refund f on f.id = s.refund_id
        left join payment p on p.id = s.payment_id and p.currency = f.currency
        where ${lasted(sql`greatest(f.paid_on, ${convertedOn(zone)})`, sql`f.reversed_on`, asOf)}
      union all select b.payment_id, b.amount_minor from payment_return b join payment p on p.id = b.payment_id
        where greatest(b.returned_on, ${convertedOn(zone)}) <= ${asOf}::date) y group by 1),
  credit as (
    select 'payment' as kind, p.id, ${ownerOf('p')} as customer_id, p.stood_currency as currency, p.received_on as on_date, coalesce(p.reference, p.external_id) as number, p.external_id,
      p.stood_minor as amount_minor, p.stood_minor - coalesce(u.minor, 0) as unapplied_minor, p.clears_on
    from ${paymentsOn(day)} p left join used u on u.id = p.id left join owner o on o.subject = p.id
    where ${ownedBy(customerId, 'p')} and ${lasted(sql`p.received_on`, sql`p.reversed_on`, asOf)}
    union all
    select 'credit-note', n.id, ${ownerOf('n')}, n.currency, n.issued_on, n.external_id, n.external_id, n.amount_minor, n.amount_minor - coalesce(u.minor, 0), null
    from credit_note n left join used u on u.id = n.id left join owner o on o.subject = n.id
    where ${ownedBy(customerId, 'n')} and ${lasted(sql`n.issued_on`, sql`n.reversed_on`, asOf)})`;
}
