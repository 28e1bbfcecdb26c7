import { sql } from 'kysely';
import { assess } from '../../domain/credit/assess.ts';
import type { Assessment, AssessmentInput, AssessmentPolicies } from '../../domain/credit/assess.ts';
import type { GradesPolicy } from '../../domain/credit/policy.ts';
import { unitMinor } from '../../domain/credit/proposal.ts';
import { questionOf, routeOf } from '../../domain/credit/route.ts';
import { directionOf, flipKinds, flipsOf, judgedOf } from '../../domain/credit/simulation.ts';
import type { Direction, FlipKind, Judged } from '../../domain/credit/simulation.ts';
import type { DecisionTables } from '../../domain/policies/tables.ts';
import { dateOf } from '../../domain/platform/calendar.ts';
import type { BusinessDate, Instant } from '../../domain/platform/calendar.ts';
import type { Database } from '../platform/database.ts';
import { momentOf } from '../platform/transaction.ts';
import type { Store } from '../platform/transaction.ts';
import { listRecorded, policiesOf, policyVersions } from './recorded.ts';
import type { PolicyReader, RecordedAssessment } from './recorded.ts';
import type { ApprovalMatrix } from '../../domain/approvals/policy.ts';

/** Kinds whose versions can be held against the recorded verdicts. */
export const simulatedKinds = ['scorecard', 'grades', 'approval-matrix', 'credit-rules'] as const;
export type SimulatedKind = (typeof simulatedKinds)[number];

export interface SimulationInput {
  kind: SimulatedKind;
  version: number;
  /** Days of the recorded verdicts; all of them without. */
  from: BusinessDate | null;
  until: BusinessDate | null;
}

/** What became of the customers in the year after the verdict, as far as it has passed. */
export interface Outcome {
  fallenDue: number;
  paidLate: number;
  mostDaysLate: number;
  disputed: number;
  brokenPromises: number;
  writtenOff: number;
}

export interface SimulationExample {
  assessmentId: string;
  customer: string;
  at: Instant;
  currency: string;
  flips: FlipKind[];
  direction: Direction;
  before: Judged;
  after: Judged;
  became: Outcome;
}

export interface Simulation {
  kind: SimulatedKind;
  version: number;
  considered: number;
  flipped: number;
  flips: Record<FlipKind, number>;
  gradeMoves: { from: string; to: string; count: number }[];
  limits: { currency: string; beforeMinor: number; afterMinor: number }[];
  /** By the way the verdicts move: how many, and what became of these customers. */
  became: Record<Direction, { assessments: number } & Outcome>;
  examples: SimulationExample[];
}

const BATCH = 200;
const EXAMPLES = 20;
const nothing: Outcome = { fallenDue: 0, paidLate: 0, mostDaysLate: 0, disputed: 0, brokenPromises: 0, writtenOff: 0 };

/**
 * Judges every recorded verdict of a span anew, with one policy in another version and all else as it was recorded: which flip, and what
 * became of them. Writes nothing; the version need not be approved. Throws Refusal `policy-unknown`.
 */
export async function simulatePolicy(
  store: Store,
  tables: DecisionTables,
  of: SimulationInput,
  progress: (done: number) => Promise<void> = () => Promise.resolve(),
): Promise<Simulation> {
  const { db, zone } = store;
  const { today } = await momentOf(db, store);
  const version = policyVersions(db);
  await version(of.kind, of.version);
  const matrices = await matricesByDay(db);
  const span = { from: of.from ?? '1970-01-01', until: of.until ?? today, zone };
  const result = empty(of);
  for (let after: string | null = null; ;) {
    const batch: RecordedAssessment[] = await listRecorded(db, span, after, BATCH);
    if (batch.length === 0) return finished(result);
    const became = await outcomesOf(db, batch, today, zone);
    for (const recorded of batch) {
      const day = dateOf(recorded.at, zone);
      const matrix = await version('approval-matrix', matrices(day));
      count(
        result,
        recorded,
        became.get(recorded.id) ?? nothing,
        await judgedAgain(recorded, of, { version, tables, matrix: matrix.content }),
      );
    }
    after = batch.at(-1)?.id ?? null;
    await progress(result.considered);
  }
}

interface Again {
  before: Judged;
  after: Judged;
  grades: readonly string[];
}

async function judgedAgain(
  { input, verdict }: RecordedAssessment,
  of: SimulationInput,
  { version, tables, matrix }: { version: PolicyReader; tables: DecisionTables; matrix: ApprovalMatrix },
): Promise<Again> {
  const policies = await policiesOf(verdict, version);
  const before = wayOf(input, verdict, policies.grades.content, matrix);
  const grades = policies.grades.content.grades.map((row) => row.grade);
  if (of.kind === 'approval-matrix') {
    const other = await version(of.kind, of.version);
    return { before, after: wayOf(input, verdict, policies.grades.content, other.content), grades };
  }
  const others: AssessmentPolicies = { ...policies, [of.kind]: await version(of.kind, of.version) };
  const again = await assess(input, others, tables);
  return {
    before,
    after: wayOf(input, again, others.grades.content, matrix),
    grades: others.grades.content.grades.map((row) => row.grade),
  };
}

const wayOf = (input: AssessmentInput, verdict: Assessment, grades: GradesPolicy, matrix: ApprovalMatrix): Judged =>
  judgedOf(verdict, routeOf(questionOf(input, verdict, unitMinor(grades, input.currency)), matrix));

/** The approval matrix in force on a day, by its version. */
async function matricesByDay(db: Database): Promise<(day: BusinessDate) => number> {
  const { rows } = await sql<{ version: number; from: BusinessDate }>`
    select version, effective_from as "from" from policy where kind = 'approval-matrix' and approved_by is not null order by version desc`.execute(
    db,
  );
  return (day) => rows.find((row) => row.from <= day)?.version ?? 1;
}

interface Counting extends Simulation {
  moves: Map<string, number>;
  sums: Map<string, { beforeMinor: number; afterMinor: number }>;
}

function empty({ kind, version }: SimulationInput): Counting {
  const zero = () => ({ assessments: 0, ...nothing });
  return {
    ...{ kind, version, considered: 0, flipped: 0, gradeMoves: [], limits: [], examples: [] },
    flips: Object.fromEntries(flipKinds.map((flip) => [flip, 0])) as Record<FlipKind, number>,
    became: { stricter: zero(), milder: zero(), same: zero() },
    moves: new Map(),
    sums: new Map(),
  };
}

function count(result: Counting, recorded: RecordedAssessment, became: Outcome, { before, after, grades }: Again): void {
  const flips = flipsOf(before, after);
  const direction = directionOf(before, after, grades);
  result.considered += 1;
  for (const flip of flips) result.flips[flip] += 1;
  const move = JSON.stringify([before.grade, after.grade]);
  if (before.grade !== after.grade) result.moves.set(move, (result.moves.get(move) ?? 0) + 1);
  const { currency } = recorded.input;
  const sum = result.sums.get(currency) ?? { beforeMinor: 0, afterMinor: 0 };
  result.sums.set(currency, {
    beforeMinor: sum.beforeMinor + (before.limitMinor ?? 0),
    afterMinor: sum.afterMinor + (after.limitMinor ?? 0),
  });
  const total = result.became[direction];
  result.became[direction] = {
    assessments: total.assessments + 1,
    fallenDue: total.fallenDue + became.fallenDue,
    paidLate: total.paidLate + became.paidLate,
    mostDaysLate: Math.max(total.mostDaysLate, became.mostDaysLate),
    disputed: total.disputed + became.disputed,
    brokenPromises: total.brokenPromises + became.brokenPromises,
    writtenOff: total.writtenOff + became.writtenOff,
  };
  if (flips.length === 0) return;
  result.flipped += 1;
  const { id, customer, at } = recorded;
  if (result.examples.length < EXAMPLES)
    result.examples.push({ assessmentId: id, customer, at, currency, flips, direction, before, after, became });
}

function finished({ moves, sums, ...result }: Counting): Simulation {
  const gradeMoves = [...moves].map(([move, times]) => {
    const [from = '', to = ''] = JSON.parse(move) as string[];
    return { from, to, count: times };
  });
  return {
    ...result,
    gradeMoves: gradeMoves.sort((a, b) => b.count - a.count || (a.from + a.to < b.from + b.to ? -1 : 1)),
    limits: [...sums].map(([currency, sum]) => ({ currency, ...sum })).sort((a, b) => (a.currency < b.currency ? -1 : 1)),
  };
}

/** One row a verdict: what was invoiced in the year after it and has fallen due, and how it was paid. */
async function outcomesOf(
  db: Database,
  batch: readonly RecordedAssessment[],
  today: BusinessDate,
  zone: string,
): Promise<Map<string, Outcome>> {
  const asked = batch.map(({ id, customerId, at }) => ({ id, customer: customerId, day: dateOf(at, zone) }));
  const { rows } = await sql<Outcome & { id: string }>`
    with x as (select * from jsonb_to_recordset(${JSON.stringify(asked)}::jsonb) as x(id uuid, customer uuid, day date)),
    item as (
      select x.id, r.id as receivable, r.written_off_minor > 0 as written_off,
        greatest(0, case when r.amount_minor > r.paid_minor + r.credited_minor then ${today}::date else
          (select max(a.value_date) from allocation a where a.receivable_id = r.id and a.payment_id is not null and a.reversed_at is null) end
          - r.due_date) as late,
        exists (select from dispute d where d.receivable_id = r.id) as disputed
      from x join invoice i on i.customer_id = x.customer and i.issue_date >= x.day and i.issue_date < x.day + interval '1 year'
        join receivable r on r.invoice_id = i.id and r.due_date < ${today}::date and r.credited_minor < r.amount_minor)
    select x.id, count(item.receivable)::int as "fallenDue", (count(*) filter (where item.late > 0))::int as "paidLate",
      coalesce(max(item.late), 0)::int as "mostDaysLate", (count(*) filter (where item.disputed))::int as disputed,
      (count(*) filter (where item.written_off))::int as "writtenOff",
      (select count(*)::int from promise p where p.customer_id = x.customer and p.state = 'broken' and p.due_on >= x.day
        and p.due_on < x.day + interval '1 year') as "brokenPromises"
    from x left join item on item.id = x.id group by x.id, x.customer, x.day`.execute(db);
  return new Map(rows.map(({ id, ...outcome }) => [id, outcome]));
}
