import { sql } from 'kysely';
import type { BusinessDate } from '../../domain/platform/calendar.ts';
import type { Database, Tx } from '../platform/database.ts';
import type { RateOf } from '../../domain/ledger/rates.ts';

/** The newest rate of each pair on file at or before a day. */
export async function readRates(db: Database | Tx, on: BusinessDate): Promise<RateOf> {
  const { rows } = await sql<Rate>`
    select distinct on (base, quote) base, quote, rate::text from exchange_rate where on_date <= ${on}::date
    order by base, quote, on_date desc`.execute(db);
  return rateOf(rows);
}

export interface Rate {
  base: string;
  quote: string;
  rate: string;
}

export function rateOf(rows: readonly Rate[]): RateOf {
  const rates = new Map(rows.map((row) => [`${row.base}/${row.quote}`, row.rate]));
  return (base, quote) => rates.get(`${base}/${quote}`) ?? null;
}
