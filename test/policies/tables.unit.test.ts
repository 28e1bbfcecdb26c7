import { test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { boundedTable } from '../../domain/policies/table-guard.ts';
import { tableFaults } from '../../domain/policies/table-faults.ts';
import type { TableColumns } from '../../domain/policies/table-faults.ts';
import { meant, readCondition, readScalar } from '../../domain/policies/table-cells.ts';
import type { DecisionTable } from '../../domain/policies/tables.ts';
import { zenTables } from '../../rules/zen.ts';
import { fc } from '../support/property.ts';

const columns: TableColumns = {
  inputs: { grade: { type: 'code', oneOf: ['A', 'B', 'C'] }, tier: { type: 'text' }, firstTime: { type: 'boolean' } },
  outputs: { row: { type: 'text' }, factor: { type: 'number', from: 0, to: 1000, orNull: true } },
};
type Row = readonly [grade: string, tier: string, firstTime: string, row: string, factor: string];

/** A table of these rows, as an editor saves it; `more` changes its content. */
function tableOf(rows: readonly Row[], more: object = {}): DecisionTable {
  const content = {
    hitPolicy: 'first',
    inputs: Object.keys(columns.inputs).map((field) => ({ id: `c-${field}`, name: field, type: 'expression', field })),
    outputs: Object.keys(columns.outputs).map((field) => ({ id: `c-${field}`, name: field, type: 'expression', field })),
    rules: rows.map(([grade, tier, firstTime, row, factor]) => ({
      _id: row.replace(/["']/g, ''),
      ...{ 'c-grade': grade, 'c-tier': tier, 'c-firstTime': firstTime, 'c-row': row, 'c-factor': factor },
    })),
    ...more,
  };
  return {
    nodes: [
      { id: 'i', type: 'inputNode', name: 'in', position: { x: 0, y: 0 } },
      { id: 't', type: 'decisionTableNode', name: 'table', content },
      { id: 'o', type: 'outputNode', name: 'out' },
    ],
    edges: [
      { id: '1', sourceId: 'i', targetId: 't' },
      { id: '2', sourceId: 't', targetId: 'o' },
    ],
  };
}
const rest: Row = ['', '', '', '"rest"', '0'];
const faultsOf = (rows: readonly Row[], more?: object) => tableFaults(tableOf(rows, more), columns);

describe('a cell is refused by the type of its column, with its row and column', () => {
  it.each<[string, Row, string]>([
    ['an order among grades', ['<= "B"', '', '', '"x"', '1'], 'grade'],
    ['an order among booleans', ['', '', '> false', '"x"', '1'], 'firstTime'],
    ['a quoted boolean', ['', '', '"true"', '"x"', '1'], 'firstTime'],
    ['a number for a grade', ['5', '', '', '"x"', '1'], 'grade'],
    ['a grade that does not exist', ['"A", "Z"', '', '', '"x"', '1'], 'grade'],
    ['none of a grade that does not exist', ['not in ["Z"]', '', '', '"x"', '1'], 'grade'],
    ['a range', ['', '[1..3]', '', '"x"', '1'], 'tier'],
    ['null for a value that is never told', ['null', '', '', '"x"', '1'], 'grade'],
    ['a formula', ['', '', '', '"x"', '1 + 1'], 'factor'],
    ['a factor of thirty decimals', ['', '', '', '"x"', `0.${'1'.repeat(30)}`], 'factor'],
    ['a number of sixteen digits', ['', '', '', '"x"', '1000000000000000'], 'factor'],
    ['a number beyond its bound', ['', '', '', '"x"', '1001'], 'factor'],
    ['a number below zero', ['', '', '', '"x"', '-1'], 'factor'],
    ['a text for a number', ['', '', '', '"x"', '"1"'], 'factor'],
    ['an output left empty', ['', '', '', '"x"', ''], 'factor'],
    ['a name of the row that is none', ['', '', '', 'null', '1'], 'row'],
    ['a text with an escape', ['', '"a\\u0041"', '', '"x"', '1'], 'tier'],
  ])('%s', (_, row, column) => {
    expect(faultsOf([['"A"', '', '', '"first"', '1'], row, rest])).toEqual([
      { at: `/nodes/1/content/rules/1/c-${column}`, code: 'table-cell', params: expect.objectContaining({ row: 2, column }) },
    ]);
  });

  it.each<[string, object, string, string]>([
    ['numbers for cells', { rules: [{ 'c-row': '"x"', 'c-factor': 5 }] }, '/rules/0/c-factor', 'table-cell'],
    ['no rows', { rules: null }, '/rules', 'table-shape'],
    ['an empty list of rows', { rules: [] }, '/rules', 'table-shape'],
    ['a row that is none', { rules: [null] }, '/rules/0', 'table-shape'],
    ['no inputs', { inputs: undefined }, '/inputs', 'table-shape'],
    ['an input without a field', { inputs: [{ id: 'x' }] }, '/inputs/0/field', 'table-shape'],
    ['a field that is a formula', { inputs: [{ id: 'x', field: 'a + b' }] }, '/inputs/0/field', 'table-shape'],
    ['outputs that are no list', { outputs: 'x' }, '/outputs', 'table-shape'],
    ['a cell of no column', { rules: [{ 'c-other': 'true' }] }, '/rules/0', 'table-column'],
    ['an unknown input', { inputs: [{ id: 'x', field: 'colour' }], rules: [{}] }, '/inputs/0/field', 'table-column'],
    ['a column twice', { outputs: ['row', 'row'].map((field, id) => ({ id: `${id}`, field })) }, '/outputs/1', 'table-column'],
    ['another hit policy', { hitPolicy: 'collect' }, '/hitPolicy', 'table-shape'],
    ['too many rows', { rules: Array.from({ length: 201 }, () => ({})) }, '/rules', 'table-shape'],
  ])('%s have a place and a reason', (_, more, at, code) => {
    expect(faultsOf([rest], more)[0]).toMatchObject({ at: `/nodes/1/content${at}`, code });
  });
});

describe('a row that nobody reaches', () => {
  it.each<[string, Row[], number[]]>([
    ['below one that takes all its cases', [['', '', '', '"a"', '1'], ['"A"', '', '', '"b"', '1'], rest], [2]],
    [
      'below several that take them together',
      [
        ['"A"', '', '', '"a"', '1'],
        ['!= "A"', '', 'true', '"b"', '1'],
        ['"B", "C"', '', 'false', '"c"', '1'],
        ['', '"3A"', '', '"d"', '1'],
        rest,
      ],
      [4],
    ],
    ['that asks for nobody', [['not in ["A", "B", "C"]', '', '', '"a"', '1'], rest], [1]],
    ['the same twice', [['', '"3A"', 'true', '"a"', '1'], ['', '"3A"', 'true', '"b"', '1'], rest], [2]],
    ['or none at all', [['"A"', '"3A"', '', '"a"', '1'], ['"A"', '', '', '"b"', '1'], ['', '"2A"', '', '"c"', '1'], rest], []],
    ['the last, which stands for whoever is left', [['', '', 'true', '"a"', '1'], ['', '', 'false', '"b"', '1'], rest], []],
  ])('is named: %s', (_, rows, unreached) => {
    expect(faultsOf(rows).map(({ code, params }) => [code, params['row']])).toEqual(unreached.map((row) => ['table-row', row]));
  });

  it('is named too when the last row does not hold for everybody', () => {
    expect(faultsOf([rest, ['"A"', '', '', '"last"', '1']])).toMatchObject([{ code: 'table-row', params: { last: 2 } }]);
  });

  it('is found in the largest table there may be, all its combinations tried', () => {
    const many: Row[] = Array.from({ length: 199 }, (_, no) => [no % 2 ? '"A"' : '!= "B"', `"t${no}"`, 'true', `"r${no}"`, '1']);
    expect(faultsOf([...many, rest])).toEqual([]);
    expect(faultsOf([rest, ...many.slice(1), rest])).toHaveLength(198);
  });
});

describe('the rules engine', () => {
  const tables = zenTables();
  const anyCell = (values: readonly string[]) =>
    fc.oneof(
      fc.constant(''),
      fc.subarray([...values], { minLength: 1 }).map((some) => some.join(', ')),
      fc.constantFrom(...values).map((value) => `== ${value}`),
      fc.constantFrom(...values).map((value) => `!= ${value}`),
      fc.subarray([...values], { minLength: 1 }).map((some) => `not in [${some.join(',')}]`),
    );
  const anyRow = fc.tuple(anyCell(['"A"', "'B'", '"C"']), anyCell(['"3A"', '"2A"']), anyCell(['true', 'false']));

  test.prop([fc.array(anyRow, { maxLength: 6 })], { numRuns: 40 })(
    'takes for every customer the row that the check found for it',
    async (rows) => {
      const all: Row[] = [...rows.map((cells, no): Row => [...cells, `"r${no}"`, String(no)]), rest];
      const table = tableOf(all);
      for (const grade of ['A', 'B', 'C'])
        for (const tier of ['3A', '2A', 'x', null])
          for (const firstTime of [true, false]) {
            const values = [grade, tier, firstTime];
            const row = all.find((cells) => values.every((value, at) => meant(readCondition(cells[at] ?? '')!, value)));
            const { output } = await tables.evaluate(table, { grade, tier, firstTime });
            expect(output['row']).toBe(readScalar(row?.[3] ?? ''));
          }
    },
  );

  it('never sees what was not bounded, also from a table stored before it was checked', async () => {
    const unbounded = tableOf([['', '', '', '"x"', '1234567890123456']]);
    expect(boundedTable(unbounded)).toBeNull();
    await expect(tables.evaluate(unbounded, { grade: 'A' })).rejects.toMatchObject({ code: 'policy-invalid' });
    for (const more of [{ rules: null }, { inputs: undefined }, { rules: [{ 'c-row': 1 }] }, { hitPolicy: 'collect' }])
      expect(boundedTable(tableOf([rest], more))).toBeNull();
    expect(boundedTable(tableOf([['secret', '', '', '"x"', '1']]))).toBeNull();
  });

  it('sees nothing of a document but its cells: no code, no other keys, no names of its own', () => {
    const seen = JSON.stringify(
      boundedTable(tableOf([rest], { executionMode: 'loop', inputField: 'secret', passThrough: true })),
    );
    expect(seen).not.toMatch(/secret|loop|passThrough|c-grade/);
  });
});
