import { may } from '../platform/actor.ts';
import { amountFaults } from '../platform/amount-faults.ts';
import { idleKinds, unreachedRows } from './matrix-rows.ts';
import type { GradeRow, GradesPolicy } from './policy.ts';
import type { ColumnType } from '../policies/table-cells.ts';
import { segmentFaults } from './segment-faults.ts';
import { tableFaults } from '../policies/table-faults.ts';
import type { TableColumns } from '../policies/table-faults.ts';
import { readScalar } from '../policies/table-cells.ts';
import { readTable, step } from '../policies/tables.ts';
import type { DecisionTable } from '../policies/tables.ts';
import { fault, goneFaults, twice, unknownGrades } from '../platform/policy-fault.ts';
import type { Naming, PolicyContext, PolicyFault } from '../platform/policy-fault.ts';
import type { ApprovalMatrix, RouteRow } from '../approvals/policy.ts';
import { customerTypes } from '../customers/customer.ts';

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
        netAssetsShare: { type: 'number', from: 0, to: 1, orNull: true },
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

/** What is wrong with a table; its rows are held against one another once each is sound. */
function inTable(table: DecisionTable, columns: TableColumns, at: string): PolicyFault[] {
  const found = tableFaults(table, columns).map(({ at: where, code, params }) => ({
    ...{ at: `${at}${where}`, code, params },
    what: code,
  }));
  return found.length > 0 ? found : [...sameNames(table, at), ...startFaults(table, at)];
}

/** The cells of an output of a sound table, by row, each with its place; none of an output that it does not have. */
function cellsOf(table: DecisionTable, field: string): { at: string; value: unknown }[] {
  const read = readTable(table);
  if ('faults' in read) return [];
  const id = read.content.outputs.find((column) => column.field === field)?.id;
  if (id === undefined) return [];
  return read.content.rules.map((row, no) => ({ at: `${read.at}/rules/${no}/${step(id)}`, value: readScalar(row[id] ?? '') }));
}

/** The dunning procedures that the table of terms grants, by row. */
export function laddersNamedBy({ termsTable }: GradesPolicy): Naming[] {
  const rows = cellsOf(termsTable, 'row');
  return cellsOf(termsTable, 'ladder').flatMap(({ value }, no) =>
    typeof value === 'string' ? [{ by: `grades, row ${String(rows[no]?.value ?? no + 1)}`, names: [value] }] : [],
  );
}

/** A verdict names the row it rests on, so no two rows have one name. */
const sameNames = (table: DecisionTable, at: string): PolicyFault[] => {
  const names = cellsOf(table, 'row');
  return names.flatMap(({ at: where, value }, no) =>
    typeof value === 'string' && names.findIndex((other) => other.value === value) !== no
      ? [fault(`${at}${where}`, `row ${no + 1} has the name of a row above it: ${value}`)]
      : [],
  );
};

/** A first limit above the cap of its row would never be given. */
function startFaults(table: DecisionTable, at: string): PolicyFault[] {
  const caps = cellsOf(table, 'capUnits');
  return cellsOf(table, 'startUnits').flatMap(({ at: where, value }, no) =>
    Number(value) > Number(caps[no]?.value) ? [fault(`${at}${where}`, `row ${no + 1} starts above its cap`)] : [],
  );
}

/** From the best grade to the last thresholds fall and losses do not, and what is looked at again has not lapsed by then. */
function gradeFaults(row: GradeRow, before: GradeRow | undefined, isLast: boolean, at: string): PolicyFault[] {
  const { grade, from } = row;
  const threshold = (): PolicyFault[] => {
    if ((from === undefined) !== isLast)
      return [fault(`${at}/from`, isLast ? `${grade} must take the rest` : `${grade} has no threshold`)];
    return before?.from !== undefined && from !== undefined && from >= before.from
      ? [fault(`${at}/from`, `${grade} is not below the grade before it`)]
      : [];
  };
  return [
    ...threshold(),
    ...(before && Number(row.lossRate) < Number(before.lossRate)
      ? [fault(`${at}/lossRate`, `${grade} loses less than the better grade before it`)]
      : []),
    ...(row.reviewMonths > row.validMonths ? [fault(`${at}/reviewMonths`, `${grade} is reviewed after it has lapsed`)] : []),
  ];
}

/** Amounts of the tables' units are above zero, and each is rounded. */
function unitFaults({ units, rounding }: GradesPolicy): PolicyFault[] {
  const zero = (amounts: Readonly<Record<string, string>>, at: string): PolicyFault[] =>
    Object.entries(amounts).flatMap(([currency, amount]) =>
      /[1-9]/.test(amount) ? [] : [fault(`${at}/${currency}`, 'must be above zero')],
    );
  return [
    ...amountFaults('/units', units),
    ...amountFaults('/rounding/to', rounding.to),
    ...Object.keys(units)
      .filter((currency) => !Object.hasOwn(rounding.to, currency))
      .map((currency) => fault('/rounding/to', `no rounding for ${currency}`)),
    ...Object.keys(rounding.to)
      .filter((currency) => !Object.hasOwn(units, currency))
      .map((currency) => fault(`/rounding/to/${currency}`, `no unit for ${currency}`)),
    ...zero(units, '/units'),
    ...zero(rounding.to, '/rounding/to'),
  ];
}

/** Thresholds fall, amounts fit their currency, the tables answer for everybody, and no grade is gone that other policies name. */
export function gradesFaults(policy: GradesPolicy, { ladders, gradesNamed = [] }: PolicyContext): PolicyFault[] {
  const { grades, stepUp, limitTable, termsTable } = policy;
  const columns = columnsOf(policy, ladders);
  return [
    ...twice(
      grades.map((row) => row.grade),
      '/grades',
      '/grade',
    ),
    ...goneFaults(
      'grade',
      gradesNamed,
      grades.map((row) => row.grade),
      '/grades',
    ),
    ...grades.flatMap((row, at) => gradeFaults(row, grades[at - 1], at === grades.length - 1, `/grades/${at}`)),
    ...segmentFaults(stepUp.for, '/stepUp/for'),
    ...stepUp.stepsUnits.flatMap((units, at) =>
      at > 0 && units <= (stepUp.stepsUnits[at - 1] ?? 0) ? [fault(`/stepUp/stepsUnits/${at}`, 'steps must rise')] : [],
    ),
    ...unitFaults(policy),
    ...inTable(limitTable, columns.limit, '/limitTable'),
    ...inTable(termsTable, columns.terms, '/termsTable'),
  ];
}

/** Conditions name what there is, and seats are for roles that may decide and that somebody fills. */
function routeFaults(row: RouteRow, { grades, filled }: PolicyContext, at: string): PolicyFault[] {
  const { when, tiers } = row;
  return [
    ...idleKinds(row).map((no) => fault(`${at}/when/kinds/${no}`, `${when.kinds?.[no]} never meets the conditions of its row`)),
    ...twice(when.kinds ?? [], `${at}/when/kinds`),
    ...twice(when.types ?? [], `${at}/when/types`),
    ...twice(when.grades ?? [], `${at}/when/grades`),
    ...unknownGrades(when.grades ?? [], grades, `${at}/when/grades`),
    ...tiers.flatMap(({ roles }, no) => [
      ...twice(roles, `${at}/tiers/${no}/roles`),
      ...roles.flatMap((role, seat) => {
        const where = `${at}/tiers/${no}/roles/${seat}`;
        if (!may({ kind: 'user', id: '', role, scope: {} }, 'credit.decide'))
          return [fault(where, `${role} may not decide on credit`)];
        return filled === undefined || filled.includes(role) ? [] : [fault(where, `nobody is ${role}`)];
      }),
    ]),
  ];
}

/** Seats belong to roles that may decide, the last row holds for everybody, and nothing large is approved by itself. */
export function approvalMatrixFaults(matrix: ApprovalMatrix, context: PolicyContext): PolicyFault[] {
  const { rows } = matrix;
  const last = rows.at(-1);
  return [
    ...unreachedRows(matrix, context.grades).map((row) => ({
      ...fault(`/rows/${rows.indexOf(row)}`, `${row.id} is never reached`),
      code: 'table-row' as const,
      params: { row: rows.indexOf(row) + 1, name: row.id },
    })),
    ...twice(
      rows.map((row) => row.id),
      '/rows',
      '/id',
    ),
    ...rows.flatMap((row, at) => routeFaults(row, context, `/rows/${at}`)),
    ...(last && Object.keys(last.when).length === 0 && last.tiers.length > 0
      ? []
      : [fault('/rows', 'the last row must hold for everybody and name tiers')]),
  ];
}
