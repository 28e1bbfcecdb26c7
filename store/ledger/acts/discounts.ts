import type { Actor } from '../../../domain/platform/actor.ts';
import { formatAmount } from '../../../domain/platform/money.ts';
import { Refusal } from '../../../domain/platform/refusal.ts';
import { openMinor } from '../../../domain/dunning/receivable.ts';
import { claimDiscount, endDoubt, grantLate } from '../discounts.ts';
import { openCase } from '../receivable-case.ts';
import type { ReceivableCase } from '../receivable-facts.ts';
import { write, eventOf } from '../../platform/transaction.ts';
import type { Store } from '../../platform/transaction.ts';
import { answerOfAsking, proposeAct } from '../../approvals/pending.ts';
import type { ActAnswer, ActKind } from '../../approvals/pending.ts';

/** Grants a discount that was taken after its last day, at most what is open by then, while it is in question. */
export const lateDiscountAct: ActKind<{ receivable: string; amountMinor: number }> = {
  kind: 'late-discount',
  async carryOut({ store, actor }, { receivable, amountMinor }) {
    return write(store, { ...actor, role: 'system' }, async (work) => {
      const { tx } = work;
      const found = await doubted(openCase(tx, { ...actor, role: 'system' }, receivable, true));
      const minor = Math.min(amountMinor, openMinor(found.facts));
      const effects = await grantLate(work, found.id, minor);
      const value = { receivable: found.id, discount: formatAmount(minor, found.currency), currency: found.currency };
      const [first, ...more] = effects.audit;
      return first ? { value, ...effects, audit: [first, ...more] } : { value, audit: null };
    });
  },
};

/** The receivable whose rest is a discount taken too late. Throws Refusal `not-open`. */
async function doubted(found: Promise<ReceivableCase>): Promise<ReceivableCase> {
  const one = await found;
  if (one.facts.question !== 'discount') throw new Refusal('not-open', { state: 'discount' });
  return one;
}

/** Asks for a discount that was taken too late to be granted all the same; a second person decides. Throws Refusal `not-open`. */
export async function askForLateDiscount(store: Store, actor: Actor, receivable: string, reason: string): Promise<ActAnswer> {
  return write<ActAnswer>(store, actor, async (work) => {
    const { tx } = work;
    const { id, customerId, currency, invoiceCode, instalment, facts } = await doubted(openCase(tx, actor, receivable, true));
    const amountMinor = openMinor(facts);
    const asked = await proposeAct(work, lateDiscountAct, {
      customerId,
      subject: { kind: 'receivable', id },
      about: `invoice ${invoiceCode}/${instalment}`,
      given: { amountMinor, currency },
      what: { amount: formatAmount(amountMinor, currency), currency },
      payload: { receivable: id, amountMinor },
      reason,
    });
    return answerOfAsking(asked);
  });
}

/** Claims what a late discount would let off: from now on it is asked for. Throws Refusal `not-open`. */
export async function claimLateDiscount(
  store: Store,
  actor: Actor,
  receivable: string,
  reason: string,
): Promise<{ id: string; open: string; currency: string }> {
  return write(store, actor, async (work) => {
    const { tx } = work;
    const { id, customerId, currency, facts } = await doubted(openCase(tx, actor, receivable, true));
    await claimDiscount(tx, [id]);
    const effects = await endDoubt(work, id, 'claimed');
    const about = { subjectKind: 'receivable', subjectId: id, customerId };
    const after = { amountMinor: openMinor(facts), currency };
    const audit = { ...about, action: 'receivable.discount-claimed', reason, before: { question: 'discount' }, after };
    return {
      value: { id, open: formatAmount(openMinor(facts), currency), currency },
      audit: [audit, ...effects.audit],
      asks: effects.asks,
      posts: effects.posts,
      events: [eventOf(audit), ...effects.events],
    };
  });
}
