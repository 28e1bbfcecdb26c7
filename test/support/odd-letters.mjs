// A thread that writes letters, but for two templates: one rests for ever, one keeps all it can get of its memory.
import { parentPort } from 'node:worker_threads';
import { register } from 'tsx/esm/api';

const kept = [];
parentPort.on('message', ({ template }) => {
  if (template.body.includes('(rests)')) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  while (template.body.includes('(hoards)')) kept.push(new Array(100_000).fill(kept.length));
});
register();
await import('../../store/outreach/letters/thread.ts');
