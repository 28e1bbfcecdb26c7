import { cpSync, mkdirSync, readdirSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { addMonths, dateOf, instantAt } from '../../domain/kernel/calendar.ts';
import type { BusinessDate, Instant } from '../../domain/kernel/calendar.ts';
import { StackError } from '../error.ts';
import type { StackOptions } from '../options.ts';
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
  if (kept === undefined) throw new StackError(`The imported ledger is gone from ${folder}: begin anew with --reset.`);
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
    throw new StackError(`The ledger or its mapping cannot be read: ${why}.`);
  }
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
  if (first === undefined) throw new StackError('The ledger holds no invoice that can be used.');
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
