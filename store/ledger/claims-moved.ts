import { sql } from 'kysely';
import { followDisputes } from './disputes-moved.ts';
import type { LoweredItem } from './disputes-moved.ts';
import type { Job } from './invoice-judge.ts';
import type { WrittenInvoice } from './invoice-rows.ts';
import { followPromises } from './promises-moved.ts';
import type { Work } from '../platform/transaction.ts';
import { joinEffects } from '../platform/effects.ts';
import type { Effects } from '../platform/effects.ts';

/** What customers dispute and promise of invoices that were corrected just now follows their amounts. The caller holds the customers. */
export async function followClaims(
  work: Work,
  jobs: readonly Job[],
  written: ReadonlyMap<string, WrittenInvoice>,
): Promise<Effects> {
  const lowered = jobs.flatMap((job) => loweredItems(job, written.get(job.write.document.externalId)));
  return joinEffects(await followDisputes(work, lowered), await followPromises(work, lowered));
}

/**
 * What customers dispute and promise of an invoice that was taken out as a duplicate goes to the one that stays, as far as that is open. The
 * caller holds the customers and both their receivables.
 */
export async function moveClaims(work: Work, gone: readonly string[], stays: readonly string[]): Promise<Effects> {
  const { tx } = work;
  const { rows: items } = await sql<LoweredItem>`
    select id as "receivableId", case when id = any(${[...gone]}::uuid[]) then amount_minor else -amount_minor end as minor
    from receivable r where (id = any(${[...gone]}::uuid[]) or id = any(${[...stays]}::uuid[]) and not withdrawn) and not receivable_faulty(r)`.execute(
    tx,
  );
  return joinEffects(await followDisputes(work, items, true), await followPromises(work, items, true));
}

/** By how much a correction made each instalment of a standing invoice smaller; what it adds is larger by all of it. */
function loweredItems({ standing, changes, receivables }: Job, written: WrittenInvoice | undefined): LoweredItem[] {
  if (!standing) return [];
  return [
    ...changes.withdrawn
      .filter(({ amountMinor }) => Number.isSafeInteger(amountMinor))
      .map(({ id, amountMinor }) => ({ receivableId: id, minor: amountMinor })),
    ...changes.changed.map(({ standing: was, to }) => ({
      receivableId: was.id,
      minor: (was.withdrawn || !Number.isSafeInteger(was.amountMinor) ? 0 : was.amountMinor) - to.amountMinor,
    })),
    ...receivables.flatMap(({ no, amountMinor }) => {
      const id = written?.receivables.get(no);
      return id === undefined ? [] : [{ receivableId: id, minor: -amountMinor }];
    }),
  ];
}
