import type { AuditFact } from '../../domain/platform/audit.ts';
import type { Ask, EventFact, Post } from './transaction.ts';

/** What a part of a verb leaves behind beside its facts: record, wake-ups of processes, their beginnings, and events. */
export interface Effects {
  audit: AuditFact[];
  asks: Ask[];
  posts: Post[];
  events: EventFact[];
}

export const noEffects = (): Effects => ({ audit: [], asks: [], posts: [], events: [] });

/** Adds what another part of the same verb leaves behind. */
export function addEffects(to: Effects, more: Readonly<Partial<Effects>>): void {
  to.audit.push(...(more.audit ?? []));
  to.asks.push(...(more.asks ?? []));
  to.posts.push(...(more.posts ?? []));
  to.events.push(...(more.events ?? []));
}

export const joinEffects = (...all: Effects[]): Effects => ({
  audit: all.flatMap((one) => one.audit),
  asks: all.flatMap((one) => one.asks),
  posts: all.flatMap((one) => one.posts),
  events: all.flatMap((one) => one.events),
});
