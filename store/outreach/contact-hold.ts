import { sql } from 'kysely';
import { addWorkingDays, dateOf, instantAt } from '../../domain/platform/calendar.ts';
import type { OutreachVerdict } from '../../domain/outreach/outreach.ts';
import { lockOutreach, outreachTerms } from './outreach-facts.ts';
import type { Work } from '../platform/transaction.ts';

/**
 * Puts a customer's contacts off for two working days: Postgres was restored from a backup, and a person finds out what went out
 * meanwhile. A message that is being delivered is left alone.
 */
export async function holdContacts(
  { tx, at, store }: Work,
  customer: { customerId: string; customerCode: string },
): Promise<void> {
  const { calendar, slotMinute } = await outreachTerms(store, customer.customerCode, at, { live: null, templates: null });
  const until = instantAt(addWorkingDays(calendar, dateOf(at.now, calendar.zone), 2), slotMinute, calendar.zone);
  const why: OutreachVerdict['why'] = { code: 'restored', params: {} };
  await lockOutreach(tx, customer.customerId);
  await sql`
    update outreach set seq = seq + 1, plan_step = 'compose', plan_at = ${until}::timestamptz, plan_why = ${JSON.stringify(why)}::jsonb
    where customer_id = ${customer.customerId}::uuid and plan_message is null`.execute(tx);
}
