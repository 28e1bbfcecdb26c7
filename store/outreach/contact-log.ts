import { sql } from 'kysely';
import type { Actor } from '../../domain/platform/actor.ts';
import { addMs } from '../../domain/platform/calendar.ts';
import type { Instant } from '../../domain/platform/calendar.ts';
import { Refusal, invalidAt } from '../../domain/platform/refusal.ts';
import { notYet } from '../platform/moments.ts';
import { judgeLogged } from '../../domain/outreach/governor.ts';
import type { ContactWarning } from '../../domain/outreach/governor.ts';
import { contactsWith } from './contacts-made.ts';
import type { Tx } from '../platform/database.ts';
import { addressHash } from './opt-outs.ts';
import { findReceivable } from '../ledger/receivable-case.ts';
import { isOurId } from '../platform/rows.ts';
import { seesCustomer } from '../access/scope.ts';
import { write, eventOf } from '../platform/transaction.ts';
import type { Store } from '../platform/transaction.ts';

const WEEK_MS = 7 * 86_400_000;

export const contactKinds = ['call', 'visit', 'email', 'other'] as const;

export interface LoggedContact {
  /** The caller's id of the customer, or ours. */
  customer: string;
  receivable: string | null;
  kind: (typeof contactKinds)[number];
  /** Who was spoken to, by the caller's id of the contact. */
  contact: string | null;
  outcome: string;
  note: string;
  /** Null: now. */
  at: Instant | null;
}

/** What the contact rules say against a contact of a person: outside hours, beyond the caps, to whoever wants no more. Throws Refusal at `/contact`. */
async function warningsOf(
  tx: Tx,
  store: Store,
  { customerId, contact, kind, at }: { customerId: string; at: Instant } & Pick<LoggedContact, 'contact' | 'kind'>,
): Promise<ContactWarning[]> {
  const { current, calendar } = await store.policies.current();
  const people = await tx
    .selectFrom('contact')
    .select(['email', 'mobile as sms', 'wecom'])
    .where('customer_id', '=', customerId)
    .where((eb) => (contact === null ? eb('active', '=', true) : eb('external_id', '=', contact)))
    .execute();
  if (contact !== null && people.length === 0) throw invalidAt('/contact', 'contact-unknown', { contact });
  const hashes = people.flatMap(({ email, sms, wecom }) => [
    ...(email ? [addressHash('email', email)] : []),
    ...(sms && kind !== 'email' ? [addressHash('sms', sms)] : []),
    ...(wecom && kind !== 'email' ? [addressHash('wecom', wecom)] : []),
  ]);
  const out = await sql`select from opt_out where address_hash = any(${hashes}) and lifted_at is null limit 1`.execute(tx);
  // Without a name it was anybody at the customer's, known elsewhere or not.
  const nobody = { email: null, sms: null, wecom: null };
  const histories = await contactsWith(tx, customerId, contact === null ? [nobody] : people, {
    after: addMs(at, -WEEK_MS),
    until: at,
    counts: sql<boolean>`(m.state not in ('failed', 'dropped', 'deferred') and not m.outbox)`,
  });
  const history = histories.flat();
  const rules = current['contact-rules'].content;
  return judgeLogged({ rules, calendar, at, history, optedOut: out.rows.length > 0 });
}

/**
 * Logs a call, visit or other contact a person made. It moves no rung; it stands in the timeline and counts in the caps of what the product
 * sends. What the contact rules say against it is kept and answered: a fact is never refused for it.
 */
export async function logContact(
  store: Store,
  actor: Actor,
  entry: LoggedContact,
  reason: string | null,
): Promise<{ id: string; at: Instant; warnings: ContactWarning[] }> {
  return write(store, actor, async ({ tx, at: moment }) => {
    const at = entry.at ?? moment.now;
    if (at > moment.now) throw notYet(store, at, moment, '/at');
    const { rows } = await sql<{ id: string }>`
      select c.id from customer c where (c.external_id = customer_now(${entry.customer}) or c.id = ${isOurId(entry.customer) ? entry.customer : null}::uuid)
        and ${seesCustomer(actor)} order by c.external_id = customer_now(${entry.customer}) desc limit 1`.execute(tx);
    const customerId = rows[0]?.id;
    if (customerId === undefined) throw new Refusal('customer-unknown', { customer: entry.customer }, { pointer: '/customer' });
    const receivable = entry.receivable === null ? null : await findReceivable(tx, actor, entry.receivable, '/receivable');
    if (entry.receivable !== null && receivable?.customerId !== customerId) {
      throw new Refusal('receivable-unknown', { receivable: entry.receivable }, { pointer: '/receivable' });
    }
    const warnings = await warningsOf(tx, store, { customerId, contact: entry.contact, kind: entry.kind, at });
    const { id } = await tx
      .insertInto('contact_log')
      .values({
        customer_id: customerId,
        receivable_id: receivable?.id ?? null,
        kind: entry.kind,
        contact_id: entry.contact,
        outcome: entry.outcome,
        note: entry.note,
        at,
        by_actor: actor.id,
        warnings,
      })
      .returning('id')
      .executeTakeFirstOrThrow();
    const after = {
      kind: entry.kind,
      contact: entry.contact,
      outcome: entry.outcome,
      note: entry.note,
      at,
      receivableId: receivable?.id ?? null,
      ...(warnings.length > 0 && { warnings }),
    };
    const audit = { action: 'contact.logged', subjectKind: 'contact-log', subjectId: id, customerId, reason, after };
    return { value: { id, at, warnings }, audit: [audit], events: [eventOf(audit)] };
  });
}
