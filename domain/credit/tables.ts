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

export interface TableContent {
  hitPolicy: string;
  inputs: readonly { id: string; field?: string | undefined }[];
  outputs: readonly { id: string; field?: string | undefined }[];
  rules: readonly Readonly<Record<string, string>>[];
}

const scalar = String.raw`(?:-?\d+(?:\.\d+)?|'[^']*'|"[^"]*"|true|false)`;
// What a cell of an input may say: nothing, values, a comparison or a range. The engine lets a cell it cannot read simply not match.
const condition = new RegExp(
  String.raw`^(?:${scalar}(?:\s*,\s*${scalar})*|(?:>=|<=|>|<|==|!=)\s*${scalar}|not\s+in\s*\[\s*${scalar}(?:\s*,\s*${scalar})*\s*\]|[[(]\s*-?\d+(?:\.\d+)?\s*\.\.\s*-?\d+(?:\.\d+)?\s*[\])])?$`,
);
const value = new RegExp(`^(?:${scalar}|null)$`);

/** The table of a document that is one input, one decision table and one output; null when it is anything else (code, calls, other documents). */
export function contentOf(table: DecisionTable): TableContent | null {
  const types = table.nodes.map((node) => node.type).sort();
  if (types.join() !== 'decisionTableNode,inputNode,outputNode') return null;
  const idOf = (type: string): string => table.nodes.find((node) => node.type === type)?.id ?? '';
  const wires = table.edges.map((edge) => `${edge.sourceId}>${edge.targetId}`).sort();
  const [input, rows, output] = [idOf('inputNode'), idOf('decisionTableNode'), idOf('outputNode')];
  if (wires.join() !== [`${input}>${rows}`, `${rows}>${output}`].sort().join()) return null;
  return table.nodes.find((node) => node.type === 'decisionTableNode')?.content as TableContent;
}

/** What a table contradicts: it takes and gives these fields and no others, cells can be read, and its last row holds for everybody. */
export function tableFaults(
  table: DecisionTable,
  fields: { inputs: readonly string[]; outputs: readonly string[] },
): { at: string; what: string }[] {
  const content = contentOf(table);
  if (!content) return [{ at: '', what: 'must be one input, one decision table and one output, wired in that order' }];
  if (content.hitPolicy !== 'first') return [{ at: '', what: 'hitPolicy must be first' }];
  const inputs = content.inputs.map((column) => column.field ?? '');
  const outputs = content.outputs.map((column) => column.field ?? '');
  const unknown = inputs
    .filter((field) => !fields.inputs.includes(field))
    .map((field) => ({ at: '', what: `unknown input ${field}` }));
  const missing = fields.outputs
    .filter((field) => !outputs.includes(field))
    .map((field) => ({ at: '', what: `no column ${field}` }));
  const cells = content.rules.flatMap((rule, at) => [
    ...content.inputs
      .filter((column) => !condition.test((rule[column.id] ?? '').trim()))
      .map((column) => ({ at: `/rules/${at}`, what: `cell ${column.field} cannot be read: ${rule[column.id]}` })),
    ...content.outputs
      .filter((column) => !value.test((rule[column.id] ?? '').trim()))
      .map((column) => ({ at: `/rules/${at}`, what: `cell ${column.field} is no value: ${rule[column.id] ?? ''}` })),
  ]);
  const last = content.rules.at(-1);
  const open = last !== undefined && content.inputs.every((column) => (rule(last, column.id) ?? '') === '');
  return [...unknown, ...missing, ...cells, ...(open ? [] : [{ at: '/rules', what: 'the last row must hold for everybody' }])];
}

const rule = (row: Readonly<Record<string, string>>, id: string): string | undefined => row[id]?.trim();
