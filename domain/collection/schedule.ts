import { addDays, dateOf, daysBetween, endOfMonth, instantAt, nextContactDay } from '../kernel/calendar.ts';
import type { BusinessDate, Instant } from '../kernel/calendar.ts';
import { isContact } from './ladder.ts';
import type { Rung, RungState } from './ladder.ts';
import type { CollectionTerms, ReceivableFacts, RungRecord } from './receivable.ts';

/** A rung still to be taken, with the business day and instant on which it falls due if those before it go as planned. */
export interface ScheduledRung {
  rung: Rung;
  requested: boolean;
  on: BusinessDate;
  at: Instant;
}

const later = (a: BusinessDate, b: BusinessDate): BusinessDate => (a >= b ? a : b);
const earlier = (a: BusinessDate, b: BusinessDate): BusinessDate => (a <= b ? a : b);

/** The day a rung would fall on by its anchor alone, without pauses, holidays or gaps. */
function nominal(rung: Rung, facts: ReceivableFacts, previous: BusinessDate): BusinessDate {
  switch (rung.anchor) {
    case 'dueDate':
      return addDays(facts.dueDate, rung.days);
    case 'endOfMonth':
      return addDays(endOfMonth(facts.dueDate), rung.days);
    case 'previousRung':
      return addDays(previous, rung.days);
  }
}

/** Days the ladder stood still after `since`; a pause that still stands counts up to `now`. */
function pausedDays(facts: ReceivableFacts, since: BusinessDate, now: Instant, zone: string): number {
  return facts.pauses.reduce((sum, pause) => {
    const from = later(dateOf(pause.from, zone), since);
    return sum + Math.max(0, daysBetween(from, dateOf(pause.to ?? now, zone)));
  }, 0);
}

/** Rungs whose day by the anchor alone lies before go-live: they are recorded as such and never taken. */
export function beforeGoLive(facts: ReceivableFacts, rungs: readonly Rung[]): Set<string> {
  const ids = new Set<string>();
  if (!facts.collectFrom) return ids;
  let previous = facts.dueDate;
  for (const rung of rungs) {
    previous = nominal(rung, facts, previous);
    if (previous < facts.collectFrom) ids.add(rung.id);
  }
  return ids;
}

/** When a promise was last found broken, if no rung has been taken or given up since: the next rung then waits no longer. */
function brokenSince(facts: ReceivableFacts): Instant | null {
  const judged = facts.promises.flatMap((p) => (p.state === 'broken' && p.judgedAt ? [p.judgedAt] : []));
  const latest = judged.sort().at(-1) ?? null;
  const moved = lastAt(facts.rungs, ['taken', 'missed', 'skipped']);
  return latest !== null && (moved === null || latest > moved) ? latest : null;
}

/** The day of the rung after a broken promise: the next contact day, even before its own, but no demand before the debt is overdue. */
function afterBroken(
  judged: Instant,
  planned: BusinessDate,
  facts: ReceivableFacts,
  { calendar }: CollectionTerms,
  now: Instant,
): BusinessDate {
  const from = later(dateOf(judged, calendar.zone), earlier(planned, addDays(facts.dueDate, 1)));
  return nextContactDay(calendar, addDays(from, pausedDays(facts, from, now, calendar.zone)));
}

/**
 * The rungs that remain, in ladder order, each with the day it falls due. Days count from the anchor, shift by the days the ladder
 * stood still (none falls into a pause), keep their least gap to the rung before (never two on one day), and contacts move to the
 * next contact day. A rung asked of outreach counts as planned again when its day has moved past today.
 */
export function scheduleRungs(facts: ReceivableFacts, terms: CollectionTerms, now: Instant): ScheduledRung[] {
  const { ladder, calendar, slotMinute } = terms;
  const zone = calendar.zone;
  const today = dateOf(now, zone);
  const records = new Map(facts.rungs.map((record) => [record.id, record]));
  const old = beforeGoLive(facts, ladder.rungs);
  const lastTakenAt = lastAt(facts.rungs, ['taken']);
  const judged = brokenSince(facts);
  // A rung held back by a pause is not late: it could not have been taken before the pause ended.
  const lastPauseTo = facts.pauses.at(-1)?.to;
  const freeFrom = lastPauseTo ? dateOf(lastPauseTo, zone) : null;
  const start = ladder.rungs[0] ? nominal(ladder.rungs[0], facts, facts.dueDate) : facts.dueDate;

  const remaining: ScheduledRung[] = [];
  let previousOn = start;
  let gapFrom: BusinessDate | null = lastTakenAt && dateOf(lastTakenAt, zone);
  for (const rung of ladder.rungs) {
    const record = records.get(rung.id);
    const planned = nominal(rung, facts, previousOn);
    if (old.has(rung.id) || record?.state === 'before-go-live') {
      previousOn = planned;
      continue;
    }
    const since = rung.anchor === 'previousRung' ? previousOn : start;
    let on = addDays(planned, pausedDays(facts, since, now, zone));
    if (record && record.state !== 'planned' && record.state !== 'requested') {
      const settledOn = dateOf(record.at, zone);
      previousOn = record.state === 'missed' ? earlier(on, settledOn) : settledOn;
      continue;
    }
    if (judged && remaining.length === 0) {
      const sooner = afterBroken(judged, planned, facts, terms, now);
      on = record?.state === 'requested' ? earlier(on, sooner) : sooner;
    }
    if (freeFrom) on = later(on, freeFrom);
    if (gapFrom) on = later(on, addDays(gapFrom, Math.max(1, rung.minGapDays)));
    if (isContact(rung.action)) on = nextContactDay(calendar, on);
    const requested = record?.state === 'requested' && on <= today;
    if (requested) on = dateOf(record.at, zone);
    remaining.push({ rung, requested, on, at: requested ? record.at : instantAt(on, slotMinute, zone) });
    previousOn = gapFrom = on;
  }
  return remaining;
}

function lastAt(rungs: readonly RungRecord[], states: readonly RungState[]): Instant | null {
  const instants = rungs.filter((record) => states.includes(record.state)).map((record) => record.at);
  return instants.sort().at(-1) ?? null;
}
