import { addMs } from '../platform/calendar.ts';
import type { Instant } from '../platform/calendar.ts';
import type { DeferReason } from './governor.ts';
import { askingFor, chooseRecipient, recipientOfNotice } from './recipient.ts';
import type { Recipient } from './recipient.ts';
import type { RequestedRung, FollowUp, OutreachFacts, OutreachTerms } from './outreach-facts.ts';
import type { MessageClass } from './policy.ts';
import { stages } from '../ledger/outcome.ts';
import type { OutreachStep } from './process.ts';

export type OutreachWhyCode =
  | 'message-sending'
  | 'contact-due'
  | 'gathering'
  | 'receipt-awaited'
  | 'withdrawal-awaited'
  | 'restored'
  | 'settings-awaited'
  | 'first-contact-waits'
  | 'nothing-pending'
  | 'fallback-cap'
  | DeferReason;

export interface OutreachVerdict {
  step: OutreachStep;
  at: Instant | null;
  why: { code: OutreachWhyCode; params: Record<string, string> };
  messageId: string | null;
}

/** What goes to whoever pays for a customer as well: statements and friendly letters; formal demands go to the debtor alone. */
export const alsoToPayer = (messageClass: MessageClass): boolean => ['notice', 'statement', 'reminder'].includes(messageClass);

/** The rung that sets a digest's tone: the furthest stage, then the furthest along its ladder. */
export function leadingRung<R extends Pick<RequestedRung, 'stage' | 'position' | 'template'>>(
  rungs: readonly R[],
): R | undefined {
  const rank = (rung: R): number => stages.indexOf(rung.stage);
  return rungs.toSorted((a, b) => rank(b) - rank(a) || b.position - a.position || (a.template < b.template ? -1 : 1))[0];
}

/** What the facts call for: hand over what is being sent, try another channel, contact now or later, wait for a receipt, or nothing. */
export function planOutreach(facts: OutreachFacts, terms: OutreachTerms, now: Instant): OutreachVerdict {
  if (facts.sending) return deliverAt(now, facts.sending, 'message-sending');
  const waits = facts.deferred;
  if (waits && waits.until <= now) return deliverAt(now, waits.messageId, 'message-sending');
  const held = terms.heldBack;
  // Without settings nothing leaves at all; the ramp holds back digests alone.
  if (
    !waits &&
    held?.why === 'settings-awaited' &&
    (facts.requested.length > 0 || facts.notices.length > 0 || facts.followUps.length > 0)
  )
    return compose(held.until, held.why);
  const plans = [...facts.followUps.map((followUp) => planFollowUp(facts, followUp, terms, now))];
  plans.push(...facts.notices.map((notice) => byRecipient(recipientOfNotice(facts, notice, terms, now), now)));
  if (facts.requested.length > 0) plans.push(planDigest(facts, terms, now));
  const copied = leadingRung(facts.copies);
  if (copied) plans.push(byRecipient(chooseRecipient(facts, askingFor(copied), terms, now), now));
  if (waits) plans.unshift(deliverAt(waits.until, waits.messageId, waits.why));
  const first = plans.toSorted((a, b) => ((a.at ?? '') < (b.at ?? '') ? -1 : 1))[0];
  return first ?? { step: 'close', at: null, messageId: null, why: { code: 'nothing-pending', params: {} } };
}

const deliverAt = (at: Instant, messageId: string, code: OutreachWhyCode): OutreachVerdict => ({
  step: 'deliver',
  at,
  messageId,
  why: { code, params: {} },
});

function planDigest(facts: OutreachFacts, terms: OutreachTerms, now: Instant): OutreachVerdict {
  const gathered = addMs(
    facts.requested.map((rung) => rung.at).reduce((a, b) => (a < b ? a : b)),
    terms.gatherMs,
  );
  if (gathered > now) return compose(gathered, 'gathering');
  if (terms.heldBack) return compose(terms.heldBack.until, terms.heldBack.why);
  const leading = leadingRung(facts.requested);
  return leading ? byRecipient(chooseRecipient(facts, askingFor(leading), terms, now), now) : compose(now, 'contact-due');
}

function planFollowUp(facts: OutreachFacts, followUp: FollowUp, terms: OutreachTerms, now: Instant): OutreachVerdict {
  if (followUp.dueAt > now) {
    return { step: 'wait', at: followUp.dueAt, messageId: null, why: { code: 'receipt-awaited', params: {} } };
  }
  if (followUp.noticeId !== null) return compose(now, 'contact-due');
  return byRecipient(chooseRecipient(facts, followUp, terms, now), now);
}

const byRecipient = (recipient: Recipient, now: Instant): OutreachVerdict =>
  recipient.verdict === 'defer' ? compose(recipient.until, recipient.why) : compose(now, 'contact-due');

const compose = (at: Instant, code: OutreachWhyCode): OutreachVerdict => ({
  step: 'compose',
  at,
  messageId: null,
  why: { code, params: {} },
});
