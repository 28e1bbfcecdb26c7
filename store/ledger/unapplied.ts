import { sql } from 'kysely';
import { receivableWorkflowId } from '../../domain/platform/subject.ts';
import type { AuditFact } from '../../domain/platform/audit.ts';
import { claimArrived } from '../../domain/ledger/unapplied.ts';
import type { Claim } from '../../domain/ledger/unapplied.ts';
import { takeBack } from '../../domain/ledger/take-back.ts';
import type { LaidShare } from '../../domain/ledger/take-back.ts';
import { orderIsOver, unappliedOf } from './cover.ts';
import type { Tx } from '../platform/database.ts';
import { settleDiscounts } from './discounts.ts';
import { layShares, releaseShares } from './money-sources.ts';
import { readItems } from './payment-rows.ts';
import { lockReceivables } from './receivable-facts.ts';
import type { Ask, Work } from '../platform/transaction.ts';
import { cancelWorkOrders, openWorkOrder, placeOf } from '../tasks/work-orders.ts';
import { eventOf } from '../platform/transaction.ts';
import type { Effects } from '../platform/effects.ts';
import { addEffects, noEffects } from '../platform/effects.ts';

/** A payment or credit note as its unapplied rest stands now. */
export interface Unapplied {
  kind: 'payment' | 'credit-note';
  externalId: string;
  customerId: string;
  currency: string;
  unappliedMinor: number;
  /** Bound money has its place, and asks nobody, until its order is over. */
  order?: string | null | undefined;
  /** What a bank says it credited for it, which is too far from the rate on file to count. */
  doubted?: { currency: string; amountMinor: number } | undefined;
}

/**
 * Money that lies on nothing is a task with a deadline, one at a time for each payment or credit; it ends when none is left, for the reason
 * given. The receivables that it covers, or covered, look again.
 */
export async function unappliedChanged(
  work: Work,
  all: readonly Unapplied[],
  outcome: 'applied' | 'refunded' | 'reversed' = 'applied',
): Promise<Effects> {
  const { tx } = work;
  const effects = noEffects();
  for (const one of all) {
    const place = await placeOf(tx, `unapplied/${one.kind}/${one.externalId}`);
    const order = one.order ?? null;
    const bound = order !== null && !(await orderIsOver(tx, order));
    if ((one.unappliedMinor === 0 || bound) && place.open)
      addEffects(effects, await cancelWorkOrders(work, { keys: [place.key] }, outcome));
    if (one.unappliedMinor > 0 && !place.open && !bound && !(await staysOnAccount(tx, one))) {
      const { kind, externalId, customerId, currency } = one;
      const subject = `${kind} ${externalId}`;
      const reason = {
        [kind]: externalId,
        currency,
        unappliedMinor: one.unappliedMinor,
        ...(order !== null && { order }),
        ...(one.doubted && { doubted: one.doubted }),
      };
      addEffects(effects, await openWorkOrder(work, { key: place.key, kind: 'unapplied-money', customerId, subject, reason }));
    }
  }
  effects.asks.push(
    ...(await coverAsks(
      tx,
      all.map((one) => one.customerId),
    )),
  );
  return effects;
}

/** Money that is meant to stay with the customer has its place, and asks nobody. */
async function staysOnAccount(tx: Tx, { kind, externalId }: Unapplied): Promise<boolean> {
  if (kind !== 'payment') return false;
  const row = await tx.selectFrom('payment').select('on_account').where('external_id', '=', externalId).executeTakeFirst();
  return row?.on_account === true;
}

/** Wakes the open receivables that the money of these customers can cover: their own, and those of the customers they pay for. */
export async function coverAsks(tx: Tx, customerIds: readonly string[]): Promise<Ask[]> {
  if (customerIds.length === 0) return [];
  const { rows } = await sql<{ id: string }>`
    select r.id from receivable r where r.stage <> 'closed' and r.paid_minor + r.credited_minor + r.written_off_minor < r.amount_minor
      and r.customer_id in (
      select b.id from customer k join customer b on b.id = k.id or b.payer_code = k.external_id where k.id = any(${customerIds}::uuid[]))
    order by r.id`.execute(tx);
  return rows.map(({ id }) => ({ subject: receivableWorkflowId(id), kind: 'receivable' }));
}

/** Wakes what the unapplied money of these customers, or of who pays for them, covers: what is asked of their items has changed. */
export async function coverMoved(tx: Tx, customerIds: readonly string[]): Promise<Ask[]> {
  const money = await unappliedOf(tx, customerIds);
  return coverAsks(
    tx,
    money.map((one) => one.customerId),
  );
}

/** What the coming of invoices did to unapplied money: its records, and what each receivable got of it. */
export interface Arrival extends Effects {
  applied: ReadonlyMap<string, number>;
}

/**
 * Lays unapplied money on receivables that have just come, where it is sure to be meant for them; what it covers beside them looks again.
 * `customerIds`: theirs, locked. Nothing is read of customers without such money; `found`: there was some.
 */
export async function applyToArrived(
  work: Work,
  customerIds: readonly string[],
  arrived: readonly string[],
): Promise<Arrival & { found: boolean }> {
  const { tx } = work;
  const none = { ...noEffects(), applied: new Map<string, number>(), found: false };
  if (arrived.length === 0 || (await unappliedOf(tx, customerIds)).length === 0) return none;
  await lockPayersOf(tx, customerIds);
  const money = await unappliedOf(tx, customerIds);
  const laid = await laidByText(
    tx,
    money.map((one) => one.id),
    customerIds,
  );
  const items = await readItems(tx, {
    customers: [...new Set(money.flatMap((one) => one.reach))],
    named: [...new Set(laid.map((share) => share.invoice))],
    numbersOf: [],
  });
  const claims = claimArrived(
    money.map((one) => ({ ...one, laidMinor: sumsOf(laid.filter((share) => share.paymentId === one.id)) })),
    items,
    new Set(arrived),
  );
  await lockReceivables(tx, [...new Set(claims.map((claim) => claim.receivableId))]);
  const effects = noEffects();
  const applied = new Map<string, number>();
  for (const one of money) {
    const own = claims.filter((claim) => claim.money.id === one.id);
    if (own.length === 0) continue;
    const laidMinor = own.reduce((sum, claim) => sum + claim.amountMinor, 0);
    const unappliedMinor = one.leftMinor - laidMinor;
    const freed = own.flatMap(({ receivableId, amountMinor }) => {
      const shares = laid.filter((share) => share.paymentId === one.id && share.receivableId === receivableId);
      return amountMinor < 0 ? takeBack(-amountMinor, 0, shares).shares : [];
    });
    await releaseShares(work, one, freed);
    const added = own.filter((claim) => claim.amountMinor > 0);
    await layShares(work, one, { allocations: added.map(shareOf), unappliedMinor });
    for (const claim of own) applied.set(claim.receivableId, (applied.get(claim.receivableId) ?? 0) + claim.amountMinor);
    effects.audit.push(allocated(one, own, unappliedMinor));
    addEffects(effects, await unappliedChanged(work, [{ ...one, unappliedMinor }]));
  }
  const discounts = await settleDiscounts(work, [...applied.keys()]);
  addEffects(effects, discounts);
  effects.events.push(...effects.audit.filter((fact) => fact.action === 'payment.allocated').map(eventOf));
  // What money has settled as it came is closed now, not at its first step.
  effects.asks.push(...[...applied.keys()].map((id): Ask => ({ subject: receivableWorkflowId(id), kind: 'receivable' })));
  effects.asks.push(
    ...(await coverAsks(
      tx,
      money.map((one) => one.customerId),
    )),
  );
  return { ...effects, applied: withGranted(applied, discounts.audit), found: true };
}

/** What receivables got, with the discounts that were granted on it. */
export function withGranted(applied: ReadonlyMap<string, number>, audit: readonly AuditFact[]): Map<string, number> {
  const granted = new Map(applied);
  for (const { action, subjectId, after } of audit) {
    if (action !== 'receivable.discount-granted') continue;
    const { amountMinor = 0 } = after as { amountMinor?: number };
    granted.set(subjectId, (granted.get(subjectId) ?? 0) + amountMinor);
  }
  return granted;
}

type ByText = LaidShare & { paymentId: string; invoice: string };

/** Shares of these payments that their texts laid on invoices of locked customers, or of the payer, the last laid first. */
async function laidByText(tx: Tx, payments: readonly string[], customerIds: readonly string[]): Promise<ByText[]> {
  const { rows } = await sql<ByText>`
    select a.id, a.payment_id as "paymentId", a.receivable_id as "receivableId", i.external_id as invoice, a.amount_minor as "amountMinor",
      a.recovered_minor as "recoveredMinor"
    from allocation a join payment p on p.id = a.payment_id join receivable r on r.id = a.receivable_id join invoice i on i.id = r.invoice_id
    where a.payment_id = any(${[...payments]}::uuid[]) and a.basis = 'reference' and a.reversed_at is null and a.recovered_minor = 0
      and not r.withdrawn and (r.customer_id = p.customer_id or r.customer_id = any(${[...customerIds]}::uuid[]))
    order by a.posted_at desc, a.id`.execute(tx);
  return rows;
}

function sumsOf(shares: readonly LaidShare[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { receivableId, amountMinor } of shares) sums.set(receivableId, (sums.get(receivableId) ?? 0) + amountMinor);
  return sums;
}

/** The payers whose money may move with that of their customers; only here locked after them, so a deadlock begins the verb anew. */
export async function lockPayersOf(tx: Tx, customerIds: readonly string[]): Promise<void> {
  await sql`
    select from customer k where k.external_id in (select c.payer_code from customer c where c.id = any(${customerIds}::uuid[]))
    order by k.id for no key update`.execute(tx);
}

const shareOf = ({ receivableId, amountMinor, basis }: Claim) => ({ receivableId, amountMinor, basis });

function allocated(money: Claim['money'], claims: readonly Claim[], unappliedMinor: number): AuditFact {
  const restored = claims
    .filter((claim) => claim.amountMinor < 0)
    .map(({ receivableId, amountMinor }) => ({ receivableId, amountMinor: -amountMinor }));
  return {
    action: 'payment.allocated',
    subjectKind: 'payment',
    subjectId: money.id,
    customerId: money.customerId,
    reason: 'invoice-arrived',
    before: { unappliedMinor: money.leftMinor },
    after: {
      ...{ externalId: money.externalId, currency: money.currency, unappliedMinor },
      allocations: claims.filter((claim) => claim.amountMinor > 0).map(shareOf),
      ...(restored.length > 0 && { restored }),
    },
  };
}
