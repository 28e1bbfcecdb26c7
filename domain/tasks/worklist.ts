import { daysBetween } from '../platform/calendar.ts';
import type { BusinessDate } from '../platform/calendar.ts';
import { exponentOf, formatAmount, sayMoney } from '../platform/money.ts';
import { sayDate } from '../platform/said-time.ts';
import { closedUp } from '../platform/sentences.ts';
import type { TaskHarm } from './policy.ts';

/** What a task's rank depends on. Amounts in minor units. */
export interface TaskFacts {
  /** What comes of it when nobody does it. Only of tasks that collect (`money`) do the figures of the debt count. */
  harm: TaskHarm;
  /** The business day its deadline ends. */
  dueOn: BusinessDate;
  overdue: readonly { currency: string; minor: number }[];
  /** Of the oldest open receivable the task is about; null: none. */
  oldestDueDate: BusinessDate | null;
  brokenPromises: number;
  state: 'open' | 'warned' | 'escalated' | 'done' | 'cancelled';
  limitationOn: BusinessDate | null;
  /** Day of the last contact of any kind; null: never. */
  lastContactOn: BusinessDate | null;
}

export type RankCode = 'harm' | 'overdue-amount' | 'overdue-age' | 'broken-promises' | 'deadline' | 'limitation' | 'no-contact';

export interface RankReason {
  code: RankCode;
  points: number;
  figures: Record<string, string>;
}

/**
 * Points of the worklist: what comes of a task that is left, then of one that collects ten for each tenfold of the amount and one for two
 * days of age; the others as they stand. What would be our own breach comes before any money.
 */
export const rankPoints = {
  harm: { breach: 240, goods: 100, contact: 80, decision: 70, risk: 50, money: 20, books: 20, data: 5 },
  perTenfold: 10,
  mostForAmount: 60,
  daysPerPoint: 2,
  mostForAge: 40,
  perBrokenPromise: 10,
  mostForPromises: 20,
  deadline: [
    { withinDays: -1, points: 30 },
    { withinDays: 0, points: 20 },
    { withinDays: 1, points: 10 },
    { withinDays: 3, points: 5 },
  ],
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
  const debt = [
    ...amountReasons(facts),
    ...ageReasons(facts, today),
    ...promiseReasons(facts),
    ...limitationReasons(facts, today),
    ...quietReasons(facts, today),
  ];
  const reasons = [
    { code: 'harm' as const, points: rankPoints.harm[facts.harm], figures: { harm: facts.harm } },
    ...deadlineReasons(facts, today),
    ...(facts.harm === 'money' ? debt : []),
  ].filter((reason) => reason.points > 0);
  return { rank: reasons.reduce((sum, reason) => sum + reason.points, 0), reasons };
}

/** Currencies are not added: the greatest amount counts, by its size in its own major units. */
function amountReasons({ overdue }: TaskFacts): RankReason[] {
  const scored = overdue.map(({ currency, minor }) => {
    const major = Number(minor) / 10 ** (exponentOf(currency) ?? 2);
    const points = Math.min(rankPoints.mostForAmount, Math.floor(rankPoints.perTenfold * Math.log10(Math.max(1, major))));
    return { points, figures: { amount: formatAmount(minor, currency), currency } };
  });
  const [most] = scored.sort((a, b) => b.points - a.points);
  return most ? [{ code: 'overdue-amount', ...most }] : [];
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

function deadlineReasons({ state, dueOn }: TaskFacts, today: BusinessDate): RankReason[] {
  if (state === 'done' || state === 'cancelled') return [];
  const days = daysBetween(today, dueOn);
  const near = rankPoints.deadline.find((row) => days <= row.withinDays)?.points ?? 0;
  const points = near + (state === 'escalated' ? rankPoints.escalated : 0);
  return [{ code: 'deadline', points, figures: { state, on: dueOn, late: String(days < 0) } }];
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

const harmWords: Readonly<Record<TaskHarm, Record<'zh' | 'en', string>>> = {
  breach: { en: 'left undone it is our own breach of contract', zh: '不处理即构成我方违约' },
  goods: { en: 'goods or an order wait for it', zh: '有订单或货物等待处理' },
  contact: { en: 'customers are reached wrongly, or not at all', zh: '客户联系中断或可能出错' },
  decision: { en: 'somebody waits for the decision', zh: '有人等待审批或答复' },
  risk: { en: 'credit may be at risk', zh: '授信可能存在风险' },
  money: { en: 'money is to be collected', zh: '有款项待收回' },
  books: { en: 'the books are not clear', zh: '账目有待核实' },
  data: { en: 'data is to be corrected', zh: '资料有待更正' },
};

const money = (f: Record<string, string>, language: 'zh' | 'en'): string =>
  sayMoney(f['amount'] ?? '', f['currency'] ?? '', language);

const words: Readonly<Record<RankCode, Record<'zh' | 'en', (f: Record<string, string>) => string>>> = {
  harm: { en: (f) => harmWords[f['harm'] as TaskHarm].en, zh: (f) => harmWords[f['harm'] as TaskHarm].zh },
  'overdue-amount': { en: (f) => `${money(f, 'en')} overdue`, zh: (f) => closedUp(`逾期 ${money(f, 'zh')}`) },
  'overdue-age': {
    en: (f) => `oldest overdue by ${f['days']} day${f['days'] === '1' ? '' : 's'}`,
    zh: (f) => `最早一笔已逾期 ${f['days']} 天`,
  },
  'broken-promises': {
    en: (f) => `${f['count']} broken promise${f['count'] === '1' ? '' : 's'}`,
    zh: (f) => `${f['count']} 次未兑现的付款承诺`,
  },
  deadline: {
    en: (f) => `${f['state'] === 'escalated' ? 'escalated, ' : ''}${f['late'] === 'true' ? 'was due' : 'due'} on ${f['on']}`,
    zh: (f) =>
      `${f['state'] === 'escalated' ? '已升级，' : ''}${f['late'] === 'true' ? `已超过期限 ${f['on']}` : `限 ${f['on']} 前完成`}`,
  },
  limitation: { en: (f) => `time-barred after ${f['on']}`, zh: (f) => `诉讼时效至 ${f['on']}` },
  'no-contact': {
    en: (f) => (f['last'] === '-' ? 'never contacted' : `last contact on ${f['last']}`),
    zh: (f) => (f['last'] === '-' ? '从未联系' : `上次联系于 ${f['last']}`),
  },
};

/** A reason of a rank in words. */
export const sayRank = ({ code, figures }: RankReason, language: 'zh' | 'en'): string => {
  const said = Object.fromEntries(Object.entries(figures).map(([name, text]) => [name, sayDate(text, language)]));
  return closedUp(words[code][language](said));
};
