import type { BusinessDate } from '../platform/calendar.ts';
import type { FactName } from './facts.ts';
import type { CreditRules, GradesPolicy, ScorecardPolicy } from './policy.ts';
import { isFirstTime, numberOf, staleFacts } from './profile.ts';
import type { Facts, StaleFact } from './profile.ts';
import { proposalOf } from './proposal.ts';
import type { Proposal } from './proposal.ts';
import { verdictReasons } from './reasons.ts';
import type { VerdictReason } from './reasons.ts';
import { scoreOf } from './scorecard.ts';
import type { PeerFigures, Score } from './scorecard.ts';
import type { Cell, DecisionTables, TableAnswer } from '../policies/tables.ts';
import type { RouteKind } from '../approvals/policy.ts';

/** A limit and terms, in the currency beside them; null: none. */
export interface CreditTerms {
  limitMinor: number | null;
  termsDays: number | null;
}

/** All a verdict is made of. It is stored whole: the same input and policies give the same verdict. */
export interface AssessmentInput {
  today: BusinessDate;
  currency: string;
  facts: Facts;
  peers: PeerFigures | null;
  productLines: readonly string[];
  /** Whether we were an SME when contracting, and said so. */
  creditorWasSme: boolean | null;
  asked: CreditTerms & { kind: RouteKind };
  standing: CreditTerms;
}

interface Versioned<T> {
  version: number;
  content: T;
}
export interface AssessmentPolicies {
  scorecard: Versioned<ScorecardPolicy>;
  grades: Versioned<GradesPolicy>;
  'credit-rules': Versioned<CreditRules>;
}

export interface Assessment extends Score {
  grade: string;
  /** Where the grade began on this day, dated factors counted; null: it takes the rest. */
  threshold: number | null;
  firstTime: boolean;
  smeRegime: boolean;
  missing: readonly FactName[];
  stale: readonly StaleFact[];
  proposal: Proposal;
  reasonsFor: readonly VerdictReason[];
  reasonsAgainst: readonly VerdictReason[];
  /** What else the verdict rests on: missing and stale facts, factors, peers, caps. */
  notes: readonly VerdictReason[];
  trace: { limit: TableAnswer['trace']; terms: TableAnswer['trace'] };
  policyVersions: { scorecard: number; grades: number; 'credit-rules': number };
}

const underTheRegulation = ['public-institution', 'organ', 'large-enterprise'];

/** Score → grade → limit and terms, with every reason. Pure but for the tables' engine. */
export async function assess(input: AssessmentInput, policies: AssessmentPolicies, tables: DecisionTables): Promise<Assessment> {
  const { facts } = input;
  const grades = policies.grades.content;
  const scored = scoreOf(input, policies.scorecard.content);
  const { grade, threshold } = gradeOf(scored.score, scored.shift, grades);
  const firstTime = isFirstTime(numberOf(facts, 'tradeMonths'), grades);
  const smeRegime = input.creditorWasSme === true && underTheRegulation.includes(String(facts.debtorClass?.value));
  const asked: Record<string, Cell> = {
    grade,
    customerType: textOf(facts, 'customerType'),
    tier: textOf(facts, 'tier'),
    firstTime,
  };
  const limit = await tables.evaluate(grades.limitTable, asked);
  const terms = await tables.evaluate(grades.termsTable, { ...asked, smeRegime });
  const proposal = proposalOf({ ...input, grade, firstTime }, { limit: limit.output, terms: terms.output }, grades);
  const found = {
    ...scored,
    ...{ grade, threshold, firstTime, smeRegime },
    missing: [...new Set(scored.lines.filter((line) => line.bin === null).map((line) => line.fact))],
    stale: staleFacts(facts, policies['credit-rules'].content.freshness, input.today),
    proposal,
  };
  const { scorecard, 'credit-rules': rules } = policies;
  return {
    ...found,
    ...verdictReasons(found, input.currency),
    trace: { limit: limit.trace, terms: terms.trace },
    policyVersions: { scorecard: scorecard.version, grades: policies.grades.version, 'credit-rules': rules.version },
  };
}

const textOf = (facts: Facts, name: FactName): string | null => {
  const value = facts[name]?.value;
  return typeof value === 'string' ? value : null;
};

/** The first grade whose threshold, moved by the factors in force, the score reaches. */
export function gradeOf(score: number, shift: number, { grades }: GradesPolicy): { grade: string; threshold: number | null } {
  const row = grades.find(({ from }) => from === undefined || score >= from + shift);
  if (!row) throw new Error('policy grades: no grade takes the rest');
  return { grade: row.grade, threshold: row.from === undefined ? null : row.from + shift };
}
