import { sql } from 'kysely';
import type { ActName } from '../../../domain/approvals/act.ts';
import type { Database } from '../../platform/database.ts';
import type { Sending } from '../../customers/events.ts';
import { overtakeAct, proposeAct } from '../../approvals/pending.ts';
import type { ActKind } from '../../approvals/pending.ts';
import { contentHash } from '../../platform/content-hash.ts';
import type { Effects } from '../../platform/effects.ts';
import { addEffects, noEffects } from '../../platform/effects.ts';

/** What a customer was sent with, as far as it gives something and stays as it was until a second person agrees; null: nothing does. */
export interface SentChange<Payload> {
  customerId: string;
  payload: Payload | null;
  /** Of its act: what its tasks are about, and what it gives as people read it. */
  about: string;
  what: Readonly<Record<string, unknown>>;
}

/** Asks a second person for what was sent; what waited for other content is overtaken, the same again stays as it is. */
export async function askForChanges<Payload>(
  { store, tx, at, actor, reason }: Sending,
  act: Pick<ActKind<Payload>, 'kind'>,
  sent: readonly SentChange<Payload>[],
): Promise<Effects> {
  const effects = noEffects();
  if (sent.length === 0) return effects;
  const { kind } = act;
  const { rows } = await sql<{ id: string; payload: unknown }>`
    select subject_id as id, payload from pending_act where kind = ${kind} and subject_kind = 'customer'
      and state = 'pending' and subject_id = any(${sent.map((one) => one.customerId)}::text[])`.execute(tx);
  const waiting = new Map(rows.map((row) => [row.id, contentHash(row.payload)]));
  for (const { customerId, payload, about, what } of sent) {
    const before = waiting.get(customerId);
    if (payload !== null && before === contentHash(payload)) continue;
    const subject = { kind: 'customer', id: customerId };
    if (before !== undefined)
      addEffects(effects, await overtakeAct({ tx, at, actor, store }, { kind, subject, reason: 'sent-again' }));
    if (payload === null) continue;
    const asked = await proposeAct<Payload>({ tx, store, at, actor }, act, {
      ...{ customerId, subject, about, what, payload, given: null, booked: true },
      reason: reason ?? 'booked-by-sender',
    });
    addEffects(effects, asked.effects);
  }
  return effects;
}

/** What waits of a customer's master data. */
export interface PendingChange {
  act: string;
  kind: ActName;
}

/** The acts that wait for a second person to agree to what a customer was sent with. */
export async function pendingChanges(db: Database, customerId: string): Promise<PendingChange[]> {
  const { rows } = await sql<PendingChange>`
    select id as act, kind from pending_act where kind in ('customer-terms', 'customer-credit', 'delisting') and subject_kind = 'customer'
      and state = 'pending' and subject_id = ${customerId} order by kind`.execute(db);
  return rows;
}
