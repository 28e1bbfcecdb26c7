import { BroadcastChannel } from 'node:worker_threads';
import type { MemoryReading } from './child.ts';

const THREADS_ANSWER_MS = 2_000;

/** The settings a child was started with. */
export function inputOf<T>(): T {
  return JSON.parse(process.argv[2] ?? '{}') as T;
}

/** Tells the parent that this process is ready, and answers its questions until it says stop. */
export function serve(hello: Record<string, unknown>, answers: Record<string, () => unknown>, stop: () => Promise<void>): void {
  process.on('message', (message: { id: number; question: string }) => {
    if (message.question === 'stop') {
      void stop().then(() => process.exit(0));
      return;
    }
    const answer = message.question === 'memory' ? memory : answers[message.question];
    void Promise.resolve(answer?.()).then((value) => process.send?.({ id: message.id, answer: value ?? null }));
  });
  process.once('disconnect', () => process.exit(1));
  process.send?.({ hello });
}

/** Memory of this process with its workflow threads (each answers through the probe). */
async function memory(): Promise<MemoryReading> {
  const heaps: number[] = [];
  const channel = new BroadcastChannel('bench-heap');
  channel.onmessage = (message: unknown) => {
    const { data } = message as { data: { threadId: number; heapUsed: number } };
    if (data.threadId !== 0) heaps.push(data.heapUsed);
  };
  channel.postMessage('look');
  await new Promise((resolve) => setTimeout(resolve, THREADS_ANSWER_MS));
  channel.close();
  globalThis.gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  return { rss, mainHeap: heapUsed, threadHeap: heaps.reduce((sum, heap) => sum + heap, 0) };
}
