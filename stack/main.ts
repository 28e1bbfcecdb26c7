import { readyBox, readyLine, whatNext } from './box.ts';
import { parseStackOptions } from './options.ts';
import type { StackOptions } from './options.ts';
import { bringUp } from './stack.ts';
import type { RunningStack } from './stack.ts';
import { Undo } from './undo.ts';
import { terminalLanguage } from './words.ts';

/** Ctrl-C and SIGTERM stop cleanly; a second one leaves at once, and the next start ends what was left behind. */
function stopOnSignals(say: (line: string) => void): AbortSignal {
  const stop = new AbortController();
  const onSignal = (): void => {
    if (stop.signal.aborted) process.exit(1);
    say('Stopping …');
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

/** Shows what is running, and stays until it is asked to stop or a part is lost. */
async function serve(stack: RunningStack, options: StackOptions, signal: AbortSignal): Promise<void> {
  const language = terminalLanguage(process.env);
  if (options.json) process.stdout.write(`${readyLine(stack.ready)}\n`);
  else process.stdout.write(`${readyBox(stack.ready, language)}\n${whatNext(stack.ready, language)}\n`);
  await Promise.race([aborted(signal), stack.lost]);
}

async function main(): Promise<void> {
  const options = parseStackOptions(process.argv.slice(2), process.cwd());
  if (options === 'help') return;
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  const signal = stopOnSignals(say);
  const undo = new Undo();
  try {
    const stack = await bringUp({ options, env: process.env, undo, say, signal });
    await serve(stack, options, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    await undo.all();
  }
}

await main();
