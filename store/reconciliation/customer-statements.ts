import { sql } from 'kysely';
import type { Actor } from '../../domain/platform/actor.ts';
import type { BusinessDate } from '../../domain/platform/calendar.ts';
import { sumMinor } from '../../domain/platform/money.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import type { LineKind } from '../../domain/reconciliation/classify.ts';
import { lockCustomer } from '../credit/securities.ts';
import type { Tx } from '../platform/database.ts';
import { isOurId, LostRace, recordset } from '../platform/rows.ts';
import { seesCustomer } from '../access/scope.ts';
import { write } from '../platform/transaction.ts';
import type { Post, Store, Work } from '../platform/transaction.ts';
import { cancelWorkOrders } from '../tasks/work-orders.ts';
import { askOfComparison, planOf } from './comparison-book.ts';
import { lockBooksOf, ownerOn } from './book-owner.ts';
import { closeDifferences } from './differences.ts';
import { reconciliationChanged } from './news.ts';
import { matchOrderKey, reconcile } from './reconcile.ts';
import type { TheirStatement } from './reconcile.ts';
import { contentHash } from '../platform/content-hash.ts';
import type { Effects } from '../platform/effects.ts';
import { addEffects, noEffects } from '../platform/effects.ts';

/** A statement of the customer's own books, as its sender has it. Amounts are signed as in our books: what the customer owes is positive. */
export interface CustomerStatementDocument {
  externalId: string;
  customer: string;
  currency: string;
  basis: 'open-items' | 'movements';
  from: BusinessDate | null;
  asOf: BusinessDate;
  lines: readonly {
    kind: LineKind;
    number: string | null;
    on: BusinessDate;
    quantity: string | null;
    amountMinor: number;
  }[];
}

/**
 * Takes in a statement of the customer's and holds it against our books at once; as of a day before the customer was merged, against its own.
 * The same document again changes nothing; another of its id is refused.
 */
export async function postCustomerStatement(
  store: Store,
  actor: Actor,
  document: CustomerStatementDocument,
  reason: string | null,
): Promise<{ id: string; created: boolean }> {
  type Posted = { id: string; created: boolean };
  return write<Posted>(store, actor, async (work) => {
    const { tx, at } = work;
    const liveId = await lockCustomer(tx, actor, document.customer);
    const { externalId, asOf, currency } = document;
    const hash = contentHash(document);
    const standing = await readStanding(tx, externalId);
    if (standing && standing.hash !== hash) throw new Refusal('already-exists', { id: externalId }, { pointer: '/externalId' });
    if (standing) return { value: { id: standing.id, created: false }, audit: null };
    if (asOf > at.today) throw new Refusal('date-in-future', { date: asOf, today: at.today }, { pointer: '/asOf' });
    const { id: customerId } = await ownerOn(tx, actor, { customer: document.customer, liveId }, asOf, store);
    const totalMinor = sumMinor(document.lines.map((line) => line.amountMinor));
    const id = await insert(work, customerId, document, hash, totalMinor);
    const statement: TheirStatement = { ...document, id, customerId };
    const effects = await takePlace(work, statement);
    const { result, effects: more } = await reconcile(work, statement, { by: actor.id, looking: true });
    addEffects(effects, more);
    const about = { subjectKind: 'customer-statement', subjectId: id, customerId };
    const { lines, ...said } = document;
    const after = { ...said, amountMinor: totalMinor, lines: lines.length, contentHash: hash, ...result };
    return {
      value: { id, created: true },
      audit: [{ ...about, action: 'customer-statement.received', reason, after }, ...effects.audit],
      asks: effects.asks,
      posts: [...effects.posts, ...(await firstLook(tx, store, statement))],
      events: [{ ...about, kind: 'customer-statement.received', data: { asOf, currency } }, ...effects.events],
    };
  });
}

/** What does not agree at once is compared again with every document that comes. */
async function firstLook(tx: Tx, store: Store, statement: TheirStatement): Promise<Post[]> {
  const { verdict, instant } = await planOf(tx, store, statement);
  return verdict.step === 'close' ? [] : [{ ...askOfComparison(statement.id, statement.customerId), at: instant }];
}

async function readStanding(tx: Tx, externalId: string): Promise<{ id: string; hash: string } | undefined> {
  const { rows } = await sql<{ id: string; hash: string }>`
    select id, content_hash as hash from customer_statement where external_id = ${externalId}`.execute(tx);
  return rows[0];
}

async function insert(
  { tx, at, actor }: Work,
  customerId: string,
  document: CustomerStatementDocument,
  hash: string,
  totalMinor: number,
): Promise<string> {
  const { externalId, currency, basis, from, asOf, lines } = document;
  const { rows } = await sql<{ id: string }>`
    insert into customer_statement (external_id, customer_id, currency, basis, from_date, as_of, total_minor, content_hash, received_at, received_by)
    values (${externalId}, ${customerId}::uuid, ${currency}, ${basis}, ${from}::date, ${asOf}::date, ${totalMinor}::bigint, ${hash},
      ${at.now}::timestamptz, ${actor.id}) on conflict (external_id) do nothing returning id`.execute(tx);
  const id = rows[0]?.id;
  if (id === undefined) throw new LostRace('the statement was taken in meanwhile');
  const given = lines.map((line, place) => ({
    line: place + 1,
    kind: line.kind,
    number: line.number,
    on_date: line.on,
    quantity: line.quantity,
    amount_minor: line.amountMinor,
  }));
  if (given.length > 0)
    await sql`
      insert into customer_statement_line (statement_id, line, kind, number, on_date, quantity, amount_minor)
      select ${id}::uuid, x.* from ${recordset(given, 'line int, kind text, number text, on_date date, quantity numeric, amount_minor bigint')}`.execute(
      tx,
    );
  return id;
}

/** A newer statement stands for those it covers: open items for all before them, movements for those within their days. */
async function takePlace(work: Work, now: TheirStatement): Promise<Effects> {
  const { tx, actor } = work;
  const { rows } = await sql<{ id: string; open: boolean }>`
    update customer_statement set superseded_by = ${now.id}::uuid
    where customer_id = ${now.customerId}::uuid and currency = ${now.currency} and basis = ${now.basis} and id <> ${now.id}::uuid
      and withdrawn_at is null and superseded_by is null and as_of <= ${now.asOf}::date and (from_date is null or from_date >= ${now.from}::date)
    returning id, settled_at is null as open`.execute(tx);
  const effects = await endOf(
    work,
    rows.map((row) => row.id),
    { state: 'cleared', by: actor.id, reason: 'superseded' },
  );
  for (const { id, open } of rows) if (open) effects.asks.push(askOfComparison(id, now.customerId));
  return effects;
}

type End = Parameters<typeof closeDifferences>[2];

async function endOf(work: Work, statementIds: readonly string[], end: End): Promise<Effects> {
  const { tx } = work;
  if (statementIds.length === 0) return noEffects();
  const { rows } = await sql<{ id: string }>`
    select id from reconciliation_difference where customer_statement_id = any(${[...statementIds]}::uuid[]) and state = 'open' order by id`.execute(
    tx,
  );
  const effects = await closeDifferences(
    work,
    rows.map((row) => row.id),
    end,
  );
  addEffects(effects, await cancelWorkOrders(work, { keys: statementIds.map(matchOrderKey) }, end.reason));
  return effects;
}

/** A statement of the customer's under its customer's lock, with what has become of it. Throws Refusal `not-found`. */
async function lockTheirs(
  tx: Tx,
  actor: Actor,
  id: string,
): Promise<TheirStatement & { withdrawn: boolean; superseded: boolean }> {
  const named = sql`(s.external_id = ${id} or s.id = ${isOurId(id) ? id : null}::uuid)`;
  await lockBooksOf(tx, sql`any(array(select s.customer_id from customer_statement s where ${named}))`, actor);
  const { rows } = await sql<TheirStatement & { withdrawn: boolean; superseded: boolean }>`
    select s.id, s.external_id as "externalId", s.customer_id as "customerId", s.currency, s.basis, s.from_date as "from", s.as_of as "asOf",
      s.withdrawn_at is not null as withdrawn, s.superseded_by is not null as superseded
    from customer_statement s join customer c on c.id = s.customer_id where ${named} and ${seesCustomer(actor)}
    order by s.external_id = ${id} desc limit 1 for update of s`.execute(tx);
  const found = rows[0];
  if (!found) throw new Refusal('not-found', { id });
  return found;
}

/** Holds a statement against our books anew, as they are now. Throws Refusal `not-open` when it no longer stands. */
export async function rematchStatement(store: Store, actor: Actor, id: string, reason: string | null): Promise<{ id: string }> {
  return write<{ id: string }>(store, actor, async (work) => {
    const { tx } = work;
    const found = await lockTheirs(tx, actor, id);
    refuseEnded(found);
    const { result, effects } = await reconcile(work, found, { by: actor.id });
    const about = { subjectKind: 'customer-statement', subjectId: found.id, customerId: found.customerId };
    return {
      value: { id: found.id },
      audit: [{ ...about, action: 'customer-statement.matched', reason, after: result }, ...effects.audit],
      asks: effects.asks,
      posts: effects.posts,
      events: effects.events,
    };
  });
}

function refuseEnded({ withdrawn, superseded }: { withdrawn: boolean; superseded: boolean }): void {
  if (withdrawn || superseded)
    throw new Refusal('not-open', { state: withdrawn ? 'withdrawn' : 'superseded' }, { pointer: '{id}' });
}

/** Takes a statement out that should not have come: its differences were none. Again changes nothing. */
export async function withdrawCustomerStatement(store: Store, actor: Actor, id: string, reason: string): Promise<{ id: string }> {
  return write<{ id: string }>(store, actor, async (work) => {
    const { tx, at } = work;
    const found = await lockTheirs(tx, actor, id);
    if (found.withdrawn) return { value: { id: found.id }, audit: null };
    await sql`update customer_statement set withdrawn_at = ${at.now}::timestamptz, settled_at = null where id = ${found.id}::uuid`.execute(
      tx,
    );
    const effects = await endOf(work, [found.id], { state: 'withdrawn', by: actor.id, reason });
    effects.asks.push(askOfComparison(found.id, found.customerId));
    addEffects(effects, await reconciliationChanged(work, { customerId: found.customerId, by: actor.id }));
    const about = { subjectKind: 'customer-statement', subjectId: found.id, customerId: found.customerId };
    return {
      value: { id: found.id },
      audit: [{ ...about, action: 'customer-statement.withdrawn', reason }, ...effects.audit],
      asks: effects.asks,
      posts: effects.posts,
      events: [{ ...about, kind: 'customer-statement.withdrawn' }, ...effects.events],
    };
  });
}

/** Statements of a customer's books that are compared still come to nothing, when its books become part of another's. */
export async function dropComparisons(work: Work, customerId: string): Promise<Effects> {
  const { tx, at, actor } = work;
  const { rows } = await sql<{ id: string }>`
    update customer_statement set withdrawn_at = ${at.now}::timestamptz
    where customer_id = ${customerId}::uuid and settled_at is null and withdrawn_at is null and superseded_by is null returning id`.execute(
    tx,
  );
  const ids = rows.map(({ id }) => id);
  const effects = await endOf(work, ids, { state: 'withdrawn', by: actor.id, reason: 'merged' });
  for (const id of ids) {
    effects.asks.push(askOfComparison(id, customerId));
    const about = { subjectKind: 'customer-statement', subjectId: id, customerId };
    effects.audit.push({ ...about, action: 'customer-statement.withdrawn', reason: 'merged' });
    effects.events.push({ ...about, kind: 'customer-statement.withdrawn' });
  }
  return effects;
}

/** Says of a doubtful match whether it holds; refused, its documents are compared without it. Throws Refusal `not-open`. */
export async function decideMatch(
  store: Store,
  actor: Actor,
  statementId: string,
  { match, verdict, reason }: { match: string; verdict: 'accept' | 'reject'; reason: string },
): Promise<{ id: string }> {
  return write<{ id: string }>(store, actor, async (work) => {
    const { tx, at } = work;
    const found = await lockTheirs(tx, actor, statementId);
    refuseEnded(found);
    const { rows } = await sql<{ id: string; state: string; rule: string }>`
      select id, state, rule from reconciliation_match where id = ${isOurId(match) ? match : null}::uuid and statement_id = ${found.id}::uuid
        and put_aside_at is null for update`.execute(tx);
    const row = rows[0];
    if (!row) throw new Refusal('not-found', { id: match });
    if (row.state !== 'proposed') throw new Refusal('already-decided');
    const state = verdict === 'accept' ? 'accepted' : 'rejected';
    await sql`
      update reconciliation_match set state = ${state}, decided_at = ${at.now}::timestamptz, decided_by = ${actor.id}, reason = ${reason}
      where id = ${row.id}::uuid`.execute(tx);
    const { effects } = await reconcile(work, found, { by: actor.id });
    const about = { subjectKind: 'customer-statement', subjectId: found.id, customerId: found.customerId };
    const after = { match: row.id, rule: row.rule, state };
    return {
      value: { id: found.id },
      audit: [{ ...about, action: 'customer-statement.match-decided', reason, after }, ...effects.audit],
      asks: effects.asks,
      posts: effects.posts,
      events: effects.events,
    };
  });
}
