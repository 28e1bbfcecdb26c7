import { addDays, daysBetween } from '../platform/dates.ts';
import type { BusinessDate } from '../platform/calendar.ts';
import { parseAmount, scaled } from '../platform/money.ts';
import type { CreditRules } from '../credit/policy.ts';

/** Stages of collection that can stop an order, the later the worse. */
export const lateStages = ['reminder', 'escalation', 'legal'] as const;
export type LateStage = (typeof lateStages)[number];

type MinorByCurrency = Readonly<Record<string, number>>;

/** The policy `credit-rules` as a check is made by it: amounts in minor units, null where a check is off. */
export interface CheckRules {
  version: string;
  horizonDays: number;
  reservationDays: number;
  holdDays: number;
  tolerance: string;
  toleranceDays: number;
  limit: boolean;
  smallMinor: MinorByCurrency;
  documentMinor: MinorByCurrency | null;
  overdueMinor: MinorByCurrency | null;
  oldestOverdueDays: number | null;
  stageFrom: LateStage | null;
  profileDays: number | null;
  licenceGraceDays: number | null;
  listed: 'held' | 'rejected' | null;
  terms: boolean;
  /** Grades whose orders a person must let pass. */
  heldGrades: readonly string[];
  /** Share of a customer's open amount up to which open disputes are no reason to hold, as a decimal text. */
  disputeShare: string;
  abnormal: { factor: string; verdict: 'held' | 'rejected' | 'downgraded' } | null;
}

/** How a payer or group stands towards one order, in the currency of its limit. */
export interface StandingFacts {
  currency: string;
  /** Some limit is on file; a valid one is. */
  known: boolean;
  valid: boolean;
  limitMinor: number | null;
  expiredOn: BusinessDate | null;
  /** What counts now, and what would with the order. */
  beforeMinor: number;
  afterMinor: number;
}

/** `dunnedSince`: since when a step of dunning holds new orders and shipments; null: none does. */
export interface PayerFacts extends StandingFacts {
  dunnedSince: BusinessDate | null;
}

/** All an order is judged by. */
export interface OrderFacts {
  today: BusinessDate;
  currency: string;
  shipDate: BusinessDate;
  prepaid: boolean;
  /** Unused money that names this order. */
  boundMinor: number;
  /** The order's whole value, and what of it is still to be judged: neither delivered nor invoiced. */
  amountMinor: number;
  restMinor: number;
  /** What was approved of it before, while it stood open ever since. */
  earlier: { approvedMinor: number; approvedOn: BusinessDate } | null;
  payer: PayerFacts;
  group: StandingFacts | null;
  /** The rate that is missing to count the order against a limit; null: none. */
  unrated: { from: string; to: string } | null;
  overdue: readonly { currency: string; amountMinor: number; since: BusinessDate }[];
  depositsMinor: number;
  stage: LateStage | null;
  termsDays: number;
  maxTermsDays: number | null;
  profileAsOf: BusinessDate | null;
  licenceUntil: BusinessDate | null;
  /** Lists with an entry in force. */
  listed: readonly string[];
  /** As last granted; null: never graded. */
  grade: string | null;
  /** Goods issues that should not have left and that nobody has looked at yet. */
  breaches: readonly string[];
  medianMinor: number | null;
}

export const reasonCodes = [
  'rate-missing',
  'no-limit',
  'limit-expired',
  'limit-exceeded',
  'group-limit-expired',
  'group-limit-exceeded',
  'document-too-large',
  'overdue-amount',
  'overdue-days',
  'stage-reached',
  'dunning-hold',
  'profile-old',
  'licence-expired',
  'listed',
  'terms-too-long',
  'grade-held',
  'goods-left-unasked',
  'order-abnormal',
  'order-abnormal-prepay',
  'prepaid',
  'prepayment-missing',
  'within-tolerance',
  'released',
] as const;
export type ReasonCode = (typeof reasonCodes)[number];

/** Figures of a reason: `…Minor` are minor units of the order's currency, or of the `…Currency` beside them. */
export type Figures = Readonly<Record<string, string | number | null | readonly string[]>>;
export interface OrderReason {
  code: ReasonCode;
  figures: Figures;
}

export const orderDecisions = ['approved', 'held', 'rejected'] as const;
export type OrderDecision = (typeof orderDecisions)[number];

export interface OrderVerdict {
  decision: OrderDecision;
  /** A hold that is never released by itself. */
  forced: boolean;
  reasons: readonly OrderReason[];
}

/** Amounts of a policy in minor units. */
export function minorOf(amounts: Readonly<Record<string, string>>): MinorByCurrency {
  return Object.fromEntries(
    Object.entries(amounts).map(([currency, text]) => {
      const parsed = parseAmount(text, currency);
      if (!parsed.ok) throw new Error(`policy credit-rules: ${text} is no amount of ${currency}`);
      return [currency, parsed.minor];
    }),
  );
}

/** The rules of one version, ready for checks. Stages before the first reminder cannot stop an order. */
export function checkRulesOf(version: number, rules: CreditRules): CheckRules {
  const { checks, tolerance, holds } = rules;
  const stage = lateStages.find((late) => late === checks.stage.from) ?? 'reminder';
  return {
    version: `credit-rules/${version}`,
    horizonDays: rules.horizonDays,
    reservationDays: rules.reservationDays,
    holdDays: holds.orderDays,
    tolerance: tolerance.ratio,
    toleranceDays: tolerance.days,
    limit: true,
    smallMinor: minorOf(rules.smallAmount),
    documentMinor: checks.documentValue.on ? minorOf(checks.documentValue.amount) : null,
    overdueMinor: checks.overdueAmount.on ? minorOf(checks.overdueAmount.amount) : null,
    oldestOverdueDays: checks.oldestOverdue.on ? checks.oldestOverdue.days : null,
    stageFrom: checks.stage.on ? stage : null,
    profileDays: checks.profileAge.on ? checks.profileAge.days : null,
    licenceGraceDays: checks.licence.on ? checks.licence.graceDays : null,
    listed: checks.listed.on ? checks.listed.verdict : null,
    terms: checks.terms.on,
    heldGrades: checks.grade?.on ? checks.grade.held : [],
    disputeShare: rules.disputes?.maxShare ?? '1',
    abnormal: checks.abnormalOrder.on ? { factor: checks.abnormalOrder.factor, verdict: checks.abnormalOrder.verdict } : null,
  };
}

const approved = (code: ReasonCode, figures: Figures): OrderVerdict => ({
  decision: 'approved',
  forced: false,
  reasons: [{ code, figures }],
});

/** Who stands on a sanctions list is supplied by no payment, tolerance or release. */
export const isSanctioned = (lists: readonly string[]): boolean => lists.includes('sanctions');
/** A hold for a sanctions list alone ends with the listing, and only so; of other lists a person decides. */
export const isForced = (lists: readonly string[]): boolean => lists.some((list) => list !== 'sanctions');

/** The verdict on an order, with every reason. `credit_verdict` in SQL is its twin. */
export function judgeOrder(facts: OrderFacts, rules: CheckRules): OrderVerdict {
  const { listed, restMinor, prepaid } = facts;
  if (listed.length > 0 && rules.listed === 'rejected')
    return { decision: 'rejected', forced: false, reasons: [{ code: 'listed', figures: { lists: listed } }] };
  if (restMinor === 0) return { decision: 'approved', forced: false, reasons: [] };
  const sanctioned = isSanctioned(listed) && rules.listed !== null;
  if (prepaid && sanctioned)
    return { decision: 'held', forced: isForced(listed), reasons: [{ code: 'listed', figures: { lists: listed } }] };
  if (prepaid) return prepaidVerdict(facts);
  const tolerated = sanctioned ? null : withinTolerance(facts, rules);
  if (tolerated) return approved('within-tolerance', tolerated);
  const abnormal = abnormalReason(facts, rules);
  const reasons = [
    ...(rules.limit ? limitReasons(facts, rules) : []),
    ...amountReasons(facts, rules),
    ...lateReasons(facts, rules),
    ...profileReasons(facts, rules),
    ...(abnormal ? [abnormal] : []),
  ];
  const rejected = abnormal?.code === 'order-abnormal' && rules.abnormal?.verdict === 'rejected';
  const forced = reasons.some(({ code }) => (code === 'listed' && isForced(listed)) || code === 'order-abnormal');
  return { decision: rejected ? 'rejected' : reasons.length > 0 ? 'held' : 'approved', forced: forced && !rejected, reasons };
}

/** Goods paid for before they leave take no credit, once the money is in. */
function prepaidVerdict({ boundMinor, restMinor }: OrderFacts): OrderVerdict {
  if (boundMinor >= restMinor) return approved('prepaid', {});
  const figures = { amountMinor: restMinor, receivedMinor: boundMinor, missingMinor: restMinor - boundMinor };
  return { decision: 'held', forced: false, reasons: [{ code: 'prepayment-missing', figures }] };
}

/** A decimal text of at most six places as a whole number of millionths. */
const millionths = (text: string): bigint => scaled(text, 6);
const MILLION = 1_000_000n;

function withinTolerance({ earlier, amountMinor, today }: OrderFacts, rules: CheckRules): Figures | null {
  if (!earlier) return null;
  const allowedMinor = Number((BigInt(earlier.approvedMinor) * (MILLION + millionths(rules.tolerance))) / MILLION);
  const until = addDays(earlier.approvedOn, rules.toleranceDays);
  if (amountMinor > allowedMinor || today > until) return null;
  return { amountMinor, approvedMinor: earlier.approvedMinor, allowedMinor, until };
}

function limitReasons({ payer, group, unrated, restMinor, shipDate, today }: OrderFacts, rules: CheckRules): OrderReason[] {
  const counts = restMinor > 0 && shipDate <= addDays(today, rules.horizonDays);
  const over = (standing: StandingFacts): Figures | null => {
    const { limitMinor, beforeMinor, afterMinor, currency } = standing;
    if (!counts || limitMinor === null || afterMinor <= limitMinor) return null;
    return { limitMinor, beforeMinor, afterMinor, overMinor: afterMinor - limitMinor, limitCurrency: currency };
  };
  const own = ((): OrderReason | null => {
    if (!payer.known || (!payer.valid && payer.expiredOn === null))
      return { code: 'no-limit', figures: { amountMinor: restMinor } };
    if (!payer.valid) return { code: 'limit-expired', figures: { expiredOn: payer.expiredOn } };
    const figures = over(payer);
    return figures && { code: 'limit-exceeded', figures };
  })();
  const ofGroup = ((): OrderReason | null => {
    if (!group?.known) return null;
    if (!group.valid) return expiredGroup(group);
    const figures = over(group);
    return figures && { code: 'group-limit-exceeded', figures };
  })();
  const rate = counts && unrated ? [{ code: 'rate-missing' as const, figures: { ...unrated, date: today } }] : [];
  return [...rate, ...(own ? [own] : []), ...(ofGroup ? [ofGroup] : [])];
}

/** A group may do without a limit; one that had begun and expired is 0. One that has yet to begin judges from its first day. */
export function expiredGroup(group: StandingFacts | null): { code: 'group-limit-expired'; figures: Figures } | null {
  if (!group?.known || group.valid || group.expiredOn === null) return null;
  return { code: 'group-limit-expired', figures: { expiredOn: group.expiredOn } };
}

function amountReasons({ amountMinor, currency }: OrderFacts, { documentMinor }: CheckRules): OrderReason[] {
  const maximumMinor = documentMinor?.[currency];
  if (maximumMinor === undefined || amountMinor <= maximumMinor) return [];
  return [{ code: 'document-too-large', figures: { amountMinor, maximumMinor } }];
}

interface LateReason {
  code: 'overdue-amount' | 'overdue-days';
  figures: Figures;
}

/** What is overdue beyond what policy lets pass. */
export function lateReasons(
  { overdue, today }: Pick<OrderFacts, 'overdue' | 'today'>,
  rules: Pick<CheckRules, 'overdueMinor' | 'oldestOverdueDays' | 'smallMinor'>,
): LateReason[] {
  return overdue.flatMap(({ currency, amountMinor, since }): LateReason[] => {
    const thresholdMinor = rules.overdueMinor?.[currency];
    const days = daysBetween(since, today);
    const amount = { overdueMinor: amountMinor, thresholdMinor: thresholdMinor ?? 0, overdueCurrency: currency };
    const old =
      rules.oldestOverdueDays !== null && days > rules.oldestOverdueDays && amountMinor > (rules.smallMinor[currency] ?? 0);
    return [
      ...(thresholdMinor !== undefined && amountMinor > thresholdMinor
        ? [{ code: 'overdue-amount' as const, figures: amount }]
        : []),
      ...(old ? [{ code: 'overdue-days' as const, figures: { days, maximumDays: rules.oldestOverdueDays, since } }] : []),
    ];
  });
}

function profileReasons(facts: OrderFacts, rules: CheckRules): OrderReason[] {
  const { stage, profileAsOf, licenceUntil, listed, termsDays, maxTermsDays, today, grade, breaches } = facts;
  const { dunnedSince } = facts.payer;
  const reasons: OrderReason[] = [];
  const { stageFrom, profileDays, licenceGraceDays } = rules;
  if (stage !== null && stageFrom !== null && lateStages.indexOf(stage) >= lateStages.indexOf(stageFrom))
    reasons.push({ code: 'stage-reached', figures: { stage, from: stageFrom } });
  if (dunnedSince !== null) reasons.push({ code: 'dunning-hold', figures: { since: dunnedSince } });
  if (profileAsOf !== null && profileDays !== null && daysBetween(profileAsOf, today) > profileDays)
    reasons.push({ code: 'profile-old', figures: { asOf: profileAsOf, maximumDays: profileDays } });
  if (licenceUntil !== null && licenceGraceDays !== null && today > addDays(licenceUntil, licenceGraceDays))
    reasons.push({ code: 'licence-expired', figures: { until: licenceUntil } });
  if (listed.length > 0 && rules.listed === 'held') reasons.push({ code: 'listed', figures: { lists: listed } });
  if (rules.terms && maxTermsDays !== null && termsDays > maxTermsDays)
    reasons.push({ code: 'terms-too-long', figures: { termsDays, maximumDays: maxTermsDays } });
  if (grade !== null && rules.heldGrades.includes(grade)) reasons.push({ code: 'grade-held', figures: { grade } });
  if (breaches.length > 0) reasons.push({ code: 'goods-left-unasked', figures: { shipments: breaches } });
  return reasons;
}

/** Far above what the customer usually orders: a person decides, or it goes only against money received before. */
function abnormalReason(facts: OrderFacts, { abnormal }: CheckRules): OrderReason | null {
  const { amountMinor, medianMinor, depositsMinor, restMinor } = facts;
  if (!abnormal || medianMinor === null) return null;
  const { factor, verdict } = abnormal;
  if (BigInt(amountMinor) * MILLION <= BigInt(medianMinor) * millionths(factor)) return null;
  const figures = { amountMinor, medianMinor, factor };
  if (verdict !== 'downgraded') return { code: 'order-abnormal', figures };
  return depositsMinor < restMinor ? { code: 'order-abnormal-prepay', figures: { ...figures, depositsMinor } } : null;
}
