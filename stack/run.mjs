import { existsSync } from 'fs';
import { fileURLToPath } from 'url';

const OLDEST = [20, 19];
/** Errors whose message says what to do; the stack trace of any other is wanted. */
const MENDABLE = ['StackError', 'ConfigError'];

const isChinese = /^zh/i.test(process.env.LC_ALL || process.env.LC_MESSAGES || process.env.LANG || '');

function fail(sentence) {
  process.stderr.write(sentence + '\n');
  process.exit(1);
}

function checkNode() {
  const version = process.versions.node.split('.').map(Number);
  const tooOld = version[0] < OLDEST[0] || (version[0] === OLDEST[0] && version[1] < OLDEST[1]);
  if (tooOld) {
    const oldest = OLDEST.join('.');
    fail(
      isChinese
        ? 'Duecourse 需要 Node ' + oldest + ' 或更新版本,当前为 Node ' + process.versions.node + ':请从 https://nodejs.org 安装。'
        : 'Duecourse needs Node ' +
            oldest +
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
  if (missing)
    fail(
      isChinese
        ? 'Duecourse 的依赖包尚未安装:请先运行 "npm ci"。'
        : 'The packages of Duecourse are not installed: run "npm ci" first.',
    );
}

/**
 * Runs a TypeScript program of this package, its path given relative to this file. A StackError is something the user can
 * mend: its sentence is all that is printed, `greeting` apart, which stands on stderr while the program is read. Anything else is a defect and keeps its stack.
 */
export async function run(program, greeting) {
  checkNode();
  checkInstalled();
  if (greeting) process.stderr.write((isChinese ? greeting.zh : greeting.en) + '\n');
  try {
    const { register } = await import('tsx/esm/api');
    register();
    await import(program);
  } catch (error) {
    if (!error || !MENDABLE.includes(error.name)) fail(String((error && error.stack) || error));
    fail(isChinese && error.zh ? error.zh : error.message);
  }
}
