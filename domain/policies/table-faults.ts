import { fitsColumn, meant, readCondition, readScalar, takes } from './table-cells.ts';
import type { ColumnType, Condition } from './table-cells.ts';
import { readTable, shown, step } from './tables.ts';
import type { Cell, DecisionTable, TableColumn, TableContent, TableFault } from './tables.ts';

export interface TableColumns {
  inputs: Readonly<Record<string, ColumnType>>;
  outputs: Readonly<Record<string, ColumnType>>;
}

/**
 * What a table contradicts: it takes and gives these columns and no others, every cell is of its column's type, its last row holds for
 * everybody, and every other row is the first that holds for somebody.
 */
export function tableFaults(table: DecisionTable, of: TableColumns): TableFault[] {
  const read = readTable(table);
  if ('faults' in read) return read.faults;
  const { at, content } = read;
  const columns = [
    ...unknownColumns(content.inputs, of.inputs, `${at}/inputs`),
    ...unknownColumns(content.outputs, of.outputs, `${at}/outputs`),
    ...Object.keys(of.outputs)
      .filter((field) => !content.outputs.some((column) => column.field === field))
      .map((missing): TableFault => ({ at: `${at}/outputs`, code: 'table-column', params: { missing } })),
  ];
  if (columns.length > 0) return columns;
  const cells = content.rules.flatMap((row, no) => [
    ...content.inputs.flatMap((column) => cellFault(row, no, column, at, of.inputs[column.field], inputFits)),
    ...content.outputs.flatMap((column) => cellFault(row, no, column, at, of.outputs[column.field], outputFits)),
  ]);
  return cells.length > 0 ? cells : rowFaults(content, of, at);
}

const unknownColumns = (columns: readonly TableColumn[], known: TableColumns['inputs'], at: string): TableFault[] =>
  columns.flatMap(({ field }, no): TableFault[] =>
    Object.hasOwn(known, field) ? [] : [{ at: `${at}/${no}/field`, code: 'table-column', params: { unknown: field } }],
  );

const inputFits = (cell: string, type: ColumnType): boolean => {
  const condition = readCondition(cell);
  return condition !== null && (condition.is === 'any' || condition.values.every((value) => fitsColumn(value, type)));
};
const outputFits = (cell: string, type: ColumnType): boolean => {
  const value = readScalar(cell);
  return value !== undefined && fitsColumn(value, type) && (typeof value !== 'number' || plainNumber.test(cell.trim()));
};
/** 007 may be meant as a code and -0 as anything: a number is written as it counts. */
const plainNumber = /^(?:(?!-0(?:\.0*)?$)-?)(?:0|[1-9]\d*)(?:\.\d+)?$/;

function cellFault(
  row: Readonly<Record<string, string>>,
  no: number,
  { id, field }: TableColumn,
  at: string,
  type: ColumnType | undefined,
  fits: (cell: string, type: ColumnType) => boolean,
): TableFault[] {
  const cell = row[id] ?? '';
  if (!type || fits(cell, type)) return [];
  const params = { row: no + 1, column: field, cell: shown(cell), ...takes(type) };
  return [{ at: `${at}/rules/${no}/${step(id)}`, code: 'table-cell', params }];
}

/** What no cell names, and so nothing tells apart. */
const somebodyElse = '\u0000';
/** Values that an open column may tell apart: all combinations are tried. */
const mostValues = 200;

/** The values of a column that its cells can tell apart. */
function valuesOf(type: ColumnType, conditions: readonly Condition[]): readonly Cell[] {
  const told = new Set(conditions.flatMap((condition) => (condition.is === 'any' ? [] : condition.values)));
  if (type.type === 'boolean') return [true, false];
  if (type.type !== 'code') return [...told, somebodyElse];
  const [other] = type.oneOf.filter((code) => !told.has(code));
  return [...type.oneOf.filter((code) => told.has(code)), ...(other === undefined ? [] : [other])];
}

/** For each value of each column, the rows that mean it. */
type Meant = readonly (readonly (readonly boolean[])[])[];

/** The first row that holds for each customer there can be; the customers are the combinations of values. */
function* firstRows(columns: Meant, among: readonly number[]): Generator<number> {
  const [first, ...others] = columns;
  const [hit] = among;
  if (hit === undefined) return;
  if (!first) return yield hit;
  for (const rows of first)
    yield* firstRows(
      others,
      among.filter((row) => rows[row]),
    );
}

function rowFaults(content: TableContent, of: TableColumns, at: string): TableFault[] {
  const rows = content.rules.map((row) => content.inputs.map(({ id }) => readCondition(row[id] ?? '') ?? { is: 'any' as const }));
  if (!rows.at(-1)?.every((condition) => condition.is === 'any'))
    return [{ at: `${at}/rules/${rows.length - 1}`, code: 'table-row', params: { last: rows.length } }];
  const values = content.inputs.map(({ field }, column) =>
    valuesOf(
      of.inputs[field] ?? { type: 'text' },
      rows.flatMap((row) => row[column] ?? []),
    ),
  );
  const many = values.findIndex((told) => told.length > mostValues);
  if (many >= 0) return [{ at: `${at}/inputs/${many}`, code: 'table-shape', params: {} }];
  const columns = values.map((told, column) =>
    told.map((value) => rows.map((row) => meant(row[column] ?? { is: 'any' }, value))),
  );
  const unmet = new Set(rows.keys());
  // Who is left over by the rows before the last is met by it; that nobody is left over is no fault.
  unmet.delete(rows.length - 1);
  for (const row of firstRows(columns, [...rows.keys()])) unmet.delete(row);
  return [...unmet].map((no) => ({
    at: `${at}/rules/${no}`,
    code: 'table-row',
    params: { row: no + 1, ...nameOf(content, no) },
  }));
}

/** The name a row gives itself, if it does. */
function nameOf({ outputs, rules }: TableContent, no: number): { name?: string } {
  const name = outputs.map(({ id }) => readScalar(rules[no]?.[id] ?? '')).find((value) => typeof value === 'string');
  return name === undefined ? {} : { name };
}
