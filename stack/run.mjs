import { existsSync } from 'fs';
import { fileURLToPath } from 'url';

const OLDEST = [20, 19];
/** Errors whose message says what to do; the stack trace of any other is wanted. */
const MENDABLE = ['StackError', 'ConfigError', 'SchemaError'];
/** No room left: the system's codes, and PostgreSQL's. */
const FULL = ['ENOSPC', 'EDQUOT', '53100', '58030'];

const isChinese = /^zh/i.test(process.env.LC_ALL || process.env.LC_MESSAGES || process.env.LANG || '');

function fail(sentence) {
  process.stderr.write(sentence + '\n');
  process.exit(1);
}

/** A defect: its stack, which begins with name and message, its code, and what caused it. */
function said(error) {
  const code = error && typeof error.code === 'string' ? ' [' + error.code + ']' : '';
  const cause = error && error.cause instanceof Error ? '\ncaused by ' + said(error.cause) : '';
  return String((error && error.stack) || error) + code + cause;
}

/** A terminal that is gone, or a full disk behind it, loses what is said there and ends nothing. */
function survivesItsTerminal() {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error) => {
      if (error.code !== 'EPIPE') process.exitCode = 1;
    });
}

function checkNode() {
  const version = process.versions.node.split('.').map(Number);
  const tooOld = version[0] < OLDEST[0] || (version[0] === OLDEST[0] && version[1] < OLDEST[1]);
  if (tooOld) {
    const oldest = OLDEST.join('.');
    fail(
      isChinese
        ? 'Duecourse 需要 Node ' +
            oldest +
            ' 或更新版本，当前为 Node ' +
            process.versions.node +
            '：请从 https://nodejs.org 安装。'
        : 'Duecourse needs Node ' +
            oldest +
            ' or newer, and this is Node ' +
            process.versions.node +
            ': install a current one from https://nodejs.org.',
    );
  }
}

function checkInstalled() {
  const packages = ['esbuild', 'tsx', 'commander', 'pg', '@temporalio/worker'];
  const missing = packages.some(
    (name) => !existsSync(fileURLToPath(new URL('../node_modules/' + name + '/package.json', import.meta.url))),
  );
  if (missing)
    fail(
      isChinese
        ? 'Duecourse 的依赖包尚未安装：请先运行 "npm ci"。'
        : 'The packages of Duecourse are not installed: run "npm ci" first.',
    );
}

/** The program as it was compiled; read module by module where nothing can be kept. */
async function load(program) {
  const { compiled } = await import('./compiled.mjs');
  const script = await compiled(program);
  if (script) {
    process.setSourceMapsEnabled(true);
    return import(script);
  }
  const { register } = await import('tsx/esm/api');
  register();
  return import('../' + program);
}

/**
 * Runs a TypeScript program of this package, its path given from the root. A StackError is something the user can
 * mend: its sentence is all that is printed, `greeting` apart, which stands on stderr while the program is read. Anything else is a defect and keeps its stack.
 */
export async function run(program, greeting) {
  survivesItsTerminal();
  checkNode();
  checkInstalled();
  // Whoever reads our output may have seen enough of it (`| head`).
  process.stdout.on('error', (error) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(0);
  });
  const asksForHelp = process.argv.slice(2).some((word) => word === '--help' || word === '-h');
  if (greeting && !asksForHelp) process.stderr.write((isChinese ? greeting.zh : greeting.en) + '\n');
  try {
    await load(program);
  } catch (error) {
    if (error && FULL.includes(error.code))
      fail(
        isChinese
          ? '磁盘已满：请清理磁盘空间后重新启动，已保存的数据不会丢失。'
          : 'The disk is full: make room, then start again; nothing committed is lost.',
      );
    if (!error || !MENDABLE.includes(error.name)) fail(said(error));
    fail(isChinese && error.zh ? error.zh : error.message);
  }
}
