import { sql } from 'kysely';
import type { CreditFields } from '../../../domain/ledger/documents.ts';
import type { SentFields } from '../../customers/events.ts';
import type { Tx } from '../../platform/database.ts';
import { recordset } from '../../platform/rows.ts';
import { write } from '../../platform/transaction.ts';
import type { Ask, Work } from '../../platform/transaction.ts';
import { coverAsks } from '../../ledger/unapplied.ts';
import { unappliedOf } from '../../ledger/cover.ts';
import type { ActKind } from '../../approvals/pending.ts';

/** Those fields of a customer that wait, as they were sent. */
export interface CreditChange {
  customer: string;
  fields: Partial<CreditFields>;
}

/** Who leaves a group with a limit, comes to a payer with a larger one, or is dunned less from now on. */
export const customerCreditAct: ActKind<CreditChange> = {
  kind: 'customer-credit',
  async carryOut({ store, actor, act }, { customer, fields }) {
    return write<Record<string, unknown>>(store, actor, async ({ tx, at }) => {
      const has = (field: keyof CreditFields) => Object.hasOwn(fields, field);
      const { rows } = await sql<{ code: string; before: CreditFields; after: CreditFields }>`
        with o as (
          select id, jsonb_build_object('group', group_code, 'payer', payer_code, 'debtorClass', debtor_class) as before
          from customer where id = ${customer}::uuid for no key update)
        update customer c set group_code = case when ${has('group')} then ${fields.group ?? null} else c.group_code end,
          payer_code = case when ${has('payer')} then nullif(customer_now(${fields.payer ?? null}), c.external_id) else c.payer_code end,
          debtor_class = case when ${has('debtorClass')} then ${fields.debtorClass ?? null} else c.debtor_class end,
          version = c.version + 1, updated_at = ${at.now}::timestamptz from o where c.id = o.id
        returning c.external_id as code, o.before,
          jsonb_build_object('group', c.group_code, 'payer', c.payer_code, 'debtorClass', c.debtor_class) as after`.execute(tx);
      const [changed] = rows;
      if (!changed) throw new Error(`no customer ${customer}`);
      const about = { subjectKind: 'customer', subjectId: customer, customerId: customer };
      const { code, before, after } = changed;
      const payers = before.payer === after.payer ? [] : [before.payer, after.payer].filter((one) => one !== null);
      return {
        value: { customer: code, ...fields },
        audit: [{ ...about, action: 'customer.changed', reason: act.reason, before, after }],
        asks: payers.length > 0 ? await payerMoved(tx, customer, payers) : [],
        events: [{ ...about, kind: 'customer.changed' }],
      };
    });
  },
};

/** What the money of one payer covered, and that of the other covers now: the customer's own items, and those they pay for. */
export async function payerMoved(tx: Tx, customerId: string, payers: readonly string[]): Promise<Ask[]> {
  const { rows } = await sql<{ id: string }>`select id from customer where external_id = any(${[...payers]}::text[])`.execute(tx);
  const money = await unappliedOf(tx, [customerId, ...rows.map((row) => row.id)]);
  return money.length === 0 ? [] : coverAsks(tx, [...new Set([customerId, ...money.map((one) => one.customerId)])]);
}

/**
 * Which fields that were sent give credit or time away, by customer: a group is left that has a limit, the payer has a larger limit than
 * the one before or is judged by no limit of its group any more, or dunning stops. Its customers are locked.
 */
export async function givingFields(
  { tx, at }: Work,
  changes: readonly SentFields[],
): Promise<ReadonlyMap<string, Partial<CreditFields>>> {
  const judged = changes.map(({ code, before, sent }) => ({
    ...{ code, group_before: before.group, payer_before: before.payer, group_sent: sent.group, payer_sent: sent.payer },
  }));
  const { rows } =
    judged.length === 0
      ? { rows: [] }
      : await sql<{ code: string; group: boolean; payer: boolean }>`
    with limited as (
      select distinct a.code from credit_account a join credit_limit l on l.account_id = a.id and l.revoked_at is null where a.kind = 'group'),
    sent as (
      select x.*, nullif(customer_now(x.payer_sent), x.code) as payer_now,
        x.group_sent is distinct from x.group_before and x.group_before in (select code from limited) as leaves
      from ${recordset(judged, 'code text, group_before text, payer_before text, group_sent text, payer_sent text')}),
    borne as (
      select s.*, coalesce(s.payer_before, s.code) as bearer_before, coalesce(s.payer_now, s.code) as bearer_now,
        case when s.payer_before is null then s.group_before else o.group_code end as judge_before,
        case when s.payer_now is not null then n.group_code when s.leaves then s.group_before else s.group_sent end as judge_now
      from sent s left join customer o on o.external_id = s.payer_before left join customer n on n.external_id = s.payer_now),
    room as (
      select a.code, a.currency, max(l.amount_minor) + coalesce((select sum(floor(s.value_minor * s.share + 0.5)) from security s
        where s.account_id = a.id and s.released_at is null and (s.valid_until is null or s.valid_until >= ${at.today}::date)), 0) as minor
      from credit_account a join credit_limit l on l.account_id = a.id and l.revoked_at is null and (l.valid_until is null or l.valid_until >= ${at.today}::date)
      where a.kind = 'payer' and a.code in (select bearer_before from borne union select bearer_now from borne) group by a.id)
    select b.code, coalesce(b.leaves, false) as "group", b.bearer_now <> b.bearer_before and (
      b.judge_before is distinct from b.judge_now and coalesce(b.judge_before in (select code from limited), false)
      or exists (select from room n left join room o on o.code = b.bearer_before and o.currency = n.currency
        where n.code = b.bearer_now and n.minor > coalesce(o.minor, 0))) as payer
    from borne b`.execute(tx);
  const found = new Map(rows.map((row) => [row.code, row]));
  return new Map(
    changes.flatMap(({ code, before, sent }) => {
      const row = found.get(code);
      const fields: Partial<CreditFields> = {
        ...(row?.group && { group: sent.group }),
        ...(row?.payer && { payer: sent.payer }),
        ...(sent.debtorClass === NEVER_DUNNED && before.debtorClass !== NEVER_DUNNED && { debtorClass: sent.debtorClass }),
      };
      return Object.keys(fields).length > 0 ? [[code, fields] as const] : [];
    }),
  );
}

/** Letters to debtors of this class are skipped; the others are dunned alike. */
const NEVER_DUNNED = 'insurance-fund';
