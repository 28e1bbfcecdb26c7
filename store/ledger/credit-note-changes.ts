import type { Actor } from '../../domain/platform/actor.ts';
import type { BusinessDate } from '../../domain/platform/calendar.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import type { PaymentDocument } from '../../domain/ledger/documents.ts';
import { lockNote } from './credit-note-rows.ts';
import type { PostedCreditNote } from './credit-notes.ts';
import { openRose } from './events.ts';
import { claimDiscount, settleDiscounts } from './discounts.ts';
import { documentGone } from './duplicates.ts';
import { Ledger } from './ledger.ts';
import { laidShares, layShares, releaseShares } from './money-sources.ts';
import type { Share } from './payment-rows.ts';
import { unappliedChanged } from './unapplied.ts';
import { lockReceivables } from './receivable-facts.ts';
import { write, asksOf, eventOf } from '../platform/transaction.ts';
import type { Store } from '../platform/transaction.ts';
import { sql } from 'kysely';
import { addEffects } from '../platform/effects.ts';

/** Applies what a credit note has on account to open items: by the lines given, what they leave by the law's order. */
export async function allocateCreditNote(
  store: Store,
  actor: Actor,
  id: string,
  lines: (currency: string) => PaymentDocument['allocations'],
  reason: string | null,
): Promise<PostedCreditNote> {
  return write<PostedCreditNote>(store, actor, async (work) => {
    const { tx, at } = work;
    const { note, reach } = await lockNote(tx, actor, id);
    const { currency, customerId, externalId, unappliedMinor } = note;
    if (unappliedMinor === 0) throw new Refusal('nothing-unapplied', { document: externalId });
    const spread = { amountMinor: unappliedMinor, currency, reference: null, allocations: lines(currency) };
    const ledger = await Ledger.of(tx, [{ document: spread, customerIds: reach }]);
    const result = ledger.spread(spread, reach, at.today);
    if (!result.ok) throw result.refusal;
    const allocations = [...note.allocations, ...result.allocations];
    const value = { id: note.id, currency, allocations, unappliedMinor: result.unappliedMinor };
    if (result.allocations.length === 0) return { value, audit: null };
    const touched = result.allocations.map((share) => share.receivableId);
    await lockReceivables(tx, touched);
    await layShares(work, { kind: 'credit-note', id: note.id, on: note.issuedOn }, result);
    const audit = {
      action: 'credit-note.allocated',
      subjectKind: 'credit-note',
      subjectId: note.id,
      customerId,
      reason,
      before: { unappliedMinor },
      after: { externalId, currency, allocations: result.allocations, unappliedMinor: result.unappliedMinor },
    };
    const effects = await unappliedChanged(work, [
      { kind: 'credit-note', externalId, customerId, currency, unappliedMinor: result.unappliedMinor },
    ]);
    addEffects(effects, await settleDiscounts(work, touched));
    return {
      value,
      audit: [audit, ...effects.audit],
      asks: [...asksOf(touched), ...effects.asks],
      posts: effects.posts,
      events: [eventOf(audit), ...effects.events],
    };
  });
}

/** What the reversal of a credit note opened again. */
export interface ReversedCreditNote {
  id: string;
  currency: string;
  reversedOn: BusinessDate;
  restored: readonly Share[];
}

/**
 * Takes a credit note back, once: the receivables it lay on are open again and their dunning goes on; what it had on account is gone.
 * Throws Refusal `note-reversed`, or `has-refund` while part of it is paid out.
 */
export async function reverseCreditNote(
  store: Store,
  actor: Actor,
  id: string,
  { reversedOn, reason }: { reversedOn: BusinessDate | null; reason: string },
): Promise<ReversedCreditNote> {
  return write<ReversedCreditNote>(store, actor, async (work) => {
    const { tx, at } = work;
    const { note } = await lockNote(tx, actor, id);
    const { currency, customerId, externalId, allocations, unappliedMinor, issuedOn } = note;
    const on = reversedOn ?? at.today;
    if (on > at.today) throw new Refusal('date-in-future', { date: on, today: at.today }, { pointer: '/reversedOn' });
    if (on < issuedOn) throw new Refusal('reversal-before-document', { date: on, issuedOn }, { pointer: '/reversedOn' });
    if (note.refundedMinor > 0) throw new Refusal('has-refund', { document: externalId });
    const touched = [...new Set(allocations.map((share) => share.receivableId))];
    await lockReceivables(tx, touched);
    await releaseShares(work, { kind: 'credit-note' }, await laidShares(tx, { kind: 'credit-note', id: note.id }));
    await sql`update credit_note set unapplied_minor = 0, reversed_at = ${at.now}::timestamptz, reversed_on = ${on}::date
      where id = ${note.id}::uuid`.execute(tx);
    const audit = {
      action: 'credit-note.reversed',
      subjectKind: 'credit-note',
      subjectId: note.id,
      customerId,
      reason,
      before: { allocations, unappliedMinor, reversedOn: null },
      after: { externalId, amountMinor: note.amountMinor, currency, allocations: [], unappliedMinor: 0, reversedOn: on },
    };
    const rest = { kind: 'credit-note' as const, externalId, customerId, currency, unappliedMinor: 0 };
    const effects = await unappliedChanged(work, [rest], 'reversed');
    if (note.kind === 'discount') await claimDiscount(tx, touched);
    addEffects(effects, await settleDiscounts(work, touched, on));
    addEffects(effects, await openRose.tell(work, touched));
    addEffects(effects, await documentGone(work, 'credit-note', note.id, reason));
    return {
      value: { id: note.id, currency, reversedOn: on, restored: allocations },
      audit: [audit, ...effects.audit],
      asks: [...asksOf(touched), ...effects.asks],
      posts: effects.posts,
      events: [eventOf(audit), ...effects.events],
    };
  });
}
