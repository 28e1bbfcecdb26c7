import { sql } from 'kysely';
import type { Terms } from '../../../domain/ledger/documents.ts';
import { write } from '../../platform/transaction.ts';
import type { ActKind } from '../../approvals/pending.ts';
import { termsColumns } from '../../customers/terms-columns.ts';

/** Terms of a customer that wait. */
export interface TermsChange {
  customer: string;
  terms: Terms;
}

/** Terms of a customer give discounts or more time from now on: to invoices that come, not to those that are there. */
export const customerTermsAct: ActKind<TermsChange> = {
  kind: 'customer-terms',
  async carryOut({ store, actor, act }, { customer, terms }) {
    return write<Record<string, unknown>>(store, actor, async ({ tx, at }) => {
      const { terms_days: days, terms_from: from, terms_rule: rule } = termsColumns(terms);
      const { rows } = await sql<{ code: string; before: Terms }>`
        with o as (
          select id, coalesce(terms_rule, jsonb_build_object('days', terms_days, 'from', terms_from)) as before
          from customer where id = ${customer}::uuid for no key update)
        update customer c set terms_days = ${days}, terms_from = ${from}, terms_rule = ${rule && JSON.stringify(rule)}::jsonb,
          version = c.version + 1, updated_at = ${at.now}::timestamptz from o where c.id = o.id returning c.external_id as code, o.before`.execute(
        tx,
      );
      const about = { subjectKind: 'customer', subjectId: customer, customerId: customer };
      const audit = {
        ...about,
        action: 'customer.changed',
        reason: act.reason,
        before: { terms: rows[0]?.before },
        after: { terms },
      };
      return {
        value: { customer: rows[0]?.code, terms },
        audit: [audit],
        events: [{ ...about, kind: 'customer.changed' }],
      };
    });
  },
};
