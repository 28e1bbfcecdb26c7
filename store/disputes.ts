import { sql } from 'kysely';
import type { Actor } from '../domain/kernel/actor.ts';
import { Refusal } from '../domain/kernel/refusal.ts';
import type { disputeCategories, DisputeState } from '../domain/collection/receivable.ts';
import { asksOf, eventOf } from './payments.ts';
import { amountOf, openCase, undisputedOf } from './receivable-case.ts';
import { lockReceivables } from './receivable-facts.ts';
import { isOurId } from './rows.ts';
import { seesCustomer } from './scope.ts';
import { write } from './transaction.ts';
import type { Store } from './transaction.ts';

export interface NewDispute {
  /** Decimal string in the receivable's currency; at most what is open and undisputed. */
  amount: string;
  category: (typeof disputeCategories)[number];
  note: string;
}

/** Puts part of a receivable, or all of it, in dispute: that part is not collected until the dispute is resolved. */
export async function openDispute(
  store: Store,
  actor: Actor,
  receivable: string,
  dispute: NewDispute,
  reason: string | null,
): Promise<{ id: string; state: DisputeState }> {
  return write(store, actor, async (tx, at) => {
    const found = await openCase(tx, actor, receivable);
    const amountMinor = amountOf(found, dispute.amount, undisputedOf(found));
    const { id } = await tx
      .insertInto('dispute')
      .values({
        receivable_id: found.id,
        customer_id: found.customerId,
        amount_minor: amountMinor,
        category: dispute.category,
        note: dispute.note,
        opened_at: at.now,
        opened_by: actor.id,
      })
      .returning('id')
      .executeTakeFirstOrThrow();
    const after = {
      receivableId: found.id,
      amountMinor,
      currency: found.currency,
      category: dispute.category,
      note: dispute.note,
      state: 'open',
    };
    const audit = {
      action: 'dispute.opened',
      subjectKind: 'dispute',
      subjectId: id,
      customerId: found.customerId,
      reason,
      after,
    };
    return { value: { id, state: 'open' }, audit: [audit], asks: asksOf([found.id]), events: [eventOf(audit)] };
  });
}

export interface Resolution {
  state: Exclude<DisputeState, 'open'>;
  note: string;
}

/** Resolves a dispute once: rejected, its part is collected again; upheld, not until its credit note has come or is given up. Throws Refusal `dispute-closed`. */
export async function resolveDispute(
  store: Store,
  actor: Actor,
  dispute: string,
  resolution: Resolution,
  reason: string | null,
): Promise<{ id: string; state: DisputeState }> {
  return write(store, actor, async (tx, at) => {
    const { rows } = await sql<{ id: string; receivableId: string; customerId: string }>`
      select d.id, d.receivable_id as "receivableId", d.customer_id as "customerId" from dispute d join customer c on c.id = d.customer_id
      where d.id = ${isOurId(dispute) ? dispute : null}::uuid and ${seesCustomer(actor)}`.execute(tx);
    const row = rows[0];
    if (!row) throw new Refusal('not-found', { id: dispute });
    await lockReceivables(tx, [row.receivableId]);
    const closed = await tx
      .updateTable('dispute')
      .set({ state: resolution.state, resolution: resolution.note, closed_at: at.now, closed_by: actor.id })
      .where('id', '=', row.id)
      .where('state', '=', 'open')
      .returning(['amount_minor', 'category'])
      .executeTakeFirst();
    if (!closed) {
      const { state } = await tx.selectFrom('dispute').select('state').where('id', '=', row.id).executeTakeFirstOrThrow();
      throw new Refusal('dispute-closed', { state });
    }
    const audit = {
      action: 'dispute.resolved',
      subjectKind: 'dispute',
      subjectId: row.id,
      customerId: row.customerId,
      reason,
      before: { state: 'open' },
      after: { receivableId: row.receivableId, amountMinor: closed.amount_minor, category: closed.category, ...resolution },
    };
    return {
      value: { id: row.id, state: resolution.state },
      audit: [audit],
      asks: asksOf([row.receivableId]),
      events: [eventOf(audit)],
    };
  });
}
