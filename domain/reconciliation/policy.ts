import type { AmountByCurrency } from '../credit/policy.ts';
import { amountFaults } from '../platform/amount-faults.ts';
import { differenceKinds } from './difference.ts';
import type { DifferenceKind } from './difference.ts';
import { fault } from '../platform/policy-fault.ts';
import type { PolicyContext, PolicyFault } from '../platform/policy-fault.ts';

/** How two books are matched, how sure each rule is, and what follows from what does not agree. */
export interface ReconciliationPolicy {
  match: {
    /** Documents without a common number answer one another when their dates lie so many days apart at most. */
    windowDays: number;
    /** Several documents that add up to one may lie so many days from it. */
    sumWindowDays: number;
    /** A sum is looked for among so many documents at most; with more of them none is looked for. */
    sumItems: number;
    /** Amounts that differ by this at most count as equal. A currency not named: to the cent. */
    rounding: AmountByCurrency;
  };
  /** Percent. From `threshold` on a match is taken; below it a person decides. */
  confidence: {
    threshold: number;
    /** The same number, letter for letter; and the same but for spaces, hyphens and width. */
    number: number;
    similarNumber: number;
    amountDate: number;
    /** Off `amountDate`: for each day apart, and when both documents have numbers, which differ. */
    perDay: number;
    otherNumber: number;
    /** Of two documents that add up to one; and off that for each more. */
    sum: number;
    perItem: number;
  };
  /** What is dated so few days before a statement may still be on its way. */
  transitDays: number;
  /** A statement of ours shall be answered within so many days. */
  answerDays: number;
  /** The kind of work order a difference becomes once all of them together exceed the tolerance; null: none. */
  workOrders: Readonly<Record<DifferenceKind, string | null>>;
}

/** The window of sums holds that of pairs, amounts fit their currency, tasks are of kinds there are, and nothing is surer than the same number. */
export function reconciliationFaults(
  { match, confidence, workOrders }: ReconciliationPolicy,
  { kinds }: PolicyContext,
): PolicyFault[] {
  const unknown = differenceKinds.flatMap((kind) => {
    const order = workOrders[kind];
    return order === null || kinds.includes(order) ? [] : [fault(`/workOrders/${kind}`, `unknown kind of task ${order}`)];
  });
  const surer = (['similarNumber', 'amountDate', 'sum'] as const).filter((rule) => confidence[rule] > confidence.number);
  return [
    ...amountFaults('/match/rounding', match.rounding),
    ...unknown,
    ...(match.sumWindowDays < match.windowDays
      ? [fault('/match/sumWindowDays', 'the window of sums must hold that of pairs')]
      : []),
    ...surer.map((rule) => fault(`/confidence/${rule}`, 'nothing can be surer than the same number')),
    ...(confidence.threshold > confidence.number
      ? [fault('/confidence/threshold', 'no match reaches the threshold, not even by the same number')]
      : []),
  ];
}
