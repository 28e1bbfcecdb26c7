import { addDays, dateOf, daysBetween, instantAt } from '../kernel/calendar.ts';
import type { Instant } from '../kernel/calendar.ts';
import { higherStage } from './ladder.ts';
import type { Outcome, Stage } from './ladder.ts';
import { disputedMinor, openMinor } from './receivable.ts';
import type {
  CollectionTerms,
  Pause,
  Plan,
  PromiseFact,
  PromiseState,
  ReceivableFacts,
  RungChange,
  Verdict,
  Why,
} from './receivable.ts';
import { scheduleRungs } from './schedule.ts';
import type { ScheduledRung } from './schedule.ts';

/**
 * What the facts call for now: the one rule of collection, recomputed whenever a timer fires or news arrives.
 * Never two contacts for one rung, none after the money arrived, none left out without a recorded reason; after an outage only the
 * highest rung that is due is taken and those below it are recorded as missed.
 */
export function planReceivable(facts: ReceivableFacts, terms: CollectionTerms, now: Instant): Verdict {
  const zone = terms.calendar.zone;
  const outcome = outcomeOf(facts);
  const promises = judgePromises(facts, terms, outcome, now);
  const judged: ReceivableFacts = { ...facts, promises: facts.promises.map((p) => ({ ...p, ...judgementOf(promises, p.id) })) };
  const pauseWhy = outcome ? 'closed' : pausedBy(judged);
  const pauses = withPause(judged, pauseWhy, now);
  const current: ReceivableFacts = { ...judged, pauses };
  const common = { outcome, promises, pauses, stage: outcome ? ('closed' as const) : stageOf(current, terms) };

  if (outcome) {
    return { ...common, due: false, changes: withdrawRequests(current, 'skipped', outcome), plan: closed(outcome) };
  }
  const reopened = reopenSkipped(current);
  const live: ReceivableFacts = {
    ...current,
    rungs: current.rungs.map((r) => (reopened.find((c) => c.id === r.id) ? { ...r, state: 'planned' } : r)),
  };
  const nextJudgement = judgeInstants(live.promises, terms).at(0) ?? null;
  if (pauseWhy) {
    const why: Why = pauseWhy === 'dispute' ? { code: 'disputed', params: {} } : promiseWhy(live);
    const changes = [...reopened, ...withdrawRequests(live, 'planned', why.code)];
    return { ...common, due: false, changes, plan: { step: 'wait', rung: null, at: nextJudgement, why } };
  }
  const remaining = scheduleRungs(live, terms, now);
  if (openMinor(live) - disputedMinor(live) < terms.minBalanceMinor) {
    const next = remaining.find((r) => r.at > now)?.at ?? null;
    const plan: Plan = {
      step: 'wait',
      rung: null,
      at: earliest(next, nextJudgement),
      why: { code: 'below-minimum', params: {} },
    };
    return { ...common, due: false, changes: [...reopened, ...withdrawRequests(live, 'planned', 'below-minimum')], plan };
  }
  const { plan, due, changes } = nextRung(remaining, nextJudgement, now, zone);
  return { ...common, due, changes: [...reopened, ...changes], plan };
}

/** Of the rungs that remain: the one to take now, or the one to wait for, and those that its coming supersedes. */
function nextRung(
  remaining: readonly ScheduledRung[],
  judgement: Instant | null,
  now: Instant,
  zone: string,
): { plan: Plan; due: boolean; changes: RungChange[] } {
  const due = remaining.filter((r) => r.at <= now);
  const highest = due.at(-1);
  const changes: RungChange[] = due.slice(0, -1).map((r) => ({ id: r.rung.id, state: 'missed', reason: 'superseded' }));
  const tooLate =
    highest && !highest.requested && highest.rung.ifMissed === 'drop' && daysBetween(highest.on, dateOf(now, zone)) > 1;
  if (tooLate) changes.push({ id: highest.rung.id, state: 'missed', reason: 'too-late' });
  if (highest && !highest.requested && !tooLate) {
    const why: Why = { code: 'rung-due', params: { rung: highest.rung.id, on: highest.on } };
    return { due: true, changes, plan: { step: highest.rung.action, rung: highest.rung.id, at: highest.at, why } };
  }
  const next = remaining.find((r) => r.at > now);
  if (next && (judgement === null || next.at <= judgement)) {
    const why: Why = { code: 'rung-planned', params: { rung: next.rung.id, on: next.on } };
    return { due: false, changes, plan: { step: next.rung.action, rung: next.rung.id, at: next.at, why } };
  }
  const why: Why = judgement
    ? { code: 'promise-judged', params: { on: dateOf(judgement, zone) } }
    : { code: 'ladder-exhausted', params: {} };
  return { due: false, changes, plan: { step: 'wait', rung: null, at: judgement, why } };
}

/** Null while money is owed; else how the debt ended. */
export function outcomeOf(facts: ReceivableFacts): Outcome | null {
  if (facts.outcome === 'replaced-by-plan') return facts.outcome;
  if (openMinor(facts) > 0) return null;
  if (facts.writtenOffMinor > 0) return 'written-off';
  return facts.paidMinor === 0 && facts.creditedMinor > 0 ? 'credited' : 'paid';
}

/** The stage of the highest rung taken; it never falls while the receivable is open. */
function stageOf(facts: ReceivableFacts, terms: CollectionTerms): Stage {
  const taken = new Set(facts.rungs.filter((r) => r.state === 'taken').map((r) => r.id));
  const kept: Stage = facts.stage === 'closed' ? 'scheduled' : facts.stage;
  return terms.ladder.rungs.filter((r) => taken.has(r.id)).reduce<Stage>((stage, r) => higherStage(stage, r.stage), kept);
}

function closed(outcome: Outcome): Plan {
  return { step: 'close', rung: null, at: null, why: { code: outcome, params: {} } };
}

/** Rungs asked of the customer's outreach and not yet sent: withdrawn, in the transaction that found out. */
function withdrawRequests(facts: ReceivableFacts, state: 'skipped' | 'planned', reason: string): RungChange[] {
  return facts.rungs.filter((r) => r.state === 'requested').map((r) => ({ id: r.id, state, reason }));
}

/** A closing skipped what was under way; when the money is reversed those rungs are planned again. */
function reopenSkipped(facts: ReceivableFacts): RungChange[] {
  const closings: readonly string[] = ['paid', 'credited', 'replaced-by-plan', 'written-off'] satisfies Outcome[];
  return facts.rungs
    .filter((r) => r.state === 'skipped' && closings.includes(r.reason ?? ''))
    .map((r) => ({ id: r.id, state: 'planned', reason: 'reopened' }));
}

function pausedBy(facts: ReceivableFacts): 'dispute' | 'promise' | null {
  const undisputed = openMinor(facts) - disputedMinor(facts);
  if (undisputed <= 0) return 'dispute';
  return facts.promises.some((p) => p.state === 'pending' && p.amountMinor >= undisputed) ? 'promise' : null;
}

function promiseWhy(facts: ReceivableFacts): Why {
  const on =
    facts.promises
      .filter((p) => p.state === 'pending')
      .map((p) => p.on)
      .sort()
      .at(-1) ?? '';
  return { code: 'promise-pending', params: { on } };
}

/** Opens or ends the pause that stands, at the instant of the fact that did so (a late reassessment loses no day). */
function withPause(facts: ReceivableFacts, why: Pause['why'] | null, now: Instant): readonly Pause[] {
  const last = facts.pauses.at(-1);
  const standing = last && last.to === null ? last : null;
  if ((standing?.why ?? null) === why) return facts.pauses;
  const at = lastNews(facts, now);
  const ended = standing
    ? [...facts.pauses.slice(0, -1), { ...standing, to: at > standing.from ? at : standing.from }]
    : facts.pauses;
  return why ? [...ended, { why, from: at, to: null }] : ended;
}

function lastNews(facts: ReceivableFacts, now: Instant): Instant {
  const instants = [
    facts.postedAt,
    facts.moneyAt,
    ...facts.disputes.flatMap((d) => [d.openedAt, d.closedAt]),
    ...facts.promises.flatMap((p) => [p.madeAt, p.judgedAt]),
  ].filter((at): at is Instant => at !== null && at <= now);
  return instants.sort().at(-1) ?? now;
}

/** A promise is judged when its day and the days of grace are over. */
function judgeAt(promise: PromiseFact, terms: CollectionTerms): Instant {
  return instantAt(addDays(promise.on, terms.promiseGraceDays + 1), 0, terms.calendar.zone);
}

function judgeInstants(promises: readonly PromiseFact[], terms: CollectionTerms): Instant[] {
  return promises
    .filter((p) => p.state === 'pending')
    .map((p) => judgeAt(p, terms))
    .sort();
}

/** Kept: the money came on or before the day. A debt that ended without money cancels its promises. */
function judgePromises(
  facts: ReceivableFacts,
  terms: CollectionTerms,
  outcome: Outcome | null,
  now: Instant,
): Verdict['promises'] {
  return facts.promises.flatMap((promise) => {
    if (promise.state !== 'pending') return [];
    const at = judgeAt(promise, terms);
    const kept = promise.receivedMinor >= promise.amountMinor;
    if (at > now && !outcome && !kept) return [];
    return [{ id: promise.id, state: judgement(promise, kept, outcome), at: at <= now ? at : now }];
  });
}

function judgement(promise: PromiseFact, kept: boolean, outcome: Outcome | null): PromiseState {
  if (kept) return 'kept';
  if (outcome && outcome !== 'paid') return 'cancelled';
  if (promise.receivedMinor > 0) return 'part-kept';
  return 'broken';
}

function judgementOf(promises: Verdict['promises'], id: string): Partial<PromiseFact> {
  const verdict = promises.find((p) => p.id === id);
  return verdict ? { state: verdict.state, judgedAt: verdict.at } : {};
}

function earliest(a: Instant | null, b: Instant | null): Instant | null {
  if (a === null || b === null) return a ?? b;
  return a <= b ? a : b;
}
