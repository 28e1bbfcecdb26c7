import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { Instant } from '../../domain/platform/calendar.ts';
import { concededBeyondClaim } from '../../domain/orders/returns.ts';
import type { ConcedingReturn, ReturnCredit } from '../../domain/orders/returns.ts';
import type { Tx } from '../platform/database.ts';
import { lockReceivables } from '../ledger/receivable-facts.ts';
import type { Work } from '../platform/transaction.ts';
import type { ReturnCase } from './returns.ts';
import { claimsOfGoods } from '../../domain/ledger/claims.ts';

/** What is not asked for of a receivable because goods of its invoice came back. */
export interface ConcededShare {
  receivableId: string;
  customerId: string;
  amountMinor: number;
}

/**
 * What a return concedes of open items, the earliest due first. What was given for the same goods is not conceded a second time: what this
 * return has conceded before; a claim about them, decided or not (`claimsOfGoods`); a note issued since they came back, for no other return or
 * dispute, on account too. Nor is what is in dispute. `notesBefore`: a note posted from then on consumes what is conceded now.
 */
export async function concededShares(tx: Tx, notesBefore: Instant, id: string): Promise<ConcededShare[]> {
  const { rows: items } = await sql<{ id: string }>`
    select r.id from receivable r where r.invoice_id in (select invoice_id from goods_return_invoice where return_id = ${id}::uuid) order by r.id`.execute(
    tx,
  );
  await lockReceivables(
    tx,
    items.map((item) => item.id),
  );
  const { rows } = await sql<ConcededShare>`
    with share as (
      select n.invoice_id, sum(n.amount_minor) as minor, g.returned_on from goods_return_invoice n join goods_return g on g.id = n.return_id
      where n.return_id = ${id}::uuid group by 1, 3),
    ${othersOf(id)}, ${argued}, ${noted(notesBefore)},
    owed as (
      select s.invoice_id, s.minor - greatest(0, a.of_goods - o.open) - greatest(
        coalesce((select sum(d.amount_minor) from receivable r join dispute d on d.receivable_id = r.id
          where r.invoice_id = s.invoice_id and d.return_id = ${id}::uuid and d.state = 'upheld'), 0),
        n.minor - (o.noted - least(a.of_goods, o.noted_open)) - a.decided) as minor
      from share s join others o using (invoice_id) join argued a using (invoice_id) join noted n using (invoice_id)),
    room as (
      select r.id, r.invoice_id, r.customer_id, r.due_date, greatest(0, r.amount_minor - r.paid_minor - r.credited_minor - r.written_off_minor
        - receivable_conceded(r.id) - coalesce((select sum(d.amount_minor) from dispute d where d.receivable_id = r.id and d.state = 'open'), 0)) as minor
      from receivable r where r.invoice_id in (select invoice_id from owed)),
    turn as (
      select id, invoice_id, customer_id, minor, sum(minor) over (partition by invoice_id order by due_date, id) - minor as before
      from room where minor > 0)
    select t.id as "receivableId", t.customer_id as "customerId", least(t.minor, o.minor - t.before)::bigint as "amountMinor"
    from owed o join turn t on t.invoice_id = o.invoice_id where t.before < o.minor order by t.id`.execute(tx);
  return rows;
}

/**
 * Other returns in force on the invoices of `share`: `noted` of them notes are owed, of which `noted_open` is not left out; `open` is what of all
 * of them is not left out. So far they are what a claim about goods was about, before this return is.
 */
const othersOf = (id: string) => sql`
  other as (
    select n.invoice_id, g.credit, sum(n.amount_minor) as minor, greatest(0, sum(n.amount_minor)
      - coalesce((select sum(d.amount_minor) from receivable r join dispute d on d.receivable_id = r.id
        where r.invoice_id = n.invoice_id and d.return_id = g.id and d.state = 'upheld'), 0)
      - coalesce((select sum(h.amount_minor) from pending_act p join pending_act_receivable h on h.act_id = p.id
          join receivable r on r.id = h.receivable_id
        where p.kind = 'goods-return' and p.subject_id = g.id::text and p.state = 'pending' and r.invoice_id = n.invoice_id), 0)) as open
    from goods_return_invoice n join goods_return g on g.id = n.return_id
    where n.invoice_id in (select invoice_id from share) and g.id <> ${id}::uuid and g.state = 'posted' and g.credit <> 'declined'
    group by n.invoice_id, g.id),
  others as (
    select s.invoice_id, coalesce(sum(x.open), 0) as open, coalesce(sum(x.minor) filter (where x.credit = 'conceded'), 0) as noted,
      coalesce(sum(x.open) filter (where x.credit = 'conceded'), 0) as noted_open
    from share s left join other x using (invoice_id) group by 1)`;

/**
 * What disputes of the customer's gave of the invoices of `share`, or may yet give: `decided` for any reason, `of_goods` for goods that came back.
 * Of one that was upheld in part, or is waited for no longer, it is what a note credited; what a correction took is out of the invoice.
 */
const argued = sql`
  claim as (
    select r.invoice_id, d.state, d.category = any(${[...claimsOfGoods]}::text[]) as of_goods, d.amount_minor - d.corrected_minor as minor,
      d.state = 'open' or d.lapsed_at is null and (d.state = 'upheld' or c.minor = 0) as in_full, c.minor as credited
    from receivable r join dispute d on d.receivable_id = r.id, lateral (
      select coalesce(sum(a.amount_minor), 0) as minor from allocation a where a.receivable_id = r.id and a.credit_note_id is not null
        and a.basis is distinct from 'discount' and a.reversed_at is null and a.posted_at >= d.opened_at) c
    where r.invoice_id in (select invoice_id from share) and d.return_id is null and d.state in ('open', 'upheld', 'part-upheld')),
  argued as (
    select s.invoice_id, coalesce(sum(c.minor) filter (where c.state <> 'open'), 0) as decided,
      coalesce(sum(case when c.in_full then c.minor else least(c.minor, c.credited) end) filter (where c.of_goods), 0) as of_goods
    from share s left join claim c using (invoice_id) group by 1)`;

/** What notes issued since the goods came back credited of the invoices of `share`, on account too. */
const noted = (before: Instant) => sql`
  noted as (
    select s.invoice_id,
      coalesce((select sum(a.amount_minor) from receivable r join allocation a on a.receivable_id = r.id join credit_note c on c.id = a.credit_note_id
        where r.invoice_id = s.invoice_id and a.reversed_at is null and a.basis is distinct from 'discount' and c.issued_on >= s.returned_on
          and a.posted_at < ${before}::timestamptz), 0)
      + coalesce((select sum(c.amount_minor - coalesce((select sum(a.amount_minor) from allocation a join receivable r on r.id = a.receivable_id
          where a.credit_note_id = c.id and a.reversed_at is null and r.invoice_id = s.invoice_id), 0)) from credit_note c
        where c.invoice_id = s.invoice_id and c.reversed_at is null and c.kind = 'note' and c.issued_on >= s.returned_on), 0) as minor
    from share s)`;

/** Concedes the shares as upheld disputes: the credit note that comes consumes them; and says so of the return. */
export async function concede({ tx, at, actor }: Work, of: ReturnCase, shares: readonly ConcededShare[]): Promise<void> {
  for (const { receivableId, customerId, amountMinor } of shares)
    await tx
      .insertInto('dispute')
      .values({
        receivable_id: receivableId,
        customer_id: customerId,
        amount_minor: amountMinor,
        ...{ category: 'return', note: of.externalId, state: 'upheld', resolution: of.reason, return_id: of.id },
        ...{ opened_at: at.now, opened_by: actor.id, closed_at: at.now, closed_by: actor.id },
      })
      .execute();
  await setCredit(tx, of.id, 'conceded');
}

/** What of the invoices of a return, neither conceded nor waiting, a claim about the goods stood for: before it is taken back. */
export async function leftOfReturn(tx: Tx, id: string): Promise<Map<string, number>> {
  const rows = await returnsOn(tx, sql`n.return_id = ${id}::uuid`);
  return new Map(rows.map(({ invoiceId, leftMinor }) => [invoiceId, leftMinor]));
}

/** What other returns conceded of these invoices beyond a claim that a return, taken back since, had stood for as far as `left` says. */
export async function concededBeyond(
  tx: Tx,
  left: ReadonlyMap<string, number>,
): Promise<{ invoiceId: string; returnId: string; minor: number }[]> {
  const invoices = [...left.keys()];
  if (invoices.length === 0) return [];
  const rows = await returnsOn(
    tx,
    sql`n.invoice_id = any(${invoices}::uuid[]) and g.state = 'posted' and g.credit <> 'declined'`,
  );
  const { rows: claims } = await sql<{ invoiceId: string; minor: number }>`
    with share as (select unnest(${invoices}::uuid[]) as invoice_id), ${argued}
    select invoice_id as "invoiceId", of_goods::bigint as minor from argued`.execute(tx);
  return claims.flatMap(({ invoiceId, minor: ofGoodsMinor }) => {
    const own = rows.filter((row) => row.invoiceId === invoiceId);
    return concededBeyondClaim(own, ofGoodsMinor, left.get(invoiceId) ?? 0).map((one) => ({ invoiceId, ...one }));
  });
}

/** What returns took and conceded of each invoice, the latest first. */
async function returnsOn(tx: Tx, which: RawBuilder<unknown>): Promise<(ConcedingReturn & { invoiceId: string })[]> {
  const { rows } = await sql<ConcedingReturn & { invoiceId: string }>`
    select x.*, greatest(0, x."tookMinor" - x."concededMinor" - coalesce((select sum(h.amount_minor) from pending_act p
      join pending_act_receivable h on h.act_id = p.id join receivable r on r.id = h.receivable_id
      where p.kind = 'goods-return' and p.subject_id = x."returnId"::text and p.state = 'pending' and r.invoice_id = x."invoiceId"), 0))::bigint as "leftMinor"
    from (
      select n.invoice_id as "invoiceId", g.id as "returnId", sum(n.amount_minor)::bigint as "tookMinor",
        coalesce((select sum(d.amount_minor) from receivable r join dispute d on d.receivable_id = r.id
          where r.invoice_id = n.invoice_id and d.return_id = g.id and d.state = 'upheld'), 0)::bigint as "concededMinor"
      from goods_return_invoice n join goods_return g on g.id = n.return_id where ${which} group by n.invoice_id, g.id) x
    order by x."returnId" desc`.execute(tx);
  return rows;
}

/** Says what became of the invoiced part of a return. */
export async function setCredit(tx: Tx, id: string, credit: ReturnCredit): Promise<void> {
  await tx.updateTable('goods_return').set({ credit }).where('id', '=', id).execute();
}

/**
 * What was conceded of invoices of this order without a second person, in minor units: small returns that add up to a large one are asked
 * about as it is. What a return conceded counts while more of it waits, and when more was declined, as does what corrections took for it; what it
 * may concede yet does not.
 */
export async function concededAlone(tx: Tx, orderId: string): Promise<number> {
  const { rows } = await sql<{ minor: number }>`
    select coalesce(sum(g.corrected_alone_minor + coalesce((select sum(d.amount_minor) from dispute d
      where d.return_id = g.id and d.state = 'upheld'), 0)), 0)::bigint as minor from goods_return g
    where g.order_id = ${orderId}::uuid and g.state = 'posted'
      and not exists (select from pending_act p where p.kind = 'goods-return' and p.subject_id = g.id::text and p.state = 'approved')`.execute(
    tx,
  );
  return rows[0]?.minor ?? 0;
}

/** Returns in force that took of the invoices of these items, and did not wait or were declined. */
export async function returnsOf(tx: Tx, receivables: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select distinct g.id from receivable r join goods_return_invoice n on n.invoice_id = r.invoice_id join goods_return g on g.id = n.return_id
    where r.id = any(${[...receivables]}::uuid[]) and g.state = 'posted' and g.credit in ('none', 'conceded') order by g.id`.execute(
    tx,
  );
  return rows.map(({ id }) => id);
}

/** Returns in force that wait for a second person, among these and those that took of these invoices. */
export async function waitingReturns(tx: Tx, invoices: readonly string[], among: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select g.id from goods_return g where g.state = 'posted' and g.credit = 'waits' and (g.id = any(${[...among]}::uuid[])
      or g.id in (select n.return_id from goods_return_invoice n where n.invoice_id = any(${[...invoices]}::uuid[]))) order by g.id`.execute(
    tx,
  );
  return rows.map(({ id }) => id);
}

/** Nobody is asked about a return any more: it stands with what it conceded before. */
export async function leaveConceded(tx: Tx, id: string): Promise<void> {
  await sql`
    update goods_return g set credit = case when exists (select from dispute d where d.return_id = g.id and d.state = 'upheld') then 'conceded'
      else 'none' end where g.id = ${id}::uuid`.execute(tx);
}
