import { sql } from 'kysely';
import type { Actor } from '../../../domain/platform/actor.ts';
import { formatAmount } from '../../../domain/platform/money.ts';
import { Refusal } from '../../../domain/platform/refusal.ts';
import { lockBorne, putSecurity, releaseSecurity } from '../securities.ts';
import type { SecurityDocument } from '../securities.ts';
import type { Tx } from '../../platform/database.ts';
import { isOurId } from '../../platform/rows.ts';
import { seesBearer, seesCustomer } from '../../access/scope.ts';
import { write } from '../../platform/transaction.ts';
import type { Store } from '../../platform/transaction.ts';
import { answerOfAsking, proposeAct, told } from '../../approvals/pending.ts';
import type { ActAnswer, ActKind } from '../../approvals/pending.ts';
import { contentHash } from '../../platform/content-hash.ts';

/** Records or corrects security once a second person has looked at its evidence. */
export const securityAct: ActKind<SecurityDocument> = {
  kind: 'security',
  async carryOut({ store, actor, act }, document) {
    const { id, changed } = await putSecurity(store, actor, document, act.reason);
    return { security: id, changed };
  },
};

/** Gives security back: what it secured is owed without it. */
export const securityReleaseAct: ActKind<{ id: string }> = {
  kind: 'security-release',
  async carryOut({ store, actor, act }, { id }) {
    return { ...(await releaseSecurity(store, actor, id, act.reason)) };
  },
};

export interface UnchangedSecurity {
  id: string;
  externalId: string;
  changed: false;
}

/**
 * Asks for security to be recorded or corrected. Nothing counts before a second person has agreed; the same content again changes
 * nothing. Throws Refusal `evidence-missing`, `customer-unknown`, `already-exists` when it was released.
 */
export async function askForSecurity(
  store: Store,
  actor: Actor,
  document: SecurityDocument,
  reason: string | null,
): Promise<UnchangedSecurity | (ActAnswer & { asked: boolean })> {
  return write<UnchangedSecurity | (ActAnswer & { asked: boolean })>(store, actor, async (work) => {
    const { tx } = work;
    const { externalId, kind, effect, valueMinor, currency, share, validFrom, validUntil, evidence } = document;
    const customerId = await lockBorne(tx, actor, document.customer);
    const known = await knownSecurity(tx, externalId);
    if (known?.hash === contentHash(document)) return { value: { id: known.id, externalId, changed: false }, audit: null };
    if (known?.released) throw new Refusal('already-exists', { id: externalId }, { pointer: '/externalId' });
    if (!evidence || Object.values(evidence).every((one) => String(one).trim() === ''))
      throw new Refusal('evidence-missing', {}, { pointer: '/evidence' });
    const asked = await proposeAct(work, securityAct, {
      customerId,
      subject: { kind: 'security', id: externalId },
      about: `security ${externalId}`,
      given: { amountMinor: valueMinor, currency },
      what: { kind, effect, value: formatAmount(valueMinor, currency), currency, share, validFrom, validUntil },
      payload: document,
      reason: reason ?? 'not-said',
      evidence,
    });
    const value = { act: asked.id, asked: asked.created };
    return asked.created ? { value, ...told(asked.effects) } : { value, audit: null };
  });
}

async function knownSecurity(tx: Tx, externalId: string): Promise<{ id: string; hash: string; released: boolean } | undefined> {
  const { rows } = await sql<{ id: string; hash: string; released: boolean }>`
    select id, content_hash as hash, released_at is not null as released from security where external_id = ${externalId}`.execute(
    tx,
  );
  return rows[0];
}

/** Asks for security to be given back. One that is back already changes nothing. Throws Refusal `not-found`. */
export async function askForRelease(
  store: Store,
  actor: Actor,
  id: string,
  reason: string,
): Promise<{ id: string; changed: boolean } | ActAnswer> {
  return write<{ id: string; changed: boolean } | ActAnswer>(store, actor, async (work) => {
    const { tx } = work;
    const { rows } = await sql<{
      id: string;
      externalId: string;
      customerId: string;
      valueMinor: number;
      currency: string;
      released: boolean;
    }>`
      select s.id, s.external_id as "externalId", c.id as "customerId", s.value_minor as "valueMinor", a.currency, s.released_at is not null as released
      from security s join credit_account a on a.id = s.account_id join credit_member m on m.account_id = s.account_id
        join customer c on c.id = m.customer_id
      where (s.external_id = ${id} or s.id = ${isOurId(id) ? id : null}::uuid) and ${seesCustomer(actor)} and ${seesBearer(actor)} order by c.id limit 1`.execute(
      tx,
    );
    const found = rows[0];
    if (!found) throw new Refusal('not-found', { id });
    if (found.released) return { value: { id: found.id, changed: false }, audit: null };
    await sql`select from customer where id = ${found.customerId}::uuid for no key update`.execute(tx);
    const asked = await proposeAct(work, securityReleaseAct, {
      customerId: found.customerId,
      subject: { kind: 'security', id: found.id },
      about: `release of security ${found.externalId}`,
      given: { amountMinor: found.valueMinor, currency: found.currency },
      what: { security: found.externalId, value: formatAmount(found.valueMinor, found.currency), currency: found.currency },
      payload: { id: found.id },
      reason,
    });
    return answerOfAsking(asked);
  });
}
