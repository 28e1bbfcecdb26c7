import { sql } from 'kysely';
import type { AuditFact } from '../../domain/platform/audit.ts';
import { sumMinor } from '../../domain/platform/money.ts';
import { claimMoves } from '../../domain/ledger/claim-moves.ts';
import type { ClaimedItem, ClaimMove } from '../../domain/ledger/claim-moves.ts';
import type { Tx } from '../platform/database.ts';
import { among } from '../platform/prepared.ts';
import { lockReceivables } from './receivable-facts.ts';
import { recordset } from '../platform/rows.ts';
import { asksOf, eventOf } from '../platform/transaction.ts';
import type { Work } from '../platform/transaction.ts';
import { noEffects } from '../platform/effects.ts';
import type { Effects } from '../platform/effects.ts';
import { coverMoved } from './unapplied.ts';

/** By how much an instalment became smaller; negative: larger. */
export interface LoweredItem {
  receivableId: string;
  minor: number;
}

/** The items between which claims move: those of one invoice, or all of them, where one invoice stands for another. */
export const groupsOf = <R extends { invoiceId: string }>(rows: readonly R[], together: boolean): readonly (readonly R[])[] =>
  together
    ? [rows]
    : [...new Set(rows.map(({ invoiceId }) => invoiceId))].map((id) => rows.filter(({ invoiceId }) => invoiceId === id));

interface Row extends ClaimedItem {
  invoiceId: string;
  invoice: string;
  instalment: number;
  customerId: string;
  currency: string;
}

/** The open disputes of items whose amounts moved just now follow these, within an invoice or (`together`) to another. The caller holds the customers. */
export async function followDisputes(work: Work, lowered: readonly LoweredItem[], together = false): Promise<Effects> {
  const { tx } = work;
  const effects = noEffects();
  const smaller = lowered.flatMap(({ receivableId, minor }) => (minor > 0 ? [receivableId] : []));
  if (smaller.length === 0) return effects;
  const { rows: argued } = await sql`
    select from dispute d where ${among('d.receivable_id', smaller, 'uuid')} and d.state = 'open' limit 1`.execute(tx);
  if (argued.length === 0) return effects;
  const rows = await arguedItems(tx, lowered);
  for (const own of groupsOf(rows, together)) {
    for (const move of claimMoves(own)) {
      const audit = await writeMove(work, move, own);
      effects.audit.push(...audit);
      effects.events.push(...audit.map(eventOf));
      effects.asks.push(...asksOf([...new Set([move.from, ...move.to.map(({ receivableId }) => receivableId)])]));
      effects.asks.push(
        ...(await coverMoved(
          tx,
          own.slice(0, 1).map(({ customerId }) => customerId),
        )),
      );
    }
  }
  return effects;
}

/** The instalments as they are now, locked, in the order in which a dispute goes to them. */
async function arguedItems(tx: Tx, lowered: readonly LoweredItem[]): Promise<Row[]> {
  const items = lowered.map(({ receivableId, minor }) => ({ id: receivableId, minor }));
  await lockReceivables(
    tx,
    items.map(({ id }) => id),
  );
  const { rows } = await sql<Row>`
    select r.id as "receivableId", r.invoice_id as "invoiceId", i.external_id as invoice, r.instalment, r.customer_id as "customerId", r.currency,
      x.minor as "loweredMinor", r.amount_minor - r.paid_minor - r.credited_minor - r.written_off_minor as "openMinor",
      receivable_conceded(r.id) as "expectedMinor",
      (select coalesce(jsonb_agg(jsonb_build_object('id', d.id, 'amountMinor', d.amount_minor, 'unaskedMinor', d.unasked_minor)
        order by d.opened_at desc, d.id desc), '[]') from dispute d where d.receivable_id = r.id and d.state = 'open') as claims
    from ${recordset(items, 'id uuid, minor bigint')} join receivable r on r.id = x.id join invoice i on i.id = r.invoice_id
    where not receivable_faulty(r) order by r.due_date, r.id`.execute(tx);
  return rows;
}

/**
 * Writes a move. What stays keeps the dispute's id, or what goes first where nothing stays; other parts are disputes of their own that are
 * resolved with it. Its task names the instalment it is on.
 */
async function writeMove({ tx, at }: Work, move: ClaimMove, items: readonly Row[]): Promise<AuditFact[]> {
  const { claim: dispute, from, rest, to, goneMinor } = move;
  const [kept, ...parts] = rest.minor > 0 ? [rest, ...to] : to;
  const on = items.find(({ receivableId }) => receivableId === kept?.receivableId);
  if (!kept || !on) return [];
  await sql`
    update dispute set receivable_id = ${kept.receivableId}::uuid, amount_minor = ${kept.minor}::bigint, unasked_minor = ${kept.unaskedMinor}::bigint
    where id = ${dispute.id}::uuid`.execute(tx);
  for (const { receivableId, minor, unaskedMinor } of parts)
    await sql`
      insert into dispute (receivable_id, customer_id, amount_minor, unasked_minor, category, note, rest_of, opened_at, opened_by)
      select ${receivableId}::uuid, customer_id, ${minor}::bigint, ${unaskedMinor}::bigint, category, note, coalesce(rest_of, id),
        ${at.now}::timestamptz, opened_by from dispute where id = ${dispute.id}::uuid`.execute(tx);
  await sql`
    update work_order set subject = ${`invoice ${on.invoice}/${on.instalment}`} where key = 'settle-dispute/' || ${dispute.id}::text
      and closed_at is null`.execute(tx);
  const about = { subjectKind: 'dispute', subjectId: dispute.id, customerId: on.customerId, before: { receivableId: from } };
  const entry = (action: string, amountMinor: number, more: object = {}): AuditFact[] =>
    amountMinor > 0 ? [{ ...about, action, after: { receivableId: from, amountMinor, currency: on.currency, ...more } }] : [];
  return [...entry('dispute.followed', sumMinor(to.map(({ minor }) => minor)), { to }), ...entry('dispute.lowered', goneMinor)];
}
