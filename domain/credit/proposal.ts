import { Decimal } from 'decimal.js';
import { parseAmount } from '../platform/money.ts';
import type { GradesPolicy } from './policy.ts';
import { minorOf, numberOf } from './profile.ts';
import type { Facts } from './profile.ts';
import { holds } from './scorecard.ts';
import type { Cell } from '../policies/tables.ts';

/** What held the limit: the lowest bound decides. `step-kept`: no step up, for want of punctual payment or agreeing books. */
export const boundCodes = ['start', 'sales', 'net-assets', 'cap', 'step', 'step-kept'] as const;
export type BoundCode = (typeof boundCodes)[number];
export interface Bound {
  code: BoundCode;
  amountMinor: number;
}

export interface Proposal {
  /** Null: the policy has no unit for the currency, so nothing is proposed. */
  limitMinor: number | null;
  currency: string;
  termsDays: number;
  /** Every bound that was looked at; `decisive` is the lowest. */
  bounds: readonly Bound[];
  decisive: BoundCode | null;
  reconciliation: 'normal' | 'strict';
  /** Dunning procedure that goes with it; null: by the company's strategy. */
  ladder: string | null;
  reviewMonths: number;
  validMonths: number;
}

export interface ProposalSubject {
  currency: string;
  facts: Facts;
  productLines: readonly string[];
  standing: { limitMinor: number | null };
  grade: string;
  firstTime: boolean;
}

type Row = Readonly<Record<string, Cell>>;

/**
 * min(factor × average monthly credit sales × terms in months, share of net assets where known, cap of the grade), rounded as set; a
 * first-time customer starts at the table's low limit, and partners who rise in steps rise one at most.
 */
export function proposalOf(of: ProposalSubject, rows: { limit: Row; terms: Row }, policy: GradesPolicy): Proposal {
  const termsDays = figure(rows.terms, 'termsDays');
  const grade = policy.grades.find((row) => row.grade === of.grade);
  const bounds = boundsOf(of, rows.limit, termsDays, policy);
  const lowest = bounds?.reduce((low, bound) => (bound.amountMinor < low.amountMinor ? bound : low));
  const ladder = rows.terms['ladder'];
  return {
    limitMinor: lowest?.amountMinor ?? null,
    currency: of.currency,
    termsDays,
    bounds: bounds ?? [],
    decisive: lowest?.code ?? null,
    reconciliation: rows.terms['reconciliation'] === 'strict' ? 'strict' : 'normal',
    ladder: typeof ladder === 'string' ? ladder : null,
    reviewMonths: of.firstTime ? policy.firstTime.reviewMonths : (grade?.reviewMonths ?? 1),
    validMonths: grade?.validMonths ?? 1,
  };
}

/** One unit of the policy's tables in minor units; null: the currency has none. */
export const unitMinor = (policy: Pick<GradesPolicy, 'units'>, currency: string): number | null =>
  amountIn(policy.units, currency);

function boundsOf(of: ProposalSubject, row: Row, termsDays: number, policy: GradesPolicy): [Bound, ...Bound[]] | null {
  const { facts, currency } = of;
  const unit = unitMinor(policy, currency);
  const step = amountIn(policy.rounding.to, currency);
  if (unit === null || step === null) return null;
  const sales = minorOf(facts, 'averageMonthlySales', currency);
  const assets = minorOf(facts, 'netAssets', currency);
  const share = row['netAssetsShare'];
  const start: Bound = { code: 'start', amountMinor: units(figure(row, 'startUnits'), unit) };
  const needed =
    of.firstTime || sales === undefined
      ? start
      : {
          code: 'sales' as const,
          amountMinor: rounded(
            new Decimal(figure(row, 'factor')).times(sales).times(termsDays).div(30),
            step,
            policy.rounding.mode,
          ),
        };
  return [
    needed,
    ...(assets !== undefined && typeof share === 'number'
      ? [{ code: 'net-assets' as const, amountMinor: rounded(new Decimal(share).times(assets), step, 'down') }]
      : []),
    { code: 'cap', amountMinor: units(figure(row, 'capUnits'), unit) },
    ...stepBound(of, unit, policy),
  ];
}

/** The next step above what stands; what stands where the conditions of a rise are not met. Nobody is held to a step without a limit. */
function stepBound(of: ProposalSubject, unit: number, { stepUp }: GradesPolicy): Bound[] {
  const { limitMinor } = of.standing;
  if (!limitMinor || !holds(stepUp.for, of)) return [];
  const onTime = numberOf(of.facts, 'onTimeShare');
  const difference = numberOf(of.facts, 'reconciliationDifferenceShare');
  const earned =
    onTime !== undefined &&
    onTime >= stepUp.minOnTimeShare &&
    difference !== undefined &&
    difference <= stepUp.maxReconciliationDifference;
  if (!earned) return [{ code: 'step-kept', amountMinor: limitMinor }];
  const next = stepUp.stepsUnits.map((one) => units(one, unit)).find((one) => one > limitMinor);
  return [{ code: 'step', amountMinor: next ?? limitMinor }];
}

const units = (count: number, unit: number): number =>
  new Decimal(count).times(unit).toDecimalPlaces(0, Decimal.ROUND_DOWN).toNumber();

const modes = { down: Decimal.ROUND_DOWN, nearest: Decimal.ROUND_HALF_UP, up: Decimal.ROUND_UP } as const;
// Nobody's net assets or sales below zero make a negative limit.
const rounded = (amount: Decimal, step: number, mode: keyof typeof modes): number =>
  Math.max(0, amount.div(step).toDecimalPlaces(0, modes[mode]).times(step).toNumber());

function amountIn(amounts: Readonly<Record<string, string>>, currency: string): number | null {
  const text = amounts[currency];
  if (text === undefined) return null;
  const parsed = parseAmount(text, currency);
  if (!parsed.ok) throw new Error(`policy grades: ${text} is no amount of ${currency}`);
  return parsed.minor;
}

function figure(row: Row, name: string): number {
  const value = row[name];
  if (typeof value !== 'number') throw new Error(`policy grades: ${name} of row ${String(row['row'])} is no number`);
  return value;
}
