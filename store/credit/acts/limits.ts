import { sql } from 'kysely';
import type { Actor } from '../../../domain/platform/actor.ts';
import type { BusinessDate } from '../../../domain/platform/calendar.ts';
import { formatAmount } from '../../../domain/platform/money.ts';
import { Refusal } from '../../../domain/platform/refusal.ts';
import type { Tx } from '../../platform/database.ts';
import { holdsOf, lockAccounts } from '../accounts.ts';
import { grantLimit } from '../limits.ts';
import type { LimitGrant } from '../limits.ts';
import { lockBorne } from '../securities.ts';
import { isOurId } from '../../platform/rows.ts';
import { seesBearer, seesCustomer } from '../../access/scope.ts';
import { write } from '../../platform/transaction.ts';
import type { Store, Unchanged, Written, Work } from '../../platform/transaction.ts';
import { windowToday } from '../../ledger/acts/go-live.ts';
import { answerOfAsking, proposeAct, told } from '../../approvals/pending.ts';
import type { ActAnswer, ActKind, CarryingOut } from '../../approvals/pending.ts';

/** A limit set by a person, or brought along from another system when going live. */
export interface LimitDocument extends Omit<
  LimitGrant,
  'customerId' | 'setBy' | 'applicationId' | 'seenVersion' | 'externalId' | 'windowId'
> {
  externalId: string;
  /** The caller's id of the customer. */
  customer: string;
}

export interface SetLimit {
  id: string;
  externalId: string;
  created: boolean;
  overMinor: number;
}

type Payload = { set: LimitDocument } | { end: string };

/** Sets the limit that was asked for, or ends the one that was asked to end. */
export const limitAct: ActKind<Payload> = {
  kind: 'credit-limit',
  async carryOut(by, payload) {
    const { store, actor, act } = by;
    if ('end' in payload) return { ended: await write(store, actor, (work) => endNow(work, payload.end, act.reason)) };
    const grant = { ...payload.set, customerId: customerOf(by) };
    const set = await write(store, actor, (work) => grantNow(work, grant));
    return { limit: set.id };
  },
};

function customerOf({ act }: CarryingOut): string {
  if (act.customerId === null) throw new Error(`act ${act.id} has no customer`);
  return act.customerId;
}

/**
 * Sets a limit, once by its external id; the same again changes nothing. At once where it raises nothing, or inside the go-live window for
 * a customer on whom nobody decided yet; anything else waits for a second person. Throws Refusal `already-exists` for other content,
 * `own-request`.
 */
export async function setLimit(store: Store, actor: Actor, document: LimitDocument): Promise<SetLimit | ActAnswer> {
  return write<SetLimit | ActAnswer>(store, actor, async (work) => {
    const { tx, at } = work;
    const { customer, ...grant } = document;
    const customerId = await lockBorne(tx, actor, customer);
    const known = await knownLimit(tx, document);
    if (known) return { value: known, audit: null };
    const window = await atOnce(work, customerId, document);
    if (window !== false) return grantNow(work, { ...grant, customerId, windowId: window });
    const { on = 'payer', kind, amountMinor, currency, validFrom = at.today, validUntil } = document;
    const asked = await proposeAct<Payload>(work, limitAct, {
      customerId,
      subject: { kind: 'credit-limit', id: document.externalId },
      about: `${kind} limit ${document.externalId}`,
      given: { amountMinor, currency },
      what: { on, kind, amount: formatAmount(amountMinor, currency), currency, validFrom, validUntil },
      payload: { set: document },
      reason: document.reason,
    });
    return answerOfAsking(asked);
  });
}

/**
 * Brings in an opening limit out of a file. Throws Refusal `go-live-closed` for one that raises outside the window, `waits-already` when a
 * limit of the customer was decided on already.
 */
export async function importLimit(store: Store, actor: Actor, document: LimitDocument): Promise<SetLimit> {
  return write<SetLimit>(store, actor, async (work) => {
    const { tx } = work;
    const { customer, ...grant } = document;
    const customerId = await lockBorne(tx, actor, customer);
    const known = await knownLimit(tx, document);
    if (known) return { value: known, audit: null };
    const window = await atOnce(work, customerId, document);
    if (window !== false) return grantNow(work, { ...grant, customerId, windowId: window });
    if (await windowToday(work)) throw new Refusal('waits-already', { what: 'credit-application' }, { pointer: '/customer' });
    throw new Refusal('go-live-closed', { customer }, { pointer: '/customer' });
  });
}

/** The window it comes in by, null when it raises nothing, false when somebody else must agree. Throws Refusal `own-request`. */
async function atOnce(work: Work, customerId: string, document: LimitDocument): Promise<string | null | false> {
  const { tx, actor } = work;
  const { rows } = await sql<{ owner: string | null; decided: boolean }>`
    select c.owner, exists (select from credit_bearer b join credit_account a on a.kind = 'payer' and a.code = b.code or a.kind = 'group' and a.code = b.group_code
      join credit_limit l on l.account_id = a.id where b.customer_id = c.id and l.application_id is not null) as decided
    from customer c where c.id = ${customerId}::uuid`.execute(tx);
  const [row] = rows;
  const owner = row?.owner ?? null;
  if (owner !== null && (owner === actor.id || owner === actor.scope.owner))
    throw new Refusal('own-request', {}, { pointer: '/customer' });
  const window = row?.decided ? null : await windowToday(work);
  if (window !== null) return window;
  return (await raisesNothing(work, customerId, document)) ? null : false;
}

/** One limit in force on the same account is at least as high on every day the new one runs: a standing one only when it is replaced. */
async function raisesNothing({ tx, at }: Work, customerId: string, limit: LimitDocument): Promise<boolean> {
  const { on = 'payer', validFrom = at.today } = limit;
  await sql`
    select from credit_bearer b join credit_account a on a.kind = 'payer' and a.code = b.code or a.kind = 'group' and a.code = b.group_code
    where b.customer_id = ${customerId}::uuid order by a.kind, a.id for no key update of a`.execute(tx);
  const { rows } = await sql`
    select from credit_bearer b join credit_account a on a.kind = ${on} and a.code = case when ${on} = 'payer' then b.code else b.group_code end
      join credit_limit l on l.account_id = a.id
    where b.customer_id = ${customerId}::uuid and a.currency = ${limit.currency} and l.revoked_at is null and l.amount_minor >= ${limit.amountMinor}::bigint
      and (l.kind = 'standing' or ${limit.kind} = 'temporary')
      and l.valid_from <= ${validFrom}::date and (l.valid_until is null or l.valid_until >= ${limit.validUntil}::date)`.execute(
    tx,
  );
  return rows.length > 0;
}

async function grantNow(work: Work, grant: Omit<LimitGrant, 'setBy'> & { externalId: string }): Promise<Written<SetLimit>> {
  const { actor } = work;
  const { limit, effects } = await grantLimit(work, { ...grant, setBy: actor.id });
  const value = { id: limit.id, externalId: grant.externalId, created: true, overMinor: limit.overMinor };
  const { audit, ...more } = told(effects);
  const [first, ...rest] = audit;
  const action = grant.windowId ? 'credit-limit.imported' : first.action;
  return { value, ...more, audit: [{ ...first, action }, ...rest] };
}

async function knownLimit(tx: Tx, document: LimitDocument): Promise<SetLimit | null> {
  const { externalId } = document;
  const { rows } = await sql<{ id: string; amountMinor: number; currency: string; kind: string }>`
    select l.id, l.amount_minor as "amountMinor", a.currency, l.kind from credit_limit l join credit_account a on a.id = l.account_id
    where l.external_id = ${externalId}`.execute(tx);
  const [known] = rows;
  if (!known) return null;
  const same = known.amountMinor === document.amountMinor && known.currency === document.currency && known.kind === document.kind;
  if (!same) throw new Refusal('already-exists', { id: externalId }, { pointer: '/externalId' });
  return { id: known.id, externalId, created: false, overMinor: 0 };
}

/** A limit as it is ended. */
interface LimitCase {
  id: string;
  accountId: string;
  customerId: string;
  on: 'payer' | 'group';
  kind: 'standing' | 'temporary';
  amountMinor: number;
  currency: string;
  validFrom: BusinessDate;
  validUntil: BusinessDate | null;
  ended: boolean;
}

export interface EndedLimit {
  id: string;
  changed: boolean;
}

/**
 * Ends a limit at once; again changes nothing. The end of the last one that judges frees whom it judged, so it waits for a second person.
 * Throws Refusal `not-found`.
 */
export async function endLimit(store: Store, actor: Actor, id: string, reason: string): Promise<EndedLimit | ActAnswer> {
  return write<EndedLimit | ActAnswer>(store, actor, async (work) => {
    const { tx } = work;
    const found = await lockLimit(tx, actor, id);
    if (found.ended || !(await freesByEnding(work, found))) return endNow(work, found.id, reason);
    const { on, amountMinor, currency } = found;
    const asked = await proposeAct<Payload>(work, limitAct, {
      customerId: found.customerId,
      subject: { kind: 'credit-limit', id: found.id },
      about: on === 'group' ? "end of a group's last limit" : 'end of the last limit in its currency',
      given: { amountMinor, currency },
      what: { on, ends: found.id, amount: formatAmount(amountMinor, currency), currency },
      payload: { end: found.id },
      reason,
    });
    return answerOfAsking(asked);
  });
}

/**
 * Whether something that this limit judges would be judged by nothing of its account any more: then a group has no limit, and a payer is
 * judged by its limit in another currency. A payer without any limit is held. Locks the account, so that two ends see each other.
 */
async function freesByEnding({ tx, at }: Work, { id, accountId, validFrom }: LimitCase): Promise<boolean> {
  await lockAccounts(tx, [accountId]);
  const { rows } = await sql<{ frees: boolean }>`
    select not exists (select from credit_limit o where o.account_id = a.id and o.id <> ${id}::uuid and o.revoked_at is null
        and o.valid_from <= greatest(${at.today}::date, ${validFrom}::date))
      and (a.kind = 'group' or exists (select from credit_account x join credit_limit l on l.account_id = x.id and l.revoked_at is null
        where x.kind = a.kind and x.code = a.code and x.id <> a.id)) as frees
    from credit_account a where a.id = ${accountId}::uuid`.execute(tx);
  return rows[0]?.frees ?? false;
}

async function lockLimit(tx: Tx, actor: Actor, id: string): Promise<LimitCase> {
  const { rows } = await sql<LimitCase>`
    select l.id, a.id as "accountId", c.id as "customerId", a.kind as "on", l.kind, l.amount_minor as "amountMinor", a.currency,
      l.valid_from as "validFrom", l.valid_until as "validUntil", l.revoked_at is not null as ended
    from credit_limit l join credit_account a on a.id = l.account_id
      join credit_bearer b on a.kind = 'payer' and a.code = b.code or a.kind = 'group' and a.code = b.group_code join customer c on c.id = b.customer_id
    where (l.external_id = ${id} or l.id = ${isOurId(id) ? id : null}::uuid) and ${seesCustomer(actor)} and ${seesBearer(actor)} order by c.id limit 1`.execute(
    tx,
  );
  const found = rows[0];
  if (!found) throw new Refusal('not-found', { id });
  await sql`select from customer where id = ${found.customerId}::uuid for no key update`.execute(tx);
  return found;
}

async function endNow({ tx, at }: Work, id: string, reason: string): Promise<Written<EndedLimit> | Unchanged<EndedLimit>> {
  const found = await lockLimit(tx, { kind: 'system', id: 'acts', role: 'system', scope: {} }, id);
  await lockAccounts(tx, [found.accountId]);
  const gone = await sql`
    update credit_limit set revoked_at = ${at.now}::timestamptz where id = ${found.id}::uuid and revoked_at is null`.execute(tx);
  if (gone.numAffectedRows === 0n) return { value: { id: found.id, changed: false }, audit: null };
  await sql`update credit_account set version = version + 1 where id = ${found.accountId}::uuid`.execute(tx);
  const { customerId, on, kind, amountMinor, currency, validUntil } = found;
  const about = { subjectKind: 'credit-limit', subjectId: found.id, customerId };
  return {
    value: { id: found.id, changed: true },
    audit: [
      {
        ...about,
        action: 'credit-limit.ended',
        reason,
        before: { validUntil },
        after: { on, kind, amountMinor, currency, endedAt: at.now },
      },
    ],
    asks: await holdsOf(tx, [found.accountId]),
    events: [{ ...about, kind: 'credit-limit.ended', data: { kind, currency } }],
  };
}
