import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { AuditFact } from '../../domain/platform/audit.ts';
import type { Instant } from '../../domain/platform/calendar.ts';
import type { Channel } from '../../domain/outreach/governor.ts';
import { outreachWorkflowId } from '../../domain/platform/subject.ts';
import type { Tx } from '../platform/database.ts';
import type { Ask, Work } from '../platform/transaction.ts';
import { openWorkOrder } from '../tasks/work-orders.ts';
import type { Effects } from '../platform/effects.ts';

/** One spelling of an address: mail in small letters, numbers without spaces, dashes and brackets. */
export function normalAddress(channel: Channel, address: string): string {
  const text = address.normalize('NFKC').trim();
  if (channel === 'email') return text.toLowerCase();
  return channel === 'sms' ? text.replace(/[\s().-]/g, '') : text;
}

/** Under this an address is known where its text is not needed: opt-outs, caps, logs. */
export const addressHash = (channel: Channel, address: string): string =>
  createHash('sha256')
    .update(`${channel}:${normalAddress(channel, address)}`)
    .digest('hex');

/**
 * Records that an address wants no more of a channel, and asks the outreach of every customer it belongs to. Nothing when it was known:
 * a repeated STOP leaves one entry.
 */
export async function recordOptOut(
  tx: Tx,
  of: { channel: Channel; address: string; source: string; at: Instant },
): Promise<{ audit: AuditFact[]; asks: Ask[] }> {
  const hash = addressHash(of.channel, of.address);
  const { numAffectedRows } = await sql`
    insert into opt_out (address_hash, channel, at, source) values (${hash}, ${of.channel}, ${of.at}::timestamptz, ${of.source})
    on conflict (address_hash, channel) do update set at = excluded.at, source = excluded.source, lifted_at = null
    where opt_out.lifted_at is not null`.execute(tx);
  if (numAffectedRows === 0n) return { audit: [], asks: [] };
  const customers = await customersAt(tx, of.channel, of.address);
  return {
    audit: [
      {
        action: 'contact.opted-out',
        subjectKind: 'address',
        subjectId: hash,
        customerId: customers[0] ?? null,
        reason: of.source,
        after: { channel: of.channel },
      },
    ],
    asks: customers.map((id) => ({ subject: outreachWorkflowId(id), kind: 'outreach' as const })),
  };
}

/** Customers one of whose contacts has the address. */
export async function customersAt(tx: Tx, channel: Channel, address: string): Promise<string[]> {
  const text = normalAddress(channel, address);
  switch (channel) {
    case 'email':
    case 'sms':
    case 'wecom': {
      const column = { email: sql`lower(email)`, sms: sql`mobile`, wecom: sql`wecom` }[channel];
      const { rows } = await sql<{ id: string }>`
        select distinct customer_id as id from contact where ${column} = ${text} order by 1`.execute(tx);
      return rows.map((row) => row.id);
    }
    case 'letter':
      return [];
  }
}

/** A failure that says something of the address: no more of that channel, or a task to mend it. */
export async function afterFailure(
  work: Work,
  of: { channel: Channel; address: string; address_hash: string; customer_id: string; customer_code: string },
  why: string,
): Promise<Partial<Effects>> {
  const { tx, at } = work;
  if (why === 'opted-out') return recordOptOut(tx, { channel: of.channel, address: of.address, source: 'provider', at: at.now });
  if (why !== 'bad-address') return {};
  return openWorkOrder(work, {
    key: `mend-address/${of.customer_code}/${of.channel}/${of.address_hash.slice(0, 16)}`,
    kind: 'mend-address',
    customerId: of.customer_id,
    subject: `customer ${of.customer_code}`,
    reason: { why, channel: of.channel },
  });
}
