import { setTimeout as delay } from 'node:timers/promises';
import type { Writable } from 'node:stream';
import { portfolio } from '../../store/records/portfolio.ts';
import type { Store } from '../../store/platform/transaction.ts';
import { columnsOf } from '../words.ts';
import type { EngineCounts } from './engine-counts.ts';
import type { Progress } from './live.ts';
import { sceneLine, sceneLines } from './screen.ts';
import type { Language, Scene } from './screen.ts';

const REDRAW_MS = 1_000;
const PLAIN_MS = 10_000;

export interface ShowOptions {
  readonly store: Store;
  readonly engine: { count(): Promise<EngineCounts> };
  readonly progress: () => Progress | null;
  readonly language: Language;
  /** Where to draw; a terminal is redrawn in place, anything else gets a line now and then. */
  readonly out: Writable & { isTTY?: boolean; columns?: number; rows?: number };
}

/** Redraws lines in place: goes back to where the last drawing began and clears what is left of it. */
export class Canvas {
  readonly #out: ShowOptions['out'];
  #drawn = 0;

  constructor(out: ShowOptions['out']) {
    this.#out = out;
  }

  draw(all: readonly string[]): void {
    const width = this.#out.columns ?? 80;
    // What is higher than the terminal could not be drawn over again.
    const lines = all.slice(0, Math.max(1, (this.#out.rows ?? 24) - 1));
    const back = this.#drawn > 0 ? `\x1b[${this.#drawn}A\r` : '';
    this.#out.write(`${back}\x1b[0J${lines.map((line) => cut(line, width)).join('\n')}\n`);
    this.#drawn = lines.length;
  }
}

/** A line no longer than the terminal is wide, since a wrapped one would spoil the place of the next drawing. */
function cut(line: string, width: number): string {
  if (columnsOf(line) <= width) return line;
  let kept = '';
  for (const char of line) {
    if (columnsOf(kept + char) > width - 1) break;
    kept += char;
  }
  return `${kept}…`;
}

/** Shows a first run until `stop`, which draws it a last time. */
export function showProgress(options: ShowOptions): { stop(): Promise<void> } {
  const { store, engine, progress, language, out } = options;
  const ended = new AbortController();
  const began = performance.now();
  const canvas = new Canvas(out);
  const live = out.isTTY === true;
  const drawOnce = async (): Promise<void> => {
    const now = progress();
    if (!now) return;
    const [figures, counts] = await Promise.all([portfolio(store), engine.count()]);
    const scene: Scene = { progress: now, portfolio: figures, engine: counts, seconds: (performance.now() - began) / 1000 };
    if (live) canvas.draw(sceneLines(scene, language));
    else out.write(`${sceneLine(scene, language)}\n`);
  };
  const drawing = (async () => {
    while (!ended.signal.aborted) {
      // A drawing that fails (the database is just going down) is no reason to stop what it shows.
      await drawOnce().catch(() => undefined);
      await delay(live ? REDRAW_MS : PLAIN_MS, undefined, { signal: ended.signal }).catch(() => undefined);
    }
  })();
  return {
    async stop() {
      ended.abort();
      await drawing;
      await drawOnce().catch(() => undefined);
    },
  };
}
