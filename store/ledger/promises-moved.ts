import { sql } from 'kysely';
import type { AuditFact } from '../../domain/platform/audit.ts';
import { sumMinor } from '../../domain/platform/money.ts';
import { claimMoves } from '../../domain/ledger/claim-moves.ts';
import type { ClaimedItem, ClaimMove, InstalmentClaim } from '../../domain/ledger/claim-moves.ts';
import type { PromiseFact } from '../../domain/ledger/claims.ts';
import { receivedOf } from '../../domain/ledger/promise.ts';
import type { MoneyIn } from '../../domain/ledger/promise.ts';
import type { Tx } from '../platform/database.ts';
import { groupsOf } from './disputes-moved.ts';
import type { LoweredItem } from './disputes-moved.ts';
import { among } from '../platform/prepared.ts';
import { moneyFrom, moneyOn } from './receivable-facts.ts';
import { recordset } from '../platform/rows.ts';
import { asksOf, eventOf } from '../platform/transaction.ts';
import type { Work } from '../platform/transaction.ts';
import { noEffects } from '../platform/effects.ts';
import type { Effects } from '../platform/effects.ts';

interface Row extends ClaimedItem {
  invoiceId: string;
  customerId: string;
  currency: string;
}

/**
 * What was promised of instalments, and is still to come, goes along when a correction moves their amounts to others: each is kept or broken by
 * the money on it. What left the invoice is promised as it was: whoever pays what is left keeps it. The receivables are locked, and look again.
 */
export async function followPromises(work: Work, lowered: readonly LoweredItem[], together = false): Promise<Effects> {
  const { tx } = work;
  const effects = noEffects();
  const smaller = lowered.flatMap(({ receivableId, minor }) => (minor > 0 ? [receivableId] : []));
  if (smaller.length === 0) return effects;
  const { rows: promised } = await sql`
    select from promise p where ${among('p.receivable_id', smaller, 'uuid')} and p.state = 'pending' limit 1`.execute(tx);
  if (promised.length === 0) return effects;
  const rows = await promisedItems(tx, lowered);
  for (const own of groupsOf(rows, together)) {
    for (const move of claimMoves(own)) {
      const audit = await writeMove(work, move, own);
      effects.audit.push(...audit);
      effects.events.push(...audit.map(eventOf));
      effects.asks.push(...asksOf([move.from, ...move.to.map(({ receivableId }) => receivableId)]));
    }
  }
  return effects;
}

async function promisedItems(tx: Tx, lowered: readonly LoweredItem[]): Promise<Row[]> {
  const items = lowered.map(({ receivableId, minor }) => ({ id: receivableId, minor }));
  const { rows } = await sql<Omit<Row, 'claims'> & { promises: Promised[] | null; money: MoneyIn[] | null }>`
    select r.id as "receivableId", r.invoice_id as "invoiceId", r.customer_id as "customerId", r.currency, x.minor as "loweredMinor",
      r.amount_minor - r.paid_minor - r.credited_minor - r.written_off_minor as "openMinor", receivable_conceded(r.id)
        + coalesce((select sum(d.amount_minor) from dispute d where d.receivable_id = r.id and d.state = 'open'), 0)::bigint as "expectedMinor",
      (select jsonb_agg(jsonb_build_object('id', p.id, 'amountMinor', p.amount_minor, 'on', p.due_on, 'state', p.state, 'madeAt', p.made_at)
        order by p.made_at desc, p.id desc) from promise p where p.receivable_id = r.id) as promises, ${moneyOn} as money
    from ${recordset(items, 'id uuid, minor bigint')} join receivable r on r.id = x.id
    where not receivable_faulty(r) order by r.due_date, r.id`.execute(tx);
  return rows.map(({ promises, money, ...item }) => ({ ...item, claims: stillToCome(promises ?? [], money) }));
}

type Promised = Pick<PromiseFact, 'id' | 'amountMinor' | 'on' | 'state' | 'madeAt'>;

/** What is still to come of the pending ones, the latest made first. */
function stillToCome(told: readonly Promised[], money: readonly MoneyIn[] | null): InstalmentClaim[] {
  const promises = told.map((one) => ({ ...one, madeAt: new Date(one.madeAt).toISOString() }));
  const received = receivedOf(promises, moneyFrom(money));
  return promises.flatMap(({ id, amountMinor, state }) => {
    const minor = amountMinor - (received.get(id) ?? 0);
    return state === 'pending' && minor > 0 ? [{ id, amountMinor: minor, unaskedMinor: null }] : [];
  });
}

/** The parts are promises of their own, for the same day; of one that goes as a whole nothing stands where it was. */
async function writeMove({ tx, at }: Work, { claim, from, to }: ClaimMove, items: readonly Row[]): Promise<AuditFact[]> {
  const movedMinor = sumMinor(to.map(({ minor }) => minor));
  const on = items.find(({ receivableId }) => receivableId === from);
  if (movedMinor === 0 || !on) return [];
  for (const { receivableId, minor } of to)
    await sql`
      insert into promise (receivable_id, customer_id, amount_minor, due_on, by_contact, note, made_at, made_by)
      select ${receivableId}::uuid, customer_id, ${minor}::bigint, due_on, by_contact, note, ${at.now}::timestamptz, made_by
      from promise where id = ${claim.id}::uuid`.execute(tx);
  await sql`
    update promise set state = case when amount_minor <= ${movedMinor}::bigint then 'cancelled' else state end,
      judged_at = case when amount_minor <= ${movedMinor}::bigint then ${at.now}::timestamptz end,
      amount_minor = case when amount_minor <= ${movedMinor}::bigint then amount_minor else amount_minor - ${movedMinor}::bigint end
    where id = ${claim.id}::uuid`.execute(tx);
  const about = { subjectKind: 'promise', subjectId: claim.id, customerId: on.customerId };
  const after = { receivableId: from, amountMinor: movedMinor, currency: on.currency, to };
  return [{ ...about, action: 'promise.followed', before: { receivableId: from }, after }];
}
