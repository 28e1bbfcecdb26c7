import { sql } from 'kysely';
import { outreachWorkflowId } from '../../domain/platform/subject.ts';
import { alsoToPayer } from '../../domain/outreach/outreach.ts';
import type { Tx } from '../platform/database.ts';
import type { Line } from './digest.ts';
import type { Work } from '../platform/transaction.ts';
import type { Effects } from '../platform/effects.ts';
import { noEffects } from '../platform/effects.ts';

/**
 * Asks the outreach of whoever pays for a customer to tell it of these steps too: statements and friendly letters only. An insurance fund is
 * told nothing.
 */
export async function requestCopies({ tx, at }: Work, customerId: string, lines: readonly Line[]): Promise<Effects> {
  const rows = lines
    .filter((line) => alsoToPayer(line.rung.class))
    .map((line) => ({ receivable_id: line.found.id, rung: line.rung.rung }));
  if (rows.length === 0) return noEffects();
  const { rows: payers } = await sql<{ id: string }>`
    insert into payer_copy (receivable_id, rung, payer_id, requested_at)
    select x.receivable_id, x.rung, k.id, ${at.now}::timestamptz
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as x(receivable_id uuid, rung text), customer c
      join customer k on k.external_id = c.payer_code and k.id <> c.id and k.debtor_class is distinct from 'insurance-fund'
    where c.id = ${customerId}::uuid
    on conflict (receivable_id, rung) do update set state = 'requested', payer_id = excluded.payer_id, requested_at = excluded.requested_at
    returning payer_id as id`.execute(tx);
  const asks = [...new Set(payers.map((payer) => payer.id))].map((id) => ({
    subject: outreachWorkflowId(id),
    kind: 'outreach' as const,
  }));
  return { ...noEffects(), asks };
}

/** Settles all that a payer was to be told: what stood went in the message, the rest is owed no more or asked for in another step. */
export async function settleCopies(tx: Tx, payerId: string, sent: readonly Line[], messageId: string | null): Promise<void> {
  const rows = sent.map((line) => ({ receivable_id: line.found.id, rung: line.rung.rung }));
  await sql`
    update payer_copy p set
      state = case when x.rung is null or ${messageId}::uuid is null then 'dropped' else 'sent' end,
      message_id = case when x.rung is null then null else ${messageId}::uuid end
    from payer_copy q
      left join jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as x(receivable_id uuid, rung text)
        on x.receivable_id = q.receivable_id and x.rung = q.rung
    where p.receivable_id = q.receivable_id and p.rung = q.rung and q.payer_id = ${payerId}::uuid and q.state = 'requested'`.execute(
    tx,
  );
}
