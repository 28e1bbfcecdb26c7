import { sql } from 'kysely';
import { inScope } from '../../domain/platform/actor.ts';
import type { Actor } from '../../domain/platform/actor.ts';
import { formatAmount } from '../../domain/platform/money.ts';
import type { BusinessDate } from '../../domain/platform/calendar.ts';
import { invalidAt, Refusal } from '../../domain/platform/refusal.ts';
import type { RefundDocument } from '../../domain/ledger/documents.ts';
import { takeBack } from '../../domain/ledger/take-back.ts';
import type { LaidShare } from '../../domain/ledger/take-back.ts';
import { openRose } from './events.ts';
import { lockNote } from './credit-note-rows.ts';
import { unappliedOf } from './cover.ts';
import type { Tx } from '../platform/database.ts';
import { settleDiscounts } from './discounts.ts';
import { lockCustomers } from './invoice-rows.ts';
import { laidShares, releaseShares } from './money-sources.ts';
import { lockPayment } from './payment-changes.ts';
import { unappliedChanged } from './unapplied.ts';
import type { Share } from './payment-rows.ts';
import { lockReceivables } from './receivable-facts.ts';
import { LostRace, recordset } from '../platform/rows.ts';
import { write, asksOf, eventOf } from '../platform/transaction.ts';
import type { Moment, Store, Written, Work } from '../platform/transaction.ts';
import type { Unapplied } from './unapplied.ts';
import { contentHash } from '../platform/content-hash.ts';
import { addEffects } from '../platform/effects.ts';

/** A refund as posted: of what it was paid, and which receivables are open again by it. */
export interface PostedRefund {
  id: string;
  externalId: string;
  currency: string;
  amountMinor: number;
  restored: readonly Share[];
}

/** What one payment or credit gives to a refund: of its unapplied rest, and of what lies on receivables. */
interface Part {
  source: Unapplied & { id: string; on: BusinessDate };
  amountMinor: number;
  unappliedMinor: number;
  shares: readonly LaidShare[];
}

/**
 * Records money paid out to a customer: of the payment or credit note named, else of all their unapplied money that no order binds, the
 * oldest first. A payment gives what lies on nothing first, then opens again what it paid last. The same document again is the same refund.
 * Throws Refusal `amount-exceeds-unapplied`, `already-exists`, `invalid` for a day before the money came.
 */
export async function postRefund(
  store: Store,
  actor: Actor,
  document: RefundDocument,
  { agreed = false }: { agreed?: boolean } = {},
): Promise<PostedRefund & { created: boolean }> {
  return write<PostedRefund & { created: boolean }>(store, actor, async (work) => {
    const { tx, at } = work;
    const judged = await judgeRefund(tx, actor, document, at);
    if (judged.known !== null) return { value: { ...judged.known, created: false }, audit: null };
    return postJudgedRefund(work, document, { ...judged, agreed });
  });
}

/** Records a refund as it was judged in this transaction. `agreed`: a second person agreed to it. */
export async function postJudgedRefund(
  work: Work,
  document: RefundDocument,
  { customerId, taken, agreed }: JudgedRefund & { agreed: boolean },
): Promise<Written<PostedRefund & { created: boolean }>> {
  const { tx } = work;
  const { externalId, currency, amountMinor, paidOn } = document;
  const restored = taken.flatMap((part) => part.shares);
  const touched = [...new Set(restored.map((share) => share.receivableId))];
  await lockReceivables(tx, touched);
  const id = await writeRefund(work, document, { customerId, taken, agreed });
  for (const part of taken) await releaseShares(work, part.source, part.shares);
  const effects = await unappliedChanged(work, taken.map(restOf), 'refunded');
  addEffects(effects, await settleDiscounts(work, touched, paidOn));
  addEffects(effects, await openRose.tell(work, touched));
  const shares = restored.map(({ receivableId, amountMinor: part }) => ({ receivableId, amountMinor: part }));
  const sources = taken.map(({ source, amountMinor: part }) => ({ [source.kind]: source.externalId, amountMinor: part }));
  const audit = {
    action: 'refund.posted',
    subjectKind: 'refund',
    subjectId: id,
    customerId,
    reason: document.reason,
    after: { externalId, amountMinor, currency, paidOn, sources, restored: shares },
  };
  return {
    value: { id, externalId, currency, amountMinor, restored: shares, created: true },
    audit: [audit, ...effects.audit],
    asks: [...asksOf(touched), ...effects.asks],
    posts: effects.posts,
    events: [eventOf(audit), ...effects.events],
  };
}

/** A refund as it would be posted: whose it is, what gives it, and what one alone paid of that before. */
interface JudgedRefund {
  customerId: string;
  taken: Part[];
  beforeMinor: number;
}

/** Judges a refund under the lock of what it is paid of; writes nothing. `known`: the same document as it was posted before. */
export async function judgeRefund(
  tx: Tx,
  actor: Actor,
  document: RefundDocument,
  at: Moment,
): Promise<{ known: PostedRefund } | ({ known: null } & JudgedRefund)> {
  const { externalId, currency, amountMinor, paidOn } = document;
  const { customerId, parts } = await partsOf(tx, actor, document);
  const before = await refundKnown(tx, externalId);
  if (before && before.hash !== contentHash(document))
    throw new Refusal('already-exists', { id: externalId }, { pointer: '/externalId' });
  if (before) return { known: { id: before.id, externalId, currency, amountMinor, restored: [] } };
  if (paidOn > at.today) throw new Refusal('date-in-future', { date: paidOn, today: at.today }, { pointer: '/paidOn' });
  const taken = parts();
  // Paid out before a credit note is written can be true; before the money itself came it cannot.
  const came = taken
    .flatMap(({ source }) => (source.kind === 'payment' ? [source.on] : []))
    .reduce((a, b) => (a > b ? a : b), paidOn);
  if (came > paidOn) throw invalidAt('/paidOn', 'too-early', { date: paidOn, earliest: came });
  const named = document.payment !== null || document.creditNote !== null;
  const beforeMinor = await paidAlone(tx, named ? { ids: taken.map(({ source }) => source.id) } : { customerId, currency });
  return { customerId, known: null, taken, beforeMinor };
}

/** What was paid out of these sources, or to a customer in a currency, before without a second person, and did not come back. */
async function paidAlone(tx: Tx, of: { ids: readonly string[] } | { customerId: string; currency: string }): Promise<number> {
  const counted =
    'ids' in of
      ? sql`(s.payment_id = any(${[...of.ids]}::uuid[]) or s.credit_note_id = any(${[...of.ids]}::uuid[]))`
      : sql`f.customer_id = ${of.customerId}::uuid and f.currency = ${of.currency}`;
  const { rows } = await sql<{ minor: number }>`
    select coalesce(sum(s.amount_minor), 0)::bigint as minor from refund_share s join refund f on f.id = s.refund_id
    where ${counted} and f.reversed_at is null and not f.agreed`.execute(tx);
  return rows[0]?.minor ?? 0;
}

const restOf = ({ source, unappliedMinor }: Part): Unapplied => ({
  ...source,
  unappliedMinor: source.unappliedMinor - unappliedMinor,
});

async function refundKnown(tx: Tx, externalId: string): Promise<{ id: string; hash: string } | undefined> {
  return tx.selectFrom('refund').select(['id', 'content_hash as hash']).where('external_id', '=', externalId).executeTakeFirst();
}

/** Locks what a refund is paid of; `parts` says how much each gives, or throws. */
async function partsOf(tx: Tx, actor: Actor, document: RefundDocument): Promise<{ customerId: string; parts: () => Part[] }> {
  const { customer: code, currency, amountMinor } = document;
  const short = (availableMinor: number): Refusal =>
    new Refusal(
      'amount-exceeds-unapplied',
      { value: formatAmount(amountMinor, currency), available: formatAmount(availableMinor, currency), currency },
      { pointer: '/amount' },
    );
  if (document.payment === null && document.creditNote === null) {
    const customer = (await lockCustomers(tx, [code])).get(code);
    if (!customer || !inScope(actor, customer))
      throw new Refusal('customer-unknown', { customer: code }, { pointer: '/customer' });
    const own = (await unappliedOf(tx, [customer.id])).filter(
      (one) => one.customerId === customer.id && one.currency === currency && one.order === null,
    );
    return {
      customerId: customer.id,
      parts: () =>
        spreadOver(
          own.map((one) => ({ ...one, unappliedMinor: one.leftMinor })),
          amountMinor,
          short,
        ),
    };
  }
  const source = document.payment === null ? await noteOf(tx, actor, document) : await paymentOf(tx, actor, document);
  if (source.code !== (await codeNow(tx, code))) throw new Refusal('other-customer', {}, { pointer: '/customer' });
  if (source.currency !== currency)
    throw new Refusal('currency-mismatch', { currency, expected: source.currency }, { pointer: '/currency' });
  const laid = source.kind === 'payment' ? await laidShares(tx, source) : [];
  return {
    customerId: source.customerId,
    parts: () => {
      const { unappliedMinor, shares, missingMinor } = takeBack(amountMinor, source.unappliedMinor, laid);
      if (missingMinor > 0) throw short(amountMinor - missingMinor);
      return [{ source, amountMinor, unappliedMinor, shares }];
    },
  };
}

type Source = Part['source'] & { code: string };

/** The code of a customer, or of whoever took it over. */
async function codeNow(tx: Tx, code: string): Promise<string | null> {
  const { rows } = await sql<{ code: string | null }>`select customer_now(${code}) as code`.execute(tx);
  return rows[0]?.code ?? null;
}

async function paymentOf(tx: Tx, actor: Actor, document: RefundDocument): Promise<Source> {
  const { payment } = await lockPayment(tx, actor, document.payment ?? '', '/payment');
  return { ...payment, kind: 'payment', on: payment.receivedOn, code: payment.customerCode };
}

async function noteOf(tx: Tx, actor: Actor, document: RefundDocument): Promise<Source> {
  const { note } = await lockNote(tx, actor, document.creditNote ?? '', '/creditNote');
  return { ...note, kind: 'credit-note', on: note.issuedOn, code: note.customerCode };
}

function spreadOver(sources: readonly Part['source'][], amountMinor: number, short: (minor: number) => Refusal): Part[] {
  let leftMinor = amountMinor;
  const oldest = sources.toSorted((a, b) => (a.on === b.on ? (a.externalId < b.externalId ? -1 : 1) : a.on < b.on ? -1 : 1));
  const parts = oldest.flatMap((source): Part[] => {
    const partMinor = Math.min(leftMinor, source.unappliedMinor);
    leftMinor -= partMinor;
    return partMinor > 0 ? [{ source, amountMinor: partMinor, unappliedMinor: partMinor, shares: [] }] : [];
  });
  if (leftMinor > 0) throw short(amountMinor - leftMinor);
  return parts;
}

async function writeRefund(
  { tx, at }: Work,
  document: RefundDocument,
  { customerId, taken, agreed }: { customerId: string; taken: readonly Part[]; agreed: boolean },
): Promise<string> {
  const { externalId, amountMinor, currency, paidOn, reason } = document;
  const { rows } = await sql<{ id: string }>`
    insert into refund (external_id, customer_id, amount_minor, currency, paid_on, reason, agreed, content_hash, posted_at)
    values (${externalId}, ${customerId}::uuid, ${amountMinor}::bigint, ${currency}, ${paidOn}::date, ${reason}, ${agreed},
      ${contentHash(document)}, ${at.now}::timestamptz)
    on conflict (external_id) do nothing returning id`.execute(tx);
  const id = rows[0]?.id;
  if (id === undefined) throw new LostRace('a refund was created meanwhile');
  const shares = taken.map(({ source, amountMinor: part, unappliedMinor }) => ({
    payment_id: source.kind === 'payment' ? source.id : null,
    credit_note_id: source.kind === 'credit-note' ? source.id : null,
    amount: part,
    unapplied: unappliedMinor,
  }));
  await sql`
    with s as (select * from ${recordset(shares, 'payment_id uuid, credit_note_id uuid, amount bigint, unapplied bigint')}),
    w as (
      insert into refund_share (refund_id, payment_id, credit_note_id, amount_minor)
      select ${id}::uuid, payment_id, credit_note_id, amount from s),
    p as (
      update payment p set unapplied_minor = p.unapplied_minor - s.unapplied, refunded_minor = p.refunded_minor + s.amount
      from s where p.id = s.payment_id)
    update credit_note n set unapplied_minor = n.unapplied_minor - s.unapplied, refunded_minor = n.refunded_minor + s.amount
    from s where n.id = s.credit_note_id`.execute(tx);
  return id;
}
