import { dateOf } from '../platform/calendar.ts';
import type { BusinessDate, Instant } from '../platform/calendar.ts';
import type { Judgement } from './judgements.ts';
import { askedMinor, openMinor } from './receivable.ts';
import type { CollectionTerms, Pause, ReceivableFacts, Why } from './receivable.ts';
import type { Outcome } from '../ledger/outcome.ts';
import { leftOutMinor } from '../ledger/claims.ts';

/** Why a ladder stands still; `on`: the day of the promise that holds it. */
export interface StandingStill {
  why: 'dispute' | 'covered' | 'promise';
  on: BusinessDate | null;
}

/** Unapplied money that covers all that is asked holds the ladder; so does a promise of which as much is still to come. */
export function pausedBy(facts: ReceivableFacts): StandingStill | null {
  if (openMinor(facts) - leftOutMinor(facts.disputes) <= 0) return { why: 'dispute', on: null };
  const asked = askedMinor(facts);
  if (asked === 0) return { why: 'covered', on: null };
  const days = facts.promises.filter((p) => p.state === 'pending' && p.amountMinor - p.receivedMinor >= asked).map((p) => p.on);
  const on = days.sort().at(-1);
  return on === undefined ? null : { why: 'promise', on };
}

/** Opens or ends the pause that stands, at the instant of the fact that did so (a late reassessment loses no day). */
export function withPause(
  facts: ReceivableFacts,
  why: Pause['why'] | null,
  outcome: Outcome | null,
  now: Instant,
): readonly Pause[] {
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

/** Why a ladder stands still: a promise, a dispute, or a credit note that was conceded and has not come. */
export function whyPaused(
  facts: ReceivableFacts,
  pause: StandingStill,
  judgement: Judgement | null,
  terms: CollectionTerms,
): Why {
  if (pause.why === 'covered') return { code: 'covered', params: {} };
  if (pause.why === 'promise') return { code: 'promise-pending', params: { on: pause.on ?? '' } };
  const open = facts.disputes.filter((d) => d.state === 'open');
  if (open.some((d) => d.act)) return { code: 'second-person', params: {} };
  if (open.length > 0 || !judgement) return { code: 'disputed', params: {} };
  return { code: 'credit-expected', params: { on: dateOf(judgement.at, terms.calendar.zone) } };
}
