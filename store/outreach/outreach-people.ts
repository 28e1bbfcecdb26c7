import { sql } from 'kysely';
import { addMs } from '../../domain/platform/calendar.ts';
import type { Tx } from '../platform/database.ts';
import type { Departures } from '../platform/departures.ts';
import { contactsWith } from './contacts-made.ts';
import { addressHash } from './opt-outs.ts';
import type { Moment } from '../platform/transaction.ts';
import type { Person } from '../../domain/outreach/outreach-facts.ts';

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
 * People with their usable addresses, opt-outs and contacts of the week: those at this customer, and those that the same person had anywhere
 * else, by whichever address. A call or visit that a person logged counts like a message.
 */
export async function readPeople(
  tx: Tx,
  customerId: string,
  people: readonly PersonJson[],
  at: Moment,
  departures: Pick<Departures, 'live'>,
): Promise<Person[]> {
  const hashes = people.map(hashesOf);
  const all = hashes.flatMap((h) => [h.email, h.sms, h.wecom].filter((hash) => hash !== null));
  const { rows } = await sql<{ hash: string; what: 'bad' | 'out' }>`
    select distinct address_hash as hash, 'bad' as what from message
      where address_hash = any(${all}) and state = 'failed' and reason = 'bad-address'
    union all
    select address_hash, 'out' from opt_out where address_hash = any(${all}) and lifted_at is null`.execute(tx);
  const histories = await contactsWith(tx, customerId, people, {
    after: addMs(at.now, -WEEK_MS),
    until: null,
    counts: isContact(departures),
  });
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
      history: histories[index] ?? [],
    };
  });
}
