import { sql } from 'kysely';
import { inScope } from '../domain/kernel/actor.ts';
import type { Actor } from '../domain/kernel/actor.ts';
import type { BusinessDate } from '../domain/kernel/calendar.ts';
import { Refusal } from '../domain/kernel/refusal.ts';
import type { PaymentDocument } from '../domain/collection/documents.ts';
import type { Tx } from './database.ts';
import { lockCustomers } from './invoice-rows.ts';
import { Ledger } from './ledger.ts';
import { readPayments } from './payment-rows.ts';
import type { Share, StandingPayment } from './payment-rows.ts';
import { asksOf, eventOf } from './payments.ts';
import type { PostedPayment } from './payments.ts';
import { lockReceivables } from './receivable-facts.ts';
import { idOf, recordset } from './rows.ts';
import { write } from './transaction.ts';
import type { Moment, Store } from './transaction.ts';

/** What a reversal took back: the receivables it touched are open again by these amounts. */
export interface ReversedPayment {
  id: string;
  currency: string;
  reversedOn: BusinessDate;
  restored: readonly Share[];
}

/** Reverses a payment, once: each share goes back to the receivable it came from. Throws Refusal `already-reversed`. */
export async function reversePayment(
  store: Store,
  actor: Actor,
  id: string,
  { reversedOn, reason }: { reversedOn: BusinessDate | null; reason: string | null },
): Promise<ReversedPayment> {
  return write(store, actor, async (tx, at) => {
    const payment = await lockPayment(tx, actor, id);
    const on = reversedOn ?? at.today;
    if (on > at.today) throw new Refusal('date-in-future', { date: on, today: at.today }, { pointer: '/reversedOn' });
    const touched = [...new Set(payment.allocations.map((share) => share.receivableId))];
    await lockReceivables(tx, touched);
    await sql`
      with a as (
        update allocation set reversed_at = ${at.now}::timestamptz where payment_id = ${payment.id}::uuid and reversed_at is null
        returning receivable_id, amount_minor),
      r as (
        update receivable r set paid_minor = r.paid_minor - t.amount_minor
        from (select receivable_id, sum(amount_minor)::bigint as amount_minor from a group by 1) t where r.id = t.receivable_id)
      update payment set reversed_at = ${at.now}::timestamptz, reversed_on = ${on}::date, unapplied_minor = 0
      where id = ${payment.id}::uuid`.execute(tx);
    const { currency, allocations, unappliedMinor, customerId } = payment;
    const audit = {
      action: 'payment.reversed',
      subjectKind: 'payment',
      subjectId: payment.id,
      customerId,
      reason,
      before: { allocations, unappliedMinor, reversedOn: null },
      after: {
        externalId: payment.externalId,
        amountMinor: payment.amountMinor,
        currency,
        allocations: [],
        unappliedMinor: 0,
        reversedOn: on,
      },
    };
    const value = { id: payment.id, currency, reversedOn: on, restored: allocations };
    return { value, audit: [audit], asks: asksOf(touched), events: [eventOf(audit)] };
  });
}

/** Allocates what a payment still has unapplied: by the debtor's lines, what they leave by the law's order. */
export async function allocatePayment(
  store: Store,
  actor: Actor,
  id: string,
  lines: (currency: string) => PaymentDocument['allocations'],
  reason: string | null,
): Promise<PostedPayment> {
  return write(store, actor, async (tx, at) => {
    const payment = await lockPayment(tx, actor, id);
    const { currency, customerId, unappliedMinor, reference } = payment;
    const spread = { amountMinor: unappliedMinor, currency, reference, allocations: lines(currency) };
    if (unappliedMinor === 0) throw new Refusal('amount-exceeds-payment', { value: '0' });
    const ledger = await Ledger.of(tx, [{ document: spread, customerId }]);
    const result = ledger.spread(spread, customerId, at.today);
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
    if (touched.length === 0) return { value, audit: null };
    await lockReceivables(tx, touched);
    await addShares(tx, at, payment, result);
    const audit = {
      action: 'payment.allocated',
      subjectKind: 'payment',
      subjectId: payment.id,
      customerId,
      reason,
      before: { unappliedMinor },
      after: { externalId: payment.externalId, currency, allocations: result.allocations, unappliedMinor: result.unappliedMinor },
    };
    return { value, audit: [audit], asks: asksOf(touched), events: [eventOf(audit)] };
  });
}

/** Locks the payment `{id}` means, through its customer. Throws Refusal `not-found` or `already-reversed`. */
async function lockPayment(tx: Tx, actor: Actor, id: string): Promise<StandingPayment> {
  const ours = await idOf(tx, 'payment', id);
  const [seen] = ours === null ? [] : await readPayments(tx, { id: ours });
  if (!seen || !inScope(actor, seen)) throw new Refusal('not-found', { id });
  await lockCustomers(tx, [seen.customerCode]);
  const [payment = seen] = await readPayments(tx, { id: seen.id });
  if (payment.reversedOn) throw new Refusal('already-reversed', { payment: payment.externalId, date: payment.reversedOn });
  return payment;
}

async function addShares(
  tx: Tx,
  at: Moment,
  payment: StandingPayment,
  { allocations, unappliedMinor }: { allocations: readonly Share[]; unappliedMinor: number },
): Promise<void> {
  const rows = allocations.map((share) => ({ receivable_id: share.receivableId, amount_minor: share.amountMinor }));
  await sql`
    with s as (select * from ${recordset(rows, 'receivable_id uuid, amount_minor bigint')}),
    a as (
      insert into allocation (receivable_id, payment_id, amount_minor, value_date, posted_at)
      select receivable_id, ${payment.id}::uuid, amount_minor, ${payment.receivedOn}::date, ${at.now}::timestamptz from s),
    r as (update receivable r set paid_minor = r.paid_minor + s.amount_minor from s where r.id = s.receivable_id)
    update payment set unapplied_minor = ${unappliedMinor}::bigint where id = ${payment.id}::uuid`.execute(tx);
}
