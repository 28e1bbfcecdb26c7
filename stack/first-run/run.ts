import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { notableCustomers } from '../../store/portfolio.ts';
import type { ApiKeys } from '../keys.ts';
import type { RunningStack } from '../stack.ts';
import type { FirstRun } from './beginning.ts';
import { apiClient } from './client.ts';
import { engineCounter } from './engine-counts.ts';
import { sayFault } from './faults.ts';
import { live } from './live.ts';
import type { Lived, Progress } from './live.ts';
import { grouped, notableLines } from './screen.ts';
import type { Language } from './screen.ts';
import { showProgress } from './show.ts';
import type { ShowOptions } from './show.ts';

const NOTABLE = 5;
const FAULTS_SHOWN = 10;

export interface RunOptions {
  readonly stack: Pick<RunningStack, 'store' | 'config'> & { readonly ready: { url: string; apiKeys: ApiKeys } };
  readonly run: FirstRun;
  readonly dataDir: string;
  readonly language: Language;
  readonly signal: AbortSignal;
  readonly out: ShowOptions['out'];
  readonly say: (line: string) => void;
}

/** Lives the ledger through before the eyes of whoever started it; ends with what it came to. */
export async function firstRun({ stack, run, dataDir, language, signal, out, say }: RunOptions): Promise<void> {
  const { store, config, ready } = stack;
  const began = performance.now();
  const engine = await engineCounter(config.temporal);
  let latest: Progress | null = null;
  say(opening(run, language));
  const shown = showProgress({ store, engine, progress: () => latest, language, out });
  let lived: Lived;
  try {
    const api = apiClient(ready.url, ready.apiKeys, signal);
    lived = await live({ store, api, run, dataDir, signal, progress: (progress) => (latest = progress) });
  } finally {
    await shown.stop();
    await engine.close();
  }
  tellFaults(lived, dataDir, language, say);
  const seconds = Math.round((performance.now() - began) / 1000);
  for (const line of notableLines(await notableCustomers(store, NOTABLE), ready.url, language)) say(line);
  say(closing(lived, seconds, language));
}

function opening({ source, replay, goLive, today, weeks }: FirstRun, language: Language): string {
  const moved = language === 'zh' ? `日期整体平移 ${weeks} 周` : `dates moved by ${weeks} weeks`;
  if (language === 'zh') {
    const what = source === 'example' ? '示例账本与虚构故事' : '您的账本';
    return replay === 'full'
      ? `${what}:从 ${goLive} 起完整重演至 ${today}(${moved})`
      : `${what}:如同公司于 ${goLive} 上线,重演至 ${today}(${moved})`;
  }
  const what = source === 'example' ? 'The example ledger and an invented story' : 'Your ledger';
  return replay === 'full'
    ? `${what}: lived through from ${goLive} to ${today} (${moved})`
    : `${what}: a company goes live on ${goLive} and lives to ${today} (${moved})`;
}

function closing({ documents, visits, seconds: part }: Lived, seconds: number, language: Language): string {
  const [before, sending, processes] = [part.before, part.sending, part.processes].map((one) => Math.round(one));
  return language === 'zh'
    ? `首次运行用时 ${seconds} 秒:${grouped(documents)} 份单据,${grouped(visits)} 个有事的小时(客户与历史 ${before} 秒,发送单据 ${sending} 秒,流程处理 ${processes} 秒)`
    : `The whole took ${seconds} s: ${grouped(documents)} documents in ${grouped(visits)} eventful hours ` +
        `(customers and history ${before} s, sending documents ${sending} s, processes ${processes} s)`;
}

/** The first of what could not be used; all of it stands in a file of the data folder. */
function tellFaults({ faults, refusals }: Lived, dataDir: string, language: Language, say: (line: string) => void): void {
  const lines = [...faults.map((fault) => sayFault(fault, language)), ...refusals];
  if (lines.length === 0) return;
  const file = join(dataDir, 'ledger-faults.txt');
  writeFileSync(file, `${lines.join('\n')}\n`, { mode: 0o600 });
  say(
    language === 'zh'
      ? `${lines.length} 处无法使用,全部列于 ${file}:`
      : `${lines.length} could not be used, all listed in ${file}:`,
  );
  for (const line of lines.slice(0, FAULTS_SHOWN)) say(`  ${line}`);
}
