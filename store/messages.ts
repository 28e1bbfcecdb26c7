import { sql } from 'kysely';
import { addMs } from '../domain/kernel/calendar.ts';
import type { Instant } from '../domain/kernel/calendar.ts';
import type { Channel } from '../domain/collection/governor.ts';
import type { MessageState } from '../domain/collection/message.ts';
import type { MessageClass } from '../domain/collection/policy.ts';
import type { OutreachPlan } from '../domain/collection/process.ts';
import type { StayReason } from '../domain/kernel/departure.ts';
import type { Tx } from './database.ts';
import type { Deployment } from './departures.ts';
import type { DeferredBy, DroppedBy } from './delivery-judgement.ts';
import { afterFailure } from './opt-outs.ts';
import { replanOutreach } from './outreach-book.ts';
import { lockOutreach } from './outreach-facts.ts';
import { append } from './outreach-traces.ts';
import { applyParked, lockProviderId } from './receipts.ts';
import { systemActor, write } from './transaction.ts';
import type { Moment, Store } from './transaction.ts';
import { noTraces, openWorkOrder } from './work-orders.ts';
import type { WorkOrderTraces } from './work-orders.ts';

/**
 * What became of a delivery. `provider` names the gateway. `gave-up`: its time is over; if no call is open it failed and another channel is
 * tried, else a person finds out.
 */
export type DeliveryOutcome =
  | { outcome: 'kept'; why: StayReason }
  | { outcome: 'accepted'; provider: string; providerId: string; receipts: boolean; reconciled: boolean }
  | { outcome: 'refused'; code: string; why: 'opted-out' | 'bad-address' | 'refused' }
  | { outcome: 'unknown'; why: string }
  | { outcome: 'deferred'; until: Instant; why: DeferredBy }
  | { outcome: 'dropped'; why: DroppedBy }
  | { outcome: 'gave-up' };

/** Who hands messages over. */
export const deliverer = systemActor('outreach');

/** A message under its lock. */
export interface MessageRow {
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
  contact_id: string | null;
  template: string;
  sending_at: Instant;
  wait_until: Instant | null;
  age_ms: number | null;
  provider: string | null;
  provider_template: string | null;
}

export async function lockMessage(tx: Tx, messageId: string): Promise<MessageRow | undefined> {
  const { rows } = await sql<MessageRow>`
    select m.id, m.key, m.customer_id, c.external_id as customer_code, m.channel, m.class, m.address, m.address_hash, m.subject, m.body, m.state,
      m.calls, m.called_at, m.contact_id, m.template, m.sending_at, m.wait_until, (extract(epoch from clock_timestamp() - m.called_at) * 1000)::float8 as age_ms, m.provider, t.provider_template
    from message m join customer c on c.id = m.customer_id
    left join template t on t.id = m.template and t.language = m.language and t.channel = m.channel and t.version = m.template_version
    where m.id = ${messageId}::uuid for update of m`.execute(tx);
  return rows[0];
}

export const aboutMessage = (row: MessageRow) => ({ subjectKind: 'message', subjectId: row.id, customerId: row.customer_id });

/** Whether a message still has its delivery before it. */
export const isUnderWay = ({ state }: Pick<MessageRow, 'state'>): boolean => state === 'sending' || state === 'deferred';

/** Records what became of a delivery and plans the customer's contacts anew. A message whose delivery is over keeps its state. */
export function recordDelivery(
  store: Store,
  input: { id: string; messageId: string; outcome: DeliveryOutcome },
  deployment: Deployment,
): Promise<OutreachPlan> {
  return write(store, deliverer, async (tx, at) => {
    if (input.outcome.outcome === 'accepted') await lockProviderId(tx, input.outcome.provider, input.outcome.providerId);
    const outreach = await lockOutreach(tx, input.id);
    if (!outreach) throw new Error('a delivery of a customer that does not exist');
    const row = await lockMessage(tx, input.messageId);
    const traces = noTraces();
    if (row && isUnderWay(row)) append(traces, await applyOutcome(store, tx, at, row, input.outcome));
    return replanOutreach(store, tx, at, outreach, traces, deployment);
  });
}

async function applyOutcome(
  store: Store,
  tx: Tx,
  at: Moment,
  row: MessageRow,
  outcome: DeliveryOutcome,
): Promise<WorkOrderTraces> {
  switch (outcome.outcome) {
    case 'kept':
      return moveTo(tx, row, 'sent', { outbox: true, sent_at: at.now, called_at: null, reason: outcome.why }, outcome.why);
    case 'accepted':
      return accepted(store, tx, at, row, outcome);
    case 'refused':
      return refused(store, tx, at, row, outcome);
    case 'unknown':
      return unknown(store, tx, at, row, outcome.why);
    case 'deferred':
      return row.called_at === null ? deferred(tx, row, outcome) : noTraces();
    case 'dropped':
      return row.called_at === null ? dropped(tx, at, row, outcome.why) : noTraces();
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
  row: MessageRow,
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
  row: MessageRow,
  outcome: Extract<DeliveryOutcome, { outcome: 'refused' }>,
): Promise<WorkOrderTraces> {
  const traces = await moveTo(tx, row, 'failed', { called_at: null, reason: outcome.why }, outcome.code);
  append(traces, await afterFailure(store, tx, at, row, outcome.why));
  return traces;
}

/** Its calls are counted anew, so that a provider that takes it on no other day either is seen. */
const deferred = (
  tx: Tx,
  row: MessageRow,
  { until, why }: Extract<DeliveryOutcome, { outcome: 'deferred' }>,
): Promise<WorkOrderTraces> => moveTo(tx, row, 'deferred', { wait_until: until, reason: why, calls: 0 }, why);

/** Who wants no more of it may be reached by another channel, as after a failure; what is paid is not asked for again. */
const dropped = (tx: Tx, at: Moment, row: MessageRow, why: DroppedBy): Promise<WorkOrderTraces> =>
  moveTo(tx, row, 'dropped', { reason: why, ...(why === 'nothing-owed' && { followed_at: at.now }) }, why);

async function unknown(store: Store, tx: Tx, at: Moment, row: MessageRow, why: string): Promise<WorkOrderTraces> {
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
  wait_until: Instant;
  calls: number;
  followed_at: Instant;
}>;

async function moveTo(
  tx: Tx,
  row: MessageRow,
  state: 'sent' | 'failed' | 'unknown' | 'deferred' | 'dropped',
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
        ...aboutMessage(row),
        action: `message.${state}`,
        reason,
        before: { state: row.state },
        after: {
          ...data,
          provider: change.provider,
          providerId: change.provider_id,
          outbox: change.outbox,
          until: change.wait_until,
        },
      },
    ],
    events: [{ ...aboutMessage(row), kind: `message.${state}`, data }],
  };
}
