import { sql } from 'kysely';
import type { Actor } from '../../domain/platform/actor.ts';
import type { Instant } from '../../domain/platform/calendar.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import type { Database } from '../platform/database.ts';
import { seesCustomer } from '../access/scope.ts';

/** A decision that rests on a credit file. */
export interface CreditFileDecision {
  process: string;
  round: number;
  tier: number;
  role: string;
  state: string;
  by: string;
  onBehalfOf: string | null;
  at: Instant;
  reason: string;
}

/** A credit file as it was kept when somebody decided on it. */
export interface CreditFile {
  hash: string;
  keptAt: Instant;
  content: Record<string, unknown>;
  /** Those on customers the actor may see, the first first. */
  decisions: CreditFileDecision[];
}

/** The credit file of a hash, for whoever may see a customer it was decided on for. Throws Refusal `not-found`. */
export async function readCreditFile(db: Database, actor: Actor, hash: string): Promise<CreditFile> {
  const { rows: decisions } = await sql<CreditFileDecision>`
    select a.process, a.round, a.tier, a.role, a.state, a.decided_by as by, a.on_behalf_of as "onBehalfOf", a.decided_at as at, a.reason
    from approval a join (
      select 'credit-application-' || id as process, customer_id from credit_application
      union all select 'order-hold-' || id, customer_id from order_hold
      union all select 'shipment-hold-' || id, customer_id from shipment_hold) p on p.process = a.process
      join customer c on c.id = p.customer_id
    where a.dossier_hash = ${hash} and ${seesCustomer(actor)} order by a.decided_at, a.process, a.tier, a.role`.execute(db);
  // What policy granted by itself rests on a file that no person decided on.
  const { rows } = await sql<Omit<CreditFile, 'decisions'>>`
    select hash, kept_at as "keptAt", content from decision_dossier where hash = ${hash} and (${decisions.length > 0} or exists (
      select from credit_application g join customer c on c.id = g.customer_id where g.dossier_hash = ${hash} and ${seesCustomer(actor)}))`.execute(
    db,
  );
  const [file] = rows;
  if (!file) throw new Refusal('not-found', { id: hash });
  return { ...file, decisions };
}
