import { sql } from 'kysely';
import { readable } from '../../domain/platform/readable.ts';
import type { Database, Tx } from '../platform/database.ts';
import type { Moment, Store, Work } from '../platform/transaction.ts';
import { readExposure } from './exposure.ts';
import type { Exposure } from './exposure.ts';
import { contentHash } from '../platform/content-hash.ts';

/** Money of one currency. */
interface Trade {
  currency: string;
  invoicedMinor: number;
  paidMinor: number;
  openMinor: number;
  overdueMinor: number;
  oldestDueDate: string | null;
  invoices: number;
}

/** What whoever decides on credit reads, amounts as decimal text. Plain JSON; the same facts give the same hash. */
export interface DecisionDossier {
  customer: Record<string, unknown>;
  profile: Record<string, unknown> | null;
  /** The stored verdict: score, grade, characteristics with their reasons, proposal, facts with source and age. */
  assessment: Record<string, unknown> | null;
  exposure: Record<string, unknown> | null;
  /** Of the last twelve months; what is open, whatever its age. */
  trades: readonly Record<string, unknown>[];
  reconciliation: Record<string, unknown>;
  /** The newest first. */
  contacts: readonly Record<string, unknown>[];
  promises: readonly Record<string, unknown>[];
  disputes: readonly Record<string, unknown>[];
  warnings: readonly Record<string, unknown>[];
  /** Earlier applications and what became of them. */
  history: readonly Record<string, unknown>[];
  path: readonly Record<string, unknown>[];
}

const NOTES = 10;

/** Whose dossier, and for which decision. */
export interface DossierOf {
  customerId: string;
  currency: string;
  /** Workflow id of the process that decides. */
  process: string;
  /** The verdict it rests on; `latest`: the newest on record. */
  assessmentId: string | 'latest' | null;
  /** The application that is decided on: it is no part of its own history. */
  applicationId: string | null;
}

/** All that is known of a customer for a decision on its credit, as the record stands now. */
export async function readDossier(
  db: Database | Tx,
  store: Store,
  at: Moment,
  { customerId, currency, process, assessmentId, applicationId }: DossierOf,
): Promise<DecisionDossier> {
  const latest = assessmentId === 'latest';
  const { rows } = await sql<Omit<DecisionDossier, 'exposure' | 'trades'>>`
    select
      jsonb_build_object('externalId', c.external_id, 'name', c.name, 'type', c.type, 'tier', c.tier, 'region', c.region, 'group', c.group_code,
        'payer', c.payer_code, 'owner', c.owner, 'currency', c.currency, 'termsDays', c.terms_days, 'taxRate', c.tax_rate, 'version', c.version) as customer,
      (select jsonb_build_object('grade', p.grade, 'score', p.score, 'maxTermsDays', p.max_terms_days, 'gradedAt', p.graded_at, 'validUntil',
        p.valid_until, 'reviewOn', p.review_on, 'licenceUntil', p.licence_until, 'listed', p.listed) from credit_profile p
        where p.customer_id = c.id) as profile,
      (select jsonb_build_object('id', s.id, 'at', s.at, 'score', s.score, 'grade', s.grade, 'verdict', s.verdict, 'proposal', s.proposal, 'facts',
        s.facts, 'policyVersions', s.policy_versions, 'factsHash', s.facts_hash) from assessment s where s.customer_id = c.id and (${latest} or s.id = ${latest ? null : assessmentId}::uuid)
        order by s.at desc, s.id limit 1) as assessment,
      (select jsonb_build_object('differences', coalesce((select jsonb_agg(jsonb_build_object('subject', o.subject, 'since', o.opened_at, 'state', o.state)
        order by o.opened_at, o.id) from work_order o where o.customer_id = c.id and o.kind like 'reconciliation%' and o.closed_at is null), '[]'),
        'facts', coalesce((select jsonb_object_agg(f.name, jsonb_build_object('value', f.value, 'asOf', f.as_of, 'source', f.source)) from profile_fact f
          where f.customer_id = c.id and f.superseded_at is null and f.source = 'reconciliation'), '{}'))) as reconciliation,
      (select coalesce(jsonb_agg(x order by x.at desc, x.id), '[]') from (select l.id, l.at, l.kind, l.outcome, l.note from contact_log l
        where l.customer_id = c.id order by l.at desc, l.id limit ${NOTES}) x) as contacts,
      (select coalesce(jsonb_agg(x order by x.on desc, x.id), '[]') from (select p.id, p.due_on as "on", p.state, p.amount_minor as "amountMinor",
        r.currency from promise p join receivable r on r.id = p.receivable_id where p.customer_id = c.id order by p.due_on desc, p.id limit ${NOTES}) x) as promises,
      (select coalesce(jsonb_agg(x order by x.at desc, x.id), '[]') from (select d.id, d.opened_at as at, d.state, d.category,
        d.amount_minor as "amountMinor", r.currency from dispute d join receivable r on r.id = d.receivable_id where d.customer_id = c.id
        order by d.opened_at desc, d.id limit ${NOTES}) x) as disputes,
      (select coalesce(jsonb_agg(jsonb_build_object('kind', w.kind, 'severity', w.severity, 'at', w.raised_at, 'detail', w.detail) order by w.raised_at desc, w.id), '[]')
        from early_warning w where w.customer_id = c.id and w.closed_at is null) as warnings,
      (select coalesce(jsonb_agg(jsonb_build_object('externalId', h.external_id, 'kind', h.kind, 'state', h.state, 'submittedAt', h.submitted_at,
        'granted', h.granted) order by h.submitted_at desc, h.id), '[]') from credit_application h
        where h.customer_id = c.id and h.id is distinct from ${applicationId}::uuid) as history,
      (select coalesce(jsonb_agg(jsonb_build_object('round', s.round, 'tier', s.tier, 'role', s.role, 'state', s.state, 'decidedBy', s.decided_by,
        'at', s.decided_at, 'reason', s.reason, 'verdict', s.verdict) order by s.round, s.tier, s.role), '[]') from approval s
        where s.process = ${process}) as path
    from customer c where c.id = ${customerId}::uuid`.execute(db);
  const facts = rows[0];
  if (!facts) throw new Error(`no customer ${customerId}`);
  const exposure = await readExposure(db, store, at, { customerId, currency });
  const version = await accountVersion(db, customerId, currency);
  const file = {
    ...facts,
    exposure: exposure && exposureOf(exposure, version),
    trades: await readTrades(db, customerId, at.today),
  };
  return readable(file, currency) as DecisionDossier;
}

const exposureOf = ({ accounts, payer, group }: Exposure, version: number) => ({
  version,
  accounts: accounts.map(({ balances, ...account }) => ({ ...account, balancesMinor: balances })),
  payer,
  group,
});

async function readTrades(db: Database | Tx, customerId: string, today: string): Promise<Trade[]> {
  const { rows } = await sql<Trade>`
    select r.currency, count(distinct r.invoice_id) filter (where i.issue_date > ${today}::date - 365)::int as invoices,
      to_jsonb(coalesce(sum(r.amount_minor) filter (where i.issue_date > ${today}::date - 365), 0)) as "invoicedMinor",
      to_jsonb(coalesce(sum(r.paid_minor) filter (where i.issue_date > ${today}::date - 365), 0)) as "paidMinor",
      to_jsonb(sum(r.amount_minor - r.paid_minor - r.credited_minor - r.written_off_minor)) as "openMinor",
      to_jsonb(coalesce(sum(r.amount_minor - r.paid_minor - r.credited_minor - r.written_off_minor) filter (where r.due_date < ${today}::date), 0)) as "overdueMinor",
      min(r.due_date) filter (where r.amount_minor > r.paid_minor + r.credited_minor + r.written_off_minor) as "oldestDueDate"
    from receivable r join invoice i on i.id = r.invoice_id where r.customer_id = ${customerId}::uuid and not r.withdrawn
    group by r.currency order by r.currency`.execute(db);
  return rows;
}

/** Version of the account that bears a customer in a currency; 0 when none is open. Locked when the grant depends on it. */
export async function accountVersion(db: Database | Tx, customerId: string, currency: string, lock = false): Promise<number> {
  const { rows } = await sql<{ version: number }>`
    select a.version from credit_member m join credit_account a on a.id = m.account_id
    where m.customer_id = ${customerId}::uuid and m.currency = ${currency} ${lock ? sql`for no key update of a` : sql``}`.execute(
    db,
  );
  return rows[0]?.version ?? 0;
}

/** Keeps what lies before the decider, once, under the SHA-256 of its canonical JSON [RFC 8785], as it is read again. */
export async function keepDossier({ tx, at }: Work, dossier: DecisionDossier): Promise<string> {
  const content = JSON.stringify(dossier);
  const hash = contentHash(JSON.parse(content));
  await sql`
    insert into decision_dossier (hash, content, kept_at) values (${hash}, ${content}::jsonb, ${at.now}::timestamptz)
    on conflict (hash) do nothing`.execute(tx);
  return hash;
}
