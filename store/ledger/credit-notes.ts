import { sql } from 'kysely';
import { inScope } from '../../domain/platform/actor.ts';
import type { Actor } from '../../domain/platform/actor.ts';
import { formatAmount, sumMinor } from '../../domain/platform/money.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import type { CreditNoteDocument } from '../../domain/ledger/documents.ts';
import { notePosted } from './events.ts';
import { settleDiscounts } from './discounts.ts';
import { readNote } from './credit-note-rows.ts';
import type { Tx } from '../platform/database.ts';
import { invoiceMeant, lockCustomers, readStanding } from './invoice-rows.ts';
import type { StandingInvoice } from './invoice-rows.ts';
import { flagNote } from './payment-twins.ts';
import { shareRow } from './payment-rows.ts';
import type { Share } from './payment-rows.ts';
import { unappliedChanged } from './unapplied.ts';
import { lockReceivables } from './receivable-facts.ts';
import { LostRace, recordset } from '../platform/rows.ts';
import { write, asksOf, eventOf } from '../platform/transaction.ts';
import type { Moment, Store, Written, Work } from '../platform/transaction.ts';
import { contentHash } from '../platform/content-hash.ts';
import { addEffects, noEffects } from '../platform/effects.ts';

/** A credit note as posted. `unappliedMinor`: what it has on account. */
export interface PostedCreditNote {
  id: string;
  currency: string;
  allocations: readonly Share[];
  unappliedMinor: number;
}

/**
 * Posts a credit note to its invoice's open instalments, where it is expected, then the earliest due first; of a paid invoice, what it is beyond becomes a credit on
 * account. A note beyond the whole invoice (with the notes before it), or on none, is taken only where it says that it is `onAccount`.
 * The same document again is the same note.
 */
export async function postCreditNote(
  store: Store,
  actor: Actor,
  document: CreditNoteDocument,
  { agreed = false }: { agreed?: boolean } = {},
): Promise<PostedCreditNote & { created: boolean }> {
  return write<PostedCreditNote & { created: boolean }>(store, actor, async (work) => {
    const { tx, at } = work;
    const judged = await judgeNote(tx, actor, document, at);
    if (judged.known) return { value: { ...judged.known, created: false }, audit: null };
    return postJudgedNote(work, document, { ...judged, agreed });
  });
}

/** Posts a note as it was judged in this transaction. `agreed`: a second person agreed to it, or to the go-live window. */
export async function postJudgedNote(
  work: Work,
  document: CreditNoteDocument,
  { customerId, invoice, spread, agreed }: FreshNote & { agreed: boolean },
): Promise<Written<PostedCreditNote & { created: boolean }>> {
  const { tx } = work;
  const touched = spread.allocations.map((share) => share.receivableId);
  await lockReceivables(tx, touched);
  const id = await writeNote(work, document, { customerId, invoiceId: invoice?.id ?? null, agreed, ...spread });
  const { externalId, currency } = document;
  const audit = {
    action: 'credit-note.posted',
    subjectKind: 'credit-note',
    subjectId: id,
    customerId,
    reason: document.reason,
    after: { ...document, ...spread },
  };
  const effects =
    spread.unappliedMinor === 0
      ? noEffects()
      : await unappliedChanged(work, [
          { kind: 'credit-note', externalId, customerId, currency, unappliedMinor: spread.unappliedMinor },
        ]);
  addEffects(effects, await flagNote(work, id));
  addEffects(effects, await settleDiscounts(work, touched));
  if (invoice) addEffects(effects, await notePosted.tell(work, invoice.id));
  return {
    value: { id, currency, ...spread, created: true },
    audit: [audit, ...effects.audit],
    asks: [...asksOf(touched), ...effects.asks],
    posts: effects.posts,
    events: [eventOf(audit), ...effects.events],
  };
}

/** A note as it would be posted, or the one that was. */
export type JudgedNote = { known: PostedCreditNote } | ({ known: null } & FreshNote);

/** A note that is not posted yet, and where it would go. */
export interface FreshNote {
  customerId: string;
  /** The invoice it names; null: none. */
  invoice: StandingInvoice | null;
  spread: Spread;
}

/** Judges a note under the lock of its customer; writes nothing. Throws Refusal `customer-unknown`, `already-exists`, `credit-exceeds-invoice`. */
export async function judgeNote(tx: Tx, actor: Actor, document: CreditNoteDocument, at: Moment): Promise<JudgedNote> {
  const customer = (await lockCustomers(tx, [document.customer])).get(document.customer);
  if (!customer || !inScope(actor, customer)) {
    throw new Refusal('customer-unknown', { customer: document.customer }, { pointer: '/customer' });
  }
  const before = await readNote(tx, { externalId: document.externalId });
  if (before) {
    if (before.contentHash !== contentHash(document))
      throw new Refusal('already-exists', { id: document.externalId }, { pointer: '/externalId' });
    const { id, currency, allocations, unappliedMinor } = before;
    return { known: { id, currency, allocations, unappliedMinor } };
  }
  const invoice = await invoiceOf(tx, customer.id, document);
  const spread = judge(document, invoice, invoice ? await creditedOf(tx, invoice.id) : NOTHING, at);
  return { known: null, customerId: customer.id, invoice, spread };
}

interface Spread {
  allocations: Share[];
  unappliedMinor: number;
}

/** The invoice that the note names, of this customer; null: it names none. */
async function invoiceOf(tx: Tx, customerId: string, { invoice: name }: CreditNoteDocument): Promise<StandingInvoice | null> {
  if (name === null) return null;
  const code = await invoiceMeant(tx, customerId, name);
  const invoice = (await readStanding(tx, [code])).get(code);
  if (invoice?.customerId !== customerId) throw new Refusal('invoice-unknown', { invoice: name }, { pointer: '/invoice' });
  return invoice;
}

/** What notes took off an invoice, and what of them is expected on its instalments. */
interface CreditedOf {
  beforeMinor: number;
  expected: Readonly<Record<string, number>>;
}
const NOTHING: CreditedOf = { beforeMinor: 0, expected: {} };

async function creditedOf(tx: Tx, invoiceId: string): Promise<CreditedOf> {
  const { rows } = await sql<CreditedOf>`
    select (select coalesce(sum(n.amount_minor), 0)::bigint from credit_note n where n.invoice_id = ${invoiceId}::uuid and n.reversed_at is null) as "beforeMinor",
      (select coalesce(jsonb_object_agg(r.id, receivable_conceded(r.id)), '{}') from receivable r where r.invoice_id = ${invoiceId}::uuid) as expected`.execute(
    tx,
  );
  return rows[0] ?? NOTHING;
}

/** What one alone gave a customer in a currency by notes that name no invoice and stand. */
export async function givenOnAccount(tx: Tx, customerId: string, currency: string): Promise<number> {
  const { rows } = await sql<{ minor: number }>`
    select coalesce(sum(n.amount_minor), 0)::bigint as minor from credit_note n
    where n.customer_id = ${customerId}::uuid and n.currency = ${currency} and n.invoice_id is null and n.kind = 'note' and not n.agreed
      and n.reversed_at is null`.execute(tx);
  return rows[0]?.minor ?? 0;
}

function judge(
  document: CreditNoteDocument,
  invoice: StandingInvoice | null,
  { beforeMinor, expected }: CreditedOf,
  at: Moment,
): Spread {
  const { currency, issuedOn, onAccount = false, amountMinor: whole } = document;
  if (invoice && invoice.currency !== currency) {
    throw new Refusal('currency-mismatch', { currency, expected: invoice.currency }, { pointer: '/currency' });
  }
  if (issuedOn > at.today) throw new Refusal('date-in-future', { date: issuedOn, today: at.today }, { pointer: '/issuedOn' });
  const live = (invoice?.instalments ?? []).filter((part) => !part.withdrawn);
  const roomMinor = Math.max(0, sumMinor(live.map((part) => part.amountMinor)) - beforeMinor);
  if (invoice && !onAccount && whole > roomMinor) {
    const figures = {
      value: formatAmount(whole, currency),
      invoice: invoice.externalId,
      left: formatAmount(roomMinor, currency),
      currency,
    };
    throw new Refusal('credit-exceeds-invoice', figures, { pointer: '/amount' });
  }
  let unappliedMinor = whole;
  const take = (mostMinor: number): number => {
    const minor = Math.min(mostMinor, unappliedMinor);
    unappliedMinor -= minor;
    return minor;
  };
  const byDue = live.toSorted((a, b) => (a.dueDate === b.dueDate ? a.no - b.no : a.dueDate < b.dueDate ? -1 : 1));
  // A note comes first where it is expected: elsewhere it would be credited beside what is left out for it.
  const meant = new Map(byDue.map(({ id, openMinor }) => [id, take(Math.min(expected[id] ?? 0, openMinor))]));
  const allocations = byDue.flatMap((part) => {
    const meantMinor = meant.get(part.id) ?? 0;
    // What was written off is owed no more once it is credited: nobody gains from a note on a debt that was given up.
    const amountMinor = meantMinor + take(part.openMinor + part.writtenOffMinor - meantMinor);
    const recoveredMinor = Math.max(0, amountMinor - part.openMinor);
    return amountMinor > 0 ? [{ receivableId: part.id, amountMinor, ...(recoveredMinor > 0 && { recoveredMinor }) }] : [];
  });
  return { allocations, unappliedMinor };
}

async function writeNote(
  { tx, at }: Work,
  document: CreditNoteDocument,
  {
    customerId,
    invoiceId,
    agreed,
    allocations,
    unappliedMinor,
  }: Spread & {
    customerId: string;
    invoiceId: string | null;
    agreed: boolean;
  },
): Promise<string> {
  const rows = allocations.map(shareRow);
  const { rows: written } = await sql<{ id: string }>`
    with n as (
      insert into credit_note (external_id, customer_id, invoice_id, on_account, amount_minor, unapplied_minor, currency, issued_on, reason, content_hash,
        agreed, posted_at)
      values (${document.externalId}, ${customerId}::uuid, ${invoiceId}::uuid, ${document.onAccount ?? false}, ${document.amountMinor}::bigint, ${unappliedMinor}::bigint,
        ${document.currency}, ${document.issuedOn}::date, ${document.reason}, ${contentHash(document)}, ${agreed},
        ${at.now}::timestamptz)
      on conflict (external_id) do nothing returning id),
    s as (
      select n.id, x.receivable_id, x.amount_minor, x.recovered_minor
      from n, ${recordset(rows, 'receivable_id uuid, amount_minor bigint, recovered_minor bigint')}),
    a as (
      insert into allocation (receivable_id, credit_note_id, amount_minor, recovered_minor, value_date, posted_at)
      select receivable_id, id, amount_minor, recovered_minor, ${document.issuedOn}::date, ${at.now}::timestamptz from s),
    r as (
      update receivable r set credited_minor = r.credited_minor + s.amount_minor, written_off_minor = r.written_off_minor - s.recovered_minor
      from s where r.id = s.receivable_id)
    select id from n`.execute(tx);
  const id = written[0]?.id;
  if (id === undefined) throw new LostRace('a credit note was created meanwhile');
  return id;
}
