import { sql } from 'kysely';
import type { Work } from '../platform/transaction.ts';
import { holdsFor } from './accounts.ts';
import { standDown } from '../approvals/approvals.ts';
import { processOf, tell } from './application-facts.ts';
import type { ApplicationCase } from './application-facts.ts';
import type { Change } from '../approvals/decision-update.ts';
import { readAssessment, validityOf } from './judge.ts';
import type { StoredAssessment } from './judge.ts';
import { grantLimit } from './limits.ts';
import { scheduleReview, watchLimit } from './reviews.ts';
import type { Effects } from '../platform/effects.ts';
import { addEffects, noEffects } from '../platform/effects.ts';

/** Who grants: the last decider, or policy where the matrix lets it. */
export interface Granting {
  by: string;
  reason: string;
}

/**
 * Writes what lies on the table: limit, terms and grade with how long they hold, and the day of the next review, all in the transaction
 * of the decision.
 */
export async function grantApplication(work: Work, found: ApplicationCase, granting: Granting): Promise<Change> {
  const { tx, at } = work;
  const assessment = await readAssessment(tx, found.assessmentId ?? '');
  const { validUntil, reviewOn } = validityOf(assessment.verdict, at.today);
  const { limitMinor, currency, termsDays } = found.offer;
  const until = earlier(found.offer.validUntil, found.kind === 'temporary' ? null : validUntil);
  const effects = noEffects();
  const granted: Record<string, unknown> = {
    limitMinor,
    currency,
    termsDays,
    validUntil: until,
    grade: assessment.verdict.grade,
    reviewOn,
  };
  if (limitMinor !== null && found.kind !== 'terms') {
    const { limit, effects: more } = await grantLimit(work, {
      customerId: found.customerId,
      kind: found.kind === 'temporary' ? 'temporary' : 'standing',
      amountMinor: limitMinor,
      currency,
      validUntil: until,
      applicationId: found.id,
      setBy: granting.by,
      reason: granting.reason,
      policyVersion: found.policyVersion,
    });
    Object.assign(granted, { limitId: limit.id, accountVersion: limit.version });
    addEffects(effects, more);
  }
  await writeTerms(work, found, termsDays);
  await writeProfile(work, found, { assessment, termsDays, validUntil, reviewOn });
  addEffects(effects, { ...noEffects(), asks: await holdsFor(tx, [found.customerId], ['terms-too-long', 'grade-held']) });
  addEffects(effects, await watch(work, found, granted));
  await sql`
    update credit_application set state = 'approved', decided_at = ${at.now}::timestamptz, granted = ${JSON.stringify(granted)}::jsonb
    where id = ${found.id}::uuid`.execute(tx);
  addEffects(effects, await standDown(work, processOf(found.id), 'approved'));
  const { audit, event } = tell(
    found,
    'credit-application.approved',
    {
      reason: granting.reason,
      policyVersion: found.policyVersion,
      before: { state: found.state },
      after: { state: 'approved', by: granting.by, ...granted },
    },
    { state: 'approved' },
  );
  return { audit: [audit], effects, events: [event] };
}

/** Credit is looked at again: at its review date, and before the limit ends. */
async function watch(work: Work, found: ApplicationCase, granted: Record<string, unknown>): Promise<Effects> {
  const { customerId, kind } = found;
  const { limitId, validUntil, reviewOn } = granted;
  const effects = noEffects();
  if (kind !== 'temporary') addEffects(effects, await scheduleReview(work, customerId, String(reviewOn), processOf(found.id)));
  if (typeof limitId === 'string' && typeof validUntil === 'string')
    addEffects(
      effects,
      await watchLimit(work, { id: limitId, customerId, kind: kind === 'temporary' ? kind : 'standing', validUntil }),
    );
  return effects;
}

const earlier = (a: string | null, b: string | null): string | null => (a === null ? b : b === null || a < b ? a : b);

/** Terms that were granted are the customer's for later documents; documents already posted keep theirs. */
async function writeTerms({ tx, at }: Work, found: ApplicationCase, termsDays: number | null): Promise<void> {
  if (found.kind === 'temporary' || termsDays === null) return;
  await sql`
    update customer set terms_days = ${termsDays}, version = version + 1, updated_at = ${at.now}::timestamptz
    where id = ${found.customerId}::uuid and terms_days <> ${termsDays}`.execute(tx);
}

interface Graded {
  assessment: StoredAssessment;
  termsDays: number | null;
  validUntil: string;
  reviewOn: string;
}

/** What checks of orders judge beside money. A temporary limit changes nothing of it. */
async function writeProfile({ tx, at }: Work, found: ApplicationCase, graded: Graded): Promise<void> {
  if (found.kind === 'temporary') return;
  const { assessment, termsDays, validUntil, reviewOn } = graded;
  await sql`
    insert into credit_profile (customer_id, grade, score, ladder, max_terms_days, graded_at, valid_until, review_on, profile_as_of)
    values (${found.customerId}::uuid, ${assessment.verdict.grade}, ${assessment.verdict.score}, ${assessment.verdict.proposal.ladder}, ${termsDays}, ${at.now}::timestamptz, ${validUntil}::date,
      ${reviewOn}::date, ${at.today}::date)
    on conflict (customer_id) do update set grade = excluded.grade, score = excluded.score, ladder = excluded.ladder,
      max_terms_days = coalesce(excluded.max_terms_days, credit_profile.max_terms_days), graded_at = excluded.graded_at,
      valid_until = excluded.valid_until, review_on = excluded.review_on, version = credit_profile.version + 1`.execute(tx);
}
