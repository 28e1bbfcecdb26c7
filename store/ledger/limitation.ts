import { sql } from 'kysely';

/**
 * The last day on which an instalment of the debt of `r` was due, from which its limitation runs. Instalments of one kind on one invoice are
 * one debt; equipment, maintenance and insurance beside each other are debts of their own. What was taken out counts for itself alone, and no
 * correction makes it later than it was.
 */
export const lastOfDebt = sql`least(r.limitation_cap, (select max(s.limitation_due_date) from receivable s
  where s.invoice_id = r.invoice_id and s.kind = r.kind and (s.id = r.id or not s.withdrawn)))`;
