import { sql } from 'kysely';
import { inScope } from '../../domain/platform/actor.ts';
import type { Actor } from '../../domain/platform/actor.ts';
import type { BusinessDate } from '../../domain/platform/calendar.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import type { Tx } from '../platform/database.ts';
import { lockCustomers } from './invoice-rows.ts';
import { write, eventOf } from '../platform/transaction.ts';
import type { Store } from '../platform/transaction.ts';
import { unappliedChanged } from './unapplied.ts';
import type { Unapplied } from './unapplied.ts';

/**
 * Takes a refund back, once: the bank returned it, or it was never paid. Its money lies unapplied again on what it was paid of.
 * Throws Refusal `refund-reversed`.
 */
export async function reverseRefund(
  store: Store,
  actor: Actor,
  id: string,
  { reversedOn, reason }: { reversedOn: BusinessDate | null; reason: string },
): Promise<{ id: string; reversedOn: BusinessDate }> {
  return write(store, actor, async (work) => {
    const { tx, at } = work;
    const found = await lockRefund(tx, actor, id);
    const on = reversedOn ?? at.today;
    if (on > at.today) throw new Refusal('date-in-future', { date: on, today: at.today }, { pointer: '/reversedOn' });
    if (on < found.paidOn)
      throw new Refusal('reversal-before-document', { date: on, issuedOn: found.paidOn }, { pointer: '/reversedOn' });
    const { rows } = await sql<Unapplied>`
      with s as (select payment_id, credit_note_id, amount_minor from refund_share where refund_id = ${found.id}::uuid),
      f as (update refund set reversed_at = ${at.now}::timestamptz, reversed_on = ${on}::date where id = ${found.id}::uuid),
      p as (
        update payment p set unapplied_minor = p.unapplied_minor + s.amount_minor, refunded_minor = p.refunded_minor - s.amount_minor
        from s where p.id = s.payment_id
        returning 'payment' as kind, p.external_id, p.customer_id, p.currency, p.unapplied_minor, p.order_code),
      n as (
        update credit_note n set unapplied_minor = n.unapplied_minor + s.amount_minor, refunded_minor = n.refunded_minor - s.amount_minor
        from s where n.id = s.credit_note_id
        returning 'credit-note' as kind, n.external_id, n.customer_id, n.currency, n.unapplied_minor, null as order_code)
      select kind, external_id as "externalId", customer_id as "customerId", currency, unapplied_minor as "unappliedMinor", order_code as "order"
      from (select * from p union all select * from n) x order by 1, 2`.execute(tx);
    const effects = await unappliedChanged(work, rows);
    const audit = {
      action: 'refund.reversed',
      subjectKind: 'refund',
      subjectId: found.id,
      customerId: found.customerId,
      reason,
      after: { externalId: found.externalId, amountMinor: found.amountMinor, currency: found.currency, reversedOn: on },
    };
    return {
      value: { id: found.id, reversedOn: on },
      audit: [audit, ...effects.audit],
      asks: effects.asks,
      posts: effects.posts,
      events: [eventOf(audit), ...effects.events],
    };
  });
}

interface FoundRefund {
  id: string;
  externalId: string;
  customerId: string;
  customerCode: string;
  region: string | null;
  owner: string | null;
  currency: string;
  amountMinor: number;
  paidOn: BusinessDate;
  reversedOn: BusinessDate | null;
}

async function lockRefund(tx: Tx, actor: Actor, id: string): Promise<FoundRefund> {
  const read = async (): Promise<FoundRefund | undefined> => {
    const { rows } = await sql<FoundRefund>`
      select f.id, f.external_id as "externalId", f.customer_id as "customerId", c.external_id as "customerCode", c.region, c.owner, f.currency,
        f.amount_minor as "amountMinor", f.paid_on as "paidOn", f.reversed_on as "reversedOn"
      from refund f join customer c on c.id = f.customer_id where f.external_id = ${id} or f.id::text = ${id}
      order by f.external_id = ${id} desc limit 1`.execute(tx);
    return rows[0];
  };
  const seen = await read();
  if (!seen || !inScope(actor, seen)) throw new Refusal('not-found', { id });
  await lockCustomers(tx, [seen.customerCode]);
  const found = (await read()) ?? seen;
  if (found.reversedOn) throw new Refusal('refund-reversed', { refund: found.externalId, date: found.reversedOn });
  return found;
}
