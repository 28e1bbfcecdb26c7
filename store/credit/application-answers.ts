import { sql } from 'kysely';
import { inScope, may } from '../../domain/platform/actor.ts';
import type { Actor } from '../../domain/platform/actor.ts';
import { addMs } from '../../domain/platform/calendar.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import { isClosed, missingFor } from '../../domain/credit/application.ts';
import type { ResubmissionInput, WithdrawalInput } from '../../domain/credit/application.ts';
import type { Work } from '../platform/transaction.ts';
import { openWorkOrder } from '../tasks/work-orders.ts';
import { standDown } from '../approvals/approvals.ts';
import { processOf, tell } from './application-facts.ts';
import type { ApplicationCase, ApplicationDesk } from './application-facts.ts';
import { answering } from './application-update.ts';
import type { DecidedApplication } from './application-update.ts';
import type { HeldUpdate } from '../approvals/decision-update.ts';
import { stillDecider } from '../access/hats.ts';
import type { Effects } from '../platform/effects.ts';

/** Takes an application back, while nothing is final: by whoever asked, or by those who decide on credit. */
export function withdrawApplication(
  desk: ApplicationDesk,
  { id, held }: { id: string; held: HeldUpdate },
): Promise<DecidedApplication> {
  return answering(desk, id, 'withdrawApplication', held, async (work, found, { by, reason }: WithdrawalInput) => {
    const { tx, at } = work;
    await mayAnswer(work, found, by.actor);
    if (isClosed(found.state)) throw new Refusal('not-open', { state: found.state });
    await sql`
      update credit_application set state = 'withdrawn', decided_at = ${at.now}::timestamptz, waiting_for = null where id = ${id}::uuid`.execute(
      tx,
    );
    const effects = await standDown(work, processOf(id), 'withdrawn');
    const { audit, event } = tell(found, 'credit-application.withdrawn', {
      reason,
      before: { state: found.state },
      after: { state: 'withdrawn' },
    });
    return { audit: [audit], effects, events: [event] };
  });
}

/** Answers what was asked: a new round on fresh facts, with what is asked for as it is now. Earlier decisions stay on record. */
export function resubmitApplication(
  desk: ApplicationDesk,
  { id, held }: { id: string; held: HeldUpdate },
): Promise<DecidedApplication> {
  return answering(desk, id, 'resubmitApplication', held, async (work, found, { by, requested, reason }: ResubmissionInput) => {
    const { tx, at } = work;
    await mayAnswer(work, found, by.actor);
    if (found.state !== 'returned') throw new Refusal('not-open', { state: found.state });
    const offer = { ...found.offer, ...requested };
    const missing = missingFor(found.kind, offer);
    if (missing) throw new Refusal('limit-missing', { what: missing }, { pointer: `/requested/${missing}` });
    const { current } = await desk.store.policies.current();
    const { expiryDays } = current['credit-rules'].content.applications;
    await sql`
      update credit_application set state = 'assessing', round = round + 1, offer = ${JSON.stringify(offer)}::jsonb,
        limit_minor = ${offer.limitMinor}, terms_days = ${offer.termsDays}, valid_until = ${offer.validUntil}::date,
        assessment_id = null, gathered_at = null, routed_at = null, warned_at = null, connectors = '[]', route_row = null,
        expires_at = ${addMs(at.now, expiryDays * 86_400_000)}::timestamptz where id = ${id}::uuid`.execute(tx);
    const effects = await standDown(work, processOf(id), 'answered');
    const { audit, event } = tell(
      found,
      'credit-application.resubmitted',
      { reason, before: { round: found.round, offer: found.offer }, after: { round: found.round + 1, offer } },
      { round: found.round + 1 },
    );
    return { audit: [audit], effects, events: [event] };
  });
}

/** Judged by the credential as it is now, not as it was when this was asked for. */
async function mayAnswer({ tx, at }: Work, found: ApplicationCase, asked: Actor): Promise<void> {
  const { actor } = await stillDecider(tx, asked, at.today, found, 'credit.apply');
  if (!inScope(actor, found)) throw new Refusal('not-found', { id: found.externalId });
  if (actor.id !== found.requestedBy && !may(actor, 'credit.decide'))
    throw new Refusal('forbidden', { verb: 'credit.apply another' });
}

/** A question goes back to the applicant as a work order, with its deadline. */
export function askApplicant(work: Work, found: ApplicationCase, question: string): Promise<Effects> {
  return openWorkOrder(work, {
    key: `${processOf(found.id)}/round/${found.round}/question`,
    kind: 'credit-question',
    customerId: found.customerId,
    process: processOf(found.id),
    subject: `application ${found.externalId}`,
    reason: { application: found.externalId, question },
  });
}
