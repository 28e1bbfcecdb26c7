import { itemsNamed } from '../../domain/ledger/allocation.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import { unappliedOf } from './cover.ts';
import { askForRate, rateCame } from './missing-rates.ts';
import { applyPayment, lockPayment } from './payment-changes.ts';
import { readItems } from './payment-rows.ts';
import { keepWaiting, readWaiting } from './payment-waits.ts';
import type { WaitingPayment } from './payment-waits.ts';
import { systemActor } from '../platform/transaction.ts';
import type { Work } from '../platform/transaction.ts';
import { withGranted } from './unapplied.ts';
import type { Arrival } from './unapplied.ts';
import type { Effects } from '../platform/effects.ts';
import { addEffects, noEffects } from '../platform/effects.ts';

type Settled = Arrival | { missing: { base: string; quote: string } | null };

/** What an unused payment settles as it is named. `missing`: nothing, for want of this rate; null: nothing, for another reason. */
async function settle(work: Work, { id, lines }: WaitingPayment, reason: 'rate-recorded' | 'invoice-arrived'): Promise<Settled> {
  const { tx } = work;
  try {
    const found = await lockPayment(tx, systemActor('exchange-rate'), id);
    if (found.payment.unappliedMinor < found.payment.amountMinor) return { missing: null };
    const { value, audit, asks = [], posts = [], events = [] } = await applyPayment(work, found, lines, reason);
    const applied = new Map<string, number>();
    for (const share of value.allocations)
      applied.set(share.receivableId, (applied.get(share.receivableId) ?? 0) + share.amountMinor);
    const effects = { audit: [...audit], asks: [...asks], posts: [...posts], events: [...events] };
    return { ...effects, applied: withGranted(applied, effects.audit) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { from, to } = error.params;
    return { missing: error.code === 'rate-missing' ? { base: String(from), quote: String(to) } : null };
  }
}

/**
 * A rate is on file: payments that waited for it, whichever way round, settle what they name, and the task that asked for it ends, unless one
 * of them needs it of an earlier day. What cannot be settled any more as it was named stays a task of its own.
 */
export async function settleWaiting(work: Work, base: string, quote: string): Promise<Effects> {
  const { tx } = work;
  const effects = noEffects();
  let isMissing = false;
  for (const waiting of await readWaiting(tx, base, quote)) {
    const settled = await settle(work, waiting, 'rate-recorded');
    if ('missing' in settled) isMissing ||= settled.missing !== null;
    else addEffects(effects, settled);
  }
  if (!isMissing) addEffects(effects, await rateCame(work, base, quote));
  return effects;
}

/**
 * Unused payments in another currency whose text names invoices that have just come settle these as they would have had they come after them;
 * without a rate of their day they wait for it, with a task. `customerIds`: of the invoices, locked.
 */
export async function settleArrived(work: Work, customerIds: readonly string[], arrived: readonly string[]): Promise<Arrival> {
  const { tx } = work;
  const effects = noEffects();
  const applied = new Map<string, number>();
  const money = (await unappliedOf(tx, customerIds)).filter(
    (one) => one.kind === 'payment' && one.order === null && !one.onAccount,
  );
  if (!money.some((one) => one.reference !== null)) return { ...effects, applied };
  const come = new Set(arrived);
  const items = await readItems(tx, { customers: [...new Set(money.flatMap((one) => one.reach))], named: [], numbersOf: [] });
  const fresh = items.filter((item) => come.has(item.receivableId));
  for (const { id, reference, reach, currency, on } of money) {
    const named = itemsNamed(
      reference ?? '',
      fresh.filter((item) => item.currency !== currency && reach.includes(item.customerId)),
    );
    if (named.length === 0) continue;
    const settled = await settle(work, { id, lines: null }, 'invoice-arrived');
    if ('applied' in settled) {
      addEffects(effects, settled);
      for (const [receivable, minor] of settled.applied) applied.set(receivable, (applied.get(receivable) ?? 0) + minor);
    } else if (settled.missing) {
      await keepWaiting(tx, { id, lines: null }, settled.missing.base, settled.missing.quote);
      addEffects(effects, await askForRate(work, { ...settled.missing, on }));
    }
  }
  return { ...effects, applied };
}
