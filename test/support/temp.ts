import { existsSync, mkdtempSync, realpathSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A file system in memory, where the machine has one. */
const IN_MEMORY = '/dev/shm';
/** More than the databases of a run, with their logs, ever took. */
const RUN_BYTES = 6 * 2 ** 30;

function hasRoom(folder: string): boolean {
  if (!existsSync(folder)) return false;
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize > RUN_BYTES;
}

/** Where a run keeps what it throws away: in memory where there is room, since a database is a thousand files that a disk makes slowly. */
export const throwawayParent = (): string => (hasRoom(IN_MEMORY) ? IN_MEMORY : realpathSync(tmpdir()));

/** An empty folder that goes when the test ends. */
export function tempFolder(): string {
  const folder = mkdtempSync(join(throwawayParent(), 'duecourse-case-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
