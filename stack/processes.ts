import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

function read(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

function run(file: string, args: string[]): string | null {
  try {
    return execFileSync(file, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim() || null;
  } catch {
    return null;
  }
}

/** The fields of /proc/PID/stat after the command name, which may itself hold spaces and brackets: [0] is the state. */
function linuxStat(pid: number): string[] | null {
  const stat = read(`/proc/${pid}/stat`);
  return stat === null ? null : stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** Whether a process runs under this id; one that ended but was not yet collected by its parent does not count. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  return process.platform !== 'linux' || linuxStat(pid)?.[0] !== 'Z';
}

/** The command line of a process, arguments joined by blanks; null when it is gone or may not be read. */
export function commandLineOf(pid: number): string | null {
  switch (process.platform) {
    case 'linux':
      return read(`/proc/${pid}/cmdline`)?.replaceAll('\0', ' ').trim() || null;
    case 'win32':
      return run('powershell', [
        '-NoProfile',
        '-Command',
        `(Get-CimInstance Win32_Process -Filter "ProcessId=${pid}").CommandLine`,
      ]);
    default:
      return run('ps', ['-ww', '-o', 'command=', '-p', String(pid)]);
  }
}

/** What tells this process from a later one with the same id: its start, as the system writes it; null when unknown. */
export function startOf(pid: number): string | null {
  if (process.platform === 'linux') {
    const ticks = linuxStat(pid)?.[19];
    return ticks === undefined ? null : `${read('/proc/sys/kernel/random/boot_id')?.trim() ?? ''}/${ticks}`;
  }
  if (process.platform === 'win32') {
    return run('powershell', ['-NoProfile', '-Command', `(Get-Process -Id ${pid}).StartTime.ToFileTimeUtc()`]);
  }
  return run('ps', ['-o', 'lstart=', '-p', String(pid)]);
}

/** Waits until the process is gone; false when it still runs after `ms`. */
export async function goneWithin(pid: number, ms: number): Promise<boolean> {
  const end = performance.now() + ms;
  while (isAlive(pid)) {
    if (performance.now() > end) return false;
    await delay(25);
  }
  return true;
}

/** Ends a process: each signal in turn, waiting for its milliseconds, until the process is gone. */
export async function endProcess(pid: number, steps: readonly (readonly [NodeJS.Signals, number])[]): Promise<void> {
  for (const [signal, ms] of steps) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return;
      throw error;
    }
    if (await goneWithin(pid, ms)) return;
  }
  throw new Error(`Process ${pid} does not end`);
}
