import { sql } from 'kysely';
import type { Amounts, ListEntry } from '../../domain/credit/facts.ts';
import { NO_END } from '../../domain/platform/date-bounds.ts';
import type { Facts } from '../../domain/credit/profile.ts';
import { recordset } from '../platform/rows.ts';
import type { Ask, Work } from '../platform/transaction.ts';
import { holdsFor, holdsOf, lockAccounts } from './accounts.ts';
import { collectDossiers } from './dossier.ts';
import { settleWarnings } from './warnings.ts';
import type { Effects } from '../platform/effects.ts';

/** What a warning with the effect `hold` puts among a customer's list entries: the check of orders holds by force on any entry. */
export const forcedHoldList = 'early-warning';

/** Profile rows as the check of an order judges them. */
interface ProfileRow {
  customer_id: string;
  licence_until: string | null;
  listed: readonly object[];
  median: Amounts;
}

/**
 * Brings what is judged about customers into line with what is known of them: warnings, and the profile row the check of orders reads.
 * The caller holds the locks of the customers.
 */
export async function noticeChanges(work: Work, customerIds: readonly string[]): Promise<Effects> {
  const { tx, at, store } = work;
  return noticeKnown(work, await collectDossiers(tx, store, at, customerIds));
}

/** The same for dossiers that were read already. */
export async function noticeKnown(work: Work, dossiers: ReadonlyMap<string, Facts>): Promise<Effects & { raised: number }> {
  const { holds, raised, ...effects } = await settleWarnings(work, dossiers);
  const asks = await keepRows(
    work,
    [...dossiers].map(([id, facts]) => rowOf(id, facts, holds.get(id) ?? [])),
  );
  return { ...effects, asks: [...effects.asks, ...asks], raised };
}

function rowOf(id: string, facts: Facts, holds: readonly { key: string; since: string }[]): ProfileRow {
  const entries = (facts.listed?.value ?? []) as readonly ListEntry[];
  const until = facts.licenceUntil?.value;
  return {
    customer_id: id,
    licence_until: typeof until === 'string' && until !== NO_END ? until : null,
    listed: [
      ...entries.map(({ list, since, reference }) => ({ list, since, evidence: reference })),
      ...holds.map(({ key, since }) => ({ list: forcedHoldList, since, evidence: key })),
    ],
    median: (facts.medianOrder?.value ?? {}) as Amounts,
  };
}

/**
 * Writes the rows. Accounts whose licence or list entries changed get a new version, so that nobody decides on what they no longer are, and
 * their open holds look again; a median that moved a little does
 * neither. Orders held because the profile was old look again as well. Accounts are locked before the rows, as by whoever grants credit.
 */
async function keepRows({ tx, at }: Work, rows: readonly ProfileRow[]): Promise<Ask[]> {
  if (rows.length === 0) return [];
  const x = recordset(rows, 'customer_id uuid, licence_until date, listed jsonb, median jsonb');
  const { rows: judged } = await sql<{ id: string }>`
    select distinct m.account_id as id from ${x} join credit_member m on m.customer_id = x.customer_id
      left join credit_profile p on p.customer_id = x.customer_id
    where p.licence_until is distinct from x.licence_until or coalesce(p.listed, '[]') <> x.listed`.execute(tx);
  const accounts = judged.map((one) => one.id);
  if (accounts.length > 0) {
    await lockAccounts(tx, accounts);
    await sql`update credit_account set version = version + 1 where id = any(${accounts}::uuid[])`.execute(tx);
  }
  await sql`
    insert into credit_profile (customer_id, licence_until, listed, median_order_minor, profile_as_of)
    select customer_id, licence_until, listed, median, ${at.today}::date from ${x} order by customer_id
    on conflict (customer_id) do update set licence_until = excluded.licence_until, listed = excluded.listed,
      median_order_minor = excluded.median_order_minor, profile_as_of = excluded.profile_as_of, version = credit_profile.version + 1
    where (credit_profile.licence_until, credit_profile.listed, credit_profile.median_order_minor, credit_profile.profile_as_of)
      is distinct from (excluded.licence_until, excluded.listed, excluded.median_order_minor, excluded.profile_as_of)`.execute(
    tx,
  );
  const renewed = await holdsFor(
    tx,
    rows.map((row) => row.customer_id),
    ['profile-old'],
  );
  return [...(accounts.length > 0 ? await holdsOf(tx, accounts) : []), ...renewed];
}
