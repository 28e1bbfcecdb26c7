import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PostgresBinaries } from './postgres-binaries.ts';
import type { RunAs } from './postgres-user.ts';
import { commandAs } from './postgres-user.ts';
import { commandLineOf, endProcess, isAlive } from './processes.ts';
import { StackError } from './error.ts';
import type { Say } from './words.ts';

/** The superuser and owner of the embedded cluster, and the name of its database. */
export const DATABASE_OWNER = 'duecourse';

/** Speaks of what happens, one line at a time. */
export type Log = Say;

/**
 * Makes a new cluster if the folder holds none: UTF-8 with the built-in C.UTF-8 collation, which sorts alike on every
 * system. Made beside and renamed, so that a kill in the middle leaves nothing that looks like a cluster.
 */
export function initCluster(o: {
  cluster: string;
  binaries: PostgresBinaries;
  runAs: RunAs | null;
  password: string;
  log: Log;
}): void {
  if (existsSync(join(o.cluster, 'PG_VERSION'))) return;
  if (existsSync(o.cluster))
    throw new StackError(
      `${o.cluster} exists but holds no database: move it away or choose another folder with --data DIR.`,
      `${o.cluster} 已存在但不是数据库：请移走它，或用 --data DIR 换一个文件夹。`,
    );
  o.log({ en: 'Making a new PostgreSQL database', zh: '正在建立新的 PostgreSQL 数据库' });
  const fresh = `${o.cluster}.new`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { mode: 0o700 });
  const secret = `${fresh}.secret`;
  writeFileSync(secret, `${o.password}\n`, { mode: 0o600 });
  if (o.runAs !== null) for (const path of [fresh, secret]) chownSync(path, o.runAs.uid, o.runAs.gid);
  const flags = [
    '--encoding=UTF8',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--locale=C',
    '--auth=scram-sha-256',
  ];
  const command = commandAs(o.runAs, o.binaries.initdb, [
    `--pgdata=${fresh}`,
    `--username=${DATABASE_OWNER}`,
    `--pwfile=${secret}`,
    ...flags,
  ]);
  const made = spawnSync(command.file, command.args, { ...command.ids, cwd: '/', encoding: 'utf8' });
  rmSync(secret, { force: true });
  if (made.status !== 0) {
    const why = (made.stderr || made.error?.message || `exit code ${made.status}`).trim().split('\n').at(-1);
    throw new StackError(
      `PostgreSQL could not make its database in ${o.cluster}: ${why}`,
      `PostgreSQL 未能在 ${o.cluster} 建立数据库：${why}`,
    );
  }
  chmodSync(fresh, 0o700);
  renameSync(fresh, o.cluster);
}

/**
 * Ends a server that a killed stack left running on this very cluster, so that its files have one user. The pid file may
 * also be a leftover whose number was given to a stranger since: then only the file goes.
 */
export async function endLeftover(cluster: string, log: Log): Promise<void> {
  const pidFile = join(cluster, 'postmaster.pid');
  if (!existsSync(pidFile)) return;
  const pid = Number.parseInt(readFileSync(pidFile, 'utf8'), 10);
  if (!(pid > 1)) return rmSync(pidFile, { force: true });
  if (isAlive(pid)) {
    const command = commandLineOf(pid);
    if (command === null)
      throw new StackError(
        `Process ${pid} may hold the database in ${cluster}: end it, then start again.`,
        `进程 ${pid} 可能正在使用 ${cluster} 中的数据库：请结束它，然后重新启动。`,
      );
    if (/postgres/.test(command) && `${command} `.includes(` ${cluster} `)) {
      log({
        en: `Stopping the PostgreSQL (process ${pid}) that an earlier run left behind`,
        zh: `正在停止上次运行遗留的 PostgreSQL（进程 ${pid}）`,
      });
      await endProcess(pid, [
        ['SIGINT', 20_000],
        ['SIGQUIT', 5_000],
        ['SIGKILL', 5_000],
      ]);
      return;
    }
  }
  rmSync(pidFile, { force: true });
}
