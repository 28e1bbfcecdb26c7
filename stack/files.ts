import { mkdirSync, openSync, readFileSync, renameSync, statSync, statfsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const LOG_KEPT_BYTES = 10_000_000;
/** PostgreSQL writes its log in files of so many bytes, and goes on when it can make the next one. */
const ROOM_BYTES = 16 * 1024 * 1024;

/** Writes a file whole or not at all; `mode` applies from its first byte, so a secret is never readable by others. */
export function writeWhole(file: string, content: string, mode = 0o600): void {
  const next = `${file}.${process.pid}.next`;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(next, content, { mode });
  renameSync(next, file);
}

/** The object a small state file holds, `{}` when there is none or it is damaged: such files only remember preferences. */
export function readState(file: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

/** A number kept in a state file, undefined when absent. */
export function numberIn(state: Record<string, unknown>, key: string): number | undefined {
  const value = state[key];
  return typeof value === 'number' ? value : undefined;
}

/** Opens `logs/<name>.log` in the data folder for appending; one that has grown large is kept once as `.log.1`. */
export function openLog(dataDir: string, name: string): { file: string; fd: number } {
  const folder = join(dataDir, 'logs');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, `${name}.log`);
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > LOG_KEPT_BYTES) renameSync(file, `${file}.1`);
  return { file, fd: openSync(file, 'a', 0o600) };
}

/** What was written to a log since `from` bytes, at most the last 4,000 characters. */
export function logTail(file: string, from = 0): string {
  try {
    return readFileSync(file).subarray(from).toString('utf8').slice(-4000).trim();
  } catch {
    return '';
  }
}

/** Whether the disk of a folder has no room for a server to go on. */
export function isFull(folder: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize < ROOM_BYTES;
  } catch {
    return false;
  }
}
