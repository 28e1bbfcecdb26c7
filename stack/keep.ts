import { setTimeout as delay } from 'node:timers/promises';
import type { Say, Words } from './words.ts';

/** A server that we started and that can end by itself. */
export interface Server {
  /** Resolves when it ends without being asked to, with what its log said last. */
  readonly lost: Promise<string>;
  stop(): Promise<void>;
}

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 10_000;

/** What is said of a server that is kept running. */
export interface KeptWords {
  readonly lost: (why: string) => Words;
  readonly stillAway: (why: string) => Words;
  readonly back: Words;
}

/**
 * Starts a server again whenever it ends by itself, on the data it had: killed, out of memory, or because the disk was full. It tries at
 * growing intervals until it succeeds or is asked to stop, and says each change once. Everybody who speaks to it connects anew by itself.
 */
export function keepRunning(first: Server, start: () => Promise<Server>, words: KeptWords, say: Say): { stop(): Promise<void> } {
  let current: Server | null = first;
  const stopping = new AbortController();
  const { signal } = stopping;

  const startAgain = async (): Promise<Server | null> => {
    let said = '';
    for (let wait = FIRST_WAIT_MS; !signal.aborted; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
      await delay(wait, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) break;
      try {
        return await start();
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        const sentence = words.stillAway(why);
        if (sentence.en !== said) say(sentence);
        said = sentence.en;
      }
    }
    return null;
  };

  const watching = (async () => {
    while (current !== null && !signal.aborted) {
      const why = await Promise.race([current.lost, untilAborted(signal)]);
      if (why === null) return;
      say(words.lost(why));
      current = null;
      current = await startAgain();
      if (current !== null && !signal.aborted) say(words.back);
    }
  })();

  return {
    async stop() {
      stopping.abort();
      await current?.stop();
      // One that was just being started ends as soon as it is up.
      await watching;
      await current?.stop();
    },
  };
}

const untilAborted = (signal: AbortSignal): Promise<null> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(null);
    else signal.addEventListener('abort', () => resolve(null), { once: true });
  });
