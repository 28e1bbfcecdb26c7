/**
 * Imported into every thread of a measured process: answers how much heap the thread uses, after collecting garbage. Workflows live in
 * threads of their own, whose heaps `process.memoryUsage` of the main thread does not see.
 */
import { BroadcastChannel, threadId } from 'node:worker_threads';

const channel = new BroadcastChannel('bench-heap');
channel.onmessage = ({ data }) => {
  if (data !== 'look') return;
  globalThis.gc?.();
  globalThis.gc?.();
  channel.postMessage({ threadId, heapUsed: process.memoryUsage().heapUsed });
};
channel.unref();
