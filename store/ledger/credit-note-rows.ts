import { sql } from 'kysely';
import { inScope } from '../../domain/platform/actor.ts';
import type { Actor } from '../../domain/platform/actor.ts';
import type { BusinessDate } from '../../domain/platform/calendar.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import type { Tx } from '../platform/database.ts';
import { lockCustomers, reachOf } from './invoice-rows.ts';
import type { Share } from './payment-rows.ts';
import { idOf } from '../platform/rows.ts';

/** A credit note as it stands, with the shares in force. */
export interface StandingNote {
  id: string;
  kind: 'note' | 'discount';
  externalId: string;
  customerId: string;
  customerCode: string;
  region: string | null;
  owner: string | null;
  currency: string;
  amountMinor: number;
  unappliedMinor: number;
  refundedMinor: number;
  issuedOn: BusinessDate;
  contentHash: string;
  reversedOn: BusinessDate | null;
  allocations: Share[];
}

/** Reads a credit note by its sender's id, or by ours, under the lock of its customer. */
export async function readNote(tx: Tx, by: { externalId: string } | { id: string }): Promise<StandingNote | undefined> {
  const where = 'id' in by ? sql`n.id = ${by.id}::uuid` : sql`n.external_id = ${by.externalId}`;
  const { rows } = await sql<StandingNote>`
    select n.id, n.kind, n.external_id as "externalId", n.customer_id as "customerId", c.external_id as "customerCode", c.region, c.owner, n.currency,
      n.amount_minor as "amountMinor", n.unapplied_minor as "unappliedMinor", n.refunded_minor as "refundedMinor", n.issued_on as "issuedOn",
      n.content_hash as "contentHash", n.reversed_on as "reversedOn",
      (select coalesce(jsonb_agg(jsonb_build_object('receivableId', a.receivable_id, 'amountMinor', a.amount_minor) order by r.due_date, r.instalment), '[]')
        from allocation a join receivable r on r.id = a.receivable_id where a.credit_note_id = n.id and a.reversed_at is null) as allocations
    from credit_note n join customer c on c.id = n.customer_id where ${where}`.execute(tx);
  return rows[0];
}

/**
 * Locks the credit note `{id}` means, through its customer and those it pays for. `reach`: whose items it can go to. Throws Refusal
 * `not-found`, or `note-reversed`.
 */
export async function lockNote(
  tx: Tx,
  actor: Actor,
  id: string,
  pointer?: string,
): Promise<{ note: StandingNote; reach: string[] }> {
  const ours = await idOf(tx, 'credit_note', id);
  const seen = ours === null ? undefined : await readNote(tx, { id: ours });
  if (!seen || !inScope(actor, seen)) throw new Refusal('not-found', { id }, pointer === undefined ? {} : { pointer });
  const { rows } = await sql<{ code: string }>`
    select distinct c.external_id as code from allocation a join receivable r on r.id = a.receivable_id join customer c on c.id = r.customer_id
    where a.credit_note_id = ${seen.id}::uuid and a.reversed_at is null`.execute(tx);
  const locked = await lockCustomers(tx, [seen.customerCode, ...rows.map((row) => row.code)], { payees: true });
  const note = (await readNote(tx, { id: seen.id })) ?? seen;
  if (note.reversedOn) throw new Refusal('note-reversed', { note: note.externalId, date: note.reversedOn });
  return { note, reach: reachOf({ id: note.customerId, code: note.customerCode }, locked) };
}
