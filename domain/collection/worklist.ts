import { daysBetween } from '../kernel/calendar.ts';
import type { BusinessDate } from '../kernel/calendar.ts';
import { exponentOf, formatAmount } from '../kernel/money.ts';

/** What a task's rank depends on. Amounts in minor units. */
export interface TaskFacts {
  overdue: readonly { currency: string; minor: number }[];
  /** Of the oldest open receivable the task is about; null: none. */
  oldestDueDate: BusinessDate | null;
  brokenPromises: number;
  state: 'open' | 'warned' | 'escalated' | 'done' | 'cancelled';
  limitationOn: BusinessDate | null;
  /** Day of the last contact of any kind; null: never. */
  lastContactOn: BusinessDate | null;
}

export type RankCode = 'overdue-amount' | 'overdue-age' | 'broken-promises' | 'deadline' | 'limitation' | 'no-contact';

export interface RankReason {
  code: RankCode;
  points: number;
  figures: Record<string, string>;
}

/** Points of the worklist: ten for each tenfold of the amount, one for two days of age, the others as they stand. */
export const rankPoints = {
  perTenfold: 10,
  mostForAmount: 60,
  daysPerPoint: 2,
  mostForAge: 40,
  perBrokenPromise: 10,
  mostForPromises: 20,
  warned: 5,
  escalated: 15,
  limitation: [
    { withinDays: 30, points: 40 },
    { withinDays: 90, points: 25 },
    { withinDays: 180, points: 10 },
  ],
  quietDays: 14,
  quiet: 5,
} as const;

/** How urgent a task is: the sum of its reasons, each with its points and figures. */
export function rankTask(facts: TaskFacts, today: BusinessDate): { rank: number; reasons: RankReason[] } {
  const reasons = [
    ...amountReasons(facts),
    ...ageReasons(facts, today),
    ...promiseReasons(facts),
    ...deadlineReasons(facts),
    ...limitationReasons(facts, today),
    ...quietReasons(facts, today),
  ].filter((reason) => reason.points > 0);
  return { rank: reasons.reduce((sum, reason) => sum + reason.points, 0), reasons };
}

/** Currencies are not added: the greatest amount counts, by its size in its own major units. */
function amountReasons({ overdue }: TaskFacts): RankReason[] {
  const scored = overdue.map(({ currency, minor }) => {
    const major = minor / 10 ** (exponentOf(currency) ?? 2);
    const points = Math.min(rankPoints.mostForAmount, Math.floor(rankPoints.perTenfold * Math.log10(Math.max(1, major))));
    return { points, amount: `${formatAmount(minor, currency)} ${currency}` };
  });
  const [most] = scored.sort((a, b) => b.points - a.points);
  return most ? [{ code: 'overdue-amount', points: most.points, figures: { amount: most.amount } }] : [];
}

function ageReasons({ oldestDueDate }: TaskFacts, today: BusinessDate): RankReason[] {
  const days = oldestDueDate === null ? 0 : daysBetween(oldestDueDate, today);
  const points = Math.min(rankPoints.mostForAge, Math.floor(Math.max(0, days) / rankPoints.daysPerPoint));
  return [{ code: 'overdue-age', points, figures: { days: String(days) } }];
}

function promiseReasons({ brokenPromises }: TaskFacts): RankReason[] {
  const points = Math.min(rankPoints.mostForPromises, brokenPromises * rankPoints.perBrokenPromise);
  return [{ code: 'broken-promises', points, figures: { count: String(brokenPromises) } }];
}

function deadlineReasons({ state }: TaskFacts): RankReason[] {
  const points = state === 'escalated' ? rankPoints.escalated : state === 'warned' ? rankPoints.warned : 0;
  return [{ code: 'deadline', points, figures: { state } }];
}

function limitationReasons({ limitationOn }: TaskFacts, today: BusinessDate): RankReason[] {
  if (limitationOn === null) return [];
  const days = daysBetween(today, limitationOn);
  const points = rankPoints.limitation.find((row) => days <= row.withinDays)?.points ?? 0;
  return [{ code: 'limitation', points, figures: { on: limitationOn } }];
}

function quietReasons({ lastContactOn }: TaskFacts, today: BusinessDate): RankReason[] {
  const quiet = lastContactOn === null || daysBetween(lastContactOn, today) > rankPoints.quietDays;
  return [{ code: 'no-contact', points: quiet ? rankPoints.quiet : 0, figures: { last: lastContactOn ?? '-' } }];
}

const words: Readonly<Record<RankCode, Record<'zh' | 'en', (f: Record<string, string>) => string>>> = {
  'overdue-amount': { en: (f) => `${f['amount']} overdue`, zh: (f) => `逾期 ${f['amount']}` },
  'overdue-age': { en: (f) => `oldest overdue by ${f['days']} days`, zh: (f) => `最早一笔已逾期 ${f['days']} 天` },
  'broken-promises': { en: (f) => `${f['count']} broken promises`, zh: (f) => `${f['count']} 次承诺未兑现` },
  deadline: {
    en: (f) => (f['state'] === 'escalated' ? 'escalated after its deadline' : 'near its deadline'),
    zh: (f) => (f['state'] === 'escalated' ? '已超期升级' : '临近期限'),
  },
  limitation: { en: (f) => `time-barred after ${f['on']}`, zh: (f) => `诉讼时效至 ${f['on']}` },
  'no-contact': {
    en: (f) => (f['last'] === '-' ? 'never contacted' : `last contact on ${f['last']}`),
    zh: (f) => (f['last'] === '-' ? '从未联系' : `上次联系于 ${f['last']}`),
  },
};

/** A reason of a rank in words. */
export const sayRank = ({ code, figures }: RankReason, language: 'zh' | 'en'): string => words[code][language](figures);
