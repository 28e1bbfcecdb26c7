import { sql } from 'kysely';
import type { Actor } from '../../domain/platform/actor.ts';
import type { FactValue } from '../../domain/credit/profile.ts';
import type { AuditFact } from '../../domain/platform/audit.ts';
import { outreachWorkflowId } from '../../domain/platform/subject.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import { recordFacts } from '../credit/facts.ts';
import { noticeChanges } from '../credit/profile-row.ts';
import { movingReferences } from './customer-merge-tables.ts';
import type { Tx } from '../platform/database.ts';
import { coverAsks } from '../ledger/unapplied.ts';
import { isOurId } from '../platform/rows.ts';
import { seesCustomer } from '../access/scope.ts';
import { endStatementsOf } from './end-statements.ts';
import { mergeTasks } from '../dunning/task-items.ts';
import type { Ask, Work } from '../platform/transaction.ts';
import { eventOf } from '../platform/transaction.ts';
import type { Effects } from '../platform/effects.ts';
import { addEffects, noEffects } from '../platform/effects.ts';

/** A customer of a merger, under its lock. */
export interface Merging {
  id: string;
  code: string;
  region: string | null;
  owner: string | null;
  currency: string;
  payer: string | null;
  mergedInto: string | null;
}

/** Both customers, locked in id order; who may not see one does not find it. Throws Refusal `not-found`, `customer-unknown`. */
export async function lockMerging(tx: Tx, actor: Actor, from: string, into: string): Promise<{ from: Merging; into: Merging }> {
  const { rows } = await sql<Merging>`
    select c.id, c.external_id as code, c.region, c.owner, c.currency, c.payer_code as payer,
      (select n.external_id from customer n where n.id = c.merged_into) as "mergedInto"
    from customer c where (c.external_id in (${from}, ${into}) or c.id = ${isOurId(from) ? from : null}::uuid) and ${seesCustomer(actor)}
    order by c.id for no key update of c`.execute(tx);
  const one = rows.find((row) => row.code === from) ?? rows.find((row) => row.id === from.toLowerCase());
  const other = rows.find((row) => row.code === into);
  if (!one) throw new Refusal('not-found', { id: from });
  if (!other) throw new Refusal('customer-unknown', { customer: into }, { pointer: '/into' });
  return { from: one, into: other };
}

/**
 * Whether one can become part of the other. Throws Refusal `customer-merged` for either, `into-itself`, `currency-mismatch`, and
 * `act-pending` or `waits-already` while something about it is being decided (`but`: the act that asks).
 */
export async function judgeMerge(tx: Tx, { from, into }: { from: Merging; into: Merging }, but: string | null): Promise<void> {
  if (from.id === into.id) throw new Refusal('into-itself', { customer: into.code }, { pointer: '/into' });
  if (from.mergedInto !== null) throw new Refusal('customer-merged', { customer: from.code, into: from.mergedInto });
  if (into.mergedInto !== null)
    throw new Refusal('customer-merged', { customer: into.code, into: into.mergedInto }, { pointer: '/into' });
  if (from.currency !== into.currency)
    throw new Refusal('currency-mismatch', { currency: from.currency, expected: into.currency }, { pointer: '/into' });
  const { rows } = await sql<{ id: string; act: boolean }>`
    select id::text as id, true as act from pending_act where customer_id = ${from.id}::uuid and state = 'pending' and id is distinct from ${but}::uuid
    union all
    select external_id, false from credit_application where customer_id = ${from.id}::uuid and state in ('assessing', 'awaiting-decision', 'returned')
    limit 1`.execute(tx);
  const [waiting] = rows;
  if (waiting?.act) throw new Refusal('act-pending', { id: waiting.id });
  if (waiting) throw new Refusal('waits-already', { what: waiting.id });
}

/**
 * Makes one customer part of another: what it owes and owed, its money, orders, steps taken and contacts are the other's from now on. Both are
 * locked and judged. Answers the effects; all processes whose subject moved look again.
 */
export async function mergeCustomers(work: Work, { from, into }: { from: Merging; into: Merging }): Promise<Effects> {
  const { tx, at } = work;
  const effects = noEffects();
  const apart = await apartFromOrders(tx, from, into);
  effects.audit.push(...(await movePayers(work, from, into)));
  addEffects(effects, await endStatementsOf(work, from.id));
  await sql`select credit_hand_over(${from.id}::uuid, ${into.id}::uuid, ${at.now}::timestamptz)`.execute(tx);
  effects.audit.push(...(await moveSecurities(work, from, into)));
  addEffects(effects, await joinLegalCases(work, from, into));
  const listed = await joinLists(work, from, into);
  effects.audit.push(...listed.audit);
  effects.events.push(...listed.events);
  await keepOwners(work, from);
  for (const { table, column, where } of movingReferences)
    await sql`update ${sql.table(table)} set ${sql.ref(column)} = ${into.id}::uuid where ${sql.ref(column)} = ${from.id}::uuid
      and (${sql.raw(where.replaceAll('$into', `'${into.id}'::uuid`))})`.execute(tx);
  await sql`
    update customer set merged_into = ${into.id}::uuid, merged_at = coalesce(merged_at, ${at.now}::timestamptz)
    where id = ${from.id}::uuid or merged_into = ${from.id}::uuid`.execute(tx);
  await sql`delete from customer_key where customer_id = ${from.id}::uuid`.execute(tx);
  await matchOrders(work, into, apart);
  addEffects(effects, await mergeTasks(work, into.id));
  effects.asks.push(...(await asksOfMoved(tx, from, into)), ...(await coverAsks(tx, [into.id])));
  // After what moved: what is opened by this is posted, and need not be asked.
  addEffects(effects, await noticeChanges(work, [into.id]));
  const told: AuditFact[] = [
    { action: 'customer.merged', ...of(from), after: { customer: from.code, into: into.code } },
    { action: 'customer.took-over', ...of(into), after: { from: from.code, customer: into.code } },
  ];
  effects.audit.unshift(...told);
  effects.events.unshift(...told.map(eventOf));
  return effects;
}

const of = ({ id }: Merging) => ({ subjectKind: 'customer', subjectId: id, customerId: id });

/** Days before the merger are told as they were: its own documents, and those of whoever was merged into it before, under its name. */
async function keepOwners({ tx, at }: Work, from: Merging): Promise<void> {
  await sql`
    insert into owner_before (subject, customer_id, until)
    select x.id, ${from.id}::uuid, ${at.now}::timestamptz from (
      select id from receivable where customer_id = ${from.id}::uuid
      union all select id from payment where customer_id = ${from.id}::uuid
      union all select id from credit_note where customer_id = ${from.id}::uuid
      union all select id from customer where id = ${from.id}::uuid or merged_into = ${from.id}::uuid) x`.execute(tx);
}

/** Whoever it paid for is paid for by the other one; that one pays for itself. */
async function movePayers({ tx, at }: Work, from: Merging, into: Merging): Promise<AuditFact[]> {
  const { rows } = await sql<{ id: string; payer: string | null }>`
    update customer set payer_code = nullif(${into.code}, external_id), version = version + 1, updated_at = ${at.now}::timestamptz
    where payer_code = ${from.code} returning id, payer_code as payer`.execute(tx);
  return rows.map(({ id, payer }) => ({
    ...{ action: 'customer.changed', subjectKind: 'customer', subjectId: id, customerId: id, reason: 'merged' },
    ...{ before: { payer: from.code }, after: { payer } },
  }));
}

/** What secures its debts secures them there; its own limits end, since no limit is given by a merger. */
async function moveSecurities({ tx, at }: Work, from: Merging, into: Merging): Promise<AuditFact[]> {
  const { rows: moved } = await sql<{ id: string; account: string }>`
    update security s set account_id = credit_open(${into.id}::uuid, a.currency, ${at.now}::timestamptz) from credit_account a
    where a.id = s.account_id and a.kind = 'payer' and a.code = ${from.code} returning s.id, s.account_id as account`.execute(tx);
  const { rows: ended } = await sql<{
    id: string;
    kind: string;
    amountMinor: number;
    currency: string;
    validUntil: string | null;
  }>`
    update credit_limit l set revoked_at = ${at.now}::timestamptz from credit_account a
    where a.id = l.account_id and a.kind = 'payer' and a.code = ${from.code} and l.revoked_at is null
    returning l.id, l.kind, l.amount_minor as "amountMinor", a.currency, l.valid_until as "validUntil"`.execute(tx);
  return [
    ...moved.map(({ id, account }) => ({
      ...{ action: 'security.moved', subjectKind: 'security', subjectId: id, customerId: into.id, reason: 'merged' },
      ...{ before: { customer: from.code }, after: { customer: into.code, account } },
    })),
    ...ended.map(({ id, kind, amountMinor, currency, validUntil }) => ({
      ...{ action: 'credit-limit.ended', subjectKind: 'credit-limit', subjectId: id, customerId: from.id, reason: 'merged' },
      ...{ before: { validUntil }, after: { on: 'payer', kind, amountMinor, currency, endedAt: at.now } },
    })),
  ];
}

/** One open legal case a customer and currency: what was joined to its own goes into the one that is open there. */
async function joinLegalCases({ tx, at }: Work, from: Merging, into: Merging): Promise<Effects> {
  const { rows: pairs } = await sql<{ gone: string; kept: string; receivables: string[] }>`
    select f.id as gone, t.id as kept, array(select j.receivable_id from legal_case_receivable j where j.legal_case_id = f.id order by 1) as receivables
    from legal_case f join legal_case t on t.currency = f.currency and t.customer_id = ${into.id}::uuid and t.state <> 'closed'
    where f.customer_id = ${from.id}::uuid and f.state <> 'closed' order by f.id`.execute(tx);
  const effects = noEffects();
  for (const { gone, kept, receivables } of pairs) {
    await sql`
      insert into legal_case_receivable (legal_case_id, receivable_id, joined_at)
      select ${kept}::uuid, receivable_id, joined_at from legal_case_receivable where legal_case_id = ${gone}::uuid on conflict do nothing`.execute(
      tx,
    );
    await sql`update work_order set legal_case_id = ${kept}::uuid where legal_case_id = ${gone}::uuid`.execute(tx);
    await sql`update legal_case set state = 'closed', closed_at = ${at.now}::timestamptz where id = ${gone}::uuid`.execute(tx);
    const ended = { ...of(from), subjectKind: 'legal-case', subjectId: gone, action: 'legal-case.closed', reason: 'merged' };
    effects.audit.push({ ...ended, after: { into: kept } });
    for (const receivable of receivables)
      effects.audit.push({
        ...{ ...of(into), subjectKind: 'legal-case', subjectId: kept, action: 'legal-case.joined', reason: 'merged' },
        after: { receivable },
      });
    effects.events.push(eventOf(ended));
  }
  return effects;
}

/** Nobody leaves a list by a merger: entries of both stand. What only one of them is told of goes over with its facts. */
async function joinLists(work: Work, from: Merging, into: Merging) {
  const { tx, at, actor } = work;
  const { rows } = await sql<{ value: FactValue }>`
    select i.value || (select coalesce(jsonb_agg(e), '[]') from jsonb_array_elements(f.value) e where not i.value @> jsonb_build_array(e)) as value
    from profile_fact f join profile_fact i on i.customer_id = ${into.id}::uuid and i.name = f.name and i.superseded_at is null
    where f.customer_id = ${from.id}::uuid and f.name = 'listed' and f.superseded_at is null and not i.value @> f.value`.execute(
    tx,
  );
  const evidence = { reference: from.code };
  const told = { customerId: into.id, name: 'listed', asOf: at.today, source: 'manual', evidence } as const;
  return recordFacts(
    work,
    actor.id,
    rows.map(({ value }) => ({ ...told, value })),
  );
}

/** Invoices of one that name an order of the other, whom until now another account bore. */
async function apartFromOrders(tx: Tx, from: Merging, into: Merging): Promise<string[]> {
  const both = sql`(${from.id}::uuid, ${into.id}::uuid)`;
  const { rows } = await sql<{ id: string }>`
    select i.id from invoice i join sales_order o on o.external_id = i.order_code
    where i.customer_id in ${both} and o.customer_id in ${both} and not same_bearer(i.customer_id, o.customer_id) order by i.id`.execute(
    tx,
  );
  return rows.map(({ id }) => id);
}

/** Invoices and money that named an order of the other one find it now. */
async function matchOrders({ tx, at }: Work, into: Merging, invoices: readonly string[]): Promise<void> {
  for (const id of invoices) await sql`select order_take_over(${id}::uuid, ${at.now}::timestamptz)`.execute(tx);
  await sql`
    select credit_post(order_cover(array(
      select o.id from sales_order o where o.customer_id = ${into.id}::uuid
        and (o.prepaid and o.state = 'open' or exists (select from payment p where p.order_code = o.external_id)) order by o.id)), ${at.now}::timestamptz)`.execute(
    tx,
  );
}

/** Whoever looks at what moved, and both who write to them. */
async function asksOfMoved(tx: Tx, from: Merging, into: Merging): Promise<Ask[]> {
  const { rows } = await sql<{ kind: Ask['kind']; id: string }>`
    select 'receivable' as kind, id from receivable where customer_id = ${into.id}::uuid and outcome is null
    union all select 'work-order', id from work_order where customer_id = ${into.id}::uuid and closed_at is null
    union all select 'order-hold', id from order_hold where customer_id = ${into.id}::uuid and state = 'open'
    union all select 'shipment-hold', id from shipment_hold where customer_id = ${into.id}::uuid and state = 'open'
    union all select 'reservation', id from sales_order where customer_id = ${into.id}::uuid and state = 'open' and reserved_until is not null
    union all select 'credit-review', id from credit_review where customer_id = ${into.id}::uuid and state = 'open'
    order by 1, 2`.execute(tx);
  const moved = rows.map(({ kind, id }): Ask => ({ subject: `${kind}-${id}`, kind, customerId: into.id }));
  const outreach = [from, into].map(({ id }): Ask => ({ subject: outreachWorkflowId(id), kind: 'outreach', customerId: id }));
  return [...moved, ...outreach];
}
