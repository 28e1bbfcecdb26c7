import { sql } from 'kysely';
import type { Actor } from '../../domain/platform/actor.ts';
import type { BusinessDate, Instant } from '../../domain/platform/calendar.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import type { AdjustmentKind, AdjustmentState } from '../../domain/reconciliation/adjustment.ts';
import type { LineKind } from '../../domain/reconciliation/classify.ts';
import type { DifferenceKind, DifferenceState } from '../../domain/reconciliation/difference.ts';
import type { MatchRule } from '../../domain/reconciliation/match.ts';
import type { Database } from '../platform/database.ts';
import { instantOf, instantOrNull, isOurId } from '../platform/rows.ts';
import { seesCustomer } from '../access/scope.ts';

export const customerStatementStates = ['open', 'settled', 'superseded', 'withdrawn'] as const;
export type CustomerStatementState = (typeof customerStatementStates)[number];

/** A statement of the customer's; amounts in minor units. */
export interface CustomerStatementRow {
  id: string;
  externalId: string;
  customer: string;
  currency: string;
  basis: 'open-items' | 'movements';
  from: BusinessDate | null;
  asOf: BusinessDate;
  totalMinor: number;
  state: CustomerStatementState;
  receivedAt: Instant;
  receivedBy: string;
}
export interface MatchView {
  id: string;
  rule: MatchRule;
  confidence: number;
  state: 'taken' | 'proposed' | 'accepted' | 'rejected';
  ours: { id: string; number: string | null; on: BusinessDate; amountMinor: number }[];
  lines: number[];
  differenceMinor: number;
  decidedBy: string | null;
  reason: string | null;
}
export interface CustomerStatementView extends CustomerStatementRow {
  lines: {
    line: number;
    kind: LineKind;
    number: string | null;
    on: BusinessDate;
    quantity: string | null;
    amountMinor: number;
  }[];
  matches: MatchView[];
  differences: DifferenceView[];
}

const state = sql`case when s.withdrawn_at is not null then 'withdrawn' when s.superseded_by is not null then 'superseded'
  when s.settled_at is not null then 'settled' else 'open' end`;
const row = sql`s.id, s.external_id as "externalId", c.external_id as customer, s.currency, s.basis, s.from_date as "from", s.as_of as "asOf",
  s.total_minor as "totalMinor", ${state} as state, s.received_at as "receivedAt", s.received_by as "receivedBy"`;
const ofCustomer = (customer: string) =>
  sql<boolean>`(c.external_id = ${customer} or c.id = ${isOurId(customer) ? customer : null}::uuid)`;

interface CustomerStatementFilter {
  customer?: string | undefined;
  state?: CustomerStatementState | undefined;
  after?: string | undefined;
}

/** Statements of customers the actor may see, newest first; one more than `limit` when there are more. */
export async function listCustomerStatements(
  db: Database,
  actor: Actor,
  filter: CustomerStatementFilter,
  limit: number,
): Promise<CustomerStatementRow[]> {
  const conditions = [
    seesCustomer(actor),
    ...(filter.customer === undefined ? [] : [ofCustomer(filter.customer)]),
    ...(filter.state === undefined ? [] : [sql<boolean>`${state} = ${filter.state}`]),
    ...(filter.after === undefined ? [] : [sql<boolean>`s.id < ${filter.after}::uuid`]),
  ];
  const { rows } = await sql<CustomerStatementRow>`
    select ${row} from customer_statement s join customer c on c.id = s.customer_id where ${sql.join(conditions, sql` and `)}
    order by s.id desc limit ${limit + 1}`.execute(db);
  return rows;
}

/** A statement of the customer's with its lines, what answers them, and what does not agree. Throws Refusal `not-found`. */
export async function readCustomerStatement(db: Database, actor: Actor, id: string): Promise<CustomerStatementView> {
  const { rows } = await sql<Omit<CustomerStatementView, 'differences'>>`
    select ${row},
      (select coalesce(jsonb_agg(jsonb_build_object('line', l.line, 'kind', l.kind, 'number', l.number, 'on', l.on_date,
        'quantity', trim_scale(l.quantity)::text, 'amountMinor', l.amount_minor) order by l.line), '[]')
        from customer_statement_line l where l.statement_id = s.id) as lines,
      (select coalesce(jsonb_agg(jsonb_build_object('id', m.id, 'rule', m.rule, 'confidence', m.confidence, 'state', m.state, 'ours', m.ours,
        'lines', m.theirs, 'differenceMinor', m.theirs_minor - m.ours_minor, 'decidedBy', m.decided_by, 'reason', m.reason) order by m.made_at, m.key), '[]')
        from reconciliation_match m where m.statement_id = s.id and m.put_aside_at is null) as matches
    from customer_statement s join customer c on c.id = s.customer_id
    where (s.external_id = ${id} or s.id = ${isOurId(id) ? id : null}::uuid) and ${seesCustomer(actor)}
    order by s.external_id = ${id} desc limit 1`.execute(db);
  const found = rows[0];
  if (!found) throw new Refusal('not-found', { id });
  const differences = await differencesWhere(db, [sql<boolean>`d.customer_statement_id = ${found.id}::uuid`], MOST_DIFFERENCES);
  return { ...found, differences };
}

const MOST_DIFFERENCES = 5_000;

/** A difference with what was proposed about it; amounts in minor units. */
export interface DifferenceView {
  id: string;
  customer: string;
  statementId: string | null;
  customerStatementId: string | null;
  kind: DifferenceKind;
  currency: string;
  amountMinor: number;
  number: string | null;
  on: BusinessDate;
  receivableId: string | null;
  payment: string | null;
  state: DifferenceState;
  openedAt: Instant;
  closedAt: Instant | null;
  closedBy: string | null;
  reason: string | null;
  adjustments: {
    id: string;
    kind: AdjustmentKind;
    state: AdjustmentState;
    amountMinor: number;
    proposedBy: string;
    proposedAt: Instant;
    reason: string;
    decidedBy: string | null;
    decidedAt: Instant | null;
    decisionReason: string | null;
  }[];
}

interface DifferenceFilter {
  customer?: string | undefined;
  state?: DifferenceState | undefined;
  kind?: DifferenceKind | undefined;
  after?: string | undefined;
}

/** Differences of customers the actor may see, newest first; one more than `limit` when there are more. */
export function listDifferences(db: Database, actor: Actor, filter: DifferenceFilter, limit: number): Promise<DifferenceView[]> {
  const conditions = [
    seesCustomer(actor),
    ...(filter.customer === undefined ? [] : [ofCustomer(filter.customer)]),
    ...(filter.state === undefined ? [] : [sql<boolean>`d.state = ${filter.state}`]),
    ...(filter.kind === undefined ? [] : [sql<boolean>`d.kind = ${filter.kind}`]),
    ...(filter.after === undefined ? [] : [sql<boolean>`d.id < ${filter.after}::uuid`]),
  ];
  return differencesWhere(db, conditions, limit + 1);
}

/** One difference. Throws Refusal `not-found`. */
export async function readDifference(db: Database, actor: Actor, id: string): Promise<DifferenceView> {
  const [found] = await differencesWhere(db, [seesCustomer(actor), sql<boolean>`d.id = ${isOurId(id) ? id : null}::uuid`], 1);
  if (!found) throw new Refusal('not-found', { id });
  return found;
}

async function differencesWhere(
  db: Database,
  conditions: readonly ReturnType<typeof seesCustomer>[],
  limit: number,
): Promise<DifferenceView[]> {
  const { rows } = await sql<DifferenceView>`
    select d.id, c.external_id as customer, d.statement_id as "statementId", d.customer_statement_id as "customerStatementId", d.kind, d.currency,
      d.amount_minor as "amountMinor", d.number, d.on_date as "on", d.receivable_id as "receivableId", p.external_id as payment, d.state,
      d.opened_at as "openedAt", d.closed_at as "closedAt", d.closed_by as "closedBy", d.reason,
      (select coalesce(jsonb_agg(jsonb_build_object('id', j.id, 'kind', j.kind, 'state', j.state, 'amountMinor', j.amount_minor, 'proposedBy', j.proposed_by,
        'proposedAt', j.proposed_at, 'reason', j.reason, 'decidedBy', j.decided_by, 'decidedAt', j.decided_at, 'decisionReason', j.decision_reason)
        order by j.proposed_at, j.id), '[]') from reconciliation_adjustment j where j.difference_id = d.id) as adjustments
    from reconciliation_difference d join customer c on c.id = d.customer_id left join payment p on p.id = d.payment_id
    where ${sql.join([...conditions], sql` and `)} order by d.id desc limit ${limit}`.execute(db);
  return rows.map((one) => ({
    ...one,
    adjustments: one.adjustments.map((adjustment) => ({
      ...adjustment,
      proposedAt: instantOf(adjustment.proposedAt),
      decidedAt: instantOrNull(adjustment.decidedAt),
    })),
  }));
}
