import { sql } from 'kysely';
import { inScope } from '../../domain/platform/actor.ts';
import type { Actor } from '../../domain/platform/actor.ts';
import type { InvoiceDocument } from '../../domain/ledger/documents.ts';
import { loweredBy, raisedBy } from '../../domain/ledger/giving-corrections.ts';
import { followWaitingNotes } from './acts/credit-notes.ts';
import { askForReDating } from './acts/re-dating.ts';
import { invoicesCorrected, invoicesPosted, openRose } from './events.ts';
import type { CorrectedReturn } from './events.ts';
import { followClaims } from './claims-moved.ts';
import { settleDeposits } from './deposits.ts';
import { dropDiscounts } from './discounts.ts';
import { askForRates } from './missing-rates.ts';
import type { Tx } from '../platform/database.ts';
import { documentDesk } from '../platform/document-desk.ts';
import { consumeExpected, followMoney } from './expected-credits.ts';
import { asIs, putOf, withOpen } from './invoice-answers.ts';
import type { InvoiceRecord } from './invoice-answers.ts';
import { settleInvoice } from './invoice-doubts.ts';
import { keepFirstDays, keepLimitation } from './invoice-heirs.ts';
import { judge } from './invoice-judge.ts';
import { moveProcedures } from './invoice-procedures.ts';
import { askForCorrections } from './invoice-waits.ts';
import type { WaitingCorrection } from './invoice-waits.ts';
import type { Job, Judged, Posting } from './invoice-judge.ts';
import { correctReceivables, lockCustomers, readStanding, writeInvoices } from './invoice-rows.ts';
import type { StandingInvoice, PutInvoice, Desk } from './invoice-rows.ts';
import { InvoiceTwins } from './invoice-twins.ts';
import { Poster } from './posting.ts';
import { lockReceivables } from './receivable-facts.ts';
import { failed, inWaves } from '../platform/rows.ts';
import type { RowResult } from '../platform/rows.ts';
import { applyToArrived } from './unapplied.ts';
import { settleArrived } from './waiting-payments.ts';
import { write } from '../platform/transaction.ts';
import type { EventFact, Store, Unchanged, Written, Work } from '../platform/transaction.ts';
import { keepSums, postApart } from './large-sums.ts';
import type { Effects } from '../platform/effects.ts';
import { addEffects, joinEffects, noEffects } from '../platform/effects.ts';

const desk = documentDesk(postInvoices);

/**
 * Posts or corrects one invoice, in a transaction that callers of the same moment share. Each instalment is one receivable; one that
 * has money on it may move, and is never made smaller than that money.
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
  more: Pick<Posting, 'takenOver'> = {},
): Promise<RowResult<PutInvoice>[]> {
  const postings = documents.map((invoice): Posting => ({ invoice, settledOn: null, ...more }));
  return postApart(postings, (some) => write(store, actor, ({ tx, at }) => postWithin({ store, tx, at, actor, reason }, some)));
}

/** The posting of invoices inside a transaction, with what it must record. */
export async function postWithin(
  desk: Desk,
  postings: readonly Posting[],
): Promise<Written<RowResult<PutInvoice>[]> | Unchanged<RowResult<PutInvoice>[]>> {
  const results: RowResult<PutInvoice>[] = [];
  const records: InvoiceRecord[] = [];
  const waits: Effects[] = [];
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
      if (put.beside) waits.push(put.beside);
    }
    const asked = done.flatMap(({ asSent }, place) => (asSent ? [{ asSent, index: wave[place]?.index ?? 0 }] : []));
    for (const { put, index } of await putAsSent(desk, asked)) {
      if (put.beside) waits.push(put.beside);
      if (put.record) records.push(put.record);
      const first = results[index];
      // What was created stays so, in the version that the days asked for have made of it.
      if (first?.outcome === 'created' && put.result.outcome === 'changed')
        results[index] = { ...first, value: put.result.value };
    }
  }
  const current = records.filter(({ audit }) => audit.action !== 'invoice.imported-settled').map(({ audit }) => audit.subjectId);
  const beyond = await invoicesPosted.tell(desk, [...new Set(current)]);
  const beside = joinEffects(...records.map((record) => record.beside), beyond, ...waits);
  const own = records.map((record) => ({ ...record.audit, reason: desk.reason }));
  const [first, ...more] = [...own, ...beside.audit];
  if (!first) return { value: results, audit: null };
  const customers = [...new Set(records.flatMap(({ audit }) => audit.customerId ?? []))];
  const { tx } = desk;
  const arrived = records.flatMap((record) => record.arrived);
  const arrival = await applyToArrived(desk, customers, arrived);
  const applied = new Set(arrival.applied.keys());
  if (arrival.found) {
    const across = await settleArrived(desk, customers, arrived);
    addEffects(arrival, across);
    for (const receivable of across.applied.keys()) applied.add(receivable);
    addEffects(arrival, await settleDeposits(desk, await ordersOf(tx, current)));
  }
  addEffects(arrival, await followMoney(desk, [...applied]));
  // Whoever is asked anyway needs no first instant of its own.
  const asked = new Set([...arrival.asks, ...beside.asks].map((ask) => ask.subject));
  const posts = records.flatMap((record) => record.posts).filter((post) => !asked.has(post.subject));
  return {
    value: await withOpen(tx, results),
    audit: [first, ...more, ...arrival.audit],
    asks: [...records.flatMap((record) => record.asks), ...arrival.asks, ...beside.asks],
    posts: [...posts, ...arrival.posts, ...beside.posts],
    events: [
      ...records.map(({ audit }): EventFact => ({
        kind: audit.action,
        subjectKind: 'invoice',
        subjectId: audit.subjectId,
        customerId: audit.customerId ?? null,
      })),
      ...arrival.events,
      ...beside.events,
    ],
  };
}

/** New invoices that came in giving less are put once more as they were sent: what they give besides waits. */
async function putAsSent(
  desk: Desk,
  asked: readonly { asSent: Posting; index: number }[],
): Promise<{ put: Put; index: number }[]> {
  if (asked.length === 0) return [];
  const puts = await putWave(
    desk,
    asked.map(({ asSent }) => asSent),
  );
  return puts.map((put, place) => ({ put, index: asked[place]?.index ?? 0 }));
}

interface Put {
  result: RowResult<PutInvoice>;
  record?: InvoiceRecord;
  /** What a correction that waits, or one that no longer does, left behind. */
  beside?: Effects;
  /** A new invoice whose discount, or whose later days, wait for a second person: as it was sent. */
  asSent?: Posting;
}

async function putWave(desk: Desk, postings: readonly Posting[]): Promise<Put[]> {
  const { store, tx, at, actor } = desk;
  const customers = await lockCustomers(
    tx,
    postings.map(({ invoice }) => invoice.customer),
  );
  const standing = await readStanding(
    tx,
    postings.map(({ invoice }) => invoice.externalId),
  );
  const poster = new Poster(desk);
  const seen = postings.map((posting) => {
    const customer = customers.get(posting.invoice.customer);
    return { posting, customer: customer && inScope(actor, customer) ? customer : null };
  });
  const twins = await InvoiceTwins.of(
    tx,
    seen.flatMap(({ posting, customer }) => (customer ? [{ customerId: customer.id, invoice: posting.invoice }] : [])),
  );
  const judged: Judged[] = [];
  for (const { posting, customer } of seen)
    judged.push(await judge(poster, posting, customer, standing.get(posting.invoice.externalId) ?? null, at.today, twins));
  const jobs = judged.flatMap((one) => (one.kind === 'job' ? [one.job] : []));
  await keepSums(
    desk,
    jobs.map(({ write: row }) => ({ ...row.document, customerId: row.customerId })),
  );
  await keepLimitation(tx, jobs);
  const { corrected, dropped } = await correct(desk, jobs);
  const written = await writeInvoices(
    desk,
    jobs.map((job) => job.write),
    jobs.flatMap((job) => job.receivables),
  );
  await keepFirstDays(tx, jobs, written);
  await moveProcedures(tx, jobs);
  const claimed = await followClaims(desk, jobs, written);
  const known = jobs.flatMap(({ standing: was }) => was?.id ?? []);
  const followed = await invoicesCorrected.tell(desk, known, corrected);
  addEffects(followed, joinEffects(dropped, claimed));
  addEffects(followed, await followWaitingNotes(desk, known));
  const raised = jobs.filter(({ standing: was, changes }) => was && raisedBy(changes) > 0);
  const more = raised.flatMap(({ standing: was }) => was?.instalments.map(({ id }) => id) ?? []);
  addEffects(followed, await openRose.tell(desk, more));
  const corrections = await askForCorrections(desk, judged.flatMap(resent));
  const puts: Put[] = [];
  for (const one of judged) {
    if (one.kind === 'refused') puts.push({ result: failed(one.refusal) });
    else if (one.kind !== 'job') {
      const beside = corrections.get(one.standing.id) ?? noEffects();
      puts.push({ result: { outcome: 'unchanged', value: asIs(one.standing) }, beside });
    } else {
      const beside = await reDated({ store, tx, at, actor }, one.job);
      const { value, record } = putOf(one.job, written.get(one.job.write.document.externalId), beside);
      const doubts = await settleInvoice(desk, one.job, value);
      const outcome = one.job.standing ? 'changed' : 'created';
      const ended = corrections.get(one.job.standing?.id ?? '') ?? noEffects();
      const put: Put = { result: { outcome, value }, record: { ...record, beside: joinEffects(record.beside, doubts, ended) } };
      const { asSent, posting } = one.job;
      puts.push(asSent ? { ...put, asSent: { ...posting, invoice: asSent } } : put);
    }
  }
  const owed = jobs.map(({ write: row }) => ({ customerId: row.customerId, currency: row.document.currency }));
  const rates = await askForRates(desk, owed);
  const first = puts.find((put) => put.record !== undefined)?.record;
  if (first) addEffects(first.beside, joinEffects(rates, followed));
  return puts;
}

/** An invoice that was there before, with what of this document waits for a second person. */
function resent(one: Judged): { standing: StandingInvoice; waits: WaitingCorrection | null; agreed: boolean }[] {
  if (one.kind === 'refused') return [];
  if (one.kind !== 'job') return [{ standing: one.standing, waits: one.kind === 'waits' ? one.waits : null, agreed: false }];
  const { standing, posting } = one.job;
  return standing ? [{ standing, waits: null, agreed: posting.agreed ?? false }] : [];
}

/** Writes the corrected and withdrawn instalments of all jobs, under their locks in id order. */
async function correct(work: Work, jobs: readonly Job[]): Promise<{ corrected: CorrectedReturn[]; dropped: Effects }> {
  const { tx } = work;
  const corrections = jobs.flatMap(({ changes, questions }) => [
    ...changes.changed.map(({ standing, to }) => {
      const question = questions.has(standing.id) ? (questions.get(standing.id) ?? null) : ('as-it-is' as const);
      return { id: standing.id, to, withdrawn: false, revived: standing.withdrawn, question };
    }),
    ...changes.withdrawn.map((standing) => ({ id: standing.id, to: standing, withdrawn: true, revived: false, question: null })),
  ]);
  await lockReceivables(
    tx,
    corrections.map((correction) => correction.id),
  );
  // A discount for which there is no room any more is found anew once the amount is another (`settleInvoice`).
  const full = jobs.flatMap(({ changes }) =>
    changes.changed.flatMap(({ standing: is, to }) => (to.amountMinor < is.settledMinor ? [is.id] : [])),
  );
  const dropped = await dropDiscounts(work, full, 'invoice-corrected');
  const lowered = jobs.flatMap(({ standing, changes, posting: { agreed = false } }) =>
    standing ? [{ invoiceId: standing.id, minor: loweredBy(changes), agreed, receivables: mostLowered(changes) }] : [],
  );
  const corrected = await consumeExpected(work, lowered);
  await correctReceivables(tx, corrections);
  return { corrected, dropped };
}

/** The receivables that a correction moves, those it takes out first, then those it makes smaller by most. */
function mostLowered({ changed, withdrawn }: Job['changes']): string[] {
  const live = changed.filter(({ standing }) => !standing.withdrawn && Number.isSafeInteger(standing.amountMinor));
  const by = ({ standing, to }: (typeof live)[number]): number => standing.amountMinor - to.amountMinor;
  return [...withdrawn.map(({ id }) => id), ...live.toSorted((a, b) => by(b) - by(a)).map(({ standing }) => standing.id)];
}

/** Asks a second person for the dates that move too far; of a new invoice there are none. */
async function reDated({ store, tx, at, actor }: Omit<Desk, 'reason'>, { standing, customer, later }: Job): Promise<Effects> {
  if (!standing) return noEffects();
  const receivables = standing.instalments.map(({ id }) => id);
  const { externalId, currency } = standing;
  return askForReDating({ tx, store, at, actor }, { customerId: customer.id, externalId, currency, later, receivables });
}

/** The orders that these invoices are of. */
async function ordersOf(tx: Tx, invoices: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select distinct o.id from invoice i join sales_order o on o.external_id = i.order_code where i.id = any(${[...invoices]}::uuid[])`.execute(
    tx,
  );
  return rows.map(({ id }) => id);
}
