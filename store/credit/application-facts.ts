import { sql } from 'kysely';
import type { AuditFact } from '../../domain/platform/audit.ts';
import type { Instant } from '../../domain/platform/calendar.ts';
import { addMs } from '../../domain/platform/calendar.ts';
import { realWaitMs } from '../../domain/platform/clock.ts';
import { workflowId } from '../../domain/platform/subject.ts';
import { isClosed, planApplication } from '../../domain/credit/application.ts';
import type {
  ApplicationFacts,
  ApplicationKind,
  ApplicationPlan,
  ApplicationState,
  ApplicationStep,
  ApplicationVerdict,
  Offer,
  WaitingFor,
} from '../../domain/credit/application.ts';
import type { ConnectorName } from '../../domain/credit/facts.ts';
import { sayApplicationWhy } from '../../domain/credit/application-words.ts';
import type { Tx } from '../platform/database.ts';
import type { Answer, Ask, EventFact, Moment, Store, Unchanged, Written, Work } from '../platform/transaction.ts';
import { answeredOf, readSeats, seatsOf } from '../approvals/approvals.ts';
import type { Decided, SeatCase } from '../approvals/approvals.ts';
import type { DossierOf } from './decision-dossier.ts';
import type { Change } from '../approvals/decision-update.ts';
import type { CreditJudge } from './judge.ts';

/** An application with its seats, as its row stands. */
export interface ApplicationCase {
  id: string;
  externalId: string;
  customerId: string;
  customerCode: string;
  owner: string | null;
  region: string | null;
  kind: ApplicationKind;
  state: ApplicationState;
  offer: Offer;
  reason: string;
  requestedBy: string;
  requestedRole: string;
  round: number;
  assessmentId: string | null;
  gatheredAt: Instant | null;
  routedAt: Instant | null;
  warnedAt: Instant | null;
  expiresAt: Instant;
  waitingFor: WaitingFor | null;
  connectors: readonly string[];
  granted: Record<string, unknown> | null;
  policyVersion: string | null;
  seq: number;
  step: ApplicationStep;
  at: Instant | null;
  asked: number;
  /** What the process has answered so far. */
  heard: number;
  seats: SeatCase[];
  answered: string[];
}

export const processOf = (id: string): string => workflowId('credit-application', id);

/**
 * Locks the customer, then the application, and reads it with its seats: the order of locks for everybody. Null: no such application.
 */
export async function lockApplication(tx: Tx, id: string): Promise<ApplicationCase | null> {
  await sql`select from customer where id = (select customer_id from credit_application where id = ${id}::uuid) for no key update`.execute(
    tx,
  );
  const { rows } = await sql<Omit<ApplicationCase, 'seats' | 'answered'>>`
    select a.id, a.external_id as "externalId", a.customer_id as "customerId", c.external_id as "customerCode", c.owner, c.region, a.kind, a.state,
      a.offer, a.reason, a.requested_by as "requestedBy", a.requested_role as "requestedRole", a.round, a.assessment_id as "assessmentId",
      a.gathered_at as "gatheredAt", a.routed_at as "routedAt", a.warned_at as "warnedAt", a.expires_at as "expiresAt",
      a.waiting_for as "waitingFor", a.connectors, a.granted, a.policy_version as "policyVersion", a.seq, a.plan_step as step, a.plan_at as at,
      coalesce(w.asked, 0) as asked, coalesce(w.answered, 0) as heard
    from credit_application a join customer c on c.id = a.customer_id left join wake w on w.subject = 'credit-application-' || a.id
    where a.id = ${id}::uuid for update of a`.execute(tx);
  const row = rows[0];
  if (!row) return null;
  const process = processOf(id);
  return { ...row, seats: await readSeats(tx, process, row.round), answered: await answeredOf(tx, process) };
}

/** What the pure plan looks at. */
export async function factsOf(store: Store, found: ApplicationCase): Promise<ApplicationFacts> {
  const { current } = await store.policies.current();
  const { warnDays } = current['credit-rules'].content.applications;
  const { state, expiresAt, waitingFor, seats } = found;
  return {
    ...{ state, expiresAt, waitingFor, seats },
    warnAt: addMs(expiresAt, -warnDays * 86_400_000),
    warned: found.warnedAt !== null,
    gathered: found.gatheredAt !== null,
    scored: found.assessmentId !== null,
    routed: found.routedAt !== null,
  };
}

/** Who decides on it, for the seats of its round. */
export const decidedOf = (found: ApplicationCase): Decided => ({
  process: processOf(found.id),
  customerId: found.customerId,
  round: found.round,
  requestedBy: found.requestedBy,
  subject: `application ${found.externalId}`,
  about: { application: found.externalId, kind: found.kind },
  work: 'approval',
});

/** Whose dossier lies before whoever decides on it. */
export const dossierOf = ({ id, customerId, offer, assessmentId }: DossierSource): DossierOf => ({
  ...{ customerId, assessmentId },
  currency: offer.currency,
  process: processOf(id),
  applicationId: id,
});

type DossierSource = Pick<ApplicationCase, 'id' | 'customerId' | 'offer' | 'assessmentId'>;

export const aboutApplication = (found: Pick<ApplicationCase, 'id' | 'customerId'>) => ({
  subjectKind: 'credit-application',
  subjectId: found.id,
  customerId: found.customerId,
});

/** A fact about an application, with the event that tells it. */
export function tell(
  found: ApplicationCase,
  action: string,
  fact: Partial<AuditFact> = {},
  data: Record<string, unknown> = {},
): { audit: AuditFact; event: EventFact } {
  const about = aboutApplication(found);
  return {
    audit: { ...about, action, ...fact },
    event: { ...about, kind: action, data: { externalId: found.externalId, ...data } },
  };
}

/** The plan as the workflow holds it. */
export function planOf(found: ApplicationCase, verdict: ApplicationVerdict, at: Moment): ApplicationPlan {
  return {
    seq: found.seq,
    step: verdict.step,
    at: verdict.at,
    waitMs: realWaitMs(at.clock, verdict.at, at.now),
    why: sayApplicationWhy(verdict.why, 'en'),
    reason: verdict.why,
    customerId: found.customerId,
    state: found.state,
    round: found.round,
    requestedBy: found.requestedBy,
    seats: seatsOf(found.seats),
    answered: found.answered,
    connectors: [],
  };
}

/** A change that goes before what the facts call for: the connectors to be asked now. */
export interface ApplicationChange extends Change {
  ask?: readonly ConnectorName[];
}

/**
 * Reads the application again as the transaction leaves it, stores what it calls for next, and answers the bell. `seq` counts each change
 * of what anybody may see: a step or decision held against an older one is judged anew.
 */
export async function settle(
  { tx, at, store }: Work,
  id: string,
  before: ApplicationCase,
  change: ApplicationChange,
): Promise<Written<ApplicationPlan> | Unchanged<ApplicationPlan>> {
  const found = await lockApplication(tx, id);
  if (!found) throw new Error('an application was gone in the middle of its transaction');
  const facts = planApplication(await factsOf(store, found), at.now);
  const asks = change.ask ?? [];
  const verdict: ApplicationVerdict =
    asks.length > 0
      ? { step: 'ask', due: true, at: at.now, why: { code: 'facts-asked', params: { connectors: asks.join(', ') } } }
      : facts;
  const moved =
    change.audit.length > 0 || change.effects.audit.length > 0 || found.step !== verdict.step || !sameInstant(found, verdict);
  const seq = moved ? found.seq + 1 : found.seq;
  const answer: Answer = { subject: processOf(id), asked: before.asked, at: verdict.at };
  const value = { ...planOf({ ...found, seq }, verdict, at), connectors: asks };
  if (!moved) return { value, audit: null, answer };
  await sql`
    update credit_application set seq = ${seq}, plan_step = ${verdict.step}, plan_at = ${verdict.at}, plan_why = ${JSON.stringify(verdict.why)}::jsonb
    where id = ${id}::uuid`.execute(tx);
  if (stillWaits(before, found, change)) return { value, audit: null, answer };
  const planned: AuditFact = {
    ...aboutApplication(found),
    action: 'credit-application.planned',
    reason: verdict.why.code,
    after: { state: found.state, step: verdict.step, at: verdict.at, why: verdict.why },
  };
  const closes = isClosed(found.state) && !isClosed(before.state);
  const reviews = closes ? await reviewsOf(tx, id) : [];
  return {
    value,
    audit: [planned, ...change.audit, ...change.effects.audit],
    asks: [...change.effects.asks, ...reviews],
    posts: change.effects.posts,
    events: [...change.events, ...change.effects.events],
    answer,
  };
}

/** It waits as it did before, and nothing was told: its next try moves on, which is no news for the record. */
const stillWaits = (before: ApplicationCase, now: ApplicationCase, { audit, effects, events }: ApplicationChange): boolean =>
  before.waitingFor !== null &&
  now.waitingFor !== null &&
  [audit, events, effects.audit, effects.asks, effects.posts, effects.events].every((written) => written.length === 0);

const sameInstant = (found: ApplicationCase, verdict: ApplicationVerdict): boolean =>
  // A step that is due now moves with the clock: only its kind is news.
  found.at === verdict.at || (verdict.due && found.at !== null && found.at <= (verdict.at ?? ''));

/** The reviews that wait for what becomes of it. */
async function reviewsOf(tx: Tx, id: string): Promise<Ask[]> {
  const { rows } = await sql<{ id: string; customerId: string }>`
    select id, customer_id as "customerId" from credit_review where application_id = ${id}::uuid and state = 'running'`.execute(
    tx,
  );
  return rows.map((row) => ({ subject: workflowId('credit-review', row.id), kind: 'credit-review', customerId: row.customerId }));
}

/** What the processes of applications work with. */
export interface ApplicationDesk {
  store: Store;
  judge: CreditJudge;
}
