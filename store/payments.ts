import { inScope } from '../domain/kernel/actor.ts';
import type { Actor } from '../domain/kernel/actor.ts';
import type { AuditFact } from '../domain/kernel/audit.ts';
import type { BusinessDate } from '../domain/kernel/calendar.ts';
import { Refusal } from '../domain/kernel/refusal.ts';
import type { RefusalCode, RefusalParams } from '../domain/kernel/refusal.ts';
import { receivableWorkflowId } from '../domain/kernel/subject.ts';
import type { PaymentDocument } from '../domain/collection/documents.ts';
import type { Tx } from './database.ts';
import { documentDesk } from './document-desk.ts';
import { lockCustomers } from './invoice-rows.ts';
import { Ledger } from './ledger.ts';
import { readPayments, writePayments } from './payment-rows.ts';
import type { PaymentWrite, Share, StandingPayment } from './payment-rows.ts';
import { lockReceivables } from './receivable-facts.ts';
import { failed, inWaves } from './rows.ts';
import type { RowResult } from './rows.ts';
import { contentHash } from './setup.ts';
import { write } from './transaction.ts';
import type { Ask, Moment, Store } from './transaction.ts';

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
  return write(store, actor, async (tx, at) => {
    const results: RowResult<PostedPayment>[] = [];
    const audit: AuditFact[] = [];
    const touched = new Set<string>();
    for (const wave of inWaves(documents, (document) => document.externalId)) {
      const puts = await postWave(
        tx,
        at,
        actor,
        wave.map((row) => row.document),
      );
      for (const [place, row] of wave.entries()) {
        const put = puts[place];
        if (!put) continue;
        results[row.index] = put.result;
        if (!put.audit || put.result.outcome === 'failed') continue;
        audit.push({ ...put.audit, reason });
        for (const share of put.result.value.allocations) touched.add(share.receivableId);
      }
    }
    const [first, ...more] = audit;
    if (!first) return { value: results, audit: null };
    return { value: results, audit: [first, ...more], asks: asksOf([...touched]), events: audit.map(eventOf) };
  });
}

/** Rings the process of each receivable whose money moved. */
export const asksOf = (receivableIds: readonly string[]): Ask[] =>
  receivableIds.map((id) => ({ subject: receivableWorkflowId(id), kind: 'receivable' }));

/** The event that tells listeners of an audited fact. */
export const eventOf = ({ action, subjectKind, subjectId, customerId }: AuditFact) => ({
  kind: action,
  subjectKind,
  subjectId,
  customerId: customerId ?? null,
});

interface Put {
  result: RowResult<PostedPayment>;
  audit?: AuditFact;
}
type Judged =
  { kind: 'refused'; refusal: Refusal } | { kind: 'same'; standing: StandingPayment } | { kind: 'write'; row: PaymentWrite };

async function postWave(tx: Tx, at: Moment, actor: Actor, documents: readonly PaymentDocument[]): Promise<Put[]> {
  const customers = await lockCustomers(
    tx,
    documents.map((document) => document.customer),
  );
  const known = await readPayments(tx, { externalIds: documents.map((document) => document.externalId) });
  const standing = new Map(known.map((payment) => [payment.externalId, payment]));
  const ledger = await Ledger.of(
    tx,
    documents.map((document) => ({ document, customerId: customers.get(document.customer)?.id })),
  );
  const judged = documents.map((document): Judged => {
    const customer = customers.get(document.customer);
    if (!customer || !inScope(actor, customer)) return refused('customer-unknown', { customer: document.customer }, '/customer');
    return judge(document, customer.id, standing.get(document.externalId), ledger, at.today);
  });
  const rows = judged.flatMap((one) => (one.kind === 'write' ? [one.row] : []));
  await lockReceivables(tx, [...new Set(rows.flatMap((row) => row.allocations.map((share) => share.receivableId)))]);
  const ids = await writePayments(tx, at, rows);
  return judged.map((one) => {
    switch (one.kind) {
      case 'refused':
        return { result: failed(one.refusal) };
      case 'same':
        return { result: { outcome: 'unchanged', value: asPosted(one.standing) } };
      case 'write':
        return putOf(one.row, ids.get(one.row.document.externalId) ?? '');
    }
  });
}

const refused = (code: RefusalCode, params: RefusalParams, pointer?: string): { kind: 'refused'; refusal: Refusal } => ({
  kind: 'refused',
  refusal: new Refusal(code, params, pointer === undefined ? {} : { pointer }),
});

function judge(
  document: PaymentDocument,
  customerId: string,
  standing: StandingPayment | undefined,
  ledger: Ledger,
  today: BusinessDate,
): Judged {
  const hash = contentHash(document);
  if (standing) {
    if (standing.contentHash === hash) return { kind: 'same', standing };
    return refused('already-exists', { id: document.externalId }, '/externalId');
  }
  if (document.receivedOn > today) return refused('date-in-future', { date: document.receivedOn, today }, '/receivedOn');
  const spread = ledger.spread(document, customerId, today);
  if (!spread.ok) return { kind: 'refused', refusal: spread.refusal };
  const { allocations, unappliedMinor } = spread;
  return { kind: 'write', row: { document, customerId, contentHash: hash, unappliedMinor, allocations } };
}

const asPosted = (payment: StandingPayment): PostedPayment => ({
  id: payment.id,
  externalId: payment.externalId,
  currency: payment.currency,
  allocations: payment.allocations,
  unappliedMinor: payment.unappliedMinor,
  reversedOn: payment.reversedOn,
});

function putOf({ document, customerId, unappliedMinor, allocations }: PaymentWrite, id: string): Put {
  const { externalId, currency } = document;
  return {
    result: { outcome: 'created', value: { id, externalId, currency, allocations, unappliedMinor, reversedOn: null } },
    audit: {
      action: 'payment.posted',
      subjectKind: 'payment',
      subjectId: id,
      customerId,
      after: { ...document, allocations, unappliedMinor },
    },
  };
}
