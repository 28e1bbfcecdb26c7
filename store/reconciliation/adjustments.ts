import { sql } from 'kysely';
import type { Actor } from '../../domain/platform/actor.ts';
import { formatAmount } from '../../domain/platform/money.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import { adjustmentFault, concededAs } from '../../domain/reconciliation/adjustment.ts';
import type { AdjustmentKind, AdjustmentState } from '../../domain/reconciliation/adjustment.ts';
import type { DifferenceKind } from '../../domain/reconciliation/difference.ts';
import type { Tx } from '../platform/database.ts';
import { openDispute, resolveDispute } from '../ledger/disputes.ts';
import { allocatePayment } from '../ledger/payment-changes.ts';
import { findReceivable, undisputedOf } from '../ledger/receivable-case.ts';
import { readReceivables } from '../ledger/receivable-facts.ts';
import { idOf, isOurId } from '../platform/rows.ts';
import { seesCustomer } from '../access/scope.ts';
import { within, write } from '../platform/transaction.ts';
import type { Store, Work } from '../platform/transaction.ts';
import { cancelWorkOrders, openWorkOrder } from '../tasks/work-orders.ts';
import { lockBooksOf } from './book-owner.ts';
import { adjustmentKey, closeDifferences } from './differences.ts';
import { reconciliationChanged } from './news.ts';
import { addEffects } from '../platform/effects.ts';

/** What somebody proposes. `receivable`, `payment`: where the difference does not say it. */
export interface Proposal {
  kind: AdjustmentKind;
  receivable: string | null;
  payment: string | null;
  reason: string;
}

export interface AdjustmentView {
  id: string;
  differenceId: string;
  state: AdjustmentState;
}

interface DifferenceCase {
  id: string;
  customerId: string;
  /** Who has its documents now: another customer, once this one was merged. */
  holderId: string;
  kind: DifferenceKind;
  currency: string;
  amountMinor: number;
  receivableId: string | null;
  paymentId: string | null;
  number: string | null;
  state: string;
}

/** What an adjustment will do: kept with the proposal, so that the second person decides on just this. */
interface Effect {
  receivableId: string | null;
  paymentId: string | null;
}

/** Proposes how a difference is put right; another person decides. Throws Refusal `adjustment-unfit`, `not-open`, `waits-already` when one waits already. */
export async function proposeAdjustment(
  store: Store,
  actor: Actor,
  differenceId: string,
  proposal: Proposal,
): Promise<AdjustmentView> {
  return write<AdjustmentView>(store, actor, async (work) => {
    const { tx, at } = work;
    const found = await lockDifference(tx, actor, differenceId);
    if (found.state !== 'open') throw new Refusal('not-open', { state: found.state });
    const effect = await effectOf(tx, actor, found, proposal);
    const fault = adjustmentFault(proposal.kind, {
      kind: found.kind,
      amountMinor: found.amountMinor,
      hasReceivable: effect.receivableId !== null,
      hasMoney: effect.paymentId !== null && (await unappliedOf(tx, effect.paymentId)) > 0,
    });
    if (fault !== null) throw new Refusal('adjustment-unfit', { kind: proposal.kind, what: fault }, { pointer: '/kind' });
    const { rows } = await sql<{ id: string }>`
      insert into reconciliation_adjustment (difference_id, kind, amount_minor, detail, proposed_by, proposed_at, reason)
      values (${found.id}::uuid, ${proposal.kind}, ${found.amountMinor}::bigint, ${JSON.stringify(effect)}::jsonb, ${actor.id}, ${at.now}::timestamptz,
        ${proposal.reason}) on conflict do nothing returning id`.execute(tx);
    const id = rows[0]?.id;
    if (id === undefined) throw new Refusal('waits-already', { what: 'adjustment' });
    const effects = await openWorkOrder(work, {
      key: adjustmentKey(id),
      kind: 'reconciliation-adjustment',
      customerId: found.customerId,
      subject: `difference ${found.kind}${found.number === null ? '' : ` on ${found.number}`}`,
      reason: { adjustment: id, kind: proposal.kind, currency: found.currency, amountMinor: found.amountMinor },
    });
    const about = { subjectKind: 'adjustment', subjectId: id, customerId: found.customerId };
    const { kind, reason } = proposal;
    const after = { difference: found.id, kind, currency: found.currency, amountMinor: found.amountMinor, ...effect };
    return {
      value: { id, differenceId: found.id, state: 'proposed' },
      audit: [{ ...about, action: 'adjustment.proposed', reason, after }, ...effects.audit],
      posts: effects.posts,
      events: [{ ...about, kind: 'adjustment.proposed', data: { kind } }, ...effects.events],
    };
  });
}

const diff = sql`d.id, d.customer_id as "customerId", coalesce(c.merged_into, c.id) as "holderId", d.kind, d.currency, d.amount_minor as "amountMinor", d.receivable_id as "receivableId",
  d.payment_id as "paymentId", d.number, d.state`;

/** Locks the customer, then the difference. Throws Refusal `not-found`. */
async function lockDifference(tx: Tx, actor: Actor, id: string): Promise<DifferenceCase> {
  const ours = isOurId(id) ? id : null;
  await lockBooksOf(tx, sql`(select customer_id from reconciliation_difference where id = ${ours}::uuid)`, actor);
  const { rows } = await sql<DifferenceCase>`
    select ${diff} from reconciliation_difference d join customer c on c.id = d.customer_id where d.id = ${ours}::uuid and ${seesCustomer(actor)}
    for update of d`.execute(tx);
  const found = rows[0];
  if (!found) throw new Refusal('not-found', { id });
  return found;
}

/** Which documents of this customer (or of who has them now) the adjustment touches: those named, else those of the difference. */
async function effectOf(tx: Tx, actor: Actor, found: DifferenceCase, proposal: Proposal): Promise<Effect> {
  let { receivableId, paymentId } = found;
  if (proposal.receivable !== null) {
    const named = await findReceivable(tx, actor, proposal.receivable, '/receivable');
    if (named?.customerId !== found.holderId)
      throw new Refusal('receivable-unknown', { receivable: proposal.receivable }, { pointer: '/receivable' });
    receivableId = named.id;
  }
  if (proposal.payment !== null) {
    paymentId = await idOf(tx, 'payment', proposal.payment);
    const row =
      paymentId && (await tx.selectFrom('payment').select('customer_id').where('id', '=', paymentId).executeTakeFirst());
    if (!row || row.customer_id !== found.holderId)
      throw new Refusal('payment-unknown', { payment: proposal.payment }, { pointer: '/payment' });
  }
  return { receivableId, paymentId };
}

async function unappliedOf(tx: Tx, paymentId: string): Promise<number> {
  const row = await tx.selectFrom('payment').select('unapplied_minor').where('id', '=', paymentId).executeTakeFirst();
  return row?.unapplied_minor ?? 0;
}

interface Decision {
  verdict: 'approve' | 'decline';
  reason: string;
}
interface AdjustmentCase extends Effect {
  id: string;
  differenceId: string;
  kind: AdjustmentKind;
  amountMinor: number;
  state: AdjustmentState;
  proposedBy: string;
  reason: string;
}

/**
 * Decides on a proposed adjustment, once, by another person than proposed it; approved, it is carried out in the same transaction and its difference is
 * settled. Throws Refusal `own-request`, `already-decided`.
 */
export async function decideAdjustment(store: Store, actor: Actor, id: string, decision: Decision): Promise<AdjustmentView> {
  return write<AdjustmentView>(store, actor, async (work) => {
    const { tx, at } = work;
    const { found, adjustment } = await lockAdjustment(tx, actor, id);
    if (adjustment.state !== 'proposed') throw new Refusal('already-decided');
    if (adjustment.proposedBy === actor.id) throw new Refusal('own-request');
    const approved = decision.verdict === 'approve';
    const state = approved ? 'approved' : 'declined';
    const outcome = approved ? await carryOut(tx, store, actor, found, adjustment) : null;
    await sql`
      update reconciliation_adjustment set state = ${state}, decided_by = ${actor.id}, decided_at = ${at.now}::timestamptz,
        decision_reason = ${decision.reason}, outcome = ${outcome && JSON.stringify(outcome)}::jsonb where id = ${adjustment.id}::uuid`.execute(
      tx,
    );
    const effects = await cancelWorkOrders(work, { keys: [adjustmentKey(adjustment.id)] }, state);
    if (approved) addEffects(effects, await settle(work, found, adjustment));
    const about = { subjectKind: 'adjustment', subjectId: adjustment.id, customerId: found.customerId };
    const { kind, proposedBy, amountMinor } = adjustment;
    const after = { state, kind, proposedBy, amountMinor, currency: found.currency, outcome };
    return {
      value: { id: adjustment.id, differenceId: found.id, state },
      audit: [
        { ...about, action: `adjustment.${state}`, reason: decision.reason, before: { state: 'proposed' }, after },
        ...effects.audit,
      ],
      asks: effects.asks,
      posts: effects.posts,
      events: [{ ...about, kind: `adjustment.${state}`, data: { kind } }, ...effects.events],
    };
  });
}

async function lockAdjustment(tx: Tx, actor: Actor, id: string): Promise<{ found: DifferenceCase; adjustment: AdjustmentCase }> {
  const ours = isOurId(id) ? id : null;
  const row = await tx.selectFrom('reconciliation_adjustment').select('difference_id').where('id', '=', ours).executeTakeFirst();
  if (!row) throw new Refusal('not-found', { id });
  const found = await lockDifference(tx, actor, row.difference_id);
  const { rows } = await sql<Omit<AdjustmentCase, keyof Effect> & { detail: Effect }>`
    select id, difference_id as "differenceId", kind, amount_minor as "amountMinor", detail, state, proposed_by as "proposedBy", reason
    from reconciliation_adjustment where id = ${ours}::uuid for update`.execute(tx);
  const adjustment = rows[0];
  if (!adjustment) throw new Refusal('not-found', { id });
  const { detail, ...facts } = adjustment;
  return { found, adjustment: { ...facts, ...detail } };
}

async function settle(work: Work, found: DifferenceCase, { reason }: AdjustmentCase) {
  const { actor } = work;
  const effects = await closeDifferences(work, [found.id], { state: 'adjusted', by: actor.id, reason });
  addEffects(effects, await reconciliationChanged(work, { customerId: found.customerId, by: actor.id }));
  return effects;
}

/** Their figure is right: the amount is conceded as an upheld dispute, which is not asked for until its credit note comes. */
async function carryOut(
  tx: Tx,
  store: Store,
  actor: Actor,
  found: DifferenceCase,
  { kind, receivableId, paymentId, amountMinor, reason }: AdjustmentCase,
): Promise<Record<string, unknown>> {
  const here = within(store, tx);
  switch (kind) {
    case 'keep-ours':
      return { cause: reason };
    case 'allocate-payment': {
      const lines = await linesFor(tx, receivableId, paymentId ?? '');
      const posted = await allocatePayment(here, actor, paymentId ?? '', () => lines, reason);
      return { allocations: posted.allocations, unappliedMinor: posted.unappliedMinor };
    }
    case 'accept-theirs': {
      const [receivable] = await readReceivables(tx, [receivableId ?? '']);
      const openMinor = receivable ? undisputedOf(receivable) : 0;
      const concededMinor = Math.min(-amountMinor, openMinor);
      if (concededMinor <= 0) return { expected: null };
      const dispute = {
        amount: formatAmount(concededMinor, found.currency),
        category: concededAs[found.kind],
        note: reason,
        settled: true as const,
      };
      const { id } = await openDispute(here, actor, receivableId ?? '', dispute, reason);
      await resolveDispute(here, actor, id, { state: 'upheld', note: reason, reason, agreed: true });
      return { expected: 'credit-note', dispute: id, concededMinor };
    }
    default:
      return kind satisfies never;
  }
}

/** The instalment of the difference gets what it has open of the payment; without one, the law's order decides. */
async function linesFor(tx: Tx, receivableId: string | null, paymentId: string) {
  if (receivableId === null) return null;
  const { rows } = await sql<{ invoice: string; instalment: number; openMinor: number }>`
    select i.external_id as invoice, r.instalment, r.amount_minor - r.paid_minor - r.credited_minor - r.written_off_minor as "openMinor"
    from receivable r join invoice i on i.id = r.invoice_id where r.id = ${receivableId}::uuid`.execute(tx);
  const row = rows[0];
  const amountMinor = Math.min(row?.openMinor ?? 0, await unappliedOf(tx, paymentId));
  return row && amountMinor > 0 ? [{ invoice: row.invoice, instalment: row.instalment, amountMinor }] : null;
}
