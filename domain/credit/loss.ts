import { Decimal } from 'decimal.js';

/** Expected credit loss: what is owed in each bucket times the rate at which such money is lost, rounded half up once. */
export function expectedLossMinor(buckets: readonly { amountMinor: number; lossRate: string }[]): number {
  const loss = buckets.reduce(
    (sum, { amountMinor, lossRate }) => sum.plus(new Decimal(lossRate).times(amountMinor)),
    new Decimal(0),
  );
  return loss.toDecimalPlaces(0, Decimal.ROUND_HALF_UP).toNumber();
}
