import { accessSync, constants, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { StackError } from './error.ts';
import { isAlive, startOf } from './processes.ts';

/** The hold of this process on a data folder. */
export interface DataLock {
  release(): void;
}

function contentOf(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

/** The process a lock names, if it still is the one that wrote it and not a later one with the same number. */
function holderOf(content: string): number | null {
  const [first, start] = content.split('\n');
  const pid = Number(first);
  if (!Number.isInteger(pid) || pid < 1 || !isAlive(pid)) return null;
  const now = startOf(pid);
  return now === null || start === now ? pid : null;
}

/** Removes the lock of a dead process; should a living one have replaced it meanwhile, its lock is put back. */
function removeStale(file: string, judged: string): void {
  const aside = `${file}.${process.pid}.stale`;
  try {
    renameSync(file, aside);
  } catch {
    return;
  }
  if (contentOf(aside) === judged) rmSync(aside, { force: true });
  else renameSync(aside, file);
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

/** Level by level: asked for all at once under `/proc`, Node would try for ever. */
function makeLevels(folder: string): void {
  if (isFolder(folder)) return;
  makeLevels(dirname(folder));
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if (!isFolder(folder)) throw error;
  }
}

function makeFolder(dataDir: string): void {
  try {
    makeLevels(resolve(dataDir));
    accessSync(dataDir, constants.W_OK | constants.X_OK);
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new StackError(
      `The data folder ${dataDir} cannot be used (${why}): choose a folder you may write with --data DIR.`,
      `无法使用数据文件夹 ${dataDir}（${why}）：请用 --data DIR 选择可写的文件夹。`,
    );
  }
}

/**
 * Takes a data folder for this process, making it when absent, so that no two stacks write to the same databases. The lock
 * of a killed process is taken over. Throws StackError when a living one holds it.
 */
export async function lockDataDir(dataDir: string): Promise<DataLock> {
  makeFolder(dataDir);
  const file = join(dataDir, 'stack.lock');
  const mine = `${process.pid}\n${startOf(process.pid) ?? ''}\n`;
  for (let attempt = 0; attempt < 50; attempt++) {
    try {
      writeFileSync(file, mine, { flag: 'wx', mode: 0o600 });
      // After a takeover another taker may be putting back what it moved aside: whose lock stays is the holder.
      if (attempt > 0) await delay(50);
      if (contentOf(file) === mine) return { release: () => contentOf(file) === mine && rmSync(file, { force: true }) };
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    const found = contentOf(file) ?? '';
    const holder = holderOf(found);
    if (holder !== null) {
      throw new StackError(
        `Another Duecourse (process ${holder}) uses ${dataDir}: stop it, or choose another folder with --data DIR.`,
        `另一个 Duecourse（进程 ${holder}）正在使用 ${dataDir}：请先停止它，或用 --data DIR 换一个文件夹。`,
      );
    }
    // An unfinished lock may be one just being written: it gets a moment before it counts as stale.
    if (found.endsWith('\n') || attempt > 20) removeStale(file, found);
    await delay(20);
  }
  throw new StackError(
    `The data folder ${dataDir} could not be locked: remove ${file} if no Duecourse uses it.`,
    `无法锁定数据文件夹 ${dataDir}：若没有 Duecourse 在使用它，请删除 ${file}。`,
  );
}
