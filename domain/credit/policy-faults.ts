import { may } from '../kernel/actor.ts';
import { daysBetween } from '../kernel/calendar.ts';
import { isCurrency, parseAmount } from '../kernel/money.ts';
import type { PolicyContext, PolicyFault } from '../policy.ts';
import { factTable } from './facts.ts';
import type { AmountByCurrency, ApprovalMatrix, Characteristic, CreditRules, GradesPolicy, ScorecardPolicy } from './policy.ts';
import { contentOf, tableFaults } from './tables.ts';
import type { DecisionTable } from './tables.ts';

const fault = (at: string, what: string): PolicyFault => ({ at, what });
const twice = (ids: readonly string[], at: string): PolicyFault[] =>
  ids.flatMap((id, no) => (ids.indexOf(id) === no ? [] : [fault(`${at}/${no}`, `${id} appears twice`)]));

function amountFaults(amounts: AmountByCurrency, at: string): PolicyFault[] {
  return Object.entries(amounts).flatMap(([currency, amount]) => {
    const fits = isCurrency(currency) && parseAmount(amount, currency).ok && !amount.startsWith('-');
    return fits ? [] : [fault(`${at}/${currency}`, `${amount} is no amount of ${currency}`)];
  });
}

/** Bins leave no gap and keep to the way a characteristic is said to go; the last peer group holds for everybody. */
export function scorecardFaults({ characteristics, factors, peerGroups }: ScorecardPolicy): PolicyFault[] {
  const last = peerGroups.at(-1);
  return [
    ...twice(
      characteristics.map((one) => one.id),
      '/characteristics',
    ),
    ...characteristics.flatMap((one, at) => binFaults(one, `/characteristics/${at}`)),
    ...twice(
      factors.map((one) => one.id),
      '/factors',
    ),
    ...factors.flatMap((one, at) =>
      one.until !== undefined && daysBetween(one.from, one.until) < 0
        ? [fault(`/factors/${at}/until`, `${one.id} ends before it begins`)]
        : [],
    ),
    ...(last && Object.keys(last.for).length === 0 ? [] : [fault('/peerGroups', 'the last group must hold for everybody')]),
  ];
}

const peerFacts = ['daysBeyondTerms', 'onTimeShare', 'oldestOverdueDays'];

function binFaults({ id, fact, bins, monotone, againstPeers }: Characteristic, at: string): PolicyFault[] {
  const { type } = factTable[fact];
  const numeric = type === 'number' || type === 'share';
  const faults = twice(
    bins.map((bin) => bin.id),
    `${at}/bins`,
  );
  if (type === 'date' || type === 'amounts' || type === 'entries')
    return [...faults, fault(`${at}/fact`, `${fact} cannot be put into bins`)];
  if (againstPeers && !peerFacts.includes(fact)) faults.push(fault(`${at}/againstPeers`, `${fact} has no peers' figure`));
  if (monotone && !numeric) faults.push(fault(`${at}/monotone`, `${id} has no order to go by`));
  bins.forEach((bin, no) => {
    const isLast = no === bins.length - 1;
    const [bound, other] = numeric ? [bin.below, bin.is] : [bin.is, bin.below];
    if (other !== undefined) faults.push(fault(`${at}/bins/${no}`, `${id} is binned by ${numeric ? 'below' : 'is'}`));
    if ((bound === undefined) !== isLast)
      faults.push(
        fault(`${at}/bins/${no}`, isLast ? `the last bin of ${id} must take the rest` : `${id} ${bin.id} has no bound`),
      );
    const before = bins[no - 1];
    if (!before) return;
    if (before.below !== undefined && bin.below !== undefined && bin.below <= before.below)
      faults.push(fault(`${at}/bins/${no}/below`, `${id} ${bin.id} lies below the bin before it`));
    if ((monotone === 'rising' && bin.points < before.points) || (monotone === 'falling' && bin.points > before.points))
      faults.push(fault(`${at}/bins/${no}/points`, `${id} is not ${monotone} at ${bin.id}`));
  });
  return faults;
}

const limitFields = {
  inputs: ['grade', 'customerType', 'tier', 'firstTime'],
  outputs: ['row', 'factor', 'capUnits', 'netAssetsShare', 'startUnits'],
};
const termsFields = {
  inputs: ['grade', 'customerType', 'tier', 'firstTime', 'smeRegime'],
  outputs: ['row', 'termsDays', 'reconciliation', 'ladder'],
};

/** Thresholds fall, amounts fit their currency, and the tables answer for everybody. */
export function gradesFaults(policy: GradesPolicy, { ladders }: PolicyContext): PolicyFault[] {
  const { grades, units, rounding, stepUp, limitTable, termsTable } = policy;
  const thresholds = grades.flatMap((row, at) => {
    const isLast = at === grades.length - 1;
    if ((row.from === undefined) !== isLast)
      return [fault(`/grades/${at}/from`, isLast ? `${row.grade} must take the rest` : `${row.grade} has no threshold`)];
    const before = grades[at - 1]?.from;
    return before !== undefined && row.from !== undefined && row.from >= before
      ? [fault(`/grades/${at}/from`, `${row.grade} is not below the grade before it`)]
      : [];
  });
  const rising = stepUp.stepsUnits.flatMap((step, at) =>
    at > 0 && step <= (stepUp.stepsUnits[at - 1] ?? 0) ? [fault(`/stepUp/stepsUnits/${at}`, 'steps must rise')] : [],
  );
  const unrounded = Object.keys(units)
    .filter((currency) => !(currency in rounding.to))
    .map((currency) => fault('/rounding/to', `no rounding for ${currency}`));
  const zero = [...Object.entries(units), ...Object.entries(rounding.to)]
    .filter(([, amount]) => !/[1-9]/.test(amount))
    .map(([currency]) => fault(`/units/${currency}`, 'must be above zero'));
  return [
    ...twice(
      grades.map((row) => row.grade),
      '/grades',
    ),
    ...thresholds,
    ...rising,
    ...amountFaults(units, '/units'),
    ...amountFaults(rounding.to, '/rounding/to'),
    ...unrounded,
    ...zero,
    ...tableFaults(limitTable, limitFields).map(({ at, what }) => fault(`/limitTable${at}`, what)),
    ...tableFaults(termsTable, termsFields).map(({ at, what }) => fault(`/termsTable${at}`, what)),
    ...unknownCells(termsTable, 'ladder', ladders, '/termsTable'),
    ...unknownCells(termsTable, 'reconciliation', ['normal', 'strict'], '/termsTable'),
  ];
}

function unknownCells(table: DecisionTable, field: string, known: readonly string[], at: string): PolicyFault[] {
  const content = contentOf(table);
  const column = content?.outputs.find((output) => output.field === field)?.id;
  if (!content || column === undefined) return [];
  return content.rules.flatMap((row, no) => {
    const text = (row[column] ?? '').trim().replace(/^["']|["']$/g, '');
    return text === 'null' || known.includes(text) ? [] : [fault(`${at}/rules/${no}`, `unknown ${field} ${text}`)];
  });
}

/** Seats belong to roles that may decide, the last row holds for everybody, and nothing large is approved by itself. */
export function approvalMatrixFaults({ rows }: ApprovalMatrix, { grades }: PolicyContext): PolicyFault[] {
  const last = rows.at(-1);
  return [
    ...twice(
      rows.map((row) => row.id),
      '/rows',
    ),
    ...rows.flatMap((row, at) => [
      ...row.tiers.flatMap((tier, no) => [
        ...twice(tier.roles, `/rows/${at}/tiers/${no}/roles`),
        ...tier.roles
          .filter((role) => !may({ kind: 'user', id: '', role, scope: {} }, 'credit.decide'))
          .map((role) => fault(`/rows/${at}/tiers/${no}`, `${role} may not decide on credit`)),
      ]),
      ...(row.when.grades ?? [])
        .filter((grade) => !grades.includes(grade))
        .map((grade) => fault(`/rows/${at}/when/grades`, `unknown grade ${grade}`)),
    ]),
    ...(last && Object.keys(last.when).length === 0 && last.tiers.length > 0
      ? []
      : [fault('/rows', 'the last row must hold for everybody and name tiers')]),
  ];
}

/** Amounts fit their currency, and warnings come before what they warn of. */
export function creditRulesFaults(rules: CreditRules): PolicyFault[] {
  const { checks, reconciliation, holds, applications } = rules;
  return [
    ...amountFaults(rules.smallAmount, '/smallAmount'),
    ...amountFaults(checks.documentValue.amount, '/checks/documentValue/amount'),
    ...amountFaults(checks.overdueAmount.amount, '/checks/overdueAmount/amount'),
    ...amountFaults(reconciliation.normal.tolerance, '/reconciliation/normal/tolerance'),
    ...amountFaults(reconciliation.strict.tolerance, '/reconciliation/strict/tolerance'),
    ...(holds.warnDays >= holds.orderDays ? [fault('/holds/warnDays', 'warns before the hold is opened')] : []),
    ...(applications.warnDays >= applications.expiryDays
      ? [fault('/applications/warnDays', 'warns before the application is made')]
      : []),
  ];
}
