import type { BusinessDate } from '../../domain/platform/calendar.ts';
import { sumMinor } from '../../domain/platform/money.ts';
import type { LedgerDispute, LedgerInstalment, LedgerInvoice, LedgerPayment } from './ledger.ts';
import type { Row } from './row.ts';
import { disputeCategory, disputeDays } from './stable.ts';

/** An instalment while its rows are gathered. */
export interface Part extends LedgerInstalment {
  settledOn: BusinessDate | undefined;
  disputed: boolean;
  disputedOn: BusinessDate | undefined;
  resolvedOn: BusinessDate | undefined;
  row: Row;
}

/** Money for an invoice; without an instalment it goes over the invoice by due date. */
interface Money {
  on: BusinessDate;
  amountMinor: number;
  instalment: number | undefined;
  row: Row;
}

/** An invoice while its rows are gathered. */
export interface Draft {
  id: string;
  number: string;
  customer: string;
  contract: string;
  issueDate: BusinessDate;
  currency: string;
  parts: Map<number, Part>;
  money: Money[];
  rows: Row[];
}

/** The invoice its rows make, with all that became of it. */
export function invoiceOf(draft: Draft): LedgerInvoice {
  const { id, number, customer, contract, issueDate, currency } = draft;
  const parts = [...draft.parts.values()].sort((a, b) => a.no - b.no);
  const payments = paymentsOf(draft, parts);
  return {
    ...{ id, number, customer, issueDate, currency, payments },
    ...(contract && { contract }),
    instalments: parts.map(({ no, amountMinor, dueDate, kind }) => ({ ...{ no, amountMinor, dueDate }, ...(kind && { kind }) })),
    disputes: parts.flatMap((part) => disputeOf(draft, part, payments)),
  };
}

const byDay = (a: { on: BusinessDate }, b: { on: BusinessDate }): number => (a.on < b.on ? -1 : a.on > b.on ? 1 : 0);

/** The named payments in order of their days, then for each settled instalment what was still missing, on the day it was settled. */
function paymentsOf(draft: Draft, parts: readonly Part[]): LedgerPayment[] {
  const open = new Map(parts.map((part) => [part.no, part.amountMinor]));
  const byDue = [...parts].sort((a, b) => (a.dueDate < b.dueDate ? -1 : a.dueDate > b.dueDate ? 1 : a.no - b.no));
  const take = (no: number, wanted: number): { instalment: number; amountMinor: number }[] => {
    const amountMinor = Math.min(wanted, open.get(no) ?? 0);
    open.set(no, (open.get(no) ?? 0) - amountMinor);
    return amountMinor > 0 ? [{ instalment: no, amountMinor }] : [];
  };
  const paid = [...draft.money].sort(byDay).map(({ on, amountMinor, instalment, row }) => {
    let left = amountMinor;
    const shares = (instalment === undefined ? byDue.map((part) => part.no) : [instalment]).flatMap((no) => {
      const share = take(no, left);
      left -= sumMinor(share.map((one) => one.amountMinor));
      return share;
    });
    if (left > 0) row.fault(row.has('paid') ? 'paid' : 'amount', { fault: 'paid-above-amount' });
    return { on, amountMinor, shares };
  });
  const settled = parts.flatMap(({ no, amountMinor, settledOn }) =>
    settledOn === undefined
      ? []
      : take(no, amountMinor).map((share) => ({ on: settledOn, amountMinor: share.amountMinor, shares: [share] })),
  );
  return [...paid, ...settled].sort(byDay).map((payment, index) => ({ id: `P-${draft.id}-${index + 1}`, ...payment }));
}

/** The dispute of an instalment, over what was still open when it was raised. */
function disputeOf(draft: Draft, part: Part, payments: readonly LedgerPayment[]): LedgerDispute[] {
  if (!part.disputed && part.disputedOn === undefined) return [];
  const key = `${draft.id}/${part.no}`;
  const derived = disputeDays(key, draft.issueDate, settlementOf(part, payments));
  const openedOn = part.disputedOn ?? derived.openedOn;
  const resolved = part.resolvedOn ?? (part.disputedOn === undefined ? derived.resolvedOn : null);
  const resolvedOn = resolved !== null && resolved < openedOn ? openedOn : resolved;
  const before = payments.filter((payment) => payment.on < openedOn);
  const amountMinor = part.amountMinor - sumMinor(before.map((payment) => paidTo(part, payment)));
  if (amountMinor <= 0) return [];
  return [{ openedOn, resolvedOn, category: disputeCategory(key), amountMinor, instalment: part.no }];
}

const paidTo = (part: Part, payment: LedgerPayment): number =>
  sumMinor(payment.shares.filter((share) => share.instalment === part.no).map((share) => share.amountMinor));

/** The day an instalment's money was complete; null: it is not. */
function settlementOf(part: Part, payments: readonly LedgerPayment[]): BusinessDate | null {
  let open = part.amountMinor;
  for (const payment of payments) {
    open -= paidTo(part, payment);
    if (open <= 0) return payment.on;
  }
  return null;
}
