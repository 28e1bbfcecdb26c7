import { sql } from 'kysely';
import type { Actor } from '../../domain/platform/actor.ts';
import type { Instant } from '../../domain/platform/calendar.ts';
import { sumMinor } from '../../domain/platform/money.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import { openRose } from './events.ts';
import { overtakeAct } from '../approvals/pending.ts';
import { coverMoved } from './unapplied.ts';
import { amountOf, openCase, undisputedOf } from './receivable-case.ts';
import type { Tx } from '../platform/database.ts';
import { lockReceivables } from './receivable-facts.ts';
import type { ReceivableCase } from './receivable-facts.ts';
import { isOurId } from '../platform/rows.ts';
import { seesCustomer } from '../access/scope.ts';
import { write, asksOf, eventOf } from '../platform/transaction.ts';
import type { Store, Written, Work } from '../platform/transaction.ts';
import { cancelWorkOrders, openWorkOrder } from '../tasks/work-orders.ts';
import type { Effects } from '../platform/effects.ts';
import { addEffects, noEffects } from '../platform/effects.ts';
import type { disputeCategories, DisputeState } from '../../domain/ledger/claims.ts';
import { unaskedOf } from '../../domain/ledger/claims.ts';

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
  work: Work,
  { id, customerId, invoice, owner }: { id: string; customerId: string; invoice: string; owner: string | null },
): Promise<DisputeOwner & { effects: Effects }> {
  const { tx } = work;
  const effects = await openWorkOrder(work, {
    ...{ key: disputeTask(id), kind: 'settle-dispute', customerId, assignee: owner },
    subject: `invoice ${invoice}`,
    reason: { dispute: id, invoice },
  });
  const task = await tx
    .selectFrom('work_order')
    .select(['role', 'due_at as deadline'])
    .where('key', '=', disputeTask(id))
    .executeTakeFirstOrThrow();
  return { ...task, owner, effects };
}

/** Puts part of a receivable, or all of it, in dispute: that part is not collected until the dispute is resolved. */
export async function openDispute(
  store: Store,
  actor: Actor,
  receivable: string,
  dispute: NewDispute,
  reason: string | null,
): Promise<{ id: string; state: DisputeState } & DisputeOwner> {
  return write(store, actor, async (work) => {
    const { tx, at } = work;
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
      ? { role: null, owner: null, deadline: null, effects: noEffects() }
      : await askOwner(work, { id, customerId: found.customerId, invoice, owner: dispute.owner ?? null });
    const { effects, ...owned } = asked;
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
      audit: [audit, ...effects.audit],
      asks: [...asksOf([found.id]), ...(await coverMoved(tx, [found.customerId])), ...effects.asks],
      posts: effects.posts,
      events: [eventOf(audit), ...effects.events],
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

/** An open dispute with the parts of it that a correction moved to other instalments, locked. Amounts in minor units. */
export interface DisputeCase {
  /** Of the dispute as it was opened. */
  id: string;
  customerId: string;
  invoiceId: string;
  invoice: string;
  currency: string;
  amountMinor: number;
  parts: readonly DisputePart[];
}

interface DisputePart {
  id: string;
  receivableId: string;
  amountMinor: number;
  category: string;
}

/** Locks a dispute that is open, by its id or that of a part of it. Throws Refusal `not-found`, `dispute-closed`. */
export async function lockDispute(tx: Tx, actor: Actor, dispute: string): Promise<DisputeCase> {
  const { rows } = await sql<Omit<DisputeCase, 'amountMinor' | 'parts'>>`
    select coalesce(d.rest_of, d.id) as id, d.customer_id as "customerId", r.invoice_id as "invoiceId", i.external_id as invoice, r.currency
    from dispute d join receivable r on r.id = d.receivable_id join invoice i on i.id = r.invoice_id join customer c on c.id = d.customer_id
    where d.id = ${isOurId(dispute) ? dispute : null}::uuid and ${seesCustomer(actor)}`.execute(tx);
  const row = rows[0];
  if (!row) throw new Refusal('not-found', { id: dispute });
  await sql`select from customer where id = ${row.customerId}::uuid for no key update`.execute(tx);
  const open = sql`from dispute where (id = ${row.id}::uuid or rest_of = ${row.id}::uuid) and state = 'open'`;
  const { rows: items } = await sql<{ id: string }>`select receivable_id as id ${open}`.execute(tx);
  await lockReceivables(
    tx,
    items.map(({ id }) => id),
  );
  const { rows: parts } = await sql<DisputePart>`
    select id, receivable_id as "receivableId", amount_minor as "amountMinor", category ${open} order by opened_at, id for update`.execute(
    tx,
  );
  if (parts.length === 0) {
    const { state } = await tx.selectFrom('dispute').select('state').where('id', '=', dispute).executeTakeFirstOrThrow();
    throw new Refusal('dispute-closed', { state });
  }
  return { ...row, parts, amountMinor: sumMinor(parts.map((part) => part.amountMinor)) };
}

/** What a resolution is on record with; `agreed`: a second person agreed to what it concedes. */
export interface Resolving extends Resolution {
  reason: string | null;
  agreed: boolean;
}

/**
 * Resolves a dispute once: rejected, its part is collected again, as far as no return of the goods takes it; upheld, not until its credit note
 * has come or is given up. Throws Refusal `dispute-closed`.
 */
export async function resolveDispute(store: Store, actor: Actor, dispute: string, how: Resolving): Promise<{ id: string }> {
  return write<{ id: string }>(store, actor, async (work) =>
    resolveLocked(work, await lockDispute(work.tx, actor, dispute), how),
  );
}

/** The same of a dispute that is locked. */
export async function resolveLocked(
  work: Work,
  { id, customerId, parts }: DisputeCase,
  { reason, agreed, ...resolution }: Resolving,
): Promise<Written<{ id: string }>> {
  const { tx, at, actor } = work;
  await tx
    .updateTable('dispute')
    .set({ state: resolution.state, resolution: resolution.note, closed_at: at.now, closed_by: actor.id, agreed })
    .where(
      'id',
      'in',
      parts.map((part) => part.id),
    )
    .execute();
  const receivables = [...new Set(parts.map((part) => part.receivableId))];
  const effects = await cancelWorkOrders(work, { keys: [disputeTask(id)] }, 'resolved');
  addEffects(effects, await openRose.tell(work, receivables));
  if (!agreed)
    addEffects(
      effects,
      await overtakeAct(work, {
        kind: 'dispute-upheld',
        subject: { kind: 'dispute', id },
        reason: reason ?? resolution.note,
      }),
    );
  const [first, ...more] = parts.map(({ id: subjectId, receivableId, amountMinor, category }) => ({
    ...{ action: 'dispute.resolved', subjectKind: 'dispute', subjectId, customerId, reason },
    before: { state: 'open' },
    after: { receivableId, amountMinor, category, ...resolution },
  }));
  if (!first) throw new Error('a dispute without its amount was resolved');
  return {
    value: { id },
    audit: [first, ...more, ...effects.audit],
    asks: [...asksOf(receivables), ...(await coverMoved(tx, [customerId])), ...effects.asks],
    posts: effects.posts,
    events: [...[first, ...more].map(eventOf), ...effects.events],
  };
}
