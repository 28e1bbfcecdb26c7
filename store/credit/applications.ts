import { sql } from 'kysely';
import type { Actor } from '../../domain/platform/actor.ts';
import { addDays, addMs } from '../../domain/platform/calendar.ts';
import type { BusinessDate } from '../../domain/platform/calendar.ts';
import { Refusal, invalidAt } from '../../domain/platform/refusal.ts';
import { workflowId } from '../../domain/platform/subject.ts';
import { parseAmount } from '../../domain/platform/money.ts';
import { missingFor } from '../../domain/credit/application.ts';
import type { ApplicationKind, ApplicationState, Offer } from '../../domain/credit/application.ts';
import type { Tx } from '../platform/database.ts';
import { LostRace, isOurId } from '../platform/rows.ts';
import { seesCustomer } from '../access/scope.ts';
import { write, eventOf } from '../platform/transaction.ts';
import type { Store, Work } from '../platform/transaction.ts';
import { contentHash } from '../platform/content-hash.ts';
import { noEffects } from '../platform/effects.ts';
import type { Effects } from '../platform/effects.ts';

/** What somebody asks for: the limit as a decimal string, in the customer's currency when none is named. */
export interface NewApplication {
  externalId: string;
  /** The caller's id of the customer, or ours. */
  customer: string;
  kind: ApplicationKind;
  requested: { limit: string | null; currency: string | null; termsDays: number | null; validUntil: BusinessDate | null };
  reason: string;
}

export interface SubmittedApplication {
  id: string;
  externalId: string;
  workflowId: string;
  state: ApplicationState;
  created: boolean;
}

/**
 * Takes in an application for credit; its process gathers, scores and routes it. The same again is the same application. Throws Refusal
 * `customer-unknown`, `limit-missing`, or `already-exists` for other content, or while
 * one of the kind is open.
 */
export async function submitApplication(store: Store, actor: Actor, asked: NewApplication): Promise<SubmittedApplication> {
  const { current } = await store.policies.current();
  const rules = current['credit-rules'].content;
  return write<SubmittedApplication>(store, actor, async (work) => {
    const { tx, at } = work;
    const customer = await lockCustomer(tx, actor, asked.customer);
    const offer = offerOf(asked, customer.currency);
    const hash = contentHash({ ...asked, customer: customer.id });
    const known = await standing(tx, asked.externalId);
    if (known) {
      if (known.hash !== hash || known.customerId !== customer.id)
        throw new Refusal('already-exists', { id: asked.externalId }, { pointer: '/externalId' });
      const { id, state } = known;
      return {
        value: { id, externalId: asked.externalId, workflowId: workflowId('credit-application', id), state, created: false },
        audit: null,
      };
    }
    lookAt(asked.kind, offer, at.today, rules.limits.temporaryMaxDays);
    const { id, effects } = await insertApplication(work, {
      ...{ externalId: asked.externalId, customerId: customer.id, kind: asked.kind, offer, reason: asked.reason, hash },
      requestedBy: actor.id,
      requestedRole: actor.role,
      expiryDays: rules.applications.expiryDays,
    });
    const [first, ...more] = effects.audit;
    if (!first) throw new Error('an application was written without a record');
    const value = {
      id,
      externalId: asked.externalId,
      workflowId: workflowId('credit-application', id),
      state: 'assessing' as const,
      created: true,
    };
    return { ...effects, value, audit: [first, ...more] };
  });
}

function offerOf({ requested }: NewApplication, own: string): Offer {
  const { limit, termsDays, validUntil } = requested;
  const currency = requested.currency ?? own;
  if (limit === null) return { limitMinor: null, currency, termsDays, validUntil };
  const parsed = parseAmount(limit, currency);
  if (!parsed.ok) throw new Refusal(parsed.code, { value: limit, currency }, { pointer: '/requested/limit' });
  return { limitMinor: parsed.minor, currency, termsDays, validUntil };
}

async function lockCustomer(tx: Tx, actor: Actor, customer: string): Promise<{ id: string; currency: string }> {
  const { rows } = await sql<{ id: string; currency: string }>`
    select c.id, c.currency from customer c
    where (c.external_id = customer_now(${customer}) or c.id = ${isOurId(customer) ? customer : null}::uuid) and ${seesCustomer(actor)}
    order by c.external_id = customer_now(${customer}) desc limit 1 for no key update of c`.execute(tx);
  const row = rows[0];
  if (!row) throw new Refusal('customer-unknown', { customer }, { pointer: '/customer' });
  return row;
}

async function standing(
  tx: Tx,
  externalId: string,
): Promise<{ id: string; state: ApplicationState; hash: string; customerId: string } | undefined> {
  const { rows } = await sql<{ id: string; state: ApplicationState; hash: string; customerId: string }>`
    select id, state, content_hash as hash, customer_id as "customerId" from credit_application where external_id = ${externalId}`.execute(
    tx,
  );
  return rows[0];
}

function lookAt(kind: ApplicationKind, offer: Offer, today: BusinessDate, temporaryMaxDays: number): void {
  const missing = missingFor(kind, offer);
  if (missing) throw new Refusal('limit-missing', { what: missing }, { pointer: `/requested/${missing}` });
  const { validUntil } = offer;
  const latest = kind === 'temporary' ? addDays(today, temporaryMaxDays) : null;
  if (validUntil !== null && (validUntil < today || (latest !== null && validUntil > latest)))
    throw validUntil < today
      ? invalidAt('/requested/validUntil', 'too-early', { date: validUntil, earliest: today })
      : invalidAt('/requested/validUntil', 'too-late', { date: validUntil, latest: latest ?? '' });
}

/** What is written of an application; `submitApplication` and reviews make them. */
export interface ApplicationRow {
  externalId: string;
  customerId: string;
  kind: ApplicationKind;
  offer: Offer;
  reason: string;
  requestedBy: string;
  requestedRole: string;
  hash: string;
  expiryDays: number;
}

/** Writes a new application and asks its process. Throws Refusal `already-exists` while one of the kind is open. */
export async function insertApplication({ tx, at }: Work, row: ApplicationRow): Promise<{ id: string; effects: Effects }> {
  const { offer, customerId, kind, externalId } = row;
  const { rows: open } = await sql<{ externalId: string }>`
    select external_id as "externalId" from credit_application where customer_id = ${customerId}::uuid and kind = ${kind}
      and state in ('assessing', 'awaiting-decision', 'returned')`.execute(tx);
  if (open[0]) throw new Refusal('already-exists', { id: open[0].externalId }, { pointer: '/kind' });
  const { rows } = await sql<{ id: string }>`
    insert into credit_application (external_id, customer_id, kind, limit_minor, currency, terms_days, valid_until, offer, reason, requested_by,
      requested_role, content_hash, submitted_at, expires_at, plan_at)
    values (${externalId}, ${customerId}::uuid, ${kind}, ${offer.limitMinor}, ${offer.currency}, ${offer.termsDays}, ${offer.validUntil}::date,
      ${JSON.stringify(offer)}::jsonb, ${row.reason}, ${row.requestedBy}, ${row.requestedRole}, ${row.hash}, ${at.now}::timestamptz,
      ${addMs(at.now, row.expiryDays * 86_400_000)}::timestamptz, ${at.now}::timestamptz)
    on conflict (external_id) do nothing returning id`.execute(tx);
  const id = rows[0]?.id;
  if (id === undefined) throw new LostRace('an application was submitted meanwhile');
  const audit = {
    ...{
      action: 'credit-application.submitted',
      subjectKind: 'credit-application',
      subjectId: id,
      customerId,
      reason: row.reason,
    },
    after: { externalId, kind, ...offer, amountMinor: offer.limitMinor, requestedBy: row.requestedBy },
  };
  const effects = {
    ...noEffects(),
    audit: [audit],
    asks: [{ subject: workflowId('credit-application', id), kind: 'credit-application' as const, customerId }],
    events: [{ ...eventOf(audit), data: { externalId, kind, state: 'assessing' } }],
  };
  return { id, effects };
}
