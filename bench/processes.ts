import { readFileSync, readdirSync } from 'node:fs';

const TICK_MS = 10;

/** CPU used so far, in milliseconds, by a process and those of its children that have ended. NaN where the system does not tell. */
export function cpuOf(pid: number): number {
  const fields = statOf(pid);
  if (!fields) return Number.NaN;
  const [user = 0, system = 0, childUser = 0, childSystem = 0] = fields.slice(11, 15).map(Number);
  return (user + system + childUser + childSystem) * TICK_MS;
}

/** The same for a server that forks: with its living children. */
export function cpuOfFamily(pid: number): number {
  let own = cpuOf(pid);
  for (const name of entries('/proc')) {
    const child = Number(name);
    if (Number.isInteger(child) && Number(statOf(child)?.[1]) === pid) own += cpuOf(child);
  }
  return own;
}

function statOf(pid: number): string[] | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return null;
  }
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
