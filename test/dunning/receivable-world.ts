import { readFileSync } from 'node:fs';
import { calendarFromFiles, instantAt } from '../../domain/platform/calendar.ts';
import type { BusinessDate, Calendar, HolidayFile, Instant } from '../../domain/platform/calendar.ts';
import type { Ladder, Rung } from '../../domain/dunning/ladder.ts';
import type { LaddersPolicy } from '../../domain/dunning/policy.ts';
import type { CollectionTerms, ReceivableFacts } from '../../domain/dunning/receivable.ts';
import type { DisputeFact, PromiseFact } from '../../domain/ledger/claims.ts';

const read = (path: string): unknown => JSON.parse(readFileSync(new URL(`../../policies/${path}`, import.meta.url), 'utf8'));

export const policy = read('ladders.json') as LaddersPolicy;
const files = [2025, 2026, 2027].map((year) => read(`calendar/cn-${year}.json`) as HolidayFile);

export const chinaIn = (zone: string): Calendar => calendarFromFiles(zone, files);
export const china = chinaIn('Asia/Shanghai');
/** Every weekday is a contact day. */
export const noHolidays: Calendar = { zone: 'UTC', days: {}, publishedYears: [] };

export function ladderOf(id: string): Ladder {
  const found = policy.ladders.find((ladder) => ladder.id === id);
  if (!found) throw new Error(`no ladder ${id}`);
  return found;
}

export const rung = (id: string, days: number, more: Partial<Rung> = {}): Rung => ({
  id,
  stage: 'reminder',
  anchor: 'dueDate',
  days,
  action: 'remind',
  minGapDays: 0,
  ifMissed: 'take',
  template: 'overdue-first',
  ...more,
});

/** 10:30 is the slot; noon is after it. */
export const SLOT = 630;

export const termsOf = (more: Partial<CollectionTerms> = {}): CollectionTerms => ({
  ladder: ladderOf('general-30'),
  calendar: china,
  slotMinute: SLOT,
  slotZone: more.calendar?.zone ?? china.zone,
  minBalanceMinor: 0,
  promiseGraceDays: 1,
  broughtForward: ['due', 'reminder', 'escalation'],
  creditNoteDays: 30,
  ...more,
});

/** An instant in Shanghai: the slot unless a time is given. */
export const at = (date: BusinessDate, time = '10:30', zone = 'Asia/Shanghai'): Instant =>
  instantAt(date, Number(time.slice(0, 2)) * 60 + Number(time.slice(3)), zone);

/** 1000.00, due on Wednesday 2026-03-04: general-30 falls on 03-02, 03-05, 03-12, 03-20, 04-03 and 04-13. */
export const factsOf = (more: Partial<ReceivableFacts> = {}): ReceivableFacts => ({
  amountMinor: 100_000,
  paidMinor: 0,
  creditedMinor: 0,
  writtenOffMinor: 0,
  dueDate: '2026-03-04',
  collectFrom: null,
  stage: 'scheduled',
  outcome: null,
  rungs: [],
  disputes: [],
  promises: [],
  pauses: [],
  coveredMinor: 0,
  coveredAt: null,
  moneyAt: null,
  postedAt: at('2026-02-02', '09:00'),
  ...more,
});

export const promiseOf = (more: Partial<PromiseFact> = {}): PromiseFact => ({
  id: 'p1',
  amountMinor: 100_000,
  on: '2026-03-16',
  state: 'pending',
  madeAt: at('2026-03-06', '15:00'),
  judgedAt: null,
  receivedMinor: 0,
  lateMinor: 0,
  ...more,
});

export const disputeOf = (more: Partial<DisputeFact> = {}): DisputeFact => ({
  id: 'd1',
  amountMinor: 100_000,
  state: 'open',
  openedAt: at('2026-03-06', '15:00'),
  closedAt: null,
  creditedMinor: 0,
  lapsedAt: null,
  ...more,
});

export const taken = (id: string, on: BusinessDate, time = '10:30') => ({
  id,
  state: 'taken' as const,
  at: at(on, time),
  reason: null,
});
