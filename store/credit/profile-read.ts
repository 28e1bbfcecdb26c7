import { sql } from 'kysely';
import type { Actor } from '../../domain/platform/actor.ts';
import type { BusinessDate, Instant } from '../../domain/platform/calendar.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import type { ConnectorProblem } from '../../domain/credit/connectors.ts';
import type { ConnectorName, FactName, FactSource } from '../../domain/credit/facts.ts';
import { staleFacts } from '../../domain/credit/profile.ts';
import type { Facts, FactValue, FreshnessLimits, StaleFact } from '../../domain/credit/profile.ts';
import { isOurId } from '../platform/rows.ts';
import { seesCustomer } from '../access/scope.ts';
import { momentOf } from '../platform/transaction.ts';
import type { Store } from '../platform/transaction.ts';
import { collectDossier } from './dossier.ts';
import { shownValue } from './facts.ts';
import { listWarnings } from './watch-read.ts';
import type { WarningView } from './watch-read.ts';

export interface ConnectorCallView {
  connector: ConnectorName;
  state: 'asked' | 'answered' | 'failed' | 'unavailable';
  problem: ConnectorProblem | null;
  askedAt: Instant;
  answeredAt: Instant | null;
}

export interface AccountView {
  currency: string;
  limitMinor: number | null;
  limitUntil: BusinessDate | null;
  reservedMinor: number;
  orderedMinor: number;
  deliveredMinor: number;
  openMinor: number;
  billsMinor: number;
  depositsMinor: number;
  version: number;
}

interface Standing {
  id: string;
  externalId: string;
  name: string;
  score: number | null;
  grade: string | null;
  gradedAt: Instant | null;
  validUntil: BusinessDate | null;
  reviewOn: BusinessDate | null;
  maxTermsDays: number | null;
  reasons: Record<string, unknown> | null;
  /** The customer's own. */
  currency: string;
  connectors: ConnectorCallView[];
  accounts: AccountView[];
}

export interface ProfileView extends Standing {
  today: BusinessDate;
  facts: Facts;
  limits: FreshnessLimits;
  stale: StaleFact[];
  warnings: WarningView[];
}

const FEW_WARNINGS = 50;

/** All that is known of a customer, as a decision would see it now. Throws Refusal `not-found`. */
export async function readProfile(store: Store, actor: Actor, customer: string): Promise<ProfileView> {
  const at = await momentOf(store.db, store);
  const standing = await readStanding(store, actor, customer, at.today);
  const facts = await collectDossier(store.db, store, at, standing.id);
  const { current } = await store.policies.current();
  const limits = current['credit-rules'].content.freshness;
  return {
    ...standing,
    today: at.today,
    facts,
    limits,
    stale: staleFacts(facts, limits, at.today),
    warnings: await listWarnings(store, actor, { customer: standing.id, open: true }, FEW_WARNINGS),
  };
}

async function readStanding(store: Store, actor: Actor, customer: string, today: BusinessDate): Promise<Standing> {
  const { rows } = await sql<Standing>`
    select c.id, c.external_id as "externalId", c.name, c.currency, p.score, p.grade, p.graded_at as "gradedAt", p.valid_until as "validUntil",
      p.review_on as "reviewOn", p.max_terms_days as "maxTermsDays",
      (select a.verdict from assessment a where a.customer_id = c.id order by a.at desc limit 1) as reasons,
      coalesce((select jsonb_agg(to_jsonb(n) order by n.connector) from (
        select distinct on (connector) connector, state, problem, asked_at as "askedAt", answered_at as "answeredAt" from connector_call k
        where k.customer_id = c.id order by connector, k.asked_at desc, k.id desc) n), '[]') as connectors,
      coalesce((select jsonb_agg(jsonb_build_object('currency', a.currency, 'limitMinor', l.amount_minor, 'limitUntil', l.valid_until,
          'reservedMinor', a.reserved_minor, 'orderedMinor', a.ordered_minor, 'deliveredMinor', a.delivered_minor, 'openMinor', a.open_minor,
          'billsMinor', a.bills_minor, 'depositsMinor', a.deposits_minor, 'version', a.version) order by a.currency)
        from credit_member m join credit_account a on a.id = m.account_id
        left join lateral (select amount_minor, valid_until from credit_limit l where l.account_id = a.id and l.revoked_at is null
          and l.valid_from <= ${today}::date and (l.valid_until is null or l.valid_until >= ${today}::date)
          order by l.amount_minor desc limit 1) l on true
        where m.customer_id = c.id), '[]') as accounts
    from customer c left join credit_profile p on p.customer_id = c.id
    where (c.external_id = ${customer} or c.id = ${isOurId(customer) ? customer : null}::uuid) and ${seesCustomer(actor)}
    order by c.external_id = ${customer} desc limit 1`.execute(store.db);
  const row = rows[0];
  if (!row) throw new Refusal('not-found', { id: customer });
  return row;
}

export interface FactEntry {
  value: FactValue;
  asOf: BusinessDate;
  source: FactSource;
  evidence: unknown;
  recordedAt: Instant;
  recordedBy: string;
  current: boolean;
}

const MOST_ENTRIES = 500;

/** What was ever known of one fact, newest first; secrets by their last characters. Throws Refusal `not-found`. */
export async function readFactHistory(store: Store, actor: Actor, customer: string, name: FactName): Promise<FactEntry[]> {
  const { today } = await momentOf(store.db, store);
  const { id } = await readStanding(store, actor, customer, today);
  const { rows } = await sql<FactEntry>`
    select value, as_of as "asOf", source, evidence, recorded_at as "recordedAt", recorded_by as "recordedBy", superseded_at is null as current
    from profile_fact where customer_id = ${id}::uuid and name = ${name} order by recorded_at desc, id desc limit ${MOST_ENTRIES}`.execute(
    store.db,
  );
  return rows.map((row) => ({ ...row, value: shownValue(name, row.value) }));
}
