import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, statSync } from 'node:fs';
import { StackError } from './error.ts';

/**
 * How to run PostgreSQL, which refuses to run as root. `capability` names the one Linux right its processes keep when
 * the folders that lead to its files are closed to that user (a clone in /root, or under a private temporary folder).
 */
export interface RunAs {
  readonly uid: number;
  readonly gid: number;
  readonly capability: 'dac_read_search' | 'dac_override' | null;
}

/** A program and its arguments, wrapped so that it runs as `runAs` says; null runs it as ourselves. */
export function commandAs(
  runAs: RunAs | null,
  file: string,
  args: readonly string[],
): { file: string; args: string[]; ids: { uid?: number; gid?: number } } {
  if (runAs === null) return { file, args: [...args], ids: {} };
  const { uid, gid, capability } = runAs;
  if (capability === null) return { file, args: [...args], ids: { uid, gid } };
  const keep = [`--inh-caps=+${capability}`, `--ambient-caps=+${capability}`];
  return { file: 'setpriv', args: [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', ...keep, '--', file, ...args], ids: {} };
}

function idOf(flag: '-u' | '-g', name: string): number | null {
  const answer = spawnSync('id', [flag, name], { encoding: 'utf8' });
  const id = Number.parseInt(answer.stdout ?? '', 10);
  return answer.status === 0 && Number.isInteger(id) ? id : null;
}

function postgresUser(): { uid: number; gid: number } {
  const look = () => ({ uid: idOf('-u', 'postgres'), gid: idOf('-g', 'postgres') });
  let { uid, gid } = look();
  if (uid === null || gid === null) {
    try {
      execFileSync('groupadd', ['--system', '--force', 'postgres'], { stdio: 'ignore' });
      execFileSync('useradd', ['--system', '--gid', 'postgres', '--no-create-home', '--shell', '/bin/false', 'postgres'], {
        stdio: 'ignore',
      });
    } catch {
      throw new StackError(
        'PostgreSQL does not run as root and a user "postgres" could not be made: start Duecourse as an ordinary user.',
        'PostgreSQL 不能以 root 运行，且未能建立用户 "postgres"：请以普通用户启动 Duecourse。',
      );
    }
    ({ uid, gid } = look());
  }
  if (uid === null || gid === null) {
    throw new StackError(
      'PostgreSQL does not run as root and there is no user "postgres": start Duecourse as an ordinary user.',
      'PostgreSQL 不能以 root 运行，且没有用户 "postgres"：请以普通用户启动 Duecourse。',
    );
  }
  return { uid, gid };
}

function reaches(runAs: RunAs, initdb: string, dataDir: string): boolean {
  const { file, args, ids } = commandAs(runAs, '/bin/sh', ['-c', '"$0" --version && cd "$1"', initdb, dataDir]);
  return spawnSync(file, args, { ...ids, cwd: '/', stdio: 'ignore' }).status === 0;
}

/**
 * Under which user PostgreSQL runs: ourselves, or for root the user that owns the cluster already, or "postgres" (made if
 * absent). Lets that user into `dataDir` by group, nothing wider. `initdb` is any of the programs, to see whether it can be run.
 */
export function choosePostgresUser(o: { dataDir: string; cluster: string; initdb: string }): RunAs | null {
  const self = process.getuid?.();
  const owner = statSync(o.cluster, { throwIfNoEntry: false });
  if (self === undefined) return null;
  if (self !== 0) {
    if (owner !== undefined && owner.uid !== self) {
      throw new StackError(
        `The database in ${o.cluster} belongs to another user: start Duecourse as that user or choose another folder with --data DIR.`,
        `${o.cluster} 中的数据库属于另一用户：请以该用户启动 Duecourse，或用 --data DIR 换一个文件夹。`,
      );
    }
    return null;
  }
  const user = owner !== undefined && owner.uid !== 0 ? { uid: owner.uid, gid: owner.gid } : postgresUser();
  const plain: RunAs = { ...user, capability: null };
  if (reaches(plain, o.initdb, o.dataDir)) return plain;
  chownSync(o.dataDir, statSync(o.dataDir).uid, user.gid);
  chmodSync(o.dataDir, statSync(o.dataDir).mode | 0o010);
  const ways: RunAs[] = [plain, { ...user, capability: 'dac_read_search' }, { ...user, capability: 'dac_override' }];
  const way = ways.find((w) => reaches(w, o.initdb, o.dataDir));
  if (way !== undefined) return way;
  throw new StackError(
    `PostgreSQL does not run as root and its user "postgres" may not enter ${o.dataDir} or ${o.initdb}: ` +
      'open the folders above them (chmod o+x), or start Duecourse as an ordinary user.',
    `PostgreSQL 不能以 root 运行，其用户 "postgres" 又不能进入 ${o.dataDir} 或 ${o.initdb}：` +
      '请放开上级文件夹的权限（chmod o+x），或以普通用户启动 Duecourse。',
  );
}
