import { addWorkingDays, dateOf, instantAt } from '../platform/calendar.ts';
import type { Calendar, Instant } from '../platform/calendar.ts';
import type { WorkOrderKind } from './policy.ts';
import type { WorkOrderStep } from './process.ts';

/** Deadlines end with the working day: minute of the day at which a work order falls due. */
const END_OF_DAY = 18 * 60;

/** Warning and deadline of a work order opened at `openedAt`: its working days, make-up days included, the first not counted. */
export function workOrderDates(kind: WorkOrderKind, calendar: Calendar, openedAt: Instant): { warnAt: Instant; dueAt: Instant } {
  const opened = dateOf(openedAt, calendar.zone);
  const warnAfter = Math.max(0, kind.deadlineWorkingDays - kind.warnWorkingDays);
  const warnOn = addWorkingDays(calendar, opened, warnAfter);
  const dueOn = addWorkingDays(calendar, opened, kind.deadlineWorkingDays);
  return { warnAt: instantAt(warnOn, END_OF_DAY, calendar.zone), dueAt: instantAt(dueOn, END_OF_DAY, calendar.zone) };
}

export interface WorkOrderFacts {
  closedAt: Instant | null;
  state: 'open' | 'warned' | 'escalated' | 'done' | 'cancelled';
  /** How often it went to the next role. */
  level: number;
  warnAt: Instant;
  dueAt: Instant;
  snoozedUntil: Instant | null;
  /** When what it decides on lapses: looked at again then; null: never. */
  lapsesAt: Instant | null;
}

export interface WorkOrderVerdict {
  step: WorkOrderStep;
  due: boolean;
  at: Instant | null;
}

/**
 * What the deadline of a work order calls for: warn once, then hand it to the next role at each passed deadline, until somebody closed
 * it. Snoozing puts off the warning, never the deadline.
 */
export function planWorkOrder(facts: WorkOrderFacts, kind: WorkOrderKind, now: Instant): WorkOrderVerdict {
  if (facts.closedAt) return { step: 'close', due: false, at: null };
  const next = nextStep(facts, kind, now);
  const { lapsesAt } = facts;
  return lapsesAt !== null && lapsesAt < (next.at ?? '9999') ? { step: 'wait', due: false, at: lapsesAt } : next;
}

function nextStep(facts: WorkOrderFacts, kind: WorkOrderKind, now: Instant): WorkOrderVerdict {
  const { snoozedUntil, dueAt } = facts;
  const warnAt = snoozedUntil && snoozedUntil > facts.warnAt ? snoozedUntil : facts.warnAt;
  if (facts.state === 'open' && warnAt < dueAt && dueAt > now) return { step: 'warn', due: warnAt <= now, at: warnAt };
  if (facts.level >= kind.escalateTo.length) return { step: 'wait', due: false, at: null };
  return { step: 'escalate', due: dueAt <= now, at: dueAt };
}

/** The deadline of the next role after an escalation at `now`. */
export function nextDeadline(kind: WorkOrderKind, calendar: Calendar, now: Instant): Instant {
  const on = addWorkingDays(calendar, dateOf(now, calendar.zone), kind.escalateWorkingDays);
  return instantAt(on, END_OF_DAY, calendar.zone);
}
