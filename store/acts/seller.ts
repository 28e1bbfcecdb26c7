import type { Seller } from '../../domain/collection/going-live.ts';
import type { Actor } from '../../domain/kernel/actor.ts';
import { changeSettings, readGoLive } from '../going-live.ts';
import { refreshTemplates } from '../templates.ts';
import { within, write } from '../transaction.ts';
import type { Store } from '../transaction.ts';
import { contentHash } from '../setup.ts';
import { answerOfAsking, proposeAct } from './pending.ts';
import type { ActAnswer, ActKind } from './pending.ts';

type Account = NonNullable<Seller['account']>;

/** Another bank account in letters: whoever changed it alone could have every customer pay to themselves. */
export const bankAccountAct: ActKind<Account> = {
  kind: 'bank-account',
  async carryOut({ store, tx, actor, act }, account) {
    const { seller } = await readGoLive(tx);
    await changeSettings(store, actor, { seller: { ...seller, account } }, act.reason);
    return { account };
  },
};

/**
 * Sets what letters say of us; the same again changes nothing. The first bank account is set at once; another one waits for a second person,
 * while letters go on naming the one in force. Answers the act that waits, if any. Throws Refusal `act-pending`, `approver-missing`.
 */
export async function writeSeller(store: Store, actor: Actor, seller: Seller, reason: string): Promise<ActAnswer | null> {
  const asked = await write<ActAnswer | null>(store, actor, async (tx, at) => {
    const { account: inForce = null } = (await readGoLive(tx)).seller ?? {};
    const waits = inForce !== null && seller.account !== null && contentHash(inForce) !== contentHash(seller.account);
    await changeSettings(within(store, tx), actor, { seller: waits ? { ...seller, account: inForce } : seller }, reason);
    if (!waits || seller.account === null) return { value: null, audit: null };
    return answerOfAsking(
      await proposeAct(tx, store, at, actor, bankAccountAct, {
        customerId: null,
        subject: { kind: 'setting', id: 'seller' },
        about: 'bank account in letters',
        given: null,
        what: { from: inForce, to: seller.account },
        payload: seller.account,
        reason,
      }),
    );
  });
  refreshTemplates(store.db);
  refreshTemplates(store.policies.db);
  return asked;
}
