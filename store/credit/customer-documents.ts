import type { CustomerDocument } from '../../domain/ledger/documents.ts';
import { factsInDocument } from '../../domain/credit/fact-values.ts';
import { askForDelistings, withoutDelistings } from './acts/delisting.ts';
import type { RowResult } from '../platform/rows.ts';
import type { Work } from '../platform/transaction.ts';
import { recordFacts } from './facts.ts';
import { noticeChanges } from './profile-row.ts';
import { settleQuality } from './quality.ts';
import type { Effects } from '../platform/effects.ts';
import { addEffects } from '../platform/effects.ts';

/**
 * What customers' documents mean for their profiles: the facts in them are told, and data that was changed is looked at again, so that a
 * mended fault is cleared at once. That one is off a list waits for a second person. A new customer's data comes in several calls, so the night looks at it first.
 */
export async function recordDocuments(
  work: Work,
  documents: readonly CustomerDocument[],
  results: readonly RowResult<{ id: string }>[],
): Promise<Effects> {
  const { tx, at, store, actor } = work;
  const written = documents.flatMap((document, index) => {
    const result = results[index];
    return result && (result.outcome === 'created' || result.outcome === 'changed')
      ? [{ document, id: result.value.id, changed: result.outcome === 'changed' }]
      : [];
  });
  const source = actor.kind === 'user' ? 'manual' : 'erp';
  // The same customer twice in a batch: what the later says of a fact counts.
  const told = new Map(
    written.flatMap(({ document, id }) =>
      factsInDocument(document.facts).map(
        (fact) => [`${id}/${fact.name}`, { ...fact, customerId: id, source } as const] as const,
      ),
    ),
  );
  const { now, delistings } = await withoutDelistings(tx, [...told.values()]);
  const effects = await askForDelistings({ store, tx, at, actor, reason: null }, delistings);
  const recorded = await recordFacts(work, actor.id, now);
  effects.audit.push(...recorded.audit);
  effects.events.push(...recorded.events);
  const known = [...new Set(recorded.events.map((event) => event.subjectId))];
  if (known.length > 0) addEffects(effects, await noticeChanges(work, known));
  const changed = [...new Set(written.filter((one) => one.changed).map((one) => one.id))];
  if (changed.length > 0) addEffects(effects, (await settleQuality(work, changed)).effects);
  return effects;
}
