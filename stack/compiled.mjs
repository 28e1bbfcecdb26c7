import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { access, constants, mkdir, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { ownPlaces } from './own-places.mjs';

const ROOT = new URL('../', import.meta.url);
const CACHE = new URL('node_modules/.cache/duecourse/', ROOT);
/** What is run by a command of this package. */
const PROGRAMS = ['cli/main.ts', 'stack/main.ts'];
/** What the last compilation read, named from the root. */
const INPUTS = new URL(`program-${shortHash(ROOT.href)}.json`, CACHE);
/** So many compilations are kept: a process that runs may still read from an older one. */
const KEPT = 5;

/**
 * The address of a program of this package as plain JavaScript: read module by module, its TypeScript takes seconds at each start. It is
 * kept under the hash of all that it was made from; null when nothing can be kept there.
 */
export async function compiled(program) {
  const known = await inputsOf();
  const kept = known && (await folderOf(known));
  if (kept && existsSync(kept)) return scriptIn(kept, program);
  try {
    await mkdir(CACHE, { recursive: true });
    await access(CACHE, constants.W_OK);
  } catch {
    return null;
  }
  return scriptIn(await compile(), program);
}

const scriptIn = (folder, program) => new URL(program.replace(/\.ts$/, '.mjs'), folder).href;

function shortHash(text) {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

async function inputsOf() {
  try {
    return JSON.parse(await readFile(INPUTS, 'utf8'));
  } catch {
    return null;
  }
}

/** Where what is made of these files, as they are now, is kept. */
async function folderOf(inputs) {
  const { version } = createRequire(import.meta.url)('esbuild/package.json');
  const hash = createHash('sha256').update(version);
  const names = ['stack/compiled.mjs', 'stack/own-places.mjs', ...inputs];
  const contents = await Promise.all(names.map((name) => readFile(new URL(name, ROOT)).catch(() => 'gone')));
  names.forEach((name, place) => hash.update(`\0${name}\0`).update(contents[place]));
  return new URL(`program-${hash.digest('hex').slice(0, 20)}/`, CACHE);
}

/** Compiles the programs; the folder gets its name when it is whole, whoever else makes the same. */
async function compile() {
  const { build, stop } = await import('esbuild');
  const draft = new URL(`draft-${process.pid}/`, CACHE);
  const { metafile } = await build({
    absWorkingDir: fileURLToPath(ROOT),
    entryPoints: PROGRAMS,
    outdir: fileURLToPath(draft),
    outExtension: { '.js': '.mjs' },
    outbase: '.',
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    keepNames: true,
    sourcemap: 'linked',
    sourcesContent: false,
    metafile: true,
    plugins: [ownPlaces],
    logLevel: 'error',
  });
  // Its process would go on as long as ours.
  await stop();
  const inputs = Object.keys(metafile.inputs).sort();
  const folder = await folderOf(inputs);
  await rename(draft, folder).catch(() => rm(draft, { recursive: true, force: true }));
  const list = new URL(`${INPUTS.href}.${process.pid}`);
  await writeFile(list, JSON.stringify(inputs));
  await rename(list, INPUTS);
  await sweep();
  return folder;
}

async function sweep() {
  const names = (await readdir(CACHE)).filter((name) => /^program-[0-9a-f]+$/.test(name));
  const folders = names.map((name) => new URL(`${name}/`, CACHE));
  const aged = await Promise.all(folders.map(async (folder) => ({ folder, at: (await stat(folder)).mtimeMs })));
  const old = aged.sort((a, b) => b.at - a.at).slice(KEPT);
  await Promise.all(old.map(({ folder }) => rm(folder, { recursive: true, force: true })));
}
