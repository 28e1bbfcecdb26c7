import type { BusinessDate } from '../platform/calendar.ts';
import type { FactName } from './facts.ts';
import type { DecisionTable } from '../policies/tables.ts';
import type { Words } from '../platform/words.ts';
import type { HoldClause } from './hold-clause.ts';
import type { Stage } from '../ledger/outcome.ts';

/** Whom a row is about; what is not named holds for everybody. */
export interface Segment {
  types?: readonly string[];
  tiers?: readonly string[];
  regions?: readonly string[];
  productLines?: readonly string[];
}

// ---- Scorecard ----

/** Numeric facts: the first bin whose `below` the value does not reach; the last has none. Other facts: the first that lists the value; the last lists none. */
export interface Bin {
  id: string;
  below?: number;
  is?: readonly (string | boolean)[];
  points: number;
}

export interface Characteristic {
  id: string;
  fact: FactName;
  title: Words;
  /** Not judged, and worth nothing, for anybody else. */
  for?: Segment;
  /** The value counts less what the peer group shows. */
  againstPeers?: boolean;
  /** Points may only go this way as the value rises; a fault otherwise. */
  monotone?: 'rising' | 'falling';
  bins: readonly Bin[];
  /** Points when the fact is not known. */
  missing: number;
}

/** Moves the thresholds of all grades while it is in force: a positive shift makes them stricter. */
export interface DatedFactor {
  id: string;
  kind: 'industry-cycle' | 'region' | 'product-line' | 'tender-season';
  title: Words;
  for?: Segment;
  from: BusinessDate;
  until?: BusinessDate;
  shift: number;
}

/** What a fact judged against peers is held against. */
export interface PeerReference {
  daysBeyondTerms: number;
  onTimeShare: number;
  oldestOverdueDays: number;
}

/** Customers who pay late as a class are judged by their class. The first group that holds is taken; the last holds for everybody. */
export interface PeerGroup {
  id: string;
  title: Words;
  for: Segment;
  /** Used while our own ledger shows fewer than `minMembers` of them; without `minMembers` always. */
  reference: PeerReference;
  minMembers?: number;
  /** The group may excuse no more lateness than this. */
  ceiling?: Partial<PeerReference>;
}

export interface ScorecardPolicy {
  /** How points mean odds (bad : good): `points` at `odds`, `pdo` points double the odds of being good. */
  scale: { points: number; odds: string; pdo: number };
  base: number;
  characteristics: readonly Characteristic[];
  factors: readonly DatedFactor[];
  peerGroups: readonly PeerGroup[];
  /** What it was fitted on and how well it separated; absent from a scorecard made by judgement. */
  fit?: Readonly<Record<string, unknown>>;
}

// ---- Grades, limits, terms ----

export interface GradeRow {
  grade: string;
  /** From this score on, before dated factors; the last grade has none. */
  from?: number;
  reviewMonths: number;
  validMonths: number;
  /** Loss expected of money owed, by age. */
  lossRate: string;
  title: Words;
}

export interface GradesPolicy {
  /** The best first. */
  grades: readonly GradeRow[];
  /** Amounts of the tables and of the approval matrix count in units: one unit by currency, as a decimal string. */
  units: Readonly<Record<string, string>>;
  /** Proposed limits are rounded to a multiple of this. */
  rounding: { mode: 'down' | 'nearest' | 'up'; to: Readonly<Record<string, string>> };
  /** A customer who trades with us for less than this counts as a first-time customer. */
  firstTime: { months: number; reviewMonths: number };
  /** Partners who rise one step at most in a review, and only when they pay on time and their books agree with ours. */
  stepUp: { for: Segment; stepsUnits: readonly number[]; minOnTimeShare: number; maxReconciliationDifference: number };
  /** grade, customerType, tier, firstTime → row, factor, capUnits, netAssetsShare, startUnits. */
  limitTable: DecisionTable;
  /** grade, customerType, tier, firstTime, smeRegime → row, termsDays, reconciliation, ladder. */
  termsTable: DecisionTable;
}

// ---- Checks ----

type Switch<T> = T & { on: boolean };
/** Amounts by currency, decimal strings. A currency not named is not judged. */
export type AmountByCurrency = Readonly<Record<string, string>>;

export const warningEffects = ['work-order', 'review', 'hold'] as const;
export type WarningEffect = (typeof warningEffects)[number];
export interface WarningRule {
  severity: 'notice' | 'warning' | 'alarm';
  effects: readonly WarningEffect[];
}

export const warningKinds = [
  'first-late',
  'lateness-rising',
  'order-spike',
  'licence-expiring',
  'group-in-legal',
  'listed',
] as const;
export type WarningKind = (typeof warningKinds)[number];

export interface ReconciliationRule {
  /** Days a statement may stay unconfirmed; differences by currency that are let pass. */
  unconfirmedDays: number;
  tolerance: AmountByCurrency;
  /** Goods and debts that may be out before any statement was exchanged; a currency not named is not judged. */
  beforeFirstStatement?: AmountByCurrency;
}

export interface CreditRules {
  /** Orders count as exposure when they ship within this many days. */
  horizonDays: number;
  /** A reservation lapses this many days after the requested ship date. */
  reservationDays: number;
  /** A released order that changes is not held again up to its approved value × (1 + ratio), for so many days. */
  tolerance: { ratio: string; days: number };
  /** Overdue amounts up to this are no reason to hold. */
  smallAmount: AmountByCurrency;
  checks: {
    documentValue: Switch<{ amount: AmountByCurrency }>;
    overdueAmount: Switch<{ amount: AmountByCurrency }>;
    oldestOverdue: Switch<{ days: number }>;
    stage: Switch<{ from: Stage }>;
    profileAge: Switch<{ days: number }>;
    licence: Switch<{ graceDays: number }>;
    listed: Switch<{ verdict: 'held' | 'rejected' }>;
    terms: Switch<object>;
    /** Orders of customers with these grades go only by decision. Absent: no grade is held. */
    grade?: Switch<{ held: readonly string[] }>;
    /** `downgraded`: taken against prepayment only. */
    abnormalOrder: Switch<{ factor: string; verdict: 'held' | 'rejected' | 'downgraded' }>;
  };
  /** Open disputes are no reason to hold up to this share of what the customer owes; absent: wholly. */
  disputes?: { maxShare: string };
  holds: { orderDays: number; warnDays: number; shipmentResponseDays: number };
  shipments: {
    /** Goods leave only on a shipment request that may ship: never asked, of customers with strict reconciliation, or of all. */
    requestRequired: 'never' | 'strict' | 'always';
    /** While the books differ beyond the tolerance, goods worth the difference stay here, or none ship. */
    onDifference: 'reduce' | 'hold';
    /** Delivered goods that will not be invoiced leave an order by one person up to these amounts; above, or not named: by two. */
    notInvoiced?: AmountByCurrency;
    /** An invoice may be above what its order has left by these amounts without a task; of a currency not named by nothing. */
    invoicedBeyond?: AmountByCurrency;
    /** Clauses of the house's general terms by which it may hold goods back; a hold with another reason needs a person's ground. */
    clauses: readonly HoldClause[];
  };
  applications: { expiryDays: number; warnDays: number; waitForFactsDays: number };
  limits: { warnBeforeExpiryDays: number; temporaryMaxDays: number };
  reconciliation: { normal: ReconciliationRule; strict: ReconciliationRule };
  warnings: {
    'first-late': Switch<WarningRule & { cleanMonths: number; days: number }>;
    'lateness-rising': Switch<WarningRule & { days: number }>;
    'order-spike': Switch<WarningRule & { factor: string; beforeExpiryDays: number }>;
    'licence-expiring': Switch<WarningRule & { days: number }>;
    'group-in-legal': Switch<WarningRule>;
    /** An entry on a sanction or court list. */
    listed: Switch<WarningRule>;
  };
  /** Days after which a fact is stale; of a fact not named those of its definition hold. */
  freshness: Readonly<Partial<Record<FactName, number>>>;
}
