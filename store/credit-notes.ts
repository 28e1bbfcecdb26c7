import { sql } from 'kysely';
import { inScope } from '../domain/kernel/actor.ts';
import type { Actor } from '../domain/kernel/actor.ts';
import { Refusal } from '../domain/kernel/refusal.ts';
import type { CreditNoteDocument } from '../domain/collection/documents.ts';
import type { Tx } from './database.ts';
import { lockCustomers, readStanding } from './invoice-rows.ts';
import type { StandingInvoice } from './invoice-rows.ts';
import type { Share } from './payment-rows.ts';
import { asksOf, eventOf } from './payments.ts';
import { lockReceivables } from './receivable-facts.ts';
import { LostRace, recordset } from './rows.ts';
import { contentHash } from './setup.ts';
import { write } from './transaction.ts';
import type { Moment, Store } from './transaction.ts';

/** A credit note as posted. `unappliedMinor`: more than its invoice had open, kept on the note. */
export interface PostedCreditNote {
  id: string;
  currency: string;
  allocations: readonly Share[];
  unappliedMinor: number;
}

/**
 * Posts a credit note to its invoice's open instalments, the earliest due first. A note over more than is open is no error (the invoice
 * may be paid): the rest stays unapplied on the note, for people to settle. The same document again is the same note.
 */
export async function postCreditNote(
  store: Store,
  actor: Actor,
  document: CreditNoteDocument,
): Promise<PostedCreditNote & { created: boolean }> {
  return write<PostedCreditNote & { created: boolean }>(store, actor, async (tx, at) => {
    const customer = (await lockCustomers(tx, [document.customer])).get(document.customer);
    if (!customer || !inScope(actor, customer)) {
      throw new Refusal('customer-unknown', { customer: document.customer }, { pointer: '/customer' });
    }
    const before = await readNote(tx, document.externalId);
    if (before) {
      if (before.contentHash !== contentHash(document))
        throw new Refusal('already-exists', { id: document.externalId }, { pointer: '/externalId' });
      const { id, currency, allocations, unappliedMinor } = before;
      return { value: { id, currency, allocations, unappliedMinor, created: false }, audit: null };
    }
    const invoice = (await readStanding(tx, [document.invoice])).get(document.invoice);
    const spread = judge(document, invoice?.customerId === customer.id ? invoice : undefined, at);
    const touched = spread.allocations.map((share) => share.receivableId);
    await lockReceivables(tx, touched);
    const id = await writeNote(tx, at, document, { customerId: customer.id, invoiceId: invoice?.id ?? '', ...spread });
    const audit = {
      action: 'credit-note.posted',
      subjectKind: 'credit-note',
      subjectId: id,
      customerId: customer.id,
      reason: document.reason,
      after: { ...document, ...spread },
    };
    const value = { id, currency: document.currency, ...spread, created: true };
    return { value, audit: [audit], asks: asksOf(touched), events: [eventOf(audit)] };
  });
}

interface Spread {
  allocations: Share[];
  unappliedMinor: number;
}

function judge(document: CreditNoteDocument, invoice: StandingInvoice | undefined, at: Moment): Spread {
  const { currency, issuedOn } = document;
  if (!invoice) throw new Refusal('invoice-unknown', { invoice: document.invoice }, { pointer: '/invoice' });
  if (invoice.currency !== currency) {
    throw new Refusal('currency-mismatch', { currency, expected: invoice.currency }, { pointer: '/currency' });
  }
  if (issuedOn > at.today) throw new Refusal('date-in-future', { date: issuedOn, today: at.today }, { pointer: '/issuedOn' });
  let unappliedMinor = document.amountMinor;
  const byDue = invoice.instalments.toSorted((a, b) => (a.dueDate === b.dueDate ? a.no - b.no : a.dueDate < b.dueDate ? -1 : 1));
  const allocations = byDue.flatMap((part) => {
    const amountMinor = Math.min(part.openMinor, unappliedMinor);
    unappliedMinor -= amountMinor;
    return amountMinor > 0 ? [{ receivableId: part.id, amountMinor }] : [];
  });
  return { allocations, unappliedMinor };
}

async function readNote(tx: Tx, externalId: string): Promise<(PostedCreditNote & { contentHash: string }) | undefined> {
  const { rows } = await sql<PostedCreditNote & { contentHash: string }>`
    select n.id, n.currency, n.content_hash as "contentHash", n.unapplied_minor as "unappliedMinor",
      (select coalesce(jsonb_agg(jsonb_build_object('receivableId', a.receivable_id, 'amountMinor', a.amount_minor) order by r.due_date, r.instalment), '[]')
        from allocation a join receivable r on r.id = a.receivable_id where a.credit_note_id = n.id) as allocations
    from credit_note n where n.external_id = ${externalId}`.execute(tx);
  return rows[0];
}

async function writeNote(
  tx: Tx,
  at: Moment,
  document: CreditNoteDocument,
  { customerId, invoiceId, allocations, unappliedMinor }: Spread & { customerId: string; invoiceId: string },
): Promise<string> {
  const rows = allocations.map((share) => ({ receivable_id: share.receivableId, amount_minor: share.amountMinor }));
  const { rows: written } = await sql<{ id: string }>`
    with n as (
      insert into credit_note (external_id, customer_id, invoice_id, amount_minor, unapplied_minor, currency, issued_on, reason, content_hash, posted_at)
      values (${document.externalId}, ${customerId}::uuid, ${invoiceId}::uuid, ${document.amountMinor}::bigint, ${unappliedMinor}::bigint,
        ${document.currency}, ${document.issuedOn}::date, ${document.reason}, ${contentHash(document)}, ${at.now}::timestamptz)
      on conflict (external_id) do nothing returning id),
    s as (select n.id, x.receivable_id, x.amount_minor from n, ${recordset(rows, 'receivable_id uuid, amount_minor bigint')}),
    a as (
      insert into allocation (receivable_id, credit_note_id, amount_minor, value_date, posted_at)
      select receivable_id, id, amount_minor, ${document.issuedOn}::date, ${at.now}::timestamptz from s),
    r as (update receivable r set credited_minor = r.credited_minor + s.amount_minor from s where r.id = s.receivable_id)
    select id from n`.execute(tx);
  const id = written[0]?.id;
  if (id === undefined) throw new LostRace('a credit note was created meanwhile');
  return id;
}
