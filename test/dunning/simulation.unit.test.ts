import { expect, it } from 'vitest';
import { addDays, addMs, dateOf, daysBetween, instantAt, isContactDay } from '../../domain/platform/calendar.ts';
import type { Instant } from '../../domain/platform/calendar.ts';
import { isContact } from '../../domain/dunning/ladder.ts';
import type { Ladder, Rung } from '../../domain/dunning/ladder.ts';
import { planReceivable } from '../../domain/dunning/plan.ts';
import { disputedMinor, openMinor } from '../../domain/dunning/receivable.ts';
import type { CollectionTerms, ReceivableFacts } from '../../domain/dunning/receivable.ts';
import { scheduleRungs } from '../../domain/dunning/schedule.ts';
import { chinaIn, disputeOf, noHolidays, policy, rung, termsOf } from './receivable-world.ts';
import { Book } from './simulation-book.ts';
import { fc } from '../support/property.ts';
import { stages } from '../../domain/ledger/outcome.ts';

const HOUR = 3_600_000;

/** When news comes: some hours after the last, or in the very instant of the planned step or of the sending, before it. */
type When = { hours: number } | 'at-plan' | 'at-send';
type What =
  | { kind: 'pay'; percent: number; daysAgo: number }
  | { kind: 'reverse'; index: number }
  | { kind: 'credit'; percent: number }
  | { kind: 'dispute'; percent: number }
  | { kind: 'resolve'; index: number; upheld: boolean }
  | { kind: 'promise'; percent: number; days: number }
  | { kind: 'due-date'; days: number }
  | { kind: 'write-off'; percent: number }
  | { kind: 'no-address' };
/** The process sleeps; facts that arrive meanwhile are seen only when it wakes. */
interface Outage {
  kind: 'outage';
  hours: readonly [number, number];
  during: readonly What[];
  outreachFirst: boolean;
}
interface News {
  when: When;
  what: What | Outage;
}
interface Scenario {
  ladder: Ladder;
  calendar: CollectionTerms['calendar'];
  minBalanceMinor: number;
  graceDays: number;
  dueDate: string;
  postedDays: number;
  goLiveDays: number | null;
  delays: readonly number[];
  news: readonly News[];
}

const percent = fc.oneof(fc.constant(100), fc.integer({ min: 1, max: 99 }));
const what: fc.Arbitrary<What> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('pay' as const), percent, daysAgo: fc.integer({ min: 0, max: 3 }) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('reverse' as const), index: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('credit' as const), percent }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('dispute' as const), percent }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('resolve' as const), index: fc.nat(3), upheld: fc.boolean() }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('promise' as const), percent, days: fc.integer({ min: 0, max: 25 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('due-date' as const), days: fc.integer({ min: -25, max: 40 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('write-off' as const), percent }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('no-address' as const) }) },
);
const sleep = fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 60, max: 900 }));
const outage: fc.Arbitrary<Outage> = fc.record({
  kind: fc.constant('outage' as const),
  hours: fc.tuple(sleep, sleep),
  during: fc.array(what, { maxLength: 3 }),
  outreachFirst: fc.boolean(),
});
const when: fc.Arbitrary<When> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ hours: fc.integer({ min: 0, max: 240 }) }) },
  { weight: 1, arbitrary: fc.constant('at-plan' as const) },
  { weight: 1, arbitrary: fc.constant('at-send' as const) },
);
/** Any ladder that has no fault: its stages in order, the rest at will. */
const anyLadder: fc.Arbitrary<Ladder> = fc
  .array(
    fc.record({
      stage: fc.constantFrom<Rung['stage']>('due', 'reminder', 'escalation', 'legal'),
      anchor: fc.constantFrom<Rung['anchor']>('dueDate', 'dueDate', 'endOfMonth', 'previousRung'),
      days: fc.integer({ min: 0, max: 30 }),
      action: fc.constantFrom<Rung['action']>('notice', 'remind', 'work-order', 'escalate'),
      minGapDays: fc.integer({ min: 0, max: 4 }),
      ifMissed: fc.constantFrom<Rung['ifMissed']>('take', 'take', 'drop'),
    }),
    { minLength: 1, maxLength: 6 },
  )
  .map((parts) => ({
    id: 'any',
    rungs: parts
      .toSorted((a, b) => stages.indexOf(a.stage) - stages.indexOf(b.stage))
      .map((part, place) => {
        const anchor = place === 0 && part.anchor === 'previousRung' ? 'dueDate' : part.anchor;
        return rung(`r${place}`, part.days, { ...part, anchor });
      }),
  }));
const scenario: fc.Arbitrary<Scenario> = fc.record({
  ladder: fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...policy.ladders) }, { weight: 1, arbitrary: anyLadder }),
  calendar: fc.constantFrom(chinaIn('Asia/Shanghai'), chinaIn('Asia/Shanghai'), chinaIn('America/New_York'), noHolidays),
  minBalanceMinor: fc.constantFrom(0, 0, 5_000),
  graceDays: fc.constantFrom(0, 1, 3),
  dueDate: fc.integer({ min: 0, max: 330 }).map((n) => addDays('2026-01-10', n)),
  postedDays: fc.oneof({ weight: 4, arbitrary: fc.integer({ min: -40, max: -10 }) }, fc.integer({ min: -10, max: 25 })),
  goLiveDays: fc.oneof({ weight: 4, arbitrary: fc.constant(null) }, fc.integer({ min: -20, max: 45 })),
  delays: fc.array(fc.oneof(fc.constant(1), fc.integer({ min: 0, max: 200 })), { minLength: 1, maxLength: 4 }),
  news: fc.array(fc.record({ when, what: fc.oneof({ weight: 7, arbitrary: what }, { weight: 1, arbitrary: outage }) }), {
    maxLength: 14,
  }),
});

/** Lives through a scenario, checking at every step what must hold, and at the end that every rung is accounted for. */
class Life {
  readonly book: Book;
  readonly terms: CollectionTerms;
  readonly zone: string;
  now: Instant;
  ids = 0;
  /** Entries of the book's history already judged. */
  seen = 0;
  slept = false;
  /** Posted late, another due date, or below the minimum for a while: rungs may lie in the past although the process never slept. */
  movedBack = false;

  constructor(s: Scenario) {
    this.terms = termsOf({
      ladder: s.ladder,
      calendar: s.calendar,
      minBalanceMinor: s.minBalanceMinor,
      promiseGraceDays: s.graceDays,
    });
    this.zone = s.calendar.zone;
    this.now = instantAt(addDays(s.dueDate, s.postedDays), 541, this.zone);
    const collectFrom = s.goLiveDays === null ? null : addDays(s.dueDate, s.goLiveDays);
    this.book = new Book(this.terms, {
      amountMinor: 100_000,
      dueDate: s.dueDate,
      collectFrom,
      postedAt: this.now,
      delays: s.delays,
    });
    const first = scheduleRungs(this.book.facts(), this.terms, this.now)[0];
    if (first && first.at <= this.now) this.movedBack = true;
    this.fire();
    for (const { when, what } of s.news) this.happen(when, what);
    this.runTo(addMs(this.now, 24 * HOUR * 420));
    this.checkEnd();
  }

  /** Awake until `until`: every timer fires on time. */
  runTo(until: Instant): void {
    for (let next = this.nextTimer(); next !== null && next <= until; next = this.nextTimer()) {
      this.now = next > this.now ? next : this.now;
      this.fire();
    }
    this.now = until;
  }

  nextTimer(): Instant | null {
    const timers = [this.book.plan.at, this.book.sendAt].filter((t) => t !== null);
    return timers.sort()[0] ?? null;
  }

  fire(): void {
    const { book, now } = this;
    if (book.sendAt !== null && book.sendAt <= now) book.send(now);
    if (book.plan.at !== null && book.plan.at <= now) book.take(now);
    this.look();
  }

  look(): void {
    expect(this.book.settleAll(this.now), 'one rung at one instant').toBeLessThanOrEqual(1);
    this.checkAwake();
    this.checkMissed();
  }

  /** A rung is missed only after an outage, when it was asked for and not sent, or when its day was moved into the past. */
  checkMissed(): void {
    const { history } = this.book;
    for (const [place, change] of history.entries()) {
      if (place < this.seen || change.state !== 'missed') continue;
      const asked = history.slice(0, place).some((c) => c.id === change.id && c.state === 'requested');
      const past = change.reason === 'past-due-date' && this.isPastNotice(change.id);
      expect(asked || past || this.slept || this.movedBack, `${change.id} missed, though the process never slept`).toBe(true);
    }
    this.seen = history.length;
  }

  /** A notice dated up to the due date, which no contact day, or too few of them, led to. */
  isPastNotice(id: string): boolean {
    const one = this.book.rungOf(id);
    return one.action === 'notice' && !(one.anchor === 'dueDate' && one.days > 0);
  }

  happen(when: When, what: What | Outage): void {
    const { book } = this;
    const instant = when === 'at-plan' ? book.plan.at : when === 'at-send' ? book.sendAt : null;
    const at = typeof when === 'object' ? addMs(this.now, when.hours * HOUR) : instant;
    if (at !== null && at > this.now) {
      this.runTo(addMs(at, -1));
      this.now = at;
    }
    if (what.kind === 'outage') return this.outage(what);
    this.apply(what);
    this.fire();
  }

  outage({ hours, during, outreachFirst }: Outage): void {
    const { book } = this;
    this.now = addMs(this.now, hours[0] * HOUR);
    for (const what of during) this.apply(what);
    this.now = addMs(this.now, hours[1] * HOUR);
    this.slept = true;
    const before = book.takes.length;
    if (outreachFirst && book.sendAt !== null && book.sendAt <= this.now) book.send(this.now);
    this.look();
    expect(book.takes.length - before, 'one rung after an outage').toBeLessThanOrEqual(1);
    this.slept = false;
    // What fell due meanwhile is judged only when a pause found at waking ends.
    if (book.pauses.some((p) => p.to === null)) this.movedBack = true;
  }

  apply(what: What): void {
    const { book, now } = this;
    const open = book.openMinor;
    const undisputed = open - disputedMinor(book.facts());
    const part = (of: number, share: number) => Math.max(1, Math.floor((of * share) / 100));
    const today = dateOf(now, this.zone);
    switch (what.kind) {
      case 'pay':
      case 'credit': {
        if (open === 0) return;
        const valueDate = what.kind === 'pay' ? addDays(today, -what.daysAgo) : today;
        const kind = what.kind === 'pay' ? 'payment' : 'credit';
        book.allocations.push({ kind, amountMinor: part(open, what.percent), valueDate, postedAt: now, reversedAt: null });
        return;
      }
      case 'reverse': {
        const standing = book.allocations.filter((a) => a.kind === 'payment' && a.reversedAt === null);
        const one = standing[what.index % Math.max(1, standing.length)];
        if (one) one.reversedAt = now;
        return;
      }
      case 'dispute':
        if (undisputed === 0) return;
        book.disputes.push({
          id: `d${(this.ids += 1)}`,
          amountMinor: part(undisputed, what.percent),
          state: 'open',
          openedAt: now,
          closedAt: null,
          creditedMinor: 0,
          lapsedAt: null,
        });
        return;
      case 'resolve': {
        const standing = book.disputes.filter((d) => d.state === 'open');
        const one = standing[what.index % Math.max(1, standing.length)];
        if (one) Object.assign(one, { state: what.upheld ? 'upheld' : 'rejected', closedAt: now });
        return;
      }
      case 'promise':
        if (undisputed === 0) return;
        book.promises.push({
          id: `p${(this.ids += 1)}`,
          amountMinor: part(undisputed, what.percent),
          on: addDays(today, what.days),
          state: 'pending',
          madeAt: now,
          judgedAt: null,
        });
        return;
      case 'due-date':
        if (open === 0) return;
        book.dueDate = addDays(book.dueDate, what.days);
        this.movedBack = true;
        return;
      case 'write-off':
        if (open > 0) book.writtenOffMinor += part(open, what.percent);
        return;
      case 'no-address':
        book.giveUp(now);
        return;
    }
  }

  /** What holds whenever the process has looked and waits. */
  checkAwake(): void {
    const { book, terms, now } = this;
    const facts = book.facts();
    const again = planReceivable(facts, terms, now);
    expect(again.due, 'nothing due is left').toBe(false);
    expect(again.changes, 'the same facts change no rung twice').toEqual([]);
    expect(again.promises).toEqual([]);
    expect(again.pauses).toBe(facts.pauses);
    expect(again.plan).toEqual(book.plan);
    expect(again.stage).toBe(book.stage);
    if (again.plan.at !== null) expect(again.plan.at > now, 'a plan lies ahead').toBe(true);
    this.checkPauses(facts);
    const remaining = scheduleRungs(facts, terms, now);
    for (const [place, r] of remaining.entries()) {
      const before = remaining[place - 1];
      if (before) expect(r.on > before.on, `${r.rung.id} comes a day or more after ${before.rung.id}`).toBe(true);
      if (isContact(r.rung.action) && !r.requested) expect(isContactDay(terms.calendar, r.on)).toBe(true);
    }
    const undisputed = openMinor(facts) - disputedMinor(facts);
    if (!again.outcome && undisputed > 0 && undisputed < terms.minBalanceMinor) this.movedBack = true;
    const goesOn = !again.outcome && !facts.pauses.some((p) => p.to === null) && undisputed >= terms.minBalanceMinor;
    if (!goesOn) return;
    const first = remaining.find((r) => !r.requested);
    if (first) expect(again.plan.at !== null && again.plan.at <= first.at, 'the next rung is not forgotten').toBe(true);
    for (const p of facts.promises.filter((one) => one.state === 'pending')) {
      const judged = instantAt(addDays(p.on, terms.promiseGraceDays + 1), 0, this.zone);
      expect(again.plan.at !== null && again.plan.at <= judged, 'a promise is not forgotten').toBe(true);
    }
  }

  checkPauses(facts: ReceivableFacts): void {
    for (const [place, pause] of facts.pauses.entries()) {
      const next = facts.pauses[place + 1];
      expect(pause.from <= (pause.to ?? this.now)).toBe(true);
      if (next) expect(pause.to !== null && pause.to <= next.from, 'pauses do not overlap').toBe(true);
    }
    const undisputed = openMinor(facts) - disputedMinor(facts);
    const covered = facts.promises.some((p) => p.state === 'pending' && p.amountMinor - p.receivedMinor >= undisputed);
    const why = openMinor(facts) === 0 ? 'closed' : undisputed === 0 ? 'dispute' : covered ? 'promise' : null;
    expect(facts.pauses.find((p) => p.to === null)?.why ?? null).toBe(why);
    expect(facts.rungs.filter((r) => r.state === 'requested').length).toBeLessThanOrEqual(why ? 0 : 1);
  }

  checkEnd(): void {
    const { book, terms } = this;
    const position = (r: Rung) => terms.ladder.rungs.indexOf(r);
    for (const [place, take] of book.takes.entries()) {
      const { facts, rung: one } = take;
      const undisputed = openMinor(facts) - disputedMinor(facts);
      expect(undisputed, 'no rung is taken after the money arrived or while all is disputed').toBeGreaterThan(0);
      expect(undisputed).toBeGreaterThanOrEqual(terms.minBalanceMinor);
      const holds = facts.promises.filter((p) => p.state === 'pending' && p.amountMinor - p.receivedMinor >= undisputed);
      const judged = (on: string) => instantAt(addDays(on, terms.promiseGraceDays + 1), 0, this.zone);
      expect(
        holds.filter((p) => judged(p.on) > take.at),
        'no rung is taken while a promise covers the debt',
      ).toEqual([]);
      const before = book.takes[place - 1];
      if (!before) continue;
      expect(position(one), 'rungs are taken once, in order').toBeGreaterThan(position(before.rung));
      const gap = daysBetween(dateOf(before.at, this.zone), dateOf(take.at, this.zone));
      expect(gap, `gap before ${one.id}`).toBeGreaterThanOrEqual(Math.max(1, one.minGapDays));
    }
    const open = book.stages.map((s) => s.stage).filter((stage) => stage !== 'closed');
    expect(
      open.map((s) => stages.indexOf(s)),
      'the stage never falls',
    ).toEqual(open.map((s) => stages.indexOf(s)).toSorted((a, b) => a - b));
    this.checkReasons();
  }

  checkReasons(): void {
    const { book } = this;
    const reasons = [
      'superseded',
      'too-late',
      'past-due-date',
      'no-address',
      'before-go-live',
      'paid',
      'credited',
      'written-off',
    ];
    const stuck = ['disputed', 'credit-expected', 'promise-pending', 'below-minimum'].includes(book.plan.why.code);
    for (const one of this.terms.ladder.rungs) {
      const record = book.rungs.get(one.id);
      const settled = record && record.state !== 'planned' && record.state !== 'requested';
      if (settled && record.state !== 'taken') expect(reasons, `${one.id} ${record.state}`).toContain(record.reason);
      if (settled && record.state === 'taken') expect(book.takes.filter((t) => t.rung === one)).toHaveLength(1);
      if (!settled) expect(book.outcome !== null || stuck, `${one.id} was left out without a reason`).toBe(true);
    }
  }
}

const patient = { timeout: 300_000 };

it('whatever happens to it, a receivable is asked for in order, once, never wrongly and never silently left out', patient, () => {
  fc.assert(
    fc.property(scenario, (s) => {
      new Life(s);
    }),
    { numRuns: Number(process.env['RUNS'] ?? 300) },
  );
});

/** An independent calculation: a ladder is a clock of days that stands still while disputed; a rung comes when it has counted enough. */
it('without an outage each rung comes on the day an independent count of undisputed days gives', patient, () => {
  const disputes = fc.uniqueArray(fc.integer({ min: -6, max: 70 }), { maxLength: 8 }).map((days) => {
    const sorted = days.toSorted((a, b) => a - b).map((day) => addDays('2026-03-01', day));
    return sorted.slice(0, sorted.length - (sorted.length % 2));
  });
  const offsets = fc.uniqueArray(fc.integer({ min: -5, max: 45 }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(disputes, offsets, (edges, days) => {
      const sorted = days.toSorted((a, b) => a - b);
      const rungs = sorted.map((day, place) => rung(`r${place}`, day, { action: 'work-order', workOrder: 'call' }));
      const terms = termsOf({ ladder: { id: 'own', rungs }, calendar: noHolidays });
      const postedAt = instantAt('2026-02-20', 0, 'UTC');
      const book = new Book(terms, { amountMinor: 1_000, dueDate: '2026-03-01', collectFrom: null, postedAt, delays: [0] });
      const expected: string[] = [];
      let stoodStill = 0;
      let done = 0;
      for (let day = '2026-02-20'; day < '2026-07-01'; day = addDays(day, 1)) {
        const edge = edges.indexOf(day);
        const noon = instantAt(day, 720, 'UTC');
        for (const morning of [instantAt(day, 0, 'UTC'), instantAt(day, 630, 'UTC')])
          if (book.plan.at === morning) book.take(morning);
        const next = sorted[done];
        const held = edges.filter((e) => e < day).length % 2 === 1;
        if (next !== undefined && !held && addDays('2026-03-01', next + stoodStill) <= day) {
          expected.push(day);
          done += 1;
        }
        if (edge % 2 === 0) book.disputes.push(disputeOf({ id: day, amountMinor: 1_000, openedAt: noon }));
        if (edge % 2 === 1) Object.assign(book.disputes.at(-1) ?? {}, { state: 'rejected', closedAt: noon });
        if (edge >= 0) book.settleAll(noon);
        const counted = addDays('2026-03-01', sorted[0] ?? 0) <= day;
        if (counted && (edge >= 0 ? edge % 2 === 0 : held)) stoodStill += 1;
        // What came free at noon, after its slot, is taken at once.
        const freed = sorted[done];
        if (
          edge % 2 === 1 &&
          freed !== undefined &&
          addDays('2026-03-01', freed + stoodStill) <= day &&
          expected.at(-1) !== day
        ) {
          expected.push(day);
          done += 1;
        }
      }
      expect(book.takes.map((take) => dateOf(take.at, 'UTC'))).toEqual(expected);
    }),
    { numRuns: 200 },
  );
});
