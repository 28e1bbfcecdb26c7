import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode } from '@temporalio/worker';
import type { WorkflowBundleWithSourceMap } from '@temporalio/worker';

const ROOT = new URL('../', import.meta.url);
const WORKFLOWS = fileURLToPath(new URL('workflows/index.ts', ROOT));
const CACHE = new URL('node_modules/.cache/duecourse/', ROOT);

/** The workflow code as one script. Bundling takes seconds, so it is kept under the hash of all that goes into it. */
export async function workflowBundle(): Promise<{ code: string }> {
  const file = new URL(`workflows-${await sourceHash()}.js`, CACHE);
  const kept = await readFile(file, 'utf8').catch(() => null);
  if (kept !== null) return { code: kept };
  const { code } = await buildBundle();
  await mkdir(CACHE, { recursive: true });
  const temporary = new URL(`${file.href}.${process.pid}`);
  await writeFile(temporary, code);
  await rename(temporary, file);
  return { code };
}

/**
 * Bundles anew, whatever is kept. Our workflow modules hold no state of their own (a test sees to it), so all runs of a worker share them:
 * a run in memory is its closures and its plan.
 */
export function buildBundle(): Promise<WorkflowBundleWithSourceMap> {
  return bundleWorkflowCode({
    workflowsPath: WORKFLOWS,
    preloadModules: ['@temporalio/common', '@temporalio/workflow', WORKFLOWS],
    logger: {
      log() {},
      trace() {},
      debug() {},
      info() {},
      warn() {},
      error: (message: string) => process.stderr.write(`${message}\n`),
    },
  });
}

async function sourceHash(): Promise<string> {
  const hash = createHash('sha256');
  const sdk = createRequire(import.meta.url)('@temporalio/worker/package.json') as { version: string };
  hash.update(sdk.version).update(await readFile(new URL(import.meta.url)));
  for (const folder of ['workflows/', 'domain/kernel/', 'domain/collection/', 'domain/credit/']) {
    const names = (await readdir(new URL(folder, ROOT))).filter((name) => name.endsWith('.ts')).sort();
    for (const name of names) hash.update(name).update(await readFile(new URL(folder + name, ROOT)));
  }
  return hash.digest('hex').slice(0, 20);
}
