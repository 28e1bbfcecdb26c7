import {
  addDays,
  dateOf,
  daysBetween,
  endOfMonth,
  instantAt,
  lastContactDayBefore,
  nextContactDay,
} from '../platform/calendar.ts';
import type { BusinessDate, Calendar, Instant } from '../platform/calendar.ts';
import { isContact } from './ladder.ts';
import type { Rung, RungState } from './ladder.ts';
import type { CollectionTerms, ReceivableFacts, RungRecord } from './receivable.ts';

/** A rung still to be taken, with the business day and instant on which it falls due if those before it go as planned. */
export interface ScheduledRung {
  rung: Rung;
  requested: boolean;
  on: BusinessDate;
  at: Instant;
  /** It announces a due date that will have passed by then. */
  pastDue: boolean;
}

/** Why a notice was not sent: the day it announces had passed. */
export const PAST_DUE = 'past-due-date';

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

/** The days of all rungs by their anchors alone. */
function nominals(facts: ReceivableFacts, rungs: readonly Rung[]): BusinessDate[] {
  let previous = facts.dueDate;
  return rungs.map((rung) => (previous = nominal(rung, facts, previous)));
}

/** Rungs whose day by the anchor alone lies before go-live: they are recorded as such and never taken. */
export function beforeGoLive(facts: ReceivableFacts, rungs: readonly Rung[]): Set<string> {
  const { collectFrom } = facts;
  if (!collectFrom) return new Set();
  const days = nominals(facts, rungs);
  return new Set(rungs.filter((_, place) => (days[place] ?? '') < collectFrom).map((rung) => rung.id));
}

/** A notice announces a due date: one dated up to it says nothing true once it has passed. */
export const isAnnouncement = (rung: Rung, facts: ReceivableFacts, rungs: readonly Rung[]): boolean =>
  rung.action === 'notice' && (nominals(facts, rungs)[rungs.indexOf(rung)] ?? '') <= facts.dueDate;

/**
 * Days that the first demand is late because the debt itself came late. Nobody was asked before, so the ladder begins with it and
 * keeps its distances, instead of opening with a threat.
 */
function postedLate(facts: ReceivableFacts, rungs: readonly Rung[], zone: string): number {
  const first = nominals(facts, rungs).find((day) => day > facts.dueDate && day >= (facts.collectFrom ?? day));
  return first === undefined ? 0 : Math.max(0, daysBetween(first, dateOf(facts.postedAt, zone)));
}

/** When a promise was last found broken, if no rung has been taken or given up since: the next rung then waits no longer. */
function brokenSince(facts: ReceivableFacts): Instant | null {
  const judged = facts.promises.flatMap((p) => (p.state === 'broken' && p.judgedAt ? [p.judgedAt] : []));
  const latest = judged.sort().at(-1) ?? null;
  const settled = facts.rungs.filter((record) => record.reason !== PAST_DUE && record.reason !== 'too-late');
  const moved = lastAt(settled, ['taken', 'missed', 'skipped']);
  return latest !== null && (moved === null || latest > moved) ? latest : null;
}

/** The day before which no rung can have been taken, so that none is late by it: the end of the last pause, the day after one was given up. */
function heldUntil(facts: ReceivableFacts, zone: string): BusinessDate | null {
  const pausedTo = facts.pauses.at(-1)?.to;
  const skippedAt = lastAt(facts.rungs, ['skipped']);
  const days = [...(pausedTo ? [dateOf(pausedTo, zone)] : []), ...(skippedAt ? [addDays(dateOf(skippedAt, zone), 1)] : [])];
  return days.sort().at(-1) ?? null;
}

/** The day of the rung after a broken promise: the next contact day, even before its own, but no demand before the debt is overdue. */
function afterBroken(judged: Instant, planned: BusinessDate, facts: ReceivableFacts, calendar: Calendar): BusinessDate {
  const soonest = earlier(planned, addDays(facts.dueDate, 1));
  return nextContactDay(calendar, later(dateOf(judged, calendar.zone), soonest));
}

/**
 * The rungs that remain, in ladder order, each with the day it falls due. Days count from the anchor, shift by the days the ladder
 * stood still (none falls into a pause) or the debt was posted late, keep their least gap to the rung before (never two on one day), and contacts move to the
 * next contact day. A rung asked of outreach counts as planned again when its day has moved past today.
 */
export function scheduleRungs(facts: ReceivableFacts, terms: CollectionTerms, now: Instant): ScheduledRung[] {
  const { ladder, calendar, broughtForward } = terms;
  const zone = calendar.zone;
  const today = dateOf(now, zone);
  const records = new Map(facts.rungs.map((record) => [record.id, record]));
  const old = beforeGoLive(facts, ladder.rungs);
  const lastTakenAt = lastAt(facts.rungs, ['taken']);
  const judged = brokenSince(facts);
  const freeFrom = heldUntil(facts, zone);
  const lateBy = postedLate(facts, ladder.rungs, zone);
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
    const shift = pausedDays(facts, since, now, zone) + (rung.anchor === 'previousRung' ? 0 : lateBy);
    let on = addDays(planned, shift);
    if (record && record.state !== 'planned' && record.state !== 'requested') {
      const settledOn = dateOf(record.at, zone);
      previousOn = record.reason === PAST_DUE ? on : record.state === 'missed' ? earlier(on, settledOn) : settledOn;
      continue;
    }
    if (judged && remaining.length === 0 && broughtForward.includes(rung.stage)) {
      const sooner = afterBroken(judged, planned, facts, calendar);
      on = record?.state === 'requested' ? earlier(on, sooner) : sooner;
    }
    if (freeFrom) on = later(on, freeFrom);
    if (gapFrom) on = later(on, addDays(gapFrom, Math.max(1, rung.minGapDays)));
    const asked = on;
    if (isContact(rung.action)) on = nextContactDay(calendar, asked);
    const announces = isAnnouncement(rung, facts, ladder.rungs);
    // An announcement that finds no contact day before the due date goes on the last one there was: on that date it is late.
    const late = announces && asked <= facts.dueDate && on >= later(facts.dueDate, addDays(asked, 1));
    const broughtOn = late ? lastContactDayBefore(calendar, facts.dueDate) : null;
    const inTime = broughtOn !== null && broughtOn >= today && broughtOn >= earliest(gapFrom, freeFrom, rung);
    if (inTime) on = broughtOn;
    const requested = record?.state === 'requested' && on <= today;
    if (requested) on = dateOf(record.at, zone);
    const pastDue = later(on, today) > facts.dueDate && announces;
    remaining.push({ rung, requested, on, at: requested ? record.at : slotOn(on, terms), pastDue });
    previousOn = gapFrom = on;
  }
  return remaining;
}

/**
 * The slot of a business day. Where contact hours begin earlier than ours it is theirs, that the message still goes that day; where they
 * begin later it is ours, and the message waits for theirs. Never before that day of ours begins.
 */
function slotOn(on: BusinessDate, { calendar: { zone }, slotMinute, slotZone }: CollectionTerms): Instant {
  const ours = instantAt(on, slotMinute, zone);
  const theirs = instantAt(on, slotMinute, slotZone);
  const begins = instantAt(on, 0, zone);
  return theirs >= ours ? ours : theirs > begins ? theirs : begins;
}

/** The first day the gap to the rung before and the end of the last pause leave a rung. */
function earliest(gapFrom: BusinessDate | null, freeFrom: BusinessDate | null, rung: Rung): BusinessDate {
  const gap = gapFrom === null ? '' : addDays(gapFrom, Math.max(1, rung.minGapDays));
  return later(gap, freeFrom ?? '');
}

function lastAt(rungs: readonly RungRecord[], states: readonly RungState[]): Instant | null {
  const instants = rungs.filter((record) => states.includes(record.state)).map((record) => record.at);
  return instants.sort().at(-1) ?? null;
}
