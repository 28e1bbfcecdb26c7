import { sql } from 'kysely';
import { addMs } from '../../domain/platform/calendar.ts';
import { outreachWorkflowId } from '../../domain/platform/subject.ts';
import { isOptOutWord } from '../../domain/outreach/governor.ts';
import type { Channel } from '../../domain/outreach/governor.ts';
import { afterReceipt, faultOfTwilio, stateOfTwilio } from '../../domain/outreach/message.ts';
import type { MessageState } from '../../domain/outreach/message.ts';
import type { Tx } from '../platform/database.ts';
import { afterFailure, customersAt, recordOptOut } from './opt-outs.ts';
import { oneLine } from './letters/words.ts';
import { systemActor, write } from '../platform/transaction.ts';
import type { Store, Work } from '../platform/transaction.ts';
import type { Effects } from '../platform/effects.ts';
import { addEffects, noEffects } from '../platform/effects.ts';

const PROVIDER = 'twilio';
const actor = systemActor(PROVIDER);

/** A provider's word on one message. `messageId`: our own id, when the provider repeats it. */
export interface ReceiptFact {
  providerId: string;
  status: string;
  code: string | null;
  messageId: string | null;
}

/** `applied` to its message, `parked` until that is on record, or `repeated`: known already, nothing done. */
export type ReceiptResult = 'applied' | 'parked' | 'repeated';

interface Row {
  id: string;
  customer_id: string;
  customer_code: string;
  channel: Channel;
  address: string;
  address_hash: string;
  state: MessageState;
}

/** One at a time for each message at a provider: a receipt and the record of its sending cannot miss each other. */
export async function lockProviderId(tx: Tx, provider: string, providerId: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`${provider}/${providerId}`}, 0))`.execute(tx);
}

/** Records a signed status callback. Repeats change nothing; one that comes before its message is on record is kept and applied then. */
export function recordReceipt(store: Store, fact: ReceiptFact): Promise<ReceiptResult> {
  return write<ReceiptResult>(store, actor, async (work) => {
    const { tx, at } = work;
    await lockProviderId(tx, PROVIDER, fact.providerId);
    const receipt = await tx
      .insertInto('receipt')
      .values({
        provider: PROVIDER,
        event_key: `${fact.providerId}/${fact.status}`,
        provider_id: fact.providerId,
        status: fact.status,
        code: fact.code,
        at: at.now,
      })
      .onConflict((conflict) => conflict.columns(['provider', 'event_key']).doNothing())
      .returning('id')
      .executeTakeFirst();
    if (!receipt) return { value: 'repeated', audit: null };
    if (fact.messageId) await adopt(tx, fact.messageId, fact.providerId);
    const message = await messageAt(tx, PROVIDER, fact.providerId);
    if (!message) {
      const after = { status: fact.status, providerId: fact.providerId };
      return { value: 'parked', audit: [{ action: 'receipt.parked', subjectKind: 'receipt', subjectId: receipt.id, after }] };
    }
    const effects = await applyReceipt(work, message, { id: receipt.id, status: fact.status, code: fact.code });
    const [first, ...others] = effects.audit;
    if (!first) throw new Error('a receipt without its audit entry');
    return { ...effects, value: 'applied', audit: [first, ...others] };
  });
}

/** A message whose call has no known outcome yet is known by the provider's word to be there. */
async function adopt(tx: Tx, messageId: string, providerId: string): Promise<void> {
  await tx
    .updateTable('message')
    .set({ provider_id: providerId })
    .where('id', '=', messageId)
    .where('provider', '=', PROVIDER)
    .where('provider_id', 'is', null)
    .execute();
}

async function messageAt(tx: Tx, provider: string, providerId: string): Promise<Row | undefined> {
  const { rows } = await sql<Row>`
    select m.id, m.customer_id, c.external_id as customer_code, m.channel, m.address, m.address_hash, m.state
    from message m join customer c on c.id = m.customer_id
    where m.provider = ${provider} and m.provider_id = ${providerId} for update of m`.execute(tx);
  return rows[0];
}

/** Applies the receipts that came before the message's sending was on record; call under lockProviderId. */
export async function applyParked(work: Work, provider: string, providerId: string): Promise<Effects> {
  const { tx } = work;
  const parked = await tx
    .selectFrom('receipt')
    .select(['id', 'status', 'code'])
    .where('provider', '=', provider)
    .where('provider_id', '=', providerId)
    .where('applied', '=', false)
    .orderBy('status')
    .execute();
  const effects = noEffects();
  for (const receipt of parked) {
    const message = await messageAt(tx, provider, providerId);
    if (message) addEffects(effects, await applyReceipt(work, message, receipt));
  }
  return effects;
}

/** Moves the message forward by one receipt, never back, and asks the customer's outreach when that ends or fails it. */
async function applyReceipt(
  work: Work,
  message: Row,
  receipt: { id: string; status: string; code: string | null },
): Promise<Effects> {
  const { tx, at, store } = work;
  await tx.updateTable('receipt').set({ applied: true, message_id: message.id }).where('id', '=', receipt.id).execute();
  const reported = stateOfTwilio(receipt.status);
  const state = reported ? afterReceipt(message.state, reported) : message.state;
  const about = { subjectKind: 'message', subjectId: message.id, customerId: message.customer_id };
  const effects = noEffects();
  effects.audit.push({
    ...about,
    action: 'message.receipt',
    reason: receipt.code,
    before: { state: message.state },
    after: { state, status: receipt.status },
  });
  if (state === message.state) return effects;
  const why = state === 'failed' ? faultOfTwilio(receipt.code ?? '') : null;
  const { current } = await store.policies.current();
  const receiptBy = addMs(at.now, current['contact-rules'].content.receiptHours * 3_600_000);
  await tx
    .updateTable('message')
    .set({
      state,
      called_at: null,
      reason: why,
      sent_at: sql<string>`coalesce(sent_at, ${at.now}::timestamptz)`,
      receipt_by: sql<string>`coalesce(receipt_by, ${receiptBy}::timestamptz)`,
      ...(state === 'delivered' && { delivered_at: at.now }),
    })
    .where('id', '=', message.id)
    .execute();
  if (why) addEffects(effects, await afterFailure(work, message, why));
  effects.asks.push({ subject: outreachWorkflowId(message.customer_id), kind: 'outreach' });
  effects.events.push({ ...about, kind: `message.${state}`, data: { channel: message.channel, state } });
  return effects;
}

/** A message from a customer's phone. STOP in either language ends SMS to that number; anything else is kept as a contact of its customers. */
export function recordInbound(
  store: Store,
  inbound: { providerId: string; from: string; text: string; stop: boolean },
): Promise<'opted-out' | 'kept' | 'repeated' | 'stranger'> {
  return write(store, actor, async ({ tx, at }) => {
    const fresh = await tx
      .insertInto('receipt')
      .values({
        provider: PROVIDER,
        event_key: `${inbound.providerId}/inbound`,
        provider_id: inbound.providerId,
        status: 'received',
        at: at.now,
        applied: true,
      })
      .onConflict((conflict) => conflict.columns(['provider', 'event_key']).doNothing())
      .returning('id')
      .executeTakeFirst();
    if (!fresh) return { value: 'repeated', audit: null };
    const received = { action: 'message.received', subjectKind: 'receipt', subjectId: fresh.id };
    if (inbound.stop || isOptOutWord(inbound.text)) {
      const out = await recordOptOut(tx, { channel: 'sms', address: inbound.from, source: 'inbound', at: at.now });
      return { value: 'opted-out', audit: [{ ...received, reason: 'opted-out' }, ...out.audit], asks: out.asks };
    }
    const customers = await customersAt(tx, 'sms', inbound.from);
    for (const id of customers) {
      const entry = {
        customer_id: id,
        kind: 'other',
        outcome: 'reply',
        note: oneLine(inbound.text, 1000),
        at: at.now,
        by_actor: PROVIDER,
      };
      await tx.insertInto('contact_log').values(entry).execute();
    }
    const value = customers.length > 0 ? 'kept' : 'stranger';
    return { value, audit: [{ ...received, customerId: customers[0] ?? null, reason: value }] };
  });
}
