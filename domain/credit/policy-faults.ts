import { customerTypes } from '../collection/documents.ts';
import { may } from '../kernel/actor.ts';
import { daysBetween } from '../kernel/calendar.ts';
import { amountFaults } from '../amount-faults.ts';
import { unreachedRows } from './matrix-rows.ts';
import { factTable } from './facts.ts';
import type { ApprovalMatrix, Characteristic, CreditRules, GradesPolicy, ScorecardPolicy } from './policy.ts';
import { refusalText } from '../kernel/refusal.ts';
import type { ColumnType } from './table-cells.ts';
import { tableFaults } from './table-faults.ts';
import type { TableColumns } from './table-faults.ts';
import type { DecisionTable } from './tables.ts';
import type { PolicyContext, PolicyFault } from '../kernel/policy-fault.ts';

const fault = (at: string, what: string): PolicyFault => ({ at, what });
const twice = (ids: readonly string[], at: string): PolicyFault[] =>
  ids.flatMap((id, no) => (ids.indexOf(id) === no ? [] : [fault(`${at}/${no}`, `${id} appears twice`)]));

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

const amountOf = (to: number): ColumnType => ({ type: 'number', from: 0, to });

/** The columns of the two tables: whom a row is about, and what it gives. Amounts count in units, like those of the approval matrix. */
function columnsOf({ grades }: GradesPolicy, ladders: readonly string[]): { limit: TableColumns; terms: TableColumns } {
  const inputs: TableColumns['inputs'] = {
    grade: { type: 'code', oneOf: grades.map((row) => row.grade) },
    customerType: { type: 'code', oneOf: customerTypes },
    tier: { type: 'text' },
    firstTime: { type: 'boolean' },
  };
  return {
    limit: {
      inputs,
      outputs: {
        row: { type: 'text' },
        factor: amountOf(1000),
        capUnits: amountOf(10_000_000),
        netAssetsShare: { type: 'number', from: 0, to: 100, orNull: true },
        startUnits: amountOf(10_000_000),
      },
    },
    terms: {
      inputs: { ...inputs, smeRegime: { type: 'boolean' } },
      outputs: {
        row: { type: 'text' },
        termsDays: { type: 'number', from: 0, to: 720, whole: true },
        reconciliation: { type: 'code', oneOf: ['normal', 'strict'] },
        ladder: { type: 'code', oneOf: ladders, orNull: true },
      },
    },
  };
}

const inTable = (table: DecisionTable, columns: TableColumns, at: string): PolicyFault[] =>
  tableFaults(table, columns).map((found) => ({
    ...{ at: `${at}${found.at}`, code: found.code, params: found.params },
    what: refusalText(found.code, found.params, 'en').detail,
  }));

/** Thresholds fall, amounts fit their currency, and the tables answer for everybody. */
export function gradesFaults(policy: GradesPolicy, { ladders }: PolicyContext): PolicyFault[] {
  const { grades, units, rounding, stepUp, limitTable, termsTable } = policy;
  const columns = columnsOf(policy, ladders);
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
    ...amountFaults('/units', units),
    ...amountFaults('/rounding/to', rounding.to),
    ...unrounded,
    ...zero,
    ...inTable(limitTable, columns.limit, '/limitTable'),
    ...inTable(termsTable, columns.terms, '/termsTable'),
  ];
}

/** Seats belong to roles that may decide, the last row holds for everybody, and nothing large is approved by itself. */
export function approvalMatrixFaults(matrix: ApprovalMatrix, { grades, filled }: PolicyContext): PolicyFault[] {
  const { rows } = matrix;
  const last = rows.at(-1);
  return [
    ...unreachedRows(matrix, grades).map((row) => ({
      ...fault(`/rows/${rows.indexOf(row)}`, `${row.id} is never reached`),
      code: 'table-row' as const,
      params: { row: rows.indexOf(row) + 1, name: row.id },
    })),
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
        ...tier.roles
          .filter((role) => filled !== undefined && !filled.includes(role))
          .map((role) => fault(`/rows/${at}/tiers/${no}/roles/${tier.roles.indexOf(role)}`, `nobody is ${role}`)),
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
  const { checks, reconciliation, holds, applications, shipments } = rules;
  return [
    ...amountFaults('/smallAmount', rules.smallAmount),
    ...amountFaults('/checks/documentValue/amount', checks.documentValue.amount),
    ...amountFaults('/checks/overdueAmount/amount', checks.overdueAmount.amount),
    ...amountFaults('/reconciliation/normal/tolerance', reconciliation.normal.tolerance),
    ...amountFaults('/reconciliation/strict/tolerance', reconciliation.strict.tolerance),
    ...(['normal', 'strict'] as const).flatMap((mode) =>
      amountFaults(`/reconciliation/${mode}/beforeFirstStatement`, reconciliation[mode].beforeFirstStatement ?? {}),
    ),
    ...amountFaults('/shipments/notInvoiced', shipments.notInvoiced ?? {}),
    ...amountFaults('/shipments/invoicedBeyond', shipments.invoicedBeyond ?? {}),
    ...(holds.warnDays >= holds.orderDays ? [fault('/holds/warnDays', 'warns before the hold is opened')] : []),
    ...(applications.warnDays >= applications.expiryDays
      ? [fault('/applications/warnDays', 'warns before the application is made')]
      : []),
  ];
}
