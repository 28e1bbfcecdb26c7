import { sql } from 'kysely';
import type { Actor } from '../../domain/platform/actor.ts';
import type { BusinessDate, Instant } from '../../domain/platform/calendar.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import type { AnswerVerdict, StatementState } from '../../domain/reconciliation/statement.ts';
import type { Database } from '../platform/database.ts';
import { instantOf, isOurId } from '../platform/rows.ts';
import { seesCustomer } from '../access/scope.ts';

/** A statement of ours; amounts in minor units. */
export interface StatementRow {
  id: string;
  customer: string;
  currency: string;
  asOf: BusinessDate;
  totalMinor: number;
  state: StatementState;
  issuedAt: Instant;
  issuedBy: string;
  respondBy: Instant;
  contentHash: string;
  supersededBy: string | null;
}
export interface StatementView extends StatementRow {
  lines: {
    line: number;
    kind: 'receivable' | 'payment' | 'credit-note';
    receivableId: string | null;
    number: string;
    on: BusinessDate;
    dueDate: BusinessDate | null;
    amountMinor: number;
  }[];
  answer: {
    verdict: AnswerVerdict;
    answeredOn: BusinessDate;
    by: string;
    channel: string;
    evidence: Record<string, string> | null;
    disputed: { line: number; theirsMinor: number; category: string; note: string }[];
    note: string;
    recordedAt: Instant;
    recordedBy: string;
  } | null;
}

// What its process is about to write follows from the same facts, so nobody reads it late.
const state = sql`case when a.verdict is not null then case a.verdict when 'confirmed' then 'agreed' else 'disputed' end
  when s.withdrawn_at is not null then 'withdrawn' when s.superseded_by is not null then 'superseded'
  when s.handed_over_at is not null then 'silent' else 'open' end`;
const row = sql`s.id, c.external_id as customer, s.currency, s.as_of as "asOf", s.total_minor as "totalMinor", ${state} as state, s.issued_at as "issuedAt",
  s.issued_by as "issuedBy", s.respond_by as "respondBy", s.content_hash as "contentHash", s.superseded_by as "supersededBy"`;
const from = sql`statement s join customer c on c.id = s.customer_id left join statement_answer a on a.statement_id = s.id`;

export interface StatementFilter {
  customer?: string | undefined;
  state?: StatementState | undefined;
  /** The last id of the page before. */
  after?: string | undefined;
}

const ofCustomer = (customer: string) =>
  sql<boolean>`(c.external_id = ${customer} or c.id = ${isOurId(customer) ? customer : null}::uuid)`;

/** Statements of customers the actor may see, newest first; one more than `limit` when there are more. */
export async function listStatements(
  db: Database,
  actor: Actor,
  filter: StatementFilter,
  limit: number,
): Promise<StatementRow[]> {
  const conditions = [
    seesCustomer(actor),
    ...(filter.customer === undefined ? [] : [ofCustomer(filter.customer)]),
    ...(filter.state === undefined ? [] : [sql<boolean>`${state} = ${filter.state}`]),
    ...(filter.after === undefined ? [] : [sql<boolean>`s.id < ${filter.after}::uuid`]),
  ];
  const { rows } = await sql<StatementRow>`
    select ${row} from ${from} where ${sql.join(conditions, sql` and `)} order by s.id desc limit ${limit + 1}`.execute(db);
  return rows;
}

/** A statement with its lines and its answer. Throws Refusal `not-found`. */
export async function readStatement(db: Database, actor: Actor, id: string): Promise<StatementView> {
  const { rows } = await sql<StatementView>`
    select ${row},
      (select coalesce(jsonb_agg(jsonb_build_object('line', l.line, 'kind', l.kind, 'receivableId', l.receivable_id, 'number', l.number, 'on', l.on_date,
        'dueDate', l.due_date, 'amountMinor', l.amount_minor) order by l.line), '[]') from statement_line l where l.statement_id = s.id) as lines,
      case when a.id is null then null else jsonb_build_object('verdict', a.verdict, 'answeredOn', a.answered_on, 'by', a.by_contact, 'channel', a.channel,
        'evidence', a.evidence, 'disputed', a.disputed, 'note', a.note, 'recordedAt', a.recorded_at, 'recordedBy', a.recorded_by) end as answer
    from ${from} where s.id = ${isOurId(id) ? id : null}::uuid and ${seesCustomer(actor)}`.execute(db);
  const found = rows[0];
  if (!found) throw new Refusal('not-found', { id });
  const { answer } = found;
  return { ...found, answer: answer && { ...answer, recordedAt: instantOf(answer.recordedAt) } };
}
