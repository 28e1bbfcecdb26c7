import { sql } from 'kysely';
import { inScope } from '../../domain/platform/actor.ts';
import type { Actor } from '../../domain/platform/actor.ts';
import type { BusinessDate } from '../../domain/platform/calendar.ts';
import { formatAmount, parseAmount, sumMinor } from '../../domain/platform/money.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import type { PaymentDocument } from '../../domain/ledger/documents.ts';
import { takeBack } from '../../domain/ledger/take-back.ts';
import { openRose } from './events.ts';
import type { Tx } from '../platform/database.ts';
import { settleDiscounts } from './discounts.ts';
import { documentGone } from './duplicates.ts';
import { acrossCurrencies } from '../../domain/ledger/exchange.ts';
import type { Across, Paid } from '../../domain/ledger/exchange.ts';
import { releaseDeposit } from './deposits.ts';
import { convertPayment, exchangeAudits, ratesFor } from './exchange.ts';
import { lockCustomers, reachOf } from './invoice-rows.ts';
import { Ledger } from './ledger.ts';
import { laidShares, layShares, releaseShares } from './money-sources.ts';
import { readPayments } from './payment-rows.ts';
import type { LedgerItem, Share, StandingPayment } from './payment-rows.ts';
import { unappliedChanged } from './unapplied.ts';
import type { PostedPayment } from './payments.ts';
import { followMoney } from './expected-credits.ts';
import { lockReceivables } from './receivable-facts.ts';
import { recoveryAudits } from './recoveries.ts';
import { idOf } from '../platform/rows.ts';
import { write, asksOf, eventOf } from '../platform/transaction.ts';
import type { Store, Work } from '../platform/transaction.ts';
import type { Effects } from '../platform/effects.ts';
import { addEffects, joinEffects, noEffects } from '../platform/effects.ts';

/** What a reversal took back: the receivables it touched are open again by these amounts. */
export interface ReversedPayment {
  id: string;
  currency: string;
  reversedOn: BusinessDate;
  restored: readonly Share[];
}

/** What is taken back: all of a payment (`amount` null), or the part of it that the bank took back, as a decimal string. */
export interface PaymentReversal {
  reversedOn: BusinessDate | null;
  reason: string | null;
  amount?: string | null;
}

/**
 * Reverses a payment, once, or a part of it: money that lies on nothing goes first, then what was laid last, and each share opens again the
 * receivable it lay on. Throws Refusal `already-reversed`, `reversal-before-payment`, `amount-exceeds-payment`, or `has-refund` when all of a
 * payment is to go of which we paid some back.
 */
export async function reversePayment(
  store: Store,
  actor: Actor,
  id: string,
  { reversedOn, reason, amount = null }: PaymentReversal,
): Promise<ReversedPayment> {
  return write<ReversedPayment>(store, actor, async (work) => {
    const { tx, at } = work;
    const { payment } = await lockPayment(tx, actor, id);
    const { currency, customerId, externalId, receivedOn, allocations, unappliedMinor } = payment;
    const on = reversedOn ?? at.today;
    if (on > at.today) throw new Refusal('date-in-future', { date: on, today: at.today }, { pointer: '/reversedOn' });
    if (on < receivedOn) throw new Refusal('reversal-before-payment', { date: on, receivedOn }, { pointer: '/reversedOn' });
    const laid = await laidShares(tx, { kind: 'payment', id: payment.id });
    const leftMinor = unappliedMinor + sumMinor(laid.map((share) => share.amountMinor));
    const amountMinor = amount === null ? leftMinor : partOf(amount, currency, leftMinor);
    const whole = amountMinor === leftMinor;
    if (whole && payment.refundedMinor > 0) throw new Refusal('has-refund', { document: externalId });
    const gone = takeBack(amountMinor, unappliedMinor, laid);
    const touched = [...new Set(gone.shares.map((share) => share.receivableId))];
    await lockReceivables(tx, touched);
    await releaseShares(work, { kind: 'payment' }, gone.shares);
    const restMinor = unappliedMinor - gone.unappliedMinor;
    await sql`
      update payment set unapplied_minor = ${restMinor}::bigint, returned_minor = returned_minor + ${whole ? 0 : amountMinor}::bigint,
        reversed_at = case when ${whole} then ${at.now}::timestamptz end, reversed_on = case when ${whole} then ${on}::date end
      where id = ${payment.id}::uuid`.execute(tx);
    if (!whole)
      await tx
        .insertInto('payment_return')
        .values({ payment_id: payment.id, amount_minor: amountMinor, returned_on: on, posted_at: at.now })
        .execute();
    const restored = gone.shares
      .toReversed()
      .map((share) => ({ receivableId: share.receivableId, amountMinor: share.amountMinor }));
    const after = { externalId, amountMinor, currency, unappliedMinor: restMinor, reversedOn: on };
    const audit = {
      action: whole ? 'payment.reversed' : 'payment.part-reversed',
      subjectKind: 'payment',
      subjectId: payment.id,
      customerId,
      reason,
      before: { allocations, unappliedMinor, reversedOn: null },
      after: { ...after, ...(whole ? { amountMinor: payment.amountMinor, allocations: [] } : { restored }) },
    };
    const effects = await unappliedChanged(work, [{ ...payment, kind: 'payment', unappliedMinor: restMinor }], 'reversed');
    addEffects(effects, await settleDiscounts(work, touched, on));
    addEffects(effects, await openRose.tell(work, touched));
    if (whole) addEffects(effects, await documentGone(work, 'payment', payment.id, reason));
    return {
      value: { id: payment.id, currency, reversedOn: on, restored },
      audit: [audit, ...effects.audit],
      asks: [...asksOf(touched), ...effects.asks],
      posts: effects.posts,
      events: [eventOf(audit), ...effects.events],
    };
  });
}

/** Minor units of the part of a payment that goes back. Throws Refusal at `/amount`. */
function partOf(text: string, currency: string, mostMinor: number): number {
  const parsed = parseAmount(text, currency);
  if (!parsed.ok) throw new Refusal(parsed.code, { value: text, currency }, { pointer: '/amount' });
  if (parsed.minor <= 0) throw new Refusal('amount-not-positive', { value: text, currency }, { pointer: '/amount' });
  if (parsed.minor > mostMinor)
    throw new Refusal('amount-exceeds-payment', { value: formatAmount(mostMinor, currency), currency }, { pointer: '/amount' });
  return parsed.minor;
}

/** Allocates what a payment still has unapplied: by the debtor's lines, what they leave by the law's order. An order that is over binds it no longer. */
export async function allocatePayment(
  store: Store,
  actor: Actor,
  id: string,
  lines: (currency: string) => PaymentDocument['allocations'],
  reason: string | null,
): Promise<PostedPayment> {
  return write<PostedPayment>(store, actor, async (work) => {
    const { tx } = work;
    const found = await lockPayment(tx, actor, id);
    const released = await releaseDeposit(work, found.payment);
    const payment = released ? { ...found.payment, order: null } : found.payment;
    const { value, ...applied } = await applyPayment(work, { ...found, payment }, lines(payment.currency), reason);
    const effects = joinEffects(released ?? noEffects(), applied);
    const [first, ...more] = effects.audit;
    return first ? { value, ...effects, audit: [first, ...more] } : { value, audit: null };
  });
}

/** The same of a locked payment, inside a transaction. */
export async function applyPayment(
  work: Work,
  { payment, reach }: Reaching,
  lines: PaymentDocument['allocations'],
  reason: string | null,
): Promise<Effects & { value: PostedPayment }> {
  const { tx, at, store } = work;
  const { customerId, unappliedMinor, reference, order, receivedOn } = payment;
  const bound = order === null ? {} : { order };
  const asked = { amountMinor: unappliedMinor, currency: payment.currency, reference, allocations: lines };
  if (unappliedMinor === 0) throw new Refusal('nothing-unapplied', { document: payment.externalId });
  const ledger = await Ledger.of(tx, [{ document: asked, customerIds: reach }]);
  const { paid, exchange, waits } = await across(tx, store, payment, { ...asked, receivedOn }, ledger.itemsOf(reach));
  const spread = { ...paid, ...bound };
  const { currency } = spread;
  const result = ledger.spread(spread, reach, at.today);
  // A missing rate concerns what is owed in the other currency: the rest can have its money.
  if (waits && (!result.ok || result.allocations.length === 0))
    throw new Refusal('rate-missing', { from: waits.base, to: waits.quote, date: receivedOn }, { pointer: '{id}' });
  if (!result.ok) throw result.refusal;
  const touched = result.allocations.map((share) => share.receivableId);
  const value: PostedPayment = {
    id: payment.id,
    externalId: payment.externalId,
    currency,
    allocations: [...payment.allocations, ...result.allocations],
    unappliedMinor: result.unappliedMinor,
    reversedOn: null,
  };
  if (touched.length === 0) return { ...noEffects(), value };
  await lockReceivables(tx, touched);
  if (exchange) await convertPayment(work, payment.id, paid, exchange);
  await layShares(work, { kind: 'payment', id: payment.id, on: payment.receivedOn }, result);
  const audit = {
    action: 'payment.allocated',
    subjectKind: 'payment',
    subjectId: payment.id,
    customerId,
    reason,
    before: { unappliedMinor },
    after: { externalId: payment.externalId, currency, allocations: result.allocations, unappliedMinor: result.unappliedMinor },
  };
  const differences = exchangeAudits({ customerId, id: payment.id, externalId: payment.externalId, currency }, exchange);
  const recoveries = recoveryAudits({ customerId, externalId: payment.externalId, currency }, result.allocations);
  const effects = await unappliedChanged(work, [
    { ...payment, kind: 'payment', currency, unappliedMinor: result.unappliedMinor },
  ]);
  addEffects(effects, await settleDiscounts(work, touched));
  addEffects(effects, await followMoney(work, touched));
  return {
    value,
    audit: [audit, ...differences, ...recoveries, ...effects.audit],
    asks: [...asksOf(touched), ...effects.asks],
    posts: effects.posts,
    events: [...[audit, ...differences, ...recoveries].map(eventOf), ...effects.events],
  };
}

/** Of money none of which has found its place, what it settles in another currency; what has begun to settle stays in its own. */
async function across(
  tx: Tx,
  store: Store,
  payment: StandingPayment,
  paid: Paid,
  items: readonly LedgerItem[],
): Promise<Across<Paid>> {
  if (payment.unappliedMinor < payment.amountMinor) return { paid, exchange: null, waits: null };
  const rates = await ratesFor(tx, [{ paid, items }]);
  const { current } = await store.policies.current();
  return acrossCurrencies(paid, items, rates, current.collection.content.exchangeToleranceBasis ?? 0);
}

/** A locked payment, and whose items it can reach. */
export interface Reaching {
  payment: StandingPayment;
  reach: string[];
}

/**
 * Locks the payment `{id}` means, through its customer, those it pays for and those it paid for. `reach`: whose items it can go to.
 * Throws Refusal `not-found` or `already-reversed`.
 */
export async function lockPayment(tx: Tx, actor: Actor, id: string, pointer?: string): Promise<Reaching> {
  const ours = await idOf(tx, 'payment', id);
  const [seen] = ours === null ? [] : await readPayments(tx, { id: ours });
  if (!seen || !inScope(actor, seen)) throw new Refusal('not-found', { id }, pointer === undefined ? {} : { pointer });
  const paidFor = await payeesOf(tx, seen.id);
  const locked = await lockCustomers(tx, [seen.customerCode, ...paidFor], { payees: true });
  const [payment = seen] = await readPayments(tx, { id: seen.id });
  if (payment.reversedOn) throw new Refusal('already-reversed', { payment: payment.externalId, date: payment.reversedOn });
  return { payment, reach: reachOf({ id: payment.customerId, code: payment.customerCode }, locked) };
}

/** Customers other than its own on whose receivables a payment lies. */
async function payeesOf(tx: Tx, paymentId: string): Promise<string[]> {
  const { rows } = await sql<{ code: string }>`
    select distinct c.external_id as code from allocation a join receivable r on r.id = a.receivable_id join customer c on c.id = r.customer_id
    where a.payment_id = ${paymentId}::uuid and a.reversed_at is null`.execute(tx);
  return rows.map((row) => row.code);
}
