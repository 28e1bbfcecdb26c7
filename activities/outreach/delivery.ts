import { ApplicationFailure } from '@temporalio/activity';
import type { DeliveryClaim } from '../../store/outreach/delivery-claims.ts';
import type { DeliveryOutcome } from '../../store/outreach/messages.ts';
import type { Gateway, Gateways, OutgoingMessage, SendOutcome } from './channels/gateway.ts';
import { outboxGateway } from './channels/outbox.ts';
import type { OutreachPlan } from '../../domain/outreach/process.ts';

/** What delivering needs of the store: who may call the provider, and what became of it. */
export interface DeliveryBook {
  channelOf(messageId: string): Promise<OutgoingMessage['channel'] | null>;
  claim(input: { messageId: string; provider: string; again: boolean }): Promise<DeliveryClaim>;
  release(input: { messageId: string; why: string }): Promise<void>;
  record(input: { id: string; messageId: string; outcome: DeliveryOutcome }): Promise<OutreachPlan>;
}

export interface DeliveryInput {
  /** The customer. */
  id: string;
  messageId: string;
}

/** A call must begin this soon after it was put on record, or it is not made: a worker that slept meanwhile may have been replaced. */
const FRESH_MS = 5_000;
/** One call, and one more when the provider says that it does not have the first. */
const MOST_CALLS = 2;

/**
 * Hands one message to its provider, at most once without a reconciliation: the call is on record before it is made, so whoever finds
 * it there without an outcome (a crash, a time-out, a 5xx) asks the provider first; what the provider cannot tell goes to a person.
 */
export function deliveryActivities(book: DeliveryBook, gateways: Gateways) {
  return {
    async deliverMessage({ id, messageId }: DeliveryInput): Promise<OutreachPlan> {
      const channel = await book.channelOf(messageId);
      const gateway = (channel && gateways[channel]) ?? outboxGateway;
      const outcome = await deliver(book, gateway, messageId);
      return book.record({ id, messageId, outcome });
    },
  };
}

async function deliver(book: DeliveryBook, gateway: Gateway, messageId: string): Promise<DeliveryOutcome> {
  const begun = performance.now();
  const claim = await book.claim({ messageId, provider: gateway.provider, again: false });
  switch (claim.claim) {
    case 'stranded':
      return { outcome: 'unknown', why: `the call of ${claim.provider} cannot be looked up: ${claim.why}` };
    case 'call':
      return call(book, gateway, claim.message, begun);
    case 'reconcile':
      return reconcile(book, gateway, claim);
    default:
      return withoutCall(claim);
  }
}

/** What becomes of a message that no provider has, and none gets now. */
function withoutCall(claim: Exclude<DeliveryClaim, { claim: 'stranded' | 'call' | 'reconcile' }>): DeliveryOutcome {
  switch (claim.claim) {
    case 'keep':
      return { outcome: 'kept', why: claim.why };
    case 'wait':
      return { outcome: 'deferred', until: claim.until, why: claim.why };
    case 'drop':
      return { outcome: 'dropped', why: claim.why };
    case 'give-up':
    case 'settled':
      return { outcome: 'gave-up' };
  }
}

async function call(book: DeliveryBook, gateway: Gateway, message: OutgoingMessage, begun: number): Promise<DeliveryOutcome> {
  if (performance.now() - begun > FRESH_MS)
    throw new Error('the call was put on record too long ago; the provider is asked first');
  const answer = await gateway.send(message);
  return afterCall(book, gateway, message, answer);
}

async function afterCall(
  book: DeliveryBook,
  gateway: Gateway,
  message: OutgoingMessage,
  answer: SendOutcome,
): Promise<DeliveryOutcome> {
  switch (answer.outcome) {
    case 'kept':
      return { outcome: 'kept', why: 'not-connected' };
    case 'refused':
      return answer;
    case 'accepted':
      return { ...answer, provider: gateway.provider, receipts: gateway.receipts, reconciled: false };
    case 'busy':
      await book.release({ messageId: message.id, why: answer.why });
      throw new Error(`${gateway.provider} has not taken the message: ${answer.why}`);
    case 'unknown':
      throw ApplicationFailure.create({
        message: `${gateway.provider} left the outcome open: ${answer.why}`,
        type: 'outcome-unknown',
        nextRetryDelay: gateway.settleMs,
      });
  }
}

type Open = Extract<DeliveryClaim, { claim: 'reconcile' }>;

async function reconcile(book: DeliveryBook, gateway: Gateway, open: Open): Promise<DeliveryOutcome> {
  if (open.provider !== gateway.provider) return { outcome: 'unknown', why: `the call went to ${open.provider}` };
  const found = await gateway.find(open.message, open.calledAt, open.known);
  switch (found.outcome) {
    case 'found': {
      const { provider, receipts } = gateway;
      return { outcome: 'accepted', provider, providerId: found.providerId, receipts, reconciled: true };
    }
    case 'cannot-tell':
      return { outcome: 'unknown', why: `${gateway.provider} cannot be asked what it has` };
    case 'absent':
      return repeat(book, gateway, open);
  }
}

/** The provider does not have it: once it had the time to show it, one more call may be made. */
async function repeat(book: DeliveryBook, gateway: Gateway, open: Open): Promise<DeliveryOutcome> {
  if (open.ageMs < gateway.settleMs) {
    throw ApplicationFailure.create({
      message: `${gateway.provider} does not show the message yet`,
      type: 'outcome-unknown',
      nextRetryDelay: Math.max(1_000, gateway.settleMs - open.ageMs),
    });
  }
  if (open.calls >= MOST_CALLS)
    return { outcome: 'unknown', why: `${open.calls} calls, and ${gateway.provider} has none of them` };
  const begun = performance.now();
  const claim = await book.claim({ messageId: open.message.id, provider: gateway.provider, again: true });
  if (claim.claim === 'call') return call(book, gateway, claim.message, begun);
  return claim.claim === 'reconcile' || claim.claim === 'stranded' ? { outcome: 'gave-up' } : withoutCall(claim);
}
