/** A table people read: one decision table of the GoRules JSON Decision Model, as its editor saves it. */
export interface DecisionTable {
  nodes: readonly TableNode[];
  edges: readonly { id: string; sourceId: string; targetId: string; [more: string]: unknown }[];
  [more: string]: unknown;
}

interface TableNode {
  id: string;
  type: string;
  name: string;
  content?: unknown;
  [more: string]: unknown;
}

export type Cell = string | number | boolean | null;

/** What a table answered: its outputs, and which row hit on which inputs. */
export interface TableAnswer {
  output: Readonly<Record<string, Cell>>;
  trace: { row: string | null; index: number | null; inputs: Readonly<Record<string, Cell>> };
}

/** Runs decision tables. rules/ fills this port with the ZEN engine. */
export interface DecisionTables {
  evaluate(table: DecisionTable, input: Readonly<Record<string, Cell>>): Promise<TableAnswer>;
}

export interface TableColumn {
  id: string;
  field: string;
}

/** The rows of a table, whose shape `readTable` has judged. */
export interface TableContent {
  inputs: readonly TableColumn[];
  outputs: readonly TableColumn[];
  rules: readonly Readonly<Record<string, string>>[];
}

/** What a table contradicts: `at` is a JSON pointer into its document, `problem` has a sentence in both languages. */
export interface TableFault {
  at: string;
  code: 'table-shape' | 'table-column' | 'table-cell' | 'table-row';
  params: Readonly<Record<string, string | number>>;
}

/** Rows and columns a table may have: what people can read, and what is tried against every customer there can be. */
export const mostRows = 200;
const mostColumns = 20;

const fieldName = /^[A-Za-z][A-Za-z0-9]{0,59}$/;
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Keys of a row beside its cells: the editor's own. */
const ownKeys = ['_id', '_description'];

/** The table of a document that is one input, one decision table and one output, or what keeps it from being read as one. */
export function readTable(table: DecisionTable): { at: string; content: TableContent } | { faults: TableFault[] } {
  const shape = (at: string): { faults: TableFault[] } => ({ faults: [{ at, code: 'table-shape', params: {} }] });
  const types = table.nodes.map((node) => node.type).sort();
  if (types.join() !== 'decisionTableNode,inputNode,outputNode') return shape('/nodes');
  const idOf = (type: string): string => table.nodes.find((node) => node.type === type)?.id ?? '';
  const wires = table.edges.map((edge) => `${edge.sourceId}>${edge.targetId}`).sort();
  const [input, rows, output] = [idOf('inputNode'), idOf('decisionTableNode'), idOf('outputNode')];
  if (wires.join() !== [`${input}>${rows}`, `${rows}>${output}`].sort().join()) return shape('/edges');
  const no = table.nodes.findIndex((node) => node.type === 'decisionTableNode');
  const at = `/nodes/${no}/content`;
  const raw = table.nodes[no]?.content;
  if (!isObject(raw)) return shape(at);
  if (raw['hitPolicy'] !== 'first') return shape(`${at}/hitPolicy`);
  const faults = [...columnShape(raw['inputs'], `${at}/inputs`), ...columnShape(raw['outputs'], `${at}/outputs`)];
  if (faults.length === 0) faults.push(...rowShape(raw as { inputs: TableColumn[]; outputs: TableColumn[] }, at));
  return faults.length > 0 ? { faults } : { at, content: raw as unknown as TableContent };
}

function columnShape(columns: unknown, at: string): TableFault[] {
  if (!Array.isArray(columns) || columns.length === 0 || columns.length > mostColumns)
    return [{ at, code: 'table-shape', params: {} }];
  const seen = new Set<unknown>();
  return (columns as unknown[]).flatMap((column, no): TableFault[] => {
    const where = `${at}/${no}`;
    if (!isObject(column) || typeof column['id'] !== 'string' || column['id'] === '' || ownKeys.includes(column['id']))
      return [{ at: where, code: 'table-shape', params: {} }];
    const { id, field } = column;
    if (typeof field !== 'string' || !fieldName.test(field)) return [{ at: `${where}/field`, code: 'table-shape', params: {} }];
    const twice = seen.has(id) || seen.has(`field ${field}`);
    seen.add(id).add(`field ${field}`);
    return twice ? [{ at: where, code: 'table-column', params: { twice: field } }] : [];
  });
}

/** Every row is an object of texts, one a column: what is no text is no cell, and a cell of no column would be read as nothing said. */
function rowShape({ inputs, outputs, ...more }: { inputs: TableColumn[]; outputs: TableColumn[] }, at: string): TableFault[] {
  const { rules } = more as { rules?: unknown };
  const columns = [...inputs, ...outputs];
  const twice = columns.find(({ id }, no) => columns.findIndex((column) => column.id === id) !== no);
  if (twice) return [{ at: `${at}/outputs`, code: 'table-column', params: { twice: twice.field } }];
  if (!Array.isArray(rules) || rules.length === 0 || rules.length > mostRows)
    return [{ at: `${at}/rules`, code: 'table-shape', params: {} }];
  return (rules as unknown[]).flatMap((row, no): TableFault[] => {
    const where = `${at}/rules/${no}`;
    if (!isObject(row)) return [{ at: where, code: 'table-shape', params: {} }];
    return Object.entries(row).flatMap(([id, cell]): TableFault[] => {
      const column = columns.find((one) => one.id === id)?.field ?? (ownKeys.includes(id) ? id : undefined);
      if (column === undefined) return [{ at: where, code: 'table-column', params: { row: no + 1, unknown: id.slice(0, 60) } }];
      if (typeof cell === 'string') return [];
      return [{ at: `${where}/${step(id)}`, code: 'table-cell', params: { row: no + 1, column, cell: shown(cell) } }];
    });
  });
}

/** A key as a step of a JSON pointer. */
export const step = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1');
/** A cell as a sentence may quote it. */
export const shown = (cell: unknown): string => (typeof cell === 'string' ? cell : JSON.stringify(cell)).slice(0, 80);
