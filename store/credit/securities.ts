import { sql } from 'kysely';
import type { Actor } from '../../domain/platform/actor.ts';
import type { BusinessDate } from '../../domain/platform/calendar.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import type { SecurityFact } from '../../domain/credit/exposure.ts';
import type { Database, Tx } from '../platform/database.ts';
import { isOurId, LostRace } from '../platform/rows.ts';
import { seesBearer, seesCustomer } from '../access/scope.ts';
import { write } from '../platform/transaction.ts';
import type { Store } from '../platform/transaction.ts';
import { holdsOf, lockAccounts, openAccount } from './accounts.ts';
import { contentHash } from '../platform/content-hash.ts';

export const securityKinds = ['guarantee', 'deposit', 'insurance', 'mortgage', 'letter-of-credit', 'other'] as const;
export type SecurityKind = (typeof securityKinds)[number];

/** Security a customer gave, as its sender has it. */
export interface SecurityDocument {
  externalId: string;
  customer: string;
  kind: SecurityKind;
  effect: SecurityFact['effect'];
  valueMinor: number;
  currency: string;
  /** What of the value counts: the percentage that raises the limit, or 1 − haircut. */
  share: string;
  validFrom: BusinessDate;
  validUntil: BusinessDate | null;
  evidence: Readonly<Record<string, unknown>> | null;
}

interface Standing {
  id: string;
  accountId: string;
  customerId: string;
  contentHash: string;
  released: boolean;
  document: unknown;
}

/** Puts security on the account that bears a customer, or corrects it; holds that it may free look again. Throws Refusal `already-exists` when it was released. */
export async function putSecurity(
  store: Store,
  actor: Actor,
  document: SecurityDocument,
  reason: string | null,
): Promise<{ id: string; externalId: string; changed: boolean; created: boolean }> {
  type Put = { id: string; externalId: string; changed: boolean; created: boolean };
  return write<Put>(store, actor, async (work) => {
    const { tx } = work;
    const { externalId } = document;
    const customerId = await lockBorne(tx, actor, document.customer);
    const account = await openAccount(work, customerId, document.currency);
    await lockAccounts(tx, [account]);
    const standing = await readStanding(tx, externalId);
    if (standing && standing.accountId !== account) throw new Refusal('other-customer', {}, { pointer: '/customer' });
    if (standing?.contentHash === contentHash(document))
      return { value: { id: standing.id, externalId, changed: false, created: false }, audit: null };
    if (standing?.released) throw new Refusal('already-exists', { id: externalId }, { pointer: '/externalId' });
    const id = await writeSecurity(tx, account, document);
    await bump(tx, account);
    const about = { subjectKind: 'security', subjectId: id, customerId };
    const action = standing ? 'security.changed' : 'security.given';
    return {
      value: { id, externalId, changed: true, created: !standing },
      audit: [{ ...about, action, reason, ...(standing && { before: standing.document }), after: document }],
      asks: await holdsOf(tx, [account]),
      events: [{ ...about, kind: action }],
    };
  });
}

/** Gives security back: it no longer counts. Again changes nothing. Throws Refusal `not-found`. */
export async function releaseSecurity(
  store: Store,
  actor: Actor,
  id: string,
  reason: string | null,
): Promise<{ id: string; changed: boolean }> {
  return write<{ id: string; changed: boolean }>(store, actor, async ({ tx, at }) => {
    const { rows } = await sql<{ id: string; accountId: string; customerId: string; released: boolean }>`
      select s.id, s.account_id as "accountId", c.id as "customerId", s.released_at is not null as released
      from security s join credit_account a on a.id = s.account_id join credit_member m on m.account_id = a.id join customer c on c.id = m.customer_id
      where (s.external_id = ${id} or s.id = ${isOurId(id) ? id : null}::uuid) and ${seesCustomer(actor)} and ${seesBearer(actor)} order by c.id limit 1`.execute(
      tx,
    );
    const found = rows[0];
    if (!found) throw new Refusal('not-found', { id });
    await lockAccounts(tx, [found.accountId]);
    const gone = await sql`
      update security set released_at = ${at.now}::timestamptz where id = ${found.id}::uuid and released_at is null`.execute(tx);
    if (gone.numAffectedRows === 0n) return { value: { id: found.id, changed: false }, audit: null };
    await bump(tx, found.accountId);
    const about = { subjectKind: 'security', subjectId: found.id, customerId: found.customerId };
    return {
      value: { id: found.id, changed: true },
      audit: [{ ...about, action: 'security.released', reason, before: { releasedAt: null }, after: { releasedAt: at.now } }],
      events: [{ ...about, kind: 'security.released' }],
    };
  });
}

/** Locks a customer the actor may see, by its external id. Throws Refusal `customer-unknown`. */
export async function lockCustomer(tx: Tx, actor: Actor, code: string): Promise<string> {
  const { rows } = await sql<{ id: string }>`
    select c.id from customer c where c.external_id = customer_now(${code}) and ${seesCustomer(actor)} for no key update of c`.execute(
    tx,
  );
  const id = rows[0]?.id;
  if (id === undefined) throw new Refusal('customer-unknown', { customer: code }, { pointer: '/customer' });
  return id;
}

/**
 * The same for what is written on the account that bears the customer: its payer is the actor's to see too. Throws Refusal
 * `customer-unknown`, `payer-out-of-scope`.
 */
export async function lockBorne(tx: Tx, actor: Actor, code: string): Promise<string> {
  const id = await lockCustomer(tx, actor, code);
  const { rows } = await sql`
    select 1 from credit_bearer b join customer p on p.id = b.payer_id where b.customer_id = ${id}::uuid and not ${seesCustomer(actor, 'p')}`.execute(
    tx,
  );
  if (rows.length > 0) throw new Refusal('payer-out-of-scope', { customer: code }, { pointer: '/customer' });
  return id;
}

async function readStanding(tx: Tx, externalId: string): Promise<Standing | undefined> {
  const { rows } = await sql<Standing>`
    select s.id, s.account_id as "accountId", s.content_hash as "contentHash", s.released_at is not null as released,
      jsonb_build_object('kind', s.kind, 'effect', s.effect, 'valueMinor', s.value_minor, 'share', s.share::text, 'validFrom', s.valid_from,
        'validUntil', s.valid_until, 'evidence', s.evidence) as document
    from security s where s.external_id = ${externalId}`.execute(tx);
  return rows[0];
}

async function writeSecurity(tx: Tx, account: string, document: SecurityDocument): Promise<string> {
  const { externalId, kind, effect, valueMinor, share, validFrom, validUntil, evidence } = document;
  const values = {
    kind,
    effect,
    value_minor: valueMinor,
    share,
    valid_from: validFrom,
    valid_until: validUntil,
    evidence: evidence === null ? null : JSON.stringify(evidence),
    content_hash: contentHash(document),
  };
  const row = await tx
    .insertInto('security')
    .values({ external_id: externalId, account_id: account, ...values })
    .onConflict((conflict) => conflict.column('external_id').doUpdateSet(values).where('security.account_id', '=', account))
    .returning('id')
    .executeTakeFirst();
  if (!row) throw new LostRace('security was given meanwhile');
  return row.id;
}

const bump = (tx: Tx, account: string): Promise<unknown> =>
  sql`update credit_account set version = version + 1 where id = ${account}::uuid`.execute(tx);

export type SecurityRow = Omit<SecurityDocument, 'customer'> & { id: string; account: string; releasedAt: string | null };

/** Security on the account of a customer's payer, newest first, before the id `after`. */
export async function listSecurities(
  db: Database,
  actor: Actor,
  filter: { customer: string; after?: string | undefined },
  limit: number,
): Promise<SecurityRow[]> {
  const { rows } = await sql<SecurityRow>`
    select s.id, s.external_id as "externalId", a.code as account, s.kind, s.effect, s.value_minor as "valueMinor", a.currency, s.share::text as share,
      s.valid_from as "validFrom", s.valid_until as "validUntil", s.evidence, s.released_at as "releasedAt"
    from customer c join credit_bearer b on b.customer_id = c.id join credit_account a on a.kind = 'payer' and a.code = b.code
      join security s on s.account_id = a.id
    where ${seesCustomer(actor)} and (c.external_id = ${filter.customer} or c.id = ${isOurId(filter.customer) ? filter.customer : null}::uuid)
      and (${filter.after ?? null}::uuid is null or s.id < ${filter.after ?? null}::uuid)
    order by s.id desc limit ${limit + 1}`.execute(db);
  return rows;
}
