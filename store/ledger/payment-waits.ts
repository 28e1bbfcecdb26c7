import { sql } from 'kysely';
import type { PaymentDocument } from '../../domain/ledger/documents.ts';
import type { Tx } from '../platform/database.ts';

/** A payment that waits for a rate, with what its payer chose to settle. */
export interface WaitingPayment {
  id: string;
  lines: PaymentDocument['allocations'];
}

/** Keeps what a payment is to settle once the rate is on file; it waits for one rate at a time. */
export async function keepWaiting(tx: Tx, { id, lines }: WaitingPayment, base: string, quote: string): Promise<void> {
  const kept = lines === null ? null : JSON.stringify(lines);
  await sql`
    insert into payment_wait (payment_id, base, quote, lines) values (${id}::uuid, ${base}, ${quote}, ${kept}::jsonb)
    on conflict (payment_id) do nothing`.execute(tx);
}

/** Payments that wait for a rate, whichever way round, and of which nothing has been used since, the oldest first. */
export async function readWaiting(tx: Tx, base: string, quote: string): Promise<WaitingPayment[]> {
  const { rows } = await sql<WaitingPayment>`
    select p.id, w.lines from payment_wait w join payment p on p.id = w.payment_id
    where (w.base, w.quote) in ((${base}, ${quote}), (${quote}, ${base})) and p.currency = w.base and p.unapplied_minor = p.amount_minor and p.reversed_at is null
    order by p.received_on, p.id`.execute(tx);
  return rows;
}
