import { addDays, dateOf, instantAt } from '../platform/calendar.ts';
import type { Instant } from '../platform/calendar.ts';
import type { CollectionTerms, ReceivableFacts, Verdict } from './receivable.ts';
import type { Outcome } from '../ledger/outcome.ts';
import type { DisputeFact, PromiseFact, PromiseState } from '../ledger/claims.ts';
import { expectedCredits } from '../ledger/claims.ts';

/** A promise is judged when its day and the days of grace are over. */
function judgeAt(promise: PromiseFact, terms: CollectionTerms): Instant {
  return instantAt(addDays(promise.on, terms.promiseGraceDays + 1), 0, terms.calendar.zone);
}

/** When the wait for the credit note of an upheld dispute ends. */
const lapseAt = ({ closedAt, openedAt }: DisputeFact, { creditNoteDays, calendar: { zone } }: CollectionTerms): Instant =>
  instantAt(addDays(dateOf(closedAt ?? openedAt, zone), creditNoteDays), 0, zone);

/** Upheld disputes whose credit note has been waited for long enough: a person is asked where it is. */
export function lapsedCredits(facts: ReceivableFacts, terms: CollectionTerms, now: Instant): Verdict['lapsed'] {
  const expected = expectedCredits(facts.disputes).map(({ dispute }) => ({ id: dispute.id, at: lapseAt(dispute, terms) }));
  return expected.filter(({ at }) => at <= now);
}

/** An instant at which time alone changes what is asked for. */
export interface Judgement {
  at: Instant;
  code: 'promise-judged' | 'credit-expected';
}

/** The next promise to be judged, or credit note to be given up. */
export function nextJudgement(facts: ReceivableFacts, terms: CollectionTerms): Judgement | null {
  const pending = facts.promises.filter((p) => p.state === 'pending');
  const all: Judgement[] = [
    ...pending.map((p) => ({ at: judgeAt(p, terms), code: 'promise-judged' as const })),
    ...expectedCredits(facts.disputes).map((e) => ({ at: lapseAt(e.dispute, terms), code: 'credit-expected' as const })),
  ];
  return all.toSorted((a, b) => (a.at < b.at ? -1 : 1))[0] ?? null;
}

/**
 * Promises whose state is another now: judged when their time is over, or before it by the money or by the end of the debt; and judged again
 * when money with a value date in time is posted later, or is taken back. Of one out of bounds no day is reckoned: as it was judged, it stays.
 */
export function judgePromises(
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

export function judgementOf(promises: Verdict['promises'], id: string): Partial<PromiseFact> {
  const verdict = promises.find((p) => p.id === id);
  return verdict ? { state: verdict.state, judgedAt: verdict.at } : {};
}
