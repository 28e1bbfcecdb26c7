import { correctDiscounts, settleDiscounts } from './discounts.ts';
import type { Job } from './invoice-judge.ts';
import { settleTwin } from './invoice-twins.ts';
import { askAbout, settleDoubts } from './questions.ts';
import type { Work } from '../platform/transaction.ts';
import type { PutInvoice } from './invoice-rows.ts';
import type { Effects } from '../platform/effects.ts';
import { addEffects, joinEffects } from '../platform/effects.ts';

/** What of an invoice, as it was just written, a person must look at first, and what a correction has settled. */
export async function settleInvoice(work: Work, job: Job, value: PutInvoice): Promise<Effects> {
  const { tx } = work;
  const { twin, standing, write: row } = job;
  const dates = await settleDates(work, job, value);
  if (!twin && !standing) return dates;
  if (standing) {
    await correctDiscounts(tx, job.discounts);
    const touched = standing.instalments.map(({ id }) => id);
    addEffects(dates, await settleDiscounts(work, touched));
  }
  const copies = await settleTwin(work, {
    id: value.id,
    customerId: row.customerId,
    invoice: row.document,
    twin,
    before: standing?.doubt ?? null,
    isNew: standing === null,
  });
  return joinEffects(dates, copies);
}

/** Tasks about due dates in doubt: opened for those that came, ended for those that were corrected. */
async function settleDates(work: Work, job: Job, value: PutInvoice): Promise<Effects> {
  const asked = new Map(job.receivables.map((part) => [part.no, part.question]));
  for (const { standing } of job.changes.changed) asked.set(standing.no, job.questions.get(standing.id) ?? null);
  const { externalId: invoice, issueDate } = job.write.document;
  const { customerId } = job.write;
  const doubted = value.receivables
    .filter((part) => asked.get(part.instalment))
    .map((part) => ({
      receivableId: part.id,
      customerId,
      invoice,
      instalment: part.instalment,
      dueDate: part.dueDate,
      issueDate,
    }));
  const moved = job.changes.changed.filter(({ standing }) => job.questions.has(standing.id));
  const corrected = moved.map(({ standing }) => ({ receivableId: standing.id, dueDate: standing.dueDate }));
  return joinEffects(await settleDoubts(work, corrected), await askAbout(work, doubted));
}
