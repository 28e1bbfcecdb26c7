import { sql } from 'kysely';
import type { Actor } from '../../../domain/platform/actor.ts';
import { lookAtDecider } from '../../access/hats.ts';
import { judgeMerge, lockMerging, mergeCustomers } from '../customer-merge.ts';
import type { Tx } from '../../platform/database.ts';
import { write } from '../../platform/transaction.ts';
import type { Store } from '../../platform/transaction.ts';
import { answerOfAsking, proposeAct, told } from '../../approvals/pending.ts';
import type { ActAnswer, ActKind } from '../../approvals/pending.ts';

/** Makes a customer part of another one, as the facts stand by then; whoever decides must see both, and own neither. */
export const mergeAct: ActKind<{ from: string; into: string }> = {
  kind: 'customer-merge',
  async carryOut({ store, actor, act }, payload) {
    return write<Record<string, unknown>>(store, { ...actor, role: 'system' }, async ({ tx, at }) => {
      const both = await lockMerging(tx, actor, payload.from, payload.into);
      lookAtDecider({ ...both.into, externalId: both.into.code }, actor);
      await judgeMerge(tx, both, act.id);
      const effects = told(await mergeCustomers({ tx, store, at, actor }, both));
      const [first, ...more] = effects.audit;
      const value = { customer: both.from.code, into: both.into.code };
      return { ...effects, value, audit: [{ ...first, reason: act.reason }, ...more] };
    });
  },
};

/** What is asked: which customer takes it over, and why. */
export interface MergeAsked {
  into: string;
  reason: string;
  evidence: Readonly<Record<string, unknown>> | null;
}

/**
 * Asks for a customer to become part of another one; a second person decides. The same again is the same act, also once it was carried out.
 * Throws Refusal `not-found`, `customer-unknown`, or what `judgeMerge` refuses.
 */
export async function askForMerge(store: Store, actor: Actor, customer: string, asked: MergeAsked): Promise<ActAnswer> {
  return write<ActAnswer>(store, actor, async (work) => {
    const { tx } = work;
    const both = await lockMerging(tx, actor, customer, asked.into);
    const { from, into } = both;
    const earlier = await actOn(tx, from.id, into.code);
    if (earlier?.state === 'approved') return { value: { act: earlier.id }, audit: null };
    await judgeMerge(tx, both, earlier?.id ?? null);
    const proposed = await proposeAct(work, mergeAct, {
      customerId: from.id,
      subject: { kind: 'customer', id: from.id },
      about: `customer ${from.code} into ${into.code}`,
      given: null,
      what: { customer: from.code, into: into.code },
      payload: { from: from.code, into: into.code },
      reason: asked.reason,
      evidence: asked.evidence,
    });
    return answerOfAsking(proposed);
  });
}

/** The act that waits on this customer, or that made it part of `into`. */
async function actOn(tx: Tx, customer: string, into: string): Promise<{ id: string; state: string } | undefined> {
  const { rows } = await sql<{ id: string; state: string }>`
    select id, state from pending_act where kind = 'customer-merge' and subject_kind = 'customer' and subject_id = ${customer}
      and (state = 'pending' or state = 'approved' and payload ->> 'into' = ${into}) order by state limit 1`.execute(tx);
  return rows[0];
}
