import { sql } from 'kysely';
import type { Actor } from '../../domain/kernel/actor.ts';
import { addDays } from '../../domain/kernel/calendar.ts';
import type { BusinessDate, Instant } from '../../domain/kernel/calendar.ts';
import { Refusal } from '../../domain/kernel/refusal.ts';
import type { Database, Tx } from '../database.ts';
import { isOurId, LostRace } from '../rows.ts';
import { seesCustomer } from '../scope.ts';
import { write } from '../transaction.ts';
import type { Moment, Store } from '../transaction.ts';
import type { WorkOrderTraces } from '../work-orders.ts';
import { holdsOf, lockAccounts, openAccount } from './accounts.ts';
import { readExposure } from './exposure.ts';
import { lockCustomer } from './securities.ts';

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
export async function grantLimit(
  tx: Tx,
  store: Store,
  at: Moment,
  grant: LimitGrant,
): Promise<{ limit: GrantedLimit; traces: WorkOrderTraces }> {
  const validFrom = grant.validFrom ?? at.today;
  const { validUntil } = grant;
  if (validUntil !== null && validUntil < validFrom)
    throw new Refusal('invalid', { what: `${validUntil} < ${validFrom}` }, { pointer: '/validUntil' });
  if (grant.kind === 'temporary' && validUntil === null)
    throw new Refusal('invalid', { what: 'validUntil' }, { pointer: '/validUntil' });
  const payer = await openAccount(tx, at, grant.customerId, grant.currency);
  await lockAccounts(tx, [payer]);
  const accountId = grant.on === 'group' ? await groupOf(tx, payer) : payer;
  const replaced = grant.kind === 'standing' ? await endStanding(tx, at, accountId, validFrom) : [];
  const version = await bumpVersion(tx, accountId, grant.seenVersion ?? null);
  const id = await insertLimit(tx, at, accountId, { ...grant, validFrom });
  const exposure = await readExposure(tx, store, at, { accountId: payer });
  const position = grant.on === 'group' ? exposure?.group : exposure?.payer;
  const overMinor = Math.max(0, (position?.exposureMinor ?? 0) - (position?.limitMinor ?? 0));
  const about = { subjectKind: 'credit-limit', subjectId: id, customerId: grant.customerId };
  const { kind, amountMinor, currency, externalId = null, applicationId = null } = grant;
  return {
    limit: { id, accountId, version, overMinor },
    traces: {
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
async function endStanding(tx: Tx, at: Moment, accountId: string, from: BusinessDate): Promise<object[]> {
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
  if (seen !== null && seen !== version - 1) throw new Refusal('stale-exposure', { given: seen, current: version - 1 });
  return version;
}

async function insertLimit(tx: Tx, at: Moment, accountId: string, grant: LimitGrant): Promise<string> {
  const { rows } = await sql<{ id: string }>`
    insert into credit_limit (account_id, kind, amount_minor, valid_from, valid_until, application_id, external_id, set_by, reason, set_at)
    values (${accountId}::uuid, ${grant.kind}, ${grant.amountMinor}::bigint, ${grant.validFrom ?? at.today}::date, ${grant.validUntil}::date,
      ${grant.applicationId ?? null}::uuid, ${grant.externalId ?? null}, ${grant.setBy}, ${grant.reason}, ${at.now}::timestamptz)
    on conflict (external_id) do nothing returning id`.execute(tx);
  const id = rows[0]?.id;
  if (id === undefined) throw new LostRace('a limit was written meanwhile');
  return id;
}

/** A limit brought along from another system when going live. */
export interface OpeningLimit extends Omit<LimitGrant, 'customerId' | 'setBy' | 'applicationId' | 'seenVersion' | 'externalId'> {
  externalId: string;
  /** The caller's id of the customer. */
  customer: string;
}

/** Brings in an opening limit, once by its external id; the same again changes nothing. Throws Refusal `already-exists` for other content. */
export async function importLimit(
  store: Store,
  actor: Actor,
  document: OpeningLimit,
): Promise<{ id: string; externalId: string; created: boolean; overMinor: number }> {
  return write<{ id: string; externalId: string; created: boolean; overMinor: number }>(store, actor, async (tx, at) => {
    const { customer, externalId, ...grant } = document;
    const customerId = await lockCustomer(tx, actor, customer);
    const known = await standingImport(tx, externalId);
    if (known) {
      const same = known.amountMinor === grant.amountMinor && known.currency === grant.currency && known.kind === grant.kind;
      if (!same) throw new Refusal('already-exists', { id: externalId }, { pointer: '/externalId' });
      return { value: { id: known.id, externalId, created: false, overMinor: 0 }, audit: null };
    }
    await judgeImport(tx, actor, customerId);
    const { limit, traces } = await grantLimit(tx, store, at, { ...grant, customerId, externalId, setBy: actor.id });
    const [first, ...more] = traces.audit;
    if (!first) throw new Error('a limit without its audit entry');
    const value = { id: limit.id, externalId, created: true, overMinor: limit.overMinor };
    return { value, ...traces, audit: [{ ...first, action: 'credit-limit.imported' }, ...more] };
  });
}

/** Limits are brought in when going live, by nobody for an own customer; once one was decided on, the next is applied for. */
async function judgeImport(tx: Tx, actor: Actor, customerId: string): Promise<void> {
  const { rows } = await sql<{ owner: string | null; decided: boolean }>`
    select c.owner, exists (select from credit_bearer b join credit_account a on a.kind = 'payer' and a.code = b.code or a.kind = 'group' and a.code = b.group_code
      join credit_limit l on l.account_id = a.id where b.customer_id = c.id and l.application_id is not null) as decided
    from customer c where c.id = ${customerId}::uuid`.execute(tx);
  if (rows[0]?.owner === actor.id) throw new Refusal('own-request');
  if (rows[0]?.decided) throw new Refusal('conflict', { what: 'credit-application' }, { pointer: '/customer' });
}

async function standingImport(tx: Tx, externalId: string) {
  const { rows } = await sql<{ id: string; amountMinor: number; currency: string; kind: string }>`
    select l.id, l.amount_minor as "amountMinor", a.currency, l.kind from credit_limit l join credit_account a on a.id = l.account_id
    where l.external_id = ${externalId}`.execute(tx);
  return rows[0];
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
