import { readFile } from 'node:fs/promises';
import { symlinkSync } from 'node:fs';
import { join, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import type { Plugin } from 'esbuild';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PROCESSES = ['worker-process', 'api-process'];

/** Each module goes on knowing where its source stands: what it reads or starts is named from there. */
const ownPlaces: Plugin = {
  name: 'own-places',
  setup(bundler) {
    bundler.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      if (path.includes(`${sep}node_modules${sep}`)) return undefined;
      const text = await readFile(path, 'utf8');
      return { contents: text.replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href)), loader: 'ts' };
    });
  },
};

/**
 * Makes one script of each process that tests kill, in a folder of the run: read by tsx, module for module, each of its many starts would
 * take seconds. Packages stay what they are.
 */
export async function bundleProcesses(folder: string): Promise<void> {
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'junction');
  await build({
    entryPoints: PROCESSES.map((name) => join(ROOT, 'test/support', `${name}.ts`)),
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    keepNames: true,
    plugins: [ownPlaces],
    logLevel: 'error',
  });
}
