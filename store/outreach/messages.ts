import { addMs } from '../../domain/platform/calendar.ts';
import type { Instant } from '../../domain/platform/calendar.ts';
import type { StayReason } from '../../domain/platform/departure.ts';
import type { Tx } from '../platform/database.ts';
import type { Deployment } from '../platform/departures.ts';
import type { DeferredBy, DroppedBy } from './delivery-judgement.ts';
import { afterFailure } from './opt-outs.ts';
import { replanOutreach } from './outreach-book.ts';
import { lockOutreach } from './outreach-facts.ts';
import { applyParked, lockProviderId } from './receipts.ts';
import { write } from '../platform/transaction.ts';
import type { Store, Work } from '../platform/transaction.ts';
import { openWorkOrder } from '../tasks/work-orders.ts';
import { deliverer, lockMessage, aboutMessage, isUnderWay } from './message-rows.ts';
import type { MessageRow } from './message-rows.ts';
import type { Effects } from '../platform/effects.ts';
import { addEffects, noEffects } from '../platform/effects.ts';
import type { OutreachPlan } from '../../domain/outreach/process.ts';

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

/** Records what became of a delivery and plans the customer's contacts anew. A message whose delivery is over keeps its state. */
export function recordDelivery(
  store: Store,
  input: { id: string; messageId: string; outcome: DeliveryOutcome },
  deployment: Deployment,
): Promise<OutreachPlan> {
  return write(store, deliverer, async (work) => {
    const { tx } = work;
    if (input.outcome.outcome === 'accepted') await lockProviderId(tx, input.outcome.provider, input.outcome.providerId);
    const outreach = await lockOutreach(tx, input.id);
    if (!outreach) throw new Error('a delivery of a customer that does not exist');
    const row = await lockMessage(tx, input.messageId);
    const effects = noEffects();
    if (row && isUnderWay(row)) addEffects(effects, await applyOutcome(work, row, input.outcome));
    return replanOutreach(work, outreach, effects, deployment);
  });
}

async function applyOutcome(work: Work, row: MessageRow, outcome: DeliveryOutcome): Promise<Effects> {
  const { tx, at } = work;
  switch (outcome.outcome) {
    case 'kept':
      return moveTo(tx, row, 'sent', { outbox: true, sent_at: at.now, called_at: null, reason: outcome.why }, outcome.why);
    case 'accepted':
      return accepted(work, row, outcome);
    case 'refused':
      return refused(work, row, outcome);
    case 'unknown':
      return unknown(work, row, outcome.why);
    case 'deferred':
      return row.called_at === null ? deferred(tx, row, outcome) : noEffects();
    case 'dropped':
      return row.called_at === null ? dropped(work, row, outcome.why) : noEffects();
    case 'gave-up':
      return row.called_at === null
        ? refused(work, row, { outcome: 'refused', code: 'undeliverable', why: 'refused' })
        : unknown(work, row, 'no answer within the time for deliveries');
  }
}

async function accepted(
  work: Work,
  row: MessageRow,
  outcome: Extract<DeliveryOutcome, { outcome: 'accepted' }>,
): Promise<Effects> {
  const { tx, at, store } = work;
  const { current } = await store.policies.current();
  const receiptBy = outcome.receipts ? addMs(at.now, current['contact-rules'].content.receiptHours * 3_600_000) : null;
  const change = {
    provider: outcome.provider,
    provider_id: outcome.providerId,
    sent_at: at.now,
    called_at: null,
    receipt_by: receiptBy,
  };
  const effects = await moveTo(tx, row, 'sent', change, outcome.reconciled ? 'reconciled' : null);
  addEffects(effects, await applyParked(work, outcome.provider, outcome.providerId));
  return effects;
}

async function refused(work: Work, row: MessageRow, outcome: Extract<DeliveryOutcome, { outcome: 'refused' }>): Promise<Effects> {
  const { tx } = work;
  const effects = await moveTo(tx, row, 'failed', { called_at: null, reason: outcome.why }, outcome.code);
  addEffects(effects, await afterFailure(work, row, outcome.why));
  return effects;
}

/** Its calls are counted anew, so that a provider that takes it on no other day either is seen. */
const deferred = (tx: Tx, row: MessageRow, { until, why }: Extract<DeliveryOutcome, { outcome: 'deferred' }>): Promise<Effects> =>
  moveTo(tx, row, 'deferred', { wait_until: until, reason: why, calls: 0 }, why);

/** Who wants no more of it may be reached by another channel, as after a failure; what is paid is not asked for again. */
const dropped = ({ tx, at }: Work, row: MessageRow, why: DroppedBy): Promise<Effects> =>
  moveTo(tx, row, 'dropped', { reason: why, ...(why === 'nothing-owed' && { followed_at: at.now }) }, why);

async function unknown(work: Work, row: MessageRow, why: string): Promise<Effects> {
  const { tx } = work;
  const effects = await moveTo(tx, row, 'unknown', { reason: 'unknown-outcome' }, why);
  const task = await openWorkOrder(work, {
    key: `${row.key}/unknown-outcome`,
    kind: 'unknown-outcome',
    customerId: row.customer_id,
    subject: `message to customer ${row.customer_code} by ${row.channel}`,
    reason: { message: row.id, why, provider: row.provider },
  });
  addEffects(effects, task);
  return effects;
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
): Promise<Effects> {
  await tx
    .updateTable('message')
    .set({ ...change, state })
    .where('id', '=', row.id)
    .execute();
  const data = { channel: row.channel, state, ...(change.outbox && { outbox: true }) };
  return {
    ...noEffects(),
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
