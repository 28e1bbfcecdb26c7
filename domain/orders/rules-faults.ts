import { amountFaults } from '../platform/amount-faults.ts';
import { parseAmount } from '../platform/money.ts';
import { fault, twice, unknownGrades } from '../platform/policy-fault.ts';
import type { PolicyContext, PolicyFault } from '../platform/policy-fault.ts';
import { lateStages } from './check.ts';
import { warningKinds } from '../credit/policy.ts';
import type { AmountByCurrency, CreditRules } from '../credit/policy.ts';

/** Amounts fit their currency, warnings come before what they warn of, and what is switched on can hold something. */
export function creditRulesFaults(rules: CreditRules, context: PolicyContext): PolicyFault[] {
  return [
    ...allAmounts(rules).flatMap(([at, amounts]) => amountFaults(at, amounts)),
    ...dayFaults(rules),
    ...checkFaults(rules, context),
    ...strictFaults(rules),
    ...clauseFaults(rules),
    ...warningFaults(rules),
  ];
}

const modes = ['normal', 'strict'] as const;

const allAmounts = ({ smallAmount, checks, reconciliation, shipments }: CreditRules): (readonly [string, AmountByCurrency])[] => [
  ['/smallAmount', smallAmount],
  ['/checks/documentValue/amount', checks.documentValue.amount],
  ['/checks/overdueAmount/amount', checks.overdueAmount.amount],
  ...modes.flatMap((mode) => [
    [`/reconciliation/${mode}/tolerance`, reconciliation[mode].tolerance] as const,
    [`/reconciliation/${mode}/beforeFirstStatement`, reconciliation[mode].beforeFirstStatement ?? {}] as const,
  ]),
  ['/shipments/notInvoiced', shipments.notInvoiced ?? {}],
  ['/shipments/invoicedBeyond', shipments.invoicedBeyond ?? {}],
];

function dayFaults({ holds, applications }: CreditRules): PolicyFault[] {
  return [
    ...(holds.warnDays >= holds.orderDays ? [fault('/holds/warnDays', 'warns before the hold is opened')] : []),
    ...(applications.warnDays >= applications.expiryDays
      ? [fault('/applications/warnDays', 'warns before the application is made')]
      : []),
    ...(applications.waitForFactsDays >= applications.expiryDays
      ? [fault('/applications/waitForFactsDays', 'waits for facts until the application has lapsed')]
      : []),
  ];
}

/** The currencies of `amounts` that lie above those of `bounds`; what is no amount, or not bounded, is not judged. */
const above = (amounts: AmountByCurrency, bounds: AmountByCurrency): string[] =>
  Object.keys(amounts).filter((currency) => {
    const [one, bound] = [amounts, bounds].map((of) => parseAmount(of[currency] ?? '', currency));
    return one?.ok === true && bound?.ok === true && one.minor > bound.minor;
  });

function checkFaults({ checks, smallAmount }: CreditRules, { grades }: PolicyContext): PolicyFault[] {
  const { documentValue, overdueAmount, stage, grade, abnormalOrder } = checks;
  const bare = (name: string, { on, amount }: { on: boolean; amount: AmountByCurrency }): PolicyFault[] =>
    on && Object.keys(amount).length === 0 ? [fault(`/checks/${name}/amount`, 'it is on and names no currency')] : [];
  const small = overdueAmount.on ? above(smallAmount, overdueAmount.amount) : [];
  return [
    ...bare('documentValue', documentValue),
    ...bare('overdueAmount', overdueAmount),
    ...small.map((currency) => fault(`/smallAmount/${currency}`, 'lies above the overdue amount that holds')),
    ...(lateStages.some((late) => late === stage.from) ? [] : [fault('/checks/stage/from', `${stage.from} stops no order`)]),
    ...twice(grade?.held ?? [], '/checks/grade/held'),
    ...unknownGrades(grade?.held ?? [], grades, '/checks/grade/held'),
    ...(grade?.on && grade.held.length === 0 ? [fault('/checks/grade/held', 'it is on and names no grade')] : []),
    ...factorFaults('/checks/abnormalOrder/factor', abnormalOrder.factor),
  ];
}

/** Times the usual: below one the usual itself would be out of the ordinary. */
const factorFaults = (at: string, factor: string): PolicyFault[] =>
  Number(factor) < 1 ? [fault(at, `${factor} times the usual is nothing unusual`)] : [];

/** Strict reconciliation lets no more pass than the normal one. */
function strictFaults({ reconciliation: { normal, strict } }: CreditRules): PolicyFault[] {
  const at = '/reconciliation/strict';
  const laxer = 'strict reconciliation lets more pass than the normal one';
  const wider = (name: 'tolerance' | 'beforeFirstStatement'): PolicyFault[] => {
    const [own = {}, usual = {}] = [strict[name], normal[name]];
    const unjudged = Object.keys(usual).filter((currency) => !Object.hasOwn(own, currency));
    return [...above(own, usual), ...unjudged].map((currency) => fault(`${at}/${name}/${currency}`, laxer));
  };
  return [
    ...(strict.unconfirmedDays > normal.unconfirmedDays ? [fault(`${at}/unconfirmedDays`, laxer)] : []),
    ...wider('tolerance'),
    ...wider('beforeFirstStatement'),
  ];
}

/** A hold names the first clause that covers its reason: a second one for it would never be named. */
function clauseFaults({ shipments: { clauses } }: CreditRules): PolicyFault[] {
  const seen = new Set<string>();
  return [
    ...twice(
      clauses.map(({ id }) => id),
      '/shipments/clauses',
      '/id',
    ),
    ...clauses.flatMap(({ reasons }, at) =>
      reasons.flatMap((reason, no) => {
        const again = seen.has(reason);
        seen.add(reason);
        return again ? [fault(`/shipments/clauses/${at}/reasons/${no}`, `${reason} appears twice`)] : [];
      }),
    ),
  ];
}

const warningFaults = ({ warnings }: CreditRules): PolicyFault[] => [
  ...warningKinds.flatMap((kind) => twice(warnings[kind].effects, `/warnings/${kind}/effects`)),
  ...factorFaults('/warnings/order-spike/factor', warnings['order-spike'].factor),
];
