import { sql } from 'kysely';
import type { Actor } from '../../domain/platform/actor.ts';
import { addDays } from '../../domain/platform/calendar.ts';
import type { BusinessDate, Instant } from '../../domain/platform/calendar.ts';
import { Refusal, invalidAt } from '../../domain/platform/refusal.ts';
import type { Database, Tx } from '../platform/database.ts';
import { isOurId, LostRace } from '../platform/rows.ts';
import { seesCustomer } from '../access/scope.ts';
import type { Work } from '../platform/transaction.ts';
import { holdsOf, lockAccounts, openAccount } from './accounts.ts';
import { readExposure } from './exposure.ts';
import type { Effects } from '../platform/effects.ts';

/** A limit to put on the account that bears a customer, or on its group's. */
export interface LimitGrant {
  customerId: string;
  on?: 'payer' | 'group';
  kind: 'standing' | 'temporary';
  amountMinor: number;
  currency: string;
  /** Today without it. */
  validFrom?: BusinessDate;
  validUntil: BusinessDate | null;
  applicationId?: string | null;
  externalId?: string | null;
  setBy: string;
  reason: string;
  /** The go-live window in which it was brought in. */
  windowId?: string | null;
  policyVersion?: string | null;
  /** Version of the account the deciders looked at; another one refuses with `stale-exposure`. */
  seenVersion?: number | null;
}

export interface GrantedLimit {
  id: string;
  accountId: string;
  /** Of the account, after the grant. */
  version: number;
  /** What the account could owe beyond the limit in force now; 0 when it is within it. */
  overMinor: number;
}

/**
 * Grants a limit inside a transaction: locks the accounts, replaces the standing limit (from the new one's first day), and has the open
 * holds look again. Throws Refusal `stale-exposure`, `limit-missing` (no group) or `invalid` (dates).
 */
export async function grantLimit(work: Work, grant: LimitGrant): Promise<{ limit: GrantedLimit; effects: Effects }> {
  const { tx, at, store } = work;
  const validFrom = grant.validFrom ?? at.today;
  const { validUntil } = grant;
  if (validUntil !== null && validUntil < validFrom)
    throw invalidAt('/validUntil', 'too-early', { date: validUntil, earliest: validFrom });
  if (grant.kind === 'temporary' && validUntil === null) throw invalidAt('/validUntil', 'last-day-missing');
  const payer = await openAccount(work, grant.customerId, grant.currency);
  await lockAccounts(tx, [payer]);
  const accountId = grant.on === 'group' ? await groupOf(tx, payer) : payer;
  const replaced = grant.kind === 'standing' ? await endStanding(work, accountId, validFrom) : [];
  const version = await bumpVersion(tx, accountId, grant.seenVersion ?? null);
  const id = await insertLimit(work, accountId, { ...grant, validFrom });
  const exposure = await readExposure(tx, store, at, { accountId: payer });
  const position = grant.on === 'group' ? exposure?.group : exposure?.payer;
  const overMinor = Math.max(0, (position?.exposureMinor ?? 0) - (position?.limitMinor ?? 0));
  const about = { subjectKind: 'credit-limit', subjectId: id, customerId: grant.customerId };
  const { kind, amountMinor, currency, externalId = null, applicationId = null } = grant;
  return {
    limit: { id, accountId, version, overMinor },
    effects: {
      audit: [
        {
          ...about,
          action: 'credit-limit.granted',
          reason: grant.reason,
          policyVersion: grant.policyVersion ?? null,
          before: { replaced },
          after: {
            accountId,
            on: grant.on ?? 'payer',
            kind,
            amountMinor,
            currency,
            validFrom,
            validUntil,
            externalId,
            applicationId,
            windowId: grant.windowId ?? null,
          },
        },
      ],
      asks: await holdsOf(tx, [accountId]),
      posts: [],
      events: [
        { ...about, kind: 'credit-limit.granted', data: { kind, currency, validFrom, validUntil } },
        ...(overMinor > 0 ? [{ ...about, kind: 'exposure.over-limit', data: { accountId, currency } }] : []),
      ],
    },
  };
}

async function groupOf(tx: Tx, payer: string): Promise<string> {
  const { rows } = await sql<{
    id: string | null;
  }>`select group_account as id from credit_account where id = ${payer}::uuid`.execute(tx);
  const id = rows[0]?.id ?? null;
  if (id === null) throw new Refusal('limit-missing', { what: 'group' }, { pointer: '/on' });
  return id;
}

/** The standing limits that would run beside the new one end the day before it, or now when it begins today. */
async function endStanding({ tx, at }: Work, accountId: string, from: BusinessDate): Promise<object[]> {
  const { rows } = await sql<object>`
    update credit_limit set
      revoked_at = case when valid_from >= ${from}::date or ${from}::date <= ${at.today}::date then ${at.now}::timestamptz end,
      valid_until = case when valid_from < ${from}::date and ${from}::date > ${at.today}::date then ${addDays(from, -1)}::date else valid_until end
    where account_id = ${accountId}::uuid and kind = 'standing' and revoked_at is null and (valid_until is null or valid_until >= ${from}::date)
    returning id, amount_minor as "amountMinor", valid_from as "validFrom", valid_until as "validUntil"`.execute(tx);
  return rows;
}

async function bumpVersion(tx: Tx, accountId: string, seen: number | null): Promise<number> {
  const { rows } = await sql<{ version: number }>`
    update credit_account set version = version + 1 where id = ${accountId}::uuid returning version`.execute(tx);
  const version = rows[0]?.version ?? 0;
  if (seen !== null && seen !== version - 1)
    throw new Refusal('stale-exposure', { given: seen, current: version - 1 }, { pointer: '/exposureVersion' });
  return version;
}

async function insertLimit({ tx, at }: Work, accountId: string, grant: LimitGrant): Promise<string> {
  const { rows } = await sql<{ id: string }>`
    insert into credit_limit (account_id, kind, amount_minor, valid_from, valid_until, application_id, external_id, set_by, reason, set_at,
      go_live_window_id)
    values (${accountId}::uuid, ${grant.kind}, ${grant.amountMinor}::bigint, ${grant.validFrom ?? at.today}::date, ${grant.validUntil}::date,
      ${grant.applicationId ?? null}::uuid, ${grant.externalId ?? null}, ${grant.setBy}, ${grant.reason}, ${at.now}::timestamptz,
      ${grant.windowId ?? null}::uuid)
    on conflict (external_id) do nothing returning id`.execute(tx);
  const id = rows[0]?.id;
  if (id === undefined) throw new LostRace('a limit was written meanwhile');
  return id;
}

/** A limit as it is shown, revoked ones too. */
export interface LimitView {
  id: string;
  externalId: string | null;
  on: 'payer' | 'group';
  account: string;
  kind: 'standing' | 'temporary';
  amountMinor: number;
  currency: string;
  validFrom: BusinessDate;
  validUntil: BusinessDate | null;
  applicationId: string | null;
  setBy: string;
  reason: string;
  setAt: Instant;
  revokedAt: Instant | null;
}

/** The limits of the accounts that bear a customer, its payer's and its group's, newest first, before the id `after`. */
export async function listLimits(
  db: Database,
  actor: Actor,
  filter: { customer: string; after?: string | undefined },
  limit: number,
): Promise<LimitView[]> {
  const { rows } = await sql<LimitView>`
    select l.id, l.external_id as "externalId", a.kind as "on", a.code as account, l.kind,
      l.amount_minor as "amountMinor", a.currency, l.valid_from as "validFrom", l.valid_until as "validUntil",
      l.application_id as "applicationId", l.set_by as "setBy", l.reason, l.set_at as "setAt", l.revoked_at as "revokedAt"
    from customer c join credit_bearer b on b.customer_id = c.id
      join credit_account a on a.kind = 'payer' and a.code = b.code or a.kind = 'group' and a.code = b.group_code
      join credit_limit l on l.account_id = a.id
    where ${seesCustomer(actor)} and (c.external_id = ${filter.customer} or c.id = ${isOurId(filter.customer) ? filter.customer : null}::uuid)
      and (${filter.after ?? null}::uuid is null or l.id < ${filter.after ?? null}::uuid)
    order by l.id desc limit ${limit + 1}`.execute(db);
  return rows;
}
