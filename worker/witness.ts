import { randomUUID } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { countLook, readHome } from '../store/platform/witness.ts';
import type { Store } from '../store/platform/transaction.ts';
import type { Witness } from '../domain/platform/witness.ts';

/** A backup is older than this: whoever puts one back takes back looks. */
const EVERY_MS = 10_000;

type Noted = Witness & { home: string };

interface WitnessLog {
  warn(fields: object, message: string): void;
}

export interface RunningWitness {
  stop(): Promise<void>;
}

/**
 * Keeps, in a file outside the database, how often the database was looked at, and looks before anything may leave: a backup that was put
 * back in the database's own place knows of fewer looks. Rejects when the first look cannot be made.
 */
export async function startWitness(
  { store, file, log }: { store: Store; file: string; log: WitnessLog },
  everyMs = EVERY_MS,
): Promise<RunningWitness> {
  const stop = new AbortController();
  let noted = await look(store, file, log, noteIn(file));
  const run = (async () => {
    for (;;) {
      await delay(everyMs, undefined, { ref: false, signal: stop.signal }).catch(() => undefined);
      if (stop.signal.aborted) return;
      noted = await look(store, file, log, noted).catch(() => noted);
    }
  })();
  return {
    async stop() {
      stop.abort();
      await run;
    },
  };
}

/** A witness speaks of the database it has seen; of another one it knows nothing yet. */
async function look(store: Store, file: string, log: WitnessLog, before: Noted | null): Promise<Noted> {
  const home = await readHome(store);
  const known = before?.home === home ? before : { id: randomUUID(), count: 0 };
  const { witness, restored } = await countLook(store, { id: known.id, count: known.count });
  if (restored)
    log.warn({ witness: witness.id }, 'a backup was put back in the place of the database: nothing leaves until it is claimed');
  const noted = { ...witness, home };
  try {
    note(file, noted);
  } catch (error) {
    log.warn({ err: error, file }, 'what was seen of the database cannot be noted: a backup put back would not be found out');
  }
  return noted;
}

function noteIn(file: string): Noted | null {
  try {
    const { id, count, home } = JSON.parse(readFileSync(file, 'utf8')) as Partial<Noted>;
    return typeof id === 'string' && typeof count === 'number' && typeof home === 'string' ? { id, count, home } : null;
  } catch {
    return null;
  }
}

/** Whole or not at all, also when the machine ends in between. */
function note(file: string, noted: Noted): void {
  const next = `${file}.${process.pid}.next`;
  mkdirSync(dirname(file), { recursive: true });
  const fd = openSync(next, 'w', 0o600);
  try {
    writeSync(fd, JSON.stringify(noted));
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(next, file);
}
