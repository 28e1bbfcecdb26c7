import type { Actor } from '../../../domain/platform/actor.ts';
import { formatAmount, sumMinor } from '../../../domain/platform/money.ts';
import { askedAbout, bookedAloneMinor } from '../../../domain/ledger/booked.ts';
import { aloneOn, givenAlone } from '../../../domain/ledger/giving-corrections.ts';
import type { Tx } from '../../platform/database.ts';
import { lockDispute, resolveDispute, resolveLocked } from '../disputes.ts';
import type { DisputeCase, Resolution } from '../disputes.ts';
import { readStanding } from '../invoice-rows.ts';
import { readReceivables } from '../receivable-facts.ts';
import { write } from '../../platform/transaction.ts';
import type { Store } from '../../platform/transaction.ts';
import { answerOfAsking, proposeAct } from '../../approvals/pending.ts';
import type { ActAnswer, ActKind } from '../../approvals/pending.ts';
import { expectedCredits } from '../../../domain/ledger/claims.ts';

/** Upholds the dispute, over what of it is open by then: its credit note is expected from now on. */
export const upheldDisputeAct: ActKind<{ dispute: string } & Resolution> = {
  kind: 'dispute-upheld',
  async carryOut({ store, actor, act }, { dispute, state, note }) {
    const as: Actor = { ...actor, role: 'system', scope: {} };
    const { id } = await resolveDispute(store, as, dispute, { state, note, reason: act.reason, agreed: true });
    return { dispute: id, state };
  },
};

/**
 * Resolves a dispute, or, where upholding it would concede more than policy lets one alone give on its invoice, has a second person asked: it
 * stays open until then. Another end of it takes the place of what waits. Throws Refusal `not-found`, `dispute-closed`, `act-pending`.
 */
export async function settleDispute(
  store: Store,
  actor: Actor,
  dispute: string,
  resolution: Resolution,
  reason: string | null,
): Promise<{ id: string } | ActAnswer> {
  return write<{ id: string } | ActAnswer>(store, actor, async (work) => {
    const { tx } = work;
    const found = await lockDispute(tx, actor, dispute);
    const conceded = resolution.state === 'upheld' || resolution.state === 'part-upheld';
    const together = conceded ? await concededTogether(tx, store, found) : null;
    if (together === null) return resolveLocked(work, found, { ...resolution, reason, agreed: false });
    const { amountMinor, currency } = found;
    const asked = await proposeAct(work, upheldDisputeAct, {
      customerId: found.customerId,
      subject: { kind: 'dispute', id: found.id },
      about: `dispute on invoice ${found.invoice}`,
      given: { amountMinor: together, currency },
      what: {
        invoice: found.invoice,
        amount: formatAmount(amountMinor, currency),
        together: formatAmount(together, currency),
        currency,
      },
      payload: { dispute: found.id, ...resolution },
      reason: reason ?? resolution.note,
    });
    return answerOfAsking(asked);
  });
}

/**
 * What upholding it would concede with what one alone gave on its invoice before, by corrections, notes and disputes whose note is still
 * expected; null: one alone may.
 */
async function concededTogether(tx: Tx, store: Store, found: DisputeCase): Promise<number | null> {
  const standing = (await readStanding(tx, [found.invoice])).get(found.invoice);
  if (!standing) throw new Error('a dispute without its invoice');
  const { current } = await store.policies.current();
  const items = await readReceivables(
    tx,
    standing.instalments.map(({ id }) => id),
  );
  const waited = items.flatMap(({ facts }) => expectedCredits(facts.disputes));
  const aloneBefore = sumMinor(waited.filter(({ dispute }) => dispute.alone === true).map(({ minor }) => minor));
  const nowMinor = sumMinor([found.amountMinor, ...waited.map(({ minor }) => minor)]);
  const aloneMinor = aloneOn(standing, nowMinor, bookedAloneMinor(current.collection.content, found.currency));
  return askedAbout(found.amountMinor, sumMinor([givenAlone(standing), aloneBefore]), aloneMinor);
}
