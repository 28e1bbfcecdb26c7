import { cpSync, mkdirSync, readdirSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { addMonths, dateOf, instantAt } from '../../domain/platform/calendar.ts';
import type { BusinessDate, Instant } from '../../domain/platform/calendar.ts';
import { StackError } from '../error.ts';
import type { StackOptions } from '../options.ts';
import type { Words } from '../words.ts';
import { firstIssueDate, shiftLedger, weeksToShift } from './ledger.ts';
import { readLedger } from './read-ledger.ts';
import type { ReadLedger } from './read-ledger.ts';

/** How this data folder began: kept as the setting `firstRun`, so that a start after any interruption goes on where it was. */
export type Beginning =
  | { readonly kind: 'empty'; readonly business: Instant; readonly speed: 0 | 1 }
  | FirstRun
  /** The database was set up by somebody else: nothing is added to it. */
  | { readonly kind: 'given' };

/** A ledger lived through from `goLive` up to, not including, `today`; invoices issued before it are history. */
export interface FirstRun {
  readonly kind: 'first-run';
  readonly source: 'example' | 'import';
  readonly replay: 'full' | 'recent';
  readonly today: BusinessDate;
  readonly goLive: BusinessDate;
  /** Weeks by which the ledger's dates are moved. */
  readonly weeks: number;
  /** The clock stands still when it is done. */
  readonly stepped: boolean;
  readonly done: boolean;
}

export const BEGINNING_KEY = 'firstRun';

const RECENT_MONTHS = 6;
const example = (name: string): string => fileURLToPath(new URL(`../../examples/${name}`, import.meta.url));

/** The ledger of a first run as its file has it; a user's own was copied into the data folder when it began. */
export async function sourceLedger(source: FirstRun['source'], dataDir: string): Promise<ReadLedger> {
  if (source === 'example') return readLedger(example('ledger.csv'), example('ledger.mapping.json'));
  const folder = join(dataDir, 'import');
  const kept = readdirSync(folder).find((name) => name.startsWith('ledger.'));
  if (kept === undefined)
    throw new StackError(
      `The imported ledger is gone from ${folder}: begin anew with --reset.`,
      `${folder} 中已没有导入的台账：请用 --reset 重新开始。`,
    );
  return readLedger(join(folder, kept), join(folder, 'mapping.json'));
}

/** Keeps a user's own ledger with the data, so that an interrupted import goes on without it being named again. */
function keepImport(file: string, mapping: string, dataDir: string): void {
  const folder = join(dataDir, 'import');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  try {
    cpSync(file, join(folder, `ledger${extname(file).toLowerCase() || '.csv'}`));
    cpSync(mapping, join(folder, 'mapping.json'));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new StackError(`The ledger or its mapping cannot be read: ${why}.`, `无法读取台账或列映射：${why}。`);
  }
}

/** Reads a user's own ledger before anything is started, so that one that cannot be used costs no time. Throws StackError. */
export async function requireLedger({ import: file, mapping }: StackOptions): Promise<void> {
  if (file === undefined || mapping === undefined) return;
  const { ledger } = await readLedger(file, mapping);
  if (ledger.invoices.length === 0) throw noInvoice();
}

const noInvoice = (): StackError => new StackError('The ledger holds no invoice that can be used.', '台账中没有可用的发票。');

/** Throws StackError where a ledger is named for a folder that already began with other data: it would be ignored. */
export function refuseSecondLedger(options: StackOptions, beginning: Beginning): void {
  const resumes = beginning.kind === 'first-run' && beginning.source === 'import';
  if (options.import === undefined || resumes) return;
  throw new StackError(
    `${options.data} already holds other data, so --import would change nothing: begin anew with --reset, choose another folder with --data DIR, or send the file to POST /v1/imports.`,
    `${options.data} 中已有其他数据，--import 不会生效：请用 --reset 重新开始，用 --data DIR 换一个文件夹，或把文件发送至 POST /v1/imports。`,
  );
}

/** What was asked for and counts only when a folder begins, in words for the user. */
export function ignoredOptions(options: StackOptions, beginning: Beginning): Words[] {
  const was = beginning.kind === 'first-run' ? beginning : null;
  const standing = was ? was.stepped : beginning.kind === 'empty' && beginning.speed === 0;
  const from = was ? was.today : null;
  const ignored = [
    ...(options.empty && beginning.kind !== 'empty' ? ['--empty'] : []),
    ...(options.stepped && !standing ? ['--stepped'] : []),
    ...(options.from !== undefined && from !== null && !was?.done && options.from !== from ? ['--from'] : []),
    ...(options.replay === 'full' && was?.replay !== 'full' ? ['--replay full'] : []),
  ];
  if (ignored.length === 0) return [];
  const names = ignored.join(', ');
  return [
    {
      en: `${names} counts only when a data folder begins; this one goes on as it was (--reset begins anew).`,
      zh: `${names} 仅在数据文件夹首次启动时有效；此文件夹按原样继续（--reset 重新开始）。`,
    },
  ];
}

/** Decides, once for a data folder, how it begins. Throws StackError when the ledger cannot be used at all. */
export async function decideBeginning(options: StackOptions, now: Instant, zone: string): Promise<Beginning> {
  const today = options.from ?? dateOf(now, zone);
  const { stepped, replay } = options;
  if (options.empty) return { kind: 'empty', business: stepped ? instantAt(today, 0, zone) : now, speed: stepped ? 0 : 1 };
  const source = options.import === undefined ? 'example' : 'import';
  if (options.import !== undefined && options.mapping !== undefined) keepImport(options.import, options.mapping, options.data);
  const { ledger, mapping } = await sourceLedger(source, options.data);
  const weeks = mapping.shift ? weeksToShift(ledger, today) : 0;
  const first = firstIssueDate(shiftLedger(ledger, weeks));
  if (first === undefined) throw noInvoice();
  const recent = addMonths(today, -RECENT_MONTHS);
  const goLive = replay === 'full' && first < today ? first : recent;
  return { kind: 'first-run', source, replay, today, goLive, weeks, stepped, done: false };
}

/** Where the clock of a new database stands. */
export function firstClock(
  beginning: Beginning,
  zone: string,
): { business: Instant; speed: number; pinned: boolean } | undefined {
  switch (beginning.kind) {
    case 'empty':
      return { business: beginning.business, speed: beginning.speed, pinned: false };
    case 'first-run':
      return { business: instantAt(beginning.goLive, 0, zone), speed: 0, pinned: false };
    case 'given':
      return undefined;
  }
}
