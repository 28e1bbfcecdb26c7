import { sql } from 'kysely';
import type { Actor } from '../../domain/kernel/actor.ts';
import type { Terms } from '../../domain/collection/documents.ts';
import type { Tx } from '../database.ts';
import { termsColumns } from '../invoice-rows.ts';
import { contentHash } from '../setup.ts';
import { write } from '../transaction.ts';
import type { Moment, Store } from '../transaction.ts';
import { addTraces, noTraces } from '../work-orders.ts';
import type { WorkOrderTraces } from '../work-orders.ts';
import { overtakeAct, proposeAct } from './pending.ts';
import type { ActKind } from './pending.ts';

interface Payload {
  customer: string;
  terms: Terms;
}

/** Terms of a customer give discounts or more time from now on: to invoices that come, not to those that are there. */
export const customerTermsAct: ActKind<Payload> = {
  kind: 'customer-terms',
  async carryOut({ store, actor, act }, { customer, terms }) {
    return write<Record<string, unknown>>(store, actor, async (tx, at) => {
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

/** Terms that were sent of a customer, beside those in force. */
export interface SentTerms {
  customerId: string;
  code: string;
  terms: Terms;
  /** They stay as they were until a second person agrees. */
  waits: boolean;
}

/** Asks a second person for what terms would give; what waited for other terms is overtaken, the same again stays as it is. */
export async function askForTerms(
  { store, tx, at, actor, reason }: { store: Store; tx: Tx; at: Moment; actor: Actor; reason: string | null },
  sent: readonly SentTerms[],
): Promise<WorkOrderTraces> {
  const traces = noTraces();
  if (sent.length === 0) return traces;
  const { rows } = await sql<{ id: string; terms: Terms }>`
    select subject_id as id, payload -> 'terms' as terms from pending_act where kind = 'customer-terms' and subject_kind = 'customer'
      and state = 'pending' and subject_id = any(${sent.map((one) => one.customerId)}::text[])`.execute(tx);
  const waiting = new Map(rows.map((row) => [row.id, contentHash(row.terms)]));
  for (const { customerId, code, terms, waits } of sent) {
    const before = waiting.get(customerId);
    if (waits && before === contentHash(terms)) continue;
    const subject = { kind: 'customer', id: customerId };
    if (before !== undefined)
      addTraces(
        traces,
        await overtakeAct(tx, at, actor, { kind: 'customer-terms', subject, reason: 'the customer was sent again' }),
      );
    if (!waits) continue;
    const asked = await proposeAct<Payload>(tx, store, at, actor, customerTermsAct, {
      customerId,
      subject,
      about: `terms of customer ${code}`,
      given: null,
      what: { customer: code, ...terms },
      payload: { customer: customerId, terms },
      reason: reason ?? 'booked by the sender of the customer',
      booked: true,
    });
    addTraces(traces, asked.traces);
  }
  return traces;
}
