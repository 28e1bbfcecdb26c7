import { readFileSync } from 'node:fs';
import type { AssessmentInput, AssessmentPolicies } from '../../domain/credit/assess.ts';
import type { FactName } from '../../domain/credit/facts.ts';
import type { Facts, FactValue } from '../../domain/credit/profile.ts';
import type { ApprovalMatrix } from '../../domain/approvals/policy.ts';

const read = <T>(kind: string): T =>
  JSON.parse(readFileSync(new URL(`../../policies/${kind}.json`, import.meta.url), 'utf8')) as T;

/** The default policies, as version 1. */
export const defaults: AssessmentPolicies = {
  scorecard: { version: 1, content: read('scorecard') },
  grades: { version: 1, content: read('grades') },
  'credit-rules': { version: 1, content: read('credit-rules') },
};
export const defaultMatrix: ApprovalMatrix = read('approval-matrix');

export const factsOf = (values: Partial<Record<FactName, FactValue>>, asOf = '2026-11-26'): Facts =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value, asOf, source: 'manual', evidence: null }]));

/** A dealer three years old who pays on time. */
export const dealer = {
  customerType: 'dealer',
  region: 'ZJ',
  ownership: 'private',
  businessAgeMonths: 60,
  taxIdValid: true,
  daysBeyondTerms: 0,
  onTimeShare: 0.95,
  oldestOverdueDays: 0,
  brokenPromises: 0,
  disputesUpheld: 0,
  disputesRejected: 0,
  tradeMonths: 36,
  averageMonthlySales: { CNY: 20_000_000 },
  salesGrowth: 0.1,
  shareOfWallet: 0.3,
  returnsShare: 0.01,
  registrationState: 'active',
  licenceState: 'valid',
  licenceDaysLeft: 400,
  courtCases: 0,
  listedEntries: 0,
  reconciliationDifferenceShare: 0,
} satisfies Partial<Record<FactName, FactValue>>;

/** A public hospital that never bought from us: nothing is known of its payments. */
export const firstHospital = {
  customerType: 'hospital',
  tier: '3A',
  region: 'SH',
  ownership: 'public',
  debtorClass: 'public-institution',
  businessAgeMonths: 300,
  taxIdValid: true,
  registrationState: 'active',
  licenceState: 'valid',
  licenceDaysLeft: 700,
  courtCases: 0,
  listedEntries: 0,
} satisfies Partial<Record<FactName, FactValue>>;

export const inputOf = (
  values: Partial<Record<FactName, FactValue>>,
  more: Partial<Omit<AssessmentInput, 'facts'>> = {},
): AssessmentInput => ({
  today: '2026-11-26',
  currency: 'CNY',
  facts: factsOf(values),
  peers: null,
  productLines: [],
  creditorWasSme: null,
  asked: { kind: 'new', limitMinor: null, termsDays: null },
  standing: { limitMinor: null, termsDays: null },
  ...more,
});
