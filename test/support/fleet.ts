import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inject } from 'vitest';
import type { Ground } from './world-over.ts';

const CRASH = fileURLToPath(new URL('./doom-at-commit.mjs', import.meta.url));

/** A worker in a process of its own. */
export interface WorkerProcess {
  readonly pid: number;
  readonly alive: boolean;
  /** Resolves when it polls for work; rejects when it ended before. */
  ready: Promise<void>;
  ended: Promise<void>;
  /** kill -9. */
  kill(): Promise<void>;
  /** SIGSTOP: it holds all it holds, and does not know that time passes. */
  freeze(): void;
  /** SIGCONT: it goes on as if nothing had been. */
  thaw(): void;
  /** A graceful end. */
  stop(): Promise<void>;
}

export interface Fleet {
  /** `crashAfter`, `freezeAfter`, `freezeBefore`: what happens to it, once, around the commit of that audit action. */
  start(options?: { crashAfter?: string; freezeAfter?: string; freezeBefore?: string }): WorkerProcess;
  /** Ends every process that was started. */
  close(): Promise<void>;
}

/** Worker processes, each with a relay, over one ground and one task queue. */
export function fleetOver(ground: Ground, taskQueue: string, env: Record<string, string> = {}): Fleet {
  const all: WorkerProcess[] = [];
  return {
    start({ crashAfter, freezeAfter, freezeBefore } = {}) {
      const doomed = crashAfter ?? freezeAfter ?? freezeBefore;
      const child = fork(join(inject('processes'), 'worker-process.mjs'), [], {
        execArgv: doomed ? ['--import', CRASH] : [],
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
        env: {
          ...process.env,
          DATABASE_URL: ground.url,
          TEMPORAL_ADDRESS: ground.temporalAddress,
          TEMPORAL_NAMESPACE: ground.temporalNamespace,
          DUECOURSE_TASK_QUEUE: taskQueue,
          DUECOURSE_MODE: 'local',
          // Killed workers are part of these tests: what they held goes on soon.
          DUECOURSE_STICKY_SECONDS: '1',
          LOG_LEVEL: 'silent',
          ...env,
          ...(doomed && {
            DOOM_ACTION: doomed,
            DOOM: crashAfter ? 'crash-after' : freezeAfter ? 'freeze-after' : 'freeze-before',
          }),
        },
      });
      const worker = processOf(child);
      all.push(worker);
      return worker;
    },
    close: async () => void (await Promise.all(all.map((worker) => worker.kill()))),
  };
}

function processOf(child: ChildProcess): WorkerProcess {
  const isAlive = () => child.exitCode === null && child.signalCode === null;
  const ended = once(child, 'exit').then(() => undefined);
  const ready = Promise.race([
    once(child, 'message').then(() => undefined),
    ended.then(() => Promise.reject(new Error('the worker process ended before it was ready'))),
  ]);
  ready.catch(() => undefined);
  return {
    pid: child.pid ?? 0,
    get alive() {
      return isAlive();
    },
    ready,
    ended,
    async kill() {
      if (isAlive()) child.kill('SIGKILL');
      await ended;
    },
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    async stop() {
      if (isAlive()) child.send('stop');
      await ended;
    },
  };
}
