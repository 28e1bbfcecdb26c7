import { sql } from 'kysely';
import { addDays, daysBetween, instantAt } from '../../domain/platform/calendar.ts';
import type { BusinessDate, Instant } from '../../domain/platform/calendar.ts';
import type { Actor } from '../../domain/platform/actor.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import { workflowId } from '../../domain/platform/subject.ts';
import type { ReviewCause, ReviewState } from '../../domain/credit/review.ts';
import type { Database } from '../platform/database.ts';
import { standDown } from '../approvals/approvals.ts';
import { isOurId } from '../platform/rows.ts';
import { seesCustomer } from '../access/scope.ts';
import { write, eventOf } from '../platform/transaction.ts';
import type { Store, Work } from '../platform/transaction.ts';
import type { Effects } from '../platform/effects.ts';
import { addEffects, noEffects } from '../platform/effects.ts';

/** Reviews begin with the working day. */
const MORNING = 9 * 60;

export interface NewReview {
  /** Made of business facts: the same review is opened once. */
  key: string;
  customerId: string;
  cause: ReviewCause;
  detail: Record<string, unknown>;
  dueAt: Instant;
}

/**
 * Opens a review of a customer's credit. One that is due at once is not opened beside another that is due or undecided; customers without
 * credit have none, unless a step of dunning asks for one: who owes has had it.
 */
export async function openReview({ tx, at }: Work, review: NewReview): Promise<{ id: string | null; effects: Effects }> {
  const { rows } = await sql<{ id: string }>`
    insert into credit_review (key, customer_id, cause, detail, due_at, plan_at)
    select ${review.key}, ${review.customerId}::uuid, ${review.cause}, ${JSON.stringify(review.detail)}::jsonb, ${review.dueAt}::timestamptz, ${review.dueAt}::timestamptz
    where (${review.cause} in ('limit-expiry', 'dunning') or exists (select from credit_profile p where p.customer_id = ${review.customerId}::uuid and p.grade is not null))
      and (${review.dueAt > at.now}::boolean or not exists (select from credit_review v where v.customer_id = ${review.customerId}::uuid
        and not v.detail ? 'groundless' and (v.state = 'open' and v.due_at <= ${at.now}::timestamptz
          or v.state = 'running' and not exists (select from credit_application a where a.id = v.application_id and a.state not in ('assessing', 'awaiting-decision', 'returned')))))
    on conflict (key) do nothing returning id`.execute(tx);
  const id = rows[0]?.id;
  if (id === undefined) return { id: null, effects: noEffects() };
  const { customerId, cause, detail, dueAt } = review;
  const audit = {
    subjectKind: 'credit-review',
    subjectId: id,
    customerId,
    action: 'credit-review.opened',
    reason: cause,
    after: { cause, detail, dueAt },
  };
  const subject = workflowId('credit-review', id);
  const effects: Effects = {
    audit: [audit],
    asks: [],
    posts: [{ subject, kind: 'credit-review', at: dueAt, customerId }],
    events: [{ ...eventOf(audit), data: { cause, dueAt } }],
  };
  return { id, effects };
}

/** The next review by date, after credit was granted; it takes the place of the one planned before. */
export async function scheduleReview(work: Work, customerId: string, on: BusinessDate, granted: string): Promise<Effects> {
  const { tx, at, store } = work;
  const { rows } = await sql<{ id: string }>`
    select id from credit_review where customer_id = ${customerId}::uuid and state = 'open' and cause = 'date'
      and due_at > ${at.now}::timestamptz order by id`.execute(tx);
  const dueAt = instantAt(on, MORNING, store.zone);
  const { effects } = await openReview(work, {
    key: `date/${granted}`,
    customerId,
    cause: 'date',
    detail: { on },
    dueAt,
  });
  const overtaken = JSON.stringify({ overtakenBy: granted });
  const ids = rows.map((row) => row.id);
  await sql`update credit_review set detail = detail || ${overtaken}::jsonb where id = any(${ids}::uuid[])`.execute(tx);
  for (const id of ids) effects.asks.push({ subject: workflowId('credit-review', id), kind: 'credit-review', customerId });
  return effects;
}

/** Half of a short limit's life, or so many days before a long one ends, it is told that it will. */
export async function watchLimit(
  work: Work,
  limit: { id: string; customerId: string; kind: 'standing' | 'temporary'; validUntil: BusinessDate },
): Promise<Effects> {
  const { at, store } = work;
  const { current } = await store.policies.current();
  const life = daysBetween(at.today, limit.validUntil);
  const ahead = Math.min(current['credit-rules'].content.limits.warnBeforeExpiryDays, Math.floor(life / 2));
  const dueAt = instantAt(addDays(limit.validUntil, -ahead), MORNING, store.zone);
  const detail = { limitId: limit.id, limitKind: limit.kind, validUntil: limit.validUntil };
  const { effects } = await openReview(work, {
    ...{ key: `limit-expiry/${limit.id}`, customerId: limit.customerId, cause: 'limit-expiry' as const, detail },
    dueAt: dueAt > at.now ? dueAt : at.now,
  });
  return effects;
}

/** A review because a promise was judged broken; called where it is judged, and only then. */
export const reviewBrokenPromises = (work: Work, customerId: string, promises: readonly string[]): Promise<Effects> =>
  reviewPromises(work, customerId, 'broken-promise', { promises });

async function reviewPromises(
  work: Work,
  customerId: string,
  cause: 'broken-promise' | 'promise-kept',
  detail: { promises: readonly string[]; application?: string },
): Promise<Effects> {
  const { tx, at } = work;
  const [first] = detail.promises;
  if (first === undefined) return noEffects();
  const key = `${cause}/${first}`;
  const { rows } = await sql`select from credit_review where key = ${key}`.execute(tx);
  // Judged so anew, after it had been judged otherwise.
  const place = rows.length === 0 ? key : `${key}/${at.now}`;
  return (await openReview(work, { key: place, customerId, cause, detail, dueAt: at.now })).effects;
}

/**
 * Takes back the reviews that were opened because of promises which, by the value date of their money, were not broken: one that runs loses
 * the application it started, unless that is decided or serves another review too. A decision stands, on the facts of its day: credit that was
 * decided since the breach was found is reviewed.
 */
export async function takeBackReviews(
  work: Work,
  customerId: string,
  promises: readonly { id: string; judgedAt: Instant }[],
): Promise<Effects> {
  const { tx, at } = work;
  const promiseIds = promises.map(({ id }) => id);
  const { rows } = await sql<{ id: string; application: string | null }>`
    update credit_review v set detail = v.detail || jsonb_build_object('groundless', ${at.now}::text)
    where v.customer_id = ${customerId}::uuid and v.cause = 'broken-promise' and v.state in ('open', 'running')
      and v.detail -> 'promises' ?| ${[...promiseIds]}::text[]
      and not exists (select from promise p where p.state = 'broken' and v.detail -> 'promises' ? p.id::text)
    returning v.id, (select a.id from credit_application a where a.id = v.application_id and a.external_id = 'REVIEW-' || v.id
      and a.state in ('assessing', 'awaiting-decision', 'returned')
      and not exists (select from credit_review o where o.application_id = a.id and o.id <> v.id)) as application`.execute(tx);
  const effects = noEffects();
  for (const { id, application } of rows) {
    const audit = { subjectKind: 'credit-review', subjectId: id, customerId, action: 'credit-review.groundless' };
    addEffects(effects, {
      ...noEffects(),
      audit: [{ ...audit, reason: 'broken-promise', after: { promises: promiseIds } }],
      asks: [{ subject: workflowId('credit-review', id), kind: 'credit-review', customerId }],
      events: [eventOf(audit)],
    });
    if (application !== null) addEffects(effects, await withdrawReviewApplication(work, customerId, application));
  }
  const since = promises.map(({ judgedAt }) => judgedAt).toSorted()[0] ?? at.now;
  const { rows: decided } = await sql<{ application: string }>`
    select external_id as application from credit_application where customer_id = ${customerId}::uuid and state in ('approved', 'declined')
      and decided_at >= ${since}::timestamptz order by decided_at desc, id desc limit 1`.execute(tx);
  const detail = { promises: promiseIds, ...decided[0] };
  if (decided[0]) addEffects(effects, await reviewPromises(work, customerId, 'promise-kept', detail));
  return effects;
}

async function withdrawReviewApplication(work: Work, customerId: string, id: string): Promise<Effects> {
  const { tx, at } = work;
  const { rows } = await sql<{ state: string }>`
    with before as (select id, state from credit_application where id = ${id}::uuid for update)
    update credit_application a set state = 'withdrawn', decided_at = ${at.now}::timestamptz, waiting_for = null
    from before b where a.id = b.id and b.state in ('assessing', 'awaiting-decision', 'returned') returning b.state`.execute(tx);
  if (!rows[0]) return noEffects();
  const subject = workflowId('credit-application', id);
  const audit = {
    subjectKind: 'credit-application',
    subjectId: id,
    customerId,
    action: 'credit-application.withdrawn',
    reason: 'promise-kept',
    before: { state: rows[0].state },
    after: { state: 'withdrawn' },
  };
  const effects = await standDown(work, subject, 'withdrawn');
  effects.audit.unshift(audit);
  effects.asks.push({ subject, kind: 'credit-application', customerId });
  effects.events.push(eventOf(audit));
  return effects;
}

/** A person asks for a review now. Throws Refusal `not-found`, `not-open` when the customer has no credit, `already-exists` when one is due or runs. */
export async function requestReview(
  store: Store,
  actor: Actor,
  customer: string,
  reason: string,
): Promise<{ id: string; workflowId: string }> {
  return write(store, actor, async (work) => {
    const { tx, at } = work;
    const { rows } = await sql<{ id: string; graded: boolean }>`
      select c.id, exists (select from credit_profile p where p.customer_id = c.id and p.grade is not null) as graded from customer c
      where (c.external_id = customer_now(${customer}) or c.id = ${isOurId(customer) ? customer : null}::uuid) and ${seesCustomer(actor)}
      order by c.external_id = customer_now(${customer}) desc limit 1 for no key update of c`.execute(tx);
    const found = rows[0];
    if (!found) throw new Refusal('customer-unknown', { customer }, { pointer: '/customer' });
    if (!found.graded) throw new Refusal('not-open', { state: 'no-credit' }, { pointer: '/customer' });
    const detail = { reason, requestedBy: actor.id };
    const key = `request/${found.id}/${at.now}`;
    const { id, effects } = await openReview(work, { key, customerId: found.id, cause: 'request', detail, dueAt: at.now });
    const [first, ...more] = effects.audit;
    if (id === null || !first) throw new Refusal('already-exists', { id: customer }, { pointer: '/customer' });
    const value = { id, workflowId: workflowId('credit-review', id) };
    return { ...effects, value, audit: [{ ...first, reason }, ...more] };
  });
}

export interface ReviewView {
  id: string;
  customer: string;
  cause: ReviewCause;
  state: ReviewState;
  dueAt: Instant;
  application: string | null;
  detail: Record<string, unknown>;
  /** The customer's own. */
  currency: string;
  closedAt: Instant | null;
}

/** Reviews the actor may see, those due first; one more than `limit` when there are more. */
export async function listReviews(
  db: Database,
  actor: Actor,
  filter: { customer?: string | undefined; state?: ReviewState | undefined; after?: readonly [Instant, string] | undefined },
  limit: number,
): Promise<ReviewView[]> {
  const [at, id] = filter.after ?? [null, null];
  const { rows } = await sql<ReviewView>`
    select v.id, c.external_id as customer, v.cause, v.state, v.due_at as "dueAt", a.external_id as application, v.detail, c.currency, v.closed_at as "closedAt"
    from credit_review v join customer c on c.id = v.customer_id left join credit_application a on a.id = v.application_id
    where ${seesCustomer(actor)} and (${filter.customer ?? null}::text is null or c.external_id = ${filter.customer ?? null})
      and (${filter.state ?? null}::text is null or v.state = ${filter.state ?? null})
      and (${at}::timestamptz is null or (v.due_at, v.id) > (${at}::timestamptz, ${id}::uuid))
    order by v.due_at, v.id limit ${limit + 1}`.execute(db);
  return rows;
}
