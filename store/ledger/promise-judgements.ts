import type { Verdict } from '../../domain/dunning/receivable.ts';
import { promisesBroken, promisesKeptAfterAll } from './events.ts';
import type { ReceivableCase } from './receivable-facts.ts';
import type { Work } from '../platform/transaction.ts';
import { eventOf } from '../platform/transaction.ts';
import type { Effects } from '../platform/effects.ts';
import { joinEffects, noEffects } from '../platform/effects.ts';

/**
 * What the judgement of promises entails: each is on record; a breach has the customer's credit reviewed; one that is judged again is told as such, what
 * hung on a breach that was none is taken back, and credit decided on it reviewed. The promises are written already.
 */
export async function promiseEffects(work: Work, found: ReceivableCase, verdict: Verdict): Promise<Effects> {
  const { at } = work;
  const broken = verdict.promises.filter(({ state }) => state === 'broken').map(({ id }) => id);
  const before = new Map(found.facts.promises.map((promise) => [promise.id, promise]));
  const mended = verdict.promises.flatMap(({ id, state }) => {
    const was = before.get(id);
    return was?.state === 'broken' && state !== 'broken' ? [{ id, judgedAt: was.judgedAt ?? at.now }] : [];
  });
  return joinEffects(
    judged(found, verdict),
    broken.length > 0 ? await promisesBroken.tell(work, found.customerId, broken) : noEffects(),
    mended.length > 0 ? await promisesKeptAfterAll.tell(work, found.customerId, mended) : noEffects(),
  );
}

/** A promise kept or broken, and one whose judgement is another now. `at`: when it was so, by the facts. */
function judged(found: ReceivableCase, verdict: Verdict): Effects {
  const audit = verdict.promises.flatMap(({ id, state, at }) => {
    const promise = found.facts.promises.find((one) => one.id === id);
    if (!promise || state === 'pending') return [];
    const about = { subjectKind: 'promise', subjectId: id, customerId: found.customerId };
    const after = {
      receivableId: found.id,
      amountMinor: promise.amountMinor,
      currency: found.currency,
      on: promise.on,
      state,
      at,
    };
    const action = promise.state === 'pending' ? 'promise.judged' : 'promise.judged-again';
    return [{ ...about, action, before: { state: promise.state }, after }];
  });
  return { ...noEffects(), audit, events: audit.map(eventOf) };
}
