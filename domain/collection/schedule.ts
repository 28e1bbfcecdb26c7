import { addDays, dateOf, daysBetween, endOfMonth, instantAt, nextContactDay } from '../kernel/calendar.ts';
import type { BusinessDate, Instant } from '../kernel/calendar.ts';
import { isContact } from './ladder.ts';
import type { Rung } from './ladder.ts';
import type { CollectionTerms, ReceivableFacts, RungRecord } from './receivable.ts';

/** A rung still to be taken, with the business day and instant on which it falls due if those before it go as planned. */
export interface ScheduledRung {
  rung: Rung;
  requested: boolean;
  on: BusinessDate;
  at: Instant;
}

const later = (a: BusinessDate, b: BusinessDate): BusinessDate => (a >= b ? a : b);

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

/** The day a broken promise was judged, when no rung has been taken since: the next rung then waits no longer. */
function brokenSince(facts: ReceivableFacts, lastTakenAt: Instant | null): Instant | null {
  const judged = facts.promises.flatMap((p) => (p.state === 'broken' && p.judgedAt ? [p.judgedAt] : []));
  const latest = judged.sort().at(-1) ?? null;
  return latest !== null && (lastTakenAt === null || latest > lastTakenAt) ? latest : null;
}

/**
 * The rungs that remain, in ladder order, each with the day it falls due. Days count from the anchor, shift by the days the ladder
 * stood still, keep their least gap to the rung before, and contacts move to the next contact day. Monotonic: no rung before another.
 */
export function scheduleRungs(facts: ReceivableFacts, terms: CollectionTerms, now: Instant): ScheduledRung[] {
  const { ladder, calendar, slotMinute } = terms;
  const zone = calendar.zone;
  const records = new Map(facts.rungs.map((record) => [record.id, record]));
  const old = beforeGoLive(facts, ladder.rungs);
  const lastTakenAt = lastAt(facts.rungs, 'taken');
  const judged = brokenSince(facts, lastTakenAt);
  const start = ladder.rungs[0] ? nominal(ladder.rungs[0], facts, facts.dueDate) : facts.dueDate;

  const remaining: ScheduledRung[] = [];
  let previousOn = start;
  let gapFrom: BusinessDate | null = lastTakenAt && dateOf(lastTakenAt, zone);
  for (const rung of ladder.rungs) {
    const record = records.get(rung.id);
    const planned = nominal(rung, facts, previousOn);
    if (old.has(rung.id) || (record && record.state !== 'planned' && record.state !== 'requested')) {
      previousOn = record ? dateOf(record.at, zone) : planned;
      continue;
    }
    if (record?.state === 'requested') {
      const on = dateOf(record.at, zone);
      remaining.push({ rung, requested: true, on, at: record.at });
      previousOn = gapFrom = on;
      continue;
    }
    const since = rung.anchor === 'previousRung' ? previousOn : start;
    let on = addDays(planned, pausedDays(facts, since, now, zone));
    if (judged && remaining.length === 0) on = later(planned, nextContactDay(calendar, dateOf(judged, zone)));
    if (gapFrom) on = later(on, addDays(gapFrom, rung.minGapDays));
    if (remaining.length > 0) on = later(on, previousOn);
    if (isContact(rung.action)) on = nextContactDay(calendar, on);
    remaining.push({ rung, requested: false, on, at: instantAt(on, slotMinute, zone) });
    previousOn = gapFrom = on;
  }
  return remaining;
}

function lastAt(rungs: readonly RungRecord[], state: RungRecord['state']): Instant | null {
  return (
    rungs
      .filter((record) => record.state === state)
      .map((record) => record.at)
      .sort()
      .at(-1) ?? null
  );
}
