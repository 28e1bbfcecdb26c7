import { sql } from 'kysely';

/** The disputes of receivable `r`, as their facts. */
export const disputesOf = sql`(
  select jsonb_agg(jsonb_build_object('id', d.id, 'amountMinor', d.amount_minor, 'state', d.state, 'openedAt', d.opened_at,
    'closedAt', d.closed_at, 'lapsedAt', d.lapsed_at, 'unaskedMinor', d.unasked_minor, 'alone', not d.agreed and d.return_id is null, 'creditedMinor', coalesce((select sum(a.amount_minor) from allocation a
      where a.receivable_id = r.id and a.credit_note_id is not null and a.basis is distinct from 'discount' and a.reversed_at is null and a.posted_at >= d.opened_at), 0))
    order by d.opened_at, d.id) from dispute d where d.receivable_id = r.id)`;
