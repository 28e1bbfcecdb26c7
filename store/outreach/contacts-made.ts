import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { Instant } from '../../domain/platform/calendar.ts';
import type { Tx } from '../platform/database.ts';
import { addressHash, normalAddress } from './opt-outs.ts';

/** The addresses of somebody, by which the same person is known at other customers. */
export interface Reachable {
  email: string | null;
  sms: string | null;
  wecom: string | null;
}

/** Contacts that our people made; the alias l is contact_log. What a customer sent us is none. */
export const byUs = sql`l.by_actor <> 'twilio'`;

const channels = ['email', 'sms', 'wecom'] as const;
const spelled = (people: readonly Reachable[], channel: (typeof channels)[number]): string[] =>
  people.flatMap(({ [channel]: address }) => (address ? [normalAddress(channel, address)] : []));
const samePerson = (a: Reachable, b: Reachable): boolean =>
  channels.some((channel) => {
    const [one, other] = [a[channel], b[channel]];
    return one !== null && other !== null && normalAddress(channel, one) === normalAddress(channel, other);
  });

interface Row extends Reachable {
  id: string;
  at: Instant;
  /** At this customer, to whomever. */
  own: boolean;
  /** Of a message: where it went. */
  hash: string | null;
}

/**
 * When each of these people of a customer was contacted: everybody at the customer's counts, and whoever has an address of theirs at another
 * customer is the same person, whichever address was used there. After `after`, up to and including `until`; `counts` says which messages
 * (alias m) are contacts.
 */
export async function contactsWith(
  tx: Tx,
  customerId: string,
  people: readonly Reachable[],
  of: { after: Instant; until: Instant | null; counts: RawBuilder<boolean> },
): Promise<Instant[][]> {
  const all = people.flatMap((p) => channels.flatMap((channel) => (p[channel] ? [addressHash(channel, p[channel])] : [])));
  const within = (instant: string) =>
    sql`${sql.ref(instant)} > ${of.after}::timestamptz and (${of.until}::timestamptz is null or ${sql.ref(instant)} <= ${of.until}::timestamptz)`;
  const { rows } = await sql<Row>`
    with elsewhere as (
      select p.customer_id, p.external_id, p.email, p.mobile, p.wecom from contact p where p.customer_id <> ${customerId}::uuid
        and (lower(p.email) = any(${spelled(people, 'email')}) or p.mobile = any(${spelled(people, 'sms')}) or p.wecom = any(${spelled(people, 'wecom')})))
    select m.id, m.sending_at as at, m.customer_id = ${customerId}::uuid as own, m.address_hash as hash,
        null::text as email, null::text as sms, null::text as wecom from message m
      where (m.customer_id = ${customerId}::uuid or m.address_hash = any(${all})) and ${of.counts} and ${within('m.sending_at')}
    union all
    select m.id, m.sending_at, false, null, e.email, e.mobile, e.wecom
      from elsewhere e join message m on m.customer_id = e.customer_id and m.contact_id = e.external_id
      where ${of.counts} and ${within('m.sending_at')}
    union all
    select l.id, l.at, true, null, null, null, null from contact_log l
      where l.customer_id = ${customerId}::uuid and ${byUs} and ${within('l.at')}
    union all
    select l.id, l.at, false, null, e.email, e.mobile, e.wecom
      from elsewhere e join contact_log l on l.customer_id = e.customer_id and l.contact_id = e.external_id
      where ${byUs} and ${within('l.at')}`.execute(tx);
  return people.map((person) => {
    const hashes = channels.flatMap((channel) => (person[channel] ? [addressHash(channel, person[channel])] : []));
    const theirs = rows.filter((row) => row.own || (row.hash !== null && hashes.includes(row.hash)) || samePerson(row, person));
    // One message is found by its address and by its contact.
    return [...new Map(theirs.map(({ id, at }) => [id, at])).values()];
  });
}
