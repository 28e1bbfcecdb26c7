import { addDays, dateOf, nextContactDay } from '../domain/platform/calendar.ts';
import type { BusinessDate, Calendar, Instant } from '../domain/platform/calendar.ts';
import { planReceivable } from '../domain/dunning/plan.ts';
import type { CollectionTerms } from '../domain/dunning/receivable.ts';

export const CUSTOMERS = 500;
/** The clock of Job R: a day a second. */
export const SPEED = 86_400;

/** What becomes of a receivable: paid before anything is due, paid after its reminder, or never (legal). */
export type Fate = 'early' | 'late' | 'never';

export interface Planned {
  index: number;
  externalId: string;
  customer: string;
  amountMinor: number;
  issueDate: BusinessDate;
  dueDate: BusinessDate;
  fate: Fate;
  /** Whether it is one of those that all fall due at the same instant. */
  together: boolean;
  /** Business instant of its reminder by the rules. */
  at: Instant;
}

export interface PortfolioSettings {
  count: number;
  now: Instant;
  /** Real seconds from now until the first falls due. */
  leadSeconds: number;
  /** Real seconds over which those that do not fall due together are spread; 0: all together. */
  spreadSeconds: number;
  calendar: Calendar;
  termsOf(customer: string): Promise<CollectionTerms>;
}

/** Numbers from a seed, the same on every machine (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Picks 0…count−1, the k-th with weight 1/(k+1). */
function zipf(count: number, random: () => number): () => number {
  const sums: number[] = [];
  for (let k = 1; k <= count; k += 1) sums.push((sums.at(-1) ?? 0) + 1 / k);
  const total = sums.at(-1) ?? 1;
  return () => {
    const at = random() * total;
    let low = 0;
    let high = count - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sums[middle] ?? 0) < at) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

/** Real seconds after those due together until the spread ones begin: time to work the first lot off. */
export const pauseAfterBurst = (count: number): number => 4 + Math.ceil((count * 0.3) / 35);

/**
 * Receivables of Job R: 500 customers by Zipf's law; 30 % due at one instant, then 70 % over `spreadSeconds`; 15 % paid before, 80 %
 * after the reminder, 5 % never.
 */
export async function portfolio(settings: PortfolioSettings): Promise<Planned[]> {
  const { count, now, leadSeconds, spreadSeconds, calendar, termsOf } = settings;
  const random = seeded(20_261_122);
  const customer = zipf(CUSTOMERS, random);
  const today = dateOf(now, calendar.zone);
  const burstDay = nextContactDay(calendar, addDays(today, leadSeconds + 1));
  const spreadFrom = addDays(burstDay, pauseAfterBurst(count));
  const planned: Planned[] = [];
  for (let index = 0; index < count; index += 1) {
    const code = customerCode(customer());
    const together = spreadSeconds === 0 || random() < 0.3;
    const dueDate = together ? burstDay : addDays(spreadFrom, Math.floor(random() * spreadSeconds));
    const dice = random();
    const fate: Fate = dice < 0.15 ? 'early' : dice < 0.95 ? 'late' : 'never';
    const amountMinor = 100_000 + Math.floor(random() * 9_000_000);
    planned.push({
      index,
      externalId: `R-${String(index).padStart(6, '0')}`,
      customer: code,
      amountMinor,
      issueDate: addDays(today, -30),
      dueDate,
      fate,
      together,
      at: reminderAt(await termsOf(code), { dueDate, amountMinor, now }),
    });
  }
  return planned;
}

export const customerCode = (k: number): string => `C-${String(k).padStart(4, '0')}`;

function reminderAt(terms: CollectionTerms, of: { dueDate: BusinessDate; amountMinor: number; now: Instant }): Instant {
  const { plan } = planReceivable(
    {
      amountMinor: of.amountMinor,
      paidMinor: 0,
      creditedMinor: 0,
      writtenOffMinor: 0,
      coveredMinor: 0,
      coveredAt: null,
      dueDate: of.dueDate,
      collectFrom: null,
      stage: 'scheduled',
      outcome: null,
      rungs: [],
      disputes: [],
      promises: [],
      pauses: [],
      moneyAt: null,
      postedAt: of.now,
    },
    terms,
    of.now,
  );
  if (plan.at === null) throw new Error('a receivable of the benchmark has no reminder');
  return plan.at;
}
