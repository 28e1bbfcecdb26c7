import type { AuditFact } from '../../domain/platform/audit.ts';
import type { BusinessDate } from '../../domain/platform/calendar.ts';
import { settlesIn } from '../../domain/ledger/exchange.ts';
import type { Exchange, Paid, Rates } from '../../domain/ledger/exchange.ts';
import type { Tx } from '../platform/database.ts';
import { exchangeColumns } from './payment-rows.ts';
import type { LedgerItem } from './payment-rows.ts';
import type { Work } from '../platform/transaction.ts';
import type { RateOf } from '../../domain/ledger/rates.ts';
import { readRates } from './rates-on-file.ts';

/** The rates of the days on which money came that settles in another currency. */
export async function ratesFor(tx: Tx, payments: readonly { paid: Paid; items: readonly LedgerItem[] }[]): Promise<Rates> {
  const days = payments.flatMap(({ paid, items }) => (settlesIn(paid, items) === null ? [] : [paid.receivedOn]));
  const rates = new Map<BusinessDate, RateOf>();
  for (const day of new Set(days)) rates.set(day, await readRates(tx, day));
  return rates;
}

/** Turns money that has not found its place yet into the currency it settles, from now on; all of it is unapplied until it is laid. */
export async function convertPayment({ tx, at }: Work, id: string, paid: Paid, exchange: Exchange): Promise<void> {
  const { currency, amountMinor } = paid;
  await tx
    .updateTable('payment')
    .set({
      currency,
      amount_minor: amountMinor,
      unapplied_minor: amountMinor,
      converted_at: at.now,
      ...exchangeColumns(exchange),
    })
    .where('id', '=', id)
    .execute();
}

/** The entry of an exchange difference; nothing when there is none. */
export function exchangeAudits(
  { customerId, id, externalId, currency }: { customerId: string; id: string; externalId: string; currency: string },
  exchange: Exchange | null,
): AuditFact[] {
  if (!exchange || exchange.differenceMinor === 0) return [];
  const { differenceMinor } = exchange;
  const after = {
    externalId,
    currency,
    amountMinor: Math.abs(differenceMinor),
    side: differenceMinor > 0 ? 'gain' : 'loss',
    exchange,
  };
  return [{ action: 'payment.exchange-difference', subjectKind: 'payment', subjectId: id, customerId, after }];
}
