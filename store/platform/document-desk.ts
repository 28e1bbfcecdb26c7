import type { Actor } from '../../domain/platform/actor.ts';
import { gathererOf } from './gather.ts';
import { accepted } from './rows.ts';
import type { RowResult } from './rows.ts';
import type { Store } from './transaction.ts';

interface Sent<Document> {
  actor: Actor;
  document: Document;
  reason: string | null;
}

type PostAll<Document, Value> = (
  store: Store,
  actor: Actor,
  documents: readonly Document[],
  reason: string | null,
) => Promise<RowResult<Value>[]>;

/**
 * One document at a time over a verb that takes many: callers of the same moment share a transaction where actor and reason are the same,
 * as the entries of the audit record say them. Answers what became of the document; throws its Refusal.
 */
export function documentDesk<Document extends { externalId: string }, Value>(postAll: PostAll<Document, Value>) {
  const desk = gathererOf((store: Store) => ({
    about: ({ document }: Sent<Document>) => document.externalId,
    alike: ({ actor, reason }: Sent<Document>) => JSON.stringify([actor, reason]),
    async work(batch: readonly Sent<Document>[]) {
      const [first] = batch;
      const documents = batch.map((one) => one.document);
      return first ? postAll(store, first.actor, documents, first.reason) : [];
    },
  }));
  return async (store: Store, actor: Actor, document: Document, reason: string | null) =>
    accepted(await desk(store).put({ actor, document, reason }));
}
