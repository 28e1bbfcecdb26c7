import { addDays, daysBetween } from '../platform/calendar.ts';
import type { BusinessDate } from '../platform/calendar.ts';
import type { ListEntry } from './facts.ts';
import type { CreditRules, WarningEffect, WarningKind } from './policy.ts';
import type { Facts } from './profile.ts';
import { numberOf } from './profile.ts';

/** What is looked at for one customer beside its facts. */
export interface WarningFacts {
  customerId: string;
  code: string;
  facts: Facts;
  /** The earliest item paid or owing late in the last three months, when none was late in the clean months before it; open: still unpaid. */
  firstLate: { invoice: string; instalment: number; dueDate: BusinessDate; daysLate: number; open: boolean } | null;
  /** Orders of the days before a limit expires against the usual of as many days, in one currency. */
  spikes: readonly { currency: string; orderedMinor: number; usualMinor: number; limitUntil: BusinessDate }[];
  /** Others of its group with an open legal case. */
  groupInLegal: readonly { customer: string; openedOn: BusinessDate }[];
}

/** A warning called for today. `key` is made of its cause, so that it is raised once a cause. */
export interface WarningVerdict {
  kind: WarningKind;
  key: string;
  customerId: string;
  severity: 'notice' | 'warning' | 'alarm';
  effects: readonly WarningEffect[];
  detail: Readonly<Record<string, string | number>>;
}

type Rules = CreditRules['warnings'];

/**
 * The warnings a customer calls for. `standing`: keys of those that are open; what has no document for a cause (payment habits) keeps the
 * key it was raised by for as long as it lasts.
 */
export function judgeWarnings(
  of: WarningFacts,
  rules: Rules,
  today: BusinessDate,
  standing: readonly string[],
): WarningVerdict[] {
  const raise = (kind: WarningKind, cause: string, detail: WarningVerdict['detail']): WarningVerdict => {
    const { severity, effects } = rules[kind];
    return { kind, key: `${kind}/${of.code}/${cause}`, customerId: of.customerId, severity, effects, detail };
  };
  const judged: Record<WarningKind, () => WarningVerdict[]> = {
    'first-late': () => firstLate(of, raise),
    'lateness-rising': () => rising(of, rules['lateness-rising'].days, today, standing, raise),
    'order-spike': () => spikes(of, Number(rules['order-spike'].factor), raise),
    'licence-expiring': () => licence(of, addDays(today, rules['licence-expiring'].days), today, raise),
    'group-in-legal': () =>
      of.groupInLegal.map(({ customer, openedOn }) => raise('group-in-legal', `${customer}/${openedOn}`, { customer, openedOn })),
    listed: () => listed(of, raise),
  };
  return (Object.keys(judged) as WarningKind[]).flatMap((kind) => (rules[kind].on ? judged[kind]() : []));
}

type Raise = (kind: WarningKind, cause: string, detail: WarningVerdict['detail']) => WarningVerdict;

function firstLate({ firstLate: late }: WarningFacts, raise: Raise): WarningVerdict[] {
  if (!late?.open) return [];
  const { invoice, instalment, dueDate, daysLate } = late;
  return [raise('first-late', `${invoice}/${instalment}`, { invoice, instalment, dueDate, daysLate })];
}

function rising(
  { code, facts }: WarningFacts,
  threshold: number,
  today: BusinessDate,
  standing: readonly string[],
  raise: Raise,
): WarningVerdict[] {
  const recent = numberOf(facts, 'daysBeyondTermsRecent');
  const before = numberOf(facts, 'daysBeyondTermsBefore');
  if (recent === undefined || before === undefined || recent - before < threshold) return [];
  const prefix = `lateness-rising/${code}/`;
  const since = standing.find((key) => key.startsWith(prefix))?.slice(prefix.length) ?? today;
  return [raise('lateness-rising', since, { recent, before })];
}

function spikes({ spikes: found }: WarningFacts, factor: number, raise: Raise): WarningVerdict[] {
  return found
    .filter(({ orderedMinor, usualMinor }) => usualMinor > 0 && orderedMinor > usualMinor * factor)
    .map((one) => raise('order-spike', `${one.currency}/${one.limitUntil}`, one));
}

function licence({ facts }: WarningFacts, warnUntil: BusinessDate, today: BusinessDate, raise: Raise): WarningVerdict[] {
  const until = facts.licenceUntil?.value;
  if (typeof until !== 'string' || until > warnUntil) return [];
  return [raise('licence-expiring', until, { until, daysLeft: daysBetween(today, until) })];
}

function listed({ facts }: WarningFacts, raise: Raise): WarningVerdict[] {
  const entries = (facts.listed?.value ?? []) as readonly ListEntry[];
  return entries.map(({ list, since, reference }) =>
    raise('listed', [list, since ?? '-', reference ?? '-'].join('/'), { list, since: since ?? '', reference: reference ?? '' }),
  );
}
