import { existsSync } from 'fs';
import { fileURLToPath } from 'url';

const OLDEST = [20, 19];
/** Errors whose message says what to do; the stack trace of any other is wanted. */
const MENDABLE = ['StackError', 'ConfigError'];

function fail(sentence) {
  process.stderr.write(sentence + '\n');
  process.exit(1);
}

function checkNode() {
  const version = process.versions.node.split('.').map(Number);
  const tooOld = version[0] < OLDEST[0] || (version[0] === OLDEST[0] && version[1] < OLDEST[1]);
  if (tooOld) {
    fail(
      'Duecourse needs Node ' +
        OLDEST.join('.') +
        ' or newer, and this is Node ' +
        process.versions.node +
        ': install a current one from https://nodejs.org.',
    );
  }
}

function checkInstalled() {
  const packages = ['tsx', 'commander', 'pg', '@temporalio/worker'];
  const missing = packages.some(
    (name) => !existsSync(fileURLToPath(new URL('../node_modules/' + name + '/package.json', import.meta.url))),
  );
  if (missing) fail('The packages of Duecourse are not installed: run "npm ci" first.');
}

/**
 * Runs a TypeScript program of this package, its path given relative to this file. A StackError is something the user can
 * mend: its sentence is all that is printed. Anything else is a defect and keeps its stack.
 */
export async function run(program) {
  checkNode();
  checkInstalled();
  try {
    const { register } = await import('tsx/esm/api');
    register();
    await import(program);
  } catch (error) {
    fail(error && MENDABLE.includes(error.name) ? error.message : String((error && error.stack) || error));
  }
}
