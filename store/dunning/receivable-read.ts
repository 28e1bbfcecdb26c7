import { sql } from 'kysely';
import type { Actor } from '../../domain/platform/actor.ts';
import type { BusinessDate, Instant } from '../../domain/platform/calendar.ts';
import type { AllocationBasis } from '../../domain/ledger/allocation.ts';
import { disputedMinor, openMinor } from '../../domain/dunning/receivable.ts';
import type { PlanStep, Why } from '../../domain/dunning/receivable.ts';
import type { FaultyField } from '../../domain/platform/faulty.ts';
import { totalMinor } from '../../domain/platform/money.ts';
import { rungsOf } from '../../domain/dunning/rung-view.ts';
import type { RungView } from '../../domain/dunning/rung-view.ts';
import { limitationOrNull } from '../../domain/ledger/limitation.ts';
import { receivableIdOf } from '../ledger/receivable-case.ts';
import { faultyOf } from '../ledger/faulty.ts';
import { lastOfDebt } from '../ledger/limitation.ts';
import { viewReceivables } from '../ledger/receivable-facts.ts';
import type { ReceivableCase } from '../ledger/receivable-facts.ts';
import { instantOf, instantOrNull, isOurId } from '../platform/rows.ts';
import { seesCustomer } from '../access/scope.ts';
import { momentOf } from '../platform/transaction.ts';
import type { Store } from '../platform/transaction.ts';
import type { Outcome, Stage } from '../../domain/ledger/outcome.ts';
import type { Question } from '../../domain/ledger/claims.ts';

/** A receivable as people and systems see it. */
export interface ReceivableView {
  id: string;
  customer: string;
  invoice: string;
  instalment: number;
  kind: string;
  dueDate: BusinessDate;
  currency: string;
  amountMinor: number;
  openMinor: number;
  disputedMinor: number;
  /** Written off and not taken back, and what of it has come in since. */
  writtenOffMinor: number;
  recoveredMinor: number;
  stage: Stage;
  outcome: Outcome | null;
  ladder: string;
  policyVersion: number;
  plan: { step: PlanStep; rung: string | null; at: Instant | null; why: Why };
  rungs: RungView[];
  /** Null: the due date is out of bounds. */
  limitationExpiresOn: BusinessDate | null;
  /** What is out of bounds of it and of its promises: it has no plan that could be shown. */
  faulty: FaultyField[] | null;
  withdrawn: boolean;
  question: Question | null;
  /** What the terms let off when the money comes by that day, and what of it is granted; null: nothing. */
  discount: { amountMinor: number; until: BusinessDate; grantedMinor: number } | null;
}

export interface ReceivableFilter {
  customer?: string | undefined;
  invoice?: string | undefined;
  stage?: Stage | undefined;
  outcome?: Outcome | 'none' | undefined;
  dueFrom?: BusinessDate | undefined;
  dueTo?: BusinessDate | undefined;
  /** Latest due date first. */
  descending?: boolean;
  /** The last row of the page before: due date and id. */
  after?: readonly [BusinessDate, string] | undefined;
}

const ofCustomer = (id: string) =>
  sql<boolean>`r.customer_id in (select k.id from customer k where k.external_id = customer_now(${id}) or k.id = ${isOurId(id) ? id : null}::uuid)`;

/** An invoice by the sender's id, its printed number or our id. */
const ofInvoice = (id: string) =>
  sql<boolean>`r.invoice_id in (select k.id from invoice k where k.external_id = ${id} or k.number = ${id} or k.id = ${isOurId(id) ? id : null}::uuid)`;

/** Receivables the actor may see, by due date; one more than `limit` when there are more. */
export async function listReceivables(
  store: Store,
  actor: Actor,
  filter: ReceivableFilter,
  limit: number,
): Promise<ReceivableView[]> {
  const { customer, invoice, stage, outcome, dueFrom, dueTo, descending = false, after } = filter;
  const beyond = descending ? sql`<` : sql`>`;
  const direction = descending ? sql`desc` : sql`asc`;
  const conditions = [
    seesCustomer(actor),
    ...(customer === undefined ? [] : [ofCustomer(customer)]),
    ...(invoice === undefined ? [] : [ofInvoice(invoice)]),
    ...(stage === undefined ? [] : [sql<boolean>`r.stage = ${stage}`]),
    ...(outcome === undefined
      ? []
      : [outcome === 'none' ? sql<boolean>`r.outcome is null` : sql<boolean>`r.outcome = ${outcome}`]),
    ...(dueFrom === undefined ? [] : [sql<boolean>`r.due_date >= ${dueFrom}::date`]),
    ...(dueTo === undefined ? [] : [sql<boolean>`r.due_date <= ${dueTo}::date`]),
    ...(after === undefined ? [] : [sql<boolean>`(r.due_date, r.id) ${beyond} (${after[0]}::date, ${after[1]}::uuid)`]),
  ];
  const { rows } = await sql<{ id: string }>`
    select r.id from receivable r join customer c on c.id = r.customer_id where ${sql.join(conditions, sql` and `)}
    order by r.due_date ${direction}, r.id ${direction} limit ${limit + 1}`.execute(store.db);
  const ids = rows.map((row) => row.id);
  const views = await viewsOf(store, ids);
  return ids.flatMap((id) => views.get(id) ?? []);
}

/** What stands around one receivable. Amounts in minor units. */
export interface ReceivableDetail extends ReceivableView {
  allocations: {
    id: string;
    payment: string | null;
    creditNote: string | null;
    amountMinor: number;
    recoveredMinor: number;
    basis: AllocationBasis | null;
    valueDate: BusinessDate;
    reversedAt: Instant | null;
  }[];
  writeOffs: { id: string; amountMinor: number; on: BusinessDate; reason: string; reversedOn: BusinessDate | null }[];
  disputes: {
    id: string;
    amountMinor: number;
    category: string;
    note: string;
    state: string;
    openedAt: Instant;
    closedAt: Instant | null;
    resolution: string | null;
    role: string | null;
    owner: string | null;
    deadline: Instant | null;
  }[];
  promises: {
    id: string;
    amountMinor: number;
    on: BusinessDate;
    by: string | null;
    note: string;
    state: string;
    madeAt: Instant;
    faulty: FaultyField[] | null;
  }[];
  messages: {
    id: string;
    channel: string;
    template: string;
    class: string;
    state: string;
    /** Kept here: nothing left. */
    outbox: boolean;
    rungs: string[];
    at: Instant;
  }[];
}

/** One receivable with its money, disputes, promises and messages. Throws Refusal `not-found`. */
export async function readReceivable(store: Store, actor: Actor, id: string): Promise<ReceivableDetail> {
  const found = await receivableIdOf(store.db, actor, id);
  const view = (await viewsOf(store, [found.id])).get(found.id);
  if (!view) throw new Error('a receivable vanished while it was read');
  const { rows } = await sql<Omit<ReceivableDetail, keyof ReceivableView>>`
    select
      (select coalesce(jsonb_agg(jsonb_build_object('id', a.id, 'payment', p.external_id, 'creditNote', n.external_id, 'amountMinor', a.amount_minor,
        'recoveredMinor', a.recovered_minor, 'basis', a.basis, 'valueDate', a.value_date, 'reversedAt', a.reversed_at) order by a.posted_at, a.id), '[]') from allocation a
        left join payment p on p.id = a.payment_id left join credit_note n on n.id = a.credit_note_id where a.receivable_id = k.id) as allocations,
      (select coalesce(jsonb_agg(jsonb_build_object('id', w.id, 'amountMinor', w.amount_minor, 'on', w.written_off_on, 'reason', w.reason,
        'reversedOn', w.reversed_on) order by w.posted_at, w.id), '[]') from write_off w where w.receivable_id = k.id) as "writeOffs",
      (select coalesce(jsonb_agg(jsonb_build_object('id', d.id, 'amountMinor', d.amount_minor, 'category', d.category, 'note', d.note, 'state', d.state,
        'openedAt', d.opened_at, 'closedAt', d.closed_at, 'resolution', d.resolution,
        'role', o.role, 'owner', o.assignee, 'deadline', o.due_at) order by d.opened_at, d.id), '[]')
        from dispute d left join work_order o on o.key = 'settle-dispute/' || coalesce(d.rest_of, d.id) where d.receivable_id = k.id) as disputes,
      (select coalesce(jsonb_agg(jsonb_build_object('id', p.id, 'amountMinor', p.amount_minor, 'on', p.due_on, 'by', p.by_contact, 'note', p.note,
        'state', p.state, 'madeAt', p.made_at, 'faulty', ${faultyOf('promise', 'p')}) order by p.made_at, p.id), '[]') from promise p where p.receivable_id = k.id) as promises,
      (select coalesce(jsonb_agg(jsonb_build_object('id', m.id, 'channel', m.channel, 'template', m.template, 'class', m.class, 'state', m.state, 'outbox', m.outbox,
        'rungs', (select jsonb_agg(x.rung order by x.rung) from message_rung x where x.message_id = m.id and x.receivable_id = k.id), 'at', m.at)
        order by m.at, m.id), '[]') from message m where m.id in (select x.message_id from message_rung x where x.receivable_id = k.id)) as messages
    from (select ${found.id}::uuid as id) k`.execute(store.db);
  const around = rows[0];
  if (!around) throw new Error('a query of one row gave none');
  return {
    ...view,
    allocations: around.allocations.map((one) => ({ ...one, reversedAt: instantOrNull(one.reversedAt) })),
    writeOffs: around.writeOffs,
    disputes: around.disputes.map((one) => ({
      ...one,
      openedAt: instantOf(one.openedAt),
      closedAt: instantOrNull(one.closedAt),
      deadline: instantOrNull(one.deadline),
    })),
    promises: around.promises.map((one) => ({ ...one, madeAt: instantOf(one.madeAt) })),
    messages: around.messages.map((one) => ({ ...one, at: instantOf(one.at) })),
  };
}

interface Extra {
  id: string;
  kind: string;
  withdrawn: boolean;
  lastOfDebt: BusinessDate;
  discount: ReceivableView['discount'];
  faulty: FaultyField[] | null;
}

async function viewsOf(store: Store, ids: readonly string[]): Promise<Map<string, ReceivableView>> {
  if (ids.length === 0) return new Map();
  const { now } = await momentOf(store.db, store);
  const cases = await viewReceivables(store.db, ids);
  const { rows } = await sql<Extra>`
    select r.id, r.kind, r.withdrawn, (
        select jsonb_agg(distinct x.field) from (
          select unnest(f.fields) as field from faulty_row f where f.kind = 'receivable' and f.id = r.id
          union all select unnest(f.fields) from promise p join faulty_row f on f.kind = 'promise' and f.id = p.id where p.receivable_id = r.id and not f.ended) x) as faulty,
      ${lastOfDebt} as "lastOfDebt",
      case when r.discount_until is not null then jsonb_build_object('amountMinor', r.discount_minor, 'until', r.discount_until, 'grantedMinor', (
        select coalesce(sum(a.amount_minor), 0) from allocation a where a.receivable_id = r.id and a.basis = 'discount' and a.reversed_at is null)) end as discount
    from receivable r where r.id = any(${ids}::uuid[])`.execute(store.db);
  const extras = new Map(rows.map((row) => [row.id, row]));
  const views = new Map<string, ReceivableView>();
  for (const found of cases) {
    const extra = extras.get(found.id);
    if (extra) views.set(found.id, await viewOf(store, found, extra, now));
  }
  return views;
}

async function viewOf(store: Store, found: ReceivableCase, extra: Extra, now: Instant): Promise<ReceivableView> {
  const { facts } = found;
  return {
    id: found.id,
    customer: found.customerCode,
    invoice: found.invoiceCode,
    instalment: found.instalment,
    kind: extra.kind,
    dueDate: facts.dueDate,
    currency: found.currency,
    amountMinor: facts.amountMinor,
    openMinor: openMinor(facts),
    disputedMinor: disputedMinor(facts),
    writtenOffMinor: found.standingWriteOffsMinor,
    recoveredMinor: totalMinor([found.standingWriteOffsMinor, -facts.writtenOffMinor]),
    stage: facts.stage,
    outcome: facts.outcome,
    ladder: found.ladder,
    policyVersion: found.policyVersion,
    plan: { step: found.plan.step as PlanStep, rung: found.plan.rung, at: found.plan.at, why: found.plan.why as Why },
    rungs: extra.faulty !== null ? [] : rungsOf(facts, await store.policies.terms(found), now),
    limitationExpiresOn: limitationOrNull(extra.lastOfDebt),
    faulty: extra.faulty,
    withdrawn: extra.withdrawn,
    question: facts.question ?? null,
    discount: extra.discount,
  };
}
