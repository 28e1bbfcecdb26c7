import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { ownPlaces } from '../../stack/own-places.mjs';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PROCESSES = ['worker-process', 'api-process'];

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
