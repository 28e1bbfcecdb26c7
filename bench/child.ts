import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface MemoryReading {
  rss: number;
  /** Heap of the main thread and of all threads that run workflows, after garbage collection. */
  mainHeap: number;
  threadHeap: number;
}

/** A process of a measurement, spoken to by messages. */
export interface Child {
  readonly pid: number;
  /** What it said when it was ready. */
  readonly hello: Record<string, unknown>;
  ask<T>(question: string): Promise<T>;
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts one of bench's own programs with `input` as its settings and waits until it is ready. */
export async function startChild(
  program: string,
  input: Record<string, unknown>,
  options: { profile?: string | null } = {},
): Promise<Child> {
  const probe = new URL('heap-probe.mjs', import.meta.url).href;
  const profile = options.profile ? ['--cpu-prof', '--cpu-prof-dir', options.profile, '--cpu-prof-interval', '500'] : [];
  const child = fork(fileURLToPath(new URL(program, import.meta.url)), [JSON.stringify(input)], {
    execArgv: ['--expose-gc', '--import', 'tsx', '--import', probe, ...profile],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const waiting = new Map<number, (answer: unknown) => void>();
  let count = 0;
  const hello = await new Promise<Record<string, unknown>>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`${program} ended with ${code} before it was ready`)));
    child.on('message', (message: { hello?: Record<string, unknown>; id?: number; answer?: unknown }) => {
      if (message.hello) resolve(message.hello);
      else if (message.id !== undefined) waiting.get(message.id)?.(message.answer);
    });
  });
  const atExit = (): void => void child.kill('SIGKILL');
  process.once('exit', atExit);
  void exited.then(() => process.off('exit', atExit));
  return {
    pid: child.pid ?? 0,
    hello,
    ask<T>(question: string): Promise<T> {
      const id = (count += 1);
      return new Promise<T>((resolve, reject) => {
        void exited.then(() => reject(new Error(`${program} has ended`)));
        waiting.set(id, (answer) => resolve(answer as T));
        child.send({ id, question });
      });
    },
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
    async stop() {
      if (child.connected) child.send({ id: 0, question: 'stop' });
      await exited;
    },
  };
}
