import { missingForGoLive } from '../../../domain/outreach/going-live.ts';
import type { Seller } from '../../../domain/outreach/going-live.ts';
import { lintOurWords, sayFindings } from '../../../domain/outreach/template-lint.ts';
import type { Actor } from '../../../domain/platform/actor.ts';
import { Refusal } from '../../../domain/platform/refusal.ts';
import { changeSettings, readGoLive } from '../going-live.ts';
import { lintPolicy } from '../template-versions.ts';
import { refreshTemplates } from '../templates.ts';
import { within, write } from '../../platform/transaction.ts';
import type { Store } from '../../platform/transaction.ts';
import { answerOfAsking, proposeAct } from '../../approvals/pending.ts';
import type { ActAnswer, ActKind } from '../../approvals/pending.ts';
import { contentHash } from '../../platform/content-hash.ts';

type Account = NonNullable<Seller['account']>;
type Fields = Partial<Seller>;

/** What letters say of us, changed: whoever changed it alone could have every customer pay to themselves, or call them. */
export const bankAccountAct: ActKind<Fields | Account> = {
  kind: 'bank-account',
  async carryOut({ store, tx, actor, act }, payload) {
    // One that was asked for before other fields waited, too, is an account.
    const changed: Fields = 'holder' in payload ? { account: payload } : payload;
    const { seller } = await readGoLive(tx);
    await changeSettings(store, actor, { seller: { ...seller, ...changed } }, act.reason);
    return { ...changed };
  },
};

/**
 * Sets what letters say of us; the same again changes nothing. Until all of it is there it is set at once, but for an account that is; then
 * every change waits for a second person, while letters go on saying what is in force. Answers the act that waits, if any. Throws Refusal
 * `template-invalid`, `act-pending`, `approver-missing`.
 */
export async function writeSeller(store: Store, actor: Actor, seller: Seller, reason: string): Promise<ActAnswer | null> {
  await lintSeller(seller);
  const asked = await write<ActAnswer | null>(store, actor, async (work) => {
    const { tx } = work;
    const { seller: inForce, goLive } = await readGoLive(tx);
    const { now, waits } = parted(
      inForce ?? {},
      seller,
      missingForGoLive(inForce, goLive).every((part) => part === 'go-live'),
    );
    await changeSettings(within(store, tx), actor, { seller: { ...seller, ...now } }, reason);
    const names = Object.keys(waits) as (keyof Seller)[];
    if (names.length === 0) return { value: null, audit: null };
    return answerOfAsking(
      await proposeAct(work, bankAccountAct, {
        customerId: null,
        subject: { kind: 'setting', id: 'seller' },
        about: 'our words in letters',
        given: null,
        what: { from: Object.fromEntries(names.map((name) => [name, inForce?.[name] ?? null])), to: waits },
        payload: waits,
        reason,
      }),
    );
  });
  refreshTemplates(store.db);
  refreshTemplates(store.policies.db);
  return asked;
}

/** What waits for a second person, and what is in force in its place. */
function parted(inForce: Fields, wanted: Seller, complete: boolean): { now: Fields; waits: Fields } {
  const { account = null } = inForce;
  const held: Fields = complete ? inForce : { ...(account && wanted.account && { account }) };
  const names = (Object.keys(wanted) as (keyof Seller)[]).filter((name) => name in held || complete);
  const differing = names.filter((name) => contentHash(held[name] ?? '') !== contentHash(wanted[name] ?? ''));
  return {
    now: Object.fromEntries(differing.map((name) => [name, held[name] ?? ''])),
    waits: Object.fromEntries(differing.map((name) => [name, wanted[name]])),
  };
}

/** Our name and signature are printed in every letter, so they are held to what letters may say. */
async function lintSeller({ name, signature }: Seller): Promise<void> {
  const policy = await lintPolicy();
  for (const [field, words] of Object.entries({ name, signature }))
    for (const language of ['zh', 'en'] as const) {
      const findings = lintOurWords(words?.[language] ?? '', policy);
      if (findings.length === 0) continue;
      const { en, zh } = sayFindings(findings);
      throw new Refusal('template-invalid', { what: en, whatZh: zh }, { pointer: `/${field}/${language}` });
    }
}
