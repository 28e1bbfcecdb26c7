import { sql } from 'kysely';
import { addMonths } from '../../domain/platform/calendar.ts';
import type { BusinessDate } from '../../domain/platform/calendar.ts';
import type { ApplicationKind, Offer } from '../../domain/credit/application.ts';
import { assess } from '../../domain/credit/assess.ts';
import type { Assessment, AssessmentInput } from '../../domain/credit/assess.ts';
import { connectorOf, factNames, toldAs } from '../../domain/credit/facts.ts';
import type { ConnectorName } from '../../domain/credit/facts.ts';
import { connectorsFor, staleFacts } from '../../domain/credit/profile.ts';
import { questionOf, routeOf } from '../../domain/credit/route.ts';
import type { DecisionTables } from '../../domain/policies/tables.ts';
import type { Database, Tx } from '../platform/database.ts';
import { readDepartures } from '../platform/departures.ts';
import type { Deployment } from '../platform/departures.ts';
import type { Store, Work } from '../platform/transaction.ts';
import { unitOf, wayOf } from '../approvals/way.ts';
import type { Way } from '../approvals/way.ts';
import { lastAnswers } from './connector-calls.ts';
import { collectDossier } from './dossier.ts';
import { peerFigures } from './peers.ts';
import { contentHash } from '../platform/content-hash.ts';

/** What an application is judged on. */
export interface JudgedApplication {
  id: string;
  customerId: string;
  kind: ApplicationKind;
  offer: Offer;
}

/** Facts a decision must not rest on: stale, or never told though somebody here can tell. */
export interface WantedFacts {
  facts: readonly string[];
  /** Those that can tell them. */
  connectors: readonly ConnectorName[];
}

/** A verdict with all it was made of, as its row keeps it. */
export interface StoredAssessment {
  id: string;
  input: AssessmentInput;
  verdict: Assessment;
  policyVersion: string;
}

/** What applications need of profile, scorecard and approval matrix. */
export interface CreditJudge {
  wanted(work: Work, of: JudgedApplication): Promise<WantedFacts>;
  /** Judges the customer and keeps the verdict with all it was made of. */
  assess(work: Work, of: JudgedApplication): Promise<StoredAssessment>;
  route(store: Store, assessment: StoredAssessment): Promise<Way>;
}

/** The judge over our own policies. `deployment`: which data providers can be asked here; those that may not be asked now count as absent. */
export function creditJudge(tables: DecisionTables, deployment: Deployment): CreditJudge {
  return {
    async wanted({ tx, at, store }, { customerId }) {
      const { providers } = await readDepartures(tx, store, deployment);
      const live = (name: ConnectorName | null): boolean => name !== null && providers.includes(name);
      const facts = await collectDossier(tx, store, at, customerId);
      const { current } = await store.policies.current();
      const judged = new Set(current.scorecard.content.characteristics.map(({ fact }) => toldAs(fact)));
      const needed = factNames.filter((name) => judged.has(name) && live(connectorOf(name)));
      const answered = (await lastAnswers(tx, store.zone, [customerId])).get(customerId);
      const { freshness } = current['credit-rules'].content;
      const stale = staleFacts(facts, freshness, at.today, needed, answered).filter(({ name }) => judged.has(name));
      return { facts: stale.map(({ name }) => name), connectors: connectorsFor(stale).filter(live) };
    },
    async assess(work, of) {
      const { store } = work;
      const input = await inputOf(work, of);
      const { current } = await store.policies.current();
      const verdict = await assess(input, current, tables);
      return keepAssessment(work, of, input, verdict);
    },
    async route(store, { input, verdict }) {
      const { current } = await store.policies.current();
      const { version, content } = current['approval-matrix'];
      const unitMinor = unitOf(current.grades.content, input.currency);
      return wayOf(routeOf(questionOf(input, verdict, unitMinor), content), version);
    },
  };
}

/** Until when what is granted holds, and when it is looked at again: as the verdict's grade has it. */
export function validityOf({ proposal }: Assessment, today: BusinessDate): { validUntil: BusinessDate; reviewOn: BusinessDate } {
  return { validUntil: addMonths(today, proposal.validMonths), reviewOn: addMonths(today, proposal.reviewMonths) };
}

async function inputOf({ tx, at, store }: Work, of: JudgedApplication): Promise<AssessmentInput> {
  const facts = await collectDossier(tx, store, at, of.customerId);
  const { limitMinor, termsDays, currency } = of.offer;
  const { rows } = await sql<{ sme: boolean | null; lines: string[]; limitMinor: number | null; termsDays: number | null }>`
    select c.creditor_was_sme as sme, p.max_terms_days as "termsDays",
      (select coalesce(jsonb_agg(distinct l.product_line order by l.product_line), '[]') from sales_order o join order_line l on l.order_id = o.id
        where o.customer_id = c.id and o.created_at > ${at.now}::timestamptz - interval '1 year' and l.product_line is not null) as lines,
      (select max(l.amount_minor) from credit_member m join credit_account a on a.id = m.account_id join credit_limit l on l.account_id = a.id
        where m.customer_id = c.id and m.currency = ${currency} and l.kind = 'standing' and l.revoked_at is null and l.valid_from <= ${at.today}::date
          and (l.valid_until is null or l.valid_until >= ${at.today}::date)) as "limitMinor"
    from customer c left join credit_profile p on p.customer_id = c.id where c.id = ${of.customerId}::uuid`.execute(tx);
  const [row] = rows;
  const productLines = row?.lines ?? [];
  const { current } = await store.policies.current();
  const peers = await peerFigures(tx, store, at, { customerId: of.customerId, facts, productLines }, current.scorecard.content);
  return {
    today: at.today,
    currency,
    facts,
    peers,
    productLines,
    creditorWasSme: row?.sme ?? null,
    asked: { kind: of.kind, limitMinor, termsDays },
    standing: { limitMinor: row?.limitMinor ?? null, termsDays: row?.termsDays ?? null },
  };
}

async function keepAssessment(
  { tx, at }: Work,
  of: JudgedApplication,
  input: AssessmentInput,
  verdict: Assessment,
): Promise<StoredAssessment> {
  const { rows } = await sql<{ id: string }>`
    insert into assessment (customer_id, application_id, at, policy_versions, facts, score, grade, verdict, proposal, facts_hash)
    values (${of.customerId}::uuid, ${of.id}::uuid, ${at.now}::timestamptz, ${JSON.stringify(verdict.policyVersions)}::jsonb,
      ${JSON.stringify(input)}::jsonb, ${verdict.score}, ${verdict.grade}, ${JSON.stringify(verdict)}::jsonb,
      ${JSON.stringify(verdict.proposal)}::jsonb, ${contentHash(input)}) returning id`.execute(tx);
  const id = rows[0]?.id;
  if (id === undefined) throw new Error('an assessment was not kept');
  return { id, input, verdict, policyVersion: versionText(verdict.policyVersions) };
}

/** A stored verdict. */
export async function readAssessment(db: Database | Tx, id: string): Promise<StoredAssessment> {
  const { rows } = await sql<{ input: AssessmentInput; verdict: Assessment }>`
    select facts as input, verdict from assessment where id = ${id}::uuid`.execute(db);
  const row = rows[0];
  if (!row) throw new Error(`no assessment ${id}`);
  return { id, ...row, policyVersion: versionText(row.verdict.policyVersions) };
}

/** Versions as one text: `grades/1, scorecard/2`. */
const versionText = (versions: Readonly<Record<string, number>>): string =>
  Object.entries(versions)
    .map(([kind, version]) => `${kind}/${version}`)
    .sort()
    .join(', ');
