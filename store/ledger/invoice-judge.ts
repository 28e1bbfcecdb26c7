import type { BusinessDate } from '../../domain/platform/calendar.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import { dueBy, extended, instalmentChanges, instalmentsOf, invoiceFaults } from '../../domain/ledger/documents.ts';
import type { InstalmentChanges, InvoiceDocument, Terms } from '../../domain/ledger/documents.ts';
import { bookedAloneMinor } from '../../domain/ledger/booked.ts';
import { discountOffer, raisesDiscount, withoutDiscount } from '../../domain/ledger/discount.ts';
import { aloneOn, giftOf, weighCorrection } from '../../domain/ledger/giving-corrections.ts';
import { latestBy, withinTerms, withoutLaterDates } from '../../domain/ledger/re-dating.ts';
import type { LaterDate } from '../../domain/ledger/re-dating.ts';
import type { InvoiceWrite, LedgerCustomer, NewReceivable, StandingInvoice } from './invoice-rows.ts';
import { procedureMoves } from './invoice-procedures.ts';
import type { ProcedureMove } from '../../domain/ledger/procedures.ts';
import type { WaitingCorrection } from './invoice-waits.ts';
import type { Poster } from './posting.ts';
import type { InvoiceTwins, Twin } from './invoice-twins.ts';
import { refusalFor } from '../platform/rows.ts';
import type { RefusalCode, RefusalReason } from '../../domain/platform/refusal-codes.ts';
import { contentHash } from '../platform/content-hash.ts';
import type { Question } from '../../domain/ledger/claims.ts';

/** An invoice to post; settled ones are posted closed, with nobody to wake. */
export interface Posting {
  invoice: InvoiceDocument;
  settledOn: BusinessDate | null;
  /** A second person has agreed to what it gives away. */
  agreed?: true;
  /** Out of the books we take over: due as they say. */
  takenOver?: true;
}

/** What an accepted document will do. */
export interface Job {
  posting: Posting;
  customer: LedgerCustomer;
  standing: StandingInvoice | null;
  write: InvoiceWrite;
  changes: InstalmentChanges;
  /** Dates that wait for a second person. */
  later: readonly LaterDate[];
  receivables: NewReceivable[];
  /** Of corrected instalments whose day moved: what is to be looked at first. */
  questions: ReadonlyMap<string, Question | null>;
  /** Of a standing invoice: the discount of its one instalment. */
  discounts: readonly { id: string; discountMinor: number; discountUntil: BusinessDate | null }[];
  /** The invoice that came before it and looks the same. */
  twin: Twin | null;
  /** Instalments that go over to another dunning procedure. */
  procedures: readonly ProcedureMove[];
  /** Of a new invoice that comes in without its discount or its later days: as it was sent, which a second person is asked about. */
  asSent?: InvoiceDocument;
}
/** What comes of a document: a refusal, nothing, or a job. */
export type Judged =
  | { kind: 'refused'; refusal: Refusal }
  | { kind: 'waits'; standing: StandingInvoice; waits: WaitingCorrection }
  | { kind: 'same'; standing: StandingInvoice }
  | { kind: 'job'; job: Job };

const refuse = (code: RefusalCode, params: Record<string, string | number>, pointer?: string): Judged => ({
  kind: 'refused',
  refusal: new Refusal(code, params, pointer === undefined ? {} : { pointer }),
});

/** Judges one document against what stands; writes nothing. */
export async function judge(
  poster: Poster,
  posting: Posting,
  customer: LedgerCustomer | null,
  standing: StandingInvoice | null,
  today: BusinessDate,
  twins: InvoiceTwins,
): Promise<Judged> {
  const { invoice } = posting;
  if (!customer) return refuse('customer-unknown', { customer: invoice.customer }, '/customer');
  const hash = contentHash(invoice);
  if (standing?.contentHash === hash) return { kind: 'same', standing };
  const refusal = outright(posting, customer, standing, today);
  if (refusal) return { kind: 'refused', refusal };
  const terms = invoice.terms ?? standing?.terms ?? customer.terms;
  const { current, calendar } = await poster.policies();
  const offer = invoice.instalments ? null : discountOffer(terms, invoice, calendar);
  const aloneMinor = bookedAloneMinor(current.collection.content, invoice.currency);
  // What its own terms let off more than before, beyond what its customer's terms do.
  const letOffMinor = offer && raisesDiscount(customer.terms, terms) ? offer.minor - (standing?.offer?.minor ?? 0) : 0;
  const toleranceDays = await poster.reDatingDays();
  const less = standing ? null : await givingLess(poster, posting, customer, letOffMinor > aloneMinor ? terms : null);
  if (less) {
    const judged = await judge(poster, { ...posting, invoice: less }, customer, null, today, twins);
    return judged.kind === 'job' ? { ...judged, job: { ...judged.job, asSent: invoice } } : judged;
  }
  const parts = standing?.instalments ?? [];
  const result = instalmentChanges(parts, extended(parts, instalmentsOf(invoice, terms, calendar)));
  if (!result.ok) return refuse('instalment-has-money', { instalment: result.hasMoney }, '/instalments');
  const twin = posting.settledOn === null ? twins.twinOf(customer.id, invoice, standing?.id ?? null) : null;
  // What a person took for a duplicate stays out while it looks like the other.
  const gone = twin !== null && standing?.doubt?.state === 'duplicate';
  const wanted = gone ? { added: [], changed: [], withdrawn: [] } : result.changes;
  const { dueDoubtDays } = current.collection.content;
  const own = dueBy(terms, invoice.issueDate, invoice.deliveredOn, calendar);
  const latest = latestBy(customer, invoice, calendar);
  const byTerms = own < latest ? own : latest;
  const procedures = await procedureMoves(poster, posting, customer, terms, standing);
  if (procedures instanceof Refusal) return { kind: 'refused', refusal: procedures };
  const worth = standing && weighCorrection(standing, wanted, offer);
  const weighed = worth && { ...worth, loweredMinor: Math.max(worth.loweredMinor, letOffMinor > aloneMinor ? letOffMinor : 0) };
  if (standing && weighed && !posting.agreed) {
    const alone = aloneOn(standing, weighed.loweredMinor, aloneMinor);
    const gift = giftOf(standing, wanted, weighed, { aloneMinor: alone, toleranceDays, byTerms });
    if (gift) return { kind: 'waits', standing, waits: { standing, invoice, gift } };
  }
  const suspected = twin !== null && standing?.doubt?.state !== 'both-right';
  const receivables = await poster.receivables(posting, customer, terms, wanted.added, suspected);
  if (!receivables) return refuse('policy-unknown', { policy: invoice.ladder ?? customer.ladder ?? 'ladders' }, '/ladder');
  const row: InvoiceWrite = {
    known: standing?.id ?? null,
    document: invoice,
    customerId: customer.id,
    terms: invoice.instalments ? null : terms,
    contentHash: hash,
    agreedMinor: weighed && (posting.agreed ? weighed.isMinor : weighed.agreedMinor),
  };
  const { changes, later } = posting.agreed ? { changes: wanted, later: [] } : withoutLaterDates(wanted, toleranceDays, byTerms);
  const moved = changes.changed.filter(({ standing: is, to }) => is.dueDate !== to.dueDate);
  const questions = new Map(
    moved.map(({ standing: is, to }) => [is.id, poster.questionOf(to.dueDate, invoice, terms, dueDoubtDays)] as const),
  );
  twins.add(customer.id, invoice);
  const discounts = parts.map(({ id }) => ({ id, discountMinor: offer?.minor ?? 0, discountUntil: offer?.until ?? null }));
  return {
    kind: 'job',
    job: { posting, customer, standing, write: row, changes, later, receivables, questions, discounts, procedures, twin },
  };
}

/** Why a document cannot be taken, whatever it says of money and days. */
function outright(
  { invoice, settledOn }: Posting,
  customer: LedgerCustomer,
  standing: StandingInvoice | null,
  today: BusinessDate,
): Refusal | null {
  if (standing && settledOn !== null)
    return new Refusal('already-exists', { id: invoice.externalId }, { pointer: '/externalId' });
  const refusal = refusalFor([...invoiceFaults(invoice, today), ...settlementFaults(settledOn, today)]);
  if (refusal || !standing) return refusal;
  if (standing.customerId !== customer.id) return new Refusal('other-customer', {}, { pointer: '/customer' });
  const expected = standing.currency;
  if (expected === invoice.currency) return null;
  return new Refusal('currency-mismatch', { currency: invoice.currency, expected }, { pointer: '/currency' });
}

/**
 * A new invoice as it comes in when it gives more than one person may: without its discount (`letOff`: the terms that have it), or due by the
 * terms of its customer. Null: as it was sent.
 */
async function givingLess(
  poster: Poster,
  { invoice, takenOver, settledOn, agreed }: Posting,
  customer: LedgerCustomer,
  letOff: Terms | null,
): Promise<InvoiceDocument | null> {
  if (settledOn !== null || agreed) return null;
  if (letOff) return { ...invoice, terms: withoutDiscount(letOff) };
  if (takenOver) return null;
  const { calendar } = await poster.policies();
  const less = withinTerms(invoice, customer, await poster.reDatingDays(), calendar);
  return less && !(await poster.opening()) ? less : null;
}

function settlementFaults(settledOn: BusinessDate | null, today: BusinessDate): RefusalReason[] {
  if (settledOn === null || settledOn <= today) return [];
  return [{ code: 'date-in-future', params: { date: settledOn, today }, pointer: '/settledOn' }];
}
