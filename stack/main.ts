import { setTimeout as delay } from 'node:timers/promises';
import { missingLines, outletLines, readyBox, readyLine, whatNext } from './box.ts';
import { readGoLive } from '../store/outreach/going-live.ts';
import { deploymentOf, readOutlets } from '../store/platform/departures.ts';
import { isDatabaseDown } from '../store/platform/database.ts';
import { beginNights } from '../store/credit/night-book.ts';
import { ignoredOptions } from './first-run/beginning.ts';
import { firstRun, showNotable } from './first-run/run.ts';
import { StackError } from './error.ts';
import { parseStackOptions } from './options.ts';
import type { StackOptions } from './options.ts';
import { bringUp } from './stack.ts';
import type { RunningStack } from './stack.ts';
import { Undo } from './undo.ts';
import { terminalLanguage } from './words.ts';
import type { Say } from './words.ts';

/** Real time a first run gets to come to the end of its hour when it is stopped. */
const HOUR_END_MS = 3_000;
/** Real time in which open handles may end by themselves once everything was taken down. */
const LINGER_MS = 250;

const toStderr = (line: string): void => void process.stderr.write(`${line}\n`);
const toStdout = (line: string): void => void process.stdout.write(`${line}\n`);
const language = terminalLanguage(process.env);
const tell: Say = (words) => toStderr(words[language]);

/** Ctrl-C and SIGTERM stop cleanly; a second one leaves at once, and the next start ends what was left behind. */
function stopOnSignals(): AbortSignal {
  const stop = new AbortController();
  const onSignal = (): void => {
    if (stop.signal.aborted) {
      tell({ en: 'Left at once; the next start ends what still runs.', zh: '已立即退出；下次启动会结束遗留的进程。' });
      process.exit(1);
    }
    tell({ en: 'Stopping … (press again to quit immediately)', zh: '正在停止 …（再按一次立即退出）' });
    stop.abort();
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  return stop.signal;
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

/** A ledger is not lived through without its database: what came of it stands, and the next start goes on from there. */
function whileAway(error: unknown): never {
  if (!isDatabaseDown(error)) throw error;
  throw new StackError(
    'The database ended in the middle of the first run: start again, it goes on where it stood.',
    '首次运行中数据库中断：请重新启动，将从中断处继续。',
  );
}

/** The first run, if this folder has one before it or in the middle: shown on a terminal, else told in lines on stderr. */
async function liveFirst(stack: RunningStack, options: StackOptions, signal: AbortSignal): Promise<void> {
  const { beginning } = stack;
  if (beginning.kind !== 'first-run') return;
  if (beginning.done) return options.json ? undefined : showNotable(stack, language, toStdout);
  const seen = !options.json && process.stdout.isTTY;
  const out = seen ? process.stdout : process.stderr;
  const say = options.json ? toStderr : toStdout;
  const living = firstRun({ stack, run: beginning, dataDir: options.data, language, signal, out, say });
  living.catch(() => undefined);
  await Promise.race([living.catch(whileAway), stack.lost, aborted(signal)]);
  if (signal.aborted) await Promise.race([living.catch(() => undefined), delay(HOUR_END_MS, undefined, { ref: false })]);
}

/** Shows what is running, and stays until it is asked to stop or a part is lost. */
async function serve(stack: RunningStack, options: StackOptions, signal: AbortSignal): Promise<void> {
  if (!options.json) toStdout(readyBox(stack.ready, language, process.stdout.columns));
  const connected = (await readOutlets(stack.store, deploymentOf(stack.config))).filter((one) => one.connected);
  for (const line of outletLines(connected, language)) (options.json ? toStderr : toStdout)(line);
  for (const words of ignoredOptions(options, stack.beginning)) tell(words);
  await liveFirst(stack, options, signal);
  if (stack.beginning.kind === 'first-run' && stack.beginning.source === 'import') {
    const { missing } = await readGoLive(stack.store.db);
    for (const line of missingLines(missing, language)) (options.json ? toStderr : toStdout)(line);
  }
  // After the ledger was lived through: its nights would look at customers whose story is still being told.
  if (!signal.aborted) await beginNights(stack.store);
  if (signal.aborted) return;
  toStdout(options.json ? readyLine(stack.ready) : whatNext(stack.ready, language));
  await Promise.race([aborted(signal), stack.lost]);
}

async function main(): Promise<void> {
  const options = parseStackOptions(process.argv.slice(2), process.cwd());
  if (options === 'help') return;
  const signal = stopOnSignals();
  const undo = new Undo();
  try {
    const stack = await bringUp({ options, env: process.env, undo, say: tell, signal });
    await serve(stack, options, signal);
  } catch (error) {
    if (signal.aborted) return;
    if (!(error instanceof StackError)) throw error;
    // Said at once: what is still up is taken down after it.
    tell({ en: error.message, zh: error.zh });
    process.exitCode = 1;
  } finally {
    await undo.all();
    // What could not be ended in its time keeps nobody waiting.
    setTimeout(() => process.exit(), LINGER_MS).unref();
  }
}

await main();
