import { sql } from 'kysely';
import type { Actor } from '../../domain/platform/actor.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import type { ReconciliationStanding } from '../../domain/reconciliation/difference.ts';
import type { Database, Tx } from '../platform/database.ts';
import { isOurId } from '../platform/rows.ts';
import { seesCustomer } from '../access/scope.ts';
import type { Store } from '../platform/transaction.ts';

/**
 * Where a customer's books and ours stand to one another, by what is on record now. How strictly they are held together was granted with its
 * credit; of one whose credit nobody has granted the last proposal counts. A statement is answered by any later answer in its
 * currency, and by a statement of the customer's own that agrees; sending a newer one does not begin its wait anew.
 */
export async function reconciliationOf(db: Database | Tx, store: Store, customerId: string): Promise<ReconciliationStanding> {
  const { rows } = await sql<ReconciliationStanding>`
    with own as (select * from statement where customer_id = ${customerId}::uuid and withdrawn_at is null),
    their as (select * from customer_statement where customer_id = ${customerId}::uuid and withdrawn_at is null and settled_at is not null),
    answered as (
      select o.currency, o.as_of, a.answered_on, a.verdict from own o join statement_answer a on a.statement_id = o.id
      union all select currency, as_of, as_of, 'agreed' from their)
    select
      coalesce((select case when a.verdict #>> '{proposal,reconciliation}' = 'strict' then 'strict' else 'normal' end
        from assessment a left join credit_application k on k.assessment_id = a.id and k.state = 'approved' and k.kind <> 'temporary'
        where a.customer_id = ${customerId}::uuid order by k.decided_at desc nulls last, a.at desc, a.id desc limit 1), 'normal') as mode,
      exists (select from own) or exists (select from customer_statement where customer_id = ${customerId}::uuid and withdrawn_at is null) as stated,
      (select min(o.issued_on) from own o where not exists (
        select from answered a where a.currency = o.currency and a.as_of >= o.as_of)) as "unconfirmedSince",
      (select max(answered_on) from answered where verdict = 'confirmed') as "lastConfirmedOn",
      (select max(as_of) from their) as "lastAgreedOn",
      coalesce((select jsonb_agg(jsonb_build_object('id', d.id, 'kind', d.kind, 'amountMinor', d.amount_minor, 'currency', d.currency,
          'number', d.number, 'since', (d.opened_at at time zone ${store.zone})::date) order by d.opened_at, d.key)
        from reconciliation_difference d where d.customer_id = ${customerId}::uuid and d.state = 'open'), '[]'::jsonb) as "openDifferences"`.execute(
    db,
  );
  const standing = rows[0];
  if (!standing) throw new Error('a query of one row gave none');
  return standing;
}

/** The same of a customer the actor may see, by our id or the caller's. Throws Refusal `not-found`. */
export async function readStanding(
  store: Store,
  actor: Actor,
  customer: string,
): Promise<{ customer: string; standing: ReconciliationStanding }> {
  const { rows } = await sql<{ id: string; code: string }>`
    select c.id, c.external_id as code from customer c
    where (c.external_id = ${customer} or c.id = ${isOurId(customer) ? customer : null}::uuid) and ${seesCustomer(actor)}
    order by c.external_id = ${customer} desc limit 1`.execute(store.db);
  const found = rows[0];
  if (!found) throw new Refusal('not-found', { id: customer });
  return { customer: found.code, standing: await reconciliationOf(store.db, store, found.id) };
}
