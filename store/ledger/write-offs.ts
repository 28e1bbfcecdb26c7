import { sql } from 'kysely';
import type { Actor } from '../../domain/platform/actor.ts';
import type { AuditFact } from '../../domain/platform/audit.ts';
import type { BusinessDate } from '../../domain/platform/calendar.ts';
import { formatAmount } from '../../domain/platform/money.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import { openMinor } from '../../domain/dunning/receivable.ts';
import type { Tx } from '../platform/database.ts';
import { openRose } from './events.ts';
import { amountOf, openCase } from './receivable-case.ts';
import type { ReceivableCase } from './receivable-facts.ts';
import { lockReceivables } from './receivable-facts.ts';
import { standingRecoveries, standingWriteOffs } from './recoveries.ts';
import { isOurId } from '../platform/rows.ts';
import { seesCustomer } from '../access/scope.ts';
import { write, asksOf, eventOf } from '../platform/transaction.ts';
import type { Store, Work } from '../platform/transaction.ts';

/** What a receivable looks like after something was written off, or taken back. Amounts in minor units. */
export interface WrittenOff {
  id: string;
  /** Our id of the write-off itself. */
  writeOff: string;
  currency: string;
  /** Not taken back, recovered or not. */
  writtenOffMinor: number;
  openMinor: number;
}

/** Writes off a receivable, or part of what is open (`amount`, decimal string). Needs a reason; the receivable's process closes it. */
export async function writeOff(
  store: Store,
  actor: Actor,
  receivable: string,
  { amount, reason }: { amount: string | null; reason: string },
): Promise<WrittenOff> {
  if (reason.trim() === '') throw new Refusal('reason-required', {}, { pointer: '/reason' });
  return write(store, actor, async (work) => {
    const { tx } = work;
    const found = await openCase(tx, actor, receivable, true);
    const open = openMinor(found.facts);
    const amountMinor = amount === null ? open : amountOf(found, amount, open);
    const { value, audit } = await bookWriteOff(work, { found, amountMinor, reason, by: actor.id });
    return { value, audit: [audit], asks: asksOf([found.id]), events: [eventOf(audit)] };
  });
}

/** Books a write-off on a receivable that is locked, its customer too. `amountMinor` is at most what is open. */
export async function bookWriteOff(
  { tx, at }: Work,
  { found, amountMinor, reason, by }: { found: ReceivableCase; amountMinor: number; reason: string; by: string },
): Promise<{ value: WrittenOff; audit: AuditFact }> {
  const { id: receivable_id, customerId: customer_id, currency, facts } = found;
  const { id } = await tx
    .insertInto('write_off')
    .values({
      ...{ receivable_id, customer_id, currency, reason, amount_minor: amountMinor },
      ...{ written_off_on: at.today, posted_at: at.now, posted_by: by },
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  const { rows } = await sql<{ standing: number }>`
    update receivable r set written_off_minor = r.written_off_minor + ${amountMinor}::bigint where r.id = ${receivable_id}::uuid
    returning ${standingWriteOffs} as standing`.execute(tx);
  const open = openMinor(facts);
  const writtenOffMinor = rows[0]?.standing ?? amountMinor;
  const audit = {
    action: 'receivable.written-off',
    subjectKind: 'receivable',
    subjectId: receivable_id,
    customerId: customer_id,
    reason,
    before: { openMinor: open, writtenOffMinor: writtenOffMinor - amountMinor },
    after: { openMinor: open - amountMinor, writtenOffMinor, currency, amountMinor, writeOff: id },
  };
  return { value: { id: receivable_id, writeOff: id, currency, writtenOffMinor, openMinor: open - amountMinor }, audit };
}

interface StandingWriteOff {
  id: string;
  receivableId: string;
  customerId: string;
  currency: string;
  amountMinor: number;
  reversedOn: BusinessDate | null;
}

/**
 * Takes a write-off back, once, with a reason: what of it was not recovered is open again, and dunning goes on where it was. Throws Refusal
 * `not-found` or `already-reversed`.
 */
export async function reverseWriteOff(store: Store, actor: Actor, id: string, reason: string): Promise<WrittenOff> {
  if (reason.trim() === '') throw new Refusal('reason-required', {}, { pointer: '/reason' });
  return write(store, actor, async (work) => {
    const { tx, at } = work;
    const found = await lockWriteOff(tx, actor, id);
    await sql`
      update write_off set reversed_on = ${at.today}::date, reversed_at = ${at.now}::timestamptz, reversed_by = ${actor.id},
        reversal_reason = ${reason} where id = ${found.id}::uuid`.execute(tx);
    const { rows } = await sql<{ standing: number; openedMinor: number; openMinor: number }>`
      with o as (
        select r.id, r.written_off_minor as before, ${standingWriteOffs} as standing, ${standingRecoveries} as recovered from receivable r where r.id = ${found.receivableId}::uuid)
      update receivable r set written_off_minor = greatest(0, o.standing - o.recovered) from o where r.id = o.id
      returning o.standing, o.before - r.written_off_minor as "openedMinor",
        r.amount_minor - r.paid_minor - r.credited_minor - r.written_off_minor as "openMinor"`.execute(tx);
    const after = rows[0];
    if (!after) throw new Error('a receivable vanished under its lock');
    const { standing: writtenOffMinor, openMinor: open, openedMinor } = after;
    const audit = {
      action: 'receivable.write-off-reversed',
      subjectKind: 'receivable',
      subjectId: found.receivableId,
      customerId: found.customerId,
      reason,
      before: { openMinor: open - openedMinor, writtenOffMinor: writtenOffMinor + found.amountMinor },
      after: { openMinor: open, writtenOffMinor, currency: found.currency, amountMinor: found.amountMinor, writeOff: found.id },
    };
    const value = { id: found.receivableId, writeOff: found.id, currency: found.currency, writtenOffMinor, openMinor: open };
    const effects = await openRose.tell(work, [found.receivableId]);
    return {
      value,
      audit: [audit, ...effects.audit],
      asks: [...asksOf([found.receivableId]), ...effects.asks],
      posts: effects.posts,
      events: [eventOf(audit), ...effects.events],
    };
  });
}

/** Locks customer, receivable and write-off, in this order. */
export async function lockWriteOff(tx: Tx, actor: Actor, id: string): Promise<StandingWriteOff> {
  const read = () => sql<StandingWriteOff>`
    select w.id, w.receivable_id as "receivableId", w.customer_id as "customerId", w.currency, w.amount_minor as "amountMinor",
      w.reversed_on as "reversedOn"
    from write_off w join customer c on c.id = w.customer_id where w.id = ${isOurId(id) ? id : null}::uuid and ${seesCustomer(actor)}`;
  const [seen] = (await read().execute(tx)).rows;
  if (!seen) throw new Refusal('not-found', { id });
  await sql`select from customer where id = ${seen.customerId}::uuid for no key update`.execute(tx);
  await lockReceivables(tx, [seen.receivableId]);
  const [found = seen] = (await read().execute(tx)).rows;
  if (found.reversedOn) {
    const amount = formatAmount(found.amountMinor, found.currency);
    throw new Refusal('already-reversed', { writeOff: amount, currency: found.currency, date: found.reversedOn });
  }
  return found;
}
