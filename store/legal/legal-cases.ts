import { sql } from 'kysely';
import type { Tx } from '../platform/database.ts';
import type { ReceivableCase } from '../ledger/receivable-facts.ts';
import type { Work } from '../platform/transaction.ts';
import { cancelWorkOrders, openWorkOrder } from '../tasks/work-orders.ts';
import type { Effects } from '../platform/effects.ts';
import { noEffects } from '../platform/effects.ts';

/**
 * The legal rung: one open case for each customer and currency. The first receivable opens it with its first work order; later ones join,
 * and once that work order is done, a receivable that joins gets a demand of its own.
 */
export async function joinLegalCase(work: Work, found: ReceivableCase, kind: string): Promise<Effects> {
  const { tx, at } = work;
  await lockCases(tx, found);
  const opened = await tx
    .insertInto('legal_case')
    .values({ customer_id: found.customerId, currency: found.currency, opened_at: at.now })
    .onConflict((conflict) => conflict.columns(['customer_id', 'currency']).where('state', '<>', 'closed').doNothing())
    .returning('id')
    .executeTakeFirst();
  const { id } =
    opened ??
    (await tx
      .selectFrom('legal_case')
      .select('id')
      .where('customer_id', '=', found.customerId)
      .where('currency', '=', found.currency)
      .where('state', '<>', 'closed')
      .forUpdate()
      .executeTakeFirstOrThrow());
  await tx
    .insertInto('legal_case_receivable')
    .values({ legal_case_id: id, receivable_id: found.id, joined_at: at.now })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const action = opened ? 'legal-case.opened' : 'legal-case.joined';
  return demand(work, found, { id, kind, action });
}

interface Entered {
  id: string;
  /** Of the task that tells legal. */
  kind: string;
  action: 'legal-case.opened' | 'legal-case.joined' | 'legal-case.reopened';
}

/** A receivable has come to a case: on record, and told by a task unless one of the case is open. */
async function demand(work: Work, found: ReceivableCase, { id, kind, action }: Entered): Promise<Effects> {
  const { tx } = work;
  const orders = await tx.selectFrom('work_order').select('closed_at').where('legal_case_id', '=', id).execute();
  const effects = orders.some((order) => order.closed_at === null)
    ? noEffects()
    : await openWorkOrder(work, {
        key: `legal-case/${id}/demand/${orders.length + 1}`,
        kind,
        customerId: found.customerId,
        legalCaseId: id,
        subject: `legal case, first invoice ${found.invoiceCode}/${found.instalment}`,
        reason: { rung: 'legal', dueDate: found.facts.dueDate },
      });
  const about = { subjectKind: 'legal-case', subjectId: id, customerId: found.customerId };
  const after = { receivable: found.id, invoice: found.invoiceCode, instalment: found.instalment };
  effects.audit.unshift({ ...about, action, after });
  if (action !== 'legal-case.joined') effects.events.unshift({ ...about, kind: action });
  return effects;
}

/**
 * What is owed again goes on with legal where it had come to: its case is open again, under its own id, or it joins the one that was
 * opened since.
 */
export async function rejoinLegalCase(work: Work, found: ReceivableCase): Promise<Effects> {
  const { tx } = work;
  const { rows } = await sql<{ id: string; kind: string }>`
    select c.id, coalesce((select o.kind from work_order o where o.legal_case_id = c.id
      order by o.opened_at desc, o.id desc limit 1), 'formal-demand') as kind
    from legal_case_receivable j join legal_case c on c.id = j.legal_case_id where j.receivable_id = ${found.id}::uuid
    order by c.closed_at desc nulls first, c.id limit 1`.execute(tx);
  const [last] = rows;
  if (!last) return noEffects();
  const { id, kind } = last;
  await lockCases(tx, found);
  const { rows: opened } = await sql`
    update legal_case c set state = 'demand', closed_at = null where c.id = ${id}::uuid and c.state = 'closed'
      and not exists (select from legal_case o where o.customer_id = c.customer_id and o.currency = c.currency and o.state <> 'closed')
    returning c.id`.execute(tx);
  if (opened.length > 0) return demand(work, found, { id, kind, action: 'legal-case.reopened' });
  return joinLegalCase(work, found, kind);
}

/** One at a time opens the case of a customer and currency. Taken after the lock of the receivable, never before. */
const lockCases = (tx: Tx, { customerId, currency }: ReceivableCase) =>
  sql`select pg_advisory_xact_lock(hashtextextended(${`legal ${customerId} ${currency}`}::text, 0))`.execute(tx);

/** A closed receivable leaves its case; the last one to leave closes it and ends its work orders. */
export async function leaveLegalCase(work: Work, receivableId: string): Promise<Effects> {
  const { tx, at } = work;
  const row = await tx
    .selectFrom('legal_case_receivable as j')
    .innerJoin('legal_case as c', 'c.id', 'j.legal_case_id')
    .select(['c.id', 'c.customer_id'])
    .where('j.receivable_id', '=', receivableId)
    .where('c.state', '<>', 'closed')
    .forUpdate('c')
    .executeTakeFirst();
  if (!row) return noEffects();
  const others = await tx
    .selectFrom('legal_case_receivable as j')
    .innerJoin('receivable as r', 'r.id', 'j.receivable_id')
    .select('r.id')
    .where('j.legal_case_id', '=', row.id)
    .where('r.id', '<>', receivableId)
    .where('r.stage', '<>', 'closed')
    .limit(1)
    .execute();
  if (others.length > 0) return noEffects();
  await tx.updateTable('legal_case').set({ state: 'closed', closed_at: at.now }).where('id', '=', row.id).execute();
  const effects = await cancelWorkOrders(work, { legalCaseId: row.id }, 'nothing-owed');
  const about = { subjectKind: 'legal-case', subjectId: row.id, customerId: row.customer_id };
  effects.audit.unshift({ ...about, action: 'legal-case.closed', reason: 'nothing-owed' });
  effects.events.unshift({ ...about, kind: 'legal-case.closed' });
  return effects;
}
