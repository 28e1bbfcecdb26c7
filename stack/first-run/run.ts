import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dateOf } from '../../domain/platform/calendar.ts';
import { sayDate } from '../../domain/platform/said-time.ts';
import { setSpeed } from '../../store/platform/clock.ts';
import { notableCustomers } from '../../store/records/portfolio.ts';
import { writeSetting } from '../../store/platform/settings.ts';
import { systemActor } from '../../store/platform/transaction.ts';
import type { ApiKeys } from '../keys.ts';
import { linkBase } from '../box.ts';
import type { RunningStack } from '../stack.ts';
import { BEGINNING_KEY, sourceLedger } from './beginning.ts';
import type { FirstRun } from './beginning.ts';
import { apiClient } from './client.ts';
import { engineCounter } from './engine-counts.ts';
import { sayFault } from './faults.ts';
import { shiftLedger } from './ledger.ts';
import { live } from './live.ts';
import type { Lived, LiveOptions, Progress } from './live.ts';
import { grouped, notableLines } from './screen.ts';
import type { Language } from './screen.ts';
import { showProgress } from './show.ts';
import type { ShowOptions } from './show.ts';
import { readStory } from './story.ts';

const NOTABLE = 5;
const FAULTS_SHOWN = 10;
const actor = systemActor('first-run');

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
export async function firstRun(options: RunOptions): Promise<void> {
  const { stack, run, dataDir, language, say } = options;
  const { store } = stack;
  const began = performance.now();
  const { zone } = store;
  const source = await sourceLedger(run.source, dataDir);
  const today = dateOf(new Date().toISOString(), zone);
  const until = run.stepped || run.today > today ? run.today : today;
  say(opening(run, language));
  const lived = await shown(options, {
    ledger: shiftLedger(source.ledger, run.weeks),
    story: run.source === 'example' ? readStory(run.today) : null,
    credit: run.source === 'example',
    history: run.source === 'example' ? 'complete' : 'open-items',
    goLive: run.goLive,
    until,
  });
  if (!run.stepped) await setSpeed(store, actor, 1);
  await writeSetting(store, actor, BEGINNING_KEY, { ...run, today: until, done: true } satisfies FirstRun);
  tellFaults([...source.faults.map((fault) => sayFault(fault, language)), ...lived.refusals], dataDir, language, say);
  const seconds = Math.round((performance.now() - began) / 1000);
  await showNotable(stack, language, say);
  say(closing(lived, seconds, language));
}

/** Customers to begin with, as links that open in a browser and work with curl. */
export async function showNotable(
  { store, ready }: Pick<RunOptions['stack'], 'store' | 'ready'>,
  language: Language,
  say: (line: string) => void,
): Promise<void> {
  const base = linkBase(ready.url, ready.apiKeys.auditor);
  for (const line of notableLines(await notableCustomers(store, NOTABLE), base, language)) say(line);
}

/** Lives it while the screen shows how far it is. */
async function shown(
  { stack, signal, language, out }: RunOptions,
  told: Pick<LiveOptions, 'ledger' | 'story' | 'credit' | 'goLive' | 'history' | 'until'>,
): Promise<Lived> {
  const { store, config, ready } = stack;
  const engine = await engineCounter(config.temporal);
  let latest: Progress | null = null;
  const screen = showProgress({ store, engine, progress: () => latest, language, out });
  try {
    const api = apiClient(ready.url, ready.apiKeys, signal);
    return await live({ ...told, store, api, signal, progress: (progress) => (latest = progress) });
  } finally {
    await screen.stop();
    await engine.close();
  }
}

function opening({ source, replay, goLive, today, weeks }: FirstRun, language: Language): string {
  const moved = language === 'zh' ? `日期整体平移 ${weeks} 周` : `dates moved by ${weeks} weeks`;
  if (language === 'zh') {
    const what = source === 'example' ? '示例台账与虚构故事' : '您的台账';
    return replay === 'full'
      ? `${what}：从 ${sayDate(goLive, 'zh')}起完整回放至 ${sayDate(today, 'zh')}（${moved}）`
      : `${what}：如同公司于 ${sayDate(goLive, 'zh')}上线，回放至 ${sayDate(today, 'zh')}（${moved}）`;
  }
  const what = source === 'example' ? 'The example ledger and an invented story' : 'Your ledger';
  return replay === 'full'
    ? `${what}: replaying ${goLive} to ${today} (${moved})`
    : `${what}: a company goes live on ${goLive}; replaying to ${today} (${moved})`;
}

function closing({ documents, visits, seconds: part }: Lived, seconds: number, language: Language): string {
  const [before, sending, processes] = [part.before, part.sending, part.processes].map((one) => Math.round(one));
  return language === 'zh'
    ? `首次运行用时 ${seconds} 秒：${grouped(documents)} 份单据，${grouped(visits)} 个有业务发生的小时（客户与历史 ${before} 秒，发送单据 ${sending} 秒，流程处理 ${processes} 秒）`
    : `The whole took ${seconds} s: ${grouped(documents)} documents in ${grouped(visits)} eventful hours ` +
        `(customers and history ${before} s, sending documents ${sending} s, processes ${processes} s)`;
}

/** The first of what could not be used; all of it stands in a file of the data folder. */
function tellFaults(lines: readonly string[], dataDir: string, language: Language, say: (line: string) => void): void {
  if (lines.length === 0) return;
  const file = join(dataDir, 'ledger-faults.txt');
  writeFileSync(file, `${lines.join('\n')}\n`, { mode: 0o600 });
  say(
    language === 'zh'
      ? `${lines.length} 处无法使用，全部列于 ${file}：`
      : `${lines.length} could not be used, all listed in ${file}:`,
  );
  for (const line of lines.slice(0, FAULTS_SHOWN)) say(`  ${line}`);
}
