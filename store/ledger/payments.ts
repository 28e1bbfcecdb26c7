import { inScope } from '../../domain/platform/actor.ts';
import type { Actor } from '../../domain/platform/actor.ts';
import type { AuditFact } from '../../domain/platform/audit.ts';
import type { BusinessDate } from '../../domain/platform/calendar.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import type { PaymentDocument } from '../../domain/ledger/documents.ts';
import { askForRate, askForRates } from './missing-rates.ts';
import { settleDiscounts } from './discounts.ts';
import { documentDesk } from '../platform/document-desk.ts';
import { acrossCurrencies } from '../../domain/ledger/exchange.ts';
import type { Across, Rates } from '../../domain/ledger/exchange.ts';
import { exchangeAudits, ratesFor } from './exchange.ts';
import { followMoney } from './expected-credits.ts';
import { depositFor, prepaidOrdersOf } from './deposits.ts';
import { lockCustomers, reachOf } from './invoice-rows.ts';
import { Ledger } from './ledger.ts';
import { flagPayments } from './payment-twins.ts';
import { keepWaiting } from './payment-waits.ts';
import { readPayments, writePayments } from './payment-rows.ts';
import type { PaymentWrite, Share, StandingPayment } from './payment-rows.ts';
import { lockReceivables } from './receivable-facts.ts';
import { recoveryAudits } from './recoveries.ts';
import { failed, inWaves } from '../platform/rows.ts';
import type { RowResult } from '../platform/rows.ts';
import { write, asksOf, eventOf } from '../platform/transaction.ts';
import type { Store, Work } from '../platform/transaction.ts';
import { unappliedChanged } from './unapplied.ts';
import type { Unapplied } from './unapplied.ts';
import { keepSums, postApart } from './large-sums.ts';
import type { RefusalCode, RefusalParams } from '../../domain/platform/refusal-codes.ts';
import { contentHash } from '../platform/content-hash.ts';
import { addEffects, noEffects } from '../platform/effects.ts';

/** A payment as posted: which receivable got how much of it, and what is left for later. */
export interface PostedPayment {
  id: string;
  externalId: string;
  currency: string;
  allocations: readonly Share[];
  unappliedMinor: number;
  reversedOn: BusinessDate | null;
}

const desk = documentDesk(postPayments);

/**
 * Posts one payment, in a transaction that callers of the same moment share. The same document again is the same payment, by whatever
 * channel it comes.
 */
export async function postPayment(
  store: Store,
  actor: Actor,
  document: PaymentDocument,
  reason: string | null = null,
): Promise<PostedPayment & { created: boolean }> {
  const { outcome, value } = await desk(store, actor, document, reason);
  return { ...value, created: outcome === 'created' };
}

/**
 * Posts up to about a thousand payments in one transaction, each allocated after those before it; results stand in the order of the
 * documents. Money no receivable is open for stays unapplied on the payment.
 */
export async function postPayments(
  store: Store,
  actor: Actor,
  documents: readonly PaymentDocument[],
  reason: string | null = null,
): Promise<RowResult<PostedPayment>[]> {
  return postApart(documents, (some) => postTogether(store, actor, some, reason));
}

async function postTogether(
  store: Store,
  actor: Actor,
  documents: readonly PaymentDocument[],
  reason: string | null,
): Promise<RowResult<PostedPayment>[]> {
  return write(store, actor, async (work) => {
    const { tx } = work;
    const results: RowResult<PostedPayment>[] = [];
    const audit: AuditFact[] = [];
    const touched = new Set<string>();
    const unapplied: Unapplied[] = [];
    const named: string[] = [];
    const waits: { id: string; document: PaymentDocument; base: string; quote: string }[] = [];
    for (const wave of inWaves(documents, (document) => document.externalId)) {
      const puts = await postWave(
        work,
        wave.map((row) => row.document),
      );
      for (const [place, row] of wave.entries()) {
        const put = puts[place];
        if (!put) continue;
        results[row.index] = put.result;
        if (put.audit.length === 0 || put.result.outcome === 'failed') continue;
        audit.push(...put.audit.map((fact) => ({ ...fact, reason })));
        for (const share of put.result.value.allocations) touched.add(share.receivableId);
        if (put.unapplied) unapplied.push(put.unapplied);
        if (put.waits) waits.push({ ...put.waits, id: put.result.value.id, document: row.document });
        if (row.document.reference !== null) named.push(put.result.value.id);
      }
    }
    const [first, ...more] = audit;
    if (!first) return { value: results, audit: null };
    const effects = unapplied.length === 0 ? noEffects() : await unappliedChanged(work, unapplied);
    addEffects(effects, await askForRates(work, unapplied));
    for (const { id, document, base, quote } of waits) {
      await keepWaiting(tx, { id, lines: document.allocations }, base, quote);
      addEffects(effects, await askForRate(work, { base, quote, on: document.receivedOn }));
    }
    addEffects(effects, await flagPayments(work, named));
    addEffects(effects, await settleDiscounts(work, [...touched]));
    addEffects(effects, await followMoney(work, [...touched]));
    return {
      value: results,
      audit: [first, ...more, ...effects.audit],
      asks: [...asksOf([...touched]), ...effects.asks],
      posts: effects.posts,
      events: [...audit.map(eventOf), ...effects.events],
    };
  });
}

interface Put {
  result: RowResult<PostedPayment>;
  /** What of it lies on nothing. */
  unapplied?: Unapplied;
  /** The rate without which it cannot settle what it names. */
  waits?: { base: string; quote: string };
  audit: AuditFact[];
}
type Judged =
  | { kind: 'refused'; refusal: Refusal }
  | { kind: 'same'; standing: StandingPayment }
  | { kind: 'write'; row: PaymentWrite; waits?: Across<PaymentDocument>['waits']; doubted?: Unapplied['doubted'] };
/** How payments settle in another currency. */
interface Crossing {
  rates: Rates;
  toleranceBasis: number;
}

async function postWave(work: Work, documents: readonly PaymentDocument[]): Promise<Put[]> {
  const { tx, at, store, actor } = work;
  const customers = await lockCustomers(
    tx,
    documents.map((document) => document.customer),
    { payees: true },
  );
  const reach = (document: PaymentDocument): string[] => {
    const customer = customers.get(document.customer);
    return customer ? reachOf(customer, customers) : [];
  };
  const known = await readPayments(tx, { externalIds: documents.map((document) => document.externalId) });
  const standing = new Map(known.map((payment) => [payment.externalId, payment]));
  const ledger = await Ledger.of(
    tx,
    documents.map((document) => ({ document, customerIds: reach(document) })),
  );
  const telling = documents.filter(({ reference, order }) => reference !== null && order === undefined);
  const prepaid = await prepaidOrdersOf(tx, [
    ...new Set(telling.flatMap((document) => customers.get(document.customer)?.id ?? [])),
  ]);
  const { current } = await store.policies.current();
  const across: Crossing = {
    rates: await ratesFor(
      tx,
      documents.map((document) => ({ paid: document, items: ledger.itemsOf(reach(document)) })),
    ),
    toleranceBasis: current.collection.content.exchangeToleranceBasis ?? 0,
  };
  const judged = documents.map((document): Judged => {
    const customer = customers.get(document.customer);
    if (!customer || !inScope(actor, customer)) return refused('customer-unknown', { customer: document.customer }, '/customer');
    const reached = reach(document);
    const order = depositFor(document, customer.id, prepaid, ledger.itemsOf(reached));
    return judge(document, reached, standing.get(document.externalId), ledger, at.today, { ...across, order });
  });
  const rows = judged.flatMap((one) => (one.kind === 'write' ? [one.row] : []));
  await keepSums(
    work,
    rows.map((row) => ({ ...row.document, customerId: row.customerId })),
  );
  await lockReceivables(tx, [...new Set(rows.flatMap((row) => row.allocations.map((share) => share.receivableId)))]);
  const ids = await writePayments(work, rows);
  return judged.map((one) => {
    switch (one.kind) {
      case 'refused':
        return { result: failed(one.refusal), audit: [] };
      case 'same':
        return { result: { outcome: 'unchanged', value: asPosted(one.standing) }, audit: [] };
      case 'write':
        return {
          ...putOf(one.row, ids.get(one.row.document.externalId) ?? '', one.doubted),
          ...(one.waits && { waits: one.waits }),
        };
    }
  });
}

const refused = (code: RefusalCode, params: RefusalParams, pointer?: string): { kind: 'refused'; refusal: Refusal } => ({
  kind: 'refused',
  refusal: new Refusal(code, params, pointer === undefined ? {} : { pointer }),
});

function judge(
  sent: PaymentDocument,
  customerIds: readonly string[],
  standing: StandingPayment | undefined,
  ledger: Ledger,
  today: BusinessDate,
  { rates, toleranceBasis, order }: Crossing & { order: string | undefined },
): Judged {
  const hash = contentHash(sent);
  const document = order === undefined ? sent : { ...sent, order };
  if (standing) {
    if (standing.contentHash === hash) return { kind: 'same', standing };
    return refused('already-exists', { id: document.externalId }, '/externalId');
  }
  if (document.receivedOn > today) return refused('date-in-future', { date: document.receivedOn, today }, '/receivedOn');
  const [customerId = ''] = customerIds;
  if (document.onAccount) {
    const row = { document, customerId, contentHash: hash, unappliedMinor: document.amountMinor, allocations: [] };
    return { kind: 'write', row };
  }
  const { paid, exchange, waits, doubted } = acrossCurrencies(document, ledger.itemsOf(customerIds), rates, toleranceBasis);
  if (waits || doubted) {
    const row = { document, customerId, contentHash: hash, unappliedMinor: document.amountMinor, allocations: [] };
    return { kind: 'write', row, ...(waits && { waits }), ...(doubted && { doubted: sent.converted ?? undefined }) };
  }
  const spread = ledger.spread(paid, customerIds, today);
  if (!spread.ok) return { kind: 'refused', refusal: spread.refusal };
  const { allocations, unappliedMinor } = spread;
  return { kind: 'write', row: { document: paid, customerId, contentHash: hash, unappliedMinor, allocations, exchange } };
}

const asPosted = (payment: StandingPayment): PostedPayment => ({
  id: payment.id,
  externalId: payment.externalId,
  currency: payment.currency,
  allocations: payment.allocations,
  unappliedMinor: payment.unappliedMinor,
  reversedOn: payment.reversedOn,
});

function putOf(
  { document, customerId, unappliedMinor, allocations, exchange = null }: PaymentWrite,
  id: string,
  doubted: Unapplied['doubted'],
): Put {
  const { externalId, currency } = document;
  return {
    result: { outcome: 'created', value: { id, externalId, currency, allocations, unappliedMinor, reversedOn: null } },
    ...(unappliedMinor > 0 && {
      unapplied: { kind: 'payment', externalId, customerId, currency, unappliedMinor, order: document.order, doubted },
    }),
    audit: [
      {
        action: 'payment.posted',
        subjectKind: 'payment',
        subjectId: id,
        customerId,
        after: { ...document, allocations, unappliedMinor, ...(exchange && { exchange }) },
      },
      ...exchangeAudits({ customerId, id, externalId, currency }, exchange),
      ...recoveryAudits({ customerId, externalId, currency }, allocations),
    ],
  };
}
