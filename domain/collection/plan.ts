import { addDays, dateOf, daysBetween, instantAt } from '../kernel/calendar.ts';
import type { BusinessDate, Instant } from '../kernel/calendar.ts';
import { higherStage } from './ladder.ts';
import type { Outcome, Stage } from './ladder.ts';
import { askedMinor, expectedCredits, leftOutMinor, openMinor } from './receivable.ts';
import type {
  CollectionTerms,
  DisputeFact,
  Pause,
  Plan,
  PromiseFact,
  PromiseState,
  ReceivableFacts,
  RungChange,
  Verdict,
  Why,
} from './receivable.ts';
import { beforeGoLive, PAST_DUE, scheduleRungs } from './schedule.ts';
import type { ScheduledRung } from './schedule.ts';

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

/** Why a ladder stands still; `on`: the day of the promise that holds it. */
interface StandingStill {
  why: 'dispute' | 'covered' | 'promise';
  on: BusinessDate | null;
}

/** Unapplied money that covers all that is asked holds the ladder; so does a promise of which as much is still to come. */
function pausedBy(facts: ReceivableFacts): StandingStill | null {
  if (openMinor(facts) - leftOutMinor(facts.disputes) <= 0) return { why: 'dispute', on: null };
  const asked = askedMinor(facts);
  if (asked === 0) return { why: 'covered', on: null };
  const days = facts.promises.filter((p) => p.state === 'pending' && p.amountMinor - p.receivedMinor >= asked).map((p) => p.on);
  const on = days.sort().at(-1);
  return on === undefined ? null : { why: 'promise', on };
}

/** Opens or ends the pause that stands, at the instant of the fact that did so (a late reassessment loses no day). */
function withPause(facts: ReceivableFacts, why: Pause['why'] | null, outcome: Outcome | null, now: Instant): readonly Pause[] {
  const last = facts.pauses.at(-1);
  const standing = last && last.to === null ? last : null;
  if ((standing?.why ?? null) === why) return facts.pauses;
  const since = last ? (last.to ?? last.from) : '';
  const news = (standing?.why === 'closed' || outcome ? moneyNews(facts, outcome) : pauseNews(facts)).filter(
    (at) => at > since && at <= now,
  );
  const at = news.sort().at(-1) ?? now;
  const ended = standing ? [...facts.pauses.slice(0, -1), { ...standing, to: at }] : facts.pauses;
  return why ? [...ended, { why, from: at, to: null }] : ended;
}

/** What closes a debt and opens it again; a write-off or a payment plan leaves no instant of its own. */
const moneyNews = (facts: ReceivableFacts, outcome: Outcome | null): Instant[] =>
  facts.moneyAt && outcome !== 'written-off' && outcome !== 'replaced-by-plan' ? [facts.moneyAt] : [];

const pauseNews = (facts: ReceivableFacts): Instant[] =>
  [
    facts.moneyAt,
    facts.coveredAt,
    ...facts.disputes.flatMap((d) => [d.openedAt, d.closedAt, d.lapsedAt]),
    ...facts.promises.flatMap((p) => [p.madeAt, p.judgedAt]),
  ].filter((at) => at !== null);

/** A promise is judged when its day and the days of grace are over. */
function judgeAt(promise: PromiseFact, terms: CollectionTerms): Instant {
  return instantAt(addDays(promise.on, terms.promiseGraceDays + 1), 0, terms.calendar.zone);
}

/** When the wait for the credit note of an upheld dispute ends. */
const lapseAt = ({ closedAt, openedAt }: DisputeFact, { creditNoteDays, calendar: { zone } }: CollectionTerms): Instant =>
  instantAt(addDays(dateOf(closedAt ?? openedAt, zone), creditNoteDays), 0, zone);

/** Upheld disputes whose credit note has been waited for long enough: a person is asked where it is. */
function lapsedCredits(facts: ReceivableFacts, terms: CollectionTerms, now: Instant): Verdict['lapsed'] {
  const expected = expectedCredits(facts.disputes).map(({ dispute }) => ({ id: dispute.id, at: lapseAt(dispute, terms) }));
  return expected.filter(({ at }) => at <= now);
}

/** An instant at which time alone changes what is asked for. */
interface Judgement {
  at: Instant;
  code: 'promise-judged' | 'credit-expected';
}

/** The next promise to be judged, or credit note to be given up. */
function nextJudgement(facts: ReceivableFacts, terms: CollectionTerms): Judgement | null {
  const pending = facts.promises.filter((p) => p.state === 'pending');
  const all: Judgement[] = [
    ...pending.map((p) => ({ at: judgeAt(p, terms), code: 'promise-judged' as const })),
    ...expectedCredits(facts.disputes).map((e) => ({ at: lapseAt(e.dispute, terms), code: 'credit-expected' as const })),
  ];
  return all.toSorted((a, b) => (a.at < b.at ? -1 : 1))[0] ?? null;
}

/** Why a ladder stands still: a promise, a dispute, or a credit note that was conceded and has not come. */
function whyPaused(facts: ReceivableFacts, pause: StandingStill, judgement: Judgement | null, terms: CollectionTerms): Why {
  if (pause.why === 'covered') return { code: 'covered', params: {} };
  if (pause.why === 'promise') return { code: 'promise-pending', params: { on: pause.on ?? '' } };
  const open = facts.disputes.filter((d) => d.state === 'open');
  if (open.some((d) => d.act)) return { code: 'second-person', params: {} };
  if (open.length > 0 || !judgement) return { code: 'disputed', params: {} };
  return { code: 'credit-expected', params: { on: dateOf(judgement.at, terms.calendar.zone) } };
}

/**
 * Promises whose state is another now: judged when their time is over, or before it by the money or by the end of the debt; and judged again
 * when money with a value date in time is posted later, or is taken back. Of one out of bounds no day is reckoned: as it was judged, it stays.
 */
function judgePromises(
  facts: ReceivableFacts,
  terms: CollectionTerms,
  outcome: Outcome | null,
  now: Instant,
): Verdict['promises'] {
  return facts.promises.flatMap((promise) => {
    if (promise.faulty) return [];
    const at = judgeAt(promise, terms);
    const isFirst = promise.state === 'pending' || isReopened(promise, facts, outcome, at);
    const state = isFirst ? judgement(promise, { outcome, at, now }) : judgedAgain(promise, outcome);
    if (state === promise.state) return [];
    const since = isFirst && at <= now ? at : now;
    return [{ id: promise.id, state, at: state === 'pending' ? null : since }];
  });
}

/** Judged before its time by money or an end of the debt that a reversal has taken back: the promise stands again. */
function isReopened(promise: PromiseFact, facts: ReceivableFacts, outcome: Outcome | null, at: Instant): boolean {
  const { judgedAt } = promise;
  if (outcome || judgedAt === null || judgedAt >= at) return false;
  if (promise.state === 'kept') return promise.receivedMinor < promise.amountMinor;
  return facts.pauses.some((p) => p.why === 'closed' && p.from <= judgedAt && (p.to === null || judgedAt <= p.to));
}

/** The debt ended with money or credits dated on or before the day, some of it since the promise was made. */
const endedInTime = (promise: PromiseFact, outcome: Outcome | null): boolean => outcome === 'paid' && promise.lateMinor === 0;

/** Kept: the money came on or before the day, all that was promised or all that was left. A debt that ended without money cancels. */
function judgement(
  promise: PromiseFact,
  { outcome, at, now }: { outcome: Outcome | null; at: Instant; now: Instant },
): PromiseState {
  const received = promise.receivedMinor > 0;
  if (promise.receivedMinor >= promise.amountMinor) return 'kept';
  if (outcome && outcome !== 'paid') return 'cancelled';
  if (!outcome && at > now) return 'pending';
  if (endedInTime(promise, outcome)) return received ? 'kept' : 'cancelled';
  return received ? 'part-kept' : 'broken';
}

/** Once its time is over, only money by value date moves a judgement: one that came in time after all, or one that went back. */
function judgedAgain(promise: PromiseFact, outcome: Outcome | null): PromiseState {
  if (promise.state === 'cancelled') return 'cancelled';
  const received = promise.receivedMinor > 0;
  if (promise.receivedMinor >= promise.amountMinor || (received && endedInTime(promise, outcome))) return 'kept';
  // What was left may have been less than was promised: it stays kept while the debt is ended.
  if (promise.state === 'kept' && outcome) return 'kept';
  return received ? 'part-kept' : 'broken';
}

function judgementOf(promises: Verdict['promises'], id: string): Partial<PromiseFact> {
  const verdict = promises.find((p) => p.id === id);
  return verdict ? { state: verdict.state, judgedAt: verdict.at } : {};
}

function earliest(a: Instant | null, b: Instant | null): Instant | null {
  if (a === null || b === null) return a ?? b;
  return a <= b ? a : b;
}
