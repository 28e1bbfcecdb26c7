import { sql } from 'kysely';
import type { Actor } from '../../domain/platform/actor.ts';
import type { AuditFact } from '../../domain/platform/audit.ts';
import type { BusinessDate } from '../../domain/platform/calendar.ts';
import { formatAmount } from '../../domain/platform/money.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import type { DoubtedKind, DuplicateState } from '../../domain/ledger/duplicates.ts';
import type { Database, Tx } from '../platform/database.ts';
import { lockReceivables } from './receivable-facts.ts';
import { idOf } from '../platform/rows.ts';
import { seesCustomer } from '../access/scope.ts';
import { write, asksOf, eventOf } from '../platform/transaction.ts';
import type { Store, Work } from '../platform/transaction.ts';
import { cancelWorkOrders, openWorkOrder, placeOf } from '../tasks/work-orders.ts';
import type { Effects } from '../platform/effects.ts';
import { addEffects, noEffects } from '../platform/effects.ts';

/** A document that looks like one that came before it under another key. */
export interface Doubt {
  kind: DoubtedKind;
  id: string;
  externalId: string;
  customerId: string;
  currency: string;
  amountMinor: number;
  on: BusinessDate;
  twin: { id: string; externalId: string };
}

/** What an answer shows of it. */
export interface DuplicateView {
  of: string;
  state: Exclude<DuplicateState, 'corrected'>;
  reason: string | null;
}

const tables = { invoice: 'invoice', payment: 'payment', 'credit-note': 'credit_note' } as const;
const placeOfTask = (id: string): string => `duplicate/${id}`;

/** Of documents of a table (with alias `alias`) what is in doubt, as `DuplicateView`; null: nothing. */
export const duplicateOf = (kind: DoubtedKind, alias: string) => sql`(
  select jsonb_build_object('of', t.external_id, 'state', b.state, 'reason', b.reason) from duplicate_doubt b
  join ${sql.table(tables[kind])} t on t.id = b.twin_id where b.document_id = ${sql.ref(`${alias}.id`)} and b.state <> 'corrected')`;

/** Flags documents, with a task each; an invoice is not asked for until somebody has looked. */
export async function openDoubts(work: Work, doubts: readonly Doubt[]): Promise<Effects> {
  const { tx, at } = work;
  const effects = noEffects();
  for (const { kind, id, externalId, customerId, currency, amountMinor, on, twin } of doubts) {
    await sql`
      insert into duplicate_doubt (document_id, kind, twin_id, opened_at) values (${id}::uuid, ${kind}, ${twin.id}::uuid, ${at.now}::timestamptz)
      on conflict (document_id) do update set twin_id = excluded.twin_id, state = 'suspected', opened_at = excluded.opened_at, closed_at = null,
        reason = null`.execute(tx);
    if (kind === 'invoice') effects.asks.push(...asksOf(await suspect(tx, id, true)));
    const amount = formatAmount(amountMinor, currency);
    const audit = {
      action: `${kind}.duplicate-suspected`,
      subjectKind: kind,
      subjectId: id,
      customerId,
      after: { externalId, twin: twin.externalId, amountMinor, currency, on },
    };
    effects.audit.push(audit);
    effects.events.push(eventOf(audit));
    const place = await placeOf(tx, placeOfTask(id));
    if (place.open) continue;
    const subject = `${kind} ${externalId}`;
    const reason = { [kind]: externalId, like: twin.externalId, on, amount, currency };
    addEffects(effects, await openWorkOrder(work, { key: place.key, kind: 'duplicate-document', customerId, subject, reason }));
  }
  return effects;
}

/** Ends the doubt about a document, with its task. From then on an invoice counts, unless it was taken out. */
export async function closeDoubt(
  work: Work,
  { kind, id }: { kind: DoubtedKind; id: string },
  state: Exclude<DuplicateState, 'suspected'>,
  reason: string | null = null,
): Promise<Effects> {
  const { tx, at } = work;
  await sql`
    update duplicate_doubt set state = ${state}, closed_at = ${at.now}::timestamptz, reason = ${reason} where document_id = ${id}::uuid`.execute(
    tx,
  );
  const place = await placeOf(tx, placeOfTask(id));
  const effects = place.open ? await cancelWorkOrders(work, { keys: [place.key] }, state) : noEffects();
  if (kind === 'invoice') effects.asks.push(...asksOf(await suspect(tx, id, false)));
  return effects;
}

async function suspect(tx: Tx, invoice: string, suspected: boolean): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`select id from receivable where invoice_id = ${invoice}::uuid`.execute(tx);
  const ids = rows.map(({ id }) => id);
  await lockReceivables(tx, ids);
  await sql`update receivable set suspected = ${suspected} where id = any(${ids}::uuid[])`.execute(tx);
  return ids;
}

/** Documents that are in doubt because they look like this one, the first that came first. */
export async function followersOf(db: Database | Tx, id: string): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select document_id as id from duplicate_doubt where twin_id = ${id}::uuid and state = 'suspected' order by document_id`.execute(
    db,
  );
  return rows.map((row) => row.id);
}

/** A document that went away settles the doubt about itself, and about those that looked like it. */
export async function documentGone(work: Work, kind: DoubtedKind, id: string, reason: string | null): Promise<Effects> {
  const { tx } = work;
  const effects = noEffects();
  for (const follower of await followersOf(tx, id))
    addEffects(effects, await closeDoubt(work, { kind, id: follower }, 'corrected'));
  const { rows } = await sql`select from duplicate_doubt where document_id = ${id}::uuid and state = 'suspected'`.execute(tx);
  if (rows.length > 0) addEffects(effects, await closeDoubt(work, { kind, id }, 'duplicate', reason));
  return effects;
}

/** A person says that a document and the one it looks like are both right: from now on it counts. Throws Refusal `not-found`, `not-open`. */
export async function confirmBothRight(
  store: Store,
  actor: Actor,
  kind: DoubtedKind,
  document: string,
  reason: string,
): Promise<{ id: string; externalId: string; duplicate: DuplicateView | null }> {
  return write(store, actor, async (work) => {
    const { tx } = work;
    const found = await lockDocument(tx, actor, kind, document);
    const { id, externalId, customerId, duplicate } = found;
    if (duplicate?.state !== 'suspected') throw new Refusal('not-open', { state: duplicate?.state ?? 'not-suspected' });
    const effects = await closeDoubt(work, { kind, id }, 'both-right', reason);
    const about = { subjectKind: kind, subjectId: id, customerId };
    const audit: AuditFact = {
      ...about,
      action: `${kind}.both-right`,
      reason,
      before: { duplicate },
      after: { externalId, twin: duplicate.of },
    };
    return {
      value: { id, externalId, duplicate: { ...duplicate, state: 'both-right' as const, reason } },
      audit: [audit, ...effects.audit],
      asks: effects.asks,
      posts: effects.posts,
      events: [eventOf(audit), ...effects.events],
    };
  });
}

/** A document under the lock of its customer. */
export interface LockedDocument {
  id: string;
  externalId: string;
  customerId: string;
  currency: string;
  amountMinor: number;
  duplicate: DuplicateView | null;
}

/** Locks the customer of the document that `{id}` means (ours, or the sender's), and reads what is in doubt. Throws Refusal `not-found`. */
export async function lockDocument(tx: Tx, actor: Actor, kind: DoubtedKind, document: string): Promise<LockedDocument> {
  const id = await idOf(tx, tables[kind], document);
  const table = sql.table(tables[kind]);
  await sql`select from customer where id = (select customer_id from ${table} where id = ${id}::uuid) for no key update`.execute(
    tx,
  );
  const { rows } = await sql<LockedDocument>`
    select x.id, x.external_id as "externalId", x.customer_id as "customerId", x.currency, x.amount_minor as "amountMinor",
      ${duplicateOf(kind, 'x')} as duplicate
    from ${table} x join customer c on c.id = x.customer_id where x.id = ${id}::uuid and ${seesCustomer(actor)}`.execute(tx);
  const [found] = rows;
  if (!found) throw new Refusal('not-found', { id: document });
  return found;
}
