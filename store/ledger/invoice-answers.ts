import { sql } from 'kysely';
import type { AuditFact } from '../../domain/platform/audit.ts';
import { receivableWorkflowId } from '../../domain/platform/subject.ts';
import type { Job } from './invoice-judge.ts';
import type { PutInvoice, StandingInvoice, WrittenInvoice } from './invoice-rows.ts';
import type { Tx } from '../platform/database.ts';
import { among } from '../platform/prepared.ts';
import type { RowResult } from '../platform/rows.ts';
import type { Effects } from '../platform/effects.ts';
import type { Ask, Post } from '../platform/transaction.ts';

/** What an invoice that was written must record. */
export interface InvoiceRecord {
  audit: AuditFact;
  /** Tasks that were opened or ended beside it, and what asking a second person left behind. */
  beside: Effects;
  asks: Ask[];
  posts: Post[];
  /** Receivables that money which waited for them may go to. */
  arrived: string[];
}

/** An invoice that stays as it is. */
export function asIs(standing: StandingInvoice): PutInvoice {
  const { id, externalId, version, currency } = standing;
  const receivables = standing.instalments
    .filter((part) => !part.withdrawn)
    .map((part) => ({ id: part.id, instalment: part.no, dueDate: part.dueDate, openMinor: part.openMinor, stage: part.stage }));
  return { id, externalId, version, currency, receivables };
}

/** What a job answers and records, `beside` it what asking a second person left behind. */
export function putOf(
  job: Job,
  written: WrittenInvoice | undefined,
  beside: Effects,
): { value: PutInvoice; record: InvoiceRecord } {
  if (!written) throw new Error('an invoice was judged but not written');
  const { standing, changes, write: row, customer } = job;
  const value: PutInvoice = {
    id: written.id,
    externalId: row.document.externalId,
    version: written.version,
    currency: row.document.currency,
    receivables: standingAfter(job, written).sort((a, b) => a.instalment - b.instalment),
  };
  const { procedures } = job;
  const touched = [
    ...new Set([
      ...changes.changed.map(({ standing: { id } }) => id),
      ...[...changes.withdrawn, ...procedures].map(({ id }) => id),
    ]),
  ];
  const audit: AuditFact = {
    action: standing ? 'invoice.changed' : job.posting.settledOn === null ? 'invoice.posted' : 'invoice.imported-settled',
    subjectKind: 'invoice',
    subjectId: written.id,
    customerId: customer.id,
    ...(standing && { before: { ...standing.document, instalments: standing.instalments } }),
    after: {
      ...row.document,
      receivables: value.receivables.map(({ id, instalment, dueDate }) => ({ id, instalment, dueDate })),
      ...(procedures.length > 0 && { procedures: procedures.map(({ id, from, ladder }) => ({ id, from, to: ladder })) }),
    },
  };
  const asks = touched.map((id): Ask => ({ subject: receivableWorkflowId(id), kind: 'receivable' }));
  const posts = job.receivables
    .filter((part) => part.plan.step !== 'close')
    .map((part): Post => ({
      subject: receivableWorkflowId(written.receivables.get(part.no) ?? ''),
      kind: 'receivable',
      at: part.plan.at,
    }));
  const moved = new Set(changes.changed.map((change) => change.standing.id));
  const fresh = value.receivables.filter(
    (part) => moved.has(part.id) || !standing?.instalments.some((one) => one.id === part.id),
  );
  const arrived = job.posting.settledOn === null ? fresh.map((part) => part.id) : [];
  return { value, record: { audit, beside, asks, posts, arrived } };
}

/** The invoice's receivables as the job leaves them. */
function standingAfter({ standing, changes, receivables }: Job, written: WrittenInvoice): PutInvoice['receivables'] {
  const corrected = new Map(changes.changed.map((change) => [change.standing.id, change.to]));
  const gone = new Set(changes.withdrawn.map((part) => part.id));
  const kept = (standing?.instalments ?? []).filter((part) => !gone.has(part.id) && (!part.withdrawn || corrected.has(part.id)));
  return [
    ...kept.map((part) => {
      const to = corrected.get(part.id);
      return { id: part.id, instalment: part.no, dueDate: (to ?? part).dueDate, openMinor: part.openMinor, stage: part.stage };
    }),
    ...receivables.map((part) => ({
      id: written.receivables.get(part.no) ?? '',
      instalment: part.no,
      dueDate: part.dueDate,
      openMinor: part.amountMinor - part.paidMinor,
      stage: part.plan.step === 'close' ? 'closed' : 'scheduled',
    })),
  ];
}

/** The answers with what is open at the end, when discounts have been found anew and money that waited has found its place. */
export async function withOpen(tx: Tx, results: readonly RowResult<PutInvoice>[]): Promise<RowResult<PutInvoice>[]> {
  const ids = results.flatMap((one) => (one.outcome === 'failed' ? [] : one.value.receivables.map(({ id }) => id)));
  if (ids.length === 0) return [...results];
  const { rows } = await sql<{ id: string; minor: number }>`
    select id, amount_minor - paid_minor - credited_minor - written_off_minor as minor from receivable
    where ${among('id', ids, 'uuid')}`.execute(tx);
  const open = new Map(rows.map(({ id, minor }) => [id, minor]));
  return results.map((one) => {
    if (one.outcome === 'failed') return one;
    const receivables = one.value.receivables.map((part) => ({ ...part, openMinor: open.get(part.id) ?? part.openMinor }));
    return { ...one, value: { ...one.value, receivables } };
  });
}
