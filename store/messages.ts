import { sql } from 'kysely';
import { addMs } from '../domain/kernel/calendar.ts';
import type { Instant } from '../domain/kernel/calendar.ts';
import type { Channel } from '../domain/collection/governor.ts';
import type { MessageState } from '../domain/collection/message.ts';
import type { MessageClass } from '../domain/collection/policy.ts';
import type { OutreachPlan } from '../domain/collection/process.ts';
import type { StayReason } from '../domain/kernel/departure.ts';
import type { Tx } from './database.ts';
import { readDepartures } from './departures.ts';
import type { Deployment } from './departures.ts';
import { afterFailure } from './opt-outs.ts';
import { replanOutreach } from './outreach-book.ts';
import { lockOutreach } from './outreach-facts.ts';
import { append } from './outreach-traces.ts';
import { applyParked, lockProviderId } from './receipts.ts';
import { systemActor, write } from './transaction.ts';
import type { Moment, Store } from './transaction.ts';
import { noTraces, openWorkOrder } from './work-orders.ts';
import type { WorkOrderTraces } from './work-orders.ts';

/** A message about to be handed to its provider. */
export interface ClaimedMessage {
  id: string;
  channel: Channel;
  class: MessageClass;
  to: string;
  subject: string | null;
  text: string;
  providerTemplate: string | null;
}

/**
 * Who may call the provider. `call`: this caller, and nobody else, for the call is on record. `reconcile`: a call is on record without its
 * outcome, begun at `calledAt` (real time, `ageMs` ago). `settled`: nothing is left to do.
 */
export type DeliveryClaim =
  | { claim: 'call'; message: ClaimedMessage }
  | {
      claim: 'reconcile';
      message: ClaimedMessage;
      provider: string;
      calledAt: Instant;
      ageMs: number;
      calls: number;
      /** Provider ids of other messages to that address. */
      known: string[];
    }
  /** Nothing may leave by this channel now, and nothing has: the message is kept here for good. */
  | { claim: 'keep'; why: StayReason }
  /** A call is on record without its outcome, and the provider may not be asked now. */
  | { claim: 'stranded'; provider: string; why: StayReason }
  | { claim: 'settled' };

/**
 * What became of a delivery. `provider` names the gateway. `gave-up`: its time is over; if no call is open it failed and another channel is
 * tried, else a person finds out.
 */
export type DeliveryOutcome =
  | { outcome: 'kept'; why: StayReason }
  | { outcome: 'accepted'; provider: string; providerId: string; receipts: boolean; reconciled: boolean }
  | { outcome: 'refused'; code: string; why: 'opted-out' | 'bad-address' | 'refused' }
  | { outcome: 'unknown'; why: string }
  | { outcome: 'gave-up' };

const actor = systemActor('outreach');

interface Row {
  id: string;
  key: string;
  customer_id: string;
  customer_code: string;
  channel: Channel;
  class: MessageClass;
  address: string;
  address_hash: string;
  subject: string | null;
  body: string;
  state: MessageState;
  calls: number;
  called_at: string | null;
  age_ms: number | null;
  provider: string | null;
  provider_template: string | null;
}

async function lockMessage(tx: Tx, messageId: string): Promise<Row | undefined> {
  const { rows } = await sql<Row>`
    select m.id, m.key, m.customer_id, c.external_id as customer_code, m.channel, m.class, m.address, m.address_hash, m.subject, m.body, m.state,
      m.calls, m.called_at, (extract(epoch from clock_timestamp() - m.called_at) * 1000)::float8 as age_ms, m.provider, t.provider_template
    from message m join customer c on c.id = m.customer_id
    left join template t on t.id = m.template and t.language = m.language and t.channel = m.channel and t.version = m.template_version
    where m.id = ${messageId}::uuid for update of m`.execute(tx);
  return rows[0];
}

const about = (row: Row) => ({ subjectKind: 'message', subjectId: row.id, customerId: row.customer_id });

const outgoing = (row: Row): ClaimedMessage => ({
  id: row.id,
  channel: row.channel,
  class: row.class,
  to: row.address,
  subject: row.subject,
  text: row.body,
  providerTemplate: row.provider_template,
});

/** The channel of a message; null: it does not exist. */
export async function channelOf(store: Store, messageId: string): Promise<Channel | null> {
  const row = await store.db.selectFrom('message').select('channel').where('id', '=', messageId).executeTakeFirst();
  return (row?.channel as Channel | undefined) ?? null;
}

/**
 * Puts the coming provider call on record before it is made, so that a crash in between is seen: whoever comes next reconciles first.
 * `again`: the provider has been asked and does not have it, so one more call may be made.
 */
export function claimDelivery(
  store: Store,
  input: { messageId: string; provider: string; again: boolean },
  deployment: Deployment,
): Promise<DeliveryClaim> {
  return write<DeliveryClaim>(store, actor, async (tx) => {
    const row = await lockMessage(tx, input.messageId);
    if (!row || row.state !== 'sending') return { value: { claim: 'settled' }, audit: null };
    const [why] = (await readDepartures(tx, store, deployment)).reasons(row.channel);
    // Judged when it was written down, and again now: the clock may have been moved, or the database restored, in between.
    if (why !== undefined) {
      const open = row.called_at !== null && !input.again;
      const claim: DeliveryClaim = open ? { claim: 'stranded', provider: row.provider ?? '', why } : { claim: 'keep', why };
      return { value: claim, audit: null };
    }
    if (row.called_at !== null && !input.again) {
      const known = await sql<{ id: string }>`select provider_id as id from message where address_hash = ${row.address_hash}
        and provider_id is not null and id <> ${row.id}::uuid`.execute(tx);
      const claim: DeliveryClaim = {
        claim: 'reconcile',
        message: outgoing(row),
        provider: row.provider ?? '',
        calledAt: row.called_at,
        ageMs: row.age_ms ?? 0,
        calls: row.calls,
        known: known.rows.map((found) => found.id),
      };
      return { value: claim, audit: null };
    }
    await tx
      .updateTable('message')
      .set({ calls: row.calls + 1, called_at: sql`clock_timestamp()`, provider: input.provider })
      .where('id', '=', row.id)
      .execute();
    const after = { provider: input.provider, call: row.calls + 1 };
    const reconciled = { ...about(row), action: 'message.reconciled', reason: 'absent', after };
    const called = { ...about(row), action: 'message.called', after };
    return { value: { claim: 'call', message: outgoing(row) }, audit: input.again ? [reconciled, called] : [called] };
  });
}

/** The provider said that it has not taken the message: the call is off the record, and another may be made later. */
export function releaseDelivery(store: Store, input: { messageId: string; why: string }): Promise<void> {
  return write<void>(store, actor, async (tx) => {
    const row = await lockMessage(tx, input.messageId);
    if (!row || row.state !== 'sending' || row.called_at === null) return { value: undefined, audit: null };
    await tx.updateTable('message').set({ called_at: null }).where('id', '=', row.id).execute();
    return { value: undefined, audit: [{ ...about(row), action: 'message.busy', reason: input.why }] };
  });
}

/** Records what became of a delivery and plans the customer's contacts anew. A message that has left `sending` keeps its state. */
export function recordDelivery(
  store: Store,
  input: { id: string; messageId: string; outcome: DeliveryOutcome },
  deployment: Deployment,
): Promise<OutreachPlan> {
  return write(store, actor, async (tx, at) => {
    if (input.outcome.outcome === 'accepted') await lockProviderId(tx, input.outcome.provider, input.outcome.providerId);
    const outreach = await lockOutreach(tx, input.id);
    if (!outreach) throw new Error('a delivery of a customer that does not exist');
    const row = await lockMessage(tx, input.messageId);
    const traces = noTraces();
    if (row?.state === 'sending') append(traces, await applyOutcome(store, tx, at, row, input.outcome));
    return replanOutreach(store, tx, at, outreach, traces, deployment);
  });
}

async function applyOutcome(store: Store, tx: Tx, at: Moment, row: Row, outcome: DeliveryOutcome): Promise<WorkOrderTraces> {
  switch (outcome.outcome) {
    case 'kept':
      return moveTo(tx, row, 'sent', { outbox: true, sent_at: at.now, called_at: null, reason: outcome.why }, outcome.why);
    case 'accepted':
      return accepted(store, tx, at, row, outcome);
    case 'refused':
      return refused(store, tx, at, row, outcome);
    case 'unknown':
      return unknown(store, tx, at, row, outcome.why);
    case 'gave-up':
      return row.called_at === null
        ? refused(store, tx, at, row, { outcome: 'refused', code: 'undeliverable', why: 'refused' })
        : unknown(store, tx, at, row, 'no answer within the time for deliveries');
  }
}

async function accepted(
  store: Store,
  tx: Tx,
  at: Moment,
  row: Row,
  outcome: Extract<DeliveryOutcome, { outcome: 'accepted' }>,
): Promise<WorkOrderTraces> {
  const { current } = await store.policies.current();
  const receiptBy = outcome.receipts ? addMs(at.now, current['contact-rules'].content.receiptHours * 3_600_000) : null;
  const change = {
    provider: outcome.provider,
    provider_id: outcome.providerId,
    sent_at: at.now,
    called_at: null,
    receipt_by: receiptBy,
  };
  const traces = await moveTo(tx, row, 'sent', change, outcome.reconciled ? 'reconciled' : null);
  append(traces, await applyParked(tx, store, at, outcome.provider, outcome.providerId));
  return traces;
}

async function refused(
  store: Store,
  tx: Tx,
  at: Moment,
  row: Row,
  outcome: Extract<DeliveryOutcome, { outcome: 'refused' }>,
): Promise<WorkOrderTraces> {
  const traces = await moveTo(tx, row, 'failed', { called_at: null, reason: outcome.why }, outcome.code);
  append(traces, await afterFailure(store, tx, at, row, outcome.why));
  return traces;
}

async function unknown(store: Store, tx: Tx, at: Moment, row: Row, why: string): Promise<WorkOrderTraces> {
  const traces = await moveTo(tx, row, 'unknown', { reason: 'unknown-outcome' }, why);
  const task = await openWorkOrder(tx, store, at, {
    key: `${row.key}/unknown-outcome`,
    kind: 'unknown-outcome',
    customerId: row.customer_id,
    subject: `message to customer ${row.customer_code} by ${row.channel}`,
    reason: { message: row.id, why, provider: row.provider },
  });
  append(traces, task);
  return traces;
}

type Change = Partial<{
  outbox: boolean;
  sent_at: Instant;
  called_at: null;
  receipt_by: Instant | null;
  provider: string;
  provider_id: string;
  reason: string;
}>;

async function moveTo(
  tx: Tx,
  row: Row,
  state: 'sent' | 'failed' | 'unknown',
  change: Change,
  reason: string | null,
): Promise<WorkOrderTraces> {
  await tx
    .updateTable('message')
    .set({ ...change, state })
    .where('id', '=', row.id)
    .execute();
  const data = { channel: row.channel, state, ...(change.outbox && { outbox: true }) };
  return {
    ...noTraces(),
    audit: [
      {
        ...about(row),
        action: `message.${state}`,
        reason,
        before: { state: row.state },
        after: { ...data, provider: change.provider, providerId: change.provider_id, outbox: change.outbox },
      },
    ],
    events: [{ ...about(row), kind: `message.${state}`, data }],
  };
}
