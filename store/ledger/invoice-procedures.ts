import { sql } from 'kysely';
import { Refusal } from '../../domain/platform/refusal.ts';
import type { InvoiceDocument, Terms } from '../../domain/ledger/documents.ts';
import type { ProcedureMove } from '../../domain/ledger/procedures.ts';
import type { Tx } from '../platform/database.ts';
import type { LedgerCustomer, StandingInvoice } from './invoice-rows.ts';
import type { Poster } from './posting.ts';
import { recordset } from '../platform/rows.ts';

/**
 * The instalments that go over to another procedure because the invoice names another one, or none any more. Refusal `dunning-begun`: steps
 * of one that is open were taken, and each procedure counts its own; with a correction that two persons agreed to it just stays.
 */
export async function procedureMoves(
  poster: Poster,
  { invoice, agreed }: { invoice: InvoiceDocument; agreed?: true },
  customer: LedgerCustomer,
  terms: Terms,
  standing: StandingInvoice | null,
): Promise<ProcedureMove[] | Refusal> {
  if (!standing || standing.document['ladder'] === invoice.ladder) return [];
  const chosen = await poster.procedure(invoice, customer, terms);
  if (!chosen) return [];
  const moving = standing.instalments.filter(({ withdrawn, ladder }) => !withdrawn && ladder !== chosen.ladder);
  const begun = moving.find((part) => part.begun && part.openMinor > 0);
  if (begun && !agreed)
    return new Refusal('dunning-begun', { procedure: begun.ladder, instalment: begun.no }, { pointer: '/ladder' });
  return moving.filter((part) => !part.begun).map(({ id, ladder }) => ({ ...chosen, id, from: ladder }));
}

/** Writes the moves over receivables of locked customers; what was dated before go-live is found anew by the new steps. */
export async function moveProcedures(tx: Tx, jobs: readonly { procedures: readonly ProcedureMove[] }[]): Promise<void> {
  const moves = jobs.flatMap(({ procedures }) => procedures);
  if (moves.length === 0) return;
  const rows = moves.map(({ id, ladder, policyVersion }) => ({ id, ladder, policy_version: policyVersion }));
  await sql`
    with gone as (delete from rung g using ${recordset(rows, 'id uuid')} where g.receivable_id = x.id)
    update receivable r set ladder = x.ladder, policy_version = x.policy_version
    from ${recordset(rows, 'id uuid, ladder text, policy_version int')} where r.id = x.id`.execute(tx);
}
