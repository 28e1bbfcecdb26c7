import type { Instant } from '../platform/calendar.ts';
import type { RungState } from './ladder.ts';
import { outcomeOf } from './plan.ts';
import type { CollectionTerms, ReceivableFacts } from './receivable.ts';
import { beforeGoLive, scheduleRungs } from './schedule.ts';

/** A rung as people see it: every rung of the ladder has one, whether or not anything happened to it yet. */
export interface RungView {
  id: string;
  state: RungState;
  /** Instant of that state; of a planned rung: when it falls due if those before it go as planned. Null: never. */
  at: Instant | null;
  reason: string | null;
}

/** The whole ladder of a receivable at `now`. Rungs left on a closed one are skipped, by its outcome. */
export function rungsOf(facts: ReceivableFacts, terms: CollectionTerms, now: Instant): RungView[] {
  const outcome = outcomeOf(facts);
  const old = beforeGoLive(facts, terms.ladder.rungs);
  const records = new Map(facts.rungs.map((record) => [record.id, record]));
  const planned = new Map(outcome ? [] : scheduleRungs(facts, terms, now).map((one) => [one.rung.id, one.at]));
  return terms.ladder.rungs.map(({ id }): RungView => {
    const record = records.get(id);
    if (record && record.state !== 'planned') return { id, state: record.state, at: record.at, reason: record.reason };
    if (old.has(id)) return { id, state: 'before-go-live', at: null, reason: null };
    if (outcome) return { id, state: 'skipped', at: null, reason: outcome };
    return { id, state: 'planned', at: planned.get(id) ?? null, reason: record?.reason ?? null };
  });
}
