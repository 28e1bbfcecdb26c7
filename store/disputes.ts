import { sql } from 'kysely';
import type { Actor } from '../domain/kernel/actor.ts';
import type { Instant } from '../domain/kernel/calendar.ts';
import { Refusal } from '../domain/kernel/refusal.ts';
import { unaskedOf } from '../domain/collection/receivable.ts';
import type { disputeCategories, DisputeState } from '../domain/collection/receivable.ts';
import { concedeAgain } from './acts/goods-returns.ts';
import { coverMoved } from './unapplied.ts';
import { amountOf, openCase, undisputedOf } from './receivable-case.ts';
import type { Tx } from './database.ts';
import { lockReceivables } from './receivable-facts.ts';
import type { ReceivableCase } from './receivable-facts.ts';
import { isOurId } from './rows.ts';
import { seesCustomer } from './scope.ts';
import { write, asksOf, eventOf } from './transaction.ts';
import type { Moment, Store } from './transaction.ts';
import { cancelWorkOrders, openWorkOrder } from './work-orders.ts';
import type { WorkOrderTraces } from './traces.ts';
import { addTraces, noTraces } from './traces.ts';

export interface NewDispute {
  /** Decimal string in the receivable's currency; at most what is open and undisputed. */
  amount: string;
  category: (typeof disputeCategories)[number];
  note: string;
  /** Login of whoever is to settle it; null: whoever has the role that policy names. */
  owner?: string | null;
  /** It is resolved in the same transaction: nobody has to be asked. */
  settled?: true;
}

/** Whose task a dispute is, and until when; null: it never was a task. */
export interface DisputeOwner {
  role: string | null;
  owner: string | null;
  deadline: Instant | null;
}

/** The key of the task of a dispute. */
export const disputeTask = (id: string): string => `settle-dispute/${id}`;

/**
 * The task of whoever settles it, with policy's deadline: escalated when that passes, ended when the dispute is resolved. It is of the
 * customer, not of the item: a dispute outlives the payment of its item.
 */
async function askOwner(
  tx: Tx,
  store: Store,
  at: Moment,
  { id, customerId, invoice, owner }: { id: string; customerId: string; invoice: string; owner: string | null },
): Promise<DisputeOwner & { traces: WorkOrderTraces }> {
  const traces = await openWorkOrder(tx, store, at, {
    ...{ key: disputeTask(id), kind: 'settle-dispute', customerId, assignee: owner },
    subject: `invoice ${invoice}`,
    reason: { dispute: id, invoice },
  });
  const task = await tx
    .selectFrom('work_order')
    .select(['role', 'due_at as deadline'])
    .where('key', '=', disputeTask(id))
    .executeTakeFirstOrThrow();
  return { ...task, owner, traces };
}

/** Puts part of a receivable, or all of it, in dispute: that part is not collected until the dispute is resolved. */
export async function openDispute(
  store: Store,
  actor: Actor,
  receivable: string,
  dispute: NewDispute,
  reason: string | null,
): Promise<{ id: string; state: DisputeState } & DisputeOwner> {
  return write(store, actor, async (tx, at) => {
    const { current } = await store.policies.current();
    const share = current['credit-rules'].content.disputes?.maxShare ?? '1';
    // Disputes of one customer share what may be left out: they are opened one after another.
    const found = await openCase(tx, actor, receivable, Number(share) < 1);
    const amountMinor = amountOf(found, dispute.amount, undisputedOf(found));
    const unaskedMinor = unaskedOf(amountMinor, { share, ...(await sharedBy(tx, found)) });
    const { id } = await tx
      .insertInto('dispute')
      .values({
        receivable_id: found.id,
        customer_id: found.customerId,
        amount_minor: amountMinor,
        unasked_minor: unaskedMinor,
        category: dispute.category,
        note: dispute.note,
        opened_at: at.now,
        opened_by: actor.id,
      })
      .returning('id')
      .executeTakeFirstOrThrow();
    const invoice = `${found.invoiceCode}/${found.instalment}`;
    const asked = dispute.settled
      ? { role: null, owner: null, deadline: null, traces: noTraces() }
      : await askOwner(tx, store, at, { id, customerId: found.customerId, invoice, owner: dispute.owner ?? null });
    const { traces, ...owned } = asked;
    const after = {
      receivableId: found.id,
      amountMinor,
      ...(unaskedMinor !== null && { unaskedMinor }),
      currency: found.currency,
      category: dispute.category,
      note: dispute.note,
      state: 'open',
      ...(owned.deadline !== null && owned),
    };
    const audit = {
      action: 'dispute.opened',
      subjectKind: 'dispute',
      subjectId: id,
      customerId: found.customerId,
      reason,
      after,
    };
    return {
      value: { id, state: 'open', ...owned },
      audit: [audit, ...traces.audit],
      asks: [...asksOf([found.id]), ...(await coverMoved(tx, [found.customerId])), ...traces.asks],
      posts: traces.posts,
      events: [eventOf(audit), ...traces.events],
    };
  });
}

/** What the customer owes in the currency, and what of it is left out for open disputes already. */
async function sharedBy(
  tx: Tx,
  { customerId, currency }: Pick<ReceivableCase, 'customerId' | 'currency'>,
): Promise<{ openMinor: number; leftOutMinor: number }> {
  const { rows } = await sql<{ openMinor: number; leftOutMinor: number }>`
    select (select coalesce(sum(r.amount_minor - r.paid_minor - r.credited_minor - r.written_off_minor), 0)::bigint from receivable r
        where r.customer_id = ${customerId}::uuid and r.currency = ${currency}) as "openMinor",
      (select coalesce(sum(coalesce(d.unasked_minor, d.amount_minor)), 0)::bigint from dispute d join receivable r on r.id = d.receivable_id
        where d.customer_id = ${customerId}::uuid and d.state = 'open' and r.currency = ${currency}) as "leftOutMinor"`.execute(
    tx,
  );
  return rows[0] ?? { openMinor: 0, leftOutMinor: 0 };
}

export interface Resolution {
  state: Exclude<DisputeState, 'open'>;
  note: string;
}

/**
 * Resolves a dispute once: rejected, its part is collected again, as far as no return of the goods takes it; upheld, not until its credit note
 * has come or is given up. Throws Refusal `dispute-closed`.
 */
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
    await sql`select from customer where id = ${row.customerId}::uuid for no key update`.execute(tx);
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
    const traces = await cancelWorkOrders(tx, at, { keys: [disputeTask(row.id)] }, 'resolved');
    addTraces(traces, await concedeAgain(tx, store, at, actor, [row.receivableId]));
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
      audit: [audit, ...traces.audit],
      asks: [...asksOf([row.receivableId]), ...(await coverMoved(tx, [row.customerId])), ...traces.asks],
      posts: traces.posts,
      events: [eventOf(audit), ...traces.events],
    };
  });
}
