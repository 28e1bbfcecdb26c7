import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { DefaultLogger, Runtime, Worker, bundleWorkflowCode, makeTelemetryFilterString } from '@temporalio/worker';
import type { InjectedSinks } from '@temporalio/worker';
import type { ObserverSinks } from './observe.ts';

export const HISTORIES = new URL('./histories/', import.meta.url);
export const GOLDEN = new URL('./golden.json', import.meta.url);

/** Commands of each recorded history, by file: what a replay through the code of its day gave. */
export type Golden = Record<string, string[]>;

export const readGolden = (): Golden => JSON.parse(readFileSync(GOLDEN, 'utf8')) as Golden;
export const historyFiles = (): string[] =>
  readdirSync(HISTORIES)
    .filter((name) => name.endsWith('.json'))
    .sort();

const silent = new DefaultLogger('ERROR', () => undefined);
/** Once a process, before the first replay of one that runs no worker: what a negative control breaks is told by its result. */
export function quiet(): void {
  const filter = `${makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' })},temporalio_sdk_core::worker=OFF`;
  Runtime.install({ logger: silent, telemetryOptions: { logging: { filter } } });
}

/** Today's workflow code with the observer beside it. */
export async function observedBundle(): Promise<string> {
  const { code } = await bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('../../workflows/index.ts', import.meta.url)),
    workflowInterceptorModules: [fileURLToPath(new URL('./observe.ts', import.meta.url))],
    logger: silent,
  });
  return code;
}

export interface Replayed {
  commands: string[];
  error: string | null;
}

/** Replays recorded histories through workflow code; needs no server. By file, in the order given. */
export async function replay(code: string, files: readonly string[]): Promise<Map<string, Replayed>> {
  const replayed = new Map<string, Replayed>(files.map((file) => [file, { commands: [], error: null }]));
  const sinks: InjectedSinks<ObserverSinks> = {
    observer: {
      command: { fn: (info, line) => void replayed.get(info.workflowId)?.commands.push(line), callDuringReplay: true },
    },
  };
  // The file's name stands in for the workflow id, which says nothing to the workflow.
  const histories = files.map((file) => ({
    workflowId: file,
    history: JSON.parse(readFileSync(new URL(file, HISTORIES), 'utf8')) as unknown,
  }));
  for await (const { workflowId, error } of Worker.runReplayHistories({ workflowBundle: { code }, sinks }, histories)) {
    const found = replayed.get(workflowId);
    if (found && error) found.error = error.message;
  }
  return replayed;
}
