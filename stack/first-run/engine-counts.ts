import { Connection } from '@temporalio/client';
import type { TemporalConfig } from '../../config/env.ts';

/** Workflows the engine runs and has closed. */
export interface EngineCounts {
  readonly open: number;
  readonly closed: number;
}

/** An engine that does not answer in this time is asked again at the next drawing. */
const ASK_MS = 2_000;

/** Asks Temporal itself, so that the table shows runs that really are there. */
export async function engineCounter(config: TemporalConfig): Promise<{ count(): Promise<EngineCounts>; close(): Promise<void> }> {
  const { address, namespace, tls, apiKey } = config;
  const connection = await Connection.connect({ address, tls, ...(apiKey ? { apiKey } : {}) });
  let asking: Promise<unknown> = Promise.resolve();
  const ask = async (query: string): Promise<number> =>
    Number((await connection.workflowService.countWorkflowExecutions({ namespace, query })).count);
  const askBoth = async (): Promise<EngineCounts> => {
    const open = await ask("ExecutionStatus = 'Running'");
    return { open, closed: (await ask('')) - open };
  };
  return {
    count() {
      const counts = connection.withDeadline(Date.now() + ASK_MS, askBoth);
      asking = counts.catch(() => undefined);
      return counts;
    },
    async close() {
      // A call that is still being tried again on a closed connection would end the process.
      await asking;
      await connection.close();
    },
  };
}
