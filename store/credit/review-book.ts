import { sql } from 'kysely';
import type { AuditFact } from '../../domain/platform/audit.ts';
import type { Instant } from '../../domain/platform/calendar.ts';
import { realWaitMs } from '../../domain/platform/clock.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import { workflowId } from '../../domain/platform/subject.ts';
import type { ApplicationState } from '../../domain/credit/application.ts';
import { planReview, reviewOutcome, sayReviewWhy } from '../../domain/credit/review.ts';
import type { ReviewCause, ReviewFacts, ReviewPlan, ReviewState, ReviewStep, ReviewVerdict } from '../../domain/credit/review.ts';
import type { Tx } from '../platform/database.ts';
import { systemActor, write } from '../platform/transaction.ts';
import type { Store, Unchanged, Written, Work } from '../platform/transaction.ts';
import { openWorkOrder } from '../tasks/work-orders.ts';
import { insertApplication } from './applications.ts';
import type { Effects } from '../platform/effects.ts';
import { addEffects, noEffects } from '../platform/effects.ts';

interface ReviewCase {
  id: string;
  customerId: string;
  customerCode: string;
  currency: string;
  cause: ReviewCause;
  detail: { limitId?: string; limitKind?: string; beforeMinor?: number | null } & Record<string, unknown>;
  state: ReviewState;
  dueAt: Instant;
  applicationId: string | null;
  application: ApplicationState | null;
  grantedMinor: number | null;
  overtaken: boolean;
  groundless: boolean;
  seq: number;
  step: string;
  at: Instant | null;
  asked: number;
}

type Input = { id: string; seq: number | null };

/** Reads the facts of a review anew. */
export const reassessReview = (store: Store, input: Input): Promise<ReviewPlan> => advance(store, null, input);

/** Starts the review's application when it is due, or notes what came of it: only if that very step is due. */
export const takeReviewStep = (store: Store, step: ReviewStep, input: Input): Promise<ReviewPlan> => advance(store, step, input);

async function advance(store: Store, step: ReviewStep | null, input: Input): Promise<ReviewPlan> {
  return write(store, systemActor('credit-review'), async (work) => {
    const { at } = work;
    const found = await lockReview(work, input.id);
    if (!found) return { value: unknownReview(input.seq), audit: null };
    const verdict = planReview(factsOf(found), at.now);
    const stale = input.seq !== null && input.seq < found.seq;
    const effects = stale || !verdict.due || verdict.step !== step ? noEffects() : await takeStep(work, found, verdict);
    return settle(work, found, effects);
  });
}

const factsOf = ({ state, dueAt, application, overtaken, groundless }: ReviewCase): ReviewFacts => ({
  ...{ state, dueAt, application, overtaken, groundless },
});

/** Locks the customer, then the review. */
async function lockReview({ tx, at }: Work, id: string): Promise<ReviewCase | null> {
  await sql`select from customer where id = (select customer_id from credit_review where id = ${id}::uuid) for no key update`.execute(
    tx,
  );
  const { rows } = await sql<ReviewCase>`
    select v.id, v.customer_id as "customerId", c.external_id as "customerCode", c.currency, v.cause, v.detail, v.state, v.due_at as "dueAt",
      v.application_id as "applicationId", a.state as application, (a.granted ->> 'limitMinor')::bigint as "grantedMinor",
      v.detail ? 'overtakenBy' or v.cause = 'limit-expiry' and not exists (select from credit_limit l where l.id = (v.detail ->> 'limitId')::uuid and l.revoked_at is null
        and l.valid_until >= ${at.today}::date) as overtaken,
      v.detail ? 'groundless' as groundless,
      v.seq, v.plan_step as step, v.plan_at as at, coalesce(w.asked, 0) as asked
    from credit_review v join customer c on c.id = v.customer_id left join credit_application a on a.id = v.application_id
      left join wake w on w.subject = 'credit-review-' || v.id
    where v.id = ${id}::uuid for update of v`.execute(tx);
  return rows[0] ?? null;
}

function takeStep(work: Work, found: ReviewCase, verdict: ReviewVerdict): Promise<Effects> {
  if (verdict.step === 'start') return start(work, found);
  return verdict.step === 'settle' ? close(work, found) : Promise.resolve(noEffects());
}

/** A review is an application of its own kind. Of a temporary limit that ends it only warns. */
async function start(work: Work, found: ReviewCase): Promise<Effects> {
  const { tx } = work;
  const effects = found.cause === 'limit-expiry' ? await warnOfEnd(work, found) : noEffects();
  if (found.detail.limitKind === 'temporary') {
    addEffects(effects, await end(work, found, 'kept'));
    return effects;
  }
  const { application, more } = await applicationFor(work, found);
  addEffects(effects, more);
  const detail = { ...found.detail, beforeMinor: await standingMinor(work, found) };
  await sql`
    update credit_review set state = 'running', application_id = ${application}::uuid, detail = ${JSON.stringify(detail)}::jsonb
    where id = ${found.id}::uuid`.execute(tx);
  const { audit, event } = told(found, 'credit-review.started', { reason: found.cause, after: { application } });
  addEffects(effects, { ...noEffects(), audit: [audit], events: [event] });
  return effects;
}

/** The application of this review, or the review of the customer that is open already. */
async function applicationFor(work: Work, found: ReviewCase): Promise<{ application: string; more: Effects }> {
  const { tx, store } = work;
  const { rows } = await sql<{ id: string }>`
    select id from credit_application where customer_id = ${found.customerId}::uuid and kind = 'review'
      and state in ('assessing', 'awaiting-decision', 'returned')`.execute(tx);
  if (rows[0]) return { application: rows[0].id, more: noEffects() };
  const { current } = await store.policies.current();
  const { id, effects } = await insertApplication(work, {
    externalId: `REVIEW-${found.id}`,
    customerId: found.customerId,
    kind: 'review',
    offer: { limitMinor: null, currency: await limitCurrency(tx, found), termsDays: null, validUntil: null },
    reason: 'credit-review',
    requestedBy: 'credit-review',
    requestedRole: 'system',
    hash: found.id,
    expiryDays: current['credit-rules'].content.applications.expiryDays,
  });
  return { application: id, more: effects };
}

const STANDING = sql`from credit_member m join credit_account a on a.id = m.account_id join credit_limit l on l.account_id = a.id
  where l.kind = 'standing' and l.revoked_at is null`;

async function limitCurrency(tx: Tx, found: ReviewCase): Promise<string> {
  const { rows } = await sql<{ currency: string }>`
    select a.currency ${STANDING} and m.customer_id = ${found.customerId}::uuid order by a.currency = ${found.currency} desc, l.set_at desc limit 1`.execute(
    tx,
  );
  return rows[0]?.currency ?? found.currency;
}

/** The standing limit in force, which a review raises, keeps or lowers. */
async function standingMinor({ tx, at }: Work, found: ReviewCase): Promise<number | null> {
  const { rows } = await sql<{ minor: number }>`
    select l.amount_minor as minor ${STANDING} and m.customer_id = ${found.customerId}::uuid and l.valid_from <= ${at.today}::date
      and (l.valid_until is null or l.valid_until >= ${at.today}::date)
    order by a.currency = ${found.currency} desc, l.set_at desc limit 1`.execute(tx);
  return rows[0]?.minor ?? null;
}

/** A limit that is about to end is told to whoever can renew it, before it does. */
async function warnOfEnd(work: Work, found: ReviewCase): Promise<Effects> {
  const effects = await openWorkOrder(work, {
    key: `credit-review/${found.id}/expiry`,
    kind: 'limit-expiring',
    customerId: found.customerId,
    subject: `limit of ${found.customerCode}`,
    reason: found.detail,
  });
  const { audit, event } = told(found, 'credit-limit.expiring', { after: found.detail });
  effects.audit.unshift(audit);
  effects.events.unshift(event);
  return effects;
}

async function close(work: Work, found: ReviewCase): Promise<Effects> {
  const { application } = found;
  const undecided = application !== 'approved' && application !== 'declined';
  if (found.state === 'open' || (found.groundless && undecided) || application === 'withdrawn' || application === 'expired')
    return end(work, found, 'cancelled');
  const before = found.detail.beforeMinor ?? null;
  return end(work, found, found.application === 'approved' ? reviewOutcome(before, found.grantedMinor) : 'kept');
}

async function end({ tx, at }: Work, found: ReviewCase, state: Exclude<ReviewState, 'open' | 'running'>): Promise<Effects> {
  await sql`update credit_review set state = ${state}, closed_at = ${at.now}::timestamptz where id = ${found.id}::uuid`.execute(
    tx,
  );
  const { audit, event } = told(found, `credit-review.${state}`, {
    reason: found.cause,
    before: { state: found.state },
    after: { state },
  });
  return { ...noEffects(), audit: [audit], events: [event] };
}

const aboutReview = (found: ReviewCase) => ({ subjectKind: 'credit-review', subjectId: found.id, customerId: found.customerId });

function told(found: ReviewCase, action: string, fact: Partial<AuditFact>) {
  const about = aboutReview(found);
  return { audit: { ...about, action, ...fact }, event: { ...about, kind: action, data: { cause: found.cause } } };
}

async function settle(work: Work, before: ReviewCase, effects: Effects): Promise<Written<ReviewPlan> | Unchanged<ReviewPlan>> {
  const { tx, at } = work;
  const found = await lockReview(work, before.id);
  if (!found) throw new Refusal('not-found', { id: before.id });
  const verdict = planReview(factsOf(found), at.now);
  const moved = effects.audit.length > 0 || found.step !== verdict.step || found.at !== verdict.at;
  const seq = moved ? found.seq + 1 : found.seq;
  const answer = { subject: workflowId('credit-review', found.id), asked: before.asked, at: verdict.at };
  const value: ReviewPlan = {
    ...{ seq, step: verdict.step, at: verdict.at, why: sayReviewWhy(verdict.why, 'en'), reason: verdict.why, state: found.state },
    waitMs: realWaitMs(at.clock, verdict.at, at.now),
  };
  if (!moved) return { value, audit: null, answer };
  await sql`
    update credit_review set seq = ${seq}, plan_step = ${verdict.step}, plan_at = ${verdict.at}, plan_why = ${JSON.stringify(verdict.why)}::jsonb
    where id = ${found.id}::uuid`.execute(tx);
  const planned = {
    ...aboutReview(found),
    action: 'credit-review.planned',
    reason: verdict.why.code,
    after: { state: found.state, step: verdict.step, at: verdict.at },
  };
  return { ...effects, value, audit: [planned, ...effects.audit], answer };
}

const unknownReview = (seq: number | null): ReviewPlan => ({
  seq: seq ?? 0,
  step: 'close',
  at: null,
  waitMs: null,
  why: 'the database does not know this review',
  state: 'cancelled',
});
