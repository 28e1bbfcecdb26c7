import { dateOf, daysBetween } from '../platform/calendar.ts';
import type { Instant } from '../platform/calendar.ts';
import { judgementOf, judgePromises, lapsedCredits, nextJudgement } from './judgements.ts';
import type { Judgement } from './judgements.ts';
import { higherStage } from './ladder.ts';
import { pausedBy, whyPaused, withPause } from './pauses.ts';
import type { StandingStill } from './pauses.ts';
import { askedMinor, openMinor } from './receivable.ts';
import type { CollectionTerms, Plan, ReceivableFacts, RungChange, Verdict, Why } from './receivable.ts';
import { beforeGoLive, PAST_DUE, scheduleRungs } from './schedule.ts';
import type { ScheduledRung } from './schedule.ts';
import type { Outcome, Stage } from '../ledger/outcome.ts';

/**
 * What the facts call for now: the one rule of collection, recomputed whenever a timer fires or news arrives.
 * Never two contacts for one rung, none after the money arrived, none left out without a recorded reason; after an outage only the
 * highest rung that is due is taken and those below it are recorded as missed.
 */
export function planReceivable(facts: ReceivableFacts, terms: CollectionTerms, now: Instant): Verdict {
  if (facts.faulty) return leaveAlone(facts, now);
  const outcome = outcomeOf(facts);
  const promises = judgePromises(facts, terms, outcome, now);
  const lapsed = outcome ? [] : lapsedCredits(facts, terms, now);
  const judged: ReceivableFacts = {
    ...facts,
    promises: facts.promises.map((p) => ({ ...p, ...judgementOf(promises, p.id) })),
    disputes: facts.disputes.map((d) => ({ ...d, lapsedAt: lapsed.find((one) => one.id === d.id)?.at ?? d.lapsedAt })),
  };
  const pause = outcome ? null : pausedBy(judged);
  const pauses = withPause(judged, outcome ? 'closed' : (pause?.why ?? null), outcome, now);
  const common = { outcome, promises, lapsed, pauses, stage: outcome ? ('closed' as const) : stageOf(judged, terms) };
  if (outcome) {
    return { ...common, due: false, changes: withdrawRequests(judged, 'skipped', outcome), plan: closed(outcome) };
  }
  const restored = [...reopenSkipped(judged), ...dateGoLive(judged, terms)];
  const live: ReceivableFacts = {
    ...judged,
    pauses,
    rungs: judged.rungs.map((r) => ({ ...r, ...restored.find((c) => c.id === r.id) })),
  };
  const { plan, due, changes } = openPlan(live, terms, pause, now);
  // Whoever takes the due rung records its state; naming it here too would write it twice.
  const merged = new Map([...restored, ...changes].map((change) => [change.id, change]));
  if (due && plan.rung) merged.delete(plan.rung);
  return { ...common, due, changes: [...merged.values()], plan };
}

/** Of what is out of bounds no day is reckoned and nothing is asked; only the end of the debt counts, where its amount can be told. */
function leaveAlone(facts: ReceivableFacts, now: Instant): Verdict {
  const sums = [facts.amountMinor, facts.paidMinor, facts.creditedMinor, facts.writtenOffMinor];
  const outcome = sums.every((minor) => Number.isSafeInteger(minor)) ? outcomeOf(facts) : facts.outcome;
  const last = facts.pauses.at(-1);
  const kept = last && last.to === null && last.why !== 'closed' ? last.why : null;
  const pauses = withPause(facts, outcome ? 'closed' : kept, outcome, now);
  const common = { due: false, outcome, promises: [], lapsed: [], pauses };
  if (outcome) return { ...common, stage: 'closed', changes: withdrawRequests(facts, 'skipped', outcome), plan: closed(outcome) };
  const stage = facts.stage === 'closed' ? 'scheduled' : facts.stage;
  return { ...common, stage, ...waiting({ code: 'faulty', params: {} }, null, withdrawRequests(facts, 'planned', 'faulty')) };
}

/** Each rung once, by what was said of it last: a rung dropped on the way may move the one that was just asked for. */
export const lastOfEach = (changes: readonly RungChange[]): RungChange[] => [
  ...new Map(changes.map((change) => [change.id, change])).values(),
];

interface Next {
  plan: Plan;
  due: boolean;
  changes: RungChange[];
}

/** The plan of a receivable on which money is owed: it stands still, is not worth asking for, or goes on with its ladder. */
function openPlan(live: ReceivableFacts, terms: CollectionTerms, pause: StandingStill | null, now: Instant): Next {
  const judgement = nextJudgement(live, terms);
  if (live.question) {
    const why: Why = { code: 'in-question', params: { question: live.question } };
    return waiting(why, judgement?.at ?? null, withdrawRequests(live, 'planned', why.code));
  }
  if (pause) {
    const why = whyPaused(live, pause, judgement, terms);
    return waiting(why, judgement?.at ?? null, withdrawRequests(live, 'planned', why.code));
  }
  if (askedMinor(live) < terms.minBalanceMinor) {
    const why: Why = { code: 'below-minimum', params: {} };
    const changes = withdrawRequests(live, 'planned', why.code);
    const next = scheduleRungs(recorded(live, changes, now), terms, now).find((r) => r.at > now)?.at ?? null;
    return waiting(why, earliest(next, judgement?.at ?? null), changes);
  }
  const remaining = scheduleRungs(live, terms, now);
  const past = remaining.filter((r) => r.pastDue).map((r): RungChange => ({ id: r.rung.id, state: 'missed', reason: PAST_DUE }));
  if (past.length > 0) {
    const after = openPlan(recorded(live, past, now), terms, pause, now);
    return { ...after, changes: [...past, ...after.changes] };
  }
  const next = nextRung(live, remaining, judgement, now, terms.calendar.zone);
  const changes = [...redated(live, remaining), ...next.changes];
  if (next.due || next.changes.length === 0) return { ...next, changes };
  // What is missed no longer keeps the next rung at a distance: its day is found without it.
  const after = openPlan(recorded(live, changes, now), terms, pause, now);
  return { ...after, changes: [...changes, ...after.changes] };
}

/** The facts once the changes stand on record. */
function recorded(facts: ReceivableFacts, changes: readonly RungChange[], now: Instant): ReceivableFacts {
  const kept = facts.rungs.filter((r) => !changes.some((c) => c.id === r.id));
  return { ...facts, rungs: [...kept, ...changes.map((c) => ({ ...c, at: now }))] };
}

const waiting = (why: Why, at: Instant | null, changes: RungChange[]): Next => ({
  plan: { step: 'wait', rung: null, at, why },
  due: false,
  changes,
});

/**
 * Of the rungs that remain: the one to take now (the highest that is due and not too late to be of use), or the one to wait for, and
 * those that its coming supersedes.
 */
function nextRung(
  { rungs }: ReceivableFacts,
  remaining: readonly ScheduledRung[],
  judgement: Judgement | null,
  now: Instant,
  zone: string,
): Next {
  const today = dateOf(now, zone);
  const due = remaining.filter((r) => r.at <= now);
  // A rung for which a lower one has just given way was in time then, though its own day, without that one, lies further back.
  const gaveWay = rungs.filter((r) => r.state === 'missed' && r.reason === 'superseded').map((r) => dateOf(r.at, zone));
  const inTime = (r: ScheduledRung): boolean => [r.on, ...gaveWay].some((day) => daysBetween(day, today) <= 1);
  const rank = due.findLastIndex((r) => r.requested || r.rung.ifMissed === 'take' || inTime(r));
  const highest = due[rank];
  const changes = due.flatMap((r, place): RungChange[] =>
    place === rank ? [] : [{ id: r.rung.id, state: 'missed', reason: place < rank ? 'superseded' : 'too-late' }],
  );
  if (highest && !highest.requested) {
    const why: Why = { code: 'rung-due', params: { rung: highest.rung.id, on: highest.on } };
    return { due: true, changes, plan: { step: highest.rung.action, rung: highest.rung.id, at: highest.at, why } };
  }
  const next = remaining.find((r) => r.at > now);
  if (next && (judgement === null || next.at <= judgement.at)) {
    const why: Why = { code: 'rung-planned', params: { rung: next.rung.id, on: next.on } };
    return { due: false, changes, plan: { step: next.rung.action, rung: next.rung.id, at: next.at, why } };
  }
  return judgement
    ? waiting({ code: judgement.code, params: { on: dateOf(judgement.at, zone) } }, judgement.at, changes)
    : waiting({ code: 'ladder-exhausted', params: {} }, null, changes);
}

/** Null while money is owed; else how the debt ended. */
export function outcomeOf(facts: ReceivableFacts): Outcome | null {
  if (facts.outcome === 'replaced-by-plan') return facts.outcome;
  if (openMinor(facts) > 0) return null;
  if (facts.amountMinor === 0) return 'nothing-owed';
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
  const closings: readonly string[] = ['paid', 'credited', 'replaced-by-plan', 'written-off', 'nothing-owed'] satisfies Outcome[];
  return facts.rungs
    .filter((r) => r.state === 'skipped' && closings.includes(r.reason ?? ''))
    .map((r) => ({ id: r.id, state: 'planned', reason: 'reopened' }));
}

/** Rungs dated before go-live, recorded once: they will not be taken. */
function dateGoLive(facts: ReceivableFacts, terms: CollectionTerms): RungChange[] {
  const untaken = new Map(facts.rungs.map((r) => [r.id, r.state === 'planned' || r.state === 'requested']));
  return [...beforeGoLive(facts, terms.ladder.rungs)]
    .filter((id) => untaken.get(id) ?? true)
    .map((id) => ({ id, state: 'before-go-live', reason: 'before-go-live' }));
}

/** Rungs asked of outreach whose day has moved (another due date): asked again when it comes. */
function redated(facts: ReceivableFacts, remaining: readonly ScheduledRung[]): RungChange[] {
  return withdrawRequests(facts, 'planned', 're-dated').filter((c) => remaining.some((r) => r.rung.id === c.id && !r.requested));
}

function earliest(a: Instant | null, b: Instant | null): Instant | null {
  if (a === null || b === null) return a ?? b;
  return a <= b ? a : b;
}
