import { inScope } from '../domain/kernel/actor.ts';
import type { Actor } from '../domain/kernel/actor.ts';
import type { AuditFact } from '../domain/kernel/audit.ts';
import type { BusinessDate } from '../domain/kernel/calendar.ts';
import { Refusal } from '../domain/kernel/refusal.ts';
import type { RefusalCode, RefusalReason } from '../domain/kernel/refusal.ts';
import { receivableWorkflowId } from '../domain/kernel/subject.ts';
import { instalmentChanges, instalmentsOf, invoiceFaults } from '../domain/collection/documents.ts';
import type { InstalmentChanges, InvoiceDocument } from '../domain/collection/documents.ts';
import type { Tx } from './database.ts';
import { documentDesk } from './document-desk.ts';
import { correctReceivables, lockCustomers, readStanding, writeInvoices } from './invoice-rows.ts';
import type { InvoiceWrite, LedgerCustomer, NewReceivable, StandingInvoice, WrittenInvoice } from './invoice-rows.ts';
import { Poster } from './posting.ts';
import { lockReceivables } from './receivable-facts.ts';
import { failed, inWaves, refusalFor } from './rows.ts';
import type { RowResult } from './rows.ts';
import { contentHash } from './setup.ts';
import { write } from './transaction.ts';
import type { Ask, EventFact, Moment, Post, Store, Unchanged, Written } from './transaction.ts';

/** An invoice as stored, with the receivables that stand for its instalments. */
export interface PutInvoice {
  id: string;
  externalId: string;
  version: number;
  currency: string;
  receivables: { id: string; instalment: number; dueDate: BusinessDate; openMinor: number; stage: string }[];
}

const desk = documentDesk(postInvoices);

/**
 * Posts or corrects one invoice, in a transaction that callers of the same moment share. Each instalment is one receivable; what has
 * money on it keeps its amount and date.
 */
export async function postInvoice(
  store: Store,
  actor: Actor,
  document: InvoiceDocument,
  reason: string | null = null,
): Promise<PutInvoice & { changed: boolean; created: boolean }> {
  const { outcome, value } = await desk(store, actor, document, reason);
  return { ...value, changed: outcome !== 'unchanged', created: outcome === 'created' };
}

/** Posts or corrects up to about a thousand invoices in one transaction; results stand in the order of the documents. */
export async function postInvoices(
  store: Store,
  actor: Actor,
  documents: readonly InvoiceDocument[],
  reason: string | null = null,
): Promise<RowResult<PutInvoice>[]> {
  const postings = documents.map((invoice): Posting => ({ invoice, settledOn: null }));
  return write(store, actor, (tx, at) => postWithin({ store, tx, at, actor, reason }, postings));
}

/** An invoice to post; settled ones are posted closed, with nobody to wake. */
export interface Posting {
  invoice: InvoiceDocument;
  settledOn: BusinessDate | null;
}

/** Where postings are written, by whom and why. */
export interface Desk {
  store: Store;
  tx: Tx;
  at: Moment;
  actor: Actor;
  reason: string | null;
}

/** The posting of invoices inside a transaction, with what it must record. */
export async function postWithin(
  desk: Desk,
  postings: readonly Posting[],
): Promise<Written<RowResult<PutInvoice>[]> | Unchanged<RowResult<PutInvoice>[]>> {
  const results: RowResult<PutInvoice>[] = [];
  const records: Trace[] = [];
  for (const wave of inWaves(postings, (posting) => posting.invoice.externalId)) {
    const done = await putWave(
      desk,
      wave.map((row) => row.document),
    );
    for (const [place, row] of wave.entries()) {
      const put = done[place];
      if (!put) continue;
      results[row.index] = put.result;
      if (put.record) records.push(put.record);
    }
  }
  const [first, ...more] = records.map((record) => ({ ...record.audit, reason: desk.reason }));
  if (!first) return { value: results, audit: null };
  return {
    value: results,
    audit: [first, ...more],
    asks: records.flatMap((record) => record.asks),
    posts: records.flatMap((record) => record.posts),
    events: records.map(({ audit }): EventFact => ({
      kind: audit.action,
      subjectKind: 'invoice',
      subjectId: audit.subjectId,
      customerId: audit.customerId ?? null,
    })),
  };
}

interface Trace {
  audit: AuditFact;
  asks: Ask[];
  posts: Post[];
}
interface Put {
  result: RowResult<PutInvoice>;
  record?: Trace;
}

/** What an accepted document will do. */
interface Job {
  posting: Posting;
  customer: LedgerCustomer;
  standing: StandingInvoice | null;
  write: InvoiceWrite;
  changes: InstalmentChanges;
  receivables: NewReceivable[];
}
type Judged = { kind: 'refused'; refusal: Refusal } | { kind: 'same'; standing: StandingInvoice } | { kind: 'job'; job: Job };

async function putWave({ store, tx, at, actor }: Desk, postings: readonly Posting[]): Promise<Put[]> {
  const customers = await lockCustomers(
    tx,
    postings.map(({ invoice }) => invoice.customer),
  );
  const standing = await readStanding(
    tx,
    postings.map(({ invoice }) => invoice.externalId),
  );
  const poster = new Poster(store, at);
  const judged: Judged[] = [];
  for (const posting of postings) {
    const customer = customers.get(posting.invoice.customer);
    const known = customer && inScope(actor, customer) ? customer : null;
    judged.push(await judge(poster, posting, known, standing.get(posting.invoice.externalId) ?? null, at.today));
  }
  const jobs = judged.flatMap((one) => (one.kind === 'job' ? [one.job] : []));
  await correct(tx, jobs);
  const written = await writeInvoices(
    tx,
    at,
    jobs.map((job) => job.write),
    jobs.flatMap((job) => job.receivables),
  );
  return judged.map((one) => {
    switch (one.kind) {
      case 'refused':
        return { result: failed(one.refusal) };
      case 'same':
        return { result: { outcome: 'unchanged', value: asIs(one.standing) } };
      case 'job':
        return putOf(one.job, written.get(one.job.write.document.externalId));
    }
  });
}

const refuse = (code: RefusalCode, params: Record<string, string | number>, pointer?: string): Judged => ({
  kind: 'refused',
  refusal: new Refusal(code, params, pointer === undefined ? {} : { pointer }),
});

/** Judges one document against what stands; writes nothing. */
async function judge(
  poster: Poster,
  posting: Posting,
  customer: LedgerCustomer | null,
  standing: StandingInvoice | null,
  today: BusinessDate,
): Promise<Judged> {
  const { invoice } = posting;
  if (!customer) return refuse('customer-unknown', { customer: invoice.customer }, '/customer');
  const hash = contentHash(invoice);
  if (standing?.contentHash === hash) return { kind: 'same', standing };
  if (standing && posting.settledOn !== null) return refuse('already-exists', { id: invoice.externalId });
  const refusal = refusalFor([...invoiceFaults(invoice, today), ...settlementFaults(posting.settledOn, today)]);
  if (refusal) return { kind: 'refused', refusal };
  if (standing && standing.customerId !== customer.id) return refuse('conflict', { what: 'customer' }, '/customer');
  if (standing && standing.currency !== invoice.currency) {
    return refuse('currency-mismatch', { currency: invoice.currency, expected: standing.currency }, '/currency');
  }
  const terms = invoice.terms ?? standing?.terms ?? customer.terms;
  const result = instalmentChanges(standing?.instalments ?? [], instalmentsOf(invoice, terms));
  if (!result.ok) return refuse('instalment-has-money', { instalment: result.hasMoney }, '/instalments');
  const receivables = await poster.receivables(posting, customer, terms, result.changes.added);
  if (!receivables) return refuse('policy-unknown', { policy: invoice.ladder ?? customer.ladder ?? 'ladders' }, '/ladder');
  const stored = invoice.instalments ? null : terms;
  const row: InvoiceWrite = {
    known: standing?.id ?? null,
    document: invoice,
    customerId: customer.id,
    terms: stored,
    contentHash: hash,
  };
  return { kind: 'job', job: { posting, customer, standing, write: row, changes: result.changes, receivables } };
}

function settlementFaults(settledOn: BusinessDate | null, today: BusinessDate): RefusalReason[] {
  if (settledOn === null || settledOn <= today) return [];
  return [{ code: 'date-in-future', params: { date: settledOn, today }, pointer: '/settledOn' }];
}

/** Writes the corrected and withdrawn instalments of all jobs, under their locks in id order. */
async function correct(tx: Tx, jobs: readonly Job[]): Promise<void> {
  const corrections = jobs.flatMap(({ changes }) => [
    ...changes.changed.map(({ standing, to }) => ({ id: standing.id, to, withdrawn: false, revived: standing.withdrawn })),
    ...changes.withdrawn.map((standing) => ({ id: standing.id, to: standing, withdrawn: true, revived: false })),
  ]);
  await lockReceivables(
    tx,
    corrections.map((correction) => correction.id),
  );
  await correctReceivables(tx, corrections);
}

function asIs(standing: StandingInvoice): PutInvoice {
  const { id, externalId, version, currency } = standing;
  const receivables = standing.instalments
    .filter((part) => !part.withdrawn)
    .map((part) => ({ id: part.id, instalment: part.no, dueDate: part.dueDate, openMinor: part.openMinor, stage: part.stage }));
  return { id, externalId, version, currency, receivables };
}

function putOf(job: Job, written: WrittenInvoice | undefined): Put {
  if (!written) throw new Error('an invoice was judged but not written');
  const { standing, changes, write: row, customer } = job;
  const value: PutInvoice = {
    id: written.id,
    externalId: row.document.externalId,
    version: written.version,
    currency: row.document.currency,
    receivables: standingAfter(job, written).sort((a, b) => a.instalment - b.instalment),
  };
  const touched = [...changes.changed.map((change) => change.standing.id), ...changes.withdrawn.map((part) => part.id)];
  const audit: AuditFact = {
    action: standing ? 'invoice.changed' : job.posting.settledOn === null ? 'invoice.posted' : 'invoice.imported-settled',
    subjectKind: 'invoice',
    subjectId: written.id,
    customerId: customer.id,
    ...(standing && { before: { ...standing.document, instalments: standing.instalments } }),
    after: {
      ...row.document,
      receivables: value.receivables.map(({ id, instalment, dueDate }) => ({ id, instalment, dueDate })),
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
  return { result: { outcome: standing ? 'changed' : 'created', value }, record: { audit, asks, posts } };
}

/** The invoice's receivables as the job leaves them. */
function standingAfter({ standing, changes, receivables }: Job, written: WrittenInvoice): PutInvoice['receivables'] {
  const corrected = new Map(changes.changed.map((change) => [change.standing.id, change.to]));
  const gone = new Set(changes.withdrawn.map((part) => part.id));
  const kept = (standing?.instalments ?? []).filter((part) => !gone.has(part.id) && (!part.withdrawn || corrected.has(part.id)));
  return [
    ...kept.map((part) => {
      const to = corrected.get(part.id);
      const openMinor = to ? to.amountMinor - part.settledMinor : part.openMinor;
      return { id: part.id, instalment: part.no, dueDate: (to ?? part).dueDate, openMinor, stage: part.stage };
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
