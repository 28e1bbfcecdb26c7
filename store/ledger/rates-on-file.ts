import { sql } from 'kysely';
import type { BusinessDate } from '../../domain/platform/calendar.ts';
import type { Database, Tx } from '../platform/database.ts';
import { ratesOf } from '../../domain/ledger/rates.ts';
import type { DatedRate, RateOf } from '../../domain/ledger/rates.ts';

/** The rates on file at or before a day: the newest of each way in which they were told. */
export async function readRates(db: Database | Tx, on: BusinessDate): Promise<RateOf> {
  const { rows } = await sql<DatedRate>`
    select distinct on (base, quote) base, quote, on_date as "on", rate::text from exchange_rate where on_date <= ${on}::date
    order by base, quote, on_date desc`.execute(db);
  return ratesOf(rows);
}
