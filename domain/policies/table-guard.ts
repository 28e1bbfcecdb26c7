import { readCondition, readScalar } from './table-cells.ts';
import { readTable } from './tables.ts';
import type { DecisionTable } from './tables.ts';

/** Id of the node whose trace names the row that hit. */
export const TABLE_NODE = 'table';

/**
 * A table as the rules engine may see it: wires of our own, plain conditions, values of bounded length, made anew of the cells we can read ourselves; null: it holds anything else. A table that was stored
 * before its kind was checked comes here too, and a number the engine cannot hold would end the process.
 */
export function boundedTable(table: DecisionTable): object | null {
  const read = readTable(table);
  if ('faults' in read) return null;
  const { inputs, outputs, rules } = read.content;
  const told = rules.every(
    (row) =>
      inputs.every(({ id }) => readCondition(row[id] ?? '') !== null) &&
      outputs.every(({ id }) => readScalar(row[id] ?? '') !== undefined),
  );
  if (!told) return null;
  const column = (side: string) => (of: { field: string }, no: number) => {
    return { id: `${side}-${no}`, name: of.field, type: 'expression', field: of.field };
  };
  const rows = rules.map((row) => ({
    _id: row['_id'] ?? '',
    ...Object.fromEntries(inputs.map(({ id }, no) => [`in-${no}`, (row[id] ?? '').trim()])),
    ...Object.fromEntries(outputs.map(({ id }, no) => [`out-${no}`, (row[id] ?? '').trim()])),
  }));
  const content = { hitPolicy: 'first', inputs: inputs.map(column('in')), outputs: outputs.map(column('out')), rules: rows };
  return {
    contentType: 'application/vnd.gorules.decision',
    nodes: [
      { id: 'request', type: 'inputNode', name: 'request' },
      { id: TABLE_NODE, type: 'decisionTableNode', name: 'table', content },
      { id: 'response', type: 'outputNode', name: 'response' },
    ],
    edges: [
      { id: 'in', type: 'edge', sourceId: 'request', targetId: TABLE_NODE },
      { id: 'out', type: 'edge', sourceId: TABLE_NODE, targetId: 'response' },
    ],
  };
}
