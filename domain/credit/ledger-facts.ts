import type { BusinessDate } from '../platform/calendar.ts';
import { daysBetween } from '../platform/calendar.ts';
import type { Amounts, FactName } from './facts.ts';
import { monthsBetween } from './profile.ts';
import type { Fact, FactValue, Facts } from './profile.ts';

/** Sums of what fell due: weights as decimal texts, because amount times days leaves the safe integers. */
export interface DueSums {
  owed: string;
  onTime: string;
  lateDays: string;
  recentOwed: string;
  recentLateDays: string;
  beforeOwed: string;
  beforeLateDays: string;
  open: string;
  overdue: string;
}

export interface SalesSums {
  invoiced: string;
  credited: string;
  lastHalf: string;
  halfBefore: string;
  median: string | null;
}

/** What one customer's books add up to, by currency where it is money; the windows end today. */
export interface LedgerSums {
  due: Readonly<Record<string, DueSums>>;
  sales: Readonly<Record<string, SalesSums>>;
  oldestOverdue: BusinessDate | null;
  collectionStage: string;
  legalCases: number;
  promisesKept: number;
  promisesBroken: number;
  promisesJudged: number;
  disputesUpheld: number;
  disputesRejected: number;
  firstInvoice: BusinessDate | null;
  invoices: number;
}

/** a ÷ b rounded half up (away from zero) to `digits` decimals, exactly. */
function ratio(a: bigint, b: bigint, digits: number): number {
  const scaled = (a < 0n ? -a : a) * 10n ** BigInt(digits) * 2n + b;
  const size = Number(scaled / (2n * b)) / 10 ** digits;
  return a < 0n ? -size : size;
}

const worst = (values: readonly (number | null)[], pick: (...some: number[]) => number): number | null => {
  const known = values.filter((value) => value !== null);
  return known.length > 0 ? pick(...known) : null;
};

const share = (part: string, whole: string): number | null => (BigInt(whole) > 0n ? ratio(BigInt(part), BigInt(whole), 4) : null);
const days = (weighted: string, owed: string): number | null =>
  BigInt(owed) > 0n ? ratio(BigInt(weighted), BigInt(owed), 1) : null;

/** Behaviour and trade as our own books tell them today. What they cannot tell yet is absent. */
export function ledgerFacts(sums: LedgerSums, today: BusinessDate): Facts {
  const known: Partial<Record<FactName, FactValue | null>> = { ...behaviour(sums, today), ...trade(sums, today) };
  const facts: Partial<Record<FactName, Fact>> = {};
  for (const [name, value] of Object.entries(known) as [FactName, FactValue | null][])
    if (value !== null) facts[name] = { value, asOf: today, source: 'ledger', evidence: null };
  return facts;
}

function behaviour(sums: LedgerSums, today: BusinessDate): Partial<Record<FactName, FactValue | null>> {
  const due = Object.values(sums.due);
  const recent = worst(
    due.map((one) => days(one.recentLateDays, one.recentOwed)),
    Math.max,
  );
  const before = worst(
    due.map((one) => days(one.beforeLateDays, one.beforeOwed)),
    Math.max,
  );
  return {
    daysBeyondTerms: worst(
      due.map((one) => days(one.lateDays, one.owed)),
      Math.max,
    ),
    daysBeyondTermsRecent: recent,
    daysBeyondTermsBefore: before,
    daysBeyondTermsTrend: recent === null || before === null ? null : Math.round((recent - before) * 10) / 10,
    onTimeShare: worst(
      due.map((one) => share(one.onTime, one.owed)),
      Math.min,
    ),
    overdueShare: worst(
      due.map((one) => share(one.overdue, one.open)),
      Math.max,
    ),
    oldestOverdueDays: sums.oldestOverdue === null ? 0 : daysBetween(sums.oldestOverdue, today),
    collectionStage: sums.collectionStage,
    legalCases: sums.legalCases,
    brokenPromises: sums.promisesBroken,
    promisesKeptShare: share(String(sums.promisesKept), String(sums.promisesJudged)),
    disputesUpheld: sums.disputesUpheld,
    disputesRejected: sums.disputesRejected,
  };
}

const MONTHS_OF_YEAR = 12;

function trade(sums: LedgerSums, today: BusinessDate): Partial<Record<FactName, FactValue | null>> {
  const tradeMonths = sums.firstInvoice === null ? 0 : monthsBetween(sums.firstInvoice, today);
  const months = BigInt(Math.min(MONTHS_OF_YEAR, Math.max(1, tradeMonths)));
  const net = (one: SalesSums): bigint => {
    const left = BigInt(one.invoiced) - BigInt(one.credited);
    return left > 0n ? left : 0n;
  };
  const sales = Object.values(sums.sales);
  return {
    tradeMonths,
    invoicesLastYear: sums.invoices,
    salesLastYear: amounts(sums.sales, (one) => Number(net(one))),
    averageMonthlySales: amounts(sums.sales, (one) => ratio(net(one), months, 0)),
    salesGrowth: worst(
      sales.map((one) => growth(one)),
      Math.min,
    ),
    returnsShare: worst(
      sales.map((one) => share(one.credited, one.invoiced)),
      Math.max,
    ),
    medianOrder: amounts(sums.sales, (one) => (one.median === null ? null : Number(one.median))),
  };
}

function growth({ lastHalf, halfBefore }: SalesSums): number | null {
  const before = BigInt(halfBefore);
  return before > 0n ? ratio(BigInt(lastHalf) - before, before, 4) : null;
}

/** One amount a currency; null when there is none at all. */
function amounts(sales: LedgerSums['sales'], of: (one: SalesSums) => number | null): Amounts | null {
  const known = Object.entries(sales).flatMap(([currency, one]) => {
    const minor = of(one);
    // A sum that rows out of bounds lead beyond what is exact is not known.
    return minor === null || !Number.isSafeInteger(minor) ? [] : [[currency, minor] as const];
  });
  return known.length > 0 ? Object.fromEntries(known) : null;
}
