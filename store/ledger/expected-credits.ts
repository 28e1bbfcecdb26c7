import { sql } from 'kysely';
import type { AuditFact } from '../../domain/platform/audit.ts';
import { expectedMoves } from '../../domain/ledger/expected-moves.ts';
import type { ExpectedMove, ExpectingItem } from '../../domain/ledger/expected-moves.ts';
import type { ReturnCredit } from '../../domain/orders/returns.ts';
import { sumMinor } from '../../domain/platform/money.ts';
import type { CorrectedReturn } from './events.ts';
import type { Tx } from '../platform/database.ts';
import { disputesOf } from './dispute-facts.ts';
import { among } from '../platform/prepared.ts';
import { lockReceivables } from './receivable-facts.ts';
import type { Work } from '../platform/transaction.ts';
import { coverMoved } from './unapplied.ts';
import { asksOf, eventOf } from '../platform/transaction.ts';
import type { Effects } from '../platform/effects.ts';
import { noEffects } from '../platform/effects.ts';
import type { DisputeFact } from '../../domain/ledger/claims.ts';
import { claimsOfGoods, expectedAfter, expectedCredits } from '../../domain/ledger/claims.ts';

/** An invoice that a correction makes smaller. */
export interface LoweredInvoice {
  invoiceId: string;
  /** By how much, all its instalments together; 0: by nothing. */
  minor: number;
  /** A second person has agreed to it. */
  agreed: boolean;
  /** The receivables that the correction moves, in the order in which it is taken for theirs. */
  receivables: readonly string[];
}

/**
 * A correction that makes an invoice smaller takes the place of the credit notes expected on what it moves, as far as it goes; what is left
 * of one is expected anew (what was in dispute keeps its amount for the days it was). Answers what it took for returned goods.
 */
export async function consumeExpected(work: Work, invoices: readonly LoweredInvoice[]): Promise<CorrectedReturn[]> {
  const { tx } = work;
  const lowered = invoices.filter(({ minor }) => minor > 0);
  if (lowered.length === 0) return [];
  const { rows } = await sql<{ id: string; disputes: DisputeFact[] | null }>`
    select r.id, ${disputesOf} as disputes from receivable r where r.id = any(${lowered.flatMap((one) => one.receivables)}::uuid[])
      and exists (select from dispute d where d.receivable_id = r.id and d.state in ('upheld', 'part-upheld') and d.lapsed_at is null)`.execute(
    tx,
  );
  const disputes = new Map(rows.map((row) => [row.id, row.disputes ?? []]));
  const corrected: Taken[] = [];
  const left = new Map<string, number>();
  const claimed = new Map<string, number>();
  for (const { invoiceId, minor, receivables } of lowered) {
    let leftMinor = minor;
    for (const id of receivables)
      for (const { dispute, takenMinor, restMinor } of expectedAfter(disputes.get(id) ?? [], leftMinor)) {
        leftMinor -= takenMinor;
        const { returnId, ofGoods } = await takePlace(work, dispute.id, takenMinor, restMinor);
        if (returnId !== null) corrected.push({ returnId, invoiceId, minor: takenMinor });
        else if (ofGoods) claimed.set(invoiceId, (claimed.get(invoiceId) ?? 0) + takenMinor);
      }
    if (leftMinor > 0) left.set(invoiceId, leftMinor);
  }
  const taken = await takeUnconceded(tx, left, claimed, corrected);
  const agreed = new Set(lowered.flatMap((one) => (one.agreed ? [one.invoiceId] : [])));
  return taken.map((one) => ({ ...one, alone: !agreed.has(one.invoiceId) }));
}

type Taken = Omit<CorrectedReturn, 'alone'>;

/**
 * What was taken for a claim of returned goods is taken for returns that conceded nothing beside it; what is left of a correction for those
 * that wait for a second person, which concede the rest, then for those that were declined: a second person has agreed to that, and nobody
 * is asked about those goods again. The latest first.
 */
async function takeUnconceded(
  tx: Tx,
  left: ReadonlyMap<string, number>,
  claimed: ReadonlyMap<string, number>,
  taken: readonly Taken[],
): Promise<Taken[]> {
  const invoices = [...new Set([...left.keys(), ...claimed.keys()])];
  if (invoices.length === 0) return [...taken];
  const { rows } = await sql<Taken & { credit: ReturnCredit }>`
    select n.invoice_id as "invoiceId", n.return_id as "returnId", g.credit, (sum(n.amount_minor) - coalesce((select sum(d.amount_minor) from dispute d
      join receivable r on r.id = d.receivable_id where r.invoice_id = n.invoice_id and d.return_id = n.return_id and d.state = 'upheld'), 0))::bigint as minor
    from goods_return_invoice n join goods_return g on g.id = n.return_id
    where n.invoice_id = any(${invoices}::uuid[]) and g.state = 'posted' group by n.invoice_id, n.return_id, g.credit order by n.return_id desc`.execute(
    tx,
  );
  const all = [...taken];
  const take = (rest: Map<string, number>, credits: readonly ReturnCredit[]): void => {
    for (const { invoiceId, returnId, minor } of rows.filter(({ credit }) => credits.includes(credit))) {
      const before = all.filter((one) => one.returnId === returnId && one.invoiceId === invoiceId).map((one) => one.minor);
      const leftMinor = rest.get(invoiceId) ?? 0;
      const takenMinor = Math.min(leftMinor, minor - sumMinor(before));
      if (takenMinor <= 0) continue;
      rest.set(invoiceId, leftMinor - takenMinor);
      all.push({ returnId, invoiceId, minor: takenMinor });
    }
  };
  take(new Map(claimed), ['none', 'conceded', 'waits']);
  const rest = new Map(left);
  take(rest, ['waits']);
  take(rest, ['declined']);
  return all;
}

/**
 * Ends what was expected of a dispute as far as a correction took its place; answers the return it was conceded for, or that it claims goods. Of a return only what
 * was credited stays conceded: what was corrected is out of the invoice, and is not taken off what the return asks of it.
 */
async function takePlace(
  { tx, at }: Work,
  dispute: string,
  takenMinor: number,
  restMinor: number,
): Promise<{ returnId: string | null; ofGoods: boolean }> {
  const { rows } = await sql<{ returnId: string | null; ofGoods: boolean }>`
    with x as (
      update dispute set lapsed_at = case when return_id is null then ${at.now}::timestamptz end,
        corrected_minor = case when return_id is null then ${takenMinor + restMinor}::bigint else 0 end,
        state = case when return_id is not null and amount_minor <= ${takenMinor}::bigint then 'withdrawn' else state end,
        closed_at = case when return_id is not null and amount_minor <= ${takenMinor}::bigint then ${at.now}::timestamptz else closed_at end,
        amount_minor = case when return_id is null or amount_minor <= ${takenMinor}::bigint then amount_minor else amount_minor - ${takenMinor}::bigint end
      where id = ${dispute}::uuid returning *),
    rest as (
      insert into dispute (receivable_id, customer_id, amount_minor, category, note, state, resolution, agreed, rest_of, opened_at, opened_by, closed_at, closed_by)
      select receivable_id, customer_id, ${restMinor}::bigint, category, note, state, resolution, agreed, coalesce(rest_of, id), ${at.now}::timestamptz, opened_by,
        ${at.now}::timestamptz, closed_by from x where ${restMinor}::bigint > 0 and return_id is null)
    select return_id as "returnId", category = any(${[...claimsOfGoods]}::text[]) as "ofGoods" from x`.execute(tx);
  return rows[0] ?? { returnId: null, ofGoods: false };
}

/** What of a return's expected credit notes on an invoice is expected no more, as far as none has come yet. Answers the receivables. */
export async function expectLess(work: Work, returnId: string, invoiceId: string, minor: number): Promise<string[]> {
  const { tx } = work;
  const { rows } = await sql<{ id: string; disputes: DisputeFact[]; own: string[] }>`
    select r.id, ${disputesOf} as disputes, (select jsonb_agg(d.id) from dispute d where d.receivable_id = r.id and d.return_id = ${returnId}::uuid) as own
    from receivable r where r.invoice_id = ${invoiceId}::uuid and exists (
      select from dispute d where d.receivable_id = r.id and d.return_id = ${returnId}::uuid and d.state = 'upheld') order by r.due_date desc, r.id`.execute(
    tx,
  );
  await lockReceivables(
    tx,
    rows.map(({ id }) => id),
  );
  let leftMinor = minor;
  for (const { disputes, own } of rows)
    for (const { dispute, minor: expectedMinor } of expectedCredits(disputes)) {
      const takenMinor = own.includes(dispute.id) ? Math.min(leftMinor, expectedMinor) : 0;
      leftMinor -= takenMinor;
      if (takenMinor > 0) await takePlace(work, dispute.id, takenMinor, expectedMinor - takenMinor);
    }
  return rows.map(({ id }) => id);
}

interface ExpectingRow extends Omit<ExpectingItem, 'disputes'> {
  invoiceId: string;
  customerId: string;
  currency: string;
  disputes: DisputeFact[] | null;
}

/**
 * What is expected on instalments that have no room for it (a correction made them smaller, money came) moves to the others of their
 * invoice, the earliest due first, as a return is laid on them. The caller holds the customers.
 */
export async function followInvoices(work: Work, invoices: readonly string[]): Promise<Effects> {
  const { tx } = work;
  const effects = noEffects();
  const rows = invoices.length === 0 ? [] : await expectingItems(tx, invoices);
  for (const invoiceId of new Set(rows.map((row) => row.invoiceId))) {
    const own = rows.filter((row) => row.invoiceId === invoiceId);
    const moves = expectedMoves(own.map((row) => ({ ...row, disputes: row.disputes ?? [] })));
    const [first] = own;
    if (!first || moves.length === 0) continue;
    for (const move of moves) {
      const audit = await moveExpected(work, move, first);
      effects.audit.push(audit);
      effects.events.push(eventOf(audit));
    }
    const touched = moves.flatMap(({ from, to }) => [from, ...to.map(({ receivableId }) => receivableId)]);
    effects.asks.push(...asksOf([...new Set(touched)]), ...(await coverMoved(tx, [first.customerId])));
  }
  return effects;
}

/** The same for the invoices of items on which money has come, or from which it went back. */
export async function followMoney(work: Work, receivables: readonly string[]): Promise<Effects> {
  const { tx } = work;
  if (receivables.length === 0) return noEffects();
  const { rows } = await sql<{ id: string }>`
    select distinct r.invoice_id as id from receivable r where ${among('r.id', receivables, 'uuid')} and exists (
      select from receivable x join dispute d on d.receivable_id = x.id where x.invoice_id = r.invoice_id
        and d.state in ('upheld', 'part-upheld') and d.lapsed_at is null)`.execute(tx);
  return followInvoices(
    work,
    rows.map(({ id }) => id),
  );
}

/** The instalments of those invoices on which anything is expected, in the order in which a return is laid on them; locked. */
async function expectingItems(tx: Tx, invoices: readonly string[]): Promise<ExpectingRow[]> {
  const { rows: items } = await sql<{ id: string }>`
    select r.id from receivable r where r.invoice_id in (select x.invoice_id from receivable x join dispute d on d.receivable_id = x.id
      where x.invoice_id = any(${[...invoices]}::uuid[]) and d.state in ('upheld', 'part-upheld') and d.lapsed_at is null)`.execute(
    tx,
  );
  if (items.length === 0) return [];
  const ids = items.map(({ id }) => id);
  await lockReceivables(tx, ids);
  const { rows } = await sql<ExpectingRow>`
    select r.id as "receivableId", r.invoice_id as "invoiceId", r.customer_id as "customerId", r.currency, ${disputesOf} as disputes,
      greatest(0, r.amount_minor - r.paid_minor - r.credited_minor - r.written_off_minor
        - coalesce((select sum(d.amount_minor) from dispute d where d.receivable_id = r.id and d.state = 'open'), 0))::bigint as "roomMinor"
    from receivable r where r.id = any(${ids}::uuid[]) and not receivable_faulty(r) order by r.due_date, r.id`.execute(tx);
  return rows;
}

/** Writes a move: the parts go on waiting for the same credit note as long as it was waited for where they were. */
async function moveExpected(
  work: Work,
  { dispute, from, to, restMinor }: ExpectedMove,
  { customerId, currency }: ExpectingRow,
): Promise<AuditFact> {
  const { tx, at } = work;
  for (const { receivableId, minor } of to)
    await sql`
      insert into dispute (receivable_id, customer_id, amount_minor, category, note, state, resolution, agreed, return_id, rest_of, opened_at, opened_by,
        closed_at, closed_by)
      select ${receivableId}::uuid, customer_id, ${minor}::bigint, category, note, state, resolution, agreed, return_id, coalesce(rest_of, id),
        ${at.now}::timestamptz, opened_by, closed_at, closed_by from dispute where id = ${dispute.id}::uuid`.execute(tx);
  const amountMinor = sumMinor(to.map(({ minor }) => minor));
  await takePlace(work, dispute.id, amountMinor, restMinor);
  return {
    action: 'dispute.moved',
    subjectKind: 'dispute',
    subjectId: dispute.id,
    customerId,
    before: { receivableId: from },
    after: { receivableId: from, amountMinor, currency, to },
  };
}
