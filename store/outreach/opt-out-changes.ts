import { sql } from 'kysely';
import type { Actor } from '../../domain/platform/actor.ts';
import type { Instant } from '../../domain/platform/calendar.ts';
import { Refusal, invalidAt } from '../../domain/platform/refusal.ts';
import { channels } from '../../domain/outreach/governor.ts';
import type { Channel } from '../../domain/outreach/governor.ts';
import { outreachWorkflowId } from '../../domain/platform/subject.ts';
import type { Database, Tx } from '../platform/database.ts';
import { addressHash, customersAt, recordOptOut } from './opt-outs.ts';
import { idOf, instantOf, instantOrNull } from '../platform/rows.ts';
import { seesCustomer } from '../access/scope.ts';
import { write } from '../platform/transaction.ts';
import type { Store } from '../platform/transaction.ts';

/** An opt-out as far as it concerns a customer's contact; the address itself is not shown. */
export interface OptOutView {
  contact: string;
  channel: Channel;
  at: Instant;
  source: string;
  liftedAt: Instant | null;
}

/** One way to one person of a customer, and why it changes. */
export interface OptOutChange {
  contact: string;
  channel: Channel;
  reason: string;
}

interface Way {
  contact: string;
  channel: Channel;
  address: string;
}

/** Every way to the people of a customer the actor may see. Throws Refusal `not-found`. */
async function waysOf(db: Database | Tx, actor: Actor, customer: string): Promise<{ id: string; ways: Way[] }> {
  const id = await idOf(db, 'customer', customer);
  const { rows } = await sql<{
    id: string;
  }>`select c.id from customer c where c.id = ${id}::uuid and ${seesCustomer(actor)}`.execute(db);
  const found = rows[0];
  if (!found) throw new Refusal('not-found', { id: customer });
  const contacts = await db
    .selectFrom('contact')
    .select(['external_id', 'email', 'mobile', 'wecom'])
    .where('customer_id', '=', found.id)
    .orderBy('external_id')
    .execute();
  const ways = contacts.flatMap(({ external_id: contact, email, mobile, wecom }) => {
    const addresses: Record<Channel, string | null> = { email, sms: mobile, wecom, letter: null };
    return channels.flatMap((channel) => {
      const address = addresses[channel];
      return address === null ? [] : [{ contact, channel, address }];
    });
  });
  return { id: found.id, ways };
}

/** The opt-outs of a customer's contacts, lifted ones too. */
export async function listOptOuts(store: Store, actor: Actor, customer: string): Promise<OptOutView[]> {
  const { ways } = await waysOf(store.db, actor, customer);
  const hashes = ways.map((way) => addressHash(way.channel, way.address));
  const { rows } = await sql<{ hash: string; at: string; source: string; liftedAt: string | null }>`
    select address_hash as hash, at, source, lifted_at as "liftedAt" from opt_out where address_hash = any(${hashes})`.execute(
    store.db,
  );
  const known = new Map(rows.map((row) => [row.hash, row]));
  return ways.flatMap(({ contact, channel }, index) => {
    const row = known.get(hashes[index] ?? '');
    if (!row) return [];
    return [{ contact, channel, at: instantOf(row.at), source: row.source, liftedAt: instantOrNull(row.liftedAt) }];
  });
}

/** The way a change names. Throws Refusal at the field that does not fit. */
async function wayOf(tx: Tx, actor: Actor, customer: string, { contact, channel }: OptOutChange): Promise<Way & { id: string }> {
  const { id, ways } = await waysOf(tx, actor, customer);
  const way = ways.find((one) => one.contact === contact && one.channel === channel);
  if (way) return { ...way, id };
  const known = ways.some((one) => one.contact === contact);
  throw known
    ? invalidAt('/channel', 'contact-without-channel', { contact })
    : invalidAt('/contact', 'contact-unknown', { contact });
}

/** Records that a person told us they want no more of a channel; again changes nothing. */
export async function addOptOut(store: Store, actor: Actor, customer: string, change: OptOutChange): Promise<OptOutView[]> {
  await write(store, actor, async ({ tx, at }) => {
    const { channel, address, id } = await wayOf(tx, actor, customer, change);
    const { audit, asks } = await recordOptOut(tx, { channel, address, source: 'person', at: at.now });
    const [first, ...more] = audit.map((fact) => ({ ...fact, customerId: id, reason: change.reason }));
    return first ? { value: undefined, audit: [first, ...more], asks } : { value: undefined, audit: null };
  });
  return listOptOuts(store, actor, customer);
}

/**
 * Lifts an opt-out, with the reason: the person agreed again. It holds for the address, so every customer it belongs to may be written to.
 * Throws Refusal `not-found` when none stands.
 */
export async function liftOptOut(store: Store, actor: Actor, customer: string, change: OptOutChange): Promise<OptOutView[]> {
  await write(store, actor, async ({ tx, at }) => {
    const { channel, address, id } = await wayOf(tx, actor, customer, change);
    const hash = addressHash(channel, address);
    const lifted = await tx
      .updateTable('opt_out')
      .set({ lifted_at: at.now })
      .where('address_hash', '=', hash)
      .where('channel', '=', channel)
      .where('lifted_at', 'is', null)
      .returning('source')
      .executeTakeFirst();
    if (!lifted) throw new Refusal('not-found', { id: `${change.contact}: ${channel}` }, { pointer: '/contact' });
    const audit = {
      action: 'contact.opt-out-lifted',
      subjectKind: 'address',
      subjectId: hash,
      customerId: id,
      reason: change.reason,
      before: { source: lifted.source },
      after: { channel, contact: change.contact },
    };
    const concerned = await customersAt(tx, channel, address);
    const asks = concerned.map((one) => ({ subject: outreachWorkflowId(one), kind: 'outreach' as const }));
    return { value: undefined, audit: [audit], asks };
  });
  return listOptOuts(store, actor, customer);
}
