import { sql } from 'kysely';
import { addMs } from '../domain/kernel/calendar.ts';
import type { Instant } from '../domain/kernel/calendar.ts';
import type { Channel } from '../domain/collection/governor.ts';
import { byUs } from './contact-log.ts';
import type { Tx } from './database.ts';
import type { Departures } from './departures.ts';
import { addressHash, normalAddress } from './opt-outs.ts';
import type { Moment } from './transaction.ts';
import type { Person } from '../domain/collection/outreach-facts.ts';

const WEEK_MS = 7 * 86_400_000;

/** Somebody at a customer's, as the record holds them. */
export interface PersonJson {
  id: string;
  name: string;
  role: string;
  language: 'zh' | 'en';
  position: number;
  email: string | null;
  sms: string | null;
  wecom: string | null;
}

/**
 * The message (alias m) reached somebody, or is on its way. What stayed in the outbox is a contact only while nothing at all leaves: a
 * rehearsal keeps to the caps and the ramp as the days after it will.
 */
export const isContact = ({ live }: Pick<Departures, 'live'>) =>
  sql<boolean>`(m.state not in ('failed', 'dropped', 'deferred') and (not m.outbox or ${live === null}))`;

const hashesOf = (p: PersonJson) => ({
  email: p.email ? addressHash('email', p.email) : null,
  sms: p.sms ? addressHash('sms', p.sms) : null,
  wecom: p.wecom ? addressHash('wecom', p.wecom) : null,
});

/**
 * People with their usable addresses, opt-outs and contacts of the week: those to their addresses, and to anybody at the customer's. A call
 * or visit that a person logged counts like a message.
 */
export async function readPeople(
  tx: Tx,
  customerId: string,
  people: readonly PersonJson[],
  at: Moment,
  departures: Pick<Departures, 'live'>,
): Promise<Person[]> {
  const hashes = people.map(hashesOf);
  const texts = (channel: 'email' | 'sms') => people.flatMap((p) => (p[channel] ? [normalAddress(channel, p[channel])] : []));
  const all = hashes.flatMap((h) => [h.email, h.sms, h.wecom].filter((hash) => hash !== null));
  const { rows: found } = await sql<{
    /** Of what was logged the address itself. */
    hash: string | null;
    channel: Channel | null;
    own: boolean;
    at: Instant | null;
    what: 'sent' | 'logged' | 'bad' | 'out';
  }>`
    select address_hash as hash, channel, customer_id = ${customerId}::uuid as own, sending_at as at, 'sent' as what from message m
      where (customer_id = ${customerId}::uuid or address_hash = any(${all})) and ${isContact(departures)}
        and sending_at > ${addMs(at.now, -WEEK_MS)}::timestamptz
    union all
    select null, null, true, at, 'sent' from contact_log l
      where customer_id = ${customerId}::uuid and at > ${addMs(at.now, -WEEK_MS)}::timestamptz and ${byUs}
    union all
    select p.email, 'email', false, l.at, 'logged'
      from contact p join contact_log l on l.customer_id = p.customer_id and l.contact_id = p.external_id
      where lower(p.email) = any(${texts('email')}) and p.customer_id <> ${customerId}::uuid
        and l.at > ${addMs(at.now, -WEEK_MS)}::timestamptz and ${byUs}
    union all
    select p.mobile, 'sms', false, l.at, 'logged'
      from contact p join contact_log l on l.customer_id = p.customer_id and l.contact_id = p.external_id
      where p.mobile = any(${texts('sms')}) and p.customer_id <> ${customerId}::uuid
        and l.at > ${addMs(at.now, -WEEK_MS)}::timestamptz and ${byUs}
    union all
    select distinct address_hash, channel, false, null::timestamptz, 'bad' from message
      where address_hash = any(${all}) and state = 'failed' and reason = 'bad-address'
    union all
    select address_hash, channel, false, null::timestamptz, 'out' from opt_out where address_hash = any(${all}) and lifted_at is null`.execute(
    tx,
  );
  const rows = found.map((row) =>
    row.what === 'logged' && row.hash !== null && row.channel !== null
      ? { ...row, what: 'sent' as const, hash: addressHash(row.channel, row.hash) }
      : row,
  );
  return people.map((p, index) => {
    const own = hashes[index] ?? { email: null, sms: null, wecom: null };
    const marked = (what: 'bad' | 'out', channel: 'email' | 'sms' | 'wecom'): boolean =>
      rows.some((row) => row.what === what && row.hash === own[channel]);
    const usable = (channel: 'email' | 'sms' | 'wecom', address: string | null) =>
      address && !marked('bad', channel) ? { [channel]: address } : {};
    return {
      id: p.id,
      name: p.name,
      role: p.role,
      language: p.language,
      position: p.position,
      addresses: { ...usable('email', p.email), ...usable('sms', p.sms), ...usable('wecom', p.wecom) },
      optedOut: (['email', 'sms', 'wecom'] as const).filter((channel) => marked('out', channel)),
      history: rows.flatMap((row) =>
        row.what === 'sent' && row.at && (row.own || (row.hash !== null && Object.values(own).includes(row.hash)))
          ? [row.at]
          : [],
      ),
    };
  });
}
