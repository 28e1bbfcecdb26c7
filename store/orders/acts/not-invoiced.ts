import type { Actor } from '../../../domain/platform/actor.ts';
import { formatAmount, parseAmount, sumMinor } from '../../../domain/platform/money.ts';
import { moveAll } from '../../../domain/orders/order.ts';
import type { NotInvoicedWhy } from '../../../domain/orders/order.ts';
import { changeOf, endOrder, lockOrder, moveOrder, readOrderCase } from '../orders.ts';
import type { OrderCase } from '../orders.ts';
import { within, write } from '../../platform/transaction.ts';
import type { Store, Work } from '../../platform/transaction.ts';
import { askAboutDelivered, endDelivered } from '../delivered-tasks.ts';
import { proposeAct } from '../../approvals/pending.ts';
import type { ActKind } from '../../approvals/pending.ts';
import type { Effects } from '../../platform/effects.ts';
import { settleDeposits } from '../../ledger/deposits.ts';
import { addEffects, noEffects } from '../../platform/effects.ts';

/** Why goods that were delivered will not be invoiced, in the words of whoever says so. */
export interface NotInvoiced {
  why: NotInvoicedWhy;
  reason: string;
}

/** What of an order was delivered and is not invoiced, in minor units. */
export const deliveredOf = (order: OrderCase): number => sumMinor(order.lines.map((line) => line.minor.delivered));

/** What was delivered and not invoiced leaves the exposure. */
export const notInvoicedAct: ActKind<{ order: string; why: NotInvoicedWhy }> = {
  kind: 'not-invoiced',
  async carryOut({ store, actor, act }, { order: id, why }) {
    return write(store, actor, async (work) => {
      const { tx } = work;
      const order = await lockOrder(tx, actor, id);
      const left = await leave(work, order, { why, reason: act.reason });
      const value = {
        order: order.externalId,
        amount: formatAmount(deliveredOf(order), order.currency),
        currency: order.currency,
      };
      const [first, ...more] = left.audit;
      return first ? { value, ...left, audit: [first, ...more] } : { value, audit: null };
    });
  },
};

/**
 * Closes an order. What was delivered of it and is not invoiced stays owed, with a task, unless it is said why it never will be: up to the
 * policy's tolerance it leaves at once, above it when a second person agrees. Again changes nothing. Throws Refusal `order-closed`,
 * `act-pending`, `approver-missing`.
 */
export async function closeOrder(
  store: Store,
  actor: Actor,
  id: string,
  { reason, notInvoiced }: { reason: string | null; notInvoiced: NotInvoiced | null },
): Promise<{ order: OrderCase }> {
  return write<{ order: OrderCase }>(store, actor, async (work) => {
    const { tx } = work;
    const { order } = await endOrder(within(store, tx), actor, id, { as: 'closed', reason });
    const effects = await settleDelivered(work, order, notInvoiced);
    const [first, ...more] = effects.audit;
    const value = { order: await readOrderCase(tx, order.id) };
    return first ? { value, ...effects, audit: [first, ...more] } : { value, audit: null };
  });
}

async function settleDelivered(work: Work, order: OrderCase, notInvoiced: NotInvoiced | null): Promise<Effects> {
  const { store } = work;
  const { currency } = order;
  const amountMinor = deliveredOf(order);
  if (amountMinor === 0) return noEffects();
  const amount = formatAmount(amountMinor, currency);
  const { current } = await store.policies.current();
  const allowed = parseAmount(current['credit-rules'].content.shipments.notInvoiced?.[currency] ?? '0', currency);
  if (notInvoiced && amountMinor <= (allowed.ok ? allowed.minor : 0)) return leave(work, order, notInvoiced);
  const told = { order: order.externalId, amount, currency, ...(notInvoiced && { why: notInvoiced.why }) };
  const effects = await askAboutDelivered(work, order, told);
  if (!notInvoiced) return effects;
  const asked = await proposeAct(work, notInvoicedAct, {
    customerId: order.customerId,
    subject: { kind: 'order', id: order.id },
    about: `order ${order.externalId}`,
    given: { amountMinor, currency },
    what: { amount, currency, why: notInvoiced.why },
    payload: { order: order.id, why: notInvoiced.why },
    reason: notInvoiced.reason,
  });
  addEffects(effects, asked.effects);
  return effects;
}

async function leave(work: Work, order: OrderCase, { why, reason }: NotInvoiced): Promise<Effects> {
  const { tx } = work;
  const moves = moveAll(order.lines, ['delivered'], 'cancelled');
  if (moves.length === 0) return noEffects();
  await moveOrder(work, order.id, moves, `order.not-invoiced.${why}`);
  const effects = await endDelivered(work, [order.id], 'not-invoiced');
  const { audit, events } = changeOf(order, await readOrderCase(tx, order.id), 'order.not-invoiced', `${why}: ${reason}`);
  effects.audit.unshift(...audit);
  effects.events.push(...events);
  addEffects(effects, await settleDeposits(work, [order.id]));
  return effects;
}
