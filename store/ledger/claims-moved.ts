import type { Tx } from '../platform/database.ts';
import { followDisputes } from './disputes-moved.ts';
import type { LoweredItem } from './disputes-moved.ts';
import type { Job } from './invoice-judge.ts';
import type { WrittenInvoice } from './invoice-rows.ts';
import { followPromises } from './promises-moved.ts';
import type { Moment } from '../platform/transaction.ts';
import { joinTraces } from '../platform/traces.ts';
import type { WorkOrderTraces } from '../platform/traces.ts';

/** What customers dispute and promise of invoices that were corrected just now follows their amounts. The caller holds the customers. */
export async function followClaims(
  tx: Tx,
  at: Moment,
  jobs: readonly Job[],
  written: ReadonlyMap<string, WrittenInvoice>,
): Promise<WorkOrderTraces> {
  const lowered = jobs.flatMap((job) => loweredItems(job, written.get(job.write.document.externalId)));
  return joinTraces(await followDisputes(tx, at, lowered), await followPromises(tx, at, lowered));
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
