import { addMs } from '../platform/calendar.ts';
import type { Instant } from '../platform/calendar.ts';
import { missingOf } from './ground.ts';
import type { HoldGround, NoticeStanding } from './ground.ts';
import type { ShipmentHoldState, ShipmentHoldStep, ShipmentHoldWhy } from './hold.ts';

export interface ShipmentHoldFacts {
  state: ShipmentHoldState;
  openedAt: Instant;
  told: boolean;
  ground: HoldGround | null;
  evidence: number;
  notice: NoticeStanding;
  respondBy: Instant | null;
  /** That the time to answer is over has been noted. */
  responded: boolean;
  responseDays: number;
}

export interface ShipmentHoldVerdict {
  step: ShipmentHoldStep;
  due: boolean;
  at: Instant | null;
  why: ShipmentHoldWhy;
}

const DAY_MS = 86_400_000;

/** What the facts of a hold call for at a moment. */
export function planShipmentHold(facts: ShipmentHoldFacts, now: Instant): ShipmentHoldVerdict {
  const { state, told, ground, notice, respondBy, responded } = facts;
  if (state !== 'open') return { step: 'close', due: false, at: null, why: { code: 'ended', params: { state } } };
  if (!told) return at(now, 'tell', 'departments-told', now);
  const look = nextLook(facts, now);
  if (!ground) return at(look, 'judge', 'ground-wanted', now);
  if (notice.state === 'none' && missingOf(ground, facts.evidence, 'given').length === 0)
    return at(now, 'notice', 'notice-due', now);
  if (notice.state === 'none') return at(look, 'judge', 'ground-wanted', now);
  if (notice.state !== 'given') return at(look, 'judge', notice.state === 'by-hand' ? 'notice-by-hand' : 'notice-pending', now);
  if (respondBy !== null && !responded)
    return at(respondBy, 'answer', respondBy <= now ? 'answer-overdue' : 'answer-awaited', now);
  return at(look, 'judge', 'decision-awaited', now);
}

/** A hold is looked at again each time the customer could have answered: limits begin, licences end by the calendar alone. */
function nextLook({ openedAt, responseDays }: ShipmentHoldFacts, now: Instant): Instant {
  const every = responseDays * DAY_MS;
  const passed = Math.floor((Date.parse(now) - Date.parse(openedAt)) / every);
  return addMs(openedAt, (passed + 1) * every);
}

const at = (when: Instant, step: ShipmentHoldStep, code: ShipmentHoldWhy['code'], now: Instant): ShipmentHoldVerdict => ({
  step,
  due: when <= now,
  at: when,
  why: { code, params: code.startsWith('answer') ? { until: when } : {} },
});

/** How a hold has ended of which nothing waits any more; null: it goes on. */
export function endOfShipmentHold(
  lines: readonly { allowed: string; dropped: string; waiting: string }[],
  { rescinded, orderOpen }: { rescinded: boolean; orderOpen: boolean },
): Exclude<ShipmentHoldState, 'open'> | null {
  const some = (part: 'allowed' | 'dropped' | 'waiting'): boolean => lines.some((line) => /[1-9]/.test(line[part]));
  if (some('waiting')) return null;
  if (rescinded) return 'rescinded';
  if (!some('dropped')) return 'shipped';
  return some('allowed') || orderOpen ? 'reduced' : 'rescinded';
}
