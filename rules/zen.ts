import { createHash } from 'node:crypto';
import { ZenEngine } from '@gorules/zen-engine';
import type { ZenDecision, ZenEngineTrace } from '@gorules/zen-engine';
import { boundedTable, TABLE_NODE } from '../domain/policies/table-guard.ts';
import type { Cell, DecisionTable, DecisionTables, TableAnswer } from '../domain/policies/tables.ts';
import { Refusal } from '../domain/platform/refusal.ts';

/** Tables in use at once; a process sees the current versions, and while one is simulated the versions it is held against. */
const KEPT = 64;

/**
 * Decision tables run by the ZEN engine: one engine a process, each table compiled once. Tables are policy content and never change, so
 * they are known by the object they came as, and by their hash when it comes again from the database. A table with anything in it that was not
 * bounded never reaches the engine: evaluating it throws Refusal `policy-invalid`.
 */
export function zenTables(): DecisionTables {
  const engine = new ZenEngine();
  const known = new WeakMap<DecisionTable, ZenDecision>();
  const kept = new Map<string, ZenDecision>();
  const compiled = (table: DecisionTable): ZenDecision => {
    const bounded = boundedTable(table);
    if (!bounded) throw new Refusal('policy-invalid', { what: 'a decision table holds cells that were never checked' });
    const text = JSON.stringify(bounded);
    const hash = createHash('sha256').update(text).digest('base64');
    const decision = kept.get(hash) ?? engine.createDecision(Buffer.from(text));
    // The least recently compiled goes first.
    kept.delete(hash);
    kept.set(hash, decision);
    for (const oldest of kept.keys()) if (kept.size > KEPT) kept.delete(oldest);
    return decision;
  };
  return {
    async evaluate(table, input) {
      let decision = known.get(table);
      if (!decision) {
        decision = compiled(table);
        known.set(table, decision);
      }
      const { result, trace } = await decision.evaluate(input, { trace: true });
      return { output: result as Record<string, Cell>, trace: hitOf(trace ?? {}) };
    },
  };
}

/** Which row hit on which inputs. The engine's own timings are left out: the same question has the same trace. */
function hitOf(trace: Record<string, ZenEngineTrace>): TableAnswer['trace'] {
  const data = trace[TABLE_NODE]?.traceData as
    { index?: number; rule?: { _id?: string }; reference_map?: Record<string, Cell> } | undefined;
  return { row: data?.rule?._id ?? null, index: data?.index ?? null, inputs: sorted(data?.reference_map ?? {}) };
}

const sorted = (map: Record<string, Cell>): Record<string, Cell> =>
  Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)));
