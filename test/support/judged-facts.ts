import { Arrivals } from '../../stack/first-run/arrivals.ts';
import type { Arrival } from '../../stack/first-run/arrivals.ts';
import { openDispute, resolveDispute } from '../../store/ledger/disputes.ts';
import type { Store } from '../../store/platform/transaction.ts';
import { erp } from './actors.ts';
import { factsOf } from './facts.ts';
import { shanghai } from './shanghai.ts';
import type { JudgedInvoice } from './ledger-judge.ts';

const plus = (day: string, n: number): string => new Date(Date.parse(day) + n * 86_400_000).toISOString().slice(0, 10);

/**
 * Invoices of a made-up ledger, all falling due within three days, so that many processes act in the same hours: a fifth is paid before
 * any contact, a fifth after the first reminder, a fifth after the second, the rest never; every seventh is disputed for a while.
 */
export function crowdedLedger(count: number, customers: number, from: string): JudgedInvoice[] {
  return Array.from({ length: count }, (_, n) => {
    const issued = plus(from, n % 3);
    const due = plus(issued, 7);
    const paid = [plus(issued, 2), plus(due, 3), plus(due, 9), null, null][n % 5] ?? null;
    const dispute = n % 7 === 0 ? { from: plus(issued, 1), to: n % 2 === 0 ? plus(due, 2) : null } : null;
    const settled = dispute && paid !== null && (dispute.to === null || dispute.to >= paid);
    const id = `L-${String(n + 1).padStart(4, '0')}`;
    const amountMinor = 10_000 + n * 7;
    return { id, customer: `LC-${(n % customers) + 1}`, issued, due, paid, amountMinor, dispute: settled ? null : dispute };
  });
}

/** The documents of a ledger as they come in at 08:00 of their day: invoices first, then disputes, their ends, and money. */
export async function arrivalsOf(store: Store, ledger: readonly JudgedInvoice[], from: string): Promise<Arrivals> {
  const facts = factsOf(store);
  for (const customer of new Set(ledger.map((one) => one.customer))) await facts.customer(customer);
  const receivables = new Map<string, string>();
  const disputes = new Map<string, string>();
  const amountOf = (one: JudgedInvoice): string => (one.amountMinor / 100).toFixed(2);
  const on = (lane: string, day: string | null | undefined, send: () => Promise<void>): Arrival[] =>
    day ? [{ at: shanghai(day, '08:00'), lane, send }] : [];
  const arrivals = [
    ...ledger.flatMap((one) =>
      on(one.customer, one.issued, async () => {
        const { id, customer, issued, due } = one;
        receivables.set(id, await facts.invoice({ id, customer, amount: amountOf(one), issued, due }));
      }),
    ),
    ...ledger.flatMap((one) =>
      on(one.customer, one.dispute?.from, async () => {
        const disputed = { amount: amountOf(one), category: 'quality' as const, note: one.id };
        disputes.set(one.id, (await openDispute(store, erp, receivables.get(one.id) ?? '', disputed, null)).id);
      }),
    ),
    ...ledger.flatMap((one) =>
      on(one.customer, one.dispute?.to, async () => {
        await resolveDispute(store, erp, disputes.get(one.id) ?? '', {
          state: 'rejected',
          note: 'looked into',
          reason: null,
          agreed: false,
        });
      }),
    ),
    ...ledger.flatMap((one) =>
      on(one.customer, one.paid, async () => {
        const { id, customer, paid } = one;
        await facts.pay({ id: `P-${id}`, customer, amount: amountOf(one), on: paid ?? '', invoice: id });
      }),
    ),
  ];
  return new Arrivals(arrivals, shanghai(from), new AbortController().signal);
}
