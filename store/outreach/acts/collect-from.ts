import { collectsLater } from '../../../domain/outreach/going-live.ts';
import type { GoLive } from '../../../domain/outreach/going-live.ts';
import type { Actor } from '../../../domain/platform/actor.ts';
import { readGoLive, writeGoLive } from '../going-live.ts';
import { within, write } from '../../platform/transaction.ts';
import type { Store } from '../../platform/transaction.ts';
import { windowToday } from '../../ledger/acts/go-live.ts';
import { answerOfAsking, proposeAct } from '../../approvals/pending.ts';
import type { ActAnswer, ActKind } from '../../approvals/pending.ts';

/** A later day from which we collect: every step before it is given up, of all customers. Its payload is the settings as they were sent. */
export const collectFromAct: ActKind<GoLive> = {
  kind: 'collect-from',
  async carryOut({ store, tx, actor, act }, sent) {
    const { goLive } = await readGoLive(tx);
    await writeGoLive(store, actor, { ...(goLive ?? sent), collectFrom: sent.collectFrom }, act.reason);
    return { collectFrom: sent.collectFrom };
  },
};

/**
 * Sets how the ledger goes live; the same again changes nothing. Outside the go-live window a day later than the one in force (as the first
 * one: more than the window's days ahead) waits for a second person; the rest is set at once, as far as there is a day. Answers the act that
 * waits, if any. Throws Refusal `act-pending`, `approver-missing`.
 */
export async function askGoLive(store: Store, actor: Actor, sent: GoLive, reason: string): Promise<ActAnswer | null> {
  return write<ActAnswer | null>(store, actor, async (work) => {
    const { tx, at } = work;
    const { goLive } = await readGoLive(tx);
    const waits = collectsLater(goLive, sent, at.today) && (await windowToday(work)) === null;
    const now = waits ? goLive && { ...sent, collectFrom: goLive.collectFrom } : sent;
    if (now) await writeGoLive(within(store, tx), actor, now, reason);
    if (!waits) return { value: null, audit: null };
    return answerOfAsking(
      await proposeAct(work, collectFromAct, {
        customerId: null,
        subject: { kind: 'setting', id: 'go-live' },
        about: 'day from which we collect',
        given: null,
        what: { from: goLive?.collectFrom ?? null, to: sent.collectFrom },
        payload: sent,
        reason,
      }),
    );
  });
}
