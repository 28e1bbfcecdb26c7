import { fault } from '../platform/policy-fault.ts';
import type { PolicyFault } from '../platform/policy-fault.ts';
import type { Ladder, Rung } from './ladder.ts';

/** Days from the due date on which a step can fall, by its anchor alone. */
interface Span {
  earliest: number;
  latest: number;
}

/** The end of a month is at most so many days after a due date in it. */
const REST_OF_MONTH = 30;

function spanOf({ anchor, days }: Rung, before: Span): Span {
  switch (anchor) {
    case 'dueDate':
      return { earliest: days, latest: days };
    case 'endOfMonth':
      return { earliest: days, latest: days + REST_OF_MONTH };
    case 'previousRung':
      return { earliest: before.earliest + days, latest: before.latest + days };
  }
}

/** The most days that can lie between a step and the one before it. */
function mostBetween(rung: Rung, before: Rung, span: Span, spanBefore: Span): number {
  if (rung.anchor === 'previousRung') return rung.days;
  return rung.anchor === before.anchor ? rung.days - before.days : span.latest - spanBefore.earliest;
}

/** Days that a dunning procedure could not keep: nothing is asked for before it is due or announced after, and each step leaves its gap to the one before. */
export function ladderDayFaults({ rungs }: Ladder, at: string): PolicyFault[] {
  let spanBefore: Span = { earliest: 0, latest: 0 };
  return rungs.flatMap((rung, no) => {
    const before = rungs[no - 1];
    const span = spanOf(rung, spanBefore);
    const between = before ? mostBetween(rung, before, span, spanBefore) : null;
    spanBefore = span;
    const where = `${at}/rungs/${no}/days`;
    const asks = rung.stage !== 'due' || rung.action === 'remind';
    if (asks && span.earliest < 0) return [fault(where, `${rung.id} asks for money before it is due`)];
    if (rung.stage === 'due' && span.earliest > 0) return [fault(where, `${rung.id} announces a due date that has passed`)];
    return between !== null && between < Math.max(1, rung.minGapDays)
      ? [fault(where, `${rung.id} comes before its least gap to the step before it has passed`)]
      : [];
  });
}
