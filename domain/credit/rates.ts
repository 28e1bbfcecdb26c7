/** By how much the larger of two rates may exceed the smaller before a second person is asked: no currency moves by half in a month unseen. */
const TOLERANCE = 0.5;

/** Calendar days before and after the day of a rate in which others are compared with it. */
export const RATE_DAYS = 30;

/** Whether a rate differs from any of these by more than markets move in a month. Both ways give: to what is owed, or to what is paid. */
export const isUnusualRate = (rate: string, others: readonly string[]): boolean =>
  others.some((other) => {
    const [one, two] = [Number(rate), Number(other)];
    return Math.max(one, two) > Math.min(one, two) * (1 + TOLERANCE);
  });
