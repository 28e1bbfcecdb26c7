import { addDays } from '../platform/calendar.ts';
import type { BusinessDate } from '../platform/calendar.ts';
import { scaled, totalMinor } from '../platform/money.ts';
import { halfUp, convertedMinor } from '../ledger/rates.ts';
import type { RateOf } from '../ledger/rates.ts';

/** Where what a customer could owe stands. `deposits` is money received for nothing yet, and lowers the exposure. */
export const buckets = ['reserved', 'ordered', 'delivered', 'open', 'bills', 'deposits'] as const;
export type Bucket = (typeof buckets)[number];

/** Part of a bucket by ship date (reserved, ordered), due date (open) or clearing date (bills). */
export interface DatedAmount {
  bucket: Exclude<Bucket, 'delivered' | 'deposits'>;
  onDate: BusinessDate;
  amountMinor: number;
}

export interface LimitFact {
  kind: 'standing' | 'temporary';
  amountMinor: number;
  validFrom: BusinessDate;
  validUntil: BusinessDate | null;
}

/** Raises the limit by value × share, or lowers the exposure by value × share (1 − haircut); never both. */
export interface SecurityFact {
  effect: 'raises-limit' | 'lowers-exposure';
  valueMinor: number;
  /** Decimal from 0 to 1, at most four places. */
  share: string;
  validFrom: BusinessDate;
  validUntil: BusinessDate | null;
}

/** An account as its rows stand: limits and securities that are not revoked or released, whatever their dates. */
export interface AccountFacts {
  id: string;
  kind: 'payer' | 'group';
  code: string;
  currency: string;
  version: number;
  balances: Readonly<Record<Bucket, number>>;
  dated: readonly DatedAmount[];
  limits: readonly LimitFact[];
  securities: readonly SecurityFact[];
}

/** What judges: one account of a payer or group, with all of its other accounts that count against it, in its currency. */
export interface Position {
  accountId: string;
  currency: string;
  version: number;
  /** Some limit is on file, valid or not. */
  known: boolean;
  /** The highest valid limit with what guarantees add; 0 when every limit has expired or not begun; null when none is on file. */
  limitMinor: number | null;
  limitKind: 'standing' | 'temporary' | null;
  raisedMinor: number;
  /** The last day of the limit that expired last; null while one is valid. */
  expiredOn: BusinessDate | null;
  exposureMinor: number;
  /** What has no rate on file, and so is not in the exposure. */
  unconverted: readonly { currency: string; minor: number }[];
}

/** The last ship date that counts today. */
export const horizonOf = (today: BusinessDate, horizonDays: number): BusinessDate => addDays(today, horizonDays);

const inForce = (of: { validFrom: BusinessDate; validUntil: BusinessDate | null }, today: BusinessDate): boolean =>
  of.validFrom <= today && (of.validUntil === null || of.validUntil >= today);

const SHARE_UNIT = 10_000n;

/** What of a security counts, in minor units of its account. */
export const securedMinor = ({ valueMinor, share }: SecurityFact): number =>
  halfUp(BigInt(valueMinor) * scaled(share, 4), SHARE_UNIT);

function secured(account: AccountFacts, effect: SecurityFact['effect'], today: BusinessDate): number {
  const valid = account.securities.filter((one) => one.effect === effect && inForce(one, today));
  return totalMinor(valid.map(securedMinor));
}

/** What one account counts today, in its own currency: orders inside the horizon, bills until they clear, deposits and securities off. */
export function countedMinor(account: AccountFacts, today: BusinessDate, horizonDays: number): number {
  const horizon = horizonOf(today, horizonDays);
  const { reserved, ordered, delivered, open, deposits } = account.balances;
  const sum = (holds: (part: DatedAmount) => boolean): number =>
    totalMinor(account.dated.filter(holds).map((part) => part.amountMinor));
  const later = sum(({ bucket, onDate }) => (bucket === 'reserved' || bucket === 'ordered') && onDate > horizon);
  const bills = sum(({ bucket, onDate }) => bucket === 'bills' && onDate > today);
  return totalMinor([reserved, ordered, -later, delivered, open, bills, -deposits, -secured(account, 'lowers-exposure', today)]);
}

/**
 * What one account is committed to, in its own currency: goods that may ship whatever their date, and all that is owed. Orders that are
 * only reserved do not count: a shipment takes their room when it may go.
 */
export function committedMinor(account: AccountFacts, today: BusinessDate): number {
  const { ordered, delivered, open, deposits } = account.balances;
  const bills = account.dated.filter(({ bucket, onDate }) => bucket === 'bills' && onDate > today);
  const uncleared = totalMinor(bills.map(({ amountMinor }) => amountMinor));
  return totalMinor([ordered, delivered, open, uncleared, -deposits, -secured(account, 'lowers-exposure', today)]);
}

/** The account that judges orders in `currency`: their own when it bears a limit, else the first that does. */
export function judgeOf(accounts: readonly AccountFacts[], currency: string): AccountFacts | null {
  const bearing = accounts.filter((account) => account.limits.length > 0);
  return bearing.find((account) => account.currency === currency) ?? bearing[0] ?? null;
}

/** Accounts that count against `judge`: itself, and, for the first that bears a limit, those that bear none. */
export function poolOf(accounts: readonly AccountFacts[], judge: AccountFacts): readonly AccountFacts[] {
  const first = accounts.find((account) => account.limits.length > 0) ?? judge;
  return accounts.filter((account) => account === judge || (judge === first && account.limits.length === 0));
}

/**
 * How a payer or group stands towards orders in `currency`. `accounts`: all of its currencies, the first opened first. `more` is what an
 * order would add (in its currency). Without a limit on file its exposure is that of the order's own account. `counts`: see committedMinor.
 * Throws RateMissing when there is no rate for `more`.
 */
export function positionOf(
  accounts: readonly AccountFacts[],
  currency: string,
  day: { today: BusinessDate; horizonDays: number; rateOf: RateOf; counts?: 'all' | 'committed' },
  moreMinor = 0,
): Position | null {
  const { today, horizonDays, rateOf, counts = 'all' } = day;
  const judge = judgeOf(accounts, currency) ?? accounts.find((account) => account.currency === currency);
  if (!judge) return null;
  const known = judge.limits.length > 0;
  const counted = (known ? poolOf(accounts, judge) : [judge]).map((account) => ({
    currency: account.currency,
    minor: counts === 'all' ? countedMinor(account, today, horizonDays) : committedMinor(account, today),
  }));
  // One missing rate concerns that amount alone: it is shown apart, and what can be counted is.
  const unconverted = counted.filter(
    (one) => one.minor !== 0 && one.currency !== judge.currency && rateOf(one.currency, judge.currency) === null,
  );
  const convertible = counted.filter((one) => !unconverted.includes(one));
  const exposureMinor = convertedMinor([...convertible, { currency, minor: moreMinor }], judge.currency, rateOf);
  const valid = judge.limits.filter((limit) => inForce(limit, today));
  const best = valid.toSorted((a, b) => Number(b.amountMinor) - Number(a.amountMinor) || (a.kind < b.kind ? -1 : 1))[0];
  const raisedMinor = best ? secured(judge, 'raises-limit', today) : 0;
  const ended = judge.limits.flatMap(({ validUntil }) => (validUntil !== null && validUntil < today ? [validUntil] : []));
  return {
    accountId: judge.id,
    currency: judge.currency,
    version: judge.version,
    known,
    limitMinor: best ? totalMinor([best.amountMinor, raisedMinor]) : known ? 0 : null,
    limitKind: best?.kind ?? null,
    raisedMinor,
    expiredOn: best ? null : (ended.toSorted().at(-1) ?? null),
    exposureMinor,
    unconverted,
  };
}
