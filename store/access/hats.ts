import { sql } from 'kysely';
import { inScope, roles } from '../../domain/platform/actor.ts';
import type { Actor, Permission, Role } from '../../domain/platform/actor.ts';
import type { BusinessDate } from '../../domain/platform/calendar.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import { refusalBy } from '../../domain/platform/refused.ts';
import { seatFor } from '../../domain/approvals/seats.ts';
import type { Decider, Hat, Seat } from '../../domain/approvals/seats.ts';
import type { Database, Tx } from '../platform/database.ts';
import { isOurId } from '../platform/rows.ts';

/** A credential in force holds the role, by Postgres' time, as of this moment. */
const IN_FORCE = sql`k.revoked_at is null and (k.expires_at is null or k.expires_at > clock_timestamp())`;

/** Whose credit is decided on, by our words for it. */
export interface DecidedCustomer {
  /** What is decided on, as its sender names it. */
  externalId: string;
  region: string | null;
  owner: string | null;
}

/** What is worked on or decided on belongs to a customer; null: to none, which only who has no bounds sees. */
type Row = Pick<DecidedCustomer, 'region' | 'owner'> | null;

interface GivenHat extends Hat {
  scope: Actor['scope'];
}

/** A hat reaches no further than whoever gave it. */
const reaches = ({ role, scope, onBehalfOf }: GivenHat, of: Row): boolean =>
  inScope({ kind: 'key', id: onBehalfOf ?? '', role, scope }, of ?? {});

/**
 * Who decides, in every role they may wear today: their own, and those of absent people who named them. Of a customer (or `null`, none):
 * only the hats whose giver sees it.
 */
export async function deciderOf(db: Database | Tx, actor: Actor, today: BusinessDate, of?: Row): Promise<Decider> {
  const given = await givenTo(db, actor, today);
  return wearing(actor, of === undefined ? given : given.filter((hat) => reaches(hat, of)));
}

async function givenTo(db: Database | Tx, actor: Actor, today: BusinessDate): Promise<GivenHat[]> {
  const { rows } = await sql<GivenHat>`
    select d.role, d.from_actor as "onBehalfOf", k.scope from delegation d
    join api_key k on k.id::text = d.from_actor and k.role = d.role and ${IN_FORCE}
    where d.to_actor = ${actor.id} and d.revoked_at is null and ${today}::date between d.valid_from and d.valid_until
    order by d.created_at, d.id`.execute(db);
  return rows;
}

function wearing(actor: Actor, given: readonly GivenHat[]): Decider {
  const own: Hat[] = actor.role === 'system' ? [] : [{ role: actor.role, onBehalfOf: null }];
  return { actor, hats: [...own, ...given.map(({ role, onBehalfOf }) => ({ role, onBehalfOf }))] };
}

/**
 * The same, read under lock from the credential itself: a role that was taken away, or a delegation revoked, ends with the decision that
 * comes after it; nor is a hat worn for a customer its giver looks after. Throws Refusal `forbidden`.
 */
export async function stillDecider(
  tx: Tx,
  claimed: Actor,
  today: BusinessDate,
  of: Row,
  verb: Permission = 'credit.decide',
): Promise<Decider> {
  const { rows } = await sql<{ role: string; scope: Actor['scope'] }>`
    select k.role, k.scope from api_key k where k.id = ${isOurId(claimed.id) ? claimed.id : null}::uuid and ${IN_FORCE}
    for share of k`.execute(tx);
  const found = rows[0];
  const role = roles.find((known): known is Role => known === found?.role);
  if (!found || !role || role !== claimed.role) throw new Refusal('forbidden', { verb });
  const actor = { kind: claimed.kind, id: claimed.id, role, scope: found.scope };
  const given = await givenTo(tx, actor, today);
  return wearing(
    actor,
    given.filter((hat) => reaches(hat, of) && !looksAfter(hat, of)),
  );
}

const looksAfter = ({ scope }: { scope: Actor['scope'] }, of: Row): boolean =>
  of !== null && of.owner !== null && of.owner === scope.owner;

/**
 * Rows are seen by region; whoever looks after a customer sells to it, and does not decide on its credit. Throws Refusal `not-found`,
 * `own-customer`.
 */
export function lookAtDecider(of: DecidedCustomer, actor: Actor): void {
  if (!inScope(actor, of)) throw new Refusal('not-found', { id: of.externalId });
  if (looksAfter(actor, of)) throw new Refusal('own-customer');
}

/** The seat a decider takes and in which role, by the facts of now. Throws the Refusal that `seatFor` answers. */
export function takenSeat<Case extends Seat>(seats: readonly Case[], requestedBy: string, by: Decider): { seat: Case; hat: Hat } {
  const seated = seatFor(seats, requestedBy, by);
  if ('refused' in seated) throw refusalBy(seated.refused);
  const seat = seats.find(({ tier, role }) => tier === seated.seat.tier && role === seated.seat.role);
  if (!seat) throw new Error('an approver slot that is not there was taken');
  return { seat, hat: seated.hat };
}
