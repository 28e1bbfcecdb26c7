import type { Tx } from './database.ts';
import type { ReceivableCase } from './receivable-facts.ts';
import type { Moment, Store } from './transaction.ts';
import { cancelWorkOrders, noTraces, openWorkOrder } from './work-orders.ts';
import type { WorkOrderTraces } from './work-orders.ts';

/**
 * The legal rung: one open case for each customer and currency. The first receivable opens it with its first work order; later ones join,
 * and once that work order is done, a receivable that joins gets a demand of its own.
 */
export async function joinLegalCase(
  store: Store,
  tx: Tx,
  at: Moment,
  found: ReceivableCase,
  kind: string,
): Promise<WorkOrderTraces> {
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
  const orders = await tx.selectFrom('work_order').select(['id', 'closed_at']).where('legal_case_id', '=', id).execute();
  const open = orders.some((order) => order.closed_at === null);
  const traces = open
    ? noTraces()
    : await openWorkOrder(tx, store, at, {
        key: `legal-case/${id}/demand/${orders.length + 1}`,
        kind,
        customerId: found.customerId,
        legalCaseId: id,
        subject: `legal case, first invoice ${found.invoiceCode}/${found.instalment}`,
        reason: { rung: 'legal', dueDate: found.facts.dueDate },
      });
  traces.audit.unshift({
    action: opened ? 'legal-case.opened' : 'legal-case.joined',
    subjectKind: 'legal-case',
    subjectId: id,
    customerId: found.customerId,
    after: { receivable: found.id, invoice: found.invoiceCode, instalment: found.instalment },
  });
  if (opened)
    traces.events.unshift({ kind: 'legal-case.opened', subjectKind: 'legal-case', subjectId: id, customerId: found.customerId });
  return traces;
}

/** A closed receivable leaves its case; the last one to leave closes it and ends its work orders. */
export async function leaveLegalCase(tx: Tx, at: Moment, receivableId: string): Promise<WorkOrderTraces> {
  const row = await tx
    .selectFrom('legal_case_receivable as j')
    .innerJoin('legal_case as c', 'c.id', 'j.legal_case_id')
    .select(['c.id', 'c.customer_id'])
    .where('j.receivable_id', '=', receivableId)
    .where('c.state', '<>', 'closed')
    .forUpdate('c')
    .executeTakeFirst();
  if (!row) return noTraces();
  const others = await tx
    .selectFrom('legal_case_receivable as j')
    .innerJoin('receivable as r', 'r.id', 'j.receivable_id')
    .select('r.id')
    .where('j.legal_case_id', '=', row.id)
    .where('r.id', '<>', receivableId)
    .where('r.stage', '<>', 'closed')
    .limit(1)
    .execute();
  if (others.length > 0) return noTraces();
  await tx.updateTable('legal_case').set({ state: 'closed', closed_at: at.now }).where('id', '=', row.id).execute();
  const traces = await cancelWorkOrders(tx, at, { legalCaseId: row.id }, 'nothing-owed');
  const about = { subjectKind: 'legal-case', subjectId: row.id, customerId: row.customer_id };
  traces.audit.unshift({ ...about, action: 'legal-case.closed', reason: 'nothing-owed' });
  traces.events.unshift({ ...about, kind: 'legal-case.closed' });
  return traces;
}
