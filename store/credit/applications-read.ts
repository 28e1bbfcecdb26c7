import { sql } from 'kysely';
import type { Actor } from '../../domain/platform/actor.ts';
import type { Instant } from '../../domain/platform/calendar.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import type {
  ApplicationKind,
  ApplicationState,
  ApplicationWhy,
  Offer,
  RouteSeat,
  WaitingFor,
} from '../../domain/credit/application.ts';
import type { Assessment } from '../../domain/credit/assess.ts';
import type { Database, Tx } from '../platform/database.ts';
import { isOurId } from '../platform/rows.ts';
import { seesCustomer } from '../access/scope.ts';
import { momentOf } from '../platform/transaction.ts';
import type { Store } from '../platform/transaction.ts';
import { dossierOf, processOf } from './application-facts.ts';
import { readRoute } from '../approvals/approvals.ts';
import { accountVersion, readDossier } from './decision-dossier.ts';
import type { DecisionDossier } from './decision-dossier.ts';

/** An application in a list. */
export interface ApplicationListed {
  id: string;
  externalId: string;
  customer: string;
  customerName: string;
  kind: ApplicationKind;
  state: ApplicationState;
  /** As asked for last. */
  requested: Offer;
  /** What lies on the table: as asked for, or lowered by counter-proposals. */
  offer: Offer;
  grade: string | null;
  score: number | null;
  reason: string;
  requestedBy: string;
  round: number;
  submittedAt: Instant;
  expiresAt: Instant;
  decidedAt: Instant | null;
  why: ApplicationWhy;
  waitingFor: WaitingFor | null;
}

/** An application with all that whoever decides looks at. */
export interface ApplicationView extends ApplicationListed {
  customerId: string;
  assessmentId: string | null;
  proposal: { limitMinor: number | null; currency: string; termsDays: number | null } | null;
  verdict: Assessment | null;
  granted: Record<string, unknown> | null;
  route: RouteSeat[];
  earlierRounds: (RouteSeat & { round: number })[];
  exposureVersion: number;
  policyVersion: string | null;
  dossierHash: string | null;
  dossier: DecisionDossier;
  given: GivenReason[];
}

/** Why somebody asked, asked back, or answered. */
export interface GivenReason {
  act: 'submitted' | 'returned' | 'resubmitted' | 'withdrawn';
  reason: string;
  by: string;
  at: Instant;
}

const COLUMNS = sql`a.id, a.external_id as "externalId", c.external_id as customer, c.name as "customerName", c.id as "customerId", a.kind, a.state,
  jsonb_build_object('limitMinor', a.limit_minor, 'currency', a.currency, 'termsDays', a.terms_days, 'validUntil', a.valid_until) as requested,
  a.offer, a.assessment_id as "assessmentId", s.grade, s.score, s.proposal, s.verdict, a.reason, a.requested_by as "requestedBy", a.round, a.submitted_at as "submittedAt",
  a.expires_at as "expiresAt", a.decided_at as "decidedAt", a.plan_why as why, a.waiting_for as "waitingFor", a.granted,
  a.policy_version as "policyVersion", a.dossier_hash as "dossierHash"`;

export interface ApplicationFilter {
  customer?: string | undefined;
  kind?: ApplicationKind | undefined;
  /** `active`: those that wait for something. */
  state?: ApplicationState | 'active' | undefined;
  after?: readonly [Instant, string] | undefined;
}

/** Applications the actor may see, the newest first; one more than `limit` when there are more. */
export async function listApplications(
  db: Database,
  actor: Actor,
  filter: ApplicationFilter,
  limit: number,
): Promise<ApplicationListed[]> {
  const { customer = null, kind = null, state = null } = filter;
  const [at, id] = filter.after ?? [null, null];
  const { rows } = await sql<ApplicationListed>`
    select ${COLUMNS} from credit_application a join customer c on c.id = a.customer_id left join assessment s on s.id = a.assessment_id
    where ${seesCustomer(actor)} and (${customer}::text is null or c.external_id = ${customer}) and (${kind}::text is null or a.kind = ${kind})
      and (${state}::text is null or a.state = ${state} or ${state} = 'active' and a.state in ('assessing', 'awaiting-decision', 'returned'))
      and (${at}::timestamptz is null or (a.submitted_at, a.id) < (${at}::timestamptz, ${id}::uuid))
    order by a.submitted_at desc, a.id desc limit ${limit + 1}`.execute(db);
  return rows;
}

/** Our id of the application `{id}` means, with what an update on it needs. Throws Refusal `not-found`. */
export async function findApplication(
  db: Database,
  actor: Actor,
  id: string,
): Promise<{ id: string; customerId: string; state: ApplicationState; currency: string }> {
  const { rows } = await sql<{ id: string; customerId: string; state: ApplicationState; currency: string }>`
    select a.id, a.customer_id as "customerId", a.state, a.offer ->> 'currency' as currency from credit_application a join customer c on c.id = a.customer_id
    where (a.external_id = ${id} or a.id = ${isOurId(id) ? id : null}::uuid) and ${seesCustomer(actor)}
    order by a.external_id = ${id} desc limit 1`.execute(db);
  const row = rows[0];
  if (!row) throw new Refusal('not-found', { id });
  return row;
}

/** One application with its route and its dossier. Throws Refusal `not-found`. */
export async function readApplication(store: Store, actor: Actor, id: string): Promise<ApplicationView> {
  const found = await findApplication(store.db, actor, id);
  // One snapshot: the version a decision answers for is that of the exposure shown beside it.
  return store.db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async (tx) => {
      const { rows } = await sql<Omit<ApplicationView, 'route' | 'earlierRounds' | 'exposureVersion' | 'dossier' | 'given'>>`
        select ${COLUMNS} from credit_application a join customer c on c.id = a.customer_id left join assessment s on s.id = a.assessment_id
        where a.id = ${found.id}::uuid`.execute(tx);
      const row = rows[0];
      if (!row) throw new Refusal('not-found', { id });
      const at = await momentOf(tx, store);
      return {
        ...row,
        ...(await readRoute(tx, processOf(found.id), row.round)),
        given: await givenReasons(tx, found.id),
        exposureVersion: await accountVersion(tx, found.customerId, found.currency),
        dossier: await readDossier(tx, store, at, dossierOf({ ...row, customerId: found.customerId })),
      };
    });
}

/** Every reason given for an application, the first first, as the record holds them: none replaces another. */
async function givenReasons(db: Tx, id: string): Promise<GivenReason[]> {
  const { rows } = await sql<GivenReason>`
    select replace(action, 'credit-application.', '') as act, reason, actor_id as by, business_at as at from audit
    where subject_kind = 'credit-application' and subject_id = ${id} and reason is not null
      and action in ('credit-application.submitted', 'credit-application.returned', 'credit-application.resubmitted', 'credit-application.withdrawn')
    order by seq`.execute(db);
  return rows;
}
