import { Connection } from '@temporalio/client';
import type { TemporalConfig } from '../../config/env.ts';

/** Workflows the engine runs and has closed. */
export interface EngineCounts {
  readonly open: number;
  readonly closed: number;
}

/** Asks Temporal itself, so that the table shows runs that really are there. */
export async function engineCounter(config: TemporalConfig): Promise<{ count(): Promise<EngineCounts>; close(): Promise<void> }> {
  const { address, namespace, tls, apiKey } = config;
  const connection = await Connection.connect({ address, tls, ...(apiKey ? { apiKey } : {}) });
  const ask = async (query: string): Promise<number> =>
    Number((await connection.workflowService.countWorkflowExecutions({ namespace, query })).count);
  return {
    async count() {
      const [open, all] = await Promise.all([ask("ExecutionStatus = 'Running'"), ask('')]);
      return { open, closed: all - open };
    },
    close: () => connection.close(),
  };
}
