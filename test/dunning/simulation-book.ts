import { addMs, dateOf, instantAt, nextContactDay } from '../../domain/platform/calendar.ts';
import type { BusinessDate, Instant } from '../../domain/platform/calendar.ts';
import { higherStage, isContact } from '../../domain/dunning/ladder.ts';
import type { Rung } from '../../domain/dunning/ladder.ts';
import { lastOfEach, planReceivable } from '../../domain/dunning/plan.ts';
import { openMinor } from '../../domain/dunning/receivable.ts';
import type {
  CollectionTerms,
  Pause,
  Plan,
  ReceivableFacts,
  RungChange,
  RungRecord,
  Verdict,
} from '../../domain/dunning/receivable.ts';
import type { Outcome, Stage } from '../../domain/ledger/outcome.ts';
import type { DisputeFact, PromiseState } from '../../domain/ledger/claims.ts';
import { receivedOf } from '../../domain/ledger/promise.ts';

interface Allocation {
  kind: 'payment' | 'credit';
  amountMinor: number;
  valueDate: BusinessDate;
  postedAt: Instant;
  reversedAt: Instant | null;
}

interface StoredPromise {
  id: string;
  amountMinor: number;
  on: BusinessDate;
  state: PromiseState;
  madeAt: Instant;
  judgedAt: Instant | null;
}

/** One rung taken, with what was owed and disputed when it was. */
export interface Take {
  rung: Rung;
  at: Instant;
  facts: ReceivableFacts;
}

/** The facts with what the step itself has found: credit notes no longer waited for. */
const asJudged = (facts: ReceivableFacts, { lapsed }: Verdict): ReceivableFacts => ({
  ...facts,
  disputes: facts.disputes.map((d) => ({ ...d, lapsedAt: lapsed.find((one) => one.id === d.id)?.at ?? d.lapsedAt })),
});

/** One receivable, stored and stepped as the book of receivables does it under its lock, and the outreach that sends its contacts. */
export class Book {
  readonly terms: CollectionTerms;
  readonly postedAt: Instant;
  readonly amountMinor: number;
  dueDate: BusinessDate;
  collectFrom: BusinessDate | null;
  writtenOffMinor = 0;
  allocations: Allocation[] = [];
  disputes: DisputeFact[] = [];
  promises: StoredPromise[] = [];
  rungs = new Map<string, RungRecord>();
  history: (RungChange & { at: Instant })[] = [];
  pauses: readonly Pause[] = [];
  stage: Stage = 'scheduled';
  outcome: Outcome | null = null;
  plan: Plan;
  takes: Take[] = [];
  stages: { at: Instant; stage: Stage }[] = [];
  /** When the outreach will send the contact it has been asked for. */
  sendAt: Instant | null = null;
  delays: readonly number[];

  constructor(
    terms: CollectionTerms,
    start: {
      amountMinor: number;
      dueDate: BusinessDate;
      collectFrom: BusinessDate | null;
      postedAt: Instant;
      delays: readonly number[];
    },
  ) {
    this.terms = terms;
    this.amountMinor = start.amountMinor;
    this.dueDate = start.dueDate;
    this.collectFrom = start.collectFrom;
    this.postedAt = start.postedAt;
    this.delays = start.delays;
    this.plan = planReceivable(this.facts(), terms, start.postedAt).plan;
  }

  facts(): ReceivableFacts {
    const standing = this.allocations.filter((a) => a.reversedAt === null);
    const sum = (kind: Allocation['kind']) => standing.filter((a) => a.kind === kind).reduce((s, a) => s + a.amountMinor, 0);
    const money = this.allocations.flatMap((a) => [a.postedAt, ...(a.reversedAt ? [a.reversedAt] : [])]).sort();
    const payments = standing.filter((a) => a.kind === 'payment').map(({ valueDate, ...a }) => ({ ...a, on: valueDate }));
    const received = receivedOf(this.promises, payments);
    const late = (p: StoredPromise) => standing.filter((a) => a.valueDate > p.on).reduce((s, a) => s + a.amountMinor, 0);
    const credited = (d: DisputeFact) =>
      standing.filter((a) => a.kind === 'credit' && a.postedAt >= d.openedAt).reduce((s, a) => s + a.amountMinor, 0);
    return {
      amountMinor: this.amountMinor,
      paidMinor: sum('payment'),
      creditedMinor: sum('credit'),
      writtenOffMinor: this.writtenOffMinor,
      dueDate: this.dueDate,
      collectFrom: this.collectFrom,
      stage: this.stage,
      outcome: this.outcome,
      rungs: [...this.rungs.values()],
      disputes: this.disputes.map((d) => ({ ...d, creditedMinor: credited(d) })),
      promises: this.promises.map((p) => ({ ...p, receivedMinor: received.get(p.id) ?? 0, lateMinor: late(p) })),
      pauses: this.pauses,
      coveredMinor: 0,
      coveredAt: null,
      moneyAt: money.at(-1) ?? null,
      postedAt: this.postedAt,
    };
  }

  reassess(now: Instant): Verdict {
    const verdict = planReceivable(this.facts(), this.terms, now);
    // What gives way to a due rung is recorded by its taking.
    const changes = verdict.due ? verdict.changes.filter((c) => c.state !== 'missed') : verdict.changes;
    this.#settle({ ...verdict, changes }, now);
    return verdict;
  }

  /** The planned step, if the facts still call for it; then the plan that follows from it. */
  take(now: Instant): Verdict {
    const facts = this.facts();
    const verdict = planReceivable(facts, this.terms, now);
    if (!verdict.due) {
      this.#settle(verdict, now);
      return verdict;
    }
    const rung = this.rungOf(verdict.plan.rung ?? '');
    const asks = isContact(rung.action);
    const change: RungChange = { id: rung.id, state: asks ? 'requested' : 'taken', reason: null };
    const stage = asks ? verdict.stage : higherStage(verdict.stage, rung.stage);
    const changes = [...verdict.changes, change];
    const rungs = [...facts.rungs.filter((r) => !changes.some((c) => c.id === r.id)), ...changes.map((c) => ({ ...c, at: now }))];
    const next = planReceivable({ ...facts, rungs, stage, pauses: verdict.pauses }, this.terms, now);
    this.#settle(
      { ...next, stage, changes: lastOfEach([...changes, ...next.changes]), promises: verdict.promises, lapsed: verdict.lapsed },
      now,
    );
    if (asks) this.#ask(now);
    else this.takes.push({ rung, at: now, facts: asJudged(facts, verdict) });
    return verdict;
  }

  /** The outreach's transaction: balances are read again, and the contact goes only if they still call for it. */
  send(now: Instant): void {
    this.sendAt = null;
    const facts = this.facts();
    const record = facts.rungs.find((r) => r.state === 'requested');
    if (!record) return;
    const verdict = planReceivable(facts, this.terms, now);
    if (verdict.outcome || verdict.changes.some((c) => c.id === record.id)) {
      this.settleAll(now);
      return;
    }
    const rung = this.rungOf(record.id);
    this.takes.push({ rung, at: now, facts: asJudged(facts, verdict) });
    this.#record({ id: rung.id, state: 'taken', reason: null }, now);
    this.stage = higherStage(verdict.stage, rung.stage);
    this.stages.push({ at: now, stage: this.stage });
    const after = planReceivable(this.facts(), this.terms, now);
    const same = after.plan.step === this.plan.step && after.plan.rung === this.plan.rung && after.plan.at === this.plan.at;
    if (!same || after.changes.length > 0 || this.stage !== facts.stage) this.settleAll(now);
  }

  /** Somebody without an address: the outreach gives the rung up, with its reason. */
  giveUp(now: Instant): void {
    const record = [...this.rungs.values()].find((r) => r.state === 'requested');
    if (!record) return;
    this.sendAt = null;
    this.#record({ id: record.id, state: 'skipped', reason: 'no-address' }, now);
    this.settleAll(now);
  }

  /** The process awake: it looks, and takes what is due, until it has to wait. Answers how many rungs it took or asked for. */
  settleAll(now: Instant): number {
    let steps = 0;
    for (let verdict = this.reassess(now); verdict.due; verdict = this.reassess(now)) {
      this.take(now);
      steps += 1;
      if (steps > 20) throw new Error('the process takes one rung after another at one instant');
    }
    return steps;
  }

  rungOf(id: string): Rung {
    const found = this.terms.ladder.rungs.find((r) => r.id === id);
    if (!found) throw new Error(`the ladder has no rung ${id}`);
    return found;
  }

  get openMinor(): number {
    return openMinor(this.facts());
  }

  #ask(now: Instant): void {
    const { calendar } = this.terms;
    const hours = this.delays[this.takes.length % this.delays.length] ?? 0;
    const wanted = addMs(now, hours * 3_600_000);
    const day = dateOf(wanted, calendar.zone);
    const open = nextContactDay(calendar, day);
    this.sendAt = open === day ? wanted : instantAt(open, 600, calendar.zone);
  }

  #settle(verdict: Verdict, now: Instant): void {
    const ids = verdict.changes.map((change) => change.id);
    if (new Set(ids).size !== ids.length) throw new Error(`a rung is recorded twice in one step: ${ids.join(', ')}`);
    for (const change of verdict.changes) this.#record(change, now);
    for (const judged of verdict.promises) {
      const promise = this.promises.find((p) => p.id === judged.id);
      if (promise) Object.assign(promise, { state: judged.state, judgedAt: judged.at });
    }
    for (const { id, at } of verdict.lapsed) Object.assign(this.disputes.find((d) => d.id === id) ?? {}, { lapsedAt: at });
    if (verdict.stage !== this.stage) this.stages.push({ at: now, stage: verdict.stage });
    this.stage = verdict.stage;
    this.outcome = verdict.outcome;
    this.pauses = verdict.pauses;
    this.plan = verdict.plan;
  }

  #record(change: RungChange, now: Instant): void {
    this.rungs.set(change.id, { ...change, at: now });
    this.history.push({ ...change, at: now });
    if (change.state !== 'requested' && ![...this.rungs.values()].some((r) => r.state === 'requested')) this.sendAt = null;
  }
}
